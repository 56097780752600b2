"""The heaviest things that the portal can send cost no more memory than the functions have, and end told."""

import functools
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from extract.portal import MODULE_PATH
from tests.functional import heaviest

SECONDS = 150
"""For all of them together, many times what they take."""


def cost(root: Path, *arguments: str) -> tuple[dict[str, str], float]:
    """(what became of each, peak memory in MB) of a process of its own."""
    command = [sys.executable, "-m", "tests.functional.heaviest", *arguments]
    output = subprocess.check_output(command, cwd=root, timeout=SECONDS)  # noqa: S603 - ours
    results, megabytes = json.loads(output.splitlines()[-1])
    return results, megabytes


def memory_size(root: Path, function: str) -> int:
    """The function's MemorySize in the template, in MB."""

    class Loader(yaml.SafeLoader):
        """CloudFormation's own tags do not matter here."""

    Loader.add_multi_constructor("!", lambda *_: None)
    template: Any = yaml.load((root / "template.yaml").read_text(), Loader)  # noqa: S506 - our own file, a safe loader
    size = template["Resources"][function]["Properties"]["MemorySize"]
    assert isinstance(size, int)
    return size


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: dict[str, int]

    def do_GET(self) -> None:
        self._send(heaviest.page())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        case = self.path.split("/")[1]
        assert MODULE_PATH in self.path
        self.asked[case] = number = self.asked.get(case, -1) + 1
        self._send(_answer(case, number))

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        if body[:2] == b"\x1f\x8b":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the caller has seen enough

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@functools.lru_cache(maxsize=4)
def _answer(case: str, number: int) -> bytes:
    return list(heaviest.PORTALS.values())[int(case)](number)


@pytest.fixture
def portal() -> Iterator[str]:
    """A portal that answers with `heaviest.PORTALS[n]` below `/n`."""
    handler = type("Handler", (_Handler,), {"asked": {}})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def transformed(root: Path) -> tuple[dict[str, str], float]:
    return cost(root)


def test_whatever_a_capture_holds_transform_stays_below_its_memory(
    root: Path, transformed: tuple[dict[str, str], float]
) -> None:
    results, megabytes = transformed

    assert megabytes < min(memory_size(root, "Transform"), memory_size(root, "Sweep"))
    read = {name for name, result in results.items() if not result.startswith("layout_changed: ")}
    assert read == {
        "answer: as many rows as pass",
        "page: as many rows as pass",
        "list: as many rows as pass, with long names",
    }
    assert all(len(result) < 400 for result in results.values())


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("answer: 64 MB of empty arrays", "8,388,608"),
        ("answer: arrays inside arrays", "more than 100"),
        ("page: 6 MB of paragraphs", "60,000 are read"),
        ("page: attributes of one tag", "1,000 attributes"),
        ("page: quoted attributes", "1,000 attributes"),
        ("page: a date of 8 MB", "gHoldingsAsOfDate"),
        ("list: more bytes than pass", "67,108,864 are read"),
        ("list: more rows than pass", "40,000 rows"),
    ],
)
def test_an_error_names_the_limit(transformed: tuple[dict[str, str], float], name: str, limit: str) -> None:
    assert limit in transformed[0][name]


def test_whatever_the_portal_sends_extract_stays_below_its_memory(root: Path, portal: str) -> None:
    results, megabytes = cost(root, portal)

    assert megabytes < memory_size(root, "Extract")
    limited = {name for name, result in results.items() if result.startswith("capture_limit: ")}
    assert limited >= {
        *("64 MB of empty arrays", "arrays inside arrays", "a bomb of gzip", "a bomb of gzip, larger"),
        *("a list without end, of large answers", "a list without end, of many rows"),
    }
    assert "150 times" in results["a bomb of gzip"]
    assert "64 MB" in results["a list without end, of large answers"]
    assert "40,000" in results["a list without end, of many rows"]
