"""What the tables have not seen yet: the lake's listing beside what the tables say they were made of.

One listing of processed/, status/, filings/ and tables/, tables/newest.json, and one small object a holdings date: no
snapshot and no status is read, whatever the number of funds.
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from etf_common.errors import DamagedObjectError, logged
from etf_common.filing_keys import FILINGS, parse_filing_key
from etf_common.lake import Lake, Listed, StoredObject
from etf_common.newest import Newest
from etf_common.table_keys import (
    NEWEST_KEY,
    changed_lines_key,
    changes_key,
    funds_key,
    holdings_key,
    snapshots_key,
)

log = logging.getLogger("etf.tables")
READS_AT_ONCE = 20
PREFIXES = ("processed/", "status/", FILINGS)
"""Where all that the tables are made of begins."""
SNAPSHOTS_VERSION = 2
"""Of the objects that say which snapshots the tables of a date were made of: the first with a version."""
_SYMBOL = r"[A-Z0-9]{1,10}(?:\.[A-Z0-9]{1,4})?"
_DATED = re.compile(rf"processed/({_SYMBOL})/(\d{{4}}-\d{{2}}-\d{{2}})\.json")
_LATEST = re.compile(rf"processed/({_SYMBOL})/latest\.json")
_STATUS = re.compile(rf"status/({_SYMBOL})\.json")
_HISTORY = re.compile(rf"tables/history/({_SYMBOL})\.json")
_BUILT_DATE = re.compile(r"tables/(?:snapshots|holdings|funds|changes)/as_of=(\d{4}-\d{2}-\d{2})(?:\.json|/.*)")


@dataclass(frozen=True)
class Changes:
    """Dated snapshots by holdings date, and the symbols whose newest snapshot or status, or a filing, was written."""

    dated: Mapping[str, frozenset[str]] = field(default_factory=dict)
    newest: frozenset[str] = frozenset()
    filings: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.dated or self.newest or self.filings)

    @property
    def symbols(self) -> frozenset[str]:
        """All symbols that a change concerns."""
        return self.newest.union(self.filings, *self.dated.values())

    def only(self, symbols: frozenset[str]) -> "Changes":
        """The changes of these symbols."""
        dated = {day: kept for day, changed in self.dated.items() if (kept := changed & symbols)}
        return Changes(dated, self.newest & symbols, self.filings & symbols)

    @classmethod
    def together(cls, parts: Iterable["Changes"]) -> "Changes":
        """All changes of several messages."""
        dated: dict[str, set[str]] = {}
        newest: set[str] = set()
        filings: set[str] = set()
        for part in parts:
            newest |= part.newest
            filings |= part.filings
            for day, symbols in part.dated.items():
                dated.setdefault(day, set()).update(symbols)
        return cls.of(dated, newest, filings)

    @classmethod
    def of(cls, dated: Mapping[str, Iterable[str]], newest: Iterable[str], filings: Iterable[str] = ()) -> "Changes":
        """The same symbols, whatever holds them; by date in order."""
        of_dates = {day: frozenset(symbols) for day, symbols in sorted(dated.items())}
        return cls(of_dates, frozenset(newest), frozenset(filings))


def changes_of(keys: Iterable[str]) -> Changes:
    """The changes that these written keys mean; keys of anything else mean none."""
    dated: dict[str, set[str]] = {}
    newest: set[str] = set()
    filings: set[str] = set()
    for key in keys:
        if match := _DATED.fullmatch(key):
            dated.setdefault(match[2], set()).add(match[1])
        elif match := _LATEST.fullmatch(key) or _STATUS.fullmatch(key):
            newest.add(match[1])
        elif filing := parse_filing_key(key):
            filings.add(filing[0])
    return Changes.of(dated, newest, filings)


@dataclass(frozen=True)
class Stored:
    """What there is of snapshots and statuses, as a listing shows it."""

    latest: Mapping[str, Listed]
    """By symbol: processed/{symbol}/latest.json."""
    statuses: Mapping[str, Listed]
    dated: Mapping[str, Mapping[str, Listed]]
    """By holdings date and symbol."""
    filings: Mapping[str, Listed] = field(default_factory=dict)
    """By symbol: the filing of the newest report date."""

    @classmethod
    def of(cls, listed: Iterable[Listed]) -> "Stored":
        """What a listing of `PREFIXES` shows."""
        latest: dict[str, Listed] = {}
        statuses: dict[str, Listed] = {}
        dated: dict[str, dict[str, Listed]] = {}
        filings: dict[str, Listed] = {}
        for entry in listed:
            if match := _DATED.fullmatch(entry.key):
                dated.setdefault(match[2], {})[match[1]] = entry
            elif match := _LATEST.fullmatch(entry.key):
                latest[match[1]] = entry
            elif match := _STATUS.fullmatch(entry.key):
                statuses[match[1]] = entry
            elif filing := parse_filing_key(entry.key):
                symbol = filing[0]
                # The keys of one symbol differ in the date alone.
                filings[symbol] = max(filings.get(symbol, entry), entry, key=lambda one: one.key)
        return cls(latest, statuses, dated, filings)

    @property
    def changes(self) -> Changes:
        """All of it, for a rebuild."""
        return Changes.of(self.dated, {*self.latest, *self.statuses}, self.filings)


def look(lake: Lake, symbols: Iterable[str] | None = None) -> Stored:
    """List all `PREFIXES`, or what is there of these symbols only.

    A call lists 1,000 keys. Of 4,500 funds, status/ takes 5 calls, processed/ 5 for each holdings date that a fund has,
    and filings/ 5 for each quarter: 1,150 calls after a year of daily dates, which cost $0.006 and take a minute or
    two.
    """
    if symbols is None:
        return Stored.of(entry for prefix in PREFIXES for entry in lake.listed(prefix))
    prefixes = [
        prefix
        for symbol in symbols
        for prefix in (f"processed/{symbol}/", f"status/{symbol}.json", f"{FILINGS}{symbol}/")
    ]
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        listings = pool.map(lambda prefix: list(lake.listed(prefix)), prefixes)
        return Stored.of(entry for listing in listings for entry in listing)


def read_newest(lake: Lake) -> Newest | None:
    """tables/newest.json; None where there is none that this release can read, so it is to be built anew."""
    try:
        stored = lake.read_if_there(NEWEST_KEY)
        return Newest.parse(stored.body) if stored else None
    except DamagedObjectError as error:
        log.error("damaged", exc_info=logged(error), extra={"key": NEWEST_KEY})
        return None


def made_of(stored: StoredObject | None) -> dict[str, str]:
    """{symbol: ETag} of the snapshots that the tables of a holdings date were made of; empty if nobody knows.

    A release before the histories named its funds too, but what it built is not all that there is to build: their ETags
    are empty here, which no snapshot has.
    """
    try:
        found = json.loads(stored.body) if stored else {}
        if not isinstance(found, dict):
            return {}
        etags = found["snapshots"] if found.get("schema_version") == SNAPSHOTS_VERSION else dict.fromkeys(found, "")
        if "schema_version" in etags or not all(isinstance(etag, str) for etag in etags.values()):
            return {}
    except (ValueError, KeyError, AttributeError, RecursionError):
        return {}
    return dict(etags)


def made_of_document(etags: Mapping[str, str]) -> bytes:
    """What is stored of {symbol: ETag}."""
    made = {symbol: etags[symbol] for symbol in sorted(etags)}
    return json.dumps({"schema_version": SNAPSHOTS_VERSION, "snapshots": made}, separators=(",", ":")).encode()


def _read_made_of(lake: Lake, as_of: str) -> dict[str, str]:
    try:
        return made_of(lake.read_if_there(snapshots_key(as_of)))
    except DamagedObjectError:
        return {}


_OF_A_DATE = (holdings_key, funds_key, changed_lines_key, changes_key, snapshots_key)


@dataclass(frozen=True)
class Built:
    """What the tables say they were made of."""

    newest: Newest | None
    dated: Mapping[str, Mapping[str, str]]
    """By holdings date: {symbol: ETag}; empty where a table of the date is missing."""
    histories: frozenset[str] = frozenset()
    """The symbols that have a history."""

    @classmethod
    def read(cls, lake: Lake, days: Iterable[str] | None = None) -> "Built":
        """Of these holdings dates, or of all. A state of which an object is missing counts as none."""
        keys = frozenset(lake.keys("tables/"))
        wanted = {match[1] for key in keys if (match := _BUILT_DATE.fullmatch(key))} if days is None else set(days)
        whole = sorted(day for day in wanted if frozenset(of_date(day) for of_date in _OF_A_DATE) <= keys)
        histories = frozenset(match[1] for key in keys if (match := _HISTORY.fullmatch(key)))
        newest = read_newest(lake)
        if newest is not None and not keys.issuperset(newest.keys):
            # Another build may have removed them just now, when it wrote its own state.
            newest = read_newest(lake)
            keys = frozenset(lake.keys("tables/"))
            newest = newest if newest and keys.issuperset(newest.keys) else None
        with ThreadPoolExecutor(READS_AT_ONCE) as pool:
            found = pool.map(lambda day: _read_made_of(lake, day), whole)
            return cls(newest, dict(zip(whole, found, strict=True)), histories)


def behind(stored: Stored, built: Built) -> Changes:
    """What is in the lake, or is gone from it, and the tables do not know."""
    dated = {
        day: changed
        for day in sorted(stored.dated.keys() | built.dated.keys())
        if (
            changed := frozenset(_different(_etags(stored.dated.get(day, {})), built.dated.get(day, {})))
            | (stored.dated.get(day, {}).keys() - built.histories)
        )
    }
    newest = built.newest
    funds = {symbol: str(record.get("etag")) for symbol, record in newest.funds.items()} if newest else {}
    statuses = newest.status_etags if newest else {}
    missed = {*_different(_etags(stored.latest), funds), *_different(_etags(stored.statuses), statuses)}
    heads = newest.filings if newest else {}
    filings = {*_different(_etags(stored.filings), {symbol: str(head.get("etag")) for symbol, head in heads.items()})}
    # Also a filing that was not joined with the list that the tables have, since it could not be read then.
    filings |= {symbol for symbol, head in heads.items() if head.get("list_etag") != funds.get(symbol)}
    return Changes(dated, frozenset(missed), frozenset(filings))


def outdated(stored: Stored, built: Built) -> Changes:
    """All that is in a newest state that other code has made; nothing if this code made it, or if there is none.

    Not part of `behind`: the sweep would send every symbol again, where the next build makes it all anew by itself.
    """
    newest = built.newest
    if newest is None or newest.is_of_this_code:
        return Changes()
    return Changes(
        newest=stored.changes.newest.union(newest.funds, newest.statuses),
        filings=stored.changes.filings.union(newest.filings),
    )


def _etags(listed: Mapping[str, Listed]) -> dict[str, str]:
    return {symbol: entry.etag for symbol, entry in listed.items()}


def _different(there: Mapping[str, str], known: Mapping[str, str]) -> Iterator[str]:
    return (symbol for symbol in there.keys() | known.keys() if there.get(symbol) != known.get(symbol))
