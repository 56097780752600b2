"""The ETag cache, the session's own settings, and threads."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from urllib3.response import HTTPResponse

from etf_client import Client, NotFound, __version__
from etf_client.cache import Cache, Kept
from etf_client.transport import LONGEST_WAIT, Patience
from tests.unit.client_cases import URL, Scripted, StandIn, answer, client, error, session


def not_modified(**headers: str) -> Scripted:
    return 304, {"ETag": '"one"', **{name.replace("_", "-"): text for name, text in headers.items()}}, b""


def test_an_answer_that_is_known_is_not_sent_twice() -> None:
    asked = StandIn(answer(["VTI"], X_Total_Count="9"), not_modified(), answer(["VOO"], ETag='W/"two"'), not_modified())
    found = client(asked)
    assert [found.etfs().data for _ in range(4)] == [["VTI"], ["VTI"], ["VOO"], ["VOO"]]
    assert [sent.headers.get("If-None-Match") for sent in asked.sent] == [None, '"one"', '"one"', 'W/"two"']


def test_a_304_tells_what_has_become_of_the_data() -> None:
    asked = StandIn(
        answer([], X_Total_Count="9", X_Data_Stale="true", X_Data_Stale_Reason="why"),
        not_modified(X_Data_Stale="false", X_Data_Source="sample"),
        not_modified(),
    )
    found = client(asked)
    first, second, third = (found.etfs() for _ in range(3))
    assert (first.stale, first.stale_reason) == (True, "why")
    assert (second.stale, second.stale_reason, second.total) == (False, None, 9)
    assert (third.stale, third.source, third.total) == (False, "sample", 9)


def test_what_is_kept_cannot_be_changed_from_outside() -> None:
    found = client(StandIn(answer(["VTI"]), not_modified()))
    found.call("etfs").data.append("changed")
    assert found.etfs().data == ["VTI"]


def test_only_the_same_question_is_known() -> None:
    asked = StandIn(answer([]))
    found = client(asked)
    found.holdings("VTI")
    found.holdings("VTI", limit=1)
    found.holdings("VOO")
    found.holdings("VTI", sort="name")
    found.drift({"VTI": 1})
    found.drift({"VTI": 1})
    assert {sent.headers.get("If-None-Match") for sent in asked.sent} == {None}


def test_an_error_is_not_kept_and_drops_nothing() -> None:
    asked = StandIn(answer(["VTI"]), error(404, "gone"), not_modified())
    found = client(asked)
    found.etfs()
    with pytest.raises(NotFound):
        found.etfs()
    assert found.etfs().data == ["VTI"]


def test_what_another_host_answers_is_not_kept() -> None:
    there = (307, {"Location": "https://bucket.elsewhere.test/x"}, b"")
    asked = StandIn(there, answer(["VTI"]), there, answer(["VOO"]))
    found = client(asked)
    assert [found.etfs().data, found.etfs().data] == [["VTI"], ["VOO"]]
    assert {sent.headers.get("If-None-Match") for sent in asked.sent} == {None}


def test_a_redirect_of_the_api_tells_of_the_data() -> None:
    told = {"ETag": '"of-the-api"', "X-Data-Source": "sample", "X-Table-Columns": "etf text"}
    there = (307, {"Location": "https://bucket.elsewhere.test/x", **told}, b"")
    found = client(
        StandIn(there, (200, {"ETag": '"other"', "Content-Type": "application/x-ndjson"}, b'{"etf": "VTI"}\n'))
    )
    table = found.export("holdings", symbol="VTI")
    assert (table.etag, table.source, list(table.df()["etf"])) == ('"of-the-api"', "sample", ["VTI"])


def test_the_cache_is_bounded_in_count_and_bytes_and_drops_the_oldest() -> None:
    cache = Cache(answers=3, size=10)
    for name in "abcd":
        cache.put(name, Kept(name.encode(), {}))
    assert [cache.get(name) is not None for name in "abcd"] == [False, True, True, True]
    cache.get("b")
    cache.put("e", Kept(b"e" * 8, {}))
    assert [cache.get(name) is not None for name in "bcde"] == [True, False, True, True]
    cache.put("f", Kept(b"f" * 11, {}))
    assert cache.get("f") is None
    cache.put("e", Kept(b"", {}))
    cache.put("g", Kept(b"g" * 8, {}))
    assert [cache.get(name) is not None for name in "bdeg"] == [False, True, True, True]
    cache.clear()
    assert cache.get("g") is None


def test_a_closed_client_keeps_nothing_and_leaves_the_caller_s_session_open() -> None:
    asked = StandIn(answer([]))
    own = session(asked)
    with Client(URL, "", session=own) as found:
        found.etfs()
    assert own.get(URL).status_code == 200
    found.etfs()
    assert "If-None-Match" not in asked.sent[-1].headers


def test_requests_say_who_asks_and_take_gzip() -> None:
    asked = StandIn(answer([]))
    client(asked).etfs()
    assert asked.sent[0].headers["User-Agent"] == f"etf-client/{__version__}"
    assert asked.sent[0].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(("asked_for", "waits"), [("86400", LONGEST_WAIT), ("2", 2), (None, None)])
def test_a_retry_waits_no_longer_than_half_a_minute(asked_for: str | None, waits: float | None) -> None:
    response = HTTPResponse(headers={"Retry-After": asked_for} if asked_for else {})
    assert Patience().get_retry_after(response) == waits
    assert Patience(3).increment("GET", "/", response=response).get_retry_after(response) == waits


@pytest.mark.parametrize(
    "asked_for",
    ["soon", "-5", "1.5", "9" * 5000, "Fri, 31 Dec 99999999999 23:59:59 GMT", "Fri, 99 Dec 2026 99:99 +9"],
)
def test_a_retry_after_that_is_no_time_counts_as_none(asked_for: str) -> None:
    waits = Patience().get_retry_after(HTTPResponse(headers={"Retry-After": asked_for}))
    assert waits is None or 0 <= waits <= LONGEST_WAIT


def test_threads_share_a_client() -> None:
    asked = StandIn(answer({"symbol": "NVDA"}))
    found, together = client(asked), threading.Barrier(8)

    def ask(number: int) -> str:
        together.wait(10)
        return str(found.holders(f"S{number % 3}")["symbol"])

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(64))) == {"NVDA"}
    assert len(asked.sent) == 64
