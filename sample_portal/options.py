"""How the sample portal speaks and how it fails. The defaults are the portal on an ordinary day."""

import threading
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Literal

from sample_portal.funds import Fund, Row


class TokenForm(StrEnum):
    """How the page's script names the session token."""

    FALLBACK = auto()
    """`WSDOM.Page.sessionID = WSOD_DATA.sessionID || 'token'`"""
    ASSIGNED = auto()
    """`WSOD_DATA.sessionID = 'token'`"""
    BOTH = auto()


class PagerForm(StrEnum):
    """How the pager reads."""

    VIEWING = auto()
    """`Viewing 1 - 20 of 102 matches`"""
    PLAIN = auto()
    """`1 - 20 of 102 matches`"""
    NO_BREAK = auto()
    """VIEWING with `&nbsp;` for every blank."""
    TOTAL_APART = auto()
    """VIEWING with the total as a child of its own; in module answers it is a number."""
    TOTAL_APART_TIGHT = auto()
    """The same without blanks around it; in module answers it is a text of digits."""
    ABSENT = auto()


class SizeForm(StrEnum):
    """How bid and ask stand beside their sizes."""

    SLASH_IN_SUBLABEL = auto()
    """`$44.31` and `/1` in a span each."""
    SLASH_IN_VALUE = auto()
    """`$44.31/` and `1` in a span each."""
    SLASH_BETWEEN = auto()
    """`$44.31` and `1` in a span each, the slash between them."""
    WITHOUT_SPANS = auto()
    """`$44.31/1`, and the volume as `514,376 Average`."""
    CROSS = auto()
    """`$44.31` and `x1` in a span each: how one client of the portal has it."""


class ChangeSign(StrEnum):
    """Which sign the per cent of the quote's change has."""

    OF_NEGATIVE = auto()
    """`+0.17 (0.38%)` and `-0.23 (-0.63%)`."""
    ALWAYS = auto()
    """`+0.17 (+0.38%)`."""
    NEVER = auto()
    """`-0.23 (0.63%)`: the amount's sign is the per cent's."""


class Escapes(StrEnum):
    """How the module answers escape a text, `tsraw` and shown ones alike."""

    NONE = auto()
    JAVASCRIPT = auto()
    """JavaScript's escape() over the whole text: `Johnson%20%26%20Johnson`."""
    UNICODE = auto()
    """`%uXXXX` for what is not ASCII; the rest stays."""
    ENTITIES = auto()
    """HTML entities, and escape() over them: `Johnson%20%26amp%3B%20Johnson`."""


class MachineValues(StrEnum):
    """What the cells carry besides the shown text."""

    TEXT = auto()
    """`tsraw` holds text."""
    NUMBER = auto()
    """In module answers `tsraw` holds a JSON number where it can; the page has text only."""
    MISSING = auto()
    """No `tsraw`: nothing but `$2.3B`, `366.3K`, `9.71%`, and names cut at 40 characters."""


class PastTheEnd(StrEnum):
    """What the module API answers to a page behind the last one."""

    EMPTY = auto()
    LAST_PAGE = auto()
    """The last page again."""
    ERROR = auto()
    """Status 500."""


class Kind(StrEnum):
    """What goes wrong. First how the bytes come, then what they say."""

    STATUS = auto()
    """`status` (403, 429, 500, 503 ...) with `retry_after` as Retry-After."""
    HANG = auto()
    """Silence for `seconds`, then the connection ends without an answer."""
    DRIP = auto()
    """`chunk` bytes of the body every `seconds`."""
    DRIP_HEAD = auto()
    """One byte of headers without end every `seconds`."""
    RESET = auto()
    """The connection is reset after half of the body."""
    CUT = auto()
    """Half of the body, with a Content-Length that says so: the page or the JSON ends in the middle."""
    BROKEN_OFF = auto()
    """Half of the body, with a Content-Length that promises all of it."""
    GARBAGE_GZIP = auto()
    """Content-Encoding gzip over bytes that are not gzip."""
    HUGE = auto()
    """A body of `size` bytes."""
    REDIRECT_WITHIN = auto()
    """302 to the same page with one more parameter; for ever if `times` is None."""
    REDIRECT_AWAY = auto()
    """302 to `location`, on another host."""

    SIGN_IN = auto()
    """Status 200 and a sign-in page."""
    ROBOT_CHECK = auto()
    """Status 200 and a page that asks for proof of being human."""
    TOKEN_EXPIRES = auto()
    """The session of the request ends; it stays dead until the page is loaded again. `after=3` gives 3 answers."""
    INVALID_ANSWER = auto()
    """`this.apiReturn = {...}` around what is no JSON."""
    EMPTY_TABLE = auto()
    """A table without rows and no pager."""
    OTHER_FUND = auto()
    """The page or the answer of `other` instead."""
    RENAMED_IDS = auto()
    """The holdings table's ids are new."""
    SWAPPED_COLUMNS = auto()
    """Shares and market value have changed places, headings included."""
    ADDED_COLUMN = auto()
    """A sixth column, Sector, behind the name."""
    SHIFTED_ROWS = auto()
    """Module answers behind the first page start and end one row early: as many rows as ever, one of them twice."""
    CHANGED_TOTAL = auto()
    """The pager's total is `rows` more than there are."""


