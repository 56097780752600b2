"""The workbook of a fund's list: what `downloads/` keeps of the newest one, byte for byte.

It needs the analytics, so it is imported once one is asked for.
"""

from typing import Any

from api.computing import Computing
from api.documents import Document, StoredSnapshot
from api.formats import FLAT, Written, written
from api.queries import HoldingsQuery
from api.questions import computed_etag
from etf_analytics import analyze_fund, prepare
from etf_analytics.reference.sectors import sectors
from etf_common.fund_workbook import fund_sheets
from etf_common.workbook import Sheet


def fund_file(stored: StoredSnapshot, query: HoldingsQuery, computing: Computing) -> Document:
    """The workbook; its sheet of holdings has the rows that were asked for, the others are about the whole list.

    It waits for its turn, since that of a large fund takes 5 s of CPU and 100 MB. Its body raises BusyError.
    """

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
    return computing.written(make, etag, FLAT[query.format].content_type, total)
