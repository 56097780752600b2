"""What a workbook says beside its table: single values by their paths, and a reason beside each that is null."""

import base64
import io
import json
from datetime import datetime
from typing import Any

import openpyxl

from api.flat.about_sheet import about
from etf_common.codes import FlawCode, Reason
from tests.unit.api_cases import ask, handler, holding, put_fund
from tests.unit.builders import FakeLake

PARTIAL, MISSING = Reason.PARTIAL_LIST, Reason.WEIGHT_MISSING


def told(answer: Any, source: str = "") -> dict[str, tuple[Any, str]]:
    """By name: the value and what it means."""
    return {name: (value, meaning) for name, value, meaning in about(answer, source).rows}


def test_single_values_stand_by_their_dotted_paths() -> None:
    answer = {"by": "issuer", "complete": True, "holdings_as_of": {"BRK.B": "2026-11-18"}, "cost": {"bps": 3.0}}

    assert told(answer) == {
        "by": ("issuer", ""),
        "complete": (True, ""),
        "holdings_as_of.BRK.B": ("2026-11-18", ""),
        "cost.bps": (3.0, ""),
    }


def test_bounds_are_two_rows() -> None:
    assert told({"top_pct": {"5": {"low": 10.0, "high": 12.5}}}) == {
        "top_pct.5_low": (10.0, "at least"),
        "top_pct.5_high": (12.5, "at most"),
    }


def test_a_null_has_its_reason_beside_it_in_any_depth() -> None:
    answer = {"a_pct": None, "part": {"b_pct": None, "reasons": {"b_pct": MISSING}}, "reasons": {"a_pct": PARTIAL}}

    assert told(answer) == {
        "a_pct": (None, f"{PARTIAL}: {PARTIAL.meaning}"),
        "part.b_pct": (None, f"{MISSING}: {MISSING.meaning}"),
    }


def test_reasons_of_what_is_in_lists_and_of_parts_are_rows_of_their_own() -> None:
    answer = {"reasons": {"rows.weight_pct": PARTIAL, "VTI": {"turnover_pct": MISSING}}, "flaws": {}}

    assert told(answer) == {
        "rows.weight_pct": (None, f"{PARTIAL}: {PARTIAL.meaning}"),
        "VTI.turnover_pct": (None, f"{MISSING}: {MISSING.meaning}"),
    }


def test_a_flaw_stands_beside_the_figure_that_is_given_nonetheless() -> None:
    flaw = FlawCode.BEYOND_POSSIBLE

    assert told({"hhi": 2.0, "flaws": {"hhi": flaw}, "reasons": {}}) == {"hhi": (2.0, f"{flaw}: {flaw.meaning}")}


def test_lists_of_texts_are_whole_and_of_others_their_length_is_told() -> None:
    found = told({"symbols": ["VTI", "VOO"], "funds": [{"symbol": "VTI"}], "notes": []})

    assert found["symbols"] == ("VTI, VOO", "")
    assert found["funds"][0] == 1
    assert "notes" not in found
    assert told([{"symbol": "VTI"}])["rows"][0] == 1


def test_the_source_comes_first_unless_the_answer_says_it_itself() -> None:
    assert next(iter(told({"by": "security"}, "sample"))) == "source"
    assert told({}, "sample")["source"] == ("sample", "made-up data")
    assert told({"source": "sec"}, "schwab") == {"source": ("sec", "")}


# ---- a portfolio


def portfolio(method: str, query: dict[str, str], body: Any = None) -> Any:
    lake = FakeLake()
    put_fund(lake, "VTI", [holding("AAPL", name="Apple Inc", weight_pct=60.0), holding("MSFT", weight_pct=40.0)])
    put_fund(lake, "VOO", [holding("AAPL", name="Apple Inc", weight_pct=100.0)])
    text = None if body is None else json.dumps(body)
    answer = ask(handler(lake), "/api/portfolio", {**query, "format": "xlsx"}, method=method, body=text)
    assert answer["statusCode"] == 200, answer["body"]
    assert answer["headers"]["Content-Disposition"] == 'attachment; filename="portfolio.xlsx"'
    return openpyxl.load_workbook(io.BytesIO(base64.b64decode(answer["body"])))


def rows(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


def test_a_portfolio_has_its_exposures_positions_sectors_and_a_summary() -> None:
    book = portfolio("GET", {"positions": "VTI:50,VOO:50"})
    summary = {name: value for name, value, _ in rows(book["summary"])}

    assert book.sheetnames == ["exposures", "positions", "sectors", "summary"]
    assert rows(book["exposures"])[0][:6] == ["AAPL", "Apple Inc", "VTI VOO", 80, 80, 80]
    assert [row[:4] for row in rows(book["positions"])] == [
        ["VTI", "Fund VTI", "fund", 50],
        ["VOO", "Fund VOO", "fund", 50],
    ]
    assert rows(book["sectors"])[0] == ["Information Technology", 80, 80, 80, 1, None]
    assert summary["holdings_as_of.VTI"] == datetime(2026, 11, 18)
    assert (summary["source"], summary["complete"], summary["doubling.symbols"]) == ("schwab", True, "VTI, VOO")
    assert (summary["doubling.doubled_pct"], summary["lag_days"]) == (30, 0)


def test_a_portfolio_that_is_posted_in_usd_has_values() -> None:
    book = portfolio("POST", {}, {"positions": [{"symbol": "VOO", "amount_usd": 50_000}]})

    assert rows(book["positions"]) == [["VOO", "Fund VOO", "fund", 100, 100, 100, 50000]]
    assert rows(book["exposures"])[0][3:7] == [100, 100, 100, 50000]
    assert book["exposures"]["G2"].number_format == "#,##0"
