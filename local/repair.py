"""Deriving processed/ from raw/ and filings/ from raw-filings/ again: damaged objects, what a stop left without
snapshot, a replay.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from etf_common.filing_keys import RAW_FILINGS, filing_key, parse_raw_filing_key, raw_filing_key
from etf_common.filing_status import FilingStatus, read_filing_status, update_filing_status
from etf_common.lake import raw_page_key
from local.disk import UNCHECKED, DataFolder
from local.folder_lake import FolderLake
from local.outcome import Outcome
from local.system import System
from transform.lake_view import LakeView

_DERIVED = {"processed", "downloads", "status"}
_DERIVED_OF_FILINGS = {"filings", "filings-status"}


_AFTER = {
    "tables": "the tables are built anew from processed/; ",
    "raw-filings": "etl_pipeline.py --filings fetches it again; ",
}
"""By kind of object: what brings a damaged one back."""


@dataclass(frozen=True)
class Damage:
    """An object whose bytes are not what was written."""

    key: str
    remedy: str


def damaged_objects(folder: DataFolder) -> list[str]:
    """Every object whose file does not match its checksum. Reads the whole folder."""
    found = (folder.find(key) for key in sorted(folder.keys()) if not key.startswith(UNCHECKED))
    return [item.key for item in found if item and item.damaged]


def mend(system: System) -> list[Damage]:
    """Set damaged objects aside and derive what can be derived again. Returns what was found, and what became of it."""
    damages = []
    symbols, reporting = set(), set()
    for key in damaged_objects(system.folder):
        kind, _, rest = key.partition("/")
        if kind == "raw":
            damages.append(Damage(key, "it stays where it is and is not used; the next refresh captures anew"))
            continue
        try:
            aside = system.folder.set_aside(key)
        except OSError as error:
            damages.append(Damage(key, f"it cannot be moved away ({error.strerror}); it is not used"))
            continue
        symbol = rest.partition("/")[0].removesuffix(".json").removesuffix(".csv").removesuffix(".xlsx")
        if kind in _DERIVED:
            symbols.add(symbol)
        if kind in _DERIVED_OF_FILINGS:
            reporting.add(symbol)
        if found := parse_raw_filing_key(key):
            _forget_filing(system, *found)
        damages.append(Damage(key, f"{_AFTER.get(kind, '')}the damaged file is now {aside}"))
    replay(system, symbols)
    replay_filings(system, reporting)
    return [_told(system.folder, damage) for damage in damages]


def _forget_filing(system: System, symbol: str, accession: str) -> None:
    """Let the next fetch take a filing for one that it does not know."""

    def without(status: FilingStatus) -> FilingStatus:
        left = {name: known for name, known in status.accessions.items() if name != accession}
        return status.model_copy(update={"accessions": left})

    if read_filing_status(system.lake, symbol) is not None:
        update_filing_status(system.lake, symbol, without)


def _told(folder: DataFolder, damage: Damage) -> Damage:
    """The damage, with a word on it if the object is whole again."""
    found = folder.find(damage.key)
    if found is None or found.damaged:
        return damage
    origin = "raw-filings/" if damage.key.partition("/")[0] in _DERIVED_OF_FILINGS else "raw/"
    return Damage(damage.key, f"derived anew from {origin}; {damage.remedy}")


def replay(system: System, symbols: Iterable[str] | None = None) -> list[Outcome]:
    """Derive everything from raw/ again, without network. One outcome a symbol: that of its newest capture."""
    wanted = system.sweep.symbols() if symbols is None else sorted(symbols)
    return [outcome for symbol in wanted if (outcome := _replay_symbol(system, symbol, system.sweep.replay))]


def _replay_symbol(
    system: System, symbol: str, transform: Callable[[list[tuple[str, str]]], list[dict[str, Any]]]
) -> Outcome | None:
    answers = transform([(symbol, run) for run in system.sweep.captured_runs(symbol)])
    if not answers:
        return None
    newest = Outcome.of_transform(answers[-1], 0.0)
    failed = [answer["run"] for answer in answers if answer["result"] == "failed"]
    if failed and newest.result != "failed":
        note = f"{len(failed)} of {len(answers)} captures cannot be read, {raw_page_key(symbol, failed[0])} first"
        return replace(newest, message="; ".join(filter(None, [newest.message, note])))
    return newest


def sweep(system: System) -> list[Outcome]:
    """Transform what a stop left behind: captures that were never transformed, symbols without a snapshot.

    Workbooks that are missing or older than their snapshot are made up.
    """
    view = LakeView.of(system.lake)
    lost = [symbol for symbol in system.sweep.symbols() if symbol not in view.stored.latest]
    pending = [page for page in system.sweep.pending(datetime.now(UTC), view) if page[0] not in lost]
    # Not `replay`: a capture that hung at three starts must not hang at every start.
    derived = [outcome for symbol in lost if (outcome := _replay_symbol(system, symbol, system.sweep.transform))]
    outcomes = derived + [Outcome.of_transform(answer, 0.0) for answer in system.sweep.transform(pending)]
    # Without the way over HTTP: half of the workbooks were written in the second of their snapshot, and are looked at.
    system.sweep.make_up_workbooks(replace(view, lake=FolderLake(system.folder.root)))
    return outcomes


@dataclass(frozen=True)
class Parsed:
    """How the parse of one raw filing ended; `fault` is empty unless it failed, and `settled` says that it always will:
    the document itself is at fault, as an amendment that lists nothing.
    """

    symbol: str
    accession: str
    result: str
    fault: str = ""
    report_date: str | None = None
    lines: int | None = None
    settled: bool = True

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> "Parsed":
        """What parse's answer tells."""
        symbol, accession, result = answer["symbol"], answer["accession"], answer["result"]
        key = raw_filing_key(symbol, accession)
        fault = f"{key}: {answer['error']['message']}" if result == "failed" else ""
        settled = not answer.get("pending")
        return cls(symbol, accession, result, fault, answer["report_date"], answer["lines"], settled)


