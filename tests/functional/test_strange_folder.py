"""What others put among the data: it is passed over and told, and everything else is served."""

import gc
import json
import os
import socket
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from local import repair
from local.disk import DataFolder
from local.system import System
from tests.functional.conftest import Refresh, get

LATEST = "processed/QQQ/latest.json"
Put = Callable[[Path], object]


def bind_socket(path: Path) -> None:
    listening = socket.socket(socket.AF_UNIX)
    there = Path.cwd()
    os.chdir(path.parent)  # a socket's whole path may have 108 characters only
    try:
        listening.bind(path.name)
    finally:
        os.chdir(there)
        listening.close()


THINGS: dict[str, Put] = {
    "a FIFO": os.mkfifo,
    "a socket": bind_socket,
    "a folder": lambda path: path.mkdir(),
    "a link that leads nowhere": lambda path: path.symlink_to("nothing"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to a folder": lambda path: path.symlink_to(path.parent),
    "a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("name", THINGS)
def test_in_the_place_of_a_snapshot_it_costs_that_fund_only(
    system: System, folder: DataFolder, refresh: Refresh, name: str
) -> None:
    # Given two funds, and something else where the snapshot of one of them was
    refresh("QQQ")
    refresh("GLD")
    folder.remove(LATEST)
    THINGS[name](folder.root / LATEST)

    # Then the other fund is served, and this one is said not to be there, or damaged
    with System(DataFolder(folder.root, read_only=True)) as reader:
        assert get(reader, "/api/etfs/GLD")["statusCode"] == 200
        assert get(reader, "/api/etfs/QQQ")["statusCode"] in {404, 503}
        assert "GLD" in json.loads(get(reader, "/api/etfs")["body"])
        assert set(json.loads(get(reader, "/api/status")["body"])) >= {"GLD", "QQQ"}
        assert repair.damaged_objects(reader.folder) == []
    # And it is told
    if name != "a folder":  # an empty one hides nothing
        assert [str(each.path) for each in folder.passed_over()] == [str(folder.root / LATEST)]


@pytest.mark.parametrize("name", THINGS)
@pytest.mark.parametrize(
    "place", ["x", "raw/x", "raw/QQQ/20261119T223000Z.html", "status/x.json", "processed/x", "tables"]
)
def test_anywhere_among_the_data_it_stops_nothing(
    system: System, folder: DataFolder, refresh: Refresh, name: str, place: str
) -> None:
    refresh("GLD")
    (folder.root / place).parent.mkdir(parents=True, exist_ok=True)
    THINGS[name](folder.root / place)

    assert repair.mend(system) == []
    assert repair.sweep(system) == []
    assert refresh("GLD", "20261121T000000Z")["result"] == "ok"
    assert json.loads(get(system, "/api/etfs")["body"]) == ["GLD"]


def test_metadata_beside_an_object_is_opened_only_if_it_is_a_file(
    system: System, folder: DataFolder, refresh: Refresh
) -> None:
    refresh("GLD")
    beside = folder.root / ".meta" / "processed" / "GLD" / "latest.json"
    os.mkfifo(beside / "a.json")
    (beside / "b.json").mkdir()

    fresh = DataFolder(folder.root)

    assert repair.damaged_objects(fresh) == []
    assert refresh("GLD", "20261121T000000Z")["result"] == "ok"


@pytest.mark.parametrize("name", [b"\xff\xfe.json", b"a\nb.json", b"\x1b[2J", b"a\x01b", "a\u202eb".encode()])
def test_a_name_that_no_listing_can_carry_is_passed_over(
    system: System, folder: DataFolder, refresh: Refresh, name: bytes
) -> None:
    refresh("GLD")
    for place in (b"processed/", b"processed/GLD/", b"raw/", b"status/"):
        path = os.fsencode(folder.root) + b"/" + place + name
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))

    assert json.loads(get(system, "/api/etfs")["body"]) == ["GLD"]
    assert set(json.loads(get(system, "/api/status")["body"])) >= {"GLD"}
    assert repair.mend(system) == []
    assert len(folder.passed_over()) == 4


