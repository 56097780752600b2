"""`python -m deploy stack` creates or updates a stack; `config` changes its config only; `rights` prints the IAM policy
for both.
"""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deploy import faults, rights
from deploy.building import Sam, build_options, call_sam
from deploy.preview import preview
from deploy.stack import MAX_WORKERS, Stack, checked_name, checked_parameters, secret_parameters
from deploy.token import token_parameter
from etf_common.config import EtlConfig, other_costs
from etf_common.config_file import ConfigFile
from etf_common.errors import PipelineError, UsageError
from etf_common.table_keys import NEWEST_KEY

TEMPLATE = Path("template.yaml")
BUILT_FOR = {"Runtime": "python3.13", "Architecture": "arm64"}
"""The template's defaults."""
OPEN = "the API is OPEN: everybody who knows its address can read it; deploy with TOKEN=... to ask callers for a token"
NO_CONTACT = (
    "no filings are fetched: the SEC wants to know whom to write to; add a line contact: name@your-domain.com to "
    "etl_config.yaml and run make config"
)
LONGEST_REGION = "ap-southeast-2"
# Below two, SQS allows no limit at all.
WORKERS_IN_THE_CLOUD = range(2, 51)
LINES_SHOWN = 20
"""Of changes of one kind."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see --help")


def main(arguments: list[str], sam: Sam = call_sam) -> int:
    """Run one command; 0 when it is done, 2 with one line that says what to do otherwise, else sam's own code."""
    try:
        return _run(arguments, sam)
    except PipelineError as error:
        print(f"error: {error}", file=sys.stderr)
    except BotoCoreError as error:  # before the region is known
        print(f"error: {faults.told(error, 'this region')}", file=sys.stderr)
    return 2


def _run(arguments: list[str], sam: Sam) -> int:
    parser = _Parser(prog="python -m deploy")
    parser.add_argument(
        "command",
        choices=("stack", "config", "rights"),
        help="stack: build and deploy; config: only put the config; rights: print the IAM policy that both need",
    )
    parser.add_argument("--stack-name", default="etf-pipeline")
    parser.add_argument("--region", help="default: that of your AWS settings")
    parser.add_argument("--config", type=Path, default=Path("etl_config.yaml"))
    parser.add_argument("--dry-run", action="store_true", help="say what a deploy would change, and change nothing")
    parser.add_argument("parameters", nargs="*", metavar="NAME=VALUE", help="parameters of template.yaml")
    options = parser.parse_intermixed_args(arguments)
    if options.command == "rights":
        print(rights.text(checked_name(options.stack_name, options.region or LONGEST_REGION)), end="")
        return 0
    data, config = _read_config(options.config)
    # The aws command reads AWS_REGION, boto3 only AWS_DEFAULT_REGION.
    session = boto3.Session(region_name=options.region or os.environ.get("AWS_REGION"))
    if not session.region_name:
        raise UsageError("no region: give --region (make: REGION=us-east-1), or set AWS_REGION")
    stack = Stack(checked_name(options.stack_name, session.region_name), session)
    try:
        return _over(stack, options, data, config, sam)
    except (BotoCoreError, ClientError) as error:
        raise UsageError(faults.told(error, session.region_name, stack.name)) from None


def _over(stack: Stack, options: argparse.Namespace, data: bytes, config: EtlConfig, sam: Sam) -> int:
    if options.command == "config":
        if options.dry_run:
            raise UsageError("--dry-run is for a deploy; config only puts one object")
        if options.parameters:
            raise UsageError(f"{options.parameters[0]!r}: parameters need a deploy; config takes none")
        _say_where(stack)
        return _config(stack, data, config)
    given = {**checked_parameters(_pairs(options.parameters), TEMPLATE), **token_parameter(os.environ)}
    _say_where(stack)
    return _stack(stack, data, config, given, sam, dry_run=options.dry_run)


def _say_where(stack: Stack) -> None:
    _say(f"stack {stack.name} in account {stack.account}, {stack.session.region_name}; bucket {stack.bucket}")


def _read_config(path: Path) -> tuple[bytes, EtlConfig]:
    settings = ConfigFile(path).read()
    config = settings.config
    if config.max_workers not in WORKERS_IN_THE_CLOUD:
        raise UsageError(f"{path}: max_workers is {config.max_workers}; in the cloud it is 2 to 50")
    return settings.stored, config


def _pairs(items: list[str]) -> dict[str, str]:
    pairs = [item.partition("=") for item in items]
    if wrong := next((name for name, separator, _ in pairs if not (name and separator)), None):
        raise UsageError(f"{wrong!r} is not a parameter; give NAME=VALUE, such as AlarmEmail=me@example.com")
    return {name: value for name, _, value in pairs}


