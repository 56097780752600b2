"""What stands in the cells of the etf command, on a screen and in a pipe."""

import io
import re
import sys

import pytest

from local.etf.cells import Column, Facts, Table, count, expense_ratio, figure, pct, text, usd, words
from local.etf.printing import meaning, remarks_on, say_sample, show, take_any_letter

ROWS = [{"symbol": "VTI", "name": "A very long name of a fund " * 5, "weight_pct": 1234.5}]
COLUMNS = (words("symbol", "symbol"), words("name", "name"), pct("weight", "weight_pct"))


@pytest.mark.parametrize(
    ("column", "value", "cell"),
    [
        (pct("weight", "x"), 12.345, "12.35"),
        (pct("weight", "x"), 0, "0.00"),
        (pct("weight", "x"), 0.00049, "0.0005"),
        (pct("weight", "x"), {"low": 12.3, "high": 14.5}, "12.30\N{EN DASH}14.50"),
        (pct("weight", "x"), {"low": 12.3, "high": None}, "12.30\N{EN DASH}—"),
        (pct("weight", "x"), None, "—"),
        (usd("value", "x"), 1234567.8, "1,234,568"),
        (usd("value", "x"), 12.5, "12.50"),
        (count("shares", "x"), 1234567, "1,234,567"),
        (Column("flow", "x", figure), 1.00099453, "1.000995"),
        (expense_ratio("x"), 0.0945, "0.0945"),
        (words("complete", "x"), True, "yes"),
        (words("complete", "x"), False, "no"),
        (words("symbols", "x"), ["BRK.A", "BRK.B"], "BRK.A, BRK.B"),
        (words("name", "x"), "red\x1b[31m\u202e", r"red\x1b[31m\u202e"),
        (words("name", "x"), "", "—"),
    ],
)
def test_a_cell(column: Column, value: object, cell: str) -> None:
    assert column.of({"x": value}) == cell


def test_a_value_lies_at_a_path_and_is_unknown_where_the_path_ends() -> None:
    assert pct("of it", "largest.weight_pct").of({"largest": {"weight_pct": 1.0}}) == "1.00"
    assert pct("of it", "largest.weight_pct").of({"largest": None}) == text(None)


def test_in_a_pipe_nothing_is_cut_and_nothing_is_coloured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")

    show([Table(COLUMNS, ROWS, "funds")], ["a remark " * 30])

    title, heads, line, _, remark = capsys.readouterr().out.splitlines()
    assert (title, heads.split()[-2:]) == ("funds", ["weight", "%"])
    assert line.startswith("VTI     A very long name")
    assert line.endswith("  1,234.50")
    assert len(line) > 140
    assert remark == ("a remark " * 30)
    assert "\x1b" not in title + heads + line + remark


@pytest.mark.parametrize("is_screen", [True, False])
def test_where_only_ascii_can_be_written_no_sign_is_lost(monkeypatch: pytest.MonkeyPatch, *, is_screen: bool) -> None:
    written = io.BytesIO()
    output = io.TextIOWrapper(written, encoding="ascii")
    monkeypatch.setattr(output, "isatty", lambda: is_screen)
    monkeypatch.setattr(sys, "stdout", output)
    monkeypatch.setenv("TERM", "dumb")
    row = {"name": "Nestl\u00e9", "weight_pct": {"low": 1.0, "high": 2.0}, "value": None}

    take_any_letter()
    show([Table((words("name", "name"), pct("weight", "weight_pct"), usd("", "value")), [row])], ["— value: unknown"])

    assert [line.split() for line in written.getvalue().decode("ascii").splitlines()[1:]] == [
        ["Nestl?", "1.00", "to", "2.00", "-"],
        [],
        ["-", "value:", "unknown"],
    ]


