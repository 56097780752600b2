"""Flat formats: one table for each answer, and the same cells in every encoding of it."""

import csv
import gzip
import io
import itertools
import json
import math
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import openpyxl
import pytest

from api.app import Handler
from api.formats import FORMATS, finite, written
from api.routes import ROUTES, find
from etf_common.codes import Reason
from etf_common.flat_table import Column, FlatTable, csv_of, figures, numbers, table_of, texts
from etf_common.lake import CONFIG_KEY
from rebalance.solving import solve
from tables.newest import build_newest
from tests.unit.api_cases import ask, handler, told
from tests.unit.change_cases import digest, partial, put_changes
from tests.unit.filing_snapshots import QUARTERS, filed_line, put_filing, stored_filing
from tests.unit.lake_cases import BUILT, MemoryLake, publish, row, stored_fund

FORMULA = '=HYPERLINK("http://elsewhere.example")'
SHORT = [row("AAPL", FORMULA, 30.0), row("MSFT", "Microsoft Corp", 20.0), row("XOM", "Exxon Mobil Corp", 10.0)]
WHOLE = [*SHORT, row("NVDA", "NVIDIA Corp", 39.0), row("USD", "U.S. Dollar", 1.0, "cash")]
FACTORS = {"market": "TWO", "value": "ONE"}
HELD = [{"symbol": "ONE", "amount_usd": 60_000}, {"symbol": "CUT", "amount_usd": 40_000}]
KINDS: dict[str, Any] = {"text": str, "number": (int, float), "boolean": bool}
COLUMN = re.compile(r"[a-z][a-z0-9_]*")


class Asked(NamedTuple):
    """A request for an answer with a table."""

    path: str
    query: Mapping[str, str] = MappingProxyType({})
    body: Any = None


DATES = {"from": "2026-11-16", "to": "2026-11-18"}
REQUESTS = (
    Asked("/api/etfs"),
    Asked("/api/etfs/CUT/holdings", {"sort": "-weight_pct"}),
    Asked("/api/etfs/ONE/history"),
    Asked("/api/etfs/CUT/analytics"),
    Asked("/api/etfs/ONE/analytics", {"basis": "filing"}),
    Asked("/api/etfs/CUT/factors"),
    Asked("/api/etfs/ONE/changes", DATES),
    Asked("/api/etfs/CUT/changes", DATES),
    Asked("/api/etfs/ONE/attribution", DATES),
    Asked("/api/etfs/ONE/filings"),
    Asked(f"/api/etfs/ONE/filings/{QUARTERS[0]}"),
    Asked("/api/etfs/ONE/reconcile"),
    Asked("/api/overlap", {"symbols": "ONE,CUT"}),
    Asked("/api/overlap", {"symbols": "ONE,CUT,TWO"}),
    Asked("/api/compare", {"symbols": "ONE,CUT"}),
    Asked("/api/holders/NVDA"),
    Asked("/api/search", {"q": "AAPL"}),
    Asked("/api/screen", {"min_factor": "value:-1000", "holds": "AAPL"}),
    Asked("/api/similar/ONE"),
    Asked("/api/substitutes/ONE"),
    Asked("/api/crowding"),
    Asked("/api/changes", {"since": "2026-11-01"}),
    Asked("/api/portfolio", {"positions": "ONE:60,CUT:40"}),
    Asked("/api/portfolio", {}, {"positions": HELD}),
    Asked("/api/portfolio/changes", DATES, {"positions": HELD}),
    Asked("/api/drift", DATES, {"positions": HELD, "targets": {"ONE": 50}}),
    Asked("/api/rebalance", {}, {"positions": HELD, "max": {"NVDA": 5}}),
    Asked("/api/status"),
)
EMPTY = (
    (Asked("/api/etfs/ONE/holdings", {"offset": "100"}), Asked("/api/etfs/ONE/holdings")),
    (Asked("/api/etfs/ONE/history", {"to": "2020-01-01"}), Asked("/api/etfs/ONE/history")),
    (Asked("/api/etfs/TWO/filings"), Asked("/api/etfs/ONE/filings")),
    (Asked("/api/search", {"q": "zzzzz"}), Asked("/api/search", {"q": "AAPL"})),
    (
        Asked("/api/screen", {"min_factor": "value:999"}),
        Asked("/api/screen", {"min_factor": "value:-1000"}),
    ),
    (Asked("/api/holders/ZZZ"), Asked("/api/holders/NVDA")),
)
"""Answers without rows, and the like with some."""


