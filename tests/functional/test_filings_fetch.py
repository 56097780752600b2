"""Filings come from the SEC into the lake byte for byte, whatever it answers; what it refuses is told."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from etf_common.errors import (
    MalformedEventError,
    SecBlockedError,
    SecBusyError,
    SecError,
    SecRefusedError,
)
from etf_common.filing_status import FilingStatus, read_filing_status, record_accession
from etf_common.lake import CONFIG_KEY, latest_key
from etf_common.metrics import NAMESPACE_VARIABLE
from etf_common.settings import SEC_URL
from filings.fetch.app import create
from filings.fetch.pace import Pace
from local.system import System
from tests.filing_server import (
    ACCESS_DENIED,
    NO_SUCH_KEY,
    RATE_PAGE,
    UNDECLARED_PAGE,
    Answer,
    FilingServer,
    arrays,
    company_tickers,
    document,
    feed,
    fund_tickers,
    submissions,
)

RUN = "20261121T120000Z"
LATER = "20261128T120000Z"
NOW = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)
CONTACT = "me@example.com"
SERIES, CLASS = "S000002848", "C000007808"
FUNDS, COMPANIES, FEED = "/files/company_tickers_mf.json", "/files/company_tickers.json", "/cgi-bin/browse-edgar"
NAME = "VANGUARD TOTAL STOCK MARKET INDEX FUND"
NEWEST, EARLIER = "0001752724-26-000002", "0001752724-26-000001"
NEW_BODY, OLD_BODY = document(SERIES, NAME, "2026-06-30"), document(SERIES, NAME, "2026-03-31")
Fetch = Callable[..., dict[str, Any]]


def path_of(accession: str, cik: int = 36405, name: str = "primary_doc.xml") -> str:
    return f"/Archives/edgar/data/{cik}/{accession.replace('-', '')}/{name}"


@pytest.fixture
def sec() -> Iterator[FilingServer]:
    """VTI with two filings on an ordinary day."""
    with FilingServer() as sec:
        sec.put(FUNDS, fund_tickers((36405, SERIES, CLASS, "VTI"), (36405, SERIES, "C000007807", "vtsax")))
        sec.put(COMPANIES, company_tickers((884394, "SPY", "SPDR S&P 500 ETF TRUST"), (1222333, "GLD", "SPDR GOLD")))
        sec.put(FEED, feed((NEWEST, "NPORT-P", "2026-08-28"), (EARLIER, "NPORT-P", "2026-05-28"), cik=36405))
        sec.put(path_of(NEWEST), Answer(NEW_BODY, compressed=True))
        sec.put(path_of(EARLIER), OLD_BODY)
        yield sec


@pytest.fixture
def waits() -> list[float]:
    """The pauses that were made."""
    return []


@pytest.fixture
def fetch(system: System, sec: FilingServer, waits: list[float]) -> Fetch:
    """Fetch one symbol by a handler that stays, as a warm Lambda does."""
    system.store_config(f"contact: {CONTACT}".encode())
    environ = {**system.environ, "SEC_URL": sec.url, "SEC_DATA_URL": sec.url}
    ticks = iter(range(10**9))
    pace = Pace(0.0, clock=lambda: 0.0, sleep=waits.append)
    handler = create(environ, pace=pace, now=lambda: NOW, sleep=waits.append, clock=lambda: next(ticks) / 1000)

    def run(symbol: str = "VTI", run: str = RUN, context: object = None, **more: object) -> dict[str, Any]:
        body = json.dumps({"symbol": symbol, "run": run, **more})
        return handler({"Records": [{"messageId": "1", "body": body}]}, context)

    return run


def status(system: System, symbol: str = "VTI") -> FilingStatus:
    found = read_filing_status(system.lake, symbol)
    assert found is not None
    return found


def raw(system: System, symbol: str = "VTI") -> dict[str, bytes]:
    return {key: system.lake.read(key).body for key in system.lake.keys(f"raw-filings/{symbol}/")}


def key_of(accession: str, symbol: str = "VTI") -> str:
    return f"raw-filings/{symbol}/{accession}.xml"


def error_of(system: System, symbol: str = "VTI") -> str | None:
    error = status(system, symbol).error
    return error.code if error else None


def test_new_filings_are_kept_byte_for_byte(system: System, sec: FilingServer, fetch: Fetch) -> None:
    answer = fetch()

    assert (answer["result"], answer["error"]) == ("ok", None)
    assert answer["keys"] == [key_of(NEWEST), key_of(EARLIER)]
    assert answer["bytes"] == len(NEW_BODY) + len(OLD_BODY)
    assert raw(system) == {key_of(NEWEST): NEW_BODY, key_of(EARLIER): OLD_BODY}
    assert system.lake.head(key_of(NEWEST)).metadata == {
        "source": "sec",
        "url": sec.url + path_of(NEWEST),
        "fetched-at": "2026-11-21T12:00:30Z",
        "accession": NEWEST,
        "form": "NPORT-P",
        "filed": "2026-08-28",
        "series": "verified",
        "series-id": SERIES,
        "class-id": CLASS,
    }
    found = status(system)
    assert (found.result, found.run, found.checked_at) == ("ok", RUN, "2026-11-21T12:00:30Z")
    assert found.registrant is not None
    assert found.registrant.model_dump() == {
        "cik": "0000036405", "series_id": SERIES, "class_id": CLASS, "name": NAME
    }  # fmt: skip
    newest = found.accessions[NEWEST]
    assert (newest.state, newest.filed, newest.report_date) == ("fetched", "2026-08-28", "2026-06-30")


def test_the_sec_is_told_who_asks_and_asked_for_the_series(sec: FilingServer, fetch: Fetch) -> None:
    fetch()

    agents = {asked.headers["User-Agent"] for asked in sec.asked}
    assert agents == {f"etf-portfolio-pipeline/0.1 {CONTACT}"}
    assert {asked.headers["Accept-Encoding"] for asked in sec.asked} == {"gzip, deflate"}
    query = f"?action=getcompany&CIK={SERIES}&type=NPORT-P&dateb=&owner=include&count=10&output=atom"
    assert sec.paths == [FUNDS, FEED + query, path_of(NEWEST), path_of(EARLIER)]


def test_known_filings_are_not_asked_for_again_and_the_list_of_tickers_is_kept(sec: FilingServer, fetch: Fetch) -> None:
    fetch()
    sec.asked.clear()

    answer = fetch(run=LATER)

    assert (answer["result"], answer["keys"]) == ("ok", [])
    assert [path.partition("?")[0] for path in sec.paths] == [FEED]


def test_what_parse_has_told_of_a_filing_stays(system: System, fetch: Fetch) -> None:
    fetch()
    record_accession(system.lake, "VTI", NEWEST, state="parsed")
    record_accession(system.lake, "VTI", EARLIER, state="kept_back")

    fetch(run=LATER)

    states = {accession: known.state for accession, known in status(system).accessions.items()}
    assert (status(system).run, states) == (LATER, {NEWEST: "parsed", EARLIER: "kept_back"})


def test_amendments_are_fetched_and_old_quarters_only_when_they_are_wanted(sec: FilingServer, fetch: Fetch) -> None:
    amended, old = "0001752724-26-000003", "0001752724-25-000009"
    sec.put(
        FEED,
        feed(
            (amended, "NPORT-P/A", "2026-09-15"),
            (NEWEST, "NPORT-P", "2026-08-28"),
            (EARLIER, "NPORT-P", "2026-05-28"),
            (old, "NPORT-P", "2025-05-28"),
            cik=36405,
        ),
    )
    sec.put(path_of(amended), document(SERIES, NAME, "2026-06-30", form="NPORT-P/A"))
    sec.put(path_of(old), document(SERIES, NAME, "2025-03-31"))

    assert fetch(quarters=1)["keys"] == [key_of(amended), key_of(NEWEST)]
    assert fetch(quarters=2)["keys"] == [key_of(EARLIER)]
    assert fetch(quarters=8)["keys"] == [key_of(old)]


def test_a_long_feed_is_read_page_by_page(sec: FilingServer, fetch: Fetch) -> None:
    entries = [(f"0001752724-26-{100 - n:06d}", "NPORT-P/A", f"2026-08-{28 - n:02d}") for n in range(10)]
    first, rest = [(NEWEST, "NPORT-P", "2026-08-29"), *entries[:9]], entries[9:]
    query = f"?action=getcompany&CIK={SERIES}&type=NPORT-P&dateb=&owner=include"
    sec.put(f"{FEED}{query}&count=10&output=atom", feed(*first, cik=36405))
    sec.put(f"{FEED}{query}&start=10&count=10&output=atom", feed(*rest, cik=36405))
    for accession, _, _ in entries:
        sec.put(path_of(accession), NEW_BODY)

    assert len(fetch(quarters=1)["keys"]) == 11


def test_a_trust_without_series_is_found_by_its_submissions(system: System, sec: FilingServer, fetch: Fetch) -> None:
    newest, old, oldest = "0001410368-26-055357", "0001410368-25-000001", "0001410368-24-000001"
    recent = arrays(
        (newest, "NPORT-P", "2026-08-28", "xslFormNPORT-P_X01/primary_doc.xml"), ("x", "497", "2026-08-01", "a.htm")
    )
    files = [
        {"name": "CIK0000884394-submissions-002.json", "filingTo": "2024-12-31"},
        {"name": "CIK0000884394-submissions-001.json", "filingTo": "2026-05-30"},
    ]
    sec.put("/submissions/CIK0000884394.json", submissions(884394, "SPDR S&P 500 ETF TRUST", recent, files))
    older = arrays((old, "NPORT-P", "2025-11-28", "primary_doc.xml"), (oldest, "NPORT-P", "2025-02-27", ""))
    sec.put("/submissions/CIK0000884394-submissions-001.json", json.dumps(older).encode())
    for accession, day in ((newest, "2026-06-30"), (old, "2025-09-30")):
        body = document(None, "SPDR S&amp;P 500 ETF Trust", day, cik=884394)
        sec.put(path_of(accession, 884394), body)

    answer = fetch("SPY")

    assert answer["keys"] == [key_of(newest, "SPY"), key_of(old, "SPY")]
    metadata = system.lake.head(key_of(newest, "SPY")).metadata
    assert metadata["series"] == "single_fund"
    assert "series-id" not in metadata
    # The list that ends before the wanted quarters is not asked for.
    assert "/submissions/CIK0000884394-submissions-002.json" not in sec.paths


def test_a_trust_that_files_nothing_is_told_with_the_reason(system: System, sec: FilingServer, fetch: Fetch) -> None:
    recent = arrays(("0001193125-26-000001", "10-K", "2026-11-20", "gld.htm"))
    sec.put("/submissions/CIK0001222333.json", submissions(1222333, "SPDR GOLD TRUST", recent))

    answer = fetch("GLD")

    assert (answer["result"], answer["error"]["code"]) == ("not_a_filer", "no_nport")
    assert "SPDR GOLD TRUST" in answer["error"]["message"]
    assert (status(system, "GLD").result, error_of(system, "GLD")) == ("not_a_filer", "no_nport")


def test_who_is_in_no_list_is_told_with_another_reason(system: System, fetch: Fetch) -> None:
    assert fetch("NONE")["result"] == "not_a_filer"
    assert error_of(system, "NONE") == "ticker_unknown"


@pytest.mark.parametrize(
    "empty", [Answer(feed()), Answer(b"<html><body><h1>No matching CIK.</h1></body></html>")], ids=["feed", "page"]
)
def test_a_series_without_filings_is_no_filer_yet(
    system: System, sec: FilingServer, fetch: Fetch, empty: Answer
) -> None:
    sec.put(FEED, empty)

    assert fetch()["result"] == "not_a_filer"
    assert error_of(system) == "no_nport"


class TestAnotherFund:
    def test_a_siblings_filing_is_refused_and_the_others_are_taken(
        self, system: System, sec: FilingServer, fetch: Fetch
    ) -> None:
        sec.put(path_of(EARLIER), document("S000002839", "VANGUARD 500 INDEX FUND", "2026-03-31"))

        answer = fetch()

        assert (answer["result"], answer["error"]["code"]) == ("ok", "other_series")
        assert raw(system) == {key_of(NEWEST): NEW_BODY}
        refused = status(system).accessions[EARLIER]
        assert (refused.state, refused.settled) == ("failed", True)
        assert refused.error is not None
        assert "S000002839" in refused.error.message

    def test_a_refused_newest_filing_is_a_failure(self, system: System, sec: FilingServer, fetch: Fetch) -> None:
        sec.put(path_of(NEWEST), document("S000002839", "VANGUARD 500 INDEX FUND", "2026-06-30"))

        assert fetch()["result"] == "failed"
        assert list(raw(system)) == [key_of(EARLIER)]

    def test_a_fund_of_a_trust_is_never_taken_by_its_registrant(
        self, system: System, sec: FilingServer, fetch: Fetch
    ) -> None:
        recent = arrays((NEWEST, "NPORT-P", "2026-08-28", "primary_doc.xml"))
        sec.put("/submissions/CIK0000884394.json", submissions(884394, "A TRUST", recent))
        sec.put(path_of(NEWEST, 884394), document("S000000001", "A SIBLING", "2026-06-30", cik=884394))

        assert fetch("SPY")["error"]["code"] == "other_series"
        assert raw(system, "SPY") == {}

    def test_a_stale_ticker_is_refused(self, system: System, sec: FilingServer, fetch: Fetch) -> None:
        system.lake.write(latest_key("VTI"), b'{"name": "iShares Bitcoin ETF"}', "application/json")

        answer = fetch()

        assert (answer["result"], answer["error"]["code"]) == ("failed", "stale_ticker")
        assert (raw(system), error_of(system)) == ({}, "stale_ticker")
        assert path_of(EARLIER) not in sec.paths

    def test_a_name_with_little_in_common_is_told_as_a_doubt(self, system: System, fetch: Fetch) -> None:
        system.lake.write(latest_key("VTI"), b'{"name": "Vanguard Real Estate ETF"}', "application/json")

        answer = fetch()

        assert (answer["result"], answer["error"]["code"]) == ("ok", "fund_name_doubtful")
        assert len(raw(system)) == 2

    def test_the_funds_own_name_raises_no_doubt(self, system: System, fetch: Fetch) -> None:
        system.lake.write(latest_key("VTI"), b'{"name": "Vanguard Total Stock Market ETF"}', "application/json")

        assert fetch()["error"] is None


LASTING: dict[str, tuple[str, Answer, type[SecError], str]] = {
    "500 for the feed": (FEED, Answer(b"", 500), SecError, "sec_unavailable"),
    "503 for a document": (path_of(NEWEST), Answer(b"", 503), SecError, "sec_unavailable"),
    "503 that asks to come back much later": (
        FEED, Answer(b"", 503, {"Retry-After": "600"}), SecBusyError, "sec_busy"
    ),
    "429 that asks to come back": (FEED, Answer(b"", 429, {"Retry-After": "20"}), SecBusyError, "sec_busy"),
    "429": (FUNDS, Answer(b"", 429), SecBusyError, "sec_busy"),
    "403 for too many requests": (FUNDS, Answer(RATE_PAGE, 403), SecBlockedError, "sec_blocked"),
    "403 of a kind that is not known": (FEED, Answer(b"<html>Blocked</html>", 403), SecRefusedError, "sec_refused"),
    "a page of HTML for the tickers": (FUNDS, Answer(b"<!DOCTYPE html><html>hi"), SecRefusedError, "sec_refused"),
    "a page of HTML for a document": (
        path_of(NEWEST), Answer(b"<html>N-PORT</html>", headers={"Content-Type": "text/html"}), SecRefusedError,
        "sec_refused",
    ),
    "no list of tickers": (FUNDS, Answer(ACCESS_DENIED, 403), SecRefusedError, "sec_refused"),
    "a document shorter than promised": (
        path_of(NEWEST), Answer(NEW_BODY, promised=99_999), SecError, "sec_unavailable"
    ),
    "a reset in mid-body": (path_of(NEWEST), Answer(NEW_BODY, reset=True), SecError, "sec_unavailable"),
    "gzip garbage": (
        path_of(NEWEST), Answer(NEW_BODY, headers={"Content-Encoding": "gzip"}), SecError, "sec_unavailable"
    ),
    "a redirect to another host": (
        FEED, Answer(b"", 302, {"Location": "http://elsewhere.example/"}), SecError, "sec_unavailable"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LASTING)
def test_a_fault_that_may_pass_is_told_and_tried_again(
    system: System, sec: FilingServer, fetch: Fetch, name: str
) -> None:
    path, answer, kind, code = LASTING[name]
    good = sec.answers[path]
    sec.put(path, answer)

    with pytest.raises(kind) as raised:
        fetch()

    assert raised.value.code == code
    assert (status(system).result, error_of(system), raw(system)) == ("failed", code, {})

    # Once it has passed, the message that comes again brings everything.
    sec.put(path, *good)
    assert (fetch()["result"], len(raw(system)), error_of(system)) == ("ok", 2, None)


PASSING = {
    "500 once": (FEED, Answer(b"", 500)),
    "503 with a short Retry-After": (path_of(NEWEST), Answer(b"", 503, {"Retry-After": "2"})),
    "a body shorter than promised": (path_of(NEWEST), Answer(NEW_BODY, promised=99_999)),
    "a reset in mid-body": (FUNDS, Answer(b'{"fields": []}', reset=True)),
    "a redirect within the host": (path_of(EARLIER), Answer(b"", 302, {"Location": path_of(EARLIER)})),
}


@pytest.mark.parametrize("name", PASSING)
def test_a_fault_that_passes_costs_nothing_but_time(system: System, sec: FilingServer, fetch: Fetch, name: str) -> None:
    path, answer = PASSING[name]
    sec.put(path, answer, *sec.answers[path])

    assert fetch()["result"] == "ok"
    assert raw(system) == {key_of(NEWEST): NEW_BODY, key_of(EARLIER): OLD_BODY}


SETTLED = {
    "403 of an undeclared tool": (FUNDS, Answer(UNDECLARED_PAGE, 403), "contact_refused"),
    "a list of tickers with other fields": (FUNDS, Answer(b'{"fields": ["cik"], "data": [[1]]}'), "sec_layout_changed"),
    "a list of tickers cut in the middle": (FUNDS, Answer(b'{"fields": ["cik", "ser'), "sec_layout_changed"),
    "a feed cut in the middle": (FEED, Answer(feed((NEWEST, "NPORT-P", "2026-08-28"))[:-40]), "sec_layout_changed"),
    "a feed with a DTD": (FEED, Answer(b'<!DOCTYPE a [<!ENTITY b "c">]><feed/>'), "sec_layout_changed"),
    "a document that is not there": (path_of(NEWEST), Answer(NO_SUCH_KEY, 404), "filing_missing"),
    "a document that nobody may see": (path_of(NEWEST), Answer(ACCESS_DENIED, 403), "filing_missing"),
    "a document that is none": (path_of(NEWEST), Answer(b"<?xml version='1.0'?><a/>"), "filing_unreadable"),
    "a document cut in the middle": (path_of(NEWEST), Answer(NEW_BODY[:200]), "filing_unreadable"),
    "a document of 65 MB": (path_of(NEWEST), Answer(b" " * (65 * 1024 * 1024)), "filing_limit"),
    "a document that expands a thousandfold": (
        path_of(NEWEST), Answer(b" " * (60 * 1024 * 1024), compressed=True), "filing_limit"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SETTLED)
def test_a_fault_that_stays_is_told_and_not_tried_again(
    system: System, sec: FilingServer, fetch: Fetch, name: str
) -> None:
    path, answer, code = SETTLED[name]
    sec.put(path, answer)

    told = fetch()

    assert (told["result"], told["error"]["code"]) == ("failed", code)
    assert (status(system).result, error_of(system)) == ("failed", code)
    assert key_of(NEWEST) not in raw(system)


class TestAfterABlock:
    def test_nothing_is_asked_where_there_is_no_time_to_wait(
        self, system: System, sec: FilingServer, fetch: Fetch
    ) -> None:
        sec.put(FUNDS, Answer(RATE_PAGE, 403))
        with pytest.raises(SecBlockedError):
            fetch()
        asked = len(sec.asked)

        class Context:
            def get_remaining_time_in_millis(self) -> int:
                return 300_000

        with pytest.raises(SecBlockedError):
            fetch("VOO", context=Context())
        assert len(sec.asked) == asked == 1
        assert error_of(system, "VOO") == "sec_blocked"

    def test_where_there_is_time_it_waits_ten_minutes(
        self, sec: FilingServer, fetch: Fetch, waits: list[float]
    ) -> None:
        sec.put(FUNDS, Answer(RATE_PAGE, 403), *sec.answers[FUNDS])
        with pytest.raises(SecBlockedError):
            fetch()

        assert fetch()["result"] == "ok"
        assert waits[0] == 600.0


class TestWithoutAContact:
    def test_nothing_is_asked(self, system: System, sec: FilingServer, fetch: Fetch) -> None:
        system.store_config(b"max_workers: 3")

        assert fetch()["error"]["code"] == "contact_missing"
        assert (sec.asked, error_of(system)) == ([], "contact_missing")

    def test_made_up_data_needs_none_and_is_marked(self, system: System, sec: FilingServer, fetch: Fetch) -> None:
        system.lake.write(CONFIG_KEY, b"max_workers: 3", "application/yaml", {"source": "sample"})

        assert fetch()["result"] == "ok"
        assert system.lake.head(key_of(NEWEST)).metadata["source"] == "sample"
        assert "@sample.invalid" in sec.asked[0].headers["User-Agent"]

    def test_made_up_data_never_meets_the_sec_itself(self, system: System) -> None:
        system.lake.write(CONFIG_KEY, b"contact: me@example.com", "application/yaml", {"source": "sample"})
        handler = create({**system.environ, "SEC_URL": SEC_URL})
        body = json.dumps({"symbol": "VTI", "run": RUN, "quarters": 1})

        answer = handler({"Records": [{"messageId": "1", "body": body}]}, None)

        assert (answer["result"], answer["error"]["code"]) == ("failed", "contact_missing")
        assert "stand-in" in answer["error"]["message"]


def test_a_document_of_the_stand_in_is_marked_wherever_it_comes_from(
    system: System, sec: FilingServer, fetch: Fetch
) -> None:
    sec.put(path_of(NEWEST), Answer(NEW_BODY, headers={"X-Data-Source": "sample"}))
    fetch()
    assert system.lake.head(key_of(NEWEST)).metadata["source"] == "sample"


def test_a_later_run_is_not_hidden_by_an_older_one_that_fails(system: System, sec: FilingServer, fetch: Fetch) -> None:
    fetch(run=LATER)
    sec.put(FEED, Answer(b"", 500))

    with pytest.raises(SecError):
        fetch(run=RUN)

    assert (status(system).run, status(system).result) == (LATER, "ok")


@pytest.mark.parametrize("more", [{"quarters": 0}, {"quarters": 41}, {"quarters": "4"}, {"max_holdings": 1}], ids=repr)
def test_a_message_of_another_kind_is_refused(fetch: Fetch, more: dict[str, object]) -> None:
    with pytest.raises(MalformedEventError, match="is not a filings message"):
        fetch(**more)


def test_every_request_keeps_the_pace_also_those_that_a_redirect_leads_to(system: System, sec: FilingServer) -> None:
    # Given a clock that moves by pauses alone, and a feed that is asked for twice
    system.store_config(f"contact: {CONTACT}".encode())
    now, waits = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    sec.put(path_of(EARLIER), Answer(b"", 302, {"Location": path_of(EARLIER)}), OLD_BODY)
    environ = {**system.environ, "SEC_URL": sec.url, "SEC_DATA_URL": sec.url}
    handler = create(environ, now=lambda: NOW, sleep=sleep, clock=lambda: now[0])

    # When two symbols are fetched
    for symbol in ("VTI", "NONE"):
        body = json.dumps({"symbol": symbol, "run": RUN, "quarters": 4})
        handler({"Records": [{"messageId": "1", "body": body}]}, None)

    # Then all requests but the first have waited for their turn
    assert len(sec.asked) == 6
    assert waits == [0.5] * 5


def test_attempts_are_counted_for_cloudwatch(
    system: System, sec: FilingServer, capsys: pytest.CaptureFixture[str]
) -> None:
    system.store_config(f"contact: {CONTACT}".encode())
    environ = {**system.environ, "SEC_URL": sec.url, "SEC_DATA_URL": sec.url, NAMESPACE_VARIABLE: "etf"}
    handler = create(environ, pace=Pace(0.0), now=lambda: NOW, sleep=lambda _: None)
    event = {"Records": [{"messageId": "1", "body": json.dumps({"symbol": "VTI", "run": RUN})}]}

    handler(event, None)
    sec.put(FEED, Answer(b"", 500))
    with pytest.raises(SecError):
        handler(event, None)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    counted = [
        {name: line.get(name) for name in ("FilingsFetched", "FilingsFailures", "FilingsBytes")} for line in lines
    ]
    size = float(len(NEW_BODY) + len(OLD_BODY))
    assert counted == [
        {"FilingsFetched": [2.0], "FilingsFailures": [0.0], "FilingsBytes": [size]},
        {"FilingsFetched": None, "FilingsFailures": [1.0], "FilingsBytes": None},
    ]
