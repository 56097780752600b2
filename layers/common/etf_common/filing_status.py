"""filings-status/{symbol}.json: how the last look at the SEC ended, and what became of each filing.

Fetch and parse both write it, each on the condition that it is still what was read.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from etf_common.filing_keys import filing_status_key
from etf_common.lake import Lake, StoredObject, read_or_head, until_written
from etf_common.status import AttemptError

ACCESSIONS_KEPT = 400
"""Filings and amendments of 25 years and more."""
MAX_TRIES = 3
"""So often is the parse of a filing begun without coming to an end, before the sweep leaves it out."""

FilingState = Literal["fetched", "parsed", "kept_back", "failed"]
"""`fetched`: the document is in raw-filings/ and waits for parse. `kept_back`: another filing stands for its date."""
FilingResult = Literal["ok", "not_a_filer", "failed"]


class _Record(BaseModel):
    # Lenient when it is read, so that a version that is rolled back still reads what a newer one wrote.
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Accession(_Record):
    """What became of one filing."""

    form: str | None = None
    filed: str | None = None
    report_date: str | None = None
    """Null until it was fetched or parsed."""
    state: FilingState
    error: AttemptError | None = None
    """Why it failed or was kept back."""
    tries: int = 0
    """How often its parse was begun and did not come to an end; counted before the work, as that may be cut off."""
    settled: bool = False
    """Of a failed one: whether trying again cannot help, since the document itself is wrong."""

    @property
    def is_done(self) -> bool:
        """Whether parse has nothing left to do for it."""
        return self.state in {"parsed", "kept_back"} or self.settled or self.tries >= MAX_TRIES


class Registrant(_Record):
    """Whom the SEC knows behind the symbol."""

    cik: str
    series_id: str | None = None
    class_id: str | None = None
    name: str | None = None


class FilingStatus(_Record):
    """The filings of one symbol. `run`, `checked_at` and `result` are null if the SEC was never asked."""

    symbol: str
    run: str | None = None
    checked_at: str | None = None
    """UTC."""
    first_checked_at: str | None = None
    """UTC; from then on the fund's first filing is waited for."""
    result: FilingResult | None = None
    error: AttemptError | None = None
    registrant: Registrant | None = None
    accessions: Mapping[str, Accession] = {}

    def with_accession(self, accession: str, **changes: object) -> "FilingStatus":
        """The status with these fields of one filing changed; a filing that is new here begins as `fetched`.

        Parse can be done with a document before fetch tells that it wrote it: what is done does not become `fetched`.
        """
        known = self.accessions.get(accession, Accession(state="fetched"))
        if changes.get("state") == "fetched" and known.is_done:
            changes = {name: value for name, value in changes.items() if name not in {"state", "error"}}
        return self.model_copy(
            update={"accessions": _newest({**self.accessions, accession: known.model_copy(update=changes)})}
        )


def read_filing_status(lake: Lake, symbol: str) -> FilingStatus | None:
    """The stored status, or None if there is none that can be read."""
    return _parse(read_or_head(lake, filing_status_key(symbol)))


def update_filing_status(lake: Lake, symbol: str, change: Callable[[FilingStatus], FilingStatus]) -> FilingStatus:
    """Read, change and write the status, again where another writer was faster; returns what stands there then.

    `change` gets an empty status where there is none. Raises WriteConflictError at last.
    """
    key = filing_status_key(symbol)

    def write() -> FilingStatus:
        stored = read_or_head(lake, key)
        previous = _parse(stored)
        changed = change(previous or FilingStatus(symbol=symbol))
        if changed != previous:
            lake.replace(key, changed.model_dump_json().encode(), "application/json", {}, known=stored)
        return changed

    return until_written(write)


def record_accession(lake: Lake, symbol: str, accession: str, **changes: object) -> FilingStatus:
    """Write these fields of one filing: `state="parsed"`, `report_date="2026-06-30"`."""
    return update_filing_status(lake, symbol, lambda status: status.with_accession(accession, **changes))


def _newest(accessions: Mapping[str, Accession]) -> dict[str, Accession]:
    """Those of the newest report dates, in the order of their dates."""
    order = sorted(
        accessions, key=lambda name: (accessions[name].report_date or accessions[name].filed or "9999", name)
    )
    return {name: accessions[name] for name in order[-ACCESSIONS_KEPT:]}


def _parse(stored: StoredObject | None) -> FilingStatus | None:
    try:
        return FilingStatus.model_validate_json(stored.body) if stored else None
    except ValidationError:
        return None  # an unreadable status is replaced by the next writer's
