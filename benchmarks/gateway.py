"""The local server over HTTP against a bare Flask route that reads and returns the same file."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import fixtures
from benchmarks.client import Client
from benchmarks.measure import Figure

REQUESTS = 400
ROUNDS = 5
CLIENTS = 50
CROWD_SECONDS = 4.0
CROWD_ROUNDS = 3
_FLASK = """
import sys, logging
from flask import Flask, Response
logging.getLogger("werkzeug").setLevel(logging.ERROR)
app = Flask("floor")
@app.get("/api/etfs/VTI")
def snapshot():
    with open(sys.argv[1], "rb") as file:
        return Response(file.read(), mimetype="application/json")
from werkzeug.serving import make_server
server = make_server("127.0.0.1", 0, app, threaded=True)
print(f"API on http://127.0.0.1:{server.server_port}/api", flush=True)
server.serve_forever()
"""


def figures() -> list[Figure]:
    """One client that asks one thing after another, then fifty at once; each server in a process of its own."""
    with fixtures.sample_portal() as portal:
        folder = Path(tempfile.mkdtemp())
        command = ["etl_pipeline.py", "--source", "live", "--portal-url", portal, "--data-dir", str(folder), "VTI"]
        subprocess.run([sys.executable, *command], check=True, cwd=fixtures.ROOT, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    snapshot = folder / "live" / "processed" / "VTI" / "latest.json"
    ours = [sys.executable, "-u", "api_server.py", "--source", "live", "--port", "0", "--data-dir", str(folder)]
    flask = [sys.executable, "-c", _FLASK, str(snapshot)]
    size = snapshot.stat().st_size
    with server(ours) as our_port, server(flask) as flask_port:
        times: tuple[list[float], list[float]] = ([], [])
        crowds: tuple[list[float], list[float]] = ([], [])
        for round_ in range(ROUNDS):
            for port, alone, crowd in zip((our_port, flask_port), times, crowds, strict=True):
                alone.extend(_alone(port, size))
                if round_ < CROWD_ROUNDS:
                    crowd.extend(_crowd(port, size))
    value, floor = (statistics.median(kept) * 1000 for kept in times)
    return [Figure("local server, p50 of a snapshot", value, floor, 1.0, unit="ms"), *_under_load(*crowds)]


def _under_load(ours: list[float], flasks: list[float]) -> list[Figure]:
    named = f"local server, {CLIENTS} clients"
    p50, p50_floor = (statistics.median(kept) * 1000 for kept in (ours, flasks))
    p99, p99_floor = (statistics.quantiles(kept, n=100)[98] * 1000 for kept in (ours, flasks))
    rate, rate_floor = (len(kept) / CROWD_SECONDS / CROWD_ROUNDS for kept in (ours, flasks))
    return [
        Figure(f"{named}, p50", p50, p50_floor, 1.0, unit="ms"),
        Figure(f"{named}, p99", p99, p99_floor, 1.0, unit="ms"),
        Figure(f"{named}, throughput", rate, rate_floor, 1.0, unit="requests/s", is_rate=True),
    ]


@contextmanager
def server(command: list[str]) -> Iterator[int]:
    """A server as a process, which says its address; its port."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=fixtures.ROOT) as process:  # noqa: S603 - ours
        assert process.stdout
        try:
            for line in process.stdout:
                if line.startswith("API on "):
                    yield urlsplit(line.split()[2].rstrip(",")).port or 0
                    break
        finally:
            process.terminate()


def _alone(port: int, size: int) -> list[float]:
    """The seconds of each request of one client; both servers get the same."""
    with Client(port) as client:
        return [_request(client, size) for _ in range(REQUESTS)]


def _crowd(port: int, size: int) -> list[float]:
    """The seconds of each request that many clients make in a given time, each one after another."""
    deadline = time.monotonic() + CROWD_SECONDS

    def ask(_number: int) -> list[float]:
        times = []
        with Client(port) as client:
            while time.monotonic() < deadline:
                times.append(_request(client, size))
        return times

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [seconds for times in pool.map(ask, range(CLIENTS)) for seconds in times]


def _request(client: Client, size: int) -> float:
    answer = client.get("/api/etfs/VTI")
    assert (answer.status, len(answer.body)) == (200, size)
    return answer.seconds
