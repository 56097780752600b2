"""Export: makes the whole table that the API asks for. It reads tables/, and puts large results under exports/."""

import base64
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from etf_common.errors import UsageError
from etf_common.handlers import lazy_handler
from etf_common.lake import Lake
from etf_common.metrics import Metric, Metrics
from etf_common.whole_tables import Export
from export.exporting import exported

log = logging.getLogger("etf.export")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def create(environ: Mapping[str, str], *, clock: Callable[[], float] = time.monotonic) -> Handler:
    """The Lambda handler over LAKE_BUCKET. Raises UsageError for a bad variable."""
    lake, metrics = Lake.from_environment(environ), Metrics(environ)

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        """Make the table of `{"export": an Export's document, "inline_bytes": number}`.

        Returns `{"content": Base64}` for at most so many bytes, `{"key": ...}` of an object with more, or `{"gone":
        key}` if an object that the question names has changed. Raises UsageError for anything else.
        """
        began = clock()
        inline_bytes = event.get("inline_bytes") if isinstance(event, Mapping) else None
        if type(inline_bytes) is not int:
            raise UsageError('the event is not understood: give {"export": {...}, "inline_bytes": number}')
        export = Export.parse(event.get("export"))
        made = exported(lake, export, inline_bytes)
        fields = {"table": export.table, "format": export.format, "as_of": export.as_of, "of": export.etf}
        outcome = "gone" if made.gone else "stored" if made.key else "inline"
        seconds = clock() - began
        log.info("exported", extra={**fields, "outcome": outcome, "seconds": round(seconds, 3)})
        metrics.emit({Metric.EXPORT_SECONDS: seconds}, fields)
        if made.content is not None:
            return {"content": base64.b64encode(made.content).decode()}
        return {"key": made.key} if made.key else {"gone": made.gone}

    return handler


__getattr__ = lazy_handler(create)
