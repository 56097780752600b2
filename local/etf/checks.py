"""What `etf doctor` looks at, one function for each subject. None of them raises, and none needs a network."""

import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Any

from local.etf.connection import connect
from local.etf.options import Where
from local.kept import holds, is_sample, kept_root
from local.start import OLDEST

PATIENCE_SECONDS = 3.0
_LITTLE_BYTES = 500 * 1024 * 1024
"""Some weeks of captures of the shipped config."""
_OFF = timedelta(minutes=5)
_LOCKED = re.compile(r"([A-Za-z0-9._-]{1,100})(?:\[[^\]]{1,100}\])?==([^ ;\\]{1,50})")
_DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{name}{number}" for name in ("COM", "LPT") for number in range(1, 10))}
"""Names that Windows keeps for devices: no folder can have one."""
_NAMED = 6


class State(StrEnum):
    """How a check ended; only a problem needs doing."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Check:
    """What was looked at, what was found, and what to do."""

    what: str
    state: State
    found: str
    todo: str = ""


@dataclass(frozen=True)
class Machine:
    """What is looked at."""

    data_dir: Path
    source: str
    config: Path
    port: int
    portal: str

    @property
    def root(self) -> Path:
        """The folder of the data that is shown."""
        return kept_root(self.data_dir, self.source)


def ok(what: str, found: str) -> Check:
    """Nothing to do."""
    return Check(what, State.OK, found)


def note(what: str, found: str, todo: str = "") -> Check:
    """Something to know."""
    return Check(what, State.NOTE, found, todo)


def problem(what: str, found: str, todo: str) -> Check:
    """Something to do."""
    return Check(what, State.PROBLEM, found, todo)


def python(lock: Path) -> Iterator[Check]:
    """The Python, and the installed packages against the lock file."""
    version = ".".join(map(str, sys.version_info[:3]))
    oldest = ".".join(map(str, OLDEST))
    is_new = sys.version_info[:2] >= OLDEST
    yield (ok("Python", version) if is_new else problem("Python", version, f"install Python {oldest} or newer"))
    try:
        text = lock.read_text("utf-8")
    except OSError:
        yield note("packages", "requirements/run.txt is not here, so nothing to compare with")
        return
    missing, other = _differences(text)
    install = f'"{sys.executable}" -m pip install --require-hashes -r requirements/run.txt'
    if missing:
        yield problem("packages", f"not installed: {_few(missing)}", f"`make run`, or {install}")
    elif other:
        yield note("packages", f"other versions than in the lock file: {_few(other)}", f"`make run`, or {install}")
    else:
        yield ok("packages", "as in requirements/run.txt")


def _differences(lock: str) -> tuple[list[str], list[str]]:
    """The packages of a lock file that are missing, and those with another version."""
    versions: dict[str, set[str]] = {}
    always = set()
    for line in lock.splitlines():
        if found := _LOCKED.match(line):
            versions.setdefault(found[1], set()).add(found[2])
            if " ; " not in line:  # others stand for some systems or Pythons only, and may be missing here
                always.add(found[1])
    missing, other = [], []
    for name, locked in versions.items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            missing += [name] if name in always else []
            continue
        if installed not in locked:
            other.append(f"{name} {installed} for {' or '.join(sorted(locked))}")
    return missing, other


def _few(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def config(machine: Machine) -> Iterator[Check]:
    """etl_config.yaml: readable, its symbols, and whom the SEC can write to."""
    from etf_common.config_file import ConfigFile  # noqa: PLC0415 - pydantic
    from etf_common.errors import UsageError  # noqa: PLC0415

    try:
        settings = ConfigFile(machine.config).read().config
    except UsageError as error:
        yield problem("config", error.message, "mend it; the message says where")
        return
    yield ok("config", f"{machine.config}: {len(settings.etf_symbols)} symbols")
    if os.name == "nt" and (bad := [each for each in settings.etf_symbols if each.partition(".")[0] in _DEVICES]):
        yield problem("config", f"Windows cannot have a folder called {_few(bad)}", "take them out of etl_config.yaml")
    if settings.contact:
        yield ok("contact", str(settings.contact))
    elif settings.filings == "none" or is_sample(machine.root):
        yield ok("contact", "none, and none is needed for what is shown")
    else:
        todo = "set `contact` in etl_config.yaml to your e-mail address"
        yield note("contact", "none, so no filings are fetched from the SEC", todo)


def folder(machine: Machine) -> Iterator[Check]:
    """The data folder: writable, who writes into it, and room for more."""
    from local.writer_lock import holder_now  # noqa: PLC0415

    there = next((each for each in (machine.root, *machine.root.absolute().parents) if each.exists()), Path.cwd())
    if machine.data_dir.exists() and not machine.data_dir.is_dir():
        yield problem("data folder", f"{machine.data_dir} is a file", "give another --data-dir")
    elif not os.access(there, os.W_OK):
        yield problem("data folder", f"{there} cannot be written", "change its owner, or give another --data-dir")
    else:
        yield ok("data folder", f"{machine.root.absolute()}{'' if machine.root.exists() else ', not there yet'}")
    for root in (machine.data_dir / "live", machine.data_dir / "sample"):
        is_held, holder = holder_now(root)
        if is_held:
            who = f"process {holder.pid} ({holder.command})" if holder else "another process"
            yield note("writer", f"{who} writes into {root}; refreshes are handed to it")
    free = shutil.disk_usage(there).free
    told = f"{free / 1e9:,.1f} GB free"
    yield ok("disk", told) if free >= _LITTLE_BYTES else problem("disk", told, "make room; a refresh needs 500 MB")


def data(machine: Machine) -> Iterator[Check]:
    """What is there, and how fresh."""
    if not holds(machine.root):
        yield problem("data", f"none in {machine.root}", "`etf refresh` fetches it, or `etf serve`")
        return
    yield note("data", "SAMPLE data, made up") if is_sample(machine.root) else ok("data", "live data")
    try:
        with connect(Where(data_dir=machine.data_dir, source=machine.source)) as client:
            status: dict[str, Any] = client.call("status").data
    except Exception as error:  # noqa: BLE001 - a doctor tells whatever it is
        yield problem("freshness", f"the status cannot be read: {error}", "`etl_pipeline.py --replay` mends data")
        return
    wanted = {symbol: row for symbol, row in status.items() if row.get("configured") or row.get("reference_for")}
    yield from _freshness(wanted)
    yield from _clock_of_data(wanted)
    is_built = (machine.root / "tables" / "newest.json").exists()
    yield ok("tables", "built") if is_built else problem("tables", "not built", "`etf refresh` builds them")


def _freshness(status: dict[str, Any]) -> Iterator[Check]:
    failed = [each for each, row in status.items() if (row.get("last_attempt") or {}).get("result") not in {"ok", None}]
    stale = [each for each, row in status.items() if row.get("stale")]
    partial = [each for each, row in status.items() if row.get("complete") is False]
    empty = [each for each, row in status.items() if row.get("holdings_as_of") is None]
    why = "`etf status` says why"
    if failed:
        yield problem("last refresh", f"failed: {_few(failed)}", f"{why}; `etf refresh {' '.join(failed[:_NAMED])}`")
    if stale:
        yield problem("freshness", f"stale: {_few(stale)}", f"{why}; `etf refresh`")
    if empty and not failed:
        yield problem("freshness", f"no data yet: {_few(empty)}", f"`etf refresh {' '.join(empty[:_NAMED])}`")
    if partial:
        yield note("lists", f"partial, so figures may be bounds: {_few(partial)}", "`max_holdings: all` asks for all")
    if not (failed or stale or empty):
        yield ok("freshness", f"{len(status)} funds are fresh")


def _clock_of_data(status: dict[str, Any]) -> Iterator[Check]:
    times = [row["fetched_at"] for row in status.values() if row.get("fetched_at")]
    newest = max(map(datetime.fromisoformat, times), default=None)
    if newest is not None and newest > datetime.now(UTC) + _OFF:
        todo = "set this machine's clock; freshness is judged by it"
        yield problem("clock", f"data was fetched at {newest:%Y-%m-%d %H:%M} UTC, which has not come yet", todo)


def portal(machine: Machine) -> Iterator[Check]:
    """Whether Schwab answers, and whether this machine's clock agrees with it."""
    import requests  # noqa: PLC0415

    from etf_common.settings import user_agent  # noqa: PLC0415

    headers = {"User-Agent": user_agent(os.environ)}
    try:
        with requests.get(
            machine.portal, timeout=PATIENCE_SECONDS, headers=headers, stream=True, allow_redirects=False
        ) as answer:
            date = answer.headers.get("Date", "")
    except requests.RequestException as error:
        told = f"{machine.portal} cannot be reached ({type(error).__name__})"
        yield note("Schwab", told, "check the network; what was fetched is still answered")
        return
    yield ok("Schwab", f"{machine.portal} answers")
    with suppress(ValueError, TypeError):
        theirs = parsedate_to_datetime(date)
        off = abs(datetime.now(UTC) - theirs)
        told = f"{off.total_seconds():.0f} s from Schwab's"
        yield ok("clock", told) if off <= _OFF else problem("clock", told, "set this machine's clock")


