"""Commands about a portfolio: looked through, drifted, rebalanced."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from local.etf.asking import Question, asks
from local.etf.cells import Block, Column, Facts, Row, Table, count, figure, number, pct, usd, words
from local.etf.errors import WrongUsageError
from local.etf.fund import FACTORS
from local.etf.options import Basis, By, First, Last, MaxLag
from local.etf.printing import meaning

PANEL = "A portfolio"
_SHOWN = 25
_LARGEST = 1_000_000
"""Bytes of a file with a portfolio; the longest one that the API takes has a tenth."""
_BODY = '{"positions": [{"symbol": "VTI", "amount_usd": 60000}], "targets": {"VTI": 100}}'
File = Annotated[Path, typer.Argument(metavar="FILE", help=f"JSON such as {_BODY}; - reads standard input")]
Positions = Annotated[
    list[str], typer.Argument(metavar="SYMBOL:PART...", help="VTI:60 QQQ:40, in per cent or any other unit")
]
_POSITIONS = (
    words("symbol", "symbol"),
    words("name", "name"),
    words("kind", "kind"),
    pct("weight", "weight_pct"),
    usd("value", "value_usd"),
)


def register(app: typer.Typer) -> None:
    """Give the app these commands."""
    asks(app, "portfolio", panel=PANEL)(portfolio)
    asks(app, "drift", panel=PANEL)(drift)
    asks(app, "rebalance", panel=PANEL)(rebalance)


def portfolio(
    positions: Positions,
    usd_: Annotated[bool, typer.Option("--usd", help="the parts are USD: VTI:6000 QQQ:4000")] = False,
    by: By = None,
    max_lag_days: MaxLag = None,
    basis: Basis = None,
) -> Question:
    """A portfolio looked through: what it really holds, how concentrated, at what cost."""
    given: dict[str, Any] = {"by": by, "max_lag_days": max_lag_days, "basis": basis}
    parts = [_position(each) for each in positions]
    if usd_:
        given["positions"] = [{"symbol": symbol, "amount_usd": float(part)} for symbol, part in parts]
        return Question("portfolio_in_usd", given, _looked_through)
    given["positions"] = ",".join(f"{symbol}:{part}" for symbol, part in parts)
    return Question("portfolio", given, _looked_through)


def _position(text: str) -> tuple[str, str]:
    symbol, _, part = text.rpartition(":")
    try:
        is_number = bool(symbol) and float(part) > 0
    except ValueError:
        is_number = False
    if not is_number:
        raise WrongUsageError(f"{text!r} is no position; give a symbol and a number above 0, such as VTI:60")
    return symbol, part


def _looked_through(data: Row) -> Iterable[Block]:
    facts = (
        pct("ten largest", "concentration.top_pct.10"),
        number("effective holdings", "concentration.effective_holdings"),
        number("HHI, points", "concentration.hhi_points"),
        number("cost, basis points a year", "cost.bps"),
        usd("cost a year,", "cost.usd_per_year"),
        pct("unlisted", "unseen_pct"),
        pct("in both of overlapping funds", "doubling.doubled_pct"),
        words("complete", "complete"),
    )
    exposed = (
        words("symbol", "symbol"),
        words("name", "name"),
        pct("weight", "weight_pct"),
        usd("value", "value_usd"),
        words("through, weight %", "by_fund"),
    )
    in_usd = any(row["value_usd"] is not None for row in data["positions"])
    yield Table(_priced(_POSITIONS, in_usd=in_usd), data["positions"], "positions")
    yield Facts(_priced(facts, in_usd=in_usd), data, "looked through")
    rows = [{**row, "by_fund": _through(row)} for row in data["exposures"][:_SHOWN]]
    title = f"the {len(rows)} largest of {len(data['exposures']):,} securities"
    yield Table(_priced(exposed, in_usd=in_usd), rows, title)
    sectors = words("sector", "sector"), pct("weight", "weight_pct"), count("securities", "count")
    yield Table(sectors, (data["sectors"] or {}).get("weights", []), "sectors")
    if (data.get("factors") or {}).get("factors"):
        yield Table(FACTORS, data["factors"]["factors"], "factors, against the market's fund")


def _priced(columns: tuple[Column, ...], *, in_usd: bool) -> tuple[Column, ...]:
    """The columns without those in USD, where a portfolio is given as proportions."""
    return tuple(column for column in columns if in_usd or not column.path.endswith(("value_usd", "usd_per_year")))


def _through(row: Row) -> str:
    return ", ".join(f"{each['symbol']} {pct('', '').write(each['weight_pct'])}" for each in row.get("through") or ())


def drift(file: File, by: By = None, first: First = None, last: Last = None) -> Question:
    """How far a portfolio has moved between two dates by prices, and from its targets."""

    def view(data: Row) -> Iterable[Block]:
        moved: tuple[Column, ...] = (
            words("symbol", "symbol"),
            words("name", "name"),
            pct("weight before", "weight_from_pct"),
            pct("weight after", "weight_to_pct"),
            Column("drift, % points", "drift_pct", pct("", "").write, is_right=True),
            pct("return", "return_pct"),
        )
        if any("target_pct" in row for row in data["positions"]):
            off = Column("off target, % points", "from_target_pct", pct("", "").write, is_right=True)
            moved = (*moved, pct("target", "target_pct"), off)
        facts = (
            words("from", "from"),
            words("to", "to"),
            usd("value before", "value_from_usd"),
            usd("value after", "value_to_usd"),
            pct("return", "return_pct"),
            pct("moved", "moved_pct"),
        )
        yield Facts(facts, data)
        yield Table(moved, data["positions"], "positions")
        securities = (data["securities"] or [])[:_SHOWN]
        yield Table(moved[:5], securities, "securities, largest drift first")

    return Question("drift", _body(file, "drift", {"by": by, "from": first, "to": last}), view)


def rebalance(file: File, by: By = None, max_lag_days: MaxLag = None) -> Question:
    """The fewest trades that bring a portfolio under its caps and to its targets."""
    traded = (
        words("side", "side"),
        words("symbol", "symbol"),
        Column("shares", "shares", figure, is_right=True),
        number("amount USD", "amount_usd"),
        number("price USD", "price_usd"),
        words("price of, New York time", "price_as_of"),
    )

    def view(data: Row) -> Iterable[Block]:
        facts = (
            words("all caps and targets met", "feasible"),
            number("bought and sold USD", "turnover_usd"),
            number("cost USD", "cost_usd"),
            number("cash left USD", "cash_left_usd"),
            words("caps that leave no room", "binding"),
        )
        yield Facts(facts, data)
        yield Table(traded, data["trades"], "trades")
        yield Table(_POSITIONS, data["after"]["positions"], "positions after them")

    def more(data: Row) -> list[str]:
        excess = [f"cap {name} is exceeded by {value} %" for name, value in data["excess"].items()]
        kept = [f"{each['symbol']} is not traded: {meaning(each['reason'])}" for each in data["untradeable"]]
        return [*excess, *kept, *data["notes"]]

    return Question("rebalance", _body(file, "rebalance", {"by": by, "max_lag_days": max_lag_days}), view, more)


def _body(file: Path, command: str, options: dict[str, Any]) -> dict[str, Any]:
    """The fields of a file's JSON object; options that are given win. Raises WrongUsageError."""
    try:
        if str(file) == "-":
            data = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with file.open("rb") as opened:
                data = opened.read(_LARGEST + 1)
    except OSError as error:
        raise WrongUsageError(f"{file} cannot be read ({error.strerror}); give a file, or - for input") from None
    try:
        body = json.loads(data) if len(data) <= _LARGEST else None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise WrongUsageError(f"{file} has no JSON object; `etf {command} --help` has an example")
    return body | {name: value for name, value in options.items() if value is not None}
