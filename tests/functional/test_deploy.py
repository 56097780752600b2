"""The owner's two commands against AWS's protocol: what they refuse, and what they leave in the account."""

import hashlib
import io
import json
import re
import shlex
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import boto3
import pytest
from moto import mock_aws
from samcli.cli.types import CfnParameterOverridesType
from samcli.commands.deploy.deploy_context import DeployContext

from deploy.__main__ import OPEN, main
from deploy.rights import policy
from deploy.stack import Stack, checked_parameters
from deploy.token import without_token
from etf_common.errors import UsageError
from etf_common.lake import CONFIG_KEY
from etf_common.runs import run_id
from etf_common.table_keys import NEWEST_KEY
from tests.functional.rights import Right, allows, needed
from tests.translation import load, translate

pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse:UserWarning")
HERE = ["--region", "us-east-1"]


class Sam:
    """Stands in for the SAM CLI: reads the arguments as it does, and makes the translated stack in moto."""

    def __init__(self, root: Path) -> None:
        self.template = translate(load(root))
        self.commands: list[list[str]] = []
        self.exit_code = 0

    def __call__(self, arguments: list[str]) -> int:
        self.commands.append(arguments)
        if arguments[0] == "deploy" and not self.exit_code:
            self._deploy(arguments[arguments.index("--stack-name") + 1], self.overrides(arguments), arguments)
        return self.exit_code

    @staticmethod
    def overrides(arguments: list[str]) -> dict[str, str]:
        begin = arguments.index("--parameter-overrides") + 1
        values = [item for item in arguments[begin:] if not item.startswith("--")]
        found: dict[str, str] = CfnParameterOverridesType().convert(values, None, None)
        return found

    def _deploy(self, name: str, parameters: dict[str, str], arguments: list[str]) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as empty:
            empty.writestr("nothing.py", "")
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="artifacts")
        for key in ("functions.zip", "layer.zip"):
            s3.put_object(Bucket="artifacts", Key=key, Body=archive.getvalue())
        cloudformation = boto3.client("cloudformation")
        # moto knows nothing of the other outputs' resources.
        outputs = {key: self.template["Outputs"][key] for key in ("LakeBucket", "ApiAccess")}
        template = {**self.template, "Outputs": outputs}
        if "--no-execute-changeset" in arguments:
            self.review(cloudformation, name, template, parameters)
            return
        body: Any = {
            "StackName": name,
            "TemplateBody": json.dumps(template),
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        }
        # An update is only noted: moto loses the layer of a function that it updates.
        if name not in [stack["StackName"] for stack in cloudformation.describe_stacks()["Stacks"]]:
            cloudformation.create_stack(**body)

    def review(self, cloudformation: Any, name: str, template: Any, parameters: dict[str, str]) -> None:
        """Only the change set; that of an update is one for which moto need not compare templates."""
        is_there = name in [stack["StackName"] for stack in cloudformation.describe_stacks()["Stacks"]]
        cloudformation.create_change_set(
            StackName=name,
            ChangeSetName=f"samcli-deploy{len(self.commands)}",
            ChangeSetType="UPDATE" if is_there else "CREATE",
            TemplateBody=json.dumps(template),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )


@pytest.fixture
def sam(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sam]:
    monkeypatch.chdir(root)
    # The interpreter that `sam build` will look for, and one that is there in name only, as pyenv's shims can be.
    for name, code in (("python3.13", 0), ("python3.12", 127)):
        interpreter = tmp_path / "bin" / name
        interpreter.parent.mkdir(exist_ok=True)
        interpreter.write_text(f"#!/bin/sh\nexit {code}\n")
        interpreter.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield Sam(root)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "etl_config.yaml"
    path.write_text("etf_symbols: [VTI, QQQ]\nmax_workers: 4\n")
    return path


def invoke_nothing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """moto's Lambda runs no code: the first refresh is only noted."""
    started: list[str] = []

    def refresh(stack: Any) -> dict[str, Any]:
        started.append(stack.name)
        return {"run": "", "symbols": ["VTI", "QQQ"]}

    monkeypatch.setattr("deploy.stack.Stack.refresh", refresh)
    return started


