"""The handler under events that a hostile caller can bring about, and under some that nobody can.

API Gateway passes on paths, queries, headers and bodies as texts, whatever stands in them.
"""

import base64
import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import given, seed
from hypothesis import strategies as st

from api.routes import ROUTES
from contract.document import TARGET
from tests.events import http_event
from tests.functional.hostile.conftest import FILED, HELD, SEED, SYMBOL, Served, examples, fresh_examples
from tests.unit.filing_snapshots import QUARTERS

CONTRACT: dict[str, Any] = json.loads(TARGET.read_text("utf-8"))
ERROR = {"$ref": "#/components/schemas/Error", "components": CONTRACT["components"]}

SYMBOLS = [
    *HELD,
    *("qqq", " QQQ\n", "NOPE", "VTI", "BRK.B", "BRK/B", "..", ".", "...", "../..", "..%2f..", "QQQ/../../raw/QQQ", "*"),
    *("QQQ*", "?", "QQQ?x", "#", "", " ", "%", "%00", "\x00", "QQQ\x00", "QQQ%00.json", "QQQ\r\nSet-Cookie: a=b"),
    *("\x1b[31mQQQ", "\u202eQQQ", "\u200bQQQ", "\uff31\uff31\uff31", "\u017fPY", "\u0131", "\ud83d\ude00", "\ufeff"),
    *("' OR '1'='1", '"; DROP TABLE etfs; --', "1 UNION SELECT", "${jndi:ldap://x}", "{{7*7}}", "$(id)", "`id`", "|id"),
    *("<script>alert(1)</script>", "=1+1", "latest.json", "config/etl_config.yaml", "file:///etc/passwd", "s3://x/y"),
    *("A" * 10_000, "%41" * 3_000, "\U0001f600" * 2_500, "../" * 3_000, "(" * 5_000, "-1", "NaN", "null", "undefined"),
]
PATHS = [path.replace("{date}", QUARTERS[0]).replace("{symbol}", "{}") for path in CONTRACT["paths"]]
ALL_PARAMETERS = sorted({name for route in ROUTES for name in route.parameters})
METHODS = ["GET", "GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "", "G\r\nT"]

# Texts as API Gateway hands them over: any Unicode, no halves of a character, since they come out of JSON in UTF-8.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
symbols = st.one_of(st.sampled_from(SYMBOLS), texts)
paths = st.one_of(
    st.builds(lambda path, symbol: path.replace("{}", symbol), st.sampled_from(PATHS), symbols),
    st.builds(lambda path, symbol: f"{path}/{symbol}", st.sampled_from(PATHS), symbols),
    texts,
)
values = st.one_of(
    st.sampled_from(["0", "-1", "1e9", "9" * 400, "2026-11-19", "csv", "-weight_pct", "\u0661"]), symbols
)
queries = st.dictionaries(
    st.one_of(st.sampled_from([*ALL_PARAMETERS, "symbol", "as_of\x00"]), texts), values, max_size=4
)
header_values = st.one_of(
    texts,
    st.sampled_from(
        ["*", 'W/"x', ",,,", "gzip", "gzip;q=", "gzip;q=\u0660", ";;;=,*;q=0", '"' * 8_000, "application/json", "null"]
    ),
)
headers = st.dictionaries(
    st.one_of(
        st.sampled_from(["accept-encoding", "if-none-match", "origin", "content-type", "host", "cookie", "accept"]),
        st.sampled_from(["x-forwarded-for", "x-http-method-override", "authorization", "If-None-Match", "__proto__"]),
        texts,
    ),
    header_values,
    max_size=5,
)
bodies = st.one_of(
    st.none(),
    texts,
    st.sampled_from(["{", "[]", "null", '{"a":' * 3_000, "[" * 50_000, "9" * 10_000, '"\\ud800"', "NaN", "{}" * 1_000]),
    st.recursive(
        st.none() | st.booleans() | st.floats() | texts, lambda x: st.lists(x) | st.dictionaries(texts, x)
    ).map(json.dumps),
)


def event(method: str, path: str, **fields: Any) -> dict[str, Any]:
    """An HTTP API's event with these fields in place of the usual ones."""
    return {**http_event(path, method=method), **fields}


def encoded(event: dict[str, Any]) -> dict[str, Any]:
    """The event with its body in base64 where it says so, as API Gateway makes it."""
    if event["isBase64Encoded"] and event["body"] is not None:
        event["body"] = base64.b64encode(event["body"].encode()).decode()
    return event


events = st.builds(
    event,
    st.sampled_from(METHODS),
    paths,
    rawQueryString=texts,
    queryStringParameters=st.none() | queries,
    headers=headers,
    cookies=st.lists(texts, max_size=2),
    body=bodies,
    isBase64Encoded=st.booleans(),
).map(encoded)


@examples(200)
@given(event=events)
def test_any_texts(served: Served, event: dict[str, Any]) -> None:
    any_texts(served, event)


@pytest.mark.fire
@seed(SEED)
@fresh_examples(1_000)
@given(event=events)
def test_any_texts_for_longer(served: Served, event: dict[str, Any]) -> None:
    any_texts(served, event)


def any_texts(served: Served, event: dict[str, Any]) -> None:
    answer = served.handler(event, None)

    assert answer["statusCode"] < 500
    check(served, answer, event["requestContext"]["http"]["method"])
    assert served.forbidden() == []
    served.asked.clear()


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("path", [path for path in PATHS if "{}" in path])
def test_every_odd_symbol_on_every_route_that_takes_one(served: Served, path: str, symbol: str) -> None:
    served.asked.clear()
    answer = served.handler(event("GET", path.replace("{}", symbol)), None)

    check(served, answer)
    assert served.forbidden() == []
    if path.startswith("/api/etfs/") and symbol.upper() in HELD:
        needs_filing = path.endswith((QUARTERS[0], "/reconcile"))
        assert answer["statusCode"] == (404 if needs_filing and symbol.upper() not in FILED else 200)
    if path.startswith("/api/etfs/") and not re.fullmatch(SYMBOL, symbol.strip().upper().replace("/", ".")):
        assert answer["statusCode"] in {400, 404}
        assert served.asked == []


def check(served: Served, answer: dict[str, Any], method: str = "GET") -> None:
    """The answer is whole, names nothing of ours, and looks as the contract has it."""
    assert set(answer) <= {"statusCode", "headers", "body", "isBase64Encoded", "cookies"}
    assert not answer.get("cookies")
    assert all(re.fullmatch(r"[\x20-\x7e]*", f"{name}{value}") for name, value in answer["headers"].items())
    assert answer["headers"]["X-Content-Type-Options"] == "nosniff"
    assert served.leaks(f"{answer['headers']}{plain(answer)}") == []
    if method.upper() == "HEAD":
        assert answer["body"] == ""
        assert (answer["statusCode"] == 304) is ("Content-Length" not in answer["headers"])
    elif answer["statusCode"] >= 400:
        told = json.loads(answer["body"])
        jsonschema.validate(told, ERROR)
        assert told["statusCode"] == answer["statusCode"]
        assert answer["headers"]["Content-Type"] == "application/json"
        assert len(told["message"]) < 600
        assert told["message"].isprintable()
        assert answer["headers"]["Cache-Control"] == "no-store"
    json.dumps(answer).encode()


def plain(answer: dict[str, Any]) -> str:
    body = answer.get("body") or ""
    data = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    return (gzip.decompress(data) if answer["headers"].get("Content-Encoding") == "gzip" else data).decode()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
FIELDS: list[Callable[[dict[str, Any], Any], None]] = [
    lambda event, value: event.update(rawPath=value),
    lambda event, value: event.update(headers=value),
    lambda event, value: event.update(queryStringParameters=value),
    lambda event, value: event.update(requestContext=value),
    lambda event, value: event.update(body=value, isBase64Encoded=True),
    lambda event, value: event["requestContext"].update(http=value),
    lambda event, value: event["requestContext"]["http"].update(method=value, path=value),
    lambda event, value: event["requestContext"].update(stage=value),
    lambda event, value: event.clear(),
]


@examples(150)
@given(method=st.sampled_from(METHODS), path=st.sampled_from(PATHS), data=st.data())
def test_what_no_caller_can_send_is_still_answered(served: Served, method: str, path: str, data: st.DataObject) -> None:
    # Given an event of which some field is of any kind at all
    odd = event(method, path.replace("{}", "QQQ"), headers={}, queryStringParameters={})
    data.draw(st.sampled_from(FIELDS))(odd, data.draw(anything))

    # Then the handler does not raise, and its answer is one
    answer = served.handler(odd, None)

    # A request whose method cannot be read is none that asks for no body.
    check(served, answer, method if answer["body"] == "" else "GET")
    assert served.forbidden() == []
