"""What etl_pipeline.py can be asked for, and the doing of it: here, or in the server that holds the data folder."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from etf_common.codes import ResultCode
from etf_common.config import parse_config
from etf_common.errors import PipelineError, UsageError
from etf_common.lake import CONFIG_KEY
from etf_common.status import AttemptError, forget, read_status, record_status
from local import repair
from local.filing_jobs import fetch_filings, replay_filings, take_filing, tell_parsed
from local.outcome import Outcome
from local.output import Output
from local.refresh import Refresh, in_one_line
from local.sample_history import SampleHistory
from local.system import System
from sample_portal.portfolios import PORTFOLIOS

OK, NOT_ALL, USAGE = 0, 1, 2
STORAGE_FAULTS = (ClientError, BotoCoreError, PipelineError, OSError)


class JobKind(StrEnum):
    """What is to be done with the symbols."""

    REFRESH = "refresh"
    REPLAY = "replay"
    SWEEP = "sweep"
    FORGET = "forget"
    FILINGS = "filings"
    FILING = "filing"


@dataclass(frozen=True)
class Job:
    """One piece of work. No symbols are those of the config, or all that have captures.

    FILINGS: fetch from the SEC, `quarters` filings back if it is given. FILING: take the document in `file`, an
    absolute path, as one of its one symbol, under the number `accession` if it is known.
    """

    kind: JobKind
    symbols: tuple[str, ...] = ()
    quarters: int | None = None
    file: str | None = None
    accession: str | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, [self.kind, *self.symbols, self.file, self.accession]))


def perform(job: Job, system: System, config: Path, output: Output, workers: int) -> int:
    """Do it; the exit code. What is expected to go wrong is one line."""
    try:
        return _JOBS[job.kind](job, system, config, output, workers)
    except UsageError as error:
        output.error(f"error: {error.message}")
        return USAGE
    except STORAGE_FAULTS as error:
        output.error(f"error: {in_one_line(error)}")
        return NOT_ALL


def _refresh(job: Job, system: System, config: Path, output: Output, workers: int) -> int:
    mend_folder(system, config, output)
    outcomes = refresh_once(system, list(job.symbols), output, workers)
    history = SampleHistory(system, output)
    history.look_after(outcomes)
    history.finish(workers)
    return exit_code(outcomes)


def _replay(job: Job, system: System, config: Path, output: Output, _workers: int) -> int:
    root = system.folder.root / "raw"
    captured, filed = system.sweep.symbols(), repair.filers(system)
    if not captured and not filed:
        raise UsageError(f"{root} holds no captures, so there is nothing to replay; refresh first")
    if missing := [symbol for symbol in job.symbols if symbol not in captured and symbol not in filed]:
        raise UsageError(f"{root} holds no capture of {', '.join(missing)}; refresh first")
    mend_folder(system, config, output)
    outcomes = repair.replay(system, list(job.symbols) or None)
    if not outcomes and not filed:
        raise UsageError(f"{root} holds no capture that can be read; refresh first")
    are_filings_good = replay_filings(system, list(job.symbols), output)
    system.tables.build(output)
    if outcomes:
        output.summary(outcomes)
    return _all_but_kept_back(outcomes) if are_filings_good else NOT_ALL


def _filings(job: Job, system: System, config: Path, output: Output, _workers: int) -> int:
    mend_folder(system, config, output)
    return OK if fetch_filings(system, list(job.symbols), job.quarters, output) else NOT_ALL


def _filing(job: Job, system: System, config: Path, output: Output, _workers: int) -> int:
    mend_folder(system, config, output)
    is_good = take_filing(system, job.symbols[0], Path(job.file or ""), job.accession, output)
    return OK if is_good else NOT_ALL


def _sweep(_job: Job, system: System, config: Path, output: Output, _workers: int) -> int:
    outcomes = mend_folder(system, config, output)
    if not outcomes:
        output.line("every capture has its snapshot; there is nothing to do")
    return _all_but_kept_back(outcomes)


def _forget(job: Job, system: System, _config: Path, output: Output, _workers: int) -> int:
    code = OK
    for symbol in job.symbols:
        try:
            forget(system.lake, symbol)
            output.line(f"{symbol}: forgotten; /api/status no longer lists it")
        except PipelineError as error:
            output.error(f"error: {error.message}")
            code = USAGE
    system.tables.build(output)
    return code


_JOBS: dict[JobKind, Callable[[Job, System, Path, Output, int], int]] = {
    JobKind.REFRESH: _refresh,
    JobKind.REPLAY: _replay,
    JobKind.SWEEP: _sweep,
    JobKind.FORGET: _forget,
    JobKind.FILINGS: _filings,
    JobKind.FILING: _filing,
}


def mend_folder(system: System, config: Path, output: Output) -> list[Outcome]:
    """Put the data folder right after whatever ended the last process, and build the tables that are missing or behind;
    returns the outcome of pending captures.
    """
    for damage in repair.mend(system):
        output.error(f"damaged: {damage.key}: {damage.remedy}")
    tell_passed_over(system, output)
    system.put_config(config)
    outcomes = repair.sweep(system)
    for outcome in outcomes:
        output.line(f"pending since the last stop: {outcome.symbol}: {outcome.result} {outcome.message}".rstrip())
    tell_parsed(repair.sweep_filings(system), "pending since the last stop: filings", output)
    system.tables.build(output)
    return outcomes


def tell_passed_over(system: System, output: Output) -> None:
    """Name what lies in the folder and is not an object."""
    for passed in system.folder.passed_over():
        output.error(f"skipped: {passed.path}: {passed.why}; everything else is served")


def refresh_once(system: System, symbols: list[str], output: Output, workers: int) -> list[Outcome]:
    """Refresh these symbols, or the config's; each is told as it ends. The tables are built before it is done.

    References of factors are fetched behind the configured funds, which somebody may be waiting for.
    """
    groups = [symbols] if symbols else _configured_first(system)
    output.begin(sum(map(len, groups)))
    explained: dict[str, Outcome] = {}

    def tell(outcome: Outcome) -> None:
        explained[outcome.symbol] = _explained(outcome, system)
        output.outcome(explained[outcome.symbol])
        system.tables.build_now_and_then(output)

    ended = [outcome for group in groups for outcome in Refresh(system, group, workers=workers).start().outcomes(tell)]
    outcomes = [explained.get(outcome.symbol, outcome) for outcome in ended]
    system.tables.build(output)
    output.summary(outcomes)
    return outcomes


def _configured_first(system: System) -> list[list[str]]:
    """The symbols of the config, in the groups in which they are refreshed. Raises UsageError for a bad config."""
    config = parse_config(system.lake.read(CONFIG_KEY).body, CONFIG_KEY)
    return [list(group) for group in (config.etf_symbols, config.references()) if group]


def _explained(outcome: Outcome, system: System) -> Outcome:
    """A symbol that the sample does not know is not an ETF there, whatever it is in the world; its status says so."""
    if outcome.result != ResultCode.NOT_AN_ETF or not system.is_sample or outcome.symbol in PORTFOLIOS:
        return outcome
    known = ", ".join(PORTFOLIOS)
    message = f"the sample data has {known} only; --source live asks Schwab for {outcome.symbol}"
    with suppress(*STORAGE_FAULTS):  # then the status keeps what extract told
        status = read_status(system.lake, outcome.symbol)
        if status and status.error and status.result == ResultCode.NOT_AN_ETF:
            error = AttemptError(code=status.error.code, message=message)
            record_status(system.lake, status.model_copy(update={"error": error}))
    return replace(outcome, message=message)


def exit_code(outcomes: list[Outcome]) -> int:
    """0 if every symbol has a new snapshot as asked for, else 1."""
    return OK if all(outcome.result == "ok" for outcome in outcomes) else NOT_ALL


def _all_but_kept_back(outcomes: list[Outcome]) -> int:
    return exit_code([outcome for outcome in outcomes if outcome.result != "kept_back"])
