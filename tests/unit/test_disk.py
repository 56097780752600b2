"""Objects as files: whatever happens to the machine or the files, one object is never taken for another."""

import base64
import hashlib
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_common.errors import UsageError
from local.disk import META, DataFolder

KEY = "raw/VTI/20261120T223000Z.html"
HEADERS = {"content-type": "text/html", "x-amz-meta-source": "schwab"}


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data" / "live")


def test_an_object_is_a_file_that_a_person_can_open(folder: DataFolder) -> None:
    written = folder.write(KEY, b"<html>", HEADERS)

    found = folder.find(KEY)
    assert found == written
    assert found.path.read_bytes() == (folder.root / KEY).read_bytes() == b"<html>"
    assert (found.key, found.size, dict(found.headers), found.damaged) == (KEY, 6, HEADERS, False)
    assert found.sha256_base64 == base64.b64encode(hashlib.sha256(b"<html>").digest()).decode()
    assert found.etag == hashlib.md5(b"<html>", usedforsecurity=False).hexdigest()
    assert found.last_modified.utcoffset() is not None


def test_only_objects_are_in_an_objects_folder(folder: DataFolder) -> None:
    folder.write(KEY, b"1", HEADERS)
    folder.write(KEY, b"22", HEADERS)

    assert sorted(path.name for path in (folder.root / KEY).parent.iterdir()) == ["20261120T223000Z.html"]
    assert sorted(path.name for path in folder.root.iterdir()) == [META, "raw"]
    assert len([path for path in (folder.root / META).rglob("*") if path.is_file()]) == 1


def test_the_last_write_counts(folder: DataFolder) -> None:
    folder.write(KEY, b"one", HEADERS)
    folder.write(KEY, b"two", {"content-type": "text/plain"})

    found = folder.find(KEY)
    assert found is not None
    assert (found.path.read_bytes(), dict(found.headers)) == (b"two", {"content-type": "text/plain"})


def test_the_same_bytes_with_other_headers_have_the_other_headers(folder: DataFolder) -> None:
    folder.write(KEY, b"one", HEADERS)
    folder.find(KEY)
    folder.write(KEY, b"one", {"content-type": "text/plain"})

    found = folder.find(KEY)
    assert found is not None
    assert dict(found.headers) == {"content-type": "text/plain"}


@given(bodies=st.lists(st.binary(max_size=40), min_size=1, max_size=4))
def test_whatever_is_written_last_is_read(tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes]) -> None:
    folder = DataFolder(tmp_path_factory.mktemp("data"))
    for body in bodies:
        folder.write(KEY, body, HEADERS)

    found = folder.find(KEY)
    assert found is not None
    assert (found.path.read_bytes(), found.damaged) == (bodies[-1], False)


def test_two_folders_on_one_root_see_each_others_writes(folder: DataFolder) -> None:
    other = DataFolder(folder.root, read_only=True)
    assert other.find(KEY) is None

    for body in (b"one", b"two", b"six"):
        etag = folder.write(KEY, body, HEADERS).etag
        found = other.find(KEY)
        assert found is not None
        assert (found.etag, found.path.read_bytes()) == (etag, body)

    folder.remove(KEY)
    assert other.find(KEY) is None


@pytest.mark.parametrize("bytes_now", [b"<xtml>", b"<html", b"", b"<html>more"])
def test_damage_is_seen(folder: DataFolder, bytes_now: bytes) -> None:
    whole = folder.write(KEY, b"<html>", HEADERS)
    (folder.root / KEY).write_bytes(bytes_now)

    found = folder.find(KEY)
    assert found is not None
    assert found.damaged
    assert found.sha256_base64 == whole.sha256_base64, "the checksum stays, so a reader who verifies it will see"
    assert DataFolder(folder.root).find(KEY) == found


def test_a_write_mends_damage(folder: DataFolder) -> None:
    folder.write(KEY, b"<html>", HEADERS)
    (folder.root / KEY).write_bytes(b"x")
    folder.find(KEY)

    assert not folder.write(KEY, b"<html>", HEADERS).damaged


def test_a_file_that_nothing_vouches_for_is_damaged(folder: DataFolder) -> None:
    foreign = folder.root / "raw" / "notes.txt"
    foreign.parent.mkdir()
    foreign.write_bytes(b"mine")

    found = folder.find("raw/notes.txt")
    assert found is not None
    assert found.damaged
    assert found.sha256_base64 != base64.b64encode(hashlib.sha256(b"mine").digest()).decode()
    assert foreign.read_bytes() == b"mine"


def copy_sidecars(source: DataFolder, target: DataFolder) -> None:
    shutil.copytree(source.root / META / KEY, target.root / META / KEY, dirs_exist_ok=True)


