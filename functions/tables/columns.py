"""The tables' columns: names and units are the API's, types are DuckDB's. docs/tables.md and Glue have the same."""

from collections.abc import Mapping

_WEIGHTS = "STRUCT({name} VARCHAR, weight_pct_low DOUBLE, weight_pct_high DOUBLE)[]"

HOLDINGS: Mapping[str, str] = {
    "etf": "VARCHAR",
    "line": "INTEGER",
    "symbol": "VARCHAR",
    "name": "VARCHAR",
    "asset_class": "VARCHAR",
    "sector": "VARCHAR",
    "weight_pct": "DOUBLE",
    "weight_implied_pct": "DOUBLE",
    "shares": "DOUBLE",
    "market_value_usd": "DOUBLE",
    "implied_price_usd": "DOUBLE",
    "run": "VARCHAR",
    "source": "VARCHAR",
}
"""One row a line of a fund, in the fund's order; `line` counts from 1."""

_FIGURES = ("top_1_pct", "top_10_pct", "top_25_pct", "hhi_points", "effective_holdings", "counted_pct")

FUNDS: Mapping[str, str] = {
    "etf": "VARCHAR",
    "name": "VARCHAR",
    "holdings_as_of": "VARCHAR",
    "last_price": "DOUBLE",
    "change_pct": "DOUBLE",
    "volume": "BIGINT",
    "bid": "DOUBLE",
    "ask": "DOUBLE",
    "quote_as_of": "VARCHAR",
    "session": "VARCHAR",
    "reported": "INTEGER",
    "included": "INTEGER",
    "weight_pct": "DOUBLE",
    "market_value_usd": "DOUBLE",
    "complete": "BOOLEAN",
    "fetched_at": "VARCHAR",
    "fresh_until": "VARCHAR",
    **{f"{name}_{end}": "DOUBLE" for name in _FIGURES for end in ("low", "high")},
    "sectors": _WEIGHTS.format(name="sector"),
    "asset_classes": _WEIGHTS.format(name="asset_class"),
    "expense_ratio_pct": "DOUBLE",
    "expense_ratio_as_of": "VARCHAR",
    "issues": "VARCHAR[]",
    "run": "VARCHAR",
    "source": "VARCHAR",
    "raw_key": "VARCHAR",
    "raw_sha256": "VARCHAR",
}
"""One row a fund. A figure's `_low` and `_high` are equal where the list is complete, null where it has no bounds."""

CHANGES: Mapping[str, str] = {
    **dict.fromkeys(("etf", "date_from", "date_to", "kind", "symbol", "name"), "VARCHAR"),
    **dict.fromkeys(
        (
            *("shares_from", "shares_to", "weight_from_pct", "weight_to_pct", "price_from_usd", "price_to_usd"),
            *("traded_shares", "traded_usd", "drift_pct", "trade_pct"),
        ),
        "DOUBLE",
    ),
    "run": "VARCHAR",
    "source": "VARCHAR",
}
"""One row for each security that a fund changed between two of its holdings dates, `date_to` being the partition."""

KINDS: Mapping[str, str] = {
    "symbol": "VARCHAR",
    "name": "VARCHAR",
    "asset_class": "VARCHAR",
    "sector": "VARCHAR",
    "token": "VARCHAR",
    "isin": "VARCHAR",
    "bond": "VARCHAR",
    "name_key": "VARCHAR",
    "has_ticker": "BOOLEAN",
    "is_bond": "BOOLEAN",
    "label": "VARCHAR",
    "form": "VARCHAR",
}
"""For the builds alone: what the cells of a line that counts say of its security (`etf_analytics.all_funds.kinds`). One
row for all lines with the same cells."""

CORRECTED = ("weight_pct", "weight_implied_pct", "shares", "market_value_usd")
"""The numbers of a line."""

EXCEPTIONS: Mapping[str, str] = {
    "etf": "VARCHAR",
    "line": "INTEGER",
    "key": "VARCHAR",
    "corrected": "BOOLEAN",
    **dict.fromkeys(CORRECTED, "DOUBLE"),
}
"""For the builds alone: the lines that count and whose key in their fund is not their symbol, or whose numbers
`etf_analytics.weights` has corrected."""

CANDIDATES: Mapping[str, str] = {"etf": "VARCHAR", "other": "VARCHAR", "score": "DOUBLE", "fingerprint": "VARCHAR"}
"""For the builds alone: the funds most like each fund, with the sum of the smaller weights in units of 1e-10 %.
One more row of each fund, without another, has the fingerprint of what the scores were made of."""

JOINED: Mapping[str, str] = dict.fromkeys(("etf", "symbol", "name", "asset_class", "isin"), "VARCHAR")
"""For the builds alone: the lines of a fund's list that its newest filing gives an ISIN."""

EVIDENCE: Mapping[str, str] = dict.fromkeys(
    (
        *("etf", "ticker", "isin", "cusip", "lei", "list_name", "filed_name", "country", "currency", "category"),
        *("filing", "report_date"),
    ),
    "VARCHAR",
)
"""For the builds alone: `etf_analytics.filings.securities.SecurityEvidence` of each fund's newest filing."""

SECURITIES: Mapping[str, str] = {
    "ticker": "VARCHAR",
    "names": "VARCHAR[]",
    **dict.fromkeys(("isin", "cusip", "lei", "country", "currency", "category"), "VARCHAR"),
    "differ": "VARCHAR[]",
    "filings": "VARCHAR[]",
    "filing_count": "INTEGER",
    "first_seen": "VARCHAR",
    "last_seen": "VARCHAR",
}
"""One row for each security that the newest filings identify."""

CONTRADICTIONS: Mapping[str, str] = {
    "why": "VARCHAR",
    **dict.fromkeys(("tickers", "isins", "names", "filings"), "VARCHAR[]"),
    "first_seen": "VARCHAR",
    "last_seen": "VARCHAR",
}
"""One row for each contradiction of filings and lists; no row of SECURITIES has a ticker that one is about."""
