"""How the sample SEC fails. Without faults it is EDGAR on an ordinary day."""

import threading
from dataclasses import dataclass, field
from enum import StrEnum, auto

from sample_portal import options


class Where(StrEnum):
    """Which addresses a fault concerns."""

    ANY = auto()
    TICKERS = auto()
    """Both ticker files."""
    FEED = auto()
    """browse-edgar."""
    SUBMISSIONS = auto()
    """Also their continuations."""
    DOCUMENT = auto()
    """primary_doc.xml."""


class Kind(StrEnum):
    """What goes wrong. First what is answered instead, then how the bytes come, then what the lists say."""

    RATE_LIMIT = auto()
    """403 and the page `Request Rate Threshold Exceeded`: wait."""
    UNDECLARED = auto()
    """403 and the page of undeclared automated tools, whatever the User-Agent says."""
    BOTH_PAGES = auto()
    """403 and one page with both texts."""
    ACCESS_DENIED = auto()
    """403 and the XML `AccessDenied`: no such object."""
    NO_SUCH_KEY = auto()
    """404 and the XML `NoSuchKey`: data.sec.gov has no such object."""
    STATUS = auto()
    """`status` (429, 503 ...) with `retry_after` as Retry-After."""
    HTML = auto()
    """Status 200 and a page for people where data was asked for."""
    OTHER_SERIES = auto()
    """The document of the sibling series in place of the one asked for."""

    CUT = auto()
    """Half of the body, with a Content-Length that says so: XML or JSON ends in the middle."""
    BROKEN_OFF = auto()
    """Half of the body, with a Content-Length that promises all of it."""
    RESET = auto()
    """The connection is reset after half of the body."""
    HANG = auto()
    """Silence for `seconds`, then the connection ends without an answer."""
    DRIP = auto()
    """`chunk` bytes of the body every `seconds`."""
    GARBAGE_GZIP = auto()
    """Content-Encoding gzip over bytes that are not gzip."""
    HUGE = auto()
    """A body of `size` bytes."""
    REDIRECT_AWAY = auto()
    """302 to `location`, on another host."""

    EMPTY_AMENDMENT = auto()
    """The newest report has an amendment without lines."""
    AMENDMENT = auto()
    """The newest report has an amendment with lines."""
    SIBLING = auto()
    """The feed of the series begins with the newest filing of its sibling."""
    STALE_TICKER = auto()
    """The ticker file has, for `symbol`, the series of a fund that was closed."""


@dataclass
class Fault:
    """Something that goes wrong for the requests that it is limited to.

    It passes over the first `after` matching requests and strikes the next `times` ones (None: all that follow).
    """

    kind: Kind
    where: Where = Where.ANY
    symbol: str | None = None
    """Only addresses of this fund (submissions: of its trust); None for all. The ticker files are no fund's."""
    address: str = ""
    """Only targets in which this text stands: an accession number, a path, a parameter."""
    times: int | None = None
    after: int = 0
    status: int = 503
    retry_after: str | None = None
    seconds: float = 0.0
    chunk: int = 1
    size: int = 200_000_000
    location: str = "https://elsewhere.example/"
    _seen: int = field(default=0, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def strikes(self, where: Where, symbols: frozenset[str], target: str) -> bool:
        """Whether the fault strikes this request. Counts it if it matches."""
        if self.where not in {where, Where.ANY} or self.address not in target:
            return False
        if self.symbol is not None and self.kind is not Kind.STALE_TICKER and self.symbol not in symbols:
            return False
        with self._lock:
            number = self._seen
            self._seen += 1
        return number >= self.after and (self.times is None or number < self.after + self.times)

    def on_the_wire(self) -> options.Fault | None:
        """The same for the delivery of an answer; None if the fault is in what is said."""
        if self.kind not in _DELIVERED:
            return None
        return options.Fault(
            options.Kind(self.kind.value),
            seconds=self.seconds,
            chunk=self.chunk,
            size=self.size,
            location=self.location,
        )


_DELIVERED = {
    Kind.CUT, Kind.BROKEN_OFF, Kind.RESET, Kind.HANG, Kind.DRIP, Kind.GARBAGE_GZIP, Kind.HUGE, Kind.REDIRECT_AWAY,
}  # fmt: skip
