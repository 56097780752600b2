"""template.yaml against the code: what one names, the other has."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api import cors
from etf_common import lake
from etf_common.filing_keys import filing_key, filing_status_key, raw_filing_key
from etf_common.metrics import NAMESPACE_VARIABLE
from tests.template.conftest import OfType
from tests.translation import Template

FUNCTIONS = (
    *("Dispatch", "Extract", "Transform", "Sweep", "Tables", "Api", "Rebalance", "Export"),
    *("FilingsDispatch", "FilingsFetch", "FilingsParse"),
)
VALUES = {
    "LAKE_BUCKET": "bucket",
    "REFRESH_QUEUE_URL": "https://queue",
    "TABLES_QUEUE_URL": "https://tables",
    "FILINGS_QUEUE_URL": "https://filings.fifo",
    NAMESPACE_VARIABLE: "stack",
}


def variables(template: Template, name: str) -> dict[str, str]:
    """The variables that the template declares for a function, with values that a cold start accepts."""
    declared: dict[str, Any] = template["Resources"][name]["Properties"]["Environment"]["Variables"]
    literal = {key: value for key, value in declared.items() if isinstance(value, str)}
    return {**dict.fromkeys(declared, ""), **literal, **{key: VALUES[key] for key in declared if key in VALUES}}


def module_of(template: Template, name: str) -> Any:
    return importlib.import_module(template["Resources"][name]["Properties"]["Handler"].removesuffix(".handler"))


def test_every_function_of_the_template_is_tested_here(of_type: OfType) -> None:
    assert set(of_type("AWS::Serverless::Function")) == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_handler_is_made_of_exactly_the_declared_variables(template: Template, name: str) -> None:
    # Given the variables that the template declares
    declared = variables(template, name)

    # When the cold start reads them through a mapping that remembers
    read = set()

    class Remembering(dict[str, str]):
        def get(self, key: str, default: Any = None) -> Any:
            read.add(key)
            return super().get(key, default)

    handler = module_of(template, name).create(Remembering(declared))

    # Then it read all of them, and nothing else
    assert callable(handler)
    assert read == set(declared)


def test_nothing_but_a_cold_start_reads_the_environment(root: Path) -> None:
    # So that what a cold start reads, above, is all that is read.
    code = [*(root / "functions").rglob("*.py"), *(root / "layers" / "common").rglob("*.py")]
    places = {(path.name, where) for path in code for where in environment_readers(ast.parse(path.read_text()))}
    assert places == {("handlers.py", "lazy_handler")}


def environment_readers(tree: ast.Module) -> Iterator[str]:
    """The functions of a module that name os.environ or os.getenv; "" for the module itself."""
    for node in tree.body:
        names = {found.attr for found in ast.walk(node) if isinstance(found, ast.Attribute)}
        imported = {
            alias.name for found in ast.walk(node) if isinstance(found, ast.ImportFrom) for alias in found.names
        }
        if {"environ", "getenv"} & (names | imported):
            yield node.name if isinstance(node, ast.FunctionDef) else ""


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        *((name, "LAKE_BUCKET") for name in FUNCTIONS if name != "Rebalance"),
        ("Dispatch", "REFRESH_QUEUE_URL"),
        ("FilingsDispatch", "FILINGS_QUEUE_URL"),
    ],
)
def test_a_missing_variable_stops_the_cold_start_with_its_name(template: Template, name: str, variable: str) -> None:
    values = variables(template, name)
    del values[variable]
    with pytest.raises(Exception, match=variable):
        module_of(template, name).create(values)


def test_cors_allows_and_exposes_the_same_headers_as_the_function(template: Template) -> None:
    configured = template["Resources"]["HttpApi"]["Properties"]["CorsConfiguration"]
    assert configured["ExposeHeaders"] == list(cors.EXPOSED)
    assert configured["AllowHeaders"] == list(cors.ALLOWED_HEADERS)
    assert configured["MaxAge"] == cors.MAX_AGE_SECONDS


def started_by(template: Template, key: str) -> list[str]:
    """The functions that the bucket calls for a new object of this key."""
    found = []
    for trigger in template["Resources"]["Lake"]["Properties"]["NotificationConfiguration"]["LambdaConfigurations"]:
        rules = {rule["Name"]: rule["Value"] for rule in trigger["Filter"]["S3Key"]["Rules"]}
        if key.startswith(rules["prefix"]) and key.endswith(rules["suffix"]):
            found.append(trigger["Function"]["Fn::GetAtt"][0])
    return found


def puts(template: Template, role: str) -> list[str]:
    """Where a role may write."""
    statements = template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    return [str(s["Resource"]) for s in statements if "s3:PutObject" in s["Action"]]


def test_transforms_output_never_matches_its_own_trigger(template: Template) -> None:
    def starts_transform(key: str) -> bool:
        return started_by(template, key) == ["Transform"]

    run = "20261120T223000Z"
    published = (lake.latest_key("VTI"), lake.dated_key("VTI", "2026-11-18"))
    written = (*published, lake.download_key("VTI"), lake.workbook_key("VTI"))
    others = (lake.status_key("VTI"), lake.rejected_key("VTI", run), lake.raw_part_key("VTI", run, 1), lake.CONFIG_KEY)
    assert not any(map(starts_transform, written + others))
    assert starts_transform(lake.raw_page_key("VTI", run))
    # And not by its rights either: the role cannot write where the trigger listens.
    for name in ("TransformRole", "SweepRole"):
        assert puts(template, name)
        assert not any("/raw/" in resource or "}/*'" in resource for resource in puts(template, name))


def test_what_filings_parse_writes_never_matches_its_own_trigger(template: Template) -> None:
    key = raw_filing_key("VTI", "0001752724-26-000001")
    assert started_by(template, key) == ["FilingsParse"]
    written = (filing_key("VTI", "2026-06-30"), filing_status_key("VTI"))
    assert [started_by(template, key) for key in written] == [[], []]
    assert puts(template, "FilingsParseRole")
    assert not any("/raw-filings/" in resource or "}/*'" in resource for resource in puts(template, "FilingsParseRole"))


def test_one_bucket_name_for_all(template: Template) -> None:
    bucket = template["Resources"]["Lake"]["Properties"]["BucketName"]
    assert bucket["Fn::Sub"]
    assert all(
        template["Resources"][name]["Properties"]["Environment"]["Variables"]["LAKE_BUCKET"] == bucket
        for name in FUNCTIONS
        if name != "Rebalance"  # it has no lake
    )
