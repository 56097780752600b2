"""Metrics: one line of the embedded metric format, and silence where nobody reads them."""

import json

import pytest

from etf_common.metrics import NAMESPACE_VARIABLE, Metric, Metrics


def test_a_line_names_metrics_units_service_and_namespace(capsys: pytest.CaptureFixture[str]) -> None:
    Metrics({NAMESPACE_VARIABLE: "my-stack"}).emit(
        {Metric.FETCHED_BYTES: 1234, Metric.FETCH_SECONDS: 0.5}, {"symbol": "VTI"}
    )

    line = json.loads(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "my-stack"
    assert directive["Dimensions"] == [["service"]]
    assert directive["Metrics"] == [
        {"Name": "FetchedBytes", "Unit": "Bytes"},
        {"Name": "FetchSeconds", "Unit": "Seconds"},
    ]
    assert (line["service"], line["symbol"]) == ("extract", "VTI")
    assert (line["FetchedBytes"], line["FetchSeconds"]) == ([1234.0], [0.5])


def test_samples_of_one_metric_stay_one_series(capsys: pytest.CaptureFixture[str]) -> None:
    ages = [index / 10 for index in range(250)]
    Metrics({NAMESPACE_VARIABLE: "s"}).emit({Metric.TRADING_DAYS_SINCE_REFRESH: ages}, {})

    # CloudWatch takes at most 100 values a line.
    lines = [json.loads(line)["TradingDaysSinceRefresh"] for line in capsys.readouterr().out.splitlines()]
    assert [len(values) for values in lines] == [100, 100, 50]
    assert [value for values in lines for value in values] == ages


def test_a_full_line_is_no_reason_for_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    Metrics({NAMESPACE_VARIABLE: "s"}).emit({Metric.TRADING_DAYS_SINCE_REFRESH: [1.0] * 100}, {})
    (line,) = capsys.readouterr().out.splitlines()
    assert len(json.loads(line)["TradingDaysSinceRefresh"]) == 100


def test_lines_never_mix(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics({NAMESPACE_VARIABLE: "s"})
    metrics.emit({Metric.PARSE_FAILURES: 1}, {})
    metrics.emit({Metric.SWEPT_CAPTURES: 2}, {})
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert ("SweptCaptures" in first, "ParseFailures" in second) == (False, False)


def test_without_a_namespace_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Metrics({}).emit({Metric.PARSE_FAILURES: 1}, {})
    assert capsys.readouterr().out == ""


def test_a_line_is_of_one_service() -> None:
    with pytest.raises(ValueError, match="too many values"):
        Metrics({NAMESPACE_VARIABLE: "s"}).emit({Metric.PARSE_FAILURES: 1, Metric.SWEPT_CAPTURES: 1}, {})


def test_names_are_different() -> None:
    assert len({metric.label for metric in Metric}) == len(Metric)
