"""A FIFO queue of the embedded SQS: one message of a group at a time, in the order in which they were sent."""

import json
import queue
import threading
from typing import Any

import pytest

from local import queues
from local.queues import MAX_RECEIVES, EventSource, Failure, Queue, make_queue, sqs_event
from local.system import System


@pytest.fixture
def fifo(system: System) -> Queue:
    return make_queue(system.sqs, "numbers.fifo")


def send(system: System, fifo: Queue, group: str, *bodies: str) -> None:
    for body in bodies:
        system.sqs.send_message(
            QueueUrl=fifo.url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=f"{group} {body}"
        )


def receive(system: System, fifo: Queue) -> list[Any]:
    answer: Any = system.sqs.receive_message(QueueUrl=fifo.url, MaxNumberOfMessages=1, WaitTimeSeconds=0)
    found: list[Any] = answer.get("Messages", [])
    return found


def test_while_one_message_of_a_group_is_under_way_the_next_one_waits(system: System, fifo: Queue) -> None:
    send(system, fifo, "a", "1", "2")
    send(system, fifo, "b", "3")

    (first,) = receive(system, fifo)
    (other,) = receive(system, fifo)
    assert (first["Body"], other["Body"]) == ("1", "3")
    assert receive(system, fifo) == []

    system.sqs.delete_message(QueueUrl=fifo.url, ReceiptHandle=first["ReceiptHandle"])
    assert [message["Body"] for message in receive(system, fifo)] == ["2"]


def test_a_message_that_is_given_back_comes_before_the_next_one(system: System, fifo: Queue) -> None:
    send(system, fifo, "a", "1", "2")
    (first,) = receive(system, fifo)

    system.sqs.change_message_visibility(QueueUrl=fifo.url, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)

    assert [message["Body"] for message in receive(system, fifo)] == ["1"]


def test_the_same_message_sent_twice_is_one(system: System, fifo: Queue) -> None:
    send(system, fifo, "a", "1", "1")
    (first,) = receive(system, fifo)
    system.sqs.delete_message(QueueUrl=fifo.url, ReceiptHandle=first["ReceiptHandle"])
    assert receive(system, fifo) == []


def test_a_source_works_a_group_off_in_order_and_one_that_fails_for_ever_lets_the_next_ones_by(
    system: System, fifo: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given twenty messages of one group, of which one cannot be worked off, and time enough on a busy machine
    monkeypatch.setattr(queues, "RETRY_WINDOW_SECONDS", 60.0)
    numbers = [str(number) for number in range(20)]
    send(system, fifo, "a", *numbers)
    worked: list[str] = []
    alone = threading.Lock()

    def work(event: dict[str, Any], _context: Any) -> str:
        (record,) = event["Records"]
        assert alone.acquire(blocking=False), "two at once"
        try:
            worked.append(record["body"])
            if record["body"] == "7":
                raise ValueError("it fails for ever")
            return str(record["body"])
        finally:
            alone.release()

    # When they are worked off
    ended: queue.Queue[str] = queue.Queue()
    failed: queue.Queue[Failure] = queue.Queue()
    source = EventSource(system.sqs, fifo, sqs_event, work, workers=1, done=ended.put, failed=failed.put)
    source.start()
    try:
        done = [ended.get(timeout=40) for _ in numbers[1:]]
        given_up = failed.get(timeout=40)
    finally:
        source.stop()

    # Then each came when those before it had ended, and the one that failed is a dead letter of its group
    assert done == [number for number in numbers if number != "7"]
    assert worked == sorted([*numbers, *["7"] * (MAX_RECEIVES - 1)], key=int)
    assert given_up.body == "7"
    (dead,) = receive(system, Queue(fifo.dead_url, "", ""))
    assert json.loads(dead["Body"]) == 7
