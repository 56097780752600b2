"""docs/reliability.md and the tests say the same: what a row names is there, and no fault's test goes unnamed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from etf_common.errors import PortalRefusedError
from tests.portal_faults import LASTING, Lasting

pytestmark = pytest.mark.timeout(300)  # the collection waits its turn among the other tests' processes

FAULT_FILES = (
    *(
        f"tests/functional/test_{name}.py"
        for name in (
            "faults",
            "filings_faults",
            "machinery",
            "names",
            "logs",
            "memory",
            "defects",
            "clocks",
            "slow_callers",
            "strange_folder",
            "table_builds",
            "table_kills",
            "table_redrive",
            "local_tables",
            "alerts",
            "local_alerts",
        )
    ),
    *(f"tests/functional/hostile/test_{name}.py" for name in ("contract_fuzz", "events", "wire")),
    *(f"tests/e2e/test_{name}.py" for name in ("kills", "load", "table_kills")),
    "tests/unit/test_capture.py",
)
"""Those of which every test has its row. The table may name tests of other files too."""


@pytest.fixture(scope="module")
def named(root: Path) -> list[str]:
    """The tests that the tables name: a function, or one case of it in brackets."""
    rows = [line for line in (root / "docs" / "reliability.md").read_text().splitlines() if line.startswith("|")]
    return [match[1] for row in rows if (match := re.search(r"\| `(tests/[^`]+)` \|$", row))]


@pytest.fixture(scope="module")
def there(root: Path, named: list[str], collected: list[str]) -> list[str]:
    """The tests that pytest finds in the fault files and in the files that the tables name, long runs included."""
    files = {*FAULT_FILES, *(name.partition("::")[0] for name in named)}
    known = [test for test in collected if test.partition("::")[0] in files]
    unknown = sorted(files - {test.partition("::")[0] for test in known})
    if not unknown:
        return known
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-o",
        "addopts=",
        "-q",
        "-p",
        "no:cacheprovider",
        *unknown,
    ]
    found = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=290, check=False)  # noqa: S603 - ours
    assert found.returncode == 0, found.stdout + found.stderr
    return [*known, *(line for line in found.stdout.splitlines() if "::" in line)]


def covers(name: str, test: str) -> bool:
    return test == name or test.startswith(f"{name}[")


def test_every_test_that_a_row_names_is_there(named: list[str], there: list[str]) -> None:
    assert named
    assert [name for name in named if not any(covers(name, test) for test in there)] == []


def test_every_test_of_a_fault_has_a_row(named: list[str], there: list[str]) -> None:
    tests = [test for test in there if test.startswith(FAULT_FILES)]
    assert {test.partition("::")[0] for test in tests} == set(FAULT_FILES)
    assert [test for test in tests if not any(covers(name, test) for name in named)] == []


def test_a_rows_words_are_what_its_test_sees(root: Path) -> None:
    text = (root / "docs" / "reliability.md").read_text()
    for name, case in LASTING.items():
        (said,) = re.findall(
            rf"^\| {re.escape(name)} \| (.*) \| `.*::test_a_lasting_fault.*\[{re.escape(name)}\]` \|$",
            text,
            re.MULTILINE,
        )
        assert said == in_words(case), name


def in_words(case: Lasting) -> str:
    """How the attempt ends, and who comes back."""
    if case.ends is PortalRefusedError:
        return f"`{case.code}`; the queue; the page is kept in `rejected/`"
    if case.ends == "kept_back":
        return f"`{case.code}`: the page's rows alone take no list's place; the next refresh"
    return f"`{case.code}`; {'not tried again' if case.ends == 'failed' else 'the queue'}"


def test_no_row_appears_twice_and_every_row_of_a_fault_names_a_test(root: Path, named: list[str]) -> None:
    assert sorted(named) == sorted(set(named))
    tables = re.split(r"\n\n", (root / "docs" / "reliability.md").read_text())
    rows = [row for table in tables if table.startswith("| fault") for row in table.strip().splitlines()[2:]]
    assert len(rows) == len(named)
