"""Schwab's protocol: session, form, and walking through the list, over a portal that is passed in."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest
from requests.structures import CaseInsensitiveDict

from etf_common.errors import CaptureLimitError, PortalBusyError, PortalError
from etf_common.transport import HttpAnswer
from etf_schwab.module_answer import decode_answer
from extract.paging import MAX_REQUESTS, RowsRequest
from extract.portal import MODULE_PATH, Fetched, Portal, RejectedPageError, module_form, page_url, read_session
from extract.transport import Transport
from tests.unit.builders import Line, answer, assigned, line, lines, node, page, tree

BASE = "https://portal.example"
TOKEN = "YYY101_a%2bb|c=="
SCRIPT = f"<script>WSOD_DATA.sessionID = '{TOKEN}'; var gSymbolWSODIssue = '123456'</script>".encode()
GOOD_PAGE = page([line()]) + SCRIPT
Serve = Callable[[int, int], bytes | Exception]


def arguments_of(form: str) -> dict[str, object]:
    """The module's arguments, decoded as a server decodes a form."""
    (inputs,) = parse_qs(form)["inputs"]
    found = json.loads(base64.b64decode(inputs.removeprefix("B64ENC"), validate=True))
    return cast(dict[str, object], found["moduleArgs"])


@dataclass
class FakePortal:
    """A transport that answers at once: `html` for the page, `serve(page, rows)` for the module."""

    serve: Serve
    html: bytes = GOOD_PAGE
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    gets: list[str] = field(default_factory=list)
    posts: list[tuple[str, str, str]] = field(default_factory=list)
    asked: list[RowsRequest] = field(default_factory=list)
    forgotten: int = 0

    def forget_cookies(self) -> None:
        self.forgotten += 1

    def get(self, url: str) -> HttpAnswer:
        self.gets.append(url)
        return HttpAnswer(f"{url}&seen", 200, CaseInsensitiveDict(self.headers), self.html)

    def post(self, url: str, *, query: str, form: str, headers: dict[str, str]) -> HttpAnswer:
        self.posts.append((url, query, headers["Referer"]))
        wanted = arguments_of(form)
        self.asked.append(RowsRequest(int(str(wanted["page"])), int(str(wanted["numRows"]))))
        body = self.serve(self.asked[-1].page, self.asked[-1].rows)
        if isinstance(body, Exception):
            raise body
        return HttpAnswer(url, self.status, CaseInsensitiveDict(), body)

    def fetch(self, max_holdings: int | None = None) -> Fetched:
        return Portal(BASE, cast(Transport, self)).fetch("VTI", max_holdings)


def fund(count: int, *, cap: int = 1000, pager: bool = True) -> Serve:
    """A fund of `count` rows of which one answer holds at most `cap`."""
    everything = lines(count)

    def serve(number: int, rows: int) -> bytes:
        start = (number - 1) * rows
        shown = everything[start : start + min(rows, cap)]
        return answer(shown, f"Viewing {start + 1} - {start + len(shown)} of {count:,} matches" if pager else None)

    return serve


def symbols(fetched: Fetched) -> list[str]:
    rows = [row for part in fetched.parts for row in decode_answer(part).rows or []]
    return [row["c"][0]["a"]["tsraw"] for row in rows]


@pytest.mark.parametrize(
    "script",
    [
        "WSOD_DATA.sessionID = 'YYY101_x';",
        'WSOD_DATA.sessionID="YYY101_x";',
        "WSDOM.Page.sessionID = WSOD_DATA.sessionID || 'YYY101_x';",
        'WSDOM.Page.sessionID = WSOD_DATA.sessionID || "YYY101_x";',
        "WSDOM.Page.sessionID = 'YYY101_x';",
        "WSDOM.Page.sessionID = WSOD_DATA.sessionID || 'old'; WSOD_DATA.sessionID = 'YYY101_x';",
        "if (WSOD_DATA.sessionID == 'no') {} WSOD_DATA.sessionID = 'YYY101_x';",
    ],
)
def test_the_session_token_in_all_its_forms(script: str) -> None:
    assert read_session(script.encode()).token == "YYY101_x"


