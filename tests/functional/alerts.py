"""What tests of alerts share: a lake with two dates of a fund, and a topic in moto."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from moto.moto_server.werkzeug_app import create_backend_app
from moto.sns.models import sns_backends

from benchmarks.made_up_lake import MadeUpFund
from etf_common.lake import CONFIG_KEY, Lake, alert_key, dated_key, latest_key, status_key
from local.embedded_aws import ACCOUNT, REGION
from local.wsgi_server import WsgiServer
from tests.functional.tables import JSON
from tests.unit.alert_cases import failure

EARLIER, DAY = "2026-11-23", "2026-11-24"
ON = "alerts: {}\n"


def set_alerts(lake: Lake, text: str = ON, source: str = "schwab") -> None:
    """Put a config into the lake."""
    lake.write(CONFIG_KEY, text.encode(), "application/yaml", {"source": source})


def publish_two(
    lake: Lake, made: MadeUpFund, *, earlier: str = EARLIER, as_of: str = DAY, fetched: str = "", name: str = ""
) -> list[str]:
    """Two dates of a fund, which has its largest line since the second; returns the written keys.

    `fetched`: when the earlier list was last fetched; `name`: what the fund and that line are called.
    """
    whole = made.snapshot()
    first, *others = whole["holdings"]
    largest = {**first, "name": name or first["name"]}
    for day, lines in ((earlier, others), (as_of, [largest, *others])):
        provenance = {**whole["provenance"], "source": "schwab"}
        snapshot = {**whole, "name": name or whole["name"], "holdings": lines, "holdings_as_of": day}
        body = json.dumps({**snapshot, "provenance": provenance}, separators=(",", ":")).encode()
        metadata = {**made.metadata, "holdings-as-of": day, "source": "schwab"}
        if day == earlier and fetched:
            metadata["fetched-at"] = fetched
        lake.write(dated_key(made.symbol, day), body, JSON, metadata)
        lake.write(latest_key(made.symbol), body, JSON, metadata)
    lake.write(status_key(made.symbol), made.status, JSON)
    return [
        *(dated_key(made.symbol, day) for day in (earlier, as_of)),
        latest_key(made.symbol),
        status_key(made.symbol),
    ]


def publish_dates(lake: Lake, made: MadeUpFund, dates: Mapping[str, bool]) -> list[str]:
    """Holdings dates of a fund, each with or without its largest line; the last one is served. Returns the keys."""
    whole = made.snapshot()
    for day, has_largest in dates.items():
        lines = whole["holdings"] if has_largest else whole["holdings"][1:]
        provenance = {**whole["provenance"], "source": "schwab"}
        snapshot = {**whole, "holdings": lines, "holdings_as_of": day, "provenance": provenance}
        body = json.dumps(snapshot, separators=(",", ":")).encode()
        metadata = {**made.metadata, "holdings-as-of": day, "source": "schwab"}
        for key in (dated_key(made.symbol, day), latest_key(made.symbol)):
            lake.write(key, body, JSON, metadata)
    return [*(dated_key(made.symbol, day) for day in dates), latest_key(made.symbol)]


def fail(lake: Lake, symbol: str, **values: Any) -> str:
    """A status of a refresh that failed; returns its key."""
    lake.write(status_key(symbol), json.dumps(failure(**{**values, "symbol": symbol})).encode(), JSON)
    return status_key(symbol)


def markers(lake: Lake) -> list[str]:
    """The ids of the alerts that have a marker."""
    return [key.removeprefix(alert_key("")) for key in lake.keys(alert_key(""))]


@dataclass
class MadeUpTopic:
    """A topic of moto's SNS over HTTP, which answers 503 while it is down."""

    arn: str = ""
    url: str = ""
    is_down: bool = False
    _answer: Any = field(default_factory=lambda: create_backend_app("sns"))

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self.is_down:
            start_response("503 Service Unavailable", [("Content-Type", "text/xml")])
            return [b"<ErrorResponse><Error><Code>ServiceUnavailable</Code></Error></ErrorResponse>"]
        answered: Iterable[bytes] = self._answer(environ, start_response)
        return answered

    @property
    def variables(self) -> dict[str, str]:
        """What the tables function has to know of it."""
        return {"CHANGES_TOPIC_ARN": self.arn, "AWS_ENDPOINT_URL_SNS": self.url}

    @property
    def sent(self) -> list[tuple[str, str, dict[str, list[str]]]]:
        """Subject, text and attributes of each message."""
        found = sns_backends[ACCOUNT][REGION].topics[self.arn].sent_notifications
        return [(subject, text, _lists(attributes)) for _, text, subject, attributes, _ in found]

    @property
    def ids(self) -> list[list[str]]:
        """The ids of the alerts in each message."""
        return [attributes["id"] for _, _, attributes in self.sent]


def _lists(attributes: dict[str, Any]) -> dict[str, list[str]]:
    assert {attribute["Type"] for attribute in attributes.values()} == {"String.Array"}
    return {name: json.loads(attribute["Value"]) for name, attribute in attributes.items()}


@contextmanager
def open_topic() -> Iterator[MadeUpTopic]:
    """A topic, once the system's S3 is open, whose start clears all of moto."""
    topic = MadeUpTopic()
    with WsgiServer(topic, name="sns", threads=4) as server:
        topic.url = f"http://127.0.0.1:{server.port}"
        sns = boto3.client("sns", endpoint_url=topic.url, region_name=REGION)
        topic.arn = sns.create_topic(Name="changes")["TopicArn"]
        yield topic
