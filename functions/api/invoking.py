"""How the API has another function work for it: one synchronous call, and what becomes of its faults.

The API's own function stays small: what needs large libraries is in functions of its own.
"""

import json
from collections.abc import Mapping
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_THROTTLED = {"TooManyRequestsException", "ThrottlingException", "EC2ThrottledException"}


class Fault(Enum):
    """How a call can fail."""

    LATE = "it does not answer in time"
    THROTTLED = "too many calls at once"
    REFUSED = "it cannot be called"
    SILENT = "it cannot be reached"
    FAILED = "it failed"


class InvocationError(Exception):
    """A call that brought no answer. `detail` is for the log alone."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(f"{fault.value}: {detail}")
        self.fault, self.detail = fault, detail


class LambdaFunction:
    """A Lambda function, on AWS or at `endpoint`, that answers within `read_seconds`, its cold start included.

    The client is made for the first call.
    """

    def __init__(
        self, name: str, read_seconds: float, client: "LambdaClient | None" = None, *, endpoint: str | None = None
    ) -> None:
        self._name, self._read_seconds, self._given, self._endpoint = name, read_seconds, client, endpoint

    @cached_property
    def _client(self) -> "LambdaClient":
        if self._given is not None:
            return self._given
        import boto3  # noqa: PLC0415 - most answers need no other function
        from botocore.config import Config  # noqa: PLC0415

        # Only once: a second try would outlast the caller's request.
        once = Config(connect_timeout=2, read_timeout=self._read_seconds, retries={"total_max_attempts": 1})
        return boto3.client("lambda", endpoint_url=self._endpoint, config=once)

    def __call__(self, event: Mapping[str, Any]) -> bytes:
        """The answer's bytes. Raises InvocationError."""
        payload = json.dumps(event, allow_nan=False, separators=(",", ":")).encode()
        try:
            answer = self._client.invoke(FunctionName=self._name, Payload=payload)
            body = answer["Payload"].read()
        except (ReadTimeoutError, ConnectTimeoutError) as fault:
            raise InvocationError(Fault.LATE, type(fault).__name__) from None
        except ClientError as fault:
            code = fault.response.get("Error", {}).get("Code", "")
            raise InvocationError(Fault.THROTTLED if code in _THROTTLED else Fault.REFUSED, code) from None
        except BotoCoreError as fault:
            raise InvocationError(Fault.SILENT, type(fault).__name__) from None
        if answer.get("FunctionError"):
            raise InvocationError(Fault.FAILED, "function error")
        return body


def object_in(body: bytes) -> dict[str, Any] | None:
    """The JSON object of an answer; None for anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