@pytest.mark.parametrize(
    "script",
    [
        *("", "WSOD_DATA.sessionID = '';", "WSOD_DATA.sessionID == 'x'", "sessionID = 'x'"),
        # What no request line can carry is no token.
        *("WSOD_DATA.sessionID = 'YYY\u00e9'", "WSOD_DATA.sessionID = 'a\x01b'", "WSOD_DATA.sessionID = 'a b'"),
    ],
)
def test_no_session_token(script: str) -> None:
    assert read_session(script.encode()).token is None


@pytest.mark.parametrize(
    ("script", "issue"),
    [
        ("var gSymbolWSODIssue = '123456'", "123456"),
        ('var gSymbolWSODIssue="123456";', "123456"),
        ("var gSymbolWSODIssue = 123456;", "123456"),
        ("var gSymbolWSODIssue = '';", None),
        ("", None),
    ],
)
def test_the_issue_id(script: str, issue: str | None) -> None:
    assert read_session(script.encode()).issue == issue


def test_the_address_of_a_page() -> None:
    url = urlsplit(page_url(BASE, "BRK.B"))

    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{BASE}/schwab/Prospect/research/etfs/schwabETF/index.asp"
    assert parse_qs(url.query) == {"type": ["holdings"], "symbol": ["BRK/B"]}


@pytest.mark.parametrize(("symbol", "page_number"), [("VTI", 1), *((f"A{n}", n) for n in range(2, 40))])
def test_the_form_is_the_one_that_is_known(symbol: str, page_number: int) -> None:
    form = module_form(symbol, "123456", RowsRequest(page_number, 100))

    inputs, *rest = form.split("&")
    encoded = inputs.removeprefix("inputs=B64ENC")
    assert rest == ["..contenttype..=text/javascript", "..requester..=ContentBuffer"]
    assert set(encoded).isdisjoint("+/="), "a raw + would arrive as a blank"
    assert base64.b64decode(parse_qs(form)["inputs"][0].removeprefix("B64ENC"), validate=True).decode() == (
        '{"module":"schwabETFHoldingsTable","moduleArgs":{"ModuleID":"holdingsTableContainer",'
        f'"symbol":"{symbol}","wsodissue":"123456","sortDir":"desc","sortBy":"PctNetAssets",'
        f'"page":{page_number},"numRows":100,"isThirdPartyETF":true}}}}'
    )


def test_the_form_says_third_party_for_funds_that_are_not_schwabs_own() -> None:
    def form_of(container: str) -> dict[str, object]:
        forms: list[str] = []

        class Portal(FakePortal):
            def post(self, url: str, *, query: str, form: str, headers: dict[str, str]) -> HttpAnswer:
                forms.append(form)
                return super().post(url, query=query, form=form, headers=headers)

        Portal(fund(5), html=GOOD_PAGE + container.encode()).fetch()
        return arguments_of(forms[0])

    for container in (
        '<div id="holdingsTableContainer" fundtype="schwab">',
        "<div class='x' FundType = 'Schwab' id='holdingsTableContainer'>",
        "<div id=holdingsTableContainer fundtype=schwab>",
        """<script>find("#holdingsTableContainer")</script><div id="holdingsTableContainer" fundtype="schwab">""",
    ):
        assert "isThirdPartyETF" not in form_of(container), container
    for container in (
        "",
        '<div id="holdingsTableContainer">',
        '<div id="holdingsTableContainer" fundtype="thirdparty">',
        '<div fundtype="schwab"></div><div id="holdingsTableContainer"></div><div fundtype="schwab">',
    ):
        assert form_of(container)["isThirdPartyETF"] is True, container


def test_the_token_goes_out_raw_with_the_page_as_referer() -> None:
    portal = FakePortal(fund(5))

    fetched = portal.fetch()

    assert portal.gets == [page_url(BASE, "VTI")]
    assert portal.posts == [(BASE + MODULE_PATH, TOKEN, f"{page_url(BASE, 'VTI')}&seen")]
    assert (fetched.page.body, fetched.module_error) == (GOOD_PAGE, "")


@pytest.mark.parametrize(("headers", "source"), [({}, "schwab"), ({"x-data-source": "sample"}, "sample")])
def test_the_source_is_what_the_portal_says(headers: dict[str, str], source: str) -> None:
    assert FakePortal(fund(1), headers=headers).fetch().source == source


