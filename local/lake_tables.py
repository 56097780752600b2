"""The tables of the whole lake on this machine: the same build as in the cloud, called once a refresh has ended.

A direct call and no queue: there is one writer, who knows when a refresh ends, and what a stop left undone is found by
comparing the folder with what the tables were made of.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from etf_common.errors import PipelineError, UnexpectedError
from etf_common.lake import Lake, Listed
from etf_common.table_changes import PREFIXES, Built, Changes, Stored, behind, outdated
from local.disk import DataFolder
from local.output import Lines

BUILD_SECONDS = 60.0
"""So often, at most, are the tables built while a refresh is under way..."""
BUILD_SHARE = 5
"""... and never for more than one part in so many of its time."""
NAMED = 3
"""Of the snapshots that cannot be read, so many are told."""


class LakeTables:
    """Builds the tables of one data folder and tells the alerts of what is new. Whatever goes wrong is one line, and
    fails nothing else.
    """

    def __init__(
        self,
        lake: Lake,
        folder: DataFolder,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._lake, self._folder, self._clock, self._now = lake, folder, clock, now
        self._next = clock() + BUILD_SECONDS
        self._printed: set[str] = set()
        self._has_told = False
        """Whether the last build and its alerts came to their end."""

    def build_now_and_then(self, output: Lines) -> None:
        """Build if the last build is a minute ago, or longer if it took long."""
        if self._clock() >= self._next:
            self.build(output)

    def build(self, output: Lines) -> None:
        """Build what is missing or behind; nothing, and not a word, if nothing is."""
        began = self._clock()
        try:
            self._build(output)
        except ImportError as error:
            package = (error.name or "a package").partition(".")[0]
            output.error(f"the tables are not built: the Python package {package} is not installed; run `make run`")
        except (PipelineError, ClientError, BotoCoreError, OSError, MemoryError) as error:
            output.error(f"the tables are not built: {_told(error)}; the next refresh or start tries again")
        except Exception as error:  # noqa: BLE001 - the refresh is whole, whatever becomes of the tables
            told = UnexpectedError.of(error)
            output.error(f"the tables are not built: {told.message}; the next refresh or start tries again")
        finally:
            ended = self._clock()
            self._next = ended + max(BUILD_SECONDS, (ended - began) * (BUILD_SHARE - 1))

    def _build(self, output: Lines) -> None:
        began = self._clock()
        has_told, self._has_told = self._has_told, False
        stored, built = Stored.of(self._listed(PREFIXES)), Built.read(self._lake)
        # Also what an older release made: there may be no refresh soon whose build would make it anew.
        changes = Changes.together([behind(stored, built), outdated(stored, built)])
        if not changes:
            # What a stop kept from being told.
            self._tell_alerts(output, {}, _never, {} if has_told else None)
            return
        # Not before there is something to build: DuckDB takes a moment and 60 MB to import.
        from tables.building import build  # noqa: PLC0415

        result = build(self._lake, changes, self._now())
        faults = list(dict.fromkeys(fault.message for fault in result.faults_of(changes)))
        for message in faults[:NAMED]:
            output.error(f"not in the tables: {message}")
        if len(faults) > NAMED:
            output.error(f"not in the tables: {len(faults) - NAMED} more")
        dates = f"{len(result.dates)} holdings date{'' if len(result.dates) == 1 else 's'}"
        funds = "" if result.funds is None else f"{result.funds:,} fund{'' if result.funds == 1 else 's'}, "
        output.line(f"tables: {funds}{dates} built in {self._clock() - began:.1f} s")
        # After a stop or a fault all recent dates are looked at, since nobody knows which were told.
        self._tell_alerts(output, result.changed, result.is_faulty, result.looked_at if has_told else None)

    def _tell_alerts(self, output: Lines, changed: Any, faulty: Callable[[str, str], bool], looked_at: Any) -> None:
        # Not before there is something to tell: an API that only reads loads no code of the builds.
        from local.alerts import LocalAlerts  # noqa: PLC0415

        alerts = LocalAlerts(self._lake, self._folder, self._now, self._printed)
        self._has_told = not alerts.tell(output, changed, faulty, looked_at).failures

    def _listed(self, prefixes: Iterable[str]) -> Iterator[Listed]:
        """A listing as S3 gives it, without the way over HTTP a thousand keys at a time."""
        for prefix in prefixes:
            for key in self._folder.keys(prefix):
                if found := self._folder.glance(key):
                    yield Listed(key, f'"{found.etag}"', found.last_modified)


def _never(_symbol: str, _as_of: str) -> bool:
    return False


def _told(error: Exception) -> str:
    text = (error.response["Error"].get("Message") if isinstance(error, ClientError) else None) or str(error)
    return " ".join(text.split()) or type(error).__name__
