"""The local server over HTTP against a bare Flask route that reads and returns the same file."""

import http.client
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import stage
from benchmarks.measure import Figure

REQUESTS = 400
ROUNDS = 5
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
    """Median milliseconds of one request after another on one client, each server in a process of its own."""
    with stage.sample_portal() as portal:
        folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())  # noqa: S607
        command = ["etl_pipeline.py", "--source", "live", "--portal-url", portal, "--data-dir", str(folder), "VTI"]
        subprocess.run([sys.executable, *command], check=True, cwd=stage.ROOT, stdout=subprocess.DEVNULL)  # noqa: S603
    snapshot = folder / "live" / "processed" / "VTI" / "latest.json"
    ours = [sys.executable, "-u", "api_server.py", "--source", "live", "--port", "0", "--data-dir", str(folder)]
    flask = [sys.executable, "-c", _FLASK, str(snapshot)]
    size = snapshot.stat().st_size
    with _server(ours) as our_port, _server(flask) as flask_port:
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            for port, kept in zip((our_port, flask_port), times, strict=True):
                kept.extend(_requests(port, size))
    value, floor = (statistics.median(kept) * 1000 for kept in times)
    return [Figure("local server, p50 of a snapshot", value, floor, 1.0, unit="ms")]


@contextmanager
def _server(command: list[str]) -> Iterator[int]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=stage.ROOT) as process:  # noqa: S603
        assert process.stdout
        try:
            for line in process.stdout:
                if line.startswith("API on "):
                    yield urlsplit(line.split()[2].rstrip(",")).port or 0
                    break
        finally:
            process.terminate()


def _requests(port: int, size: int) -> list[float]:
    """The seconds of each request. Both servers get the same client: it keeps its connection if the server does."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    return [_timed(lambda: _request(connection, size)) for _ in range(REQUESTS)]


def _request(connection: http.client.HTTPConnection, size: int) -> None:
    connection.request("GET", "/api/etfs/VTI")
    answer = connection.getresponse()
    assert (answer.status, len(answer.read())) == (200, size)


def _timed(call: Callable[[], None]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
