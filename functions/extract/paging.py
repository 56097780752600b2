"""Which rows to ask for next. Pure: no HTTP here."""

from dataclasses import dataclass

ROWS_PER_REQUEST = 300
"""As other clients ask for; the portal may give fewer."""
SMALLEST_PAGE = 20
"""The page's own choices are 20, 40 and 60 rows: an answer below 20 is the last one."""
MAX_REQUESTS = 400


@dataclass(frozen=True)
class RowsRequest:
    """`page` (from 1) of `rows` rows each."""

    page: int
    rows: int


def request_after(last: int, size: int) -> RowsRequest:
    """The request whose first row is `last` + 1, with as many rows as can be, at most `size`.

    The API counts in pages, so the rows before must be whole pages: the largest divisor of `last` is the page size.

    >>> request_after(60, 100)
    RowsRequest(page=2, rows=60)
    """
    rows = next((n for n in range(min(size, last), 0, -1) if last % n == 0), size)
    return RowsRequest(last // rows + 1, rows)
