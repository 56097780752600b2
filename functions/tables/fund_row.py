"""One fund's row of the funds table, from its snapshot. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from etf_analytics import Fund, analyze_fund, prepare
from etf_analytics.reference.sectors import sectors
from etf_common.codes import Reason
from etf_common.lake import parse_raw_page_key

ExpenseRatioOf = Callable[[str], Mapping[str, Any] | None]
"""By symbol: `expense_ratio_pct` and `as_of`, if they are known."""

_PATHS: Final = {
    "top_10_pct": "concentration.top_pct.10",
    "hhi_points": "concentration.hhi_points",
    "sectors": "sectors.weights.weight_pct",
}
"""Where `analyze_fund` says why a figure of a history is null."""


def fund_row(snapshot: Mapping[str, Any], expense_ratio: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The row, by the names of `columns.FUNDS`. `expense_ratio`: `expense_ratio_pct` and `as_of`, if they are known."""
    fund = prepare(snapshot, sector_of=sectors().of)
    return {**row_of_fund(snapshot, fund), **expense_columns(expense_ratio)}


def expense_columns(expense_ratio: Mapping[str, Any] | None) -> dict[str, Any]:
    """The columns that come from the config and not from the snapshot."""
    return {
        "expense_ratio_pct": expense_ratio["expense_ratio_pct"] if expense_ratio else None,
        "expense_ratio_as_of": expense_ratio["as_of"] if expense_ratio else None,
    }


def row_of_fund(snapshot: Mapping[str, Any], fund: Fund) -> dict[str, Any]:
    """The columns that come from the snapshot, of which `fund` was prepared.

    Beside them, for the histories: the `largest` security, and `reasons` why that or a figure is null.
    """
    figures = analyze_fund(fund)
    summary, totals, provenance = snapshot["summary"], snapshot["totals"], snapshot["provenance"]
    concentration = figures["concentration"]
    parsed = parse_raw_page_key(provenance["raw_key"])
    return {
        "etf": snapshot["symbol"],
        "name": snapshot["name"],
        "holdings_as_of": snapshot["holdings_as_of"],
        **{name: summary[name] for name in ("last_price", "change_pct", "volume", "bid", "ask", "session")},
        "quote_as_of": summary["as_of"],
        "reported": totals["reported"],
        "included": totals["included"],
        "weight_pct": totals["weight_pct"],
        "market_value_usd": fund.listed.value_usd,
        "complete": snapshot["quality"]["complete"],
        "fetched_at": provenance["fetched_at"],
        "fresh_until": provenance.get("fresh_until"),
        **_bounds("top_1_pct", concentration["top_pct"]["1"]),
        **_bounds("top_10_pct", concentration["top_pct"]["10"]),
        **_bounds("top_25_pct", concentration["top_pct"]["25"]),
        **_bounds("hhi_points", concentration["hhi_points"]),
        **_bounds("effective_holdings", concentration["effective_holdings"]),
        **_bounds("counted_pct", figures["counted_pct"]),
        "sectors": _weights(figures["sectors"]["weights"], "sector"),
        "asset_classes": _weights(figures["asset_classes"], "asset_class"),
        "issues": sorted({issue["code"] for issue in snapshot["quality"]["issues"]}),
        "run": parsed[1] if parsed else None,
        "source": provenance["source"],
        "raw_key": provenance["raw_key"],
        "raw_sha256": provenance["raw_sha256"],
        "largest": _largest(fund),
        "reasons": _reasons(fund, figures),
    }


def _largest(fund: Fund) -> dict[str, Any] | None:
    key = next(iter(fund.weights), None)
    if key is None or fund.flaw:
        return None
    security = fund.securities[key]
    return {"symbol": security.symbol, "name": security.name, "weight_pct": round(100.0 * fund.weights[key], 6)}


def _reasons(fund: Fund, figures: Mapping[str, Any]) -> dict[str, str]:
    told = {name: str(figures["reasons"][path]) for name, path in _PATHS.items() if path in figures["reasons"]}
    if _largest(fund) is None:
        told["largest"] = str(fund.flaw or Reason.NO_COUNTED_LINES)
    return told


def _weights(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [{name: row[name], **_bounds("weight_pct", row["weight_pct"])} for row in rows]


def _bounds(name: str, figure: Any) -> dict[str, Any]:
    low, high = (figure["low"], figure["high"]) if isinstance(figure, dict) else (figure, figure)
    return {f"{name}_low": low, f"{name}_high": high}
