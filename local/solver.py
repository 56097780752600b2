"""Rebalancings solved in this process. The solver is imported at the first question: most starts need none."""

from collections.abc import Mapping
from typing import Any

from api.faults import SolverError
from etf_common.errors import UsageError


def solve_here(problem: Mapping[str, Any]) -> Mapping[str, Any]:
    """The solution of a problem. Raises SolverError."""
    try:
        from rebalance.solving import solve  # noqa: PLC0415 - NumPy and HiGHS take a third of a second
    except ImportError as fault:
        raise SolverError(f"the solver cannot be imported ({fault.name}): `make setup` installs it") from None
    try:
        return solve(problem)
    except UsageError as fault:
        raise SolverError(f"the solver cannot read the problem: {fault.message}") from None
