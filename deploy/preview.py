"""What a deploy would change, before anything is changed: CloudFormation's change set, in words."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from deploy.building import Sam
from deploy.cost import monthly
from deploy.stack import Stack
from etf_common.config import EtlConfig

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import ResourceChangeTypeDef

LINES_SHOWN = 20
"""Of what is added or changed in place; what is replaced or removed is always shown."""
_LOST = {
    "AWS::S3::Bucket": "all data",
    "AWS::SQS::Queue": "the messages that wait in it",
    "AWS::Logs::LogGroup": "its logs",
    "AWS::SNS::Topic": "its subscriptions",
}
"""What is in resources that hold something."""
_KEPT = frozenset({"Retain", "ReplaceAndRetain"})
_BUCKET = "AWS::S3::Bucket"


def preview(stack: Stack, sam: Sam, deploy: Sequence[str], config: EtlConfig) -> int:
    """Say what `sam` with the arguments `deploy` would change; returns its exit code.

    The change set, and the empty stack that CloudFormation makes for that of a first deploy, are removed again.
    """
    is_new = stack.described() is None
    before = {} if is_new else stack.change_sets()
    try:
        code = sam([*deploy, "--no-execute-changeset"])
        made = [name for name in stack.change_sets() if name not in before]
        if not code:
            for line in _told(stack, made):
                print(line, flush=True)
    finally:
        stack.forget_change_sets(before, with_stack=is_new)
    if code:
        return code
    funds = len(config.refreshed_symbols())
    usd = sum(monthly(funds).values())
    print(
        f"about {usd:.2f} USD a month for {funds} funds in normal use, at list prices and without AWS's free tier "
        f"(python -m deploy.cost {funds} has each part)"
    )
    print(f"nothing was changed{'' if is_new else f' in {stack.name}'}; make deploy without DRY_RUN does it")
    return 0


def _told(stack: Stack, made: Sequence[str]) -> list[str]:
    changes = [change for name in made for change in stack.changes(name)]
    return lines_of(changes) if changes else ["no resource would change"]


def lines_of(changes: Sequence["ResourceChangeTypeDef"]) -> list[str]:
    """A change set in words: what is removed and replaced first, since it can lose something."""
    groups: dict[str, list[str]] = {"removed": [], "replaced": [], "may be replaced": [], "changed": [], "added": []}
    for change in changes:
        kind = _kind(change)
        line = f"  {change.get('LogicalResourceId')} ({change.get('ResourceType')}){_what_is_lost(change, kind)}"
        groups[kind].append(line)
    found = []
    for kind, lines in groups.items():
        found.append(f"{kind}: {len(lines)}")
        can_lose = kind not in ("changed", "added")
        found += lines if can_lose or len(lines) <= LINES_SHOWN else [*lines[:LINES_SHOWN], _more(lines)]
    return found


def _more(lines: Sequence[str]) -> str:
    return f"  ... and {len(lines) - LINES_SHOWN} more"


def _kind(change: Mapping[str, Any]) -> str:
    action, replacement = change.get("Action"), change.get("Replacement")
    if action == "Remove":
        return "removed"
    if action == "Modify" and replacement in ("True", "Conditional"):
        return "replaced" if replacement == "True" else "may be replaced"
    return "added" if action in ("Add", "Import") else "changed"


def _what_is_lost(change: Mapping[str, Any], kind: str) -> str:
    held = _LOST.get(str(change.get("ResourceType")))
    if not held or kind in ("changed", "added"):
        return ""
    if change.get("PolicyAction") in _KEPT or change.get("ResourceType") == _BUCKET:
        # The template retains it, whatever becomes of the stack.
        new = "" if kind == "removed" else "; the new one is empty"
        return f": HOLDS DATA; the old one stays in the account with {held}, outside the stack{new}"
    return f": HOLDS DATA; {held} would be lost"
