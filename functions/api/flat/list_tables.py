"""Lists of funds and of filings as flat tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from etf_common.flat_table import FlatTable, booleans, numbers, table_of, texts

_STATUS = (
    *texts("symbol"),
    *booleans("configured"),
    *texts("reference_for", "source", "holdings_as_of", "quote_as_of", "fetched_at"),
    *numbers("rows", "reported"),
    *booleans("complete", "stale"),
    *texts("stale_reasons", "last_attempt_at", "last_attempt_result", "error_code", "error_message"),
    *texts("last_success_at", "last_success_holdings_as_of", "filing_report_date", "filing_filed"),
    *numbers("filing_age_days"),
    *booleans("filing_complete"),
    *texts("filing_source", "filing_checked_at", "filing_result", "filing_error_code", "filing_error_message"),
)
_FILING = (
    *texts("report_date", "filed"),
    *numbers("lag_days"),
    *texts("accession", "form"),
    *booleans("final"),
    *numbers("net_assets_usd", "lines"),
    *booleans("complete"),
    *texts("series", "class_id", "source", "etf"),
)


def funds_table(symbols: Sequence[str]) -> FlatTable:
    """One row for each fund."""
    return table_of(texts("symbol"), ({"symbol": symbol} for symbol in symbols))


def status_table(statuses: Mapping[str, Mapping[str, Any]]) -> FlatTable:
    """One row for each symbol: its times, its last refresh, and its newest filing."""
    return table_of(_STATUS, (_status(symbol, status) for symbol, status in statuses.items()))


def _status(symbol: str, status: Mapping[str, Any]) -> dict[str, Any]:
    attempt, success, filing = (status[name] or {} for name in ("last_attempt", "last_success", "filing"))
    error, filing_error = attempt.get("error") or {}, filing.get("error") or {}
    told = ("report_date", "filed", "age_days", "complete", "source", "checked_at", "result")
    return {
        **status,
        "symbol": symbol,
        "stale_reasons": "; ".join(status["stale_reasons"]),
        "last_attempt_at": attempt.get("at"),
        "last_attempt_result": attempt.get("result"),
        "error_code": error.get("code"),
        "error_message": error.get("message"),
        "last_success_at": success.get("fetched_at"),
        "last_success_holdings_as_of": success.get("holdings_as_of"),
        **{f"filing_{name}": filing.get(name) for name in told},
        "filing_error_code": filing_error.get("code"),
        "filing_error_message": filing_error.get("message"),
    }


def filings_table(answer: Mapping[str, Any]) -> FlatTable:
    """One row for each filing, without the returns and flows of its months."""
    return table_of(_FILING, ({**row, "etf": answer["symbol"]} for row in answer["filings"]))
