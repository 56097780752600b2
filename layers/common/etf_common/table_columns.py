"""The tables' columns: names and units are the API's, types are DuckDB's. What writes them, /api/tables, docs/tables.md
and Glue have the same."""

from collections.abc import Mapping
from typing import NamedTuple

_WEIGHTS = "STRUCT({name} VARCHAR, weight_pct_low DOUBLE, weight_pct_high DOUBLE)[]"


class Column(NamedTuple):
    """What a column of a table is."""

    type: str
    """DuckDB's."""
    unit: str
    """Empty for none."""
    meaning: str
    """Empty where the column before says it."""


Columns = Mapping[str, Column]
"""By name, in their order."""


def types_of(columns: Columns) -> dict[str, str]:
    """The columns as `create table` takes them."""
    return {name: column.type for name, column in columns.items()}


HOLDINGS: Columns = {
    "etf": Column("VARCHAR", "", "the fund's symbol"),
    "line": Column("INTEGER", "", "the line's place in the fund's list, from 1"),
    "symbol": Column("VARCHAR", "", "the line's ticker; null where the portal gives none, as for most bonds"),
    "name": Column("VARCHAR", "", "as the portal writes it"),
    "asset_class": Column("VARCHAR", "", "equity, etf, bond, cash, derivative or other"),
    "sector": Column("VARCHAR", "", "of an equity, where it is known"),
    "weight_pct": Column("DOUBLE", "% of the fund", "as the portal gives it, two decimals; can be negative"),
    "weight_implied_pct": Column(
        "DOUBLE", "% of the fund", "only where weight_pct reads 0.00 and the market value implies more"
    ),
    "shares": Column("DOUBLE", "shares, contracts or par", "how many the fund holds"),
    "market_value_usd": Column("DOUBLE", "USD", "what they are worth"),
    "implied_price_usd": Column("DOUBLE", "USD", "market value by share, where both are positive"),
    "run": Column("VARCHAR", "", "the refresh that fetched the line, `20261120T223000Z`"),
    "source": Column("VARCHAR", "", "schwab, or sample for made-up data"),
}
"""One row a line of a fund, in the fund's order; `line` counts from 1."""

FUNDS: Columns = {
    "etf": Column("VARCHAR", "", "the fund's symbol"),
    "name": Column("VARCHAR", "", "as the portal writes it"),
    "holdings_as_of": Column("VARCHAR", "date", "the date of the holdings; the same as as_of"),
    "last_price": Column("DOUBLE", "USD", "the quote of that capture"),
    "change_pct": Column("DOUBLE", "%", "since the previous close"),
    "volume": Column("BIGINT", "shares", "traded in the session"),
    "bid": Column("DOUBLE", "USD", ""),
    "ask": Column("DOUBLE", "USD", ""),
    "quote_as_of": Column("VARCHAR", "New York time", "when the quote held"),
    "session": Column("VARCHAR", "", "close or intraday"),
    "reported": Column("INTEGER", "lines", "that the portal reports; null if it does not say"),
    "included": Column("INTEGER", "lines", "that are in holdings"),
    "weight_pct": Column("DOUBLE", "% of the fund", "sum over the lines"),
    "market_value_usd": Column("DOUBLE", "USD", "sum over the lines"),
    "complete": Column("BOOLEAN", "", "whether every reported line is here"),
    "fetched_at": Column("VARCHAR", "UTC", "when the page was fetched"),
    "fresh_until": Column("VARCHAR", "UTC", "from then on a newer capture is due"),
    "top_1_pct_low": Column("DOUBLE", "% of the fund", "the largest holding"),
    "top_1_pct_high": Column("DOUBLE", "% of the fund", ""),
    "top_10_pct_low": Column("DOUBLE", "% of the fund", "the ten largest"),
    "top_10_pct_high": Column("DOUBLE", "% of the fund", ""),
    "top_25_pct_low": Column("DOUBLE", "% of the fund", "the 25 largest"),
    "top_25_pct_high": Column("DOUBLE", "% of the fund", ""),
    "hhi_points_low": Column("DOUBLE", "points, 0 to 10,000", "Herfindahl-Hirschman index"),
    "hhi_points_high": Column("DOUBLE", "points, 0 to 10,000", ""),
    "effective_holdings_low": Column("DOUBLE", "holdings", "10,000 over the index"),
    "effective_holdings_high": Column("DOUBLE", "holdings", ""),
    "counted_pct_low": Column("DOUBLE", "% of the fund", "weight of the lines that the figures count"),
    "counted_pct_high": Column("DOUBLE", "% of the fund", ""),
    "sectors": Column(
        _WEIGHTS.format(name="sector"), "% of the fund", "a list with sector, weight_pct_low and weight_pct_high"
    ),
    "asset_classes": Column(
        _WEIGHTS.format(name="asset_class"),
        "% of the fund",
        "a list with asset_class, weight_pct_low and weight_pct_high",
    ),
    "expense_ratio_pct": Column("DOUBLE", "% a year", "what the fund costs; null if it is not known"),
    "expense_ratio_as_of": Column("VARCHAR", "date", "a day on which that held"),
    "issues": Column("VARCHAR[]", "", "codes of what is odd in the source (docs/snapshot.md)"),
    "run": Column("VARCHAR", "", "the refresh that fetched it"),
    "source": Column("VARCHAR", "", "schwab, or sample for made-up data"),
    "raw_key": Column("VARCHAR", "", "the page in raw/ that the row was made of"),
    "raw_sha256": Column("VARCHAR", "", "its SHA-256, hex"),
}
"""One row a fund. A figure's `_low` and `_high` are equal where the list is complete, null where it has no bounds."""

