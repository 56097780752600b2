"""What a caller or the portal writes reaches no log line as it is, no secret does at all, and no error says more than
its caller needs.
"""

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from api.app import handler_of
from api.service import Api
from etf_common.capture import write_capture
from etf_common.errors import DamagedObjectError, PipelineError
from etf_common.lake import Lake
from local.system import System
from local.terminal import LogLines
from sample_portal.options import Fault, Kind
from sample_portal.research_site import COOKIE
from sample_portal.server import SamplePortal
from tests.events import RUN, sqs_event
from tests.functional.conftest import Refresh
from tests.functional.hostile.conftest import examples
from tests.functional.hostile.test_events import event, paths, plain
from tests.unit import builders

_USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime"}


class LambdaLines(logging.Formatter):
    """JSON lines as Lambda's runtime writes them (LogFormat: JSON): what is `extra` stands beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"level": record.levelname, "message": record.getMessage(), "logger": record.name}
        line |= {name: value for name, value in vars(record).items() if name not in _USUAL}
        if record.exc_info:
            line["stackTrace"] = self.formatException(record.exc_info).splitlines()
        return json.dumps(line, ensure_ascii=False, default=str)


class Log:
    """What is logged, as lines for a terminal and as lines for CloudWatch."""

    def __init__(self) -> None:
        self.plain, self.json = io.StringIO(), io.StringIO()
        self.handlers = [logging.StreamHandler(self.plain), logging.StreamHandler(self.json)]
        self.handlers[0].setFormatter(LogLines("%(name)s: %(message)s"))
        self.handlers[1].setFormatter(LambdaLines())

    @property
    def text(self) -> str:
        return self.plain.getvalue() + self.json.getvalue()

    def records(self) -> list[dict[str, Any]]:
        """The lines for CloudWatch; each must be a record by itself."""
        return [json.loads(line) for line in self.json.getvalue().split("\n")[:-1]]

    def check(self) -> None:
        """No sign that a terminal or a log reader obeys; no line that is not a record's own."""
        assert all(line.isprintable() for line in self.text.split("\n"))
        fields = [value for record in self.records() for value in record.values()]
        assert all(value.isprintable() for value in fields if isinstance(value, str))
        beginnings = [line for line in self.plain.getvalue().split("\n")[:-1] if not line.startswith("  ")]
        assert len(beginnings) == len(self.records())
        assert all(re.match(r"(etf|moto|werkzeug|botocore|urllib3)[\w.]*: ", line) for line in beginnings)


@contextmanager
def logging_as_on_lambda() -> Iterator[Log]:
    """All loggers as on Lambda (the root at INFO), our own at DEBUG."""
    log, root, ours = Log(), logging.getLogger(), logging.getLogger("etf")
    before = root.level, ours.level
    root.setLevel(logging.INFO)
    ours.setLevel(logging.DEBUG)
    for handler in log.handlers:
        root.addHandler(handler)
    try:
        yield log
    finally:
        for handler in log.handlers:
            root.removeHandler(handler)
        root.setLevel(before[0])
        ours.setLevel(before[1])


@pytest.fixture
def log() -> Iterator[Log]:
    with logging_as_on_lambda() as log:
        yield log


