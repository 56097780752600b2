"""The SNS topic that alerts are published to."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config

from etf_common.settings import changes_topic_arn
from tables.alerts import Publication

_LIMITS = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 3})


class Topic:
    """Publishes to one topic. The attributes `id` and `symbols` are lists, for the filters of subscribers."""

    def __init__(self, sns: Any, arn: str) -> None:
        self._sns, self._arn = sns, arn

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Topic | None":
        """The topic of CHANGES_TOPIC_ARN; None if there is none. Raises UsageError."""
        arn = changes_topic_arn(environ)
        if arn is None:
            return None
        region, endpoint = arn.split(":")[3], environ.get("AWS_ENDPOINT_URL_SNS") or None
        return cls(boto3.client("sns", region_name=region, endpoint_url=endpoint, config=_LIMITS), arn)

    def publish(self, publication: Publication) -> str:
        """Publish it; returns SNS's id of the message. Raises ClientError, BotoCoreError."""
        attributes = {
            name: {"DataType": "String.Array", "StringValue": json.dumps(list(values))}
            for name, values in (("id", publication.ids), ("symbols", publication.symbols))
        }
        answer = self._sns.publish(
            TopicArn=self._arn,
            Subject=publication.subject,
            Message=publication.text,
            MessageAttributes=attributes,
        )
        return str(answer["MessageId"])
