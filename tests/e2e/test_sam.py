"""`sam build` and `sam local` for real: the layer's binaries, every route, every event."""

import base64
import gzip
import json
import os
import re
import shlex
import shutil
import signal
import socket
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import boto3
import pytest
import requests
from samcli.yamlhelper import yaml_parse

from api.site.page import VIEWS
from etf_charts import FILE as CHART_LIBRARY
from etf_common.config import DEFAULT_SYMBOLS
from etf_common.errors import UsageError
from etf_common.table_keys import NEWEST_KEY, holdings_key
from local.docker import Engine, find_engine
from local.sam_local import ENV_VARS, FOLDER, SAM, sam_environ
from tests.e2e.conftest import Command

PYTHON = "python3.13"
"""The functions' runtime; sam build wants this very interpreter."""
PLATFORMS = {"arm64": "manylinux2014_aarch64", "x86_64": "manylinux2014_x86_64"}
ELF_MACHINES = {"arm64": 183, "x86_64": 62}
PROJECT = (
    *("functions", "layers", "local", "sample_portal", "sample_sec", "events"),
    *("template.yaml", "samconfig.toml"),
)
LAMBDAS_UNPACKED_LIMIT = 250 * 1024 * 1024
MOST_OF_THE_CHART_LIBRARY = 400 * 1024
PATIENCE_SECONDS = 300.0
"""A build, then a first refresh with its history and filings, before `make sam-local` answers."""
DATA = Path("data") / "sam-local"
RUN = "20261120T223000Z"
"""The run of the files in events/."""
FILED = ("VTI", "QQQ")
"""The funds whose filings are wanted."""
FILINGS_RUN = "20261121T120000Z"
"""The run of those of filings."""
REPORT_DATE = "2026-06-30"
"""Of the filing of VTI in them."""


