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
