"""The queues of the local system, and what Lambda's event sources do: take messages, call handlers, retry, give up."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

MAX_RECEIVES = 3
VISIBILITY_SECONDS = "900"
"""Longer than a handler may take: Lambda's longest."""
RETRY_SECONDS = 1
# A first attempt can fail for 28 s (Budget.patience) and a later one too: only a message younger than this is
# tried again, so that a symbol that fails for ever ends within 45 s.
RETRY_WINDOW_SECONDS = 15.0


@dataclass(frozen=True)
class Queue:
    """A queue and its dead-letter queue."""

    url: str
    arn: str
    dead_url: str


def make_queue(sqs: "SQSClient", name: str) -> Queue:
    """The queue `name` and `name`-dead; with `filings.fifo`, FIFO queues `filings.fifo` and `filings-dead.fifo`."""
    stem, dot, ending = name.partition(".")
    kind: dict[Any, str] = {"FifoQueue": "true"} if ending == "fifo" else {}
    dead = sqs.create_queue(QueueName=f"{stem}-dead{dot}{ending}", Attributes=kind)["QueueUrl"]
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": VISIBILITY_SECONDS, **kind})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return Queue(url, arn, dead)


def sqs_event(message: "MessageTypeDef", queue: Queue) -> dict[str, Any]:
    """The event that Lambda makes of one SQS message."""
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.arn,
        "awsRegion": "us-east-1",
    }
    return {"Records": [record]}


def s3_event(message: "MessageTypeDef", _queue: Queue) -> dict[str, Any]:
    """The S3 event in a message. S3 itself calls Lambda with it; here a queue carries it."""
    event: dict[str, Any] = json.loads(message["Body"])
    return event


@dataclass(frozen=True)
class Failure:
    """A message that is given up: its body, and the last error."""

    body: str
    error: Exception


class EventSource:
    """Once started, takes messages off a queue and calls `handler`, at most `workers` at once; one for a FIFO queue, of
    which more would be handed several messages of a group together.

    What a handler raises is tried again a moment later, then the message goes to the dead-letter queue.
    `done` gets each handler's answer, `failed` each message given up; both are called from worker threads.
    """

    def __init__(
        self,
        sqs: "SQSClient",
        queue: Queue,
        to_event: Callable[["MessageTypeDef", Queue], dict[str, Any]],
        handler: Callable[[dict[str, Any], Any], Any],
        *,
        workers: int,
        done: Callable[[Any], None],
        failed: Callable[[Failure], None],
    ) -> None:
        self._sqs, self._queue, self._to_event, self._handler = sqs, queue, to_event, handler
        self._done, self._failed = done, failed
        self._workers = workers
        self._free = threading.Semaphore(workers)
        self._pool = ThreadPoolExecutor(workers)
        self._stopping = threading.Event()
        # One thread takes messages: moto's queue can hand the same message to two that ask at once.
        self._thread = threading.Thread(target=self._poll, daemon=True)

    def start(self) -> None:
        """Begin to take messages."""
        self._thread.start()

    def stop(self, *, wait: bool = True) -> None:
        """Call no more handlers; with `wait`, let those under way come to their end first."""
        self._stopping.set()
        self._pool.shutdown(wait=wait, cancel_futures=True)

    def _poll(self) -> None:
        while not self._stopping.is_set():
            try:
                messages = self._receive()
                for message in messages:
                    self._free.acquire()
                    self._hand_over(message)
            except (BotoCoreError, ClientError):
                if self._stopping.is_set():
                    return  # the queue closed while this waited for a message
                raise

    def _hand_over(self, message: "MessageTypeDef") -> None:
        try:
            work = self._pool.submit(self._work, message)
            if self._workers == 1:
                # A FIFO queue hands out nothing until then, and is asked a second later the next time.
                wait([work])
                if work.cancelled():
                    self._show_again(message, 0)
        except RuntimeError:  # stopped while this waited for the message: whoever comes next gets it
            self._show_again(message, 0)

    def _receive(self) -> list["MessageTypeDef"]:
        # As many as there are workers, so that none waits for the queue between two messages.
        return self._sqs.receive_message(
            QueueUrl=self._queue.url,
            MaxNumberOfMessages=min(self._workers, 10),
            WaitTimeSeconds=1,
            MessageSystemAttributeNames=["All"],
        ).get("Messages", [])

    def _work(self, message: "MessageTypeDef") -> None:
        try:
            try:
                event = self._to_event(message, self._queue)
                is_test = event.get("Event") == "s3:TestEvent"  # what S3 sends first on a new notification
                answer = None if is_test else self._handler(event, None)
            finally:
                self._free.release()
            if answer is not None:
                self._done(answer)
            self._delete(message)
        except Exception as error:  # noqa: BLE001 - Lambda's own edge: any error is a retry or a dead letter
            self._again_or_never(message, error)

    def _again_or_never(self, message: "MessageTypeDef", error: Exception) -> None:
        attributes = message["Attributes"]
        # In a group, a message also waits for all that stand before it.
        is_grouped = "MessageGroupId" in attributes
        begun = attributes["ApproximateFirstReceiveTimestamp"] if is_grouped else attributes["SentTimestamp"]
        age = time.time() - int(begun) / 1000
        if int(attributes["ApproximateReceiveCount"]) < MAX_RECEIVES and age < RETRY_WINDOW_SECONDS:
            self._show_again(message, RETRY_SECONDS)
            return
        group: Any = {"MessageGroupId": attributes["MessageGroupId"]} if is_grouped else {}
        once: Any = {"MessageDeduplicationId": message["MessageId"]} if is_grouped else {}
        self._sqs.send_message(QueueUrl=self._queue.dead_url, MessageBody=message["Body"], **group, **once)
        self._delete(message)
        self._failed(Failure(message["Body"], error))

    def _show_again(self, message: "MessageTypeDef", seconds: int) -> None:
        self._sqs.change_message_visibility(
            QueueUrl=self._queue.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds
        )

    def _delete(self, message: "MessageTypeDef") -> None:
        self._sqs.delete_message(QueueUrl=self._queue.url, ReceiptHandle=message["ReceiptHandle"])
