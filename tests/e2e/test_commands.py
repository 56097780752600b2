"""run.py, etl_pipeline.py and api_server.py as processes, over real HTTP."""

import json
import re
import shlex
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import requests

from etf_common.config import DEFAULT_SYMBOLS
from sample_portal.options import Fault, Kind
from sample_portal.server import SamplePortal
from tests.e2e.conftest import Command, Start

NOBODY = "http://127.0.0.1:9"


@pytest.mark.timeout(500)  # lists, older dates and filings of all sample funds, one behind the other
def test_run_serves_all_that_the_documents_say_and_ends_cleanly(start: Start, root: Path, tmp_path: Path) -> None:
    # When the whole system starts with the shipped config where Schwab cannot be reached
    command = start("run.py", "--port", "0", "--portal-url", NOBODY, "--config", str(root / "etl_config.yaml"))
    command.says("next refresh: ")

    # Then it says so loudly, and serves sample data over HTTP
    assert "CANNOT BE REACHED" in command.output
    assert "SAMPLE DATA" in command.output
    assert command.get("/api/etfs") == list(DEFAULT_SYMBOLS)
    vti = requests.get(f"{command.api}/api/etfs/vti", timeout=20)
    assert vti.headers["X-Data-Source"] == "sample"
    assert vti.json()["name"].startswith("SAMPLE")
    assert len(command.get("/api/etfs/VTI/holdings")) == vti.json()["totals"]["reported"] > 3000
    assert command.get("/api/health") == {"status": "healthy"}
    assert {found["stale"] for found in command.get("/api/status").values()} == {False}
    assert (tmp_path / "data" / "sample" / "processed" / "VTI" / "latest.json").read_bytes() == vti.content

    # And the documents' commands and code work as printed. What changed needs the older holdings dates and their
    # tables; what the funds filed comes behind them.
    command.says("(?s)next refresh: .*holdings dates built")
    command.says("(?s)holdings dates built.*filings: ")
    command.says("(?s)filings: .*built")
    assert_the_curl_lines_work(command, root, tmp_path)
    assert_the_snippet_of_the_analytics_agrees(command, root)

    # And SIGTERM ends it without a traceback
    command.process.send_signal(signal.SIGTERM)
    assert command.ends() == 0
    assert "Traceback" not in command.output
    assert command.output.rstrip().endswith("stopped")


def assert_the_curl_lines_work(command: Command, root: Path, folder: Path) -> None:
    """Every curl line of the documents that asks the local server."""
    curl = shutil.which("curl")
    assert curl, "curl is not installed"
    for document, at_least in (("README.md", 9), ("docs/api.md", 1)):
        lines = re.findall(r"^curl .*http://localhost:3000/.*", (root / document).read_text(), re.MULTILINE)
        assert len(lines) >= at_least, document
        for line in lines:
            # When curl runs with the arguments that are printed; what reads its answer behind a pipe may not be here
            asked = line.partition(" | ")[0].replace("http://localhost:3000", command.api)
            arguments = shlex.split(asked, comments=True)[1:]
            ended = subprocess.run(  # noqa: S603 - our own document
                [curl, "--fail", "--silent", "--show-error", *arguments],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=20,
                check=False,
            )

            # Then it gets JSON, or the file that it was told to write
            assert ended.returncode == 0, f"{line}: {ended.stderr}"
            if "-o" in arguments:
                columns, rows = table_in(folder / arguments[arguments.index("-o") + 1])
                assert {"symbol", "holdings_as_of"} & columns, line
                assert rows > 0, line
            else:
                for text in ended.stdout.splitlines() if "format=ndjson" in asked else [ended.stdout]:
                    json.loads(text)


def table_in(file: Path) -> tuple[set[str], int]:
    """The columns of a CSV file or of a workbook's first sheet, and how many rows it has."""
    if file.suffix == ".xlsx":
        header, *rows = openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True)
        return {str(name) for name in header}, len(rows)
    first, *lines = file.read_text("utf-8-sig").splitlines()
    return set(first.split(",")), len(lines)


