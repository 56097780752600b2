"""The workbook of a fund's list: what `downloads/` keeps of the newest one, byte for byte.

It needs the analytics, so it is imported once one is asked for.
"""

from typing import Any

from api.documents import Document, StoredSnapshot
from api.formats import FLAT, Written, written
from api.queries import HoldingsQuery
from api.questions import Turns, computed_etag
from etf_analytics import analyze_fund, prepare
from etf_analytics.reference.sectors import sectors
from etf_common.fund_workbook import fund_sheets
from etf_common.workbook import Sheet


def fund_file(stored: StoredSnapshot, query: HoldingsQuery, turns: Turns) -> Document:
    """The workbook; its sheet of holdings has the rows that were asked for, the others are about the whole list.

    It is made in one of the `turns`, since that of a large fund takes 5 s of CPU and 100 MB. Its body raises BusyError.
    """

    done: list[Written] = []

    def write() -> Written:
        with turns.take():
            # Another request may have made it while this one waited.
            if not done:
                done.append(make())
        return done[0]

    def make() -> Written:
        snapshot = stored.parsed()
        fund = prepare(snapshot, sector_of=sectors().of)
        analytics = analyze_fund(fund, sector_table=sectors().described)

        def sheets(rows: Any) -> dict[str, Sheet]:
            return fund_sheets(snapshot, stored.list_table(rows), analytics)

        name = f"{snapshot['symbol']}-{stored.holdings_as_of}"
        return written(query.format, query.applied_to(snapshot["holdings"]), stored.list_table, name, sheets)

    # Unlike the table alone it changes with the code and with the table of sectors.
    etag, total = computed_etag("holdings", stored.etag, query.label), {"X-Total-Count": str(stored.lines)}
    return Document(write, etag, FLAT[query.format].content_type, total)
