"""A command that asks the API: its own parameters and the common options, a question, an answer, a table."""

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from local.etf import printing
from local.etf.cells import Block
from local.etf.connection import connect
from local.etf.errors import FAILED, USAGE, NoAnswerError, WrongUsageError
from local.etf.options import Csv, DataDir, Json, Source, SourceOption, Token, Url, Where

View = Callable[[Any], Iterable[Block]]
"""From an answer's JSON to what is shown of it."""
_PARAMETER = re.compile(r"\b(as_of|basis|by|from|limit|max_lag_days|offset|to)=([\w.-]*\w)")


@dataclass(frozen=True)
class Question:
    """What is asked: an operation of the API with its parameters, None where one is not given."""

    operation: str
    parameters: Mapping[str, Any]
    view: View
    more: Callable[[Any], list[str]] = field(default=lambda _: [])
    """Remarks of its own on the answer."""
    shown: int | None = None
    """The limit of rows where people read them and name none; programs get what the API gives."""


def _shared(annotation: Any, name: str, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


_WHERE = (
    _shared(Url, "url", None),
    _shared(Token, "token", None),
    _shared(DataDir, "data_dir", Path("data")),
    _shared(SourceOption, "source", Source.AUTO),
)
_JSON, _CSV = _shared(Json, "json_", False), _shared(Csv, "csv", False)


def asks(
    app: typer.Typer, name: str, *, panel: str, has_csv: bool = True
) -> Callable[[Callable[..., Question]], Callable[..., Question]]:
    """Make a command of a function that turns its parameters into a question."""

    def decorate(question: Callable[..., Question]) -> Callable[..., Question]:
        own = list(inspect.signature(question, eval_str=True).parameters.values())
        common = [_JSON, *([_CSV] if has_csv else []), *_WHERE]

        def command(**given: Any) -> None:
            shared = {each.name: given.pop(each.name) for each in common}
            as_json, as_csv = shared.pop("json_"), shared.pop("csv", False)
            with faults():
                if as_json and as_csv:
                    raise WrongUsageError("--json and --csv are two forms of one answer; give one of them")
                answer(question(**given), Where(**shared), as_json=as_json, as_csv=as_csv)

        command.__signature__ = inspect.Signature([*own, *common])  # type: ignore[attr-defined]
        command.__annotations__ = {each.name: each.annotation for each in (*own, *common)}
        command.__doc__ = question.__doc__
        app.command(name, rich_help_panel=panel)(command)
        return question

    return decorate


def answer(question: Question, where: Where, *, as_json: bool, as_csv: bool) -> None:
    """Ask, and print the answer. Raises NoAnswerError, and the client's errors."""
    given = {name: value for name, value in question.parameters.items() if value is not None}
    with connect(where) as client:
        if as_csv:
            table = client.export(question.operation, "csv", **given)
            _warn(table.headers, has_remarks=False)
            printing.write(table.content)
            return
        if question.shown and not as_json:
            given.setdefault("limit", question.shown)
        found = client.call(question.operation, **given)
    _warn(found.headers, has_remarks=not as_json)
    if as_json:
        printing.write(_indented(found.data) if sys.stdout.isatty() else found.content.rstrip(b"\n") + b"\n")
        return
    with _as_expected(where):
        shown = list(question.view(found.data))
        remarks = printing.remarks_on(found.data, found.headers, shown, offset=given.get("offset", 0))
        printing.show(shown, [*question.more(found.data), *remarks])


@contextmanager
def _as_expected(where: Where) -> Iterator[None]:
    """An answer from elsewhere may be of any shape; where our own code gave it, another one is a defect."""
    try:
        yield
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError) as fault:
        if not where.url:
            raise
        raise NoAnswerError(
            f"the answer has another shape ({type(fault).__name__}): this is not the API, or it is of another version; "
            "--json prints it as it is"
        ) from None


def _warn(headers: Mapping[str, str], *, has_remarks: bool) -> None:
    """Say on standard error what nobody may overlook; that it is stale or partial only where no remark says so."""
    if headers.get("X-Data-Source") == "sample":
        printing.say_sample()
    if not has_remarks and (found := printing.faults_of(headers)):
        printing.say(*found)


def _indented(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n"


@contextmanager
def faults() -> Iterator[None]:
    """Every expected fault is one line on standard error and an exit code."""
    try:
        yield
    except (WrongUsageError, NoAnswerError) as fault:
        printing.say(f"error: {fault}")
        raise typer.Exit(USAGE if isinstance(fault, WrongUsageError) else FAILED) from None
    except Exception as fault:
        told = told_of(fault)
        if told is None:
            raise
        message, code = told
        printing.say(f"error: {' '.join(message.split())}")
        raise typer.Exit(code) from None


def told_of(fault: Exception) -> tuple[str, int] | None:
    """The line and the exit code for a fault of the client or of our own code; None for a defect."""
    from etf_client import errors  # noqa: PLC0415 - --help needs no HTTP
    from etf_common.errors import UsageError  # noqa: PLC0415

    if isinstance(fault, UsageError):
        return fault.message, USAGE
    if not isinstance(fault, errors.EtfError):
        return None
    message = _with_options(fault.message) if isinstance(fault, errors.ApiError) else str(fault)
    if isinstance(fault, errors.Unauthorized):
        message += "; give --token, set ETF_TOKEN, or keep it with `etf token set URL`"
    if isinstance(fault, errors.NotFound) and "among the ETFs" in message:
        message += " (`etf list`, `etf add`)"
    return message, USAGE if isinstance(fault, errors.BadRequest | errors.UsageError) else FAILED


def _with_options(message: str) -> str:
    """What the API says of its parameters, in the command's own words: `limit=100` is `--limit 100` here."""
    message = message.replace("format=csv", "--csv")
    return _PARAMETER.sub(lambda found: f"--{found[1].replace('_', '-')} {found[2]}", message)
