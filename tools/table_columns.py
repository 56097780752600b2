"""The tables' columns as docs/tables.md shows them."""

from etf_common.table_columns import CHANGES, CONTRADICTIONS, FILINGS, FUNDS, HOLDINGS, SECURITIES, Columns


def rows(columns: Columns) -> list[list[str]]:
    """Column, type, unit and meaning."""
    return [[f"`{name}`", shown_type(column.type), column.unit, column.meaning] for name, column in columns.items()]


def shown_type(kind: str) -> str:
    """A type without the fields of its structs, which the meaning tells."""
    return "list of STRUCT" if kind.startswith("STRUCT") else kind


TABLES = {
    "holdings_columns": HOLDINGS,
    "funds_columns": FUNDS,
    "changes_columns": CHANGES,
    "securities_columns": SECURITIES,
    "contradictions_columns": CONTRADICTIONS,
    "filings_columns": FILINGS,
}
