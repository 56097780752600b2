"""How figures are shown. Rounding happens here and nowhere else: bounds outwards, so that the truth stays inside."""

import math
from dataclasses import dataclass
from typing import Any

# Far above the rounding errors of the sums here, far below any difference that weights can make.
_NOISE = 1e-13


@dataclass(frozen=True, slots=True)
class Missing:
    """A figure that cannot be given, and why. It becomes null, and an entry in `reasons`."""

    reason: str


Shown = float | dict[str, float] | Missing
Bounds = tuple[float, float]
"""Low and high, equal where nothing is unseen."""


def percent(low: float, high: float | None = None) -> Shown:
    """A fraction in per cent, six decimals."""
    return _figure(low, high, 100.0, 6)


def points(low: float, high: float | None = None) -> Shown:
    """A Herfindahl-Hirschman index of 0 to 1 in points of 0 to 10,000, six decimals."""
    return _figure(low, high, 10_000.0, 6)


def basis_points(low: float, high: float | None = None) -> Shown:
    """A fraction in basis points, four decimals."""
    return _figure(low, high, 10_000.0, 4)


def usd(low: float, high: float | None = None) -> Shown:
    """USD, in cents."""
    return _figure(low, high, 1.0, 2)


def ratio(low: float, high: float | None = None, decimals: int = 6) -> Shown:
    """A number as it is."""
    return _figure(low, high, 1.0, decimals)


def whole(low: int, high: float | None = None) -> Shown:
    """A count."""
    if high is None or high == low:
        return low
    return Missing("total_unknown") if math.isinf(high) else {"low": low, "high": int(high)}


def change(after: Bounds, before: Bounds) -> Bounds:
    """Bounds of a difference, whatever the unseen lines do to either side."""
    return after[0] - before[1], after[1] - before[0]


def answer(tree: dict[str, Any]) -> dict[str, Any]:
    """`tree` as JSON has it: null for what is missing, and `reasons` with the path to each."""
    reasons: dict[str, str] = {}
    shown: dict[str, Any] = _settled(tree, "", reasons)
    return {**shown, "reasons": reasons}


def _settled(value: Any, path: str, reasons: dict[str, str]) -> Any:
    if isinstance(value, Missing):
        reasons[path] = value.reason
        return None
    if isinstance(value, dict):
        stem = f"{path}." if path else ""
        return {name: _settled(entry, f"{stem}{name}", reasons) for name, entry in value.items()}
    if isinstance(value, list):
        return [_settled(entry, path, reasons) for entry in value]
    return value


def _figure(low: float, high: float | None, scale: float, decimals: int) -> Shown:
    if math.isinf(low) or (high is not None and math.isinf(high)):
        return Missing("total_unknown")
    if high is None or high - low <= _NOISE * max(1.0, abs(low)):
        return round(low * scale, decimals) + 0.0  # no -0.0
    return {"low": -_up(-low * scale, decimals) + 0.0, "high": _up(high * scale, decimals) + 0.0}


def _up(value: float, decimals: int) -> float:
    near = round(value, decimals)
    if near >= value - _NOISE * max(1.0, abs(value)):
        return near
    return round(near + 10.0**-decimals, decimals)
