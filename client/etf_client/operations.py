"""The API's operations: what `Client.call` can ask, with the parameters of each.

The table itself is operations.json, which `python -m tools.client` writes from the API's routes and its description.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

from etf_client.errors import UsageError

Place = Literal["path", "query", "body"]


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation, or a field of its body."""

    name: str
    """As the API writes it: `from`."""
    argument: str
    """As Python takes it: `from_`."""
    place: Place
    required: bool
    description: str
    schema: Mapping[str, Any]
    """Its JSON schema, complete in itself: `$defs` has what it refers to."""


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    name: str
    """The client's method: `holders`."""
    operation_id: str
    """The API's own name: `listHolders`."""
    method: Literal["GET", "POST"]
    path: str
    """`/api/holders/{symbol}`."""
    summary: str
    answer: str
    """What it returns, as the client's types write it: `Holders`, `list[Holding]`, `str`."""
    content_type: str
    formats: tuple[str, ...]
    """What `format` can be, without json; empty where there is no table."""
    parameters: tuple[Parameter, ...]
    """Besides `format`."""
    unit: str
    """What the numbers of positions that are given as a mapping are: `proportion`, `amount_usd`, or empty."""

    @property
    def has_table(self) -> bool:
        """Whether there is a table, so `df()`, `pl()` and CSV."""
        return bool(self.formats)

    def parameter(self, argument: str) -> Parameter:
        """The parameter of this name, as Python or as the API writes it. Raises UsageError."""
        for known in self.parameters:
            if argument in {known.argument, known.name}:
                return known
        allowed = ", ".join(known.argument for known in self.parameters)
        raise UsageError(
            f"{self.name}() has no parameter {argument}; "
            + (f"it takes {allowed}" if allowed else "it takes no parameters")
        )


def operation(name: str) -> Operation:
    """The operation of this name. Raises UsageError."""
    if name not in OPERATIONS:
        raise UsageError(f"there is no operation {name}; there are {', '.join(OPERATIONS)}")
    return OPERATIONS[name]


def _loaded() -> dict[str, Operation]:
    rows = json.loads(files("etf_client").joinpath("operations.json").read_text("utf-8"))
    return {
        row["name"]: Operation(
            **{
                **row,
                "formats": tuple(row["formats"]),
                "parameters": tuple(Parameter(**parameter) for parameter in row["parameters"]),
            }
        )
        for row in rows
    }


OPERATIONS: Mapping[str, Operation] = _loaded()
"""By name, in the order of the API's routes."""
