"""How weights of filings are shown: as listed, and between which bounds undisclosed securities leave them."""

import math
from typing import Any

from etf_analytics.rendering import Missing, percent


def weight_between(low: float, high: float) -> dict[str, float | None]:
    """Fractions in per cent: what is listed, and both bounds, rounded outwards; None for a bound that is not known."""
    shown = percent(low, None if math.isinf(high) else high)
    listed = percent(low)
    if isinstance(shown, dict):
        return {"weight_pct": _number(listed), "weight_pct_low": shown["low"], "weight_pct_high": shown["high"]}
    high_shown = None if math.isinf(high) else _number(listed)
    return {"weight_pct": _number(listed), "weight_pct_low": _number(listed), "weight_pct_high": high_shown}


def in_percent(weight: float) -> float | None:
    """A fraction in per cent, six decimals."""
    return _number(percent(weight))


def _number(shown: Any) -> float | None:
    return None if isinstance(shown, Missing) else float(shown)
