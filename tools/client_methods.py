"""The Python client's methods, one for each operation."""

import json
import textwrap
from collections.abc import Mapping
from typing import Any

from tools.client_operations import Operation, answer_type
from tools.client_types import Names, Schema

_HEAD = '''\
"""The client's methods, one for each route.

Written by `python -m tools.client` from the API's routes and openapi.json.
"""

import datetime
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from etf_client import types
from etf_client.answers import Answer
from etf_client.arguments import Positions


class Methods(ABC):
    """One method for each route. Parameters that are None are not sent; dates may be texts such as `2026-10-01`.

    Besides the errors that a method names, each can raise ConnectionFailed, UnexpectedAnswer and UsageError.
    """

    @abstractmethod
    def call(self, name: str, /, **parameters: Any) -> Answer[Any]:
        """The answer of an operation by its name."""

'''
_ERRORS = {
    "400": "BadRequest",
    "401": "Unauthorized",
    "404": "NotFound",
    "409": "Conflict",
    "413": "TooLarge",
    "503": "Unavailable",
}
_UNITS = {"proportion": "proportions in any unit", "amount_usd": "USD"}
_WIDTH = 112


def methods_module(operations: list[Operation], document: Mapping[str, Any]) -> str:
    """The module etf_client/methods.py, not yet formatted."""
    return _HEAD + "\n".join(_method(operation, document) for operation in operations)


def _method(operation: Operation, document: Mapping[str, Any]) -> str:
    names = Names(document["components"]["schemas"])
    described = document["paths"][operation["path"]][operation["method"].lower()]
    first = [p for p in operation["parameters"] if p["required"] and p["place"] != "body"]
    others = [p for p in operation["parameters"] if p not in first]
    signature = [f"{p['argument']}: {_taken(p)}" for p in first]
    if operation["unit"]:
        signature.append("body: Positions | Mapping[str, Any] | None = None")
    if others:
        signature += ["*", *(f"{p['argument']}: {_taken(p)} | None = None" for p in others)]
    asked = [json.dumps(operation["name"]), *(["body=body"] if operation["unit"] else [])]
    asked += [f"{p['argument']}={p['argument']}" for p in operation["parameters"]]
    answer = answer_type(described["responses"]["200"]["content"], names, "types.")
    return (
        f"    def {operation['name']}({', '.join(['self', *signature])}) -> Answer[{answer}]:\n"
        f"{textwrap.indent(_docstring(operation, described), ' ' * 8)}\n"
        f"        return self.call({', '.join(asked)})\n"
    )


def _taken(parameter: Mapping[str, Any]) -> str:
    """The type that a method takes for a parameter."""
    schema: Schema = parameter["schema"]
    if parameter["argument"] == "positions" and parameter["place"] == "body":
        return "Positions"
    if parameter["place"] == "body":
        return _of_body(schema)
    if schema.get("type") == "array":
        # `symbol:number` pairs.
        is_pairs = ":" in schema["items"].get("pattern", "")
        return "Mapping[str, float] | Sequence[str]" if is_pairs else "Sequence[str]"
    if schema.get("format") == "date":
        return "str | datetime.date"
    if "enum" in schema:
        return f"Literal[{', '.join(map(json.dumps, schema['enum']))}]"
    return {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}[schema["type"]]


def _of_body(schema: Schema) -> str:
    """The type of a body's field: any mapping and any series will do, and None means that it is not given."""
    if "$ref" in schema or "properties" in schema:
        return "Mapping[str, Any]"
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_of_body(part) for part in schema["anyOf"] if part.get("type") != "null"))
    if schema["type"] == "array":
        return f"Sequence[{_of_body(schema['items'])}]"
    if schema["type"] == "object":
        return f"Mapping[str, {_of_body(schema['additionalProperties'])}]"
    return {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}[schema["type"]]


def _docstring(operation: Operation, described: Mapping[str, Any]) -> str:
    lines = [f"{operation['summary']}.", "", f"{operation['method']} {operation['path']}", ""]
    if operation["unit"]:
        unit = _UNITS[operation["unit"]]
        lines += _item("body", f'The positions, such as {{"VTI": 60}} in {unit}, or the whole body as a mapping.')
    for parameter in operation["parameters"]:
        lines += _item(parameter["argument"], parameter["description"])
    raised = [name for status, name in _ERRORS.items() if status in described["responses"]]
    if raised:
        lines += ["", *textwrap.wrap(f"Raises {', '.join(raised)}.", _WIDTH)]
    text = "\n".join(lines).replace("\n\n\n", "\n\n").replace("\\", "\\\\")
    return f'"""{text}\n"""'


def _item(name: str, description: str) -> list[str]:
    return textwrap.wrap(f"- {name}: {description}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
