"""What all tests share."""

import logging
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from local.system import use_local_credentials

# Before any client is made: no test may reach for somebody's AWS account.
use_local_credentials(os.environ)
# What Hypothesis keeps between runs (nothing but tables, here) does not belong into the project's folder.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir()) / "etf-pipeline-hypothesis"))

TOGETHER = (
    "tests/browser/",  # one Chromium: several starve each other of frames
    *(f"tests/functional/test_{name}.py" for name in ("client", "dated_answers", "limits", "two_dates_api")),
)
"""The tests of each of these share a process: what they begin with takes longer than they do."""
FILES_TOGETHER = "tests/unit/"
"""So do the tests of each file there: they ask much of few made-up lakes."""
APART = ("tests/unit/test_analytics_bounds.py",)
"""But for these files, of which a single test takes as long as other files."""

COLLECTED = pytest.StashKey[list[str]]()
"""The ids of all tests, where pytest was asked for all of them."""


class _Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Each test goes where there is room, but for those that share a process.

    By their ids: pytest-xdist's own groups are lost on the way with pytest 9.2, which keeps ids in another form.
    """

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """Number the tests that have one id, as those that are made of the contract: only one of them would be run."""
        seen: Counter[str] = Counter()
        numbered = []
        for nodeid in collection:
            numbered.append(f"{nodeid} {seen[nodeid]}" if seen[nodeid] else nodeid)
            seen[nodeid] += 1
        super().add_node_collection(node, numbered)

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(FILES_TOGETHER) and not nodeid.startswith(APART):
            return nodeid.partition("::")[0]
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


@pytest.fixture(scope="session", autouse=True)
def no_power_cut() -> Iterator[None]:
    """What is written need not reach the disk in the tests' own processes: it outlives those, but no power cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


def _loggers() -> dict[str, object]:
    ours = {name: logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith("etf")}
    return {
        name: (log.level, log.disabled, log.propagate, *log.handlers, *log.filters)
        for name, log in ours.items()
        if (log.level, log.disabled, log.propagate, log.handlers, log.filters) != (0, False, True, [], [])
    }


@pytest.fixture(autouse=True)
def loggers_as_they_were() -> Iterator[None]:
    """What a test logs differently ends with it: a logger that keeps quiet hides what later tests look for."""
    before = _loggers()
    yield
    assert _loggers() == before


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Let `make fire` read only the files that have long runs: to collect all others takes a minute."""
    if config.getoption("markexpr") != "fire" or not collection_path.match("test_*.py"):
        return None
    return "mark.fire" not in collection_path.read_text("utf-8") or None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the ids of all tests, before any are deselected; and begin with the longest of the long runs."""
    asked_for = {(config.invocation_params.dir / argument).resolve() for argument in config.args}
    if asked_for == {Path(__file__).parent} and not config.getoption("lf", default=False):
        config.stash[COLLECTED] = [item.nodeid for item in items]
    # So that none is left alone at the end. Those of no time limit of their own are short.
    items.sort(key=lambda item: -_patience(item) if item.get_closest_marker("fire") else 0.0)


def _patience(item: pytest.Item) -> float:
    """The seconds that a test may take, where it says so."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """How `pytest -n 3` spreads the tests."""
    return _Scheduling(config, log)


@pytest.fixture(scope="session")
def collected(pytestconfig: pytest.Config) -> list[str]:
    """The ids of all tests, long runs included; none where pytest was asked for some of them only."""
    return pytestconfig.stash.get(COLLECTED, [])


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root folder."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def funds_only(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped config without `factors`, so that a refresh fetches the configured funds and no references."""
    path = tmp_path_factory.mktemp("config") / "etl_config.yaml"
    lines = (root / "etl_config.yaml").read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("factors:")))
    return path


@pytest.fixture(scope="session")
def real_folder(root: Path) -> Path:
    """Real pages and tables, which are not part of the project; skips where they are absent."""
    folder = root.parent / "shared" / "real"
    if not folder.is_dir():
        pytest.skip("the folder with real pages is not here")
    return folder
