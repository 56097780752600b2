"""What is odd about a list. Each check returns issues and changes nothing."""

import itertools
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from statistics import median

from etf_common.models import Issue
from transform.listing import Listing
from transform.page import Page
from transform.rows import Row

ROWS_NAMED = 10
SLIPPED = "slipped_between_pages"
VALUE_AGAINST_WEIGHT = "value_against_weight"
# Weights are rounded to two decimals, so a row's weight can be off by half of the last one.
_ROUNDING = 0.005
# Real lists sum to 90 to 103 %: funds hold cash that is not listed, and derivatives on top.
_SUM_RANGE = (Decimal(90), Decimal(103))
# A market value may differ from its weight's share by what prices move between the two dates.
_VALUE_TOLERANCE = 0.10
_ENOUGH_ROWS = 5


def list_issues(rows: tuple[Row, ...], listing: Listing, page: Page, *, truncated: bool) -> list[Issue]:
    """All issues of the included `rows`; `truncated`: max_holdings left rows of the source out."""
    return [
        *_count_issues(rows, listing, truncated=truncated),
        *_weight_issues(rows, listing.reported == len(rows)),
        *_slipped_rows(rows, listing),
        *_repeated_symbols(rows),
        *_value_against_weight(rows),
        *_page_against_parts(listing, page),
        *_cell_issues(rows),
    ]


def rows_issue(code: str, detail: str, indexes: Iterable[int]) -> list[Issue]:
    """One issue for the rows of these indexes (from 0), or none."""
    numbers = [index + 1 for index in indexes]
    return [Issue(code=code, detail=detail, count=len(numbers), rows=tuple(numbers[:ROWS_NAMED]))] if numbers else []


def _count_issues(rows: tuple[Row, ...], listing: Listing, *, truncated: bool) -> list[Issue]:
    issues = []
    if listing.reported is None:
        issues.append(Issue(code="total_unknown", detail="no pager says how many rows there are"))
    elif listing.reported != len(rows) and not truncated:
        detail = f"the portal reports {listing.reported} rows and gave {len(rows)}"
        issues.append(Issue(code="row_count", detail=detail))
    totals = sorted(set(listing.totals))
    if len(totals) > 1:
        detail = f"the total changed while the list was read: {', '.join(map(str, totals))}"
        issues.append(Issue(code="total_changed", detail=detail))
    return issues


def _weight_issues(rows: tuple[Row, ...], whole: bool) -> list[Issue]:
    weights = [row.weight_pct for row in rows]
    total = sum((weight for weight in weights if weight is not None), Decimal(0))
    low, high = _SUM_RANGE
    issues = []
    if total > high or (whole and total < low):
        issues.append(Issue(code="weight_sum", detail=f"the weights sum to {total} %"))
    known = [(index, weight) for index, weight in enumerate(weights) if weight is not None]
    rising = [index for (_, before), (index, weight) in itertools.pairwise(known) if weight > before]
    issues += rows_issue("order_broken", "a weight is larger than the one before it", rising)
    return issues


def _slipped_rows(rows: tuple[Row, ...], listing: Listing) -> list[Issue]:
    """Rows equal in all cells to one on another page: one of the two slipped. On one page equal rows are real."""
    if len(set(listing.pages)) < 2:
        return []
    first_page: dict[Row, int] = {}
    slipped = [
        index
        for index, (row, page) in enumerate(zip(rows, listing.pages, strict=False))
        if first_page.setdefault(row, page) != page
    ]
    return rows_issue(SLIPPED, "the line stands on two pages of the list; another line may be missing", slipped)


def _repeated_symbols(rows: tuple[Row, ...]) -> list[Issue]:
    counts = Counter(row.symbol for row in rows if row.symbol)
    again = [index for index, row in enumerate(rows) if row.symbol and counts[row.symbol] > 1]
    return rows_issue("repeated_symbol", "the symbol stands in more than one line", again)


def _value_against_weight(rows: tuple[Row, ...]) -> list[Issue]:
    """Market value per per cent of weight is the same for every line of a fund, within rounding."""
    priced = [
        (index, weight, float(row.market_value))
        for index, row in enumerate(rows)
        # As a float: a decimal can be above 0 and yet too small for one.
        if row.market_value is not None and (weight := float(row.weight_pct or 0)) > 0
    ]
    if len(priced) < _ENOUGH_ROWS:
        return []
    per_cent = median(value / weight for _, weight, value in priced)
    odd = [
        index
        for index, weight, value in priced
        if abs(value - weight * per_cent) > abs(per_cent) * (_ROUNDING + weight * _VALUE_TOLERANCE)
    ]
    return rows_issue(VALUE_AGAINST_WEIGHT, "market value and weight do not fit the rest of the fund", odd)


def unmatched_page_rows(listing: Listing, page: Page) -> list[int]:
    """Rows of the page that stand nowhere in the answers, as far as the answers go."""
    there: dict[str | None, list[Row]] = {}
    for row in listing.rows:
        there.setdefault(row.symbol, []).append(row)
    missing = []
    for index, row in enumerate(page.rows[: len(listing.rows)]):
        candidates = there.get(row.symbol, [])
        same = next((position for position, other in enumerate(candidates) if _same_line(row, other)), None)
        if same is None:
            missing.append(index)
        else:
            del candidates[same]  # two equal lines on the page need two in the answers
    return missing


def _same_line(row: Row, other: Row) -> bool:
    """Whether two readings of one symbol are the same line: one may be rounded, or its name cut or spaced otherwise."""
    name, other_name = ("".join((each.name or "").split()).removesuffix("...") for each in (row, other))
    if (row.cut and not other_name.startswith(name)) or (other.cut and not name.startswith(other_name)):
        return False
    if name != other_name and not (row.cut or other.cut):
        return False
    if row.rounded or other.rounded:
        return row.weight_pct == other.weight_pct
    return (row.shares, row.market_value) == (other.shares, other.market_value)


def _page_against_parts(listing: Listing, page: Page) -> list[Issue]:
    detail = "a row of the page is not in the module API's answers"
    return rows_issue("page_against_parts", detail, unmatched_page_rows(listing, page))


def _cell_issues(rows: tuple[Row, ...]) -> list[Issue]:
    odd: dict[str, list[int]] = {code: [] for code in _CELL_ISSUES}
    for index, (symbol, name, weight, shares, value, rounded, cut, unreadable) in enumerate(rows):
        missing = (symbol is None, name is None, weight is None, shares is None, value is None)
        if rounded or cut or unreadable or True in missing:
            for code in itertools.compress(_CELL_ISSUES, (*missing, unreadable, rounded, cut)):
                odd[code].append(index)
    return [issue for code, indexes in odd.items() for issue in rows_issue(code, _CELL_ISSUES[code], indexes)]


_CELL_ISSUES = {
    "symbol_missing": "the line has no symbol",
    "name_missing": "the line has no name",
    "weight_missing": "the line has no weight",
    "shares_missing": "the line has no number of shares",
    "value_missing": "the line has no market value",
    "unreadable_number": "a cell holds no number that can be read",
    "rounded_value": "a number is only given rounded, such as $2.3B",
    "name_cut": "the name is only given cut short",
}
