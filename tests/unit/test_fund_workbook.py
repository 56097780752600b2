"""A fund's workbook: its sheets and their values, and what becomes of a snapshot whose workbook cannot be made."""

import base64
import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from botocore.exceptions import ClientError

import transform.fund_file
from api.computing import Computing
from api.documents import StoredSnapshot
from api.faults import BusyError
from api.fund_files import fund_file as api_file
from api.queries import HoldingsQuery
from api.questions import Turns
from etf_common.flat_table import csv_of
from etf_common.holdings_table import COLUMNS, ListFacts, holdings_table
from etf_common.lake import StoredObject, download_key, latest_key, workbook_key
from etf_common.models import Snapshot
from etf_common.workbook import CONTENT_TYPE
from tests.unit.api_cases import ask, handler, holding, put_fund
from tests.unit.builders import FakeLake, answer, capture, line, page
from transform.fund_file import fund_file
from transform.parser import parse
from transform.publish import publish, publish_workbook

RUN, LATER = "20261120T223000Z", "20261121T223000Z"
LINES = [
    line("AAPL", name="Apple Inc", weight="60.5"),
    line("0700", name="=cmd|' /C calc'!A0", weight="30"),
    line("TRUE", name="TrueCar Inc", weight="5.25", shares="", value=""),
]


class WrittenLake(FakeLake):
    """A lake in a dict that can be written."""

    def replace(
        self,
        key: str,
        body: bytes,
        content_type: str,
        metadata: Mapping[str, str],
        *,
        known: StoredObject | None,
    ) -> None:
        self.calls.append((content_type, key))
        self.put(key, body, f'"{len(self.calls)}"', metadata)


def snapshot_of(reported: int = 3, run: str = RUN) -> Snapshot:
    return parse(capture(page(LINES[:1]), answer(LINES, f"1 - {len(LINES)} of {reported}"), run=run))


def table_of(snapshot: Snapshot) -> Any:
    complete, reported = snapshot.quality.complete, snapshot.totals.reported
    return holdings_table(
        snapshot.holdings, ListFacts(snapshot.holdings_as_of, "schwab", snapshot.symbol, complete, reported)
    )


def published(lake: WrittenLake, snapshot: Snapshot) -> bool:
    """Whether the snapshot became the latest with its workbook."""
    assert publish(lake.lake, snapshot) is None
    return publish_workbook(lake.lake, snapshot)


def opened(body: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(body))