CHANGES: Columns = {
    "etf": Column("VARCHAR", "", "the fund's symbol"),
    "date_from": Column("VARCHAR", "date", "the fund's holdings date before"),
    "date_to": Column("VARCHAR", "date", "the date of the holdings; the same as as_of"),
    "kind": Column(
        "VARCHAR", "", "added, removed, increased, decreased, entered_the_list, left_the_list or undetermined"
    ),
    "symbol": Column("VARCHAR", "", "the security's ticker, on the later date if it is there"),
    "name": Column("VARCHAR", "", "as the portal writes it"),
    "shares_from": Column("DOUBLE", "shares, contracts or par", "on the first date, a split taken out"),
    "shares_to": Column("DOUBLE", "shares, contracts or par", "on the second date"),
    "weight_from_pct": Column("DOUBLE", "% of the fund", "0 if the fund did not hold it; null if nobody knows"),
    "weight_to_pct": Column("DOUBLE", "% of the fund", ""),
    "price_from_usd": Column("DOUBLE", "USD", "market value by share, a split taken out"),
    "price_to_usd": Column("DOUBLE", "USD", ""),
    "traded_shares": Column(
        "DOUBLE", "shares, contracts or par", "bought, below 0 if sold, creations and redemptions taken out"
    ),
    "traded_usd": Column("DOUBLE", "USD", "at the price of the second date"),
    "drift_pct": Column(
        "DOUBLE", "% of the fund", "change of the weight by prices alone; null where a price is missing"
    ),
    "trade_pct": Column("DOUBLE", "% of the fund", "change of the weight by trades; null where a price is missing"),
    "run": Column("VARCHAR", "", "the refresh that fetched the later list"),
    "source": Column("VARCHAR", "", "schwab, or sample for made-up data"),
}
"""One row for each security that a fund changed between two of its holdings dates, `date_to` being the partition."""

SECURITIES: Columns = {
    "ticker": Column(
        "VARCHAR", "", "that lists use for it; null without one, and where the sources contradict each other about it"
    ),
    "names": Column("VARCHAR[]", "", "that lists and filings give it, at most 20"),
    "isin": Column("VARCHAR", "", "null where filings give only a CUSIP"),
    "cusip": Column("VARCHAR", "", "null where filings disagree, as are the next four; `differ` then names the column"),
    "lei": Column("VARCHAR", "", "of the issuer"),
    "country": Column("VARCHAR", "", "of the issuer's organisation, ISO 3166 alpha-2"),
    "currency": Column("VARCHAR", "", "of the line, ISO 4217"),
    "category": Column("VARCHAR", "", "equity, etf, bond or other"),
    "differ": Column("VARCHAR[]", "", "the columns that filings disagree about"),
    "filings": Column("VARCHAR[]", "", "the fund and the report date of each, at most 20"),
    "filing_count": Column("INTEGER", "filings", "that hold it"),
    "first_seen": Column("VARCHAR", "date", "the oldest report date of those filings"),
    "last_seen": Column("VARCHAR", "date", "the newest one"),
}
"""One row for each security that the newest filings identify."""

CONTRADICTIONS: Columns = {
    "why": Column("VARCHAR", "", "ticker_with_several_isins or isin_with_several_tickers"),
    "tickers": Column("VARCHAR[]", "", "none of them is in `securities` beside these ISINs"),
    "isins": Column("VARCHAR[]", "", "or CUSIPs where there is no ISIN"),
    "names": Column("VARCHAR[]", "", "that lists and filings give, at most 20"),
    "filings": Column("VARCHAR[]", "", "the fund and the report date of each, at most 20"),
    "first_seen": Column("VARCHAR", "date", "the oldest report date of those filings"),
    "last_seen": Column("VARCHAR", "date", "the newest one"),
}
"""One row for each contradiction of filings and lists; no row of SECURITIES has a ticker that one is about."""

FILINGS: Columns = {
    "etf": Column("VARCHAR", "", "the fund's symbol"),
    "report_date": Column("VARCHAR", "date", "the date of the holdings in it"),
    "filed": Column("VARCHAR", "date", "when the SEC got it"),
    "accession": Column("VARCHAR", "", "the SEC's number of it"),
    "form": Column("VARCHAR", "", "NPORT-P, or NPORT-P/A for an amendment"),
    "final": Column("BOOLEAN", "", "whether it is the fund's last one"),
    "complete": Column("BOOLEAN", "", "whether it names all of the fund's securities"),
    "net_assets_usd": Column("DOUBLE", "USD", ""),
    "lines": Column("INTEGER", "lines", "that it has"),
    "source": Column("VARCHAR", "", "sec, file for one that was taken by hand, or sample for made-up data"),
}
"""One row for each fund with a filing: its newest one."""
