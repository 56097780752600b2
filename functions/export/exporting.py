"""From a question to its result: the objects are read, the table is written, and what is large is put into the lake."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from etf_common.csv_text import CONTENT_TYPE as CSV
from etf_common.flat_table import NDJSON
from etf_common.lake import Lake, ObjectNotFoundError
from etf_common.parquet_file import CONTENT_TYPE as PARQUET
from etf_common.whole_tables import Export, Exported, Format
from export.writing import write

TYPES: dict[Format, str] = {
    "parquet": PARQUET,
    "ndjson": NDJSON,
    "csv": CSV,
}
SLOW_SECONDS = 3.0
"""What takes longer may reach nobody: the API waits for 11 seconds, of which a cold start takes some."""


def exported(
    lake: Lake, export: Export, inline_bytes: int, *, stores: bool, clock: Callable[[], float] = time.monotonic
) -> Exported:
    """The result itself if it has at most `inline_bytes`, else the key under which it is put into the lake if `stores`.

    A small one that was slow is put there too, so that a caller who could not wait for it finds it.
    Raises DamagedObjectError, duckdb.Error and the storage's own errors.
    """
    began = clock()
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        sources: list[Path] = []
        for number, source in enumerate(export.sources):
            path = folder / f"source-{number}.parquet"
            if not _fetch(lake, source.key, source.etag, path):
                return Exported(gone=source.key)
            sources.append(path)
        made = write(export, sources, folder)
        size = made.stat().st_size
        is_small = size <= inline_bytes
        if stores and (not is_small or clock() - began > SLOW_SECONDS):
            encoding = None if export.format == "parquet" else "gzip"
            lake.write_file(export.key, made, TYPES[export.format], encoding)
        if is_small:
            return Exported(content=made.read_bytes())
        return Exported(key=export.key) if stores else Exported(too_large=size)


def _fetch(lake: Lake, key: str, etag: str, path: Path) -> bool:
    """Whether the object is there as it was when the question was asked; then it stands in the file."""
    try:
        stored = lake.read(key)
    except ObjectNotFoundError:
        return False
    if etag and stored.etag != etag:
        return False
    path.write_bytes(stored.body)
    return True
