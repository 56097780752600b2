"""One HTTP exchange with the portal: limits, retries and redirects."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError as Urllib3Error
from urllib3.exceptions import InvalidHeader, MaxRetryError
from urllib3.util import Retry

from etf_common.capture import MAX_CAPTURE_BYTES
from etf_common.errors import CaptureLimitError, PortalBusyError, PortalError
from etf_schwab.limits import MAX_ANSWER_BYTES
from extract.connections import Adapter, exchange

MAX_RETRY_AFTER_SECONDS = 30.0
MAX_REDIRECTS = 5
CHUNK_BYTES = 64 * 1024
MAX_EXPANSION = 150
"""How many times its compressed size an answer may have. Real pages have 5 to 30; a bomb of gzip has 1,000."""
_EXPANSION_FROM_BYTES = 1024 * 1024
"""A smaller answer may be as compressed as it likes."""
RETRIED_STATUS = frozenset({429, 500, 502, 503, 504})
# Faults of the connection and of what came, and (from urllib3 itself, whose bodies are read here) of a body.
_TRANSIENT = (requests.RequestException, Urllib3Error)


class _Session(requests.Session):
    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[Any]:
        """None: requests would read a redirect's body here, whatever its size, to look one step ahead."""
        return iter(())


@dataclass
class Budget:
    """What one capture may cost: seconds and bytes in all, bytes of one answer (as sent, and after decompression),
    seconds for a connection and for each wait for bytes, and `patience`, the seconds that may go into failing.

    Patience is apart from the total, so that a long list that flows is not cut, while a portal that fails for
    ever is given up soon.
    """

    seconds: float = 120.0
    bytes: int = MAX_CAPTURE_BYTES
    answer_bytes: int = MAX_ANSWER_BYTES
    patience: float = 28.0
    connect_seconds: float = 4.0
    read_seconds: float = 8.0


@dataclass(frozen=True)
class HttpAnswer:
    """A whole answer: where it came from in the end, status, headers, decoded body."""

    url: str
    status: int
    headers: requests.structures.CaseInsensitiveDict[str]
    body: bytes


