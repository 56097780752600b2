"""What the resources are set to, where nothing else in the project would notice that a setting is gone."""

import json
import re

import pytest

from tests.template.conftest import OfType
from tests.template.test_roles import LAKE
from tests.translation import Template


def test_functions_and_layers_are_built_for_what_was_chosen(template: Template, of_type: OfType) -> None:
    chosen, runtime = {"Ref": "Architecture"}, {"Ref": "Runtime"}
    functions = template["Globals"]["Function"]
    assert (functions["Architectures"], functions["Runtime"]) == ([chosen], runtime)
    for name in ("CommonLayer", "TablesLayer", "SolverLayer"):
        layer = template["Resources"][name]
        assert layer["Metadata"] == {"BuildMethod": runtime, "BuildArchitecture": chosen}
        assert layer["Properties"]["CompatibleArchitectures"] == [chosen]
        assert layer["Properties"]["CompatibleRuntimes"] == [runtime]
    assert len(of_type("AWS::Serverless::LayerVersion")) == 3
    assert not any(
        {"Architectures", "Runtime"} & set(function) for function in of_type("AWS::Serverless::Function").values()
    )
    defaults = {name: parameter["Default"] for name, parameter in template["Parameters"].items()}
    assert (defaults["Architecture"], defaults["Runtime"]) == ("arm64", "python3.13")


