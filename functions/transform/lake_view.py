"""The lake as a sweep finds it: one listing and the tables' newest state, in place of a read for every symbol."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from etf_common.lake import Lake, Listed, latest_key
from etf_common.status import Status, read_status
from etf_common.table_changes import Built, Changes, Stored, behind, look


@dataclass(frozen=True)
class LakeView:
    """What is there, and what the tables say of it. Of a symbol that the tables are behind with, the object is read."""

    lake: Lake
    stored: Stored
    built: Built

    @classmethod
    def of(cls, lake: Lake) -> "LakeView":
        """The lake as it is now."""
        return cls(lake, look(lake), Built.read(lake))

    @property
    def missed(self) -> Changes:
        """What the tables do not know."""
        return behind(self.stored, self.built)

    def metadata(self, symbol: str) -> Mapping[str, str] | None:
        """What stands beside the newest snapshot of a symbol; None if there is none."""
        listed, newest = self.stored.latest.get(symbol), self.built.newest
        if listed is None:
            return None
        record = newest.funds.get(symbol) if newest else None
        if record and record.get("etag") == listed.etag and isinstance(known := record.get("metadata"), dict):
            return known
        found = self.lake.head_if_there(latest_key(symbol))
        return found.metadata if found else None

    def status(self, symbol: str) -> Status | None:
        """The status of a symbol, which can be some minutes old: read it before you act on it."""
        listed, newest = self.stored.statuses.get(symbol), self.built.newest
        if listed is None:
            return None
        if newest and newest.status_etags.get(symbol) == listed.etag:
            try:
                return Status.model_validate(newest.statuses.get(symbol))
            except ValidationError:
                pass  # what cannot be read there may be readable in its own object
        return read_status(self.lake, symbol)

    def missed_before(self, moment: datetime) -> list[str]:
        """The symbols of which the tables missed something that was written before `moment`, or is gone."""
        missed = self.missed
        late = {
            symbol
            for day, symbols in missed.dated.items()
            for symbol in symbols
            if _is_late([self.stored.dated.get(day, {}).get(symbol)], moment)
        }
        late |= {
            symbol
            for symbol in missed.newest
            if _is_late([self.stored.latest.get(symbol), self.stored.statuses.get(symbol)], moment)
        }
        late |= {symbol for symbol in missed.filings if _is_late([self.stored.filings.get(symbol)], moment)}
        return sorted(late)


def _is_late(listed: list[Listed | None], moment: datetime) -> bool:
    """Whether none of these was written since: what is newer is on its way to the tables."""
    return all(entry is None or entry.written < moment for entry in listed)
