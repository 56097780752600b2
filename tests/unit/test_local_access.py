"""The lock on the local API."""

import hashlib
from typing import Any

import pytest

from etf_common.errors import UsageError
from local.access import check_locked, take_token


def test_a_token_becomes_its_digest_and_leaves_the_environment() -> None:
    environ = {"ETF_TOKEN": "correct-horse", "PATH": "/bin"}

    assert take_token(environ)

    assert environ == {"PATH": "/bin", "ACCESS_TOKEN_SHA256": hashlib.sha256(b"correct-horse").hexdigest()}


def test_a_digest_locks_too_and_without_either_the_api_is_open() -> None:
    assert take_token({"ACCESS_TOKEN_SHA256": "0" * 64})
    assert not take_token({})
    assert not take_token({"ETF_TOKEN": "", "ACCESS_TOKEN_SHA256": ""})


@pytest.mark.parametrize(
    "environ",
    [
        {"ETF_TOKEN": "with a blank"},
        {"ETF_TOKEN": "na\u00efve"},
        {"ETF_TOKEN": "line\nend"},
        {"ACCESS_TOKEN_SHA256": "0" * 63},
        {"ACCESS_TOKEN_SHA256": "g" * 64},
        {"ACCESS_TOKEN_SHA256": "my secret"},
    ],
)
def test_a_lock_that_would_not_work_stops_the_start_and_is_not_quoted(environ: dict[str, str]) -> None:
    secret = next(iter(environ.values()))
    with pytest.raises(UsageError) as caught:
        take_token(environ)
    assert secret not in caught.value.message


def test_an_api_that_answers_without_the_token_is_not_called_locked() -> None:
    def answering(status: int) -> Any:
        return lambda _event, _context: {"statusCode": status}

    check_locked(answering(401))
    for status in (200, 404, 500):
        with pytest.raises(UsageError):
            check_locked(answering(status))
