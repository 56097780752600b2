"""Parse over the embedded S3: from the document's event to the snapshot, and whatever comes between."""

import itertools
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from etf_common.errors import (
    DamagedObjectError,
    FilingChangedError,
    FilingError,
    MalformedEventError,
    UnexpectedError,
    UsageError,
)
from etf_common.filing import FilingSnapshot
from etf_common.filing_keys import filing_key, parse_filing_key
from etf_common.filing_status import MAX_TRIES, Accession, read_filing_status, record_accession
from etf_common.lake import Lake
from etf_common.metrics import NAMESPACE_VARIABLE
from filings.by_hand import take_file
from filings.parse.app import create
from filings.parse.sweep import FilingsPendingError
from filings.raw import write_raw_filing
from local.disk import DataFolder
from local.system import System
from tests.events import notification
from tests.unit.filing_cases import ACCESSION, equity, filing_xml, source

NOW = datetime(2026, 11, 20, 22, 30, 4, tzinfo=UTC)
LATER, LATEST = "0001752724-26-000002", "0001752724-26-000003"
KEY = filing_key("VTI", "2026-06-30")
LINES = [equity("Acme Corp", 60), equity("Beta Corp", 40)]
Parse = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def handler(system: System) -> Callable[[dict[str, Any], Any], list[dict[str, Any]]]:
    return create(system.environ, clock=lambda: 0.0)


@pytest.fixture
def parse(handler: Callable[[dict[str, Any], Any], list[dict[str, Any]]]) -> Parse:
    """Give the handler S3's event of these keys."""
    return lambda *keys: handler(notification(*keys), None)


@pytest.fixture
def sweep(handler: Callable[[dict[str, Any], Any], list[dict[str, Any]]]) -> Parse:
    return lambda **event: handler(event or {"sweep": True}, None)


def put(lake: Lake, data: bytes | None = None, **values: Any) -> str:
    """A document as fetch writes it; its key."""
    return write_raw_filing(lake, filing_xml(LINES) if data is None else data, source(**values))


def told(lake: Lake, accession: str = ACCESSION, symbol: str = "VTI") -> Accession:
    status = read_filing_status(lake, symbol)
    assert status is not None
    return status.accessions[accession]


def standing(lake: Lake) -> FilingSnapshot:
    return FilingSnapshot.model_validate_json(lake.read(KEY).body)


def test_a_document_becomes_a_snapshot(system: System, parse: Parse) -> None:
    key = put(system.lake)

    assert parse(key) == [
        {
            "symbol": "VTI",
            "accession": ACCESSION,
            "result": "parsed",
            "error": None,
            "report_date": "2026-06-30",
            "lines": 2,
        }
    ]
    stored = system.lake.read(KEY)
    assert stored.metadata == {
        "symbol": "VTI",
        "report-date": "2026-06-30",
        "filed": "2026-08-27",
        "accession": ACCESSION,
        "form": "NPORT-P",
        "final": "false",
        "complete": "true",
        "lines": "2",
        "net-assets-usd": "1000",
        "source": "sample",
        "fetched-at": "2026-08-30T10:00:00Z",
    }
    assert [line["name"] for line in standing(system.lake).lines] == ["Acme Corp", "Beta Corp"]
    assert told(system.lake) == Accession(form="NPORT-P", filed="2026-08-27", report_date="2026-06-30", state="parsed")


