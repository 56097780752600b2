"""The list: the module API's answers as rows in order, or the page's own rows where there are no answers."""

from dataclasses import dataclass

from etf_common.capture import MAX_CAPTURE_BYTES
from etf_common.errors import LayoutError
from etf_schwab.limits import MAX_ROWS
from etf_schwab.module_answer import AnswerError, decode_answer
from transform.page import Page
from transform.rows import TableRow, node_row


@dataclass(frozen=True)
class Listing:
    """All rows that came, and how they came."""

    rows: tuple[TableRow, ...]
    pages: tuple[int, ...]
    """For each row, the number of the answer it stands in; 0 is the page itself."""
    totals: tuple[int, ...]
    """The total that each pager gave, in order; an answer without pager gives none."""
    moved: bool
    """Whether the answers' totals differ: rows came or went while the list was read."""
    total_holdings: int | None = None
    """N of "N Total Holdings", if the page itself has N rows: only then does it need no pager. N can lag the table."""

    @property
    def reported(self) -> int | None:
        """How many rows there are, as the newest pager has it.

        A fund with few lines can have no pager; then "N Total Holdings" counts if the page and the list have N rows.
        """
        if self.totals:
            return self.totals[-1]
        return self.total_holdings if self.total_holdings == len(self.rows) else None


def read_parts(parts: tuple[bytes, ...], page: Page) -> Listing:
    """The list of the module's answers. Raises LayoutError for an answer that is not the expected tree."""
    size = sum(map(len, parts))
    if size > MAX_CAPTURE_BYTES:
        raise LayoutError(f"the module API's answers have {size:,} bytes; at most {MAX_CAPTURE_BYTES:,} are read")
    rows: list[TableRow] = []
    pages: list[int] = []
    totals: list[int] = []
    total_holdings = page.total_holdings
    for number, part in enumerate(parts, 1):
        where = f"answer {number} of the module API"
        try:
            answer = decode_answer(part)
        except AnswerError as error:
            raise LayoutError(f"{where} cannot be read: {error}") from None
        if answer.rows is None:
            raise LayoutError(f"{where} has no holdings table (tthHoldingsTbody)")
        if len(rows) + len(answer.rows) > MAX_ROWS:
            raise LayoutError(f"the list has more than {MAX_ROWS:,} rows; no more are read")
        start = len(rows)
        rows.extend(node_row(row, f"row {i} in {where}") for i, row in enumerate(answer.rows, 1))
        pages.extend([number] * (len(rows) - start))
        if answer.pager:
            totals.append(answer.pager.total)
        total_holdings = answer.total_holdings or total_holdings
    first = [page.pager.total] if page.pager else []
    whole = total_holdings if total_holdings == len(page.rows) else None
    return Listing(tuple(rows), tuple(pages), (*first, *totals), len(set(totals)) > 1, whole)


def page_only(page: Page) -> Listing:
    """The page's own first rows."""
    totals = (page.pager.total,) if page.pager else ()
    whole = page.total_holdings if page.total_holdings == len(page.rows) else None
    return Listing(page.rows, (0,) * len(page.rows), totals, moved=False, total_holdings=whole)
