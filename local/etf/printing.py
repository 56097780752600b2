"""Tables on standard output, and what must be known about them below. Messages go to standard error."""

import os
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from local.etf.cells import TO, UNKNOWN, Block, Column, Facts, Row, Table, printable, reach, text
from local.etf.errors import OK
from local.kept import MADE_UP

_UNCUT = 10_000
"""Characters in a line where nobody looks at a screen."""
_LEAST_NAME = 12
"""Characters of a name that are left on a narrow screen."""
_NAMED = 6
"""Of a list in a remark."""
_RANGE = re.compile(f"(?<=[0-9{UNKNOWN}]){TO}(?=[-0-9.{UNKNOWN}])")
_OWNERS = ("etf", "symbol", "factor", "a", "holdings_as_of")
"""What names a row, whichever of these it has."""


class _Console(Console):
    """Leaves it to the command to end well when nobody reads on; rich itself would end with 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


@contextmanager
def _while_read() -> Iterator[None]:
    """`| head` has seen enough: that is no fault, and Python must not complain of it at its end."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        no_more()
        raise typer.Exit(OK) from None


def no_more() -> None:
    """Whatever is still written to standard output goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show(blocks: Iterable[Block], remarks: Iterable[str] = ()) -> None:
    """Print tables, then remarks. On a screen long names are cut; in a pipe nothing is."""
    with _while_read():
        _show(list(blocks), list(remarks))


def _show(blocks: list[Block], remarks: list[str]) -> None:
    console = _Console(highlight=False, markup=False, emoji=False)
    for position, block in enumerate(blocks):
        if position:
            console.print()
        if block.title:
            console.print(_written(block.title), style="bold", soft_wrap=True)
        _print(console, block)
        if isinstance(block, Table) and not block.rows:
            console.print("none", soft_wrap=True)
    if remarks:
        console.print()
    for remark in remarks:
        console.print(_written(remark), style="dim", soft_wrap=not console.is_terminal)


def take_any_letter() -> None:
    """Let standard output write `?` for letters that it cannot write: a terminal may take ASCII, a pipe a code page."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def _written(shown: str) -> str:
    """Printable text, with other signs for an unknown figure and for a range where the output has not those."""
    shown = printable(shown)
    try:
        (UNKNOWN + TO).encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return _RANGE.sub(" to ", shown).replace(UNKNOWN, "-").replace(TO, "-")
    return shown


def _table(block: Table, heads: Sequence[str]) -> RichTable:
    table = _empty(show_header=True)
    for column, head in zip(block.columns, heads, strict=True):
        side = "right" if column.is_right else "left"
        table.add_column(head, justify=side, no_wrap=column.is_right)  # type: ignore[arg-type]
    for row in block.rows:
        table.add_row(*(_cell(column, row) for column in block.columns))
    return table


def _of(column: Column, row: Row) -> str:
    return _written(column.of(row))


def _cell(column: Column, row: Row) -> Text:
    cell = _of(column, row)
    return Text(cell) if column.is_long else Text(cell, no_wrap=True, overflow="ellipsis")


def _heads(block: Table) -> list[str]:
    return [column.head for column in block.columns]


def _folded_heads(block: Table) -> list[str]:
    """Heads in several lines, none wider than its longest word or the column's widest cell."""
    folded = []
    for column in block.columns:
        least = max(map(cell_len, [*column.head.split(), *(_of(column, row) for row in block.rows)]), default=0)
        folded.append("\n".join(textwrap.wrap(column.head, max(least, 1))))
    return folded


def _width(block: Table, heads: Sequence[str], name: int | None = None) -> int:
    """The characters of a line in which no figure is cut, and words to no less than `name` characters."""
    cells = [
        (*head.split("\n"), *(_of(column, row) for row in block.rows))
        for column, head in zip(block.columns, heads, strict=True)
    ]
    widths = [max(map(cell_len, each)) for each in cells]
    least = [
        width if column.is_right or name is None else min(width, name)
        for column, width in zip(block.columns, widths, strict=True)
    ]
    return sum(least) + 2 * (len(least) - 1)


