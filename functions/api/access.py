"""The access token, which callers need once the owner has set one."""

import base64
import binascii
import hashlib
import hmac

from api.faults import UnauthorizedError

_REALM = 'realm="ETF Portfolio Data API"'
_FEED = ".atom"
"""Feed readers cannot send bearer tokens, so paths with this ending also accept the token as a Basic password."""


class Access:
    """Checks the token whose SHA-256 (64 hex digits) it is given; without one, the API is open to everybody."""

    def __init__(self, token_sha256: str = "") -> None:
        self._expected = token_sha256

    @property
    def is_locked(self) -> bool:
        """Whether a token is required."""
        return bool(self._expected)

    def check(self, path: str, authorization: str) -> None:
        """Raises UnauthorizedError unless the header `authorization` has the token that `path` asks for."""
        if not self.is_locked:
            return
        is_feed = path.endswith(_FEED)
        scheme, _, credentials = authorization.strip().partition(" ")
        token = credentials.strip() if scheme.lower() == "bearer" else None
        if is_feed and scheme.lower() == "basic":
            token = _password(credentials.strip())
        if token is None:
            raise UnauthorizedError(
                "this API requires its access token: send the header Authorization: Bearer TOKEN"
                + (", or the token as the password" if is_feed else ""),
                _challenge(is_feed),
            )
        # Digests are compared, not tokens, so that the time it takes reveals nothing about the token.
        given = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
        if not hmac.compare_digest(given, self._expected):
            raise UnauthorizedError(
                "this is not the access token of this API: check the header Authorization, or ask its owner",
                _challenge(is_feed, ', error="invalid_token"'),
            )


def _challenge(is_feed: bool, error: str = "") -> str:
    bearer = f"Bearer {_REALM}{error}"
    return f'Basic {_REALM}, charset="UTF-8", {bearer}' if is_feed else bearer


def _password(credentials: str) -> str | None:
    """The password of Basic credentials (RFC 7617), or None if they are malformed."""
    try:
        _, separator, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return password if separator else None
