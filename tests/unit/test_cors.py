"""Cross-origin callers: whom the API lets read its answers."""

import pytest

from api.cors import EXPOSED, Cors, varied
from etf_common.errors import UsageError
from etf_common.settings import cors_origins

DESK, OTHER = "https://desk.example.com", "https://other.example.com"


def test_by_default_any_page_may_ask() -> None:
    headers = Cors().headers(DESK)

    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Access-Control-Expose-Headers"] == ",".join(EXPOSED)
    assert not Cors().is_limited


def test_limited_to_some_only_these_may() -> None:
    limited = Cors((DESK,))

    assert limited.headers(DESK)["Access-Control-Allow-Origin"] == DESK
    assert limited.headers(OTHER) == limited.preflight(OTHER, "GET") == {}
    assert limited.is_limited


def test_who_names_no_origin_gets_no_headers_for_it() -> None:
    assert Cors().headers("") == Cors((DESK,)).headers("") == {}


def test_a_browser_may_send_the_token() -> None:
    headers = Cors((DESK,)).preflight(DESK, "GET, HEAD, OPTIONS")

    assert "Authorization" in headers["Access-Control-Allow-Headers"].split(",")
    assert headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_vary_names_each_header_once() -> None:
    assert varied({}, "Origin") == {"Vary": "Origin"}
    assert varied({"Vary": "Accept-Encoding"}, "Origin", "Accept-Encoding") == {"Vary": "Accept-Encoding, Origin"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ("*",)),
        ("", ("*",)),
        (" , ", ("*",)),
        ("*", ("*",)),
        (f"{DESK}, http://localhost:8080", (DESK, "http://localhost:8080")),
    ],
)
def test_the_variable_lists_origins(value: str | None, expected: tuple[str, ...]) -> None:
    assert cors_origins({} if value is None else {"CORS_ORIGINS": value}) == expected


@pytest.mark.parametrize("value", ["example.com", f"{DESK}/", f"{DESK}/path", "https://a b", "null", f"{DESK}\r\nX: y"])
def test_another_text_stops_the_cold_start_with_the_variables_name(value: str) -> None:
    with pytest.raises(UsageError, match="CORS_ORIGINS"):
        cors_origins({"CORS_ORIGINS": value})
