"""What a stack costs by AWS's list prices: `python -m deploy.cost 15 100 4500` a month in normal use with 15 funds,
with 100 and with 4,500;
`python -m deploy.cost --abuse` at most in a day on which strangers send all that the API lets through.

Without the free tier.
"""

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from samcli.yamlhelper import yaml_parse

from api.dated.closes import SNAPSHOTS_SEARCHED
from api.dated.recent_changes import MOST_DATES
from api.decisions.substitutes import MOST_COMPARED
from api.lake.questions import SMALL_LAKE
from api.portfolio_query import MAX_POSITIONS
from api.queries import MOST_FUNDS
from api.routes import ROUTES, SLASHED, Data
from api.site.openbb import PATH as OPENBB
from api.site.openbb import WIDGETS
from api.site.page import ASSETS, PATHS
from deploy.export_costs import ExportUsage, worst_second_usd
from deploy.filing_costs import WEEKS, FilingsUsage
from deploy.prices import (
    ALARM,
    ATHENA_LEAST_MB,
    ATHENA_TB,
    BUDGET,
    DASHBOARD,
    HOURS,
    HTTP_REQUEST,
    LAMBDA_GB_SECOND,
    LAMBDA_REQUEST,
    LOG_GB,
    METERED_MB,
    METRIC,
    S3_GB,
    S3_GET,
    S3_PUT,
    SNS_MAIL,
    SNS_PUBLICATION,
    SQS_FIFO_REQUEST,
    SQS_REQUEST,
    TRANSFER_GB,
)
from deploy.rebalance_costs import RebalanceUsage
from etf_common.messages import MOST_QUARTERS
from etf_common.metrics import Metric
from etf_common.whole_tables import TABLES

RUNS = 22
"""Refreshes a month: New York sessions."""
DAY = 24 * 3600
ALARMS = 37
IDLE_POLLS = 5 * 3 * 60 * HOURS
"""Lambda asks a queue with five pollers, every 20 seconds, also when nothing is in it."""

MAX_ANSWER_MB, SMALL_MB = 6.0, 0.1
"""The largest answers: what Lambda returns at most, and an answer that reads no snapshot."""
FIXED_MB = {"html": 1.7, "Health": 0.0, "list[HistoryEntry]": 1.6, "Filings": 0.2}
"""Others that read no snapshot, by model: the documentation page, the health check, a fund's dates of five years, its
filings of ten.
"""
PAGE_MB, ASSET_MB = 0.002, 0.37
"""The document of the page, and the largest of its files: the chart library."""
SHORT_SECONDS, REFUSAL_SECONDS, REFUSAL_MB = 0.2, 0.01, 0.0005
"""The longest time of an answer that reads no snapshot; the time and the size of a 401."""
NETWORK_MB_A_SECOND = 75.0
"""What one running function can send at most: AWS gives Lambda some 600 Mbit/s."""
LOG_MB_A_REQUEST = 0.001
"""A line in the access log, and Lambda's own lines about an invocation."""
LISTING = S3_PUT / S3_GET
"""A listing, in reads of an object."""
LISTED_PAGES = 3
"""Of the tables of five years' dates, a thousand keys each."""
READS, SNAPSHOT_READS = 3.0, LISTING + 3
"""The most that an answer reads: the config and two tables; of a fund also its dates and a snapshot."""
READS_BY_MODEL = {
    "list[HistoryEntry]": LISTING + READS,
    "Filings": READS + LISTING + 1 + MOST_QUARTERS,
    "FilingSnapshot": READS + LISTING + 2,
    "Reconciliation": SNAPSHOT_READS + LISTING + 2,
    "Attribution": SNAPSHOT_READS + 1 + 2 * SNAPSHOTS_SEARCHED,
    "Overlap": READS + MOST_FUNDS,
    "Compare": READS + MOST_FUNDS,
    "Similar": READS + SMALL_LAKE,
    "Substitutes": READS + 1 + 2 * MOST_COMPARED,
    "Portfolio": READS + 2 * MAX_POSITIONS,  # BRK-B is looked for as it is, then as BRK.B
    "PortfolioChanges": READS + MAX_POSITIONS * (LISTING + 2),
    "Rebalance": READS + 2 * 3 * MAX_POSITIONS,
    "Drift": READS + MAX_POSITIONS * (LISTING + 3 + 2 * SNAPSHOTS_SEARCHED),
    "RecentChanges": READS + MOST_DATES,
    "Tables": READS + 4 * LISTING * LISTED_PAGES + 2 * len(TABLES),
    "file": READS + LISTING * LISTED_PAGES + 2,
    "atom": READS + MOST_DATES,
}
"""By model, of answers that read more: one or two snapshots of each fund, or an object of each date; of filings also
their listing and their status.
"""
REBALANCE, WHOLE_TABLE = "/api/rebalance", "file"
SIZES = (15, 100, 4500)
"""Numbers of funds. The first is that of the shipped config: eight funds, and seven that are references of factors."""
CONCURRENCIES = (1000, 10, 2)
"""The usual limit of an account, that of a new one, and what a reserved concurrency of 2 leaves Api and Export."""


