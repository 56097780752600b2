"""From a filing's document to its snapshot. Pure: the same document gives the same bytes."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from etf_common.codes import IssueCode
from etf_common.collector import paused_collector
from etf_common.errors import EmptyAmendmentError, FilingError, FilingWithoutLinesError, OtherSeriesError
from etf_common.filing import (
    FiledFund,
    FiledLine,
    FiledQuality,
    FiledTotals,
    FilingProvenance,
    FilingSnapshot,
    SeriesCheck,
)
from filings.parse.figures import plain
from filings.parse.fund import FundReader
from filings.parse.head import AMENDMENT, Head, head_of
from filings.parse.issues import Issues
from filings.parse.lines import LineReader
from filings.parse.reader import FUND, GENERAL, HEADER, LINE, Element, read_parts
from filings.raw import FilingSource

LOWEST_SUM_PCT, HIGHEST_SUM_PCT = 80, 150
"""Of the lines' weights: real funds have 97 to 104, with borrowed money up to some 140."""
TOLERANCE_PCT = Decimal("0.01")
"""Between a line's weight and its value over the net assets; in real filings they agree to 0.0001."""
_DAY = timedelta(days=1)


def filing_snapshot(pieces: Iterable[bytes], source: FilingSource) -> FilingSnapshot:
    """The snapshot of the document whose bytes these are, cut anywhere.

    Raises FilingError for what is not a whole filing, is of a later date than the fetch; FilingLimitError; its kin
    FilingWithoutLinesError and OtherSeriesError.
    """
    # A filing makes millions of short-lived objects and no cycle: looking for one would take a third of the time.
    with paused_collector():
        return _Filing(source).read(pieces)


class _Filing:
    """The parts of one filing as they come, and the snapshot that they make."""

    def __init__(self, source: FilingSource) -> None:
        self._source = source
        self._issues = Issues()
        self._parts: dict[str, Element] = {}
        self._lines: list[FiledLine] = []
        self._exact: list[tuple[Decimal | None, Decimal | None]] = []

    def read(self, pieces: Iterable[bytes]) -> FilingSnapshot:
        """Take all the pieces and make the snapshot."""
        digest = hashlib.sha256()
        line_reader = LineReader(self._issues)
        for part in read_parts(_digested(pieces, digest)):
            if part.name == LINE:
                read = line_reader(part)
                self._lines.append(read.line)
                self._exact.append((read.weight, read.value))
            else:
                self._parts[part.name] = part
        return self._snapshot(digest.hexdigest())

    def _snapshot(self, digest: str) -> FilingSnapshot:
        source, head = self._source, self._head()
        fund = FundReader(self._issues)(
            self._part(FUND), head, self._series(head), source.class_id or _only(head.class_ids)
        )
        self._check_lines(head, fund)
        totals = FiledTotals(
            lines=len(self._lines),
            weight_pct=_sum(weight for weight, _ in self._exact),
            value_usd=_sum(value for _, value in self._exact),
        )
        self._note_whole(fund, totals)
        return FilingSnapshot.model_construct(
            schema_version=1,
            symbol=source.symbol,
            report_date=head.report_date,
            filed=source.filed,
            accession=source.accession,
            form=self._form(head),
            final=head.final,
            complete=bool(self._lines) and not fund.miscellaneous_securities_usd,
            fund=fund,
            totals=totals,
            lines=tuple(self._lines),
            quality=FiledQuality(issues=self._issues.found()),
            provenance=FilingProvenance(
                source=source.source,
                url=source.url,
                fetched_at=source.fetched_at,
                raw_key=source.key,
                raw_sha256=digest,
            ),
        )

    def _form(self, head: Head) -> str:
        return head.form or self._source.form or "NPORT-P"

    def _part(self, name: str) -> Element:
        if name not in self._parts:
            raise FilingError(f"the filing has no {name}; fetch it again")
        return self._parts[name]

    def _head(self) -> Head:
        head = head_of(self._parts.get(HEADER), self._part(GENERAL))
        fetched = datetime.fromisoformat(self._source.fetched_at)
        if date.fromisoformat(head.report_date) > fetched.date() + _DAY:
            raise FilingError(f"the date of the holdings, {head.report_date}, lies after the fetch ({fetched.date()})")
        return head

    def _series(self, head: Head) -> SeriesCheck:
        asked = self._source.series_id
        if asked and head.series_id != asked:
            found = head.series_id or "of a fund without series"
            raise OtherSeriesError(f"the filing is {found} and not of {asked}, which was asked for")
        return self._source.series

    def _check_lines(self, head: Head, fund: FiledFund) -> None:
        if self._lines:
            return
        if not head.final and (fund.net_assets_usd or 0) > 0:
            if self._form(head) == AMENDMENT:
                told = {"form": self._form(head), "filed": self._source.filed, "report_date": head.report_date}
                raise EmptyAmendmentError(
                    f"this amendment of {head.report_date} lists nothing; what the fund filed before it stays", told
                )
            raise FilingWithoutLinesError(
                f"the fund has net assets of {fund.net_assets_usd:,} USD, and the filing lists nothing and is not its "
                "last one; an amendment may follow"
            )
        self._issues.filing(IssueCode.NO_LINES, "the filing lists nothing")

    def _note_whole(self, fund: FiledFund, totals: FiledTotals) -> None:
        """Note what only shows once all lines are here."""
        if fund.miscellaneous_securities_usd:
            detail = f"{fund.miscellaneous_securities_usd:,} USD are in securities that are not listed"
            self._issues.filing(IssueCode.MISCELLANEOUS_SECURITIES, detail)
        total = totals.weight_pct
        if total is not None and not LOWEST_SUM_PCT <= total <= HIGHEST_SUM_PCT:
            detail = f"the weights of {totals.lines:,} lines sum to {total:.2f} %"
            self._issues.filing(IssueCode.WEIGHT_SUM, detail)
        net_assets = fund.net_assets_usd
        if net_assets is None or net_assets <= 0:
            return
        for row, (weight, value) in enumerate(self._exact, 1):
            if weight is None or value is None:
                continue
            if abs(100 * value / Decimal(net_assets) - weight) > TOLERANCE_PCT:
                self._issues.line(IssueCode.VALUE_AGAINST_WEIGHT, row)


def _digested(pieces: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _sum(values: Iterable[Decimal | None]) -> int | float | None:
    """The sum of those that are known; None if none is."""
    known = [value for value in values if value is not None]
    return plain(sum(known, Decimal(0))) if known else None


def _only(class_ids: tuple[str, ...]) -> str | None:
    return class_ids[0] if len(class_ids) == 1 else None
