"""Commands about one fund: its snapshot, holdings, history, analytics, factors, changes and filings."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer

from local.etf.asking import Question, asks
from local.etf.cells import (
    Block,
    Column,
    Facts,
    Row,
    Table,
    count,
    expense_ratio,
    figure,
    number,
    pct,
    text,
    usd,
    words,
)
from local.etf.options import AsOf, Basis, By, First, Fund, Last, Limit, Offset

PANEL = "One fund"
_TOP = 10
_LINE = (
    words("symbol", "symbol"),
    words("name", "name"),
    pct("weight", "weight_pct"),
    count("shares", "shares"),
    usd("value", "market_value_usd"),
    words("asset class", "asset_class"),
)
_SECTORS = (words("sector", "sector"), pct("weight", "weight_pct"), count("lines", "count"))
_QUOTE = (
    number("price USD", "summary.last_price"),
    number("change USD", "summary.change_abs"),
    pct("change", "summary.change_pct"),
    number("bid USD", "summary.bid"),
    number("ask USD", "summary.ask"),
    count("volume, shares", "summary.volume"),
    words("quote of, New York time", "summary.as_of"),
    words("session", "summary.session"),
    words("holdings of", "holdings_as_of"),
    words("fetched at, UTC", "provenance.fetched_at"),
    count("lines listed", "totals.included"),
    count("lines reported", "totals.reported"),
    pct("weight listed", "totals.weight_pct"),
    words("complete", "quality.complete"),
)
_ANALYTICS = (
    pct("ten largest", "concentration.top_pct.10"),
    number("HHI, points", "concentration.hhi_points"),
    number("effective holdings", "concentration.effective_holdings"),
    count("names to half of the weight", "concentration.names_to_half"),
    number("spread, basis points", "spread_bps"),
    expense_ratio("cost.expense_ratio_pct"),
    pct("gross weight listed", "gross_pct"),
    pct("unlisted", "unseen_pct"),
    pct("contracts", "contracts_pct"),
)
_TRADED = (
    words("symbol", "symbol"),
    words("name", "name"),
    pct("weight before", "weight_from_pct"),
    pct("weight after", "weight_to_pct"),
    pct("traded", "trade_pct"),
    pct("by price", "drift_pct"),
    count("shares traded", "traded_shares"),
    usd("traded", "traded_usd"),
)
_GROUPS = (
    ("added", "bought new"),
    ("removed", "sold whole"),
    ("increased", "bought more"),
    ("decreased", "sold in part"),
    ("entered_the_list", "entered the list; one of the lists is partial"),
    ("left_the_list", "left the list; one of the lists is partial"),
    ("undetermined", "perhaps traded"),
)


def register(app: typer.Typer) -> None:
    """Give the app these commands."""
    asks(app, "show", panel=PANEL, has_csv=False)(show)
    asks(app, "holdings", panel=PANEL)(holdings)
    asks(app, "history", panel=PANEL)(history)
    asks(app, "analytics", panel=PANEL)(analytics)
    asks(app, "factors", panel=PANEL)(factors)
    asks(app, "changes", panel=PANEL)(changes)
    asks(app, "filings", panel=PANEL)(filings)


def show(symbol: Fund, as_of: AsOf = None) -> Question:
    """A fund's newest snapshot: quote, dates, quality and its ten largest holdings."""

    def view(data: Row) -> Iterable[Block]:
        yield Facts(_QUOTE, data, f"{data['symbol']}  {text(data['name'])}")
        yield Table(_LINE, data["holdings"][:_TOP], f"the first {_TOP} of {len(data['holdings']):,} listed lines")

    def more(data: Row) -> list[str]:
        return [f"issue: {issue['detail']} (lines: {issue['count']})" for issue in data["quality"]["issues"]]

    return Question("snapshot", {"symbol": symbol, "as_of": as_of}, view, more)


def holdings(
    symbol: Fund,
    limit: Limit = None,
    offset: Offset = None,
    sort: Annotated[str | None, typer.Option(help="a field, with a minus for descending: -weight_pct")] = None,
    as_of: AsOf = None,
) -> Question:
    """All that a fund holds, one line each."""
    given = {"symbol": symbol, "limit": limit, "offset": offset, "sort": sort, "as_of": as_of}
    return Question("holdings", given, lambda rows: [Table(_LINE, rows)])


