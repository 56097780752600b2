"""The SEC fails: what may pass is tried again, what stays is told, and nothing wrong is ever stored."""

import pytest

from etf_common.errors import SecBlockedError, SecBusyError, SecError, SecRefusedError
from local.system import System
from tests.filing_server import (
    ACCESS_DENIED,
    NO_SUCH_KEY,
    RATE_PAGE,
    UNDECLARED_PAGE,
    Answer,
    FilingServer,
    feed,
)
from tests.functional.fetching import (
    EARLIER,
    FEED,
    FUNDS,
    NEW_BODY,
    NEWEST,
    OLD_BODY,
    Fetch,
    error_of,
    key_of,
    path_of,
    raw,
    status,
)

LASTING: dict[str, tuple[str, Answer, type[SecError], str]] = {
    "500 for the feed": (FEED, Answer(b"", 500), SecError, "sec_unavailable"),
    "503 for a document": (path_of(NEWEST), Answer(b"", 503), SecError, "sec_unavailable"),
    "503 that asks to come back much later": (
        FEED, Answer(b"", 503, {"Retry-After": "600"}), SecBusyError, "sec_busy"
    ),
    "429 that asks to come back": (FEED, Answer(b"", 429, {"Retry-After": "20"}), SecBusyError, "sec_busy"),
    "429": (FUNDS, Answer(b"", 429), SecBusyError, "sec_busy"),
    "403 for too many requests": (FUNDS, Answer(RATE_PAGE, 403), SecBlockedError, "sec_blocked"),
    "403 of a kind that is not known": (FEED, Answer(b"<html>Blocked</html>", 403), SecRefusedError, "sec_refused"),
    "a page of HTML for the tickers": (FUNDS, Answer(b"<!DOCTYPE html><html>hi"), SecRefusedError, "sec_refused"),
    "a page of HTML for a document": (
        path_of(NEWEST), Answer(b"<html>N-PORT</html>", headers={"Content-Type": "text/html"}), SecRefusedError,
        "sec_refused",
    ),
    "no list of tickers": (FUNDS, Answer(ACCESS_DENIED, 403), SecRefusedError, "sec_refused"),
    "a document shorter than promised": (
        path_of(NEWEST), Answer(NEW_BODY, promised=99_999), SecError, "sec_unavailable"
    ),
    "a reset in mid-body": (path_of(NEWEST), Answer(NEW_BODY, reset=True), SecError, "sec_unavailable"),
    "gzip garbage": (
        path_of(NEWEST), Answer(NEW_BODY, headers={"Content-Encoding": "gzip"}), SecError, "sec_unavailable"
    ),
    "a redirect to another host": (
        FEED, Answer(b"", 302, {"Location": "http://elsewhere.example/"}), SecError, "sec_unavailable"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LASTING)
def test_a_fault_that_may_pass_is_told_and_tried_again(
    system: System, sec: FilingServer, fetch: Fetch, name: str
) -> None:
    path, answer, kind, code = LASTING[name]
    good = sec.answers[path]
    sec.put(path, answer)

    with pytest.raises(kind) as raised:
        fetch()

    assert raised.value.code == code
    assert (status(system).result, error_of(system), raw(system)) == ("failed", code, {})

    # Once it has passed, the message that comes again brings everything.
    sec.put(path, *good)
    assert (fetch()["result"], len(raw(system)), error_of(system)) == ("ok", 2, None)


PASSING = {
    "500 once": (FEED, Answer(b"", 500)),
    "503 with a short Retry-After": (path_of(NEWEST), Answer(b"", 503, {"Retry-After": "2"})),
    "a body shorter than promised": (path_of(NEWEST), Answer(NEW_BODY, promised=99_999)),
    "a reset in mid-body": (FUNDS, Answer(b'{"fields": []}', reset=True)),
    "a redirect within the host": (path_of(EARLIER), Answer(b"", 302, {"Location": path_of(EARLIER)})),
}


@pytest.mark.parametrize("name", PASSING)
def test_a_fault_that_passes_costs_nothing_but_time(system: System, sec: FilingServer, fetch: Fetch, name: str) -> None:
    path, answer = PASSING[name]
    sec.put(path, answer, *sec.answers[path])

    assert fetch()["result"] == "ok"
    assert raw(system) == {key_of(NEWEST): NEW_BODY, key_of(EARLIER): OLD_BODY}


SETTLED = {
    "403 of an undeclared tool": (FUNDS, Answer(UNDECLARED_PAGE, 403), "contact_refused"),
    "a list of tickers with other fields": (FUNDS, Answer(b'{"fields": ["cik"], "data": [[1]]}'), "sec_layout_changed"),
    "a list of tickers cut in the middle": (FUNDS, Answer(b'{"fields": ["cik", "ser'), "sec_layout_changed"),
    "a feed cut in the middle": (FEED, Answer(feed((NEWEST, "NPORT-P", "2026-08-28"))[:-40]), "sec_layout_changed"),
    "a feed with a DTD": (FEED, Answer(b'<!DOCTYPE a [<!ENTITY b "c">]><feed/>'), "sec_layout_changed"),
    "a document that is not there": (path_of(NEWEST), Answer(NO_SUCH_KEY, 404), "filing_missing"),
    "a document that nobody may see": (path_of(NEWEST), Answer(ACCESS_DENIED, 403), "filing_missing"),
    "a document that is none": (path_of(NEWEST), Answer(b"<?xml version='1.0'?><a/>"), "filing_unreadable"),
    "a document cut in the middle": (path_of(NEWEST), Answer(NEW_BODY[:200]), "filing_unreadable"),
    "a document of 65 MB": (path_of(NEWEST), Answer(b" " * (65 * 1024 * 1024)), "filing_limit"),
    "a document that expands a thousandfold": (
        path_of(NEWEST), Answer(b" " * (60 * 1024 * 1024), compressed=True), "filing_limit"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SETTLED)
def test_a_fault_that_stays_is_told_and_not_tried_again(
    system: System, sec: FilingServer, fetch: Fetch, name: str
) -> None:
    path, answer, code = SETTLED[name]
    sec.put(path, answer)

    told = fetch()

    assert (told["result"], told["error"]["code"]) == ("failed", code)
    assert (status(system).result, error_of(system)) == ("failed", code)
    assert key_of(NEWEST) not in raw(system)


class TestAfterABlock:
    def test_nothing_is_asked_where_there_is_no_time_to_wait(
        self, system: System, sec: FilingServer, fetch: Fetch
    ) -> None:
        sec.put(FUNDS, Answer(RATE_PAGE, 403))
        with pytest.raises(SecBlockedError):
            fetch()
        asked = len(sec.asked)

        class Context:
            def get_remaining_time_in_millis(self) -> int:
                return 300_000

        with pytest.raises(SecBlockedError):
            fetch("VOO", context=Context())
        assert len(sec.asked) == asked == 1
        assert error_of(system, "VOO") == "sec_blocked"

    def test_where_there_is_time_it_waits_ten_minutes(
        self, sec: FilingServer, fetch: Fetch, waits: list[float]
    ) -> None:
        sec.put(FUNDS, Answer(RATE_PAGE, 403), *sec.answers[FUNDS])
        with pytest.raises(SecBlockedError):
            fetch()

        assert fetch()["result"] == "ok"
        assert waits[0] == 600.0
