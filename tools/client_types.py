"""The types of the Python client's answers, written from the schemas in openapi.json."""

import json
import keyword
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
_REF = "#/components/schemas/"
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_HEAD = '''\
"""The API's answers and bodies as types, for checkers and editors; nothing of it runs.

Written by `python -m tools.client` from openapi.json. A field that is not required may be left out by the API.
"""

from typing import Literal, NotRequired, TypedDict

'''


def types_module(schemas: Mapping[str, Schema]) -> str:
    """The module etf_client/types.py, not yet formatted."""
    names = Names(schemas)
    return _HEAD + "\n\n".join(_definition(name, schema, names) for name, schema in sorted(schemas.items()))


class Names:
    """The types' names: those of the schemas, but for schemas that share one and carry their module's."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._names = {name: name for name in schemas}
        for name in schemas:
            if "__" in name:
                owner = next(other for other, schema in sorted(schemas.items()) if name in set(referred(schema)))
                self._names[name] = owner + name.rpartition("__")[2]

    def __getitem__(self, name: str) -> str:
        return self._names[name]


def referred(schema: Any) -> Iterator[str]:
    """The names of the schemas that this one refers to."""
    if isinstance(schema, Mapping):
        if isinstance(ref := schema.get("$ref"), str):
            yield ref.removeprefix(_REF)
        for part in schema.values():
            yield from referred(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from referred(part)


def type_of(schema: Schema, names: Names, module: str = "") -> str:
    """A schema as a Python type; names of other types are `module` and the name."""
    if "$ref" in schema:
        return module + names[schema["$ref"].removeprefix(_REF)]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(type_of(part, names, module) for part in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return f"Literal[{', '.join(json.dumps(v) if isinstance(v, str) else repr(v) for v in values)}]"
    if schema.get("type") == "array":
        return f"list[{type_of(schema['items'], names, module)}]"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {type_of(values, names, module) if isinstance(values, Mapping) else 'Any'}]"
    return _PLAIN[schema["type"]]


def _definition(name: str, schema: Schema, names: Names) -> str:
    known, doc = names[name], _doc(schema.get("description", f"{names[name]}."))
    if "properties" not in schema:
        return f"{known} = {type_of(schema, names)}\n{doc}\n"
    required = set(schema.get("required", ()))
    fields = {
        field: (type_of(part, names), field in required, part.get("description"))
        for field, part in schema["properties"].items()
    }
    if all(field.isidentifier() and not keyword.iskeyword(field) for field in fields):
        lines = [textwrap.indent(doc, "    "), ""]
        for field, (kind, is_required, described) in fields.items():
            lines.append(f"    {field}: {_quoted(kind, is_required)}")
            lines += [textwrap.indent(_doc(described), "    ")] if described else []
        return f"class {known}(TypedDict):\n" + "\n".join(lines) + "\n"
    # A field called `from` cannot stand in a class.
    items = "".join(f"{json.dumps(field)}: {_quoted(kind, is_in)}," for field, (kind, is_in, _) in fields.items())
    return f'{known} = TypedDict("{known}", {{{items}}})\n{doc}\n'


def _quoted(kind: str, is_required: bool) -> str:
    text = json.dumps(kind) if '"' not in kind else f"'{kind}'"
    return text if is_required else f"NotRequired[{text}]"


def _doc(text: str) -> str:
    r"""A docstring of at most 120 characters a line, indented by four."""
    one_line = " ".join(text.split()).replace("\\", "\\\\").replace('"""', "'''")
    lines = textwrap.wrap(one_line, 105, break_long_words=False, break_on_hyphens=False)
    return f'"""{lines[0]}"""' if len(lines) == 1 else '"""' + "\n".join(lines) + '\n"""'
