"""etl_config.yaml with a file of symbols beside it, and the costs that an owner states."""

import os
from pathlib import Path

import pytest

from etf_common.config import MOST_BYTES_OF_SYMBOLS, MOST_SYMBOLS, OwnExpenseRatio, parse_config, parse_symbols
from etf_common.config_file import ConfigFile
from etf_common.errors import UsageError
from local.config_watch import ConfigWatch, difference, to_refresh
from local.options import Options


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "etl_config.yaml"
    path.write_text("etf_symbols: [VTI, VOO]\netf_symbols_file: symbols.txt\nmax_workers: 4\n")
    (tmp_path / "symbols.txt").write_text("# dividends\nSCHD\n\n  vym  # Vanguard's\nVOO\nbrk/b\n")
    return path


def symbols_beside(path: Path) -> Path:
    return path.with_name("symbols.txt")


def test_both_keys_together_are_one_list_in_order(path: Path) -> None:
    assert ConfigFile(path).read().config.etf_symbols == ("VTI", "VOO", "SCHD", "VYM", "BRK.B")


def test_the_file_alone_replaces_the_default_symbols(path: Path) -> None:
    path.write_text("etf_symbols_file: symbols.txt")

    assert ConfigFile(path).read().config.etf_symbols == ("SCHD", "VYM", "VOO", "BRK.B")


def test_a_config_that_is_a_pipe_or_a_device_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)

    for path in (pipe, Path("/dev/zero"), tmp_path):
        with pytest.raises(UsageError, match="is not a file; give an existing file with --config"):
            ConfigFile(path).read()


def test_the_lake_stores_one_object_with_the_symbols_of_both(path: Path) -> None:
    path.write_text(path.read_text() + "expense_ratios: {SCHD: {expense_ratio_pct: 0.06, as_of: 2026-11-01}}\n")
    settings = ConfigFile(path).read()

    stored = parse_config(settings.stored)

    assert stored == settings.config.model_copy(update={"etf_symbols_file": None})
    assert stored.expense_ratios == {"SCHD": OwnExpenseRatio(0.06, "2026-11-01")}


def test_a_config_without_a_file_of_symbols_is_stored_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("# a comment\netf_symbols: [GLD]\n")

    assert ConfigFile(path).read().stored == path.read_bytes()


def test_a_long_list_is_stored_in_the_form_that_is_read_quickly(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"etf_symbols: [{', '.join(f'S{n}' for n in range(4500))}]\n")

    settings = ConfigFile(path).read()

    assert settings.stored.startswith(b"{")
    assert parse_config(settings.stored) == settings.config


