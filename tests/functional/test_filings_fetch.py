"""Filings come from the SEC into the lake byte for byte, whatever it answers; what it refuses is told."""

import json

import pytest

from etf_common.errors import (
    MalformedEventError,
    SecError,
)
from etf_common.filing_status import record_accession, update_filing_status
from etf_common.lake import CONFIG_KEY, latest_key
from etf_common.metrics import NAMESPACE_VARIABLE
from etf_common.settings import SEC_URL
from filings.fetch.app import create
from filings.fetch.pace import Pace
from local.system import System
from tests.filing_server import Answer, FilingServer, arrays, document, feed, submissions
from tests.functional.conftest import FILINGS_NOW
from tests.functional.fetching import (
    CLASS,
    CONTACT,
    EARLIER,
    FEED,
    FUNDS,
    LATER,
    NAME,
    NEW_BODY,
    NEWEST,
    OLD_BODY,
    RUN,
    SERIES,
    Fetch,
    error_of,
    key_of,
    path_of,
    raw,
    status,
)


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


def test_when_the_first_look_was_is_kept(system: System, fetch: Fetch) -> None:
    fetch()
    first = status(system).first_checked_at
    update_filing_status(
        system.lake, "VTI", lambda told: told.model_copy(update={"first_checked_at": "2026-01-02T03:04:05Z"})
    )

    fetch(run=LATER)

    assert (first, status(system).first_checked_at) == ("2026-11-21T12:00:30Z", "2026-01-02T03:04:05Z")


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
    handler = create(environ, now=lambda: FILINGS_NOW, sleep=sleep, clock=lambda: now[0])

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
    handler = create(environ, pace=Pace(0.0), now=lambda: FILINGS_NOW, sleep=lambda _: None)
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
