"""template.yaml as written, and as SAM translates it for CloudFormation."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any, cast

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

Template = dict[str, Any]


def load(root: Path) -> Template:
    """A copy of template.yaml that a test may change, its short forms (`!Ref`) written out."""
    return cast(Template, json.loads(_as_json((root / "template.yaml").read_text())))


@cache
def _as_json(text: str) -> str:
    """Many tests read the template, which takes half a second."""
    return json.dumps(yaml_parse(text))


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


def translate(template: Template) -> Template:
    """What CloudFormation gets: SAM's own resources in place of the short forms. Parameters keep their defaults."""
    template = copy.deepcopy(template)
    for resource in template["Resources"].values():
        # The translator wants the addresses that `sam package` would have written.
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = "s3://artifacts/layer.zip"
    template["Globals"]["Function"]["CodeUri"] = "s3://artifacts/functions.zip"
    return cast(Template, transform(template, {}, _NoManagedPolicies()))


def gateway_routes(template: Template) -> set[tuple[str, str]]:
    """Method and path of every route that API Gateway has."""
    paths = template["Resources"]["HttpApi"]["Properties"]["DefinitionBody"]["paths"]
    return {(method.upper(), path) for path, methods in paths.items() for method in methods}
