"""Answers about two dates as flat tables: one row for each security, with what happened to it.

`reasons` says why cells are null. Where it is not known whether anything is of a kind, a row of that kind without a
security says why: an empty table never means more than it can.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from etf_common.flat_table import FlatTable, figures, numbers, table_of, texts

Answer = Mapping[str, Any]
KINDS = ("added", "removed", "increased", "decreased", "entered_the_list", "left_the_list", "undetermined")
"""What can have happened to a security, by the names of the lists of an answer."""
_DATES = texts("etf", "from", "to")
_CHANGES = (
    *_DATES,
    *texts("kind", "symbol", "name"),
    *numbers("shares_from", "shares_to", "weight_from_pct", "weight_to_pct", "price_from_usd", "price_to_usd"),
    *numbers("traded_shares", "traded_usd", "drift_pct", "trade_pct", "split"),
    *texts("reasons"),
)
_ATTRIBUTION = (
    *_DATES,
    *texts("kind", "symbol", "name"),
    *numbers("weight_from_pct", "return_pct", "contribution_pct"),
    *texts("reasons"),
)
_PORTFOLIO = (
    *texts("kind", "symbol", "name"),
    *figures("weight_from_pct", "weight_to_pct", "change_pct"),
    *texts("reasons"),
)


def changes_table(answer: Answer) -> FlatTable:
    """One row for each security that changed, with its kind."""
    dates = _dates(answer)
    return table_of(_CHANGES, ({**row, **dates} for row in _by_kind(answer)), sparse=True)


def attribution_table(answer: Answer) -> FlatTable:
    """Securities, sectors, asset classes, what is not covered, then the fund's own figures in rows of kind `total`."""
    rows: list[dict[str, Any]] = [
        *({**row, "kind": "security"} for row in answer["securities"]),
        *({**row, "kind": "sector", "name": row["sector"]} for row in answer["sectors"]),
        *({**row, "kind": "asset_class", "name": row["asset_class"]} for row in answer["asset_classes"]),
        *({**row, "kind": "not_covered", "reasons": {"return_pct": row["reason"]}} for row in answer["not_covered"]),
        *_totals(answer),
    ]
    dates = _dates(answer)
    told = ({**row, **dates, "reasons": _reasons(row)} for row in rows)
    return table_of(_ATTRIBUTION, told, sparse=True)


def portfolio_changes_table(answer: Answer) -> FlatTable:
    """One row for each security whose weight in the portfolio changed, with its kind."""
    return table_of(_PORTFOLIO, _by_kind(answer), sparse=True)


def _dates(answer: Answer) -> dict[str, str]:
    return {"etf": answer["symbol"], "from": answer["from"], "to": answer["to"]}


def _totals(answer: Answer) -> Iterable[dict[str, Any]]:
    """The covered return with its weight, the return by the closing quotes, and what is between them."""
    weights = {"return_pct": answer["covered_pct"]}
    for name in ("return_pct", "quote_return_pct", "residual_pct"):
        reason = answer["reasons"].get(name)
        reasons = {"return_pct": reason} if reason else {}
        known = {"weight_from_pct": weights.get(name), "return_pct": answer[name]}
        yield {"kind": "total", "name": name, **known, "reasons": reasons}


def _by_kind(answer: Answer) -> Iterable[dict[str, Any]]:
    for kind in KINDS:
        rows = answer[kind]
        if rows is None:
            rows = [{"reasons": {kind: answer["reasons"][kind]}}]
        yield from ({**row, "kind": kind, "reasons": _reasons(row)} for row in rows)


def _reasons(row: Answer) -> str:
    """Why cells of the row are null: `traded_usd: value_missing; ...`."""
    return "; ".join(f"{name}: {reason}" for name, reason in row.get("reasons", {}).items())