def test_a_replay_gives_the_same_bytes(system: System, parse: Parse, sweep: Parse) -> None:
    parse(put(system.lake))
    first = system.lake.read(KEY).body
    system.lake.delete(KEY)

    assert [answer["result"] for answer in sweep(replay=["vti"])] == ["parsed"]
    assert system.lake.read(KEY).body == first
    with pytest.raises(UsageError, match="raw-filings/ holds no filing of VOO"):
        sweep(replay=["VOO"])


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_one_date_the_same_filing_stands_in_whatever_order_they_come(
    system: System, parse: Parse, order: tuple[int, ...]
) -> None:
    # Given a filing, its amendment, and a later amendment that lists nothing
    amended = filing_xml([equity("Amended Corp", 100)], form="NPORT-P/A")
    empty = filing_xml(None, form="NPORT-P/A", isFinalFiling="Y")
    keys = (
        put(system.lake),
        put(system.lake, amended, accession=LATER, filed="2026-09-10", form="NPORT-P/A"),
        put(system.lake, empty, accession=LATEST, filed="2026-09-20", form="NPORT-P/A"),
    )

    answers = [parse(keys[number])[0] for number in order]

    assert standing(system.lake).accession == LATER
    assert [line["name"] for line in standing(system.lake).lines] == ["Amended Corp"]
    states = {answer["accession"]: answer["result"] for answer in answers}
    assert states[LATER] == "parsed"
    if order.index(0) > order.index(1):
        assert states[ACCESSION] == "kept_back"
        error = told(system.lake).error
        assert error is not None
        assert (told(system.lake).state, error.code) == ("kept_back", "older_filing")
    if order[2] == 2:
        assert told(system.lake, LATEST).state == "kept_back"
        assert "lists 1 lines of this date" in answers[2]["error"]["message"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_amendment_without_lines_is_kept_back_in_whatever_order_the_two_come(
    system: System, parse: Parse, sweep: Parse, order: tuple[int, int]
) -> None:
    keys = (
        put(system.lake, filed="2026-08-27"),
        put(system.lake, filing_xml(None, form="NPORT-P/A"), accession=LATER, filed="2026-09-10", form="NPORT-P/A"),
    )

    results = {answer["accession"]: answer["result"] for number in order for answer in parse(keys[number])}

    assert results == {ACCESSION: "parsed", LATER: "kept_back"}
    assert standing(system.lake).accession == ACCESSION
    amendment = told(system.lake, LATER)
    assert (amendment.state, amendment.report_date, amendment.is_done) == ("kept_back", "2026-06-30", True)
    assert amendment.error is not None
    assert "lists nothing; what the fund filed before it stays" in amendment.error.message


def test_filings_that_meet_agree_on_which_stands(system: System, parse: Parse) -> None:
    numbers = [f"0001752724-26-{number:06}" for number in range(1, 9)]
    keys = [put(system.lake, accession=number, filed="2026-08-27") for number in numbers]

    with ThreadPoolExecutor(4) as pool:
        results = [answer["result"] for (answer,) in pool.map(parse, keys)]

    assert standing(system.lake).accession == numbers[-1]
    assert results[-1] == "parsed"
    status = read_filing_status(system.lake, "VTI")
    assert status is not None
    assert {each.state for each in status.accessions.values()} <= {"parsed", "kept_back"}
    assert sorted(status.accessions) == numbers


def test_a_file_by_hand_is_read_without_its_number_and_for_any_symbol(system: System, parse: Parse) -> None:
    key = take_file(system.lake, filing_xml(LINES), "vti", None, NOW)

    assert key.startswith("raw-filings/VTI/sha256-")
    (answer,) = parse(key)
    found = standing(system.lake)
    assert (answer["result"], found.filed, found.fund.series) == ("parsed", None, "unverified")
    assert found.provenance.source == "file"
    assert take_file(system.lake, filing_xml(LINES), "VTI", None, NOW) == key


def test_a_fetched_filing_takes_the_place_of_one_by_hand(system: System, parse: Parse) -> None:
    by_hand = take_file(system.lake, filing_xml([equity("By hand", 100)]), "VTI", None, NOW)
    fetched = put(system.lake)
    parse(by_hand)
    assert parse(fetched)[0]["result"] == "parsed"
    assert parse(by_hand)[0]["error"]["code"] == "older_filing"
    assert standing(system.lake).accession == ACCESSION


@pytest.mark.parametrize(
    ("data", "symbol", "accession", "error"),
    [
        (b"<html>SEC.gov | Request Rate Threshold Exceeded</html>", "VTI", None, FilingError),
        (filing_xml(LINES), "../VTI", None, UsageError),
        (filing_xml(LINES), "VTI", "../../etc", UsageError),
    ],
)
def test_what_is_no_filing_is_not_taken(
    system: System, data: bytes, symbol: str, accession: str | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        take_file(system.lake, data, symbol, accession, NOW)
    assert list(system.lake.keys("raw-filings/")) == []


def test_a_document_is_never_written_over(system: System) -> None:
    key = put(system.lake)
    assert put(system.lake) == key

    with pytest.raises(FilingChangedError, match="never changes, so the first stays"):
        put(system.lake, filing_xml([equity("Another", 100)]))
    assert system.lake.read(key).body == filing_xml(LINES)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (filing_xml(LINES)[:-20], "filing_unreadable"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "filing_unreadable"),
        (filing_xml([]), "filing_without_lines"),
        (filing_xml(["<invstOrSec/>"] * 100_001), "filing_limit"),
        (filing_xml(LINES, seriesId="S000000002"), "other_series"),
    ],
)
def test_a_bad_document_fails_once_with_its_reason_and_nothing_is_lost(
    system: System, parse: Parse, sweep: Parse, data: bytes, code: str
) -> None:
    # Given a good filing, and one that was filed later and cannot be read
    parse(put(system.lake))
    before = system.lake.read(KEY)
    key = put(system.lake, data, accession=LATER, filed="2026-09-10", series_id="S000099999")

    (answer,) = parse(key)

    assert (answer["result"], answer["error"]["code"]) == ("failed", code)
    known = told(system.lake, LATER)
    assert (known.state, known.settled, known.error and known.error.code) == ("failed", True, code)
    assert system.lake.read(KEY).body == before.body
    assert system.lake.read(key).body == data
    assert sweep() == []


