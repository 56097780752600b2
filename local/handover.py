"""Handing a job to the process that holds the data folder, through files in `.meta/requests/`.

`{id}.request.json` is the job, written whole by a rename; the server takes it by another rename, and writes what it has
to tell into `{id}.answer.json`, whole each time. A request is withdrawn by deleting it, which works until it is taken.
The lock tells whether the server lives: as soon as it can be had, the job is done here.
"""

import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from etf_common.errors import UsageError
from etf_common.filing_keys import is_accession
from etf_common.messages import MOST_QUARTERS
from etf_common.symbols import canonical
from local.disk import META
from local.files import files_below, read_file, regular, write_file
from local.jobs import USAGE, Job, JobKind
from local.outcome import Outcome
from local.output import Output
from local.writer_lock import SETTINGS, Holder, Settings

FOLDER = "requests"
POLL_SECONDS = 0.2
_REQUEST, _TAKEN, _ANSWER = ".request.json", ".taken.json", ".answer.json"
_LARGEST = 256 * 1024
_LONGEST_PATH = 4096
_MOST_AT_ONCE = 50
_KEPT_SECONDS = 3600.0
"""How long what nobody fetched stays."""


def _accession(text: str) -> str:
    if not is_accession(text):
        raise ValueError("not an accession number")
    return text


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: JobKind
    symbols: Annotated[tuple[str, ...], Field(max_length=10_000)]
    portal: str
    config: str
    sec: str = ""
    quarters: Annotated[int, Field(ge=1, le=MOST_QUARTERS)] | None = None
    file: Annotated[str, Field(max_length=_LONGEST_PATH)] | None = None
    accession: Annotated[str, AfterValidator(_accession)] | None = None

    @property
    def settings(self) -> Settings:
        """What whoever asked works with."""
        return Settings(self.portal, self.config, self.sec)

    def job(self) -> Job:
        """The job that is asked for. Raises UsageError for a malformed symbol."""
        symbols = tuple(canonical(symbol) for symbol in self.symbols)
        if (self.kind is JobKind.FILING) != (self.file is not None) or (self.file is not None and len(symbols) != 1):
            raise UsageError("a filing needs its file and one symbol")
        return Job(self.kind, symbols, quarters=self.quarters, file=self.file, accession=self.accession)


class _Told(BaseModel):
    """One thing that a job told: a text, or outcomes."""

    how: Literal["line", "error", "begin", "outcome", "summary"]
    text: str = ""
    total: int = 0
    outcomes: tuple[Outcome, ...] = ()

    def to(self, output: Output) -> None:
        match self.how:
            case "line":
                output.line(self.text)
            case "error":
                output.error(self.text)
            case "begin":
                output.begin(self.total)
            case "outcome":
                output.outcome(self.outcomes[0])
            case "summary":
                output.summary(list(self.outcomes))


class _Answer(BaseModel):
    session: str
    told: tuple[_Told, ...] = ()
    exit_code: int | None = None
    """None while the job is under way."""


def _folder(root: Path) -> Path:
    return root / META / FOLDER


class _Recorder:
    """Tells the server's own terminal, and the process that asked."""

    def __init__(self, path: Path, session: str, output: Output) -> None:
        self._path, self._session, self._output = path, session, output
        self._told: list[_Told] = []
        self.end(None)

    def _tell(self, told: _Told) -> None:
        self._told.append(told)
        told.to(self._output)
        self.end(None)

    def line(self, text: str = "") -> None:
        self._tell(_Told(how="line", text=text))

    def error(self, text: str) -> None:
        self._tell(_Told(how="error", text=text))

    def begin(self, total: int) -> None:
        self._tell(_Told(how="begin", total=total))

    def outcome(self, outcome: Outcome) -> None:
        self._tell(_Told(how="outcome", outcomes=(outcome,)))

    def summary(self, outcomes: list[Outcome]) -> None:
        self._tell(_Told(how="summary", outcomes=tuple(outcomes)))

    def end(self, exit_code: int | None) -> None:
        """Write the answer as far as it is known."""
        answer = _Answer(session=self._session, told=tuple(self._told), exit_code=exit_code)
        write_file(self._path, answer.model_dump_json().encode())