def history(symbol: Fund, first: First = None, last: Last = None, limit: Limit = None) -> Question:
    """The holdings dates that are kept of a fund, newest first."""
    columns = (
        words("holdings of", "holdings_as_of"),
        count("lines", "rows"),
        words("complete", "complete"),
        number("price USD", "last_price"),
        pct("ten largest", "top_10_pct"),
        words("largest", "largest.symbol"),
        pct("of it", "largest.weight_pct"),
        count("added", "added_count"),
        count("removed", "removed_count"),
    )
    given = {"symbol": symbol, "from": first, "to": last, "limit": limit}
    return Question("history", given, lambda rows: [Table(columns, rows)])


def analytics(symbol: Fund, by: By = None, as_of: AsOf = None, basis: Basis = None) -> Question:
    """Concentration, sectors, asset classes, spread and cost of a fund."""

    def view(data: Row) -> Iterable[Block]:
        yield Facts(_ANALYTICS, data, f"{data['symbol']}  {text(data['name'])}")
        yield Table(_SECTORS, (data["sectors"] or {}).get("weights", []), "sectors")
        classes = (words("asset class", "asset_class"), pct("weight", "weight_pct"), count("lines", "count"))
        yield Table(classes, data["asset_classes"] or [], "asset classes")
        if data.get("countries"):
            named = words("country", "country"), pct("weight", "weight_pct")
            yield Table(named, data["countries"]["rows"], "countries, as filed with the SEC")

    return Question("analytics", {"symbol": symbol, "by": by, "as_of": as_of, "basis": basis}, view)


FACTORS = (
    words("factor", "factor"),
    words("reference", "reference"),
    words("reference of", "reference_as_of"),
    pct("in reference", "in_reference_pct"),
    pct("market in it", "market_in_reference_pct"),
    Column("tilt, % points", "tilt_pct", pct("", "").write, is_right=True),
)


def factors(symbol: Fund, by: By = None, as_of: AsOf = None) -> Question:
    """How much of a fund is in the reference fund of each factor, and its tilt against the market."""
    return Question(
        "factors", {"symbol": symbol, "by": by, "as_of": as_of}, lambda data: [Table(FACTORS, data["factors"])]
    )


def changes(symbol: Fund, first: First = None, last: Last = None, basis: Basis = None) -> Question:
    """What a fund bought and sold between two holdings dates; without dates, the two newest."""

    def view(data: Row) -> Iterable[Block]:
        facts = (
            words("from", "from"),
            words("to", "to"),
            pct("turnover", "turnover_pct"),
            count("securities not traded", "unchanged_count"),
            Column("flow: shares times", "flow.factor", figure),
        )
        yield Facts(facts, data, f"{data['symbol']}  {text(data['name'])}")
        found = [Table(_TRADED, data[name], title) for name, title in _GROUPS if data.get(name)]
        yield from found
        if data.get("splits"):
            ratio = Column("new for each old", "ratio", figure, is_right=True)
            yield Table((words("symbol", "symbol"), words("name", "name"), ratio), data["splits"], "splits")
        if not found:
            yield Table(_TRADED, [], "trades")

    def more(data: Row) -> list[str]:
        return [f"{each['symbol_from']} goes by {each['symbol_to']} now" for each in data["renamed"]]

    return Question("changes", {"symbol": symbol, "from": first, "to": last, "basis": basis}, view, more)


def filings(symbol: Fund) -> Question:
    """A fund's reports to the SEC, newest first."""
    columns = (
        words("report date", "report_date"),
        words("filed", "filed"),
        words("form", "form"),
        words("accession", "accession"),
        count("lines", "lines"),
        usd("net assets", "net_assets_usd"),
        words("complete", "complete"),
        words("source", "source"),
    )

    def more(data: Mapping[str, Any]) -> list[str]:
        return [str(data["message"])] if data.get("message") else []

    return Question("filings", {"symbol": symbol}, lambda data: [Table(columns, data["filings"])], more)
