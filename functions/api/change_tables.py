"""Answers about two dates as tables for a spreadsheet: one row for each security, with what happened to it.

`reasons` says why cells are empty. Where it is not known whether anything is of a kind, a row of that kind without a
security says why: an empty table never means more than it can.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from api.tables import figure_columns, figures_of
from etf_common.holdings_csv import csv_table

Answer = Mapping[str, Any]
KINDS = ("added", "removed", "increased", "decreased", "entered_the_list", "left_the_list", "undetermined")
"""What can have happened to a security, by the names of the lists of an answer."""
_DATES = ("etf", "from", "to")
_CHANGES = (
    *("kind", "symbol", "name", "shares_from", "shares_to", "weight_from_pct", "weight_to_pct", "price_from_usd"),
    *("price_to_usd", "traded_shares", "traded_usd", "drift_pct", "trade_pct", "split"),
)
_ATTRIBUTION = ("kind", "symbol", "name", "weight_from_pct", "return_pct", "contribution_pct")
_WEIGHTS = ("weight_from_pct", "weight_to_pct", "change_pct")


def changes_table(answer: Answer) -> bytes:
    """One row for each security that changed, with its kind."""
    dates = [answer["symbol"], answer["from"], answer["to"]]
    rows = ([*dates, *(row.get(name) for name in _CHANGES), _reasons(row)] for row in _by_kind(answer))
    return csv_table([*_DATES, *_CHANGES, "reasons"], rows)


def attribution_table(answer: Answer) -> bytes:
    """Securities, sectors, asset classes, what is not covered, then the fund's own figures in rows of kind `total`."""
    rows = [
        *({**row, "kind": "security"} for row in answer["securities"]),
        *({**row, "kind": "sector", "name": row["sector"]} for row in answer["sectors"]),
        *({**row, "kind": "asset_class", "name": row["asset_class"]} for row in answer["asset_classes"]),
        *({**row, "kind": "not_covered", "reasons": {"return_pct": row["reason"]}} for row in answer["not_covered"]),
        *_totals(answer),
    ]
    dates = [answer["symbol"], answer["from"], answer["to"]]
    cells = ([*dates, *(row.get(name) for name in _ATTRIBUTION), _reasons(row)] for row in rows)
    return csv_table([*_DATES, *_ATTRIBUTION, "reasons"], cells)


def portfolio_changes_table(answer: Answer) -> bytes:
    """One row for each security whose weight in the portfolio changed, with its kind."""
    unknown = dict.fromkeys(_WEIGHTS)
    rows = ([*_named(row), *figures_of({**unknown, **row}, _WEIGHTS), _reasons(row)] for row in _by_kind(answer))
    return csv_table(["kind", "symbol", "name", *figure_columns(_WEIGHTS), "reasons"], rows)


def _totals(answer: Answer) -> Iterable[dict[str, Any]]:
    """The covered return with its weight, the return by the closing quotes, and what is between them."""
    weights = {"return_pct": answer["covered_pct"]}
    for name in ("return_pct", "quote_return_pct", "residual_pct"):
        reason = answer["reasons"].get(name)
        reasons = {"return_pct": reason} if reason else {}
        figures = {"weight_from_pct": weights.get(name), "return_pct": answer[name]}
        yield {"kind": "total", "symbol": None, "name": name, **figures, "reasons": reasons}


def _by_kind(answer: Answer) -> Iterable[Answer]:
    for kind in KINDS:
        rows = answer[kind]
        if rows is None:
            yield {"kind": kind, "symbol": None, "name": None, "reasons": {kind: answer["reasons"][kind]}}
        else:
            yield from ({**row, "kind": kind} for row in rows)


def _named(row: Answer) -> Sequence[Any]:
    return [row["kind"], row["symbol"], row["name"]]


def _reasons(row: Answer) -> str:
    """Why cells of the row are empty: `traded_usd: value_missing; ...`."""
    return "; ".join(f"{name}: {reason}" for name, reason in row.get("reasons", {}).items())
