"""Where the data comes from on this machine: Schwab, the sample portal, or what was kept of Schwab."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from etf_common.settings import SCHWAB_URL, user_agent
from local.options import Options
from sample_portal.server import SamplePortal

PROBE_SECONDS = 5.0
MADE_UP = "SAMPLE DATA, made up; do not trade on it"
SNAPSHOTS = "processed/*/latest.json"
CAPTURES = "raw/*/*.html*"
ATTEMPTS = "status/*.json"


@dataclass(frozen=True)
class Source:
    """The data folder, the portal to ask (None: Schwab's own address), and what the user must be told.

    `warning`: it must not be overlooked. `reachable`: there is a portal to refresh from. `is_fallback`: the live
    portal could not be reached, and this is used until it can.
    """

    root: Path
    portal_url: str | None
    note: str
    warning: bool = False
    reachable: bool = True
    is_fallback: bool = False


def portal_answers(url: str) -> bool:
    """Whether anything at all answers at `url`; what it answers does not matter."""
    headers = {"User-Agent": user_agent(os.environ)}
    try:
        with requests.get(url, timeout=PROBE_SECONDS, headers=headers, stream=True, allow_redirects=False):
            return True
    except requests.RequestException:
        return False


def kept_source(options: Options, kind: str = SNAPSHOTS) -> Source:
    """What is kept: of `auto`, live data if there is any of this kind, else sample data."""
    live = options.data_dir / "live"
    if options.source == "live" or (options.source == "auto" and any(live.glob(kind))):
        return Source(live, None, "live data")
    return Source(options.data_dir / "sample", None, MADE_UP, warning=True)


@contextmanager
def open_source(options: Options) -> Iterator[Source]:
    """The source that the options ask for; a sample portal lives as long as this is open."""
    live, address = options.data_dir / "live", options.portal_url or SCHWAB_URL
    is_reached = options.source != "sample" and portal_answers(address)
    if is_reached:
        yield Source(live, options.portal_url, f"live data from {address}")
    elif options.source == "live":
        note = f"{address} CANNOT BE REACHED: check the network; what live data there is stays"
        yield Source(live, options.portal_url, note, warning=True, is_fallback=True)
    elif options.source == "auto" and any(live.glob(SNAPSHOTS)):
        note = f"{address} CANNOT BE REACHED: the last good live data stays; /api/status says what of it is stale"
        yield Source(live, options.portal_url, note, warning=True, reachable=False, is_fallback=True)
    else:
        why = "" if options.source == "sample" else f"{address} CANNOT BE REACHED: "
        with SamplePortal() as portal:
            root, note = options.data_dir / "sample", f"{why}{MADE_UP}"
            yield Source(root, portal.url, note, warning=True, is_fallback=options.source == "auto")
