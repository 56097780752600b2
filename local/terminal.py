"""What the person at the terminal sees: lines, progress, and the summary table of a refresh."""

import logging

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from local.outcome import Outcome

_PLAIN_WIDTH = 140
_STYLES = {"ok": "green", "failed": "bold red", "not_an_etf": "bold red"}


def printable(text: str) -> str:
    """`text` with every character that a terminal obeys or hides written out: `\\x1b`, `\\u202e`, line ends."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


class LogLines(logging.Formatter):
    """Log lines for a terminal: what belongs to a record, such as a traceback, is indented, so that nothing that it
    quotes can pass for a record of its own.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record's line, and its traceback below."""
        return "\n  ".join(map(printable, super().format(record).splitlines()))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base class's name
        """The message, and where it is about an answer: to which path, with which status."""
        fields, line = vars(record), super().formatMessage(record)
        return f"{line} {fields['path']} with {fields['status']}" if {"path", "status"} <= fields.keys() else line


class Terminal:
    """Standard output, and standard error for errors. On a terminal there is a progress bar, else plain lines."""

    def __init__(self) -> None:
        self._out = Console(highlight=False, markup=False)
        if not self._out.is_terminal:
            self._out = Console(highlight=False, markup=False, width=_PLAIN_WIDTH)
        self._errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        self._progress: Progress | None = None

    def line(self, text: str = "", style: str | None = None) -> None:
        """One line."""
        self._out.print(printable(text), style=style, soft_wrap=True)

    def error(self, text: str) -> None:
        """One line on standard error."""
        self._errors.print(printable(text), style="bold red")

    def begin(self, total: int) -> None:
        """A refresh of `total` symbols begins: on a terminal, show how far it is until its summary."""
        self.close()
        if self._out.is_terminal:
            columns = TextColumn("refreshing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
            self._progress = Progress(*columns, console=self._out, transient=True)
            self._progress.add_task("refresh", total=total)
            self._progress.start()

    def close(self) -> None:
        """Take a progress bar away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def outcome(self, outcome: Outcome) -> None:
        """One symbol has come to its end."""
        text = f"{outcome.symbol}: {outcome.result}" + (f", {_rows(outcome)} rows" if outcome.rows is not None else "")
        text += f", {outcome.seconds:.1f} s" + (f": {outcome.message}" if outcome.message else "")
        if self._progress is None:
            self.line(text)
            return
        self._progress.advance(self._progress.task_ids[0])
        if outcome.result != "ok":
            self._progress.console.print(printable(text), style=_STYLES.get(outcome.result, "yellow"), soft_wrap=True)

    def summary(self, outcomes: list[Outcome]) -> None:
        """The table at the end of a refresh."""
        self.close()
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name, justify in (("symbol", "left"), ("rows of total", "right"), ("holdings of", "left")):
            table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
        for name in ("price", "seconds"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("result", overflow="fold")
        for outcome in outcomes:
            table.add_row(
                outcome.symbol,
                _rows(outcome),
                outcome.holdings_as_of or "-",
                "-" if outcome.last_price is None else f"{outcome.last_price:,.2f}",
                f"{outcome.seconds:.1f}",
                Text(
                    outcome.result + (f": {printable(outcome.message)}" if outcome.message else ""),
                    style=_STYLES.get(outcome.result, "yellow"),
                ),
            )
        self._out.print()
        if self._out.is_terminal:
            self._out.print(table)
            return
        with self._out.capture() as printed:
            self._out.print(table)
        for line in printed.get().splitlines():
            self._out.print(line.rstrip(), soft_wrap=True)  # what is piped on has no blanks at its ends


def _rows(outcome: Outcome) -> str:
    if outcome.rows is None:
        return "-"
    return f"{outcome.rows:,} of {'?' if outcome.reported is None else f'{outcome.reported:,}'}"