@dataclass(frozen=True)
class Usage:
    """What one fund, one sweep and one answer use; sizes in MB, times in seconds, memory in GB.

    Sizes are means over the sample portal's eight funds with all rows, as `du data/sample/raw data/sample/processed`
    shows after one refresh, and 200 KB more for a real page. Extract mostly waits for the portal.
    """

    extract_seconds: float = 20.0
    extract_gb: float = 0.5
    transform_seconds: float = 2.0
    transform_gb: float = 1.0
    sweep_gb: float = 2.0
    api_seconds: float = 0.03
    api_gb: float = 1.0
    capture_mb: float = 0.9
    snapshot_mb: float = 0.3
    answer_mb: float = 0.02
    months_kept: int = 12
    answers: int = 100_000
    queries: int = 100
    """SQL queries in Athena, over all dates that there are; one with a filter on as_of scans less."""
    scanned: float = 0.3
    """How much of the tables a query reads: its columns."""


@dataclass(frozen=True)
class PageUsage:
    """What a view of the page asks for: means over its eight views of the sample portal's eight funds, with headers.

    `python -m benchmarks page` prints requests and bytes of each view. The answers of the API take as long as others;
    they come on top of `Usage.answers`. Files never change: only a browser's first view asks for them.
    """

    views: int = 10_000
    answers_a_view: float = 4.3
    answers_mb: float = 0.035
    first_views: float = 0.1
    """How many views are the first ones of a browser."""
    files: int = 4
    """Script, style sheet, icon and chart library."""
    files_mb: float = 0.43

    @property
    def requests(self) -> float:
        """A month: the document, the answers that it shows, and at times its files."""
        return self.views * (1 + self.answers_a_view + self.first_views * self.files)

    @property
    def sent_gb(self) -> float:
        """A month."""
        return self.views * (PAGE_MB + self.answers_mb + self.first_views * self.files_mb) / 1000


@dataclass(frozen=True)
class TablesUsage:
    """What the tables function uses, measured on made-up lakes of 8, 100 and 1,000 funds with 400 lines on average."""

    build_seconds: float = 1.0
    build_seconds_a_fund: float = 0.002
    build_gb: float = 3008 / 1024
    builds_a_minute: int = 2
    """While a refresh is under way: as many as the queue's batch window and MaximumConcurrency allow."""
    puts: float = 14.0
    puts_a_fund: float = 0.03
    gets: float = 13.0
    newest_mb_a_fund: float = 0.045
    """Written anew by each build; what it replaces stays for about two days."""
    dated_mb_a_fund: float = 0.007
    """Parquet of one fund and one holdings date, kept for good."""
    digest_mb: float = 0.0014
    """What one fund changed up to one holdings date, in short: its part of tables/changes/as_of=DATE/_changes.json.

    This and the next: means of the sample portal's eight funds, which are larger than most, as
    `ls -l data/sample/tables/changes/*` shows them.
    """
    changed_lines_mb: float = 0.0041
    """The same line by line, in changes.parquet beside it."""
    history_mb_a_date: float = 0.0015
    """One date in tables/history/SYMBOL.json: five years of 250 dates are 1.5 to 2.3 MB."""
    history_gets, history_puts = 2, 1
    """Of each fund and new holdings date: its history and the snapshot of the date before, then the history anew."""
    changes_gets, changes_puts = 2, 2
    """Of each holdings date in a build: the two objects of its changes."""
    dates_a_build: float = 2.0
    """Holdings dates that the funds of a refresh have: issuers publish theirs one or two days after the close."""
    compare_seconds: float = 0.01
    """Two lists of a fund compared; one of 3,500 lines takes 0.07."""
    old_days: float = 2.0
    messages_a_fund: float = 4.0
    """A refresh writes latest.json, the dated snapshot, and the status twice."""
    alerts_a_fund: float = 0.5
    """Of each refresh, where the config has alerts: a marker is looked for and written. A build sends one mail."""
    sweep_lists_a_fund: float = 1.0 / 1000
    """Of processed/ and status/, 1,000 keys a call, for each holdings date that is kept."""

    def builds(self, funds: int, extract_seconds: float) -> float:
        """Builds a month."""
        minutes = funds * extract_seconds / workers(funds, extract_seconds) / 60
        return RUNS * (self.builds_a_minute * math.ceil(minutes) + 1)

    def seconds(self, funds: int) -> float:
        """The time of one build in which little has changed."""
        return self.build_seconds + self.build_seconds_a_fund * funds

    def stored_gb(self, funds: int, months: int) -> float:
        """The tables of all dates."""
        return funds * (self.dated_mb_a_fund * RUNS * months + self.newest_mb_a_fund) / 1000

    def changes_usd(self, funds: int, builds: float, months: int) -> float:
        """What histories and changes cost in S3 a month, once `months` of holdings dates are there."""
        fund_dates = funds * RUNS
        touched = builds * self.dates_a_build
        puts = fund_dates * self.history_puts + touched * self.changes_puts
        gets = fund_dates * self.history_gets + touched * self.changes_gets
        kept_mb = fund_dates * months * (self.digest_mb + self.changed_lines_mb + self.history_mb_a_date)
        # Each write leaves the bytes before for some days: the history of a fund, and a date's changes of all funds.
        old_mb = self.old_days / 30 * fund_dates * self.history_mb_a_date * RUNS * months + (
            self.old_days / 30 * touched * funds * (self.digest_mb + self.changed_lines_mb)
        )
        return puts * S3_PUT + gets * S3_GET + (kept_mb + old_mb) / 1000 * S3_GB


