"""Where a published object comes from: the one capture that it must be made of, to the last byte."""

import json
from datetime import date, timedelta
from functools import lru_cache

from etf_common.capture import Capture, read_capture, sha256
from etf_common.flat_table import csv_of
from etf_common.holdings_table import ListFacts, holdings_table
from etf_common.lake import Lake, parse_raw_page_key
from etf_common.models import Snapshot
from sample_portal.sessions import last_session, session_on_or_before
from transform.fund_file import fund_file
from transform.parser import parse


def last_sessions(count: int) -> list[date]:
    """The last days on which New York traded, oldest first; the sample portal's figures differ on each."""
    days = [last_session()]
    while len(days) < count:
        days.insert(0, session_on_or_before(days[0] - timedelta(days=1)))
    return days


@lru_cache(maxsize=1024)
def derived(capture: Capture) -> Snapshot:
    """The same capture gives the same snapshot, so each is parsed once."""
    return parse(capture)


def assert_snapshot_of_its_capture(lake: Lake, body: bytes) -> Snapshot:
    """The snapshot in `body`, after a look that its own raw files have the digests it names and give its bytes."""
    provenance = json.loads(body)["provenance"]
    page = parse_raw_page_key(provenance["raw_key"])
    assert page is not None
    capture = read_capture(lake, *page)
    assert sha256(capture.page) == provenance["raw_sha256"]
    assert [sha256(part) for part in capture.parts] == [part["sha256"] for part in provenance["parts"]]
    snapshot = derived(capture)
    assert body == snapshot.to_bytes(), f"not what {provenance['raw_key']} gives"
    return snapshot


def assert_download_of_its_capture(lake: Lake, key: str, run: str, body: bytes) -> None:
    """The CSV or the workbook in `body` is that of the capture which its metadata name."""
    symbol, _, kind = key.removeprefix("downloads/").rpartition(".")
    snapshot = derived(read_capture(lake, symbol, run))
    complete, reported = snapshot.quality.complete, snapshot.totals.reported
    facts = ListFacts(snapshot.holdings_as_of, snapshot.provenance.source, symbol, complete, reported)
    table = holdings_table(snapshot.holdings, facts)
    made = csv_of(table) if kind == "csv" else fund_file(snapshot.to_bytes(), table)
    assert body == made, f"{key} is not what run {run} gives"
