"""`python -m tools.sectors [INDEX.csv ...] [--as-of DATE] [--check HOLDINGS.csv ...]`: builds and checks sectors.csv.

Index tables have a column each for symbol, name and sector under any of the usual headings; they are public facts
from outside, and only what is normalised here stays. sector_additions.csv adds what they lack and settles what they
contradict each other in. Without tables, the committed one is checked. Exits with 1 when a holdings table is covered
by less than 90 % of its weight, with 2 when the tables cannot be used.
"""

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from etf_analytics.reference.sectors import ABOUT, OTHER_NAMES, SECTORS, TABLE, Sectors, read_table, sectors
from etf_common.errors import UsageError
from etf_common.symbols import MalformedSymbolError, canonical
from transform.asset_class import asset_class

ADDITIONS = Path(__file__).with_name("sector_additions.csv")
"""symbol, name, sector, why; kept by hand. A line here counts before any index table."""
ENOUGH_PCT = 90.0

_COLUMNS = ("symbol", "name", "sector")
_HEADINGS = {
    "symbol": ("symbol", "ticker", "holding ticker"),
    "name": ("name", "security", "company"),
    "sector": ("sector", "gics sector", "gics_sector"),
    "weight": ("weight", "weight_pct", "weight (%)", "% weight"),
}
_STRAIGHT = str.maketrans("\u2018\u2019\u2013\u2014", "''--")
_IN_BRACKETS = re.compile(r"\s*\((?:the|class [a-z]|series [a-z])\)", re.IGNORECASE)
_INVERTED = re.compile(r"^([^(]+?) \(([^)]+)\)$")
# Foreign forms stay: they tell Prudential Financial from Prudential plc.
_AMERICAN_FORM = re.compile(r",?\s+(?:(?:&|and) )?(?:inc|incorporated|corp|corporation|co|company)\b\s*\.?$", re.I)


class Company(NamedTuple):
    """One line of the table."""

    symbol: str
    name: str
    sector: str


class TableError(UsageError):
    """A table that cannot be used; the message names the file, the symbol and what is wrong."""

    code = "table"


class Coverage(NamedTuple):
    """How much of a holdings table has a sector."""

    weight_pct: float
    """Per cent of the sum of its weights."""
    missing: list[str]
    """`SYMBOL name` of what has none, in the table's order."""


def main(arguments: list[str]) -> int:
    """Build, then check; the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if bool(options.index_tables) != bool(options.as_of):
        parser.error("index tables and --as-of DATE, the date of the oldest of them, go together")
    try:
        if options.index_tables:
            write(build(options.index_tables, ADDITIONS), TABLE)
            _write_as_of(options.as_of)
            sectors.cache_clear()
        count = check_table(TABLE)
        check_other_names(OTHER_NAMES, TABLE)
        coverages = {path: coverage(path, sectors()) for path in options.check}
    except TableError as fault:
        print(fault.message, file=sys.stderr)
        return 2
    print(f"{count} companies in {TABLE.name}, as of {sectors().as_of}")
    for path, found in coverages.items():
        left_out = f"; without a sector: {', '.join(found.missing)}" if found.missing else ""
        print(f"{path.name}: {found.weight_pct:.2f} % of the weight{left_out}")
    return 0 if all(found.weight_pct >= ENOUGH_PCT for found in coverages.values()) else 1


def build(index_tables: Iterable[Path], additions: Path) -> list[Company]:
    """The companies of all tables by symbol. Where they give one company two names, the first counts.

    Raises TableError for a symbol twice in one table or with two sectors, and for a sector that is none.
    """
    settled = _companies(additions)
    found: dict[str, tuple[Company, Path]] = {}
    for path in index_tables:
        for symbol, company in _companies(path).items():
            first, where = found.setdefault(symbol, (company, path))
            if first.sector != company.sector and symbol not in settled:
                raise TableError(
                    f"{symbol} is {first.sector} in {where.name} and {company.sector} in {path.name}; "
                    f"say in {additions.name} which it is"
                )
    companies = {symbol: company for symbol, (company, _) in found.items()} | settled
    return [companies[symbol] for symbol in sorted(companies)]


def write(companies: Iterable[Company], target: Path) -> None:
    """The table as CSV; the same companies give the same bytes."""
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(companies)


def check_table(path: Path) -> int:
    """How many companies the table has. Raises TableError if it is not as `write` leaves it."""
    with path.open(encoding="utf-8", newline="") as file:
        heading = next(csv.reader(file), [])
    if heading != list(_COLUMNS):
        raise TableError(f"{path.name} begins with {heading}; it must begin with {list(_COLUMNS)}")
    rows = list(read_table(path))
    companies = list(_companies(path).values())
    for row, company in zip(rows, companies, strict=True):
        if tuple(row.values()) != company:
            raise TableError(f"{path.name} has {row}; normalised it is {company}")
    symbols = [company.symbol for company in companies]
    if symbols != sorted(symbols):
        raise TableError(f"{path.name} is not sorted by symbol")
    missing = set(SECTORS).difference(company.sector for company in companies)
    if missing:
        raise TableError(f"{path.name} has no company in {', '.join(sorted(missing))}")
    return len(companies)


def check_other_names(path: Path, table: Path) -> None:
    """Raises TableError for an unsorted or doubled line, and for a name of a company that the table does not have."""
    rows = [(row["symbol"], row["name"]) for row in read_table(path)]
    known = {row["symbol"] for row in read_table(table)}
    strangers = sorted({symbol for symbol, _ in rows} - known)
    if strangers:
        raise TableError(f"{path.name} names {', '.join(strangers)}, which {table.name} does not have")
    if rows != sorted(set(rows)):
        raise TableError(f"{path.name} is not sorted, or has a line twice")


def coverage(path: Path, table: Sectors) -> Coverage:
    """How much of the holdings table has a sector. Lines that are no equity, as cash, count as not covered."""
    covered = total = 0.0
    missing: list[str] = []
    for line, row in _rows(path, ("symbol", "name", "weight")):
        try:
            weight = float(row["weight"].replace(",", "").rstrip("% "))
        except ValueError:
            raise TableError(f"{path.name}, line {line}: the weight {row['weight']!r} is no number") from None
        total += weight
        symbol = _canonical_or_none(row["symbol"])
        holding = {"symbol": symbol, "name": row["name"], "asset_class": asset_class(symbol, row["name"])}
        if table.of(holding):
            covered += weight
        else:
            missing.append(f"{row['symbol']} {row['name']}")
    if total <= 0:
        raise TableError(f"{path.name} has no weights")
    return Coverage(100 * covered / total, missing)


def normalised(name: str) -> str:
    """A company's name as the table has it: `Lilly (Eli)` is Eli Lilly, `Nike, Inc.` Nike, `Linde plc` stays."""
    name = _IN_BRACKETS.sub("", " ".join(name.translate(_STRAIGHT).split())).replace(" .", ".")
    inverted = _INVERTED.match(name)
    if inverted:
        name = f"{inverted[2]} {inverted[1]}"
    name = name.removeprefix("The ")
    while (shorter := _AMERICAN_FORM.sub("", name).rstrip(" ,")) != name:
        name = shorter
    return name