class FailingLake:
    """A lake of which every call fails with `error`; a defect quotes the key."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def fail(key: str, **_: Any) -> Any:
            raise self._error

        return fail


INNER = "/var/task/functions/api/app.py of arn:aws:s3:::etf-lake in etf-lake-123456789012-us-east-1"
_DENIED: Any = {"Error": {"Code": "AccessDenied", "Message": INNER}, "ResponseMetadata": {}}
FAULTS: dict[str, tuple[Exception, int]] = {
    "S3 says no": (ClientError(_DENIED, "GetObject"), 503),
    "S3 cannot be reached": (EndpointConnectionError(endpoint_url=f"https://{INNER}"), 503),
    "S3 is silent": (ReadTimeoutError(endpoint_url=f"https://{INNER}"), 503),
    "an object is damaged": (DamagedObjectError(INNER), 503),
    "a file cannot be read": (PermissionError(13, INNER, INNER), 500),
    "a defect": (KeyError(INNER), 500),
    "a defect that quotes": (ValueError(f"{INNER}\netf.api: forged\r\n\x1b[2J\x9b31m"), 500),
    "a fault that has no answer": (PipelineError(INNER), 500),
    "too deep": (RecursionError(INNER), 500),
    "no memory": (MemoryError(INNER), 500),
}
READING = ["/api/etfs", "/api/etfs/QQQ", "/api/etfs/QQQ/holdings", "/api/etfs/QQQ/history", "/api/status"]


@pytest.mark.parametrize("name", FAULTS)
def test_an_error_says_what_to_do_and_nothing_of_what_is_inside(log: Log, name: str) -> None:
    # Given a storage, or a program, that fails and says much about itself
    error, status = FAULTS[name]
    handler = handler_of(Api(cast("Lake", FailingLake(error))))

    for path in READING:
        answer = handler(event("GET", path, headers={}, queryStringParameters={}), None)

        # Then the caller is told that it failed
        assert answer["statusCode"] == status
        assert set(json.loads(answer["body"])) == {"statusCode", "message"}
        # And neither where nor what
        told = f"{answer['headers']}{plain(answer)}"
        assert not re.search(r"Traceback|File|/var/|\.py|arn:|etf-lake|amazonaws|1234|Error|forged", told)
    # And the log has the traceback of what nobody expected
    assert ("stackTrace" in log.json.getvalue()) is (status == 500)


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "a defect that quotes"])
@examples(8)
@given(path=paths)
def test_a_path_is_logged_escaped(name: str, path: str) -> None:
    with logging_as_on_lambda() as log:
        handler = handler_of(Api(cast("Lake", FailingLake(FAULTS[name][0]))))
        for target in (path, f"/api/etfs/VTI{path}", "/api/etfs/VTI\n", f"/api/etfs/{path}/holdings"):
            handler(event("GET", target, headers={}, queryStringParameters={}), None)
        log.check()


def test_a_defect_that_quotes_its_input_forges_no_line(log: Log) -> None:
    handler_of(Api(cast("Lake", FailingLake(FAULTS["a defect that quotes"][0]))))(event("GET", "/api/etfs/QQQ"), None)

    (unexpected,) = log.records()
    assert unexpected["message"] == "unexpected"
    assert [line for line in log.plain.getvalue().splitlines() if line.startswith("etf.")] == ["etf.api: unexpected"]
    assert "  etf.api: forged" in log.plain.getvalue()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", log.plain.getvalue())
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", log.json.getvalue())


@examples(60)
@given(text=st.text(max_size=60))
def test_a_terminals_line_is_always_one_line_of_printable_text(text: str) -> None:
    line = LogLines("%(name)s: %(message)s").format(
        logging.makeLogRecord({"name": "etf.x", "msg": "%s", "args": (text,)})
    )

    assert all(part.isprintable() for part in line.split("\n"))
    assert all(part.startswith("  ") for part in line.split("\n")[1:])


def test_a_terminals_line_about_an_answer_names_its_path_and_status() -> None:
    fields = {"name": "etf.api", "msg": "answered", "path": "'/api/overlap'", "status": 503}

    assert LogLines("%(name)s: %(message)s").format(logging.makeLogRecord(fields)) == (
        "etf.api: answered '/api/overlap' with 503"
    )


def test_what_the_portal_says_is_logged_escaped(system: System, portal: SamplePortal, log: Log) -> None:
    # Given a portal that writes what a terminal obeys wherever it is quoted
    for location in ("http://x/<b>[red]\x1b[2J\x9b", "http://x/<b>[red]\x1b[2J"):
        portal.options.faults = [Fault(Kind.REDIRECT_AWAY, "page", location=location)]
        with pytest.raises(PipelineError):
            system.extract(sqs_event("GLD"), None)
    key = write_capture(system.lake, builders.capture(builders.page([], as_of="\x1b[2J\u202e"), symbol="VTI"))
    assert system.transform_capture(key)["result"] == "failed"
    # Then it is logged, and only as quoted
    assert [record["code"] for record in log.records()] == ["portal_unavailable"] * 2 + ["layout_changed"]
    assert "[red]" in log.text
    log.check()


def test_no_secret_is_logged(system: System, portal: SamplePortal, refresh: Refresh, log: Log) -> None:
    # Given a portal's session, with a token and a cookie
    token = "YYY101_" + "5ec7e7" * 5
    portal.options.token_text = token
    portal.options.cookies_required = True

    # When a fund is refreshed, well and badly, and asked for with a caller's own credentials
    assert refresh("QQQ")["result"] == "ok"
    portal.options.faults = [Fault(Kind.TOKEN_EXPIRES, "module"), Fault(Kind.STATUS, "page", times=2)]
    refresh("GLD")
    credentials = {"authorization": "Bearer opensesame", "cookie": "session=opensesame", "x-api-key": "opensesame"}
    for path in ("/api/etfs/QQQ", "/api/etfs/opensesam", "/api/nothing"):
        system.api(event("GET", path, headers=credentials, queryStringParameters={}), None)
    failing = handler_of(Api(cast("Lake", FailingLake(FAULTS["a defect"][0]))))
    failing(event("GET", "/api/etfs/QQQ", headers=credentials, cookies=["session=opensesame"]), None)

    # Then the log tells of all of it but names none of what opens a door
    cookies = {
        request.headers["cookie"].partition("=")[2] for request in portal.requests if "cookie" in request.headers
    }
    assert cookies
    assert {record["message"] for record in log.records()} >= {"captured", "ok", "unexpected"}
    for secret in (token, "5ec7e7", COOKIE, "opensesame", "Authorization", "AWS4-HMAC", "SECRET", *cookies):
        assert secret.lower() not in log.text.lower(), secret
    # And neither does what is kept beside a capture
    shown = json.dumps(dict(system.lake.head(f"raw/QQQ/{RUN}.html").metadata)) + str(
        system.lake.read("status/GLD.json")
    )
    assert not any(secret in shown for secret in (token, COOKIE, *cookies))
