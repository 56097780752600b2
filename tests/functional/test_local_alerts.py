"""Alerts on one machine: in the terminal, and in downloads/changes.csv, where an id is there once."""

import csv
import io
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from etf_common.lake import Lake, alert_key
from local import repair
from local.alerts import COLUMNS, LINES, append_rows
from local.disk import CHANGES_CSV, DataFolder
from local.lake_tables import LakeTables
from local.retention import OLD_MARKER, retain
from local.system import System
from tests.functional.alerts import DAY, EARLIER, fail, markers, publish_dates, publish_two, set_alerts
from tests.functional.tables import funds
from tests.unit.alert_cases import RUN

NOW = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
FIRST, SECOND, *REST = [made for made in funds() if made.snapshot()["quality"]["complete"]]
ID = f"{FIRST.symbol}-{DAY}"


class Terminal:
    """What is printed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.errors: list[str] = []

    def line(self, text: str = "") -> None:
        self.lines.append(text)

    def error(self, text: str) -> None:
        self.errors.append(text)

    @property
    def titles(self) -> list[str]:
        return [line for line in self.lines if f" on {DAY}: " in line or "the refresh of" in line]


@pytest.fixture
def lake(system: System) -> Lake:
    set_alerts(system.lake)
    return system.lake


@pytest.fixture
def path(folder: DataFolder) -> Path:
    return folder.root / CHANGES_CSV


@pytest.fixture
def build(system: System) -> Callable[[], Terminal]:
    """Build what is behind, as a process that has just started does; returns what it prints."""

    def run() -> Terminal:
        terminal = Terminal()
        LakeTables(system.lake, system.folder, now=lambda: NOW).build(terminal)
        return terminal

    return run


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def test_a_change_is_printed_and_stands_in_the_file_once(lake: Lake, build: Callable[[], Terminal], path: Path) -> None:
    publish_two(lake, FIRST)

    printed, again = build(), build()

    (title,) = printed.titles
    assert title.startswith(f"{FIRST.symbol} on {DAY}: 1 added")
    assert f"  id {ID}" in printed.lines
    assert again.lines == again.errors == printed.errors == []
    (row,) = rows_of(path)
    assert tuple(row) == COLUMNS
    assert (row["id"], row["told_at"], row["kind"]) == (ID, "2026-11-24T23:00:00Z", "changes")
    assert (row["symbol"], row["from"], row["to"], row["title"]) == (FIRST.symbol, EARLIER, DAY, title)
    assert (row["added_count"], row["removed_count"], row["error"], row["source"]) == ("1", "0", "", "schwab")
    assert markers(lake) == [ID]


def test_a_failure_has_its_reason(lake: Lake, build: Callable[[], Terminal], path: Path) -> None:
    fail(lake, "GLD")

    printed = build()

    assert "  portal_unavailable: the portal did not answer" in printed.lines
    (row,) = rows_of(path)
    assert (row["id"], row["kind"]) == (f"GLD-failed-{RUN}", "failed")
    assert row["error"] == "portal_unavailable: the portal did not answer"
    assert row["added_count"] == row["from"] == ""


def test_made_up_data_says_so_in_the_terminal_and_in_the_file(
    lake: Lake, build: Callable[[], Terminal], path: Path
) -> None:
    set_alerts(lake, source="sample")
    fail(lake, "GLD")

    (title,) = build().titles

    assert title.startswith("SAMPLE: ")
    (row,) = rows_of(path)
    assert row["title"].startswith("SAMPLE: ")
    assert row["source"] == "sample"


def test_without_alerts_nothing_is_printed_and_no_file_made(
    lake: Lake, build: Callable[[], Terminal], path: Path
) -> None:
    set_alerts(lake, "{}")
    publish_two(lake, FIRST)

    assert build().titles == []
    assert not path.exists()
    assert markers(lake) == []


def test_what_a_stop_kept_from_being_told_is_told_at_the_next_start(
    system: System, lake: Lake, build: Callable[[], Terminal], path: Path
) -> None:
    # Given tables that are up to date, and a process that ended before it told
    publish_two(lake, FIRST)
    set_alerts(lake, "{}")
    build()
    set_alerts(lake)

    assert len(build().titles) == 1
    assert [row["id"] for row in rows_of(path)] == [ID]


def test_of_several_dates_at_once_all_are_told_but_for_those_of_a_first_start(
    system: System, lake: Lake, build: Callable[[], Terminal], path: Path
) -> None:
    # Given a first start that finds three dates
    publish_dates(lake, FIRST, {"2026-11-18": True, "2026-11-19": False, "2026-11-20": True})
    build()
    assert [row["to"] for row in rows_of(path)] == ["2026-11-20"]

    # When two more come, once to a process that ends before it tells, and once to one that runs on
    publish_dates(lake, FIRST, {EARLIER: False, DAY: True})
    set_alerts(lake, "{}")
    build()
    set_alerts(lake)
    terminal = Terminal()
    tables = LakeTables(lake, system.folder, now=lambda: NOW)
    tables.build(terminal)
    assert [row["to"] for row in rows_of(path)] == ["2026-11-20", EARLIER, DAY]
    publish_dates(lake, SECOND, {"2026-11-20": True})
    tables.build(terminal)
    publish_dates(lake, SECOND, {EARLIER: False, DAY: True})
    tables.build(terminal)
    tables.build(terminal)

    assert [(row["symbol"], row["to"]) for row in rows_of(path)[3:]] == [(SECOND.symbol, EARLIER), (SECOND.symbol, DAY)]
    assert terminal.errors == []


def test_killed_between_file_and_marker_it_is_printed_again_and_stands_there_once(
    lake: Lake, build: Callable[[], Terminal], path: Path
) -> None:
    publish_two(lake, FIRST)
    build()
    lake.delete(alert_key(ID))

    assert len(build().titles) == 1
    assert [row["id"] for row in rows_of(path)] == [ID]
    assert markers(lake) == [ID]


def test_a_file_that_cannot_be_written_is_one_line_and_nothing_is_lost(
    system: System, lake: Lake, build: Callable[[], Terminal], path: Path
) -> None:
    publish_two(lake, FIRST)
    path.mkdir(parents=True)
    tables = LakeTables(lake, system.folder, now=lambda: NOW)
    first, second = Terminal(), Terminal()

    tables.build(first)
    tables.build(second)

    # It is printed once in each process, and the error each time
    assert (len(first.titles), len(second.titles)) == (1, 0)
    for terminal in (first, second):
        (error,) = terminal.errors
        assert error.startswith("alerts: ")
        assert error.endswith("the next refresh or start tries again")
    assert markers(lake) == []

    path.rmdir()
    build()
    assert [row["id"] for row in rows_of(path)] == [ID]
    assert markers(lake) == [ID]


def test_more_lines_than_a_person_reads_are_in_the_file_only(
    lake: Lake, build: Callable[[], Terminal], path: Path
) -> None:
    for made in (FIRST, SECOND):
        publish_two(lake, made)
    for number in range(2 * LINES):
        fail(lake, f"F{number}", message=f"reason {number}")

    printed = build()

    assert len(printed.lines) < LINES + 10
    assert any("more lines are not shown" in line and str(path) in line for line in printed.lines)
    assert len(rows_of(path)) == 2 + 2 * LINES


HOSTILE = ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1", "a;=1", 'a",=1', "\r\n=1", "\u202e=1", "\ufeff=1", "\uff1d1"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_the_file_is_a_formula(lake: Lake, build: Callable[[], Terminal], path: Path, text: str) -> None:
    publish_two(lake, FIRST, name=text)
    fail(lake, "GLD", code=text, message=text)

    printed = build()

    assert all(line.isprintable() for line in printed.lines)
    rows = rows_of(path)
    assert [row["id"] for row in rows] == [ID, f"GLD-failed-{RUN}"]
    body = path.read_bytes().decode("utf-8-sig")
    assert body.count("\r\n") == len(body.splitlines()) == 3
    for row in rows:
        for cell in row.values():
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\uff1d")), cell


# ---- the file is its owner's


def row(identifier: str) -> list[Any]:
    return [identifier, *"x" * (len(COLUMNS) - 2), "schwab"]


def appended(path: Path, *identifiers: str) -> list[str]:
    """The ids in the file once these were appended."""
    append_rows(path, {identifier: row(identifier) for identifier in identifiers})
    return [found["id"] for found in rows_of(path)]


@pytest.mark.parametrize("cut", range(1, 20))
def test_the_piece_of_a_row_that_a_kill_left_gives_way_to_the_row(path: Path, cut: int) -> None:
    appended(path, "QQQ-2026-11-20", "VTI-2026-11-20")
    whole = path.read_bytes()
    os.truncate(path, len(whole) - cut)

    assert appended(path, "QQQ-2026-11-20", "VTI-2026-11-20") == ["QQQ-2026-11-20", "VTI-2026-11-20"]
    assert path.read_bytes() == whole


@pytest.mark.parametrize("text", ["my own note", "VOO-2026-10-30,mine", '\ufeffid;told_at\r\n"VOO-2026-10-30";x'])
def test_what_the_owner_wrote_without_an_end_of_line_stays(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode())

    append_rows(path, {"QQQ-2026-11-20": row("QQQ-2026-11-20")})

    assert path.read_bytes().startswith(text.encode() + b"\r\nQQQ-2026-11-20,")


@pytest.mark.parametrize("start", ["{},x", '"{}",x', "{};x", '\ufeff"{}"\tx'])
def test_an_id_is_known_in_whatever_form_a_spreadsheet_has_saved_it(path: Path, start: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(start.format("QQQ-2026-11-20").encode() + b"\r\n")
    before = path.read_bytes()

    append_rows(path, {"QQQ-2026-11-20": row("QQQ-2026-11-20")})

    assert path.read_bytes() == before


def test_a_file_that_its_owner_deleted_begins_anew(path: Path) -> None:
    appended(path, "QQQ-2026-11-20")
    path.unlink()
    assert appended(path, "VTI-2026-11-20") == ["VTI-2026-11-20"]
    path.write_bytes(b"")
    append_rows(path, {"QQQ-2026-11-20": row("QQQ-2026-11-20")})
    assert b"QQQ-2026-11-20," in path.read_bytes()


def test_a_pipe_in_its_place_keeps_nobody_waiting(path: Path) -> None:
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    with pytest.raises(OSError, match="a FIFO"):
        append_rows(path, {"QQQ-2026-11-20": row("QQQ-2026-11-20")})


def test_an_edited_file_and_a_damaged_marker_stay_where_they_are_at_a_start(
    system: System, lake: Lake, root: Path, build: Callable[[], Terminal], path: Path
) -> None:
    # Given an alert that was told, a file that a spreadsheet has saved anew, and a marker that a disk has damaged
    publish_two(lake, FIRST)
    build()
    path.write_bytes(path.read_bytes() + b"my own note\r\n")
    marker = system.folder.root / alert_key(ID)
    marker.write_bytes(b"\x00")
    edited = path.read_bytes()

    # When the next process starts
    damages = repair.mend(system)
    printed = build()

    # Then both are as they were, and nothing is told again
    assert damages == []
    assert repair.damaged_objects(system.folder) == []
    assert (path.read_bytes(), marker.read_bytes()) == (edited, b"\x00")
    assert printed.titles == []


def test_markers_go_when_nothing_that_old_is_told_any_more(
    folder: DataFolder, lake: Lake, build: Callable[[], Terminal]
) -> None:
    publish_two(lake, FIRST)
    build()
    written = datetime.fromtimestamp((folder.root / alert_key(ID)).stat().st_mtime, UTC)

    retain(folder, written + OLD_MARKER - timedelta(minutes=1), compress=True)
    assert markers(lake) == [ID]
    retain(folder, written + OLD_MARKER + timedelta(minutes=1), compress=True)
    assert markers(lake) == []
