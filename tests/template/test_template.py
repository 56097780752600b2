"""template.yaml against the code: what one names, the other has."""

import importlib
import re
from pathlib import Path
from typing import Any, cast

import pytest
from samcli.yamlhelper import yaml_parse

from api.app import routes
from api.service import Api

FUNCTIONS = ("Dispatch", "Extract", "Transform", "Api")


@pytest.fixture(scope="module")
def template(root: Path) -> dict[str, Any]:
    return cast(dict[str, Any], yaml_parse((root / "template.yaml").read_text()))


def properties(template: dict[str, Any], name: str) -> dict[str, Any]:
    return cast(dict[str, Any], template["Resources"][name]["Properties"])


def test_every_function_of_the_template_is_tested_here(template: dict[str, Any]) -> None:
    functions = {name for name, r in template["Resources"].items() if r["Type"] == "AWS::Serverless::Function"}
    assert functions == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_handler_is_made_of_exactly_the_declared_variables(template: dict[str, Any], name: str) -> None:
    # Given the variables that the template declares, with their literal values
    declared: dict[str, Any] = properties(template, name)["Environment"]["Variables"]
    values = {key: value if isinstance(value, str) else "https://bucket-or-queue" for key, value in declared.items()}
    values["LAKE_BUCKET"] = "bucket"
    module = importlib.import_module(properties(template, name)["Handler"].removesuffix(".handler"))

    # When the cold start reads them through a mapping that remembers
    read = set()

    class Remembering(dict[str, str]):
        def get(self, key: str, default: Any = None) -> Any:
            read.add(key)
            return super().get(key, default)

    handler = module.create(Remembering(values))

    # Then it read all of them, and nothing else
    assert callable(handler)
    assert read == set(declared)


@pytest.mark.parametrize(
    ("name", "variable"), [*((name, "LAKE_BUCKET") for name in FUNCTIONS), ("Dispatch", "REFRESH_QUEUE_URL")]
)
def test_a_missing_variable_stops_the_cold_start_with_its_name(
    template: dict[str, Any], name: str, variable: str
) -> None:
    declared = properties(template, name)["Environment"]["Variables"]
    module = importlib.import_module(properties(template, name)["Handler"].removesuffix(".handler"))
    values = {key: "bucket" if key == "LAKE_BUCKET" else "" for key in declared if key != variable}
    with pytest.raises(Exception, match=variable):
        module.create(values)


def test_routes_of_the_template_equal_the_resolvers(template: dict[str, Any]) -> None:
    events = properties(template, "Api")["Events"].values()
    declared = {(event["Properties"]["Method"], event["Properties"]["Path"]) for event in events}
    assert declared == resolver_routes()


def resolver_routes() -> set[tuple[str, str]]:
    """The routes that the code serves, written as API Gateway writes them."""
    resolver = routes(cast(Api, None))
    found = [*resolver._static_routes, *resolver._dynamic_routes]
    return {(route.method, re.sub(r"<(\w+)>", r"{\1}", route.path)) for route in found}


def test_transforms_output_never_matches_its_own_trigger(template: dict[str, Any]) -> None:
    rules = properties(template, "Transform")["Events"]["Captured"]["Properties"]["Filter"]["S3Key"]["Rules"]
    filters = {rule["Name"]: rule["Value"] for rule in rules}
    written = ("processed/VTI/latest.json", "processed/VTI/2026-11-18.json", "status/VTI.json")
    assert filters == {"prefix": "raw/", "suffix": ".html"}
    assert not any(key.startswith(filters["prefix"]) and key.endswith(filters["suffix"]) for key in written)


def test_one_bucket_name_for_all(template: dict[str, Any]) -> None:
    bucket = properties(template, "Lake")["BucketName"]
    assert bucket["Fn::Sub"]
    assert {properties(template, name)["Environment"]["Variables"]["LAKE_BUCKET"]["Fn::Sub"] for name in FUNCTIONS} == {
        bucket["Fn::Sub"]
    }
