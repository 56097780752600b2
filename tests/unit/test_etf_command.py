"""The etf command asks the API's own code over a data folder: tables for people, JSON and CSV for programs."""

import io
import json
from pathlib import Path

import pytest
import requests

from api.app import handler_of
from api.service import Api
from etf_client import Client
from local.etf.app import command
from local.folder_lake import FolderLake
from local.options import pipeline_options, run_options, sql_options
from tests.events import http_event
from tests.unit.etf_cases import small_lake, write_folder
from tests.unit.lake_cases import MemoryLake

TABLES = (
    "list",
    "history VTI",
    "factors VTI",
    "filings VTI",
    "status",
    "compare VTI QQQ",
    "holders NVDA",
    "search nvidia",
    "similar VOO",
    "substitutes VOO",
    "crowding",
    "screen --holds NVDA --min-holds-pct 10 --complete",
    "portfolio VTI:60 QQQ:40",
    "portfolio VTI:6000 QQQ:4000 --usd",
)
"""Commands that have a table, so --csv."""


@pytest.fixture(scope="module")
def lake() -> MemoryLake:
    return small_lake()


@pytest.fixture(scope="module")
def data(lake: MemoryLake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_folder(lake, folder / "live")
    return folder


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ETF_URL", "ETF_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def asked(data: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = command([*arguments, "--data-dir", str(data)])
    return code, *capsys.readouterr()


def body_of(data: Path, path: str, **query: str) -> str:
    answer = handler_of(Api(FolderLake(data / "live")))(http_event(path, query), None)
    assert answer["statusCode"] == 200
    return str(answer["body"])


def test_a_table_has_its_units_in_the_heads_and_numbers_at_the_right(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = asked(data, capsys, "holdings", "vti")

    assert (code, err) == (0, "")
    assert "holdings of 2026-11-18" in out.splitlines()
    assert out.splitlines()[:4] == [
        "symbol  name                 weight %     shares   value USD  asset class",
        "NVDA    NVIDIA Corp             60.00  6,000,000  60,000,000  equity",
        "AAPL    Apple Inc               40.00  3,999,600  39,996,000  equity",
        r"—       =Crafty\x1b[31m Inc     0.004        400       4,000  equity",
    ]


def test_bounds_are_a_range_and_below_stands_what_is_partial(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = asked(data, capsys, "overlap", "VOO", "QQQ")

    pair = next(line for line in out.splitlines() if line.startswith("VOO  QQQ"))
    assert "80.00" in pair.split()[2]
    assert "\N{EN DASH}" in pair.split()[3]
    assert "PARTIAL" in out
    assert "holdings of VOO 2026-11-18, QQQ 2026-11-18" in out


def test_an_unknown_figure_is_a_dash_whose_reason_stands_below(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = asked(data, capsys, "analytics", "VTI")

    assert next(line for line in out.splitlines() if line.startswith("spread")).endswith(" —")
    assert next(line for line in out.splitlines() if line.startswith("— spread_bps: ")).count("quote") == 1
    assert "ratings" not in out  # no reason for what is not shown


def test_json_is_the_api_s_own(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked(data, capsys, "holders", "NVDA", "--json")

    assert code == 0
    assert out == body_of(data, "/api/holders/NVDA") + "\n"


def test_csv_is_the_api_s_own_byte_for_byte(data: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert command(["holdings", "VTI", "--csv", "--data-dir", str(data)]) == 0

    assert capsysbinary.readouterr().out == body_of(data, "/api/etfs/VTI/holdings", format="csv").encode()


@pytest.mark.parametrize("line", [*TABLES, "show VTI"])
def test_every_command_shows_its_answer_with_its_source(
    data: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    code, out, err = asked(data, capsys, *line.split())

    assert (code, err) == (0, "")
    assert "source: " in out
    assert not {"None", "{"} & set(out.split())
    assert all(len(text) == len(text.rstrip()) for text in out.splitlines())


@pytest.mark.parametrize("line", TABLES)
def test_every_table_is_there_as_csv_with_what_speaks_against_it_on_standard_error(
    data: Path, capsysbinary: pytest.CaptureFixture[bytes], line: str
) -> None:
    assert command([*line.split(), "--data-dir", str(data)]) == 0
    shown = capsysbinary.readouterr().out.decode()
    assert command([*line.split(), "--csv", "--data-dir", str(data)]) == 0

    out, err = capsysbinary.readouterr()
    assert out[:3] == "\ufeff".encode()
    assert b"," in out or line == "list"
    quality = next(text for text in shown.splitlines() if text.startswith("source: "))
    assert err.decode().splitlines() == quality.split("; ")[1:]


@pytest.mark.parametrize("form", ["--csv", "--json"])
def test_programs_are_told_of_a_partial_list_too(data: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    _, out, err = asked(data, capsys, "holdings", "QQQ", form)

    assert "PARTIAL: not all lines are listed" in err
    assert "PARTIAL" not in out


@pytest.mark.parametrize("format", ["json", "csv", "ndjson"])
def test_holdings_name_their_date_in_every_form(data: Path, format: str) -> None:  # noqa: A002 - the API's own word
    answer = handler_of(Api(FolderLake(data / "live")))(http_event("/api/etfs/VTI/holdings", {"format": format}), None)

    assert answer["headers"]["X-Holdings-As-Of"] == "2026-11-18"


def test_only_people_get_a_part_of_the_crowded_securities(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = json.loads(body_of(data, "/api/crowding"))
    asked_for: list[dict[str, object]] = []
    call = Client.call

    def watched(self: Client, name: str, /, **parameters: object) -> object:
        asked_for.append(parameters)
        return call(self, name, **parameters)

    monkeypatch.setattr(Client, "call", watched)

    as_json = asked(data, capsys, "crowding", "--json")[1]
    shown = asked(data, capsys, "crowding", "--limit", "1")[1]
    asked(data, capsys, "crowding")

    assert json.loads(as_json) == whole
    assert asked_for == [{}, {"limit": 1}, {"limit": 25}]
    assert f"the first 1 of {whole['total']} rows" in shown


def test_a_portfolio_in_usd_is_shown_in_usd_and_one_in_parts_is_not(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_usd = asked(data, capsys, "portfolio", "VTI:6000", "VOO:4000", "--usd")[1]
    in_parts = asked(data, capsys, "portfolio", "VTI:60", "VOO:40")[1]

    nvidia = next(line for line in in_usd.splitlines() if line.startswith("NVDA"))
    assert nvidia.split()[-5:] == ["5,600", "VTI", "36.00,", "VOO", "20.00"]
    assert "through, weight %" in in_usd
    assert ["value USD" in out for out in (in_usd, in_parts)] == [True, False]


def test_a_rebalancing_and_a_drift_are_read_from_a_file(
    data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "mine.json"
    file.write_text('{"positions": [{"symbol": "VTI", "amount_usd": 6000}], "targets": {"VOO": 100}}')

    code, out, _ = asked(data, capsys, "rebalance", str(file))

    assert code == 0
    assert [line.split()[:2] for line in out.splitlines() if line.startswith(("sell", "buy"))] == [
        ["sell", "VTI"],
        ["buy", "VOO"],
    ]


@pytest.mark.parametrize(("options", "told"), [((), "2026-11-17"), (("--from", "2026-11-16"), "2026-11-16")])
def test_fields_of_a_file_stand_where_no_option_is_given(
    data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    file = tmp_path / "mine.json"
    file.write_text('{"positions": [{"symbol": "VTI", "shares": 1}], "from": "2026-11-17", "to": "2026-11-18"}')

    code, _, err = asked(data, capsys, "drift", str(file), *options)

    assert code == 1  # no snapshot of the earlier date is kept
    assert told in err


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("show NOPE", 1, "NOPE is not among the ETFs here"),
        ("show VTI --as-of 2026-11-17", 1, "2026-11-17"),
        ("show VTI --as-of yesterday", 2, "yesterday"),
        ("show", 2, "Missing argument 'SYMBOL'; see `etf show --help`"),
        ("shwo VTI", 2, "No such command 'shwo'"),
        ("show VTI --csv", 2, "No such option: --csv"),
        ("holders NVDA --json --csv", 2, "give one of them"),
        ("portfolio VTI:many", 2, "'VTI:many' is no position"),
        ("portfolio VTI", 2, "'VTI' is no position"),
        ("show \udcff", 2, r"'\udcff' is no text"),
        ("search nvidia \udcff", 2, r"'nvidia \udcff' is no text"),
        ("drift no-such-file.json", 2, "cannot be read"),
        ("screen --min-pct much", 2, "--min-pct"),
        ("status --source live --url ftp://host", 2, "ftp://host"),
        ("overlap VTI VOO --basis filing", 1, "without --basis filing"),
    ],
)
def test_an_error_is_one_line_with_what_to_do(
    data: Path, capsys: pytest.CaptureFixture[str], line: str, code: int, told: str
) -> None:
    found, out, err = asked(data, capsys, *line.split())

    assert (found, out) == (code, "")
    assert (err[:7], err.count("\n")) == ("error: ", 1)
    assert told in err


@pytest.mark.parametrize(
    ("line", "content"),
    [
        *(("compare VTI VOO", content) for content in (b'{"funds": 1}', b"[1]", b"null", b'"text"')),
        ("list", b"[" * 900 + b"]" * 900),
        ("list", b'[{"low": "x"}]'),
    ],
    ids=["number", "list", "null", "text", "nested deeply", "bounds that are texts"],
)
def test_an_answer_of_another_shape_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, line: str, content: bytes
) -> None:
    def send(*_: object, **__: object) -> requests.Response:
        response = requests.Response()
        response.status_code, response.raw = 200, io.BytesIO(content)
        response.headers["Content-Type"] = "application/json"
        return response

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)

    code = command([*line.split(), "--url", "http://127.0.0.1:1"])

    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "this is not the API, or it is of another version" in err


def test_without_data_it_says_how_to_fetch_some(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = asked(tmp_path, capsys, "list")

    assert (code, out) == (1, "")
    assert "`etf refresh` fetches it" in err


def test_made_up_data_is_called_so_on_standard_error(
    lake: MemoryLake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made_up = MemoryLake()
    for key, stored in lake.objects.items():
        made_up.put(
            key, stored.body.replace(b'"schwab"', b'"sample"'), metadata={**stored.metadata, "source": "sample"}
        )
    write_folder(made_up, tmp_path / "sample")

    code, out, err = asked(tmp_path, capsys, "show", "VTI", "--json")

    assert (code, err.splitlines()[0]) == (0, "SAMPLE DATA, made up; do not trade on it")
    assert json.loads(out)["provenance"]["source"] == "sample"


def test_a_token_is_never_told(data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETF_TOKEN", "secret-word")

    shown = asked(data, capsys, "show", "NOPE")
    helped = asked(data, capsys, "show", "--help")
    refused = asked(data, capsys, "list", "--url", "http://[::1", "--token", "secret-word")

    assert [shown[0], helped[0], refused[0]] == [1, 0, 2]
    assert "secret" not in "".join(text for found in (shown, helped, refused) for text in found[1:])


@pytest.mark.parametrize(("typed", "found"), [("V", ["VOO", "VTI"]), ("q", ["qqq"]), ("X", [])])
def test_the_shell_completes_the_funds_of_the_data_folder(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, typed: str, found: list[str]
) -> None:
    words = {"COMP_WORDS": f"etf show --data-dir {data} {typed}", "COMP_CWORD": "4", "_ETF_COMPLETE": "complete_bash"}
    for name, value in words.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as ended:
        command([])

    assert (ended.value.code, capsys.readouterr().out.split()) == (0, found)


def test_sql_and_refresh_are_what_their_own_commands_are_given(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []

    def take(arguments: list[str]) -> int:
        given.append(arguments)
        return len(given)

    monkeypatch.setattr("local.sql.sql", take)
    monkeypatch.setattr("local.commands.pipeline", take)
    monkeypatch.setattr("local.commands.run", take)
    where = ["--source", "live", "--data-dir", str(data)]

    codes = [
        command(["sql", "from funds", "--csv", *where]),
        command(["refresh", "VTI", "VOO", *where]),
        command(["serve", "--port", "3001", *where]),
    ]

    assert codes == [1, 2, 3]
    assert sql_options(given[0]).query == "from funds"
    assert sql_options(given[0]).csv
    assert pipeline_options(given[1]).symbols == ["VTI", "VOO"]
    assert run_options(given[2]).port == 3001
    assert {(options.source, options.data_dir) for options in map(pipeline_options, given[1:2])} == {("live", data)}
