"""The Python client's table of operations, from the routes' table and openapi.json."""

import keyword
from collections.abc import Iterator, Mapping
from typing import Any

from api.routes import ROUTES, Route
from tools.client_types import Names, referred, type_of

_OF_TRANSPORT = {"format", "pretty"}
"""Parameters of every answer's form, which the client's methods do not take."""
JSON = "application/json"
_REF = "#/components/schemas/"
Operation = dict[str, Any]


def operations_of(document: Mapping[str, Any]) -> list[Operation]:
    """The operations, in the order of the routes."""
    return [_operation(route, document) for route in ROUTES]


def answer_type(content: Mapping[str, Any], names: Names, module: str = "") -> str:
    """What a method returns, by the content of its answer: the JSON's type, `str` for text, `bytes` for a file."""
    if JSON in content:
        schema = content[JSON]["schema"]
        # The second of two is that of format=records, which no method asks for.
        return type_of(schema["anyOf"][0] if "anyOf" in schema else schema, names, module)
    first = next(iter(content))
    return "str" if first.startswith("text/") or first.endswith("xml") else "bytes"


def _operation(route: Route, document: Mapping[str, Any]) -> Operation:
    described = document["paths"][route.path][route.method.lower()]
    content = described["responses"]["200"]["content"]
    content_type = JSON if JSON in content else next(iter(content))
    names = Names(document["components"]["schemas"])
    given = {parameter["name"]: parameter for parameter in described.get("parameters", [])}
    formats = given["format"]["schema"]["enum"] if "format" in given else []
    parameters = [
        _parameter(
            name,
            place=known["in"],
            required=known.get("required", False),
            described=known,
            schema=known["schema"],
            document=document,
        )
        for name, known in given.items()
        if name not in _OF_TRANSPORT
    ]
    return {
        "name": route.calls.__name__,
        "operation_id": route.operation_id,
        "method": route.method,
        "path": route.path,
        "summary": route.summary,
        "answer": answer_type(content, names),
        "content_type": content_type,
        "formats": [name for name in formats if name != "json"],
        "parameters": [*parameters, *_fields(described, set(given), document)],
        "unit": _unit(route, described, document),
    }


def _parameter(
    name: str, *, place: str, required: bool, described: Mapping[str, Any], schema: Any, document: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "name": name,
        "argument": f"{name}_" if keyword.iskeyword(name) else name,
        "place": place,
        "required": required,
        "description": " ".join(described.get("description", "").split()),
        "schema": _complete(schema, document),
    }


def _fields(described: Mapping[str, Any], in_query: set[str], document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The fields of the body, but for those that the query has too."""
    body = _body(described, document)
    for name, schema in body.get("properties", {}).items():
        if name not in in_query:
            is_required = name in body.get("required", ())
            yield _parameter(
                name, place="body", required=is_required, described=schema, schema=schema, document=document
            )


def _body(described: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    if "requestBody" not in described:
        return {}
    name = described["requestBody"]["content"][JSON]["schema"]["$ref"].removeprefix(_REF)
    found: Mapping[str, Any] = document["components"]["schemas"][name]
    return found


def _unit(route: Route, described: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """What the numbers of `{"VTI": 60}` are: proportions, unless the name says USD or the body takes none."""
    positions = _body(described, document).get("properties", {}).get("positions")
    if positions is None:
        return ""
    takes_proportions = "Proportion" in set(referred(positions)) and not route.calls.__name__.endswith("_in_usd")
    return "proportion" if takes_proportions else "amount_usd"


def _complete(schema: Any, document: Mapping[str, Any]) -> Any:
    """The schema with `$defs` for all that it refers to, so that it stands alone."""
    found: dict[str, Any] = {}
    left = set(referred(schema))
    while left:
        name = min(left)
        found[name] = document["components"]["schemas"][name]
        left = (left | set(referred(found[name]))) - found.keys()
    local = _local(schema)
    return {**local, "$defs": {name: _local(found[name]) for name in sorted(found)}} if found else local


def _local(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        return {
            name: value.replace(_REF, "#/$defs/") if name == "$ref" and isinstance(value, str) else _local(value)
            for name, value in schema.items()
        }
    return [_local(part) for part in schema] if isinstance(schema, list) else schema
