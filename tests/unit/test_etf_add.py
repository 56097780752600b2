"""`etf add`: symbols into the config, everything else left as its owner wrote it."""

from pathlib import Path

import pytest

from etf_common.config_file import ConfigFile
from etf_common.errors import UsageError
from local.etf.add import add_to_config
from local.etf.app import command
from local.etf.errors import WrongUsageError

FLOW = """# Which ETFs to refresh.
etf_symbols: [VTI, "VOO", BND] # in this order
max_holdings: all
# contact: name@your-domain.com
alerts: {symbols: all, min_trade_pct: 0.5}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "etl_config.yaml"
    path.write_text(FLOW)
    return path


def test_a_symbol_goes_to_the_end_of_the_list_and_nothing_else_changes(path: Path) -> None:
    assert add_to_config(["schd", "VTI", "brk/b"], path) == ["SCHD", "BRK.B"]

    assert path.read_text() == FLOW.replace("BND]", "BND, SCHD, BRK.B]")


@pytest.mark.parametrize("indent", ["", "  "])
def test_a_list_in_lines_of_its_own_keeps_its_comments_and_its_indentation(path: Path, indent: str) -> None:
    before = f"etf_symbols:\n{indent}- VTI  # all of it\n{indent}# bonds\n{indent}- BND\nmax_workers: 3  # polite\n"
    path.write_text(before)

    add_to_config(["SCHD"], path)

    assert path.read_text() == before.replace(f"{indent}- BND\n", f"{indent}- BND\n{indent}- SCHD\n")


def test_the_line_ends_of_windows_stay(path: Path) -> None:
    path.write_bytes(FLOW.replace("\n", "\r\n").encode())

    add_to_config(["SCHD"], path)

    assert path.read_bytes() == FLOW.replace("BND]", "BND, SCHD]").replace("\n", "\r\n").encode()


@pytest.mark.parametrize("symbol", ["ON", "NO", "Y", "1E5", "007", "NULL"])
def test_a_symbol_that_yaml_would_take_for_something_else_is_quoted(path: Path, symbol: str) -> None:
    add_to_config([symbol], path)

    assert ConfigFile(path).read().config.etf_symbols == ("VTI", "VOO", "BND", symbol)


def test_a_config_without_symbols_gets_the_default_ones_and_the_new_one(path: Path) -> None:
    path.write_text("# mine\nmax_workers: 2")
    before = ConfigFile(path).read().config.etf_symbols

    add_to_config(["SCHD"], path)

    assert path.read_text().startswith("# mine\nmax_workers: 2\n")
    assert ConfigFile(path).read().config.etf_symbols == (*before, "SCHD")


def test_a_file_of_symbols_is_where_a_long_list_grows(path: Path) -> None:
    path.write_text("etf_symbols_file: symbols.txt\n")
    listed = path.with_name("symbols.txt")
    listed.write_bytes(b"# dividends\r\nVYM")

    assert add_to_config(["SCHD"], path) == ["SCHD"]

    assert listed.read_bytes() == b"# dividends\r\nVYM\r\nSCHD\r\n"
    assert path.read_text() == "etf_symbols_file: symbols.txt\n"


def test_a_link_stays_a_link_and_a_private_file_private(path: Path, tmp_path: Path) -> None:
    path.chmod(0o600)
    link = tmp_path / "link.yaml"
    link.symlink_to(path)

    add_to_config(["SCHD"], link)

    assert link.is_symlink()
    assert "SCHD" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "symbol"),
    [(FLOW, "not a symbol"), ("etf_symbols: [VTI, VTI]\n", "SCHD"), ("{max_workers: 3}\n", "SCHD"), ("no: [", "SCHD")],
)
def test_what_cannot_be_added_leaves_the_config_as_it_was(path: Path, text: str, symbol: str) -> None:
    path.write_text(text)

    with pytest.raises((UsageError, WrongUsageError)):
        add_to_config([symbol], path)

    assert path.read_text() == text


def test_the_command_says_what_is_there_already_and_fetches_what_is_new(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[list[str]] = []

    def pipeline(arguments: list[str]) -> int:
        fetched.append(arguments)
        return 1

    monkeypatch.setattr("local.commands.pipeline", pipeline)

    codes = [command(["add", *line.split(), "--config", str(path)]) for line in ("VTI", "SCHD --no-refresh", "VYM")]

    assert codes == [0, 0, 1]
    assert [arguments[-2:] for arguments in fetched] == [["--", "VYM"]]
    told = capsys.readouterr().err.splitlines()
    assert told == [f"VTI is in {path} already", f"SCHD added to {path}", f"VYM added to {path}"]


def test_wrong_usage_is_told_in_one_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["add", "not a symbol", "--config", str(path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
