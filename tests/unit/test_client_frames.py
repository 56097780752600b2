"""Tables as data frames: the same columns and types whatever the rows, and where they come from."""

import sys
from collections.abc import Mapping
from typing import Any

import pandas as pd
import polars as pl
import pytest

from etf_client import Answer, MissingPackage, UnexpectedAnswer, UsageError
from tests.unit.client_cases import URL, StandIn, answer, client, table

COLUMNS = "etf text, weight_pct number, weight_pct_low number, holdings_as_of text, complete boolean"
QQQ = {"etf": "QQQ", "weight_pct": 10, "weight_pct_low": 10.0, "holdings_as_of": "2026-11-19", "complete": True}
VTI = {"etf": None, "weight_pct": None, "weight_pct_low": 0.5, "holdings_as_of": "2026-11-18", "complete": None}
DTYPES = ["string", "float64", "float64", "string", "boolean"]


def holders(*rows: Mapping[str, Any], data: Any = None, columns: str = COLUMNS) -> Answer[Any]:
    return client(StandIn(answer(data or {}), table(columns, *rows))).holders("NVDA")


@pytest.mark.parametrize("rows", [[], [QQQ], [VTI], [QQQ, VTI]])
def test_columns_and_types_do_not_depend_on_the_rows(rows: list[dict[str, Any]]) -> None:
    frame = holders(*rows).df()
    assert list(frame.columns) == list(QQQ)
    assert list(map(str, frame.dtypes)) == DTYPES
    assert len(frame) == len(rows)

    other = holders(*rows).pl()
    assert other.schema == {
        "etf": pl.String,
        "weight_pct": pl.Float64,
        "weight_pct_low": pl.Float64,
        "holdings_as_of": pl.String,
        "complete": pl.Boolean,
    }
    assert other.height == len(rows)


def test_cells_are_those_of_the_table() -> None:
    frame = holders(QQQ, VTI).df()
    assert frame.iloc[0].to_dict() == QQQ
    assert frame.iloc[1].isna().to_dict() == {name: value is None for name, value in VTI.items()}
    assert holders(QQQ, VTI).pl().to_dicts() == [QQQ, VTI]


def test_a_frame_says_where_it_comes_from() -> None:
    reasons = {"holders.0.shares": "lines_in_doubt"}
    attrs = holders(QQQ, data={"reasons": reasons, "holdings_as_of": {"QQQ": "2026-11-19"}}).df().attrs
    assert attrs == {
        "source": "sample",
        "as_of": {"QQQ": "2026-11-19"},
        "etag": '"one"',
        "url": f"{URL}/api/holders/NVDA?format=ndjson",
        "complete": True,
        "stale": False,
        "stale_reason": None,
        "reasons": reasons,
    }


def test_where_the_answer_names_no_date_the_rows_do() -> None:
    assert holders(QQQ, QQQ).df().attrs["as_of"] == "2026-11-19"
    assert holders(QQQ, VTI).df().attrs["as_of"] == ["2026-11-18", "2026-11-19"]
    assert holders().df().attrs["as_of"] is None


def test_attrs_survive_a_step_of_pandas() -> None:
    assert holders(QQQ, VTI).df().query("complete == True").attrs["source"] == "sample"


def test_a_table_alone_takes_one_request() -> None:
    asked = StandIn(table(COLUMNS, QQQ))
    found = client(asked).export("holders", symbol="NVDA")
    assert isinstance(found.df(), pd.DataFrame)
    assert isinstance(found.pl(), pl.DataFrame)
    assert (found.source, found.format, len(asked.sent)) == ("sample", "ndjson", 1)


@pytest.mark.parametrize("rows", [[], [{"n": 1, "names": ["a", "b"]}, {"n": 2, "names": None}]])
def test_whole_tables_have_lists_too(rows: list[dict[str, Any]]) -> None:
    frame, other = (holders(*rows, columns="n number, names list") for _ in range(2))
    assert list(frame.df()["names"]) == [row["names"] for row in rows]
    assert other.pl()["names"].to_list() == [row["names"] for row in rows]


def test_a_text_is_a_text_whatever_it_looks_like() -> None:
    frame = holders({"symbol": "7203", "n": 1}, {"symbol": "NA", "n": 2}, columns="symbol text, n number").df()
    assert list(frame["symbol"]) == ["7203", "NA"]


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_a_missing_package_says_how_to_install_it(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    found = holders(QQQ)
    with pytest.raises(MissingPackage, match=rf'pip install "etf-client\[{package}\]"'):
        found.df() if package == "pandas" else found.pl()


@pytest.mark.parametrize(
    ("columns", "body", "says"),
    [
        (None, b"", "no header X-Table-Columns"),
        ("etf text, at moment", b"", "kinds that this client does not know"),
        ("etf text", b'{"etf": "QQQ"}\n{"etf":', "cannot be read"),
        ("etf text", b'{"name": "QQQ"}\n', "cannot be read"),
        ("etf text", b"[1]\n", "cannot be read"),
        ("etf text", b'{"etf": 3}\n', "a cell of etf is no text"),
        ("n number", b'{"n": "3"}\n', "a cell of n is no number"),
        ("n number", b'{"n": true}\n', "a cell of n is no number"),
        ("n number", b'{"n": [3]}\n', "a cell of n is no number"),
        ("b boolean", b'{"b": 1}\n', "a cell of b is no boolean"),
    ],
)
def test_a_table_that_cannot_be_read_is_an_error(columns: str | None, body: bytes, says: str) -> None:
    headers = {"X-Table-Columns": columns} if columns else {}
    found = client(StandIn(answer({}), (200, headers, body))).holders("NVDA")
    with pytest.raises(UnexpectedAnswer, match=says):
        found.df()


def test_frames_are_made_of_ndjson_alone() -> None:
    found = client(StandIn((200, {}, b"etf\r\n"))).export("holders", "csv", symbol="NVDA")
    with pytest.raises(UsageError, match="format=ndjson"):
        found.df()
