"""Every fault that the pipeline expects, by what is to be done about it.

    PipelineError
    ├── UsageError               the caller's config, environment or command line: mend it, then call again
    ├── RetryableError           the same call may succeed later: it is raised, and the queue tries again
    │   ├── PortalError              the portal did not answer, or not in time, or not whole
    │   │   ├── PortalBusyError          it asks to come back later than an attempt may wait
    │   │   ├── PortalRefusedError       a known ETF's page came back as something else
    │   │   └── CaptureLimitError        a capture is larger or slower than it may be
    │   ├── CaptureMismatchError     a page whose parts are missing or belong to another attempt
    │   └── DamagedObjectError       the stored bytes do not match their checksum
    ├── NotAnEtfError            what came is no ETF page; not retried
    └── LayoutError              an ETF page that cannot be read with certainty; not retried

`code` is what status/{symbol}.json and the API show; the message says what was missing or what to do.
"""


class PipelineError(Exception):
    """The root of the expected faults; anything else is a defect of ours."""

    code = "pipeline_error"

    @property
    def message(self) -> str:
        """The fault in one line."""
        return str(self)


class UsageError(PipelineError):
    """Config, environment or command line are wrong; the message names the key, the value and what is allowed."""

    code = "usage"


class RetryableError(PipelineError):
    """Worth another try later, unchanged."""

    code = "retryable"


class PortalError(RetryableError):
    """The portal could not be reached, answered with an error, or took too long."""

    code = "portal_unavailable"


class PortalBusyError(PortalError):
    """The portal asks to come back later than an attempt may wait."""

    code = "portal_busy"


class CaptureLimitError(PortalError):
    """The answers are larger, or come more slowly, than one capture may."""

    code = "capture_limit"


class PortalRefusedError(PortalError):
    """A known ETF's page came back as something else: sign-in, robot check."""

    code = "portal_refused"


class CaptureMismatchError(RetryableError):
    """A page in raw/ whose parts are missing or do not match its metadata."""

    code = "capture_mismatch"


class DamagedObjectError(RetryableError):
    """An object's bytes do not match the checksum that it was stored with."""

    code = "damaged_object"


class NotAnEtfError(PipelineError):
    """The portal's answer has no session token, no issue id and no holdings table."""

    code = "not_an_etf"


class LayoutError(PipelineError):
    """The page or the parts lack something that the numbers cannot be read without; the message names it."""

    code = "layout_changed"
