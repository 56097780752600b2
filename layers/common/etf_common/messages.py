"""The messages that pass between the functions."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from etf_common.config import MaxHoldings
from etf_common.errors import MalformedEventError, PipelineError, shorten
from etf_common.runs import is_run_id
from etf_common.symbols import canonical


def _run(text: str) -> str:
    if not is_run_id(text):
        raise ValueError(f"{shorten(text)} is not a run id such as 20261120T223000Z")
    return text


class RefreshMessage(BaseModel):
    """Refresh one symbol: `{"symbol": "VTI", "run": "20261120T223000Z", "max_holdings": 100}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    symbol: Annotated[str, AfterValidator(canonical)]
    run: Annotated[str, AfterValidator(_run)]
    max_holdings: MaxHoldings

    @classmethod
    def from_sqs_event(cls, event: dict[str, Any]) -> "RefreshMessage":
        """The one message of an SQS event (BatchSize 1). Raises MalformedEventError."""
        try:
            (record,) = event["Records"]
            body, name = record["body"], record.get("messageId")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            what = f"{type(error).__name__}: {error}"
            raise MalformedEventError(f"this is not an SQS event with one message ({shorten(what)})") from None
        try:
            return cls.model_validate_json(body)
        except (ValidationError, PipelineError) as error:
            raise MalformedEventError(f"message {shorten(name)} is not a refresh message: {error}") from None
