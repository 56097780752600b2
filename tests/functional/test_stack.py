"""template.yaml as a stack in moto: its queues, roles and variables carry one symbol from schedule to answer."""

import ast
import importlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from etf_common.errors import PortalBusyError
from etf_common.filing_keys import filing_key
from etf_common.lake import CONFIG_KEY, Lake
from etf_common.metrics import Metric
from etf_common.table_keys import NEWEST_KEY, funds_key, holdings_key
from filings.by_hand import take_file
from filings.fetch.pace import Pace
from local.queues import Queue, sqs_event
from sample_portal.options import Fault, Kind
from sample_portal.server import SamplePortal
from sample_sec.document import render
from sample_sec.filings import filings_of
from sample_sec.report import report_of
from sample_sec.server import SampleSec
from tests.events import RUN, http_event
from tests.functional.rights import Right, allows, needed
from tests.translation import Template, load, translate

pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse:UserWarning")
STACK = "etf-test"
Event = Callable[[str], dict[str, Any]]


class Stack:
    """The stack in moto. What its handlers ask of AWS is kept, by function."""

    def __init__(self, template: Template, portal_url: str, sec_url: str) -> None:
        self.template = translate(template)
        # In place of Schwab and the SEC, as which the template names their own hosts.
        self.sources = {"SCHWAB_URL": portal_url, "SEC_URL": sec_url, "SEC_DATA_URL": sec_url}
        # The tests' own calls go through a session of their own, which nobody listens to.
        self.session = boto3.Session()
        self._create()
        self._take_over_the_queues()
        self.s3: Any = self.session.client("s3")
        self.sqs: Any = self.session.client("sqs")
        self.bucket = self.resource("Lake")
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self._handlers: dict[str, Callable[[dict[str, Any], Any], Any]] = {}
        self._running = ""
        boto3.setup_default_session()
        assert boto3.DEFAULT_SESSION
        boto3.DEFAULT_SESSION.events.register("provide-client-params", self._note)

    def _create(self) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as empty:
            empty.writestr("nothing.py", "")
        s3 = self.session.client("s3")
        s3.create_bucket(Bucket="artifacts")
        for name in ("functions.zip", "layer.zip"):
            s3.put_object(Bucket="artifacts", Key=name, Body=archive.getvalue())
        cloudformation = self.session.client("cloudformation")
        cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(self.template))
        described = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
        self._resources = {
            r["LogicalResourceId"]: r["PhysicalResourceId"] for r in described if "PhysicalResourceId" in r
        }

    def _take_over_the_queues(self) -> None:
        """End moto's own polling of the queues, which would call an empty archive: the tests call the functions."""
        functions = self.session.client("lambda")
        mappings = functions.list_event_source_mappings()["EventSourceMappings"]
        polled = {mapping["FunctionArn"].rpartition(":")[2]: mapping["BatchSize"] for mapping in mappings}
        batches = {"Extract": 1, "Tables": 1000, "FilingsFetch": 1}
        assert polled == {self.resource(name): size for name, size in batches.items()}
        for mapping in mappings:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls.append((self._running, model.name, dict(params)))

    def resource(self, name: str) -> str:
        return str(self._resources[name])

    def call(self, function: str, event: dict[str, Any], **collaborators: Any) -> Any:
        """Call a function's handler with the variables that the stack gave it, and with these collaborators."""
        self._running = function
        if function not in self._handlers or collaborators:
            found = self.session.client("lambda").get_function_configuration(FunctionName=self.resource(function))
            environ = {**found["Environment"]["Variables"], "AWS_EC2_METADATA_DISABLED": "true"}
            environ |= {name: url for name, url in self.sources.items() if name in environ}
            module = importlib.import_module(found["Handler"].removesuffix(".handler"))
            self._handlers[function] = module.create(environ, **collaborators)
        return self._handlers[function](event, None)

    def policy(self, function: str) -> dict[str, Any]:
        """The policy of the function's role, as the stack made it."""
        iam = self.session.client("iam")
        role = self.resource(f"{function}Role")
        (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
        # CloudFormation in moto stores the document as Python writes it, not as JSON.
        document: Any = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        return dict(ast.literal_eval(document))

    def forbidden(self) -> list[tuple[str, Right]]:
        """What the functions did that their roles do not allow."""
        names = [name for name, each in self.template["Resources"].items() if each["Type"] == "AWS::SQS::Queue"]
        queues = {self.resource(name): self.arn(name) for name in names}
        policies = {name: self.policy(name) for name in {function for function, _, _ in self.calls}}
        return [
            (function, right)
            for function, operation, parameters in self.calls
            for right in needed(operation, parameters, queues)
            if not allows(policies[function], right)
        ]

    def arn(self, queue: str) -> str:
        url = self.resource(queue)
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(found["Attributes"]["QueueArn"])

    def messages(self, url: str) -> list[Any]:
        found = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"])
        return list(found.get("Messages", []))

    def notify_queues(self) -> str:
        """Set the bucket's notifications as the template says, but those of functions to a queue, whose address is
        returned: moto would want Docker for a Lambda.
        """
        url = self.sqs.create_queue(QueueName="captured")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        notification = self.template["Resources"]["Lake"]["Properties"]["NotificationConfiguration"]
        told = [(rule, self.arn(rule["Queue"]["Fn::GetAtt"][0])) for rule in notification["QueueConfigurations"]]
        called = [(rule, arn) for rule in notification["LambdaConfigurations"]]
        configurations = [_notification(rule, arn) for rule, arn in [*called, *told]]
        self.s3.put_bucket_notification_configuration(
            Bucket=self.bucket, NotificationConfiguration={"QueueConfigurations": configurations}
        )
        self.messages(url)  # the s3:TestEvent
        return str(url)

    def build_tables(self) -> dict[str, Any]:
        """Call tables with everything that waits in its queue, in one batch."""
        queue = Queue(self.resource("TablesQueue"), self.arn("TablesQueue"), "")
        records: list[dict[str, Any]] = []
        while messages := self.messages(queue.url):
            records += [record for message in messages for record in sqs_event(message, queue)["Records"]]
            for message in messages:
                self.sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
        answer: dict[str, Any] = self.call("Tables", {"Records": records})
        return answer

    def scheduled(self, schedule: str, time: str) -> dict[str, Any]:
        """What Scheduler sends at that time."""
        target = self.template["Resources"][schedule]["Properties"]["Target"]
        event: dict[str, Any] = json.loads(target["Input"].replace("<aws.scheduler.scheduled-time>", time))
        return event

    def refresh_event(self) -> dict[str, Any]:
        """What Scheduler sends to dispatch at half past five on 2026-11-20 in New York."""
        return self.scheduled("DispatchAfterTheClose", "2026-11-20T22:30:00Z")

    def take(self, queue: str) -> Iterator[dict[str, Any]]:
        """The events of what waits in a queue, one message each; a message is gone once its event was worked on."""
        found = Queue(self.resource(queue), self.arn(queue), "")
        while messages := self.messages(found.url):
            for message in messages:
                yield sqs_event(message, found)
                self.sqs.delete_message(QueueUrl=found.url, ReceiptHandle=message["ReceiptHandle"])


def _notification(rule: dict[str, Any], queue_arn: str) -> dict[str, Any]:
    """A rule of the template as S3's API takes it, for this queue."""
    keys = [{"Name": item["Name"], "Value": item["Value"]} for item in rule["Filter"]["S3Key"]["Rules"]]
    return {"QueueArn": queue_arn, "Events": [rule["Event"]], "Filter": {"Key": {"FilterRules": keys}}}


MakeStack = Callable[[Template], Stack]


@pytest.fixture
def sec() -> Iterator[SampleSec]:
    with SampleSec() as sec:
        yield sec


@pytest.fixture
def make_stack(portal: SamplePortal, sec: SampleSec, funds_only: Path) -> Iterator[MakeStack]:
    """Makes the stack of a template, with the config in its bucket and the sample sources as Schwab and the SEC."""

    def make(template: Template) -> Stack:
        made = Stack(template, portal.url, sec.url)
        made.s3.put_object(Bucket=made.bucket, Key=CONFIG_KEY, Body=funds_only.read_bytes())
        return made

    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield make
    boto3.setup_default_session()


@pytest.fixture
def stack(make_stack: MakeStack, root: Path) -> Stack:
    return make_stack(load(root))


def extracted(stack: Stack, symbol: str) -> str:
    """Let the schedule dispatch and extract one symbol; returns the page's key."""
    stack.call("Dispatch", stack.refresh_event())
    queue = Queue(stack.resource("RefreshQueue"), stack.arn("RefreshQueue"), "")
    message = next(m for m in stack.messages(queue.url) if json.loads(m["Body"])["symbol"] == symbol)
    return str(stack.call("Extract", sqs_event(message, queue))["key"])


def test_one_symbol_from_the_schedule_to_the_answer(
    stack: Stack, event: Event, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given the bucket's notification as the template has it
    captured = stack.notify_queues()
    assert stack.refresh_event() == event("dispatch")

    # When the schedule's event goes through all functions
    key = extracted(stack, "VTI")
    (message,) = stack.messages(captured)
    (result,) = stack.call("Transform", json.loads(message["Body"]))
    assert stack.build_tables() == {"batchItemFailures": []}

    # Then the API answers, and no function did what its role does not allow
    assert (key, result["result"]) == (f"raw/VTI/{RUN}.html", "ok")
    assert result["rows"] == result["reported"] > 3000
    answer = stack.call("Api", event("api"))
    assert (answer["statusCode"], answer["headers"]["X-Data-Source"]) == (200, "sample")
    status = stack.call("Api", http_event("/api/status"))
    assert json.loads(status["body"])["VTI"]["last_attempt"]["result"] == "ok"
    assert json.loads(stack.call("Api", http_event("/api/etfs"))["body"]) == ["VTI"]
    assert stack.call("Api", http_event("/api/etfs/NOPE"))["statusCode"] == 404
    assert {function for function, _, _ in stack.calls} == {"Dispatch", "Extract", "Transform", "Tables", "Api"}
    assert stack.forbidden() == []

    # And the tables have it, by way of the bucket's notifications
    newest = json.loads(stack.s3.get_object(Bucket=stack.bucket, Key=NEWEST_KEY)["Body"].read())
    assert newest["funds"].keys() == newest["statuses"].keys() == {"VTI"}
    written = {item["Key"] for item in stack.s3.list_objects_v2(Bucket=stack.bucket, Prefix="tables/")["Contents"]}
    day = newest["funds"]["VTI"]["row"]["holdings_as_of"]
    assert {holdings_key(day), funds_key(day)} <= written

    # And how late they are is measured
    assert f'"{Metric.TABLES_LAG_SECONDS.label}":[' in capsys.readouterr().out

    # And nothing that was written starts transform or tables again.
    assert stack.messages(captured) == stack.messages(stack.resource("TablesQueue")) == []


def test_a_lost_event_is_made_good_by_the_sweep(stack: Stack, event: Event, capsys: pytest.CaptureFixture[str]) -> None:
    # Given a capture whose notification never came, and a filing, whose age is measured too
    extracted(stack, "GLD")
    raw_filing(stack, "QQQ")
    stack.call("FilingsParse", event("filings_sweep"))

    # When the sweep's hour comes
    answer = stack.call("Sweep", event("sweep"))

    # Then there is a snapshot, and the age of what is served is measured, of those that have any
    assert answer["transformed"] == {"GLD": {RUN: "ok"}}
    assert stack.call("Api", http_event("/api/etfs/GLD"))["statusCode"] == 200
    assert answer["trading_days_since_refresh"].keys() >= {"GLD", "VTI"}
    assert stack.call("Sweep", event("sweep"))["transformed"] == {}

    # And the tables, which no notification reached either, are built from the message of a later sweep, which takes
    # nothing that is on its way for lost
    assert stack.messages(stack.resource("TablesQueue")) == []
    later = datetime.now(UTC) + timedelta(minutes=11)
    assert stack.call("Sweep", event("sweep"), now=lambda: later)["transformed"] == {}
    assert stack.build_tables() == {"batchItemFailures": []}
    newest = json.loads(stack.s3.get_object(Bucket=stack.bucket, Key=NEWEST_KEY)["Body"].read())
    assert newest["funds"].keys() == {"GLD"}
    assert stack.forbidden() == []

    # And the metrics stand in the log under the stack's name
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"_aws"')]
    told = {name for line in lines for name in line if name in {metric.label for metric in Metric}}
    # The delay of the tables is measured from the time of a notification; nothing is fetched from the SEC or solved.
    emitted = {metric for metric in Metric if metric.service not in {"filings-fetch", "rebalance", "export"}}
    assert told == {metric.label for metric in emitted - {Metric.TABLES_LAG_SECONDS}}
    assert {line["_aws"]["CloudWatchMetrics"][0]["Namespace"] for line in lines} == {STACK}


def test_filings_go_from_the_schedule_to_the_tables_queue(stack: Stack, event: Event) -> None:
    # Given an owner who says whom the SEC can write to, and the bucket's notifications
    config = b"etf_symbols: [QQQ, GLD]\ncontact: me@example.com\n"
    stack.s3.put_object(Bucket=stack.bucket, Key=CONFIG_KEY, Body=config)
    written = stack.notify_queues()
    started = stack.scheduled("FilingsDispatchWeekly", "2026-11-21T12:00:00Z")
    assert started == event("filings_dispatch")

    # When the schedule's event goes through all functions
    assert stack.call("FilingsDispatch", started)["symbols"] == ["QQQ", "GLD"]
    fetched = [stack.call("FilingsFetch", message, pace=Pace(0.0)) for message in stack.take("FilingsQueue")]
    parsed = [
        answer
        for message in stack.messages(written)
        for answer in stack.call("FilingsParse", json.loads(message["Body"]))
    ]

    # Then a year of filings is there and told to the tables, and the trust that files nothing is known for one
    assert [(answer["symbol"], answer["result"]) for answer in fetched] == [("QQQ", "ok"), ("GLD", "not_a_filer")]
    assert [answer["result"] for answer in parsed] == ["parsed"] * 4
    keys = {item["Key"] for item in stack.s3.list_objects_v2(Bucket=stack.bucket, Prefix="filings/")["Contents"]}
    assert keys == {filing_key("QQQ", answer["report_date"]) for answer in parsed}
    told = [message["Body"] for message in stack.messages(stack.resource("TablesQueue"))]
    assert len([body for body in told if '"filings%2FQQQ%2F' in body]) == 4
    assert stack.forbidden() == []

    # And the daily look finds nothing that was left behind.
    assert stack.call("FilingsParse", stack.scheduled("FilingsParseDaily", "")) == []
    assert stack.forbidden() == []


def test_a_document_whose_event_was_lost_is_found_by_the_daily_look(stack: Stack, event: Event) -> None:
    # Given a raw filing of which parse was never told
    raw_filing(stack, "QQQ")

    # When the day's look comes, then it is parsed, within the role
    (answer,) = stack.call("FilingsParse", event("filings_sweep"))
    assert (answer["symbol"], answer["result"]) == ("QQQ", "parsed")
    assert stack.forbidden() == []


def raw_filing(stack: Stack, symbol: str) -> None:
    """A document that the sample SEC has of a fund, put into the bucket as one that was downloaded by hand."""
    document = render(report_of(filings_of(symbol, date(2026, 11, 20))[0]))
    lake = Lake(stack.session.client("s3"), stack.bucket)
    take_file(lake, document, symbol, None, datetime(2026, 11, 20, 23, tzinfo=UTC))


def refresh_of(symbol: str) -> dict[str, Any]:
    body = json.dumps({"symbol": symbol, "run": RUN, "max_holdings": 100})
    return {"Records": [{"messageId": "1", "body": body}]}


def test_a_page_of_another_kind_stays_within_the_role(stack: Stack) -> None:
    assert stack.call("Extract", refresh_of("AAPL"))["error"]["code"] == "not_an_etf"
    assert stack.forbidden() == []


def test_a_failed_fetch_stays_within_the_role(stack: Stack, portal: SamplePortal) -> None:
    # Given a portal that asks to come back tomorrow
    portal.options.faults.append(Fault(Kind.STATUS, "page", status=429, retry_after="86400"))

    # When extract asks it, then it raises, for the queue, and the status says why
    with pytest.raises(PortalBusyError):
        stack.call("Extract", refresh_of("GLD"))
    status = json.loads(stack.call("Api", http_event("/api/status"))["body"])["GLD"]
    assert status["last_attempt"]["error"]["code"] == "portal_busy"
    assert stack.forbidden() == []


def test_a_second_attempt_of_a_run_stays_within_the_role(stack: Stack) -> None:
    assert extracted(stack, "GLD") == extracted(stack, "GLD")
    assert stack.forbidden() == []


@pytest.mark.parametrize(
    ("role", "action", "function"),
    [("DispatchRole", "s3:ListBucket", "Dispatch"), ("ExtractRole", "s3:PutObject", "Extract")],
)
def test_a_right_that_is_missing_is_noticed(
    make_stack: MakeStack, root: Path, role: str, action: str, function: str
) -> None:
    template = load(root)
    document = template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]
    document["Statement"] = [statement for statement in document["Statement"] if action not in statement["Action"]]
    stack = make_stack(template)
    extracted(stack, "GLD")
    assert {(name, right.action) for name, right in stack.forbidden()} == {(function, action)}


def test_an_alert_goes_to_the_topic_within_the_role(stack: Stack) -> None:
    # Given a queue that subscribes to the topic, as an owner's may, and a symbol that is no ETF
    url = stack.sqs.create_queue(QueueName="watcher")["QueueUrl"]
    arn = stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns = stack.session.client("sns")
    sns.subscribe(TopicArn=stack.resource("Changes"), Protocol="sqs", Endpoint=arn)
    stack.s3.put_object(Bucket=stack.bucket, Key=CONFIG_KEY, Body=b"alerts: {}")
    stack.notify_queues()
    stack.call("Extract", refresh_of("AAPL"))

    # When its status reaches the tables
    stack.call("Tables", {"rebuild": "newest"}, now=lambda: datetime(2026, 11, 20, 23, tzinfo=UTC))
    assert stack.build_tables() == {"batchItemFailures": []}

    # Then the queue has it, once
    (message,) = stack.messages(url)
    told = json.loads(message["Body"])
    assert told["Subject"] == "AAPL: the refresh of 2026-11-20 22:30:00 UTC failed"
    assert json.loads(told["MessageAttributes"]["id"]["Value"]) == [f"AAPL-failed-{RUN}"]
    assert stack.forbidden() == []


def test_the_guides_payloads_are_understood(stack: Stack, root: Path) -> None:
    # Given one capture and one filing, so that a replay of VTI has something to do
    extracted(stack, "VTI")
    raw_filing(stack, "VTI")

    # When the operations guide's own commands are carried out
    found = re.findall(
        r"--function-name \$STACK-([\w-]+) .*--payload '(.*)' /dev", (root / "docs" / "operations.md").read_text()
    )
    calls = []
    for name, text in found:
        event = json.loads(text.replace("'$(date -u +%FT%TZ)'", "2026-11-20T22:30:00Z"))
        calls.append((name.title().replace("-", ""), event))
    answers = {f"{name} {json.dumps(event)}": stack.call(name, event) for name, event in calls}

    # Then each does what the guide says
    assert len(answers) == len(found) == 11
    one, every, swept, replayed, all_replayed, *of_filings, all_rebuilt, rebuilt = answers.values()
    asked, backfilled, looked, derived = of_filings
    # The project's own config names nobody whom the SEC could write to.
    assert asked["symbols"] == backfilled["symbols"] == []
    assert "contact" in asked["why"]
    assert [found["result"] for found in looked + derived] == ["parsed", "parsed"]
    assert (one["symbols"], len(every["symbols"])) == (["VTI"], 8)
    assert swept["transformed"] == replayed["transformed"] == all_replayed["transformed"] == {"VTI": {RUN: "ok"}}
    assert all_rebuilt["funds"] == rebuilt["funds"] == 1
    assert all_rebuilt["dates"] == rebuilt["dates"] != []
    assert stack.forbidden() == []