def workers(funds: int, extract_seconds: float) -> int:
    """The `max_workers` that make a refresh take half an hour at most, as far as 50 can."""
    return min(50, max(3, math.ceil(funds * extract_seconds / 1800)))


def monthly(
    funds: int,
    usage: Usage | None = None,
    tables_usage: TablesUsage | None = None,
    page_usage: PageUsage | None = None,
    filings_usage: FilingsUsage | None = None,
    *,
    rebalance_usage: RebalanceUsage | None = None,
    export_usage: ExportUsage | None = None,
) -> dict[str, float]:
    """USD a month by service, for `funds` refreshed after every session, their filings, `usage.answers` answers of the
    API with some rebalancings among them, and the views of the page beside them.
    """
    use, tables, page = usage or Usage(), tables_usage or TablesUsage(), page_usage or PageUsage()
    filings, rebalance = filings_usage or FilingsUsage(), rebalance_usage or RebalanceUsage()
    exports = export_usage or ExportUsage()
    refreshes = funds * RUNS
    refresh_builds = tables.builds(funds, use.extract_seconds)
    builds = refresh_builds + filings.builds(funds, tables.builds_a_minute)
    gb_seconds = (
        refreshes * (use.extract_seconds * use.extract_gb + use.transform_seconds * use.transform_gb)
        + HOURS * (2 + 0.03 * funds) * use.sweep_gb  # the sweep waits for listings
        + use.answers * use.api_seconds * use.api_gb
    )
    building_gb_seconds = (builds * tables.seconds(funds) + refreshes * tables.compare_seconds) * tables.build_gb
    calls = refreshes * 2 + HOURS + use.answers
    log_gb = (calls + filings.calls(funds) + builds) * 2e-6
    # A capture: a page and five or six answers, each written and read; a snapshot: three objects and two writes of the
    # status, each looked at before it is written.
    # The sweep lists the captures of each symbol, and reads no symbol that the tables know.
    puts, gets = refreshes * 12 + HOURS * (funds + 1), refreshes * 17 + HOURS + use.answers
    stored_gb = refreshes * use.months_kept * (use.capture_mb + use.snapshot_mb * 3) / 1000
    table_puts = builds * (tables.puts + tables.puts_a_fund * funds) + (
        HOURS * tables.sweep_lists_a_fund * funds * RUNS * use.months_kept
    )
    table_gets = builds * tables.gets + refreshes * 3  # what changed: two snapshots and a status
    tables_gb = tables.stored_gb(funds, use.months_kept)
    old_gb = builds / 30 * tables.old_days * funds * tables.newest_mb_a_fund / 1000
    scanned_tb = use.queries * max(ATHENA_LEAST_MB, use.scanned * tables_gb * 1000) / 1e6
    metrics = sum(_share_of_hours(metric, WEEKS * math.ceil(filings.hours(funds))) for metric in Metric)
    return {
        "Lambda": gb_seconds * LAMBDA_GB_SECOND + calls * LAMBDA_REQUEST,
        "S3": puts * S3_PUT + gets * S3_GET + stored_gb * S3_GB,
        "Tables: Lambda": building_gb_seconds * LAMBDA_GB_SECOND + builds * LAMBDA_REQUEST,
        "Tables: S3": table_puts * S3_PUT + table_gets * S3_GET + (tables_gb + old_gb) * S3_GB,
        "Tables: histories and changes in S3": tables.changes_usd(funds, refresh_builds, use.months_kept),
        "Filings: Lambda": filings.gb_seconds(funds) * LAMBDA_GB_SECOND + filings.calls(funds) * LAMBDA_REQUEST,
        "Filings: S3": filings.s3_usd(funds, use.months_kept),
        "Alerts": refreshes * tables.alerts_a_fund * (S3_PUT + S3_GET) + refresh_builds * (SNS_PUBLICATION + SNS_MAIL),
        f"Athena, {use.queries} queries over all dates": scanned_tb * ATHENA_TB,
        f"Rebalancings, {rebalance.rebalances:,}": rebalance.usd(use.api_gb),
        f"Whole tables, {exports.exports:,}": exports.usd(funds, use.api_gb),
        "API Gateway, 100,000 answers": use.answers * HTTP_REQUEST,
        "Transfer to callers": use.answers * use.answer_mb / 1000 * TRANSFER_GB,
        f"Page, {page.views:,} views": (
            page.requests * (HTTP_REQUEST + LAMBDA_REQUEST + use.api_seconds * use.api_gb * LAMBDA_GB_SECOND + S3_GET)
            + page.sent_gb * TRANSFER_GB
        ),
        # A message is sent; of those that are received and deleted ten go in one request.
        "SQS": (
            (refreshes * (4 + tables.messages_a_fund * 1.2) + 2 * IDLE_POLLS) * SQS_REQUEST
            + filings.sqs_usd(funds)
            + IDLE_POLLS * SQS_FIFO_REQUEST
        ),
        "CloudWatch": metrics * METRIC + ALARMS * ALARM + DASHBOARD + log_gb * LOG_GB,
        "Budget alarm": BUDGET,
    }


