"""openapi.json: committed as the code has it, valid, and complete."""

import json
import re
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from api.routes import ROUTES, Route
from contract import document as contract


def test_the_committed_document_is_what_the_code_says() -> None:
    assert contract.TARGET.read_text("utf-8") == contract.text(), "run `make openapi`"


def test_it_is_valid_openapi() -> None:
    validate(json.loads(contract.TARGET.read_text("utf-8")))


def test_it_describes_exactly_the_routes_there_are() -> None:
    described = {(method.upper(), path) for path, methods in contract.document()["paths"].items() for method in methods}
    assert described == {(route.method, route.path) for route in ROUTES}


def test_every_operation_has_an_id_of_its_own() -> None:
    ids = [
        operation["operationId"] for methods in contract.document()["paths"].values() for operation in methods.values()
    ]
    assert ids == [route.operation_id for route in ROUTES]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
def test_a_route_is_described_as_its_table_has_it(route: Route) -> None:
    operation = contract.document()["paths"][route.path][route.method.lower()]

    asked = [parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    assert tuple(asked) == (*route.parameters, *(("pretty",) if route.model not in {"html", "atom", "file"} else ()))
    assert ("requestBody" in operation) is bool(route.body)
    content = operation["responses"]["200"]["content"]
    assert all((kind in content) is bool(route.formats) for kind in ("text/csv", "application/x-ndjson"))
    assert ("X-Table-Columns" in operation["responses"]["200"].get("headers", {})) is bool(route.formats)
    assert ("401" in operation["responses"]) is not route.is_open
    assert {str(status) for status in route.errors} <= set(operation["responses"])


def test_the_access_token_is_described_and_not_required_where_there_is_none() -> None:
    document = contract.document()

    assert document["components"]["securitySchemes"]["accessToken"]["scheme"] == "bearer"
    assert document["security"] == [{"accessToken": []}, {}]
    assert document["paths"]["/api/health"]["get"]["security"] == []


def test_every_number_says_its_unit(root: Path) -> None:
    schemas = contract.document()["components"]["schemas"]
    unitless = {"rows", "included", "reported", "schema_version", "statusCode", "fair_value_level", "level"}
    units = r"USD|[Pp]er cent|Basis points|[Ss]hares|0 to 1|points|nats|[Cc]ount|[Dd]ays|own unit|How many rows"
    missing = [
        f"{model}.{name}"
        for model, schema in schemas.items()
        for name, field in schema.get("properties", {}).items()
        if name not in unitless
        and {"integer", "number"} & {kind.get("type") for kind in [field, *field.get("anyOf", [])]}
        and not re.search(units, field.get("description", ""))
    ]
    assert missing == []
