"""The newest state as a build finds it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from etf_common.errors import DamagedObjectError
from etf_common.lake import Lake, StoredObject
from etf_common.newest import Newest
from etf_common.table_keys import NEWEST_KEY, NEWEST_PREFIX
from tables.filed import compact
from tables.snapshots import read_objects


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
class StandingFilings:
    """What the next build takes of filings from the last one."""

    joined: bytes
    """Parquet, as is `evidence`."""
    evidence: bytes
    documents: Mapping[str, str]
    """By symbol, JSON."""

    @classmethod
    def read(cls, lake: Lake, newest: Newest) -> Self:
        """What the state names. Raises DamagedObjectError for an object that is damaged, or gone by now."""
        keys = (newest.joined_key, newest.evidence_key, *newest.filing_keys)
        found = dict(read_objects(lake, {key: key for key in keys}))
        bodies = [stored.body for stored in found.values() if isinstance(stored, StoredObject)]
        if len(bodies) < len(keys):
            raise DamagedObjectError(f"an object that {NEWEST_KEY} names is gone: rebuild the tables")
        joined, evidence, *parts = bodies
        documents = {symbol: document for part in parts for symbol, document in json.loads(part).items()}
        return cls(joined, evidence, {symbol: compact(document) for symbol, document in documents.items()})


def standing_object(lake: Lake, key: str) -> bytes | None:
    """An object that a build can do without: None where there is none, or no more. Raises DamagedObjectError."""
    stored = lake.read_if_there(key) if key else None
    return stored.body if stored else None


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

    def is_usable(self, lake: Lake) -> bool:
        """Whether a build may take from it: this code made it, and every object that it names is there.

        The lines that other code has read would keep its symbols and sectors for as long as their snapshots stay.
        """
        newest = self.newest
        if newest is None or not newest.is_of_this_code:
            return False
        return frozenset(lake.keys(NEWEST_PREFIX)).issuperset(newest.keys)