def untestable(reason: str) -> NoReturn:
    """Skip, unless SAM_LOCAL_REQUIRED says that all is there, as in CI: then it is a failure."""
    if os.environ.get("SAM_LOCAL_REQUIRED"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def interpreter(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The functions' Python, first on the PATH; a pyenv shim alone would not do for sam build."""
    found = shutil.which(PYTHON)
    real = found and run(found, "-c", "import os, sys; print(os.path.realpath(sys.executable))")
    if not real or real.returncode != 0:
        untestable(f"{PYTHON} is not on the PATH")
    path = Path(real.stdout.strip())
    monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}{os.environ['PATH']}")
    return path


def need_wheels(interpreter: Path, architecture: str, folder: Path) -> None:
    """Wheels must be there to fetch; found out with one small wheel and without patience."""
    pip = ["-m", "pip", "download", "--quiet", "--retries", "0", "--timeout", "5", "--no-deps", "--dest", str(folder)]
    tried = run(interpreter, *pip, "--only-binary", ":all:", "--platform", PLATFORMS[architecture], "pyyaml")
    if tried.returncode != 0:
        untestable(f"pip fetches no wheels: {(tried.stderr.strip().splitlines() or ['it says nothing'])[-1]}")


def run(*command: str | Path, cwd: Path | None = None, seconds: float = 60) -> "subprocess.CompletedProcess[str]":
    """A command's end; 124 if it did not come in time."""
    try:
        return subprocess.run(  # noqa: S603 - our own commands
            command,
            cwd=cwd,
            env=sam_environ(os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", f"no end within {seconds} s")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_a_build_holds_binaries_of_its_own_architecture(
    interpreter: Path, architecture: str, root: Path, tmp_path: Path
) -> None:
    # Given wheels to be had, when the project is built for one architecture
    need_wheels(interpreter, architecture, tmp_path / "probe")
    folders: list[str | Path] = ["--build-dir", tmp_path / "build", "--cache-dir", tmp_path / "cache"]
    built = run(SAM, "build", "--parameter-overrides", f"Architecture={architecture}", *folders, cwd=root, seconds=240)
    assert built.returncode == 0, built.stdout + built.stderr

    # Then every binary of the layers is for the architecture asked for
    names = ("CommonLayer", "TablesLayer", "SolverLayer")
    layer, of_tables, of_solver = (tmp_path / "build" / name / "python" for name in names)
    for folder, known in ((layer, "pydantic_core"), (of_tables, "duckdb"), (of_solver, "_core")):
        binaries = {path: elf_machine(path) for path in folder.rglob("*.so*")}
        assert any(known in path.name for path in binaries)
        assert set(binaries.values()) == {ELF_MACHINES[architecture]}, binaries

    # And they fit beside the code of their function, half of what Lambda unpacks staying free
    for folders_of_one in (
        (layer, of_tables, tmp_path / "build" / "Tables"),
        (layer, of_solver, tmp_path / "build" / "Rebalance"),
    ):
        unpacked = sum(path.stat().st_size for folder in folders_of_one for path in folder.rglob("*") if path.is_file())
        assert unpacked < LAMBDAS_UNPACKED_LIMIT / 2
    assert not {"duckdb", "numpy", "highspy"} & {path.name for path in layer.iterdir()}

    # And the layer has the shared package, and not what Lambda brings itself
    top = {path.name for path in layer.iterdir()}
    assert not {"boto3", "botocore", "python"} & top
    assert files(root / "layers" / "common" / "etf_common") == files(layer / "etf_common")

    # And it has the chart library of the page, compressed and alone: nothing else of the wheel that it came in
    charts = {path.relative_to(layer).as_posix() for path in layer.rglob("*echarts*")}
    assert charts == {f"etf_charts/{CHART_LIBRARY.name}"}
    assert not (layer / "panel").exists()
    assert (layer / "etf_charts" / CHART_LIBRARY.name).stat().st_size < MOST_OF_THE_CHART_LIBRARY

    # And every function's folder has all the code, data files among it
    template = yaml_parse((tmp_path / "build" / "template.yaml").read_text())
    functions = [r for r in template["Resources"].values() if r["Type"] == "AWS::Serverless::Function"]
    for function in functions:
        code = tmp_path / "build" / function["Properties"]["CodeUri"]
        assert files(root / "functions") == files(code)
        module = function["Properties"]["Handler"].removesuffix(".handler").replace(".", "/")
        assert (code / f"{module}.py").is_file()
    assert "api/openapi.json" in files(root / "functions")


def elf_machine(path: Path) -> int:
    """e_machine of an ELF file: for which processor it is."""
    head = path.read_bytes()[:20]
    assert head[:4] == b"\x7fELF", path
    assert head[5] == 1, f"{path} is not little-endian"
    (machine,) = struct.unpack_from("<H", head, 18)
    return int(machine)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and not is_cache(path)}


def is_cache(path: Path) -> bool:
    return "__pycache__" in path.parts


@pytest.fixture
def engine() -> Engine:
    """The Docker engine."""
    try:
        return find_engine()
    except UsageError as error:
        untestable(error.message)


@pytest.fixture
def checkout(engine: Engine, root: Path, funds_only: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the project with build and data folders of its own; at the end its containers are gone."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in PROJECT:
        if (root / name).is_dir():
            shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(root / name, copy / name)
    # Cut lists and the filings of two funds: what the containers do with them is the same, and comes much sooner.
    config = funds_only.read_text().replace("max_holdings: all", "max_holdings: 100")
    (copy / "etl_config.yaml").write_text(f"{config}filings: [{', '.join(FILED)}]\n")
    yield copy
    if left := containers(copy):
        run("docker", "rm", "--force", *left)


def containers(checkout: Path) -> list[str]:
    """The containers, running or not, that run code of this copy."""
    every = run("docker", "ps", "--all", "--quiet").stdout.split()
    mounted = {name: run("docker", "inspect", "--format", "{{json .Mounts}}", name).stdout for name in every}
    return [name for name, mounts in mounted.items() if str(checkout) in mounts]


@pytest.fixture
def sam_local(engine: Engine, interpreter: Path, checkout: Path, tmp_path: Path) -> Iterator[Command]:
    """What `make sam-local` starts, on a free port, up and answering."""
    need_wheels(interpreter, engine.architecture, tmp_path / "probe")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = Command(checkout, tmp_path / "sam-local.log", "-m", "local.sam_local", "--port", port)
    try:
        for step in ("sam build for", "data in", "API on"):
            command.says(step, PATIENCE_SECONDS)
        yield command
    finally:
        command.process.send_signal(signal.SIGTERM)
        try:
            command.ends()
        finally:
            command.process.kill()


@pytest.mark.timeout(3 * PATIENCE_SECONDS)
def test_sam_local_answers_as_make_run_and_runs_every_event(
    sam_local: Command, checkout: Path, root: Path, tmp_path: Path
) -> None:
    # Given the ordinary local gateway over the data that sam local serves
    arguments = ("--source", "sample", "--port", "0", "--data-dir", str(checkout / DATA))
    ordinary = Command(root, tmp_path / "server.log", "api_server.py", *arguments)
    try:
        compare_answers(sam_local.api, ordinary.api)
        compare_pages(sam_local.api, ordinary.api)
    finally:
        ordinary.process.terminate()
        ordinary.ends()

    # When each event is handed to its function, as the operations guide prints it
    lines = re.findall(
        r"^\.venv/bin/(sam local invoke .*?) +#", (root / "docs" / "operations.md").read_text(), re.MULTILINE
    )
    assert {word for line in lines for word in line.split() if word.startswith("events/")} == {
        f"events/{path.name}" for path in (root / "events").glob("*.json")
    }
    waiting = messages_waiting(checkout)
    shutil.rmtree(checkout / DATA / "sample" / "processed" / "VTI")
    answers = {Path(line.split()[-1]).stem: invoke(line, checkout) for line in lines}

    # Then each has done its work
    assert answers["dispatch"] == {"run": RUN, "symbols": list(DEFAULT_SYMBOLS)}
    assert messages_waiting(checkout) == waiting + len(DEFAULT_SYMBOLS)
    key = f"raw/VTI/{RUN}.html"
    assert answers["extract"]["key"] == key
    assert (checkout / DATA / "sample" / key).read_bytes().startswith(b"<!DOCTYPE html")
    (transformed,) = answers["transform"]
    assert (transformed["result"], transformed["rows"]) == ("ok", 100)
    snapshot = json.loads((checkout / DATA / "sample" / "processed" / "VTI" / "latest.json").read_bytes())
    assert snapshot["provenance"]["raw_key"] == key
    assert answers["sweep"]["transformed"] == {}
    assert answers["sweep"]["trading_days_since_refresh"].keys() == set(DEFAULT_SYMBOLS)
    assert answers["tables"] == answers["tables_redrive"] == {"batchItemFailures": []}
    assert answers["tables_rebuild"]["funds"] == len(DEFAULT_SYMBOLS)
    newest = json.loads((checkout / DATA / "sample" / NEWEST_KEY).read_bytes())
    assert newest["funds"].keys() == set(DEFAULT_SYMBOLS)
    assert newest["funds"]["VTI"]["row"]["raw_key"] == key
    assert (checkout / DATA / "sample" / holdings_key(snapshot["holdings_as_of"])).read_bytes().startswith(b"PAR1")
    assert answers["filings_dispatch"] == {"run": FILINGS_RUN, "symbols": list(FILED)}
    assert (answers["filings_fetch"]["result"], answers["filings_fetch"]["keys"]) == ("ok", [])  # all are there
    (parsed,) = answers["filings_parse"]
    assert (parsed["result"], parsed["report_date"]) == ("parsed", REPORT_DATE)
    assert answers["filings_sweep"] == []
    assert answers["tables_filing"] == {"batchItemFailures": []}
    assert answers["rebalance"]["trades_usd"] == {"QQQ": -1000.0, "VTI": 1700.0}
    exported = gzip.decompress(base64.b64decode(answers["export"]["content"])).decode()
    assert all(json.loads(line)["filing_count"] for line in exported.splitlines())
    assert answers["api"]["statusCode"] == 200
    assert answers["api"]["headers"]["X-Data-Source"] == "sample"

    # And each line of a function's log is shown once, without escapes of tabs, colours or line ends
    shown = [line for line in sam_local.output.splitlines() if "RequestId" in line or line.startswith("{")]
    assert len(shown) == len(set(shown)) > len(REQUESTS)
    assert re.findall(r"\\[ntx].*", sam_local.output) == []

    # And SIGTERM ends all of it
    sam_local.process.send_signal(signal.SIGTERM)
    assert sam_local.ends() == 0
    assert sam_local.output.rstrip().endswith("stopped")
    assert f'File "{checkout}' not in sam_local.output  # no traceback of ours; sam may leave one of its own
    assert containers(checkout) == []


REQUESTS: list[tuple[str, dict[str, str]]] = [
    ("/api/etfs", {}),
    ("/api/etfs/vti", {}),
    ("/api/etfs/VTI", {"Accept-Encoding": "gzip"}),
    ("/api/etfs/VTI", {"Origin": "https://example.com"}),
    ("/api/etfs/GLD?as_of=1999-01-04", {}),
    ("/api/etfs/BRK.B", {}),
    ("/api/etfs/V$I", {}),
    ("/api/etfs/VTI/holdings", {}),
    ("/api/etfs/VTI/holdings?sort=-weight_pct&limit=3&offset=2", {}),
    ("/api/etfs/VTI/holdings?format=csv", {"Accept-Encoding": "gzip"}),
    ("/api/etfs/VTI/holdings?limit=0&limit=1", {}),
    ("/api/etfs/VTI/history", {}),
    ("/api/etfs/VTI/analytics?by=issuer", {}),
    ("/api/etfs/QQQ/factors", {}),
    ("/api/etfs/VTI/changes", {}),
    ("/api/etfs/VTI/changes?from=2026-11-19&to=2026-11-18", {}),
    ("/api/etfs/VTI/changes?format=csv", {"Accept-Encoding": "gzip"}),
    ("/api/etfs/VTI/attribution", {"Accept-Encoding": "gzip"}),
    ("/api/etfs/VTI/filings", {"Accept-Encoding": "gzip"}),
    (f"/api/etfs/QQQ/filings/{REPORT_DATE}", {"Accept-Encoding": "gzip"}),
    (f"/api/etfs/VTI/filings/{REPORT_DATE}?format=csv", {"Accept-Encoding": "gzip"}),
    ("/api/etfs/GLD/filings", {}),
    ("/api/etfs/VTI/reconcile", {"Accept-Encoding": "gzip"}),
    ("/api/overlap?symbols=VTI,VOO,QQQ", {"Accept-Encoding": "gzip"}),
    ("/api/overlap?symbols=VTI", {}),
    ("/api/compare?symbols=VTI,VOO", {}),
    ("/api/holders/BRK.B", {}),
    ("/api/search?q=nvidia", {}),
    ("/api/search?q=vanguard&format=csv", {}),
    ("/api/screen?sector=Information Technology&min_pct=20&sort=-sector_pct", {"Accept-Encoding": "gzip"}),
    ("/api/screen?min_pct=nothing", {}),
    ("/api/similar/voo", {}),
    ("/api/similar/NOPE", {}),
    ("/api/substitutes/VTI", {"Accept-Encoding": "gzip"}),
    ("/api/substitutes/NOPE", {}),
    ("/api/crowding?limit=5", {}),
    ("/api/etfs/VTI/history?limit=3&format=csv", {}),
    ("/api/changes?limit=5", {}),
    ("/api/changes?since=tomorrow", {}),
    ("/api/changes.atom", {"Accept-Encoding": "gzip"}),
    ("/api/etfs/QQQ/changes.atom", {}),
    ("/api/portfolio?positions=VTI:60,QQQ:25,AAPL:15&format=csv", {}),
    ("/api/status", {}),
    ("/api/status?verbose", {}),
    ("/api/health", {}),
    ("/api/tables", {}),
    ("/api/tables/latest_funds", {}),
    ("/api/tables/latest_filings?format=csv", {}),
    ("/api/tables/latest_holdings?etf=GLD", {}),
    ("/api/tables/holdings?format=ndjson", {"Accept-Encoding": "gzip"}),
    ("/api/tables/securities?format=csv", {"Accept-Encoding": "gzip"}),
    ("/api/tables/nothing", {}),
    ("/api/openapi.json", {}),
    ("/api/docs", {"Accept-Encoding": "gzip"}),
]
GATEWAYS_OWN = {"server", "date", "connection", "access-control-allow-headers", "access-control-allow-methods"}
"""Headers that the server sets; of CORS, what only a browser's preflight asks for."""


def compare_answers(sam: str, ordinary: str) -> None:
    """Every route, and what a caller can do wrong: status, headers and body are the same."""
    routes = requests.get(f"{ordinary}/api/openapi.json", timeout=20).json()["paths"]
    asked = [
        re.sub(r"^(/api/(?:etfs|holders|similar|substitutes)/)[^/?]+", r"\1{symbol}", path)
        .replace(f"/filings/{REPORT_DATE}", "/filings/{date}")
        .partition("?")[0]
        for path, _ in REQUESTS
    ]
    asked = [re.sub(r"^(/api/tables/).+", r"\1{name}", path) for path in asked]
    assert {*asked, "/api/portfolio/changes", "/api/drift", "/api/rebalance"} == set(routes)

    sent = {"positions": [{"symbol": "VTI", "amount_usd": 60000}, {"symbol": "AAPL", "amount_usd": 1e4}]}
    capped = {
        "positions": [{"symbol": "VTI", "amount_usd": 6e4}],
        "candidates": ["VTI", "GLD"],
        "max": {"fund:VTI": 60},
    }
    bodies = {"/api/portfolio": sent, "/api/portfolio/changes": sent, "/api/drift": sent, "/api/rebalance": capped}
    for path, body in bodies.items():
        posted = [requests.post(f"{address}{path}", json=body, timeout=30) for address in (sam, ordinary)]
        assert [answer.status_code for answer in posted] == [200, 200]
        assert posted[0].json() == posted[1].json()

    tag = requests.get(f"{ordinary}/api/etfs/GLD", timeout=20).headers["ETag"]
    for path, headers in [*REQUESTS, ("/api/etfs/GLD", {"If-None-Match": tag})]:
        assert told(sam, path, headers) == told(ordinary, path, headers), path

    # HEAD has a route of its own; sam leaves the length of the body out.
    for path in ("/api/etfs", "/api/etfs/VTI/holdings", "/api/overlap?symbols=VTI,VOO", "/api/health", "/api/etfs/V$I"):
        status, headers, body = told(sam, path, {}, method="HEAD")
        expected, like, _ = told(sam, path, {})
        assert (status, body) == (expected, b""), path
        assert headers.get("etag") == like.get("etag"), path
        assert headers["content-type"] == like["content-type"], path


def compare_pages(sam: str, ordinary: str) -> None:
    """Every view and every file that it loads: status, headers and body are the same."""
    served = requests.get(f"{ordinary}/", timeout=20)
    assert served.headers["Content-Type"] == "text/html; charset=utf-8"
    assets = [f"/{path}" for path in re.findall(r"""["'](?:\./)?(assets/[^"']+)["']""", served.text)]
    assert {path.rpartition("/")[2] for path in assets} == {"icon.svg", "style.css", "app.js", "echarts.js"}

    views = [view.replace("{symbol}", "VTI") for view in VIEWS]
    for path in (*views, *assets, "/assets/of-another-release/app.js"):
        for accepted in ("gzip", "identity"):
            asked = {"Accept-Encoding": accepted}
            status, headers, body = told(sam, path, asked)
            assert (status, headers, body) == told(ordinary, path, asked), path
            refused = 406 if (path.endswith("echarts.js"), accepted) == (True, "identity") else 200
            assert status == (404 if "another-release" in path else refused), path
    assert told(sam, "/", {}, method="HEAD")[0] == 200


def told(address: str, path: str, headers: dict[str, str], method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    sent = {"Accept-Encoding": "identity", **headers}
    answer = requests.request(method, address + path, headers=sent, timeout=30)
    ignored = GATEWAYS_OWN | (set() if answer.content else {"content-length"})
    kept = {name.lower(): value for name, value in answer.headers.items() if name.lower() not in ignored}
    return answer.status_code, kept, answer.content


def invoke(line: str, checkout: Path) -> Any:
    """The function's answer, which sam prints on standard output."""
    ended = run(SAM, *shlex.split(line)[1:], cwd=checkout)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.strip().splitlines()[-1])


def messages_waiting(checkout: Path) -> int:
    given = json.loads((checkout / ENV_VARS).read_text())["Parameters"]
    sqs = boto3.client("sqs", endpoint_url=given["AWS_ENDPOINT_URL_SQS"])
    told = sqs.get_queue_attributes(QueueUrl=given["REFRESH_QUEUE_URL"], AttributeNames=["All"])
    return int(told["Attributes"]["ApproximateNumberOfMessages"])


def test_without_an_engine_one_line_says_so(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    command = Command(root, tmp_path / "log", "-m", "local.sam_local", "--port", "0")
    assert command.ends() == 2
    assert len(command.output.strip().splitlines()) == 1
    assert "Docker engine" in command.output


def test_a_taken_port_is_one_line(root: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = Command(root, tmp_path / "log", "-m", "local.sam_local", "--port", port)
        assert command.ends() == 2
    assert command.output.startswith(f"error: port {port} cannot be used (")
    assert "make sam-local PORT=" in command.output


def test_a_build_that_fails_is_told_and_leaves_nothing(checkout: Path, tmp_path: Path) -> None:
    (checkout / "template.yaml").write_text("Resources: [")
    command = Command(checkout, tmp_path / "log", "-m", "local.sam_local", "--port", "0")
    assert command.ends() == 1
    assert command.output.splitlines()[-1].startswith("error: sam build failed")
    assert "Traceback" not in command.output
    assert not (checkout / FOLDER / "build").exists()
