"""HTTP: one session, retries, the ETag cache, redirects that take no token along, and errors as exceptions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests import exceptions
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import NameResolutionError
from urllib3.util.retry import Retry

from etf_client.cache import Cache, Kept
from etf_client.errors import ConnectionFailed, UnexpectedAnswer, UsageError, api_error
from etf_client.token import find_token, origin_of
from etf_client.version import __version__

Timeout = float | tuple[float, float]
TIMEOUT: Timeout = (5.0, 60.0)
"""Seconds to connect, and to wait for bytes: the longest question takes the API half a minute."""
RETRIES = 3
LONGEST_WAIT = 30.0
"""Seconds between two tries, whatever Retry-After says."""
MOST_REDIRECTS = 5
_RETRIED = (429, 502, 503, 504)
_METHODS = frozenset({"GET", "HEAD", "POST"})
"""POST too: the API's POST routes are questions that change nothing, so asking twice is safe."""
JSON = "application/json"
"""The type of every answer but the feeds and the page of the docs."""
_HERE = ("localhost", "127.0.0.1", "::1")
_TOLD = frozenset(
    {"etag", "x-data-source", "x-data-stale", "x-data-stale-reason", "x-data-complete", "x-table-columns"}
    | {"x-tables-as-of", "x-holdings-as-of"}
)
"""What an answer says of its data in headers."""
_REDIRECTS = (301, 302, 303, 307, 308)


class Patience(Retry):
    """Retries that wait for half a minute at most."""

    def get_retry_after(self, response: Any) -> float | None:
        """The seconds that the answer asks for, bounded."""
        after = super().get_retry_after(response)
        return None if after is None else min(after, LONGEST_WAIT)


@dataclass(frozen=True)
class Reply:
    """An answer with status 200: where it came from, its headers (in any case) and its bytes, decompressed."""

    url: str
    headers: Mapping[str, str]
    content: bytes

    def check_type(self, expected: str) -> None:
        """Raises UnexpectedAnswer unless it says that it is of this type, as a proxy's page does not."""
        if (found := _type_of(self.headers)) != expected:
            raise UnexpectedAnswer(
                f"{self.url} answers with {found or 'no type'} in place of {expected}: this is not the API, or a proxy "
                "stands before it; check the URL"
            )

    def json(self) -> Any:
        """The JSON in it. Raises UnexpectedAnswer."""
        self.check_type(JSON)
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            raise UnexpectedAnswer(f"the answer of {self.url} is broken JSON: try again") from None


