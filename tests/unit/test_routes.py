"""The table of routes: what a path means, whatever API Gateway has decoded of it."""

import pytest

from api.faults import MethodError, NoRouteError
from api.routes import ROUTES, find, methods_of
from etf_common.symbols import canonical_security

# As funds list them, and as the API serves them.
SYMBOLS = [
    *("VTI", "BRK.B", "WALMEX*", "PTT-F", "SQM-B", "FIBRAPL14", "BAJAJ-AUTO", "VOLV B", "M&M", "RR.", "0700", "BF.B"),
    *("912810TM0", "US0378331005", "BAC$L", "AGM^A", "XTSLA", "TREE UW", "A", "CASH_USD"),
]


def quoted(text: str, always: str = "") -> str:
    return "".join(f"%{ord(c):02X}" if not c.isalnum() or c in always else c for c in text)


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("path", sorted({route.path for route in ROUTES if "{symbol}" in route.path}))
def test_every_symbol_that_a_fund_lists_is_taken_by_every_route(path: str, symbol: str) -> None:
    spellings = {symbol, symbol.lower(), quoted(symbol), quoted(symbol).lower(), symbol.replace(".", "/")}
    spellings |= {quoted(symbol.replace(".", "/")), quoted(symbol, always=symbol)}
    if symbol.endswith("."):
        spellings = {text for text in spellings if "/" not in text}  # RR/ ends in a slash, as no route does

    for text in spellings:
        route, found = find("GET", path.replace("{symbol}", text))

        assert (route.path, canonical_security(found)) == (path, symbol), text


@pytest.mark.parametrize("name", ["holdings", "history", "analytics"])
def test_what_follows_a_symbol_is_the_route_and_no_share_class(name: str) -> None:
    assert find("GET", f"/api/etfs/BRK/B/{name}")[0].path == f"/api/etfs/{{symbol}}/{name}"
    assert find("GET", f"/api/etfs/VTI/{name}") == (find("GET", f"/api/etfs/VOO/{name}")[0], "VTI")


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "/api", "/api/", "/api/etfs/", "/api/etfs//holdings", "/api/etfs/VTI/", "/api/etfs/VTI/nothing"),
        *("/api/etfs/VTI/holdings/x", "/api/etfs/../../x", "/api/ETFS", "//api/etfs", "/api/etfs/A/B/C/holdings"),
        *("/api/etfs/VTI/../holdings", "/api/etfs/VTI/x y", "/" * 100_000, "/api/health/x"),
    ],
)
def test_another_path_is_no_route(path: str) -> None:
    with pytest.raises(NoRouteError):
        find("GET", path)


def test_head_is_answered_as_get() -> None:
    assert find("HEAD", "/api/etfs/VTI") == find("GET", "/api/etfs/VTI")


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("/api/etfs", "POST", "GET, HEAD, OPTIONS"),
        ("/api/etfs/BRK%2FB", "DELETE", "GET, HEAD, OPTIONS"),
        ("/api/portfolio", "PUT", "GET, HEAD, OPTIONS, POST"),
    ],
)
def test_another_method_is_refused_with_those_that_the_path_takes(path: str, method: str, allowed: str) -> None:
    with pytest.raises(MethodError) as caught:
        find(method, path)

    assert (caught.value.status, caught.value.headers) == (405, {"Allow": allowed})
    assert methods_of(path) == allowed


def test_no_two_routes_share_path_and_method_or_id() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
    assert len({route.operation_id for route in ROUTES}) == len(ROUTES)


def test_a_route_with_a_table_takes_the_format_that_asks_for_it() -> None:
    assert [route for route in ROUTES if bool(route.formats) is not ("format" in route.parameters)] == []
