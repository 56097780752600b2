"""The solver's function: how it is called, and what a caller is told when it fails."""

import io
import json
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from api.decisions.solver_client import LambdaSolver, no_solver
from api.faults import SolverError
from etf_common.errors import UsageError
from etf_common.settings import rebalance_function
from local.solver import solve_here

SOLUTION = {
    "status": "optimal",
    "trades_usd": {"VTI": -10.0},
    "trades_shares": None,
    "excess_pct": {},
    "binding": ["security:NVDA"],
    "target_distance_pct": 0.0,
}


class StandIn:
    """boto3's client for one function, which answers with this body, or raises."""

    def __init__(self, body: bytes = b"", fault: Exception | None = None, **answer: Any) -> None:
        self.body, self.fault, self.answer = body, fault, answer
        self.calls: list[dict[str, Any]] = []

    def invoke(self, **call: Any) -> dict[str, Any]:
        self.calls.append(call)
        if self.fault:
            raise self.fault
        return {"Payload": io.BytesIO(self.body), **self.answer}


def solver(stand_in: StandIn) -> LambdaSolver:
    return LambdaSolver("stack-Rebalance", cast(Any, stand_in))


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Invoke")


def test_the_problem_goes_to_the_function_and_its_solution_comes_back() -> None:
    function = StandIn(json.dumps(SOLUTION).encode())

    assert solver(function)({"assets": []}) == SOLUTION
    assert function.calls == [{"FunctionName": "stack-Rebalance", "Payload": b'{"assets":[]}'}]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (ReadTimeoutError(endpoint_url="https://lambda"), "took too long"),
        (refused("TooManyRequestsException"), "too many rebalancings"),
        (refused("ResourceNotFoundException"), "cannot be reached"),
        (refused("AccessDeniedException"), "cannot be reached"),
        (EndpointConnectionError(endpoint_url="https://lambda"), "does not answer"),
    ],
    ids=["too late", "throttled", "missing", "not allowed", "not there"],
)
def test_a_solver_that_does_not_answer_is_a_503_that_says_so(fault: Exception, says: str) -> None:
    with pytest.raises(SolverError, match=says) as raised:
        solver(StandIn(fault=fault))({})
    assert (raised.value.status, raised.value.headers) == (503, {"Retry-After": "1"})


def test_a_solver_that_failed_is_told_without_what_it_says() -> None:
    function = StandIn(b'{"errorMessage": "secret"}', FunctionError="Unhandled")
    with pytest.raises(SolverError, match="the solver failed") as raised:
        solver(function)({})
    assert "secret" not in raised.value.message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[" * 100_000,
        json.dumps({**SOLUTION, "status": "lost"}).encode(),
        json.dumps({**SOLUTION, "trades_usd": {"VTI": "10"}}).encode(),
        json.dumps({**SOLUTION, "trades_usd": {"VTI": float("nan")}}).encode(),
        json.dumps({**SOLUTION, "trades_shares": []}).encode(),
        json.dumps({**SOLUTION, "binding": [1]}).encode(),
        json.dumps({**SOLUTION, "excess_pct": None}).encode(),
        json.dumps({**SOLUTION, "target_distance_pct": None}).encode(),
    ],
)
def test_anything_but_a_solution_is_a_503(body: bytes) -> None:
    with pytest.raises(SolverError, match="something else"):
        solver(StandIn(body))({})


def test_an_api_without_a_solver_says_who_can_help() -> None:
    with pytest.raises(SolverError, match="REBALANCE_FUNCTION"):
        no_solver({})


def test_on_one_machine_a_problem_that_cannot_be_read_is_a_503_too() -> None:
    with pytest.raises(SolverError, match="cannot read the problem"):
        solve_here({"assets": None})


@pytest.mark.parametrize(("value", "name"), [("", None), ("etf-Rebalance-1a", "etf-Rebalance-1a")])
def test_the_function_is_named_by_the_environment(value: str, name: str | None) -> None:
    assert rebalance_function({"REBALANCE_FUNCTION": value}) == name
    assert rebalance_function({}) is None


def test_a_name_that_no_function_has_is_an_error() -> None:
    with pytest.raises(UsageError, match="REBALANCE_FUNCTION"):
        rebalance_function({"REBALANCE_FUNCTION": "../x"})
