"""The SEC's lists: tickers, the feed of a series, a registrant's submissions; and what its answers mean."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from requests.structures import CaseInsensitiveDict

from etf_common.errors import (
    ContactRefusedError,
    PipelineError,
    SecBlockedError,
    SecBusyError,
    SecError,
    SecLayoutError,
    SecRefusedError,
)
from etf_common.transport import HttpAnswer
from filings.fetch.access import is_there
from filings.fetch.feed import count_for, feed_path, parse_feed
from filings.fetch.listed import Listed, wanted
from filings.fetch.names import Likeness, likeness
from filings.fetch.pace import Pace
from filings.fetch.submissions import parse_continuation, parse_submissions
from filings.fetch.tickers import Company, FundClass, Tickers, companies, fund_classes
from tests.filing_server import (
    ACCESS_DENIED,
    NO_SUCH_KEY,
    RATE_PAGE,
    UNDECLARED_PAGE,
    arrays,
    company_tickers,
    feed,
    fund_tickers,
    submissions,
)

A, B = "0001752724-26-000001", "0001752724-26-000002"


@pytest.fixture
def nport(real_folder: Path) -> Path:
    """Real lists of the SEC."""
    return real_folder / "nport"


class TestTickers:
    def test_positions_come_from_the_fields(self) -> None:
        rows = {
            "fields": ["symbol", "classId", "cik", "more", "seriesId"],
            "data": [["VTI", "C000007808", 36405, 0, "S000002848"]],
        }
        assert fund_classes(json.dumps(rows).encode()) == {"VTI": FundClass(36405, "S000002848", "C000007808")}

    def test_symbols_come_in_any_form(self) -> None:
        rows = (1, "S000000001", "C000000001", "elfnx"), (2, "S000000002", "C000000002", "A-B")
        found = fund_classes(fund_tickers(*rows))
        assert list(found) == ["ELFNX", "A.B"]
        assert companies(company_tickers((3, "brk-b", "BERKSHIRE"))) == {"BRK.B": Company(3, "BERKSHIRE")}

    def test_a_symbol_of_two_series_is_refused_and_of_one_twice_is_not(self) -> None:
        one, other = (1, "S000000001", "C000000001", "AAA"), (1, "S000000002", "C000000002", "AAA")
        tickers = Tickers(lambda: 0.0)
        with pytest.raises(SecLayoutError, match="AAA for two series"):
            tickers.fund_class("AAA", lambda _: fund_tickers(one, other))
        assert Tickers(lambda: 0.0).fund_class("AAA", lambda _: fund_tickers(one, one)) == FundClass(*one[:3])

    def test_rows_with_other_identifiers_are_passed_over(self) -> None:
        good = (1, "S000000001", "C000000001", "AAA")
        bad = [(1, "S1", "C000000002", "BBB"), (1, "S000000002", "", "CCC"), (1, "S000000002", "C000000002", "")]
        assert list(fund_classes(fund_tickers(good, *bad))) == ["AAA"]

    @pytest.mark.parametrize(
        "body",
        [
            *(b"", b"[]", b"{}", b"null", b'{"fields": ["cik"], "data": []}', b"[" * 100_000),
            *(fund_tickers()[:-3] + b"[[1, 2]]}", fund_tickers((1, "S1", "C1", "AAA"))),
        ],
        ids=lambda body: repr(body)[:30],
    )
    def test_another_layout_is_named(self, body: bytes) -> None:
        with pytest.raises(SecLayoutError, match="company_tickers_mf"):
            fund_classes(body)

    @pytest.mark.parametrize("body", [b"", b"[1]", b'{"0": {"ticker": "A"}}', b'{"0": 1}'], ids=repr)
    def test_another_layout_of_the_companies_is_named(self, body: bytes) -> None:
        with pytest.raises(SecLayoutError, match="company_tickers"):
            companies(body)

    def test_a_list_is_read_again_after_an_hour(self) -> None:
        now, read = [0.0], list[str]()

        def reading(path: str) -> bytes:
            read.append(path)
            return fund_tickers((1, "S000000001", "C000000001", "AAA"))

        tickers = Tickers(lambda: now[0])
        for moment in (0.0, 3599.0, 3600.0, 3700.0):
            now[0] = moment
            assert tickers.fund_class("AAA", reading)
            assert tickers.fund_class("BBB", reading) is None
        assert len(read) == 2

    def test_the_real_list_has_what_is_known_of_it(self, nport: Path) -> None:
        found = fund_classes((nport / "company_tickers_mf_extract.json").read_bytes())
        assert found["VTI"] == FundClass(36405, "S000002848", "C000007808")
        assert {"SPY", "GLD"}.isdisjoint(found)


class TestFeed:
    def test_entries_are_read_in_order(self) -> None:
        assert parse_feed(feed((B, "NPORT-P/A", "2026-09-01"), (A, "NPORT-P", "2026-08-28"), cik=36405), 1) == [
            Listed(B, "NPORT-P/A", "2026-09-01", 36405),
            Listed(A, "NPORT-P", "2026-08-28", 36405),
        ]

    def test_the_folder_is_the_registrants_where_an_entry_has_none(self) -> None:
        body = feed((A, "NPORT-P", "2026-08-28")).replace(b"/Archives/", b"/elsewhere/")
        (found,) = parse_feed(body, 99)
        assert found.path == "/Archives/edgar/data/99/000175272426000001/primary_doc.xml"

    def test_other_forms_are_passed_over(self) -> None:
        assert parse_feed(feed((A, "NPORT-EX", "2026-08-28")), 1) == []

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            (b"", "not XML"),
            (b"<feed/>", "no Atom feed"),
            (b'<feed xmlns="http://www.w3.org/2005/Atom">', "not XML"),
            (b'<!DOCTYPE feed [<!ENTITY a "b">]><feed xmlns="http://www.w3.org/2005/Atom">&a;</feed>', "DTD"),
            (b'<feed xmlns="http://www.w3.org/2005/Atom">' + b"<a>" * 1000, "nested"),
            (b'<?xml version="1.0" encoding="none"?><feed/>', "not XML"),
            (feed(("../../etc", "NPORT-P", "2026-08-28")), "accession"),
            (feed((A, "NPORT-P", "2026-13-28")), "accession"),
            (feed((A, "NPORT-P", "2026-08-28")).replace(b"filing-type", b"kind"), "no accession number"),
        ],
        ids=lambda value: repr(value)[:40],
    )
    def test_what_is_no_feed_is_named(self, body: bytes, says: str) -> None:
        with pytest.raises(SecLayoutError, match=says):
            parse_feed(body, 1)

    def test_a_nested_field_is_none_of_the_entrys(self) -> None:
        nested = b'<content type="text/xml"><more><filing-date>1999-01-01</filing-date></more>'
        body = feed((A, "NPORT-P", "2026-08-28")).replace(b'<content type="text/xml">', nested)
        assert [found.filed for found in parse_feed(body, 1)] == ["2026-08-28"]

    def test_the_real_feed_is_read(self, nport: Path) -> None:
        assert parse_feed((nport / "browse-edgar_S000016548_trimmed.atom").read_bytes(), 1) == [
            Listed("0001099263-26-007248", "NPORT-P", "2026-05-29", 810893),
            Listed("0001099263-26-003023", "NPORT-P", "2026-03-02", 810893),
        ]

    def test_it_is_asked_for_by_series_and_form(self) -> None:
        assert [count_for(quarters) for quarters in (1, 4, 8, 14, 34, 40)] == [10, 10, 20, 20, 40, 80]
        assert feed_path("S000002848", 20, 20).endswith(
            "CIK=S000002848&type=NPORT-P&dateb=&owner=include&start=20&count=20&output=atom"
        )


class TestSubmissions:
    def test_reports_are_found_and_the_page_of_html_is_not_taken(self) -> None:
        recent = arrays(
            (B, "NPORT-P", "2026-08-28", "xslFormNPORT-P_X01/primary_doc.xml"),
            ("x", "497", "y", "z.htm"),
            (A, "NPORT-P/A", "2026-05-28", "../../secret"),
        )
        found = parse_submissions(submissions(884394, "SPDR", recent), 884394)
        assert [(filing.accession, filing.document) for filing in found.filings] == [
            (B, "primary_doc.xml"), (A, "primary_doc.xml")
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            (lambda body: {**body, "cik": "0000000001"}, "CIK 1, not of 884394"),
            (lambda body: {**body, "filings": {}}, "filings.recent"),
            (lambda body: {**body, "filings": {"recent": {}, "files": []}}, "lacks one of"),
            (lambda body: {**body, "filings": {"recent": {**arrays(), "form": ["NPORT-P"]}, "files": []}}, "lengths"),
            (
                lambda body: {**body, "filings": {"recent": arrays((A, "NPORT-P", "28.8.", "")), "files": []}},
                "filing date",
            ),
            (
                lambda body: {
                    **body, "filings": {"recent": arrays(), "files": [{"name": "../x", "filingTo": "2026-01-01"}]}
                },
                "older list",
            ),
            (lambda _: [], "lacks cik"),
            (lambda _: 1, "lacks cik"),
        ],
    )  # fmt: skip
    def test_another_layout_is_named(self, change: Callable[[dict[str, object]], object], says: str) -> None:
        body = json.loads(submissions(884394, "SPDR", arrays()))
        with pytest.raises(SecLayoutError, match=says):
            parse_submissions(json.dumps(change(body)).encode(), 884394)

    def test_a_continuation_is_the_bare_arrays(self) -> None:
        body = json.dumps(arrays((A, "NPORT-P", "2025-05-28", "primary_doc.xml"))).encode()
        assert parse_continuation(body, 5) == [Listed(A, "NPORT-P", "2025-05-28", 5)]


def filed(*days: str, form: str = "NPORT-P") -> list[Listed]:
    return [Listed(f"{form}{day}", form, day, 1) for day in days]


class TestWanted:
    QUARTERLY = ("2026-08-28", "2026-05-28", "2026-02-26", "2025-11-28", "2025-08-27", "2025-05-29")

    @pytest.mark.parametrize("quarters", [1, 2, 3, 4, 5])
    def test_of_who_publishes_once_a_quarter_as_many(self, quarters: int) -> None:
        found = wanted(filed(*self.QUARTERLY), quarters)
        assert [each.filed for each in found] == list(self.QUARTERLY[:quarters])

    def test_of_who_publishes_each_month_all_months_of_the_quarters(self) -> None:
        monthly = [f"2026-{month:02d}-28" for month in range(12, 0, -1)]
        assert [each.filed for each in wanted(filed(*monthly), 2)] == monthly[:5]

    def test_amendments_since_count_and_an_amendment_of_an_old_report_moves_nothing(self) -> None:
        listed = [*filed("2026-10-30", "2026-01-05", form="NPORT-P/A"), *filed(*self.QUARTERLY)]
        found = wanted(listed, 1)
        assert [each.filed for each in found] == ["2026-10-30", "2026-08-28"]

    def test_nothing_of_nothing(self) -> None:
        assert wanted([], 4) == []
        assert [each.filed for each in wanted(filed("2026-10-30", form="NPORT-P/A"), 1)] == ["2026-10-30"]


@pytest.mark.parametrize(
    ("filed", "shown", "expected"),
    [
        ("VANGUARD TOTAL STOCK MARKET INDEX FUND", "Vanguard Total Stock Market ETF", Likeness.ALIKE),
        ("VANGUARD 500 INDEX FUND", "Vanguard S&P 500 ETF", Likeness.ALIKE),
        ("VANGUARD DEVELOPED MARKETS INDEX FUND", "Vanguard FTSE Developed Markets ETF", Likeness.ALIKE),
        ("SPDR S&P 500 ETF TRUST", "SPDR\u00ae S&P 500\u00ae ETF Trust", Likeness.ALIKE),
        ("Invesco QQQ Trust, Series 1", "Invesco QQQ", Likeness.ALIKE),
        ("The Technology Select Sector SPDR Fund", "Technology Select Sector SPDR ETF", Likeness.ALIKE),
        ("Defiance Daily Short Digitizing the Economy ETF", "iShares Bitcoin Trust ETF", Likeness.NOTHING_IN_COMMON),
        ("iShares Gold Fund", "iShares Bitcoin Trust ETF", Likeness.DOUBTFUL),
        ("The Fund", "iShares Bitcoin Trust ETF", Likeness.ALIKE),
        ("Bitcoin", "iShares Bitcoin Trust ETF", Likeness.ALIKE),
    ],
)
def test_names_of_one_fund_are_told_from_those_of_two(filed: str, shown: str, expected: Likeness) -> None:
    assert likeness(filed, shown) is expected


HTML = {"Content-Type": "text/html; charset=utf-8"}


def answered(status: int, body: bytes, headers: dict[str, str] | None = None) -> HttpAnswer:
    return HttpAnswer("https://www.sec.gov/x", status, CaseInsensitiveDict(headers or {}), body)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (answered(200, b"<?xml version='1.0'?><edgarSubmission/>", {"Content-Type": "text/xml"}), True),
        (answered(200, b"{}"), True),
        (answered(403, ACCESS_DENIED), False),
        (answered(404, NO_SUCH_KEY), False),
        (answered(404, b"<html>Page not found</html>", HTML), False),
        (answered(403, RATE_PAGE, HTML), SecBlockedError),
        (answered(403, UNDECLARED_PAGE, HTML), ContactRefusedError),
        (answered(403, b"<html>Access to this page is denied</html>", HTML), SecRefusedError),
        (answered(403, b""), SecRefusedError),
        (answered(200, b"\xef\xbb\xbf \n<!doctype HTML>"), SecRefusedError),
        (answered(200, b"hello", HTML), SecRefusedError),
        (answered(429, b"", {"Retry-After": "9"}), SecBusyError),
        (answered(301, b""), SecError),
        (answered(418, b""), SecError),
    ],
    ids=lambda value: repr(value)[-60:],
)
def test_what_an_answer_means_is_told_by_its_body(answer: HttpAnswer, expected: bool | type[PipelineError]) -> None:
    if isinstance(expected, bool):
        assert is_there(answer) is expected
    else:
        with pytest.raises(expected):
            is_there(answer)


class TestPace:
    def test_two_requests_a_second_and_no_debt_after_a_rest(self) -> None:
        now, slept = [100.0], list[float]()

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            now[0] += seconds

        pace = Pace(clock=lambda: now[0], sleep=sleep)
        for _ in range(3):
            with pace:
                pass
        now[0] += 60
        with pace:
            pass
        assert slept == [0.5, 0.5]

    def test_threads_that_come_at_once_get_turns_one_after_the_other(self) -> None:
        slept = list[float]()
        pace = Pace(clock=lambda: 0.0, sleep=slept.append)
        for _ in range(4):
            with pace:
                pass
        assert slept == [0.5, 1.0, 1.5]

    def test_held_it_lets_nothing_through_until_the_time_is_over(self) -> None:
        now, slept = [0.0], list[float]()
        pace = Pace(clock=lambda: now[0], sleep=slept.append)
        pace.hold(600.0)
        pace.hold(20.0)
        now[0] = 590.0
        assert pace.held() == 10.0
        with pace:
            pass
        assert slept == [10.0]
        now[0] = 700.0
        assert pace.held() == 0.0
