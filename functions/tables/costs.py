"""What funds cost a year, for their rows: the owner's figures from the config, else those of the reference table."""

import logging

from etf_analytics.reference.expense_ratios import expense_ratio
from etf_common.config import OwnExpenseRatio, parse_config
from etf_common.errors import PipelineError
from etf_common.lake import CONFIG_KEY, Lake
from tables.fund_row import ExpenseRatioOf

log = logging.getLogger("etf.tables")


def expense_ratios_of(lake: Lake) -> ExpenseRatioOf:
    """By symbol, as the config is now."""
    own = _own(lake)

    def expense_ratio_of(symbol: str) -> dict[str, object] | None:
        known = own.get(symbol) or expense_ratio(symbol)
        return {"expense_ratio_pct": known.expense_ratio_pct, "as_of": known.as_of} if known else None

    return expense_ratio_of


def _own(lake: Lake) -> dict[str, OwnExpenseRatio]:
    """The owner's figures. A config that cannot be read has none: it must not keep the tables from being built."""
    try:
        stored = lake.read_if_there(CONFIG_KEY)
        return dict(parse_config(stored.body, CONFIG_KEY).expense_ratios) if stored else {}
    except PipelineError as error:
        log.warning("the config is not used", extra={"key": CONFIG_KEY, "code": error.code, "why": error.message})
        return {}