@pytest.mark.parametrize(("width", "is_cut"), [(40, True), (12, False)])
def test_on_a_screen_long_names_are_cut_and_figures_never(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, is_cut: bool
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    show([Table(COLUMNS, ROWS)])

    out = capsys.readouterr().out
    assert "1,234.50" in out
    assert "VTI" in out
    assert ("…" in out) is is_cut
    assert max(map(len, re.sub(r"\x1b\[\d*m", "", out).splitlines())) <= 40 or not is_cut


@pytest.mark.parametrize("terminal", ["xterm", "dumb"])
def test_on_a_screen_heads_take_several_lines_before_names_are_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    columns = (words("symbol", "symbol"), words("name", "name"), *(pct("weight before", "x") for _ in range(5)))

    show([Table(columns, [{"symbol": "VTI", "name": "Vanguard Total Stock Market ETF", "x": 1.5}])], ["remark " * 15])

    lines = re.sub(r"\x1b\[\d*m", "", capsys.readouterr().out).splitlines()
    assert [line.split() for line in lines[:3]] == [
        ["weight"] * 5,
        ["before"] * 5,
        ["symbol", "name", *["%"] * 5],
    ]
    assert lines[3].split() == ["VTI", "Vanguard", "Total", "Stock", "Market", "ETF", *["1.50"] * 5]
    assert max(map(len, lines)) <= 80


def test_a_dumb_terminal_loses_no_column(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    columns = (words("symbol", "symbol"), *(pct(f"figure-of-a-long-name-{number}", "x") for number in range(9)))

    show([Table(columns, [{"symbol": "VTI", "x": 1.5}])])

    assert capsys.readouterr().out.splitlines()[1].split() == ["VTI", *["1.50"] * 9]


@pytest.mark.parametrize("width", [12, 30, 80])
def test_single_figures_are_on_a_narrow_screen_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    show([Facts((pct("in both of overlapping funds", "x"), usd("cost", "y")), {"x": 12.5, "y": 1234.0})])

    out = re.sub(r"\x1b\[\d*m", "", capsys.readouterr().out)
    assert out.split() == ["in", "both", "of", "overlapping", "funds", "%", "12.50", "cost", "USD", "1,234"]


def test_no_color_is_heeded_on_a_screen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("NO_COLOR", "1"), ("TERM", "xterm")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    say_sample()

    assert "\x1b[33" not in capsys.readouterr().err


def test_an_empty_table_says_so_and_keeps_its_units(capsys: pytest.CaptureFixture[str]) -> None:
    show([Table(COLUMNS, []), Facts((pct("ten largest", "x"),), {"x": None})])

    assert capsys.readouterr().out.splitlines() == ["symbol  name  weight %", "none", "", "ten largest %  —"]


def test_remarks_are_about_what_is_shown_and_name_each_reason_once() -> None:
    rows = [
        {
            "etf": name,
            "weight_pct": None,
            "other": None,
            "reasons": {"weight_pct": "partial_list", "other": "no_filing"},
        }
        for name in ("VTI", "VOO")
    ]
    data = {"holdings_as_of": {"VTI": "2026-11-18"}, "lag_days": 2, "holders": rows, "reasons": {}}
    headers = {"X-Data-Source": "schwab", "X-Data-Stale": "true", "X-Data-Complete": "false"}

    remarks = remarks_on(data, headers, [Table(COLUMNS, rows)])

    assert remarks[0] == "holdings of VTI 2026-11-18; 2 days apart"
    assert all(word in remarks[1] for word in ("source: schwab", "STALE", "PARTIAL"))
    assert remarks[2:] == [f"— weight_pct of VTI, weight_pct of VOO: {meaning('partial_list')}"]


def test_flaws_are_told_in_words_also_those_of_two_dates() -> None:
    beyond = meaning("beyond_possible")
    repeated, missing = meaning("repeated_symbol"), meaning("weight_missing")

    assert remarks_on({"flaws": {"VWO": "repeated_symbol, weight_missing"}}, {}, []) == [
        f"flaws of VWO: {repeated}; {missing}"
    ]
    assert remarks_on({"flaws": {"from": {}, "to": {"VWO": "beyond_possible"}}}, {}, []) == [
        f"flaws of VWO (to): {beyond}"
    ]
    assert "_" not in beyond + repeated + missing


@pytest.mark.parametrize(
    ("total", "offset", "told"),
    [
        ("3412", 0, ["the first 1 of 3,412 rows; --limit and --offset choose others"]),
        ("3412", 40, ["rows 41 to 41 of 3,412; --limit and --offset choose others"]),
        ("1", 0, []),
    ],
)
def test_rows_that_are_left_out_are_told(total: str, offset: int, told: list[str]) -> None:
    assert remarks_on([], {"X-Total-Count": total}, [Table(COLUMNS, ROWS)], offset) == told


def test_a_reason_that_is_newer_than_this_command_is_told_as_it_is() -> None:
    assert meaning("reason_of_next_year") == "reason_of_next_year"
    assert meaning("partial_list") != "partial_list"
