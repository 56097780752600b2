"""The list: the module API's answers as rows in order, or the page's own rows where there are no answers."""

from dataclasses import dataclass

from etf_common.errors import LayoutError
from etf_schwab.module_answer import AnswerError, decode_answer
from transform.page import Page
from transform.rows import Row, node_row


@dataclass(frozen=True)
class Listing:
    """All rows that came, and how they came."""

    rows: tuple[Row, ...]
    pages: tuple[int, ...]
    """For each row, the number of the answer it stands in; 0 is the page itself."""
    totals: tuple[int, ...]
    """The total that each pager gave, in order; an answer without pager gives none."""
    moved: bool
    """Whether the answers' totals differ: rows came or went while the list was read."""

    @property
    def reported(self) -> int | None:
        """How many rows there are, as the newest pager has it."""
        return self.totals[-1] if self.totals else None


def read_parts(parts: tuple[bytes, ...], page: Page) -> Listing:
    """The list of the module's answers. Raises LayoutError for an answer that is not the expected tree."""
    rows: list[Row] = []
    pages: list[int] = []
    totals: list[int] = []
    for number, part in enumerate(parts, 1):
        where = f"answer {number} of the module API"
        try:
            answer = decode_answer(part)
        except AnswerError as error:
            raise LayoutError(f"{where} is no module answer: {error}") from None
        if answer.rows is None:
            raise LayoutError(f"{where} has no holdings table (tthHoldingsTbody)")
        start = len(rows)
        rows.extend(node_row(row, f"row {i} in {where}") for i, row in enumerate(answer.rows, 1))
        pages.extend([number] * (len(rows) - start))
        if answer.pager:
            totals.append(answer.pager.total)
    first = [page.pager.total] if page.pager else []
    return Listing(tuple(rows), tuple(pages), (*first, *totals), len(set(totals)) > 1)


def page_only(page: Page) -> Listing:
    """The page's own first rows."""
    return Listing(page.rows, (0,) * len(page.rows), (page.pager.total,) if page.pager else (), moved=False)
