"""The age of each configured fund's newest filing, which the sweep measures for the alarm FilingsTooOld."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from etf_common.filing_keys import filing_key, filing_status_key
from etf_common.filing_status import FilingStatus
from etf_common.metrics import Metric
from local.system import System
from transform.filing_ages import newest_filings
from transform.sweep import create

NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)


def put(system: System, *keys: str) -> None:
    for key in keys:
        system.lake.write(key, b"{}", "application/json", {})


def measured(system: System, capsys: pytest.CaptureFixture[str], *, now: datetime = NOW) -> list[dict[str, Any]]:
    """The lines with the metric that one sweep emits on a stack."""
    create({**system.environ, "POWERTOOLS_METRICS_NAMESPACE": "etf-test"}, now=lambda: now)({}, None)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"_aws"')]
    return [line for line in lines if Metric.FILING_AGE_DAYS.label in line]


def test_the_age_is_that_of_the_newest_filing_of_each_configured_fund(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given two configured funds with filings, and one that nobody refreshes any more
    put(system, filing_key("VTI", "2026-03-31"), filing_key("VTI", "2026-06-30"), filing_key("VTI", "2025-12-31"))
    put(system, filing_key("VOO", "2026-09-30"), filing_key("ZZZ", "2019-12-31"))

    # When the sweep comes, then the ages are samples of one series, and the line has them by symbol, the oldest first
    (line,) = measured(system, capsys)
    assert line["FilingAgeDays"] == [143, 51]
    assert list(line["filing_ages"].items()) == [("VTI", 143), ("VOO", 51)]
    assert line["service"] == "sweep"


def test_without_a_filing_there_is_no_age_and_no_alarm(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    # Given nothing but what is no filing: fetch's and parse's own objects, and keys that nobody here writes
    put(system, "filings-status/VTI.json", "raw-filings/VTI/0001752724-26-000001.xml")
    put(system, "filings/VTI/latest.json", "filings/VTI/2026-13-31.json", "filings/vti/2026-06-30.json", "filings/x")
    assert newest_filings(system.lake) == {}
    assert measured(system, capsys) == []


def test_a_report_date_ahead_of_the_clock_counts_as_today(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    put(system, filing_key("VTI", "2026-11-30"))
    (line,) = measured(system, capsys)
    assert line["FilingAgeDays"] == [0]


def told(system: System, symbol: str, **values: Any) -> None:
    status = FilingStatus(symbol=symbol, **values)
    system.lake.write(filing_status_key(symbol), status.model_dump_json().encode(), "application/json", {})


def test_a_fund_whose_first_filing_never_comes_is_as_old_as_the_search_for_it(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a fund that was looked for in vain since April, one with a filing, a trust that files none, and a stranger
    long_ago = "2026-04-01T22:30:00Z"
    told(system, "VTI", result="failed", first_checked_at=long_ago)
    told(system, "VOO", result="ok", first_checked_at=long_ago)
    told(system, "GLD", result="not_a_filer", first_checked_at=long_ago)
    told(system, "ZZZ", result="failed", first_checked_at=long_ago)
    told(system, "QQQ", result="ok")  # of an earlier release, which did not tell
    put(system, filing_key("VOO", "2026-09-30"), "filings-status/SPY.json")

    # Then the alarm rings for it alone
    (line,) = measured(system, capsys)
    assert list(line["filing_ages"].items()) == [("VTI", 233), ("VOO", 51)]
