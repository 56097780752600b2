"""PROVISIONAL until t-build: newest.json only."""

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from etf_common.errors import PipelineError
from etf_common.lake import Lake, StoredObject, WriteConflictError, latest_key, status_key
from etf_common.newest import Newest
from etf_common.runs import timestamp
from etf_common.table_changes import look, read_newest
from etf_common.table_keys import NEWEST_KEY, newest_object_key
from tables.rows import row_of_lake
from tables.snapshots import read_objects, snapshot_row


def build_newest(
    lake: Lake, symbols: Collection[str], now: datetime, *, anew: bool = False
) -> tuple[Newest, dict[str, PipelineError]]:
    row_of = row_of_lake(lake)
    for _ in range(20):
        stored = lake.read_if_there(NEWEST_KEY)
        standing = None if anew else read_newest(lake)
        if standing is None:
            symbols = {*symbols, *look(lake).changes.newest}
        wanted = sorted(symbols)
        funds = dict(standing.funds) if standing else {}
        statuses = dict(standing.statuses) if standing else {}
        etags = dict(standing.status_etags) if standing else {}
        faults: dict[str, PipelineError] = {}
        for symbol, found in read_objects(lake, {s: latest_key(s) for s in wanted}):
            if found is None:
                funds.pop(symbol, None)
                continue
            try:
                if isinstance(found, PipelineError):
                    raise found
                row = snapshot_row(latest_key(symbol), symbol, found, row_of).row
                funds[symbol] = {"etag": found.etag, "metadata": dict(found.metadata), "row": row, "state": {}}
            except PipelineError as error:
                faults[symbol] = error
        for symbol, found in read_objects(lake, {s: status_key(s) for s in wanted}):
            if isinstance(found, StoredObject):
                statuses[symbol], etags[symbol] = json.loads(found.body), found.etag
            else:
                statuses.pop(symbol, None)
                etags.pop(symbol, None)
        body = json.dumps(sorted(funds)).encode()
        keys = {
            name: newest_object_key(name, body) for name in ("securities", "similar", "holders", "holdings", "funds")
        }
        for key in keys.values():
            lake.write(key, body, "application/json")
        made = Newest(
            timestamp(now),
            funds,
            statuses,
            keys["securities"],
            keys["similar"],
            [keys["holders"]],
            keys["holdings"],
            keys["funds"],
            etags,
        )
        if standing and replace(made, tables_as_of=standing.tables_as_of).document() == standing.document():
            return standing, faults
        try:
            lake.replace(NEWEST_KEY, made.document(), "application/json", {}, known=stored)
        except WriteConflictError:
            continue
        return made, faults
    raise WriteConflictError("newest")
