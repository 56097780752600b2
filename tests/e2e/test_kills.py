"""SIGKILL at random moments of a refresh: what is served afterwards is whole, of one capture, and never older.

Each test is the life of one data folder: kills upon kills without repair, so that what they leave behind adds up. The
portal's figures differ from day to day, and each command sees another day than the last: versions can be told apart,
and the portal itself goes back and forth. A SIGKILL leaves what the system holds in memory for the disk; only a power
cut would show that an fsync is missing.
"""

import hashlib
import json
import os
import re
import secrets
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from api.app import Handler, handler_of
from api.service import Api
from api.snapshots import CACHE_SECONDS
from etf_common.capture import read_capture
from etf_common.config import parse_config
from etf_common.lake import parse_raw_page_key, status_key
from etf_common.newest import Newest
from etf_common.runs import PATTERN
from etf_common.table_keys import NEWEST_KEY
from local.disk import DataFolder
from local.repair import damaged_objects
from local.system import System
from sample_portal.server import SamplePortal
from tables.building import missed
from tests.e2e.conftest import Command, Start
from tests.e2e.origin import assert_download_of_its_capture, assert_snapshot_of_its_capture, last_sessions
from tests.functional.conftest import get

KILLS_BETWEEN_REFRESHES = 10
LAYOUT = re.compile(
    rf"config/etl_config\.yaml|raw/(\w+)/{PATTERN}(\.html|\.holdings-\d+\.js)|processed/(\w+)/(latest|[\d-]+)\.json"
    r"|downloads/(\w+)\.(csv|xlsx)|status/(\w+)\.json"
    r"|tables/newest\.json|tables/newest/[a-z]+(-\d+)?-[0-9a-f]+\.(json|parquet)"
    r"|tables/(holdings|funds)/as_of=[\d-]+/(holdings|funds)\.parquet|tables/snapshots/as_of=[\d-]+\.json"
    r"|tables/history/(\w+)\.json|tables/changes/as_of=[\d-]+/(_changes\.json|changes\.parquet)"
)
Rank = tuple[str, str]


class Sessions:
    """The day that the portal shows: some of the last sessions, going forward on the whole."""

    def __init__(self, count: int) -> None:
        self._days = last_sessions(count)
        self._reached = 0
        self.shown = self._days[0]

    def any_around(self, chance: Random) -> None:
        self.shown = chance.choice(self._days[max(0, self._reached - 1) : self._reached + 2])

    def next(self) -> None:
        self._reached = min(self._reached + 1, len(self._days) - 1)
        self.shown = self._days[self._reached]


