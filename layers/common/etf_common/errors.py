"""Every fault that the pipeline expects, by what is to be done about it.

    PipelineError                    500
    ├── UsageError                   400  the config, environment or command line is wrong: correct it, then call again
    │   └── MalformedSymbolError          a text that cannot be a ticker symbol (symbols.py)
    ├── NotFoundError                404  what was asked for does not exist
    │   └── ObjectNotFoundError           no object of that key (lake.py)
    ├── RetryableError               503  the same call may succeed later: it is raised, and the queue tries again
    │   ├── PortalError                   the portal did not answer, or not in time, or not completely
    │   │   ├── PortalBusyError               it asks to come back later than an attempt may wait
    │   │   ├── PortalRefusedError            the page of a known ETF came back as something else
    │   │   └── CaptureLimitError             a capture is larger or slower than it may be
    │   ├── SecError                      the SEC did not answer, or not in time, or not completely
    │   │   ├── SecBusyError                  it asks to come back later than an attempt may wait
    │   │   ├── SecBlockedError               it blocks this address for too many requests
    │   │   └── SecRefusedError               a page came in place of a filing or a list of filings
    │   ├── CaptureMismatchError          a page whose parts are missing or belong to another attempt
    │   ├── DamagedObjectError            the stored bytes do not match their checksum
    │   └── WriteConflictError            other writers were faster (lake.py)
    ├── MalformedEventError               an event or a queue message lacks what the function needs
    ├── NotAnEtfError                     the portal's answer is not an ETF page; not retried
    ├── ContactError                      the SEC is not asked without a contact, or refuses the one there is
    ├── SecLayoutError                    a list of the SEC cannot be read with certainty; not retried
    ├── StaleTickerError                  the SEC's list of tickers names another fund for the symbol
    ├── NotAFilerError                    the symbol's fund files no Form N-PORT; its code says how that is known
    ├── ClockAheadError                   a run is dated later than S3's own time; not retried
    ├── TimedOutError                     a transform took longer than it may
    ├── UnexpectedError                   a defect of the pipeline, where it leaves the process
    └── LayoutError                       an ETF page that cannot be read with certainty; not retried
        └── FilingError                       a document that is no filing on Form N-PORT, or not a whole one
            ├── FilingMissingError                listed by the SEC, but not there
            ├── FilingLimitError                  larger, deeper or longer than a filing may be
            ├── FilingWithoutLinesError           a fund with net assets whose filing lists nothing
            │   └── EmptyAmendmentError           ... and is an amendment: what it amends stays
            ├── FilingChangedError                other bytes under the number of a filing that is here
            └── OtherSeriesError                  a sibling fund's filing

`code` is what status/{symbol}.json and the API show. `status` is the HTTP status where the fault reaches a caller of
the API. The message says what happened, then what to do; it is one line of at most MESSAGE_CHARACTERS.
"""

import reprlib
import sys
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import ClassVar

from etf_common.codes import ErrorCode

MESSAGE_CHARACTERS = 500
"""The most that any message says. What it quotes from outside can be megabytes long."""
_SHORT = reprlib.Repr()
_SHORT.maxlist, _SHORT.maxstring, _SHORT.maxlevel = 12, 80, 3
_ROOMS = (
    *("transform", "extract", "tables", "filings", "rebalance", "api", "local"),
    *("etf_common", "etf_schwab", "etf_analytics"),
)


def one_line(text: str, characters: int = MESSAGE_CHARACTERS) -> str:
    """`text` on one line, without control characters, cut at `characters`; a cut text ends with `...`."""
    # Twice the length is looked at, so that a long text costs no more than a short one.
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 2 * characters]).split())
    if len(line) > characters or len(text) > 2 * characters:
        return f"{line[: characters - 3]}..."
    return line


def shorten(value: object, length: int = 40) -> str:
    """A caller's value for an error message: escaped, in quotes, cut at `length` characters."""
    # A text is cut before it is escaped; anything else is shown by its first items, whatever it refers to.
    if isinstance(value, str):
        shown = ascii(value[: length + 1])
    else:
        shown = _SHORT.repr(value).encode("ascii", "backslashreplace").decode()
    if len(shown) <= length:
        return shown
    return f"{shown[:length]}..."


class PipelineError(Exception):
    """The root of the expected faults; anything else is a defect of the pipeline."""

    code: ClassVar[str] = ErrorCode.PIPELINE_ERROR
    status: ClassVar[int] = 500

    def __str__(self) -> str:
        """The message; tracebacks and logs print it too, so the limit holds there as well."""
        return one_line(super().__str__())

    @property
    def message(self) -> str:
        """The fault in one line."""
        return str(self)


class UsageError(PipelineError):
    """Config, environment or command line are wrong; the message names the key, the value and what is allowed."""

    code: ClassVar[str] = ErrorCode.USAGE
    status = 400


class NotFoundError(PipelineError):
    """What was asked for does not exist."""

    code = ErrorCode.OBJECT_NOT_FOUND
    status = 404


class RetryableError(PipelineError):
    """Worth another try later, unchanged."""

    code = ErrorCode.RETRYABLE
    status = 503


class PortalError(RetryableError):
    """The portal could not be reached, answered with an error, or took too long."""

    code = ErrorCode.PORTAL_UNAVAILABLE


class PortalBusyError(PortalError):
    """The portal asks to come back later than an attempt may wait."""

    code = ErrorCode.PORTAL_BUSY


class CaptureLimitError(PortalError):
    """The answers are larger, or come more slowly, than one capture may."""

    code = ErrorCode.CAPTURE_LIMIT