def test_a_document_that_the_pipeline_did_not_write_is_told(system: System, parse: Parse) -> None:
    key = source().key
    system.lake.write(key, filing_xml(LINES), "application/xml", {"source": "somebody"})

    (answer,) = parse(key)

    assert answer["error"]["code"] == "filing_unreadable"
    assert "was not written by the pipeline" in answer["error"]["message"]


def test_a_damaged_document_is_tried_again_until_it_is_whole(
    system: System, folder: DataFolder, parse: Parse, sweep: Parse
) -> None:
    key = put(system.lake)
    path = folder.root / key
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"Acme", b"Evil"))

    with pytest.raises(DamagedObjectError):
        parse(key)
    assert (told(system.lake).state, told(system.lake).settled, told(system.lake).tries) == ("failed", False, 0)
    with pytest.raises(FilingsPendingError, match=f"VTI {ACCESSION}: .*checksum"):
        sweep()

    path.write_bytes(whole)
    assert [answer["result"] for answer in sweep()] == ["parsed"]
    assert told(system.lake).error is None


def test_storage_that_fails_does_not_count_as_a_try(
    system: System, parse: Parse, sweep: Parse, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = put(system.lake)

    def refuse(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "SlowDown", "Message": "slow down"}}, "PutObject")

    monkeypatch.setattr("filings.parse.attempt.publish", refuse)
    for _ in range(MAX_TRIES + 1):
        with pytest.raises(ClientError):
            parse(key)
    monkeypatch.undo()

    assert told(system.lake).tries == 0
    assert [answer["result"] for answer in sweep()] == ["parsed"]