def test_the_bucket_is_private_versioned_encrypted_and_tls_only(template: Template) -> None:
    lake = template["Resources"]["Lake"]["Properties"]
    assert lake["VersioningConfiguration"] == {"Status": "Enabled"}
    assert lake["BucketEncryption"]
    flags = {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}
    assert lake["PublicAccessBlockConfiguration"] == dict.fromkeys(flags, True)
    assert lake["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    (statement,) = template["Resources"]["LakePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert [resource["Fn::Sub"] for resource in statement["Resource"]] == [LAKE, f"{LAKE}/*"]


def test_the_bucket_outlives_its_stack(template: Template) -> None:
    lake = template["Resources"]["Lake"]
    assert lake["DeletionPolicy"] == "RetainExceptOnCreate"
    assert lake["UpdateReplacePolicy"] == "Retain"


def test_raw_is_kept_where_a_replay_can_read_it_and_old_versions_go(template: Template) -> None:
    rules = template["Resources"]["Lake"]["Properties"]["LifecycleConfiguration"]["Rules"]
    by_id = {rule["Id"]: {name: value for name, value in rule.items() if name != "Id"} for rule in rules}
    assert by_id == {
        "raw-gets-cheaper": {
            "Status": {"Fn::If": ["RawStaysInStandard", "Disabled", "Enabled"]},
            "Prefix": "raw/",
            "Transitions": [
                {
                    "StorageClass": {"Fn::If": ["RawStaysInStandard", "GLACIER_IR", {"Ref": "RawStorageClass"}]},
                    "TransitionInDays": 90,
                }
            ],
        },
        "raw-filings-get-cheaper": {
            "Status": {"Fn::If": ["RawStaysInStandard", "Disabled", "Enabled"]},
            "Prefix": "raw-filings/",
            "Transitions": [
                {
                    "StorageClass": {"Fn::If": ["RawStaysInStandard", "GLACIER_IR", {"Ref": "RawStorageClass"}]},
                    "TransitionInDays": 90,
                }
            ],
        },
        "evidence-goes": {"Status": "Enabled", "Prefix": "rejected/", "ExpirationInDays": 90},
        "markers-of-alerts-go": {
            "Status": "Enabled",
            "Prefix": "alerts/",
            "ExpirationInDays": 30,
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        },
        "old-tables-go": {
            "Status": "Enabled",
            "Prefix": "tables/",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        },
        "exports-go": {
            "Status": "Enabled",
            "Prefix": "exports/",
            "ExpirationInDays": 1,
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        },
        "query-results-go": {
            "Status": "Enabled",
            "Prefix": "athena-results/",
            "ExpirationInDays": 7,
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        },
        "old-versions-go": {
            "Status": "Enabled",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
            "ExpiredObjectDeleteMarker": True,
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
    }


def test_no_rule_deletes_what_is_current_but_evidence_markers_and_results_of_queries(template: Template) -> None:
    for rule in template["Resources"]["Lake"]["Properties"]["LifecycleConfiguration"]["Rules"]:
        expires = {"ExpirationInDays", "ExpirationDate", "Expiration"} & set(rule)
        assert not expires or rule["Prefix"] in {"rejected/", "alerts/", "athena-results/", "exports/"}
    # Deeper classes cannot be read at once, as a replay needs; STANDARD turns the rule off.
    storage = template["Parameters"]["RawStorageClass"]
    assert storage["AllowedValues"] == ["GLACIER_IR", "STANDARD_IA", "STANDARD"]
    assert storage["Default"] == "GLACIER_IR"


def test_every_queue_and_topic_refuses_what_comes_without_tls(template: Template, of_type: OfType) -> None:
    refused: dict[str, str] = {}
    for kind, target, action in (("SQS::Queue", "Queues", "sqs:*"), ("SNS::Topic", "Topics", "sns:Publish")):
        for policy in of_type(f"AWS::{kind}Policy").values():
            (owner,) = (item["Ref"] for item in policy[target])
            (deny,) = (item for item in policy["PolicyDocument"]["Statement"] if item["Effect"] == "Deny")
            assert (deny["Principal"], deny["Action"]) == ("*", action)
            assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            refused[owner] = deny["Resource"].get("Ref") or deny["Resource"]["Fn::GetAtt"][0]
    owners = {*of_type("AWS::SQS::Queue"), *of_type("AWS::SNS::Topic")}
    assert refused == {name: name for name in owners}


def test_alarms_and_budgets_of_this_account_may_publish_and_nobody_else(template: Template) -> None:
    # An explicit policy replaces the one that SNS gives a topic, so whoever publishes must stand in it.
    document = template["Resources"]["AlarmsPolicy"]["Properties"]["PolicyDocument"]
    allowed = [item for item in document["Statement"] if item["Effect"] == "Allow"]
    assert {item["Principal"]["Service"] for item in allowed} == {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"}
    for item in allowed:
        assert item["Action"] == "sns:Publish"
        assert item["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_budget_tells_the_alarm_topic_and_is_off_when_empty(template: Template) -> None:
    budget = template["Resources"]["Budget"]
    assert (budget["Condition"], template["Parameters"]["MonthlyBudgetUsd"]["Default"]) == ("HasBudget", "20")
    # With a name, a changed subscriber could not replace the budget.
    assert budget["Properties"]["Budget"] == {
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": {"Ref": "MonthlyBudgetUsd"}, "Unit": "USD"},
    }
    told = {}
    for item in budget["Properties"]["NotificationsWithSubscribers"]:
        assert item["Subscribers"] == [{"SubscriptionType": "SNS", "Address": {"Ref": "Alarms"}}]
        told[item["Notification"]["NotificationType"]] = item["Notification"]["Threshold"]
    assert told == {"ACTUAL": 80, "FORECASTED": 100}


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("MonthlyBudgetUsd", ["", "1", "20", "999999"], ["0", "-5", "1.5", "20 USD", "1000000"]),
        ("AccessTokenSha256", ["", "0" * 64, "9f" * 32, "9F" * 32], ["0" * 63, "0" * 65, "g" * 64, "secret"]),
        (
            "CorsOrigins",
            ["*", "https://a.example", "http://localhost:3000,https://b.example"],
            ["", "a.example", "https://a.example/", "https://a.example, https://b.example", "*,https://a.example"],
        ),
        (
            "ChangesEmail",
            ["", "me@example.com", "first.last+etf@sub.example.org"],
            ["me", "@example.com", "me@", "a@b@c", "me @example.com", "'me@example.com'"],
        ),
        (
            "FilingsSchedule",
            ["cron(0 7 ? * SAT *)", "rate(7 days)"],
            ["", "weekly", "0 7 * * 6", "at(2026-11-20T22:30:00)", "cron('0 7')"],
        ),
        ("ApiReservedConcurrency", ["", "0", "5", "1000"], ["-1", "many", "1.5"]),
        ("ExportReservedConcurrency", ["", "0", "5", "1000"], ["-1", "many", "1.5"]),
    ],
)
def test_a_parameter_takes_what_it_can_mean_and_nothing_else(
    template: Template, name: str, good: list[str], bad: list[str]
) -> None:
    pattern = template["Parameters"][name]["AllowedPattern"]
    assert [value for value in good if not re.fullmatch(pattern, value)] == []
    assert [value for value in bad if re.fullmatch(pattern, value)] == []
    assert re.fullmatch(pattern, template["Parameters"][name]["Default"])


def test_the_refresh_keeps_new_yorks_time(template: Template) -> None:
    schedule = template["Resources"]["Dispatch"]["Properties"]["Events"]["AfterTheClose"]["Properties"]
    assert schedule["ScheduleExpression"] == {"Ref": "Schedule"}
    assert schedule["ScheduleExpressionTimezone"] == "America/New_York"
    weekly = template["Resources"]["FilingsDispatch"]["Properties"]["Events"]["Weekly"]["Properties"]
    assert weekly["ScheduleExpression"] == {"Ref": "FilingsSchedule"}
    assert weekly["ScheduleExpressionTimezone"] == "America/New_York"
    # The run is the schedule's own time, as of a refresh.
    assert weekly["Input"] == schedule["Input"] == '{"run": "<aws.scheduler.scheduled-time>"}'
    for function in ("Dispatch", "Sweep", "FilingsDispatch", "FilingsParse"):
        for event in template["Resources"][function]["Properties"]["Events"].values():
            assert "State" not in event["Properties"], "a schedule is enabled unless it says otherwise"


def test_a_symbol_has_time_for_all_its_tries(template: Template) -> None:
    queue = template["Resources"]["RefreshQueue"]["Properties"]
    extract = template["Resources"]["Extract"]["Properties"]
    assert (queue["VisibilityTimeout"], extract["Timeout"]) == (6 * 180, 180)
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    refresh = extract["Events"]["Refresh"]["Properties"]
    assert (refresh["BatchSize"], refresh["ScalingConfig"]) == (1, {"MaximumConcurrency": {"Ref": "MaxWorkers"}})


def test_filings_are_fetched_one_after_the_other_with_time_for_all_tries(template: Template) -> None:
    queue = template["Resources"]["FilingsQueue"]["Properties"]
    dead = template["Resources"]["FilingsDeadLetters"]["Properties"]
    fetch = template["Resources"]["FilingsFetch"]["Properties"]
    # A FIFO queue hands out one message of a group at a time; its dead letters need a FIFO queue too.
    assert queue["FifoQueue"] is dead["FifoQueue"] is True
    assert all(str(each["QueueName"]["Fn::Sub"]).endswith(".fifo") for each in (queue, dead))
    # Dispatch gives each message an id of its own.
    assert "ContentBasedDeduplication" not in queue
    (source,) = fetch["Events"].values()
    assert source == {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["FilingsQueue", "Arn"]}, "BatchSize": 1}}
    assert queue["VisibilityTimeout"] == 6 * fetch["Timeout"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 3
    # What is left of a week is gone before the next week's messages come, and no try of it is cut short.
    assert 3 * queue["VisibilityTimeout"] < queue["MessageRetentionPeriod"] < 7 * 24 * 3600


def test_filings_come_from_the_sec_itself(template: Template) -> None:
    variables = template["Resources"]["FilingsFetch"]["Properties"]["Environment"]["Variables"]
    assert (variables["SEC_URL"], variables["SEC_DATA_URL"]) == ("https://www.sec.gov", "https://data.sec.gov")


def test_raw_filings_are_looked_through_once_a_day(template: Template) -> None:
    (daily,) = template["Resources"]["FilingsParse"]["Properties"]["Events"].values()
    assert json.loads(daily["Properties"]["Input"]) == {"sweep": True}
    assert re.fullmatch(r"cron\(\d+ \d+ \* \* \? \*\)", daily["Properties"]["ScheduleExpression"])


def test_the_outputs_are_what_an_owner_needs(template: Template) -> None:
    values = {name: output["Value"] for name, output in template["Outputs"].items()}
    dead = ("RefreshDeadLetters", "CapturedDeadLetters", "ScheduleDeadLetters", "TablesDeadLetters")
    filings = ("FilingsQueue", "FilingsDeadLetters", "FilingsParseDeadLetters")
    queues = ("RefreshQueue", *dead, *filings)
    assert values.pop("ApiUrl")["Fn::Sub"].endswith("${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/api/etfs")
    assert values.pop("DashboardUrl")["Fn::Sub"].endswith("#dashboards:name=${Dashboard}")
    assert values.pop("ApiAccess") == {"Fn::If": ["HasAccessToken", "token", "open"]}
    refers = ("QueryDatabase", "QueryWorkgroup")
    assert values == {
        "LakeBucket": {"Ref": "Lake"},
        "ChangesTopicArn": {"Ref": "Changes"},
        **{f"{name}Url": {"Ref": name} for name in queues},
        **{name: {"Ref": name} for name in refers},
    }


def test_each_function_has_the_memory_and_the_time_that_its_largest_task_takes(of_type: OfType) -> None:
    found = {name: (f["MemorySize"], f["Timeout"]) for name, f in of_type("AWS::Serverless::Function").items()}
    assert found == {
        "Dispatch": (256, 60),
        "Extract": (512, 180),
        "Transform": (1024, 120),
        "Sweep": (2048, 900),
        "Tables": (3008, 300),
        "Api": (1024, 15),
        "Rebalance": (1769, 10),
        "Export": (3008, 60),
        "FilingsDispatch": (256, 60),
        "FilingsFetch": (512, 300),
        "FilingsParse": (512, 900),
    }
