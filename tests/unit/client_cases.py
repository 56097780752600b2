"""A client whose requests go nowhere: what it sends is kept, and what it gets is written down before."""

import json
from collections.abc import Mapping
from http.client import responses
from io import BytesIO
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from etf_client import Client

URL = "http://api.test:3000"
DESCRIBED = {
    "Content-Type": "application/json",
    "ETag": '"one"',
    "X-Data-Source": "sample",
    "X-Data-Stale": "false",
    "X-Data-Complete": "true",
}
Scripted = tuple[int, Mapping[str, str], bytes] | Exception


class StandIn(BaseAdapter):
    """Answers requests in the order of its script, the last answer as often as is asked."""

    def __init__(self, *script: Scripted) -> None:
        super().__init__()
        self.script = list(script) or [answer({})]
        self.sent: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.sent.append(request)
        found = self.script[0] if len(self.script) == 1 else self.script.pop(0)
        if isinstance(found, Exception):
            raise found
        status, headers, body = found
        raw = HTTPResponse(BytesIO(body), headers, status, reason=responses[status], preload_content=False)
        return requests.adapters.HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        pass

    @property
    def paths(self) -> list[str]:
        """The paths with their queries, in the order in which they were asked."""
        return [str(request.url).removeprefix(URL) for request in self.sent]

    def authorizations(self) -> list[str | None]:
        """The tokens that were sent."""
        return [request.headers.get("Authorization") for request in self.sent]


def answer(value: Any, **headers: str) -> Scripted:
    """JSON, with the headers of an answer about data; underscores in their names are hyphens."""
    more = {name.replace("_", "-"): text for name, text in headers.items()}
    return 200, {**DESCRIBED, **more}, json.dumps(value).encode()


def table(columns: str, *rows: Mapping[str, Any]) -> Scripted:
    """A table in ndjson."""
    headers = {**DESCRIBED, "Content-Type": "application/x-ndjson", "X-Table-Columns": columns}
    return 200, headers, "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def error(status: int, message: str) -> Scripted:
    """An error of the API."""
    body = json.dumps({"statusCode": status, "message": message}).encode()
    return status, {"Content-Type": "application/json"}, body


def client(stand_in: StandIn, token: str = "", url: str = URL) -> Client:
    """A client of the stand-in."""
    return Client(url, token, session=session(stand_in))


def session(stand_in: StandIn) -> requests.Session:
    """A session that asks the stand-in whatever the URL."""
    made = requests.Session()
    made.mount("http://", stand_in)
    made.mount("https://", stand_in)
    return made
