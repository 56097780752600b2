"""The workbook of a snapshot. It needs the analytics and XlsxWriter, so it is imported once one is to be written."""

import json

from etf_analytics import analyze_fund, prepare
from etf_analytics.reference.sectors import sectors
from etf_common.flat_table import FlatTable
from etf_common.fund_workbook import fund_sheets
from etf_common.workbook import workbook


def fund_file(stored: bytes, holdings: FlatTable) -> bytes:
    """The workbook of a snapshot as it is stored; `holdings` is its list as a table."""
    snapshot = json.loads(stored)
    fund = prepare(snapshot, sector_of=sectors().of)
    return workbook(fund_sheets(snapshot, holdings, analyze_fund(fund, sector_table=sectors().described)))
