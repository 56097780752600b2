"""The command lines: what is asked for, and one line for what is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from etf_common.errors import UsageError
from local.jobs import Job, JobKind
from local.options import Options, pipeline_options, run_options, server_options

Parse = Callable[[list[str]], Options]
ALL = [run_options, pipeline_options, server_options]


@pytest.mark.parametrize("parse", ALL)
def test_everything_has_a_default(parse: Parse) -> None:
    assert parse([]) == Options()
    assert Options() == Options("auto", 3000, Path("data"), Path("etl_config.yaml"), None, replay=False, symbols=[])


def test_run_takes_all_that_the_design_names() -> None:
    arguments = [
        *("--source", "live", "--port", "3001", "--data-dir", "d"),
        *("--config", "c.yaml", "--portal-url", "http://127.0.0.1:1/"),
    ]

    assert run_options(arguments) == Options("live", 3001, Path("d"), Path("c.yaml"), "http://127.0.0.1:1")


def test_the_pipeline_takes_symbols_in_any_form() -> None:
    options = pipeline_options(["--replay", "vti", "BRK/B"])

    assert (options.replay, options.symbols) == (True, ["VTI", "BRK.B"])


def test_a_job_says_what_is_asked_for() -> None:
    assert pipeline_options([]).job == Job(JobKind.REFRESH)
    assert pipeline_options(["--filings", "vti"]).job == Job(JobKind.FILINGS, ("VTI",))
    assert pipeline_options(["--filings", "--quarters", "40"]).job == Job(JobKind.FILINGS, quarters=40)


def test_the_file_of_a_filing_is_named_from_the_root() -> None:
    arguments = ["--filing", "x/vti.xml", "--symbol", "vti", "--accession", "0001752724-26-000001"]

    job = pipeline_options(arguments).job

    file = str(Path.cwd() / "x" / "vti.xml")
    assert job == Job(JobKind.FILING, ("VTI",), file=file, accession="0001752724-26-000001")


@pytest.mark.parametrize("port", [0, 1, 65535])
def test_the_limits_of_a_port(port: int) -> None:
    assert server_options(["--port", str(port)]).port == port


@pytest.mark.parametrize(
    ("parse", "arguments", "named"),
    [
        (run_options, ["--port", "65536"], "'65536'"),
        (run_options, ["--port", "-1"], "'-1'"),
        (run_options, ["--port", "http"], "'http'"),
        (run_options, ["--port", "3000.0"], "'3000.0'"),
        (run_options, ["--port", "\u0663\u0660"], "--port"),
        (run_options, ["--port", ""], "--port"),
        (server_options, ["--port"], "--port"),
        (run_options, ["--portal-url", "127.0.0.1:8080"], "'127.0.0.1:8080'"),
        (run_options, ["--portal-url", "ftp://host"], "'ftp://host'"),
        (run_options, ["--portal-url", "http://host/path"], "'http://host/path'"),
        (run_options, ["--source", "sample", "--portal-url", "http://host"], "--portal-url"),
        (run_options, ["--source", "schwab"], "'schwab'"),
        (server_options, ["--source", "LIVE"], "'LIVE'"),
        (pipeline_options, ["V TI"], "'V TI'"),
        (pipeline_options, ["VTI", "V\nTI"], r"'V\nTI'"),
        (pipeline_options, [""], "symbol"),
        (pipeline_options, ["--port", "3000"], "--port"),
        (run_options, ["VTI"], "VTI"),
        (run_options, ["--nonsense"], "--nonsense"),
        (server_options, ["--replay"], "--replay"),
        (pipeline_options, ["--filings", "--quarters", "0"], "'0'"),
        (pipeline_options, ["--filings", "--quarters", "41"], "1 to 40"),
        (pipeline_options, ["--filings", "--quarters", "\u0663"], "--quarters"),
        (pipeline_options, ["--quarters", "8"], "--filings"),
        (pipeline_options, ["--filings", "--replay"], "--replay"),
        (pipeline_options, ["--filing", "a.xml"], "--symbol VTI"),
        (pipeline_options, ["--filing", "a.xml", "VTI"], "--symbol VTI"),
        (pipeline_options, ["--filing", "a.xml", "--symbol", "V TI"], "'V TI'"),
        (pipeline_options, ["--filing", "a.xml", "--symbol", "VTI", "--accession", "1-2-3"], "0001752724-26-000001"),
        (pipeline_options, ["--symbol", "VTI"], "--filing"),
        (pipeline_options, ["--accession", "0001752724-26-000001"], "--filing"),
        (pipeline_options, ["--sec-url", "sec.gov"], "'sec.gov'"),
        (run_options, ["--source", "sample", "--sec-url", "http://host"], "--sec-url"),
        (run_options, ["--filings"], "--filings"),
        (server_options, ["--sec-url", "http://host"], "--sec-url"),
    ],
)
def test_wrong_usage_is_one_line_that_names_it(parse: Parse, arguments: list[str], named: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(arguments)

    assert named in caught.value.message
    assert "\n" not in caught.value.message


def test_the_config_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("etf_symbols: [GLD]")

    assert run_options(["--config", str(path)]).read_config().etf_symbols == ("GLD",)


@pytest.mark.parametrize("name", ["none.yaml", "."])
def test_a_config_that_cannot_be_read_is_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="--config") as caught:
        Options(config=tmp_path / name).read_config()

    assert "\n" not in caught.value.message


def test_a_mistake_in_the_config_names_its_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("max_workers: 0")

    with pytest.raises(UsageError, match=r"mine\.yaml: max_workers"):
        Options(config=path).read_config()