def test_a_crash_between_sidecar_and_object_leaves_the_old_object(folder: DataFolder, tmp_path: Path) -> None:
    folder.write(KEY, b"old", HEADERS)
    unfinished = DataFolder(tmp_path / "other")
    unfinished.write(KEY, b"new", {"content-type": "text/plain"})

    copy_sidecars(unfinished, folder)

    found = DataFolder(folder.root).find(KEY)
    assert found is not None
    assert (found.path.read_bytes(), dict(found.headers), found.damaged) == (b"old", HEADERS, False)


def test_the_headers_are_on_disk_before_the_object(folder: DataFolder) -> None:
    (folder.root / KEY).mkdir(parents=True)  # a folder in its place: the object's own rename fails

    with pytest.raises(OSError, match="directory"):
        folder.write(KEY, b"new", HEADERS)

    (sidecar,) = (folder.root / META / KEY).iterdir()
    assert json.loads(sidecar.read_text())["headers"] == HEADERS
    assert list((folder.root / "raw" / "VTI").iterdir()) == [folder.root / KEY], "no temporary file is left"


def test_a_crash_before_the_first_object_leaves_none(folder: DataFolder, tmp_path: Path) -> None:
    unfinished = DataFolder(tmp_path / "other")
    unfinished.write(KEY, b"new", HEADERS)

    copy_sidecars(unfinished, folder)

    assert folder.find(KEY) is None
    assert list(folder.keys()) == []
    assert folder.write(KEY, b"newer", HEADERS).size == 5


def test_a_crash_before_the_old_sidecar_is_swept_leaves_the_new_object(folder: DataFolder, tmp_path: Path) -> None:
    before = DataFolder(tmp_path / "other")
    before.write(KEY, b"old", HEADERS)
    folder.write(KEY, b"new", {"content-type": "text/plain"})

    copy_sidecars(before, folder)

    found = DataFolder(folder.root).find(KEY)
    assert found is not None
    assert (dict(found.headers), found.damaged) == ({"content-type": "text/plain"}, False)


@pytest.mark.parametrize("text", ["", "{", "\x00", "{}", "[]", "null"])
def test_an_object_whose_sidecar_cannot_be_read_is_damaged_and_can_be_written_anew(
    folder: DataFolder, text: str
) -> None:
    folder.write(KEY, b"one", HEADERS)
    (sidecar,) = (folder.root / META / KEY).iterdir()
    sidecar.write_text(text)

    found = DataFolder(folder.root).find(KEY)
    assert found is not None
    assert found.damaged
    assert not folder.write(KEY, b"one", HEADERS).damaged
    assert json.loads(sidecar.read_text())["headers"] == HEADERS


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/",
        "..",
        "../x",
        "raw/../../x",
        "raw/..",
        "/etc/passwd",
        "raw//x",
        "raw/./x",
        ".meta/x",
        "raw/.meta/x",
        "raw/x\x00",
        "raw\\..\\x",
        "raw/",
    ],
)
def test_a_key_cannot_leave_the_folder(folder: DataFolder, key: str) -> None:
    for act in (folder.find, folder.remove, lambda k: folder.write(k, b"x", {}), folder.set_aside):
        with pytest.raises(ValueError, match="not a key"):
            act(key)


def test_the_keys_below_a_prefix(folder: DataFolder) -> None:
    for key in ("raw/VTI/1.html", "raw/VTI/1.holdings-1.js", "raw/VT/1.html", "status/VTI.json"):
        folder.write(key, b"x", {})

    assert sorted(folder.keys("raw/VT/")) == ["raw/VT/1.html"]
    assert sorted(folder.keys("raw/VT")) == ["raw/VT/1.html", "raw/VTI/1.holdings-1.js", "raw/VTI/1.html"]
    assert sorted(folder.keys("st")) == ["status/VTI.json"]
    assert len(list(folder.keys())) == 4
    assert list(folder.keys("none/")) == []


def test_a_removed_object_is_gone_with_its_sidecar(folder: DataFolder) -> None:
    folder.write(KEY, b"x", HEADERS)

    folder.remove(KEY)
    folder.remove(KEY)

    assert folder.find(KEY) is None
    assert [path for path in folder.root.rglob("*") if path.is_file()] == []


def test_what_is_set_aside_keeps_its_bytes_and_leaves_the_lake(folder: DataFolder) -> None:
    folder.write(KEY, b"<html>", HEADERS)
    (folder.root / KEY).write_bytes(b"damaged")

    aside = folder.set_aside(KEY)

    assert aside.read_bytes() == b"damaged"
    assert folder.root / META in aside.parents
    assert (folder.find(KEY), list(folder.keys())) == (None, [])


def test_a_reader_makes_no_folder(tmp_path: Path) -> None:
    reader = DataFolder(tmp_path / "none", read_only=True)

    assert (reader.find(KEY), list(reader.keys())) == (None, [])
    assert not (tmp_path / "none").exists()


def test_a_root_that_is_no_folder_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(UsageError, match="--data-dir") as caught:
        DataFolder(tmp_path / "file")

    assert "\n" not in caught.value.message
