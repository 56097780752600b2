"""The API's access token: what one may be, and the SHA-256 of it that the stack keeps instead."""

import hashlib
import re
from collections.abc import Mapping

from etf_common.errors import UsageError

VARIABLE = "TOKEN"
PARAMETER = "AccessTokenSha256"
# What RFC 6750 lets stand behind "Bearer"; the colon, which Basic authentication ends a user's name with, is not in it.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_FEWEST = 16
"""Whoever sees the SHA-256 of a short token finds the token by trying."""


def token_parameter(environ: Mapping[str, str]) -> dict[str, str]:
    """The stack's parameter for the token in the environment; nothing where no token is given.

    Raises UsageError, which does not repeat the token.
    """
    token = environ.get(VARIABLE, "")
    if not token:
        return {}
    if len(token) < _FEWEST or not _TOKEN.fullmatch(token):
        raise UsageError(
            f"{VARIABLE} is too short or has a character that a header cannot carry: give at least {_FEWEST} letters, "
            "digits and -._~+/, such as what `openssl rand -hex 20` prints"
        )
    return {PARAMETER: hashlib.sha256(token.encode()).hexdigest()}


def without_token(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for other programs: without the token, and without make's copies of its command line."""
    return {name: value for name, value in environ.items() if name not in {VARIABLE, "MAKEFLAGS", "MAKEOVERRIDES"}}