def _stack(stack: Stack, data: bytes, config: EtlConfig, given: dict[str, str], sam: Sam, *, dry_run: bool) -> int:
    # All of them, so that the layer is built for what the stack has been and stays; but for secret ones, of which AWS
    # tells asterisks only: SAM keeps those that it is not given.
    secret = secret_parameters(TEMPLATE)
    deployed = {name: value for name, value in stack.parameters().items() if name not in secret}
    parameters = {**deployed, **given, MAX_WORKERS: str(config.max_workers)}
    stack.check_deployable()
    runtime, architecture = (parameters.get(name, default) for name, default in BUILT_FOR.items())
    how = build_options(runtime, architecture)
    overrides = _overrides(parameters)
    # Nothing is built differently with a token, so its hash is shown to one program less.
    to_build = _overrides({name: value for name, value in parameters.items() if name not in secret})
    where = ["--stack-name", stack.name, "--region", str(stack.session.region_name)]
    deploy = ["deploy", *where, *overrides, "--no-fail-on-empty-changeset"]
    if code := sam(["build", *how, *to_build]):
        return _failed("build", stack, code)
    if dry_run:
        return preview(stack, sam, deploy, config)
    if code := sam(deploy):
        return _failed("deploy", stack, code)
    _finish(stack, data, config)
    return 0


def _failed(what: str, stack: Stack, code: int) -> int:
    """Says where to look, since SAM's own advice is for another way of deploying."""
    rights_text = f"python -m deploy rights --stack-name {stack.name}"
    print(
        f"error: sam {what} failed, see above for why; correct that and run make deploy again"
        + (f". If a right is missing, {rights_text} prints all of them at once" if what == "deploy" else ""),
        file=sys.stderr,
    )
    return code


def _finish(stack: Stack, data: bytes, config: EtlConfig) -> None:
    """Put the config, start what the new code has to do first, and say where everything is."""
    stack.put_config(data)
    if not stack.lake.folders("processed/"):
        run = stack.refresh()
        _say(f"first refresh started: {', '.join(_some(run['symbols']))}; it takes some minutes")
    elif not any(stack.lake.keys(NEWEST_KEY)):
        stack.build_tables()
        _say("the tables of all funds are being built from what the bucket has; it takes some minutes")
    else:
        # What the old code read of symbols, sectors and identity would stand there until a fund's next refresh.
        stack.build_tables("newest")
        _say("the newest state of the tables is being built anew, as this release reads it")
    for name, value in stack.outputs().items():
        _say(f"{name}: {value}")
    if config.filing_symbols() and not config.contact:
        _say(NO_CONTACT)
    _say("the API asks callers for the token" if stack.asks_for_token() else OPEN)


def _overrides(parameters: Mapping[str, str]) -> list[str]:
    return ["--parameter-overrides", *(f"{name}={_quoted(value)}" for name, value in parameters.items())]


def _quoted(value: str) -> str:
    # sam splits its overrides at blanks; a cron expression has some.
    return f"'{value}'"


def _config(stack: Stack, data: bytes, config: EtlConfig) -> int:
    deployed = stack.parameters()
    if not deployed:
        raise UsageError(f"there is no stack {stack.name} in {stack.session.region_name}: create it with make deploy")
    before = stack.config()
    stack.put_config(data)
    _say(f"the config is in {stack.bucket}; the next refresh takes it")
    for change in _changes(before, config):
        _say(change)
    if deployed.get(MAX_WORKERS) != str(config.max_workers):
        _say(
            f"max_workers is {config.max_workers}, but the stack works with {deployed.get(MAX_WORKERS)}: "
            "that needs a deploy too (make deploy)"
        )
    return 0


def _changes(before: EtlConfig | None, after: EtlConfig) -> list[str]:
    if before is None:
        return []
    old, still = set(before.etf_symbols), set(after.refreshed_symbols())
    changes = _some([f"added: {symbol}" for symbol in after.etf_symbols if symbol not in old])
    gone = [symbol for symbol in before.refreshed_symbols() if symbol not in still]
    changes += _some([f"no longer refreshed: {symbol}; what is there stays" for symbol in gone])
    for name in ("max_holdings", "stale_after_days", "filings", "contact", "factors"):
        if getattr(before, name) != getattr(after, name):
            changes.append(f"{name}: {_shown(getattr(before, name))} -> {_shown(getattr(after, name))}")
    return changes + _some([f"expense ratio changed: {symbol}" for symbol in other_costs(before, after)])


def _shown(value: object) -> str:
    """A setting in words: a list of symbols, symbols by name, or one value."""
    if isinstance(value, Mapping):
        value = tuple(f"{name} {symbol}" for name, symbol in value.items())
    return (", ".join(_some(list(value))) if isinstance(value, tuple) else str(value or "")) or "none"


def _some(lines: list[str]) -> list[str]:
    """A file of symbols may add thousands at once."""
    return lines if len(lines) <= LINES_SHOWN else [*lines[:LINES_SHOWN], f"... and {len(lines) - LINES_SHOWN:,} more"]


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
