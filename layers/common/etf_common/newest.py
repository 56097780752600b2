"""The newest state of all funds as the tables function writes it, `tables/newest.json`: one read for all of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from etf_common.errors import DamagedObjectError
from etf_common.table_keys import NEWEST_KEY

SCHEMA_VERSION = 1


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

    @property
    def keys(self) -> tuple[str, ...]:
        """Every object that this state names."""
        others = (self.securities_key, self.similar_key, self.holdings_key, self.funds_key, self.exceptions_key)
        return (*others, self.kinds_key, self.candidates_key, *self.holder_keys)

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
                securities_key=objects["securities"],
                similar_key=objects["similar"],
                holder_keys=tuple(objects["holders"]),
                holdings_key=objects["holdings"],
                funds_key=objects["funds"],
                exceptions_key=objects["exceptions"],
                kinds_key=objects["kinds"],
                candidates_key=objects["candidates"],
                status_etags=stored.get("status_etags", {}),
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            raise DamagedObjectError(f"{NEWEST_KEY} cannot be read: rebuild the tables") from None

    def document(self) -> bytes:
        """What is stored."""
        objects = {
            "securities": self.securities_key,
            "similar": self.similar_key,
            "holders": list(self.holder_keys),
            "holdings": self.holdings_key,
            "funds": self.funds_key,
            "exceptions": self.exceptions_key,
            "kinds": self.kinds_key,
            "candidates": self.candidates_key,
        }
        stored = {
            "schema_version": SCHEMA_VERSION,
            "tables_as_of": self.tables_as_of,
            "funds": self.funds,
            "statuses": self.statuses,
            "status_etags": self.status_etags,
            "objects": objects,
        }
        return json.dumps(stored, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
