"""Where the data comes from on this machine: Schwab, the sample portal, or what was kept of Schwab."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import requests

from etf_common.settings import SCHWAB_URL, user_agent
from local.kept import MADE_UP, SNAPSHOTS, holds, is_sample, kept_root
from local.options import Options
from sample_portal.server import SamplePortal
from sample_sec.server import SampleSec

PROBE_SECONDS = 5.0


@dataclass(frozen=True)
class Source:
    """The data folder, the portal to ask (None: Schwab's own address), and what the user must be told.

    `warning`: it must not be overlooked. `reachable`: there is a portal to refresh from. `is_fallback`: the live
    portal could not be reached, and this is used until it can. `sec_url`: whom to ask for filings (None: the SEC).
    """

    root: Path
    portal_url: str | None
    note: str
    warning: bool = False
    reachable: bool = True
    is_fallback: bool = False
    sec_url: str | None = None


def portal_answers(url: str) -> bool:
    """Whether anything at all answers at `url`; what it answers does not matter."""
    headers = {"User-Agent": user_agent(os.environ)}
    try:
        with requests.get(url, timeout=PROBE_SECONDS, headers=headers, stream=True, allow_redirects=False):
            return True
    except requests.RequestException:
        return False


def kept_source(options: Options, kinds: Iterable[str] = SNAPSHOTS) -> Source:
    """What is kept: of `auto`, live data if there is any of these kinds, else sample data."""
    root = kept_root(options.data_dir, options.source, kinds)
    return Source(root, None, MADE_UP, warning=True) if is_sample(root) else Source(root, None, "live data")


def source_of_files(options: Options) -> Source:
    """Where a filing that was downloaded by hand goes: of `auto`, to what is shown; where nothing is, to live data."""
    kept = kept_source(options)
    if options.source == "auto" and not holds(kept.root):
        return kept_source(replace(options, source="live"))
    return kept


@contextmanager
def open_source(options: Options) -> Iterator[Source]:
    """The source that the options ask for; a sample portal lives as long as this is open."""
    live, address, sec = options.data_dir / "live", options.portal_url or SCHWAB_URL, options.sec_url
    is_reached = options.source != "sample" and portal_answers(address)
    if is_reached:
        yield Source(live, options.portal_url, f"live data from {address}", sec_url=sec)
    elif options.source == "live":
        note = f"{address} CANNOT BE REACHED: check the network; what live data there is stays"
        yield Source(live, options.portal_url, note, warning=True, is_fallback=True, sec_url=sec)
    elif options.source == "auto" and holds(live):
        note = f"{address} CANNOT BE REACHED: the last good live data stays; /api/status says what of it is stale"
        yield Source(live, options.portal_url, note, warning=True, reachable=False, is_fallback=True, sec_url=sec)
    else:
        why = "" if options.source == "sample" else f"{address} CANNOT BE REACHED: "
        with SamplePortal() as portal, SampleSec() as sample_sec:
            root, note, is_fallback = options.data_dir / "sample", f"{why}{MADE_UP}", options.source == "auto"
            yield Source(root, portal.url, note, warning=True, is_fallback=is_fallback, sec_url=sample_sec.url)
