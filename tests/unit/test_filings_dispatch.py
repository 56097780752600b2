"""Dispatch of filings: one message per symbol, in one group; without a contact none, and the line to write is named."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from etf_common.errors import UsageError
from etf_common.lake import CONFIG_KEY
from etf_common.messages import FilingsMessage
from etf_common.queues import QueueRefusedError
from filings.dispatch import dispatch
from tests.unit.builders import FakeLake

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RUN = "2026-11-21T12:00:00Z"
WITH_CONTACT = b"etf_symbols: [VTI, BRK/B]\ncontact: me@example.com"


class FakeQueue:
    """A FIFO queue; one that is `broken` takes nothing."""

    def __init__(self, *, broken: bool = False) -> None:
        self.entries: list[dict[str, str]] = []
        self._broken = broken

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803 - boto3's
        assert QueueUrl == "https://queue.fifo"
        if self._broken:
            return {"Failed": [{"Id": entry["Id"], "Code": "InternalError"} for entry in Entries]}
        self.entries += Entries
        return {}

    @property
    def messages(self) -> list[FilingsMessage]:
        return [FilingsMessage.model_validate_json(entry["MessageBody"]) for entry in self.entries]


def dispatched(
    queue: FakeQueue, config: bytes = WITH_CONTACT, *, source: str = "schwab", **event: Any
) -> dict[str, Any]:
    fake = FakeLake()
    fake.put(CONFIG_KEY, config, metadata={"source": source})
    return dispatch({"run": RUN, **event}, fake.lake, cast(Any, queue), "https://queue.fifo", NOW)


def test_every_symbol_of_the_config_gets_a_message_in_one_group() -> None:
    queue = FakeQueue()

    assert dispatched(queue) == {"run": "20261121T120000Z", "symbols": ["VTI", "BRK.B"]}
    assert queue.messages == [
        FilingsMessage(symbol=symbol, run="20261121T120000Z", quarters=4) for symbol in ("VTI", "BRK.B")
    ]
    assert {entry["MessageGroupId"] for entry in queue.entries} == {"sec"}


def test_the_same_message_is_known_to_the_queue_and_another_is_another() -> None:
    once, again, other = FakeQueue(), FakeQueue(), FakeQueue()
    dispatched(once)
    dispatched(again)
    dispatched(other, quarters=8)

    ids = [[entry["MessageDeduplicationId"] for entry in queue.entries] for queue in (once, again, other)]
    assert ids[0] == ids[1]
    assert len({*ids[0], *ids[2]}) == 4


def test_symbols_and_quarters_of_the_event_come_first() -> None:
    queue = FakeQueue()
    dispatched(queue, symbols=["schd"], quarters=40)
    assert [(message.symbol, message.quarters) for message in queue.messages] == [("SCHD", 40)]


def test_the_configs_own_list_may_name_funds_that_are_not_refreshed() -> None:
    queue = FakeQueue()
    assert dispatched(queue, b"filings: [SCHD]\ncontact: me@example.com")["symbols"] == ["SCHD"]


@pytest.mark.parametrize(
    ("config", "says"),
    [(b"max_workers: 3", "write `contact: `"), (b"filings: none\ncontact: me@example.com", "`filings: none`")],
)
def test_where_nothing_is_sent_the_answer_says_which_line_to_write(config: bytes, says: str) -> None:
    queue = FakeQueue()

    answer = dispatched(queue, config)

    assert (answer["symbols"], queue.entries) == ([], [])
    assert says in answer["why"]


def test_made_up_data_needs_no_contact() -> None:
    assert dispatched(FakeQueue(), b"etf_symbols: [VTI]", source="sample")["symbols"] == ["VTI"]


def test_what_the_queue_does_not_take_is_named() -> None:
    with pytest.raises(QueueRefusedError, match=r"VTI \(InternalError\), BRK.B \(InternalError\)"):
        dispatched(FakeQueue(broken=True))


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ({"quarters": 0}, "quarters is 0"),
        ({"quarters": 41}, "quarters is 41"),
        ({"quarters": "8"}, "quarters is '8'"),
        ({"quarters": True}, "quarters is True"),
        ({"quarters": None}, "quarters is None"),
        ({"symbols": "VTI"}, "symbols is 'VTI'"),
        ({"symbols": ["VTI", "vti"]}, "VTI twice"),
        ({"run": "2026-11-22T12:00:00Z"}, "lies in the future"),
        ({"run": 5}, "run is 5"),
        ({"more": 1}, "not understood"),
    ],
    ids=repr,
)
def test_a_bad_event_is_refused_with_what_is_allowed(event: dict[str, Any], says: str) -> None:
    queue = FakeQueue()
    with pytest.raises(UsageError, match=says):
        dispatched(queue, **event)
    assert queue.entries == []
