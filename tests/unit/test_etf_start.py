"""How the etf command starts: light, and with a word on what to do where packages or parts of POSIX are missing."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.etf.install import command_file, install

HEAVY = {"boto3", "botocore", "moto", "duckdb", "pydantic", "requests", "yaml", "lxml", "numpy", "api", "keyring"}
COMMANDS = ("run.py", "etl_pipeline.py", "api_server.py", "sql.py", "etf.py")


def python(*arguments: str, cwd: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, *arguments], check=False, cwd=cwd, capture_output=True, text=True, env={**kept, **environ}
    )


def test_help_loads_nothing_heavy(root: Path) -> None:
    script = (
        "import sys, json\n"
        "sys.path[:0] = ['functions', 'layers/common', 'client']\n"
        "from local.etf.app import command\n"
        "assert command(['--help']) == 0\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    found = python("-c", script, cwd=root)

    assert HEAVY.isdisjoint(json.loads(found.stdout.splitlines()[-1]))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_without_its_packages_says_what_to_run(root: Path, command: str) -> None:
    found = python("-S", command, cwd=root)  # -S: without the packages of the environment

    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.count("\n") == 1
    assert found.stderr.endswith(" is not installed; `make run` sets everything up and starts it\n")


def test_the_module_is_the_same_command(root: Path) -> None:
    found = python("-S", "-m", "local.etf", cwd=root)

    assert found.returncode == 2
    assert "typer is not installed" in found.stderr


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_the_installed_command_finds_python_and_the_project_from_anywhere(tmp_path: Path) -> None:
    fake = tmp_path / "a folder's python"
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    fake.chmod(0o755)
    scripts = tmp_path / "bin"
    scripts.mkdir()
    (scripts / "etf").symlink_to(tmp_path / "of-pip")  # whatever stood there goes

    path = install(scripts, str(fake), windows=False)

    told = subprocess.run([path, "show", "A B", "$HOME"], cwd="/", capture_output=True, text=True, check=True)  # noqa: S603 - ours
    start, *arguments = told.stdout.splitlines()
    assert Path(start).name == "etf.py"
    assert Path(start).is_file()
    assert arguments == ["show", "A B", "$HOME"]
    assert not path.is_symlink()


def test_on_windows_the_command_names_its_own_folder_and_no_code_page_can_break_it(tmp_path: Path) -> None:
    path, text = command_file(tmp_path / "Scripts", r"C:\Users\Jörg\etf\.venv\Scripts\python.exe", windows=True)

    assert path.name == "etf.cmd"
    assert text.startswith('@"%~dp0')
    assert text.endswith(" %*\r\n")


WITHOUT_POSIX = """
import os, signal, sys, types
for name in ("fcntl", "resource", "termios", "pwd", "grp", "tty", "pty", "readline", "syslog"):
    sys.modules[name] = None
for name in ("fork", "pwrite", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "set_blocking", "getuid", "mkfifo"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGHUP", "SIGKILL", "SIGPIPE"):
    delattr(signal, name)
sys.path[:0] = ["functions", "layers/common", "client"]
from pathlib import Path
from local.disk import DataFolder
from local.shutdown import ends_in_time
from local.writer_lock import FolderInUseError, WriterLock, holder_now
held = set()
def locking(handle, mode, count):
    assert (mode, count) == (2, 1)
    if os.fstat(handle).st_ino in held or os.lseek(handle, 0, os.SEEK_CUR) < 1 << 20:
        raise PermissionError(13, "locked")
    held.add(os.fstat(handle).st_ino)
sys.modules["msvcrt"] = types.SimpleNamespace(locking=locking, LK_NBLCK=2)
folder = DataFolder(Path(sys.argv[1]) / "live")
folder.write("raw/VTI/20261120T223000Z.html", b"1\\r\\n2\\n", {})
assert folder.read("raw/VTI/20261120T223000Z.html")[1] == b"1\\r\\n2\\n"
with ends_in_time(0), WriterLock(folder.root):
    try:
        WriterLock(folder.root).__enter__()
    except FolderInUseError as error:
        assert error.holder.pid == os.getpid()
        assert holder_now(folder.root)[1] == error.holder
        print("one writer")
"""


POSIX_ONLY = {"fcntl", "resource", "termios", "pwd", "grp", "tty", "pty", "readline", "syslog", "posix"}


def imported_at_once(module: ast.Module) -> Iterator[str]:
    """The modules that a module's first lines import, but for those in a `try` that bears their absence."""
    for node in module.body:
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_no_module_needs_a_part_of_python_that_windows_lacks(root: Path) -> None:
    folders = ("functions", "layers/common", "client", "local", "sample_portal", "sample_sec")
    files = [file for folder in folders for file in (root / folder).rglob("*.py")]
    found = {file.name: set(imported_at_once(ast.parse(file.read_text("utf-8")))) & POSIX_ONLY for file in files}

    assert len(files) > 200
    assert {name: modules for name, modules in found.items() if modules} == {}


def test_without_what_windows_lacks_objects_are_written_and_one_process_writes(root: Path, tmp_path: Path) -> None:
    found = python("-c", WITHOUT_POSIX, str(tmp_path), cwd=root)

    assert (found.stderr, found.stdout) == ("", "one writer\n")


def test_the_lock_file_has_what_only_windows_needs(root: Path) -> None:
    lock = (root / "requirements" / "run.txt").read_text("utf-8")

    for package in ("colorama", "pywin32-ctypes"):
        line = next(line for line in lock.splitlines() if line.startswith(f"{package}=="))
        assert "sys_platform == 'win32'" in line
    for posix_only in ("secretstorage", "jeepney"):
        assert "sys_platform == 'linux'" in next(line for line in lock.splitlines() if line.startswith(posix_only))
    assert any(line.startswith("tzdata==") and ";" not in line for line in lock.splitlines())
