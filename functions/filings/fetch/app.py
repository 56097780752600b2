"""Fetch: one queue message, one symbol; its fund's new filings go into raw-filings/, byte for byte."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from etf_common.errors import ContactError
from etf_common.handlers import lazy_handler, seconds_left
from etf_common.lake import CONFIG_KEY, Lake
from etf_common.messages import FilingsMessage
from etf_common.metrics import Metric, Metrics
from etf_common.settings import sec_data_url, sec_url
from filings.contact import Wanted
from filings.fetch.access import Access
from filings.fetch.attempt import fetch, refuse
from filings.fetch.edgar import Edgar
from filings.fetch.pace import Pace
from filings.fetch.tickers import Tickers

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def create(
    environ: Mapping[str, str],
    *,
    pace: Pace | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Handler:
    """The Lambda handler over LAKE_BUCKET, SEC_URL and SEC_DATA_URL. Raises UsageError for a bad variable.

    `pace` is shared where several handlers share one process.
    """
    lake, metrics = Lake.from_environment(environ), Metrics(environ)
    hosts = sec_url(environ), sec_data_url(environ)
    shared, tickers = pace or Pace(clock=clock, sleep=sleep), Tickers(clock)

    def ask(message: FilingsMessage, left: Callable[[], float] | None) -> dict[str, Any]:
        wanted = Wanted.of(lake.read(CONFIG_KEY))
        try:
            contact = wanted.contact()
            wanted.check_hosts(*hosts)
        except ContactError as error:
            return refuse(message, lake, now, error)
        with Access(contact, *hosts, shared, left=left, now=clock, sleep=sleep) as access:
            return fetch(message, Edgar(access, tickers), lake, now, is_sample=wanted.is_sample)

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Fetch the filings of the symbol of an SQS event. Raises MalformedEventError and what `fetch` raises: the
        queue tries again, and then it is a dead letter.
        """
        message = FilingsMessage.from_sqs_event(event)
        fields = {"symbol": message.symbol, "run": message.run}
        try:
            answer = ask(message, seconds_left(context))
        except Exception:
            metrics.emit({Metric.FILINGS_FAILURES: 1}, fields)
            raise
        values = {Metric.FILINGS_FETCHED: len(answer["keys"]), Metric.FILINGS_BYTES: answer["bytes"]}
        metrics.emit({**values, Metric.FILINGS_FAILURES: float(answer["result"] == "failed")}, fields)
        return answer

    return handler


__getattr__ = lazy_handler(create)
