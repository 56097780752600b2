"""Where a request ends: the bytes that a client sent, as a file for cheroot to read once a whole request is there."""

import re

_HEAD_END = re.compile(rb"\n\r?\n")
_EXPECT = re.compile(rb"(?im)^(expect:[ \t]*)100-continue[ \t]*\r$")
_CRLF = b"\r\n"


class ReceivedBytes:
    """What a client sent and nobody has read yet. cheroot reads it like a file; it never waits for the socket.

    The limits are in bytes. What is too large or malformed counts as complete at once, because cheroot refuses it
    without reading on.
    """

    def __init__(self, max_header: int, max_body: int) -> None:
        self.bytes_read = 0
        self.closed = False
        self._max_header, self._max_body = max_header, max_body
        self._data = bytearray()
        self._ended = False
        self._after_chunks = False
        self._restart()

    def _restart(self) -> None:
        self._searched = 0
        self._end: int | None = None
        self._next_chunk: int | None = None
        self._wants_continue = False

    def __len__(self) -> int:
        return len(self._data)

    def feed(self, data: bytes) -> None:
        """Add what arrived; nothing means that the client sends no more."""
        self._data += data
        self._ended = self._ended or not data

    def takes_continue(self) -> bool:
        """Whether the client waits for `100 Continue` before it sends the body; true once a request."""
        wanted, self._wants_continue = self._wants_continue, False
        return wanted

    def is_complete(self) -> bool:
        """Whether a whole request is here, or something that cheroot refuses without reading on."""
        self._skip_end_of_chunks()
        if self._ended:
            return True
        if self._end is None and self._next_chunk is None and not self._found_head():
            return len(self._data) > self._max_header
        if self._next_chunk is not None:
            return self._found_last_chunk(self._next_chunk)
        return self._end is not None and len(self._data) >= self._end

    def _skip_end_of_chunks(self) -> None:
        # cheroot leaves the empty line behind the last chunk for the next request.
        if self._after_chunks and self._data[:2] == _CRLF:
            del self._data[:2]
        if self._data:
            self._after_chunks = False

    def _found_head(self) -> bool:
        found = _HEAD_END.search(self._data, max(0, self._searched - 2))
        self._searched = len(self._data)
        if found is None:
            return False
        fields = _framing_fields(bytes(self._data[: found.end()]))
        self._end = found.end()
        if codings := fields.get(b"transfer-encoding"):
            if any(b"chunked" in coding.lower() for coding in codings):
                self._end, self._next_chunk = None, found.end()
        elif all(length.isdigit() and len(length) < 20 for length in fields.get(b"content-length", [])):
            length = max(map(int, fields.get(b"content-length", [b"0"])))
            self._end += length if length <= self._max_body else 0
        if fields.get(b"expect") and not self._is_whole():
            self._wants_continue = True
            # Blanked out, because cheroot would send the same line again.
            head = _EXPECT.sub(lambda match: match[1].ljust(len(match[0]) - 1) + b"\r", self._data[: found.end()])
            self._data[: found.end()] = head
        return True

    def _is_whole(self) -> bool:
        return self._end is not None and len(self._data) >= self._end

    def _found_last_chunk(self, start: int) -> bool:
        while True:
            self._next_chunk = start
            line_end = self._data.find(b"\n", start)
            if line_end < 0:
                return len(self._data) - start > self._max_header
            try:
                size = int(self._data[start:line_end].partition(b";")[0], 16)
            except ValueError:
                return True
            if size <= 0 or start + size > self._max_header + self._max_body:
                self._after_chunks = True
                return True
            start = line_end + 1 + size + len(_CRLF)

    def has_data(self) -> bool:
        """Whether another request has begun."""
        self._skip_end_of_chunks()
        return bool(self._data)

    def starts_with(self, beginnings: tuple[bytes, ...]) -> bool:
        """Whether the request begins with one of these."""
        return self._data.startswith(beginnings)

    def read(self, size: int | None = None) -> bytes:
        """At most `size` bytes; fewer, or none, where the client sent no more."""
        return self._take(len(self._data) if size is None or size < 0 else min(size, len(self._data)))

    def readline(self, size: int | None = None) -> bytes:
        """A line, of at most `size` bytes."""
        limit = len(self._data) if size is None or size < 0 else min(size, len(self._data))
        line_end = self._data.find(b"\n", 0, limit)
        return self._take(limit if line_end < 0 else line_end + 1)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._data[:size])
        del self._data[:size]
        self.bytes_read += size
        self._restart()
        return taken

    def close(self) -> None:
        """Forget what is left."""
        self.closed = True
        self._data.clear()


def _framing_fields(head: bytes) -> dict[bytes, list[bytes]]:
    """The values of the header fields that say where the request ends; names in lower case."""
    fields: dict[bytes, list[bytes]] = {}
    for line in head.split(b"\n")[1:]:
        name, _, value = line.partition(b":")
        name = name.strip().lower()
        if name in {b"content-length", b"transfer-encoding", b"expect"}:
            fields.setdefault(name, []).append(value.strip())
    return fields
