"""Sending to an SQS queue in batches, until it has taken every message or refuses one for good."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from etf_common.codes import ErrorCode
from etf_common.errors import RetryableError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

BATCH = 10
"""SQS takes no more messages in one call."""
SEND_TRIES = 3


class QueueRefusedError(RetryableError):
    """The queue did not take some messages; the message names them."""

    code = ErrorCode.QUEUE_REFUSED


def send(
    sqs: "SQSClient", queue_url: str, messages: Sequence[tuple[str, str]], *, group: str | None = None
) -> list[str]:
    """Send (name, body) of each message, ten a call, and again those that the queue did not take.

    A FIFO queue needs the `group`, whose messages come one after the other; a body that it got within five minutes
    is the same message to it. Returns the names of those that it never took, each with the queue's own code.
    """
    refused: list[str] = []
    for start in range(0, len(messages), BATCH):
        refused += _send(sqs, queue_url, messages[start : start + BATCH], group)
    return refused


def _send(sqs: "SQSClient", queue_url: str, messages: Sequence[tuple[str, str]], group: str | None) -> list[str]:
    entries = [_entry(number, body, group) for number, (_, body) in enumerate(messages)]
    refused: dict[str, str] = {}
    for _ in range(SEND_TRIES):
        answer = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
        refused = {failure["Id"]: failure["Code"] for failure in answer.get("Failed", [])}
        entries = [entry for entry in entries if entry["Id"] in refused]
        if not entries:
            break
    return [f"{messages[int(number)][0]} ({code})" for number, code in refused.items()]


def _entry(number: int, body: str, group: str | None) -> "SendMessageBatchRequestEntryTypeDef":
    entry: SendMessageBatchRequestEntryTypeDef = {"Id": str(number), "MessageBody": body}
    if group is not None:
        entry["MessageGroupId"] = group
        entry["MessageDeduplicationId"] = hashlib.sha256(body.encode()).hexdigest()
    return entry
