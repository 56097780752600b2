"""`make sql`: a question in SQL and its answer, or a prompt for many."""

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import Any

from rich.cells import cell_len

from etf_common.csv_text import csv_table
from etf_common.errors import UsageError
from local.lake_sql import VIEWS, Answer, Column, LakeSql, SqlError
from local.options import SqlOptions, sql_options
from local.sources import kept_source
from local.terminal import printable

OK, USAGE, INTERRUPTED = 0, 2, 130
ROWS_SHOWN = 100
"""Of one answer on the screen; CSV has all."""
_LONGEST_CELL = 60
_END = frozenset({"exit", "quit", ".exit", ".quit", "\\q"})
_HELP = f"The tables are {', '.join(VIEWS)}; end a question with a semicolon. DESCRIBE funds; lists columns. exit ends."
Ask = Callable[[str], str]


def sql(arguments: list[str]) -> int:
    """Answer `--query`, or what stands on standard input, or ask at a prompt until the user leaves."""
    try:
        options = sql_options(arguments)
        source = kept_source(options.where)
        if source.warning:
            _say(source.note)
        with LakeSql(source.root) as lake:
            if options.query is not None:
                return _answer_all(lake, options.query, options)
            if not sys.stdin.isatty():
                return _answer_all(lake, sys.stdin.read(), options)
            return prompt(lake, options, input)
    except (UsageError, SqlError) as error:
        return _tell(error)
    except BrokenPipeError:
        # `| head` has seen enough. Python would complain once more when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return INTERRUPTED


def prompt(lake: LakeSql, options: SqlOptions, read: Ask) -> int:
    """Ask until end of input; a question may have several lines and ends with a semicolon."""
    with suppress(ImportError):
        import readline  # noqa: F401, PLC0415 - arrow keys and history, where the system has them
    next(lake.ask("select 1"))  # without tables there is nothing to ask
    _say(_HELP)
    lines: list[str] = []
    while True:
        try:
            line = read("  -> " if lines else "sql> ")
        except KeyboardInterrupt:
            lines = []
            _say("")
            continue
        except EOFError:
            return OK
        if not lines and line.strip().lower().rstrip(";") in _END:
            return OK
        if not lines and line.strip().lower().rstrip(";") in {"help", ".help", "?", ".tables"}:
            _say(_HELP)
            continue
        lines.append(line)
        if line.rstrip().endswith(";"):
            try:
                _answer_all(lake, "\n".join(lines), options)
            except KeyboardInterrupt:
                _say("stopped")
            lines = []


def _answer_all(lake: LakeSql, text: str, options: SqlOptions) -> int:
    if not text.strip(" \t\r\n;"):
        return _tell(UsageError('there is no question; give one, such as "from latest_funds limit 5"'))
    try:
        for answer in lake.ask(text):
            if options.csv:
                sys.stdout.buffer.write(csv_of(answer))
                sys.stdout.flush()
            else:
                show(answer, print)
    except (UsageError, SqlError) as error:
        return _tell(error)
    return OK


def csv_of(answer: Answer) -> bytes:
    """The whole answer as CSV, as the API writes it: no cell runs as a formula."""
    rows = ([_plain(value) for value in row] for row in answer.rows)
    return csv_table([column.name for column in answer.columns], rows)


def show(answer: Answer, write: Callable[[str], object]) -> None:
    """The first rows as a table, each in one line however wide: a cut line would hide the figures at its end."""
    rows = list(islice(answer.rows, ROWS_SHOWN + 1))
    if [column.name for column in answer.columns] == ["explain_key", "explain_value"]:
        write("\n".join(str(row[1]) for row in rows))
        return
    heads = [printable(column.name) for column in answer.columns]
    cells = [heads, *([*map(_cell, row)] for row in rows[:ROWS_SHOWN])]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        write("  ".join(map(_padded, answer.columns, line, widths)).rstrip())
    if len(rows) > ROWS_SHOWN:
        _say(f"the first {ROWS_SHOWN} rows; LIMIT asks for fewer, CSV=1 (or --csv) writes all of them")
    elif not rows:
        _say("no rows")


def _padded(column: Column, text: str, width: int) -> str:
    # A Chinese name takes twice as many places as it has characters.
    blanks = " " * (width - cell_len(text))
    return blanks + text if column.is_number else text + blanks


def _cell(value: Any) -> str:
    if value is None:
        return "null"
    text = printable(_shown(value))
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 3]}..."


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and 1e-4 <= abs(value) < 1e15:
        # Dollars with all their digits, and no 32.300000000000004.
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return f"{value:g}" if isinstance(value, float) else str(_plain(value))


def _plain(value: Any) -> Any:
    """Lists and structures as JSON."""
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, list | dict | tuple) else value


def _tell(error: Exception) -> int:
    lines = (error.message if isinstance(error, UsageError) else str(error)).splitlines() or [""]
    _say(f"error: {lines[0]}", *lines[1:])
    return USAGE


def _say(*lines: str) -> None:
    """On standard error, so that standard output has the answers and nothing else."""
    print(*map(printable, lines), sep="\n", file=sys.stderr, flush=True)  # noqa: T201 - a command's own output
