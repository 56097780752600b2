"""The Python client against the API over HTTP: every operation, a lock, retries, and threads."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pandas as pd
import polars as pl
import pytest

from api.app import create
from etf_client import OPERATIONS, Client, ConnectionFailed, NotFound, Unauthorized, Unavailable
from etf_common.filing_keys import filing_key
from local.disk import DataFolder
from local.gateway import Gateway
from local.jobs import refresh_once
from local.sample_history import SampleHistory
from local.system import System
from local.terminal import Terminal
from sample_portal.server import SamplePortal
from tests.functional.conftest import TODAY
from tests.functional.test_sample_history import Heard
from tests.unit.filing_snapshots import QUARTERS, filed_line, stored_filing
from tools.tour import TOUR, executed

ROOT = Path(__file__).parents[2]
SYMBOLS = ("QQQ", "GLD", "VOO")
MOST_BYTES = 150_000
"""Of the notebook, which is read on the web."""
TOKEN = "the-owner-s-token"
ASKED: Mapping[str, Mapping[str, Any]] = {
    "symbol": {"holders": "NVDA", "": "QQQ"},
    "date": {"": QUARTERS[0]},
    "name": {"": "latest_funds"},
    "symbols": {"": ["VOO", "QQQ"]},
    "positions": {"": {"VOO": 60, "QQQ": 40}},
    "q": {"": "nvidia"},
    "body": {"": {"VOO": 6000, "QQQ": 4000}},
    "targets": {"": {"VOO": 50, "QQQ": 50}},
}
"""What is asked for a parameter, by operation; "" for all others."""
FIRST = {"targets"}
"""Parameters that are not required, and without which there would be nothing to answer."""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, funds_only: Path) -> Iterator[System]:
    """Three sample funds with five holdings dates, one of them with filings, and the tables over all."""
    folder = DataFolder(tmp_path_factory.mktemp("client") / "sample")
    with SamplePortal(today=lambda: TODAY) as portal, System(folder, portal.url) as system:
        system.put_config(funds_only)
        history = SampleHistory(system, Heard(), newest=lambda: TODAY)
        history.look_after(refresh_once(system, [*SYMBOLS], Heard(), 2))
        history.finish(2)
        for day in QUARTERS:
            filing = stored_filing("QQQ", [filed_line("Apple Inc", 90.0, isin="US0378331005")], day)
            system.lake.write(filing_key("QQQ", day), filing.to_bytes(), "application/json", filing.metadata())
        system.tables.build(Terminal())
        yield system


@pytest.fixture(scope="module")
def url(system: System) -> Iterator[str]:
    with Gateway(system.api, 0) as gateway:
        yield gateway.url


@pytest.fixture
def etfs(url: str) -> Iterator[Client]:
    with Client(url, "") as client:
        yield client


def asked(name: str) -> dict[str, Any]:
    """Parameters with which this operation has an answer."""
    wanted = {p.argument for p in OPERATIONS[name].parameters if (p.required and p.place != "body") or p.name in FIRST}
    wanted |= {"body"} if OPERATIONS[name].method == "POST" else set()
    return {argument: ASKED[argument].get(name, ASKED[argument][""]) for argument in wanted}


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_answered_and_is_what_the_contract_says(etfs: Client, name: str) -> None:
    operation, contract = OPERATIONS[name], json.loads((ROOT / "functions" / "api" / "openapi.json").read_text())
    answer = getattr(etfs, name)(**asked(name))

    described = contract["paths"][operation.path][operation.method.lower()]["responses"]["200"]["content"]
    schema = described[operation.content_type].get("schema", {})
    if operation.content_type == "application/json":
        jsonschema.validate(answer.data, {**schema, "components": contract["components"]})
    assert answer.data
    assert answer.data == etfs.call(name, **asked(name)).data
    if name not in {"health", "openapi", "docs"}:
        assert answer.source in {"sample", "sec", "file", "schwab"}


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation.has_table])
def test_every_table_is_a_frame_with_its_types(etfs: Client, name: str) -> None:
    answer = etfs.call(name, **asked(name))
    frame, other = answer.df(), answer.pl()
    assert isinstance(frame, pd.DataFrame)
    assert isinstance(other, pl.DataFrame)
    assert list(frame.columns) == other.columns
    assert set(map(str, frame.dtypes)) <= {"string", "float64", "boolean", "object"}
    assert len(frame) == other.height
    assert frame.attrs["source"] == answer.source
    header = answer.csv().decode("utf-8-sig").splitlines()[0]
    assert header.split(",") == other.columns


def test_bounds_are_three_columns_everywhere(etfs: Client) -> None:
    frame = etfs.holders("NVDA").df()
    low, middle, high = (frame[f"weight_pct{end}"] for end in ("_low", "", "_high"))
    assert len(frame) == 2
    assert ((low <= middle) & (middle <= high)).all()


def test_a_workbook_is_a_file_for_excel(etfs: Client, tmp_path: Path) -> None:
    path = etfs.portfolio({"VOO": 60, "QQQ": 40}).save(tmp_path / "portfolio.xlsx")
    book = openpyxl.load_workbook(path, read_only=True)
    assert len(book.sheetnames) > 1
    book.close()


def test_a_table_without_rows_keeps_its_columns(etfs: Client) -> None:
    there, empty = etfs.holders("NVDA").df(), etfs.holders("NOBODY").df()
    assert (len(empty), list(empty.columns)) == (0, list(there.columns))
    assert list(empty.dtypes) == list(there.dtypes)


def test_symbols_of_every_form_reach_the_api(etfs: Client) -> None:
    for symbol in ("BRK/B", "BRK.B", "NOVO B", "WALMEX*", "M&M", "PTT-F", "7203"):
        assert etfs.holders(symbol)["symbol"] in {symbol, symbol.replace("/", ".")}
    with pytest.raises(NotFound, match="NOPE is not among the ETFs here"):
        etfs.snapshot("NOPE")


def test_what_is_known_is_not_sent_again(url: str, system: System) -> None:
    statuses: list[int] = []

    def noting(event: dict[str, Any], context: Any) -> dict[str, Any]:
        answer = system.api(event, context)
        statuses.append(answer["statusCode"])
        return answer

    with Gateway(noting, 0) as gateway, Client(gateway.url, "") as etfs:
        first, second = etfs.holdings("VOO"), etfs.holdings("VOO")
        assert first.data == second.data
        assert first.total == second.total == len(first)
        assert etfs.holdings("VOO", limit=1).data == first.data[:1]
    assert statuses[-3:] == [200, 304, 200]


@contextmanager
def failing(system: System, *statuses: int, retry_after: str = "0") -> Iterator[tuple[str, list[str]]]:
    """The API's URL, where the first requests fail so, and the methods that were asked."""
    left, methods = list(statuses), []

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        methods.append(event["requestContext"]["http"]["method"])
        if event["requestContext"]["http"]["path"] == "/api/health" or not left:
            return system.api(event, context)
        headers = {"Content-Type": "application/json", "Retry-After": retry_after}
        return {"statusCode": left.pop(0), "headers": headers, "body": '{"message": "not now"}'}

    with Gateway(handler, 0) as gateway:
        methods.clear()
        yield gateway.url, methods


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_passes_is_asked_again(system: System, status: int) -> None:
    with failing(system, status) as (url, methods), Client(url, "") as etfs:
        assert etfs.etfs().source
        assert methods == ["GET", "GET"]


