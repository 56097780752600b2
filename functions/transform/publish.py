"""Publishing a snapshot: forward only, and never a page-only list over a fuller one."""

from dataclasses import dataclass

from pydantic import ValidationError

from etf_common.errors import PipelineError
from etf_common.lake import Lake, StoredObject, WriteConflictError, dated_key, latest_key, parse_raw_page_key
from etf_common.models import Snapshot
from transform.parser import MODULE_UNAVAILABLE


@dataclass(frozen=True)
class Rank:
    """Where a snapshot stands among those of its symbol."""

    holdings_as_of: str
    run: str
    included: int

    @property
    def order(self) -> tuple[str, str]:
        """Later holdings first, then the later run. An equal order overwrites: a better parser's replay counts."""
        return self.holdings_as_of, self.run


def rank_of(snapshot: Snapshot) -> Rank:
    """The rank of a snapshot, by its own provenance."""
    parsed = parse_raw_page_key(snapshot.provenance.raw_key)
    if parsed is None:
        raise PipelineError(f"{snapshot.provenance.raw_key} is no page in raw/")
    return Rank(snapshot.holdings_as_of, parsed[1], snapshot.totals.included)


def is_page_only(snapshot: Snapshot) -> bool:
    """Whether the module API's rows are missing."""
    return any(issue.code == MODULE_UNAVAILABLE for issue in snapshot.quality.issues)


def publish(lake: Lake, snapshot: Snapshot) -> bool:
    """Write the dated file and latest.json where the snapshot outranks what stands there.

    Returns whether it is now the latest.
    """
    body, metadata = snapshot.to_bytes(), _metadata(snapshot)
    _write_forward(lake, dated_key(snapshot.symbol, snapshot.holdings_as_of), snapshot, body, metadata)
    return _write_forward(lake, latest_key(snapshot.symbol), snapshot, body, metadata)


def _metadata(snapshot: Snapshot) -> dict[str, str]:
    """What a reader wants to know without the body: the API's status and freshness read only this."""
    return {
        "source": snapshot.provenance.source,
        "run": rank_of(snapshot).run,
        "fetched-at": snapshot.provenance.fetched_at,
        "fresh-until": snapshot.provenance.fresh_until,
        "holdings-as-of": snapshot.holdings_as_of,
        "quote-as-of": snapshot.summary.as_of or "",
        "included": str(snapshot.totals.included),
        "complete": "true" if snapshot.quality.complete else "false",
    }


def _write_forward(lake: Lake, key: str, snapshot: Snapshot, body: bytes, metadata: dict[str, str]) -> bool:
    rank = rank_of(snapshot)
    while True:
        known = lake.read_if_there(key)
        if known and _outranked(rank, known, page_only=is_page_only(snapshot)):
            return False
        try:
            lake.replace(key, body, "application/json", metadata, known=known)
        except WriteConflictError:
            continue
        return True


def _outranked(rank: Rank, known: StoredObject, *, page_only: bool) -> bool:
    try:
        standing = rank_of(Snapshot.model_validate_json(known.body))
    except ValidationError:
        return False  # what cannot be read is no snapshot to protect; raw/ still has everything
    return standing.order > rank.order or (page_only and standing.included > rank.included)