def _companies(path: Path) -> dict[str, Company]:
    companies: dict[str, Company] = {}
    for line, row in _rows(path, _COLUMNS):
        where = f"{path.name}, line {line}"
        try:
            symbol = canonical(row["symbol"])
        except MalformedSymbolError as fault:
            raise TableError(f"{where}: {fault.message}") from None
        if symbol in companies:
            raise TableError(f"{where}: {symbol} is there twice")
        if row["sector"] not in SECTORS:
            raise TableError(f"{where}: {symbol} has the sector {row['sector']!r}; allowed is {', '.join(SECTORS)}")
        name = normalised(row["name"])
        if not name:
            raise TableError(f"{where}: {symbol} has no name")
        companies[symbol] = Company(symbol, name, row["sector"])
    if not companies:
        raise TableError(f"{path.name} has no companies")
    return companies


def _rows(path: Path, wanted: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and the wanted cells of each row that has a symbol and a name.

    What stands above the headings and the small print below the rows is passed over.
    """
    places: dict[str, int] | None = None
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            for cells in reader:
                if places is None:
                    places = _places(cells, wanted)
                elif len(cells) > max(places.values()):
                    row = {column: cells[place].strip() for column, place in places.items()}
                    if row["symbol"] and row["name"]:
                        yield reader.line_num, row
    except (OSError, UnicodeDecodeError) as fault:
        raise TableError(f"{path} cannot be read: {fault}") from None
    if places is None:
        raise TableError(f"{path.name} has no line with headings for {', '.join(wanted)}")


def _places(cells: list[str], wanted: Iterable[str]) -> dict[str, int] | None:
    headings = [cell.strip().lower() for cell in cells]
    places = {
        column: headings.index(heading) for column in wanted for heading in _HEADINGS[column] if heading in headings
    }
    return places if len(places) == len(tuple(wanted)) else None


def _canonical_or_none(text: str) -> str | None:
    try:
        return canonical(text)
    except MalformedSymbolError:
        return None


def _write_as_of(day: date) -> None:
    about = json.loads(ABOUT.read_text("utf-8")) | {"as_of": day.isoformat()}
    ABOUT.write_text(json.dumps(about, indent=2) + "\n", "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.sectors", description="builds and checks sectors.csv")
    parser.add_argument("index_tables", nargs="*", type=Path, metavar="INDEX.csv", help="symbol, name, sector")
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="the date of the oldest index table")
    parser.add_argument(
        "--check", nargs="+", type=Path, default=[], metavar="HOLDINGS.csv", help="say how much weight is covered"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
