"""The newest state as a build finds it."""

from dataclasses import dataclass
from typing import Self

from etf_common.errors import DamagedObjectError
from etf_common.lake import Lake, StoredObject
from etf_common.newest import Newest
from etf_common.table_keys import NEWEST_KEY, NEWEST_PREFIX


@dataclass(frozen=True)
class StandingTables:
    """What the next build takes from the last one, as Parquet."""

    holdings: bytes
    exceptions: bytes
    kinds: bytes
    candidates: bytes

    @classmethod
    def read(cls, lake: Lake, newest: Newest) -> Self:
        """The tables that the state names. Raises DamagedObjectError for one that is damaged, or gone by now."""
        keys = (newest.holdings_key, newest.exceptions_key, newest.kinds_key, newest.candidates_key)
        found = [lake.read_if_there(key) for key in keys]
        bodies = [stored.body for stored in found if stored]
        if len(bodies) < len(keys):
            raise DamagedObjectError(f"an object that {NEWEST_KEY} names is gone: rebuild the tables")
        return cls(*bodies)


@dataclass(frozen=True)
class Standing:
    """The newest state, and the object that it was read from."""

    stored: StoredObject | None
    """To be replaced, whatever is in it."""
    newest: Newest | None
    """None where there is none that this release can read: then everything is built anew."""

    @classmethod
    def read(cls, lake: Lake) -> Self:
        """tables/newest.json as it is now."""
        try:
            stored = lake.read_if_there(NEWEST_KEY)
            return cls(stored, Newest.parse(stored.body) if stored else None)
        except DamagedObjectError:
            return cls(lake.head_if_there(NEWEST_KEY), None)

    def is_whole(self, lake: Lake) -> bool:
        """Whether every object that the state names is there."""
        return self.newest is not None and frozenset(lake.keys(NEWEST_PREFIX)).issuperset(self.newest.keys)
