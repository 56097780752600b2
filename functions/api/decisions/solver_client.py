"""Who solves a rebalancing: a function of its own in the cloud, and what a caller is told of its faults."""

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from api.faults import SolverError
from api.invoking import Fault, InvocationError, LambdaFunction, object_in

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
_AGAIN = "try again in a moment"
_FEWER = f"{_AGAIN}, or ask with fewer funds and caps"
_TOLD = {
    Fault.LATE: f"the solver took too long: {_FEWER}",
    Fault.THROTTLED: f"too many rebalancings are being solved: {_AGAIN}",
    Fault.REFUSED: f"the solver cannot be reached: {_AGAIN}; ask the owner if it persists",
    Fault.SILENT: f"the solver does not answer: {_AGAIN}",
    Fault.FAILED: f"the solver failed: {_FEWER}",
}


class LambdaSolver:
    """Solves in a Lambda function, on AWS or at `endpoint`."""

    def __init__(self, function: str, client: "LambdaClient | None" = None, *, endpoint: str | None = None) -> None:
        self._call = LambdaFunction(function, READ_SECONDS, client, endpoint=endpoint)

    def __call__(self, problem: Mapping[str, Any]) -> Mapping[str, Any]:
        """The solution. Raises SolverError."""
        try:
            body = self._call(problem)
        except InvocationError as fault:
            raise _failed(str(fault), _TOLD[fault.fault]) from None
        return solution_of(body)


def solution_of(body: bytes) -> Mapping[str, Any]:
    """The solution in the function's answer. Raises SolverError for anything else."""
    found = object_in(body)
    if found is None or not is_solution(found):
        raise _failed("shape", "the solver answered with something else than a solution: ask the owner of this API")
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
