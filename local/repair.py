"""Deriving processed/ from raw/ again: damaged objects, captures that a stop left without snapshot, a replay."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from etf_common.lake import raw_page_key
from local.disk import UNCHECKED, DataFolder
from local.refresh import Outcome
from local.system import System
from transform.lake_view import LakeView

_DERIVED = {"processed", "downloads", "status"}


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
    system.folder.remove_unfinished()
    damages = []
    symbols = set()
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
        if kind in _DERIVED:
            symbols.add(rest.partition("/")[0].removesuffix(".json").removesuffix(".csv"))
        built = "the tables are built anew from processed/; " if kind == "tables" else ""
        damages.append(Damage(key, f"{built}the damaged file is now {aside}"))
    replay(system, symbols)
    return [_told(system.folder, damage) for damage in damages]


def _told(folder: DataFolder, damage: Damage) -> Damage:
    """The damage, with a word on it if the object is whole again."""
    found = folder.find(damage.key)
    is_whole = found is not None and not found.damaged
    return Damage(damage.key, f"derived anew from raw/; {damage.remedy}") if is_whole else damage


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
    """Transform what a stop left behind: captures that were never transformed, symbols without a snapshot."""
    view = LakeView.of(system.lake)
    lost = [symbol for symbol in system.sweep.symbols() if symbol not in view.stored.latest]
    pending = [page for page in system.sweep.pending(datetime.now(UTC), view) if page[0] not in lost]
    # Not `replay`: a capture that hung at three starts must not hang at every start.
    derived = [outcome for symbol in lost if (outcome := _replay_symbol(system, symbol, system.sweep.transform))]
    return derived + [Outcome.of_transform(answer, 0.0) for answer in system.sweep.transform(pending)]