@pytest.mark.parametrize("ended", [RuntimeError("a defect"), SystemExit("out of memory")])
def test_what_never_comes_to_an_end_is_given_up_after_three_tries(
    system: System, parse: Parse, sweep: Parse, monkeypatch: pytest.MonkeyPatch, ended: BaseException
) -> None:
    # Given a document whose parse is a defect, or whose process is ended
    key = put(system.lake)

    def end(*_: Any) -> None:
        raise ended

    monkeypatch.setattr("filings.parse.attempt.filing_snapshot", end)
    for _ in range(MAX_TRIES):
        with pytest.raises(UnexpectedError if isinstance(ended, RuntimeError) else SystemExit):
            parse(key)
    monkeypatch.undo()

    # When the sweep comes, then it leaves it out and says so; a replay with a mended parser reads it
    assert sweep() == []
    known = told(system.lake)
    code = "unexpected" if isinstance(ended, RuntimeError) else "interrupted"
    assert (known.state, known.settled, known.error and known.error.code) == ("failed", True, code)
    assert known.error is not None
    assert "given up after 3 tries, replay it" in known.error.message
    assert [answer["result"] for answer in sweep(replay=["VTI"])] == ["parsed"]
    assert (told(system.lake).settled, told(system.lake).tries) == (False, 0)


def test_a_lost_event_is_made_good_once_and_one_document_does_not_keep_the_others(system: System, sweep: Parse) -> None:
    put(system.lake, filing_xml(LINES)[:100], accession=LATER)
    put(system.lake)
    put(system.lake, symbol="VOO")

    answers = sweep()

    assert {(answer["symbol"], answer["accession"]): answer["result"] for answer in answers} == {
        ("VOO", ACCESSION): "parsed",
        ("VTI", ACCESSION): "parsed",
        ("VTI", LATER): "failed",
    }
    assert sweep() == []


class Context:
    """Lambda's, with so little time left."""

    def get_remaining_time_in_millis(self) -> int:
        return 1000


def test_a_sweep_that_runs_out_of_time_leaves_the_rest_to_the_next(
    system: System, handler: Callable[[dict[str, Any], Any], list[dict[str, Any]]]
) -> None:
    put(system.lake)

    with pytest.raises(FilingsPendingError, match="no time left"):
        handler({"sweep": True}, Context())
    assert len(handler({"sweep": True}, None)) == 1


def test_what_parse_knows_is_not_taken_back_by_fetch(system: System, parse: Parse, sweep: Parse) -> None:
    parse(put(system.lake))

    record_accession(system.lake, "VTI", ACCESSION, state="fetched", form="NPORT-P")

    assert told(system.lake).state == "parsed"
    assert sweep() == []


def test_other_events_and_keys_are_passed_over_or_refused(
    handler: Callable[[dict[str, Any], Any], list[dict[str, Any]]], parse: Parse
) -> None:
    assert handler({"Service": "Amazon S3", "Event": "s3:TestEvent"}, None) == []
    assert parse("raw/VTI/20261120T223000Z.html", "raw-filings/VTI/x.xml", "filings/VTI/2026-06-30.json") == []
    malformed: list[dict[str, Any]] = [{}, {"Records": [{}]}, {"replay": "VTI"}]
    for event in malformed:
        with pytest.raises(MalformedEventError):
            handler(event, None)


def test_each_attempt_is_counted_for_cloudwatch(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    counting = create({**system.environ, NAMESPACE_VARIABLE: "stack"}, clock=lambda: 1.0)
    good, bad = put(system.lake), put(system.lake, b"<a/>", accession=LATER)

    counting(notification(good, bad), None)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [(line.get("FilingLines"), line["FilingsParseFailures"]) for line in lines] == [
        ([2.0], [0.0]),
        (None, [1.0]),
    ]
    assert {line["service"] for line in lines} == {"filings-parse"}


def test_keys_of_snapshots_are_dates_that_exist() -> None:
    assert parse_filing_key(KEY) == ("VTI", "2026-06-30")
    for key in ("filings/VTI/2026-02-30.json", "filings/VTI/latest.json", "filings/vti/2026-06-30.json", f"{KEY}x"):
        assert parse_filing_key(key) is None
