"""API Gateway's events (HTTP API, payload 2.0) as requests that the routes can read."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from api.faults import BadQueryError
from api.queries import only


@dataclass(frozen=True)
class Request:
    """A request. Header names are in lower case."""

    method: str
    path: str
    """As received: API Gateway may have decoded it, or left `%2F` in it."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: str | None = None
    """The body as in the event."""
    is_base64: bool = False
    symbol: str = ""
    """The symbol in the path, decoded, where the route has one."""
    date: str = ""
    """The date in the path, decoded, where the route has one; not yet checked."""
    name: str = ""
    """The name in the path, decoded, where the route has one; not yet checked."""
    stage: str = "$default"
    """API Gateway's stage, which is no part of `path`."""

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self:
        """The request of an event. Raises KeyError or AttributeError for any other event."""
        context = event["requestContext"]
        path, stage = event["rawPath"], context["stage"]
        headers = event.get("headers") or {}
        return cls(
            method=context["http"]["method"].upper(),
            # Every stage but `$default` is part of the path.
            path=path if stage == "$default" else path.removeprefix(f"/{stage}"),
            query=event.get("queryStringParameters") or {},
            headers={name.lower(): value for name, value in headers.items()},
            content=event.get("body"),
            is_base64=bool(event.get("isBase64Encoded")),
            stage=stage,
        )

    def asking(self, symbol: str, allowed: tuple[str, ...] | None, date: str = "", name: str = "") -> Self:
        """The request with what its path names, for a route that allows these parameters.

        `allowed`: None for any.

        Raises BadQueryError for any other parameter.
        """
        if allowed is not None:
            only(self.query, *allowed)
        return replace(self, symbol=symbol, date=date, name=name)

    def body(self) -> bytes:
        """The body, which API Gateway passes as text or Base64. Raises BadQueryError if it cannot be decoded."""
        text = self.content or ""
        try:
            return base64.b64decode(text, validate=True) if self.is_base64 else text.encode()
        except ValueError:
            raise BadQueryError("the body cannot be decoded: send JSON in UTF-8") from None
