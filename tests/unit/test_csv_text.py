"""Cells that no spreadsheet runs, in time that grows with the text."""

import sys
from typing import Any

import pytest

from etf_common.csv_text import csv_table


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1", "'=1"),
        (" =1", "' =1"),
        ("a;=1", "a;'=1"),
        (";;;=1", ";;;'=1"),
        ("a\t\t@x", "a\t\t'@x"),
        ("a;b;c", "a;b;c"),
        (";" * 5, ";" * 5),
        ("(+1)", "'(+1)"),
    ],
)
def test_a_cell_within_a_cell_is_no_formula_either(name: str, cell: str) -> None:
    text = csv_table(["name"], [[name]]).decode("utf-8-sig")

    assert text.partition("\r\n")[2].rstrip("\r\n").strip('"') == cell


def test_separators_without_end_are_each_looked_at_once() -> None:
    # The test of all patterns shows that the time grows with the text; here, that nothing but a pattern is in the way.
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        csv_table(["name"], [[";" * 32_000]])
    finally:
        sys.setprofile(None)
    assert calls < 50
