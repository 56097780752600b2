"""Which code and reference tables the tables of all funds are made with: what another release made is made anew."""

from functools import cache

from etf_common.code_digest import digest_of

MAKERS = (
    "etf_analytics",
    "tables",
    "etf_common.codes",
    "etf_common.factors",
    "etf_common.filing_keys",
    "etf_common.lake",
    "etf_common.newest",
    "etf_common.symbols",
    "etf_common.table_columns",
    "etf_common.table_keys",
)
"""The packages, and of `etf_common` the modules, that what stands in the tables depends on."""


@cache
def table_code() -> str:
    """A digest of all of `MAKERS`; read once in a process.

    Of their bytes, not of a version number: the tables must not outlive a correction of a reference table.
    """
    return digest_of(MAKERS)
