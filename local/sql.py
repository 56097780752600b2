"""`make sql`: a question in SQL and its answer, or a prompt for many."""

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import Any

from rich.console import Console
from rich.table import Table

from etf_common.errors import UsageError
from etf_common.holdings_csv import csv_table
from local.lake_sql import VIEWS, Answer, Column, LakeSql
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
    except UsageError as error:
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
        return _tell(UsageError('there is no question; give one, such as QUERY="from latest_funds limit 5"'))
    try:
        for answer in lake.ask(text):
            if options.csv:
                sys.stdout.buffer.write(csv_of(answer))
                sys.stdout.flush()
            else:
                show(answer, Console(highlight=False, markup=False))
    except UsageError as error:
        return _tell(error)
    return OK


def csv_of(answer: Answer) -> bytes:
    """The whole answer as CSV, as the API writes it: no cell runs as a formula."""
    rows = ([_plain(value) for value in row] for row in answer.rows)
    return csv_table([column.name for column in answer.columns], rows)


def show(answer: Answer, console: Console) -> None:
    """The first rows as a table, as wide as it is; a terminal wraps it."""
    rows = list(islice(answer.rows, ROWS_SHOWN + 1))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in answer.columns:
        table.add_column(printable(column.name), justify="right" if column.is_number else "left", no_wrap=True)
    for row in rows[:ROWS_SHOWN]:
        table.add_row(*map(_cell, answer.columns, row))
    # A line that is cut would hide the figures at its end.
    width = console.measure(table).maximum
    Console(highlight=False, markup=False, width=max(width, 20), soft_wrap=True, file=console.file).print(table)
    if len(rows) > ROWS_SHOWN:
        _say(f"the first {ROWS_SHOWN} rows; LIMIT asks for fewer, CSV=1 (or --csv) writes all of them")
    elif not rows:
        _say("no rows")


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return "null"
    text = f"{value:.10g}" if isinstance(value, float) and column.is_number else str(_plain(value))
    text = printable(text)
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 3]}..."


def _plain(value: Any) -> Any:
    """Lists and structures as JSON."""
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, list | dict | tuple) else value


def _tell(error: UsageError) -> int:
    lines = error.message.splitlines() or [""]
    _say(f"error: {lines[0]}", *lines[1:])
    return USAGE


def _say(*lines: str) -> None:
    """On standard error, so that standard output has the answers and nothing else."""
    print(*map(printable, lines), sep="\n", file=sys.stderr, flush=True)  # noqa: T201 - a command's own output
