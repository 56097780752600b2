"""Which ETFs there are: those of the config in its order, then others that have a snapshot, by name.

A fund that is refreshed as the reference of a factor only is served, but not listed among them.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from api.costs import Costs, costs_of
from api.lake.tables import LakeTables, TablesState
from api.shapes import source_of
from etf_common.errors import PipelineError
from etf_common.factors import checked_factors
from etf_common.lake import CONFIG_KEY, Lake, NotModifiedError, StoredObject, latest_key
from etf_common.symbols import MalformedSymbolError, canonical, is_etf_symbol

CACHE_SECONDS = 5.0
CONFIG_SECONDS = 60.0
"""How long the config's `stale_after_days` and costs are used without asking the lake again."""
READS_AT_ONCE = 10


@dataclass(frozen=True)
class FilingSettings:
    """What the config says of filings."""

    contact: str = ""
    """The address that the SEC is told; without one it is not asked."""
    symbols: frozenset[str] | None = None
    """The funds whose filings are wanted; None for all that are configured."""


@dataclass(frozen=True)
class Catalogue:
    """The configured symbols in order, those that have a snapshot, and the age from which holdings are stale.

    `source` is where the lake's data comes from, according to the config's metadata.
    """

    configured: tuple[str, ...]
    available: frozenset[str]
    stale_after_days: int
    source: str = "schwab"
    tables: TablesState | None = field(default=None, compare=False)
    """The tables that tell which funds there are; None where they are not built, and the lake was listed."""
    factors: Mapping[str, str] = field(default_factory=dict, hash=False)
    """By factor the symbol of its reference fund."""

    def wants_filings(self, symbol: str, settings: FilingSettings) -> bool:
        """Whether the filings of this fund are wanted."""
        return symbol in (self.configured_set if settings.symbols is None else settings.symbols)

    @cached_property
    def configured_set(self) -> frozenset[str]:
        """The configured symbols, to look one up among thousands."""
        return frozenset(self.configured)

    @cached_property
    def references(self) -> dict[str, str]:
        """By symbol the factor of each fund that is refreshed as a reference only, in config order."""
        return {symbol: factor for factor, symbol in self.factors.items() if symbol not in self.configured_set}

    @cached_property
    def refreshed(self) -> frozenset[str]:
        """The symbols that a refresh fetches: configured ones and references."""
        return self.configured_set.union(self.references)

    @property
    def served(self) -> list[str]:
        """Symbols with a snapshot that are not references only: configured ones first, in config order."""
        others = sorted(self.available.difference(self.refreshed))
        return [symbol for symbol in self.configured if symbol in self.available] + others


@dataclass(frozen=True)
class Settings:
    """What answers need of the config. `stored` is the config itself, None where there is none."""

    stored: StoredObject | None
    stale_after_days: int
    costs: Costs
    filings: FilingSettings = FilingSettings()
    factors: Mapping[str, str] = field(default_factory=dict)
    """By factor the symbol of its reference fund, `market` among them; empty where the config names none."""