def assert_the_snippet_of_the_analytics_agrees(command: Command, root: Path) -> None:
    """The document's Python gives what the routes beside it answer."""
    (code,) = re.findall(r"```python\n(.*?)```", (root / "docs" / "analytics.md").read_text(), re.DOTALL)
    assert "http://localhost:3000/" in code
    found: dict[str, Any] = {}
    exec(code.replace("http://localhost:3000", command.api), found)  # noqa: S102 - our own document

    # Cash does not count there, and 0.00 counts with its implied weight
    for etf, rows in found["all_holdings"].items():
        assert len(rows) == command.get(f"/api/etfs/{etf}")["totals"]["reported"]
    figures = command.get("/api/etfs/VTI/analytics")["concentration"]
    assert found["hhi"] == pytest.approx(figures["hhi_points"], rel=1e-3)
    (pair, *_) = command.get("/api/overlap?symbols=VTI,VOO,QQQ")["pairs"]
    weights = [{row["symbol"]: row["weight_pct"] for row in found["all_holdings"][etf]} for etf in ("VTI", "VOO")]
    common = sum(min(weight, weights[1].get(symbol, 0)) for symbol, weight in weights[0].items())
    assert pair["overlap_pct"] == pytest.approx(common, abs=0.2)


def test_a_restart_after_sigkill_serves_what_was_there(start: Start) -> None:
    first = start("run.py", "--port", "0", "--source", "sample")
    first.says("next refresh: ")
    before = first.get("/api/etfs/GLD")
    first.process.kill()
    first.ends()

    second = start("api_server.py", "--port", "0")

    assert second.get("/api/etfs/GLD") == before
    second.process.send_signal(signal.SIGINT)
    assert second.ends() == 0


def test_live_goes_to_the_portal_and_a_lost_portal_leaves_the_last_good_data(start: Start) -> None:
    with SamplePortal() as portal:
        first = start("etl_pipeline.py", "--source", "live", "--portal-url", portal.url, "QQQ")
        assert first.ends() == 0, first.output
        assert re.search(r"QQQ\s+101 of 101\s+\d{4}-\d\d-\d\d\s+[\d.]+\s+[\d.]+\s+ok", first.output)

    # When the portal is gone, auto keeps to the live data and says so
    second = start("etl_pipeline.py", "--portal-url", NOBODY)
    assert second.ends() == 1
    assert "last good live data" in second.output
    third = start("run.py", "--port", "0", "--portal-url", NOBODY)
    assert third.get("/api/etfs") == ["QQQ"]
    assert "the last good live data stays" in third.output


def test_a_refresh_beside_a_running_server_is_shown(start: Start) -> None:
    assert start("etl_pipeline.py", "--source", "sample", "GLD").ends() == 0
    server = start("api_server.py", "--port", "0")
    assert server.get("/api/etfs") == ["GLD"]

    assert start("etl_pipeline.py", "--source", "sample", "QQQ").ends() == 0

    both = ["QQQ", "GLD"]
    assert server.shows("/api/etfs", lambda found: found == both) == both


def test_beside_a_running_server_a_refresh_is_done_by_the_server(start: Start) -> None:
    # Given a server that holds the folder
    server = start("run.py", "--port", "0", "--source", "sample")
    server.says("next refresh: ")
    before = server.get("/api/status")["GLD"]["last_attempt"]["run"]

    # When two more processes ask for a refresh of the same folder, one of them of what the sample does not know
    good = start("etl_pipeline.py", "--source", "sample", "GLD")
    unknown = start("etl_pipeline.py", "--source", "sample", "DGRO")

    # Then each is told the outcome and ends as if it had done it alone
    assert (good.ends(), unknown.ends()) == (0, 1), good.output + unknown.output
    assert f"process {server.process.pid}" in good.output
    assert re.search(r"^GLD: ok", good.output, re.MULTILINE)
    assert re.search(r"^DGRO: not_an_etf, .*VTI, VOO, QQQ, SPY, VEA, VWO, BND, GLD", unknown.output, re.MULTILINE)
    after = server.shows("/api/status", lambda found: found["GLD"]["last_attempt"]["run"] != before)
    assert after["GLD"]["last_attempt"]["run"] > before

    # And what was a typo is forgotten, what has data is not
    assert start("etl_pipeline.py", "--source", "sample", "--forget", "DGRO").ends() == 0
    kept = start("etl_pipeline.py", "--source", "sample", "--forget", "GLD")
    assert kept.ends() == 2
    assert "GLD has a snapshot" in kept.output


