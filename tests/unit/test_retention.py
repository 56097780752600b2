"""What becomes of old objects on this machine."""

import gzip
import os
from datetime import UTC, datetime, timedelta

import pytest

from local.disk import META, DataFolder
from local.retention import OLD, retain

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
PAGE, PART = "raw/VTI/20260101T223000Z.html", "raw/VTI/20260101T223000Z.holdings-1.js"
HEADERS = {"content-type": "text/html", "x-amz-meta-source": "schwab"}
BODY = b"<html>" + b"row " * 5_000


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    return DataFolder(tmp_path_factory.mktemp("data") / "live")


def put(folder: DataFolder, key: str, age: timedelta, body: bytes = BODY) -> None:
    folder.write(key, body, HEADERS)
    moment = (NOW - age).timestamp()
    os.utime(folder.root / key, (moment, moment))


def test_a_table_that_was_written_for_a_caller_goes_after_a_day(folder: DataFolder) -> None:
    put(folder, "exports/0a/holdings.csv", timedelta(hours=25))
    put(folder, "exports/0b/holdings.csv", timedelta(hours=23))

    retain(folder, NOW, compress=False)

    assert list(folder.keys("exports/")) == ["exports/0b/holdings.csv"]


def test_an_old_capture_is_compressed_and_reads_as_before(folder: DataFolder) -> None:
    put(folder, PAGE, OLD + timedelta(days=1))
    before = folder.read(PAGE)
    assert before is not None

    assert retain(folder, NOW, compress=True) == (0, 1)

    # A person can open it with any program that reads .gz
    packed = folder.root / f"{PAGE}.gz"
    assert gzip.decompress(packed.read_bytes()) == BODY
    assert packed.stat().st_size < len(BODY) / 10
    assert not (folder.root / PAGE).exists()
    # And whoever reads the object sees no difference
    for reader in (folder, DataFolder(folder.root, read_only=True)):
        after = reader.read(PAGE)
        assert after is not None
        assert after[1] == BODY
        for name in ("key", "size", "etag", "sha256_base64", "headers", "last_modified", "problem"):
            assert getattr(after[0], name) == getattr(before[0], name), name
        assert list(reader.keys("raw/")) == [PAGE]
        assert reader.glance(PAGE) == after[0]
    assert retain(folder, NOW, compress=True) == (0, 0)


def test_what_is_not_old_or_may_not_be_compressed_stays(folder: DataFolder) -> None:
    put(folder, PAGE, OLD - timedelta(days=1))
    put(folder, "processed/VTI/latest.json", OLD * 2)
    assert retain(folder, NOW, compress=True) == (0, 0)

    put(folder, PART, OLD * 2)
    assert retain(folder, NOW, compress=False) == (0, 0)
    assert (folder.root / PART).exists()


def test_old_rejected_pages_go(folder: DataFolder) -> None:
    put(folder, "rejected/NOPE/20260101T223000Z.html", OLD + timedelta(days=1))
    put(folder, "rejected/NOPE/20261101T223000Z.html", OLD - timedelta(days=1))

    assert retain(folder, NOW, compress=False) == (1, 0)

    assert list(folder.keys("rejected/")) == ["rejected/NOPE/20261101T223000Z.html"]


def test_a_stop_between_the_two_files_leaves_one_object(folder: DataFolder) -> None:
    put(folder, PAGE, OLD * 2)
    (folder.root / f"{PAGE}.gz").write_bytes(gzip.compress(BODY, mtime=0))

    assert list(folder.keys("raw/")) == [PAGE]
    assert retain(folder, NOW, compress=True) == (0, 1)
    assert list(folder.keys("raw/")) == [PAGE]
    assert not (folder.root / PAGE).exists()


@pytest.mark.parametrize("spoilt", [b"", b"\x1f\x8b", b"no gzip", gzip.compress(b"something else", mtime=0)])
def test_a_damaged_archive_is_a_damaged_object(folder: DataFolder, spoilt: bytes) -> None:
    put(folder, PAGE, OLD * 2)
    retain(folder, NOW, compress=True)
    (folder.root / f"{PAGE}.gz").write_bytes(spoilt)

    found = folder.find(PAGE)

    assert found is not None
    assert found.damaged
    assert retain(folder, NOW, compress=True) == (0, 0)


def test_a_damaged_capture_is_left_as_it_is(folder: DataFolder) -> None:
    put(folder, PAGE, OLD * 2)
    (folder.root / PAGE).write_bytes(b"x")
    moment = (NOW - OLD * 2).timestamp()
    os.utime(folder.root / PAGE, (moment, moment))

    assert retain(folder, NOW, compress=True) == (0, 0)
    assert (folder.root / PAGE).read_bytes() == b"x"


def test_a_capture_that_is_written_again_is_plain(folder: DataFolder) -> None:
    put(folder, PAGE, OLD * 2)
    retain(folder, NOW, compress=True)

    folder.write(PAGE, b"new", HEADERS)

    found = folder.read(PAGE)
    assert found is not None
    assert found[1] == b"new"
    assert [path.name for path in (folder.root / "raw" / "VTI").iterdir()] == ["20260101T223000Z.html"]


def test_a_removed_archive_takes_its_metadata_with_it(folder: DataFolder) -> None:
    put(folder, PAGE, OLD * 2)
    retain(folder, NOW, compress=True)

    folder.remove(PAGE)

    assert folder.find(PAGE) is None
    assert list((folder.root / META).rglob("*.json")) == []


def test_a_file_that_was_called_gz_from_the_start_is_its_own_object(folder: DataFolder) -> None:
    put(folder, "raw/VTI/notes.gz", timedelta(0), gzip.compress(b"mine", mtime=0))

    found = folder.read("raw/VTI/notes.gz")

    assert found is not None
    assert found[1] == gzip.compress(b"mine", mtime=0)
    assert list(folder.keys("raw/")) == ["raw/VTI/notes.gz"]
