"""What the columns of the tables mean, for docs/tables.md: by column its unit and its meaning."""

from collections.abc import Mapping

from tables.columns import CHANGES, CONTRADICTIONS, FUNDS, HOLDINGS, SECURITIES

Meanings = Mapping[str, tuple[str, str]]

HOLDINGS_MEANINGS: Meanings = {
    "etf": ("", "the fund's symbol"),
    "line": ("", "the line's place in the fund's list, from 1"),
    "symbol": ("", "the line's ticker; null where the portal gives none, as for most bonds"),
    "name": ("", "as the portal writes it"),
    "asset_class": ("", "equity, etf, bond, cash, derivative or other"),
    "sector": ("", "of an equity, where it is known"),
    "weight_pct": ("% of the fund", "as the portal gives it, two decimals; can be negative"),
    "weight_implied_pct": ("% of the fund", "only where weight_pct reads 0.00 and the market value implies more"),
    "shares": ("shares, contracts or par", "how many the fund holds"),
    "market_value_usd": ("USD", "what they are worth"),
    "implied_price_usd": ("USD", "market value by share, where both are positive"),
    "run": ("", "the refresh that fetched the line, `20261120T223000Z`"),
    "source": ("", "schwab, or sample for made-up data"),
}

FUNDS_MEANINGS: Meanings = {
    "etf": ("", "the fund's symbol"),
    "name": ("", "as the portal writes it"),
    "holdings_as_of": ("date", "the date of the holdings; the same as as_of"),
    "last_price": ("USD", "the quote of that capture"),
    "change_pct": ("%", "since the previous close"),
    "volume": ("shares", "traded in the session"),
    "bid": ("USD", ""),
    "ask": ("USD", ""),
    "quote_as_of": ("New York time", "when the quote held"),
    "session": ("", "close or intraday"),
    "reported": ("lines", "that the portal reports; null if it does not say"),
    "included": ("lines", "that are in holdings"),
    "weight_pct": ("% of the fund", "sum over the lines"),
    "market_value_usd": ("USD", "sum over the lines"),
    "complete": ("", "whether every reported line is here"),
    "fetched_at": ("UTC", "when the page was fetched"),
    "fresh_until": ("UTC", "from then on a newer capture is due"),
    "top_1_pct_low": ("% of the fund", "the largest holding"),
    "top_1_pct_high": ("% of the fund", ""),
    "top_10_pct_low": ("% of the fund", "the ten largest"),
    "top_10_pct_high": ("% of the fund", ""),
    "top_25_pct_low": ("% of the fund", "the 25 largest"),
    "top_25_pct_high": ("% of the fund", ""),
    "hhi_points_low": ("points, 0 to 10,000", "Herfindahl-Hirschman index"),
    "hhi_points_high": ("points, 0 to 10,000", ""),
    "effective_holdings_low": ("holdings", "10,000 over the index"),
    "effective_holdings_high": ("holdings", ""),
    "counted_pct_low": ("% of the fund", "weight of the lines that the figures count"),
    "counted_pct_high": ("% of the fund", ""),
    "sectors": ("% of the fund", "a list with sector, weight_pct_low and weight_pct_high"),
    "asset_classes": ("% of the fund", "a list with asset_class, weight_pct_low and weight_pct_high"),
    "expense_ratio_pct": ("% a year", "what the fund costs; null if it is not known"),
    "expense_ratio_as_of": ("date", "a day on which that held"),
    "issues": ("", "codes of what is odd in the source (docs/snapshot.md)"),
    "run": ("", "the refresh that fetched it"),
    "source": ("", "schwab, or sample for made-up data"),
    "raw_key": ("", "the page in raw/ that the row was made of"),
    "raw_sha256": ("", "its SHA-256, hex"),
}

CHANGES_MEANINGS: Meanings = {
    "etf": ("", "the fund's symbol"),
    "date_from": ("date", "the fund's holdings date before"),
    "date_to": ("date", "the date of the holdings; the same as as_of"),
    "kind": ("", "added, removed, increased, decreased, entered_the_list, left_the_list or undetermined"),
    "symbol": ("", "the security's ticker, on the later date if it is there"),
    "name": ("", "as the portal writes it"),
    "shares_from": ("shares, contracts or par", "on the first date, a split taken out"),
    "shares_to": ("shares, contracts or par", "on the second date"),
    "weight_from_pct": ("% of the fund", "0 if the fund did not hold it; null if nobody knows"),
    "weight_to_pct": ("% of the fund", ""),
    "price_from_usd": ("USD", "market value by share, a split taken out"),
    "price_to_usd": ("USD", ""),
    "traded_shares": ("shares, contracts or par", "bought, below 0 if sold, creations and redemptions taken out"),
    "traded_usd": ("USD", "at the price of the second date"),
    "drift_pct": ("% of the fund", "change of the weight by prices alone; null where a price is missing"),
    "trade_pct": ("% of the fund", "change of the weight by trades; null where a price is missing"),
    "run": ("", "the refresh that fetched the later list"),
    "source": ("", "schwab, or sample for made-up data"),
}

SECURITIES_MEANINGS: Meanings = {
    "ticker": ("", "that lists use for it; null without one, and where the sources contradict each other about it"),
    "names": ("", "that lists and filings give it, at most 20"),
    "isin": ("", "null where filings give only a CUSIP"),
    "cusip": ("", "null where filings disagree, as are the next four; `differ` then names the column"),
    "lei": ("", "of the issuer"),
    "country": ("", "of the issuer's organisation, ISO 3166 alpha-2"),
    "currency": ("", "of the line, ISO 4217"),
    "category": ("", "equity, etf, bond or other"),
    "differ": ("", "the columns that filings disagree about"),
    "filings": ("", "the fund and the report date of each, at most 20"),
    "filing_count": ("filings", "that hold it"),
    "first_seen": ("date", "the oldest report date of those filings"),
    "last_seen": ("date", "the newest one"),
}

CONTRADICTIONS_MEANINGS: Meanings = {
    "why": ("", "ticker_with_several_isins or isin_with_several_tickers"),
    "tickers": ("", "none of them is in `securities` beside these ISINs"),
    "isins": ("", "or CUSIPs where there is no ISIN"),
    "names": ("", "that lists and filings give, at most 20"),
    "filings": ("", "the fund and the report date of each, at most 20"),
    "first_seen": ("date", "the oldest report date of those filings"),
    "last_seen": ("date", "the newest one"),
}


def rows(columns: Mapping[str, str], meanings: Meanings) -> list[list[str]]:
    """Column, type, unit and meaning. Raises KeyError for a column without a meaning."""
    return [[f"`{name}`", _type(kind), *meanings[name]] for name, kind in columns.items()]


def _type(kind: str) -> str:
    return "list of STRUCT" if kind.startswith("STRUCT") else kind


TABLES = {
    "holdings_columns": (HOLDINGS, HOLDINGS_MEANINGS),
    "funds_columns": (FUNDS, FUNDS_MEANINGS),
    "changes_columns": (CHANGES, CHANGES_MEANINGS),
    "securities_columns": (SECURITIES, SECURITIES_MEANINGS),
    "contradictions_columns": (CONTRADICTIONS, CONTRADICTIONS_MEANINGS),
}
