"""The functions' environment: defaults, and a refusal that names the variable."""

from collections.abc import Callable, Mapping

import pytest

from etf_common.errors import UsageError
from etf_common.settings import (
    SCHWAB_URL,
    SEC_DATA_URL,
    SEC_URL,
    USER_AGENT,
    filings_queue_url,
    lake_bucket,
    portal_url,
    refresh_queue_url,
    sec_data_url,
    sec_url,
    user_agent,
)

Setting = Callable[[Mapping[str, str]], str]
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/etf-refresh"


@pytest.mark.parametrize(
    ("setting", "environ", "expected"),
    [
        (lake_bucket, {"LAKE_BUCKET": "etf-lake-123456789012-us-east-1"}, "etf-lake-123456789012-us-east-1"),
        (lake_bucket, {"LAKE_BUCKET": "abc"}, "abc"),
        (refresh_queue_url, {"REFRESH_QUEUE_URL": QUEUE}, QUEUE),
        (portal_url, {}, SCHWAB_URL),
        (portal_url, {"SCHWAB_URL": ""}, SCHWAB_URL),
        (portal_url, {"SCHWAB_URL": "http://127.0.0.1:8080"}, "http://127.0.0.1:8080"),
        (portal_url, {"SCHWAB_URL": "https://portal.example/"}, "https://portal.example"),
        (filings_queue_url, {"FILINGS_QUEUE_URL": f"{QUEUE}.fifo"}, f"{QUEUE}.fifo"),
        (sec_url, {}, SEC_URL),
        (sec_url, {"SEC_URL": "http://127.0.0.1:8080/"}, "http://127.0.0.1:8080"),
        (sec_data_url, {"SEC_DATA_URL": ""}, SEC_DATA_URL),
        (user_agent, {}, USER_AGENT),
        (user_agent, {"USER_AGENT": ""}, USER_AGENT),
        (user_agent, {"USER_AGENT": "me/1.0 (+mailto:me@example.com)"}, "me/1.0 (+mailto:me@example.com)"),
    ],
)
def test_a_good_variable_is_taken(setting: Setting, environ: Mapping[str, str], expected: str) -> None:
    assert setting(environ) == expected


def test_the_portal_is_schwabs_own_by_default() -> None:
    assert portal_url({}) == "https://www.schwab.wallst.com"


BAD_BUCKETS = ["", "ab", "Etf-Lake", "etf_lake", "-etf", "etf-", "s3://etf-lake", "etf lake", "etf-lake\n", "x" * 64]
BAD_URLS = [
    "www.schwab.wallst.com",
    "ftp://host",
    "https://",
    "//host",
    "http://host:port",
    "http://host:0",
    "http://[",
]


@pytest.mark.parametrize(
    ("setting", "name", "value"),
    [
        *((lake_bucket, "LAKE_BUCKET", value) for value in BAD_BUCKETS),
        *((refresh_queue_url, "REFRESH_QUEUE_URL", value) for value in ["", *BAD_URLS]),
        *((filings_queue_url, "FILINGS_QUEUE_URL", value) for value in ["", *BAD_URLS]),
        *((sec_url, "SEC_URL", value) for value in [*BAD_URLS, "https://host/files"]),
        *((sec_data_url, "SEC_DATA_URL", value) for value in BAD_URLS),
        *((portal_url, "SCHWAB_URL", value) for value in [*BAD_URLS, "https://host/schwab", "https://host:99999"]),
        *((user_agent, "USER_AGENT", value) for value in ["a\r\nCookie: b", "caf\u00e9", "tab\there"]),
    ],
)
def test_a_bad_variable_is_named_in_one_line(setting: Setting, name: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        setting({name: value})

    assert caught.value.message.startswith(name)
    assert "allowed" in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(("setting", "name"), [(lake_bucket, "LAKE_BUCKET"), (refresh_queue_url, "REFRESH_QUEUE_URL")])
def test_a_missing_variable_is_named(setting: Setting, name: str) -> None:
    with pytest.raises(UsageError, match=f"^{name}"):
        setting({"OTHER": "x"})
