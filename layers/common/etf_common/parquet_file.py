"""Flat tables as Parquet, written without a library, and how many rows a Parquet file has.

The subset of the format that every reader has: one row group, one page a column, plain values, in gzip. DuckDB would
weigh 64 MB in every cold start of the API; a snapshot's list needs no more than this. The format is described at
https://parquet.apache.org/docs/file-format/, the metadata's encoding is Thrift's compact protocol.
"""

import gzip
import struct
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Any

from etf_common.flat_table import Cell, FlatTable

CONTENT_TYPE = "application/vnd.apache.parquet"
MAGIC = b"PAR1"
TAIL_BYTES = 8
"""The length of the metadata and the magic, which end a file."""
_BOOLEAN, _INT32, _DOUBLE, _BYTE_ARRAY = 0, 1, 5, 6
_TYPES = {"text": _BYTE_ARRAY, "number": _DOUBLE, "whole": _INT32, "boolean": _BOOLEAN}
_OPTIONAL, _UTF8, _PLAIN, _RLE, _GZIP, _DATA_PAGE = 1, 0, 0, 3, 2, 0
_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12
_DEEPEST = 16
"""More lists and structs within each other than the metadata has."""


def parquet_of(table: FlatTable, whole: Collection[str] = ()) -> bytes:
    """The table as a Parquet file: texts as UTF-8, numbers as doubles, every column can be null.

    `whole` names the columns that are whole numbers, of 32 bits.
    """
    kinds = ["whole" if column.name in whole else column.kind for column in table.columns]
    body = bytearray(MAGIC)
    chunks: list[bytes] = []
    for place, (name, kind) in enumerate(zip(table.names, kinds, strict=True)):
        begins = len(body)
        values = [row[place] for row in table.rows]
        page, size = _page(kind, values)
        body += page
        chunks.append(_chunk(name, kind, len(values), begins, length=len(page), size=size))
    total = len(body) - len(MAGIC)
    group = _struct((1, _LIST, _list(_STRUCT, chunks)), (2, _I64, _zigzag(total)), (3, _I64, _zigzag(len(table.rows))))
    root = _struct((4, _BINARY, _binary("schema")), (5, _I32, _zigzag(len(table.columns))))
    footer = _struct(
        (1, _I32, _zigzag(1)),
        (2, _LIST, _list(_STRUCT, [root, *map(_element, table.names, kinds)])),
        (3, _I64, _zigzag(len(table.rows))),
        (4, _LIST, _list(_STRUCT, [group])),
        (6, _BINARY, _binary("etf-portfolio-pipeline")),
    )
    return bytes(body) + footer + struct.pack("<I", len(footer)) + MAGIC


def _page(kind: str, values: Sequence[Cell]) -> tuple[bytes, int]:
    """A column's only page, and its size before compression."""
    there = [value for value in values if value is not None]
    levels = _levels(values)
    plain = struct.pack("<I", len(levels)) + levels + _ENCODERS[kind](there)
    zipped = gzip.compress(plain, compresslevel=6, mtime=0)
    described = _struct(
        (1, _I32, _zigzag(len(values))), (2, _I32, _zigzag(_PLAIN)), (3, _I32, _zigzag(_RLE)), (4, _I32, _zigzag(_RLE))
    )
    header = _struct(
        (1, _I32, _zigzag(_DATA_PAGE)),
        (2, _I32, _zigzag(len(plain))),
        (3, _I32, _zigzag(len(zipped))),
        (5, _STRUCT, described),
    )
    return header + zipped, len(header) + len(plain)


def _levels(values: Iterable[Cell]) -> bytes:
    """Which cells are there, as runs: their length above the bit that tells them from packed values, then 0 or 1."""
    runs = ((is_there, sum(1 for _ in cells)) for is_there, cells in groupby(value is not None for value in values))
    return b"".join(_varint(length << 1) + bytes([is_there]) for is_there, length in runs)


def _texts(values: Sequence[Any]) -> bytes:
    encoded = [value.encode() for value in values]
    return b"".join(struct.pack("<I", len(text)) + text for text in encoded)


def _doubles(values: Sequence[Any]) -> bytes:
    return struct.pack(f"<{len(values)}d", *values)


