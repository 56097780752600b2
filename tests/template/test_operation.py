"""What an owner relies on when something goes wrong: logs, dead letters, alarms, a dashboard, and words about each."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from deploy import cost
from etf_common.metrics import Metric
from tests.template.conftest import OfType
from tests.template.test_template import FUNCTIONS
from tests.translation import Template
from tools.documents import rendered

ALARM = "AWS::CloudWatch::Alarm"


@pytest.fixture(scope="module")
def operations(root: Path) -> str:
    """The operations guide, its tables written anew."""
    return rendered((root / "docs" / "operations.md").read_text())


def hyphenated(name: str) -> str:
    """`filings-dispatch` of `FilingsDispatch`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_logs_json_into_a_declared_group_with_retention(template: Template, name: str) -> None:
    logging = template["Resources"][name]["Properties"]["LoggingConfig"]
    # Its own: into another's its role may not write.
    assert logging["LogGroup"] == {"Ref": f"{name}Log"}
    group = template["Resources"][f"{name}Log"]
    assert group["Properties"]["LogGroupName"]["Fn::Sub"] == f"/aws/lambda/${{AWS::StackName}}-{hyphenated(name)}"
    assert logging["LogFormat"] == "JSON"
    # A level above INFO would drop the metrics, which are log lines.
    assert "ApplicationLogLevel" not in logging
    assert group["Type"] == "AWS::Logs::LogGroup"
    assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def alarmed(of_type: OfType, dimension: str) -> set[str]:
    """The names of the resources that the alarms of one dimension watch."""
    found = set()
    for alarm in of_type(ALARM).values():
        for item in alarm.get("Dimensions", []):
            if item["Name"] == dimension:
                value = item["Value"]
                found.add(value["Ref"] if "Ref" in value else str(value["Fn::GetAtt"][0]).removesuffix(".QueueName"))
    return found


def test_every_function_has_an_alarm_on_its_errors(of_type: OfType) -> None:
    assert alarmed(of_type, "FunctionName") == set(FUNCTIONS)


def test_every_failure_has_a_queue_with_an_alarm(template: Template, of_type: OfType) -> None:
    queues = of_type("AWS::SQS::Queue")
    dead = {name for name in queues if name.endswith("DeadLetters")}
    caught = set()
    for name in ("Dispatch", "Transform", "Sweep", "FilingsDispatch", "FilingsParse"):
        on_failure = template["Resources"][name]["Properties"]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
        caught.add(on_failure["Destination"]["Fn::GetAtt"][0])
    for name in ("Dispatch", "Sweep", "FilingsDispatch", "FilingsParse"):
        for event in template["Resources"][name]["Properties"]["Events"].values():
            caught.add(event["Properties"]["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0])
    # Failures of what a queue calls are the queue's; the API's are answers, which have an alarm of their own.
    for name in ("RefreshQueue", "TablesQueue", "FilingsQueue"):
        caught.add(queues[name]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0])
    assert caught == dead
    # Of the tables queue the age is watched: how long a change has been waiting.
    assert alarmed(of_type, "QueueName") == dead | {"TablesQueue"}
    assert {queues[name]["MessageRetentionPeriod"] for name in dead} == {14 * 24 * 3600}


def test_every_alarm_tells_the_topic_what_happened_and_what_to_do(of_type: OfType) -> None:
    for alarm in of_type(ALARM).values():
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]
        happened, _, do = alarm["AlarmDescription"].partition(". ")
        # What happened, then what to do; CloudWatch takes 1,024 characters.
        assert happened
        assert do.endswith(".")
        assert len(alarm["AlarmDescription"]) <= 1024
    assert of_type("AWS::SNS::Subscription")["AlarmMail"]["TopicArn"] == {"Ref": "Alarms"}
    # CloudWatch may not publish to a topic with AWS's default key.
    assert "KmsMasterKeyId" not in of_type("AWS::SNS::Topic")["Alarms"]


