"""What can go wrong, as exceptions.

EtfError
├── UsageError            arguments that no request can be made of
├── ConnectionFailed      no answer: nothing runs there, no network, or no answer in time
├── UnexpectedAnswer      an answer that is not the API's: a proxy's page, or JSON that is cut
├── NoTable               the answer has no form as a table
├── MissingPackage        pandas or polars is not installed
└── ApiError              the API's own message, with its status
    ├── BadRequest        400: a malformed symbol or an invalid parameter
    ├── Unauthorized      401: the access token is missing or wrong
    ├── NotFound          404: no such ETF, date or route
    ├── Conflict          409: the holdings dates are further apart than max_lag_days
    ├── TooLarge          413: ask for less, as the message says
    ├── TooManyRequests   429: the API throttles
    └── Unavailable       502, 503, 504: the storage, the tables or the solver do not answer
"""


class EtfError(Exception):
    """The base of every error of this package; its text says what happened, then what to do."""


class UsageError(EtfError, TypeError):
    """Arguments that no request can be made of: an unknown parameter, an empty symbol, a URL without http."""


class ConnectionFailed(EtfError):
    """There was no answer."""


class UnexpectedAnswer(EtfError):
    """There was an answer, but not one of the API. `status` is its HTTP status."""

    def __init__(self, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.status = status


class NoTable(EtfError):
    """The answer has no form as a table."""


class MissingPackage(EtfError, ImportError):
    """A package that is optional is needed here and is not installed."""


class ApiError(EtfError):
    """An error that the API reports: `status` is the HTTP status, `message` the API's own sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message

    def __reduce__(self) -> tuple[type["ApiError"], tuple[int, str]]:
        return type(self), (self.status, self.message)


class BadRequest(ApiError):
    """400: a malformed symbol, an unknown parameter or an invalid value; the message says what is allowed."""


class Unauthorized(ApiError):
    """401: the access token is missing or wrong."""


class NotFound(ApiError):
    """404: no such ETF, date or route; the message says which there are."""


class Conflict(ApiError):
    """409: the holdings dates are further apart than max_lag_days allows."""


class TooLarge(ApiError):
    """413: the answer is too large; the message says what to request instead."""


class TooManyRequests(ApiError):
    """429: the API throttles, also after the retries."""


class Unavailable(ApiError):
    """502, 503 or 504: the API cannot answer now, also after the retries."""


BY_STATUS: dict[int, type[ApiError]] = {
    400: BadRequest,
    401: Unauthorized,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    429: TooManyRequests,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}
"""The class of each status; any other is an ApiError."""


def api_error(status: int, message: str) -> ApiError:
    """The exception for an error of the API."""
    return BY_STATUS.get(status, ApiError)(status, message)
