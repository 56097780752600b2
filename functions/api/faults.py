"""The errors of the API: each has its HTTP status and a message for the caller.

CallerError
├── BadQueryError            400
├── UnauthorizedError        401
├── NoRouteError             404
├── UnknownSymbolError       404
├── UnknownDateError         404
├── UnknownTableError        404
├── UnknownPositionError     404
├── MethodError              405
├── NotAcceptableError       406
├── LagError                 409
├── TooLargeError            413
├── BusyError                503
├── SolverError              503
├── ExportError              503
└── TablesError              503
"""

from collections.abc import Mapping

from etf_common.errors import PipelineError


class CallerError(PipelineError):
    """A fault whose message is for the caller: what happened, then what to do."""

    headers: Mapping[str, str] = {}
    """Headers that the answer carries besides the usual ones."""


class BadQueryError(CallerError):
    """A query parameter or body that is unknown or invalid; the message says what is allowed."""

    code = "bad_query"
    status = 400


class UnauthorizedError(CallerError):
    """The access token is missing or wrong."""

    code = "unauthorized"
    status = 401

    def __init__(self, message: str, challenge: str) -> None:
        super().__init__(message)
        self.headers = {"WWW-Authenticate": challenge}


class NoRouteError(CallerError):
    """No route has this path."""

    code = "no_route"
    status = 404


class UnknownSymbolError(CallerError):
    """There is no snapshot of this symbol; the message says whether to expect one."""

    code = "unknown_symbol"
    status = 404


class UnknownDateError(CallerError):
    """There is no snapshot of this holdings date; the message names the nearest ones."""

    code = "unknown_date"
    status = 404


class UnknownTableError(CallerError):
    """There is no such table over all funds; the message lists those that there are."""

    code = "unknown_table"
    status = 404


class UnknownPositionError(CallerError):
    """A position that is neither a fund here nor a security that a fund here lists; the message names it."""

    code = "unknown_position"
    status = 404


class MethodError(CallerError):
    """The path has routes, but none with this method."""

    code = "method_not_allowed"
    status = 405

    def __init__(self, message: str, allowed: str) -> None:
        super().__init__(message)
        self.headers = {"Allow": allowed}


class NotAcceptableError(CallerError):
    """The file exists only in gzip, which the caller does not accept."""

    code = "not_acceptable"
    status = 406


class LagError(CallerError):
    """The holdings dates are further apart than the caller allows; the message names the oldest fund."""

    code = "lag"
    status = 409


class TooLargeError(CallerError):
    """The answer or the question is too large; the message says what to request instead."""

    code = "too_large"
    status = 413


class BusyError(CallerError):
    """Too many analyses are waiting in this process."""

    code = "busy"
    status = 503

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.headers = {"Retry-After": "1"}


class SolverError(CallerError):
    """The solver of rebalancings is not there, does not answer in time, or failed."""

    code = "solver"
    status = 503

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.headers = {"Retry-After": "1"}


class ExportError(CallerError):
    """What writes whole tables is not there, does not answer in time, or failed."""

    code = "export"
    status = 503

    def __init__(self, message: str, *, is_worth_another_try: bool = True) -> None:
        super().__init__(message)
        if is_worth_another_try:
            self.headers = {"Retry-After": "5"}


class TablesError(CallerError):
    """The tables over all funds, on which the question rests, are not there."""

    code = "tables"
    status = 503

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.headers = {"Retry-After": "60"}
