"""What a role allows, against what its function did: moto runs the calls but asks no role."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True)
class Right:
    """One right that a call needs. `prefix`: the condition value s3:prefix, for a listing."""

    action: str
    resource: str
    prefix: str | None = None


def needed(operation: str, parameters: Mapping[str, Any], queue_arns: Mapping[str, str]) -> Iterator[Right]:
    """The rights that one boto3 call needs, after the service authorization reference of S3, SQS and SNS."""
    if operation in {"SendMessage", "SendMessageBatch"}:  # one right for both
        yield Right("sqs:SendMessage", queue_arns[parameters["QueueUrl"]])
        return
    if operation == "Publish":
        yield Right("sns:Publish", parameters["TopicArn"])
        return
    bucket = f"arn:aws:s3:::{parameters['Bucket']}"
    if operation == "ListObjectsV2":
        yield Right("s3:ListBucket", bucket, parameters.get("Prefix", ""))
        return
    if operation == "HeadBucket":
        yield Right("s3:ListBucket", bucket)
        return
    key = parameters["Key"]
    if operation in {"GetObject", "HeadObject"}:
        yield Right("s3:GetObject", f"{bucket}/{key}")
        # Without it a missing object is a 403, which no code here takes for a missing object.
        yield Right("s3:ListBucket", bucket, key)
    elif operation == "PutObject":
        yield Right("s3:PutObject", f"{bucket}/{key}")
        if "IfMatch" in parameters:
            yield Right("s3:GetObject", f"{bucket}/{key}")
    elif operation == "DeleteObject":
        yield Right("s3:DeleteObject", f"{bucket}/{key}")
    else:
        raise AssertionError(f"{operation} is not known here: add what it needs")


def allows(policy: Mapping[str, Any], right: Right) -> bool:
    """Whether one of the policy's statements allows it."""
    return any(_fits(statement, right) for statement in policy["Statement"])


def _fits(statement: Mapping[str, Any], right: Right) -> bool:
    if statement["Effect"] != "Allow" or not _matches(statement["Action"], right.action):
        return False
    patterns = statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix")
    if patterns is not None and (right.prefix is None or not _matches(patterns, right.prefix)):
        return False
    return _matches(statement["Resource"], right.resource)


def _matches(patterns: str | list[str], value: str) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in ([patterns] if isinstance(patterns, str) else patterns))
