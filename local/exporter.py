"""Whole tables written in this process. DuckDB is imported at the first one: most starts need none."""

import threading

from api.faults import ExportError
from api.lake.export_client import READ_SECONDS
from etf_common.errors import DamagedObjectError
from etf_common.lake import Lake
from etf_common.whole_tables import Export, Exported

INLINE_BYTES = 64 * 1024 * 1024
"""Half of what the gateway holds of answers that are not taken yet. No answer passes Lambda here, and the folder of a
server that only reads takes no results."""
_TURN = threading.Lock()
"""One at a time, as DuckDB takes all processors."""


class LocalExporter:
    """Makes whole tables of one lake, and never puts one into it."""

    inline_bytes, stores = INLINE_BYTES, False

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def __call__(self, export: Export) -> Exported:
        """The result. Raises ExportError."""
        try:
            import duckdb  # noqa: PLC0415 - it takes a moment and 60 MB

            from export.exporting import exported  # noqa: PLC0415
        except ImportError as fault:
            raise ExportError(f"{fault.name} cannot be imported: `make setup` installs it") from None
        if not _TURN.acquire(timeout=READ_SECONDS):
            raise ExportError("too many tables are being written: try again in a moment")
        try:
            return exported(self._lake, export, self.inline_bytes, stores=self.stores)
        except (duckdb.Error, DamagedObjectError):
            raise ExportError(
                "the table could not be written: what is stored is damaged; `make run` builds it anew"
            ) from None
        finally:
            _TURN.release()
