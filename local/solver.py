"""Rebalancings solved in this process. The solver is imported at the first question: most starts need none."""

import threading
from collections.abc import Mapping
from typing import Any

from api.decisions.solver_client import READ_SECONDS
from api.faults import SolverError
from etf_common.errors import UsageError

_TURN = threading.Lock()
"""One at a time, as HiGHS takes all processors."""


def solve_here(problem: Mapping[str, Any]) -> Mapping[str, Any]:
    """The solution of a problem. Raises SolverError."""
    try:
        from rebalance.solving import solve  # noqa: PLC0415 - NumPy and HiGHS take a third of a second
    except ImportError as fault:
        raise SolverError(f"the solver cannot be imported ({fault.name}): `make setup` installs it") from None
    if not _TURN.acquire(timeout=READ_SECONDS):
        raise SolverError("too many rebalancings are being solved: try again in a moment")
    try:
        return solve(problem)
    except UsageError as fault:
        raise SolverError(f"the solver cannot read the problem: {fault.message}") from None
    finally:
        _TURN.release()
