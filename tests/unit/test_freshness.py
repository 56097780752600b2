"""How good the data is: due, stale, complete, and the last attempt."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.catalogue import Catalogue
from api.freshness import REASON_CHARACTERS, data_headers, status_of, status_of_all
from etf_common.freshness import capture_is_due, stale_reasons
from tests.unit.builders import FakeLake

GOOD = {
    "source": "schwab",
    "fetched-at": "2026-11-20T22:30:04Z",
    "fresh-until": "2026-11-23T21:00:00Z",
    "holdings-as-of": "2026-11-18",
    "quote-as-of": "2026-11-20 16:00:00",
    "included": "100",
    "complete": "true",
}
SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
CATALOGUE = Catalogue(("VTI", "VOO"), frozenset({"VTI", "AAA"}), 45)


def lake_with_vti(**changes: str) -> FakeLake:
    fake = FakeLake()
    fake.put("processed/VTI/latest.json", metadata=GOOD | changes)
    return fake


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-20T22:30:04Z", False),
        ("2026-11-23T20:59:59Z", False),
        ("2026-11-23T21:00:00Z", True),
        ("2026-11-23T15:59:59-05:00", False),
        ("2026-12-01T00:00:00Z", True),
    ],
)
def test_a_newer_capture_is_due_from_the_next_close_on(now: str, due: bool) -> None:
    assert capture_is_due(GOOD, datetime.fromisoformat(now)) is due
    assert bool(stale_reasons(GOOD, datetime.fromisoformat(now), 45)) is due


def test_a_capture_that_does_not_say_how_long_it_is_fresh_is_due() -> None:
    assert capture_is_due({}, SATURDAY)


@pytest.mark.parametrize(("days", "stale"), [(2, True), (3, False), (45, False)])
def test_holdings_older_than_configured_are_stale(days: int, stale: bool) -> None:
    reasons = stale_reasons(GOOD, SATURDAY, days)

    assert len(reasons) == (1 if stale else 0)
    assert all("2026-11-18" in reason.message and str(days) in reason.message for reason in reasons)


def test_both_reasons_are_named() -> None:
    reasons = stale_reasons(GOOD, SATURDAY + timedelta(days=100), 45)

    assert len(reasons) == 2
    assert "2026-11-20T22:30:04Z" in reasons[0].message


def test_the_status_of_a_good_symbol() -> None:
    fake = lake_with_vti()
    success = {"run": "20261120T223000Z", "fetched_at": "2026-11-20T22:30:04Z", "holdings_as_of": "2026-11-18"}
    attempt = {"run": "20261120T223000Z", "at": "2026-11-20T22:30:04Z", "result": "ok", "error": None}
    fake.put("status/VTI.json", json.dumps({"symbol": "VTI", **attempt, "last_success": success}).encode())

    assert status_of(fake.lake, "VTI", CATALOGUE, SATURDAY) == {
        "configured": True,
        "reference_for": None,
        "source": "schwab",
        "quote_as_of": "2026-11-20 16:00:00",
        "holdings_as_of": "2026-11-18",
        "fetched_at": "2026-11-20T22:30:04Z",
        "rows": 100,
        "reported": None,
        "complete": True,
        "stale": False,
        "stale_reasons": [],
        "last_attempt": attempt,
        "last_success": success,
    }


@pytest.mark.parametrize(("stored", "complete"), [("true", True), ("false", False)])
def test_complete_is_what_the_snapshot_says(stored: str, complete: bool) -> None:
    status = status_of(lake_with_vti(complete=stored).lake, "VTI", CATALOGUE, SATURDAY)

    assert status["complete"] is complete


def test_what_is_not_known_is_null() -> None:
    status = status_of(FakeLake().lake, "XYZ", CATALOGUE, SATURDAY)

    assert (status["configured"], status["stale"], status["stale_reasons"]) == (False, True, ["there is no snapshot"])
    assert {name for name, value in status.items() if value is None} == {
        *(
            "reference_for",
            "source",
            "quote_as_of",
            "holdings_as_of",
            "fetched_at",
            "rows",
            "reported",
            "complete",
            "last_attempt",
            "last_success",
        )
    }


def test_a_quote_without_time_is_null() -> None:
    status = status_of(lake_with_vti(**{"quote-as-of": ""}).lake, "VTI", CATALOGUE, SATURDAY)

    assert status["quote_as_of"] is None


def test_a_failed_attempt_shows_its_error_beside_the_old_data() -> None:
    fake = lake_with_vti()
    fault = {"code": "portal_unavailable", "message": "GET answered 503, 4 times"}
    attempt = {"run": "20261123T223000Z", "at": "2026-11-23T22:31:00Z", "result": "failed", "error": fault}
    fake.put("status/VTI.json", json.dumps(attempt).encode())

    status = status_of(fake.lake, "VTI", CATALOGUE, SATURDAY)

    assert status["last_attempt"] == attempt
    assert (status["rows"], status["last_success"]) == (100, None)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff"])
def test_a_status_that_cannot_be_read_is_null(body: bytes) -> None:
    fake = lake_with_vti()
    fake.put("status/VTI.json", body)

    status = status_of(fake.lake, "VTI", CATALOGUE, SATURDAY)

    assert (status["last_attempt"], status["rows"]) == (None, 100)


def test_every_symbol_configured_there_or_asked_for_has_a_status_in_order() -> None:
    fake = lake_with_vti()
    fake.put("processed/AAA/latest.json")
    fake.put("status/ABC.json", b'{"run": "20261120T223000Z"}')

    statuses = status_of_all(fake.lake, CATALOGUE, SATURDAY)

    assert list(statuses) == ["VTI", "VOO", "AAA", "ABC"]
    assert [status["configured"] for status in statuses.values()] == [True, True, False, False]


def test_references_stand_behind_the_configured_symbols_and_say_what_they_stand_for() -> None:
    # Given a config that measures VTI and others against VTI, VTV and VUG, none of which has VUG's data
    fake = lake_with_vti()
    fake.put("processed/AAA/latest.json")
    fake.put("processed/VTV/latest.json")
    factors = {"market": "VTI", "value": "VTV", "growth": "VUG"}

    statuses = status_of_all(fake.lake, replace(CATALOGUE, factors=factors), SATURDAY)

    assert list(statuses) == ["VTI", "VOO", "VTV", "VUG", "AAA"]
    told = {symbol: (status["configured"], status["reference_for"]) for symbol, status in statuses.items()}
    assert told == {
        "VTI": (True, "market"),
        "VOO": (True, None),
        "VTV": (False, "value"),
        "VUG": (False, "growth"),
        "AAA": (False, None),
    }


def test_headers_and_status_call_the_same_snapshot_stale() -> None:
    # Given holdings of 63 days ago in a capture that is fresh
    fake = lake_with_vti(**{"holdings-as-of": "2026-09-19"})

    status = status_of(fake.lake, "VTI", CATALOGUE, SATURDAY)
    headers = data_headers({"VTI": GOOD | {"holdings-as-of": "2026-09-19"}}, SATURDAY, CATALOGUE.stale_after_days)

    assert (status["stale"], headers["X-Data-Stale"]) == (True, "true")
    assert headers["X-Data-Stale-Reason"] == f"VTI: {status['stale_reasons'][0]}"


def test_what_is_fresh_has_no_reason() -> None:
    headers = data_headers({"VTI": GOOD}, SATURDAY, 45)

    assert headers == {"X-Data-Source": "schwab", "X-Data-Stale": "false", "X-Data-Complete": "true"}


@pytest.mark.parametrize("odd", ["x" * 5_000, "\u20ac\U0001f600", "a\r\nSet-Cookie: b=c", "\x1b[2J"])
def test_a_reason_is_a_header_whatever_the_metadata_holds(odd: str) -> None:
    several = {f"S{number}": GOOD | {"fetched-at": odd, "holdings-as-of": odd} for number in range(30)}

    reason = data_headers(several, SATURDAY, 45)["X-Data-Stale-Reason"]

    assert len(reason) <= REASON_CHARACTERS
    assert reason.isascii()
    assert reason.isprintable()


def test_one_stale_fund_makes_an_answer_stale_and_is_named() -> None:
    headers = data_headers({"VTI": GOOD, "VOO": {}}, SATURDAY, 45)

    assert (headers["X-Data-Stale"], headers["X-Data-Complete"]) == ("true", "false")
    assert headers["X-Data-Stale-Reason"].startswith("VOO: ")


def test_a_status_quotes_at_most_a_line_of_what_an_attempt_said() -> None:
    fake = lake_with_vti()
    fault = {"code": "layout_changed", "message": "as of\n" + "1" * 8_000_000}
    told = {"run": "20261123T223000Z", "at": "2026-11-23T22:30:04Z", "result": "failed", "error": fault}
    fake.put("status/VTI.json", json.dumps(told).encode())

    status = status_of(fake.lake, "VTI", CATALOGUE, SATURDAY)

    assert len(json.dumps(status)) < 2_000
    assert status["last_attempt"]["error"]["message"].startswith("as of 1")