@pytest.mark.parametrize("pager", [True, False], ids=["pager", "no pager"])
@pytest.mark.parametrize("cap", [20, 40, 60, 97, 100, 300])
@pytest.mark.parametrize("count", [1, 19, 102, 345])
def test_the_whole_list_comes_once_whatever_one_answer_holds(count: int, cap: int, pager: bool) -> None:
    portal = FakePortal(fund(count, cap=cap, pager=pager))

    fetched = portal.fetch()

    assert symbols(fetched) == [f"S{n}" for n in range(1, count + 1)]
    assert fetched.module_error == ""


def test_the_total_reached_ends_the_walk() -> None:
    portal = FakePortal(fund(600))

    portal.fetch()

    assert portal.asked == [RowsRequest(1, 300), RowsRequest(2, 300)]


@pytest.mark.parametrize(("max_holdings", "requests"), [(1, 1), (300, 1), (301, 2), (600, 2), (601, 3), (None, 5)])
def test_no_more_is_asked_for_than_max_holdings(max_holdings: int | None, requests: int) -> None:
    portal = FakePortal(fund(1500))

    fetched = portal.fetch(max_holdings)

    assert len(portal.asked) == len(fetched.parts) == requests
    assert len(symbols(fetched)) >= (max_holdings or 1500)


@pytest.mark.parametrize("pager", ["Viewing 1 - 100 of 500 matches", None])
def test_a_page_that_is_served_again_ends_the_walk(pager: str | None) -> None:
    portal = FakePortal(lambda *_: answer(lines(100), pager))

    fetched = portal.fetch()

    assert len(fetched.parts) == 1
    assert len(portal.asked) == 2


@pytest.mark.parametrize("behind_the_end", [answer([]), answer([], "Viewing 0 - 0 of 500 matches"), assigned({})])
def test_an_empty_page_ends_the_walk_and_is_not_kept(behind_the_end: bytes) -> None:
    real = fund(500, cap=100)
    portal = FakePortal(lambda number, rows: real(number, rows) if number < 3 else behind_the_end)

    fetched = portal.fetch()

    assert len(symbols(fetched)) == 200
    assert len(fetched.parts) == 2
    assert portal.forgotten == 0


def test_a_page_past_the_end_that_repeats_the_last_rows_ends_the_walk() -> None:
    everything = lines(600)
    portal = FakePortal(lambda number, rows: answer(everything[min(number - 1, 1) * rows :][:rows]))

    assert symbols(portal.fetch()) == [f"S{n}" for n in range(1, 601)]


@pytest.mark.parametrize("pager", [True, False], ids=["pager", "no pager"])
def test_a_last_page_equal_to_earlier_rows_belongs_to_the_list(pager: bool) -> None:
    cash = line("USD", name="US DOLLAR", weight="0.00", shares="0", value="0")
    everything = [*lines(299), cash, cash]

    def serve(number: int, rows: int) -> bytes:
        start = (number - 1) * rows
        shown = everything[start : start + rows]
        return answer(shown, f"Viewing {start + 1} - {start + len(shown)} of 301 matches" if pager else None)

    assert symbols(FakePortal(serve).fetch())[-2:] == ["USD", "USD"]
    assert len(symbols(FakePortal(serve).fetch())) == 301


@pytest.mark.parametrize("error", [PortalError("answered 500, 4 times"), b"<html>Error</html>"])
def test_an_error_behind_the_last_page_of_a_list_without_pager_leaves_the_list(error: bytes | PortalError) -> None:
    real = fund(101, pager=False)
    portal = FakePortal(lambda number, rows: real(number, rows) if number == 1 else error)

    fetched = portal.fetch()

    assert symbols(fetched) == [f"S{n}" for n in range(1, 102)]
    assert fetched.module_error == ""


@pytest.mark.parametrize(("count", "pager"), [(101, True), (600, False)])
def test_an_error_within_a_list_leaves_the_page_with_the_reason(count: int, pager: bool) -> None:
    real = fund(count, cap=100 if pager else 300, pager=pager)
    fetched = FakePortal(lambda number, rows: real(number, rows) if number == 1 else PortalError("down")).fetch()

    assert (fetched.parts, fetched.module_error) == ((), "down")


def test_an_answer_beyond_the_limits_ends_the_attempt_with_its_name() -> None:
    with pytest.raises(CaptureLimitError, match="objects and arrays"):
        FakePortal(lambda *_: b"this.apiReturn = [" + b"[]," * 1_000_000).fetch()