def _share_of_hours(metric: Metric, filing_hours: float) -> float:
    """In which part of a month's hours a metric is there: those of the sweep always, others while something is done."""
    if metric.service == "sweep":
        return 1.0
    return (filing_hours if metric.service.startswith("filings-") else RUNS) / HOURS


@dataclass(frozen=True)
class Limits:
    """What template.yaml lets callers ask of the API."""

    routes: Mapping[str, float]
    """Requests a second by route key, such as `GET /api/etfs`."""
    memory_gb: float
    timeout_seconds: float
    solver_gb: float = 0.0
    solver_seconds: float = 0.0
    """Of the rebalance function, which POST /api/rebalance calls."""
    export_gb: float = 0.0
    export_seconds: float = 0.0
    """Of the export function, which GET /api/tables/{name} calls."""


def limits(template: Path = Path("template.yaml")) -> Limits:
    """The limits as the template sets them."""
    resources: dict[str, Any] = yaml_parse(template.read_text(encoding="utf-8"))["Resources"]
    api = resources["HttpApi"]["Properties"]
    keys = [
        f"{method.upper()} {path}" for path, methods in api["DefinitionBody"]["paths"].items() for method in methods
    ]
    default, by_route = api["DefaultRouteSettings"], api["RouteSettings"]
    rates = {key: float(by_route.get(key, default)["ThrottlingRateLimit"]) for key in keys}
    functions = [resources[name]["Properties"] for name in ("Api", "Rebalance", "Export")]
    return Limits(rates, *(value for each in functions for value in (each["MemorySize"] / 1024, each["Timeout"])))


def worst_day(limits: Limits, concurrency: int, answer_mb: float = MAX_ANSWER_MB, *, token: bool) -> dict[str, float]:
    """USD that one day of abuse costs at most, by service, each service at its own worst.

    All routes are asked at their limit all day. What rests on snapshots takes as long as the timeout lets it, and is
    `answer_mb` large, as far as `concurrency` and the network of the running functions allow; with a `token`, which
    strangers do not have, it is refused. AWS calls its throttles targets and not ceilings, so some per cent can come
    on top.
    """
    requests = running = solving = exporting = sent = gets = 0.0  # each of one second
    for key, rate in limits.routes.items():
        worst = _worst(key, limits, answer_mb, token=token)
        requests += rate
        running += rate * worst.seconds
        sent += rate * worst.megabytes
        gets += rate * worst.gets
        solving += rate * worst.solving
        exporting += rate * worst.exporting
    running, solving = (min(each, concurrency) for each in (running, solving))
    gb_seconds = running * limits.memory_gb + solving * limits.solver_gb
    sent = min(sent, concurrency * NETWORK_MB_A_SECOND)
    return {
        "API Gateway": DAY * (requests + sent / METERED_MB) * HTTP_REQUEST,
        "Lambda": DAY * (gb_seconds * LAMBDA_GB_SECOND + requests * LAMBDA_REQUEST),
        "Lambda: whole tables": DAY * worst_second_usd(exporting, limits.export_gb, concurrency),
        "S3": DAY * gets * S3_GET,
        "Transfer to callers": DAY * sent / 1000 * TRANSFER_GB,
        "Logs": DAY * requests * LOG_MB_A_REQUEST / 1000 * LOG_GB,
    }


