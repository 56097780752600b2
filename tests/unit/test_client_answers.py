"""What the client returns and raises: data, where it comes from, files, and errors."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NameResolutionError

import etf_client
from api.formats import FLAT
from etf_client import ApiError, Client, ConnectionFailed, EtfError, NoTable, UnexpectedAnswer, UsageError
from etf_client.answers import TYPES
from tests.unit.client_cases import URL, StandIn, answer, client, error, session, table

HOLDERS: Any = {"symbol": "NVDA", "holders": [{"etf": "QQQ", "weight_pct": 10.5}]}
PAGE = b"<html><title>Sign in</title></html>"


def test_an_answer_is_used_as_its_data() -> None:
    found = client(StandIn(answer(HOLDERS))).holders("NVDA")
    assert found.data == HOLDERS
    assert (found["holders"], found.get("symbol"), found.get("nothing", 3)) == (HOLDERS["holders"], "NVDA", 3)
    assert (list(found), len(found), "holders" in found) == (["symbol", "holders"], 2, True)

    listed = client(StandIn(answer(["VTI", "VOO"]))).etfs()
    assert (listed[0], listed[-1:], list(listed), len(listed), "VOO" in listed) == (
        "VTI",
        ["VOO"],
        ["VTI", "VOO"],
        2,
        True,
    )
    assert listed.get("symbol", "none") == "none"


def test_an_answer_says_where_it_comes_from() -> None:
    stale = {"X_Data_Stale": "true", "X_Data_Stale_Reason": "VTI: a session has closed", "X_Data_Complete": "false"}
    found = client(StandIn(answer([], **stale, X_Total_Count="250"))).holdings("VTI", limit=1)
    assert (found.source, found.stale, found.stale_reason) == ("sample", True, "VTI: a session has closed")
    assert (found.complete, found.etag, found.total) == (False, '"one"', 250)
    assert found.url == f"{URL}/api/etfs/VTI/holdings?limit=1"
    assert found.headers["x-data-source"] == found.headers["X-Data-Source"] == "sample"
    assert repr(found) == "<Answer holdings, sample, stale, partial: []>"


def test_what_an_answer_does_not_say_is_none() -> None:
    found = client(StandIn((200, {"Content-Type": "application/json"}, b'{"status": "healthy"}'))).health()
    told = (found.source, found.stale, found.stale_reason, found.complete, found.etag, found.total)
    assert told == (None,) * 6


def test_files_are_what_the_api_sends(tmp_path: Path) -> None:
    csv = (200, {"Content-Type": "text/csv; charset=utf-8"}, b"\xef\xbb\xbfetf\r\nQQQ\r\n")
    others = [(200, {"Content-Type": TYPES[name]}, b"bytes") for name in ("xlsx", "parquet")]
    asked = StandIn(answer(HOLDERS), csv, csv, csv, *others)
    found = client(asked).holders("NVDA", by="issuer")

    assert found.save(tmp_path / "a.CSV").read_bytes() == found.csv() == found.bytes("csv") == csv[2]
    assert found.save(str(tmp_path / "a.json")).read_bytes() == found.content
    found.save(tmp_path / "a.xlsx")
    found.save(tmp_path / "a.parquet")
    formats = [path.partition("format=")[2] for path in asked.paths]
    assert formats == ["", "csv", "csv", "csv", "xlsx", "parquet"]
    assert {path.partition("&")[0] for path in asked.paths} == {"/api/holders/NVDA?by=issuer"}
    with pytest.raises(UsageError, match="no ending that names a format"):
        found.save(tmp_path / "a.docx")


def test_a_feed_is_saved_as_it_is(tmp_path: Path) -> None:
    found = client(StandIn((200, {"Content-Type": "application/atom+xml; charset=utf-8"}, b"<feed/>"))).feed()
    assert found.save(tmp_path / "changes.atom").read_text() == "<feed/>"


def test_a_table_is_of_the_question_as_it_was_asked() -> None:
    asked = StandIn(answer({}), table("etf text"))
    body = {"positions": [{"symbol": "VTI", "amount_usd": 1}]}
    found = client(asked).portfolio_in_usd(body)
    body["positions"].clear()
    found.table()
    assert asked.sent[0].body == asked.sent[1].body
    assert asked.paths == ["/api/portfolio", "/api/portfolio?format=ndjson"]


def test_a_route_without_a_table_says_which_have_one() -> None:
    asked = StandIn(answer({}))
    found = client(asked)
    for asks in (lambda: found.health().df(), lambda: found.health().csv(), lambda: found.export("health")):
        with pytest.raises(NoTable, match=r"health\(\) has no table, only .data; there are tables of "):
            asks()
    assert set(asked.paths) == {"/api/health"}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, etf_client.BadRequest),
        (401, etf_client.Unauthorized),
        (404, etf_client.NotFound),
        (405, ApiError),
        (409, etf_client.Conflict),
        (413, etf_client.TooLarge),
        (429, etf_client.TooManyRequests),
        (500, ApiError),
        (502, etf_client.Unavailable),
        (503, etf_client.Unavailable),
        (504, etf_client.Unavailable),
    ],
)
def test_errors_are_exceptions_with_the_api_s_message(status: int, kind: type[ApiError]) -> None:
    found = client(StandIn(error(status, "what happened: what to do")))
    for asks in (lambda: found.holders("NVDA"), lambda: found.drift({"VTI": 1})):
        with pytest.raises(EtfError) as raised:
            asks()
        assert type(raised.value) is kind
        assert isinstance(raised.value, ApiError)
        assert (raised.value.status, raised.value.message) == (status, "what happened: what to do")
        assert str(raised.value) == f"{status}: what happened: what to do"


def test_errors_of_api_gateway_are_the_api_s_too() -> None:
    body = b'{"message":"Too Many Requests"}'
    with pytest.raises(etf_client.TooManyRequests, match="429: Too Many Requests"):
        client(StandIn((429, {"Content-Type": "application/json"}, body))).etfs()


def test_a_proxy_s_page_is_no_file(tmp_path: Path) -> None:
    asked = StandIn(answer(HOLDERS), (200, {"Content-Type": "text/html"}, PAGE))
    found = client(asked).holders("NVDA")
    for name in TYPES:
        with pytest.raises(UnexpectedAnswer, match="text/html in place of"):
            found.save(tmp_path / f"x.{name}") if name != "records" else found.bytes(name)
    assert list(tmp_path.iterdir()) == []


def test_the_types_of_files_are_those_of_the_api() -> None:
    assert len(FLAT) > 3
    assert {name: form.content_type.partition(";")[0] for name, form in FLAT.items()}.items() <= TYPES.items()


@pytest.mark.parametrize("status", [200, 403, 502, 503])
def test_a_proxy_s_page_is_no_answer_of_the_api(status: int) -> None:
    with pytest.raises(UnexpectedAnswer, match="this is not the API, or a proxy stands before it") as raised:
        client(StandIn((status, {"Content-Type": "text/html; charset=utf-8"}, PAGE))).etfs()
    assert raised.value.status == status


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b'{"message": 3}'), (500, b"[]"), (502, b""), (503, b"[" * 100_000), (204, b""), (304, b""), (302, b"")],
)
def test_an_error_without_a_message_is_no_answer_of_the_api(status: int, body: bytes) -> None:
    with pytest.raises(UnexpectedAnswer, match=str(status)) as raised:
        client(StandIn((status, {"Content-Type": "application/json"}, body))).etfs()
    assert raised.value.status == HTTPStatus(status)


@pytest.mark.parametrize("body", [b'["VTI", "VO', b"", b"\xff\xfe", b"[" * 100_000, b"[NaN]", b"[-Infinity]"])
def test_broken_json_is_an_error_of_its_own(body: bytes) -> None:
    with pytest.raises(UnexpectedAnswer, match="broken JSON"):
        client(StandIn((200, {"Content-Type": "application/json"}, body))).etfs()


def test_an_endless_message_is_cut() -> None:
    with pytest.raises(ApiError) as raised:
        client(StandIn(error(400, "x" * 1_000_000))).etfs()
    assert len(str(raised.value)) <= 2_100


def not_resolved() -> requests.ConnectionError:
    reason = NameResolutionError("api.test", HTTPConnection("api.test"), OSError("no such host"))  # type: ignore[arg-type]
    return requests.ConnectionError(MaxRetryError(None, "/", reason))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "happens", "says"),
    [
        (
            "http://localhost:3000",
            requests.ConnectionError("refused"),
            "nothing answers at http://localhost:3000: start",
        ),
        ("http://[::1]:3000", requests.ConnectionError("refused"), "API with `make run`"),
        (URL, requests.ConnectionError("refused"), f"nothing answers at {URL}: check the URL and the network"),
        (URL, not_resolved(), "there is no host api.test"),
        (URL, requests.ConnectTimeout(), "did not answer in time"),
        (URL, requests.ReadTimeout(), "timeout="),
        (URL, requests.exceptions.SSLError(), "certificate"),
        (URL, requests.exceptions.ProxyError(), "HTTPS_PROXY"),
        (URL, requests.exceptions.ChunkedEncodingError(), "was cut: try again"),
        (URL, requests.exceptions.InvalidURL("http://"), "check the URL"),
    ],
)
def test_no_answer_says_what_to_do(url: str, happens: Exception, says: str) -> None:
    with pytest.raises(ConnectionFailed) as raised:
        Client(url, "", session=session(StandIn(happens))).etfs()
    assert says in str(raised.value)


def test_every_error_is_public_and_of_one_family() -> None:
    public = {name for name in etf_client.__all__ if isinstance(getattr(etf_client, name), type)}
    family = {name for name in public if issubclass(getattr(etf_client, name), EtfError)}
    defined = {name for name, value in vars(etf_client.errors).items() if isinstance(value, type)}
    assert defined == family
