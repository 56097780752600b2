"""Invoking a function by the Lambda endpoint of the local AWS, with boto3 as the API does it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from etf_common.errors import UsageError
from local.disk import DataFolder
from local.embedded_aws import EmbeddedAws
from local.lambda_endpoint import REBALANCE, rebalance, with_functions
from local.system import use_local_credentials


def refuse(event: Any) -> dict[str, Any]:
    raise UsageError(f"not understood: {event}")


def fail(_: Any) -> dict[str, Any]:
    raise KeyError("secret")


@pytest.fixture
def functions(folder: DataFolder) -> Iterator[Any]:
    use_local_credentials()
    with EmbeddedAws(folder) as aws:
        aws.wrap(with_functions({REBALANCE: rebalance, "echo": lambda event: event, "refuse": refuse, "fail": fail}))
        yield boto3.client("lambda", endpoint_url=aws.url)


def test_the_solver_is_invoked_as_on_aws(functions: Any, event: Callable[[str], dict[str, Any]]) -> None:
    answer = functions.invoke(FunctionName=REBALANCE, Payload=json.dumps(event("rebalance")).encode())
    assert (answer["StatusCode"], answer.get("FunctionError")) == (200, None)
    solution = json.loads(answer["Payload"].read())
    assert (solution["status"], solution["trades_usd"]) == ("optimal", {"QQQ": -1000.0, "VTI": 1700.0})


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [("refuse", "UsageError", "not understood: {'a': 1}"), ("fail", "KeyError", "KeyError")],
)
def test_a_function_that_fails_is_told_as_one(functions: Any, name: str, kind: str, message: str) -> None:
    answer = functions.invoke(FunctionName=name, Payload=b'{"a": 1}')
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    told = json.loads(answer["Payload"].read())
    assert told["errorType"] == kind
    assert told["errorMessage"].startswith(message)
    assert "secret" not in str(told)


@pytest.mark.parametrize(
    ("name", "payload", "code"),
    [
        ("missing", b"{}", "ResourceNotFoundException"),
        ("echo", b"{", "InvalidRequestContentException"),
        ("echo", b"[" * 100_000, "InvalidRequestContentException"),
        ("echo", b'"' + b" " * 6_300_000 + b'"', "RequestTooLargeException"),
    ],
)
def test_what_lambda_refuses_is_refused(functions: Any, name: str, payload: bytes, code: str) -> None:
    with pytest.raises(ClientError) as raised:
        functions.invoke(FunctionName=name, Payload=payload)
    assert raised.value.response["Error"]["Code"] == code
