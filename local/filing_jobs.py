"""What etl_pipeline.py does with filings: fetch them now, take a downloaded one, derive all of them again."""

from datetime import UTC, datetime
from pathlib import Path

from etf_common.errors import LayoutError, UsageError
from filings.by_hand import take_file
from filings.parse.limits import MAX_FILING_BYTES
from local import repair
from local.files import read_file, regular
from local.filing_runs import FilingsRun
from local.output import Output
from local.system import System

NAMED = 3
"""Of the filings that cannot be read, so many are told."""


def fetch_filings(system: System, symbols: list[str], quarters: int | None, output: Output) -> bool:
    """Fetch the filings of these symbols, or of the config's; whether all went well.

    Raises UsageError where nothing may be fetched.
    """
    run = FilingsRun(system, symbols, quarters=quarters).start()
    if not run.symbols:
        raise UsageError(run.why or "no fund's filings are wanted; see filings in etl_config.yaml")
    outcomes = run.outcomes(lambda outcome: outcome.tell(output))
    system.tables.build(output)
    return all(outcome.result != "failed" for outcome in outcomes)


def take_filing(system: System, symbol: str, file: Path, accession: str | None, output: Output) -> bool:
    """Take a downloaded document into the lake and parse it; whether that went well.

    Raises UsageError for what is no filing.
    """
    data = _bytes_of(file)
    try:
        key = take_file(system.lake, data, symbol, accession, datetime.now(UTC))
    except LayoutError as error:
        raise UsageError(f"{file}: {error.message}") from None
    parsed = repair.parse_filing(system, key)
    system.tables.build(output)
    if parsed.fault:
        output.error(f"{symbol}: {parsed.fault}")
        return False
    what = "" if parsed.result == "parsed" else "; another filing of that date stays"
    output.line(f"{symbol}: the filing of {parsed.report_date}, {parsed.lines:,} lines, is {parsed.result}{what}")
    return True


def _bytes_of(file: Path) -> bytes:
    try:
        size = regular(file).st_size
        if size > MAX_FILING_BYTES:
            raise UsageError(f"{file} has {size:,} bytes; a filing has at most {MAX_FILING_BYTES:,}")
        return read_file(file)
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}); give the path of a downloaded document") from None


def replay_filings(system: System, symbols: list[str], output: Output) -> bool:
    """Derive all filings again, or those of these symbols; whether that needs no other try."""
    parsed = repair.replay_filings(system, symbols or None)
    tell_parsed(parsed, f"filing{'' if len(parsed) == 1 else 's'} derived from raw-filings/ again", output)
    return all(each.settled for each in parsed)


def tell_parsed(parsed: list[repair.Parsed], what: str, output: Output) -> None:
    """How the parse of raw filings ended, in a few lines; nothing where there were none."""
    faults = [each.fault for each in parsed if each.fault]
    if parsed:
        output.line(f"{len(parsed) - len(faults)} {what}")
    for fault in faults[:NAMED]:
        output.error(f"not derived: {fault}")
    if len(faults) > NAMED:
        output.error(f"not derived: {len(faults) - NAMED} more")
