"""How figures are rendered. Rounding happens only here: bounds round outwards, so that the truth stays inside."""

import math
from dataclasses import dataclass
from typing import Any

from etf_common.codes import FlawCode, Reason

# Far above the rounding errors of the sums here, far below any difference that weights can make.
_NOISE = 1e-13
# The last decimal that is shown of a weight.
_SHOWN = 1e-6


@dataclass(frozen=True, slots=True)
class Missing:
    """A figure that cannot be given, and why. It becomes null and an entry in `reasons`."""

    reason: Reason


Shown = float | dict[str, float] | Missing
Bounds = tuple[float, float]
"""Low and high; equal where nothing is unlisted."""


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
    """A plain number."""
    return _figure(low, high, 1.0, decimals)


def whole(low: int, high: float | None = None) -> Shown:
    """A count."""
    if high is None or high == low:
        return low
    return Missing(Reason.TOTAL_UNKNOWN) if math.isinf(high) else {"low": low, "high": int(high)}


def change(after: Bounds, before: Bounds) -> Bounds:
    """Bounds of a difference, whatever the unlisted lines are on either side."""
    return after[0] - before[1], after[1] - before[0]


def rendered(tree: dict[str, Any]) -> dict[str, Any]:
    """`tree` in the form of JSON: null for what is missing, and `reasons` with the dotted path to each."""
    reasons: dict[str, str] = {}
    shown: dict[str, Any] = _rendered(tree, "", reasons)
    return {**shown, "reasons": reasons}


# What a fund without borrowed money can have at most; its weights can sum to 103 % by rounding and overlays.
_MOST_POSSIBLE = {
    "hhi": 1.0,
    "hhi_points": 10_000.0,
    "active_share_pct": 100.0,
    **dict.fromkeys(("counted_pct", "overlap_pct", "coverage_a_pct", "coverage_b_pct", "weight_pct"), 103.0),
    **dict.fromkeys(("1", "5", "10", "25", "50"), 103.0),
}


def beyond_possible(shown: dict[str, Any], path: str = "") -> dict[str, str]:
    """By dotted path: `beyond_possible` for each rendered figure that is larger than it can be."""
    found: dict[str, str] = {}
    stem = f"{path}." if path else ""
    for name, value in shown.items():
        if isinstance(value, dict) and "low" not in value:
            found |= beyond_possible(value, f"{stem}{name}")
            continue
        low = value["low"] if isinstance(value, dict) else value
        if name in _MOST_POSSIBLE and isinstance(low, float) and low > _MOST_POSSIBLE[name] + _SHOWN:
            found[f"{stem}{name}"] = FlawCode.BEYOND_POSSIBLE
    return found


def _rendered(value: Any, path: str, reasons: dict[str, str]) -> Any:
    if isinstance(value, Missing):
        reasons[path] = value.reason
        return None
    if isinstance(value, dict):
        stem = f"{path}." if path else ""
        return {name: _rendered(entry, f"{stem}{name}", reasons) for name, entry in value.items()}
    if isinstance(value, list):
        return [_rendered(entry, path, reasons) for entry in value]
    return value


def _figure(low: float, high: float | None, scale: float, decimals: int) -> Shown:
    if math.isinf(low) or (high is not None and math.isinf(high)):
        return Missing(Reason.TOTAL_UNKNOWN)
    if high is None or high - low <= _NOISE * max(1.0, abs(low)):
        return round(low * scale, decimals) + 0.0  # no -0.0
    return {"low": -_up(-low * scale, decimals) + 0.0, "high": _up(high * scale, decimals) + 0.0}


def _up(value: float, decimals: int) -> float:
    near = round(value, decimals)
    if near >= value - _NOISE * max(1.0, abs(value)):
        return near
    return round(near + 10.0**-decimals, decimals)
