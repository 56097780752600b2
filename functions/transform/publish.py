"""Publishing a snapshot: forward only, and never a page-only list over a fuller one."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from etf_common.codes import IssueCode
from etf_common.errors import PipelineError
from etf_common.holdings_csv import CONTENT_TYPE, holdings_csv
from etf_common.lake import Lake, WriteConflictError, dated_key, download_key, latest_key, parse_raw_page_key
from etf_common.models import Snapshot

JSON = "application/json"


def is_page_only(snapshot: Snapshot) -> bool:
    """Whether the module API's rows are missing."""
    return any(issue.code == IssueCode.MODULE_UNAVAILABLE for issue in snapshot.quality.issues)


def publish(lake: Lake, snapshot: Snapshot) -> bool:
    """Write the dated file, the download and latest.json where the snapshot outranks what stands there.

    Returns whether it is now the latest.
    """
    symbol, source = snapshot.symbol, snapshot.provenance.source
    metadata, page_only = _metadata(snapshot), is_page_only(snapshot)
    body = snapshot.to_bytes()
    table = holdings_csv(snapshot.holdings, snapshot.holdings_as_of, source)
    dated = dated_key(symbol, snapshot.holdings_as_of)
    with ThreadPoolExecutor(2) as pool:
        others = [
            pool.submit(_write_forward, lake, dated, body, JSON, metadata, page_only=page_only),
            pool.submit(_write_forward, lake, download_key(symbol), table, CONTENT_TYPE, metadata, page_only=page_only),
        ]
        for written in others:
            written.result()
    # Last, so that whoever sees a new latest.json finds the other two.
    return _write_forward(lake, latest_key(symbol), body, JSON, metadata, page_only=page_only)


def _metadata(snapshot: Snapshot) -> dict[str, str]:
    """What stands beside the body: its rank, and what the API's status, history and freshness read instead of it."""
    parsed = parse_raw_page_key(snapshot.provenance.raw_key)
    if parsed is None:
        raise PipelineError(f"{snapshot.provenance.raw_key} is no page in raw/")
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


def _write_forward(
    lake: Lake, key: str, body: bytes, content_type: str, metadata: Mapping[str, str], *, page_only: bool
) -> bool:
    while True:
        known = lake.head_if_there(key)
        if known and _outranks(known.metadata, metadata, page_only=page_only):
            return False
        try:
            lake.replace(key, body, content_type, metadata, known=known)
        except WriteConflictError:
            continue
        return True


def _outranks(standing: Mapping[str, str], new: Mapping[str, str], *, page_only: bool) -> bool:
    """Whether what stands is newer, by (holdings date, run), or fuller than a page-only list.

    An equal order is written again, so that a replay with a better parser counts. What has no rank was not written
    here and is no snapshot to protect: raw/ still has everything.
    """
    if not {"holdings-as-of", "run", "included"} <= standing.keys():
        return False
    order = ("holdings-as-of", "run")
    newer = [standing[name] for name in order] > [new[name] for name in order]
    return newer or (page_only and int(standing["included"]) > int(new["included"]))
