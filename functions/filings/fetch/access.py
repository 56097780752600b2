"""Access to the SEC's two hosts by its rules, and what its answers mean.

A 403 means three things, which only its body tells apart: this address asked too often; the User-Agent does not say who
asks; there is no such object. A page of HTML never means that something is absent.
"""

import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from etf_common.errors import (
    ContactRefusedError,
    FilingTooLargeError,
    SecBlockedError,
    SecBusyError,
    SecError,
    SecLayoutError,
    SecRefusedError,
)
from etf_common.settings import sec_data_url, sec_url
from etf_common.transport import RETRIED_STATUS, Budget, HttpAnswer, Source, Transport, retry_after
from filings.fetch.pace import Pace

log = logging.getLogger("etf.filings")
SEC = Source(
    name="the SEC",
    unavailable=SecError,
    busy=SecBusyError,
    too_large=FilingTooLargeError,
    too_slow=SecError,
    # A 429 asks for fewer requests, so it is not answered with another one.
    retried=RETRIED_STATUS - {429},
)
BLOCKED_SECONDS = 600.0
"""The SEC unblocks an address once it has been quiet for so long."""
BUSY_SECONDS = 60.0
"""The wait after a 429 that does not say how long."""
SPARE_SECONDS = 60.0
"""What an attempt needs beside its waiting."""
MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
"""Of a filing; one of 18,000 bonds has 30 MB."""
MAX_LIST_BYTES = 32 * 1024 * 1024
"""Of a list; that of all fund tickers has 1.3 MB, that of a trust's newest filings less than 1 MB."""
NOTHING_FOUND = b"No matching"
"""browse-edgar says so, in a page of HTML, of a series that it does not know."""
_LOOKED_AT = 20_000
_RATE_WORDS = b"request rate threshold exceeded"
_UNDECLARED_WORDS = b"undeclared automated tool"
_ABSENT_WORDS = (b"<code>accessdenied</code>", b"<code>nosuchkey</code>")


def is_there(answer: HttpAnswer) -> bool:
    """Whether an answer has what was asked for; False if there is no such thing.

    Raises SecBlockedError, ContactRefusedError, SecBusyError, SecRefusedError for a page of HTML, SecError for any other
    status.
    """
    if answer.status == 200:
        if _is_html(answer):
            raise SecRefusedError("the SEC answered with a page of HTML in place of the data; try again later")
        return True
    if answer.status == 403:
        return _of_403(answer.body[:_LOOKED_AT].lower())
    if answer.status == 404:
        return False
    if answer.status == 429:
        asked = retry_after(answer)
        when = "later" if asked is None else f"in {asked:.0f} s"
        raise SecBusyError(f"the SEC answered 429 and asks to come back {when}")
    raise SecError(f"the SEC answered {answer.status}")


def _of_403(text: bytes) -> bool:
    # Both texts can stand in one page; waiting is then the only thing that may help.
    if _RATE_WORDS in text:
        raise SecBlockedError("the SEC blocks this address for too many requests; it is asked again in 10 minutes")
    if _UNDECLARED_WORDS in text:
        raise ContactRefusedError(
            "the SEC calls the requests undeclared; set contact in etl_config.yaml to an e-mail address that exists"
        )
    if any(words in text for words in _ABSENT_WORDS):
        return False
    raise SecRefusedError("the SEC answered 403 with a page that does not say why; try again later")


def _is_html(answer: HttpAnswer) -> bool:
    start = answer.body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    kind = answer.headers.get("Content-Type", "").lower()
    return kind.startswith("text/html") or start.startswith((b"<!doctype html", b"<html"))


def parsed_json(body: bytes, what: str) -> Any:
    """The JSON of a list; `what` is what the error calls it. Raises SecLayoutError."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise SecLayoutError(f"{what} is not JSON") from None


class Access:
    """One attempt's requests to the SEC, at its pace."""

    def __init__(
        self,
        contact: str,
        environ: Mapping[str, str],
        pace: Pace,
        *,
        left: Callable[[], float] | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`contact` is the e-mail address that the SEC is told; `left()` is how many seconds the attempt has."""
        self.url, self.data_url = sec_url(environ), sec_data_url(environ)
        self._pace, self._left = pace, left or (lambda: math.inf)
        # The SEC wants a name and an address, and refuses a User-Agent with a URL in it.
        agent = f"etf-portfolio-pipeline/0.1 {contact}"
        self._transport = Transport(SEC, agent, _budget(MAX_LIST_BYTES), gate=pace, now=now, sleep=sleep)
        self._transport.session.headers["Accept-Encoding"] = "gzip, deflate"

    def __enter__(self) -> "Access":
        self._transport.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._transport.__exit__(*error)

    def get(self, url: str, most_bytes: int = MAX_LIST_BYTES) -> HttpAnswer | None:
        """What is at `url`; None if there is nothing. Raises what `is_there` does, and FilingTooLargeError.

        After a block it waits until that is over, or raises SecBlockedError where the attempt has no time for that.
        """
        if self._pace.held() > max(0.0, self._left() - SPARE_SECONDS):
            raise SecBlockedError("the SEC has blocked this address for too many requests; it is asked again later")
        self._transport.begin(_budget(most_bytes))
        answer = self._transport.get(url)
        try:
            return answer if is_there(answer) else None
        except SecBlockedError:
            self._pace.hold(BLOCKED_SECONDS)
            raise
        except SecBusyError:
            self._pace.hold(min(retry_after(answer) or BUSY_SECONDS, BLOCKED_SECONDS))
            raise
        except SecRefusedError:
            if answer.status == 200 and NOTHING_FOUND in answer.body[:_LOOKED_AT]:
                return None
            raise


def _budget(most_bytes: int) -> Budget:
    return Budget(bytes=most_bytes, answer_bytes=most_bytes, seconds=240.0, patience=90.0, read_seconds=20.0)
