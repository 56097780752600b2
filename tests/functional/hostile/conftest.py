"""What a hostile caller meets: the API over real HTTP, on a lake that also holds what nobody may read."""

import itertools
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import HealthCheck, settings

from api.app import Handler, handler_of
from api.service import Api
from etf_common.filing_keys import filing_key
from etf_common.lake import Lake
from local.disk import DataFolder
from local.embedded_aws import BUCKET
from local.exporter import LocalExporter
from local.gateway import Gateway
from local.system import System
from local.terminal import Terminal
from sample_portal.server import SamplePortal
from tests.events import RUN, sqs_event
from tests.functional.conftest import TODAY
from tests.unit.filing_snapshots import QUARTERS, filed_line, stored_filing

HELD = ("QQQ", "GLD")
FILED = ("QQQ",)
"""Those that have a filing."""
"""The funds that have a snapshot."""
CANARY = "canary-which-nobody-may-read"
"""Stands in every object that no caller may see."""
SYMBOL = r"[A-Z0-9]{1,10}(\.[A-Z0-9]{1,4})?"
READABLE = re.compile(
    rf"config/etl_config\.yaml|processed/{SYMBOL}/(latest|\d{{4}}-\d\d-\d\d)\.json|downloads/{SYMBOL}\.(csv|xlsx)|status/{SYMBOL}\.json"
    r"|tables/newest\.json|tables/newest/[a-z]+(-\d{3})?-[0-9a-f]{32}\.json"
    r"|tables/newest/[a-z_]+-[0-9a-f]{32}\.parquet|tables/(holdings|funds|changes)/as_of=\d{4}-\d\d-\d\d/[a-z]+\.parquet"
    rf"|filings/{SYMBOL}/\d{{4}}-\d\d-\d\d\.json|filings-status/{SYMBOL}\.json"
    rf"|tables/history/{SYMBOL}\.json|tables/changes/as_of=\d{{4}}-\d\d-\d\d/_changes\.json"
)
LISTABLE = re.compile(
    rf"processed/({SYMBOL}/)?|status/|filings/{SYMBOL}/|filings-status/"
    r"|tables/(changes|holdings|funds)/as_of=|tables/newest/([a-z_]+-[0-9a-f]{32}\.parquet)?"
)


@dataclass
class Served:
    """The API over HTTP and as a handler, and what it asked the lake for."""

    handler: Handler
    port: int
    asked: list[tuple[str, str]]
    """(S3 operation, key or prefix) of every call."""
    folder: str

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def forbidden(self) -> list[tuple[str, str]]:
        """What it asked for and must not."""
        return [(operation, key) for operation, key in self.asked if not _allowed(operation, key)]

    def leaks(self, text: str) -> list[str]:
        """What of this machine or of the lake stands in `text` and must not."""
        inner = (
            "Traceback",
            'File "',
            "site-packages",
            "/functions/",
            "/layers/",
            BUCKET,
            "amazonaws",
            "botocore",
            "boto3",
        )
        return [sign for sign in (*inner, self.folder, CANARY) if sign in text]


def _allowed(operation: str, key: str) -> bool:
    if operation in {"GetObject", "HeadObject"}:
        return READABLE.fullmatch(key) is not None
    return operation == "ListObjectsV2" and LISTABLE.fullmatch(key) is not None


# For all tests of this folder: no test here may use `system`, since there is one embedded S3 a process.
@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory, funds_only: Path) -> Iterator[Served]:
    """The API over two funds and one that is none, among objects and files that carry the canary."""
    folder = DataFolder(tmp_path_factory.mktemp("hostile") / "sample")
    with SamplePortal(today=lambda: TODAY) as portal, System(folder, portal.url) as system:
        system.put_config(funds_only)
        for symbol in (*HELD, "NOPE"):
            key = system.extract(sqs_event(symbol), None)["key"]
            if key:
                system.transform_capture(key)
        for day in QUARTERS:
            filing = stored_filing("QQQ", [filed_line("Apple Inc", 90.0, isin="US0378331005")], day)
            key, body = filing_key("QQQ", day), filing.to_bytes()
            system.lake.write(key, body, "application/json", filing.metadata())
        system.tables.build(Terminal())
        for secret in ("secret.txt", "config/secret.yaml", f"raw/QQQ/{RUN}.secret", "rejected/QQQ/x.html", "other/QQQ"):
            system.lake.write(secret, CANARY.encode(), "text/plain")
        (folder.root.parent / "outside.json").write_text(CANARY)
        s3 = boto3.client("s3", endpoint_url=system.aws.url, config=Config(max_pool_connections=60))
        lake = Lake(s3, system.lake.bucket)
        asked: list[tuple[str, str]] = []
        s3.meta.events.register("provide-client-params.s3", _noting(asked))
        # A clock that leaps past every cache's patience: each request shows what it asks the lake for.
        handler = handler_of(Api(lake, clock=itertools.count(0.0, 60.0).__next__, exporter=LocalExporter(lake)))
        with Gateway(handler, 0) as gateway:
            yield Served(handler, int(gateway.url.rpartition(":")[2]), asked, str(folder.root.parent))


def _noting(asked: list[tuple[str, str]]) -> Any:
    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        asked.append((model.name, params.get("Key", params.get("Prefix", ""))))

    return note


def examples(count: int) -> settings:
    """So many examples, the same at every run; no time limit, since machines differ."""
    return settings(max_examples=count, derandomize=True, database=None, deadline=None, suppress_health_check=_SLOW)


def fresh_examples(count: int) -> settings:
    """So many examples, others at every run; a failure prints how to have it again."""
    return settings(examples(count), derandomize=False, print_blob=True)


_SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]
SEED = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(2**32))
"""Of the long runs."""


@pytest.fixture(autouse=True)
def _seed_is_told(request: pytest.FixtureRequest) -> None:
    """A long run that fails says how to repeat it."""
    if request.node.get_closest_marker("fire"):
        print(f"FUZZ_SEED={SEED}")
