"""Alerts of the tables function: at least once, always with the same id, never again once a marker says so."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import boto3
import pytest

import tables.app
from etf_common.config import AlertSettings
from etf_common.errors import UsageError
from etf_common.lake import CONFIG_KEY, Lake, alert_key
from etf_common.metrics import Metrics
from etf_common.table_keys import ALERTS_SINCE_KEY, changes_key
from local.system import System
from tables.alert_baseline import Baseline
from tables.alerting import Alerting
from tables.alerts import Publication
from tables.topic import Topic
from tables.work import IncompleteTablesError, Work
from tests.events import tables_event, written_event
from tests.functional.alerts import (
    DAY,
    EARLIER,
    MadeUpTopic,
    fail,
    markers,
    open_topic,
    publish_dates,
    publish_two,
    set_alerts,
)
from tests.functional.mortal_lake import Killed
from tests.functional.tables import Build, funds, publish
from tests.unit.alert_cases import RUN

NOW = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
FIRST, SECOND, *REST = [made for made in funds() if made.snapshot()["quality"]["complete"]]
ID = f"{FIRST.symbol}-{DAY}"
DONE: dict[str, Any] = {"batchItemFailures": []}


@pytest.fixture
def lake(system: System) -> Lake:
    set_alerts(system.lake)
    return system.lake


@pytest.fixture
def topic(system: System) -> Iterator[MadeUpTopic]:
    with open_topic() as topic:
        yield topic


def build_at(system: System, topic: MadeUpTopic, now: datetime = NOW) -> Build:
    """The tables function with the topic, at that time."""
    handle = tables.app.create({**system.environ, **topic.variables}, now=lambda: now)
    return lambda event, context=None: handle(event, context)


@pytest.fixture
def tell(system: System, topic: MadeUpTopic) -> Build:
    return build_at(system, topic)


def again(answer: Mapping[str, Any]) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


# ---- what is sent


def test_a_change_is_published_once_with_its_id_and_its_symbol(lake: Lake, tell: Build, topic: MadeUpTopic) -> None:
    keys = publish_two(lake, FIRST)

    for _ in range(2):
        assert tell(written_event(keys)) == DONE

    ((subject, text, attributes),) = topic.sent
    assert subject.startswith(f"{FIRST.symbol} on {DAY}: 1 added, ")
    assert f"compared with the list of {EARLIER}" in text
    assert attributes == {"id": [ID], "symbols": [FIRST.symbol]}
    assert markers(lake) == [ID]
    assert json.loads(lake.read(alert_key(ID)).body)["id"] == ID


def test_all_that_a_build_has_to_tell_is_one_message(lake: Lake, tell: Build, topic: MadeUpTopic) -> None:
    keys = [*publish_two(lake, FIRST), *publish_two(lake, SECOND), fail(lake, "GLD")]

    tell(written_event(keys))

    ((subject, text, attributes),) = topic.sent
    expected = sorted([FIRST.symbol, SECOND.symbol])
    assert subject == f"2 funds changed, 1 refresh failed: {expected[0]}, {expected[1]}, GLD"
    assert "portal_unavailable: the portal did not answer" in text
    assert attributes["symbols"] == sorted([*expected, "GLD"])
    assert sorted(markers(lake)) == sorted(attributes["id"])


def test_a_failure_is_told_once_for_each_refresh(lake: Lake, tell: Build, topic: MadeUpTopic) -> None:
    # The queue tries a refresh again and again, and each try writes the status
    for message in ("the portal did not answer", "the portal asks to wait"):
        tell(written_event([fail(lake, "GLD", message=message)]))
    tell(written_event([fail(lake, "GLD", run="20261124T233000Z")]))

    assert topic.ids == [[f"GLD-failed-{RUN}"], ["GLD-failed-20261124T233000Z"]]


def test_nothing_is_sent_where_nothing_is_asked_for(system: System, lake: Lake, topic: MadeUpTopic) -> None:
    keys = publish_two(lake, FIRST)
    set_alerts(lake, "max_workers: 3\n")
    assert build_at(system, topic)(written_event(keys)) == DONE
    lake.delete(CONFIG_KEY)
    assert build_at(system, topic)(written_event(keys)) == DONE
    set_alerts(lake)
    without_topic = tables.app.create({**system.environ, "CHANGES_TOPIC_ARN": ""}, now=lambda: NOW)
    assert without_topic(written_event(keys), None) == DONE

    assert not topic.sent
    assert markers(lake) == []


def test_alerts_that_are_switched_on_later_tell_what_is_recent(lake: Lake, tell: Build, topic: MadeUpTopic) -> None:
    keys = publish_two(lake, FIRST)
    set_alerts(lake, "max_workers: 3\n")
    tell(written_event(keys))

    set_alerts(lake)
    tell(written_event(keys[-1:]))

    assert topic.ids == [[ID]]


def test_sample_data_says_so(lake: Lake, tell: Build, topic: MadeUpTopic) -> None:
    set_alerts(lake, source="sample")
    tell(written_event([fail(lake, "GLD")]))

    ((subject, text, _),) = topic.sent
    assert subject.startswith("SAMPLE: ")
    assert text.startswith("SAMPLE: ")


# ---- what is not sent


def test_a_first_build_of_an_old_lake_tells_only_the_newest_two_dates_of_each_fund(
    lake: Lake, tell: Build, topic: MadeUpTopic
) -> None:
    # Given a lake of years, of which one fund's newest list is recent, and another's is not
    for earlier, as_of in itertools.pairwise(("2025-11-20", "2026-11-18", "2026-11-20", EARLIER, DAY)):
        publish_two(lake, FIRST, earlier=earlier, as_of=as_of)
    publish_two(lake, SECOND, earlier="2026-08-31", as_of="2026-09-30")

    # When everything is built, by whatever way, again and again
    for event in ({"rebuild": "all"}, {"rebuild": "newest"}, {"rebuild": [FIRST.symbol]}, {"rebuild": "all"}):
        tell(event)
    tell(tables_event({"redrive": [FIRST.symbol, SECOND.symbol]}))

    # Then the newest two dates are told, once
    assert topic.ids == [[ID]]


@pytest.mark.parametrize(
    ("as_of", "is_sent"),
    [("2026-11-17", True), ("2026-11-16", False)],
)
def test_a_list_is_told_for_seven_days(lake: Lake, tell: Build, topic: MadeUpTopic, as_of: str, is_sent: bool) -> None:
    tell(written_event(publish_two(lake, FIRST, earlier="2026-10-30", as_of=as_of, fetched="2026-11-01T22:30:00Z")))

    assert topic.ids == ([[f"{FIRST.symbol}-{as_of}"]] if is_sent else [])


@pytest.mark.parametrize(
    ("as_of", "fetched", "sent"),
    [
        ("2026-10-30", "2026-11-23T22:30:00Z", [[f"{FIRST.symbol}-2026-10-30"]]),
        ("2026-10-30", "2026-11-17T23:00:00Z", [[f"{FIRST.symbol}-2026-10-30"]]),
        ("2026-10-30", "2026-11-17T22:59:00Z", []),
        ("2026-10-09", "2026-11-23T22:30:00Z", []),
        ("2026-10-30", "none", []),
    ],
)
def test_a_list_that_its_issuer_publishes_weeks_later_is_told_when_it_comes(
    system: System, topic: MadeUpTopic, as_of: str, fetched: str, sent: list[list[str]]
) -> None:
    set_alerts(system.lake)
    keys = publish_two(system.lake, FIRST, earlier="2026-09-30", as_of=as_of, fetched=fetched)

    build_at(system, topic)(written_event(keys))

    assert topic.ids == sent


def test_a_corrected_list_is_not_told_again(lake: Lake, tell: Build, topic: MadeUpTopic) -> None:
    keys = publish_two(lake, FIRST)
    tell(written_event(keys))
    publish_two(lake, FIRST, name="Corrected")
    tell(written_event(keys))

    assert b"Corrected" in lake.read(changes_key(DAY)).body

    assert topic.ids == [[ID]]


# ---- several dates at once


FRIDAY, MONDAY, TUESDAY = "2026-11-20", EARLIER, DAY


def ids(*days: str) -> list[str]:
    return [f"{FIRST.symbol}-{day}" for day in days]


@pytest.fixture
def known(lake: Lake, tell: Build, topic: MadeUpTopic) -> str:
    """A fund whose alerts were looked at on Friday, when it had one date."""
    tell(written_event(publish_dates(lake, FIRST, {FRIDAY: True})))
    assert not topic.sent
    return FIRST.symbol


@pytest.mark.usefixtures("known")
def test_all_dates_that_come_between_two_builds_are_told(lake: Lake, tell: Build, topic: MadeUpTopic) -> None:
    keys = publish_dates(lake, FIRST, {MONDAY: False, TUESDAY: True})

    for _ in range(2):
        assert tell(written_event(keys)) == DONE

    ((_, text, attributes),) = topic.sent
    assert attributes["id"] == ids(MONDAY, TUESDAY)
    assert text.index(f"on {MONDAY}: 0 added, 1 removed") < text.index(f"on {TUESDAY}: 1 added, 0 removed")


@pytest.mark.usefixtures("known")
def test_a_corrected_earlier_date_tells_what_nobody_was_told(lake: Lake, tell: Build, topic: MadeUpTopic) -> None:
    for day in (MONDAY, TUESDAY):
        tell(written_event(publish_dates(lake, FIRST, {day: True})))
    assert not topic.sent

    # When Monday's list comes once more, without a line that Friday's and Tuesday's have
    corrected, *_ = publish_dates(lake, FIRST, {MONDAY: False})
    served = publish_dates(lake, FIRST, {TUESDAY: True})
    tell(written_event([corrected, *served[1:]]))

    assert topic.ids == [ids(MONDAY, TUESDAY)]


@pytest.mark.usefixtures("known")
def test_a_corrected_date_that_was_told_tells_only_the_other(lake: Lake, tell: Build, topic: MadeUpTopic) -> None:
    tell(written_event(publish_dates(lake, FIRST, {MONDAY: False})))
    tell(written_event(publish_dates(lake, FIRST, {TUESDAY: False})))
    corrected, *_ = publish_dates(lake, FIRST, {MONDAY: True})
    tell(written_event([corrected, *publish_dates(lake, FIRST, {TUESDAY: False})[1:]]))

    assert topic.ids == [ids(MONDAY), ids(TUESDAY)]


@pytest.mark.usefixtures("known")
def test_a_backfill_is_told_as_far_as_it_is_recent(system: System, lake: Lake, topic: MadeUpTopic) -> None:
    # Given a fund that nobody fetched for weeks, of which all dates come at once
    days = {"2026-11-26": False, "2026-11-30": True, "2026-12-01": False, "2026-12-07": True, "2026-12-08": False}
    late = datetime(2026, 12, 8, 23, 0, tzinfo=UTC)

    build_at(system, topic, late)(written_event(publish_dates(lake, FIRST, days)))

    # Then those of the last seven days are told, and the first of them with what it was compared with
    assert topic.ids == [ids("2026-12-01", "2026-12-07", "2026-12-08")]


@pytest.mark.usefixtures("known")
def test_all_dates_are_told_although_the_process_that_built_them_told_nobody(
    system: System, lake: Lake, tell: Build, topic: MadeUpTopic
) -> None:
    keys = publish_dates(lake, FIRST, {MONDAY: False, TUESDAY: True})
    tables.app.create(system.environ, now=lambda: NOW)(written_event(keys), None)

    # The message comes again, or the sweep sends the fund again
    tell(written_event(keys))
    tell(tables_event({"redrive": [FIRST.symbol]}))
    for day in (MONDAY, TUESDAY):
        lake.delete(alert_key(f"{FIRST.symbol}-{day}"))
    tell(tables_event({"redrive": [FIRST.symbol]}))

    assert topic.ids == [ids(MONDAY, TUESDAY)] * 2


@pytest.mark.usefixtures("known")
def test_other_settings_begin_with_the_newest_date(lake: Lake, tell: Build, topic: MadeUpTopic) -> None:
    set_alerts(lake, "alerts: {added: false, removed: false, min_trade_pct: 99}\n")
    tell(written_event(publish_dates(lake, FIRST, {MONDAY: False, TUESDAY: True})))
    assert not topic.sent

    set_alerts(lake)
    for _ in range(2):
        tell({"rebuild": "all"})

    assert topic.ids == [ids(TUESDAY)]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"settings": 1}', b'{"since": {"X": 1}}', b'{"since": []}'])
@pytest.mark.usefixtures("known")
def test_a_damaged_beginning_of_alerts_is_begun_anew(lake: Lake, tell: Build, topic: MadeUpTopic, body: bytes) -> None:
    lake.write(ALERTS_SINCE_KEY, body, "application/json")
    for _ in range(2):
        assert tell(written_event(publish_dates(lake, FIRST, {MONDAY: False, TUESDAY: True}))) == DONE

    assert topic.ids == [ids(TUESDAY)]
    assert json.loads(lake.read(ALERTS_SINCE_KEY).body)["since"] == {FIRST.symbol: TUESDAY}


def test_two_builds_that_begin_at_once_both_stand_in_the_beginning_of_alerts(lake: Lake) -> None:
    settings = AlertSettings()
    one, other = (Baseline.read(lake, settings) for _ in range(2))

    one.record(lake, {"VTI": MONDAY})
    other.record(lake, {"QQQ": TUESDAY})
    Baseline.read(lake, settings).record(lake, {"QQQ": MONDAY, "VTI": TUESDAY})

    assert Baseline.read(lake, settings).since == {"QQQ": MONDAY, "VTI": MONDAY}


# ---- faults


def test_while_sns_is_down_only_the_messages_of_what_is_not_told_come_again(
    lake: Lake, tell: Build, topic: MadeUpTopic
) -> None:
    # Given a fund with changes, and one that has only one date
    keys = publish_two(lake, FIRST)
    quiet = publish(lake, SECOND)
    topic.is_down = True

    answer = tell(written_event([*keys, *quiet]))

    assert again(answer) == [str(number) for number in range(1, len(keys) + 1)]
    assert not topic.sent
    assert markers(lake) == []

    # When SNS is up again and the messages come again, then nothing is lost, and nothing twice
    topic.is_down = False
    for _ in range(2):
        assert tell(written_event(keys)) == DONE
    assert topic.ids == [[ID]]


def test_while_sns_is_down_the_tables_are_built(lake: Lake, tell: Build, topic: MadeUpTopic) -> None:
    keys = publish_two(lake, FIRST)
    topic.is_down = True
    tell(written_event(keys))

    assert f"tables/snapshots/as_of={DAY}.json" in lake.keys("tables/")
    with pytest.raises(IncompleteTablesError, match="the tables are built, and the alerts could not be published"):
        tell({"rebuild": "all"})


def test_a_redriven_fund_is_told_although_its_tables_were_built_before(
    lake: Lake, tell: Build, topic: MadeUpTopic
) -> None:
    # Given a message of the sweep whose build ended, and whose alerts could not be published
    publish_two(lake, FIRST)
    topic.is_down = True
    assert again(tell(tables_event({"redrive": [FIRST.symbol]}))) == ["1"]

    topic.is_down = False
    assert tell(tables_event({"redrive": [FIRST.symbol]})) == DONE
    assert topic.ids == [[ID]]


class BrokenLake(Lake):
    """A lake that cannot write markers, or whose process ends where it would."""

    fault: BaseException | None = None

    def write(self, key: str, *arguments: Any, **named: Any) -> None:
        if key.startswith("alerts/") and self.fault:
            raise self.fault
        super().write(key, *arguments, **named)


def work_over(system: System, topic: MadeUpTopic, fault: BaseException | None) -> Work:
    lake = BrokenLake(boto3.client("s3", endpoint_url=system.aws.url), system.lake.bucket)
    lake.fault = fault
    outlet = Topic.from_environment(topic.variables)
    assert outlet is not None
    return Work(lake, Metrics({}), lambda: NOW, lambda: 0.0, Alerting(lake, outlet, lambda: NOW))


def test_killed_between_publication_and_marker_it_is_sent_again_with_the_same_id(
    system: System, lake: Lake, tell: Build, topic: MadeUpTopic
) -> None:
    keys = publish_two(lake, FIRST)
    with pytest.raises(Killed):
        work_over(system, topic, Killed()).messages(written_event(keys), None)
    assert markers(lake) == []

    assert tell(written_event(keys)) == DONE

    assert topic.ids == [[ID], [ID]]
    assert markers(lake) == [ID]


def test_killed_between_the_build_and_the_publication_it_is_sent_by_the_next_try(
    system: System, lake: Lake, tell: Build, topic: MadeUpTopic
) -> None:
    # Given tables that have the change, and an alert that nobody has sent
    keys = publish_two(lake, FIRST)
    tables.app.create(system.environ, now=lambda: NOW)(written_event(keys), None)

    assert tell(written_event(keys)) == DONE

    assert topic.ids == [[ID]]


def test_an_alert_whose_marker_is_refused_is_counted_and_sent_again_with_the_same_id(
    system: System, lake: Lake, tell: Build, topic: MadeUpTopic
) -> None:
    keys = publish_two(lake, FIRST)
    refused = OSError("no room")
    work = work_over(system, topic, refused)
    assert work.alerting is not None

    assert work.messages(written_event(keys), None) == DONE  # what they asked for is done
    counted = work.alerting.tell([FIRST.symbol])
    assert (counted.sent, counted.failures, counted.unsent) == (1, 1, frozenset())

    tell(written_event(keys))
    assert topic.ids == [[ID], [ID], [ID]]
    assert markers(lake) == [ID]


@pytest.mark.parametrize("body", [b"", b"{", b"\x00\xff", b'{"id": "other"}'])
def test_a_marker_counts_whatever_is_in_it(lake: Lake, tell: Build, topic: MadeUpTopic, body: bytes) -> None:
    keys = publish_two(lake, FIRST)
    lake.write(alert_key(ID), body, "application/json")

    assert tell(written_event(keys)) == DONE

    assert topic.sent == []
    assert lake.read(alert_key(ID)).body == body


def test_two_builds_at_once_may_tell_it_twice_and_with_the_same_id(
    system: System, lake: Lake, topic: MadeUpTopic
) -> None:
    keys = publish_two(lake, FIRST)
    both = Barrier(2)

    class Waiting:
        """An outlet that two builds reach before either has written a marker."""

        def publish(self, publication: Publication) -> str:
            both.wait(20)
            outlet = Topic.from_environment(topic.variables)
            assert outlet is not None
            return outlet.publish(publication)

    works = [Work(lake, Metrics({}), lambda: NOW, lambda: 0.0, Alerting(lake, Waiting(), lambda: NOW)) for _ in "ab"]
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda work: work.messages(written_event(keys), None), works)
        assert list(answers) == [DONE, DONE]

    assert topic.ids == [[ID], [ID]]
    assert markers(lake) == [ID]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"schema_version": 9}', b'{"funds": {"X": 1}}'])
def test_changes_that_cannot_be_read_stop_neither_the_tables_nor_the_other_alerts(
    system: System, lake: Lake, topic: MadeUpTopic, body: bytes
) -> None:
    publish_two(lake, FIRST)
    tables.app.create(system.environ, now=lambda: NOW)({"rebuild": "all"}, None)
    lake.write(changes_key(DAY), body, "application/json")

    told = work_over(system, topic, None).alerting
    assert told is not None
    fail(lake, "GLD")
    tables.app.create(system.environ, now=lambda: NOW)({"rebuild": ["GLD"]}, None)
    assert told.tell(None).failures == 0

    assert topic.ids in ([[f"GLD-failed-{RUN}"]], [[ID, f"GLD-failed-{RUN}"]])


def test_a_config_that_is_invalid_is_counted_and_what_it_kept_back_is_told_later(
    system: System, lake: Lake, tell: Build, topic: MadeUpTopic
) -> None:
    keys = publish_two(lake, FIRST)
    set_alerts(lake, "alerts: {symbols: none}\n")

    assert tell(written_event(keys)) == DONE  # to try the same again would not help
    alerting = work_over(system, topic, None).alerting
    assert alerting is not None
    told = alerting.tell([FIRST.symbol])
    assert (told.failures, told.unsent) == (1, frozenset())
    assert "symbols: not a list" in told.why

    set_alerts(lake)
    tell(written_event(keys[-1:]))
    assert topic.ids == [[ID]]


def test_a_defect_in_telling_brings_the_messages_again_and_the_tables_are_built(
    system: System, lake: Lake, monkeypatch: pytest.MonkeyPatch, topic: MadeUpTopic
) -> None:
    keys = publish_two(lake, FIRST)

    def broken(*_: Any) -> Publication:
        raise RuntimeError("a defect")

    monkeypatch.setattr("tables.alerting.publication_of", broken)

    answer = build_at(system, topic)(written_event(keys))

    assert len(again(answer)) == len(keys)
    assert f"tables/snapshots/as_of={DAY}.json" in lake.keys("tables/")
    monkeypatch.undo()
    assert build_at(system, topic)(written_event(keys)) == DONE
    assert topic.ids == [[ID]]


def test_a_fund_whose_list_could_not_be_built_is_told_when_it_is(
    system: System, lake: Lake, topic: MadeUpTopic
) -> None:
    publish_two(lake, FIRST)
    tables.app.create(system.environ, now=lambda: NOW)({"rebuild": "all"}, None)
    alerting = work_over(system, topic, None).alerting
    assert alerting is not None

    assert alerting.tell([FIRST.symbol], faulty=lambda symbol, as_of: (symbol, as_of) == (FIRST.symbol, DAY)).sent == 0
    assert alerting.tell([FIRST.symbol], faulty=lambda symbol, as_of: as_of == EARLIER).sent == 1
    assert topic.ids == [[ID]]


@pytest.mark.parametrize("arn", ["changes", "arn:aws:sqs:us-east-1:123456789012:changes", "arn:aws:sns:us-east-1:12:x"])
def test_a_topic_that_is_none_stops_the_start(system: System, arn: str) -> None:
    with pytest.raises(UsageError, match=r"CHANGES_TOPIC_ARN is .*; allowed is the ARN of an SNS topic"):
        tables.app.create({**system.environ, "CHANGES_TOPIC_ARN": arn})


def test_alerts_and_their_failures_are_counted(
    system: System, lake: Lake, topic: MadeUpTopic, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = publish_two(lake, FIRST)
    variables = {**system.environ, **topic.variables, "POWERTOOLS_METRICS_NAMESPACE": "etf-test"}
    handle: Callable[..., Any] = tables.app.create(variables, now=lambda: NOW)

    def counted() -> tuple[Any, Any]:
        (line,) = (json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"_aws"'))
        return line["AlertsSent"], line["AlertsFailures"]

    topic.is_down = True
    handle(written_event(keys), None)
    assert counted() == ([0], [1])
    topic.is_down = False
    handle(written_event(keys), None)
    assert counted() == ([1], [0])
