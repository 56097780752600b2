"""Every text that leaves has a length, and a defect says where it is but nothing of what it quotes."""

import io
import logging
from typing import Any

import pytest

from etf_common.codes import Code, ErrorCode, ResultCode
from etf_common.errors import (
    MESSAGE_CHARACTERS,
    DamagedObjectError,
    LayoutError,
    PipelineError,
    UnexpectedError,
    UsageError,
    logged,
    one_line,
    shorten,
)
from etf_common.lake import ObjectNotFoundError, WriteConflictError
from etf_common.status import AttemptError, Status
from etf_common.symbols import canonical_security

LONG = "\x1b[2J<b>9\n" * 1_000_000


def all_subclasses(root: type[Any]) -> set[type[Any]]:
    return {root}.union(*(all_subclasses(child) for child in root.__subclasses__()))


def test_every_message_is_one_printable_line_of_bounded_length() -> None:
    for kind in (PipelineError, LayoutError, DamagedObjectError, UsageError):
        error = kind(f"the date is {LONG}")
        assert len(error.message) == len(str(error)) == MESSAGE_CHARACTERS
        assert error.message.isprintable()
        assert error.message.endswith("...")


def test_a_short_message_stays_as_it_is() -> None:
    assert PipelineError("the date is 'none' \u2013 ok").message == "the date is 'none' \u2013 ok"
    assert one_line("x" * 500) == "x" * 500
    assert one_line("x" * 501) == "x" * 497 + "..."
    assert one_line(" " * 2000 + "x") == "..."


def test_a_status_holds_no_long_text_whoever_made_it() -> None:
    error = AttemptError(code=LONG, message=LONG)
    status = Status(
        symbol="VTI", run="20261120T223000Z", at="2026-11-20T22:30:00Z", result=ResultCode.FAILED, error=error
    )

    assert len(status.model_dump_json()) < 1000
    assert AttemptError.of(LayoutError(LONG)).code == "layout_changed"


@pytest.mark.parametrize("value", [LONG, [LONG] * 1000, {LONG: LONG}, [[[[LONG]]]], 10**4000, b"x" * 8_000_000])
def test_a_callers_value_is_shown_short_whatever_it_is(value: object) -> None:
    shown = shorten(value)

    assert len(shown) <= 43
    assert shown.isascii()
    assert shown.isprintable()


def broken() -> None:
    canonical_security(None)  # type: ignore[arg-type]


def test_a_defect_says_its_kind_and_place_and_nothing_of_what_it_quotes() -> None:
    try:
        broken()
    except TypeError as error:
        told = UnexpectedError.of(error)
    assert told.message.startswith("TypeError in etf_common/symbols.py, line ")
    assert told.code == "unexpected"

    assert UnexpectedError.of(ValueError(LONG)).message == "ValueError; the log has the traceback"


def quoting() -> None:
    raise ValueError(LONG)


def test_the_logs_traceback_has_the_place_and_a_short_text() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    log = logging.getLogger("tests.errors")
    log.addHandler(handler)
    try:
        quoting()
    except ValueError as error:
        log.error("unexpected", exc_info=logged(error))
    finally:
        log.removeHandler(handler)

    written = stream.getvalue()
    assert "raise ValueError(LONG)" in written
    assert "ValueError: " in written
    assert len(written) < 2000


def test_every_fault_has_a_code_and_an_http_status() -> None:
    kinds = all_subclasses(PipelineError)
    assert len(kinds) > 10
    for kind in kinds:
        assert kind.status in range(300, 600), kind
        assert isinstance(kind.code, Code) or not kind.__module__.startswith(("etf_common", "transform", "extract")), (
            kind
        )
    assert (UsageError.status, ObjectNotFoundError.status) == (400, 404)
    assert (DamagedObjectError.status, WriteConflictError.status, LayoutError.status) == (503, 503, 500)


def test_every_code_has_a_meaning() -> None:
    assert all(code.meaning and code.meaning == code.meaning.strip(" .") for code in ErrorCode)
    assert len({code.value for code in ErrorCode}) == len(ErrorCode)