def server(machine: Machine) -> Iterator[Check]:
    """Who listens on the port, and whether the API is locked."""
    is_set = bool(os.environ.get("ETF_TOKEN"))
    with socket.socket() as probe:
        probe.settimeout(PATIENCE_SECONDS)
        is_taken = probe.connect_ex(("127.0.0.1", machine.port)) == 0
    if not is_taken:
        yield ok("port", f"{machine.port} is free; `etf serve` starts the API there")
        yield (
            ok("token", "ETF_TOKEN is set, so the API will be locked")
            if is_set
            else note("token", "ETF_TOKEN is not set, so the API will be open to every program on this machine")
        )
        return
    status = _asked(f"http://127.0.0.1:{machine.port}/api/health")
    if status != 200:
        yield problem("port", f"{machine.port} is taken by another program", "give another one with --port")
        return
    yield ok("port", f"our API answers on {machine.port}")
    is_locked = _asked(f"http://127.0.0.1:{machine.port}/api/etfs") == 401
    yield (
        ok("token", "the API is locked")
        if is_locked
        else note("token", "the API is open to every program on this machine", "start it with ETF_TOKEN set to lock it")
    )


def _asked(url: str) -> int | None:
    """The status of an answer, None without one. A proxy is not asked."""
    import requests  # noqa: PLC0415

    with requests.Session() as session, suppress(requests.RequestException):
        session.trust_env = False
        return session.get(url, timeout=PATIENCE_SECONDS, allow_redirects=False).status_code
    return None
