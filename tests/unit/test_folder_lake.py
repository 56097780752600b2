"""The lake read straight from a data folder answers as S3 would."""

from pathlib import Path

import pytest

from etf_common.errors import DamagedObjectError, PipelineError
from etf_common.lake import NotModifiedError, ObjectNotFoundError, ObjectTooLargeError
from local.disk import DataFolder
from local.folder_lake import FolderLake

KEY = "processed/VTI/latest.json"


@pytest.fixture
def lake(tmp_path: Path) -> FolderLake:
    folder = DataFolder(tmp_path / "live")
    folder.write(KEY, b"abcdef", {"content-type": "application/json", "x-amz-meta-source": "schwab"})
    folder.write("processed/VOO/latest.json", b"{}", {})
    folder.write("processed/index.json", b"", {})
    return FolderLake(folder.root)


def test_an_object_has_its_bytes_its_quoted_etag_and_its_own_metadata(lake: FolderLake) -> None:
    found = lake.read(KEY)

    assert found.body == b"abcdef"
    assert found.etag == '"e80b5017098950fc58aad83c8c14978e"'
    assert dict(found.metadata) == {"source": "schwab"}
    assert found.answered_at is not None
    assert (lake.head(KEY).etag, lake.head(KEY).body) == (found.etag, b"")
    assert lake.beginning(KEY, 3).body == b"abc"


def test_what_the_caller_knows_or_cannot_take_is_not_read(lake: FolderLake) -> None:
    with pytest.raises(NotModifiedError):
        lake.read(KEY, unless_etag=lake.head(KEY).etag)
    with pytest.raises(ObjectTooLargeError, match="at most 5"):
        lake.read(KEY, most_bytes=5)


def test_a_missing_object_is_none_or_an_error(lake: FolderLake) -> None:
    assert lake.read_if_there("processed/QQQ/latest.json") is None
    assert lake.head_if_there("processed/QQQ/latest.json") is None
    for read in (lake.read, lake.head, lambda key: lake.beginning(key, 1)):
        with pytest.raises(ObjectNotFoundError):
            read("processed/QQQ/latest.json")


def test_bytes_that_do_not_match_their_checksum_are_damaged(lake: FolderLake, tmp_path: Path) -> None:
    (tmp_path / "live" / KEY).write_bytes(b"abcdeX")

    with pytest.raises(DamagedObjectError):
        lake.read(KEY)
    with pytest.raises(DamagedObjectError):
        lake.beginning("processed/index.json", 1)


def test_listings_are_sorted_and_fold_what_lies_deeper(lake: FolderLake) -> None:
    assert lake.folders("processed/") == ["VOO", "VTI"]
    assert list(lake.keys("processed/V")) == ["processed/VOO/latest.json", KEY]
    assert list(lake.keys("processed/", after="processed/VOO/latest.json")) == [KEY, "processed/index.json"]
    assert dict(lake.entries("processed/"))[KEY] == lake.head(KEY).etag
    assert {entry.key: entry.size for entry in lake.listed("processed/")}[KEY] == len(lake.read(KEY).body)


def test_nothing_is_ever_written(lake: FolderLake, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(PipelineError, match="only reads"):
        lake.write(KEY, b"new", "text/plain")
    with pytest.raises(PipelineError, match="only reads"):
        lake.replace(KEY, b"new", "text/plain", {}, known=None)
    with pytest.raises(PipelineError, match="only reads"):
        lake.delete(KEY)
    assert lake.read(KEY).body == b"abcdef"
    assert sorted(tmp_path.rglob("*")) == before
