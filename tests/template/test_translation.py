"""What CloudFormation gets: clean under cfn-lint, and free of the circle that no linter of the source sees."""

import json
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from tests.translation import Template, translate


def problems(template: Template) -> list[str]:
    found = lint(json.dumps(template), config=ManualArgs(regions=["us-east-1", "eu-central-1"]))
    return [f"{match.rule.id} {match.message}" for match in found]


def test_the_translation_is_clean(translated: Template) -> None:
    assert problems(translated) == []


def test_the_lint_sees_what_the_source_hides(template: Template) -> None:
    template["Resources"]["Extract"]["Properties"]["Events"]["Refresh"]["Properties"]["ScalingConfig"] = {
        "MaximumConcurrency": 1
    }
    assert any("1 is less than the minimum of 2" in problem for problem in problems(translate(template)))


def test_no_resource_waits_for_itself(translated: Template) -> None:
    order = list(TopologicalSorter(dependencies(translated)).static_order())
    assert order.index("LakeMayCallTransform") < order.index("Lake")
    assert order.index("LakeMayCallFilingsParse") < order.index("Lake")


@pytest.mark.parametrize("function", ["Transform", "FilingsParse"])
def test_a_reference_to_the_bucket_from_what_it_calls_would_close_a_circle(template: Template, function: str) -> None:
    template["Resources"][function]["Properties"]["Environment"]["Variables"]["LAKE_BUCKET"] = {"Ref": "Lake"}
    with pytest.raises(CycleError):
        list(TopologicalSorter(dependencies(translate(template))).static_order())


def dependencies(template: Template) -> dict[str, set[str]]:
    """The resources that each one refers to."""
    resources: dict[str, Any] = template["Resources"]
    return {name: set(references(body)) & resources.keys() for name, body in resources.items()}


def references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key in {"Ref", "DependsOn"}:
            yield from [value] if isinstance(value, str) else value
        elif key == "Fn::GetAtt":
            yield value.split(".")[0] if isinstance(value, str) else value[0]
        elif key == "Fn::Sub":
            text = value if isinstance(value, str) else value[0]
            yield from re.findall(r"\$\{(\w+)", text)
        else:
            yield from references(value)
