"""How a command starts: its code is imported without the collector, which runs again once the command does."""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.start import start

_COMMANDS = """
import gc
while_importing = gc.isenabled()
def command(arguments):
    return 4 * while_importing + 2 * gc.isenabled() + (gc.get_freeze_count() > 0)
"""


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a module with one command, not imported yet."""
    (tmp_path / "some_commands.py").write_text(_COMMANDS)
    monkeypatch.syspath_prepend(tmp_path)
    assert gc.get_freeze_count() == 0
    yield "some_commands"
    sys.modules.pop("some_commands", None)
    gc.unfreeze()


def test_a_start_looks_for_garbage_only_among_what_the_command_makes(commands: str) -> None:
    assert start("command", commands) == 2 + 1


def test_a_start_that_misses_a_package_leaves_the_collector_running() -> None:
    assert start("command", "no_such_package") == 2
    assert gc.isenabled()
