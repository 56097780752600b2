"""Slow callers and slow readers: each is given up in time, and none of them takes a thread from the others."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from local.connections import Limits
from local.gateway import THREADS, Gateway

PATIENCE = 20.0
"""Seconds; only a caller who is not served at all waits so long."""
CROWD = 4 * THREADS
FOR_EVER = Limits(request_seconds=3600, answer_seconds=3600)
SHORT = Limits(request_seconds=0.5, answer_seconds=0.5)
LARGE = "x" * 20_000_000
"""More than the kernel takes off a server's hands for a client that does not read."""


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answers at once: what a path or a body calls for."""
    if event["rawPath"] == "/api/health":
        body = '{"status": "healthy"}'
    elif event["rawPath"] == "/large":
        body = LARGE
    else:
        body = json.dumps({"path": event["rawPath"], "body": event["body"]})
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": body}


@contextmanager
def gateway(limits: Limits, handle: Any = handler) -> Iterator[int]:
    with Gateway(handle, 0, limits) as opened:
        yield int(opened.url.rpartition(":")[2])


def connect(port: int, *, receive_buffer: int = 0) -> socket.socket:
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(PATIENCE)
    connection.connect(("127.0.0.1", port))
    return connection


def until_closed(connection: socket.socket) -> bytes:
    received = bytearray()
    try:
        while data := connection.recv(1 << 16):
            received += data
    except ConnectionError:
        pass
    return bytes(received)


def ask(port: int, path: str = "/api/etfs") -> bytes:
    with connect(port) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        return until_closed(connection)


def is_served(port: int) -> bool:
    return all(ask(port, path).startswith(b"HTTP/1.1 200 ") for path in ("/api/health", "/api/etfs"))


BEGINNINGS = {
    "nothing": b"",
    "a part of the request line": b"GET /api/et",
    "a part of the headers": b"GET /api/etfs HTTP/1.1\r\nHost: x\r\nX:",
    "a part of the body": b"POST /api/portfolio HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc",
    "a part of a chunk": b"POST /api/portfolio HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nabc",
    "chunks without a last one": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
    "a body that waits for leave": b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50),
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_any_number_of_unfinished_requests_leaves_the_others_served(name: str) -> None:
    with gateway(FOR_EVER) as port, ExitStack() as slow:
        for _ in range(CROWD):
            connection = slow.enter_context(connect(port))
            connection.sendall(BEGINNINGS[name])

        assert is_served(port)


@pytest.mark.parametrize("name", [name for name in BEGINNINGS if name != "nothing"])
def test_a_request_that_goes_on_byte_by_byte_is_given_up(name: str) -> None:
    with gateway(SHORT) as port, connect(port) as connection:
        connection.sendall(BEGINNINGS[name])
        connection.settimeout(0.05)
        answer = b""
        for _ in range(400):
            try:
                if not (data := connection.recv(1 << 16)):
                    break
                answer += data
            except TimeoutError:
                connection.send(b"1")  # within a header, a body or a chunk's size it changes nothing
            except ConnectionError:
                break
        else:
            pytest.fail("it is waited for without end")

    assert answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").startswith(b"HTTP/1.1 408 ")


def test_a_silent_connection_is_closed_without_an_answer() -> None:
    with gateway(SHORT) as port, connect(port) as connection:
        assert until_closed(connection) == b""


def test_readers_who_do_not_read_leave_the_others_served() -> None:
    with gateway(FOR_EVER) as port, ExitStack() as slow:
        for _ in range(THREADS + 2):
            connection = slow.enter_context(connect(port, receive_buffer=4096))
            connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")

        assert is_served(port)


def test_a_reader_who_does_not_read_is_given_up() -> None:
    with gateway(SHORT) as port, connect(port, receive_buffer=4096) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        first = connection.recv(16)
        time.sleep(1.5)  # the deadline passes
        assert first.startswith(b"HTTP/1.1 200 OK")
        assert len(until_closed(connection)) < len(LARGE)


def test_a_reader_who_is_slow_gets_the_whole_answer_and_the_next() -> None:
    with gateway(FOR_EVER) as port, connect(port, receive_buffer=4096) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)
        connection.sendall(b"GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        head, _, rest = until_closed(connection).partition(b"\r\n\r\n")

    assert f"Content-Length: {len(LARGE)}".encode() in head
    assert rest[: len(LARGE)] == LARGE.encode()
    assert rest[len(LARGE) :].startswith(b"HTTP/1.1 200 OK")
    assert b'"/next"' in rest[len(LARGE) :]


def test_of_too_many_connections_the_oldest_are_closed_and_the_new_are_served() -> None:
    limits = Limits(request_seconds=3600, connections=20)
    with gateway(limits) as port, ExitStack() as slow:
        first = slow.enter_context(connect(port))
        first.sendall(b"GET /")
        for _ in range(3 * limits.connections):
            slow.enter_context(connect(port)).sendall(b"GET /")
            assert is_served(port)
        assert until_closed(first).startswith((b"HTTP/1.1 408 ", b""))


def test_too_many_bytes_of_unfinished_requests_are_not_kept() -> None:
    limits = Limits(request_seconds=3600, held_bytes=3_000_000)
    with gateway(limits) as port, ExitStack() as slow:
        connections = [slow.enter_context(connect(port)) for _ in range(6)]
        for connection in connections:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 1_000_000)
        closed = 0
        for connection in connections:
            connection.settimeout(1.0)
            try:
                closed += until_closed(connection) == b""
            except TimeoutError:
                continue
        assert 3 <= closed < 6
        assert is_served(port)


def test_health_is_answered_while_every_other_question_takes_for_ever() -> None:
    # Given a handler that is busy, and more questions than there are threads
    go_on = threading.Event()

    def busy(event: dict[str, Any], context: object) -> dict[str, Any]:
        if event["rawPath"] != "/api/health":
            go_on.wait(PATIENCE)
        return handler(event, context)

    with gateway(FOR_EVER, busy) as port, ExitStack() as asking:
        connections = [asking.enter_context(connect(port)) for _ in range(CROWD)]
        for connection in connections:
            connection.sendall(b"GET /api/overlap HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

        # Then the health is told, before any of them
        assert ask(port, "/api/health").endswith(b'{"status": "healthy"}')
        assert ask(port, "/api/health").endswith(b'{"status": "healthy"}')

        # And everybody is answered in the end
        go_on.set()
        assert all(until_closed(connection).startswith(b"HTTP/1.1 200 ") for connection in connections)


def test_requests_in_one_go_are_answered_one_after_another() -> None:
    with gateway(FOR_EVER) as port, connect(port) as connection:
        body = b"POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        last = b"GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        connection.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n" + body + last)
        answer = until_closed(connection)

    assert [answer.index(f'"/{path}"'.encode()) for path in "abc"] == sorted(
        answer.index(f'"/{path}"'.encode()) for path in "abc"
    )
    assert answer.count(b"HTTP/1.1 200 OK") == 3


def test_who_asks_for_leave_to_send_a_body_gets_it_once() -> None:
    with gateway(FOR_EVER) as port, connect(port) as connection:
        head = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
        connection.sendall(head)
        assert connection.recv(1 << 16) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"abc")
        answer = until_closed(connection)

    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"YWJj" in answer


def test_the_empty_line_behind_chunks_is_not_the_beginning_of_a_request() -> None:
    with gateway(SHORT) as port, connect(port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n")
        first = connection.recv(1 << 16)
        connection.sendall(b"\r\n")
        assert until_closed(connection) == b"", "it is closed as an idle connection is, without a 408"

    assert first.startswith(b"HTTP/1.1 200 OK")


def test_a_body_that_ends_early_is_not_taken_for_the_whole() -> None:
    with gateway(FOR_EVER) as port, connect(port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{}")
        connection.shutdown(socket.SHUT_WR)
        assert until_closed(connection).startswith(b"HTTP/1.1 400 ")
