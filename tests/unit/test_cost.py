"""What a month and a day of abuse cost: the page, histories and changes, and the reads of each answer are in it."""

from collections.abc import Mapping

import pytest

from api.routes import ROUTES
from deploy import cost, prices
from deploy.cost import Limits, PageUsage, TablesUsage, monthly, worst_day
from deploy.filing_costs import WEEKS, FilingsUsage

PAGE = "Page, 10,000 views"
DATED = "Tables: histories and changes in S3"


def day_of(key: str, *, token: bool = False) -> Mapping[str, float]:
    """A day on which this route alone is asked, once a second."""
    return worst_day(Limits({key: 1.0}, 1.0, 10.0), 1000, token=token)


def test_every_model_with_reads_or_sizes_of_its_own_is_that_of_a_route() -> None:
    models = {route.model for route in ROUTES}
    assert (cost.READS_BY_MODEL.keys() | cost.FIXED_MB.keys()) - models == set()


def test_a_portfolio_of_two_dates_lists_and_reads_every_position_twice() -> None:
    day = day_of("POST /api/portfolio/changes")
    positions = 200 * (prices.S3_PUT + 2 * prices.S3_GET)
    assert day["S3"] == pytest.approx(24 * 3600 * (positions + cost.READS * prices.S3_GET))


def test_whole_tables_cost_a_day_what_the_functions_that_may_run_at_once_do() -> None:
    found = cost.limits()
    days = [worst_day(found, at_once, token=False)["Lambda: whole tables"] for at_once in (2, 10, 1000)]
    one = 24 * 3600 * found.export_gb * prices.LAMBDA_GB_SECOND
    # Once a second, for a minute each: more than 60 never run, whatever the account allows.
    assert days == pytest.approx([2 * one, 10 * one, 60 * one])
    assert worst_day(found, 1000, token=True)["Lambda: whole tables"] == 0.0


def test_a_view_of_the_page_costs_its_document_its_answers_and_at_first_its_files() -> None:
    page = PageUsage(views=1000, answers_a_view=5, answers_mb=0.05, first_views=0.5, files=4, files_mb=0.4)
    assert page.requests == 1000 * (1 + 5 + 2)
    assert page.sent_gb == pytest.approx(cost.PAGE_MB + 0.05 + 0.2)
    half = PageUsage(views=10_000, first_views=0.0)
    assert 0 < monthly(8, page_usage=half)[PAGE] < monthly(8)[PAGE]


def test_the_chart_library_is_sent_to_callers_without_the_token_too() -> None:
    locked, unlocked = (day_of("GET /assets/{version}/{file}", token=token) for token in (True, False))
    assert locked == unlocked
    assert unlocked["Transfer to callers"] == pytest.approx(24 * 3600 * cost.ASSET_MB / 1000 * prices.TRANSFER_GB)


def test_histories_and_changes_cost_a_write_for_each_fund_and_date_and_grow_with_the_months() -> None:
    tables = TablesUsage()
    first, later = (tables.changes_usd(100, 50, months) for months in (0, 12))
    writes = 100 * cost.RUNS * tables.history_puts + 50 * tables.dates_a_build * tables.changes_puts
    assert first > writes * prices.S3_PUT
    kept = 100 * cost.RUNS * 12 * (tables.digest_mb + tables.changed_lines_mb + tables.history_mb_a_date) / 1000
    assert later - first > kept * prices.S3_GB
    assert monthly(4500)[DATED] > monthly(100)[DATED] > monthly(8)[DATED] > 0


def test_a_history_of_five_years_has_the_size_that_the_lake_benchmark_measures() -> None:
    assert 1.5 <= TablesUsage().history_mb_a_date * 250 * 5 <= 2.3


def test_filings_cost_a_look_each_week_a_document_each_quarter_and_what_is_kept() -> None:
    filings = FilingsUsage()
    first, later = (filings.s3_usd(100, months) for months in (0, 12))
    looks = 100 * WEEKS * (filings.check_puts * prices.S3_PUT + filings.check_gets * prices.S3_GET)
    documents = 100 * filings.filings_a_year / 12 * filings.filing_puts * prices.S3_PUT
    assert first > looks + documents
    kept = 100 * filings.filings_a_year * (filings.raw_mb + filings.snapshot_mb) / 1000
    assert later - first == pytest.approx(kept * prices.S3_GB)
    for service in ("Filings: Lambda", "Filings: S3"):
        assert monthly(4500)[service] > monthly(100)[service] > monthly(8)[service] > 0


def test_filings_call_for_no_more_builds_of_the_tables_than_there_are_filings_or_batches() -> None:
    filings = FilingsUsage()
    # Eight funds publish less than one filing a week; thousands do so within hours, where batches gather them.
    assert filings.builds(8, 2) == pytest.approx(filings.a_month(8))
    assert filings.builds(4500, 2) < filings.a_month(4500)


def test_funds_without_filings_cost_what_they_did_and_the_weekly_look() -> None:
    none = FilingsUsage(filings_a_year=0.0, first_filings=0.0)
    with_filings, without = monthly(100), monthly(100, filings_usage=none)
    assert without["Filings: S3"] == pytest.approx(
        100 * WEEKS * (none.check_puts * prices.S3_PUT + none.check_gets * prices.S3_GET)
        + prices.HOURS / 24 * 100 * prices.S3_GET
    )
    assert with_filings["Tables: S3"] > without["Tables: S3"]
    assert with_filings["Alerts"] == without["Alerts"]
