"""A portfolio's countries, currencies, maturities and liquidity: each fund's filing, weighted with the fund."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from etf_analytics.filings.exposures import LEVELS
from etf_analytics.filings.maturities import BUCKETS
from etf_analytics.filings.shown import in_percent, weight_between
from etf_analytics.funds import MOST_PCT
from etf_analytics.rendering import Missing, ratio, rendered
from etf_common.codes import Reason

Exposures = Mapping[str, Any]
_MOST = MOST_PCT / 100.0
ASSUMES = (
    f"weights of a fund total at most {MOST_PCT:g} %",
    "a filing still holds: what the funds bought and sold since its date is not in these figures",
)
"""What the bounds rest on."""


class FiledPosition(NamedTuple):
    """One position of a portfolio."""

    symbol: str
    weight: float
    """A fraction of the portfolio."""
    exposures: Exposures | None
    """Of the fund's filing (`filing_exposures`); None for a fund without one, and for what is no fund."""


def portfolio_exposures(parts: Sequence[FiledPosition]) -> dict[str, Any]:
    """The blocks of a portfolio, from those of its funds: no filing is opened.

    A row is the sum of fund weight x weight in the fund. Its high end adds all that positions without a filing can
    hold, and what filings leave undisclosed. `covered_pct` is the weight of the positions that have the block.
    """
    blocks = {
        "countries": _rows(parts, "countries", "rows", "country"),
        "currencies": _rows(parts, "currencies", "rows", "currency"),
        "maturities": _maturities(parts),
        "liquidity": _liquidity(parts),
    }
    return {**rendered(blocks), "assumptions": [*ASSUMES]}


class _Covered(NamedTuple):
    parts: list[tuple[float, FiledPosition, Mapping[str, Any]]]
    """Weight, position and block of those that have the block."""
    weight: float
    """Of the positions of which the block is known: they have it, or none of what it is about."""
    unseen: float
    """The most that positions without the block, and undisclosed securities, can add to a figure."""

    def head(self) -> dict[str, Any]:
        return {
            "covered_pct": in_percent(self.weight),
            "filings": [
                {
                    "symbol": part.symbol,
                    **{name: block[name] for name in ("report_date", "filed", "accession", "source")},
                }
                for _, part, block in self.parts
            ],
        }

    def total(self, name: str) -> float:
        """A figure of the blocks in per cent, as a fraction of the portfolio."""
        return math.fsum(weight * (block[name] or 0.0) / 100.0 for weight, _, block in self.parts)


def _covered(parts: Iterable[FiledPosition], name: str, *, no_block_is_none: Reason | None = None) -> _Covered:
    """The positions that have the block. A fund that lacks it for the reason `no_block_is_none` holds none of it."""
    found: list[tuple[float, FiledPosition, Mapping[str, Any]]] = []
    known: list[float] = []
    unseen: list[float] = []
    for part in parts:
        exposures = part.exposures
        block = exposures and exposures[name]
        # Of a fund that holds no bonds, the countries say how much of it is not disclosed.
        told = block or (exposures and exposures["reasons"].get(name) == no_block_is_none and exposures["countries"])
        undisclosed = told["undisclosed_pct"] if told else None
        unseen.append(part.weight * (_MOST if undisclosed is None else undisclosed / 100.0))
        if told:
            known.append(part.weight)
        if block:
            found.append((part.weight, part, block))
    return _Covered(found, math.fsum(known), math.fsum(unseen))


def _rows(parts: Sequence[FiledPosition], name: str, rows: str, field: str) -> dict[str, Any] | Missing:
    covered = _covered(parts, name)
    if not covered.parts:
        return Missing(Reason.NO_FILING)
    totals = {
        total: in_percent(covered.total(total)) for total in ("counted_pct", "cash_pct", "derivatives_pct", "funds_pct")
    }
    return {**covered.head(), **totals, "rows": _summed(covered, rows, field)}


def _summed(
    covered: _Covered, rows: str, field: str, rank: Callable[[Any, float], Any] | None = None
) -> list[dict[str, Any]]:
    """The rows of all blocks added up; largest first, or as `rank` orders them."""
    found: dict[Any, list[float]] = {}
    for weight, _, block in covered.parts:
        for row in block[rows]:
            found.setdefault(row[field], []).append(weight * row["weight_pct"] / 100.0)
    summed = [(name, math.fsum(own)) for name, own in found.items()]
    summed.sort(key=lambda entry: rank(*entry) if rank else (-entry[1], entry[0]))
    return [{field: name, **weight_between(weight, weight + covered.unseen)} for name, weight in summed]


def _maturities(parts: Sequence[FiledPosition]) -> dict[str, Any] | Missing:
    covered = _covered(parts, "maturities", no_block_is_none=Reason.NO_BOND_LINES)
    if not covered.parts:
        return Missing(Reason.NO_BOND_LINES if covered.weight else Reason.NO_FILING)
    return {
        **covered.head(),
        "bonds_pct": in_percent(covered.total("bonds_pct")),
        "rows": _summed(covered, "rows", "years", lambda name, _: BUCKETS.index(name)),
        **_average(covered, "average_maturity_years", "average_maturity_of_pct"),
        **_average(covered, "average_coupon_pct", "average_coupon_of_pct"),
    }


def _average(covered: _Covered, name: str, of: str) -> dict[str, Any]:
    """The average over the bonds of all filings, and the weight in the portfolio of those it is made of."""
    known = [(weight * block[of] / 100.0, block[name]) for weight, _, block in covered.parts if block[name] is not None]
    total = math.fsum(weight for weight, _ in known)
    average = math.fsum(weight * value for weight, value in known) / total if total else 0.0
    return {name: ratio(average) if total else Missing(Reason.NOTHING_KNOWN), of: in_percent(total)}


def _liquidity(parts: Sequence[FiledPosition]) -> dict[str, Any] | Missing:
    covered = _covered(parts, "liquidity")
    if not covered.parts:
        return Missing(Reason.NO_FILING)
    totals = ("unclassified_pct", "restricted_pct", "derivatives_pct")
    return {
        **covered.head(),
        "levels": _summed(covered, "levels", "level", lambda level, _: LEVELS.index(level)),
        **{name: in_percent(covered.total(name)) for name in totals},
    }
