"""The messages that pass between the functions."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from etf_common.config import MaxHoldings
from etf_common.errors import MalformedEventError, PipelineError, shorten
from etf_common.runs import is_run_id
from etf_common.symbols import canonical

MOST_QUARTERS = 40
"""Ten years, more than there are: the first public filings are of 2019."""
YEAR = 4
Quarters = Annotated[int, Field(strict=True, ge=1, le=MOST_QUARTERS)]
"""How many quarters back filings are looked for."""


def _run(text: str) -> str:
    if not is_run_id(text):
        raise ValueError(f"{shorten(text)} is not a run id such as 20261120T223000Z")
    return text


class _Message(BaseModel):
    """What a message of any kind has: the symbol it is about, and the run that it belongs to."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: ClassVar[str]

    symbol: Annotated[str, AfterValidator(canonical)]
    run: Annotated[str, AfterValidator(_run)]

    @classmethod
    def from_sqs_event(cls, event: dict[str, Any]) -> Self:
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
            raise MalformedEventError(f"message {shorten(name)} is not a {cls.kind} message: {error}") from None


class RefreshMessage(_Message):
    """Refresh one symbol: `{"symbol": "VTI", "run": "20261120T223000Z", "max_holdings": 100}`."""

    kind = "refresh"
    max_holdings: MaxHoldings


class FilingsMessage(_Message):
    """Fetch the filings of one symbol: `{"symbol": "VTI", "run": "20261121T120000Z", "quarters": 4}`."""

    kind = "filings"
    quarters: Quarters = YEAR
