"""deploy/iam_policy.json against what deploying calls: the owner's commands, the SAM CLI, and CloudFormation for us."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint
import pytest
import samcli
from botocore.session import get_session

from deploy import rights
from tests.functional.rights import Right, allows
from tests.translation import Template

DATA = Path(cfnlint.__file__).parent / "data"
# What SAM puts into its own stack for the artifacts.
SAMS_BUCKET = ("AWS::S3::Bucket", "AWS::S3::BucketPolicy")


def allowed_actions() -> list[str]:
    return [action for item in statements() for action in listed(item["Action"])]


def statements() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rights.policy()["Statement"]
    return found


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def fits(pattern: str, action: str) -> bool:
    # IAM does not tell upper from lower case in actions.
    return re.fullmatch(pattern.replace("*", ".*"), action, re.IGNORECASE) is not None


@cache
def handlers() -> dict[str, set[str]]:
    """By type of resource: the permissions with which CloudFormation creates, reads, updates and deletes one.

    From the registry's schemas, which AWS publishes and cfn-lint carries along.
    """
    found = {}
    for path in (DATA / "schemas" / "resources").glob("*.json"):
        schema = json.loads(path.read_text())
        called = {name: handler["permissions"] for name, handler in schema.get("handlers", {}).items()}
        called.pop("list", None)  # no command asks for all resources of a type
        found[schema["typeName"]] = {action for permissions in called.values() for action in permissions}
    return found


def unused(action: str) -> bool:
    return any(action.startswith(prefix) for prefix in rights.UNUSED)


def needed_by_cloudformation(translated: Template) -> set[str]:
    types = {resource["Type"] for resource in translated["Resources"].values()} | set(SAMS_BUCKET)
    return {action for kind in types for action in handlers()[kind] if not unused(action)}


def test_every_action_that_the_templates_resources_need_is_allowed(translated: Template) -> None:
    allowed = allowed_actions()
    needed = needed_by_cloudformation(translated)
    assert len(needed) > 100
    assert sorted(action for action in needed if not any(fits(pattern, action) for pattern in allowed)) == []


def test_a_new_type_of_resource_would_be_noticed(translated: Template) -> None:
    translated["Resources"]["New"] = {"Type": "AWS::DynamoDB::Table"}
    missing = {
        action
        for action in needed_by_cloudformation(translated)
        if not any(fits(pattern, action) for pattern in allowed_actions())
    }
    assert "dynamodb:CreateTable" in missing


def test_what_is_left_out_belongs_to_properties_that_the_template_does_not_set(translated: Template) -> None:
    properties = json.dumps([resource.get("Properties", {}) for resource in translated["Resources"].values()])
    for prefix, name in rights.UNUSED.items():
        assert f'"{name}"' not in properties, prefix
        assert any(action.startswith(prefix) for actions in handlers().values() for action in actions), prefix


def service_actions() -> dict[str, dict[str, list[str]]]:
    """By service and action in lower case: the kinds of resources that a statement may limit it to."""
    specification = json.loads((DATA / "AdditionalSpecs" / "Policies.json").read_text())
    return {
        service: {action: list(about.get("Resources", [])) for action, about in known["Actions"].items()}
        for service, known in specification.items()
    }


def test_every_pattern_of_the_policy_stands_for_real_actions() -> None:
    known = {f"{service}:{action}" for service, actions in service_actions().items() for action in actions}
    # The two lists are not of the same day; an action of either is one.
    known |= {action for actions in handlers().values() for action in actions}
    for pattern in allowed_actions():
        assert any(fits(pattern, action) for action in known), pattern


def test_what_cannot_be_limited_to_a_resource_is_allowed_on_all(translated: Template) -> None:
    known = service_actions()
    for needed in needed_by_cloudformation(translated):
        service, _, name = needed.partition(":")
        if name.lower() in known[service] and not known[service][name.lower()]:
            assert allows(rights.policy(), Right(needed, "anything")), needed


def test_roles_are_passed_to_the_services_of_the_template_only() -> None:
    (passing,) = (item for item in statements() if "iam:PassRole" in listed(item["Action"]))
    assert passing["Resource"] == "arn:aws:iam::*:role/etf-pipeline-*"
    services = passing["Condition"]["StringEquals"]["iam:PassedToService"]
    assert services == ["lambda.amazonaws.com", "scheduler.amazonaws.com"]


def test_the_policy_reaches_no_stack_of_another_name() -> None:
    policy = rights.policy("etf-two")
    for action, resource in (
        ("s3:DeleteBucket", "arn:aws:s3:::{}-123456789012-us-east-1"),
        ("lambda:DeleteFunction", "arn:aws:lambda:us-east-1:123456789012:function:{}-api"),
        ("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/{}-ApiRole-AB12"),
        ("sqs:DeleteQueue", "arn:aws:sqs:us-east-1:123456789012:{}-RefreshQueue-AB12"),
        ("cloudformation:DeleteStack", "arn:aws:cloudformation:us-east-1:123456789012:stack/{}/ab12"),
    ):
        assert allows(policy, Right(action, resource.format("etf-two")))
        assert not allows(policy, Right(action, resource.format("etf-pipeline")))
    # The lake's data is not the deployer's: only the config is.
    assert not allows(policy, Right("s3:GetObject", "arn:aws:s3:::etf-two-123456789012-us-east-1/raw/VTI/x.html"))


def sams_calls() -> Iterator[str]:
    """The operations of CloudFormation that `sam deploy` can call, from its own source."""
    source = Path(samcli.__file__).parent / "lib"
    operations = {
        re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(): name
        for name in get_session().get_service_model("cloudformation").operation_names
    }
    for path in ("deploy/deployer.py", "utils/managed_cloudformation_stack.py"):
        for method in re.findall(r"client\.([a-z_]+)\(", (source / path).read_text()):
            if method in operations:
                yield f"cloudformation:{operations[method]}"


def test_what_the_sam_cli_calls_is_allowed() -> None:
    called = set(sams_calls())
    assert {"cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"} <= called
    # Only with --on-failure, which make deploy does not give.
    called.discard("cloudformation:RollbackStack")
    assert sorted(call for call in called if not any(fits(pattern, call) for pattern in allowed_actions())) == []


def test_the_file_is_what_the_command_prints_and_iam_takes_it(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from deploy.__main__ import main  # noqa: PLC0415 - beside the test that runs it

    # No credentials and no region: it asks AWS nothing.
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    assert main(["rights"]) == 0
    printed = capsys.readouterr().out
    assert (root / "deploy" / "iam_policy.json").read_text() == printed, (
        "python -m deploy rights > deploy/iam_policy.json"
    )
    assert len(re.sub(r"\s", "", json.dumps(rights.policy("s" * 32)))) <= rights.MAX_CHARACTERS