@dataclass
class Fault:
    """Something that goes wrong for the requests that it is limited to.

    It passes over the first `after` matching requests and strikes the next `times` ones (None: all that follow).
    """

    kind: Kind
    where: Literal["page", "module", "both"] = "both"
    symbol: str | None = None
    """As the portal writes it (`BRK/B`); None for every symbol."""
    times: int | None = None
    after: int = 0
    seconds: float = 0.0
    """For HANG the silence, for DRIP the pause between two pieces."""
    status: int = 500
    retry_after: str | None = None
    """For STATUS: seconds or an HTTP date, sent as it is."""
    location: str = "https://elsewhere.example/"
    other: str = "SPY"
    rows: int = 1
    size: int = 200_000_000
    """For HUGE, in bytes."""
    chunk: int = 1
    """For DRIP, in bytes."""
    _seen: int = field(default=0, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def strikes(self, where: Literal["page", "module"], symbol: str) -> bool:
        """Whether the fault strikes this request. Counts it if it matches."""
        if self.where not in {where, "both"} or self.symbol not in {None, symbol}:
            return False
        with self._lock:
            number = self._seen
            self._seen += 1
        return number >= self.after and (self.times is None or number < self.after + self.times)


@dataclass
class PortalOptions:
    """How the portal speaks and fails. May be changed while the portal runs; the next request sees it."""

    script_quote: Literal["'", '"'] = "'"
    """The quotation marks around the token."""
    token_form: TokenForm = TokenForm.BOTH
    token_text: str | None = None
    """The token of every session; None gives each its own, `YYY101_` and 32 hex digits."""
    issue_quoted: bool = True
    title_names_listing: bool = True
    """Whether the title ends in `QQQ:NASDAQ`."""
    quote_available: bool = True
    """Whether the quote has values, or `N/A` in every cell."""
    change_on_two_lines: bool = False
    change_sign: ChangeSign = ChangeSign.OF_NEGATIVE
    size_form: SizeForm = SizeForm.SLASH_IN_SUBLABEL
    volume_label: str = "Average"
    intraday: bool = False
    """The footer reads `As of 11:12am ET 11/20/2026` instead of `As of close 11/20/2026`."""
    close_of_next_session: bool = False
    """The footer names the close of the session that has not opened yet, as it was seen one morning."""
    fund_type: str = "thirdparty"
    """The table's `fundtype`; `schwab` is Schwab's own."""
    token_everywhere: bool = False
    """Whether the page for an unknown symbol has a session token too."""
    pager_form: PagerForm = PagerForm.VIEWING
    pager_commas: bool = True
    pager_for_few: bool = False
    """Whether a list that fits on the page has a pager; it says `15 Total Holdings` in any case."""
    machine_values: MachineValues = MachineValues.TEXT
    escapes: Escapes = Escapes.NONE
    numeric_children: bool = False
    """In module answers a shown text that is a number, such as `291.0`, comes as a JSON number."""
    empty_cells_have_children: bool = False
    """An empty cell of a module answer has `"c":[]`; else it has no `c`."""
    semicolon: bool = True
    rows_cap: int | None = None
    """The most rows that one module answer holds, whatever was asked for."""
    past_the_end: PastTheEnd = PastTheEnd.EMPTY
    cookies_required: bool = False
    """A module request without the cookie that the page set is answered like one with an unknown token."""
    delay: float = 0.0
    """Seconds before every answer."""
    rows_override: dict[str, list[Row]] = field(default_factory=dict)
    """Rows to list instead of the sample fund's, by symbol."""
    funds_override: dict[str, Fund] = field(default_factory=dict)
    """Whole funds to serve, by symbol; they may have symbols that the sample does not know."""
    faults: list[Fault] = field(default_factory=list)

    def striking(self, where: Literal["page", "module"], symbol: str) -> list[Fault]:
        """The faults that strike this request."""
        return [fault for fault in list(self.faults) if fault.strikes(where, symbol)]
