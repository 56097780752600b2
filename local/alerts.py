"""Alerts on one machine: printed in the terminal, and put behind the rows of `downloads/changes.csv`."""

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from etf_common.csv_text import csv_rows, csv_table
from etf_common.errors import one_line
from etf_common.lake import Lake
from etf_common.runs import timestamp
from local.disk import CHANGES_CSV, DataFolder
from local.files import regular, write_file
from local.output import Lines
from tables.alerting import Alerting, Digests, Looked, Told
from tables.alerts import Alert, AlertKind, Publication

COLUMNS = (
    "id",
    "told_at",
    "kind",
    "symbol",
    "name",
    "from",
    "to",
    "title",
    "added_count",
    "removed_count",
    "increased_count",
    "decreased_count",
    "turnover_pct",
    "max_trade_pct",
    "error",
    "source",
)
_LONGEST_ROW = 64 * 1024
LINES = 100
"""So many are printed; the file has all alerts."""
# The first cell of a row, as it was written or as a spreadsheet program has saved it.
_ID = re.compile(rb'(?:\xef\xbb\xbf)?"?([A-Z0-9.]{1,20}-[0-9A-Za-z-]{1,40})"?[,;\t]')


@dataclass(frozen=True)
class LocalAlerts:
    """Tells the alerts of one data folder."""

    lake: Lake
    folder: DataFolder
    now: Callable[[], datetime]
    printed: set[str]
    """Those that this process has printed: a file that cannot be written does not print them anew each time."""

    def tell(
        self,
        output: Lines,
        changed: Digests | None = None,
        faulty: Callable[[str, str], bool] = lambda _symbol, _as_of: False,
        looked_at: Looked | None = None,
    ) -> Told:
        """Tell what is new of all funds, as `Alerting.tell` does; what goes wrong is one line."""
        outlet = _TerminalAndFile(self.folder.root / CHANGES_CSV, output, self.printed, self.now)
        alerting = Alerting(self.lake, outlet, self.now, is_there=lambda key: self.folder.glance(key) is not None)
        told = alerting.tell(None, changed, faulty, looked_at)
        if told.failures:
            output.error(f"alerts: {told.why}; the next refresh or start tries again")
        return told


@dataclass(frozen=True)
class _TerminalAndFile:
    path: Path
    output: Lines
    printed: set[str]
    now: Callable[[], datetime]

    def publish(self, publication: Publication) -> str:
        """Print it, unless it was printed, and append its rows. Raises OSError."""
        ids = {alert.id for alert in publication.alerts}
        if not ids <= self.printed:
            self._print(publication)
            self.printed.update(ids)
        row_of = partial(_row, at=timestamp(self.now()))
        append_rows(self.path, {alert.id: row_of(alert) for alert in publication.alerts})
        return CHANGES_CSV

    def _print(self, publication: Publication) -> None:
        lines = publication.text.rstrip().splitlines()
        self.output.line()
        for line in lines[:LINES]:
            self.output.line(line)
        if len(lines) > LINES:
            self.output.line(f"{len(lines) - LINES:,} more lines are not shown; {self.path} has a row for each alert")


def _row(alert: Alert, at: str) -> Sequence[Any]:
    told: Mapping[str, Any] = alert.told if alert.kind is AlertKind.CHANGES else {}
    error = (alert.told.get("error") or {}) if alert.kind is AlertKind.FAILED else {}
    values = {
        **{name: told.get(name) for name in COLUMNS},
        "id": alert.id,
        "told_at": at,
        "kind": str(alert.kind),
        "symbol": alert.symbol,
        "title": alert.title,
        "error": f"{error.get('code')}: {error.get('message')}" if error else None,
        "source": "sample" if alert.is_sample else told.get("source", "schwab"),
    }
    return [one_line(value) if isinstance(value, str) else value for value in values.values()]


def append_rows(path: Path, rows: Mapping[str, Sequence[Any]]) -> None:
    """Put the rows, by id, behind those of the file, but for ids that it has. Raises OSError.

    The file is its owner's to edit: what is there stays, but for the piece that a kill left of one of these rows.
    """
    try:
        regular(path)
    except FileNotFoundError:
        write_file(path, csv_table(COLUMNS, rows.values()))
        return
    _end_last_row(path, rows)
    known = frozenset(_ids(path))
    new = [row for identifier, row in rows.items() if identifier not in known]
    if new:
        _append(path, csv_rows(new))


def _ids(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        yield from (match[1].decode() for line in file if (match := _ID.match(line)))


def _end_last_row(path: Path, rows: Collection[str]) -> None:
    """See that the file ends with the end of a line. The piece that a kill left of one of these rows goes first."""
    size = regular(path).st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _LONGEST_ROW))
        end = file.read()
    tail = end[end.rfind(b"\n") + 1 :]
    if not tail:
        return
    found = _ID.match(tail)
    begun = [found[1].decode()] if found else [each for each in rows if each.encode().startswith(tail.strip(b'"'))]
    if any(identifier in rows for identifier in begun):
        os.truncate(path, size - len(tail))
    else:
        _append(path, b"\r\n")


def _append(path: Path, body: bytes) -> None:
    with path.open("ab") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
