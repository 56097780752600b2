"""openapi.json: committed as the code has it, valid, and complete."""

import json
import re
from pathlib import Path
from typing import cast

from openapi_spec_validator import validate

from api.app import routes
from api.service import Api
from contract import document as contract


def test_the_committed_document_is_what_the_code_says() -> None:
    assert contract.TARGET.read_text("utf-8") == contract.text(), "run `make openapi`"


def test_it_is_valid_openapi() -> None:
    validate(json.loads(contract.TARGET.read_text("utf-8")))


def test_it_describes_exactly_the_routes_there_are() -> None:
    resolver = routes(cast("Api", None))
    paths = {re.sub(r"<(\w+)>", r"{\1}", route.path) for route in [*resolver._static_routes, *resolver._dynamic_routes]}
    assert set(contract.document()["paths"]) == paths


def test_every_number_says_its_unit(root: Path) -> None:
    schemas = contract.document()["components"]["schemas"]
    unitless = {"rows", "included", "reported", "schema_version", "statusCode"}
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
