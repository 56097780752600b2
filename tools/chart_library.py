"""`python -m tools.chart_library WHEELS FILE`: the chart library of the page, from its wheel, compressed.

Panel's wheel carries Apache ECharts as its makers publish it. Nothing else of the wheel is used, and nothing of it is
installed.
"""

import gzip
import os
import re
import sys
import tempfile
import zipfile
from pathlib import Path

_MEMBER = re.compile(r"panel/dist/bundled/echarts/echarts@[0-9.]+/dist/echarts\.min\.js")
_LICENCE = b"Licensed to the Apache Software Foundation"


class LibraryError(ValueError):
    """The wheel does not carry the library where it should."""


def library_in(wheel: Path) -> bytes:
    """The script in a wheel. Raises LibraryError."""
    with zipfile.ZipFile(wheel) as opened:
        members = [name for name in opened.namelist() if _MEMBER.fullmatch(name)]
        if len(members) != 1:
            raise LibraryError(f"{wheel.name} has {len(members)} files like echarts.min.js: look for its new place")
        script = opened.read(members[0])
    if _LICENCE not in script[:1000]:
        raise LibraryError(f"{members[0]} does not begin with its licence")
    return script


def write(script: bytes, target: Path) -> None:
    """Write the script in gzip, the same bytes every time, whole or not at all."""
    zipped = gzip.compress(script, 9, mtime=0)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        file.write(zipped)
    os.chmod(file.name, 0o644)  # noqa: PTH101 - a temporary file is private, and the layer is read by another user
    os.replace(file.name, target)  # noqa: PTH105 - the name is a text


def _only_wheel(folder: Path) -> Path:
    wheels = list(folder.glob("panel-*.whl"))
    if len(wheels) != 1:
        raise LibraryError(f"{folder} has {len(wheels)} wheels of panel: download one into an empty folder")
    return wheels[0]


def main(arguments: list[str]) -> int:
    """Write the library in the only wheel of a folder to a file; returns the exit code."""
    folder, target = map(Path, arguments)
    try:
        write(library_in(_only_wheel(folder)), target)
    except (LibraryError, zipfile.BadZipFile, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