def test_a_config_put_into_the_bucket_by_hand_says_how_its_symbols_get_there() -> None:
    with pytest.raises(UsageError, match=r"config/etl_config\.yaml: etf_symbols_file is 'symbols\.txt'.*make config"):
        parse_config(b"etf_symbols_file: symbols.txt", "config/etl_config.yaml")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_files_of_every_editor_are_read(newline: str, mark: bytes) -> None:
    text = newline.join(["# mine", "VTI", "", "ON #", "7203", "", ""])

    assert parse_symbols(mark + text.encode(), "symbols.txt") == ("VTI", "ON", "7203")


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"VTI\nV TI\n", ["(line 2)", "'V TI'", "one a line"]),
        (b"VTI, VOO\n", ["(line 1)", "'VTI, VOO'", "one a line"]),
        (b"VTI\n\nVOO\nvti\n", ["(line 4)", "'VTI'", "twice", "line 1"]),
        (b"BRK/B\nBRK.B\n", ["(line 2)", "'BRK.B'", "twice"]),
        (b"", ["no symbol", "etf_symbols_file"]),
        (b"# VTI\n\n", ["no symbol"]),
        (b"VTI\n# caf\xe9\n", ["(line 2)", "UTF-8"]),
        ("VTI\n".encode("utf-16"), ["(line 1)", "UTF-8"]),
        (b"VTI\n\x00\n", ["(line 2)", "one a line"]),
        (b"../../etc/passwd\n", ["(line 1)"]),
        (b"#" * (MOST_BYTES_OF_SYMBOLS + 1), ["1,000,000"]),
        ("\n".join(f"S{n}" for n in range(MOST_SYMBOLS + 1)).encode(), ["10,001", "10,000"]),
    ],
)
def test_a_mistake_in_the_file_is_one_line_with_its_place(data: bytes, named: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        parse_symbols(data, "symbols.txt")

    message = caught.value.message
    assert message.startswith("symbols.txt")
    assert "\n" not in message
    assert len(message) < 300
    assert [part for part in named if part not in message] == []


def test_the_limit_counts_both_lists_together(path: Path) -> None:
    symbols_beside(path).write_text("\n".join(f"S{n}" for n in range(MOST_SYMBOLS)))

    with pytest.raises(UsageError, match=r"10,002 symbols together; at most 10,000"):
        ConfigFile(path).read()
    with pytest.raises(UsageError, match=r"10,001 symbols; at most 10,000"):
        parse_config(f"etf_symbols: [{', '.join(f'S{n}' for n in range(MOST_SYMBOLS + 1))}]".encode())


def test_a_missing_file_is_named_with_the_key_that_names_it(path: Path) -> None:
    symbols_beside(path).unlink()

    with pytest.raises(UsageError, match=r"symbols\.txt'.*etf_symbols_file"):
        ConfigFile(path).read()


@pytest.mark.parametrize("make", ["folder", "pipe"])
def test_what_is_not_a_file_is_refused_and_nobody_waits_for_it(path: Path, make: str) -> None:
    symbols_beside(path).unlink()
    if make == "folder":
        symbols_beside(path).mkdir()
    else:
        os.mkfifo(symbols_beside(path))

    with pytest.raises(UsageError, match="etf_symbols_file"):
        ConfigFile(path).read()


@pytest.mark.parametrize("value", ["''", "' '", "7", "[symbols.txt]", "true", '"a\\nb"', '"a\\0b"', "x" * 1001])
def test_a_name_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match=r"etf_symbols_file is .*\(line 1\); allowed is the name of a text file"):
        parse_config(f"etf_symbols_file: {value}".encode(), "mine.yaml", lambda _: ("VTI",))


def test_an_edit_of_either_file_is_noticed_once(path: Path) -> None:
    watch = ConfigWatch(Options(config=path))
    assert watch.look() is None
    symbols_beside(path).write_text("SCHD\nVYM\nVOO\nBRK.B\nAVUV\n")

    edit = watch.look()

    assert edit is not None
    assert edit.config is not None
    assert difference(edit.before, edit.config) == "etf_symbols +AVUV"
    assert to_refresh(edit.before, edit.config) == ["AVUV"]
    assert parse_config(edit.stored).etf_symbols == edit.config.etf_symbols
    assert watch.look() is None


def test_a_file_of_symbols_that_comes_late_is_noticed(path: Path) -> None:
    watch = ConfigWatch(Options(config=path))
    before = watch.config
    path.write_text("etf_symbols_file: other.txt")
    missing = watch.look()
    assert missing is not None
    assert missing.config is None
    assert "other.txt" in missing.error
    assert watch.look() is None

    path.with_name("other.txt").write_text("GLD\n")
    found = watch.look()

    assert found is not None
    assert found.config is not None
    assert (found.before, found.config.etf_symbols) == (before, ("GLD",))


def test_thousands_of_new_symbols_are_told_in_one_short_line() -> None:
    old = parse_config(b"etf_symbols: [VTI]")
    new = parse_config(f"etf_symbols: [{', '.join(f'S{n}' for n in range(4500))}]".encode())

    assert difference(old, new).endswith("+S19 and 4,481 more")
    assert len(to_refresh(old, new)) == 4500


