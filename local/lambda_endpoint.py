"""Lambda's Invoke call at the embedded AWS, so that a function in a container can call another one.

The function that is called runs in this process. As on AWS, an answer of 200 with a header tells that it failed.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from etf_common.errors import PipelineError, UnexpectedError, logged

log = logging.getLogger("etf.local")
REBALANCE, EXPORT = "rebalance", "export"
"""The names by which the API finds the functions that solve rebalancings and write whole tables."""
MOST_BYTES = 6 * 1024 * 1024
"""Lambda's limit for an event."""
_PATH = re.compile(r"/2015-03-31/functions/([A-Za-z0-9_-]{1,64})/invocations")
_MOST_PATH = 200
_StartResponse = Callable[..., Any]
_Application = Callable[[dict[str, Any], _StartResponse], Iterable[bytes]]
Function = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From an event to an answer, both as JSON has them."""


def rebalance(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rebalance function, in this process. It is imported when it is called: NumPy and HiGHS take a while."""
    from rebalance.app import create  # noqa: PLC0415 - see above

    return create({})(dict(event), None)


def export_of(environ: Mapping[str, str]) -> Function:
    """The export function over the lake of this environment, imported when it is called, as DuckDB takes a while."""

    def export(event: Mapping[str, Any]) -> Mapping[str, Any]:
        from export.app import create  # noqa: PLC0415 - see above

        return create(environ)(dict(event), None)

    return export


def with_functions(functions: Mapping[str, Function]) -> Callable[[_Application], _Application]:
    """A layer for `EmbeddedAws.wrap`: answers invocations of these functions, by name; passes on everything else."""

    def layer(application: _Application) -> _Application:
        def answer(environ: dict[str, Any], start_response: _StartResponse) -> Iterable[bytes]:
            path = environ["PATH_INFO"]
            found = _PATH.fullmatch(path) if len(path) <= _MOST_PATH else None
            if not found or environ["REQUEST_METHOD"] != "POST":
                return application(environ, start_response)
            function = functions.get(found[1])
            if function is None:
                return _refuse(start_response, HTTPStatus.NOT_FOUND, "ResourceNotFoundException", "no such function")
            return _invoke(function, environ, start_response)

        return answer

    return layer


def _invoke(function: Function, environ: Mapping[str, Any], start_response: _StartResponse) -> Iterable[bytes]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MOST_BYTES:
        reason = f"an event has at most {MOST_BYTES:,} bytes"
        return _refuse(start_response, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestTooLargeException", reason)
    try:
        event = json.loads(environ["wsgi.input"].read(length) or b"{}")
    except (ValueError, RecursionError):
        reason = "the event is not JSON"
        return _refuse(start_response, HTTPStatus.BAD_REQUEST, "InvalidRequestContentException", reason)
    headers = [("Content-Type", "application/json")]
    try:
        body: Mapping[str, Any] = function(event)
    except Exception as error:  # whatever it raises is its caller's to hear, as from Lambda
        log.error("an invoked function failed", exc_info=logged(error))
        known = error if isinstance(error, PipelineError) else UnexpectedError.of(error)
        body = {"errorMessage": known.message, "errorType": type(error).__name__}
        headers.append(("X-Amz-Function-Error", "Unhandled"))
    start_response("200 OK", headers)
    return [json.dumps(body).encode()]


def _refuse(start_response: _StartResponse, status: HTTPStatus, code: str, message: str) -> Iterable[bytes]:
    start_response(
        f"{status.value} {status.phrase}", [("Content-Type", "application/json"), ("X-Amzn-ErrorType", code)]
    )
    return [json.dumps({"Type": "User", "message": message}).encode()]
