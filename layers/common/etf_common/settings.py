"""The functions' environment: each reads only its own variables, once, when it starts.

A missing or malformed one raises UsageError with its name, which stops Lambda's cold start.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from etf_common.errors import UsageError

SCHWAB_URL = "https://www.schwab.wallst.com"
SEC_URL = "https://www.sec.gov"
SEC_DATA_URL = "https://data.sec.gov"
# Honest about what it is, with a way to reach whoever runs it; set USER_AGENT to your own contact.
USER_AGENT = "etf-portfolio-pipeline/0.1 (+mailto:etf-pipeline@example.com)"

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_TOPIC_ARN = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_FUNCTION = re.compile(r"[A-Za-z0-9_:-]{1,170}")


def lake_bucket(environ: Mapping[str, str]) -> str:
    """LAKE_BUCKET: the name of the bucket."""
    name = environ.get("LAKE_BUCKET", "")
    if not _BUCKET.fullmatch(name):
        raise UsageError(f"LAKE_BUCKET is {name!r}; allowed is the name of an S3 bucket")
    return name


def access_token_sha256(environ: Mapping[str, str]) -> str:
    """ACCESS_TOKEN_SHA256: the SHA-256 of the API's access token, 64 hex digits; empty or unset: open to everybody."""
    digest = environ.get("ACCESS_TOKEN_SHA256", "").strip()
    if digest and not _SHA256.fullmatch(digest):
        # Not quoted: somebody may have put the token itself here.
        raise UsageError("ACCESS_TOKEN_SHA256 is not a SHA-256; allowed are 64 hex digits, or nothing for an open API")
    return digest.lower()


def cors_origins(environ: Mapping[str, str]) -> tuple[str, ...]:
    """CORS_ORIGINS: the origins whose pages may ask the API, with commas between; `*`, empty or unset: any."""
    origins = tuple(item.strip() for item in (environ.get("CORS_ORIGINS") or "*").split(",") if item.strip()) or ("*",)
    for origin in origins:
        if origin != "*" and not _ORIGIN.fullmatch(origin):
            raise UsageError(f"CORS_ORIGINS has {origin!r}; allowed are * and origins such as https://example.com")
    return origins


def rebalance_function(environ: Mapping[str, str]) -> str | None:
    """REBALANCE_FUNCTION: the name or ARN of the function that solves rebalancings; None if it is empty or unset, so
    that none can be solved.
    """
    return _function(environ, "REBALANCE_FUNCTION")


def export_function(environ: Mapping[str, str]) -> str | None:
    """EXPORT_FUNCTION: the same of the function that writes whole tables."""
    return _function(environ, "EXPORT_FUNCTION")


def _function(environ: Mapping[str, str], variable: str) -> str | None:
    name = environ.get(variable, "")
    if name and not _FUNCTION.fullmatch(name):
        raise UsageError(f"{variable} is {name!r}; allowed is the name of a Lambda function, or nothing")
    return name or None


def refresh_queue_url(environ: Mapping[str, str]) -> str:
    """REFRESH_QUEUE_URL: where dispatch puts one message per symbol."""
    return http_url(environ.get("REFRESH_QUEUE_URL", ""), "REFRESH_QUEUE_URL")


def tables_queue_url(environ: Mapping[str, str]) -> str | None:
    """TABLES_QUEUE_URL: where the sweep sends the symbols of which the tables missed something; None if it is unset, as
    on one machine, where each start builds what is missing.
    """
    url = environ.get("TABLES_QUEUE_URL", "")
    return http_url(url, "TABLES_QUEUE_URL") if url else None


def changes_topic_arn(environ: Mapping[str, str]) -> str | None:
    """CHANGES_TOPIC_ARN: the SNS topic that gets the alerts; None if it is empty or unset, so that nobody gets any."""
    arn = environ.get("CHANGES_TOPIC_ARN", "")
    if arn and not _TOPIC_ARN.fullmatch(arn):
        raise UsageError(f"CHANGES_TOPIC_ARN is {arn!r}; allowed is the ARN of an SNS topic, or nothing for no alerts")
    return arn or None


def portal_url(environ: Mapping[str, str]) -> str:
    """SCHWAB_URL: scheme and host of the portal, without a slash at the end; Schwab's own if unset."""
    return portal_address(environ.get("SCHWAB_URL") or SCHWAB_URL, "SCHWAB_URL")


def filings_queue_url(environ: Mapping[str, str]) -> str:
    """FILINGS_QUEUE_URL: where the dispatch of filings puts one message per symbol."""
    return http_url(environ.get("FILINGS_QUEUE_URL", ""), "FILINGS_QUEUE_URL")


def sec_url(environ: Mapping[str, str]) -> str:
    """SEC_URL: scheme and host of the SEC's site, without a slash at the end; its own if unset."""
    return portal_address(environ.get("SEC_URL") or SEC_URL, "SEC_URL")


def sec_data_url(environ: Mapping[str, str]) -> str:
    """SEC_DATA_URL: the same of the host that lists a registrant's filings."""
    return portal_address(environ.get("SEC_DATA_URL") or SEC_DATA_URL, "SEC_DATA_URL")


def portal_address(url: str, name: str) -> str:
    """`url` without a slash at the end if it is scheme and host and no more; `name` is what the error calls it."""
    http_url(url, name)
    parts = urlsplit(url)
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise UsageError(f"{name} is {url!r}; allowed is scheme and host only, such as {SCHWAB_URL}")
    return url.rstrip("/")


def user_agent(environ: Mapping[str, str]) -> str:
    """USER_AGENT: what the portal is told about us. Printable ASCII, since it is a header."""
    value = environ.get("USER_AGENT") or USER_AGENT
    if not (value.isascii() and value.isprintable() and value.strip()):
        raise UsageError(f"USER_AGENT is {value!r}; allowed is printable ASCII")
    return value


def http_url(url: str, name: str) -> str:
    """`url` itself if it has a scheme and a host; `name` is what the error calls it."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        good = good and url.isprintable() and " " not in url
    except ValueError:
        good = False
    if not good:
        raise UsageError(f"{name} is {url!r}; allowed is an address such as {SCHWAB_URL}")
    return url
