"""Cross-origin requests: which origins may send them, and which headers they may read."""

from collections.abc import Mapping

ALLOWED_HEADERS = ("Authorization", "Content-Type", "If-None-Match")
EXPOSED = (
    "Content-Disposition",
    "ETag",
    "Retry-After",
    "X-Data-Complete",
    "X-Data-Source",
    "X-Data-Stale",
    "X-Data-Stale-Reason",
    "X-Holdings-As-Of",
    "X-Table-Columns",
    "X-Tables-As-Of",
    "X-Total-Count",
)
MAX_AGE_SECONDS = 3600
ANY_ORIGIN = "*"


class Cors:
    """The CORS headers. `origins` are the allowed ones, `("*",)` for any."""

    def __init__(self, origins: tuple[str, ...] = (ANY_ORIGIN,)) -> None:
        self._origins = frozenset(origins)

    @property
    def is_limited(self) -> bool:
        """Whether the answer depends on the origin."""
        return ANY_ORIGIN not in self._origins

    def headers(self, origin: str) -> dict[str, str]:
        """The headers of an answer to this Origin; empty means that the request has none."""
        if not origin or (self.is_limited and origin not in self._origins):
            return {}
        return {
            "Access-Control-Allow-Origin": origin if self.is_limited else ANY_ORIGIN,
            "Access-Control-Expose-Headers": ",".join(EXPOSED),
        }

    def preflight(self, origin: str, methods: str) -> dict[str, str]:
        """The headers of an answer to OPTIONS for a path with these methods."""
        allowed = self.headers(origin)
        if not allowed:
            return {}
        return {
            **allowed,
            "Access-Control-Allow-Methods": methods,
            "Access-Control-Allow-Headers": ",".join(ALLOWED_HEADERS),
            "Access-Control-Max-Age": str(MAX_AGE_SECONDS),
        }


def varied(headers: Mapping[str, str], *names: str) -> dict[str, str]:
    """The headers, with these request headers named in Vary too."""
    known = [name.strip() for name in headers.get("Vary", "").split(",") if name.strip()]
    return {**headers, "Vary": ", ".join(dict.fromkeys([*known, *names]))} if names else dict(headers)
