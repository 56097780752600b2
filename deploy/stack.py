"""One deployed stack: its valid names and parameters, its outputs, and the config in its bucket."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from samcli.yamlhelper import yaml_parse

from deploy import faults
from deploy.schedule import check_schedule
from etf_common.config import EtlConfig, parse_config
from etf_common.errors import PipelineError, UsageError
from etf_common.lake import CONFIG_KEY, Lake
from etf_common.runs import timestamp

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import ResourceChangeTypeDef, StackTypeDef

MAX_WORKERS = "MaxWorkers"
_NAME = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
_BUCKET_CHARACTERS = 63
_ACCOUNT_DIGITS = 12
_SCHEDULES = frozenset({"Schedule", "FilingsSchedule"})
_SAMS = "samcli-deploy"
"""What the names of SAM's change sets begin with."""
REVIEW = "REVIEW_IN_PROGRESS"
"""A stack that has only a change set, and no resources."""
_FAILED_FIRST = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"})
_BEGINNINGS = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"})
"""Of a whole stack: the event with which an operation begins."""
# Without a network, waiting five times for a minute tells nothing more.
_IMPATIENT = Config(connect_timeout=10, read_timeout=20, retries={"total_max_attempts": 2})


def checked_name(name: str, region: str) -> str:
    """`name` if a stack and its bucket can have it. CloudFormation would only find out half-way.

    Raises UsageError: the bucket is called {name}-{account}-{region}, in at most 63 lower-case characters.
    """
    longest = _BUCKET_CHARACTERS - _ACCOUNT_DIGITS - len(region) - 2
    if not _NAME.fullmatch(name) or len(name) > longest:
        raise UsageError(
            f"stack name {name!r}: use lower-case letters, digits and hyphens, a letter first, no hyphen last, "
            f"at most {longest} characters in {region} (the bucket's name contains it)"
        )
    return name


def checked_parameters(given: Mapping[str, str], template: Path) -> dict[str, str]:
    """`given` if the template's Parameters allow them. Raises UsageError that says what is allowed."""
    declared = _declared(template)
    for name, value in given.items():
        if name == MAX_WORKERS:
            raise UsageError(f"{MAX_WORKERS} is max_workers in etl_config.yaml: set it there")
        if name not in declared:
            raise UsageError(f"unknown parameter {name!r}; known are {', '.join(sorted(declared))}")
        if name in _SCHEDULES:
            check_schedule(name, value)
        _check(name, value, declared[name])
    return dict(given)


def secret_parameters(template: Path) -> set[str]:
    """The parameters that CloudFormation keeps to itself (NoEcho)."""
    return {name for name, rule in _declared(template).items() if rule.get("NoEcho")}


def _declared(template: Path) -> dict[str, dict[str, Any]]:
    return _parameters(template.read_text(encoding="utf-8"))


@cache
def _parameters(text: str) -> dict[str, dict[str, Any]]:
    """Once for each text of the template: to parse it takes half a second, and a deploy asks three times."""
    declared: dict[str, dict[str, Any]] = yaml_parse(text)["Parameters"]
    return declared


def _check(name: str, value: str, rule: Mapping[str, Any]) -> None:
    # A secret that came in the wrong form is not repeated.
    given = name if rule.get("NoEcho") else f"{name} is {value!r}, which"
    allowed = [str(item) for item in rule.get("AllowedValues", [])]
    if allowed and value not in allowed:
        raise UsageError(f"{name} is {value!r}; allowed is one of {', '.join(allowed)}")
    pattern = rule.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, value):
        raise UsageError(f"{given} is invalid: {rule['Description']}")


