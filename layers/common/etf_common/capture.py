"""A capture: one page, the module API's answers that belong to it, and where and when they came from."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from etf_common.errors import CaptureMismatchError, one_line, shorten
from etf_common.lake import (
    Lake,
    ObjectNotFoundError,
    StoredObject,
    WriteConflictError,
    raw_page_key,
    raw_part_key,
)

MAX_CAPTURE_BYTES = 64 * 1024 * 1024
"""Of the page and all answers together."""
URL_CHARACTERS = 1000
"""Of an address, in metadata: all of it together may be 2 KB."""
MODULE_ERROR_CHARACTERS = 300


@dataclass(frozen=True)
class Capture:
    """What the portal answered for one symbol in one run, byte for byte."""

    symbol: str
    run: str
    page: bytes
    parts: tuple[bytes, ...]
    url: str
    fetched_at: str
    """UTC, `2026-11-20T22:30:04Z`."""
    source: str
    """`schwab`, or `sample` for the bundled portal."""
    max_holdings: int | None
    """How many rows were asked for; None for all."""
    module_error: str = ""
    """Why there are no parts, if the module API failed."""


def ends_as_a_page(page: bytes) -> bool:
    """Whether the page's end is there; what was cut on its way can say of itself that it is whole."""
    return b"</html" in page[-2000:].lower()


def sha256(data: bytes) -> str:
    """The SHA-256 of `data` in hex."""
    return hashlib.sha256(data).hexdigest()


def _digest(parts: Iterable[bytes]) -> str:
    # One digest over the parts' digests: a list of 400 would not fit into S3's 2 KB of metadata.
    return sha256("".join(map(sha256, parts)).encode())


def write_capture(lake: Lake, capture: Capture) -> str:
    """Write the parts, then the page, which commits them. Returns the page's key.

    Where another attempt of the run was first, its parts may have come between these: then all is written again and
    read back. Raises CaptureMismatchError when two attempts keep writing over each other.
    """
    _write_parts(lake, capture)
    key, metadata = raw_page_key(capture.symbol, capture.run), _metadata(capture)
    try:
        lake.replace(key, capture.page, "text/html", metadata, known=None)
    except WriteConflictError:
        _write_over(lake, capture, key, metadata)
    return key


def _write_parts(lake: Lake, capture: Capture) -> None:
    for number, part in enumerate(capture.parts, 1):
        lake.write(raw_part_key(capture.symbol, capture.run, number), part, "text/javascript")


def _write_over(lake: Lake, capture: Capture, key: str, metadata: Mapping[str, str]) -> None:
    for tries_left in reversed(range(3)):
        lake.write(key, capture.page, "text/html", metadata)
        try:
            read_capture(lake, capture.symbol, capture.run)
        except CaptureMismatchError:
            if not tries_left:
                raise
            _write_parts(lake, capture)
        else:
            return


def _metadata(capture: Capture) -> dict[str, str]:
    return {
        "url": capture.url[:URL_CHARACTERS],
        "fetched-at": capture.fetched_at,
        "source": capture.source,
        "max-holdings": str(capture.max_holdings or "all"),
        "parts": str(len(capture.parts)),
        "parts-sha256": _digest(capture.parts),
        "module-error": one_line(capture.module_error.encode("ascii", "replace").decode(), MODULE_ERROR_CHARACTERS),
    }


def read_capture(lake: Lake, symbol: str, run: str) -> Capture:
    """The capture that a page commits.

    Raises CaptureMismatchError when page or parts are missing, or the parts are not those that the page was
    written with: another attempt of the same run is under way, and its page will follow. Raises ObjectTooLargeError for
    what extract cannot have written, before it is read.
    """
    key = raw_page_key(symbol, run)
    try:
        page = lake.read(key, most_bytes=MAX_CAPTURE_BYTES)
        count, max_holdings = int(page.metadata["parts"]), _max_holdings(page.metadata["max-holdings"])
        _check_times(page.metadata["fetched-at"])
        parts = _read_parts(lake, symbol, run, count, MAX_CAPTURE_BYTES - len(page.body))
    except ObjectNotFoundError as error:
        raise CaptureMismatchError(f"{key}: {error.message}") from None
    except (KeyError, ValueError) as error:
        raise CaptureMismatchError(f"{key} was not written by extract: metadata {error} is missing or wrong") from None
    return _checked(symbol, run, page, parts, max_holdings)


def _read_parts(lake: Lake, symbol: str, run: str, count: int, left: int) -> tuple[bytes, ...]:
    """The parts, of at most `left` bytes together."""
    parts = []
    for number in range(1, count + 1):
        part = lake.read(raw_part_key(symbol, run, number), most_bytes=left).body
        parts.append(part)
        left -= len(part)
    return tuple(parts)


def _max_holdings(text: str) -> int | None:
    return None if text == "all" else int(text)


def _check_times(fetched_at: str) -> None:
    """Raises ValueError for what is not an aware time."""
    if datetime.fromisoformat(fetched_at).tzinfo is None:
        raise ValueError(f"fetched-at {shorten(fetched_at)} without a time zone")


def _checked(symbol: str, run: str, page: StoredObject, parts: tuple[bytes, ...], max_holdings: int | None) -> Capture:
    if _digest(parts) != page.metadata.get("parts-sha256"):
        raise CaptureMismatchError(f"{raw_page_key(symbol, run)}: its parts belong to another attempt")
    return Capture(
        symbol=symbol,
        run=run,
        page=page.body,
        parts=parts,
        url=page.metadata["url"],
        fetched_at=page.metadata["fetched-at"],
        source=page.metadata["source"],
        max_holdings=max_holdings,
        module_error=page.metadata.get("module-error", ""),
    )
