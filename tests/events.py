"""Events as AWS sends them: API Gateway's (HTTP API, payload 2.0), SQS's with a refresh message or the tables'."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote_plus

RUN = "20261120T223000Z"


def http_event(
    path: str,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    method: str | None = None,
    body: str | None = None,
) -> dict[str, Any]:
    """The event of a request: a GET, or a POST if there is a `body`, unless `method` names another."""
    http = {
        "method": method or ("GET" if body is None else "POST"),
        "path": path,
        "protocol": "HTTP/1.1",
        "sourceIp": "192.0.2.1",
        "userAgent": "tests",
    }
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "headers": dict(headers or {}),
        "queryStringParameters": dict(query or {}),
        "requestContext": {
            "apiId": "abc123",
            "domainName": "abc123.execute-api.us-east-1.amazonaws.com",
            "http": http,
            "requestId": "1",
            "stage": "$default",
            "timeEpoch": 0,
        },
        "body": body,
        "isBase64Encoded": False,
    }


def sqs_event(symbol: str, run: str = RUN, max_holdings: int | str = "all") -> dict[str, Any]:
    """The event of one refresh message."""
    body = json.dumps({"symbol": symbol, "run": run, "max_holdings": max_holdings})
    return {"Records": [{"messageId": "1", "body": body}]}


def notification(*keys: str, written_at: str = "2026-11-20T22:30:06.123Z") -> dict[str, Any]:
    """What S3 tells a queue of written objects; keys are URL-encoded, as S3 sends them."""
    objects = [{"key": quote_plus(key), "size": 24061, "sequencer": "0055AED6DCD90281E5"} for key in keys]
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": "us-east-1",
                "eventTime": written_at,
                "eventName": "ObjectCreated:Put",
                "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": "etf-lake"}, "object": written},
            }
            for written in objects
        ]
    }


def tables_event(*bodies: Any) -> dict[str, Any]:
    """An SQS event for the tables with these messages, their ids counted from 1; a text is a body as it is."""
    return {
        "Records": [
            {
                "messageId": str(number),
                "body": body if isinstance(body, str) else json.dumps(body),
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:etf-pipeline-tables",
            }
            for number, body in enumerate(bodies, 1)
        ]
    }


def written_event(keys: Iterable[str]) -> dict[str, Any]:
    """An SQS event with one notification for each written object."""
    return tables_event(*map(notification, keys))
