"""Queue messages: what dispatch writes is read, everything else is refused in one line; and SQS takes ten at once."""

import json
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from etf_common.errors import MalformedEventError
from etf_common.lake import CONFIG_KEY
from etf_common.messages import RefreshMessage
from etf_common.queues import QueueRefusedError
from extract.dispatch import dispatch
from tests.unit.builders import FakeLake

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
GOOD = {"symbol": "VTI", "run": "20261120T223000Z", "max_holdings": 100}


def event(**changes: Any) -> dict[str, Any]:
    return {"Records": [{"messageId": "1", "body": json.dumps(GOOD | changes)}]}


def test_what_dispatch_writes_is_read() -> None:
    assert RefreshMessage.from_sqs_event(event(symbol="brk/b")).symbol == "BRK.B"
    assert RefreshMessage.from_sqs_event(event(max_holdings="all")).max_holdings == "all"


@pytest.mark.parametrize(
    "changes",
    [
        *(
            {"symbol": "../etc"},
            {"symbol": 5},
            {"run": "20261131T223000Z"},
            {"run": "09991120T223000Z"},
            {"run": "now"},
        ),
        *({"run": "\u0662\u0660261120T223000Z"}, {"max_holdings": 0}, {"max_holdings": "some"}, {"more": 1}),
        {"symbol": "<b>" * 3_000_000},
    ],
    ids=lambda changes: repr(changes)[:40],
)
def test_any_other_message_is_refused_in_one_line(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedEventError, match="message '1' is not a refresh message") as raised:
        RefreshMessage.from_sqs_event(event(**changes))

    assert len(raised.value.message) <= 500
    assert raised.value.message.isprintable()


class FakeQueue:
    """SQS that refuses some symbols' messages, `times` times each."""

    def __init__(self, refused: dict[str, int]) -> None:
        self.refused, self.batches, self.taken = dict(refused), 0, list[str]()

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803 - boto3's
        assert QueueUrl == "https://queue"
        assert 1 <= len(Entries) <= 10
        self.batches += 1
        failed = []
        for entry in Entries:
            symbol = json.loads(entry["MessageBody"])["symbol"]
            if self.refused.get(symbol, 0) > 0:
                self.refused[symbol] -= 1
                failed.append({"Id": entry["Id"], "Code": "InternalError", "SenderFault": False})
            else:
                self.taken.append(symbol)
        return {"Failed": failed} if failed else {}


def dispatched(queue: FakeQueue, count: int) -> dict[str, Any]:
    fake = FakeLake()
    fake.put(CONFIG_KEY, b"max_workers: 3")
    symbols = [f"S{n}" for n in range(count)]
    return dispatch(
        {"run": "2026-11-20T22:30:00Z", "symbols": symbols}, fake.lake, cast(Any, queue), "https://queue", NOW
    )


def test_messages_go_out_in_batches_of_ten() -> None:
    queue = FakeQueue({})
    assert dispatched(queue, 23)["symbols"] == queue.taken == [f"S{n}" for n in range(23)]
    assert queue.batches == 3


def test_what_the_queue_does_not_take_at_first_is_sent_again() -> None:
    queue = FakeQueue({"S3": 2, "S11": 1})
    dispatched(queue, 12)
    assert sorted(queue.taken) == sorted(f"S{n}" for n in range(12))


def test_what_the_queue_never_takes_is_named() -> None:
    queue = FakeQueue({"S3": 99, "S11": 99})
    with pytest.raises(QueueRefusedError, match=r"messages of S3 \(InternalError\), S11 \(InternalError\);"):
        dispatched(queue, 12)
    assert sorted(queue.taken) == sorted(f"S{n}" for n in range(12) if n not in {3, 11})