def test_a_question_in_a_body_is_asked_again_too(system: System) -> None:
    with failing(system, 503) as (url, methods), Client(url, "") as etfs:
        assert etfs.portfolio_in_usd({"VOO": 100})["given_total"] == 100
        assert methods == ["POST", "POST"]


def test_what_does_not_pass_is_the_api_s_error(system: System) -> None:
    with failing(system, 503, 503) as (url, methods), Client(url, "", retries=1) as etfs:
        with pytest.raises(Unavailable, match="503: not now"):
            etfs.etfs()
        assert len(methods) == 2


def test_an_error_that_stays_is_not_asked_again(system: System) -> None:
    with failing(system, 404, 404) as (url, methods), Client(url, "") as etfs:
        with pytest.raises(NotFound):
            etfs.etfs()
        assert len(methods) == 1


def test_nobody_there_says_how_to_start_the_api(system: System) -> None:
    with Gateway(system.api, 0) as gateway:
        gone = gateway.url
    with pytest.raises(ConnectionFailed, match="`make run`") as raised:
        Client(gone, "").etfs()
    # The command and the agents' tools say it too, where nobody writes Python.
    assert "Client(" not in str(raised.value)


@pytest.fixture(scope="module")
def locked(system: System) -> Iterator[str]:
    """The same API behind a token."""
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    with Gateway(create({**system.environ, "ACCESS_TOKEN_SHA256": digest}), 0) as gateway:
        yield gateway.url


def test_a_locked_api_wants_its_token(locked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for token, says in (("", "requires its access token"), ("wrong", "not the access token")):
        with pytest.raises(Unauthorized, match=says):
            Client(locked, token).etfs()
    assert Client(locked, "").health()["status"] == "healthy"
    monkeypatch.setenv("ETF_TOKEN", TOKEN)
    found = Client(locked)
    assert len(found.etfs()) == len(SYMBOLS)
    assert found.portfolio_in_usd({"VOO": 1}).df().attrs["source"] == "sample"
    assert "<feed" in found.feed().data
    assert "<feed" in found.feed_of_fund("QQQ").data


def test_threads_share_a_client(etfs: Client) -> None:
    together = threading.Barrier(8)

    def ask(number: int) -> int:
        together.wait(30)
        return len(etfs.holdings("QQQ", limit=1 + number % 4))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(32))) == [1 + number % 4 for number in range(32)]


DOCUMENTS = ("docs/client.md", "client/README.md")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_examples_of_the_documents_run(
    url: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ETF_TOKEN", "not-needed")
    examples = re.findall(r"^```python\n(.*?)^```", (ROOT / name).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert examples
    for example in examples:
        assert "http://localhost:3000" in example
        exec(compile(example.replace("http://localhost:3000", url), name, "exec"), {})  # noqa: S102 - our own documents
        assert capsys.readouterr().out or list(tmp_path.iterdir())


def test_the_tour_runs(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETF_TOKEN", "not-needed")
    outputs = [output for cell in executed(url).cells for output in cell.get("outputs", [])]
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 2
    assert "3 funds (sample): VOO, QQQ, GLD" in "".join(output.get("text", "") for output in outputs)


def test_the_tour_is_stored_with_what_it_shows_of_sample_data() -> None:
    cells = [cell for cell in json.loads(TOUR.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] for cell in cells)
    assert "(sample)" in json.dumps(cells[0]["outputs"])
    assert "/home/" not in TOUR.read_text("utf-8")
    assert TOUR.stat().st_size < MOST_BYTES
