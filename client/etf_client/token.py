"""The access token: where it is found, and how it stays out of sight."""

import importlib
import os
from urllib.parse import urlsplit

from requests.auth import AuthBase, HTTPBasicAuth
from requests.models import PreparedRequest

from etf_client.errors import UsageError

VARIABLE = "ETF_TOKEN"
"""The environment variable."""
SERVICE = "etf-client"
"""The service under which the system's keyring has tokens; the user is the URL's origin."""
_FEED = ".atom"


class Token(AuthBase):
    """Signs requests: as a bearer token, for the Atom feeds as a Basic password, as feed readers do.

    Raises UsageError for a token that no header can carry.
    """

    def __init__(self, token: str) -> None:
        if not (token.isascii() and token.isprintable() and " " not in token):
            raise UsageError("the access token may have printable ASCII characters without blanks only")
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request with the token."""
        if urlsplit(request.url or "").path.endswith(_FEED):
            signed: PreparedRequest = HTTPBasicAuth("etf", self._token)(request)
            return signed
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def __repr__(self) -> str:
        return "Token(hidden)"


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL of http or https, the port only where it is not the scheme's own."""
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port not in {None, usual} else ""
    return f"{parts.scheme}://{(parts.hostname or '').lower()}{port}"


def find_token(given: str | None, origin: str) -> Token | None:
    """The token that is given, or else that of ETF_TOKEN, or else the keyring's for this origin; None without one.

    An empty text as `given` means none, wherever one might be found. Raises UsageError.
    """
    found = given if given is not None else os.environ.get(VARIABLE) or _of_keyring(origin)
    return Token(found.strip()) if found and found.strip() else None


def _of_keyring(origin: str) -> str | None:
    """The keyring's token, None where the package or a store of secrets is missing, or the store stays shut."""
    try:
        found: str | None = importlib.import_module("keyring").get_password(SERVICE, origin)
    except Exception:  # noqa: BLE001 - back ends raise what they like, and most callers need no token
        return None
    return found
