"""From a capture to its snapshot. Pure: no AWS, no network, no clock; the same capture gives the same snapshot."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from etf_analytics.weights import implied_weights
from etf_common.capture import Capture, ends_as_a_page, sha256
from etf_common.codes import IssueCode
from etf_common.collector import paused_collector
from etf_common.errors import LayoutError
from etf_common.exchange import next_close
from etf_common.lake import raw_page_key, raw_part_key
from etf_common.models import Holding, Issue, Part, Provenance, Quality, Snapshot, Totals
from etf_common.runs import NEW_YORK, timestamp
from etf_common.symbols import shorten
from etf_schwab.limits import NAME_CHARACTERS
from transform.asset_class import asset_class
from transform.checks import list_issues, rows_issue, unmatched_page_rows
from transform.listing import Listing, page_only, read_parts
from transform.page import Page, read_page
from transform.rows import TableRow
from transform.values import plain

_MILLION = Decimal(1_000_000)


def parse(capture: Capture) -> Snapshot:
    """The snapshot of a capture.

    Raises LayoutError, naming what is missing, for a page without holdings table or date, answers that are not the
    expected tree, another fund's page, and a holdings date that lies after the fetch.
    """
    # A list makes a million short-lived objects and no cycle: looking for one would take a third of the time.
    with paused_collector():
        return _parse(capture)


def _parse(capture: Capture) -> Snapshot:
    fetched_at = _fetched_at(capture)
    page = read_page(capture.page, capture.symbol, fetched_at)
    _check_page(page, capture.symbol, fetched_at)
    listing = read_parts(capture.parts, page) if capture.parts else page_only(page)
    page_rows_missing = _check_listing(listing, page)
    rows = listing.rows[: capture.max_holdings]
    truncated = len(rows) == capture.max_holdings
    holdings, implied_issues = _with_implied_weights([_holding(row) for row in rows])
    issues = (
        *_capture_issues(capture, page),
        *list_issues(rows, listing, page_rows_missing, truncated=truncated),
        *implied_issues,
    )
    slipped = any(issue.code == IssueCode.SLIPPED_BETWEEN_PAGES for issue in issues)
    _check_columns(page, rows, issues)
    return Snapshot(
        symbol=capture.symbol,
        name=page.name,
        summary=page.quote.summary,
        holdings=holdings,
        holdings_as_of=page.holdings_as_of.isoformat(),
        totals=Totals(
            reported=listing.reported,
            included=len(rows),
            weight_pct=float(sum((row.weight_pct for row in rows if row.weight_pct is not None), Decimal(0))),
        ),
        quality=Quality(complete=len(rows) == listing.reported and not slipped and not listing.moved, issues=issues),
        provenance=_provenance(capture, fetched_at),
    )


def _fetched_at(capture: Capture) -> datetime:
    try:
        moment = datetime.fromisoformat(capture.fetched_at)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise LayoutError(f"the capture's time {shorten(capture.fetched_at)} is not a UTC time: fetch it again")
    return moment


def _check_page(page: Page, symbol: str, fetched_at: datetime) -> None:
    if page.symbol and page.symbol != symbol:  # a page that states no symbol proves nothing
        raise LayoutError(f"the page is {page.symbol}'s, not {symbol}'s")
    if page.holdings_as_of > fetched_at.astimezone(NEW_YORK).date():
        raise LayoutError(f"the holdings date {page.holdings_as_of} lies after the fetch ({timestamp(fetched_at)})")


def _check_listing(listing: Listing, page: Page) -> list[int]:
    """The page's rows that are not in the list; where all are missing, it is another fund's. Raises LayoutError."""
    if not listing.rows:
        raise LayoutError("the holdings table is empty")
    seen, missing = page.rows[: len(listing.rows)], unmatched_page_rows(listing, page)
    if seen and len(missing) == len(seen):
        raise LayoutError("none of the page's rows stands in the module API's answers: another fund or other columns")
    return missing


def _check_columns(page: Page, rows: tuple[TableRow, ...], issues: Iterable[Issue]) -> None:
    """Where no heading says which column is which, the values must: shares do not rise and fall with the weights."""
    unfit = sum(issue.count for issue in issues if issue.code == IssueCode.VALUE_AGAINST_WEIGHT)
    if not page.columns_named and unfit * 2 > len(rows):
        raise LayoutError("the columns have no names, and the market values do not fit the weights: other columns")


def _capture_issues(capture: Capture, page: Page) -> list[Issue]:
    issues = list(page.quote.issues)
    if not capture.parts:
        detail = f"only the page's own rows came: {capture.module_error[:300] or 'the module API was not asked'}"
        issues.append(Issue(code=IssueCode.MODULE_UNAVAILABLE, detail=detail))
    if not ends_as_a_page(capture.page):
        issues.append(Issue(code=IssueCode.PAGE_CUT_SHORT, detail="the page ends before </html>"))
    if page.name is None:
        issues.append(Issue(code=IssueCode.FUND_NAME_MISSING, detail="the page has no title"))
    if page.name_cut:
        detail = f"the fund's name is longer than {NAME_CHARACTERS} characters"
        issues.append(Issue(code=IssueCode.FUND_NAME_CUT, detail=detail))
    return issues


def _holding(row: TableRow) -> Holding:
    weight_pct, weight_bps = _weight_figures(row.weight_pct)
    return {
        "symbol": row.symbol,
        "name": row.name,
        "weight_pct": weight_pct,
        "shares": plain(row.shares),
        "market_value_usd": plain(row.market_value),
        "market_value_millions": None if row.market_value is None else float(row.market_value / _MILLION),
        "weight_bps": weight_bps,
        "asset_class": asset_class(row.symbol, row.name),
    }


def _with_implied_weights(holdings: list[Holding]) -> tuple[tuple[Holding, ...], list[Issue]]:
    """The holdings with the weights that their market values imply, and an issue where these contradict."""
    implied = implied_weights(holdings)
    for holding, weight in zip(holdings, implied.weights_pct, strict=True):
        if weight is not None:
            holding["weight_implied_pct"] = weight
    detail = "the weight reads 0.00, and the market value implies 0.005 % or more"
    return tuple(holdings), rows_issue(IssueCode.IMPLIED_WEIGHT_TOO_LARGE, detail, implied.too_large)


@lru_cache(maxsize=4096)
def _weight_figures(weight: Decimal | None) -> tuple[float | None, float | None]:
    """Per cent and basis points; in decimal, so that 6.19 % is 619.0 and not 618.9999999."""
    return (None, None) if weight is None else (float(weight), float(weight * 100))


def _provenance(capture: Capture, fetched_at: datetime) -> Provenance:
    parts = tuple(
        Part(key=raw_part_key(capture.symbol, capture.run, number), sha256=sha256(part))
        for number, part in enumerate(capture.parts, 1)
    )
    return Provenance(
        source="sample" if capture.source == "sample" else "schwab",
        url=capture.url,
        fetched_at=capture.fetched_at,
        fresh_until=timestamp(next_close(fetched_at)),
        raw_key=raw_page_key(capture.symbol, capture.run),
        raw_sha256=sha256(capture.page),
        parts=parts,
    )