def test_with_other_settings_a_second_writer_is_told_who_holds_the_folder(start: Start, tmp_path: Path) -> None:
    server = start("run.py", "--port", "0", "--source", "sample")
    server.says("next refresh: ")

    other = start("etl_pipeline.py", "--source", "sample", "--config", write(tmp_path / "c.yaml", "max_workers: 1"))

    assert other.ends() == 2
    assert f"is being written by process {server.process.pid}" in other.output
    assert "etl_config.yaml, not " in other.output


def test_when_the_server_dies_the_one_that_asked_does_it_itself(start: Start, tmp_path: Path) -> None:
    # Given a server that has stopped for ever, and a refresh that waits for it
    server = start("run.py", "--port", "0", "--source", "sample")
    server.says("next refresh: ")
    server.process.send_signal(signal.SIGSTOP)
    asking = start("etl_pipeline.py", "--source", "sample", "GLD")
    asking.says("serves this data folder")

    # When the server is killed
    server.process.kill()
    server.ends()

    # Then the other takes the folder over
    assert asking.ends() == 0, asking.output
    assert re.search(r"^GLD: ok", asking.output, re.MULTILINE)
    assert list((tmp_path / "data" / "sample" / ".meta" / "requests").iterdir()) == []


def test_a_refresh_that_is_stopped_while_it_waits_takes_its_request_back(start: Start, tmp_path: Path) -> None:
    server = start("run.py", "--port", "0", "--source", "sample")
    server.says("next refresh: ")
    server.process.send_signal(signal.SIGSTOP)
    asking = start("etl_pipeline.py", "--source", "sample", "GLD")
    asking.says("serves this data folder")

    asking.process.send_signal(signal.SIGINT)

    assert asking.ends() == 130
    assert list((tmp_path / "data" / "sample" / ".meta" / "requests").iterdir()) == []
    server.process.send_signal(signal.SIGCONT)


def test_an_edited_config_takes_effect_while_the_server_runs(start: Start, tmp_path: Path) -> None:
    config = tmp_path / "etl_config.yaml"
    config.write_text("etf_symbols: [GLD]\n")
    server = start("run.py", "--port", "0", "--source", "sample", "--config", str(config))
    server.says("next refresh: ")
    assert server.get("/api/etfs") == ["GLD"]

    config.write_text("etf_symbols: [QQQ, GLD]\n")
    server.says(r"was edited: etf_symbols \+QQQ")
    server.says(r"QQQ: ok")
    both = ["QQQ", "GLD"]
    assert server.shows("/api/etfs", lambda found: found == both) == both

    config.write_text("etf_symbols: [\n")
    server.says(r"error: .*not YAML.*the settings in use stay")
    assert server.get("/api/etfs") == ["QQQ", "GLD"]


def test_live_without_a_network_says_so_first(start: Start) -> None:
    command = start("etl_pipeline.py", "--source", "live", "--portal-url", NOBODY, "GLD")

    assert command.ends() == 1
    assert command.output.startswith(f"{NOBODY} CANNOT BE REACHED")
    assert "live data from" not in command.output


def test_exit_codes_and_one_line_a_symbol(start: Start) -> None:
    with SamplePortal() as portal:
        portal.options.faults = [
            Fault(Kind.STATUS, "module", symbol="QQQ", status=403),
            Fault(Kind.RENAMED_IDS, "page", symbol="SPY"),
        ]
        command = start("etl_pipeline.py", "--source", "live", "--portal-url", portal.url, "QQQ", "SPY", "AAPL", "GLD")
        assert command.ends() == 1

    said = command.output
    assert re.search(r"^QQQ: page_only, 20 of 101 rows, .*module API answered 403", said, re.MULTILINE)
    assert re.search(r"^SPY: failed, .*tthHoldings", said, re.MULTILINE)
    assert re.search(r"^AAPL: not_an_etf, .*no ETF page", said, re.MULTILINE)
    assert re.search(r"^GLD: ok, 1 of 1 rows", said, re.MULTILINE)
    assert "Traceback" not in said


