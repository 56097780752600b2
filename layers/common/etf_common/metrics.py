"""What the functions count: every metric's name, unit and emitter, in one place.

A metric is one line of JSON on standard output (CloudWatch's embedded metric format); it needs no call and no
permission. The namespace is the stack's, so two stacks never mix; the dimension `service` names the emitter.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

NAMESPACE_VARIABLE = "POWERTOOLS_METRICS_NAMESPACE"


class Metric(Enum):
    """(name, unit, service that emits it)."""

    FETCHED_SYMBOLS = ("FetchedSymbols", MetricUnit.Count, "extract")
    FETCH_FAILURES = ("FetchFailures", MetricUnit.Count, "extract")
    FETCHED_BYTES = ("FetchedBytes", MetricUnit.Bytes, "extract")
    FETCH_SECONDS = ("FetchSeconds", MetricUnit.Seconds, "extract")
    TRANSFORMED_ROWS = ("TransformedRows", MetricUnit.Count, "transform")
    PARSE_FAILURES = ("ParseFailures", MetricUnit.Count, "transform")
    TRANSFORM_SECONDS = ("TransformSeconds", MetricUnit.Seconds, "transform")
    SWEPT_CAPTURES = ("SweptCaptures", MetricUnit.Count, "sweep")
    TRADING_DAYS_SINCE_REFRESH = ("TradingDaysSinceRefresh", MetricUnit.NoUnit, "sweep")
    STALE_SYMBOLS = ("StaleSymbols", MetricUnit.Count, "sweep")
    SYMBOLS_WITHOUT_SNAPSHOT = ("SymbolsWithoutSnapshot", MetricUnit.Count, "sweep")

    def __init__(self, label: str, unit: MetricUnit, service: str) -> None:
        self.label = label
        self.unit = unit
        self.service = service


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