@pytest.fixture(scope="module")
def api() -> Handler:
    """Whole and cut lists of two dates, factors, filings and changes, with the tables over all."""
    lake = MemoryLake()
    for day, more in (("2026-11-16", 0.0), ("2026-11-18", 5.0)):
        publish(lake, stored_fund("ONE", [*WHOLE[:3], row("NVDA", "NVIDIA Corp", 34.0 + more)], day=day))
        publish(lake, stored_fund("CUT", SHORT, reported=9, day=day))
    publish(lake, stored_fund("TWO", WHOLE, day="2026-11-18"))
    lines = [filed_line(str(line["name"]), 30.0, balance=1000.0) for line in WHOLE[:3]]
    put_filing(lake, stored_filing("ONE", lines))
    lake.put(CONFIG_KEY, json.dumps({"etf_symbols": ["ONE", "CUT", "TWO"], "factors": FACTORS}).encode())
    assert build_newest(lake.lake, None, BUILT, lambda _: None, factors=FACTORS) == ({}, {})
    put_changes(lake, "2026-11-17", [digest("ONE"), partial("CUT")])
    return handler(lake, solver=solve)


def sent(api: Handler, asked: Asked, chosen: str, **headers: str) -> dict[str, Any]:
    method, body = ("GET", None) if asked.body is None else ("POST", json.dumps(asked.body))
    query = {**asked.query, "format": chosen}
    found = ask(api, asked.path, query, {name.replace("_", "-"): text for name, text in headers.items()},
                method=method, body=body)  # fmt: skip
    assert found["statusCode"] == 200, found["body"]
    return found


