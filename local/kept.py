"""What a data folder keeps: live data, or made-up data. Light, since the `etf` command begins with it."""

from collections.abc import Iterable
from pathlib import Path

MADE_UP = "SAMPLE DATA, made up; do not trade on it"
LIVE, SAMPLE = "live", "sample"
SNAPSHOTS = ("processed/*/latest.json", "filings/*/*.json")
CAPTURES = ("raw/*/*.html*", "raw-filings/*/*.xml*")
ATTEMPTS = ("status/*.json",)


def holds(root: Path, kinds: Iterable[str] = SNAPSHOTS) -> bool:
    """Whether a data folder has an object of one of these kinds."""
    return any(any(root.glob(kind)) for kind in kinds)


def kept_root(data_dir: Path, source: str, kinds: Iterable[str] = SNAPSHOTS) -> Path:
    """The folder to read: of `auto`, that of live data if it has any of these kinds, else that of sample data."""
    live = data_dir / LIVE
    return live if source == LIVE or (source == "auto" and holds(live, kinds)) else data_dir / SAMPLE


def is_sample(root: Path) -> bool:
    """Whether a folder of a data folder has made-up data."""
    return root.name == SAMPLE
