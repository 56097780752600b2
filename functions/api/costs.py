"""What funds cost a year: the owner's `expense_ratios` in the config, and behind them the project's own table."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from api.shapes import is_date
from etf_common.symbols import MalformedSymbolError, canonical

CONFIG_SOURCE = "config"
"""The `source` of a cost that the owner gave in the config."""
_MOST_PCT = 25.0
"""As the config's own model has it, which is not imported here: pydantic would double the cold start."""


@dataclass(frozen=True)
class Costs:
    """Costs by symbol. `given` are those of the config, which replace the table's."""

    given: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def of(self, symbol: str) -> dict[str, Any] | None:
        """`expense_ratio_pct`, `source` and `as_of` of a fund, or None if its cost is not known."""
        if symbol in self.given:
            return dict(self.given[symbol])
        # Imported here: most answers need no costs, and should not load the analytics.
        from etf_analytics.reference.expense_ratios import expense_ratio  # noqa: PLC0415

        known = expense_ratio(symbol)
        if known is None:
            return None
        return {"expense_ratio_pct": known.expense_ratio_pct, "source": known.source, "as_of": known.as_of}


def costs_of(values: Any) -> Costs:
    """The costs of a config's values. What is not a cost with its date is left out, so that it counts as unknown."""
    listed = values.get("expense_ratios") if isinstance(values, dict) else None
    given: dict[str, dict[str, Any] | None] = {}
    for text, entry in listed.items() if isinstance(listed, dict) else ():
        try:
            symbol = canonical(text) if isinstance(text, str) else ""
        except MalformedSymbolError:
            continue
        # Of a symbol that is there twice, as `vti` and `VTI`, nobody knows which cost is meant.
        given[symbol] = None if symbol in given else _cost(entry)
    return Costs({symbol: cost for symbol, cost in given.items() if symbol and cost})


def _cost(entry: Any) -> dict[str, Any] | None:
    if not isinstance(entry, dict):
        return None
    ratio, as_of = entry.get("expense_ratio_pct"), entry.get("as_of")
    day = as_of.isoformat() if type(as_of) is date else as_of
    if not isinstance(ratio, int | float) or isinstance(ratio, bool) or not math.isfinite(ratio):
        return None
    if not 0 <= ratio <= _MOST_PCT or not isinstance(day, str) or not is_date(day):
        return None
    return {"expense_ratio_pct": float(ratio), "source": CONFIG_SOURCE, "as_of": day}
