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
from botocore.exceptions import BotoCoreError, ClientError
from samcli.yamlhelper import yaml_parse

from etf_common.config import EtlConfig, parse_config
from etf_common.errors import PipelineError, UsageError
from etf_common.lake import CONFIG_KEY, Lake
from etf_common.runs import timestamp

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

MAX_WORKERS = "MaxWorkers"
_NAME = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
_BUCKET_CHARACTERS = 63
_ACCOUNT_DIGITS = 12


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
        """The account's number. Raises UsageError where there are no credentials."""
        try:
            return self.session.client("sts").get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as error:
            raise UsageError(
                f"AWS does not accept your credentials ({error}); try: aws sts get-caller-identity"
            ) from None

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
