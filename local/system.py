"""The local system: the functions' handlers over the embedded S3 and SQS, in one process."""

import os
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import boto3

import api.app
import extract.app
import extract.dispatch
import filings.dispatch
import filings.fetch.app
import transform.app
from etf_common.config_file import ConfigFile
from etf_common.lake import CONFIG_KEY, Lake
from etf_common.metrics import Metrics
from filings.fetch.pace import Pace
from filings.parse.attempt import Parse
from filings.parse.sweep import Sweep as FilingsSweep
from local.disk import DataFolder
from local.embedded_aws import BUCKET, LOOPBACK, EmbeddedAws
from local.exporter import LocalExporter
from local.lake_tables import LakeTables
from local.queues import Queue, make_queue
from local.solver import solve_here
from transform.sweep import Sweep

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# Placeholders that boto3 insists on; nothing checks them here, and the real ones must not be used by mistake.
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
PASSED_ON = ("USER_AGENT", "ACCESS_TOKEN_SHA256", "CORS_ORIGINS")
"""Variables of this process that the functions may read too, each its own."""


def use_local_credentials(environ: Any = os.environ, host: str = LOOPBACK) -> None:
    """Keep this process away from the user's AWS account and from proxies on the way to itself, at `host`."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        environ.pop(name, None)
    environ.update(_CREDENTIALS)
    for name in ("NO_PROXY", "no_proxy"):
        named = [*filter(None, environ.get(name, "").split(",")), LOOPBACK, "localhost", host]
        environ[name] = ",".join(dict.fromkeys(named))


class System:
    """Handlers as Lambda would call them, over one data folder, while it is open.

    `host` is the address of this machine at which S3 and SQS answer.
    """

    environ: dict[str, str]
    lake: Lake
    sqs: "SQSClient"
    refresh_queue: Queue
    captured_queue: Queue
    filings_queue: Queue
    dispatch: Handler
    extract: Handler
    transform: transform.app.Handler
    sweep: Sweep
    api: Handler
    tables: LakeTables

    def __init__(
        self,
        folder: DataFolder,
        portal_url: str | None = None,
        host: str = LOOPBACK,
        *,
        sec_url: str | None = None,
    ) -> None:
        self.folder = folder
        self.aws = EmbeddedAws(folder, host)
        self._portal_url, self._sec_url, self._host = portal_url, sec_url, host
        self._extract_within: dict[int, Handler] = {}

    def __enter__(self) -> Self:
        use_local_credentials(host=self._host)
        if not self.folder.read_only:
            self.folder.remove_unfinished()
        self.aws.__enter__()
        try:
            self._connect()
        except BaseException:
            self.aws.__exit__()
            raise
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.aws.__exit__()

    def _connect(self) -> None:
        self.environ = {
            "LAKE_BUCKET": BUCKET,
            "AWS_ENDPOINT_URL_S3": self.aws.url,
            "AWS_ENDPOINT_URL_SQS": self.aws.url,
            **({"SCHWAB_URL": self._portal_url} if self._portal_url else {}),
            **({"SEC_URL": self._sec_url, "SEC_DATA_URL": self._sec_url} if self._sec_url else {}),
            **{name: value for name in PASSED_ON if (value := os.environ.get(name))},
        }
        self.lake = Lake.from_environment(self.environ)
        self.sqs = boto3.client("sqs", endpoint_url=self.aws.url)
        self.refresh_queue = make_queue(self.sqs, "refresh")
        self.captured_queue = make_queue(self.sqs, "captured")
        self.filings_queue = make_queue(self.sqs, "filings.fifo")
        self._notify(self.captured_queue)
        self.dispatch = extract.dispatch.create({**self.environ, "REFRESH_QUEUE_URL": self.refresh_queue.url})
        self.extract = extract.app.create(self.environ)
        self.transform = transform.app.create(self.environ)
        self.sweep = Sweep(self.lake, Metrics(self.environ))
        self.api = api.app.create(self.environ, solver=solve_here, exporter=LocalExporter(self.lake))
        self.tables = LakeTables(self.lake, self.folder)

    def extract_within(self, requests_at_once: int) -> Handler:
        """Extract's handler, for threads that together make at most so many requests to the portal at once."""
        if requests_at_once not in self._extract_within:
            gate = threading.BoundedSemaphore(requests_at_once)
            self._extract_within[requests_at_once] = extract.app.create(self.environ, gate=gate)
        return self._extract_within[requests_at_once]

    @cached_property
    def dispatch_filings(self) -> Handler:
        """The handler that sends one message per symbol to the filings' queue."""
        return filings.dispatch.create({**self.environ, "FILINGS_QUEUE_URL": self.filings_queue.url})

    @cached_property
    def fetch_filings(self) -> Handler:
        """The handler of such a message."""
        # The SEC blocks whoever asks too fast; the sample's stand-in is asked as fast as it answers.
        return filings.fetch.app.create(self.environ, pace=Pace(0) if self.is_sample else None)

    @cached_property
    def filings_sweep(self) -> FilingsSweep:
        """Parse over raw-filings/, of which no queue tells here: whoever wrote a document parses it."""
        return FilingsSweep(self.lake, Parse(self.lake, Metrics(self.environ)))

    def _notify(self, queue: Queue) -> None:
        s3 = boto3.client("s3", endpoint_url=self.aws.url)
        rules = [{"Name": "prefix", "Value": "raw/"}, {"Name": "suffix", "Value": ".html"}]
        configuration: Any = {
            "QueueArn": queue.arn,
            "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": rules}},
        }
        s3.put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": [configuration]}
        )

    @property
    def is_sample(self) -> bool:
        """Whether this lake holds made-up data."""
        return self.folder.root.name == "sample"

    def put_config(self, config: Path) -> None:
        """Put etl_config.yaml, with its symbols, where dispatch and the API read it. Raises UsageError."""
        self.store_config(ConfigFile(config).read().stored)

    def store_config(self, stored: bytes) -> None:
        """Put a config into the lake, with a word on whose data this lake holds."""
        source = "sample" if self.is_sample else "schwab"
        self.lake.write(CONFIG_KEY, stored, "application/yaml", {"source": source})

    def transform_capture(self, key: str) -> dict[str, Any]:
        """Transform one capture now, as the notification of its page would. Raises RetryableError."""
        event: Mapping[str, Any] = {"Records": [{"s3": {"bucket": {"name": BUCKET}, "object": {"key": key}}}]}
        (result,) = self.transform(dict(event), None)
        return result
