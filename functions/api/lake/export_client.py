"""Who makes whole tables: a function of its own in the cloud, and what a caller is told of its faults.

The API's own function has no DuckDB: it would weigh on every cold start.
"""

import base64
import logging
from typing import TYPE_CHECKING, Protocol

from api.answers import LAMBDA_BYTES
from api.faults import ExportError
from api.invoking import Fault, InvocationError, LambdaFunction, object_in
from etf_common.whole_tables import TABLES, Export, Exported

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

log = logging.getLogger("etf.api")
READ_SECONDS = 11.0
"""Its cold start included. The API's own function ends after 15 s."""
ANSWER_BYTES = LAMBDA_BYTES // 4 * 3
"""So many bytes have in Base64 what Lambda may return."""
_AGAIN = "try again in a moment"
_LATE = "the table takes longer to write than a request may"
_TOLD = {
    Fault.LATE: f"{_LATE}: {_AGAIN}",
    Fault.THROTTLED: f"too many tables are being written: {_AGAIN}",
    Fault.REFUSED: f"the export function cannot be reached: {_AGAIN}; ask the owner if it persists",
    Fault.SILENT: f"the export function does not answer: {_AGAIN}",
    Fault.FAILED: f"the table could not be written: {_AGAIN}, or ask for one fund with etf",
}


class Exporter(Protocol):
    """Makes whole tables."""

    inline_bytes: int
    """The most bytes of a result that the API answers itself."""
    stores: bool
    """Whether results that are large or slow are put into the lake, under the export's key, and their addresses given
    away."""

    def __call__(self, export: Export) -> Exported:
        """The result. Raises ExportError."""


class LambdaExporter:
    """Has a Lambda function make them, on AWS or at `endpoint`.

    `stores` is for an API with an access token: nothing throttles who fetches from S3, and its owner pays for it.
    """

    inline_bytes = ANSWER_BYTES

    def __init__(
        self, function: str, client: "LambdaClient | None" = None, *, stores: bool, endpoint: str | None = None
    ) -> None:
        self._call = LambdaFunction(function, READ_SECONDS, client, endpoint=endpoint)
        self.stores = stores

    def __call__(self, export: Export) -> Exported:
        """The result. Raises ExportError."""
        try:
            body = self._call({"export": export.document(), "inline_bytes": self.inline_bytes, "stores": self.stores})
        except InvocationError as fault:
            if fault.fault is Fault.LATE:
                raise self._late(str(fault), export) from None
            raise _failed(str(fault), _TOLD[fault.fault]) from None
        return exported_in(body, export)

    def _late(self, why: str, export: Export) -> ExportError:
        """The function goes on, but what it writes stays only where results are stored."""
        if self.stores:
            return _failed(why, f"{_LATE}: it is being written, ask again in some seconds")
        if TABLES[export.table].has_funds and not export.etf:
            log.error("export", extra={"why": why})
            return ExportError(f"{_LATE}: ask for one fund with etf", is_worth_another_try=False)
        return _failed(why, _TOLD[Fault.LATE])


class NoExporter:
    """Where there is none: only what is stored as it is asked for can be answered."""

    inline_bytes, stores = ANSWER_BYTES, False

    def __call__(self, export: Export) -> Exported:
        """Raises ExportError."""
        log.error("export", extra={"why": f"no EXPORT_FUNCTION for {export.name}"})
        raise ExportError(
            "this API cannot write whole tables: its owner sets EXPORT_FUNCTION to the function that writes them"
        )


def exported_in(body: bytes, export: Export) -> Exported:
    """The result in the function's answer. Raises ExportError for anything else."""
    found = object_in(body) or {}
    content, key, gone, size = (found.get(name) for name in ("content", "key", "gone", "too_large"))
    if isinstance(content, str):
        try:
            return Exported(content=base64.b64decode(content, validate=True))
        except ValueError:
            content = None
    if key == export.key:
        return Exported(key=export.key)
    if isinstance(gone, str) and gone:
        return Exported(gone=gone)
    if type(size) is int and size > 0:
        return Exported(too_large=size)
    raise _failed("shape", "the export function returned an invalid answer: ask the owner of this API")


def _failed(why: str, message: str) -> ExportError:
    log.error("export", extra={"why": why})
    return ExportError(message)
