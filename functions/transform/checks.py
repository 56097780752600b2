"""What is odd about a list. Each check returns issues and changes nothing."""

import itertools
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from decimal import Decimal
from statistics import median

from etf_common.codes import IssueCode
from etf_common.models import Issue
from transform.asset_class import asset_class
from transform.listing import Listing
from transform.page import Page
from transform.rows import TableRow

ROWS_NAMED = 10
# A weight is rounded to two decimals, so it is off by at most half of the last one, and by half of that on average.
_ROUNDING = 0.005
_MOST_ROUNDING = Decimal("0.005")
_MEAN_ROUNDING = Decimal("0.0025")
# Real lists sum to 90 to 103 %: funds hold cash that is not listed, and derivatives on top.
_SUM_RANGE = (Decimal(90), Decimal(103))
# A market value may differ from its weight's share by what prices move between the two dates.
_VALUE_TOLERANCE = 0.10
_ENOUGH_ROWS = 5
# A row of the page is compared with so many rows of equal symbol, numbers and beginning of the name, and no more.
_CANDIDATES = 50
_NAME_START = 12


def list_issues(
    rows: tuple[TableRow, ...], listing: Listing, page_rows_missing: list[int], *, truncated: bool
) -> list[Issue]:
    """All issues of the included `rows`.

    `truncated`: max_holdings left rows of the source out; `page_rows_missing`: what `unmatched_page_rows` found.
    """
    return [
        *_count_issues(rows, listing, truncated=truncated),
        *_weight_issues(rows, listing.reported == len(rows)),
        *_slipped_rows(rows, listing),
        *_repeated_symbols(rows),
        *_value_against_weight(rows),
        *rows_issue(
            IssueCode.PAGE_AGAINST_PARTS, "a row of the page is not in the module API's answers", page_rows_missing
        ),
        *_cell_issues(rows),
    ]


def rows_issue(code: IssueCode, detail: str, indexes: Iterable[int]) -> list[Issue]:
    """One issue for the rows of these indexes (from 0), or none."""
    numbers = [index + 1 for index in indexes]
    return [Issue(code=code, detail=detail, count=len(numbers), rows=tuple(numbers[:ROWS_NAMED]))] if numbers else []


def _count_issues(rows: tuple[TableRow, ...], listing: Listing, *, truncated: bool) -> list[Issue]:
    issues = []
    if listing.reported is None:
        stated = listing.total_holdings
        detail = "no pager says how many rows there are"
        if stated is not None:
            detail += f"; the page says {stated} Total Holdings, and {len(listing.rows)} came"
        issues.append(Issue(code=IssueCode.TOTAL_UNKNOWN, detail=detail))
    elif listing.reported != len(rows) and not truncated:
        detail = f"the portal reports {listing.reported} rows and gave {len(rows)}"
        issues.append(Issue(code=IssueCode.ROW_COUNT, detail=detail))
    totals = sorted(set(listing.totals))
    if len(totals) > 1:
        detail = f"the total changed while the list was read: {', '.join(map(str, totals[:ROWS_NAMED]))}"
        issues.append(Issue(code=IssueCode.TOTAL_CHANGED, detail=detail))
    return issues


def _weight_issues(rows: tuple[TableRow, ...], whole: bool) -> list[Issue]:
    weights = [row.weight_pct for row in rows]
    total = sum((weight for weight in weights if weight is not None), Decimal(0))
    low, high = sum_range(len(rows))
    issues = []
    if total > high or (whole and total < low):
        limits = f"at most {high:.2f}" if total > high else f"at least {low:.2f}"
        detail = f"the weights of {len(rows)} lines sum to {total:.2f} %, expected is {limits}"
        issues.append(Issue(code=IssueCode.WEIGHT_SUM, detail=detail))
    known = [(index, weight) for index, weight in enumerate(weights) if weight is not None]
    rising = [index for (_, before), (index, weight) in itertools.pairwise(known) if weight > before]
    issues += rows_issue(IssueCode.ORDER_BROKEN, "a weight is larger than the one before it", rising)
    return issues


def sum_range(count: int) -> tuple[Decimal, Decimal]:
    """What the weights of a whole list of `count` lines can sum to: 90 - 0.0025 n to 103 + 0.005 n per cent.

    Upwards each line can be off by 0.005, and equal lines all are at once. Downwards the many lines that read 0.00 lose
    less than that: real lists of 3,500 to 6,000 lines sum to 89.9 to 94.6 %, 0.002 a line below 100. With 0.0025, the
    mean error of rounding, they pass, and a list of 3,500 lines that lacks a fifth of the fund still does not.
    """
    low, high = _SUM_RANGE
    return low - count * _MEAN_ROUNDING, high + count * _MOST_ROUNDING