def test_a_list_of_more_rows_than_any_fund_has_ends_the_attempt() -> None:
    with pytest.raises(CaptureLimitError, match="40,000"):
        FakePortal(fund(41_000)).fetch()


def test_a_pager_that_claims_more_rows_than_came_is_not_believed() -> None:
    everything = lines(900)
    portal = FakePortal(
        lambda number, rows: answer(everything[(number - 1) * rows : number * rows], "Viewing 1 - 900 of 900 matches")
    )

    assert symbols(portal.fetch()) == [f"S{n}" for n in range(1, 901)]


def test_a_first_answer_without_rows_is_kept_as_evidence() -> None:
    assert FakePortal(lambda *_: answer([])).fetch().parts == (answer([]),)


def test_a_list_without_end_is_given_up() -> None:
    portal = FakePortal(fund(5000, cap=1))

    fetched = portal.fetch()

    assert len(fetched.parts) == len(portal.asked) == MAX_REQUESTS == 400


@pytest.mark.parametrize("broken", [b"<html>Session expired</html>", b"", b"this.apiReturn = {"])
def test_a_session_that_ends_is_renewed_once(broken: bytes) -> None:
    real = fund(200, cap=100)
    portal = FakePortal(lambda number, rows: broken if len(portal.asked) == 2 else real(number, rows))

    fetched = portal.fetch()

    assert (len(portal.gets), portal.forgotten, fetched.module_error) == (2, 1, "")
    assert symbols(fetched) == [f"S{n}" for n in range(1, 201)]


def test_a_session_that_never_works_leaves_the_page_with_the_reason() -> None:
    portal = FakePortal(fund(200), status=403)

    fetched = portal.fetch()

    assert (len(portal.gets), len(portal.posts), portal.forgotten) == (2, 2, 1)
    assert (fetched.page.body, fetched.parts) == (GOOD_PAGE, ())
    assert "403" in fetched.module_error


def test_a_module_that_is_down_leaves_the_page_with_the_reason() -> None:
    portal = FakePortal(lambda *_: PortalError("POST answered 500, 4 times"))

    fetched = portal.fetch()

    assert (len(portal.gets), len(portal.posts)) == (1, 1)
    assert (fetched.parts, fetched.module_error) == ((), "POST answered 500, 4 times")


@pytest.mark.parametrize("fault", [PortalBusyError("come back later"), CaptureLimitError("too large")])
def test_what_the_queue_must_retry_ends_the_attempt(fault: PortalError) -> None:
    with pytest.raises(type(fault)):
        FakePortal(lambda *_: fault).fetch()


TOKEN_ONLY = b"<script>WSOD_DATA.sessionID = 'YYY'</script>"
ISSUE_ONLY = b"<script>var gSymbolWSODIssue = '1'</script>"


@pytest.mark.parametrize(
    "html",
    [
        *(b"", b"<html>Sign in</html>", b"<table id='quotes'></table>", page(holdings="")),
        # Every page of the site has a token.
        *(TOKEN_ONLY, page(holdings="") + TOKEN_ONLY, TOKEN_ONLY + b"<script>var gSymbolWSODIssue = ''</script>"),
    ],
)
def test_a_page_without_issue_and_table_is_rejected_with_its_bytes(html: bytes) -> None:
    portal = FakePortal(fund(1), html=html)

    with pytest.raises(RejectedPageError) as caught:
        portal.fetch()

    assert caught.value.page.body == html
    assert portal.posts == []


@pytest.mark.parametrize("html", [page([line()]), page([line()]) + TOKEN_ONLY, ISSUE_ONLY])
def test_a_page_with_only_some_of_them_comes_alone_with_the_reason(html: bytes) -> None:
    portal = FakePortal(fund(1), html=html)

    fetched = portal.fetch()

    assert (fetched.page.body, fetched.parts, portal.posts) == (html, (), [])
    assert "session token" in fetched.module_error
    assert "\n" not in fetched.module_error


def test_rows_are_counted_where_the_answer_is_a_wrapped_tree() -> None:
    rows: list[Line] = lines(30)
    wrapped = assigned({"module": [node("div", "x"), {"inner": tree(rows)}]})

    assert symbols(FakePortal(lambda number, _: wrapped if number == 1 else answer([])).fetch()) == [
        f"S{n}" for n in range(1, 31)
    ]
