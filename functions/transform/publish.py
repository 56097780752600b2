"""Publishing a snapshot: forward only, and never a shorter list over a fuller one."""

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from etf_common.codes import ErrorCode, IssueCode
from etf_common.csv_text import CONTENT_TYPE
from etf_common.errors import PipelineError, logged
from etf_common.flat_table import csv_of
from etf_common.lake import (
    Lake,
    dated_key,
    download_key,
    latest_key,
    parse_raw_page_key,
    until_written,
    workbook_key,
)
from etf_common.models import Snapshot
from etf_common.runs import CLOCK_TOLERANCE, NEW_YORK, last_run
from etf_common.status import AttemptError
from etf_common.workbook import CONTENT_TYPE as XLSX
from transform.workbooks import table_of, workbook_of

log = logging.getLogger("etf.transform")
JSON = "application/json"
_RANK = {"holdings-as-of", "run", "included"}


def is_page_only(snapshot: Snapshot) -> bool:
    """Whether the module API's rows are missing."""
    return any(issue.code == IssueCode.MODULE_UNAVAILABLE for issue in snapshot.quality.issues)


def publish(lake: Lake, snapshot: Snapshot) -> AttemptError | None:
    """Write the dated file, the CSV and latest.json where nothing there outranks the snapshot.

    Returns None if it is now the latest, else why another snapshot stays. Raises WriteConflictError.
    """
    symbol = snapshot.symbol
    forward = _Forward(lake, _metadata(snapshot), is_page_only(snapshot))
    body = snapshot.to_bytes()
    dated = dated_key(symbol, snapshot.holdings_as_of)
    with ThreadPoolExecutor(2) as pool:
        others = [
            pool.submit(forward.write, dated, body, JSON),
            pool.submit(forward.write, download_key(symbol), csv_of(table_of(snapshot)), CONTENT_TYPE),
        ]
        for written in others:
            written.result()
    # After them, so that whoever sees a new latest.json finds the other two.
    return forward.write(latest_key(symbol), body, JSON)


def publish_workbook(lake: Lake, snapshot: Snapshot) -> bool:
    """Write the workbook of what is now the latest snapshot, once the status has told of it: making it takes the most
    time and memory, and must not change what is told.

    Where it fails, False: the one that is there stays until the sweep makes it up, and the log says why.
    """
    key = workbook_key(snapshot.symbol)
    try:
        body = workbook_of(snapshot.to_bytes(), snapshot)
        _Forward(lake, _metadata(snapshot), is_page_only(snapshot)).write(key, body, XLSX)
    except Exception as error:  # not worth a snapshot; on Windows nobody can write a file that Excel has open
        log.error("workbook_failed", exc_info=logged(error), extra={"symbol": snapshot.symbol, "key": key})
        return False
    return True


def _metadata(snapshot: Snapshot) -> dict[str, str]:
    """What stands beside the body: its rank, and what the API's status, history and freshness read instead of it."""
    parsed = parse_raw_page_key(snapshot.provenance.raw_key)
    if parsed is None:
        raise PipelineError(f"{snapshot.provenance.raw_key} is not the key of a page in raw/")
    price = snapshot.summary.last_price
    return {
        "source": snapshot.provenance.source,
        "run": parsed[1],
        "fetched-at": snapshot.provenance.fetched_at,
        "fresh-until": snapshot.provenance.fresh_until,
        "holdings-as-of": snapshot.holdings_as_of,
        "quote-as-of": snapshot.summary.as_of or "",
        "last-price": "" if price is None else str(price),
        "included": str(snapshot.totals.included),
        "reported": "" if snapshot.totals.reported is None else str(snapshot.totals.reported),
        "weight-pct": str(snapshot.totals.weight_pct),
        "complete": "true" if snapshot.quality.complete else "false",
    }


@dataclass(frozen=True)
class _Forward:
    """Writes the objects of one snapshot where they outrank what stands there."""

    lake: Lake
    metadata: Mapping[str, str]
    page_only: bool

    def write(self, key: str, body: bytes, content_type: str) -> AttemptError | None:
        """Write the object, or return why the one that stands there stays. Raises WriteConflictError."""

        def write() -> AttemptError | None:
            known = self.lake.head_if_there(key)
            stays = why_it_stays(known.metadata, self.metadata, known.answered_at, self.page_only) if known else None
            if not stays:
                self.lake.replace(key, body, content_type, self.metadata, known=known)
            return stays

        return until_written(write)


def why_it_stays(
    standing: Mapping[str, str],
    new: Mapping[str, str],
    now: datetime | None,
    page_only: bool,
) -> AttemptError | None:
    """Why the snapshot with the metadata `standing` outranks `new`; None if `new` takes its place.

    A newer one stays, by (holdings date, run). A fuller one of the same holdings date stays, and a fuller one of any
    date if only the page's rows came. The same run is written again, so that a replay with a better parser counts.
    By S3's own time `now`, whatever is dated in the future was written by a wrong clock and does not count as newer.
    What has no rank was not written here and is not a snapshot to protect: raw/ still has everything.
    """
    if not standing.keys() >= _RANK or not standing["included"].isdecimal():
        return None
    if now and standing["holdings-as-of"] > (now + CLOCK_TOLERANCE).astimezone(NEW_YORK).date().isoformat():
        return None
    is_ahead = now is not None and standing["run"] > last_run(now)
    order, rank = ((metadata["holdings-as-of"], metadata["run"]) for metadata in (standing, new))
    is_newer = order > rank and not (is_ahead and order[0] == rank[0])
    if is_newer:
        message = f"the snapshot of run {standing['run']} is newer; its holdings are of {standing['holdings-as-of']}"
        return AttemptError(code=ErrorCode.OLDER_RUN, message=message)
    has_more = int(standing["included"]) > int(new["included"])
    same_date = order[0] == rank[0] and order[1] != rank[1]
    if has_more and (page_only or (same_date and not _is_whole(new))):
        message = (
            f"the snapshot of run {standing['run']} is fuller: it has {_lines(standing)} of "
            f"{standing['holdings-as-of']}, this one has {_lines(new)}"
        )
        return AttemptError(code=ErrorCode.FEWER_LINES, message=message)
    return None


def _is_whole(metadata: Mapping[str, str]) -> bool:
    """Whether the list is as long as the portal reports. Whole lists are equally full, however long they are."""
    return metadata["included"] == metadata["reported"]


def _lines(metadata: Mapping[str, str]) -> str:
    reported = metadata.get("reported", "")
    of_all = f" of {int(reported):,}" if reported.isdecimal() else ""
    return f"{int(metadata['included']):,}{of_all} lines"
