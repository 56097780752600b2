"""Answers that are files: bytes of any kind, or an address where they are."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from api.answers import LAMBDA_BYTES, Response, accepts_gzip, has_etag, too_large
from api.documents import ASKED_ANEW
from api.events import Request
from api.faults import TooLargeError

_GZIP = 16 + zlib.MAX_WBITS
"""zlib's word for gzip's header and end."""


@dataclass(frozen=True)
class Elsewhere:
    """Where a file is that is too large for an answer. Everybody who has the URL has the file."""

    url: str


@dataclass(frozen=True)
class File:
    """A file; `make` gives its bytes or where they are, and is called only for a caller who needs them."""

    name: str
    content_type: str
    etag: str
    make: Callable[[], bytes | Elsewhere]
    is_gzipped: bool = False
    """Whether the bytes are in gzip, and the file is text without it."""
    size: int | None = None
    """Of the bytes, where it is known before they are made."""
    headers: Mapping[str, str] = field(default_factory=dict)
    refusal: TooLargeError | None = None
    """Where it is known before they are made that they cannot be had."""

    def response(self, request: Request) -> Response:
        """200 with the file, 307 to where it is, or 304. To HEAD nothing is made, so its length may be missing.

        Raises `refusal`, TooLargeError for text that a caller without gzip cannot have, and what `make` raises.
        """
        zipped = self.is_gzipped and accepts_gzip(request.headers.get("accept-encoding") or "")
        common = {
            "ETag": f"W/{self.etag}" if zipped else self.etag,
            "Cache-Control": ASKED_ANEW,
            "Vary": "Accept-Encoding",
            **self.headers,
        }
        held = request.headers.get("if-none-match") or ""
        # `*` matches only if there is an answer, and whether there is one only making it tells.
        if held.strip() != "*" and has_etag(held, self.etag):
            return Response(304, headers=common)
        if self.refusal:
            raise self.refusal
        common |= {
            "Content-Type": self.content_type,
            "Content-Disposition": f'attachment; filename="{self.name}"',
            **({"Content-Encoding": "gzip"} if zipped else {}),
        }
        if request.method == "HEAD":
            known = {} if self.size is None or self.is_gzipped else {"Content-Length": str(self.size)}
            return Response(200, headers=common | known)
        made = self.make()
        if isinstance(made, Elsewhere):
            return self._redirect(made, common, is_text=self.is_gzipped and not zipped)
        return Response(200, _text_of(made) if self.is_gzipped and not zipped else made, common)

    def _redirect(self, found: Elsewhere, headers: Mapping[str, str], *, is_text: bool) -> Response:
        if is_text:
            raise _too_large()
        of_the_file = ("Content-Type", "Content-Disposition", "Content-Encoding")
        kept = {name: value for name, value in headers.items() if name not in of_the_file}
        return Response(307, "", {**kept, "Location": found.url, "Cache-Control": "no-store"})


def _text_of(zipped: bytes) -> str:
    """The text of what is in gzip. Raises TooLargeError for more than an answer can have."""
    opened = zlib.decompressobj(_GZIP)
    body = opened.decompress(zipped, LAMBDA_BYTES)
    if not opened.eof:
        raise _too_large()
    text = body.decode()
    if too_large(text):
        raise _too_large()
    return text


def _too_large() -> TooLargeError:
    return TooLargeError(
        "the table is too large uncompressed: ask for gzip (curl --compressed), for format=parquet, or for one fund "
        "with etf"
    )