def _bits(values: Sequence[Any]) -> bytes:
    """Eight to a byte, the first in its lowest bit."""
    packed = bytearray((len(values) + 7) // 8)
    for place, value in enumerate(values):
        packed[place // 8] |= bool(value) << place % 8
    return bytes(packed)


def _integers(values: Sequence[Any]) -> bytes:
    return struct.pack(f"<{len(values)}i", *values)


_ENCODERS = {"text": _texts, "number": _doubles, "whole": _integers, "boolean": _bits}


def _element(name: str, kind: str) -> bytes:
    """A column's entry in the schema."""
    fields = [
        (1, _I32, _zigzag(_TYPES[kind])),
        (3, _I32, _zigzag(_OPTIONAL)),
        (4, _BINARY, _binary(name)),
    ]
    return _struct(*fields, *([(6, _I32, _zigzag(_UTF8))] if kind == "text" else []))


def _chunk(name: str, kind: str, count: int, begins: int, *, length: int, size: int) -> bytes:
    """Where a column's values are."""
    metadata = _struct(
        (1, _I32, _zigzag(_TYPES[kind])),
        (2, _LIST, _list(_I32, [_zigzag(_PLAIN), _zigzag(_RLE)])),
        (3, _LIST, _list(_BINARY, [_binary(name)])),
        (4, _I32, _zigzag(_GZIP)),
        (5, _I64, _zigzag(count)),
        (6, _I64, _zigzag(size)),
        (7, _I64, _zigzag(length)),
        (9, _I64, _zigzag(begins)),
    )
    return _struct((2, _I64, _zigzag(begins)), (3, _STRUCT, metadata))


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _zigzag(number: int) -> bytes:
    """A number that is not negative, as Thrift writes signed ones."""
    return _varint(number << 1)


def _binary(text: str) -> bytes:
    data = text.encode()
    return _varint(len(data)) + data


def _list(kind: int, items: Sequence[bytes]) -> bytes:
    head = bytes([len(items) << 4 | kind]) if len(items) < 15 else bytes([0xF0 | kind]) + _varint(len(items))
    return head + b"".join(items)


def _struct(*fields: tuple[int, int, bytes]) -> bytes:
    """Fields by their numbers, ascending: each says by how much its number is larger than the one before."""
    found, before = bytearray(), 0
    for number, kind, value in fields:
        found += bytes([number - before << 4 | kind]) + value
        before = number
    return bytes(found) + b"\0"


def footer_bytes(tail: bytes) -> int:
    """How many bytes before the end of a Parquet file its metadata begins, by its last 8 bytes.

    Raises ValueError for another file's.
    """
    if len(tail) != TAIL_BYTES or tail[4:] != MAGIC:
        raise ValueError("it is not the end of a Parquet file")
    return int.from_bytes(tail[:4], "little") + TAIL_BYTES


def row_count(ending: bytes) -> int:
    """How many rows a Parquet file has, by the end of it, from `footer_bytes` on. Raises ValueError."""
    try:
        reader = _Reader(ending)
        for number, kind in reader.fields():
            if number == 3 and kind == _I64:
                return reader.number()
            reader.skip(kind, _DEEPEST)
    except IndexError:
        pass
    raise ValueError("it is not the metadata of a Parquet file")


class _Reader:
    """Thrift's compact protocol, as far as it takes to pass over what is not wanted. Raises IndexError at the end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _unsigned(self) -> int:
        found, shift = 0, 0
        while True:
            byte = self._byte()
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found
            shift += 7
            if shift > 63:
                raise ValueError("it is no number")

    def number(self) -> int:
        """A signed number."""
        found = self._unsigned()
        return found >> 1 ^ -(found & 1)

    def fields(self) -> Iterable[tuple[int, int]]:
        """The number and the type of each field of a struct; its value has to be read or skipped before the next."""
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self.number()
            yield number, head & 0x0F

    def skip(self, kind: int, deepest: int) -> None:
        """Pass over a value. Raises ValueError for what the metadata of Parquet does not have."""
        if deepest == 0:
            raise ValueError("structs are nested too deeply")
        if kind in (1, 2):  # true and false, which the field's head says
            return
        if kind == 3:
            self._at += 1
        elif kind in (4, _I32, _I64):
            self._unsigned()
        elif kind == 7:
            self._at += 8
        elif kind == _BINARY:
            length = self._unsigned()
            self._at += length
        elif kind in (_LIST, 10):
            self._skip_list(deepest)
        elif kind == _STRUCT:
            for _, inner in self.fields():
                self.skip(inner, deepest - 1)
        else:
            raise ValueError(f"there is no type {kind}")

    def _skip_list(self, deepest: int) -> None:
        head = self._byte()
        count, kind = head >> 4, head & 0x0F
        if count == 15:
            count = self._unsigned()
        for _ in range(count):
            if self._at >= len(self._data):
                raise IndexError
            if kind in (1, 2):
                self._at += 1  # in a list each has a byte of its own
            else:
                self.skip(kind, deepest - 1)
