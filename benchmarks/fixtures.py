"""What benchmarks run on: a local system over a temporary folder, and the sample portal in a process of its own."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.disk import DataFolder
from local.system import System

ROOT = Path(__file__).parents[1]
_PORTAL = """
import sys
from sample_portal.options import PortalOptions
from sample_portal.funds import fund
from sample_portal.server import SamplePortal, last_session
for symbol in "VTI VOO QQQ SPY VEA VWO BND GLD".split():
    fund(symbol, last_session())
with SamplePortal(options=PortalOptions(delay=float(sys.argv[1]))) as portal:
    print(portal.url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def sample_portal(delay: float = 0.0) -> Iterator[str]:
    """The address of a sample portal that waits `delay` seconds before every answer; its work is not measured."""
    with started(_PORTAL, str(delay)) as url:
        yield url


@contextmanager
def started(script: str, *arguments: str) -> Iterator[str]:
    """A process of its own that runs this script until the block ends; the first line that it prints."""
    command = [sys.executable, "-c", script, *arguments]
    with subprocess.Popen(  # noqa: S603 - ours
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


@contextmanager
def system(portal_url: str) -> Iterator[System]:
    """A local system over an empty folder."""
    with tempfile.TemporaryDirectory() as folder, System(DataFolder(Path(folder)), portal_url) as running:
        # The refresh is measured against what it must wait for the portal: two answers a fund, so one page of a list.
        config = Path(folder) / "etl_config.yaml"
        config.write_text("max_holdings: 100\n")
        running.put_config(config)
        yield running
