"""The workbook of a portfolio: exposures, positions, sectors, and what the answer says beside them."""

from collections.abc import Mapping
from typing import Any

from api.flat.about_sheet import about
from api.flat.tables import exposures_table
from api.formats import Sheets
from etf_common.flat_table import figures, numbers, table_of, texts
from etf_common.fund_workbook import sectors_table
from etf_common.workbook import Sheet

_POSITION = (*texts("symbol", "name", "kind"), *figures("weight_pct"), *numbers("value_usd"))


def portfolio_sheets(source: str) -> Sheets:
    """What makes the sheets `exposures`, `positions`, `sectors` and `summary` of a portfolio's answer.

    The summary has the dates, the totals, the funds that hold most of the same, and why figures are null.
    """

    def sheets(answer: Mapping[str, Any]) -> dict[str, Sheet]:
        return {
            "exposures": exposures_table(answer),
            "positions": table_of(_POSITION, answer["positions"]),
            "sectors": sectors_table(answer),
            "summary": about(answer, source),
        }

    return sheets
