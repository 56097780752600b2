"""The messages that pass between the functions."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from etf_common.codes import ErrorCode
from etf_common.config import MaxHoldings
from etf_common.errors import PipelineError
from etf_common.runs import PATTERN
from etf_common.symbols import canonical


class MalformedMessageError(PipelineError):
    """A queue message that dispatch did not write."""

    code = ErrorCode.MALFORMED_EVENT


class RefreshMessage(BaseModel):
    """Refresh one symbol: `{"symbol": "VTI", "run": "20261120T223000Z", "max_holdings": 100}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    symbol: Annotated[str, AfterValidator(canonical)]
    run: Annotated[str, Field(pattern=f"^{PATTERN}$")]
    max_holdings: MaxHoldings

    @classmethod
    def from_sqs_event(cls, event: dict[str, Any]) -> "RefreshMessage":
        """The one message of an SQS event (BatchSize 1). Raises MalformedMessageError."""
        (record,) = event["Records"]
        try:
            return cls.model_validate_json(record["body"])
        except (ValidationError, PipelineError) as error:
            raise MalformedMessageError(f"message {record.get('messageId')}: {error}") from None
