"""Where the data comes from on this machine: Schwab, the sample portal, or what was kept of Schwab."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from etf_common.settings import SCHWAB_URL
from local.options import Options
from local.portal.server import SamplePortal

PROBE_SECONDS = 5.0


@dataclass(frozen=True)
class Source:
    """The data folder, the portal to ask (None: Schwab's own address), and what the user must be told."""

    root: Path
    portal_url: str | None
    note: str
    reachable: bool = True


def portal_answers(url: str) -> bool:
    """Whether anything at all answers at `url`; what it answers does not matter."""
    try:
        with requests.get(url, timeout=PROBE_SECONDS, stream=True, allow_redirects=False):
            return True
    except requests.RequestException:
        return False


def has_snapshots(root: Path) -> bool:
    """Whether a data folder holds any snapshot."""
    return any(root.glob("processed/*/latest.json"))


def kept_source(options: Options, kind: str = "processed/*/latest.json") -> Path:
    """The folder to read from: of `auto`, live data if there is any of this kind, else sample data."""
    if options.source != "auto":
        return options.data_dir / options.source
    live = options.data_dir / "live"
    return live if any(live.glob(kind)) else options.data_dir / "sample"


@contextmanager
def open_source(options: Options) -> Iterator[Source]:
    """The source that the options ask for; a sample portal lives as long as this is open."""
    live, address = options.data_dir / "live", options.portal_url or SCHWAB_URL
    if options.source == "live" or (options.source == "auto" and portal_answers(address)):
        yield Source(live, options.portal_url, f"live data from {address}")
    elif options.source == "auto" and has_snapshots(live):
        note = f"{address} CANNOT BE REACHED: the last good live data is served, and marked stale"
        yield Source(live, options.portal_url, note, reachable=False)
    else:
        why = "" if options.source == "sample" else f"{address} CANNOT BE REACHED: "
        with SamplePortal() as portal:
            yield Source(options.data_dir / "sample", portal.url, f"{why}SAMPLE DATA, made up; do not trade on it")