class Transport:
    """Sends requests to one API.

    Threads may share it: the session is not changed after it was made, keeps no cookies, and its pools and the cache
    have locks of their own.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        session: requests.Session | None = None,
        timeout: Timeout = TIMEOUT,
        retries: int = RETRIES,
    ) -> None:
        self.url = _checked(url)
        self._origin = origin_of(self.url)
        self._token = find_token(token, self._origin)
        self._owns_session = session is None
        self._session = _session(retries) if session is None else session
        self._timeout = timeout
        self._cache = Cache()

    def get(self, path: str, accept: str = "*/*") -> Reply:
        """The answer to a GET of a path with its query. Raises ConnectionFailed, UnexpectedAnswer and ApiError."""
        url = f"{self.url}{path}"
        kept = self._cache.get(url)
        etag = kept.headers.get("etag") if kept else None
        response, told = self._send("GET", url, {"Accept": accept, **({"If-None-Match": etag} if etag else {})})
        headers = {name.lower(): value for name, value in response.headers.items()}
        if response.status_code == HTTPStatus.NOT_MODIFIED and kept is not None:
            found = kept.renewed(headers)
        else:
            _check(response)
            found = Kept(response.content, {**headers, **told})
        if origin_of(response.url) == self._origin and "etag" in found.headers:
            self._cache.put(url, found)
        return Reply(url, CaseInsensitiveDict(found.headers), found.content)

    def post(self, path: str, body: Any, accept: str = "*/*") -> Reply:
        """The answer to a POST of JSON. Raises ConnectionFailed, UnexpectedAnswer, ApiError and UsageError."""
        try:
            data = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        except (TypeError, ValueError) as error:
            raise UsageError(f"the body cannot be written as JSON: {error}") from None
        url = f"{self.url}{path}"
        response, _ = self._send("POST", url, {"Accept": accept, "Content-Type": JSON}, data)
        _check(response)
        return Reply(url, CaseInsensitiveDict(response.headers), response.content)

    def close(self) -> None:
        """Drop what is kept, and close the connections unless the session came from the caller."""
        self._cache.clear()
        if self._owns_session:
            self._session.close()

    def __repr__(self) -> str:
        return f"Transport({self.url!r})"

    def _send(
        self, method: str, url: str, headers: dict[str, str], data: bytes | None = None
    ) -> tuple[requests.Response, dict[str, str]]:
        """The last response, and what a redirect of the API itself told of the data: where it leads, nothing may."""
        told: dict[str, str] = {}
        sent = {"User-Agent": f"etf-client/{__version__}", "Accept-Encoding": "gzip", **headers}
        for _ in range(MOST_REDIRECTS + 1):
            response = self._ask(method, url, sent, data)
            target = response.headers.get("Location")
            if response.status_code not in _REDIRECTS or not target:
                return response, told
            if origin_of(url) == self._origin:
                told = {name.lower(): text for name, text in response.headers.items() if name.lower() in _TOLD}
            url = _target(url, target, response)
            is_elsewhere = origin_of(url) != self._origin
            if is_elsewhere and method != "GET":
                # What is asked in a body concerns nobody else.
                raise UnexpectedAnswer(
                    f"{self.url} redirects a question to {origin_of(url)}: check the URL", response.status_code
                )
            if is_elsewhere:
                sent.pop("If-None-Match", None)
        raise UnexpectedAnswer(f"{self.url} redirects without end: check the URL", response.status_code)

    def _ask(self, method: str, url: str, headers: dict[str, str], data: bytes | None) -> requests.Response:
        # A function and not None where there is no token: for None requests looks into .netrc. The header None keeps a
        # default of the session from another host.
        is_ours = origin_of(url) == self._origin
        auth = self._token if is_ours and self._token else _unsigned
        all_headers: dict[str, Any] = headers if is_ours else {**headers, "Authorization": None}
        try:
            return self._session.request(
                method,
                url,
                headers=all_headers,
                data=data,
                auth=auth,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except (requests.RequestException, ValueError) as error:  # ValueError: a redirect to what is no URL
            # Without its cause: that one carries the request, which carries the token.
            raise ConnectionFailed(_why(self.url, error)) from None


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _session(retries: int) -> requests.Session:
    session = requests.Session()
    patience = Patience(
        total=retries,
        # Once more, and at once: what is not there now is hardly there in a second, and who waits sees nothing.
        connect=min(retries, 1),
        read=min(retries, 1),
        backoff_factor=0.5,
        backoff_max=LONGEST_WAIT,
        status_forcelist=_RETRIED,
        allowed_methods=_METHODS,
        raise_on_status=False,
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=patience, pool_maxsize=16))
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def _checked(url: str) -> str:
    """The URL without a slash at its end. Raises UsageError."""
    if not _is_http(url):
        raise UsageError(f"{url.rpartition('@')[2]!r} is no URL of an API: give one such as http://localhost:3000")
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise UsageError("the URL has a user or a password in it: give the access token as token=")
    if parts.query or parts.fragment:
        raise UsageError(f"{url!r} has a query: give the URL that comes before /api")
    return url.rstrip("/")


def _is_http(url: str) -> bool:
    """Whether it is a whole URL of http or https."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _target(url: str, location: str, response: requests.Response) -> str:
    """Where a redirect leads. Raises UnexpectedAnswer."""
    target = urljoin(url, location)
    if not _is_http(target):
        raise UnexpectedAnswer(f"{_shown(url)} redirects to what is no URL: check the URL", response.status_code)
    return target


def _shown(url: str) -> str:
    """A URL in a message: without its query, which may be a signature that opens a file."""
    return url.partition("?")[0]


def _check(response: requests.Response) -> None:
    """Raises ApiError or UnexpectedAnswer unless the status is 200."""
    if response.status_code == HTTPStatus.OK:
        return
    message = _message(response.content)
    if message is None:
        raise UnexpectedAnswer(
            f"{_shown(response.url)} answers {response.status_code} without a message of the API: this is not the API, "
            "or a proxy stands before it; check the URL, or try again",
            response.status_code,
        )
    raise api_error(response.status_code, message)


def _message(content: bytes) -> str | None:
    """The message of an error; API Gateway's own errors have one too."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    message = found.get("message") if isinstance(found, dict) else None
    return message if isinstance(message, str) else None


def _type_of(headers: Mapping[str, str]) -> str:
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _why(url: str, error: Exception) -> str:
    """What happened and what to do, without anything of the request."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    for kinds, message in _REASONS:
        if isinstance(error, kinds):
            return f"{url} {message}"
    if isinstance(reason, NameResolutionError):
        return f"there is no host {urlsplit(url).hostname}: check the URL and the network"
    if urlsplit(url).hostname in _HERE:
        return f"nothing answers at {url}: start the API with `make run`, or give the URL of another one"
    return f"nothing answers at {url}: check the URL and the network"


_REASONS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((exceptions.SSLError,), "has a certificate that cannot be checked: check the URL, or set REQUESTS_CA_BUNDLE"),
    ((exceptions.ProxyError,), "is behind a proxy that does not answer: check HTTPS_PROXY and NO_PROXY"),
    ((exceptions.Timeout,), "did not answer in time: try again, or give a longer timeout="),
    ((exceptions.ChunkedEncodingError, exceptions.ContentDecodingError), "sent an answer that was cut: try again"),
)
"""The first that fits: a certificate's error is a connection's error too."""
