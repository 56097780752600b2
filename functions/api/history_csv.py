"""The holdings dates of a fund as a table for a spreadsheet."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.documents import Document, body_etag
from api.lake_queries import ALL_SECTORS
from api.tables import history_table
from etf_common.holdings_csv import CONTENT_TYPE


def history_csv(symbol: str, rows: Sequence[Mapping[str, Any]]) -> Document:
    """The dates as CSV, with the same columns for every fund."""
    body = history_table(rows, ALL_SECTORS)
    disposition = {"Content-Disposition": f'attachment; filename="{symbol}-history.csv"'}
    return Document(body, body_etag(body), CONTENT_TYPE, disposition)
