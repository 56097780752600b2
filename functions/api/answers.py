"""HTTP answers: validators, compression, errors. JSON everywhere."""

import json
import re
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from api.snapshots import Document

JSON = "application/json"
# Data changes once a day; a minute lets caches help and hides no refresh for long.
CACHE_CONTROL = "public, max-age=60"
_GZIP = re.compile(r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q\s*=\s*([\d.]+)\s*)?(?=,|$)", re.IGNORECASE)


def document(found: Document, request_headers: Mapping[str, str], headers: Mapping[str, str]) -> Response[Any]:
    """A document: 304 if the caller has it, in gzip if it takes that."""
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
    if zipped:
        return Response(200, JSON, found.gzipped, headers={**common, "Content-Encoding": "gzip"})
    return Response(200, JSON, found.body.decode(), headers=common)


def plain(value: Any) -> Response[Any]:
    """A small answer that is never kept."""
    return Response(200, JSON, json.dumps(value, ensure_ascii=False), headers={"Cache-Control": "no-cache"})


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
    """Whether Accept-Encoding takes gzip: named or `*`, and not with q=0."""
    match = _GZIP.search(accept_encoding)
    return match is not None and not re.fullmatch(r"0(\.0*)?", match[1] or "1")
