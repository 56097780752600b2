"""Since when the changes of each fund are told: `tables/alerts_since.json`.

The dates that a fund has when its alerts are first looked at, in a new folder, in the lake of an older release or after
alerts were switched on, are no news: of them the newest is told, and all that come later.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from etf_common.config import AlertSettings
from etf_common.errors import logged
from etf_common.lake import Lake, StoredObject, read_or_head, until_written
from etf_common.table_keys import ALERTS_SINCE_KEY

log = logging.getLogger("etf.tables")
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Baseline:
    """The newest holdings date that each fund had when its alerts were first looked at with these settings."""

    settings: AlertSettings
    since: Mapping[str, str] = field(default_factory=dict)
    """By symbol. A fund that is missing has not been looked at yet."""
    stored: StoredObject | None = None

    @classmethod
    def read(cls, lake: Lake, settings: AlertSettings) -> "Baseline":
        """As it stands; empty where it cannot be read, or where other settings were in use: what they left out is no
        news for these.
        """
        stored = read_or_head(lake, ALERTS_SINCE_KEY)
        try:
            found = json.loads(stored.body) if stored else {}
            since = found["since"] if found and found["settings"] == _stored(settings) else {}
            since = {symbol: date.fromisoformat(day).isoformat() for symbol, day in since.items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            log.error("damaged", exc_info=logged(error), extra={"key": ALERTS_SINCE_KEY})
            since = {}
        return cls(settings, since, stored)

    def record(self, lake: Lake, newest: Mapping[str, str]) -> None:
        """Take in the newest dates of funds that were looked at: new funds, and those whose newest date went back.

        Raises WriteConflictError when others keep writing it, and the storage's own errors.
        """

        def write() -> None:
            standing = Baseline.read(lake, self.settings)
            since = standing._with(newest)
            if since != standing.since:
                lake.replace(ALERTS_SINCE_KEY, self._document(since), "application/json", {}, known=standing.stored)

        if self._with(newest) != self.since:
            until_written(write)

    def _with(self, newest: Mapping[str, str]) -> dict[str, str]:
        since = {**newest, **self.since}
        return since | {symbol: min(day, since[symbol]) for symbol, day in newest.items()}

    def _document(self, since: Mapping[str, str]) -> bytes:
        document = {
            "schema_version": SCHEMA_VERSION,
            "settings": _stored(self.settings),
            "since": {symbol: since[symbol] for symbol in sorted(since)},
        }
        return json.dumps(document, separators=(",", ":")).encode()


def _stored(settings: AlertSettings) -> dict[str, Any]:
    """The settings as JSON gives them back."""
    shown = asdict(settings)
    return {**shown, "symbols": shown["symbols"] if settings.symbols == "all" else sorted(settings.symbols)}
