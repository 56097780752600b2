"""`pretty=1`: the same JSON, indented, on every route and in every error; nothing else about the answer changes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access import Access
from api.app import Handler
from api.pretty import MOST_INDENTED_BYTES, indented
from api.routes import ROUTES
from tests.unit.api_cases import ask, handler, holding, put_fund, three_funds, told

PRETTY = {"pretty": "1"}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture(scope="module")
def asked() -> Handler:
    return handler(three_funds())


class TestIndenting:
    @given(VALUES)
    def test_it_writes_what_json_itself_would(self, value: Any) -> None:
        expected = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        for separators in ((",", ":"), (", ", ": ")):
            assert indented(json.dumps(value, ensure_ascii=False, separators=separators)) == expected
        assert indented(expected) == expected


class TestAnswers:
    @pytest.mark.parametrize(
        ("path", "query"),
        [
            *(
                ("/api/etfs", {}),
                ("/api/etfs/VTI", {}),
                ("/api/etfs/VTI", {"as_of": "2026-11-18"}),
                ("/api/status", {}),
            ),
            *(("/api/etfs/VTI/holdings", {"limit": "2"}), ("/api/etfs/VTI/analytics", {}), ("/api/health", {})),
            *(("/api/overlap", {"symbols": "VTI,VOO"}), ("/api/holders/AAPL", {}), ("/api/openapi.json", {})),
        ],
    )
    def test_an_indented_answer_says_the_same_and_is_known_by_an_etag_of_its_own(
        self, asked: Handler, path: str, query: dict[str, str]
    ) -> None:
        compact, pretty = ask(asked, path, query), ask(asked, path, {**query, **PRETTY})

        assert json.loads(pretty["body"], parse_float=str) == json.loads(compact["body"], parse_float=str)
        assert pretty["body"].count("\n") > compact["body"].count("\n") or path == "/api/openapi.json"
        own = ("ETag",)
        assert {name: text for name, text in pretty["headers"].items() if name not in own} == {
            name: text for name, text in compact["headers"].items() if name not in own
        }
        etags = [answer["headers"]["ETag"] for answer in (compact, pretty)]
        for known, status in zip(etags, (200, 304), strict=True):
            assert ask(asked, path, {**query, **PRETTY}, {"if-none-match": known})["statusCode"] == status
        assert ask(asked, path, {**query, "pretty": "0"}) == compact

    def test_gzip_and_head_work_as_ever(self, asked: Handler) -> None:
        got = ask(asked, "/api/etfs/VTI", PRETTY, {"accept-encoding": "gzip"})
        head = ask(asked, "/api/etfs/VTI", PRETTY, {"accept-encoding": "gzip"}, method="HEAD")

        assert got["headers"]["ETag"].startswith('W/"')
        assert {**got["headers"], "Content-Length": head["headers"]["Content-Length"]} == head["headers"]

    def test_what_takes_too_long_to_indent_is_a_413_that_says_so(self) -> None:
        fake = three_funds()
        put_fund(fake, "VTI", [holding("A", name="x" * 1000)] * (MOST_INDENTED_BYTES // 1000))
        answer = ask(handler(fake), "/api/etfs/VTI", PRETTY, {"accept-encoding": "gzip"})

        assert (answer["statusCode"], "leave pretty=1 out" in told(answer)) == (413, True)

    def test_a_table_keeps_the_names_of_its_columns(self, asked: Handler) -> None:
        query = {"symbols": "VTI,VOO", "format": "records"}
        compact, pretty = ask(asked, "/api/overlap", query), ask(asked, "/api/overlap", {**query, **PRETTY})

        assert pretty["headers"]["X-Table-Columns"] == compact["headers"]["X-Table-Columns"]


class TestRefusals:
    @pytest.mark.parametrize("value", ["", "2", "true", "yes", "1,1"])
    @pytest.mark.parametrize("path", ["/api/etfs", "/api/health", "/api/etfs/VTI/holdings"])
    def test_any_other_value_is_a_400(self, asked: Handler, path: str, value: str) -> None:
        answer = ask(asked, path, {"pretty": value})

        assert (answer["statusCode"], "allowed is 0 or 1" in told(answer)) == (400, True)

    @pytest.mark.parametrize(
        ("path", "query"),
        [("/api/etfs/VTI/holdings", {"format": "csv"}), ("/api/docs", {}), ("/api/holders/AAPL", {"format": "csv"})],
    )
    def test_what_is_not_json_is_not_indented(self, asked: Handler, path: str, query: dict[str, str]) -> None:
        answer = ask(asked, path, {**query, **PRETTY})

        assert answer == ask(asked, path, query)
        assert answer["statusCode"] == 200

    @pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
    def test_errors_are_indented_too(self, route: Any) -> None:
        locked = handler(three_funds(), access=Access("0" * 64))
        method = "DELETE" if route.is_open else route.method
        compact, pretty = (ask(locked, route.path, query, method=method) for query in ({}, PRETTY))

        assert compact["statusCode"] == pretty["statusCode"] == (405 if route.is_open else 401)
        assert pretty["headers"] == compact["headers"]
        assert pretty["body"] == json.dumps(json.loads(compact["body"]), indent=2) + "\n"

    @pytest.mark.parametrize(
        ("path", "status"), [("/api/nothing", 404), ("/nothing", 404), ("/api/etfs/NOPE", 404), ("/api/holders/$", 400)]
    )
    def test_so_are_those_of_any_path(self, asked: Handler, path: str, status: int) -> None:
        answer = ask(asked, path, PRETTY)

        assert (answer["statusCode"], answer["body"].startswith('{\n  "statusCode"')) == (status, True)
