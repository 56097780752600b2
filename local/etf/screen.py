"""`etf screen`: the funds that fit a description."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from local.etf.asking import Question, asks
from local.etf.cells import Block, Column, Row, Table, expense_ratio, pct, words
from local.etf.funds import PANEL
from local.etf.options import Limit, Offset

_Pct = float | None
_FIGURES = (
    pct("sector", "sector_pct"),
    pct("asset class", "asset_class_pct"),
    pct("holds", "holds_pct"),
    pct("ten largest", "top_10_pct"),
    expense_ratio("expense_ratio_pct"),
)


def register(app: typer.Typer) -> None:
    """Give the app this command."""
    asks(app, "screen", panel=PANEL)(screen)


def screen(  # noqa: PLR0917 - the route's parameters
    sector: Annotated[str | None, typer.Option(help="such as Energy, with --min-pct and --max-pct")] = None,
    min_pct: Annotated[_Pct, typer.Option(help="per cent in the sector")] = None,
    max_pct: Annotated[_Pct, typer.Option(help="per cent in the sector")] = None,
    asset_class: Annotated[str | None, typer.Option(help="equity, bond, ...; alone: at least 50 per cent")] = None,
    min_asset_class_pct: Annotated[_Pct, typer.Option(help="per cent in the asset class")] = None,
    max_asset_class_pct: Annotated[_Pct, typer.Option(help="per cent in the asset class")] = None,
    holds: Annotated[str | None, typer.Option(metavar="SYMBOL", help="a security that the fund has")] = None,
    min_holds_pct: Annotated[_Pct, typer.Option(help="per cent in that security")] = None,
    max_holds_pct: Annotated[_Pct, typer.Option(help="per cent in that security")] = None,
    min_top_10_pct: Annotated[_Pct, typer.Option(help="per cent in the ten largest")] = None,
    max_top_10_pct: Annotated[_Pct, typer.Option(help="per cent in the ten largest")] = None,
    max_expense_pct: Annotated[_Pct, typer.Option(help="per cent a year")] = None,
    min_factor: Annotated[str | None, typer.Option(help="tilts in percentage points: value:20,size:-5")] = None,
    max_factor: Annotated[str | None, typer.Option(help="tilts in percentage points: growth:0")] = None,
    complete: Annotated[
        bool | None, typer.Option("--complete/--partial", help="only funds with such lists", show_default=False)
    ] = None,
    sort: Annotated[str | None, typer.Option(help="a figure, symbol or name, with a minus for descending")] = None,
    limit: Limit = None,
    offset: Offset = None,
) -> Question:
    """The funds that fit a description; all limits are in per cent and included."""
    return Question("screen", dict(locals()), _view, _more)


def _view(data: Row) -> Iterable[Block]:
    rows = data["funds"]
    asked = [column for column in _FIGURES if any(column.path in row for row in rows)]
    tilts = dict.fromkeys(name for row in rows for name in row.get("factor_tilt_pct") or {})
    columns = (
        words("symbol", "symbol"),
        words("name", "name"),
        words("fits", "match"),
        *asked,
        *(Column(f"{name}, % points", f"factor_tilt_pct.{name}", pct("", "").write, is_right=True) for name in tilts),
        words("complete", "complete"),
        words("holdings of", "holdings_as_of"),
    )
    yield Table(columns, rows)


def _more(data: dict[str, Any]) -> list[str]:
    told = f"{data['total']} funds fit or may fit"
    return [f"{told}; maybe, since a list is partial or a figure unknown: {data['maybe']}" if data["maybe"] else told]