def _facts(block: Facts) -> RichTable:
    table = _empty(show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for column in block.columns:
        table.add_row(Text(column.head, style="bold"), Text(_of(column, block.row)))
    return table


def _empty(*, show_header: bool) -> RichTable:
    return RichTable(box=None, pad_edge=False, show_header=show_header, header_style="bold")


def _facts_width(block: Facts) -> int:
    label = max(cell_len(column.head) for column in block.columns)
    return label + 2 + max(cell_len(_of(column, block.row)) for column in block.columns)


def _fitting(block: Block, width: int) -> RichTable | None:
    """The table for a screen of this width; None where figures would be cut.

    Where it is too wide, first the heads take several lines, then names are cut.
    """
    if isinstance(block, Facts):
        return _facts(block) if _facts_width(block) <= width else None
    heads, folded = _heads(block), _folded_heads(block)
    if _width(block, heads) <= width:
        return _table(block, heads)
    return _table(block, folded) if _width(block, folded, name=_LEAST_NAME) <= width else None


def _print(console: Console, block: Block) -> None:
    fitting = _fitting(block, console.width) if console.is_terminal else None
    if fitting is not None:
        console.print(fitting)
        return
    # Whole lines, which a narrow screen wraps.
    table = _table(block, _heads(block)) if isinstance(block, Table) else _facts(block)
    # rich takes every dumb terminal for one of 80 columns.
    is_screen = False if console.is_dumb_terminal else None
    uncut = _Console(highlight=False, markup=False, emoji=False, width=_UNCUT, force_terminal=is_screen)
    with uncut.capture() as printed:
        uncut.print(table)
    for line in printed.get().splitlines():
        console.print(Text.from_ansi(line.rstrip()), soft_wrap=True)  # what is piped on has no blanks at its ends


def write(data: bytes) -> None:
    """Bytes as they are: the API's JSON or CSV."""
    with _while_read():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)


def say(*lines: str) -> None:
    """Lines on standard error, so that standard output has the answer and nothing else."""
    print(*map(printable, lines), sep="\n", file=sys.stderr, flush=True)  # noqa: T201 - a command's own output


def say_sample() -> None:
    """That the figures are made up, in a way that is hard to overlook."""
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(MADE_UP, style="bold yellow")


def remarks_on(data: Any, headers: Mapping[str, str], shown: Sequence[Block], offset: int = 0) -> list[str]:
    """What stands below a table: rows left out, dates, source, staleness, partial lists, missing figures, doubts."""
    found = [line for line in (_part(data, headers, shown, offset), _dates(data, headers), _quality(headers)) if line]
    found += _reasons(data, {column.path for block in shown for column in block.columns})
    if isinstance(data, Mapping):
        found += [f"assumed: {_listed(data['assumptions'])}"] if data.get("assumptions") else []
        found += [f"in doubt: {len(data['doubts'])} securities; --json has them"] if data.get("doubts") else []
        found += [f"flaws of {owner}: {flaws}" for owner, flaws in _flaws(data)]
        found += [note] if isinstance(note := data.get("note"), str) else []
    return found


def _part(data: Any, headers: Mapping[str, str], shown: Sequence[Block], offset: int) -> str:
    """Which rows these are, where the answer says that there are more."""
    told = headers.get("X-Total-Count") or (data.get("total") if isinstance(data, Mapping) else None)
    tables = [block for block in shown if isinstance(block, Table)]
    if len(tables) != 1 or not str(told).isdecimal() or not 0 < len(tables[0].rows) < int(str(told)):
        return ""
    rows, total = len(tables[0].rows), f"{int(str(told)):,}"
    part = f"rows {offset + 1:,} to {offset + rows:,} of {total}" if offset else f"the first {rows:,} of {total} rows"
    return f"{part}; --limit and --offset choose others"


