"""Answers that help to decide, as tables for a spreadsheet."""

from collections.abc import Mapping
from typing import Any

from api.tables import figure_columns, figures_of, reasons_cell
from etf_common.holdings_csv import csv_table

Answer = Mapping[str, Any]
_SUBSTITUTE = ("kind", "symbol", "name", "holdings_as_of", "complete", "expense_ratio_pct", "saving_pct")
_APART = ("overlap_pct", "sector_distance_pct")


def substitutes_table(answer: Answer) -> bytes:
    """One row for each substitute, by `kind`. A list that cannot be made is a row without a fund, with its reason."""
    rows: list[dict[str, Any]] = []
    for kind in ("cheaper", "similar_exposure"):
        if answer[kind] is None:
            rows.append({"kind": kind, "complete": None, "reasons": {kind: answer["reasons"][kind]}})
            continue
        rows += ({**row, "kind": kind, "complete": "true" if row["complete"] else "false"} for row in answer[kind])
    whole = [{**dict.fromkeys((*_SUBSTITUTE, *_APART)), **row} for row in rows]
    cells = (
        [*(row[name] for name in _SUBSTITUTE), *figures_of(row, _APART), reasons_cell(row["reasons"])] for row in whole
    )
    return csv_table([*_SUBSTITUTE, *figure_columns(_APART), "reasons"], cells)


_POSITION = ("return_pct", "price_from_usd", "price_to_usd", "value_from_usd", "value_to_usd")
_TARGET = ("target_pct", "from_target_pct")
_MOVED = ("weight_from_pct", "weight_to_pct", "drift_pct")


def drift_table(answer: Answer) -> bytes:
    """The positions, then the securities, by `kind`; figures that only positions have are empty for securities."""
    plain = ("kind", "symbol", "name", *_POSITION, *_TARGET)
    rows: list[dict[str, Any]] = [{**row, "kind": "position"} for row in answer["positions"]]
    if answer["securities"] is None:
        rows.append({"kind": "security", "reasons": {"securities": answer["reasons"]["securities"]}})
    rows += ({**row, "kind": "security"} for row in answer["securities"] or ())
    whole = [{**dict.fromkeys((*plain, *_MOVED)), **row} for row in rows]
    cells = ([*(row[name] for name in plain), *figures_of(row, _MOVED), reasons_cell(row["reasons"])] for row in whole)
    return csv_table([*plain, *figure_columns(_MOVED), "reasons"], cells)
