"""The columns of all tables that the builds make, with DuckDB's types: those that everybody can ask for, and those that
only the next build reads.
"""

from collections.abc import Mapping

from etf_common import table_columns
from etf_common.table_columns import types_of

HOLDINGS, FUNDS, CHANGES = map(types_of, (table_columns.HOLDINGS, table_columns.FUNDS, table_columns.CHANGES))
SECURITIES, CONTRADICTIONS = map(types_of, (table_columns.SECURITIES, table_columns.CONTRADICTIONS))
"""What everybody can ask for: the types of the columns that `etf_common.table_columns` describes."""

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
