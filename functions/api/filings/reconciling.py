"""Schwab's list of a fund held against the fund's filing: one source checks the other, and neither is changed."""

from collections.abc import Mapping
from datetime import date

from api.computing import Computed, Computing
from api.documents import Answer, StoredSnapshot
from api.faults import BadQueryError, TooLargeError
from api.filings.lists import MOST_FILED_LINES, FilingSources
from api.filings.of_fund import Filings, FilingsOf
from api.filings.status import age_days, worst_source
from api.flat.tables import reconciliation_table
from api.freshness import REASON_CHARACTERS
from api.queries import format_query
from api.questions import computed_etag
from api.shapes import UNKNOWN_SOURCE, is_date, source_of
from etf_analytics import reconcile
from etf_common.symbols import shorten


class Reconciliation:
    """The newest list, or that of a date, against the filing of a date, or the one nearest to the list."""

    def __init__(self, filings: Filings, filed: FilingSources, computing: Computing) -> None:
        self._filings, self._filed, self._computing = filings, filed, computing

    def of_fund(
        self, listed: StoredSnapshot, symbol: str, headers: Mapping[str, str], query: Mapping[str, str]
    ) -> Answer:
        """The answer about this list, which `headers` describe. Raises UnknownSymbolError and UnknownDateError."""
        chosen, day = format_query(query), _filing_query(query)
        found = self._filings.of(symbol)
        if not found.dates:
            self._filed.explain_missing(symbol)
        day = day or _nearest(found, listed.holdings_as_of)
        filing = self._filings.get(found, day)
        if listed.lines + filing.lines > MOST_FILED_LINES:
            raise TooLargeError(
                f"the list and the filing have {listed.lines + filing.lines} lines together, and one question may read "
                f"{MOST_FILED_LINES}: compare /api/etfs/{symbol}/holdings and /api/etfs/{symbol}/filings/{day} yourself"
            )

        def compute() -> Computed:
            snapshot = listed.parsed()
            told = {**(snapshot.get("provenance") or {}), "source": source_of(listed.metadata)}
            answer = reconcile({**snapshot, "provenance": told}, filing.filing())
            answer["filing"]["age_days"] = age_days(day, self._filed.now())
            return answer

        etag = computed_etag("reconcile", chosen, listed.etag, filing.etag, *self._filed.basis_inputs)
        filed = self._filed.headers_of_filing(symbol, filing, is_newest=day == max(found.dates))
        both = _headers_of_both(headers, filed)
        name = f"reconcile-{symbol}-{listed.holdings_as_of}-{day}"
        return self._computing.answer(compute, etag, both, chosen=chosen, table=reconciliation_table, name=name)


def _filing_query(parameters: Mapping[str, str]) -> str | None:
    """The requested report date, or None for the nearest. Raises BadQueryError."""
    text = parameters.get("filing")
    if text is not None and not is_date(text):
        raise BadQueryError(f"filing is {shorten(text)}; allowed is a report date such as 2026-06-30")
    return text


def _nearest(found: FilingsOf, day: str) -> str:
    """The report date nearest to this holdings date; the later of two that are as near."""
    if not is_date(day):
        return max(found.dates)
    wanted = date.fromisoformat(day)
    # Newest first, since min() takes the first of equals.
    return min(sorted(found.dates, reverse=True), key=lambda other: abs(date.fromisoformat(other) - wanted))


def _headers_of_both(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """The headers of an answer that rests on both sources: the worse one decides."""
    reasons = [why for headers in (one, other) if (why := headers.get("X-Data-Stale-Reason"))]
    found = {
        "X-Data-Source": worst_source(headers.get("X-Data-Source", UNKNOWN_SOURCE) for headers in (one, other)),
        "X-Data-Stale": "true" if "true" in (one["X-Data-Stale"], other["X-Data-Stale"]) else "false",
        "X-Data-Complete": "false" if "false" in (one["X-Data-Complete"], other["X-Data-Complete"]) else "true",
    }
    return {**found, "X-Data-Stale-Reason": "; ".join(reasons)[:REASON_CHARACTERS]} if reasons else found