def test_folders_in_folders_without_end_are_passed_over(folder: DataFolder, system: System, refresh: Refresh) -> None:
    refresh("GLD")
    there = Path.cwd()
    os.chdir(folder.root / "raw")
    try:
        for _ in range(1500):  # more than Python's own walk goes down, and more than a path may have
            os.mkdir("abc")  # noqa: PTH102 - the whole path is too long for a Path
            os.chdir("abc")
    finally:
        os.chdir(there)
    try:
        assert "GLD" in system.sweep.symbols()
        assert repair.mend(system) == []
        assert any("too deep" in each.why for each in folder.passed_over())
    finally:
        remove_deep(folder.root / "raw", "abc", 1500)


def remove_deep(start: Path, name: str, count: int) -> None:
    """pytest's own clean-up would not come to its end."""
    there = Path.cwd()
    os.chdir(start)
    try:
        for _ in range(count):
            os.chdir(name)
        for _ in range(count):
            os.chdir("..")
            os.rmdir(name)  # noqa: PTH106
    finally:
        os.chdir(there)


def test_a_file_that_may_not_be_read_is_damaged_and_put_right(
    system: System, folder: DataFolder, refresh: Refresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a snapshot that another user keeps to himself
    refresh("GLD")
    refresh("QQQ")
    before = (folder.root / LATEST).read_bytes()
    closed = (folder.root / LATEST).stat().st_ino
    really_open = os.open

    def refuse(path: str | Path, *arguments: int, **options: int) -> int:
        if Path(path).exists() and Path(path).stat().st_ino == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return really_open(path, *arguments, **options)

    monkeypatch.setattr(os, "open", refuse)

    # Then it is not served, the other is
    with System(DataFolder(folder.root, read_only=True)) as reader:
        assert get(reader, "/api/etfs/QQQ")["statusCode"] == 503
        assert get(reader, "/api/etfs/GLD")["statusCode"] == 200
        assert repair.damaged_objects(reader.folder) == [LATEST]
    # And a writer moves it away, unread, and derives it again
    with System(DataFolder(folder.root)) as writer:
        (damage,) = repair.mend(writer)
        assert damage.key == LATEST
        assert (folder.root / LATEST).read_bytes() == before


def test_a_folder_that_may_not_be_read_is_told(
    folder: DataFolder, refresh: Refresh, monkeypatch: pytest.MonkeyPatch, system: System
) -> None:
    refresh("GLD")
    (folder.root / "processed" / "QQQ").mkdir()
    really_scan = os.scandir

    def refuse(path: str | Path) -> object:
        if Path(path).name == "QQQ":
            raise PermissionError(13, "Permission denied", str(path))
        return really_scan(path)

    monkeypatch.setattr(os, "scandir", refuse)

    assert json.loads(get(system, "/api/etfs")["body"]) == ["GLD"]
    (passed,) = folder.passed_over()
    assert passed.path.name == "QQQ"
    assert "Permission denied" in passed.why


def test_memory_does_not_grow_with_the_lake(system: System) -> None:
    body = os.urandom(20_000)
    sizes = []

    def write(first: int) -> None:
        for number in range(first, first + 40):
            key = f"raw/VTI/20260101T000000Z.holdings-{number}.js"
            system.lake.write(key, body, "text/javascript", {"a": "b"})
            system.lake.read(key)
        list(system.lake.keys("raw/"))

    write(0)
    tracemalloc.start()
    try:
        for round_ in range(1, 3):
            write(40 * round_)
            gc.collect()  # Rings that wait for the collector are not kept.
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    # What is kept of an object is that its bytes were compared with its checksum, and only of some thousands.
    assert (sizes[1] - sizes[0]) / 40 < 3_000
