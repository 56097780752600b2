"""A session with Schwab's portal: the page by GET, the module API by POST, within what one capture may cost."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import requests

from etf_common import transport
from etf_common.capture import MAX_CAPTURE_BYTES
from etf_common.errors import CaptureLimitError, PortalBusyError, PortalError
from etf_common.transport import HttpAnswer, Source
from etf_schwab.limits import MAX_ANSWER_BYTES

PORTAL = Source(
    name="the portal",
    unavailable=PortalError,
    busy=PortalBusyError,
    too_large=CaptureLimitError,
    too_slow=CaptureLimitError,
)


@dataclass
class Budget(transport.Budget):
    """What one capture may cost: 64 MB, in 120 seconds."""

    bytes: int = MAX_CAPTURE_BYTES
    answer_bytes: int = MAX_ANSWER_BYTES


class Transport(transport.Transport):
    """A session with the portal. `gate` is held while a request is under way."""

    def __init__(
        self,
        user_agent: str,
        budget: Budget,
        *,
        gate: AbstractContextManager[Any] | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(PORTAL, user_agent, budget, gate=gate, now=now, sleep=sleep)

    def forget_cookies(self) -> None:
        """Begin anew, as a stranger."""
        self.session.cookies.clear()

    def post(self, url: str, *, query: str, form: str, headers: dict[str, str]) -> HttpAnswer:
        """POST the ready-made `form` to `url`; `query` goes out exactly as given. Raises PortalError."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self.send(requests.Request("POST", url, data=form, headers=headers), query)

    def what(self, request: requests.Request) -> str:
        """The page is asked for by GET, the module API by POST."""
        return "the page" if request.method == "GET" else "the module API"