class PortalRefusedError(PortalError):
    """A known ETF's page came back as something else: sign-in, robot check."""

    code = ErrorCode.PORTAL_REFUSED


class SecError(RetryableError):
    """The SEC could not be reached, answered with an error, or took too long."""

    code = ErrorCode.SEC_UNAVAILABLE


class SecBusyError(SecError):
    """The SEC asks to come back later than an attempt may wait."""

    code = ErrorCode.SEC_BUSY


class SecBlockedError(SecBusyError):
    """The SEC blocks this address for too many requests; going on prolongs it."""

    code = ErrorCode.SEC_BLOCKED


class SecRefusedError(SecError):
    """A page came in place of a filing or a list of filings."""

    code = ErrorCode.SEC_REFUSED


class CaptureMismatchError(RetryableError):
    """A page in raw/ whose parts are missing or do not match its metadata."""

    code = ErrorCode.CAPTURE_MISMATCH


class DamagedObjectError(RetryableError):
    """An object's bytes do not match the checksum that it was stored with."""

    code = ErrorCode.DAMAGED_OBJECT


class MalformedEventError(PipelineError):
    """An event or a queue message that lacks what the function needs. Trying it again does not help."""

    code = ErrorCode.MALFORMED_EVENT
    status = 400


class NotAnEtfError(PipelineError):
    """The portal's answer has no session token, no issue id and no holdings table."""

    code = ErrorCode.NOT_AN_ETF


class ContactError(PipelineError):
    """The SEC is not asked without the contact that it wants, or refuses the one there is."""

    code: ClassVar[str] = ErrorCode.CONTACT_MISSING


class ContactRefusedError(ContactError):
    """The SEC calls the requests undeclared, although they name the contact of the config."""

    code = ErrorCode.CONTACT_REFUSED


class SecLayoutError(PipelineError):
    """A list of the SEC lacks something that filings cannot be found without; the message names it."""

    code = ErrorCode.SEC_LAYOUT_CHANGED


class NotAFilerError(PipelineError):
    """The symbol's fund files no Form N-PORT."""

    code: ClassVar[str] = ErrorCode.NO_NPORT


class TickerUnknownError(NotAFilerError):
    """Neither of the SEC's lists of tickers has the symbol."""

    code = ErrorCode.TICKER_UNKNOWN


class StaleTickerError(PipelineError):
    """The SEC's list still has the symbol's former fund, so that fund's filings are not taken."""

    code = ErrorCode.STALE_TICKER


class ClockAheadError(PipelineError):
    """A run is dated later than S3's own time, so it would rank above every later run."""

    code = ErrorCode.CLOCK_AHEAD


class TimedOutError(PipelineError):
    """A transform took longer than it may."""

    code = ErrorCode.TIMED_OUT


class LayoutError(PipelineError):
    """The page or the parts lack something that the numbers cannot be read without; the message names it."""

    code = ErrorCode.LAYOUT_CHANGED


class FilingError(LayoutError):
    """A document that is not a whole, well-formed filing on Form N-PORT; the message names what is wrong."""

    code = ErrorCode.FILING_UNREADABLE


class FilingMissingError(FilingError):
    """The SEC lists a filing and does not have its document."""

    code = ErrorCode.FILING_MISSING


class FilingLimitError(FilingError):
    """A document that is larger, deeper or longer than a filing may be."""

    code = ErrorCode.FILING_LIMIT


class FilingWithoutLinesError(FilingError):
    """A fund has net assets, its filing is not its last one, and it lists nothing."""

    code = ErrorCode.FILING_WITHOUT_LINES


class EmptyAmendmentError(FilingWithoutLinesError):
    """The same of an amendment, which takes nothing from the filing that it amends.

    `told` is what its head says: `form`, `filed` and `report_date`.
    """

    code = ErrorCode.FEWER_LINES

    def __init__(self, message: str, told: Mapping[str, str | None]) -> None:
        super().__init__(message)
        self.told = told


class FilingChangedError(FilingError):
    """Other bytes came under the accession number of a filing that is here; a filed document never changes."""

    code = ErrorCode.FILING_CHANGED


class OtherSeriesError(FilingError):
    """A filing of another series of the same registrant, which looks right in everything else."""

    code = ErrorCode.OTHER_SERIES


class UnexpectedError(PipelineError):
    """A defect of the pipeline: the exception's type and the line that raised it, and no data.

    It stands for the exception where that would leave the process, since its own text can quote anything.
    """

    code = ErrorCode.UNEXPECTED

    @classmethod
    def of(cls, error: BaseException) -> "UnexpectedError":
        """What can be told of `error`; the log has the rest."""
        return cls(f"{type(error).__name__}{_where(error.__traceback__)}; the log has the traceback")


def logged(error: BaseException) -> tuple[type[BaseException], BaseException, TracebackType | None]:
    """`exc_info` for the log: the traceback of `error`, with its text on one line and cut."""
    told = UnexpectedError(f"{type(error).__name__}: {one_line(str(error), 400)}")
    return type(told), told, error.__traceback__


def _where(trace: TracebackType | None) -> str:
    frames = [frame for frame in traceback.extract_tb(trace) if not frame.filename.startswith(sys.base_prefix)]
    for frame in reversed(frames):
        room, _, module = frame.filename.rpartition("/")
        if room.rpartition("/")[2] in _ROOMS:
            return f" in {room.rpartition('/')[2]}/{module}, line {frame.lineno}"
    return ""
