"""One writer per data folder."""

import os
from pathlib import Path

import pytest

from etf_common.errors import UsageError
from local.disk import META, DataFolder
from local.writer_lock import WriterLock


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return DataFolder(tmp_path / "live").root


def test_a_second_writer_says_who_holds_the_folder(root: Path) -> None:
    with WriterLock(root), pytest.raises(UsageError) as caught:
        WriterLock(root).__enter__()

    assert str(root) in caught.value.message
    assert str(os.getpid()) in caught.value.message
    assert "--data-dir" in caught.value.message
    assert "\n" not in caught.value.message


def test_a_refused_writer_leaves_the_holder_s_name(root: Path) -> None:
    with WriterLock(root):
        messages = []
        for _ in range(2):
            with pytest.raises(UsageError) as caught:
                WriterLock(root).__enter__()
            messages.append(caught.value.message)

    assert messages[0] == messages[1]


def test_the_folder_is_free_when_the_writer_ends(root: Path) -> None:
    for _ in range(2):
        with WriterLock(root), pytest.raises(UsageError):
            WriterLock(root).__enter__()


def test_what_an_earlier_writer_left_in_the_lock_makes_no_difference(root: Path) -> None:
    (root / META / "writer.lock").write_text('{"pid": 1, "command": "an earlier writer with many arguments"}')

    with WriterLock(root), pytest.raises(UsageError, match=f"process {os.getpid()}"):
        WriterLock(root).__enter__()


def test_other_folders_are_free(root: Path, tmp_path: Path) -> None:
    other = DataFolder(tmp_path / "sample").root

    with WriterLock(root), WriterLock(other), pytest.raises(UsageError):
        WriterLock(other).__enter__()


def test_the_lock_is_no_object_of_the_lake(root: Path) -> None:
    with WriterLock(root):
        assert list(DataFolder(root).keys()) == []
