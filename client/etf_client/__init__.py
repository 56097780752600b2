"""A client for the ETF Portfolio Data API: what ETFs hold, with bounds, sources and dates.

    from etf_client import Client

    with Client("http://localhost:3000") as etfs:
        etfs.holders("NVDA")["holders"]
        etfs.overlap(["VOO", "QQQ"]).df()

Weights are in per cent (`_pct`) or basis points (`_bps`), money in USD.
"""

from etf_client.answers import Answer, Table
from etf_client.arguments import proportions, shares, usd
from etf_client.client import Client
from etf_client.errors import (
    ApiError,
    BadRequest,
    Conflict,
    ConnectionFailed,
    EtfError,
    MissingPackage,
    NoTable,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
    UsageError,
)
from etf_client.operations import OPERATIONS, Operation, Parameter
from etf_client.version import __version__

__all__ = [
    "OPERATIONS",
    "Answer",
    "ApiError",
    "BadRequest",
    "Client",
    "Conflict",
    "ConnectionFailed",
    "EtfError",
    "MissingPackage",
    "NoTable",
    "NotFound",
    "Operation",
    "Parameter",
    "Table",
    "TooLarge",
    "TooManyRequests",
    "Unauthorized",
    "Unavailable",
    "UnexpectedAnswer",
    "UsageError",
    "__version__",
    "proportions",
    "shares",
    "usd",
]
