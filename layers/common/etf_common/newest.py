"""The newest state of all funds as the tables function writes it, `tables/newest.json`: one read for all of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from etf_common.errors import DamagedObjectError
from etf_common.table_code import table_code
from etf_common.table_keys import NEWEST_KEY, shard_of

SCHEMA_VERSION = 1
_OBJECTS = ("securities", "similar", "holdings", "funds", "exceptions", "kinds", "candidates")
"""The objects that a state names, each by its `_key`; beside them the parts of the holders."""
_OF_FILINGS = ("joined", "evidence", "security_table", "contradictions", "tickers")
"""The same of what is made of filings; a state of an earlier release has none."""


@dataclass(frozen=True)
class Newest:
    """The newest state of all funds. The values of `funds` and `statuses` are as tables/newest.json has them."""

    tables_as_of: str
    """When it was built, UTC."""
    funds: Mapping[str, Mapping[str, Any]]
    """By symbol: `etag` and `metadata` of latest.json, `row` (the columns of the funds table), and `state`, which the
    analytics need to judge a fund of which they see only some lines.
    """
    statuses: Mapping[str, Mapping[str, Any]]
    """By symbol: status/{symbol}.json."""
    securities_key: str
    similar_key: str
    holder_keys: Sequence[str]
    """In the order of `table_keys.shard_of`."""
    holdings_key: str
    funds_key: str
    exceptions_key: str
    """For the next build alone, as are `kinds_key` and `candidates_key`."""
    kinds_key: str
    candidates_key: str
    status_etags: Mapping[str, str] = field(default_factory=dict)
    """By symbol: the ETag of status/{symbol}.json, by which the sweep sees that one was missed."""
    made_with: str = ""
    """`table_code()` of the build; empty if that did not tell."""
    filings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By symbol, also of symbols without a list: the head of its newest filing. Beside `key`, `etag` and `list_etag`
    (of the latest.json that it was joined with; null without one) `name` (the fund's), `report_date`, `filed`,
    `accession`, `form`, `final`, `complete`, `net_assets_usd`, `lines` and `source`.
    """
    filing_keys: Sequence[str] = ()
    """In the order of `shard_of` the symbol: by symbol the same head with `exposures` and `join`."""
    isin_keys: Sequence[str] = ()
    """In the same order: by symbol `[[symbol, name, ISIN], ...]` of the lines of its list that a filing identifies."""
    joined_key: str = ""
    """For the next build alone, as is `evidence_key`."""
    evidence_key: str = ""
    security_table_key: str = ""
    """What tables/securities.parquet is a copy of."""
    contradictions_key: str = ""
    """What tables/securities_contradictions.parquet is a copy of."""
    tickers_key: str = ""
    """The tickers of the securities by ISIN; null where the sources contradict each other about it."""

    @property
    def is_of_this_code(self) -> bool:
        """Whether this release made it: what another made may read symbols, sectors and identity otherwise."""
        return self.made_with == table_code()

    def filing_key_of(self, symbol: str) -> str | None:
        """The object of `filing_keys` that has this symbol; None if it has no filing."""
        return self._part(self.filing_keys, symbol)

    def isin_key_of(self, symbol: str) -> str | None:
        """The object of `isin_keys` that has this symbol if a line of its list is identified; None without filing."""
        return self._part(self.isin_keys, symbol)

    def _part(self, keys: Sequence[str], symbol: str) -> str | None:
        return keys[shard_of(symbol, len(keys))] if keys and symbol in self.filings else None

    @property
    def keys(self) -> tuple[str, ...]:
        """Every object that this state names."""
        return (*self._named().values(), *self.holder_keys, *self.filing_keys, *self.isin_keys)

    def _named(self) -> dict[str, str]:
        found = {name: getattr(self, f"{name}_key") for name in (*_OBJECTS, *_OF_FILINGS)}
        return {name: key for name, key in found.items() if key}

    @classmethod
    def parse(cls, body: bytes) -> Self | None:
        """The state of a stored object; None if another release wrote it in another form.

        Raises DamagedObjectError if it is not what any release writes.
        """
        try:
            stored = json.loads(body)
            if stored["schema_version"] != SCHEMA_VERSION:
                return None
            objects = stored["objects"]
            return cls(
                tables_as_of=stored["tables_as_of"],
                funds=stored["funds"],
                statuses=stored["statuses"],
                holder_keys=tuple(objects["holders"]),
                **{f"{name}_key": objects[name] for name in _OBJECTS},
                status_etags=stored.get("status_etags", {}),
                made_with=stored.get("made_with", ""),
                filings=stored.get("filings", {}),
                filing_keys=tuple(objects.get("filings", ())),
                isin_keys=tuple(objects.get("isins", ())),
                **{f"{name}_key": objects.get(name, "") for name in _OF_FILINGS},
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            raise DamagedObjectError(f"{NEWEST_KEY} cannot be read: rebuild the tables") from None

    def document(self) -> bytes:
        """What is stored."""
        stored = {
            "schema_version": SCHEMA_VERSION,
            "tables_as_of": self.tables_as_of,
            "made_with": self.made_with,
            "funds": self.funds,
            "statuses": self.statuses,
            "status_etags": self.status_etags,
            "filings": self.filings,
            "objects": {
                **self._named(),
                "holders": list(self.holder_keys),
                "filings": list(self.filing_keys),
                "isins": list(self.isin_keys),
            },
        }
        return json.dumps(stored, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