def parse_filing(system: System, key: str) -> Parsed:
    """Parse one raw filing now, as the notification of its object would."""
    (answer,) = system.filings_sweep.parse(filter(None, [parse_raw_filing_key(key)]))
    return Parsed.of(answer)


def filers(system: System) -> list[str]:
    """The symbols that raw-filings/ has documents of."""
    found = (parse_raw_filing_key(key) for key in system.folder.keys(RAW_FILINGS))
    return sorted({each[0] for each in found if each})


def replay_filings(system: System, symbols: Iterable[str] | None = None) -> list[Parsed]:
    """Derive the snapshots of all filings from raw-filings/ again, or of these symbols."""
    wanted = filers(system)
    if symbols is not None:
        wanted = sorted(set(wanted) & set(symbols))
    return [Parsed.of(answer) for answer in system.filings_sweep.replay(wanted)] if wanted else []


def sweep_filings(system: System) -> list[Parsed]:
    """Parse what a stop left in raw-filings/ without a snapshot."""
    if not (symbols := filers(system)):
        return []
    pending = dict.fromkeys(system.filings_sweep.pending())
    pending |= dict.fromkeys(lost for symbol in symbols for lost in _lost(system, symbol))
    return [Parsed.of(answer) for answer in system.filings_sweep.parse(pending)]


def _lost(system: System, symbol: str) -> list[tuple[str, str]]:
    """The filings of a symbol whose snapshot has gone although their document is there."""
    status = read_filing_status(system.lake, symbol)
    return [
        (symbol, accession)
        for accession, known in (status.accessions if status else {}).items()
        if known.state == "parsed"
        and known.report_date
        and system.folder.glance(filing_key(symbol, known.report_date)) is None
        and system.folder.glance(raw_filing_key(symbol, accession)) is not None
    ]
