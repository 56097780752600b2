"""Tables that cannot be computed: one row that says why. An empty table would mean that there is nothing."""

import csv
import io
import json
from base64 import b64decode
from typing import Any

import openpyxl
import pytest

from api.app import Handler
from tables.newest import build_newest
from tests.unit.api_cases import ask, handler
from tests.unit.filing_snapshots import filed_line, put_filing, stored_filing
from tests.unit.lake_cases import BUILT, MemoryLake, publish, row, stored_fund

ONE = [row("AAPL", "Apple Inc", 60.0), row("MSFT", "Microsoft Corp", 40.0)]
RISING = [row("AAPL", "Apple Inc", 20.0), row("MSFT", "Microsoft Corp", 40.0)]
BROKEN = {"symbols": "ONE,BAD"}
POSITIONS = {"positions": "ONE:60,BAD:40"}


@pytest.fixture(scope="module")
def api() -> Handler:
    """Two whole lists, and a partial one out of order, of which nothing can be told; with filings."""
    lake = MemoryLake()
    for symbol in ("ONE", "TWO"):
        publish(lake, stored_fund(symbol, ONE))
    publish(lake, stored_fund("BAD", RISING, reported=9))
    for symbol in ("ONE", "BAD"):
        put_filing(lake, stored_filing(symbol, [filed_line("Apple Inc", 30.0)]))
    assert build_newest(lake.lake, None, BUILT, lambda _: None) == ({}, {})
    return handler(lake)


def records(api: Handler, path: str, **query: str) -> list[dict[str, Any]]:
    answer = ask(api, path, {**query, "format": "records"})
    assert answer["statusCode"] == 200, answer["body"]
    found: list[dict[str, Any]] = json.loads(answer["body"])
    return found


def told(record: dict[str, Any]) -> dict[str, Any]:
    """The cells that are not empty."""
    return {name: cell for name, cell in record.items() if cell is not None}


@pytest.mark.parametrize(
    ("path", "query", "reasons"),
    [
        ("/api/overlap", BROKEN, "common order_broken, only_a order_broken, only_b order_broken"),
        ("/api/portfolio", POSITIONS, "exposures order_broken"),
    ],
)
def test_a_list_that_is_null_is_one_row_with_the_reason_in_every_format(
    api: Handler, path: str, query: dict[str, str], reasons: str
) -> None:
    text, workbook = (ask(api, path, {**query, "format": chosen})["body"] for chosen in ("csv", "xlsx"))
    (widget,) = json.loads(ask(api, path.replace("/api/", "/api/openbb/"), query)["body"])
    (record,) = records(api, path, **query)
    (cells,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    sheet = openpyxl.load_workbook(io.BytesIO(b64decode(workbook))).worksheets[0]

    assert [*record][-1] == "reasons"
    assert told(record) == told(widget) == {"reasons": reasons}
    assert {name: cell for name, cell in cells.items() if cell} == {"reasons": reasons}
    assert [cell.value for cell in sheet[2]][-1] == reasons


def test_a_pair_without_figures_says_why_and_the_others_have_no_reasons(api: Handler) -> None:
    pairs = {row["a"] + row["b"]: row for row in records(api, "/api/overlap", symbols="ONE,BAD,TWO")}

    assert pairs["ONETWO"]["overlap_pct"] == 100.0
    assert pairs["ONETWO"]["reasons"] == ""
    assert pairs["ONEBAD"]["overlap_pct_low"] is None
    assert "overlap_pct order_broken" in pairs["ONEBAD"]["reasons"]


def test_a_reconciliation_names_the_kinds_of_which_nothing_is_known(api: Handler) -> None:
    whole, partial = (records(api, f"/api/etfs/{symbol}/reconcile") for symbol in ("ONE", "BAD"))

    unknown = {"kind": "share_difference", "why": "no_common_factor"}
    assert unknown in map(told, whole)
    assert [row for row in map(told, partial) if "name" not in row] == [
        unknown,
        {"kind": "only_in_filing", "why": "partial_list"},
    ]
