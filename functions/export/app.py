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
from etf_common.whole_tables import Export, Exported
from export.exporting import exported

log = logging.getLogger("etf.export")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def create(environ: Mapping[str, str], *, clock: Callable[[], float] = time.monotonic) -> Handler:
    """The Lambda handler over LAKE_BUCKET. Raises UsageError for a bad variable."""
    lake, metrics = Lake.from_environment(environ), Metrics(environ)

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        """Make the table of `{"export": an Export's document, "inline_bytes": number, "stores": boolean}`.

        Returns `{"content": Base64}` for at most so many bytes, of more `{"key": ...}` of the object that has them or
        `{"too_large": number}`, or `{"gone": key}` if an object that the question names has changed. Raises UsageError
        for anything else.
        """
        began = clock()
        given = event if isinstance(event, Mapping) else {}
        inline_bytes, stores = given.get("inline_bytes"), given.get("stores")
        if type(inline_bytes) is not int or type(stores) is not bool:
            raise UsageError(
                'the event is not understood: give {"export": {...}, "inline_bytes": number, "stores": boolean}'
            )
        export = Export.parse(given.get("export"))
        made = exported(lake, export, inline_bytes, stores=stores)
        fields = {"table": export.table, "format": export.format, "as_of": export.as_of, "of": export.etf}
        answer = _answer(made)
        seconds = clock() - began
        log.info("exported", extra={**fields, "outcome": next(iter(answer)), "seconds": round(seconds, 3)})
        metrics.emit({Metric.EXPORT_SECONDS: seconds}, fields)
        return answer

    return handler


def _answer(made: Exported) -> dict[str, Any]:
    if made.content is not None:
        return {"content": base64.b64encode(made.content).decode()}
    if made.too_large:
        return {"too_large": made.too_large}
    return {"key": made.key} if made.key else {"gone": made.gone}


__getattr__ = lazy_handler(create)