def columns_of(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """The header's columns and kinds."""
    told = answer["headers"]["X-Table-Columns"]
    return [(name, kind) for name, _, kind in (text.partition(" ") for text in told.split(", "))]


def numbers_in(value: Any) -> Iterator[float]:
    """All numbers of an answer in JSON."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def is_shown(value: Any, cell: Any) -> bool:
    """Whether a cell of a workbook has this value of JSON; its dates and times are texts there."""
    if isinstance(cell, datetime):
        return datetime.fromisoformat(value).replace(tzinfo=None) == cell
    return bool(cell is None if value == "" else cell == value)


def test_every_route_with_a_table_is_among_the_requests() -> None:
    asked = {find("GET" if one.body is None else "POST", one.path)[0].operation_id for one in REQUESTS}
    assert asked == {route.operation_id for route in ROUTES if {*FORMATS} <= {*route.formats}}


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda asked: asked.path + ("" if asked.body is None else " posted"))
class TestEveryTable:
    def test_holds_the_same_cells_in_every_format(self, api: Handler, asked: Asked) -> None:
        answers = {chosen: sent(api, asked, chosen) for chosen in FORMATS}

        records = json.loads(answers["records"]["body"])
        columns = columns_of(answers["records"])
        assert records
        assert {tuple(record) for record in records} == {tuple(name for name, _ in columns)}
        assert [json.loads(line) for line in answers["ndjson"]["body"].splitlines()] == records
        table = FlatTable(tuple(Column(*column) for column in columns), [[*record.values()] for record in records])  # type: ignore[arg-type]
        assert answers["csv"]["body"].encode() == csv_of(table)
        assert {tuple(columns_of(answers[chosen])) for chosen in FORMATS[1:]} == {tuple(columns)}
        assert "X-Table-Columns" not in answers["json"]["headers"]
        assert len({answer["headers"]["ETag"] for answer in answers.values()}) == len(FORMATS)

    def test_has_figures_of_the_answer_in_columns_of_their_kinds(self, api: Handler, asked: Asked) -> None:
        answer = sent(api, asked, "records")

        records, columns = json.loads(answer["body"]), columns_of(answer)
        # Of a list, JSON does not say how many lines the portal reports.
        known = {0.0, 9.0, *numbers_in(json.loads(sent(api, asked, "json")["body"]))}
        assert all(COLUMN.fullmatch(name) for name, _ in columns)
        assert len({name for name, _ in columns}) == len(columns)
        for record, (name, kind) in itertools.product(records, columns):
            value = record[name]
            assert value is None or (isinstance(value, KINDS[kind]) and (kind == "boolean") == isinstance(value, bool))
            assert kind != "number" or value is None or value in known, f"{name} is {value}"

    def test_is_the_first_sheet_of_a_workbook_with_what_stands_beside_it(self, api: Handler, asked: Asked) -> None:
        answer, records = sent(api, asked, "xlsx"), json.loads(sent(api, asked, "records")["body"])

        table, *others = openpyxl.load_workbook(io.BytesIO(b64decode(answer["body"])))
        header, *rows = [[cell.value for cell in row] for row in table.iter_rows()]
        assert header == [name for name, _ in columns_of(answer)]
        for record, cells in zip(records, rows, strict=True):
            assert all(map(is_shown, record.values(), cells)), (record, cells)
        assert any("source" in [cell.value for cell in sheet["A"]] for sheet in others)

    def test_has_three_columns_for_each_figure_with_bounds(self, api: Handler, asked: Asked) -> None:
        answer = sent(api, asked, "records")

        names = [name for name, _ in columns_of(answer)]
        stems = [name.removesuffix("_low") for name in names if name.endswith("_low")]
        assert [name for name in names if name.endswith("_high")] == [f"{stem}_high" for stem in stems]
        for record, stem in itertools.product(json.loads(answer["body"]), stems):
            value, low, high = (record[f"{stem}{end}"] for end in ("", "_low", "_high"))
            assert value == low == high if value is not None else (low is None) == (high is None) or low is not None
            assert value is not None or low is None or low != high


def test_bounds_are_there_and_say_that_the_figure_itself_is_not_known(api: Handler) -> None:
    (nvda,) = [
        record
        for record in json.loads(sent(api, Asked("/api/holders/NVDA"), "records")["body"])
        if record["etf"] == "CUT"
    ]
    assert (nvda["listed"], nvda["weight_pct"], nvda["weight_pct_low"]) == (False, None, 0.0)
    assert nvda["weight_pct_high"] > 0


@pytest.mark.parametrize(("empty", "full"), EMPTY, ids=lambda asked: asked.path)
def test_a_table_without_rows_keeps_its_columns(api: Handler, empty: Asked, full: Asked) -> None:
    without, some = ({chosen: sent(api, asked, chosen) for chosen in FORMATS} for asked in (empty, full))

    names = [name for name, _ in columns_of(some["csv"])]
    assert {str(columns_of(answer)) for answer in (without["csv"], without["ndjson"], without["records"])} == {
        str(columns_of(some["csv"]))
    }
    lines = [*csv.reader(io.StringIO(without["csv"]["body"].removeprefix("\ufeff")))]
    rows = json.loads(without["records"]["body"])
    if not rows:
        assert (without["ndjson"]["body"], lines) == ("", [names])
    assert len(lines) == len(rows) + 1 < len(some["csv"]["body"].splitlines())
    assert len({answer["headers"]["ETag"] for answer in without.values()}) == len(FORMATS)


def test_text_that_a_spreadsheet_would_run_is_harmless_in_csv_and_verbatim_elsewhere(api: Handler) -> None:
    asked = Asked("/api/etfs/ONE/holdings")

    (apple, *_) = csv.DictReader(io.StringIO(sent(api, asked, "csv")["body"].removeprefix("\ufeff")))
    (line, *_) = sent(api, asked, "ndjson")["body"].splitlines()

    assert apple["name"] == f"'{FORMULA}"
    assert json.loads(line)["name"] == FORMULA


def test_the_last_columns_of_holdings_say_whether_the_list_is_whole(api: Handler) -> None:
    answer = sent(api, Asked("/api/etfs/CUT/holdings"), "csv")

    first, *_ = csv.DictReader(io.StringIO(answer["body"].removeprefix("\ufeff")))
    assert [*first][-4:] == ["source", "etf", "complete", "rows_reported"]
    assert [first[name] for name in ("etf", "complete", "rows_reported")] == ["CUT", "false", "9"]
    assert columns_of(answer)[-2:] == [("complete", "boolean"), ("rows_reported", "number")]


@pytest.mark.parametrize(
    ("chosen", "content_type", "file"),
    [
        ("csv", "text/csv; charset=utf-8", 'attachment; filename="compare.csv"'),
        ("ndjson", "application/x-ndjson", None),
        ("records", "application/json", None),
    ],
)
def test_formats_keep_their_types_in_gzip_and_without_a_body(
    api: Handler, chosen: str, content_type: str, file: str | None
) -> None:
    asked = Asked("/api/compare", {"symbols": "ONE,CUT"})
    plain, zipped = sent(api, asked, chosen), sent(api, asked, chosen, accept_encoding="gzip")
    head = ask(api, asked.path, {**asked.query, "format": chosen}, method="HEAD")

    assert gzip.decompress(b64decode(zipped["body"])).decode() == plain["body"]
    for answer in (plain, zipped, head):
        assert answer["headers"]["Content-Type"] == content_type
        assert answer["headers"].get("Content-Disposition") == file
        assert answer["headers"]["X-Table-Columns"].startswith("symbol text, name text")
    assert (head["body"], head["headers"]["Content-Length"]) == ("", str(len(plain["body"].encode())))


@pytest.mark.parametrize("path", ["/api/etfs/ONE", "/api/changes.atom"])
def test_an_answer_without_a_table_has_no_formats(api: Handler, path: str) -> None:
    answer = ask(api, path, {"format": "csv"})

    assert (answer["statusCode"], "unknown query parameter 'format'" in told(answer)) == (400, True)


def test_the_analytics_have_a_row_for_each_figure_with_its_unit_and_reason(api: Handler) -> None:
    records = json.loads(sent(api, Asked("/api/etfs/CUT/analytics"), "records")["body"])

    found = {(record["group"], record["name"], record["figure"]): record for record in records}
    assert len(found) == len(records)
    counted = found["fund", None, "counted_pct"]
    assert (counted["value"], counted["value_low"], counted["unit"], counted["reason"]) == (None, 60.0, "pct", None)
    assert found["fund", None, "gross_pct"]["reason"] == Reason.PARTIAL_LIST
    assert found["sectors", "Energy", "weight_pct"]["value_low"] == 10.0
    assert found["asset_classes", "equity", "count"]["unit"] == "count"
    assert found["concentration", None, "top_pct.1"]["value"] == 30.0
    assert found["countries", None, None]["reason"] == Reason.NO_FILING
    assert {(record["etf"], record["complete"]) for record in records} == {("CUT", False)}


def test_the_status_has_a_row_for_each_symbol(api: Handler) -> None:
    records = json.loads(sent(api, Asked("/api/status"), "records")["body"])

    one, cut, _ = records
    assert [record["symbol"] for record in records] == ["ONE", "CUT", "TWO"]
    assert (one["complete"], one["filing_report_date"], one["filing_age_days"]) == (True, QUARTERS[0], 144)
    assert (cut["complete"], cut["rows"], cut["reported"], cut["last_attempt_result"]) == (False, 3, 9, "ok")


@pytest.mark.parametrize("chosen", ["csv", "ndjson", "records"])
def test_a_number_that_is_not_finite_is_null_with_its_reason(chosen: str) -> None:
    answer = {"rows": [{"symbol": "X", "a_pct": math.inf, "b_pct": 1.0, "reasons": {}}]}

    def table(given: Any) -> FlatTable:
        rows = [{**each, "reasons": " ".join(each["reasons"].values())} for each in given["rows"]]
        return table_of((*texts("symbol"), *figures("a_pct"), *numbers("b_pct"), *texts("reasons")), rows)

    found = written(chosen, answer, table, "x").body.decode("utf-8-sig")

    assert Reason.NOT_FINITE in found
    assert "inf" not in found.lower().replace("not_finite", "")


def test_a_field_that_an_answer_lacks_is_an_error_and_no_empty_column() -> None:
    with pytest.raises(KeyError, match="symbol"):
        table_of(texts("symbol"), [{"symbl": "VTI"}])
    assert table_of(texts("symbol"), [{}], sparse=True).rows == [[None]]


def test_what_is_no_number_to_json_is_null_in_any_depth() -> None:
    assert finite({"a": [math.nan, {"low": 1.0, "high": math.inf}]}) == {"a": [None, {"low": 1.0, "high": None}]}
