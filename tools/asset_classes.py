"""`python -m tools.asset_classes [FOLDER]`: measures asset_class on real lists and on the SEC's own classes.

FOLDER (default ../shared/real, which is not part of the project) holds issuers' holdings tables (*.csv), a page of the
portal (*.html) and filings on Form N-PORT (nport/*.xml). A filing's line is written as the portal writes a row: equity
with a ticker, made up where the filing has none; debt with coupon and maturity behind the name, in the styles that
issuers use, in turn. What the class must be is the filing's own code. Prints a table of both classes and every line in
which they differ. Exits with 1 when fewer than 98 % agree, with 2 when there is nothing to measure.
"""

import argparse
import csv
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple, get_args

from lxml import etree

from etf_common.models import AssetClass
from filings.parse import categories
from transform.asset_class import asset_class

DEFAULT_FOLDER = Path("../shared/real")
ENOUGH_PCT = 98.0
CLASSES: tuple[str, ...] = get_args(AssetClass)


class Sample(NamedTuple):
    """A line as a list shows it, and the class that it has."""

    source: str
    symbol: str | None
    name: str
    truth: AssetClass


def _percent_and_us_date(rate: str, maturity: date) -> str:
    return f"{rate}% {maturity:%m/%d/%Y}"


STYLES: tuple[Callable[[str, date], str], ...] = (
    _percent_and_us_date,
    lambda rate, maturity: f"{rate} {maturity:%m/%d/%Y}",
    lambda rate, maturity: f"{rate}% {maturity:%m/%d/%y}",
    lambda rate, maturity: f"{rate}% {maturity:%Y}",
    lambda rate, maturity: f"{rate} {maturity:%Y-%m-%d}",
    lambda rate, maturity: f"{rate}% due {maturity:%b} {maturity.day}, {maturity:%Y}",
    lambda rate, maturity: f"{maturity:%d%b%Y} {rate}%",
    lambda rate, maturity: f"{maturity:%m/%d/%Y} {rate} %",
)
"""How a bond's coupon and maturity are written: Schwab, Vanguard, iShares, State Street, Invesco and others."""


def samples(folder: Path) -> Iterator[Sample]:
    """Every line that the folder holds."""
    for path in sorted(folder.rglob("*.csv")):
        yield from _table(path)
    for path in sorted(folder.glob("*.html")):
        yield from _page(path)
    for path in sorted(folder.glob("nport/*.xml")):
        yield from filing(path)


def _table(path: Path) -> Iterator[Sample]:
    """The rows below the heading that names a ticker, whatever stands around them; disclaimers behind them too."""
    ticker = name = -1
    with path.open(newline="", encoding="utf-8-sig") as file:
        for row in csv.reader(file):
            headings = [cell.strip().lower() for cell in row]
            if ticker < 0 and (found := {"ticker", "holding ticker", "symbol"}.intersection(headings)):
                ticker = headings.index(min(found))
                name = next(n for n, cell in enumerate(headings) if cell in {"name", "company"})
            elif ticker >= 0 and any(row):
                yield _table_row(path.name, row, ticker, name)


def _table_row(source: str, row: list[str], ticker: int, name: int) -> Sample:
    symbol = row[ticker].strip() if len(row) > ticker else ""
    text = row[name].strip()
    # Without a ticker stand the cash, which has an amount, and the disclaimers behind the holdings, which have none.
    amount = any(re.fullmatch(r"[\d.,E-]+", cell) for cell in row[name + 1 :])
    truth: AssetClass = "equity" if symbol else "other"
    if symbol in {"", "-"} and amount:
        truth = "cash"
    elif re.fullmatch(r"\d{5,8}D", symbol):  # a line that waits for a merger's payment
        truth = "other"
    return Sample(source, symbol or None, text, truth)


def _page(path: Path) -> Iterator[Sample]:
    for row in re.findall(r"<tr.*?</tr>", path.read_text(encoding="utf-8"), re.DOTALL):
        cells = re.findall(r'tsraw="([^"]*)"', row)
        if len(cells) >= 5:
            yield Sample(path.name, cells[0], cells[1], "equity")


