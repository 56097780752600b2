"""Commands about several funds or all: lists, comparisons, who holds a security, what fits a description."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from local.etf.asking import Question, asks
from local.etf.cells import Block, Column, Row, Table, count, expense_ratio, pct, text, usd, words
from local.etf.completion import funds as known_funds
from local.etf.options import Basis, By, Fund, Limit, MaxLag, Offset, Security
from local.etf.printing import meaning

PANEL = "Several funds"
_SHOWN = 25
"""Lines of a long list beside others; --json and --csv have all."""
Funds = Annotated[
    list[str], typer.Argument(metavar="SYMBOL...", help="funds, such as VOO QQQ", autocompletion=known_funds)
]
_TIED = (
    words("symbol", "symbol"),
    words("name", "name"),
    pct("weight in A", "weight_a_pct"),
    pct("weight in B", "weight_b_pct"),
)


def register(app: typer.Typer) -> None:
    """Give the app these commands."""
    asks(app, "list", panel=PANEL)(list_)
    asks(app, "status", panel=PANEL)(status)
    asks(app, "overlap", panel=PANEL)(overlap)
    asks(app, "compare", panel=PANEL)(compare)
    asks(app, "holders", panel=PANEL)(holders)
    asks(app, "search", panel=PANEL)(search)
    asks(app, "similar", panel=PANEL)(similar)
    asks(app, "substitutes", panel=PANEL)(substitutes)
    asks(app, "crowding", panel=PANEL)(crowding)


def list_() -> Question:
    """The funds that have data."""
    return Question("etfs", {}, lambda data: [Table((words("symbol", "symbol"),), [{"symbol": each} for each in data])])


def status() -> Question:
    """What is fresh, what failed, and why."""
    columns = (
        words("symbol", "symbol"),
        words("holdings of", "holdings_as_of"),
        words("quote of, New York time", "quote_as_of"),
        count("lines", "rows"),
        count("reported", "reported"),
        words("complete", "complete"),
        words("stale", "stale"),
        words("last attempt", "last_attempt.result"),
        words("at, UTC", "last_attempt.at"),
        words("filing of", "filing.report_date"),
    )

    def view(data: Row) -> Iterable[Block]:
        yield Table(columns, [{"symbol": symbol, **row} for symbol, row in data.items()])

    def more(data: Row) -> list[str]:
        return [line for symbol, row in data.items() for line in _troubles(symbol, row)]

    return Question("status", {}, view, more)


def _troubles(symbol: str, row: Row) -> Iterable[str]:
    if error := (row.get("last_attempt") or {}).get("error"):
        yield f"{symbol}: {error.get('message', error)}"
    for reason in row.get("stale_reasons") or ():
        yield f"{symbol} is stale: {meaning(reason)}"


def overlap(symbols: Funds, by: By = None, max_lag_days: MaxLag = None, basis: Basis = None) -> Question:
    """How much of two or more funds is the same."""
    columns = (
        words("A", "a"),
        words("B", "b"),
        pct("overlap", "overlap_pct"),
        pct("active share", "active_share_pct"),
        pct("of A in B", "coverage_a_pct"),
        pct("of B in A", "coverage_b_pct"),
        count("securities in both", "common_count"),
        Column("cosine", "cosine", pct("", "").write, is_right=True),
    )

    def view(data: Row) -> Iterable[Block]:
        yield Table(columns, data["pairs"])
        for name, title in (("common", "in both"), ("only_a", "in A only"), ("only_b", "in B only")):
            if rows := data.get(name):
                yield Table(_TIED, rows[:_SHOWN], f"{title}: {_part(rows)}")

    given = {"symbols": symbols, "by": by, "max_lag_days": max_lag_days, "basis": basis}
    return Question("overlap", given, view)


def _part(rows: list[Any]) -> str:
    return f"the first {_SHOWN} of {len(rows):,}" if len(rows) > _SHOWN else f"{len(rows):,}"


def compare(symbols: Funds, by: By = None, max_lag_days: MaxLag = None, basis: Basis = None) -> Question:
    """Funds beside each other: quote, cost, concentration, largest sector."""
    columns = (
        words("symbol", "symbol"),
        words("name", "name"),
        words("holdings of", "holdings_as_of"),
        words("complete", "complete"),
        Column("price USD", "quote.last_price", pct("", "").write, is_right=True),
        expense_ratio("cost.expense_ratio_pct"),
        pct("ten largest", "top_10_pct"),
        Column("effective holdings", "concentration.effective_holdings", pct("", "").write, is_right=True),
        words("largest sector", "sector.sector"),
        pct("of it", "sector.weight_pct"),
    )

    def view(data: Row) -> Iterable[Block]:
        def largest(fund: Row) -> Row:
            sectors = (fund["sectors"] or {}).get("weights") or [{}]
            return {**fund, "sector": sectors[0]}

        yield Table(columns, [largest(fund) for fund in data["funds"]])

    given = {"symbols": symbols, "by": by, "max_lag_days": max_lag_days, "basis": basis}
    return Question("compare", given, view)


def holders(symbol: Security, by: By = None, max_lag_days: MaxLag = None) -> Question:
    """Which funds hold a security, and how much of it."""
    columns = (
        words("fund", "etf"),
        pct("weight", "weight_pct"),
        count("shares", "shares"),
        usd("value", "market_value_usd"),
        words("holdings of", "holdings_as_of"),
        words("listed as", "symbols"),
    )
    perhaps = words("fund", "etf"), pct("weight at most", "weight_pct"), words("holdings of", "holdings_as_of")

    def view(data: Row) -> Iterable[Block]:
        yield Table(columns, data["holders"], f"{data['symbol']}  {text(data['name'])}")
        if data["may_hold"]:
            yield Table(perhaps, data["may_hold"], "may hold it, among lines that are not listed")

    return Question("holders", {"symbol": symbol, "by": by, "max_lag_days": max_lag_days}, view)


def search(
    words_: Annotated[list[str], typer.Argument(metavar="WORD...", help="of a symbol or a name: nvidia")],
    limit: Limit = None,
    offset: Offset = None,
) -> Question:
    """Funds and securities by symbol or name, best first."""

    def view(data: Row) -> Iterable[Block]:
        yield Table((words("symbol", "symbol"), words("name", "name")), data["funds"], "funds")
        columns = (
            words("symbol", "symbol"),
            words("name", "name"),
            words("asset class", "asset_class"),
            count("funds", "funds"),
        )
        yield Table(columns, data["securities"], "securities, and how many funds list them")

    return Question("search", {"q": " ".join(words_), "limit": limit, "offset": offset}, view)


def similar(symbol: Fund, limit: Limit = None, offset: Offset = None) -> Question:
    """The funds most like one, largest overlap first."""
    columns = (
        words("symbol", "symbol"),
        words("name", "name"),
        pct("overlap", "overlap_pct"),
        pct("active share", "active_share_pct"),
        count("securities in both", "common_count"),
        expense_ratio("expense_ratio_pct"),
        words("complete", "complete"),
        words("holdings of", "holdings_as_of"),
    )
    given = {"symbol": symbol, "limit": limit, "offset": offset}
    return Question("similar", given, lambda data: [Table(columns, data["similar"])])


def substitutes(  # noqa: PLR0917 - the route's parameters
    symbol: Fund,
    min_overlap_pct: Annotated[float | None, typer.Option(help="of cheaper funds, per cent; 70")] = None,
    max_overlap_pct: Annotated[float | None, typer.Option(help="of similar exposure, per cent; 50")] = None,
    max_expense_pct: Annotated[float | None, typer.Option(help="per cent a year at most")] = None,
    limit: Limit = None,
    offset: Offset = None,
) -> Question:
    """The funds that may stand in for one: cheaper and nearly the same, or the same sectors in other names."""
    columns = (
        words("symbol", "symbol"),
        words("name", "name"),
        pct("overlap", "overlap_pct"),
        expense_ratio("expense_ratio_pct"),
        words("complete", "complete"),
        words("holdings of", "holdings_as_of"),
    )

    def view(data: Row) -> Iterable[Block]:
        lists = {"cheaper": "nearly the same and cheaper", "similar_exposure": "the same sectors in other names"}
        for name, title in lists.items():
            rows, total = data[name] or [], (data.get("totals") or {}).get(name) or 0
            yield Table(columns, rows, f"{title}: {len(rows):,} of {total:,}" if len(rows) < total else title)

    given = {
        "symbol": symbol,
        "min_overlap_pct": min_overlap_pct,
        "max_overlap_pct": max_overlap_pct,
        "max_expense_pct": max_expense_pct,
        "limit": limit,
        "offset": offset,
    }
    return Question("substitutes", given, view)


def crowding(
    asset_class: Annotated[str | None, typer.Option(help="equity, bond, ...")] = None,
    sector: Annotated[str | None, typer.Option(help="such as Energy")] = None,
    limit: Limit = None,
    offset: Offset = None,
) -> Question:
    """The securities that most funds hold."""
    columns = (
        words("symbol", "symbol"),
        words("name", "name"),
        words("sector", "sector"),
        count("funds", "funds"),
        pct("weights together", "weight_sum_pct"),
        usd("value together", "market_value_usd"),
    )
    given = {"asset_class": asset_class, "sector": sector, "limit": limit, "offset": offset}
    return Question("crowding", given, lambda data: [Table(columns, data["securities"])], shown=_SHOWN)
