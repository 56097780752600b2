"""The lock on the API: who may ask, when it runs on this machine."""

import hashlib
import re
from collections.abc import Callable, MutableMapping
from typing import Any

from etf_common.errors import UsageError
from local.gateway import http_api_event

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_TOKEN, _DIGEST = "ETF_TOKEN", "ACCESS_TOKEN_SHA256"


def take_token(environ: MutableMapping[str, str]) -> bool:
    """Turn ETF_TOKEN into ACCESS_TOKEN_SHA256, which the API reads; whether the API is locked.

    The token itself leaves the environment, so that no child process has it. Raises UsageError.
    """
    token = environ.pop(_TOKEN, "")
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        raise UsageError(f"{_TOKEN} may hold printable ASCII characters without blanks only; nothing is served")
    if token:
        environ[_DIGEST] = hashlib.sha256(token.encode()).hexdigest()
    digest = environ.get(_DIGEST, "")
    if digest and not _SHA256.fullmatch(digest):
        raise UsageError(f"{_DIGEST} is not a SHA-256 in 64 hexadecimal digits; nothing is served")
    return bool(digest)


def check_locked(api: Callable[[dict[str, Any], Any], dict[str, Any]]) -> None:
    """Ask the API without a token. Raises UsageError if it answers: it must not be called locked then."""
    answer = api(http_api_event({"REQUEST_METHOD": "GET", "PATH_INFO": "/api/etfs"}), None)
    if answer["statusCode"] != 401:
        raise UsageError(f"a token is set, and the API answers {answer['statusCode']} without it; nothing is served")
