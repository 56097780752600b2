"""What the SEC answers where it does not serve a file: three kinds of 403, 404, pages for people."""

from html import escape

from sample_portal.research_site import Reply

_HTML, _XML = "text/html", "application/xml"
_THRESHOLD = """<h1>U.S. Securities and Exchange Commission</h1>
<p>Your Request Rate has Exceeded the Threshold. To ensure that all users have equitable access to SEC.gov content, the
SEC reserves the right to limit requests. Current guidelines limit each user to a total of no more than 10 requests per
second, regardless of the number of machines used to submit requests. Once the rate of requests has dropped below the
threshold for 10 minutes, the user may resume accessing content on SEC.gov.</p>"""
_UNDECLARED = """<h1>Your Request Originates from an Undeclared Automated Tool</h1>
<p>To allow for equitable access to all users, SEC reserves the right to limit requests originating from undeclared
automated tools. Your request has been identified as part of a network of automated tools outside of the acceptable
policy and will be managed until action is taken to declare your traffic.</p>
<p>Please declare your traffic by updating your user agent to include company specific information.</p>
<p>Reference ID: 0.99999999.1764288000.5a3d1e</p>"""
_STATUSES = {429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}


def rate_limit() -> Reply:
    """403: too many requests a second."""
    return _page(403, "SEC.gov | Request Rate Threshold Exceeded", _THRESHOLD)


def undeclared() -> Reply:
    """403: the User-Agent does not say who asks."""
    return _page(403, "SEC.gov | Undeclared Automated Tool", _UNDECLARED)


def both_texts() -> Reply:
    """403: one page that says both."""
    return _page(403, "SEC.gov | Request Rate Threshold Exceeded", _UNDECLARED + _THRESHOLD)


def access_denied() -> Reply:
    """403: the archive has no such object."""
    return _error(403, "AccessDenied", "Access Denied")


def no_such_key(key: str) -> Reply:
    """404: data.sec.gov has no such object."""
    return _error(404, "NoSuchKey", "The specified key does not exist.", f"<Key>{escape(key)}</Key>")


def status(code: int, retry_after: str | None) -> Reply:
    """Another status, with Retry-After if there is one to send."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    words = _STATUSES.get(code, "Error")
    return Reply(code, f"<html><head><title>{code} {words}</title></head></html>\n".encode(), _HTML, headers)


def no_match() -> Reply:
    """200: browse-edgar knows no such company or series."""
    return _page(200, "EDGAR Company Search", "<h1>No matching CIK.</h1>")


def for_people(title: str, body: str = "") -> Reply:
    """200: what a browser shows in place of data. `title` is text, `body` is HTML."""
    return _page(200, title, f"<h1>{escape(title)}</h1>\n{body}")


def _page(code: int, title: str, body: str) -> Reply:
    text = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<title>{escape(title)}</title>
</head>
<body>
{body}
</body>
</html>
"""
    return Reply(code, text.encode(), _HTML)


def _error(code: int, name: str, words: str, more: str = "") -> Reply:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{name}</Code><Message>{words}</Message>{more}<RequestId>SAMPLE0000000000</RequestId></Error>"
    )
    return Reply(code, text.encode(), _XML)