STACK = {"Ref": "AWS::StackName"}
WAITING = ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", 0, 300, "notBreaching")
ERRORS = ("AWS/Lambda", "Errors", "Sum", 0, 300, "notBreaching")
WATCHED: dict[str, tuple[Any, str, str, float, int, str]] = {
    # namespace, metric, statistic, above what, over how many seconds, and what silence says
    "RefreshDeadLettersWaiting": WAITING,
    "CapturedDeadLettersWaiting": WAITING,
    "ScheduleDeadLettersWaiting": WAITING,
    "TablesDeadLettersWaiting": WAITING,
    "FilingsDeadLettersWaiting": WAITING,
    "FilingsParseDeadLettersWaiting": WAITING,
    "DispatchErrors": ERRORS,
    "ExtractErrors": ("AWS/Lambda", "Errors", "Sum", 5, 3600, "notBreaching"),  # one symbol's five tries are no alarm
    "TransformErrors": ERRORS,
    "WorkbooksFail": (STACK, Metric.WORKBOOK_FAILURES.label, "Sum", 0, 300, "notBreaching"),
    "SweepErrors": ERRORS,
    "TablesErrors": ERRORS,
    "TablesIncomplete": (STACK, Metric.TABLES_FAILURES.label, "Sum", 0, 300, "notBreaching"),
    "AlertsFail": (STACK, Metric.ALERTS_FAILURES.label, "Sum", 0, 300, "notBreaching"),
    "AlertsUndelivered": ("AWS/SNS", "NumberOfNotificationsFailed", "Sum", 0, 300, "notBreaching"),
    "TablesMissChanges": (STACK, Metric.TABLES_BEHIND.label, "Minimum", 0, 10800, "notBreaching"),
    "TablesSlow": ("AWS/Lambda", "Duration", "Maximum", 240_000, 300, "notBreaching"),
    "TablesThrottles": ("AWS/Lambda", "Throttles", "Minimum", 0, 900, "notBreaching"),  # SQS's own tries are no alarm
    "TablesLate": ("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", 900, 300, "notBreaching"),
    "RebalanceErrors": ERRORS,
    "RebalanceThrottles": ("AWS/Lambda", "Throttles", "Sum", 0, 300, "notBreaching"),
    "RebalanceSlow": ("AWS/Lambda", "Duration", "Maximum", 8000, 300, "notBreaching"),
    "ExportErrors": ERRORS,
    "ExportThrottles": ("AWS/Lambda", "Throttles", "Sum", 0, 300, "notBreaching"),
    "ExportSlow": ("AWS/Lambda", "Duration", "Maximum", 45_000, 300, "notBreaching"),
    "ApiErrors": ERRORS,
    "ApiServerErrors": ("AWS/ApiGateway", "5xx", "Sum", 4, 300, "notBreaching"),
    "ApiLatency": ("AWS/ApiGateway", "Latency", "p95", 3000, 900, "notBreaching"),
    "ApiBusy": ("AWS/ApiGateway", "Count", "Sum", 30000, 3600, "notBreaching"),
    "ApiRefusals": (STACK, "RefusedRequests", "Sum", 50, 300, "notBreaching"),
    "ApiThrottles": ("AWS/Lambda", "Throttles", "Sum", 0, 300, "notBreaching"),
    "DataTooOld": (STACK, Metric.TRADING_DAYS_SINCE_REFRESH.label, "Maximum", 1.5, 10800, "breaching"),
    "FilingsDispatchErrors": ERRORS,
    "FilingsFetchErrors": (
        "AWS/Lambda",
        "Errors",
        "Sum",
        3,
        10800,
        "notBreaching",
    ),  # one fund's three tries are no alarm
    "FilingsParseErrors": ERRORS,
    "FilingsTooOld": (STACK, Metric.FILING_AGE_DAYS.label, "Maximum", 200, 10800, "notBreaching"),
    "SymbolsMissing": (STACK, Metric.SYMBOLS_WITHOUT_SNAPSHOT.label, "Minimum", 0, 86400, "notBreaching"),
}


def test_the_alarms_watch_what_the_table_says(template: Template, of_type: OfType) -> None:
    alarms = of_type(ALARM)
    assert {name: watched(alarm) for name, alarm in alarms.items()} == WATCHED
    assert {alarm["ComparisonOperator"] for alarm in alarms.values()} == {"GreaterThanThreshold"}
    # Else p95 of the few answers that a small stack gives would never count.
    assert alarms["ApiLatency"]["EvaluateLowSampleCountPercentile"] == "evaluate"
    for name, alarm in alarms.items():
        if alarm["Namespace"] == STACK:
            # What the functions emit has their name; what the access log's filter counts has no dimension.
            emitters = {metric.label: [{"Name": "service", "Value": metric.service}] for metric in Metric}
            assert alarm.get("Dimensions") == emitters.get(alarm["MetricName"]), name
            assert "Dimensions" in alarm or name == "ApiRefusals"
    (counted,) = template["Resources"]["RefusedRequests"]["Properties"]["MetricTransformations"]
    refusals = alarms["ApiRefusals"]
    assert (counted["MetricNamespace"], counted["MetricName"]) == (refusals["Namespace"], refusals["MetricName"])
    assert len(alarms) == cost.ALARMS