def _slipped_rows(rows: tuple[TableRow, ...], listing: Listing) -> list[Issue]:
    """Rows equal in all cells to one on another page: one of the two slipped. On one page equal rows are real."""
    if len(set(listing.pages)) < 2:
        return []
    first_page: dict[TableRow, int] = {}
    slipped = [
        index
        for index, (row, page) in enumerate(zip(rows, listing.pages, strict=False))
        if first_page.setdefault(row, page) != page and _tells_a_line(row)
    ]
    detail = "the line stands on two pages of the list; another line may be missing"
    return rows_issue(IssueCode.SLIPPED_BETWEEN_PAGES, detail, slipped)


def _tells_a_line(row: TableRow) -> bool:
    """Whether a second row with the same five cells is this line again, and not another that looks the same.

    Among lines of 0.00 %, those without amounts or without symbol and name look the same, and so do accounts of cash.
    """
    if row.weight_pct:
        return True
    has_amount, is_named = row.shares or row.market_value, row.symbol or row.name
    return bool(has_amount and is_named) and asset_class(row.symbol, row.name) != "cash"


def _repeated_symbols(rows: tuple[TableRow, ...]) -> list[Issue]:
    counts = Counter(row.symbol for row in rows if row.symbol)
    again = [index for index, row in enumerate(rows) if row.symbol and counts[row.symbol] > 1]
    return rows_issue(IssueCode.REPEATED_SYMBOL, "the symbol stands in more than one line", again)


def _value_against_weight(rows: tuple[TableRow, ...]) -> list[Issue]:
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
    return rows_issue(IssueCode.VALUE_AGAINST_WEIGHT, "market value and weight do not fit the rest of the fund", odd)


def unmatched_page_rows(listing: Listing, page: Page) -> list[int]:
    """Rows of the page that stand nowhere in the answers, as far as the answers go."""
    if not listing.rows or listing.rows is page.rows:
        return []
    seen = page.rows[: len(listing.rows)]
    wanted = {row.symbol for row in seen}
    there: dict[tuple[object, ...], deque[int]] = {}
    for index, row in enumerate(listing.rows):
        if row.symbol in wanted:
            for key in _line_keys(row):
                there.setdefault(key, deque()).append(index)
    taken: set[int] = set()
    missing = []
    for number, row in enumerate(seen):
        candidates = (index for key in _line_keys(row) for index in _first_free(there.get(key), taken))
        same = next((index for index in candidates if _same_line(row, listing.rows[index])), None)
        if same is None:
            missing.append(number)
        else:
            taken.add(same)  # two equal lines on the page need two in the answers
    return missing


def _line_keys(row: TableRow) -> Iterator[tuple[object, ...]]:
    """What two readings of one line have in common: by its exact numbers, or by its weight if those are rounded."""
    name = _squeezed(row)[:_NAME_START]
    if not row.rounded:
        yield (row.symbol, name, row.shares, row.market_value)
    yield (row.symbol, name, row.weight_pct)


def _first_free(indexes: deque[int] | None, taken: set[int]) -> list[int]:
    while indexes and indexes[0] in taken:
        indexes.popleft()
    return [index for index in itertools.islice(indexes or (), _CANDIDATES) if index not in taken]


def _squeezed(row: TableRow) -> str:
    return "".join((row.name or "").split()).removesuffix("...")


def _same_line(row: TableRow, other: TableRow) -> bool:
    """Whether two readings of one symbol are the same line: one may be rounded, or its name cut or spaced otherwise."""
    name, other_name = _squeezed(row), _squeezed(other)
    if (row.cut and not other_name.startswith(name)) or (other.cut and not name.startswith(other_name)):
        return False
    if name != other_name and not (row.cut or other.cut):
        return False
    if row.rounded or other.rounded:
        return row.weight_pct == other.weight_pct
    return (row.shares, row.market_value) == (other.shares, other.market_value)


def _cell_issues(rows: tuple[TableRow, ...]) -> list[Issue]:
    odd: dict[IssueCode, list[int]] = {code: [] for code in _CELL_ISSUES}
    for index, (symbol, name, weight, shares, value, *flags) in enumerate(rows):
        missing = (symbol is None, name is None, weight is None, shares is None, value is None)
        if True in flags or True in missing:
            for code in itertools.compress(_CELL_ISSUES, (*missing, *flags)):
                odd[code].append(index)
    return [issue for code, indexes in odd.items() for issue in rows_issue(code, code.meaning, indexes)]


# In the order of a TableRow's fields.
_CELL_ISSUES = (
    IssueCode.SYMBOL_MISSING,
    IssueCode.NAME_MISSING,
    IssueCode.WEIGHT_MISSING,
    IssueCode.SHARES_MISSING,
    IssueCode.VALUE_MISSING,
    IssueCode.ROUNDED_VALUE,
    IssueCode.NAME_CUT,
    IssueCode.UNREADABLE_NUMBER,
    IssueCode.NUMBER_OUT_OF_RANGE,
    IssueCode.SYMBOL_CUT,
)
