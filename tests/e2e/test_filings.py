"""Filings by the commands as processes: behind the refreshes, now, from a file, and derived again."""

import re
import shlex
import shutil
import signal
import time
from pathlib import Path

from tests.e2e.conftest import START_SECONDS, Command, Start

FUNDS = "etf_symbols: [QQQ, GLD]\nfilings: [QQQ]\n"


def config(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "etl_config.yaml").write_text(FUNDS)
    return ("--source", "sample", "--config", str(tmp_path / "etl_config.yaml"))


def documents(folder: Path) -> list[Path]:
    return sorted(folder.glob("sample/raw-filings/*/*.xml"))


def wait_for_a_document(command: Command) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not documents(command.data_dir) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert documents(command.data_dir), command.output


def test_a_server_fetches_filings_behind_the_refresh_and_takes_a_file(start: Start, tmp_path: Path) -> None:
    # Given a server that has refreshed, and then fetched a year of filings
    server = start("run.py", "--port", "0", *config(tmp_path))
    server.says(r"(?s)next refresh: .*filings: 4 new of 1 fund ")
    file = Path(shutil.copy(documents(server.data_dir)[-1], tmp_path / "primary_doc.xml"))

    # When others ask it to fetch what is new, and to take a file for a fund that it has no list of
    now = start("etl_pipeline.py", *config(tmp_path), "--filings", "QQQ")
    taken = start("etl_pipeline.py", *config(tmp_path), "--filing", str(file), "--symbol", "XYZ")

    # Then it does both
    assert (now.ends(), taken.ends()) == (0, 0), now.output + taken.output
    assert "QQQ: 0 new filings" in now.output
    assert f"process {server.process.pid}" in taken.output
    assert "XYZ: the filing of " in taken.output
    assert len(list(server.data_dir.glob("sample/filings/XYZ/*.json"))) == 1
    server.process.send_signal(signal.SIGTERM)
    assert server.ends() == 0
    assert "Traceback" not in server.output


def test_a_stop_while_filings_are_fetched_ends_at_once_and_leaves_them_whole(start: Start, tmp_path: Path) -> None:
    server = start("run.py", "--port", "0", *config(tmp_path))
    server.says("next refresh: ")
    wait_for_a_document(server)

    server.process.send_signal(signal.SIGTERM)

    assert server.ends() == 0
    assert "Traceback" not in server.output
    assert server.output.rstrip().endswith("stopped")
    # And what is there can be read, and the rest is fetched by the next one
    again = start("etl_pipeline.py", *config(tmp_path), "--filings", "--quarters", "8")
    assert again.ends() == 0, again.output
    assert "damaged" not in again.output
    assert len(list(again.data_dir.glob("sample/filings/QQQ/*.json"))) == len(documents(again.data_dir)) == 8


def test_the_lines_of_the_readme_work_as_printed(start: Start, root: Path, tmp_path: Path) -> None:
    text = (root / "README.md").read_text()
    lines = re.findall(r"^\.venv/bin/python (etl_pipeline\.py --filing.*)$", text, re.MULTILINE)
    assert len(lines) == 3

    for line in lines:
        # When a line runs with the arguments that are printed, over the sample
        arguments = shlex.split(line, comments=True)
        if "primary_doc.xml" in arguments:
            file = shutil.copy(documents(tmp_path / "data")[0], tmp_path / "primary_doc.xml")
            arguments[arguments.index("primary_doc.xml")] = str(file)
        command = start(*arguments, *config(tmp_path))

        # Then it does what it says
        assert command.ends() == 0, f"{line}: {command.output}"
        assert re.search(r"^\w+: (\d+ new filing|the filing of )", command.output, re.MULTILINE), command.output


def test_a_file_goes_into_the_live_data_of_an_empty_folder(start: Start, tmp_path: Path) -> None:
    # Given a document, and a data folder that has nothing
    assert start("etl_pipeline.py", *config(tmp_path), "--filings", "--quarters", "1").ends() == 0
    (document,) = documents(tmp_path / "data")
    data = ("--data-dir", str(tmp_path / "other"), "--config", str(tmp_path / "etl_config.yaml"))

    # When it is taken
    taken = start("etl_pipeline.py", *data, "--filing", str(document), "--symbol", "QQQ", "--accession", document.stem)

    # Then it is live data, and is derived again
    assert taken.ends() == 0, taken.output
    (snapshot,) = (tmp_path / "other" / "live" / "filings" / "QQQ").glob("*.json")
    before = snapshot.read_bytes()
    snapshot.unlink()
    replay = start("etl_pipeline.py", *data, "--replay")
    assert replay.ends() == 0, replay.output
    assert snapshot.read_bytes() == before


def test_a_file_that_is_not_there_is_one_line(start: Start, tmp_path: Path) -> None:
    command = start("etl_pipeline.py", "--filing", str(tmp_path / "none.xml"), "--symbol", "VTI")

    assert command.ends() == 2
    assert command.output.strip().splitlines() == [
        f"error: {tmp_path / 'none.xml'} does not exist; give the path of a downloaded document"
    ]
