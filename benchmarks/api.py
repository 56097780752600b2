"""The API handler against a bare boto3 GET of the same object, warm and cold."""

import json
import os
import statistics
import subprocess
import sys
import time

import boto3

from api import snapshots
from api.app import handler_of
from api.service import Api
from benchmarks import fixtures
from benchmarks.measure import Figure, side_by_side
from local.embedded_aws import BUCKET
from local.refresh import Refresh
from tests.events import http_event

ROUNDS = 200
COLD_ROUNDS = 9
_EVENT = http_event("/api/etfs/VTI", headers={"accept": "*/*"})
_COLD_API = f"""
import json, os, time
from api.app import create
answer = create(os.environ)({_EVENT!r}, None)
assert answer["statusCode"] == 200 and len(answer["body"]) > 1000
print(time.process_time())
"""
_COLD_BARE = """
import os, time
import boto3
body = boto3.client("s3").get_object(Bucket=os.environ["LAKE_BUCKET"], Key="processed/VTI/latest.json")["Body"].read()
assert len(body) > 1000
print(time.process_time())
"""


def figures() -> list[Figure]:
    """Wall-clock seconds warm, CPU seconds of a fresh process cold."""
    with fixtures.sample_portal() as portal, fixtures.system(portal) as system:
        Refresh(system, ["VTI"], workers=1).start().outcomes(lambda _: None)
        clock = [0.0]
        handler = handler_of(Api(system.lake, clock=lambda: clock[0]))
        s3 = boto3.client("s3", endpoint_url=system.aws.url)

        def bare() -> bytes:
            return s3.get_object(Bucket=BUCKET, Key="processed/VTI/latest.json")["Body"].read()

        def revalidate() -> None:
            clock[0] += snapshots.CACHE_SECONDS + 1
            assert handler(_EVENT, None)["statusCode"] == 200

        def cached() -> None:
            assert handler(_EVENT, None)["statusCode"] == 200

        again, get = side_by_side(revalidate, bare, ROUNDS, time.perf_counter)
        kept, get_again = side_by_side(cached, bare, ROUNDS, time.perf_counter)
        cold, cold_get = _cold(system.environ)
    return [
        Figure("API handler, revalidating", again * 1000, get * 1000, 1.3, unit="ms"),
        Figure("API handler, from its cache (times faster)", kept * 1000, get_again * 1000, 10.0, "ms", at_least=True),
        Figure("API cold: import and first snapshot", cold, cold_get, 1.5),
    ]


def _cold(environ: dict[str, str]) -> tuple[float, float]:
    times: dict[str, list[float]] = {_COLD_API: [], _COLD_BARE: []}
    for _ in range(COLD_ROUNDS):
        for script, kept in times.items():
            command = [sys.executable, "-c", script]
            out = subprocess.check_output(command, env={**os.environ, **environ}, cwd=fixtures.ROOT)  # noqa: S603 - ours
            kept.append(json.loads(out))
    return statistics.median(times[_COLD_API]), statistics.median(times[_COLD_BARE])