@dataclass(frozen=True)
class Stack:
    """A stack of this account in one region, deployed or not yet. AWS's own errors are raised as they are."""

    name: str
    session: boto3.Session

    @cached_property
    def account(self) -> str:
        """The account's number. Raises UsageError, which tells a missing network from missing credentials."""
        try:
            return self.session.client("sts", config=_IMPATIENT).get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as error:
            raise UsageError(faults.told(error, str(self.session.region_name), self.name)) from None

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return f"{self.name}-{self.account}-{self.session.region_name}"

    @property
    def lake(self) -> Lake:
        """The bucket's contents."""
        return Lake(self.session.client("s3"), self.bucket)

    def described(self) -> "StackTypeDef | None":
        """What CloudFormation says about it; None if there is no such stack."""
        try:
            return self.session.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def check_deployable(self) -> None:
        """Raises UsageError, which says what to do first, where CloudFormation would refuse or fail half-way."""
        stack = self.described()
        status = stack["StackStatus"] if stack else ""
        if not stack or status == REVIEW:
            if self._has_bucket():
                raise UsageError(
                    f"the bucket {self.bucket} of an earlier stack is still there, and CloudFormation cannot create it "
                    "again: choose another name (make: STACK=etf-two), or delete the bucket and its data for good, as "
                    "docs/operations.md says under Restore, update, delete"
                )
        elif status in _FAILED_FIRST:
            delete = f"aws cloudformation delete-stack --stack-name {self.name} --region {self.session.region_name}"
            raise UsageError(
                f"the stack {self.name} is {status}{self._first_failure()}: nothing can be deployed into it; correct "
                f"the reason, remove what is left ({delete}), wait a minute, and run this again"
            )
        elif status == "UPDATE_ROLLBACK_FAILED":
            raise UsageError(
                f"the stack {self.name} is {status}{self._first_failure()}: correct the reason, then "
                f"aws cloudformation continue-update-rollback --stack-name {self.name}"
            )
        elif status.endswith("_IN_PROGRESS"):
            raise UsageError(f"the stack {self.name} is {status}: wait until that is done, and run this again")

    def _has_bucket(self) -> bool:
        try:
            self.session.client("s3").head_bucket(Bucket=self.bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchBucket"):
                return False
            raise
        return True

    def _first_failure(self) -> str:
        """The reason of what failed first in the last operation, as CloudFormation told it; "" where there is none."""
        pages = self.session.client("cloudformation").get_paginator("describe_stack_events")
        failed = None
        # The newest event is the first; what fails first makes the rest fail.
        for event in (event for page in pages.paginate(StackName=self.name) for event in page["StackEvents"]):
            status = event.get("ResourceStatus", "")
            if event.get("LogicalResourceId") == self.name and status in _BEGINNINGS:
                break
            failed = event if status.endswith("_FAILED") and event.get("ResourceStatusReason") else failed
        return f" ({failed.get('LogicalResourceId')}: {failed.get('ResourceStatusReason')})" if failed else ""

    def change_sets(self) -> dict[str, str]:
        """The names of its change sets, with their status; none where there is no such stack."""
        if self.described() is None:
            return {}
        pages = self.session.client("cloudformation").get_paginator("list_change_sets").paginate(StackName=self.name)
        return {found["ChangeSetName"]: found["Status"] for page in pages for found in page["Summaries"]}

    def changes(self, change_set: str) -> list["ResourceChangeTypeDef"]:
        """What a change set does to each resource."""
        pages = self.session.client("cloudformation").get_paginator("describe_change_set")
        return [
            change["ResourceChange"]
            for page in pages.paginate(StackName=self.name, ChangeSetName=change_set)
            for change in page.get("Changes", [])
            if "ResourceChange" in change
        ]

    def forget_change_sets(self, kept: Mapping[str, str], *, with_stack: bool) -> None:
        """Remove its change sets by SAM but for those `kept`; `with_stack`, also a stack that has nothing else."""
        cloudformation = self.session.client("cloudformation")
        for name in self.change_sets():
            if name not in kept and name.startswith(_SAMS):
                cloudformation.delete_change_set(StackName=self.name, ChangeSetName=name)
        stack = self.described()
        if with_stack and stack and stack["StackStatus"] == REVIEW:
            cloudformation.delete_stack(StackName=self.name)

    def parameters(self) -> dict[str, str]:
        """The parameters that it was deployed with; asterisks in place of a secret one."""
        stack = self.described()
        return {item["ParameterKey"]: item["ParameterValue"] for item in stack.get("Parameters", [])} if stack else {}

    def asks_for_token(self) -> bool:
        """Whether the API that is deployed asks its callers for a token."""
        return self.outputs().get("ApiAccess") == "token"

    def outputs(self) -> dict[str, str]:
        """Its outputs, by name."""
        stack = self.described()
        return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])} if stack else {}

    def config(self) -> EtlConfig | None:
        """The config in its bucket, or None if there is no valid one."""
        try:
            return parse_config(self.lake.read(CONFIG_KEY).body, CONFIG_KEY)
        except PipelineError:
            return None

    def put_config(self, data: bytes) -> None:
        """Put the config into its bucket, where dispatch and the API read it."""
        self.lake.write(CONFIG_KEY, data, "application/yaml", {"source": "schwab"})

    def build_tables(self, what: Literal["all", "newest"] = "all") -> None:
        """Start building the tables of all funds from the snapshots that there are, without waiting for the end.

        `newest`: the newest state alone, not the tables of the holdings dates.
        """
        self.session.client("lambda").invoke(
            FunctionName=f"{self.name}-tables",
            InvocationType="Event",  # Lambda tries again where one call's time is not enough; a rebuild goes on
            Payload=json.dumps({"rebuild": what}).encode(),
        )

    def refresh(self) -> dict[str, Any]:
        """Start a refresh of all configured symbols now; returns dispatch's answer."""
        event = {"run": timestamp(datetime.now(UTC))}
        functions = self.session.client("lambda")
        answer = functions.invoke(FunctionName=f"{self.name}-dispatch", Payload=json.dumps(event).encode())
        told: dict[str, Any] = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise UsageError(f"dispatch failed: {told.get('errorMessage')}")
        return told
