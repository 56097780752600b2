"""The digest of what the tables are made with: of bytes and names, not of where they are."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from etf_common.code_digest import digest_of
from etf_common.table_code import MAKERS, table_code

OTHERS = {"collector", "config", "dated_changes", "errors", "freshness", "handlers", "metrics", "table_changes"}
"""What `tables` takes of etf_common that no row depends on: costs are taken from the config at every build, and what
changed between two dates stands beside the rows."""
ALERTS = {"runs", "settings"}
"""What only the alerts need."""


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """The digest of a package of one module and one table, in a folder of this name."""

    def made(folder: str) -> str:
        package = tmp_path / folder / "made_up_maker"
        monkeypatch.syspath_prepend(str(package.parent))
        return digest_of(["made_up_maker"])

    return made


def package(folder: Path, **files: str) -> None:
    for name, text in {"__init__.py": "", "names.csv": "FB,META\n", **files}.items():
        path = folder / "made_up_maker" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_it_follows_the_bytes_wherever_they_are(tmp_path: Path, digest: Callable[[str], str]) -> None:
    package(tmp_path / "one")
    package(tmp_path / "two", **{"__pycache__/a.py": "x", "a.pyc": "x", "notes.md": "x"})
    package(tmp_path / "other_table", **{"names.csv": "FB,METB\n"})
    package(tmp_path / "other_name", **{"more/names.csv": "FB,META\n"})

    assert digest("one") == digest("two")
    assert len({digest("one"), digest("other_table"), digest("other_name")}) == 3


def test_it_is_of_what_the_rows_depend_on(root: Path) -> None:
    text = "\n".join(path.read_text() for path in (root / "functions" / "tables").glob("*.py"))
    used = set(re.findall(r"^\s*from etf_common\.(\w+) import", text, re.MULTILINE))
    told = {name.removeprefix("etf_common.") for name in MAKERS if name.startswith("etf_common.")}
    # table_code itself says which code it was, and changes nothing that it made
    assert used - OTHERS - ALERTS - {"table_code"} == told
    assert {"etf_analytics", "tables"} < set(MAKERS)


def test_it_is_read_without_loading_what_it_is_of() -> None:
    script = (
        "import sys\n"
        "from etf_common.table_code import table_code\n"
        "print(table_code(), *[name for name in ('duckdb', 'tables', 'etf_analytics') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert told.stdout.split() == [table_code()]
