"""How an answer goes out: whole, or in the way that a fault prescribes."""

import socket
import struct
import threading
from collections.abc import Iterator
from typing import Protocol

from sample_portal.markup import ERROR_PAGE
from sample_portal.options import Fault, Kind
from sample_portal.research_site import Reply

_BLOCK = b"<!-- nothing of interest -->\r\n" * 2_000
_NO_GZIP = b"\x1f\x8b\x08\x00this is not what a compressor writes" * 20
# Closing with no time to linger sends a reset instead of the usual farewell.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Wire(Protocol):
    """One request's way back to its client."""

    connection: socket.socket

    @property
    def target(self) -> str:
        """Path and query of the request."""

    @property
    def stopping(self) -> threading.Event:
        """Set when the portal stops."""

    def send_head(self, status: int, headers: dict[str, str]) -> None:
        """Send the status line and the headers."""

    def send_bytes(self, data: bytes) -> None:
        """Send some of the body."""

    def end_connection(self) -> None:
        """Take no further request on this connection."""

    def drop(self) -> None:
        """Close the connection at once."""


def deliver(reply: Reply, wire: Wire) -> None:
    """Send `reply`; of several faults that concern the delivery the first one counts."""
    for fault in reply.faults:
        if fault.kind in _DELIVERIES:
            _DELIVERIES[fault.kind](reply, fault, wire)
            return
    _whole(reply.status, _headers(reply), reply.body, wire)


def _headers(reply: Reply) -> dict[str, str]:
    return {"Content-Type": reply.content_type, **reply.headers}


def _whole(status: int, headers: dict[str, str], body: bytes, wire: Wire) -> None:
    wire.send_head(status, {**headers, "Content-Length": str(len(body))})
    wire.send_bytes(body)


def _status(_reply: Reply, fault: Fault, wire: Wire) -> None:
    asked = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
    _whole(fault.status, {"Content-Type": "text/html", **asked}, ERROR_PAGE, wire)


def _hang(_reply: Reply, fault: Fault, wire: Wire) -> None:
    wire.stopping.wait(fault.seconds)
    wire.end_connection()


def _drip(reply: Reply, fault: Fault, wire: Wire) -> None:
    wire.send_head(reply.status, {**_headers(reply), "Content-Length": str(len(reply.body))})
    for piece in _pieces(reply.body, fault.chunk):
        wire.send_bytes(piece)
        if wire.stopping.wait(fault.seconds):
            wire.end_connection()
            return


def _drip_head(_reply: Reply, fault: Fault, wire: Wire) -> None:
    wire.end_connection()
    wire.send_bytes(b"HTTP/1.1 200 OK\r\nX-Padding: ")
    while not wire.stopping.wait(fault.seconds):
        wire.send_bytes(b"x")


def _pieces(body: bytes, size: int) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


def _broken_off(reply: Reply, _fault: Fault, wire: Wire) -> None:
    wire.send_head(reply.status, {**_headers(reply), "Content-Length": str(len(reply.body))})
    wire.send_bytes(reply.body[: len(reply.body) // 2])
    wire.end_connection()


def _reset(reply: Reply, fault: Fault, wire: Wire) -> None:
    _broken_off(reply, fault, wire)
    wire.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    wire.drop()


def _cut(reply: Reply, _fault: Fault, wire: Wire) -> None:
    _whole(reply.status, _headers(reply), reply.body[: len(reply.body) // 2], wire)


def _garbage_gzip(reply: Reply, _fault: Fault, wire: Wire) -> None:
    _whole(reply.status, {**_headers(reply), "Content-Encoding": "gzip"}, _NO_GZIP, wire)


def _huge(reply: Reply, fault: Fault, wire: Wire) -> None:
    wire.send_head(reply.status, {**_headers(reply), "Content-Length": str(fault.size)})
    left = fault.size
    while left and not wire.stopping.is_set():
        block = _BLOCK[:left]
        wire.send_bytes(block)
        left -= len(block)
    if left:
        wire.end_connection()


def _redirect_within(_reply: Reply, _fault: Fault, wire: Wire) -> None:
    separator = "&" if "?" in wire.target else "?"
    _whole(302, {"Location": f"{wire.target}{separator}moved=1"}, b"", wire)


def _redirect_away(_reply: Reply, fault: Fault, wire: Wire) -> None:
    _whole(302, {"Location": fault.location}, b"", wire)


_DELIVERIES = {
    Kind.STATUS: _status,
    Kind.HANG: _hang,
    Kind.DRIP: _drip,
    Kind.DRIP_HEAD: _drip_head,
    Kind.RESET: _reset,
    Kind.CUT: _cut,
    Kind.BROKEN_OFF: _broken_off,
    Kind.GARBAGE_GZIP: _garbage_gzip,
    Kind.HUGE: _huge,
    Kind.REDIRECT_WITHIN: _redirect_within,
    Kind.REDIRECT_AWAY: _redirect_away,
}
