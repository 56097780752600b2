"""What the functions count: every metric's name, unit, emitter and meaning, in one place.

A metric is one line of JSON on standard output (CloudWatch's embedded metric format); it needs no call and no
permission. The namespace is the stack's, so two stacks never mix; the dimension `service` names the emitter.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

NAMESPACE_VARIABLE = "POWERTOOLS_METRICS_NAMESPACE"


class Metric(Enum):
    """(label, unit, service that emits it, meaning); the meaning is its sentence in docs/operations.md."""

    FETCHED_SYMBOLS = ("FetchedSymbols", MetricUnit.Count, "extract", "captures written")
    FETCH_FAILURES = ("FetchFailures", MetricUnit.Count, "extract", "attempts that failed, retries included")
    FETCHED_BYTES = ("FetchedBytes", MetricUnit.Bytes, "extract", "size of a capture")
    FETCH_SECONDS = ("FetchSeconds", MetricUnit.Seconds, "extract", "time from message to capture")
    TRANSFORMED_ROWS = ("TransformedRows", MetricUnit.Count, "transform", "rows of a snapshot")
    PARSE_FAILURES = ("ParseFailures", MetricUnit.Count, "transform", "captures whose layout could not be read")
    TRANSFORM_SECONDS = ("TransformSeconds", MetricUnit.Seconds, "transform", "time from capture to snapshot")
    WORKBOOK_FAILURES = (
        "WorkbookFailures",
        MetricUnit.Count,
        "transform",
        "workbooks of published snapshots that could not be made",
    )
    SWEPT_CAPTURES = ("SweptCaptures", MetricUnit.Count, "sweep", "captures that only the sweep found")
    TRADING_DAYS_SINCE_REFRESH = (
        "TradingDaysSinceRefresh",
        MetricUnit.NoUnit,
        "sweep",
        "age of each configured symbol's data; the log line has them by symbol",
    )
    STALE_SYMBOLS = ("StaleSymbols", MetricUnit.Count, "sweep", "configured symbols that are stale now")
    SYMBOLS_WITHOUT_SNAPSHOT = (
        "SymbolsWithoutSnapshot",
        MetricUnit.Count,
        "sweep",
        "configured symbols that have no snapshot yet",
    )
    FILING_AGE_DAYS = (
        "FilingAgeDays",
        MetricUnit.NoUnit,
        "sweep",
        "days since the report date of each configured fund's newest filing, or since its first one was looked for; "
        "the log line has them by symbol",
    )
    TABLES_BEHIND = (
        "TablesBehind",
        MetricUnit.Count,
        "sweep",
        "symbols of which the tables missed something, which are sent to the tables queue again",
    )
    TABLES_BUILD_SECONDS = ("TablesBuildSeconds", MetricUnit.Seconds, "tables", "time that one build took")
    TABLES_LAG_SECONDS = (
        "TablesLagSeconds",
        MetricUnit.Seconds,
        "tables",
        "time from the first write that a build was called for to the end of the build",
    )
    TABLES_FUNDS = ("TablesFunds", MetricUnit.Count, "tables", "funds in the newest state")
    TABLES_FAILURES = (
        "TablesFailures",
        MetricUnit.Count,
        "tables",
        "messages that could not be built, which the queue brings again",
    )
    ALERTS_SENT = ("AlertsSent", MetricUnit.Count, "tables", "alerts published: changes of funds, and failed refreshes")
    ALERTS_FAILURES = (
        "AlertsFailures",
        MetricUnit.Count,
        "tables",
        "publications of alerts that failed, and alerts whose marker could not be written",
    )
    FILINGS_FETCHED = ("FilingsFetched", MetricUnit.Count, "filings-fetch", "filings that were new and are stored")
    FILINGS_FAILURES = (
        "FilingsFailures",
        MetricUnit.Count,
        "filings-fetch",
        "attempts to fetch a symbol's filings that failed, retries included",
    )
    FILINGS_BYTES = ("FilingsBytes", MetricUnit.Bytes, "filings-fetch", "size of the filings that were stored")
    FILING_LINES = ("FilingLines", MetricUnit.Count, "filings-parse", "lines of a filing's snapshot")
    FILING_FAILURES = (
        "FilingsParseFailures",
        MetricUnit.Count,
        "filings-parse",
        "documents in raw-filings/ that could not be read",
    )
    FILING_SECONDS = ("FilingSeconds", MetricUnit.Seconds, "filings-parse", "time from document to snapshot")
    REBALANCE_SECONDS = ("RebalanceSeconds", MetricUnit.Seconds, "rebalance", "time that one rebalancing took to solve")
    REBALANCES_CUT_SHORT = (
        "RebalancesCutShort",
        MetricUnit.Count,
        "rebalance",
        "rebalancings whose plan may not be the best, since the time was up",
    )
    EXPORT_SECONDS = ("ExportSeconds", MetricUnit.Seconds, "export", "time that one whole table took to write")
    SWEPT_FILINGS = ("SweptFilings", MetricUnit.Count, "filings-parse", "documents that only the sweep found")

    def __init__(self, label: str, unit: MetricUnit, service: str, meaning: str) -> None:
        self.label = label
        self.unit = unit
        self.service = service
        self.meaning = meaning


class Metrics:
    """Emits metrics where POWERTOOLS_METRICS_NAMESPACE is set, as on Lambda; on one machine nothing reads them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._namespace = environ.get(NAMESPACE_VARIABLE, "")

    def emit(self, values: Mapping[Metric, float | Sequence[float]], fields: Mapping[str, object]) -> None:
        """One line with these metrics, all of one service; `fields` stand beside them in the log, and cost nothing.

        Several values of a metric (the age of each symbol) are samples of one series.
        """
        if not self._namespace or not values:
            return
        (service,) = {metric.service for metric in values}
        line = EphemeralMetrics(namespace=self._namespace, service=service)
        for name, value in fields.items():
            line.add_metadata(name, value)
        for metric, samples in values.items():
            for sample in [samples] if isinstance(samples, int | float) else samples:
                line.add_metric(metric.label, metric.unit, sample)
        if line.metric_set:  # at a hundred samples it has flushed them already
            line.flush_metrics()
