"""Which ETFs there are: those of the config in its order, then others that have a snapshot, by name."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from api.shapes import source_of
from etf_common.errors import PipelineError
from etf_common.lake import CONFIG_KEY, Lake, StoredObject, latest_key
from etf_common.symbols import is_etf_symbol

CACHE_SECONDS = 5.0
CONFIG_SECONDS = 60.0
"""How long the config's `stale_after_days` is used without asking the lake again."""
READS_AT_ONCE = 10


@dataclass(frozen=True)
class Catalogue:
    """The configured symbols in order, those that have a snapshot, and the age from which holdings are stale.

    `source` is where the lake's data comes from, according to the config's metadata.
    """

    configured: tuple[str, ...]
    available: frozenset[str]
    stale_after_days: int
    source: str = "schwab"

    @property
    def served(self) -> list[str]:
        """Symbols with a snapshot: configured ones first, in config order."""
        others = sorted(self.available.difference(self.configured))
        return [symbol for symbol in self.configured if symbol in self.available] + others


class Catalogues:
    """The catalogue, read anew when it is older than a few seconds. `clock` counts seconds."""

    def __init__(self, lake: Lake, clock: Callable[[], float]) -> None:
        self._lake = lake
        self._clock = clock
        self._known: tuple[float, Catalogue] | None = None
        self._stale_after: tuple[float, int] | None = None
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def get(self) -> Catalogue:
        """The catalogue: one read of the config and one listing, at most every few seconds, and one look at each
        symbol that was not there before.
        """
        with self._lock:
            if self._known is None or self._clock() - self._known[0] >= CACHE_SECONDS:
                self._known = self._clock(), self._read()
            return self._known[1]

    def stale_after_days(self) -> int:
        """The age from which holdings are stale: one read of the config a minute, and no listing."""
        with self._lock:
            if self._stale_after is None or self._clock() - self._stale_after[0] >= CONFIG_SECONDS:
                return self._read_config()[1]
            return self._stale_after[1]

    def _read_config(self) -> tuple[StoredObject | None, int]:
        try:
            stored = self._lake.read(CONFIG_KEY)
        except PipelineError:
            stored = None  # the snapshots are served all the same
        days = stale_after_days_of(stored.body if stored else b"")
        self._stale_after = self._clock(), days
        return stored, days

    def _read(self) -> Catalogue:
        # Imported here: pydantic would double the cold start of answers that need no config.
        from etf_common.config import parse_config  # noqa: PLC0415

        available = self._available()
        stored, stale_after_days = self._read_config()
        try:
            config = parse_config(stored.body if stored else b"")
        except PipelineError:
            # No config, or a broken one, which the next dispatch reports; the snapshots are served all the same.
            return Catalogue((), frozenset(available), stale_after_days, self._source_of(available))
        source = (source_of(stored.metadata) if stored else None) or "schwab"
        return Catalogue(config.etf_symbols, frozenset(available), stale_after_days, source)

    def _available(self) -> list[str]:
        """Symbols with a latest.json: it is written last, and a first transform may have ended before."""
        folders = [folder for folder in self._lake.folders("processed/") if is_etf_symbol(folder)]
        new = [symbol for symbol in folders if symbol not in self._seen]
        if new:
            with ThreadPoolExecutor(READS_AT_ONCE) as pool:
                there = pool.map(self._lake.head_if_there, map(latest_key, new))
                self._seen |= {symbol for symbol, found in zip(new, there, strict=True) if found}
        return [symbol for symbol in folders if symbol in self._seen]

    def _source_of(self, symbols: list[str]) -> str:
        found = self._lake.head_if_there(latest_key(symbols[0])) if symbols else None
        return (source_of(found.metadata) if found else None) or "schwab"


def stale_after_days_of(config: bytes) -> int:
    """The config's `stale_after_days`, or the default where it has none that is allowed.

    Read without the config's model, which would slow down a cold start: all headers need this one number.
    """
    import yaml  # noqa: PLC0415 - not every answer needs it

    try:
        values = yaml.safe_load(config)
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, RecursionError):
        values = None
    days = values.get("stale_after_days") if isinstance(values, dict) else None
    if isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= 366:
        return days
    from etf_common.config import EtlConfig  # noqa: PLC0415 - see above

    return EtlConfig().stale_after_days
