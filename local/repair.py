"""Deriving processed/ from raw/ again: damaged objects, captures that a stop left without snapshot, a replay."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from etf_common.errors import LayoutError, PipelineError
from etf_common.lake import latest_key, parse_raw_page_key
from etf_common.status import Status, read_status
from local.disk import DataFolder
from local.refresh import Outcome
from local.system import System

_DERIVED = {"processed", "downloads", "status"}


@dataclass(frozen=True)
class Damage:
    """An object whose bytes are not what was written."""

    key: str
    remedy: str


def damaged_objects(folder: DataFolder) -> list[str]:
    """Every object whose file does not match its checksum. Reads the whole folder."""
    found = (folder.find(key) for key in sorted(folder.keys()))
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
        aside = system.folder.set_aside(key)
        if kind in _DERIVED:
            symbols.add(rest.partition("/")[0].removesuffix(".json").removesuffix(".csv"))
        damages.append(Damage(key, f"the damaged file is now {aside}"))
    replay(system, symbols)
    return [_told(system.folder, damage) for damage in damages]


def _told(folder: DataFolder, damage: Damage) -> Damage:
    """The damage, with a word on it if the object is whole again."""
    found = folder.find(damage.key)
    is_whole = found is not None and not found.damaged
    return Damage(damage.key, f"derived anew from raw/; {damage.remedy}") if is_whole else damage


def captures(system: System, symbols: Iterable[str] | None = None) -> dict[str, list[str]]:
    """The keys of all captures' pages by symbol, oldest run first; of all symbols, or of those given."""
    prefixes = ["raw/"] if symbols is None else [f"raw/{symbol}/" for symbol in sorted(symbols)]
    by_symbol: dict[str, list[str]] = defaultdict(list)
    for prefix in prefixes:
        for key in system.lake.keys(prefix):
            if page := parse_raw_page_key(key):
                by_symbol[page[0]].append(key)
    return dict(by_symbol)


def replay(system: System, symbols: Iterable[str] | None = None) -> list[Outcome]:
    """Derive everything from raw/ again, without network. One outcome a symbol: that of its newest capture."""
    return [_replay_symbol(system, symbol, keys) for symbol, keys in captures(system, symbols).items()]


def _replay_symbol(system: System, symbol: str, keys: list[str]) -> Outcome:
    outcomes = [_transform(system, symbol, key) for key in keys]
    newest = outcomes[-1]
    failed = [key for key, outcome in zip(keys, outcomes, strict=True) if outcome.result == "failed"]
    if failed and newest.result != "failed":
        note = f"{len(failed)} of {len(keys)} captures cannot be read, {failed[0]} first"
        return Outcome(**{**vars(newest), "message": "; ".join(filter(None, [newest.message, note]))})
    return newest


def _transform(system: System, symbol: str, key: str) -> Outcome:
    try:
        return Outcome.of_transform(system.transform_capture(key), 0.0)
    except PipelineError as error:
        return Outcome(symbol, "failed", error.message)


def _has_newer(key: str, status: Status) -> bool:
    """Whether a capture is newer than what `status` tells: that run failed to fetch, then was captured after all."""
    told = f"raw/{status.symbol}/{status.run}.html"
    not_transformed = status.result == "failed" and (status.error is None or status.error.code != LayoutError.code)
    return key > told or (key == told and not_transformed)


def sweep(system: System) -> list[Outcome]:
    """Transform what a stop left behind: newest captures that status does not know, symbols without a snapshot."""
    outcomes = []
    for symbol, keys in captures(system).items():
        status = read_status(system.lake, symbol)
        if system.lake.head_if_there(latest_key(symbol)) is None:
            outcomes.append(_replay_symbol(system, symbol, keys))
        elif status is None or _has_newer(keys[-1], status):
            outcomes.append(_transform(system, symbol, keys[-1]))
    return outcomes