def watched(alarm: dict[str, Any]) -> tuple[Any, str, str, float, int, str]:
    statistic = alarm.get("Statistic") or alarm["ExtendedStatistic"]
    seconds = alarm["Period"] * alarm["EvaluationPeriods"]
    return (alarm["Namespace"], alarm["MetricName"], statistic, alarm["Threshold"], seconds, alarm["TreatMissingData"])


def test_the_age_is_looked_at_over_more_than_one_sweep(template: Template, of_type: OfType) -> None:
    (hourly,) = template["Resources"]["Sweep"]["Properties"]["Events"].values()
    assert of_type(ALARM)["DataTooOld"]["Period"] >= 2 * 3600
    # A rate would fire at once, before there is a config; and what one sweep leaves the next one finds.
    assert re.fullmatch(r"cron\(\d+ \* \* \* \? \*\)", hourly["Properties"]["ScheduleExpression"])
    assert template["Resources"]["Sweep"]["Properties"]["EventInvokeConfig"]["MaximumRetryAttempts"] == 0
    assert template["Resources"]["Sweep"]["DependsOn"] == "Lake"


def dashboard(template: Template) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    return body


def test_the_dashboard_shows_every_metric_of_ours_and_no_other(template: Template) -> None:
    shown = set()
    for widget in dashboard(template)["widgets"]:
        above: list[Any] = []
        for row in widget["properties"]["metrics"]:
            above = _written_out(row, above)
            if above[0] == "${AWS::StackName}":
                shown.add((above[1], above[3]))
    assert shown == {(metric.label, metric.service) for metric in Metric}


def _written_out(row: list[Any], above: list[Any]) -> list[Any]:
    """A dashboard's row with its dots (the value above) filled in."""
    return row if row[0] == "..." else [above[i] if item == "." else item for i, item in enumerate(row)]


def test_the_dashboards_names_exist(template: Template) -> None:
    text = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    names = set(re.findall(r"\$\{(\w+)[.}]", text))
    assert names <= set(template["Resources"])
    assert set(FUNCTIONS) <= names
    assert {name for name in names if name.endswith("DeadLetters")} == {
        name for name in template["Resources"] if name.endswith("DeadLetters")
    }


def test_the_emitters_have_the_namespace(template: Template) -> None:
    emitters = {metric.service for metric in Metric}
    for name in FUNCTIONS:
        declared = template["Resources"][name]["Properties"]["Environment"]["Variables"]
        assert ("POWERTOOLS_METRICS_NAMESPACE" in declared) == (hyphenated(name) in emitters)


def row(operations: str, name: str) -> list[str]:
    """The cells of the guide's one row about `name`, behind the name itself; each says something or is left out."""
    (line,) = re.findall(rf"^\| `{name}` \|(.*)\|$", operations, re.MULTILINE)
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]


def test_the_guide_explains_every_parameter_with_its_default(template: Template, operations: str) -> None:
    for name, parameter in template["Parameters"].items():
        default, meaning = row(operations, name)
        assert (default, bool(meaning)) == (str(parameter["Default"]), True), name


def test_the_guide_explains_every_output(template: Template, operations: str) -> None:
    assert all(all(row(operations, name)) for name in template["Outputs"])


def test_the_guide_explains_every_metric_and_says_what_to_do_about_every_alarm(
    of_type: OfType, operations: str
) -> None:
    for metric in Metric:
        emitters, meaning = row(operations, metric.label)
        assert metric.service in emitters.split(", ")
        assert meaning
    for name in of_type(ALARM):
        assert all(row(operations, name)), name


def test_a_second_stack_collides_with_nothing(template: Template) -> None:
    # Every name that is written out is made of the stack's name; the dashboard's, which has no region, of that too. A
    # saved query's name belongs to its workgroup.
    named = {"BucketName", "FunctionName", "LogGroupName", "LayerName", "DashboardName", "QueueName", "Name"}
    for name, resource in template["Resources"].items():
        for key in named & resource.get("Properties", {}).keys():
            refers = any(resource["Properties"][key] == {"Ref": other} for other in template["Resources"])
            if resource["Type"] not in {"AWS::Lambda::Permission", "AWS::Athena::NamedQuery"} and not refers:
                assert "AWS::StackName" in str(resource["Properties"][key]), name
    assert "AWS::Region" in str(template["Resources"]["Dashboard"]["Properties"]["DashboardName"])
    for name in FUNCTIONS:
        for event in template["Resources"][name]["Properties"].get("Events", {}).values():
            if event["Type"] == "ScheduleV2":
                assert event["Properties"]["OmitName"] is True
