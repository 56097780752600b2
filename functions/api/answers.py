"""HTTP answers: validators, compression, Lambda's limit, errors."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.documents import KEPT_A_MINUTE, Answer, Document
from api.faults import TooLargeError
from api.formats import JSON, PACKED

# A Lambda response may have 6 MB, which includes the headers, and the body as a JSON string.
LAMBDA_BYTES = 6 * 1024 * 1024 - 16 * 1024
_WEIGHT = re.compile(r"0(\.\d*)?|1(\.0*)?", re.ASCII)


@dataclass
class Response:
    """The response for API Gateway. A body of bytes is compressed, and travels in Base64."""

    status_code: int
    body: str | bytes = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str | None:
        """The type of the body; None without a body."""
        return self.headers.get("Content-Type")

    def without_body(self) -> "Response":
        """The response to HEAD: the Content-Length of GET, and no body. Of a file that is not made it is not known."""
        if self.status_code in {204, 304} or not self.body:
            return self
        length = len(self.body if isinstance(self.body, bytes) else self.body.encode())
        return Response(self.status_code, "", {**self.headers, "Content-Length": str(length)})

    def to_event(self) -> dict[str, Any]:
        """The response in the form that API Gateway reads."""
        is_base64 = isinstance(self.body, bytes)
        return {
            "statusCode": self.status_code,
            "headers": self.headers,
            "body": base64.b64encode(self.body).decode() if isinstance(self.body, bytes) else self.body,
            "isBase64Encoded": is_base64,
        }


def respond(answer: Answer, request_headers: Mapping[str, str], ask_instead: str = "") -> Response:
    """The response with an answer; `ask_instead` says what to request if it is too large."""
    headers = {"Cache-Control": answer.cache_control, **answer.headers}
    return document(answer.document, request_headers, headers, ask_instead)


def document(
    found: Document, request_headers: Mapping[str, str], headers: Mapping[str, str], ask_instead: str = ""
) -> Response:
    """A document: 304 if the caller has it, in gzip if the caller accepts that. Raises TooLargeError.

    What is compressed in itself is sent as it is.
    """
    zipped = found.content_type not in PACKED and accepts_gzip(request_headers.get("accept-encoding") or "")
    # The compressed answer is another representation, so its validator is weak.
    common = {
        "ETag": f"W/{found.etag}" if zipped else found.etag,
        "Cache-Control": KEPT_A_MINUTE,
        "Vary": "Accept-Encoding",
        **headers,
    }
    known = request_headers.get("if-none-match") or ""
    if known.strip() == "*":
        _ = found.body  # `*` matches only if there is an answer, so computing it must not fail
    if has_etag(known, found.etag):
        return Response(304, headers=common)
    body = _body_that_fits(found, zipped, ask_instead)
    common |= {"Content-Type": found.content_type, **found.headers}
    return Response(200, body, {**common, "Content-Encoding": "gzip"} if zipped else common)


def _body_that_fits(found: Document, zipped: bool, ask_instead: str) -> str | bytes:
    """The body to send. Raises TooLargeError if it exceeds what Lambda may return."""
    is_packed = found.content_type in PACKED
    if is_packed and base64_length(found.body) <= LAMBDA_BYTES:
        return found.body
    if not (is_packed or zipped) and found.fits(too_large):
        return found.text
    fits = not is_packed and base64_length(found.gzipped) <= LAMBDA_BYTES
    if zipped and fits:
        return found.gzipped
    megabytes = len(found.body) / 1e6
    if fits:
        otherwise = f", or {ask_instead}" if ask_instead else ""
        raise TooLargeError(
            f"the answer has {megabytes:.1f} MB, too large uncompressed: ask for gzip (curl --compressed){otherwise}"
        )
    raise TooLargeError(
        f"the answer has {megabytes:.1f} MB, too large even compressed: {ask_instead or 'ask for less'}"
    )


def base64_length(data: bytes) -> int:
    """How long `data` is in Base64."""
    return (len(data) + 2) // 3 * 4


def too_large(text: str) -> bool:
    """Whether `text` as a body exceeds what Lambda may return."""
    # As JSON a text is at most six times as long, so most need no second look.
    return len(text) * 6 > LAMBDA_BYTES and len(json.dumps(text, ensure_ascii=False).encode()) > LAMBDA_BYTES


def error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """`{"statusCode": 404, "message": "..."}`."""
    return Response(
        status, error_body(status, message), {"Content-Type": JSON, "Cache-Control": "no-store", **(headers or {})}
    )


def error_body(status: int, message: str) -> str:
    """The body of every error."""
    return json.dumps({"statusCode": status, "message": message})


def has_etag(if_none_match: str, etag: str) -> bool:
    """Whether If-None-Match names `etag` (weak comparison, RFC 9110 13.1.2)."""
    if if_none_match.strip() == "*":
        return True
    return etag in (candidate.strip().removeprefix("W/") for candidate in if_none_match.split(","))


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether Accept-Encoding accepts gzip, and does not prefer identity (RFC 9110 12.5.3).

    A named coding takes precedence over `*`. If neither is accepted, the answer is sent uncompressed, as the RFC
    allows.
    """
    weights: dict[str, float] = {}
    for item in accept_encoding.lower().split(","):
        coding, *parameters = (part.strip() for part in item.split(";"))
        weights[coding] = min(map(_weight, parameters), default=1.0)
    gzipped = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    # An identity that is not named does not compete with a gzip that is.
    return gzipped > 0.0 and gzipped >= weights.get("identity", 0.0)


def _weight(parameter: str) -> float:
    """The weight that a parameter gives its coding: 1 for any parameter but `q`, 0 for an invalid weight."""
    name, _, value = "".join(parameter.split()).partition("=")
    if name != "q":
        return 1.0
    return float(value) if _WEIGHT.fullmatch(value) else 0.0
