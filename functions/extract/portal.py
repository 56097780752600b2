"""Schwab's protocol: the page, its session, and the module API that lists the holdings.

What is known of it, and how surely, stands in docs/portal.md.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from etf_common.capture import ends_as_a_page
from etf_common.errors import CaptureLimitError, NotAnEtfError, PortalBusyError, PortalError
from etf_common.transport import HttpAnswer
from etf_schwab.limits import MAX_ROWS
from etf_schwab.module_answer import AnswerError, AnswerLimitError, ModuleAnswer, Node, decode_answer
from etf_schwab.symbols import portal_form
from extract.paging import MAX_REQUESTS, ROWS_PER_REQUEST, SMALLEST_PAGE, RowsRequest, request_after
from extract.transport import Transport

PAGE_PATH = "/schwab/Prospect/research/etfs/schwabETF/index.asp"
MODULE_PATH = "/schwab/Prospect/research/resources/server/Module/SchwabETF.ModuleAPI.asp"
NOT_AN_ETF = "no ETF page (not an ETF, or refused: sign-in, robot check)"
SOURCE_HEADER = "X-Data-Source"
"""The sample portal says with it that its data is made up; Schwab sends no such header."""

# A token goes back in a request line, so it has what may stand there: printable ASCII without blanks or quotes.
_QUOTED = r"""(["'])([!#-&(-~]{1,2000})\1"""
_SESSION = re.compile(rf"WSOD_DATA\.sessionID\s*=(?!=)\s*{_QUOTED}")
_SESSION_FALLBACK = re.compile(rf"WSDOM\.Page\.sessionID\s*=(?!=)\s*(?:[\w.]+\s*\|\|\s*)?{_QUOTED}")
_ISSUE = re.compile(r"""gSymbolWSODIssue\s*=\s*(["']?)(\d{1,20})\1(?!\d)""")
_TABLE = re.compile(r"""id\s*=\s*["']?tthHoldingsTable\b""")
_CONTAINER_ID = re.compile(r"""\bid\s*=\s*["']?holdingsTableContainer\b""")
_FUND_TYPE = re.compile(r"""\bfundtype\s*=\s*["']?([\w-]{1,40})""", re.IGNORECASE)
_OWN_FUND = "schwab"
_TAG_CHARACTERS = 1_000
"""On either side of the container's id, where its tag's other attributes stand."""


@dataclass(frozen=True)
class Session:
    """What the page's script says and the module API asks for. None where the page does not say it."""

    token: str | None
    issue: str | None
    has_table: bool
    is_own_fund: bool
    """Whether it is one of Schwab's own funds."""

    @property
    def is_etf(self) -> bool:
        """Whether it is an ETF's page. The token alone says nothing: every page of the site has one."""
        return bool(self.issue or self.has_table)


@dataclass(frozen=True)
class Fetched:
    """The page, the answers that make up the list, and why there are none if the module API failed."""

    page: HttpAnswer
    parts: tuple[bytes, ...]
    module_error: str

    @property
    def source(self) -> str:
        """`sample` if the portal itself says so, else `schwab`."""
        return "sample" if self.page.headers.get(SOURCE_HEADER) == "sample" else "schwab"


class RejectedPageError(NotAnEtfError):
    """What came instead of an ETF page, with its bytes as evidence."""

    def __init__(self, page: HttpAnswer) -> None:
        super().__init__(NOT_AN_ETF)
        self.page = page


class _ModuleError(Exception):
    """The module API failed after its retries. `parts` is what came before, where that may be the whole list."""

    parts: tuple[bytes, ...] = ()


class _SessionError(_ModuleError):
    """The module API answered, but not with a list: the session may have ended."""


def read_session(page: bytes) -> Session:
    """The session token, the issue id, whether there is a holdings table, and whose fund it is."""
    text = page.decode("latin-1")
    token = _SESSION.search(text) or _SESSION_FALLBACK.search(text)
    issue = _ISSUE.search(text)
    return Session(
        token=token[2] if token else None,
        issue=issue[2] if issue else None,
        has_table=bool(_TABLE.search(text)),
        is_own_fund=_fund_type(text) == _OWN_FUND,
    )


def _fund_type(text: str) -> str:
    """The attribute `fundtype` of #holdingsTableContainer; empty if it has none."""
    for found in _CONTAINER_ID.finditer(text):
        before = text[max(0, found.start() - _TAG_CHARACTERS) : found.start()].rpartition("<")[2]
        after = text[found.end() : found.end() + _TAG_CHARACTERS].partition(">")[0]
        if fund_type := _FUND_TYPE.search(before + after):
            return fund_type[1].lower()
    return ""


def page_url(base_url: str, symbol: str) -> str:
    """The address of an ETF's holdings page."""
    return f"{base_url}{PAGE_PATH}?{urlencode({'type': 'holdings', 'symbol': portal_form(symbol)})}"


def module_form(symbol: str, issue: str, request: RowsRequest, *, is_own_fund: bool = False) -> str:
    """The body of one POST to the module API. Nobody has seen `isThirdPartyETF` for a fund of Schwab's own."""
    arguments = {
        "ModuleID": "holdingsTableContainer",
        "symbol": portal_form(symbol),
        "wsodissue": issue,
        "sortDir": "desc",
        "sortBy": "PctNetAssets",
        "page": request.page,
        "numRows": request.rows,
        **({} if is_own_fund else {"isThirdPartyETF": True}),
    }
    inputs = json.dumps({"module": "schwabETFHoldingsTable", "moduleArgs": arguments}, separators=(",", ":"))
    # The base64 is percent-encoded as a browser does it: a raw "+" would arrive as a blank.
    encoded = quote(base64.b64encode(inputs.encode()).decode(), safe="")
    return f"inputs=B64ENC{encoded}&..contenttype..=text/javascript&..requester..=ContentBuffer"


class Portal:
    """One conversation with the portal about one symbol."""

    def __init__(self, base_url: str, transport: Transport) -> None:
        self._base_url = base_url
        self._transport = transport

    def fetch(self, symbol: str, max_holdings: int | None) -> Fetched:
        """The page and the list, up to `max_holdings` rows (None: all).

        The module API failing leaves the page alone, with the reason; a session that ends in between is renewed
        once. Raises RejectedPageError, and PortalError for a page that does not come.
        """
        sessions_left = 2
        while True:
            sessions_left -= 1
            page = self._page(symbol)
            try:
                return Fetched(page, self._list(symbol, page, max_holdings), "")
            except _ModuleError as error:
                if not (sessions_left and isinstance(error, _SessionError)):
                    return Fetched(page, error.parts, "" if error.parts else str(error))
                self._transport.forget_cookies()

    def _page(self, symbol: str) -> HttpAnswer:
        url = page_url(self._base_url, symbol)
        page = self._transport.get(url)
        if not ends_as_a_page(page.body):  # once more; then it is taken as it comes, and transform says what it lacks
            page = self._transport.get(url)
        if not read_session(page.body).is_etf:
            raise RejectedPageError(page)
        return page

    def _list(self, symbol: str, page: HttpAnswer, max_holdings: int | None) -> tuple[bytes, ...]:
        session = read_session(page.body)
        if not (session.token and session.issue):
            raise _ModuleError("the page names no session token or no issue id")
        walk = _Walk(max_holdings)
        while request := walk.next_request():
            form = module_form(symbol, session.issue, request, is_own_fund=session.is_own_fund)
            try:
                body = self._post(session.token, form, page.url)
                answer = _decoded(body)
            except _ModuleError as error:
                error.parts = tuple(walk.parts) if walk.may_be_whole else ()
                raise
            walk.take(body, answer)
        return tuple(walk.parts)

    def _post(self, token: str, form: str, referer: str) -> bytes:
        url = f"{self._base_url}{MODULE_PATH}"
        try:
            answer = self._transport.post(url, query=token, form=form, headers={"Referer": referer})
        except (PortalBusyError, CaptureLimitError):
            raise  # the whole attempt ends; the queue tries again later
        except PortalError as error:
            raise _ModuleError(error.message) from None
        if answer.status != 200:
            raise _SessionError(f"the module API answered {answer.status}")
        return answer.body


def _decoded(body: bytes) -> ModuleAnswer:
    try:
        return decode_answer(body)
    except AnswerLimitError as error:
        raise CaptureLimitError(f"the module API's answer is larger than it may be: {error}") from None
    except AnswerError as error:
        raise _SessionError(f"the module API's answer cannot be read: {error}") from None


class _Walk:
    """How far the list has come. The pager says it; without a pager the rows are counted."""

    def __init__(self, max_holdings: int | None) -> None:
        self.parts: list[bytes] = []
        self._wanted = max_holdings
        self._last = 0
        self._size = ROWS_PER_REQUEST
        self._seen: set[bytes] = set()
        self._has_pager = False
        self._done = False

    @property
    def may_be_whole(self) -> bool:
        """Whether the rows that came can be all there are: there is no pager, and fewer came than were asked for."""
        return bool(self._last) and not self._has_pager and self._last % ROWS_PER_REQUEST != 0

    def next_request(self) -> RowsRequest | None:
        """The next request to make, or None when the list is whole or can go no further."""
        if self._done or len(self.parts) >= MAX_REQUESTS or (self._wanted and self._last >= self._wanted):
            return None
        request = request_after(self._last, self._size)
        # An answer of an odd length can leave no page size but 1 that fits: one row a request is no way to go on.
        return request if request.rows >= min(SMALLEST_PAGE, self._size) else None

    def take(self, body: bytes, answer: ModuleAnswer) -> None:
        """Keep an answer that goes further than the ones before; a repeated or empty one ends the list.

        Raises CaptureLimitError for more rows than a list may have.
        """
        self._has_pager = self._has_pager or answer.pager is not None
        rows = [_fingerprint(row) for row in answer.rows or []]
        # A pager that claims more rows than came is not believed: the rest would never be asked for.
        last = min(answer.pager.last if answer.pager else MAX_ROWS + 1, self._last + len(rows))
        if last > MAX_ROWS:
            raise CaptureLimitError(f"the list has more rows than a capture may have ({MAX_ROWS:,})")
        goes_on = last > self._last and self._is_new(rows, answer)
        if goes_on or not self.parts:  # the first is kept as it is: transform says what is wrong with it
            self.parts.append(body)
        if not goes_on:
            self._done = True
            return
        # Fewer rows than asked for: of the first answer that may be the portal's own limit, later it is the end.
        ends_short = len(rows) < (self._size if self._last else SMALLEST_PAGE)
        self._done = last >= answer.pager.total if answer.pager else ends_short
        self._seen.update(rows)
        if not self._last:
            self._size = min(self._size, len(rows))
        self._last = last

    def _is_new(self, rows: list[bytes], answer: ModuleAnswer) -> bool:
        """Whether these rows are the next ones, and not a page that was served again.

        A page served again is known by its rows, since it need not begin where the one before did. But a last page can
        hold nothing but lines that look like earlier ones, such as cash of 0.00 %: where the pager says that they are
        the next rows, or they are the short rest of a list without pager, they belong.
        """
        if not self._seen.issuperset(rows):
            return True
        if answer.pager:
            return answer.pager.first == self._last + 1
        return 0 < len(rows) < self._size


def _fingerprint(row: Node) -> bytes:
    try:
        text = json.dumps(row)
    except RecursionError:
        raise _SessionError("the module API's answer has a row of too many levels") from None
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
