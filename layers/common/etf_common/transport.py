"""HTTP exchanges with a source of data, Schwab or the SEC: limits, retries and redirects."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError as Urllib3Error
from urllib3.exceptions import InvalidHeader, MaxRetryError
from urllib3.util import Retry

from etf_common.connections import Adapter, exchange
from etf_common.errors import PipelineError, RetryableError

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


@dataclass(frozen=True)
class Source:
    """Whom a transport talks to: its name in messages, the errors for its faults, the statuses worth another try."""

    name: str
    unavailable: type[RetryableError]
    """It cannot be reached, answers with errors, or breaks off."""
    busy: type[RetryableError]
    """It asks to come back later than an attempt may wait."""
    too_large: type[PipelineError]
    too_slow: type[PipelineError]
    retried: frozenset[int] = RETRIED_STATUS


@dataclass
class Budget:
    """What one operation may cost: bytes in all, bytes of one answer (as sent, and after decompression), seconds in
    all, seconds for a connection and for each wait for bytes, and `patience`, the seconds that may go into failing.

    Patience is apart from the total, so that a long list that flows is not cut, while a source that fails for
    ever is given up soon.
    """

    bytes: int
    answer_bytes: int
    seconds: float = 120.0
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
    """A session with a source: it keeps cookies, and every request of one attempt goes through it.

    `gate` is held during each exchange; sessions that share one share its limit.
    """

    def __init__(
        self,
        source: Source,
        user_agent: str,
        budget: Budget,
        *,
        gate: AbstractContextManager[Any] | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = source
        self._gate = gate or nullcontext()
        self._now, self._sleep = now, sleep
        self._waited = 0.0
        self.begin(budget)
        # Retry is the policy only, not mounted on the adapter: there it could not see a body that breaks off,
        # nor a limit in seconds. allowed_methods=None: all of them, POST too.
        self._retries = Retry(
            total=3, backoff_factor=0.5, backoff_jitter=0.5, allowed_methods=None, status_forcelist=source.retried
        )
        self.session = _Session()
        self.session.headers["User-Agent"] = user_agent
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, Adapter())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def begin(self, budget: Budget) -> None:
        """Spend this budget from now on."""
        self._budget, self._most_bytes = budget, budget.bytes
        self._deadline = self._now() + budget.seconds

    def get(self, url: str) -> HttpAnswer:
        """GET `url`, following redirects within its host. Raises the source's errors."""
        return self.send(requests.Request("GET", url))

    def what(self, _request: requests.Request) -> str:
        """Who answers a request, in messages."""
        return self._source.name

    def send(self, request: requests.Request, query: str = "") -> HttpAnswer:
        """The answer to `request`; a `query` goes out exactly as given. Raises the source's errors."""
        retries, what = self._retries, self.what(request)
        while True:
            started, self._waited = self._now(), 0.0
            answer, cause = self._try(request, query)
            if answer and answer.status not in self._source.retried:
                return answer
            cause = f"{what} {cause}"
            try:
                retries = retries.increment(request.method, request.url, error=self._source.unavailable(cause))
            except MaxRetryError:
                raise self._source.unavailable(f"{cause}, {len(retries.history) + 1} times") from None
            self._pause(retries, answer, cause, started)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Waiting for others is not this operation's time."""
        asked = self._now()
        with self._gate:
            waited = self._now() - asked
            self._deadline += waited
            self._waited += waited
            yield

    def _spent(self, started: float) -> float:
        """Seconds since `started`, without the waiting for others."""
        return self._now() - started - self._waited

    def _try(self, request: requests.Request, query: str) -> tuple[HttpAnswer | None, str]:
        """One attempt: its answer (None if none came), and what there is to say of it."""
        try:
            answer = self._attempt(self.session.prepare_request(request), query)
        except _TRANSIENT as error:
            return None, f"failed: {_plain(error)}"
        return answer, f"answered {answer.status}"

    def _pause(self, retries: Retry, answer: HttpAnswer | None, cause: str, started: float) -> None:
        seconds = retries.get_backoff_time()
        if answer and (asked := retry_after(answer)) is not None:
            if asked > MAX_RETRY_AFTER_SECONDS:
                raise self._source.busy(f"{cause} and asks to come back in {asked:.0f} s")
            seconds = max(seconds, asked)
        self._budget.patience -= self._spent(started) + seconds
        if self._budget.patience <= 0 or self._now() + seconds >= self._deadline:
            raise self._source.unavailable(f"{cause}; given up, since it went on for too long")
        self._sleep(seconds)

    def _attempt(self, request: requests.PreparedRequest, query: str) -> HttpAnswer:
        origin, started = _origin(str(request.url)), self._now()

        def left() -> float:
            return min(self._budget.patience - self._spent(started), self._deadline - self._now())

        for _ in range(MAX_REDIRECTS + 1):
            with self._turn(), exchange(left) as current:
                if query:
                    current.target = f"{urlsplit(str(request.url)).path}?{query}"
                response = self._open(request)
                with response:
                    body = self._read(response)
            target = self._target(response)
            if target is None or request.method != "GET":
                return HttpAnswer(str(response.url), response.status_code, response.headers, body)
            request = self._redirected(target, origin)
        raise self._source.unavailable(f"{self._source.name} redirects more than {MAX_REDIRECTS} times")

    def _target(self, response: requests.Response) -> str | None:
        """Where an answer redirects to, if it does. Raises `unavailable` for what is no address, or no UTF-8."""
        try:
            target = self.session.get_redirect_target(response)
            return None if target is None else urljoin(str(response.url), target)
        except ValueError:
            raise self._no_address(response.headers["Location"]) from None

    def _redirected(self, url: str, origin: tuple[str, str]) -> requests.PreparedRequest:
        try:
            same = _origin(url) == origin
        except ValueError:
            raise self._no_address(url) from None
        if not same:
            raise self._source.unavailable(f"{self._source.name} redirects to another host: {url[:200]!r}")
        return self.session.prepare_request(requests.Request("GET", url))

    def _no_address(self, url: str) -> RetryableError:
        return self._source.unavailable(f"{self._source.name} redirects to {url[:200]!r}, which is no address")

    def _open(self, request: requests.PreparedRequest) -> requests.Response:
        wait = min(self._budget.read_seconds, self._time_left(), max(self._budget.patience, 0.1))
        surroundings: Any = self.session.merge_environment_settings(request.url, {}, True, None, None)
        surroundings["timeout"] = (min(self._budget.connect_seconds, wait), wait)
        return self.session.send(request, allow_redirects=False, **surroundings)

    def _read(self, response: requests.Response) -> bytes:
        body = bytearray()
        # read1 hands over what is there; read would wait for a whole chunk, for hours when the answer drips.
        while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
            body += chunk
            self._budget.bytes -= len(chunk)
            if self._budget.bytes < 0:
                limit = _mb(self._most_bytes)
                raise self._source.too_large(f"the answers together are larger than they may be ({limit})")
            self._check_size(len(body), sent=response.raw.tell())
            self._time_left()
        return bytes(body)

    def _check_size(self, size: int, sent: int) -> None:
        if max(size, sent) > self._budget.answer_bytes:
            limit, of_all = _mb(self._budget.answer_bytes), _mb(self._most_bytes)
            raise self._source.too_large(f"an answer is larger than it may be ({limit}; {of_all} for all together)")
        if size > _EXPANSION_FROM_BYTES and size > sent * MAX_EXPANSION:
            raise self._source.too_large(f"an answer expands to more than {MAX_EXPANSION} times what was sent")

    def _time_left(self) -> float:
        left = self._deadline - self._now()
        if left <= 0:
            raise self._source.too_slow(f"{self._source.name} takes longer than it may ({self._budget.seconds:.0f} s)")
        return left


def retry_after(answer: HttpAnswer) -> float | None:
    """The seconds after which an answer asks to come back, by its Retry-After; None if it does not say."""
    value = answer.headers.get("Retry-After")
    try:
        return Retry().parse_retry_after(value) if value else None
    except (InvalidHeader, ValueError, OverflowError):  # no number, no date; or one beyond all that Python counts
        return None


def _origin(url: str) -> tuple[str, str]:
    """Scheme and host. Raises ValueError for what is no address."""
    parts = urlsplit(url)
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
