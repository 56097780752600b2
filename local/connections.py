"""Connections that no slow client can hold a thread with.

cheroot gives a thread to a connection as soon as its first byte is there, and waits in that thread. Here one thread
waits for all slow clients together: until a whole request has arrived, and until an answer has been taken. A worker
only ever sees a complete request, and hands its answer over without waiting.
"""

import queue
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cheroot.server import HTTPConnection

from local.http_framing import ReceivedBytes

if TYPE_CHECKING:
    from local.wsgi_server import Server

_CHECK_SECONDS = 0.1
_RECEIVE_BYTES = 256 * 1024
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_TIMED_OUT = (
    b"HTTP/1.1 408 Request Timeout\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


@dataclass(frozen=True)
class Limits:
    """What a caller may cost."""

    request_seconds: float = 10.0
    """From the first byte of a request, or from connecting, to the last byte of its body."""
    answer_seconds: float = 60.0
    """For a client to take a whole answer."""
    header_bytes: int = 16 * 1024
    """API Gateway takes 10,240 bytes of request line and headers: what it lets through comes through here."""
    body_bytes: int = 10 * 1024 * 1024
    """API Gateway's own limit."""
    connections: int = 400
    """Below the 1,024 files that a process may usually open. Beyond it, those that have waited longest are closed."""
    held_bytes: int = 128 * 1024 * 1024
    """Of unfinished requests and untaken answers together. Beyond it, the largest are closed."""


class UntakenBytes:
    """What is to be sent to a client. cheroot writes it like a file; it never waits for the socket."""

    def __init__(self) -> None:
        self.bytes_written = 0
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        """Add to what is to be sent."""
        self.data += data
        self.bytes_written += len(data)
        return len(data)

    def send_on(self, connection: socket.socket) -> bool:
        """Send what the client takes now; whether that is all. Raises OSError if the client is gone."""
        view = memoryview(self.data)
        sent = 0
        try:
            while sent < len(view):
                sent += connection.send(view[sent:])
        except BlockingIOError:
            return False
        finally:
            view.release()
            del self.data[:sent]
        return True


class Connection(HTTPConnection):
    """A client's connection. One thread at a time works on it: the server's, a worker or the one that waits."""

    server: "Server"
    rfile: ReceivedBytes
    wfile: UntakenBytes

    def __init__(self, server: "Server", sock: socket.socket, _makefile: Any = None) -> None:
        sock.setblocking(False)
        self.deadline: float | None = None
        self.is_closing = False
        self.holds_worker = False
        super().__init__(server, sock, self._file)
        server.open_connections.add(self)

    def _file(self, _socket: socket.socket, mode: str, _size: int) -> Any:
        limits = self.server.limits
        return ReceivedBytes(limits.header_bytes, limits.body_bytes) if "r" in mode else UntakenBytes()

    def receive(self) -> bool:
        """Take what has arrived; whether there is a whole request. Raises OSError if the client is gone."""
        with suppress(BlockingIOError):
            self.rfile.feed(self.socket.recv(_RECEIVE_BYTES))
        complete = self.rfile.is_complete()
        if complete and not len(self.rfile):
            raise ConnectionResetError("the client has closed the connection")
        if not complete and self.rfile.takes_continue():
            self.wfile.write(_CONTINUE)
            self.send()
        return complete

    def send(self) -> bool:
        """Send what the client takes now; whether that is all. Raises OSError if the client is gone."""
        return self.wfile.send_on(self.socket)

    def communicate(self) -> bool:
        """Answer the one request that is there; whether the connection stays open."""
        try:
            stays: bool = super().communicate()  # type: ignore[no-untyped-call]
        finally:
            self.server.worker_is_free(self)
        try:
            self.send()
        except OSError:
            self.wfile.data.clear()
            return False
        return stays

    def close(self) -> None:
        """Close once the client has taken its answer."""
        self.is_closing = True
        if self.wfile.data:
            self.server.waiting.add(self)
        else:
            self.drop()

    def drop(self) -> None:
        """Close at once."""
        self.server.open_connections.discard(self)
        with suppress(OSError):
            super().close()

    def time_out(self) -> None:
        """Say that the request took too long, if one has begun, and close."""
        if len(self.rfile) and not self.wfile.data:
            self.wfile.write(_TIMED_OUT)
            with suppress(OSError):
                self.send()
        self.drop()


class WaitingConnections:
    """The connections of slow clients, and the one thread that waits for them.

    `complete` is called with a connection whose request has arrived, `taken` with one whose answer is out.
    """

    def __init__(
        self, limits: Limits, complete: Callable[[Connection], None], taken: Callable[[Connection], None]
    ) -> None:
        self._limits = limits
        self._complete, self._taken = complete, taken
        self._selector = selectors.DefaultSelector()
        self._added: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._woken, self._wake = socket.socketpair()
        for end in (self._woken, self._wake):
            end.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="waiting-connections", daemon=True)

    def start(self) -> None:
        """Begin to wait."""
        self._thread.start()

    def stop(self) -> None:
        """Close all that are waiting."""
        self._stopping = True
        self._wake_up()
        self._thread.join()
        # Not closed by the thread, which can see that it is to stop before it is woken.
        self._woken.close()
        self._wake.close()

    def add(self, connection: Connection) -> None:
        """Wait for the client to take what is to be sent, or else for the rest of its request."""
        if connection.wfile.data:
            connection.deadline = time.monotonic() + self._limits.answer_seconds
        self._added.put(connection)
        self._wake_up()

    def _wake_up(self) -> None:
        with suppress(BlockingIOError):  # full of earlier calls, which wake as well
            self._wake.send(b"\0")

    def _run(self) -> None:
        next_check = 0.0
        while not self._stopping:
            for key, _ in self._selector.select(_CHECK_SECONDS):
                if key.data is None:
                    self._woken.recv(4096)
                else:
                    self._serve(key.data)
            is_crowded = self._register_added() > self._limits.connections
            if (now := time.monotonic()) >= next_check or is_crowded:
                self._check(now)
                next_check = now + _CHECK_SECONDS
        self._register_added()
        for connection in self._connections():
            connection.drop()
        self._selector.close()

    def _connections(self) -> list[Connection]:
        return [key.data for key in self._selector.get_map().values() if key.data is not None]

    def _register_added(self) -> int:
        """Wait for those that were added; returns how many connections are open, if any was."""
        are_open = 0
        with suppress(queue.Empty):
            while True:
                connection = self._added.get_nowait()
                are_open = len(connection.server.open_connections)
                wanted = selectors.EVENT_WRITE if connection.wfile.data else selectors.EVENT_READ
                try:
                    self._selector.register(connection.socket, wanted, connection)
                except (OSError, ValueError, KeyError):
                    connection.drop()
        return are_open

    def _serve(self, connection: Connection) -> None:
        is_sending = bool(connection.wfile.data)
        try:
            is_done = connection.send() if is_sending else connection.receive()
        except OSError:
            self._selector.unregister(connection.socket)
            connection.drop()
            return
        if is_done:
            self._selector.unregister(connection.socket)
            (self._taken if is_sending else self._complete)(connection)

    def _check(self, now: float) -> None:
        """Close the connections that are overdue, then the oldest of too many, then the largest of too much."""
        waiting = sorted(self._connections(), key=lambda connection: connection.deadline or now)
        if not waiting:
            return
        too_many = len(waiting[0].server.open_connections) - self._limits.connections
        late = [number for number, each in enumerate(waiting) if (each.deadline or now) <= now or number < too_many]
        for number in late:
            self._selector.unregister(waiting[number].socket)
            waiting[number].time_out()
        sizes = {each: len(each.rfile) + len(each.wfile.data) for each in waiting if each.socket.fileno() >= 0}
        held = sum(sizes.values())
        for connection in sorted(sizes, key=sizes.__getitem__, reverse=True):
            if held <= self._limits.held_bytes:
                break
            held -= sizes[connection]
            self._selector.unregister(connection.socket)
            connection.drop()
