"""The newest state as a build finds it."""

from dataclasses import dataclass, replace

from etf_common.errors import DamagedObjectError
from etf_common.lake import Lake, StoredObject
from etf_common.newest import Newest
from etf_common.table_keys import NEWEST_KEY, NEWEST_PREFIX


@dataclass(frozen=True)
class StandingTables:
    """What the next build takes from the last one, as Parquet."""

    holdings: bytes
    lines: bytes
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
        """The tables that the state names; None where one is damaged, or any object that it names is missing."""
        if self.newest is None or not frozenset(lake.keys(NEWEST_PREFIX)).issuperset(self.newest.keys):
            return None
        try:
            found = [
                lake.read_if_there(key)
                for key in (self.newest.holdings_key, self.newest.lines_key, self.newest.candidates_key)
            ]
        except DamagedObjectError:
            return None
        holdings, lines, candidates = found
        if holdings is None or lines is None or candidates is None:
            return None
        return StandingTables(holdings.body, lines.body, candidates.body)

    def without_state(self) -> "Standing":
        """The same with nothing that could be taken over."""
        return replace(self, newest=None)
