"""Each role equals this table: what its function may do, and where. A new right is a decision, made here too."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.template.conftest import OfType
from tests.translation import Template

LAKE = "arn:${AWS::Partition}:s3:::${AWS::StackName}-${AWS::AccountId}-${AWS::Region}"
READ, LIST, WRITE, SEND = "s3:GetObject", "s3:ListBucket", "s3:PutObject", "sqs:SendMessage"
CONFIG = "config/etl_config.yaml"

EXPECTED: dict[str, dict[str, set[str]]] = {
    "DispatchRole": {READ: {CONFIG}, LIST: {"config/*"}, SEND: {"RefreshQueue", "ScheduleDeadLetters"}},
    "ExtractRole": {
        READ: {"processed/*", "raw/*", "status/*"},
        LIST: {"processed/*", "raw/*", "status/*"},
        WRITE: {"raw/*", "rejected/*", "status/*"},
        "sqs:ReceiveMessage": {"RefreshQueue"},
        "sqs:DeleteMessage": {"RefreshQueue"},
        "sqs:GetQueueAttributes": {"RefreshQueue"},
    },
    "TransformRole": {
        READ: {"raw/*", "processed/*", "downloads/*", "status/*"},
        LIST: {"raw/*", "processed/*", "downloads/*", "status/*"},
        WRITE: {"processed/*", "downloads/*", "status/*"},
        SEND: {"CapturedDeadLetters"},
    },
    "SweepRole": {
        READ: {
            *(CONFIG, "tables/newest.json", "tables/snapshots/*"),
            *("raw/*", "processed/*", "downloads/*", "status/*", "filings-status/*"),
        },
        LIST: {
            *("config/*", "raw/*", "processed/*", "downloads/*", "status/*", "tables/*"),
            *("filings/*", "filings-status/*"),
        },
        WRITE: {"processed/*", "downloads/*", "status/*"},
        "s3:DeleteObject": {"status/*", "downloads/*"},
        SEND: {"ScheduleDeadLetters", "TablesQueue"},
    },
    "TablesRole": {
        READ: {CONFIG, "processed/*", "status/*", "filings/*", "tables/*", "alerts/*"},
        LIST: {"config/*", "processed/*", "status/*", "filings/*", "tables/*", "alerts/*"},
        WRITE: {"tables/*", "alerts/*"},
        "sns:Publish": {"Changes"},
        "s3:DeleteObject": {"tables/newest/*", "tables/securities*"},
        "sqs:ReceiveMessage": {"TablesQueue"},
        "sqs:DeleteMessage": {"TablesQueue"},
        "sqs:GetQueueAttributes": {"TablesQueue"},
    },
    "ApiRole": {
        READ: {
            *(CONFIG, "processed/*", "status/*", "tables/newest.json", "tables/newest/*", "tables/history/*"),
            *("tables/changes/*", "tables/holdings/*", "tables/funds/*", "filings/*", "filings-status/*", "exports/*"),
        },
        LIST: {"config/*", "processed/*", "status/*", "filings/*", "filings-status/*", "tables/*", "exports/*"},
        "lambda:InvokeFunction": {"Rebalance", "Export"},
    },
    "ExportRole": {
        READ: {"tables/*"},
        LIST: {"tables/*"},
        WRITE: {"exports/*"},
    },
    "RebalanceRole": {},  # it is handed numbers and hands numbers back
    "FilingsDispatchRole": {READ: {CONFIG}, LIST: {"config/*"}, SEND: {"FilingsQueue", "ScheduleDeadLetters"}},
    "FilingsFetchRole": {
        READ: {CONFIG, "processed/*", "raw-filings/*", "filings-status/*"},
        LIST: {"config/*", "processed/*", "raw-filings/*", "filings-status/*"},
        WRITE: {"raw-filings/*", "filings-status/*"},
        "sqs:ReceiveMessage": {"FilingsQueue"},
        "sqs:DeleteMessage": {"FilingsQueue"},
        "sqs:GetQueueAttributes": {"FilingsQueue"},
    },
    "FilingsParseRole": {
        READ: {"raw-filings/*", "filings/*", "filings-status/*"},
        LIST: {"raw-filings/*", "filings/*", "filings-status/*"},
        WRITE: {"filings/*", "filings-status/*"},
        SEND: {"FilingsParseDeadLetters"},
    },
    "SchedulerRole": {
        "lambda:InvokeFunction": {"Dispatch", "Sweep", "FilingsDispatch", "FilingsParse"},
        SEND: {"ScheduleDeadLetters"},
    },
}


def in_a_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def places(statement: dict[str, Any]) -> Iterator[str]:
    """Where a statement allows something: prefixes of the lake, or names of resources."""
    for resource in in_a_list(statement["Resource"]):
        if "Ref" in resource:
            yield resource["Ref"]
        elif "Fn::GetAtt" in resource:
            yield in_a_list(resource["Fn::GetAtt"])[0].removesuffix(".Arn")
        elif resource["Fn::Sub"] == LAKE:
            # Without a condition the whole bucket could be listed.
            yield from statement["Condition"]["StringLike"]["s3:prefix"]
        else:
            bucket, _, prefix = resource["Fn::Sub"].partition("/")
            assert bucket == LAKE
            yield prefix


@pytest.mark.parametrize("role", EXPECTED)
def test_a_role_allows_what_the_table_says(template: Template, role: str) -> None:
    properties = template["Resources"][role]["Properties"]
    assert "ManagedPolicyArns" not in properties
    (policy,) = properties["Policies"]
    allowed: dict[str, set[str]] = {}
    for statement in policy["PolicyDocument"]["Statement"]:
        assert statement["Effect"] == "Allow"
        for action in in_a_list(statement["Action"]):
            allowed.setdefault(action, set()).update(places(statement))

    log = {role.replace("Role", "Log")}
    logging = {} if role == "SchedulerRole" else {"logs:CreateLogStream": log, "logs:PutLogEvents": log}
    assert allowed == {**EXPECTED[role], **logging}


def test_there_is_no_other_role(translated: Template, of_type: OfType) -> None:
    roles = {name for name, resource in translated["Resources"].items() if resource["Type"] == "AWS::IAM::Role"}
    assert roles == set(EXPECTED)
    for name, properties in of_type("AWS::Serverless::Function").items():
        assert properties["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
        assert "Policies" not in properties


def test_only_its_service_may_take_a_role(template: Template) -> None:
    for role in EXPECTED:
        (statement,) = template["Resources"][role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        service = "scheduler" if role == "SchedulerRole" else "lambda"
        assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}
        # Else another account's schedule could use it.
        assert ("aws:SourceAccount" in str(statement.get("Condition"))) == (service == "scheduler")


@pytest.mark.parametrize("function", ["Transform", "FilingsParse"])
def test_only_the_bucket_of_this_account_may_call_a_function(template: Template, function: str) -> None:
    permission = template["Resources"][f"LakeMayCall{function}"]["Properties"]
    assert permission["FunctionName"] == {"Ref": function}
    assert permission["Principal"] == "s3.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::Sub": LAKE}
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_only_the_bucket_of_this_account_may_send_to_the_tables_queue(template: Template) -> None:
    statements = template["Resources"]["TablesQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    (allowed,) = (statement for statement in statements if statement["Effect"] == "Allow")
    assert (allowed["Principal"], allowed["Action"]) == ({"Service": "s3.amazonaws.com"}, "sqs:SendMessage")
    assert allowed["Resource"] == {"Fn::GetAtt": ["TablesQueue", "Arn"]}
    assert allowed["Condition"] == {
        "ArnEquals": {"aws:SourceArn": {"Fn::Sub": LAKE}},
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
    }
