"""HTTP answers: validators, compression, Lambda's limit, errors."""

import json
import re
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from api.documents import JSON, Document

# Data changes once a day; a minute lets caches help and hides no refresh for long.
CACHE_CONTROL = "public, max-age=60"
# Lambda's answer may be 6 MB; the body stands in it as a JSON string, and the headers beside it.
LAMBDA_BYTES = 6 * 1024 * 1024 - 16 * 1024
_ZERO = re.compile(r"q=0(\.0*)?")


def document(found: Document, request_headers: Mapping[str, str], headers: Mapping[str, str]) -> Response[Any]:
    """A document: 304 if the caller has it, in gzip if it takes that, 413 if it is too large otherwise."""
    zipped = accepts_gzip(request_headers.get("accept-encoding") or "")
    # A compressed answer is another representation, so its validator is a weak one.
    common = {
        "ETag": f"W/{found.etag}" if zipped else found.etag,
        "Cache-Control": CACHE_CONTROL,
        "Vary": "Accept-Encoding",
        **headers,
    }
    if has_etag(request_headers.get("if-none-match") or "", found.etag):
        return Response(status_code=304, headers=common, body="")
    common |= found.headers
    if zipped:
        return Response(200, found.content_type, found.gzipped, headers={**common, "Content-Encoding": "gzip"})
    if too_large(found.text):
        megabytes = len(found.body) / 1e6
        return error(413, f"this is {megabytes:.1f} MB, more than fits uncompressed: ask for gzip (curl --compressed)")
    return Response(200, found.content_type, found.text, headers=common)


def too_large(text: str) -> bool:
    """Whether `text` as a body exceeds what Lambda may answer."""
    # At least as long as it is; at most six times, so that most need no second look.
    return len(text) * 6 > LAMBDA_BYTES and len(json.dumps(text, ensure_ascii=False).encode()) > LAMBDA_BYTES


def plain(value: Any, headers: Mapping[str, str] | None = None) -> Response[Any]:
    """A small answer that is made anew each time."""
    body = json.dumps(value, ensure_ascii=False)
    return Response(200, JSON, body, headers={"Cache-Control": "no-cache", **(headers or {})})


def error(status: int, message: str) -> Response[Any]:
    """`{"statusCode": 404, "message": "..."}`."""
    return Response(status, JSON, error_body(status, message), headers={"Cache-Control": "no-store"})


def error_body(status: int, message: str) -> str:
    """The body of every error."""
    return json.dumps({"statusCode": status, "message": message})


def has_etag(if_none_match: str, etag: str) -> bool:
    """Whether If-None-Match names `etag` (weak comparison, RFC 9110 13.1.2)."""
    if if_none_match.strip() == "*":
        return True
    return etag in (candidate.strip().removeprefix("W/") for candidate in if_none_match.split(","))


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether Accept-Encoding takes gzip. Named, it counts before `*` (RFC 9110 12.5.3)."""
    weights: dict[str, bool] = {}
    for item in accept_encoding.lower().split(","):
        coding, _, parameters = item.partition(";")
        weights[coding.strip()] = not _ZERO.fullmatch(parameters.replace(" ", ""))
    return weights.get("gzip", weights.get("*", False))