def test_a_deploy_builds_deploys_and_puts_the_config(
    sam: Sam, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = invoke_nothing(monkeypatch)

    given = ["Schedule=cron(0 18 ? * MON-FRI *)", "LogRetentionDays=7"]
    assert main(["stack", *HERE, "--config", str(config), *given], sam) == 0

    assert [command[0] for command in sam.commands] == ["build", "deploy"]
    wanted = {"Schedule": "cron(0 18 ? * MON-FRI *)", "LogRetentionDays": "7", "MaxWorkers": "4"}
    assert [sam.overrides(command) for command in sam.commands] == [wanted, wanted]
    stored = boto3.client("s3").get_object(Bucket="etf-pipeline-123456789012-us-east-1", Key=CONFIG_KEY)
    assert stored["Body"].read() == config.read_bytes()
    assert stored["Metadata"] == {"source": "schwab"}
    # There is no data yet, so the owner need not wait for tomorrow's close.
    assert started == ["etf-pipeline"]
    assert "LakeBucket: etf-pipeline-123456789012-us-east-1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("settings", "told"), [("", True), ("contact: me@example.com\n", False), ("filings: none\n", False)]
)
def test_a_deploy_without_a_contact_says_that_no_filings_are_fetched(
    sam: Sam,
    config: Path,
    settings: str,
    *,
    told: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    invoke_nothing(monkeypatch)
    config.write_text(config.read_text() + settings)
    assert main(["stack", *HERE, "--config", str(config)], sam) == 0
    assert ("no filings are fetched" in capsys.readouterr().out) is told


TOKEN = "correct-horse-battery-staple"
HASH = hashlib.sha256(TOKEN.encode()).hexdigest()


def test_a_token_locks_the_api_and_is_neither_printed_nor_handed_on(
    sam: Sam, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke_nothing(monkeypatch)
    monkeypatch.setenv("TOKEN", TOKEN)
    assert main(["stack", *HERE, "--config", str(config)], sam) == 0

    build, deploy = sam.commands
    assert sam.overrides(deploy)["AccessTokenSha256"] == HASH
    # What is built does not depend on it.
    assert HASH not in str(build)
    assert TOKEN not in str(sam.commands)
    told = capsys.readouterr()
    assert "the API asks callers for the token" in told.out
    assert not re.search(f"{TOKEN}|{HASH}", told.out + told.err)


def test_without_a_token_the_owner_is_told_that_the_api_is_open(
    sam: Sam, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke_nothing(monkeypatch)
    monkeypatch.delenv("TOKEN", raising=False)
    assert main(["stack", *HERE, "--config", str(config)], sam) == 0
    assert OPEN in capsys.readouterr().out.splitlines()


def test_an_update_without_a_token_keeps_the_lock(
    sam: Sam, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    # Given a stack with a token, of which CloudFormation tells asterisks only (and moto the value)
    invoke_nothing(monkeypatch)
    monkeypatch.setenv("TOKEN", TOKEN)
    assert main(["stack", *HERE, "--config", str(config)], sam) == 0
    monkeypatch.delenv("TOKEN")
    capsys.readouterr()

    # When it is updated, then nothing is sent in its place, so that SAM asks CloudFormation to keep it
    assert main(["stack", *HERE, "--config", str(config)], sam) == 0
    given = sam.overrides(sam.commands[-1])
    assert "AccessTokenSha256" not in given
    kept = DeployContext.merge_parameters(load(root), given)
    assert {"ParameterKey": "AccessTokenSha256", "UsePreviousValue": True} in kept
    assert "the API asks callers for the token" in capsys.readouterr().out

    # And only an explicitly empty hash opens it again
    assert main(["stack", *HERE, "--config", str(config), "AccessTokenSha256="], sam) == 0
    assert sam.overrides(sam.commands[-1])["AccessTokenSha256"] == ""


@pytest.mark.parametrize(
    "token", ["hunter2", "fifteen-letters", "with blanks in it, many", "with:a:colon:in:it", "ü" * 20]
)
def test_a_token_that_cannot_be_sent_or_is_easily_guessed_is_refused_unrepeated(
    sam: Sam, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], token: str
) -> None:
    monkeypatch.setenv("TOKEN", token)
    assert main(["stack", *HERE], sam) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "TOKEN is too short or has a character" in line
    assert token not in line
    assert sam.commands == []


def test_make_hands_the_token_on_by_the_environment_only(root: Path) -> None:
    # Given the command as the owner types it, when make prints what it would run
    make = ["make", "--dry-run", "deploy", f"TOKEN={TOKEN}", "STACK=etf-two"]
    told = subprocess.run(make, cwd=root, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert "-m deploy stack --stack-name etf-two" in told.stdout
    assert TOKEN not in told.stdout + told.stderr
    # And SAM's process gets it neither from make nor from us.
    environ = {"TOKEN": TOKEN, "MAKEFLAGS": f" -- TOKEN={TOKEN}", "MAKEOVERRIDES": "x", "PATH": "/bin"}
    assert without_token(environ) == {"PATH": "/bin"}


def statuses() -> dict[str, str]:
    """The stacks there are."""
    return {
        found["StackName"]: found["StackStatus"] for found in boto3.client("cloudformation").describe_stacks()["Stacks"]
    }


class TestDryRun:
    def test_a_first_deploy_is_shown_with_its_cost_and_leaves_nothing(
        self, sam: Sam, config: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["stack", *HERE, "--config", str(config), "--dry-run"], sam) == 0

        told = capsys.readouterr().out.splitlines()
        assert {"removed: 0", "replaced: 0", "changed: 0"} <= set(told)
        (added,) = (line for line in told if line.startswith("added: "))
        assert int(added.removeprefix("added: ")) > 50
        assert any(re.fullmatch(r"about \d+\.\d\d USD a month for 2 funds .*", line) for line in told)
        assert told[-1].startswith("nothing was changed")
        # Neither a stack, nor the bucket, nor a config
        assert statuses() == {}
        assert [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]] == ["artifacts"]
        assert [command[0] for command in sam.commands] == ["build", "deploy"]

    def test_an_update_leaves_the_stack_its_config_and_older_change_sets_as_they_are(
        self, sam: Sam, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        # Given a stack, and somebody's change set
        started = invoke_nothing(monkeypatch)
        assert main(["stack", *HERE, "--config", str(config)], sam) == 0
        sam.review(cloudformation := boto3.client("cloudformation"), "etf-pipeline", sam.template, {})
        before, config_before = statuses(), config.read_bytes()
        config.write_text("etf_symbols: [SCHD]\nmax_workers: 4\n")

        # When an update is only shown
        assert main(["stack", *HERE, "--config", str(config), "--dry-run"], sam) == 0

        # Then all is as it was
        assert "nothing was changed in etf-pipeline" in capsys.readouterr().out
        assert (statuses(), started) == (before, ["etf-pipeline"])
        found = cloudformation.list_change_sets(StackName="etf-pipeline")["Summaries"]
        assert [each["ChangeSetName"] for each in found] == ["samcli-deploy2"]
        stored = boto3.client("s3").get_object(Bucket="etf-pipeline-123456789012-us-east-1", Key=CONFIG_KEY)
        assert stored["Body"].read() == config_before

    def test_where_sam_fails_its_code_is_ours_and_nothing_is_left(self, sam: Sam, config: Path) -> None:
        def failing(arguments: list[str]) -> int:
            sam(arguments)
            return 1 if arguments[0] == "deploy" else 0

        assert main(["stack", *HERE, "--config", str(config), "--dry-run"], failing) == 1
        assert statuses() == {}

    def test_make_asks_for_it(self, root: Path) -> None:
        for given, is_dry in (("DRY_RUN=1", True), ("DRY_RUN=0", False), ("DRY_RUN=", False)):
            make = ["make", "--dry-run", "deploy", given]
            told = subprocess.run(make, cwd=root, capture_output=True, text=True, check=True).stdout  # noqa: S603 - ours
            assert ("--dry-run" in told.partition("-m deploy stack")[2]) is is_dry


class TestStacksThatCannotBeDeployed:
    @pytest.mark.parametrize(
        ("status", "says"),
        [
            (
                "ROLLBACK_COMPLETE",
                "is ROLLBACK_COMPLETE (Lake: the bucket name is taken): nothing can be deployed into",
            ),
            ("DELETE_FAILED", "(aws cloudformation delete-stack --stack-name etf-pipeline --region us-east-1)"),
            ("UPDATE_ROLLBACK_FAILED", "aws cloudformation continue-update-rollback --stack-name etf-pipeline"),
            ("UPDATE_IN_PROGRESS", "wait until that is done"),
        ],
    )
    def test_the_owner_hears_why_and_what_to_do_before_anything_is_built(
        self,
        sam: Sam,
        config: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        *,
        status: str,
        says: str,
    ) -> None:
        def event(name: str, state: str, reason: str = "") -> dict[str, str]:
            return {"LogicalResourceId": name, "ResourceStatus": state, "ResourceStatusReason": reason}

        # The newest first, over two pages; before the last operation another one had failed.
        pages = [
            [event("Lake", "DELETE_COMPLETE"), event("Api", "CREATE_FAILED", "cancelled")],
            [
                event("Lake", "CREATE_FAILED", "the bucket name is taken"),
                event("etf-pipeline", "UPDATE_IN_PROGRESS"),
                event("Old", "UPDATE_FAILED", "long ago"),
            ],
        ]
        real = boto3.Session.client

        def client(session: boto3.Session, name: str, **more: Any) -> Any:
            if name != "cloudformation":
                return real(session, cast(Any, name), **more)
            return SimpleNamespace(
                describe_stacks=lambda **_: {"Stacks": [{"StackStatus": status}]},
                get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: [{"StackEvents": each} for each in pages]),
            )

        monkeypatch.setattr(boto3.Session, "client", client)

        assert main(["stack", *HERE, "--config", str(config)], sam) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert says in line
        assert sam.commands == []

    def test_a_bucket_that_an_earlier_stack_left_is_named_before_the_deploy_fails_on_it(
        self, sam: Sam, config: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        boto3.client("s3").create_bucket(Bucket="etf-pipeline-123456789012-us-east-1")

        assert main(["stack", *HERE, "--config", str(config)], sam) == 2
        assert "of an earlier stack is still there" in capsys.readouterr().err
        assert sam.commands == []


class Noted(boto3.Session):
    """A session that notes every call to AWS."""

    calls: ClassVar[list[tuple[str, str, dict[str, Any]]]] = []

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.events.register("provide-client-params", self._note)

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls.append((model.service_model.service_name, model.name, dict(params)))


def rights_of(service: str, operation: str, parameters: dict[str, Any]) -> Iterator[Right]:
    """The rights that one call of the owner's commands needs."""
    if service == "s3":
        yield from needed(operation, parameters, {})
    elif service == "cloudformation":
        name = parameters["StackName"]
        yield Right(f"cloudformation:{operation}", f"arn:aws:cloudformation:us-east-1:123456789012:stack/{name}/ab12")
    elif service == "lambda":
        name = parameters["FunctionName"]
        yield Right(f"lambda:{operation}Function", f"arn:aws:lambda:us-east-1:123456789012:function:{name}")
    else:
        # It needs no right, and cannot be denied.
        assert (service, operation) == ("sts", "GetCallerIdentity")


def test_the_commands_stay_within_the_policy_for_deploying(
    sam: Sam, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only the command's own session: what stands in for SAM calls AWS too.
    monkeypatch.setattr("deploy.__main__.boto3", SimpleNamespace(Session=Noted))
    Noted.calls.clear()

    # When a stack is shown, created, updated and configured; moto's Lambda runs no code, so dispatch's answer has no
    # symbols
    assert main(["stack", *HERE, "--config", str(config), "--dry-run"], sam) == 0
    with pytest.raises(KeyError, match="symbols"):
        main(["stack", *HERE, "--config", str(config)], sam)
    boto3.client("s3").put_object(
        Bucket="etf-pipeline-123456789012-us-east-1", Key="processed/VTI/latest.json", Body=b"{}"
    )
    assert main(["stack", *HERE, "--config", str(config)], sam) == 0
    assert main(["stack", *HERE, "--config", str(config), "--dry-run"], sam) == 0
    assert main(["config", *HERE, "--config", str(config)], sam) == 0

    # Then every call is allowed
    called = {(service, operation) for service, operation, _ in Noted.calls}
    assert called >= {("cloudformation", "DescribeStacks"), ("lambda", "Invoke"), ("s3", "PutObject")}
    granted = policy()
    missing = [right for call in Noted.calls for right in rights_of(*call) if not allows(granted, right)]
    assert missing == []


def test_the_guides_deploys_mean_what_they_say(root: Path) -> None:
    lines = re.findall(r"^make deploy .*$", (root / "docs" / "operations.md").read_text(), re.MULTILINE)
    given = []
    for line in lines:
        # What make would let a shell run, read as a shell does.
        told = subprocess.run(  # noqa: S603 - the guide's own lines
            ["/bin/sh", "-c", f"{line} --dry-run"], cwd=root, capture_output=True, text=True, check=True
        ).stdout
        (recipe,) = re.findall(r"-m deploy stack (.*)$", told, re.MULTILINE)
        pairs = [item.partition("=") for item in shlex.split(recipe) if "=" in item]
        given.append(checked_parameters({name: value for name, _, value in pairs}, root / "template.yaml"))
    assert given == [
        {},  # the dry run
        {"AlarmEmail": "me@example.com"},
        {"Schedule": "cron(0 18 ? * MON-FRI *)", "UserAgent": "my-etfs/1.0 (+mailto:me@example.com)"},
    ]


def test_an_update_keeps_what_was_chosen_and_starts_no_refresh(
    sam: Sam, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = invoke_nothing(monkeypatch)
    assert main(["stack", *HERE, "--config", str(config), "AlarmEmail=me@example.com"], sam) == 0
    bucket = "etf-pipeline-123456789012-us-east-1"
    boto3.client("s3").put_object(Bucket=bucket, Key="processed/VTI/latest.json", Body=b"{}")

    config.write_text("etf_symbols: [VTI, QQQ]\nmax_workers: 5\n")
    assert main(["stack", *HERE, "--config", str(config)], sam) == 0

    assert sam.overrides(sam.commands[-1])["AlarmEmail"] == "me@example.com"
    assert sam.overrides(sam.commands[-2])["MaxWorkers"] == "5"
    assert started == ["etf-pipeline"]


def test_an_update_builds_the_tables_of_a_lake_that_has_none_yet(
    sam: Sam, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a stack with data from before there were tables
    invoke_nothing(monkeypatch)
    assert main(["stack", *HERE, "--config", str(config)], sam) == 0
    bucket = "etf-pipeline-123456789012-us-east-1"
    boto3.client("s3").put_object(Bucket=bucket, Key="processed/VTI/latest.json", Body=b"{}")
    monkeypatch.setattr("deploy.__main__.boto3", SimpleNamespace(Session=Noted))
    Noted.calls.clear()
    capsys.readouterr()

    # When it is updated, then they are built, and the owner is told
    assert main(["stack", *HERE, "--config", str(config)], sam) == 0
    (built,) = (parameters for service, operation, parameters in Noted.calls if operation == "Invoke")
    assert (built["FunctionName"], built["InvocationType"]) == ("etf-pipeline-tables", "Event")
    assert json.loads(built["Payload"]) == {"rebuild": "all"}
    assert "the tables of all funds are being built" in capsys.readouterr().out

    # And once they are there, each update has the newest state built as the new code reads it, without the old dates
    boto3.client("s3").put_object(Bucket=bucket, Key=NEWEST_KEY, Body=b"{}")
    Noted.calls.clear()
    assert main(["stack", *HERE, "--config", str(config)], sam) == 0
    (built,) = (parameters for service, operation, parameters in Noted.calls if operation == "Invoke")
    assert (built["FunctionName"], built["InvocationType"]) == ("etf-pipeline-tables", "Event")
    assert json.loads(built["Payload"]) == {"rebuild": "newest"}
    assert "the newest state of the tables is being built anew" in capsys.readouterr().out


def test_a_second_stack_works_beside_the_first(sam: Sam, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    invoke_nothing(monkeypatch)
    for name in ("etf-pipeline", "etf-two"):
        assert main(["stack", *HERE, "--stack-name", name, "--config", str(config)], sam) == 0
    buckets = {bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]}
    assert buckets >= {"etf-pipeline-123456789012-us-east-1", "etf-two-123456789012-us-east-1"}
    names = {found["FunctionName"] for found in boto3.client("lambda").list_functions()["Functions"]}
    assert names >= {"etf-pipeline-api", "etf-two-api"}


def test_what_sam_refuses_ends_there(sam: Sam, config: Path) -> None:
    sam.exit_code = 1
    assert main(["stack", *HERE, "--config", str(config)], sam) == 1
    assert [command[0] for command in sam.commands] == ["build"]


def test_a_changed_config_needs_no_deploy_but_for_max_workers(
    sam: Sam, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke_nothing(monkeypatch)
    main(["stack", *HERE, "--config", str(config)], sam)
    capsys.readouterr()

    filings = "filings: [VTI, BND]\ncontact: me@example.com\n"
    config.write_text(f"etf_symbols: [VTI, SCHD]\nmax_holdings: all\nmax_workers: 4\n{filings}")
    assert main(["config", *HERE, "--config", str(config)], sam) == 0
    told = capsys.readouterr().out
    assert {"added: SCHD", "max_holdings: 100 -> all"} <= set(told.splitlines())
    assert {"filings: all -> VTI, BND", "contact: none -> me@example.com"} <= set(told.splitlines())
    assert "no longer refreshed: QQQ" in told
    assert "deploy" not in told

    config.write_text("etf_symbols: [VTI]\nfactors: {market: VTI, dividend: SCHD}\nmax_holdings: all\nmax_workers: 9\n")
    assert main(["config", *HERE, "--config", str(config)], sam) == 0
    told = capsys.readouterr().out
    assert "max_workers is 9, but the stack works with 4" in told
    assert "factors: none -> market VTI, dividend SCHD" in told
    assert "no longer refreshed" not in told
    assert [command[0] for command in sam.commands] == ["build", "deploy"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["stack", "--stack-name", "ETF"], "lower-case letters"),
        (["stack", "--stack-name", "etf-"], "no hyphen last"),
        (["stack", "--stack-name", "e" * 41], "at most 40 characters in us-east-1"),
        (["stack", "Architecture=sparc"], "Architecture is 'sparc'; allowed is one of arm64, x86_64"),
        (["stack", "AlarmEmail=nobody"], "AlarmEmail is 'nobody', which is invalid: Who gets the alarms"),
        (["stack", "AccessTokenSha256=secret"], "error: AccessTokenSha256 is invalid: SHA-256 of the token"),
        (["stack", "CorsOrigins=a.example"], "CorsOrigins is 'a.example', which is invalid: Origins whose pages"),
        (["stack", "MonthlyBudgetUsd=0"], "MonthlyBudgetUsd is '0'"),
        (["stack", "ApiReservedConcurrency=all"], "ApiReservedConcurrency is 'all'"),
        (["stack", "Schedule=daily"], "Schedule is 'daily'"),
        (["stack", "Schedule=30 17 * * 1-5"], "five fields as a crontab has them"),
        (["stack", "FilingsSchedule=cron(0 7 * * SAT *)"], "write cron(0 7 ? * SAT *)"),
        (["config", "--dry-run"], "--dry-run is for a deploy"),
        (["stack", "Colour=blue"], "unknown parameter 'Colour'; known are AccessTokenSha256, AlarmEmail"),
        (["stack", "MaxWorkers=9"], "is max_workers in etl_config.yaml"),
        (["stack", "arm64"], "give NAME=VALUE"),
        (["stack", "--config", "no-such-file"], "No such file or directory"),
        (["config", "Runtime=python3.12"], "config takes none"),
        (["config"], "there is no stack etf-pipeline in us-east-1: create it with make deploy"),
        (["stack", "Runtime=python3.12"], "sam build needs python3.12, which is not on the PATH or does not start"),
        (["destroy"], "invalid choice"),
    ],
)
def test_a_mistake_is_one_line_and_changes_nothing(
    sam: Sam, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main([*arguments, *HERE], sam) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line
    assert sam.commands == []


@pytest.mark.parametrize(
    ("payload", "error", "says"),
    [
        ({"run": "20261120T223000Z", "symbols": ["VTI"]}, None, None),
        (
            {"errorMessage": "config/etl_config.yaml: is not YAML"},
            "Unhandled",
            "dispatch failed: config/etl_config.yaml",
        ),
    ],
)
def test_a_refresh_by_hand_asks_dispatch(payload: dict[str, Any], error: str | None, says: str | None) -> None:
    asked: list[dict[str, Any]] = []

    class Lambda:
        def invoke(self, **arguments: Any) -> dict[str, Any]:
            asked.append(arguments)
            failed = {"FunctionError": error} if error else {}
            return {"Payload": io.BytesIO(json.dumps(payload).encode()), **failed}

    class Session:
        def client(self, name: str) -> Lambda:
            assert name == "lambda"
            return Lambda()

    stack = Stack("etf-two", cast(Any, Session()))
    if says:
        with pytest.raises(UsageError, match=says):
            stack.refresh()
    else:
        assert stack.refresh() == payload
    assert asked[0]["FunctionName"] == "etf-two-dispatch"
    assert run_id(json.loads(asked[0]["Payload"])["run"])


def test_what_aws_refuses_is_one_line(
    sam: Sam, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke_nothing(monkeypatch)
    main(["stack", *HERE, "--config", str(config)], sam)
    bucket = boto3.resource("s3").Bucket("etf-pipeline-123456789012-us-east-1")
    bucket.object_versions.delete()
    bucket.delete()
    capsys.readouterr()

    assert main(["config", *HERE, "--config", str(config)], sam) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: AWS: ")
    assert "NoSuchBucket" in line

    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert main(["config", *HERE, "--config", str(config)], sam) == 2
    assert "nobody" in capsys.readouterr().err


@pytest.mark.parametrize("workers", ["1", "51", "many"])
def test_max_workers_has_limits_in_the_cloud(
    sam: Sam, tmp_path: Path, capsys: pytest.CaptureFixture[str], workers: str
) -> None:
    config = tmp_path / "etl_config.yaml"
    config.write_text(f"max_workers: {workers}\n")
    assert main(["stack", *HERE, "--config", str(config)], sam) == 2
    assert "max_workers is" in capsys.readouterr().err


def test_the_region_of_the_aws_command_is_ours_too(
    sam: Sam, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert main(["config", "--config", str(config)], sam) == 2
    assert "there is no stack etf-pipeline in eu-central-1" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["stack", "config"])
def test_without_credentials_it_says_so(
    sam: Sam, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    boto3.setup_default_session()
    assert main([command, *HERE], sam) == 2
    assert "there are no AWS credentials here" in capsys.readouterr().err
    assert sam.commands == []


def test_without_a_region_it_says_which_one_to_give(
    sam: Sam, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert main(["stack"], sam) == 2
    assert "no region" in capsys.readouterr().err
