"""Workbooks that are missing or older than their snapshot are made up.

A workbook is written behind the status, so what ends the process while it is made is told nowhere, and the capture is
settled. The sweep finds such a workbook by the listing alone: it was written before the snapshot.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from etf_common.errors import RetryableError, logged
from etf_common.flat_table import FlatTable
from etf_common.holdings_table import ListFacts, holdings_table
from etf_common.lake import DOWNLOADS, Lake, Listed, StoredObject, WriteConflictError, latest_key, workbook_key
from etf_common.models import Snapshot
from etf_common.status import MAX_TRIES, begin_try, end_try, read_status
from etf_common.workbook import CONTENT_TYPE
from transform.lake_view import LakeView

log = logging.getLogger("etf.transform")
RECENT = timedelta(hours=2)
"""Snapshots written since then are looked at themselves where the listing leaves a doubt: the sweep comes hourly."""
ONE_SECOND = timedelta(seconds=1)


def workbook_of(body: bytes, snapshot: Snapshot) -> bytes:
    """The workbook of a snapshot whose stored bytes are `body`."""
    # Imported here: neither the analytics nor XlsxWriter belongs into a cold start, and either may fail.
    from transform.fund_file import fund_file  # noqa: PLC0415

    return fund_file(body, table_of(snapshot))


def table_of(snapshot: Snapshot) -> FlatTable:
    """The list of a snapshot as the downloads have it."""
    facts = ListFacts(
        snapshot.holdings_as_of,
        snapshot.provenance.source,
        snapshot.symbol,
        snapshot.quality.complete,
        snapshot.totals.reported,
    )
    return holdings_table(snapshot.holdings, facts)


def overdue(view: LakeView, before: datetime | None = None) -> list[str]:
    """The symbols whose workbook is missing or older than their newest snapshot as the view has it.

    A snapshot that was not written `before` is left out: its transform may be at the workbook right now.
    """
    made = {entry.key: entry.written for entry in view.lake.listed(DOWNLOADS)}
    since = before - RECENT if before else None

    def is_overdue(symbol: str, snapshot: Listed) -> bool:
        workbook = made.get(workbook_key(symbol))
        if before and snapshot.written >= before:
            return False
        if workbook is None or workbook < snapshot.written:
            return True
        # A listing has whole seconds, in which a replay publishes several runs.
        is_in_doubt = workbook - snapshot.written < ONE_SECOND and (since is None or snapshot.written >= since)
        return is_in_doubt and _run_of_workbook(view.lake, symbol) != (view.metadata(symbol) or {}).get("run")

    return sorted(symbol for symbol, snapshot in view.stored.latest.items() if is_overdue(symbol, snapshot))


def _run_of_workbook(lake: Lake, symbol: str) -> str | None:
    found = lake.head_if_there(workbook_key(symbol))
    return found.metadata.get("run") if found else None


def make_up(lake: Lake, symbols: Iterable[str], is_time_left: Callable[[], bool] = lambda: True) -> list[str]:
    """Make the workbooks of these symbols anew, one after the other. Returns those that failed, as the log says."""
    failed = []
    for symbol in symbols:
        if not is_time_left():
            break  # the next sweep goes on
        try:
            _make_up(lake, symbol)
        except Exception as error:  # one workbook must not keep the others waiting
            log.error("workbook_failed", exc_info=logged(error), extra={"symbol": symbol, "key": workbook_key(symbol)})
            failed.append(symbol)
    return failed


def _make_up(lake: Lake, symbol: str) -> None:
    """Write the workbook of the newest snapshot; where three tries did not come to an end, delete the old one."""
    key = workbook_key(symbol)
    # Looked at before the snapshot: if a transform writes a newer workbook meanwhile, that one stays.
    known, stored = lake.head_if_there(key), lake.read_if_there(latest_key(symbol))
    if stored is None:
        return
    status, run = read_status(lake, symbol), stored.metadata.get("run", "")
    if status is None:  # restored by hand: there is nothing to count in
        _replace(lake, key, stored, known)
        return
    if status.tries.get(run, 0) >= MAX_TRIES:
        if known:
            lake.delete(key)
            log.error("workbook_given_up", extra={"symbol": symbol, "run": run, "key": key})
        return
    begin_try(lake, symbol, run)
    try:
        _replace(lake, key, stored, known)
    except (ClientError, BotoCoreError, RetryableError):  # the storage's fault, or a file that Excel has open
        end_try(lake, symbol, run)
        raise
    end_try(lake, symbol, run)


def _replace(lake: Lake, key: str, stored: StoredObject, known: StoredObject | None) -> None:
    body = workbook_of(stored.body, Snapshot.model_validate_json(stored.body))
    try:
        lake.replace(key, body, CONTENT_TYPE, stored.metadata, known=known)
    except WriteConflictError:
        log.info("workbook_written_by_another", extra={"key": key})