def cells(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def facts(sheet: Any) -> dict[str, Any]:
    return {name: value for name, value, _ in cells(sheet)[1:]}


@pytest.fixture(scope="module")
def whole() -> Any:
    snapshot = snapshot_of()
    return opened(fund_file(snapshot.to_bytes(), table_of(snapshot)))


def test_the_holdings_are_the_rows_of_the_csv_with_their_types(whole: Any) -> None:
    header, first, second, third = cells(whole["holdings"])
    told = ["equity", datetime(2026, 11, 18), "schwab", "VTI", True, 3]

    assert header == list(COLUMNS)
    assert first == ["AAPL", "Apple Inc", 60.5, 239000000, 118900000000, *told]
    assert second[:3] == ["0700", "=cmd|' /C calc'!A0", 30]
    assert whole["holdings"]["B3"].data_type == "s"
    assert third == ["TRUE", "TrueCar Inc", 5.25, None, None, *told]


def test_the_summary_has_the_three_times_and_how_good_the_list_is(whole: Any) -> None:
    found = facts(whole["summary"])

    assert found["holdings_as_of"] == datetime(2026, 11, 18)
    assert found["quote_as_of"] == datetime(2026, 11, 20, 16)
    assert found["fetched_at"] == datetime(2026, 11, 20, 22, 30, 4)
    assert (found["symbol"], found["source"], found["complete"]) == ("VTI", "schwab", True)
    assert (found["rows_reported"], found["rows_included"], found["weight_sum_pct"]) == (3, 3, 95.75)
    assert (found["last_price"], found["bid"], found["volume"]) == (245.67, 245.66, 1234567)
    assert found["issue shares_missing"] == 1
    assert found["sectors.as_of"] < datetime(2026, 11, 18)


def test_a_figure_that_is_null_says_why(whole: Any) -> None:
    (spread,) = (row for row in cells(whole["summary"]) if row[0] == "spread_bps")

    assert spread[1] is None
    assert spread[2].endswith("the quote is a close, so there is no spread")


def test_the_sectors_are_those_of_the_analytics(whole: Any) -> None:
    header, *rows = cells(whole["sectors"])

    assert header == ["sector", "weight_pct", "weight_pct_low", "weight_pct_high", "count", "reasons"]
    assert rows[0] == ["Information Technology", 60.5, 60.5, 60.5, 1, None]
    assert [row[0] for row in rows[1:]] == ["Unclassified"]


def test_sectors_of_a_partial_list_are_bounds_and_counts_are_not_known() -> None:
    snapshot = snapshot_of(reported=10)
    book = opened(fund_file(snapshot.to_bytes(), table_of(snapshot)))
    sector, weight, low, high, count, reasons = cells(book["sectors"])[1]

    assert (sector, weight, count, reasons) == ("Information Technology", None, None, "count partial_list")
    assert low == 60.5 < high
    assert facts(book["summary"])["complete"] is False
    assert {"sectors.classified_pct_low", "sectors.classified_pct_high"} < facts(book["summary"]).keys()


@pytest.mark.parametrize("odd", [[], {}, None, 10**400, "\ud800", [{"a": 1}]])
def test_what_is_odd_in_a_stored_snapshot_is_an_empty_cell_and_no_fault(odd: Any) -> None:
    snapshot = snapshot_of()
    stored = json.loads(snapshot.to_bytes())
    stored["totals"] = {"reported": 3, "included": odd, "weight_pct": odd}
    stored["quality"]["issues"] = [{"code": "row_count", "count": odd, "detail": odd}]
    stored["provenance"] = {"source": odd, "url": odd} if odd else odd

    found = facts(opened(fund_file(json.dumps(stored).encode(), table_of(snapshot)))["summary"])

    assert {found[name] for name in ("rows_included", "fetched_at", "url")} <= {None, "\ufffd"}


def test_the_same_snapshot_gives_the_same_file() -> None:
    files = {fund_file(snapshot_of().to_bytes(), table_of(snapshot_of())) for _ in range(2)}

    assert len(files) == 1


# ---- beside the snapshot


def test_a_snapshot_is_published_with_its_workbook_of_the_same_rank() -> None:
    lake, snapshot = WrittenLake(), snapshot_of()

    assert published(lake, snapshot)

    written = lake.objects[workbook_key("VTI")]
    assert written.body == fund_file(snapshot.to_bytes(), table_of(snapshot))
    assert written.metadata == lake.objects[latest_key("VTI")].metadata
    assert lake.calls[-1] == (CONTENT_TYPE, workbook_key("VTI"))


def test_what_is_kept_back_has_no_workbook() -> None:
    lake = WrittenLake()
    published(lake, snapshot_of(run=LATER))
    before = lake.objects[workbook_key("VTI")]

    assert publish(lake.lake, snapshot_of(run=RUN)) is not None
    assert publish_workbook(lake.lake, snapshot_of(run=RUN))
    assert lake.objects[workbook_key("VTI")] is before


def test_a_workbook_that_cannot_be_made_costs_no_snapshot(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_stored: bytes, _holdings: object) -> bytes:
        raise MemoryError

    assert_only_the_workbook_is_old(WrittenLake(), (transform.fund_file, "fund_file", broken), monkeypatch, caplog)


def test_a_workbook_that_cannot_be_written_costs_no_snapshot(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # Given that Excel has the file open, which Windows lets nobody write then
    lake = WrittenLake()
    replace = lake.replace

    def held(key: str, *arguments: Any, **named: Any) -> None:
        if key == workbook_key("VTI"):
            raise ClientError({"Error": {"Code": "500", "Message": "InternalError"}}, "PutObject")
        replace(key, *arguments, **named)

    assert_only_the_workbook_is_old(lake, (lake, "replace", held), monkeypatch, caplog)


def assert_only_the_workbook_is_old(
    lake: WrittenLake,
    fault: tuple[Any, str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # Given a published snapshot
    published(lake, snapshot_of())
    before = lake.objects[workbook_key("VTI")]

    # When the next one meets the fault
    with monkeypatch.context() as patched:
        patched.setattr(*fault)
        assert not published(lake, snapshot_of(run=LATER))

    # Then it is the latest all the same, with its CSV; the workbook that was there stays, as caller and log are told
    newest = snapshot_of(run=LATER)
    assert lake.objects[latest_key("VTI")].body == newest.to_bytes()
    assert lake.objects[download_key("VTI")].body == csv_of(table_of(newest))
    assert lake.objects[workbook_key("VTI")] is before
    (record,) = (record for record in caplog.records if record.message == "workbook_failed")
    assert record.levelname == "ERROR"

    # And the next try, or a replay, makes it
    assert published(lake, newest)
    assert lake.objects[workbook_key("VTI")].metadata["run"] == LATER


# ---- and as the API gives it


def test_the_api_gives_the_same_bytes_as_the_download() -> None:
    lake = WrittenLake()
    published(lake, snapshot_of())

    got = ask(handler(lake), "/api/etfs/VTI/holdings", {"format": "xlsx"}, {"accept-encoding": "gzip"})

    assert (got["statusCode"], got["isBase64Encoded"]) == (200, True)
    assert base64.b64decode(got["body"]) == lake.objects[workbook_key("VTI")].body
    assert got["headers"]["Content-Type"] == CONTENT_TYPE
    assert got["headers"]["Content-Disposition"] == 'attachment; filename="VTI-2026-11-18.xlsx"'
    assert got["headers"]["X-Table-Columns"].startswith("symbol text, name text, weight_pct number")
    assert "Content-Encoding" not in got["headers"]


def test_with_a_limit_the_holdings_are_fewer_and_the_rest_is_about_the_whole_list() -> None:
    lake = WrittenLake()
    published(lake, snapshot_of())

    got = ask(handler(lake), "/api/etfs/VTI/holdings", {"format": "xlsx", "limit": "1", "sort": "weight_pct"})
    book = opened(base64.b64decode(got["body"]))

    assert [row[0] for row in cells(book["holdings"])[1:]] == ["TRUE"]
    assert facts(book["summary"])["rows_included"] == 3
    assert got["headers"]["X-Total-Count"] == "3"


def test_a_caller_who_has_the_workbook_costs_no_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    lake = WrittenLake()
    published(lake, snapshot_of())
    path, query = "/api/etfs/VTI/holdings", {"format": "xlsx"}
    etag = ask(handler(lake), path, query)["headers"]["ETag"]

    def none_is_made(*_: object) -> bytes:
        raise AssertionError("a workbook is made")

    monkeypatch.setattr("api.fund_files.prepare", none_is_made)
    got = ask(handler(lake), path, query, {"if-none-match": etag})

    assert (got["statusCode"], got["body"]) == (304, "")


def test_a_workbook_is_made_in_turn_with_the_analyses() -> None:
    lake, turns = WrittenLake(), Turns(most_waiting=0)
    published(lake, snapshot_of())
    key = latest_key("VTI")
    document = api_file(StoredSnapshot(lake.objects[key], key), HoldingsQuery("xlsx"), Computing(turns))

    with turns.take(), pytest.raises(BusyError):
        _ = document.body
    assert document.body == lake.objects[workbook_key("VTI")].body


@pytest.mark.parametrize("chosen", ["csv", "ndjson", "records", "xlsx", "parquet"])
def test_a_number_beyond_all_others_is_an_answer_in_every_format(chosen: str) -> None:
    lake = FakeLake()
    put_fund(lake, "VTI", [holding("AAPL", shares=10**400), holding("MSFT", market_value_usd=-(10**400))])

    assert ask(handler(lake), "/api/etfs/VTI/holdings", {"format": chosen})["statusCode"] == 200