def test_the_costs_of_funds_are_read_with_their_dates() -> None:
    text = """expense_ratios:
      schd: {expense_ratio_pct: 0.06, as_of: 2026-11-01}
      BRK/B: {expense_ratio_pct: 1, as_of: "2026-02-28"}
      "ON": {expense_ratio_pct: 0, as_of: 2026-01-01}
    """

    assert parse_config(text.encode()).expense_ratios == {
        "SCHD": OwnExpenseRatio(0.06, "2026-11-01"),
        "BRK.B": OwnExpenseRatio(1.0, "2026-02-28"),
        "ON": OwnExpenseRatio(0.0, "2026-01-01"),
    }


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ("[]", ["not a mapping"]),
        ("0.06", ["not a mapping"]),
        ("{ON: {expense_ratio_pct: 0.06, as_of: 2026-11-01}}", ["True", "quotes"]),
        ("{V TI: {expense_ratio_pct: 0.06, as_of: 2026-11-01}}", ["'V TI'"]),
        (
            "{VTI: {expense_ratio_pct: 0.06, as_of: 2026-11-01}, vti: {expense_ratio_pct: 0.06, as_of: 2026-11-01}}",
            ["'VTI'", "twice"],
        ),
        ("{SCHD: 0.06}", ["SCHD needs expense_ratio_pct and as_of"]),
        ("{SCHD: {expense_ratio_pct: 0.06}}", ["SCHD needs expense_ratio_pct and as_of"]),
        ("{SCHD: {expense_ratio_pct: 0.06, as_of: 2026-11-01, source: x}}", ["and nothing else"]),
        ("{SCHD: {expense_ratio_pct: '0.06', as_of: 2026-11-01}}", ["expense_ratio_pct of SCHD", "'0.06'"]),
        ("{SCHD: {expense_ratio_pct: true, as_of: 2026-11-01}}", ["expense_ratio_pct of SCHD", "True"]),
        ("{SCHD: {expense_ratio_pct: .nan, as_of: 2026-11-01}}", ["expense_ratio_pct of SCHD", "nan"]),
        ("{SCHD: {expense_ratio_pct: -0.01, as_of: 2026-11-01}}", ["expense_ratio_pct of SCHD", "-0.01"]),
        ("{SCHD: {expense_ratio_pct: 60, as_of: 2026-11-01}}", ["expense_ratio_pct of SCHD", "0 to 25"]),
        ("{SCHD: {expense_ratio_pct: 0.06, as_of: 2026-11}}", ["as_of of SCHD", "'2026-11'"]),
        ("{SCHD: {expense_ratio_pct: 0.06, as_of: '2026-02-30'}}", ["as_of of SCHD", "'2026-02-30'"]),
        ("{SCHD: {expense_ratio_pct: 0.06, as_of: '20261101'}}", ["as_of of SCHD"]),
        ("{SCHD: {expense_ratio_pct: 0.06, as_of: 2026-11-01 12:00:00}}", ["as_of of SCHD"]),
    ],
)
def test_a_bad_expense_ratio_is_one_line_that_names_it(entry: str, named: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        parse_config(f"max_workers: 3\nexpense_ratios: {entry}".encode(), "mine.yaml")

    message = caught.value.message
    assert message.startswith("mine.yaml: expense_ratios is ")
    assert "(line 2); allowed is by symbol " in message
    assert "\n" not in message
    assert [part for part in named if part not in message] == []


def test_json_is_read_as_strictly_as_yaml() -> None:
    assert parse_config(b'{"etf_symbols": ["ON"], "max_workers": 7}').etf_symbols == ("ON",)
    for text, says in (
        (b'{"max_workers": 3, "max_workers": 4}', "is there twice"),
        (b'{"max_workers": 0}', r"max_workers is 0 \(line 1\)"),
        (b'{"expense_ratios": {"VTI": {"expense_ratio_pct": NaN, "as_of": "2026-11-01"}}}', "expense_ratio_pct"),
        (b'{"etf_symbols": [' + b"[" * 50_000, "nested|not YAML"),
    ):
        with pytest.raises(UsageError, match=says):
            parse_config(text)