def _dates(data: Any, headers: Mapping[str, str]) -> str:
    if not isinstance(data, Mapping):
        data = {"holdings_as_of": headers.get("X-Holdings-As-Of")}
    held = data.get("holdings_as_of")
    if isinstance(held, Mapping):
        held = ", ".join(f"{symbol} {date}" for symbol, date in held.items())
    parts = [f"holdings of {text(held)}"] if held else []
    if lag := data.get("lag_days"):
        parts.append(f"{lag} {'day' if lag == 1 else 'days'} apart")
    if built := data.get("tables_as_of"):
        parts.append(f"tables built {built}")
    return "; ".join(parts)


def _quality(headers: Mapping[str, str]) -> str:
    parts = [f"source: {source}"] if (source := headers.get("X-Data-Source")) else []
    return "; ".join([*parts, *faults_of(headers)])


def faults_of(headers: Mapping[str, str]) -> list[str]:
    """What an answer's headers say against its data: that it is stale, that it is partial."""
    parts = []
    if headers.get("X-Data-Stale") == "true":
        parts.append("STALE: `etf status` says what and why")
    if headers.get("X-Data-Complete") == "false":
        parts.append("PARTIAL: not all lines are listed, so figures may be bounds")
    return parts


def _flaws(data: Row) -> Iterator[tuple[str, str]]:
    """By fund, date or figure what is wrong with it in words; of two dates, as in a drift, by date and fund."""
    flaws = data.get("flaws")
    for owner, codes in flaws.items() if isinstance(flaws, Mapping) else ():
        if isinstance(codes, Mapping):
            yield from ((f"{name} ({owner})", told) for name, told in _flaws({"flaws": codes}))
        else:
            yield owner, "; ".join(map(meaning, str(codes).split(", ")))


def _listed(items: Any) -> str:
    if isinstance(items, Mapping):
        items = list(items)
    shown = [item if isinstance(item, str) else text(_name(item)) for item in items[:_NAMED]]
    return ", ".join(shown) + (f" and {len(items) - _NAMED} more" if len(items) > _NAMED else "")


def _name(item: Any) -> Any:
    names = ("code", "symbol", "a", "name", "detail")
    return next((item[name] for name in names if item.get(name)), item) if isinstance(item, Mapping) else item


def _reasons(data: Any, paths: set[str]) -> list[str]:
    """One remark for each reason, with the figures that it explains, of those that are shown."""
    explained: dict[str, dict[str, None]] = {}
    for owner, row in _with_reasons(data):
        for figure, reasons in row["reasons"].items():
            is_shown = any(path == figure or path.startswith(f"{figure}.") for path in paths)
            if is_shown and reach(row, figure) is None:
                for reason in [reasons] if isinstance(reasons, str) else list(reasons or ()):
                    what = f"{figure} of {owner}" if owner else figure
                    explained.setdefault(str(reason), {}).setdefault(what)
    return [f"{UNKNOWN} {_listed(list(figures))}: {meaning(reason)}" for reason, figures in explained.items()]


def _with_reasons(data: Any, depth: int = 0) -> Iterable[tuple[str, Row]]:
    if isinstance(data, Mapping):
        if isinstance(data.get("reasons"), Mapping):
            owner = next((data[name] for name in _OWNERS if data.get(name)), "")
            yield (str(owner) if depth else ""), data
        data = list(data.values())
    if isinstance(data, Sequence) and not isinstance(data, str) and depth < 4:
        for each in data:
            if isinstance(each, Mapping | list):
                yield from _with_reasons(each, depth + 1)


def meaning(code: str) -> str:
    """What a reason of whatever kind means; the reason itself where an API is newer than this command."""
    from etf_common import codes  # noqa: PLC0415 - most answers need none

    kinds: tuple[type[codes.Code], ...] = (
        codes.Reason,
        codes.StaleCode,
        codes.UntradeableReason,
        codes.FlawCode,
        codes.IssueCode,
    )
    return next((each.meaning for kind in kinds for each in kind if each == code), code)
