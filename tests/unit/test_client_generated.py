"""The client's generated files are in step with the API, and the client needs nothing of the pipeline."""

import ast
import inspect
import json
import sys
import tomllib
import typing
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from api.routes import ROUTES
from etf_client import OPERATIONS, Client, Operation, types
from tools.client import DOCUMENT, written
from tools.client_operations import answer_type
from tools.client_types import Names


def test_the_generated_files_are_in_step() -> None:
    for path, text in written().items():
        assert path.read_text("utf-8") == text, f"{path.name}: run `python -m tools.client`"


def test_every_route_is_a_method_of_the_same_name() -> None:
    assert list(OPERATIONS) == [route.calls.__name__ for route in ROUTES]
    assert [operation.operation_id for operation in OPERATIONS.values()] == [route.operation_id for route in ROUTES]
    for operation in OPERATIONS.values():
        method = getattr(Client, operation.name)
        taken = {name for name in inspect.signature(method).parameters if name != "self"}
        assert taken - {"body"} == {parameter.argument for parameter in operation.parameters}
        assert ("body" in taken) == (operation.method == "POST")
        assert operation.summary in (inspect.getdoc(method) or "")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The API's description, which another test holds in step with its code."""
    loaded: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
    return loaded


def test_every_parameter_of_the_api_can_be_asked_for(document: dict[str, Any]) -> None:
    paths = document["paths"]
    for operation in OPERATIONS.values():
        described = paths[operation.path][operation.method.lower()]
        there = {parameter["name"] for parameter in described.get("parameters", [])} - {"format", "pretty"}
        assert {p.name for p in operation.parameters if p.place != "body"} == there, operation.name


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_schemas_of_parameters_stand_alone(operation: Operation) -> None:
    for parameter in operation.parameters:
        schema: Any = parameter.schema
        jsonschema.Draft202012Validator.check_schema(schema)
        assert set(references(schema)) <= {f"#/$defs/{name}" for name in schema.get("$defs", {})}


def references(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
        return own + [found for part in schema.values() for found in references(part)]
    return [found for part in schema for found in references(part)] if isinstance(schema, list) else []


def test_every_answer_is_typed() -> None:
    for operation in OPERATIONS.values():
        (data,) = typing.get_args(typing.get_type_hints(getattr(Client, operation.name))["return"])
        named = operation.answer.removeprefix("list[").removeprefix("dict[str, ").removesuffix("]")
        told = {"str": str, "bytes": bytes, "Any": Any, **vars(types)}[named]
        assert told in {data, *typing.get_args(data)}, operation.name


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"application/json": {"schema": {"type": "array", "items": {"type": "string"}}}}, "list[str]"),
        ({"text/csv": {}, "application/json": {"schema": {"$ref": "#/components/schemas/Holders"}}}, "types.Holders"),
        ({"application/atom+xml": {}}, "str"),
        ({"text/html": {}}, "str"),
        ({"application/vnd.apache.parquet": {}, "text/csv": {}}, "bytes"),
    ],
)
def test_files_are_bytes_and_pages_are_text(document: dict[str, Any], content: dict[str, Any], kind: str) -> None:
    assert answer_type(content, Names(document["components"]["schemas"]), "types.") == kind


def test_types_are_those_of_the_contract(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert types.Holders.__required_keys__ == set(schemas["Holders"]["required"])
    assert types.Holders.__optional_keys__ == {"note"}
    hints = typing.get_type_hints(types.FundChanges)
    assert {"from", "to"} <= hints.keys()
    assert typing.get_type_hints(types.Holder)["weight_pct"] == float | types.Bounds | None
    assert set(typing.get_args(types.Reason)) == set(schemas["Reason"]["enum"])
    made = {name for name, value in vars(types).items() if hasattr(value, "__required_keys__")}
    assert len(made) == sum("properties" in schema for schema in schemas.values())


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "client"


def test_the_client_imports_nothing_of_the_pipeline(folder: Path) -> None:
    outside = {"requests", "urllib3", "pandas", "polars", "keyring"}
    sources = sorted(folder.rglob("*.py"))
    assert len(sources) > 10
    for path in sources:
        # Also valid for the oldest Python that it runs on.
        tree = ast.parse(path.read_text("utf-8"), feature_version=(3, 11))
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in (name.partition(".")[0] for name in names):
                assert name in sys.stdlib_module_names | outside | {"etf_client"}, (path.name, name)


def test_the_distribution_needs_requests_alone(folder: Path, root: Path) -> None:
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    ours = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == ["requests"]
    assert project["optional-dependencies"] == {name: [name] for name in ("pandas", "polars", "keyring")}
    assert project["requires-python"] == ours["requires-python"] == ">=3.11"
    assert (folder / "LICENSE").read_text() == (root / "LICENSE").read_text()
    assert (folder / "etf_client" / "py.typed").is_file()


def test_setup_installs_the_client(root: Path) -> None:
    assert "--editable ./client " in (root / "Makefile").read_text()
