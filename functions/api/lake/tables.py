"""The tables of the whole lake as the API reads them: the newest state of all funds, and the objects that it names.

`tables/newest.json` is read anew when it is older than a few seconds and has changed. What it names never changes under
its name, so that is read once.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from api.faults import TablesError
from api.kept import Kept
from etf_common.collector import paused_collector
from etf_common.errors import DamagedObjectError
from etf_common.lake import Lake, NotModifiedError, ObjectNotFoundError
from etf_common.newest import Newest
from etf_common.table_keys import NEWEST_KEY

log = logging.getLogger("etf.api")
CACHE_SECONDS = 5.0
"""How long the newest state is used without asking the lake again."""
TEXT_BYTES = 24 * 1024 * 1024
"""The memory for the texts of objects that the newest state names: of the holders, some ten shards."""
NOT_BUILT = (
    "the tables over all funds are not built yet: try again in a few minutes, or ask the owner of this API to "
    "build them"
)
_PARTS = ("metadata", "row", "state")
Made = TypeVar("Made")


@dataclass(eq=False)
class TablesState:
    """One newest state of all funds, and what is derived from it once for all requests."""

    etag: str
    newest: Newest
    _derived: dict[str, Any] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def records(self) -> Mapping[str, Mapping[str, Any]]:
        """The records of all funds, by symbol and in this order."""
        return self.derived("records", lambda: dict(sorted(self.newest.funds.items())))

    @property
    def symbols(self) -> frozenset[str]:
        """The symbols of all funds."""
        return self.derived("symbols", lambda: frozenset(self.newest.funds))

    def derived(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` derives from this state, made when it is first needed. One name stands for one thing."""
        with self._lock:
            if name not in self._derived:
                self._derived[name] = make()
            found: Made = self._derived[name]
            return found


class LakeTables:
    """The tables of one lake. `clock` counts seconds."""

    def __init__(self, lake: Lake, clock: Callable[[], float]) -> None:
        self._lake = lake
        self._clock = clock
        self._state: TablesState | None = None
        self._etag: str | None = None
        self._checked_at: float | None = None
        self._texts: Kept[str, str] = Kept(TEXT_BYTES, len)
        self._parsed: dict[str, tuple[str, Any]] = {}
        self._lock = threading.Lock()
        self._parsing = threading.Lock()

    def state(self) -> TablesState | None:
        """The newest state, or None where there is none that this release can read."""
        with self._lock:
            if self._checked_at is None or self._clock() - self._checked_at >= CACHE_SECONDS:
                self._read()
                self._checked_at = self._clock()
            return self._state

    def answered(self, question: Callable[[TablesState], Made]) -> Made | None:
        """What `question` makes of the newest state; None without tables.

        The newest state may name objects that a newer one has replaced: then the question is asked once more, of the
        state that stands in the lake now. Raises TablesError if that one lacks an object too.
        """
        state = self.state()
        if state is None:
            return None
        try:
            return question(state)
        except MissingObjectError:
            with self._lock:
                self._read()
                state = self._state
        try:
            return None if state is None else question(state)
        except MissingObjectError as error:
            log.error("tables", extra={"why": error.message})
            raise TablesError("the tables are being built anew: try again in a minute") from None

    def text(self, key: str) -> str:
        """The text of an object that the newest state names. Raises MissingObjectError and DamagedObjectError."""
        found = self._texts.get(key)
        if found is None:
            found = self._text(key)
            self._texts.put(key, found)
        return found

    def parsed(self, name: str, key: str, parse: Callable[[str], Made]) -> Made:
        """What `parse` makes of the object of `key`; the last one of each `name` is kept, and not its text.

        Raises MissingObjectError and DamagedObjectError.
        """
        with self._parsing:
            known, found = self._parsed.get(name, ("", None))
            if known != key:
                try:
                    with paused_collector():
                        found = parse(self._text(key))
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                    raise DamagedObjectError(f"{key} cannot be read: rebuild the tables") from None
                self._parsed[name] = key, found
            made: Made = found
            return made

    def _text(self, key: str) -> str:
        try:
            return self._lake.read(key).body.decode()
        except ObjectNotFoundError:
            raise MissingObjectError(f"{key} is named by {NEWEST_KEY} and does not exist") from None
        except UnicodeDecodeError:
            raise DamagedObjectError(f"{key} cannot be read: rebuild the tables") from None

    def _read(self) -> None:
        """Read the newest state if it has changed. One that cannot be read counts as none until it changes."""
        try:
            stored = self._lake.read(NEWEST_KEY, unless_etag=self._etag)
            self._etag, self._state = stored.etag, None
            with paused_collector():
                newest = _parsed(stored.body)
            if newest is None:
                log.error("tables", extra={"why": f"{NEWEST_KEY} was written by another release"})
            else:
                self._state = TablesState(stored.etag, newest)
                # What only an older state names is asked for by nobody.
                self._texts.keep_only(frozenset(newest.keys))
        except NotModifiedError:
            return
        except ObjectNotFoundError:
            self._etag = self._state = None
        except DamagedObjectError as error:
            log.error("tables", extra={"why": error.message})
            self._etag = self._state = None


def _parsed(body: bytes) -> Newest | None:
    """The newest state; None if another release wrote it. Raises DamagedObjectError."""
    newest = Newest.parse(body)
    if newest is not None and not _is_sound(newest):
        raise DamagedObjectError(f"{NEWEST_KEY} cannot be read: rebuild the tables")
    return newest


def _is_sound(newest: Newest) -> bool:
    """Whether the state has the shape that all answers expect."""
    if not isinstance(newest.funds, dict) or not isinstance(newest.statuses, dict) or not newest.holder_keys:
        return False
    records = newest.funds.values()
    parts = (record.get(name) if isinstance(record, dict) else None for record in records for name in _PARTS)
    return all(isinstance(part, dict) for part in parts) and all(isinstance(key, str) for key in newest.keys)


class MissingObjectError(ObjectNotFoundError):
    """An object that the newest state names does not exist, or not any more."""