class Reader:
    """Reads the folder as its users do, and remembers how far each object had come."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.ranks: dict[str, Rank] = {}
        self.runs: dict[str, str] = {}
        """The last attempt of each symbol, as its status tells it."""
        self.attempts: dict[str, str] = {}
        """The same as the status object itself tells it: the tables can be behind it until the next start."""
        self._etags: dict[str, str] = {}
        self._in_tables: dict[str, Rank] = {}
        self._seen: set[tuple[str, Rank, str]] = set()
        """What was looked at and found right: object, rank and ETag."""
        self._seconds = 0.0
        # One that has run all the time, with its caches; its clock lets it look at the lake again every time.
        self._running = handler_of(Api(system.lake, clock=lambda: self._seconds))

    def look(self) -> None:
        assert damaged_objects(DataFolder(self.system.folder.root, read_only=True)) == []
        etags = dict(self.system.lake.entries(""))
        assert [key for key in etags if not LAYOUT.fullmatch(key)] == [], "what no write has finished is no object"
        assert sorted(self._etags.keys() - etags.keys()) == [], "objects are gone"
        new = {key for key, etag in etags.items() if self._etags.get(key) != etag}
        changed = new & self._etags.keys()
        assert [key for key in changed if key.endswith(".html")] == [], "captures have changed"
        for key in sorted(new):
            if page := parse_raw_page_key(key):
                read_capture(self.system.lake, *page)  # the page commits its parts, so they are there
        for key in etags:
            # A list that has not changed gives the same table, of a newer run all the same.
            if key.startswith("downloads/") or (key.startswith("processed/") and key in new):
                self._look_at(key)
        for key in sorted(new):
            if key.startswith("status/"):
                self.attempts[key] = json.loads(self.system.lake.read(key).body)["run"]
        self._look_at_tables(etags, new)
        self._etags = etags
        self._ask([key.split("/")[1] for key in etags if key.endswith("/latest.json")])

    def _look_at(self, key: str) -> None:
        stored = self.system.lake.read(key)  # compares the bytes with their SHA-256
        rank = stored.metadata["holdings-as-of"], stored.metadata["run"]
        if (key, rank, stored.etag) in self._seen:
            return
        assert rank >= self.ranks.get(key, rank), f"{key} went back"
        self.ranks[key] = rank
        self._seen.add((key, rank, stored.etag))
        if key.startswith("downloads/"):
            assert_download_of_its_capture(self.system.lake, key, rank[1], stored.body)
            return
        snapshot = assert_snapshot_of_its_capture(self.system.lake, stored.body)
        assert rank == (snapshot.holdings_as_of, run_of(snapshot.provenance.raw_key))

    def _look_at_tables(self, etags: dict[str, str], new: set[str]) -> None:
        """Every table is whole, the newest state names what is there, and neither goes back."""
        for key in sorted(key for key in new if key.endswith(".parquet")):
            with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
                Path(file.name).write_bytes(self.system.lake.read(key).body)
                (rows,) = duckdb.execute(f"select count(*) from read_parquet('{file.name}')").fetchone() or (0,)  # noqa: S608 - ours
            # A date has tables because it has a fund, which may have changed nothing; of the newest state, a part can
            # be empty while there are few.
            assert rows > 0 or key.startswith(("tables/newest/", "tables/changes/")), key
        if NEWEST_KEY not in etags:
            return
        newest = Newest.parse(self.system.lake.read(NEWEST_KEY).body)
        assert newest is not None
        assert sorted(set(newest.keys) - etags.keys()) == [], "the newest state names objects that are not there"
        for symbol, record in newest.funds.items():
            key = f"processed/{symbol}/latest.json"
            rank = record["metadata"]["holdings-as-of"], record["metadata"]["run"]
            assert self.ranks[key] >= rank >= self._in_tables.get(symbol, rank), f"the tables went back for {symbol}"
            self._in_tables[symbol] = rank

    def _ask(self, symbols: list[str]) -> None:
        self._seconds += CACHE_SECONDS + 1
        started = handler_of(Api(self.system.lake))
        # From the tables, once there are any: a kill can leave them behind the snapshots until the next start.
        listed = set(self._answer(started, "/api/etfs"))
        assert set(self._in_tables) <= listed <= set(symbols)
        assert self._in_tables or listed == set(symbols)
        for symbol in symbols:
            snapshot = self._answer(started, f"/api/etfs/{symbol}")
            as_of = snapshot["holdings_as_of"]
            rank = as_of, run_of(snapshot["provenance"]["raw_key"])
            assert rank == self.ranks[f"processed/{symbol}/latest.json"]
            # Both are written before latest.json: where a kill came between, they are ahead of it.
            assert self.ranks[f"processed/{symbol}/{as_of}.json"] >= rank
            assert self.ranks[f"downloads/{symbol}.csv"] >= rank
            assert self._answer(started, f"/api/etfs/{symbol}/holdings") == snapshot["holdings"]
            dates = {record["holdings_as_of"] for record in self._answer(started, f"/api/etfs/{symbol}/history")}
            assert {f"processed/{symbol}/{day}.json" for day in (*dates, "latest")} == {
                key for key in self.ranks if key.startswith(f"processed/{symbol}/")
            }
        for symbol, record in self._answer(started, "/api/status").items():
            run = (record["last_attempt"] or {}).get("run", "")
            assert run >= self.runs.get(symbol, ""), f"the status of {symbol} went back"
            self.runs[symbol] = run

    def _answer(self, started: Handler, path: str) -> Any:
        """What an API that has just started answers, and what one answers that has seen it all."""
        bodies = []
        for self.system.api in (started, self._running):  # noqa: B020 - the system asks whichever it has
            answer = get(self.system, path)
            assert answer["statusCode"] == 200, (path, answer["body"])
            if etag := answer["headers"].get("ETag"):
                md5 = hashlib.md5(answer["body"].encode(), usedforsecurity=False).hexdigest()
                assert etag == f'"{md5}"' or path.endswith("/holdings")
            bodies.append(answer["body"])
        assert bodies[0] == bodies[1]
        return json.loads(bodies[0])


def run_of(raw_key: str) -> str:
    page = parse_raw_page_key(raw_key)
    assert page is not None
    return page[1]


class Life:
    """One data folder, and what is done to it."""

    def __init__(self, start: Start, root: Path, config: str, seed: int, kills: int) -> None:
        self.chance, self.kills = Random(seed), kills
        self.symbols = parse_config(Path(config).read_bytes()).etf_symbols
        self._config = config
        self.sessions = Sessions(2 + -(-kills // KILLS_BETWEEN_REFRESHES))
        self._start, self._root = start, root
        self._span = {"start": 1.5, "first line": 1.5, "first capture": 0.7}
        """How many seconds before the end of a refresh each of these comes."""
        self.torn = self.unfinished = self.left_behind = 0

    def go_through(self, reader: Reader, portal_url: str) -> None:
        live = ["--source", "live", "--portal-url", portal_url, "--config", self._config]
        for number in range(1, self.kills + 1):
            command, said = self._killed(live)
            killed = int(time.time())
            print(f"kill {number}: {said}")
            before = dict(reader.attempts)
            reader.look()
            self._count(command, before, reader.attempts)
            self._pass_second(killed)
            if number % KILLS_BETWEEN_REFRESHES == 0 or number == self.kills:
                self._refresh(reader, live)

    def _killed(self, live: list[str]) -> tuple[Command, str]:
        """One of the two writing commands, killed while it starts or, most often, while it writes."""
        self.sessions.any_around(self.chance)
        name = self.chance.choice([["etl_pipeline.py"], ["etl_pipeline.py"], ["run.py", "--port", "0"]])
        captures = self._captures()
        command = self._start(*name, *live)
        since = self.chance.choice(["start", *["first line"] * 4, *["first capture"] * 5])
        if since != "start":
            command.says("live data from")
        if since == "first capture":
            self._await_capture(command, captures)
        seconds = self.chance.uniform(0, self._span[since])
        time.sleep(seconds)
        command.process.kill()
        command.ends()
        assert "Traceback" not in command.output
        assert "damaged" not in command.output
        return command, f"{name[0]}, {seconds:.3f} s after its {since}, portal at {self.sessions.shown}"

    def _captures(self) -> int:
        return sum(1 for _ in self._root.glob("raw/*/*.html"))

    def _await_capture(self, command: Command, before: int) -> None:
        while self._captures() == before and command.process.poll() is None:
            time.sleep(0.03)

    def _count(self, command: Command, before: dict[str, str], after: dict[str, str]) -> None:
        keys = [status_key(symbol) for symbol in self.symbols]
        moved = sum(after.get(key, "") > before.get(key, "") for key in keys)
        self.torn += 0 < moved < len(self.symbols)
        self.unfinished += any(self._root.rglob(".writing-*"))
        self.left_behind += command.output.count("left behind by the last stop")

    @staticmethod
    def _pass_second(second: int) -> None:
        """Run ids are whole seconds, and this is about two runs, not one that is tried again with other data."""
        while int(time.time()) == second:
            time.sleep(0.02)

    def _refresh(self, reader: Reader, live: list[str]) -> None:
        """One more refresh, left in peace: all funds are fresh, and all that belongs together fits."""
        self.sessions.next()
        before = {key: rank[1] for key, rank in reader.ranks.items()}
        captures = self._captures()
        command = self._start("etl_pipeline.py", *live)
        command.says("live data from")
        began = time.monotonic()
        self._await_capture(command, captures)
        captured = time.monotonic()
        command.says(r"symbol +rows of total")
        self._span["first line"], self._span["first capture"] = time.monotonic() - began, time.monotonic() - captured
        assert command.ends() == 0, command.output
        self.left_behind += command.output.count("left behind by the last stop")
        reader.look()
        assert reader.system.sweep.pending(datetime.now(UTC)) == [], "captures without snapshot"
        assert not missed(reader.system.lake), "the tables are behind"
        status = json.loads(get(reader.system, "/api/status")["body"])
        assert list(status) == list(self.symbols)
        for symbol, record in status.items():
            latest, attempt = f"processed/{symbol}/latest.json", record["last_attempt"]
            as_of, run = reader.ranks[latest]
            assert run > before.get(latest, "")
            assert (attempt["result"], attempt["run"], record["last_success"]["run"]) == ("ok", run, run)
            assert (
                reader.ranks[f"downloads/{symbol}.csv"]
                == reader.ranks[f"downloads/{symbol}.xlsx"]
                == reader.ranks[f"processed/{symbol}/{as_of}.json"]
                == (as_of, run)
            )
        assert list(self._root.rglob(".writing-*")) == [], "what kills left unfinished is cleared away"


def live(start: Start, tmp_path: Path, config: str, kills: int) -> Life:
    """The life of a folder with so many kills. FIRE_SEED in the environment repeats the choices of an earlier one."""
    seed = int(os.environ.get("FIRE_SEED") or secrets.randbelow(1_000_000))
    print(f"FIRE_SEED={seed}")
    root = tmp_path / "data" / "live"
    life = Life(start, root, config, seed, kills)
    with SamplePortal(today=lambda: life.sessions.shown) as portal, System(DataFolder(root, read_only=True)) as system:
        life.go_through(Reader(system), portal.url)
    print(
        f"{kills} kills: {life.torn} left some funds new and others old, {life.unfinished} an unfinished write, "
        f"{life.left_behind} captures without snapshot"
    )
    return life


@pytest.mark.timeout(400)
def test_a_folder_outlives_ten_kills(start: Start, three_funds: str, tmp_path: Path) -> None:
    live(start, tmp_path, three_funds, kills=10)


@pytest.mark.fire
@pytest.mark.timeout(600)
@pytest.mark.parametrize("life", range(4))
def test_a_folder_outlives_one_hundred_kills_in_four_lives(
    start: Start, three_funds: str, tmp_path: Path, life: int
) -> None:
    lived = live(start, tmp_path, three_funds, kills=25)

    # Kills that all come too early or too late would show nothing
    assert lived.torn + lived.left_behind > 0
