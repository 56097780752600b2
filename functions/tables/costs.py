"""What the tables take from the config: what funds cost a year, and the reference funds of factors."""

import logging

from etf_analytics.reference.expense_ratios import expense_ratio
from etf_common.config import EtlConfig, parse_config
from etf_common.errors import PipelineError
from etf_common.lake import CONFIG_KEY, Lake
from tables.fund_row import ExpenseRatioOf

log = logging.getLogger("etf.tables")


def config_of(lake: Lake) -> EtlConfig:
    """The config as it is now. One that cannot be read says nothing: it must not keep the tables from being built."""
    try:
        stored = lake.read_if_there(CONFIG_KEY)
        return parse_config(stored.body, CONFIG_KEY) if stored else EtlConfig()
    except PipelineError as error:
        log.warning("the config is not used", extra={"key": CONFIG_KEY, "code": error.code, "why": error.message})
        return EtlConfig()


def expense_ratios_of(config: EtlConfig) -> ExpenseRatioOf:
    """By symbol: the owner's figures, else those of the reference table."""

    def expense_ratio_of(symbol: str) -> dict[str, object] | None:
        known = config.expense_ratios.get(symbol) or expense_ratio(symbol)
        return {"expense_ratio_pct": known.expense_ratio_pct, "as_of": known.as_of} if known else None

    return expense_ratio_of
