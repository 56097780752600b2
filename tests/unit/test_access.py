"""The access token: who may ask, and how the API asks for it."""

import base64
import hashlib

import pytest

from api.access import Access
from api.faults import UnauthorizedError
from etf_common.errors import UsageError
from etf_common.settings import access_token_sha256

TOKEN = "correct horse"
LOCKED = Access(hashlib.sha256(TOKEN.encode()).hexdigest())
FEED = "/api/etfs/VTI/changes.atom"


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("authorization", ["", "Bearer x", "nonsense"])
def test_without_a_token_everybody_may_ask(authorization: str) -> None:
    Access().check("/api/etfs", authorization)
    assert not Access().is_locked


@pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER  {TOKEN} "])
@pytest.mark.parametrize("path", ["/api/etfs", FEED])
def test_the_token_opens_every_path(path: str, authorization: str) -> None:
    LOCKED.check(path, authorization)


@pytest.mark.parametrize(
    ("authorization", "error"),
    [
        ("", ""),
        (TOKEN, ""),
        ("Bearer", ', error="invalid_token"'),
        ("Digest x", ""),
        (basic(f"x:{TOKEN}"), ""),
        ("Bearer wrong", ', error="invalid_token"'),
        (f"Bearer {TOKEN}x", ', error="invalid_token"'),
        (f"Bearer {hashlib.sha256(TOKEN.encode()).hexdigest()}", ', error="invalid_token"'),
        ("Bearer " + "\u20ac\ud800", ', error="invalid_token"'),
        ("Bearer " + "x" * 100_000, ', error="invalid_token"'),
    ],
)
def test_anything_else_is_a_401_that_says_what_to_send(authorization: str, error: str) -> None:
    with pytest.raises(UnauthorizedError) as caught:
        LOCKED.check("/api/etfs", authorization)

    assert caught.value.status == 401
    assert caught.value.headers["WWW-Authenticate"] == f'Bearer realm="ETF Portfolio Data API"{error}'
    assert "Authorization" in caught.value.message
    assert TOKEN not in caught.value.message


@pytest.mark.parametrize("user", ["", "reader", "a b"])
def test_a_feed_reader_may_give_the_token_as_a_password(user: str) -> None:
    LOCKED.check(FEED, basic(f"{user}:{TOKEN}"))


@pytest.mark.parametrize("authorization", ["", basic("x:wrong"), basic(TOKEN), "Basic !", "Basic ", basic(f"{TOKEN}:")])
def test_a_feed_reader_without_it_is_asked_for_a_password(authorization: str) -> None:
    with pytest.raises(UnauthorizedError) as caught:
        LOCKED.check(FEED, authorization)

    assert caught.value.headers["WWW-Authenticate"].startswith('Basic realm="ETF Portfolio Data API", charset="UTF-8"')


def test_a_token_may_hold_a_colon() -> None:
    Access(hashlib.sha256(b"a:b").hexdigest()).check(FEED, basic("x:a:b"))


@pytest.mark.parametrize(
    ("value", "expected"), [("", ""), ("  ", ""), ("AB" * 32, "ab" * 32), (" " + "0" * 64, "0" * 64)]
)
def test_the_variable_is_a_digest_or_nothing(value: str, expected: str) -> None:
    assert access_token_sha256({"ACCESS_TOKEN_SHA256": value}) == expected
    assert access_token_sha256({}) == ""


@pytest.mark.parametrize("value", ["secret", "0" * 63, "0" * 65, "g" * 64, "\uff10" * 64, "0" * 32 + "\n" + "0" * 31])
def test_a_malformed_one_stops_the_cold_start_with_its_name_and_without_its_value(value: str) -> None:
    with pytest.raises(UsageError, match="ACCESS_TOKEN_SHA256") as caught:
        access_token_sha256({"ACCESS_TOKEN_SHA256": value})

    assert value not in caught.value.message
