"""Which changes and failures are told, and the message that tells them, which SNS must take."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from etf_analytics.two_dates.digest import title_of
from etf_common.config import AlertSettings
from tables.alerts import (
    MESSAGE_BYTES,
    SUBJECT_CHARACTERS,
    Alert,
    Publication,
    changes_alert,
    failed_alert,
    is_recent,
    publication_of,
)
from tests.unit.alert_cases import RUN, digest, failure, partial, trade, with_added

NOW = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
ALL = AlertSettings()
NOTHING_ELSE: dict[str, Any] = {"min_trade_pct": False, "added": False, "removed": False, "failed": False}


def alert(given: dict[str, Any], settings: AlertSettings = ALL) -> Alert:
    made = changes_alert(settings, given)
    assert made is not None
    return made


def failed(
    symbol: str = "VTI", *, is_sample: bool = False, settings: AlertSettings = ALL, **values: Any
) -> Alert | None:
    return failed_alert(settings, symbol, failure(**values), NOW, is_sample=is_sample)


def told(*alerts: Alert | None, settings: AlertSettings = ALL) -> Publication:
    return publication_of(settings, [each for each in alerts if each])


# ---- what is told


@pytest.mark.parametrize(
    ("settings", "given", "is_told"),
    [
        (ALL, digest(), False),
        (ALL, with_added(), True),
        (ALL, digest(removed_count=1), True),
        (ALL, digest(max_trade_pct=0.5), True),
        (ALL, digest(max_trade_pct=0.49), False),
        (ALL, digest(increased_count=9, max_trade_pct=0.49), False),
        (AlertSettings(min_trade_pct=2.0), digest(max_trade_pct=1.99), False),
        (AlertSettings(**{**NOTHING_ELSE, "added": True}), with_added(max_trade_pct=50.0), True),
        (AlertSettings(**{**NOTHING_ELSE, "added": True}), digest(removed_count=1, max_trade_pct=50.0), False),
        (AlertSettings(**{**NOTHING_ELSE, "removed": True}), with_added(max_trade_pct=50.0), False),
        (AlertSettings(**{**NOTHING_ELSE, "min_trade_pct": 0.3}), with_added(), True),
        (AlertSettings(**{**NOTHING_ELSE, "failed": True}), with_added(max_trade_pct=50.0), False),
        (AlertSettings(symbols=("VTI",)), with_added(), False),
        (AlertSettings(symbols=("QQQ",)), with_added(), True),
    ],
)
def test_a_fund_is_told_for_what_the_settings_name(
    settings: AlertSettings, given: dict[str, Any], is_told: bool
) -> None:
    assert (changes_alert(settings, given) is not None) == is_told


def test_what_cannot_be_told_of_a_partial_list_is_no_change() -> None:
    assert changes_alert(ALL, partial()) is None


def test_what_is_unknown_stands_beside_what_is_told() -> None:
    text = told(alert(partial(max_trade_pct=0.7, reasons={"added_count": "partial_list"}))).text

    assert "what was added cannot be told: some lines are not listed" in text
    assert "0 added" not in text
    assert "0 % traded" not in text


@pytest.mark.parametrize(
    ("values", "is_told"),
    [
        ({}, True),
        ({"result": "not_an_etf"}, True),
        ({"result": "ok", "error": None}, False),
        ({"result": "page_only"}, False),
        ({"result": "kept_back"}, False),
        ({"code": "interrupted"}, False),
        ({"code": "interrupted", "transformed": [RUN]}, True),
        ({"run": "20261117T230000Z"}, True),
        ({"run": "20261117T225959Z"}, False),
        ({"run": "soon"}, False),
        ({"run": None}, False),
        ({"error": None}, True),
    ],
)
def test_a_refresh_is_told_once_it_has_failed(values: dict[str, Any], is_told: bool) -> None:
    assert (failed(**values) is not None) == is_told


def test_failures_are_told_only_where_they_are_wanted() -> None:
    assert failed(settings=AlertSettings(failed=False)) is None
    assert failed(settings=AlertSettings(symbols=("QQQ",))) is None


@pytest.mark.parametrize(
    ("as_of", "is_told"),
    [
        ("2026-11-24", True),
        ("2026-11-17", True),
        ("2026-11-16", False),
        ("", False),
        ("yesterday", False),
        (None, False),
    ],
)
def test_a_date_is_recent_for_seven_days(as_of: Any, is_told: bool) -> None:
    assert is_recent(as_of, NOW) == is_told


def test_ids_say_what_they_are_of_and_never_change() -> None:
    assert alert(with_added("BRK.B", added_count=1)).id == alert(with_added("BRK.B", added_count=7)).id
    assert alert(with_added("BRK.B")).id == "BRK.B-2026-11-24"
    one = failed(message="the portal did not answer")
    other = failed(message="another reason")
    assert one is not None
    assert other is not None
    assert one.id == other.id == f"VTI-failed-{RUN}"


# ---- the message


def test_one_fund_is_told_with_its_title_as_subject() -> None:
    given = with_added(removed_count=1, largest_trades=[trade("added"), trade("removed", "KHC")])

    publication = told(alert(given))

    assert publication.subject == title_of(given) == "QQQ on 2026-11-24: 1 added, 1 removed, 0.3 % traded"
    assert publication.text.splitlines() == [
        "QQQ on 2026-11-24: 1 added, 1 removed, 0.3 % traded",
        "  compared with the list of 2026-11-23",
        "  added NVDA NVDA Works Inc: now 1.40 % of the fund, +1,000 shares, +50,000 USD, +0.40 % traded",
        "  removed KHC KHC Works Inc: was 1.00 % of the fund, +1,000 shares, +50,000 USD, +0.40 % traded",
        "  id QQQ-2026-11-24",
    ]
    assert (publication.ids, publication.symbols) == (["QQQ-2026-11-24"], ["QQQ"])


def test_only_trades_that_are_wanted_have_a_line() -> None:
    rows = [
        trade("added", "NEW", trade_pct=0.01),
        trade("removed", "OLD", trade_pct=-0.01),
        trade("increased", "BIG", trade_pct=0.5),
        trade("decreased", "SOLD", trade_pct=-0.5),
        trade("increased", "SMALL", trade_pct=0.49),
        trade("increased", "UNKNOWN", trade_pct=None),
    ]
    given = digest(added_count=1, removed_count=1, max_trade_pct=0.5, largest_trades=rows)

    def named(settings: AlertSettings) -> set[str]:
        text = told(alert(given, settings), settings=settings).text
        return {row["symbol"] for row in rows if f" {row['symbol']} " in text}

    assert named(ALL) == {"NEW", "OLD", "BIG", "SOLD"}
    assert named(AlertSettings(**{**NOTHING_ELSE, "min_trade_pct": 0.5})) == {"BIG", "SOLD"}
    assert named(AlertSettings(**{**NOTHING_ELSE, "removed": True})) == {"OLD"}


def test_what_a_row_does_not_know_is_left_out_of_its_line() -> None:
    row = trade("added", None, name=None, traded_shares=None, traded_usd=None, weight_to_pct=None, trade_pct=None)

    text = told(alert(with_added(largest_trades=[row]))).text

    assert "  added a line without symbol and name: now ? % of the fund\n" in text


def test_a_digest_that_is_cut_says_where_all_of_it_is() -> None:
    text = told(alert(with_added(count=11))).text
    assert "only the largest trades are here; /api/etfs/QQQ/changes?from=2026-11-23&to=2026-11-24 has all" in text
    assert "only the largest" not in told(alert(with_added(count=9))).text


def test_splits_are_told_so_that_nobody_takes_them_for_trades() -> None:
    text = told(alert(with_added(splits=[{"symbol": "NFLX", "name": "Netflix Inc", "ratio": 10.0}]))).text
    assert "split: NFLX Netflix Inc, 10 for 1" in text


def test_failures_with_one_reason_are_told_together() -> None:
    alerts = [failed(symbol) for symbol in ("VTI", "VOO")]
    other = failed("GLD", code="layout_changed", message="the page has no table")

    publication = told(*alerts, other)

    assert publication.subject == "3 refreshes failed: GLD, VOO, VTI"
    assert publication.text.splitlines() == [
        "GLD: the refresh of 2026-11-24 22:30:00 UTC failed",
        "  layout_changed: the page has no table",
        f"  id GLD-failed-{RUN}",
        "",
        "VOO, VTI: the refresh of 2026-11-24 22:30:00 UTC failed",
        "  portal_unavailable: the portal did not answer",
        f"  id VOO-failed-{RUN}, VTI-failed-{RUN}",
    ]


def test_several_alerts_have_a_subject_that_counts_them() -> None:
    publication = told(failed("VTI"), alert(with_added("SPY")), alert(with_added("QQQ")))

    assert publication.subject == "2 funds changed, 1 refresh failed: QQQ, SPY, VTI"
    assert publication.ids == ["QQQ-2026-11-24", "SPY-2026-11-24", f"VTI-failed-{RUN}"]
    assert publication.symbols == ["QQQ", "SPY", "VTI"]


@pytest.mark.parametrize("is_alone", [True, False])
def test_made_up_data_says_so_in_the_subject_and_the_text(is_alone: bool) -> None:
    alerts = [alert(with_added(source="sample")), *([] if is_alone else [alert(with_added("SPY"))])]

    publication = told(*alerts)

    assert publication.subject.startswith("SAMPLE: ")
    assert publication.text.startswith("SAMPLE: QQQ on 2026-11-24")
    assert told(failed(is_sample=True)).subject.startswith("SAMPLE: ")
    assert "SAMPLE: VTI" in told(failed(is_sample=True), failed("VOO", is_sample=True, run="20261123T223000Z")).text


HOSTILE = "A\r\nSubject: x\x00\x1b[31m\u202e\ud800 \U0001f600 caf\u00e9 " + "x" * 500


def test_hostile_names_and_messages_stay_on_their_line_and_are_cut() -> None:
    rows = [trade("added", HOSTILE[:60], name=HOSTILE)]
    changed = alert(
        with_added(name=HOSTILE, largest_trades=rows, splits=[{"symbol": HOSTILE, "name": None, "ratio": 2}])
    )

    publication = told(changed, failed(message=HOSTILE, code=HOSTILE))

    lines = publication.text.splitlines()
    assert all(line.isprintable() for line in lines)
    assert max(map(len, lines)) < 700
    assert not any(line.startswith("Subject") for line in lines)
    publication.text.encode()
    assert_taken(publication)


def assert_taken(publication: Publication) -> None:
    """That SNS takes it: its limits, as its documentation has them."""
    assert publication.subject.isascii()
    assert publication.subject.isprintable()
    assert publication.subject[0].isalnum()
    assert 0 < len(publication.subject) <= SUBJECT_CHARACTERS
    size = len(publication.text.encode()) + len(publication.subject)
    for name, values in (("id", publication.ids), ("symbols", publication.symbols)):
        size += len(name) + len("String.Array") + len(json.dumps(list(values)).encode())
    assert 0 < size <= MESSAGE_BYTES


def test_a_subject_of_many_funds_is_cut() -> None:
    publication = told(*(alert(with_added(f"FUND{number}")) for number in range(40)))

    assert publication.subject.startswith("40 funds changed: FUND0, ")
    assert publication.subject.endswith("...")
    assert len(publication.subject) == SUBJECT_CHARACTERS


def many(number: int) -> Sequence[Alert]:
    return [alert(with_added(f"F{each:05}", count=10)) for each in range(number)]


def test_where_the_rows_are_too_many_they_go_first_and_the_text_says_so() -> None:
    publication = told(*many(700))

    assert_taken(publication)
    assert len(publication.ids) == 700
    assert "F00699 on 2026-11-24: 10 added" in publication.text
    assert "Works Inc" not in publication.text
    assert publication.text.rstrip().endswith(
        "The rows are left out here, since there are too many. /api/changes and /api/status have all of it."
    )


def test_where_even_the_titles_are_too_many_the_text_says_how_many_are_left_out() -> None:
    publication = told(*many(6000), *(failed(f"X{number}", message=f"reason {number}") for number in range(100)))

    assert_taken(publication)
    left_out = 6100 - len(publication.ids)
    assert 0 < left_out < 6100
    assert f"{left_out:,} more alerts are left out altogether." in publication.text
    # None of them is told again: they are in the message by their number.
    assert len(publication.alerts) == 6100


def test_a_message_that_fits_is_not_cut() -> None:
    publication = told(*many(100))

    assert_taken(publication)
    assert "left out" not in publication.text


def test_the_same_alerts_make_the_same_message_in_whatever_order_they_come() -> None:
    alerts = [*many(3), failed("VTI"), failed("VOO")]
    assert told(*alerts) == told(*reversed(alerts))


def test_the_age_of_a_failure_is_that_of_its_run() -> None:
    later = NOW + timedelta(days=7)
    assert failed_alert(ALL, "VTI", failure(), later, is_sample=False) is None
