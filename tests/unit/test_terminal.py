"""What a terminal that is a file or a pipe is told."""

import pytest

from local.outcome import Outcome
from local.terminal import Terminal


def test_the_table_at_the_end_has_no_blanks_at_the_ends_of_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    long = "the sample data has VTI only; " * 10
    Terminal().summary(
        [
            Outcome("VTI", "ok", "", 3513, 3513, "2026-11-24", 321.28, 5.1),
            Outcome("SCHD", "not_an_etf", long),
        ]
    )

    lines = capsys.readouterr().out.splitlines()
    assert lines == [line.rstrip() for line in lines]
    assert lines[1].split() == ["symbol", "rows", "of", "total", "holdings", "of", "price", "seconds", "result"]
    assert lines[2] == "VTI     3,513 of 3,513  2026-11-24   321.28      5.1  ok"
    assert " ".join(" ".join(lines[3:]).split()).endswith(long.strip())
