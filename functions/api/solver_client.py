"""Who solves a rebalancing: a function of its own in the cloud, and what becomes of its faults.

The API's own function has no solver: its libraries would weigh on every cold start.
"""

import json
import logging
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError

from api.faults import SolverError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

log = logging.getLogger("etf.api")
Solver = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From a problem (`RebalanceProblem.document`) to its solution. Raises SolverError."""
SOLVE_SECONDS = 4.0
"""How long the solver may look for the best trades; then it gives the best that it has found."""
READ_SECONDS = 8.0
"""Its cold start included. API Gateway ends a request after 15 s."""
_NUMBERS = ("target_distance_pct",)
_THROTTLED = {"TooManyRequestsException", "ThrottlingException", "EC2ThrottledException"}
_AGAIN = "try again in a moment"
_FEWER = f"{_AGAIN}, or ask with fewer funds and caps"


class LambdaSolver:
    """Solves in a Lambda function, on AWS or at `endpoint`. The client is made for the first question."""

    def __init__(self, function: str, client: "LambdaClient | None" = None, *, endpoint: str | None = None) -> None:
        self._function, self._given, self._endpoint = function, client, endpoint

    @cached_property
    def _client(self) -> "LambdaClient":
        if self._given is not None:
            return self._given
        import boto3  # noqa: PLC0415 - most answers need no solver
        from botocore.config import Config  # noqa: PLC0415

        # Only once: a second try would outlast the caller's request.
        once = Config(connect_timeout=2, read_timeout=READ_SECONDS, retries={"total_max_attempts": 1})
        return boto3.client("lambda", endpoint_url=self._endpoint, config=once)

    def __call__(self, problem: Mapping[str, Any]) -> Mapping[str, Any]:
        """The solution. Raises SolverError."""
        payload = json.dumps(problem, allow_nan=False, separators=(",", ":")).encode()
        try:
            answer = self._client.invoke(FunctionName=self._function, Payload=payload)
            body = answer["Payload"].read()
        except (ReadTimeoutError, ConnectTimeoutError):
            raise _failed(
                "timed out", f"the solver took too long: {_AGAIN}, or ask with fewer funds and caps"
            ) from None
        except ClientError as fault:
            code = fault.response.get("Error", {}).get("Code", "")
            if code in _THROTTLED:
                raise _failed(code, f"too many rebalancings are being solved: {_AGAIN}") from None
            raise _failed(code, f"the solver cannot be reached: {_AGAIN}; ask the owner if it persists") from None
        except BotoCoreError as fault:
            raise _failed(type(fault).__name__, f"the solver does not answer: {_AGAIN}") from None
        if answer.get("FunctionError"):
            raise _failed("function error", f"the solver failed: {_FEWER}")
        return solution_of(body)


def solution_of(body: bytes) -> Mapping[str, Any]:
    """The solution in the function's answer. Raises SolverError for anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not is_solution(value):
        raise _failed("shape", "the solver answered with something else than a solution: ask the owner of this API")
    found: Mapping[str, Any] = value
    return found


def is_solution(value: Any) -> bool:
    """Whether a value has what the answer is made of."""
    return (
        isinstance(value, dict)
        and value.get("status") in ("optimal", "time_limit")
        and _by_name(value.get("trades_usd"))
        and (value.get("trades_shares") is None or _by_name(value["trades_shares"]))
        and _by_name(value.get("excess_pct"))
        and isinstance(value.get("binding"), list)
        and all(isinstance(name, str) for name in value["binding"])
        and all(_is_number(value.get(name)) for name in _NUMBERS)
    )


def _by_name(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_number, value.values()))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def _failed(why: str, message: str) -> SolverError:
    log.error("solver", extra={"why": why})
    return SolverError(message)


def no_solver(_: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where there is none. Raises SolverError."""
    raise SolverError("this API has no solver: its owner sets REBALANCE_FUNCTION to the function that solves")
