"""What becomes of old objects on this machine, as the bucket's lifecycle rules do it in the cloud.

Rejected pages go after 90 days, markers of alerts after 30, tables that were too large for an answer after one.
Captures are never deleted: after 90 days they are compressed, and read as before.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from etf_common.whole_tables import EXPORTS
from local.disk import DataFolder
from local.files import regular

OLD = timedelta(days=90)
OLD_MARKER = timedelta(days=30)
OLD_EXPORT = timedelta(days=1)
"""The same days as in template.yaml. No alert as old as a marker that goes is told again."""


def retain(folder: DataFolder, now: datetime, *, compress: bool) -> tuple[int, int]:
    """Delete old markers, exports and rejected pages and, with `compress`, pack old captures.

    Returns how many rejected pages and captures.

    What cannot be changed, of another owner for instance, stays as it is.
    """
    _old(folder, "alerts/", now, _remove, OLD_MARKER)
    _old(folder, EXPORTS, now, _remove, OLD_EXPORT)
    removed = _old(folder, "rejected/", now, _remove)
    return removed, _old(folder, "raw/", now, DataFolder.pack) if compress else 0


def _old(
    folder: DataFolder, prefix: str, now: datetime, act: Callable[[DataFolder, str], bool], age: timedelta = OLD
) -> int:
    """How many of the old objects below `prefix` it was done to."""
    done = 0
    for key in sorted(folder.keys(prefix)):
        try:
            if _age(folder, key, now) > age:
                done += act(folder, key)
        except (OSError, ValueError):
            continue
    return done


def _age(folder: DataFolder, key: str, now: datetime) -> timedelta:
    """The time since the object's own, unpacked file was written; none for a packed one."""
    try:
        return now - datetime.fromtimestamp(regular(folder.root / key).st_mtime, UTC)
    except FileNotFoundError:
        return timedelta(0)


def _remove(folder: DataFolder, key: str) -> bool:
    folder.remove(key)
    return True