def filing(path: Path, *, each_style: bool = False) -> Iterator[Sample]:
    """The filing's lines as rows. `each_style`: only its debt, in every style, under its issuer's made-up ticker."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(path.read_bytes().lstrip(), parser)
    for number, element in enumerate(root.findall(".//{*}invstOrSecs/{*}invstOrSec")):
        truth = filed_class(element)
        if not each_style:
            yield _row(path.name, element, truth, STYLES[number % len(STYLES)])
        elif truth == "bond":
            for style in STYLES:
                row = _row(path.name, element, truth, style)
                yield row._replace(symbol=_made_up(row.name))


def filed_class(element: "etree._Element") -> AssetClass:
    """The class of the filing's own codes, as parse reads it."""
    return categories.asset_class(element.findtext("{*}assetCat"), element.findtext("{*}issuerCat"))


def _row(source: str, element: "etree._Element", truth: AssetClass, style: Callable[[str, date], str]) -> Sample:
    name, title = (_said(element.findtext(f"{{*}}{tag}")) for tag in ("name", "title"))
    ticker = next((node.get("value") for node in element.findall("{*}identifiers/{*}ticker")), None)
    if truth in {"equity", "etf"}:
        return Sample(source, ticker or _made_up(name or title), name or title, truth)
    maturity = element.findtext("{*}debtSec/{*}maturityDt")
    text = title or name
    if maturity and maturity[:4] not in text:
        rate = f"{float(element.findtext('{*}debtSec/{*}annualizedRt') or 0):g}"
        text = f"{text} {style(rate, date.fromisoformat(maturity))}"
    return Sample(source, ticker, text, truth)


def _said(text: str | None) -> str:
    return "" if text in {None, "N/A"} else str(text)


def _made_up(name: str) -> str:
    return re.sub(r"[^A-Z]", "", name.upper())[:4] or "X"


def measure(lines: Iterable[Sample]) -> tuple[Counter[tuple[str, str]], list[tuple[Sample, AssetClass]]]:
    """How many lines have which pair of (true class, ours), and the lines in which they differ."""
    pairs: Counter[tuple[str, str]] = Counter()
    differing: list[tuple[Sample, AssetClass]] = []
    for line in lines:
        ours = asset_class(line.symbol, line.name)
        pairs[line.truth, ours] += 1
        if ours != line.truth:
            differing.append((line, ours))
    return pairs, differing


def agreement_pct(pairs: Counter[tuple[str, str]]) -> float:
    """Per cent of lines with the right class."""
    return 100 * sum(count for (truth, ours), count in pairs.items() if truth == ours) / pairs.total()


def report(title: str, lines: Iterable[Sample]) -> float:
    """Print the table and the lines that differ; the per cent that agree."""
    pairs, differing = measure(lines)
    print(f"{title}: {pairs.total()} lines, {agreement_pct(pairs):.2f} % agree")
    print(f"{'true class':>12} " + " ".join(f"{name:>10}" for name in CLASSES))
    for truth in CLASSES:
        if any(pair[0] == truth for pair in pairs):
            print(f"{truth:>12} " + " ".join(f"{pairs[truth, ours]:>10}" for ours in CLASSES))
    for line, ours in differing:
        print(f"  {line.source}: {line.symbol or '-'} | {line.name[:100]} | {line.truth}, ours {ours}")
    print()
    return agreement_pct(pairs)


def main(arguments: list[str]) -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.asset_classes", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    folder: Path = parser.parse_args(arguments).folder
    lines = list(samples(folder)) if folder.is_dir() else []
    if not lines:
        print(f"{folder} has no holdings to measure; give a folder with *.csv, *.html or nport/*.xml", file=sys.stderr)
        return 2
    tables = [line for line in lines if not line.source.endswith(".xml")]
    filed = [line for line in lines if line.source.endswith(".xml")]
    titles = {"Issuers' and the portal's tables": tables, "Filings, against the filing's own code": filed}
    worst = min(report(title, part) for title, part in titles.items() if part)
    under_tickers = [line for path in sorted(folder.glob("nport/*.xml")) for line in filing(path, each_style=True)]
    if under_tickers:
        worst = min(worst, report("The filings' debt in every style, under a ticker", under_tickers))
    return 0 if worst >= ENOUGH_PCT else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
