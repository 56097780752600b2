"""HEAD is answered as GET: the same status and headers, the length of GET's body, and no body; whatever the answer."""

import base64
import hashlib
import random
from typing import Any

import pytest

from api.access import Access
from api.app import Handler
from api.routes import ROUTES
from api.site.page import ASSETS, VIEWS
from etf_common.lake import latest_key
from tests.unit.api_cases import ask, handler, holding, put_fund, three_funds
from tests.unit.lake_cases import MemoryLake, build, publish, row, stored_fund

TOKEN = {"authorization": "Bearer open sesame"}
LOCK = Access(hashlib.sha256(b"open sesame").hexdigest())
ZIPPED = {"accept-encoding": "gzip"}
REQUIRED = {
    "/api/overlap": {"symbols": "VTI,VOO"},
    "/api/compare": {"symbols": "VTI,VOO"},
    "/api/portfolio": {"positions": "VTI:60,VOO:40"},
    "/api/search": {"q": "apple"},
    "/api/screen": {"holds": "AAPL"},
}
READS = [route for route in ROUTES if route.method == "GET"]


def lake() -> MemoryLake:
    """Two funds and their tables."""
    found = MemoryLake()
    for symbol in ("VTI", "VOO"):
        publish(found, stored_fund(symbol, [row("AAPL", "Apple Inc", 60.0), row("MSFT", "Microsoft Corp", 40.0)]))
    build(found)
    return found


@pytest.fixture(scope="module")
def asked() -> Handler:
    return handler(lake())


@pytest.fixture(scope="module")
def locked() -> Handler:
    return handler(lake(), access=LOCK)


def url(path: str) -> str:
    return path.replace("{symbol}", "VTI").replace("{date}", "2026-09-30").replace("{name}", "latest_funds")


def same(asked: Handler, path: str, query: Any = None, headers: Any = None) -> tuple[int, dict[str, str]]:
    """Asserts that HEAD is GET without its body; returns GET's status and headers."""
    got, head = (ask(asked, path, query, headers, method=method) for method in ("GET", "HEAD"))
    body = base64.b64decode(got["body"]) if got["isBase64Encoded"] else got["body"].encode()
    length = {} if got["statusCode"] == 304 else {"Content-Length": str(len(body))}

    assert (head["statusCode"], head["body"]) == (got["statusCode"], "")
    assert head["headers"] == {**got["headers"], **length}
    return got["statusCode"], got["headers"]


@pytest.mark.parametrize("route", READS, ids=lambda route: route.operation_id)
def test_every_route_with_all_kinds_of_answers(route: Any, asked: Handler, locked: Handler) -> None:
    path, query = url(route.path), REQUIRED.get(route.path, {})

    status, headers = same(asked, path, query)
    assert status in {200, 404, 503}
    if "ETag" in headers:
        assert same(asked, path, query, {"if-none-match": headers["ETag"]})[0] == 304
    # A file of Parquet is compressed in itself.
    zipped = "gzip" if status == 200 and route.model != "file" else None
    assert same(asked, path, query, ZIPPED)[1].get("Content-Encoding") == zipped
    assert same(asked, path, {**query, "pretty": "1"})[0] == status
    assert same(asked, path, {**query, "pretty": "x"})[0] == 400
    # With and without the token, and from another origin
    assert same(locked, path, query, TOKEN)[0] == status
    assert same(locked, path, query)[0] == (status if route.is_open else 401)
    assert "Access-Control-Allow-Origin" in same(asked, path, query, {"origin": "https://a.example"})[1]
    # To HEAD, no whole table is written: it cannot say that writing would fail.
    if "csv" in route.formats and route.model != "file":
        assert same(asked, path, {**query, "format": "csv"})[0] == status
    if "{symbol}" in route.path and "holders" not in route.path:
        assert same(asked, path.replace("VTI", "NOPE"), query)[0] in {404, 503}


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.method == "POST"], ids=lambda route: route.operation_id
)
def test_what_only_takes_a_post_refuses_both(route: Any, asked: Handler) -> None:
    if not any(other.path == route.path and other.method == "GET" for other in ROUTES):
        status, headers = same(asked, route.path)
        assert (status, headers["Allow"]) == (405, "OPTIONS, POST")


@pytest.mark.parametrize("headers", [{}, ZIPPED], ids=["plain", "gzip"])
@pytest.mark.parametrize("view", [*VIEWS, "/assets/0/none.js", "/nothing", "/etf/BRK/B"])
def test_every_file_of_the_page(view: str, headers: Any, asked: Handler) -> None:
    status, told = same(asked, url(view), {}, headers)

    assert status == (200 if view in VIEWS else 404)
    if status == 200:
        assert same(asked, url(view), {}, {**headers, "if-none-match": told["ETag"]})[0] == 304
        asset = next(part for part in ask(asked, url(view))["body"].split('"') if part.endswith("app.js"))
        version, name = asset.split("/")[-2:]
        assert same(asked, ASSETS.replace("{version}", version).replace("{file}", name), {}, headers)[0] == 200


def test_an_answer_that_is_too_large() -> None:
    chance, fake = random.Random(0), three_funds()
    put_fund(fake, "VTI", [holding(f"S{n}", name=chance.randbytes(300).hex()) for n in range(20_000)])

    assert same(handler(fake), "/api/etfs/VTI", {}, ZIPPED)[0] == 413


def test_a_damaged_object_and_a_failure_nobody_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = three_funds()
    fake.put(latest_key("VTI"), b"{")
    assert same(handler(fake), "/api/etfs/VTI")[0] >= 500

    asked = handler(three_funds())
    monkeypatch.setattr("api.app.find", None)
    assert same(asked, "/api/etfs")[0] == 500
