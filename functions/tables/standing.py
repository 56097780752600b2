"""The newest state as a build finds it."""

from dataclasses import dataclass

from etf_common.errors import DamagedObjectError
from etf_common.lake import Lake, StoredObject
from etf_common.newest import Newest
from etf_common.table_keys import NEWEST_KEY


@dataclass(frozen=True)
class StandingTables:
    """What the next build takes from the last one, as Parquet."""

    holdings: bytes
    exceptions: bytes
    kinds: bytes
    candidates: bytes


@dataclass(frozen=True)
class Standing:
    """The newest state, and the object that it was read from."""

    stored: StoredObject | None
    """To be replaced, whatever is in it."""
    newest: Newest | None
    """None where there is none that this release can read: then everything is built anew."""

    @classmethod
    def read(cls, lake: Lake) -> "Standing":
        """tables/newest.json as it is now."""
        try:
            stored = lake.read_if_there(NEWEST_KEY)
            return cls(stored, Newest.parse(stored.body) if stored else None)
        except DamagedObjectError:
            return cls(lake.head_if_there(NEWEST_KEY), None)

    def tables(self, lake: Lake) -> StandingTables | None:
        """The tables that the state names; None where one is missing or damaged."""
        if self.newest is None:
            return None
        names = self.newest
        try:
            found = [
                lake.read_if_there(key)
                for key in (names.holdings_key, names.exceptions_key, names.kinds_key, names.candidates_key)
            ]
        except DamagedObjectError:
            return None
        bodies = [stored.body for stored in found if stored]
        return StandingTables(*bodies) if len(bodies) == len(found) else None
