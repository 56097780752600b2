"""Bytes that no HTTP client would send: one clear refusal or one clear answer, and the next caller is served."""

import http.client
import json
import re
import socket
from contextlib import ExitStack, suppress

import pytest
from hypothesis import given, seed
from hypothesis import strategies as st

from local.gateway import LIMITS, THREADS
from local.wsgi_server import WsgiServer
from tests.functional.hostile.conftest import SEED, Served, examples, fresh_examples

HOST = b"Host: x\r\nConnection: close\r\n"
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
DROPPED = 0
"""For a status: the connection was closed while the flood went on, and the answer was lost with it."""
PATIENCE = 20.0
"""Seconds; cheroot gives a silent connection up after ten."""


def talk(served: Served, *pieces: bytes) -> bytes:
    """All that comes back for these bytes; nothing for a flood that is hung up on."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as connection:
        answer = b""
        with suppress(OSError):
            for piece in pieces:
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while data := connection.recv(1 << 16):
                answer += data
        return answer


def get(target: bytes, *headers: bytes) -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"".join(header + b"\r\n" for header in headers) + b"\r\n"


def post(*headers: bytes, body: bytes = b"") -> bytes:
    head = b"".join(header + b"\r\n" for header in headers)
    return b"POST /api/etfs HTTP/1.1\r\n" + HOST + head + b"\r\n" + body


ODD_REQUESTS = {
    "a line end in the target": (b"GET /api/etfs/VTI\r\nX: y HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "HTTP/0.9": (b"GET /api/health\r\n\r\n", {400}),
    "HTTP/9.9": (b"GET /api/health HTTP/9.9\r\n\r\n", {505}),  # RFC 9110 names this status for it
    "no version": (b"GET /api/health HTTP/x\r\n\r\n", {400}),
    "HTTP/2's preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {505}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n" + bytes(50), {400}),
    "bare line feeds": (b"GET /api/health HTTP/1.1\nHost: x\n\n", {400}),
    "an absolute target": (get(b"http://elsewhere.example/api/health"), {400}),
    "a file as target": (get(b"file:///etc/passwd"), {400}),
    "a host as target": (get(b"//elsewhere.example/api/health"), {400}),
    "an asterisk as target": (get(b"*"), {400}),
    "CONNECT": (b"CONNECT elsewhere.example:443 HTTP/1.1\r\n" + HOST + b"\r\n", {405}),
    "a fragment": (get(b"/api/etfs#x"), {400}),
    "dots": (get(b"/api/etfs/../../../../etc/passwd"), {404}),
    "dots in code": (get(b"/api/etfs/%2e%2e%2f%2e%2e%2fraw%2fQQQ"), {400}),
    "a NUL": (get(b"/api/etfs/\x00"), {400}),
    "a NUL in code": (get(b"/api/etfs/VTI%00"), {400}),
    "a header in code": (get(b"/api/etfs/V%0d%0aSet-Cookie:%20a=b"), {400}),
    "bytes that are no UTF-8": (get(b"/api/etfs/\xff\xfe"), {400}),
    "such bytes in code": (get(b"/api/etfs/%ff%fe%c0%80"), {400}),
    "a per cent sign alone": (get(b"/api/etfs/%zz%"), {400}),
    "10 KB of symbol": (get(b"/api/etfs/" + b"A" * 10_000), {400}),
    "10 KB of query": (get(b"/api/etfs?x=" + b"%00" * 3_400), {400}),
    "a thousand parameters": (get(b"/api/etfs/QQQ/holdings?" + b"&".join(b"p%d=1" % n for n in range(1000))), {400}),
    "one parameter twice": (get(b"/api/etfs/QQQ/holdings?limit=1&limit=2"), {400}),
    "more than a target may be": (get(b"/" + b"a" * 2 * LIMITS.header_bytes), {414, DROPPED}),
    "more than a header may be": (get(b"/api/health", b"X: " + b"a" * 2 * LIMITS.header_bytes), {413, DROPPED}),
    "more headers than may be": (get(b"/api/health", *(b"X-%d: y" % n for n in range(5_000))), {413, DROPPED}),
    "a header without a colon": (get(b"/api/health", b"nothing"), {400}),
    "a header that is folded": (get(b"/api/health", b"X: a\r\n b"), {200, 400}),
    "two hosts": (get(b"/api/health", b"Host: y"), {200, 400}),
    "two If-None-Match": (get(b"/api/etfs/QQQ", b'If-None-Match: "a"', b"If-None-Match: \xff"), {200}),
    "a header's name with an underscore": (get(b"/api/health", b"Accept_Encoding: gzip"), {200, 400}),
    "a return in Origin": (get(b"/api/health", b"Origin: https://a\rSet-Cookie: a=b"), {200, 400}),
    "a method in a header": (get(b"/api/health", b"X-HTTP-Method-Override: DELETE"), {200}),
    "another host in a header": (get(b"/api/etfs", b"X-Forwarded-Host: elsewhere.example"), {200}),
    "10 KB of method": (b"A" * 10_000 + b" /api/health HTTP/1.1\r\n" + HOST + b"\r\n", {405}),
    "a method in small letters": (b"get /api/health HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "two lengths": (post(b"Content-Length: 3", b"Content-Length: 5", body=b"abcde"), {400, 405}),
    "a length below nothing": (post(b"Content-Length: -3", body=b"abc"), {400, 405}),
    "a length that is none": (post(b"Content-Length: abc", body=b"abc"), {400}),
    "a length beyond all": (post(b"Content-Length: " + b"9" * 30), {413}),
    "more than a body may be": (post(b"Content-Length: %d" % (LIMITS.body_bytes + 1)), {413}),
    "a body that breaks off": (post(b"Content-Length: 100", body=b"abc"), {400, 405}),
    "chunks": (post(b"Transfer-Encoding: chunked", body=b"3\r\nabc\r\n0\r\n\r\n"), {405}),
    "chunks that are none": (post(b"Transfer-Encoding: chunked", body=b"zz\r\nabc\r\n0\r\n\r\n"), {400}),
    "a chunk of no end": (post(b"Transfer-Encoding: chunked", body=b"f" * 40 + b"\r\nabc"), {400}),
    "a chunk below nothing": (post(b"Transfer-Encoding: chunked", body=b"-5\r\nabc\r\n0\r\n\r\n"), {400, 405}),
    "chunks that break off": (post(b"Transfer-Encoding: chunked", body=b"5\r\nab"), {400}),
    "chunks and a length": (
        post(b"Content-Length: 3", b"Transfer-Encoding: chunked", body=b"3\r\nabc\r\n0\r\n\r\n"),
        {400, 405},
    ),
    # RFC 9112, 6.1: a coding that is not understood is answered with 501.
    "another coding": (post(b"Transfer-Encoding: gzip", body=b"abc"), {501}),
    "nearly chunked": (post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"), {501}),
    "nothing": (b"\r\n\r\n", {400}),
}


@pytest.mark.parametrize("name", ODD_REQUESTS)
def test_an_odd_request_is_answered_or_refused_and_the_next_is_served(served: Served, name: str) -> None:
    request, expected = ODD_REQUESTS[name]

    answer = talk(served, request)

    status, *more = map(int, STATUS.findall(answer) or [DROPPED])
    assert status in expected
    assert all(code < 500 for code in more), "what was left of the request was taken for another one"
    check_head(answer)
    assert served.leaks(answer.decode("latin-1")) == []
    assert served.forbidden() == []
    assert healthy(served)


def check_head(answer: bytes) -> None:
    """No header came in from outside."""
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    assert "\n" not in head.replace("\r\n", "")
    assert not re.search(r"(?im)^(set-cookie|location):|elsewhere", head)


def healthy(served: Served) -> bool:
    return talk(served, get(b"/api/health")).endswith(b'{"status": "healthy"}')


@pytest.mark.parametrize("method", ["HEAD", "GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "MADE-UP"])
@pytest.mark.parametrize("path", ["/api/etfs", "/api/etfs/QQQ", "/api/etfs/QQQ/holdings", "/api/nothing", "/"])
def test_on_one_connection_every_answer_is_followed_by_its_own_next(served: Served, method: str, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE)
    try:
        # Given an answer to any method
        connection.request(method, path)
        first = connection.getresponse()
        first.read()
        # Then the connection goes on with the answer to the next request and nothing of the first
        connection.request("GET", "/api/health")
        assert json.loads(connection.getresponse().read()) == {"status": "healthy"}
    finally:
        connection.close()
    if path.startswith("/api/etfs") and method not in {"GET", "HEAD", "OPTIONS"}:
        assert (first.status, first.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    if first.status == 204:
        assert first.headers["Content-Length"] is None


@pytest.mark.parametrize("path", [b"/api/etfs", b"/api/etfs/QQQ", b"/api/health", b"/api/nothing"])
def test_nothing_of_a_body_follows_an_answer_to_head(served: Served, path: bytes) -> None:
    answer = talk(served, b"HEAD " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n" + get(b"/api/health"))

    head, _, rest = answer.partition(b"\r\n\r\n")
    assert re.search(rb"(?m)^Content-Length: [1-9]", head)
    assert rest.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("headers", [{"If-None-Match": "*"}, {"If-None-Match": "*", "Accept-Encoding": "gzip"}])
def test_an_answer_without_a_body_claims_no_length_of_one(served: Served, headers: dict[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/api/etfs/QQQ", headers=headers)
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Content-Length"], answer.read()) == (304, None, b"")
    finally:
        connection.close()


def test_a_body_in_chunks_is_read_to_its_end(served: Served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE)
    try:
        connection.request("POST", "/api/etfs", body=(b"x" * 1000 for _ in range(20)), encode_chunked=True)
        connection.getresponse().read()
        connection.request("GET", "/api/health")
        assert connection.getresponse().status == 200
    finally:
        connection.close()


def test_a_body_of_more_than_is_taken_is_not_kept(served: Served) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    flood = (chunk for _ in range(2 * LIMITS.body_bytes // 0x10000))

    answer = talk(served, post(b"Transfer-Encoding: chunked"), *flood)

    assert set(map(int, STATUS.findall(answer) or [DROPPED])) <= {400, 413, DROPPED}
    assert healthy(served)


def test_what_a_server_says_of_a_defect_goes_to_the_log_only(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    # Given an application that fails, and says what it was asked
    def failing(environ: dict[str, str], _: object) -> list[bytes]:
        raise ValueError(environ["PATH_INFO"])

    with (
        WsgiServer(failing, name="failing", threads=1) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection,
    ):
        connection.sendall(get(b"/%1b[2J"))
        assert b" 500 " in connection.recv(1 << 16)

    # Then the terminal hears of it through the log, whose lines are escaped, and not from the server itself
    assert capfd.readouterr() == ("", "")
    assert [record.name for record in caplog.records] == ["etf.http"]


def test_slow_callers_do_not_keep_others_waiting(served: Served) -> None:
    connections: list[socket.socket] = []
    with ExitStack() as slow:
        for _ in range(5):
            connection = slow.enter_context(socket.create_connection(("127.0.0.1", served.port)))
            connection.sendall(b"GET /api/health HTTP/1.1\r\nHost:")
            connection.setblocking(False)
            connections.append(connection)

        assert all(healthy(served) for _ in range(10))

        # The server still waits for the slow callers, so the others were not served after them.
        for connection in connections:
            with pytest.raises(BlockingIOError):
                connection.recv(1)


@pytest.mark.fire
def test_silent_callers_are_given_up(served: Served) -> None:
    # Given one more than there are threads
    with ExitStack() as slow:
        connections = []
        for _ in range(THREADS + 1):
            connections.append(slow.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=60)))
            connections[-1].sendall(b"GET /api/health HTTP/1.1\r\nHost:")
        # Then everybody is told in the end, and the next is served
        answers = [connection.recv(1 << 16) for connection in connections]
    assert {answer.split(b" ")[1] for answer in answers if answer} == {b"408"}
    assert healthy(served)


TOKENS = [
    *(b"GET ", b"POST ", b"/api/etfs/QQQ", b"/api/health", b" HTTP/1.1", b" HTTP/1.0", b"\r\n", b"\n", b"\r\n\r\n"),
    *(b"Host: x", b"Content-Length: 5", b"Transfer-Encoding: chunked", b"Connection: close", b"5\r\nabcde\r\n"),
    *(b"0\r\n\r\n", b"%00", b"..", b"?", b":", b" ", b"\t", b"\x00", b"\xff", b"Expect: 100-continue"),
]
PIECES = st.binary(max_size=60) | st.sampled_from(TOKENS)


@examples(150)
@given(pieces=st.lists(PIECES, max_size=12))
def test_any_bytes(served: Served, pieces: list[bytes]) -> None:
    any_bytes(served, pieces)


@pytest.mark.fire
@seed(SEED)
@fresh_examples(1_500)
@given(pieces=st.lists(PIECES, max_size=20))
def test_any_bytes_for_longer(served: Served, pieces: list[bytes]) -> None:
    any_bytes(served, pieces)


def any_bytes(served: Served, pieces: list[bytes]) -> None:
    answer = talk(served, b"".join(pieces))

    assert all(status < 500 or status in {501, 505} for status in map(int, STATUS.findall(answer)))
    assert served.leaks(answer.decode("latin-1")) == []