@dataclass(frozen=True)
class _Worst:
    """The most that one answer of a route can use: seconds of Lambda, MB sent, objects read; LISTING has a listing."""

    seconds: float
    megabytes: float
    gets: float
    solving: float = 0.0
    """Seconds of the rebalance function."""
    exporting: float = 0.0
    """Seconds of the export function."""


def _worst(key: str, limits: Limits, answer_mb: float, *, token: bool) -> _Worst:
    method, path = key.split()
    if path in PATHS:
        return _Worst(SHORT_SECONDS, 0.0 if method == "HEAD" else ASSET_MB if path == ASSETS else PAGE_MB, 0)
    if path == OPENBB:
        asked = [
            _worst(f"{method} {widget.route.gateway_path}", limits, answer_mb, token=token)
            for widget in WIDGETS.values()
        ]
        return _Worst(*(max(each) for each in zip(*map(astuple, asked), strict=True)))
    # All that belongs to a fund stands behind a share class too: one of the largest and slowest answers is the worst.
    path = "/api/etfs/{symbol}/analytics" if path == SLASHED else path
    route = next(route for route in ROUTES if route.gateway_path == path and route.method in (method, "GET"))
    if token and not route.is_open:
        return _Worst(REFUSAL_SECONDS, REFUSAL_MB, 0)
    usual = SNAPSHOT_READS if route.data is Data.SNAPSHOTS else READS
    largest = answer_mb if route.data is Data.SNAPSHOTS else FIXED_MB.get(route.model, SMALL_MB)
    return _Worst(
        seconds=limits.timeout_seconds if route.data is Data.SNAPSHOTS else SHORT_SECONDS,
        megabytes=0.0 if method == "HEAD" else largest,  # computed all the same, but not sent
        gets=0.0 if route.data is Data.NONE else READS_BY_MODEL.get(route.model, usual),
        solving=limits.solver_seconds if path == REBALANCE else 0.0,
        exporting=limits.export_seconds if route.model == WHOLE_TABLE and method == "GET" else 0.0,
    )


def table(sizes: Sequence[int] = SIZES) -> str:
    """The monthly costs of several numbers of funds."""
    return _markdown("USD a month", {f"{size:,} funds": monthly(size) for size in sizes})


def abuse_table(answer_mb: float = MAX_ANSWER_MB) -> str:
    """The most that a day of abuse can cost, by how many requests the API function may answer at once."""
    found = limits()
    days = {f"{many:,} at once": worst_day(found, many, answer_mb, token=False) for many in CONCURRENCIES}
    days["with a token"] = worst_day(found, CONCURRENCIES[0], answer_mb, token=True)
    return _markdown("USD a day, at most", days)


def _markdown(first: str, columns: Mapping[str, Mapping[str, float]]) -> str:
    services = next(iter(columns.values()))
    rows = [[first, *columns], ["---", *("---:" for _ in columns)]]
    rows += [[service, *(f"{column[service]:,.2f}" for column in columns.values())] for service in services]
    rows.append(["all", *(f"{sum(column.values()):,.2f}" for column in columns.values())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main(arguments: list[str]) -> str:
    """The table that the command prints."""
    parser = argparse.ArgumentParser(prog="python -m deploy.cost")
    parser.add_argument("funds", nargs="*", type=int, default=SIZES, help="numbers of funds; default: 15 100 4500")
    parser.add_argument("--abuse", action="store_true", help="the most that a day of abuse can cost")
    parser.add_argument("--answer-mb", type=float, default=MAX_ANSWER_MB, help="the largest answer, in MB; default: 6")
    options = parser.parse_args(arguments)
    return abuse_table(options.answer_mb) if options.abuse else table(options.funds)


if __name__ == "__main__":
    print(main(sys.argv[1:]))
