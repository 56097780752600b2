"""The faults of the portal that last: how an attempt ends on each of them.

tests/functional/test_faults.py tries them; tests/unit/test_reliability.py compares docs/reliability.md with them.
"""

from dataclasses import dataclass, field

from etf_common.errors import CaptureLimitError, PortalBusyError, PortalError, PortalRefusedError, RetryableError
from extract.transport import Budget
from sample_portal.options import Fault, Kind


@dataclass(frozen=True)
class Lasting:
    """A fault that stays, how the attempt ends, the text of its error, and the requests for the page and the list."""

    fault: Fault | None
    """None: nothing listens at the portal's address."""
    ends: type[RetryableError] | str
    """An error, which the queue tries again, or a result, which it does not."""
    code: str
    says: str
    asked: tuple[int, int]
    budget: Budget = field(default_factory=Budget)


TOO_LONG = "given up, since it went on for too long"


def soon() -> Budget:
    return Budget(read_seconds=0.7)


def impatient() -> Budget:
    return Budget(patience=1.5)


def unavailable(fault: Fault | None, says: str, asked: tuple[int, int], budget: Budget | None = None) -> Lasting:
    return Lasting(fault, PortalError, "portal_unavailable", says, asked, budget or Budget())


def refused(fault: Fault) -> Lasting:
    return Lasting(fault, PortalRefusedError, "portal_refused", "sign-in, robot check", (1, 0))


def without_list(fault: Fault, says: str, asked: tuple[int, int], budget: Budget | None = None) -> Lasting:
    """The page came, the module API failed: a page's rows never take a whole list's place."""
    return Lasting(fault, "kept_back", "module_unavailable", says, asked, budget or Budget())


def changed(fault: Fault, says: str, asked: tuple[int, int] = (1, 2)) -> Lasting:
    return Lasting(fault, "failed", "layout_changed", says, asked)


LASTING = {
    "nobody there": unavailable(None, "connection refused, 4 times", (0, 0)),
    "reset": unavailable(Fault(Kind.RESET, "page"), "connection reset, 4 times", (4, 0)),
    "reset in the list": without_list(Fault(Kind.RESET, "module"), "connection reset, 4 times", (1, 4)),
    "silence": unavailable(Fault(Kind.HANG, "page", seconds=30), "timed out, 4 times", (4, 0), soon()),
    "silence for the list": without_list(Fault(Kind.HANG, "module", seconds=30), "timed out, 4 times", (1, 4), soon()),
    "drip": unavailable(Fault(Kind.DRIP, "page", seconds=0.05), TOO_LONG, (1, 0), impatient()),
    "drip in the list": without_list(Fault(Kind.DRIP, "module", seconds=0.05), TOO_LONG, (1, 1), impatient()),
    "a drip of headers": unavailable(Fault(Kind.DRIP_HEAD, "page", seconds=0.05), TOO_LONG, (1, 0), impatient()),
    "a drip of headers of the list": without_list(
        Fault(Kind.DRIP_HEAD, "module", seconds=0.05), TOO_LONG, (1, 1), impatient()
    ),
    "a body shorter than promised": unavailable(Fault(Kind.BROKEN_OFF, "page"), "broke off, 4 times", (4, 0)),
    "gzip garbage": unavailable(Fault(Kind.GARBAGE_GZIP, "page"), "decompressed, 4 times", (4, 0)),
    "gzip garbage in the list": without_list(Fault(Kind.GARBAGE_GZIP, "module"), "decompressed, 4 times", (1, 4)),
    "500 for ever": unavailable(Fault(Kind.STATUS, "page", status=500), "answered 500, 4 times", (4, 0)),
    "500 for ever for the list": without_list(Fault(Kind.STATUS, "module", status=500), "answered 500", (1, 4)),
    "429 with a Retry-After too long to wait": Lasting(
        Fault(Kind.STATUS, "page", status=429, retry_after="31"), PortalBusyError, "portal_busy", "in 31 s", (1, 0)
    ),
    "429 with a Retry-After too long to wait for the list": Lasting(
        Fault(Kind.STATUS, "module", status=429, retry_after="31"), PortalBusyError, "portal_busy", "in 31 s", (1, 1)
    ),
    "429 with a Retry-After that is never enough": unavailable(
        Fault(Kind.STATUS, "page", status=429, retry_after="20"), TOO_LONG, (2, 0)
    ),
    "403": refused(Fault(Kind.STATUS, "page", status=403)),
    "403 for the list": without_list(Fault(Kind.STATUS, "module", status=403), "answered 403", (2, 2)),
    "a sign-in page": refused(Fault(Kind.SIGN_IN, "page")),
    "a sign-in page for the list": without_list(Fault(Kind.SIGN_IN, "module"), "cannot be read", (2, 2)),
    "a robot check": refused(Fault(Kind.ROBOT_CHECK, "page")),
    "a session that ends again and again": without_list(
        Fault(Kind.TOKEN_EXPIRES, "module", after=1), "cannot be read", (2, 3)
    ),
    "a page cut in the middle": changed(Fault(Kind.CUT, "page"), "row 7 of the page", (2, 2)),
    "a module answer cut in the middle": without_list(Fault(Kind.CUT, "module"), "cannot be read", (2, 2)),
    "a module answer that is none": without_list(Fault(Kind.INVALID_ANSWER, "module"), "cannot be read", (2, 2)),
    "a body of 200 MB": Lasting(Fault(Kind.HUGE, "page"), CaptureLimitError, "capture_limit", "64 MB", (1, 0)),
    "a list of 200 MB": Lasting(Fault(Kind.HUGE, "module"), CaptureLimitError, "capture_limit", "64 MB", (1, 1)),
    "a redirect to another host": unavailable(Fault(Kind.REDIRECT_AWAY, "page"), "another host", (1, 0)),
    "redirects without end": unavailable(Fault(Kind.REDIRECT_WITHIN, "page"), "more than 5 times", (6, 0)),
    "new ids on the page": changed(Fault(Kind.RENAMED_IDS, "page"), "tthHoldings"),
    "new ids in the list": changed(Fault(Kind.RENAMED_IDS, "module"), "tthHoldingsTbody", (1, 1)),
    "swapped columns": changed(Fault(Kind.SWAPPED_COLUMNS, "both"), "columns"),
    "swapped columns in the list": changed(Fault(Kind.SWAPPED_COLUMNS, "module"), "other columns"),
    "a column more on the page": changed(Fault(Kind.ADDED_COLUMN, "page"), "columns"),
    "a column more in the list": changed(Fault(Kind.ADDED_COLUMN, "module"), "6 cells"),
    "an empty table": changed(Fault(Kind.EMPTY_TABLE, "both"), "empty", (1, 1)),
    "an empty list": changed(Fault(Kind.EMPTY_TABLE, "module"), "empty", (1, 1)),
    "another fund's page": changed(Fault(Kind.OTHER_FUND, "page", other="SPY"), "SPY's"),
    "another fund's list": changed(Fault(Kind.OTHER_FUND, "module", other="SPY"), "another fund", (1, 6)),
}