class Transport:
    """A session with the portal: it keeps cookies, and every request of one capture goes through it.

    `gate` is held while a request is under way; sessions that share one share its limit.
    """

    def __init__(
        self,
        user_agent: str,
        budget: Budget,
        *,
        gate: AbstractContextManager[Any] | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._budget = budget
        self._gate = gate or nullcontext()
        self._now, self._sleep = now, sleep
        self._deadline = now() + budget.seconds
        # Retry is the policy only, not mounted on the adapter: there it could not see a body that breaks off,
        # nor a limit in seconds. allowed_methods=None: all of them, POST too.
        self._retries = Retry(
            total=3, backoff_factor=0.5, backoff_jitter=0.5, allowed_methods=None, status_forcelist=RETRIED_STATUS
        )
        self._session = _Session()
        self._session.headers["User-Agent"] = user_agent
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, Adapter())

    def __enter__(self) -> "Transport":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def forget_cookies(self) -> None:
        """Begin anew, as a stranger."""
        self._session.cookies.clear()

    def get(self, url: str) -> HttpAnswer:
        """GET `url`, following redirects within its host. Raises PortalError."""
        return self._send(requests.Request("GET", url))

    def post(self, url: str, *, query: str, form: str, headers: dict[str, str]) -> HttpAnswer:
        """POST the ready-made `form` to `url`; `query` goes out exactly as given. Raises PortalError."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._send(requests.Request("POST", url, data=form, headers=headers), query)

    def _send(self, request: requests.Request, query: str = "") -> HttpAnswer:
        retries = self._retries
        what = "the page" if request.method == "GET" else "the module API"
        while True:
            asked = self._now()
            with self._gate:
                started = self._now()
                self._deadline += started - asked  # waiting for others is not this capture's time
                answer, cause = self._try(request, query)
            if answer and answer.status not in RETRIED_STATUS:
                return answer
            cause = f"{what} {cause}"
            try:
                retries = retries.increment(request.method, request.url, error=PortalError(cause))
            except MaxRetryError:
                raise PortalError(f"{cause}, {len(retries.history) + 1} times") from None
            self._pause(retries, answer, cause, started)

    def _try(self, request: requests.Request, query: str) -> tuple[HttpAnswer | None, str]:
        """One attempt: its answer (None if none came), and what there is to say of it."""
        try:
            answer = self._attempt(self._session.prepare_request(request), query)
        except _TRANSIENT as error:
            return None, f"failed: {_plain(error)}"
        return answer, f"answered {answer.status}"

    def _pause(self, retries: Retry, answer: HttpAnswer | None, cause: str, started: float) -> None:
        seconds = retries.get_backoff_time()
        if answer and (asked := self._retry_after(retries, answer)) is not None:
            if asked > MAX_RETRY_AFTER_SECONDS:
                raise PortalBusyError(f"{cause} and asks to come back in {asked:.0f} s")
            seconds = max(seconds, asked)
        self._budget.patience -= self._now() - started + seconds
        if self._budget.patience <= 0 or self._now() + seconds >= self._deadline:
            raise PortalError(f"{cause}; given up, since it went on for too long")
        self._sleep(seconds)

    @staticmethod
    def _retry_after(retries: Retry, answer: HttpAnswer) -> float | None:
        value = answer.headers.get("Retry-After")
        try:
            return retries.parse_retry_after(value) if value else None
        except (InvalidHeader, ValueError, OverflowError):  # no number, no date; or one beyond all that Python counts
            return None

    def _attempt(self, request: requests.PreparedRequest, query: str) -> HttpAnswer:
        origin, started = _origin(str(request.url)), self._now()

        def left() -> float:
            return min(self._budget.patience - (self._now() - started), self._deadline - self._now())

        for _ in range(MAX_REDIRECTS + 1):
            with exchange(left) as current:
                if query:
                    current.target = f"{urlsplit(str(request.url)).path}?{query}"
                response = self._open(request)
                with response:
                    body = self._read(response)
            target = self._target(response)
            if target is None or request.method != "GET":
                return HttpAnswer(str(response.url), response.status_code, response.headers, body)
            request = self._redirected(target, origin)
        raise PortalError(f"the portal redirects more than {MAX_REDIRECTS} times")

    def _target(self, response: requests.Response) -> str | None:
        """Where an answer redirects to, if it does. Raises PortalError for what is no address, or no UTF-8."""
        try:
            target = self._session.get_redirect_target(response)
            return None if target is None else urljoin(str(response.url), target)
        except ValueError:
            raise PortalError(
                f"the portal redirects to {response.headers['Location'][:200]!r}, which is no address"
            ) from None

    def _redirected(self, url: str, origin: tuple[str, str]) -> requests.PreparedRequest:
        if _origin(url) != origin:
            raise PortalError(f"the portal redirects to another host: {url[:200]!r}")
        return self._session.prepare_request(requests.Request("GET", url))

    def _open(self, request: requests.PreparedRequest) -> requests.Response:
        wait = min(self._budget.read_seconds, self._time_left(), max(self._budget.patience, 0.1))
        surroundings: Any = self._session.merge_environment_settings(request.url, {}, True, None, None)
        surroundings["timeout"] = (min(self._budget.connect_seconds, wait), wait)
        return self._session.send(request, allow_redirects=False, **surroundings)

    def _read(self, response: requests.Response) -> bytes:
        body = bytearray()
        # read1 hands over what is there; read would wait for a whole chunk, for hours when the answer drips.
        while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
            body += chunk
            self._budget.bytes -= len(chunk)
            if self._budget.bytes < 0:
                raise CaptureLimitError(f"the answers are larger than a capture may be ({_mb(MAX_CAPTURE_BYTES)})")
            self._check_size(len(body), sent=response.raw.tell())
            self._time_left()
        return bytes(body)

    def _check_size(self, size: int, sent: int) -> None:
        if max(size, sent) > self._budget.answer_bytes:
            limit, of_all = _mb(self._budget.answer_bytes), _mb(MAX_CAPTURE_BYTES)
            raise CaptureLimitError(f"an answer is larger than it may be ({limit}; {of_all} for a whole capture)")
        if size > _EXPANSION_FROM_BYTES and size > sent * MAX_EXPANSION:
            raise CaptureLimitError(f"an answer expands to more than {MAX_EXPANSION} times what was sent")

    def _time_left(self) -> float:
        left = self._deadline - self._now()
        if left <= 0:
            raise CaptureLimitError(f"the capture takes longer than it may ({self._budget.seconds:.0f} s)")
        return left


def _origin(url: str) -> tuple[str, str]:
    """Scheme and host. Raises PortalError for what is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise PortalError(f"the portal redirects to {url[:200]!r}, which is no address") from None
    return parts.scheme, parts.netloc


def _mb(size: int) -> str:
    return f"{size / 1024 / 1024:.0f} MB"


def _plain(error: BaseException) -> str:
    """What happened in a few words, without object addresses."""
    text = str(error)
    for sign, words in (
        ("certificate", "its certificate is not to be trusted"),
        ("timed out", "timed out"),
        ("refused", "connection refused"),
        ("resolve", "its name cannot be resolved"),
        ("reset", "connection reset"),
        ("IncompleteRead", "the answer broke off"),
        ("closed", "connection closed"),
        ("decod", "the answer cannot be decompressed"),
    ):
        if sign in text:
            return words
    return type(error).__name__