class Requests:
    """The server's side: the requests of other processes for the folder that `holder` holds."""

    def __init__(self, root: Path, holder: Holder) -> None:
        self._folder, self._holder = _folder(root), holder
        self._refused: set[str] = set()

    def serve(self, perform: Callable[[Job, Output], int], output: Output) -> int:
        """Do what is asked for, the oldest request first; returns how many there were."""
        done = 0
        names = sorted(name for name in files_below(self._folder) if name.endswith(_REQUEST) and "/" not in name)
        for name in names[:_MOST_AT_ONCE]:
            try:
                done += self._serve_one(self._folder / name, perform, output)
            except (OSError, ValueError, UsageError) as error:
                self._refuse(name, error, output)
        return done

    def _serve_one(self, path: Path, perform: Callable[[Job, Output], int], output: Output) -> bool:
        if regular(path).st_size > _LARGEST:
            raise ValueError("it is too large")
        request = _Request.model_validate_json(read_file(path))
        job = request.job()
        taken = path.with_name(path.name.replace(_REQUEST, _TAKEN))
        try:
            path.rename(taken)
        except FileNotFoundError:
            return False  # withdrawn
        recorder = _Recorder(path.with_name(path.name.replace(_REQUEST, _ANSWER)), self._holder.session, output)
        if request.settings != self._holder.takes_requests:
            recorder.error(f"error: {_difference(request.settings, self._holder)}")
            recorder.end(USAGE)
        else:
            output.line()
            output.line(f"asked for by another process: {job}")
            recorder.end(perform(job, recorder))
        taken.unlink(missing_ok=True)
        return True

    def _refuse(self, name: str, error: Exception, output: Output) -> None:
        if name in self._refused:
            return
        self._refused.add(name)
        output.error(f"{self._folder / name} is not a request that can be understood ({type(error).__name__}); ignored")

    def tidy(self) -> None:
        """Delete what nobody has fetched for an hour."""
        for name in files_below(self._folder):
            with suppress(OSError):
                if time.time() - regular(self._folder / name).st_mtime > _KEPT_SECONDS:
                    (self._folder / name).unlink()


def _difference(settings: Settings, holder: Holder) -> str:
    mine = holder.takes_requests
    who = f"process {holder.pid} ({holder.command})"
    if mine is None:
        return f"the data folder is being written by {who}, which takes no requests; stop that first"
    name = next(each for each in SETTINGS if getattr(settings, each) != getattr(mine, each))
    theirs = getattr(mine, name)
    return (
        f"the data folder is being written by {who} with {name} {theirs}, not {getattr(settings, name)}; "
        f"stop that, or give another --data-dir"
    )


def refusal(settings: Settings, holder: Holder | None) -> str | None:
    """Why the holder of a folder takes no request of a process with these settings; None if it does."""
    if holder is None:
        return "the data folder is being written by another process; stop that, or give another --data-dir"
    return None if holder.takes_requests == settings else _difference(settings, holder)


class Request:
    """The asking side: one job in the hands of the process that holds the folder."""

    def __init__(self, root: Path, job: Job, settings: Settings, holder: Holder) -> None:
        self._folder, self._holder = _folder(root), holder
        self._body = _Request(**asdict(job), **asdict(settings))
        self._name = f"{time.time_ns():020}-{os.getpid()}-{secrets.token_hex(4)}"
        self._shown = 0

    def _path(self, ending: str) -> Path:
        return self._folder / f"{self._name}{ending}"

    def send(self) -> None:
        """Put the request where the holder looks for it."""
        write_file(self._path(_REQUEST), self._body.model_dump_json().encode())

    def poll(self, output: Output) -> int | None:
        """Tell what is new; the exit code once the job is done. Raises OSError."""
        try:
            answer = _Answer.model_validate_json(read_file(self._path(_ANSWER)))
        except FileNotFoundError:
            return None
        except ValidationError:
            return None  # not the server's: it writes whole answers only
        if answer.session != self._holder.session:
            return None
        for told in answer.told[self._shown :]:
            told.to(output)
        self._shown = max(self._shown, len(answer.told))
        if answer.exit_code is not None:
            self._path(_ANSWER).unlink(missing_ok=True)
        return answer.exit_code

    def withdraw(self) -> bool:
        """Take it back; False if the holder has begun."""
        try:
            self._path(_REQUEST).unlink()
        except FileNotFoundError:
            return False
        return True
