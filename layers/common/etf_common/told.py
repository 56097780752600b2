"""Whatever ends an attempt to fetch something stands in a status before it is raised."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from botocore.exceptions import BotoCoreError, ClientError

from etf_common.codes import ErrorCode
from etf_common.errors import PipelineError, UnexpectedError, logged
from etf_common.status import AttemptError

_PASSING = {500, 502, 503, 504}
"""What S3 answers when it is overloaded or ill: writing a status would fail like the call before."""


@contextmanager
def told(record: Callable[[AttemptError], None], log: logging.Logger, fields: Mapping[str, str]) -> Iterator[None]:
    """`record` writes the reason into the status, then the error goes on; a defect goes on as UnexpectedError.

    The storage's own errors go on as they are, and are recorded where the storage can still be written to.
    """
    try:
        yield
    except BotoCoreError:
        raise  # the storage does not answer, and the status is stored there too
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") not in _PASSING:
            with suppress(ClientError, BotoCoreError):
                record(_of_storage(error))
        raise
    except PipelineError as error:
        record(AttemptError.of(error))
        raise
    except Exception as error:  # a defect: the status names it, the log has its traceback
        log.error("unexpected", exc_info=logged(error), extra=fields)
        unexpected = UnexpectedError.of(error)
        record(AttemptError.of(unexpected))
        raise unexpected from None


def _of_storage(error: ClientError) -> AttemptError:
    answer = error.response.get("Error", {})
    message = f"S3 answered {answer.get('Code')} to {error.operation_name}: {answer.get('Message')}"
    return AttemptError(code=ErrorCode.STORAGE_REFUSED, message=message)