class Catalogues:
    """The catalogue, read anew when it is older than a few seconds. `clock` counts seconds."""

    def __init__(self, lake: Lake, clock: Callable[[], float], tables: LakeTables | None = None) -> None:
        self._lake = lake
        self._clock = clock
        self._tables = tables or LakeTables(lake, clock)
        self._known: tuple[float, Catalogue] | None = None
        self._settings: tuple[float, Settings] | None = None
        self._configured: tuple[str, tuple[str, ...] | None] | None = None
        self._seen: set[str] = set()
        self._lock = threading.RLock()

    def get(self) -> Catalogue:
        """The catalogue: one read of the config and one of the tables, at most every few seconds.

        Without tables it takes a listing, and a look at each symbol that was not there before.
        """
        with self._lock:
            tables = self._tables.state()
            known = self._known
            if known is None or self._clock() - known[0] >= CACHE_SECONDS or known[1].tables is not tables:
                found = self._read(tables)
                # The same one again where nothing changed, so that answers over thousands of funds can be kept by it.
                same = known is not None and known[1] == found and known[1].tables is tables
                self._known = known = self._clock(), known[1] if known and same else found
            return known[1]

    def stale_after_days(self) -> int:
        """The age from which holdings are stale: one read of the config a minute, and no listing."""
        return self.settings().stale_after_days

    def settings(self) -> Settings:
        """What answers need of the config: one read of it a minute."""
        with self._lock:
            if self._settings is None or self._clock() - self._settings[0] >= CONFIG_SECONDS:
                return self._read_config()
            return self._settings[1]

    def _read_config(self) -> Settings:
        before = self._settings[1] if self._settings else None
        known = before.stored if before else None
        try:
            stored: StoredObject | None = self._lake.read(CONFIG_KEY, unless_etag=known.etag if known else None)
        except NotModifiedError:
            stored = known
        except PipelineError:
            stored = None  # the snapshots are served all the same
        if before is None or stored is not known:
            before = settings_of(stored)
        self._settings = self._clock(), before
        return before

    def _read(self, tables: TablesState | None) -> Catalogue:
        available = tables.symbols if tables else frozenset(self._available())
        settings = self._read_config()
        configured = self._configured_in(settings.stored)
        if configured is None:
            # No config, or a broken one, which the next dispatch reports; the snapshots are served all the same.
            source = self._source_of(sorted(available), tables)
            return Catalogue((), available, settings.stale_after_days, source, tables)
        source = (source_of(settings.stored.metadata) if settings.stored else None) or "schwab"
        return Catalogue(configured, available, settings.stale_after_days, source, tables, settings.factors)

    def _configured_in(self, stored: StoredObject | None) -> tuple[str, ...] | None:
        """The symbols of the config, parsed once; None if it has none that can be read."""
        etag = stored.etag if stored else ""
        if self._configured is None or self._configured[0] != etag or not etag:
            self._configured = etag, _symbols_in(stored)
        return self._configured[1]

    def _available(self) -> list[str]:
        """Symbols with a latest.json: it is written last, and a first transform may have ended before."""
        folders = [folder for folder in self._lake.folders("processed/") if is_etf_symbol(folder)]
        new = [symbol for symbol in folders if symbol not in self._seen]
        if new:
            with ThreadPoolExecutor(READS_AT_ONCE) as pool:
                there = pool.map(self._lake.head_if_there, map(latest_key, new))
                self._seen |= {symbol for symbol, found in zip(new, there, strict=True) if found}
        return [symbol for symbol in folders if symbol in self._seen]

    def _source_of(self, symbols: list[str], tables: TablesState | None) -> str:
        if not symbols:
            return "schwab"
        if tables:
            return source_of(tables.newest.funds[symbols[0]]["metadata"]) or "schwab"
        found = self._lake.head_if_there(latest_key(symbols[0]))
        return (source_of(found.metadata) if found else None) or "schwab"


def _symbols_in(stored: StoredObject | None) -> tuple[str, ...] | None:
    # Imported here: pydantic would double the cold start of answers that need no config.
    from etf_common.config import parse_config  # noqa: PLC0415

    try:
        return parse_config(stored.body if stored else b"").etf_symbols
    except PipelineError:
        return None


def settings_of(stored: StoredObject | None) -> Settings:
    """What answers need of the config, or the defaults where it has nothing that is allowed.

    Read without the config's model, which would slow down a cold start: all headers need one number of it.
    """
    values = _values_in(stored.body if stored else b"")
    days = values.get("stale_after_days") if isinstance(values, dict) else None
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= 366:
        from etf_common.config import EtlConfig  # noqa: PLC0415 - see above

        days = EtlConfig().stale_after_days
    return Settings(stored, days, costs_of(values), _filings_of(values), _factors_of(values))


def _filings_of(values: Any) -> FilingSettings:
    """What the config says of filings, leniently: the next dispatch reports what is wrong in it."""
    known = values if isinstance(values, dict) else {}
    contact, wanted = known.get("contact"), known.get("filings", "all")
    symbols = None
    if wanted == "none" or wanted is False:
        symbols = frozenset[str]()
    elif isinstance(wanted, list):
        symbols = frozenset(symbol for text in wanted if (symbol := _etf_in(text)))
    return FilingSettings(contact.strip() if isinstance(contact, str) else "", symbols)


def _etf_in(text: Any) -> str:
    try:
        return canonical(str(text))
    except MalformedSymbolError:
        return ""


def _factors_of(values: Any) -> dict[str, str]:
    """The factors of the config; none of them where one is wrong, which the next dispatch reports."""
    try:
        return checked_factors(values.get("factors", {}) if isinstance(values, dict) else {})
    except ValueError:
        return {}


def _values_in(config: bytes) -> Any:
    import yaml  # noqa: PLC0415 - not every answer needs it

    try:
        # In C where it is there: a config of thousands of symbols takes a tenth of the time.
        return yaml.load(config, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, RecursionError):
        return None
