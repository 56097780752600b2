"""Events as AWS sends them: API Gateway's (HTTP API, payload 2.0) and SQS's with one refresh message."""

import json
from collections.abc import Mapping
from typing import Any

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