def test_a_replay_gives_the_same_bytes(start: Start, tmp_path: Path) -> None:
    assert start("etl_pipeline.py", "--source", "sample", "GLD", "QQQ").ends() == 0
    processed = tmp_path / "data" / "sample" / "processed"
    before = {path: path.read_bytes() for path in processed.rglob("*.json")}
    for path in before:
        path.unlink()

    replay = start("etl_pipeline.py", "--replay")

    assert replay.ends() == 0, replay.output
    assert {path: path.read_bytes() for path in processed.rglob("*.json")} == before


def test_a_taken_port_is_named(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = start("run.py", "--source", "sample", "--port", port)
        assert command.ends() == 2
    assert command.output.splitlines()[-1] == f"error: port {port} is taken; give another one with --port"


def write(path: Path, text: str | bytes) -> str:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


BAD_USAGE: dict[str, tuple[Callable[[Path], list[str]], str]] = {
    "config missing": (lambda d: ["--config", str(d / "none.yaml")], "none.yaml"),
    "config is no YAML": (lambda d: ["--config", write(d / "c.yaml", "{a: [")], "is not YAML"),
    "config with a BOM": (
        lambda d: ["--config", write(d / "c.yaml", b"\xef\xbb\xbfmax_workers: 3")],
        "byte order mark",
    ),
    "unknown key": (lambda d: ["--config", write(d / "c.yaml", "max_holding: 3")], "unknown key 'max_holding'"),
    "workers out of range": (lambda d: ["--config", write(d / "c.yaml", "max_workers: 51")], "max_workers is 51"),
    "data dir is a file": (lambda d: ["--data-dir", str(Path(write(d / "file", "x")).parent / "file")], "file"),
    "portal without scheme": (lambda _: ["--portal-url", "www.schwab.wallst.com"], "--portal-url"),
    "malformed symbol": (lambda _: ["V$I"], "'V$I' is not a symbol"),
    "unknown source": (lambda _: ["--source", "guess"], "--source"),
    "nothing to replay": (lambda _: ["--replay"], "nothing to replay"),
}


def test_wrong_usage_is_one_line_and_exit_2(start: Start, tmp_path: Path) -> None:
    # Live, so that no case depends on whether Schwab can be reached from here
    data = ["--data-dir", str(tmp_path / "data")]
    cases: dict[str, list[str]] = {}
    for name, (made, _) in BAD_USAGE.items():
        folder = tmp_path / name
        folder.mkdir()
        cases[name] = ["--source", "live", *data, *made(folder)]
    # All in one process, whose beginning takes longer than they do
    one_by_one = """
import json, sys
from local import commands
for arguments in json.loads(sys.argv[1]):
    try:
        ended = commands.pipeline(arguments)
    except SystemExit as left:
        ended = left.code
    print("exit code", ended, flush=True)
"""
    command = start(one_by_one, json.dumps(list(cases.values())))
    assert command.ends() == 0, command.output

    told = re.findall(r"(.*)\nexit code (.*)\n", command.output)
    assert len(told) == len(cases)
    assert len(command.output.splitlines()) == 2 * len(cases)
    for name, (line, code) in zip(cases, told, strict=True):
        assert code == "2", name
        assert BAD_USAGE[name][1] in line, name

    # And the process ends with that code
    alone = start("etl_pipeline.py", *cases["malformed symbol"])
    assert alone.ends() == 2
    assert alone.output.splitlines() == [told[list(cases).index("malformed symbol")][0]]


def test_a_portal_that_comes_into_reach_takes_the_samples_place(start: Start) -> None:
    # Given run.py in a hurry, and a portal that is not there yet
    hurried = """
import sys
from datetime import timedelta
from local import commands, service
service.PROBE_AGAIN, service.WAIT_SECONDS = timedelta(seconds=0.5), 0.1
sys.exit(commands.run(sys.argv[1:]))
"""
    portal = SamplePortal().start()
    portal.stop()
    command = start(hurried, "--port", "0", "--portal-url", portal.url)
    command.says("next refresh: ")
    assert f"{portal.url} CANNOT BE REACHED: SAMPLE DATA" in command.output

    # When it comes, then live data takes over
    portal.start()
    try:
        command.says(rf"(?s)can be reached now.*live data from {portal.url}.*next refresh: ")
    finally:
        portal.stop()
    assert "Traceback" not in command.output
