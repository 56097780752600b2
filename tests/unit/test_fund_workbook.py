"""A fund's workbook: its sheets and their values, and what becomes of a refresh whose workbook cannot be made."""

import base64
import io
import json
import logging
from datetime import datetime
from typing import Any

import openpyxl
import pytest

import transform.fund_file
from etf_common.flat_table import csv_of
from etf_common.holdings_table import COLUMNS, ListFacts, holdings_table
from etf_common.lake import download_key, latest_key, workbook_key
from etf_common.models import Snapshot
from etf_common.workbook import CONTENT_TYPE
from tests.unit.api_cases import METADATA, ask, handler
from tests.unit.builders import FakeLake, capture, line
from transform.fund_file import fund_file
from transform.parser import parse
from transform.publish import publish

LINES = [
    line("AAPL", name="Apple Inc", weight="60.5"),
    line("0700", name="=cmd|' /C calc'!A0", weight="30"),
    line("TRUE", name="TrueCar Inc", weight="5.25"),
]


def snapshot_of(reported: int | None = None, **values: Any) -> Snapshot:
    return parse(capture(LINES, reported=reported, **values))
