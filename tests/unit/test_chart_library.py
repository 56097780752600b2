"""The chart library of the page is taken out of its wheel as it is, and compressed the same way every time."""

import gzip
import zipfile
from pathlib import Path

import pytest

from tools.chart_library import LibraryError, library_in, main

SCRIPT = b"/*\n* Licensed to the Apache Software Foundation (ASF)\n*/\n!function(){}();\n"
MEMBER = "panel/dist/bundled/echarts/echarts@6.0.0/dist/echarts.min.js"


def wheel(folder: Path, members: dict[str, bytes]) -> Path:
    path = folder / "panel-1.9.4-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as opened:
        for name, body in members.items():
            opened.writestr(name, body)
    return path


def test_the_library_is_written_as_it_is_and_the_same_every_time(tmp_path: Path) -> None:
    wheel(tmp_path, {MEMBER: SCRIPT, "panel/dist/bundled/echarts/echarts-gl@2.0.9/dist/echarts-gl.min.js": b"no"})
    first, second = tmp_path / "1.gz", tmp_path / "2.gz"

    assert (main([str(tmp_path), str(first)]), main([str(tmp_path), str(second)])) == (0, 0)
    assert gzip.decompress(first.read_bytes()) == SCRIPT
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    "members",
    [{}, {MEMBER: SCRIPT, MEMBER.replace("6.0.0", "5.5.0"): SCRIPT}, {MEMBER: b"!function(){}();"}],
    ids=["none", "two", "without its licence"],
)
def test_another_wheel_is_refused_and_nothing_is_written(
    tmp_path: Path, members: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(LibraryError):
        library_in(wheel(tmp_path, members))

    assert main([str(tmp_path), str(tmp_path / "1.gz")]) == 1
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "1.gz").exists()


def test_a_folder_without_the_wheel_is_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(tmp_path / "1.gz")]) == 1
    assert "0 wheels of panel: download one" in capsys.readouterr().err


def test_a_wheel_that_is_cut_off_is_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel(tmp_path, {}).write_bytes(b"PK")

    assert main([str(tmp_path), str(tmp_path / "1.gz")]) == 1
    assert capsys.readouterr().err.startswith("error: ")
