"""Measuring: what a benchmark answers, and repeating two things side by side so that noise hits both."""

import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Figure:
    """A measured value against its floor. `limit` bounds the ratio: at most, or at least if `at_least` or `is_rate`."""

    name: str
    value: float
    floor: float
    limit: float
    unit: str = "s"
    at_least: bool = False
    is_rate: bool = False
    """So much a second: more is better."""

    @property
    def ratio(self) -> float:
        """Value over floor; for `at_least`, floor over value: how many times faster."""
        return self.floor / self.value if self.at_least else self.value / self.floor

    @property
    def _has_least(self) -> bool:
        return self.at_least or self.is_rate

    @property
    def holds(self) -> bool:
        """Whether the ratio keeps its limit."""
        return self.ratio >= self.limit if self._has_least else self.ratio <= self.limit

    def line(self) -> str:
        """One line for a person."""
        bound = f"{'at least' if self._has_least else 'at most'} {self.limit:g}"
        verdict = "ok" if self.holds else "MISSED"
        figures = f"{self.value:.4g} {self.unit} against {self.floor:.4g} {self.unit}"
        return f"{self.name:<44} {figures:<42} ratio {self.ratio:6.2f} ({bound}) {verdict}"

    def record(self) -> dict[str, Any]:
        """The figure for the JSON file."""
        return {**asdict(self), "ratio": self.ratio, "holds": self.holds}


def side_by_side(
    task: Callable[[], object], floor: Callable[[], object], rounds: int, clock: Callable[[], float] = time.process_time
) -> tuple[float, float]:
    """The median seconds of `task` and of `floor`, run in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for call, kept in zip((task, floor), times, strict=True):
            started = clock()
            call()
            kept.append(clock() - started)
    return statistics.median(times[0]), statistics.median(times[1])


def peak_mb() -> float:
    """The most memory that this process has held, in MB.

    On Linux a new program inherits `ru_maxrss` from the process that started it, so the kernel's `VmHWM` is read.
    """
    if _STATUS.exists():
        (line,) = [line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
