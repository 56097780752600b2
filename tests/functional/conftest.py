"""The whole local system over a temporary folder, with the sample portal as Schwab."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from filings.fetch.app import create
from filings.fetch.pace import Pace
from local.disk import DataFolder
from local.system import System
from sample_portal.server import SamplePortal
from tests.events import RUN, http_event, sqs_event
from tests.filing_server import FilingServer
from tests.functional.fetching import CONTACT, Fetch, ordinary_day
from tests.functional.fetching import RUN as FILINGS_RUN

TODAY = date(2026, 11, 20)
FILINGS_NOW = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)
Refresh = Callable[..., dict[str, Any]]


@pytest.fixture
def portal() -> Iterator[SamplePortal]:
    with SamplePortal(today=lambda: TODAY) as portal:
        yield portal


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "lake")


@pytest.fixture
def system(folder: DataFolder, portal: SamplePortal, funds_only: Path) -> Iterator[System]:
    with System(folder, portal.url) as system:
        system.put_config(funds_only)
        yield system


@pytest.fixture
def event(root: Path) -> Callable[[str], dict[str, Any]]:
    """The event of events/{name}.json."""

    def load(name: str) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((root / "events" / f"{name}.json").read_text())
        return loaded

    return load


@pytest.fixture
def refresh(system: System) -> Refresh:
    """Extract and transform one symbol; returns transform's answer, or extract's where there is no capture."""

    def run(symbol: str, run: str = RUN, max_holdings: int | str = "all") -> dict[str, Any]:
        answer = system.extract(sqs_event(symbol, run, max_holdings), None)
        return system.transform_capture(answer["key"]) if answer["key"] else answer

    return run


@pytest.fixture
def sec() -> Iterator[FilingServer]:
    """The SEC on an ordinary day."""
    with FilingServer() as sec:
        ordinary_day(sec)
        yield sec


@pytest.fixture
def waits() -> list[float]:
    """The pauses that `fetch` made."""
    return []


@pytest.fixture
def fetch(system: System, sec: FilingServer, waits: list[float]) -> Fetch:
    """Fetch one symbol by a handler that stays, as a warm Lambda does."""
    system.store_config(f"contact: {CONTACT}".encode())
    environ = {**system.environ, "SEC_URL": sec.url, "SEC_DATA_URL": sec.url}
    ticks = iter(range(10**9))
    pace = Pace(0.0, clock=lambda: 0.0, sleep=waits.append)
    handler = create(environ, pace=pace, now=lambda: FILINGS_NOW, sleep=waits.append, clock=lambda: next(ticks) / 1000)

    def run(symbol: str = "VTI", run: str = FILINGS_RUN, context: object = None, **more: object) -> dict[str, Any]:
        body = json.dumps({"symbol": symbol, "run": run, **more})
        return handler({"Records": [{"messageId": "1", "body": body}]}, context)

    return run


def get(
    system: System, path: str, headers: dict[str, str] | None = None, query: dict[str, str] | None = None
) -> dict[str, Any]:
    """The API's answer to a GET."""
    return system.api(http_event(path, query=query, headers=headers), None)


def snapshot(system: System, symbol: str) -> dict[str, Any]:
    """The newest snapshot, as it stands in the lake (the API may be some seconds behind)."""
    found: dict[str, Any] = json.loads(system.lake.read(f"processed/{symbol}/latest.json").body)
    return found


def status(system: System, symbol: str) -> dict[str, Any]:
    """The symbol's status, as served."""
    found: dict[str, Any] = json.loads(get(system, "/api/status")["body"])[symbol]
    return found
