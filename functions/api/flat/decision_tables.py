"""Answers that help to decide, as flat tables."""

from collections.abc import Mapping
from typing import Any

from api.flat.tables import reasons_cell
from etf_common.flat_table import FlatTable, booleans, figures, numbers, table_of, texts

Answer = Mapping[str, Any]
_SUBSTITUTE = (
    *texts("kind", "symbol", "name", "holdings_as_of"),
    *booleans("complete"),
    *numbers("expense_ratio_pct", "saving_pct"),
    *figures("overlap_pct", "sector_distance_pct"),
    *texts("reasons"),
)
_DRIFT = (
    *texts("kind", "symbol", "name"),
    *numbers("return_pct", "price_from_usd", "price_to_usd", "value_from_usd", "value_to_usd"),
    *numbers("target_pct", "from_target_pct"),
    *figures("weight_from_pct", "weight_to_pct", "drift_pct"),
    *texts("reasons"),
)


def substitutes_table(answer: Answer) -> FlatTable:
    """One row for each substitute, by `kind`. A list that cannot be made is a row without a fund, with its reason."""
    rows: list[dict[str, Any]] = []
    for kind in ("cheaper", "similar_exposure"):
        found = answer[kind]
        if found is None:
            found = [{"reasons": {kind: answer["reasons"][kind]}}]
        rows += ({**row, "kind": kind, "reasons": reasons_cell(row["reasons"])} for row in found)
    return table_of(_SUBSTITUTE, rows, sparse=True)


def drift_table(answer: Answer) -> FlatTable:
    """The positions, then the securities, by `kind`; figures that only positions have are null for securities."""
    securities = answer["securities"]
    if securities is None:
        securities = [{"reasons": {"securities": answer["reasons"]["securities"]}}]
    rows = [
        *({**row, "kind": "position"} for row in answer["positions"]),
        *({**row, "kind": "security"} for row in securities),
    ]
    return table_of(_DRIFT, ({**row, "reasons": reasons_cell(row["reasons"])} for row in rows), sparse=True)
