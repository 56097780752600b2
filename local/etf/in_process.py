"""The API without a server: requests' sessions call its handler in this process, over a data folder."""

import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from api.app import handler_of
from api.service import Api
from local.folder_lake import FolderLake
from local.gateway import http_answer, http_api_event
from local.solver import solve_here

ADDRESS = "http://data-folder"
"""Stands for the folder in a client's URLs. Nothing is ever sent there."""
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
_SLASH = re.compile("(%2F)", re.IGNORECASE)


def handler_over(root: Path) -> Handler:
    """The API's handler over the objects below `root`, which it only reads."""
    return handler_of(Api(FolderLake(root), solver=solve_here))


class InProcess(BaseAdapter):
    """Answers a session's requests by a handler, as the gateway on this machine would."""

    def __init__(self, handler: Handler) -> None:
        super().__init__()
        self._handler = handler
        self._builds = HTTPAdapter()

    def send(  # noqa: PLR0917 - the base class's
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: object = True,
        cert: object = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The answer. The handler turns every fault into an answer, so nothing is raised."""
        environ = _environ(request)
        status, headers, body = http_answer(self._handler(http_api_event(environ), None), environ["REQUEST_METHOD"])
        code, _, reason = status.partition(" ")
        told = HTTPHeaderDict(headers)
        raw = HTTPResponse(io.BytesIO(body), told, int(code), reason=reason, preload_content=False)
        return self._builds.build_response(request, raw)

    def close(self) -> None:
        """Nothing is open."""


def _environ(request: requests.PreparedRequest) -> dict[str, Any]:
    """The request as a WSGI server hands it on: the path decoded but for its encoded slashes."""
    url = urlsplit(request.url or "")
    path = b"".join(
        part.encode() if _SLASH.fullmatch(part) else unquote_to_bytes(part) for part in _SLASH.split(url.path)
    )
    body = request.body.encode() if isinstance(request.body, str) else bytes(request.body or b"")
    headers = {f"HTTP_{name.upper().replace('-', '_')}": str(value) for name, value in request.headers.items()}
    if body:
        headers |= {"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": headers.pop("HTTP_CONTENT_TYPE", "")}
    return {
        **headers,
        "REQUEST_METHOD": request.method or "GET",
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": url.query,
        "wsgi.input": io.BytesIO(body),
    }
