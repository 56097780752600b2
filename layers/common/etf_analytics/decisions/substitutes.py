"""Funds that may stand in for another one: nearly the same and cheaper, or nearly the same sectors in other names.

These figures do not tell whether two funds are substantially identical under tax law.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from etf_analytics.composition import fund_sectors
from etf_analytics.funds import Fund, assumptions_of
from etf_analytics.overlap import fund_similarity
from etf_analytics.rendering import Bounds, Missing, percent, ratio, rendered
from etf_analytics.securities import UNCLASSIFIED
from etf_common.codes import Reason

CHEAPER, SIMILAR_EXPOSURE = LISTS = ("cheaper", "similar_exposure")
MOST_APART = 0.10
"""The largest distance between the sectors of funds with nearly the same exposure."""
LEAST_CLASSIFIED = 0.80
"""So much of each fund must be in known sectors for a distance to mean anything."""
# Records have rounded figures.
_NEARLY = 1e-6
Row = dict[str, Any]


@dataclass(frozen=True)
class SubstituteLimits:
    """What makes a substitute; all in per cent."""

    min_overlap_pct: float = 70.0
    """Of a cheaper one."""
    max_overlap_pct: float = 50.0
    """Of one with nearly the same exposure."""
    max_expense_pct: float | None = None
    """Of both, which leaves out unknown costs; None for any cost."""


class SectorMix(NamedTuple):
    """What a fund holds by sector, in fractions of it, and the most that its unlisted lines can weigh."""

    weights: Mapping[str, float]
    unlisted: float

    @classmethod
    def of(cls, fund: Fund) -> "SectorMix":
        """The sectors of a fund without a flaw."""
        return cls({name: group.weight for name, group in fund_sectors(fund).items()}, fund.unlisted.weight)

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> "SectorMix | None":
        """The sectors of a fund's record in the tables; None where they are not known."""
        rows, unlisted = record["row"]["sectors"] or (), record["state"]["unlisted"][0]
        if record["state"]["flaw"] or unlisted is None or any(row["weight_pct_low"] is None for row in rows):
            return None
        return cls({row["sector"]: row["weight_pct_low"] / 100.0 for row in rows}, unlisted)

    @property
    def is_classified(self) -> bool:
        """Whether enough of the fund is certain to be in known sectors."""
        known = sum(weight for name, weight in self.weights.items() if name != UNCLASSIFIED)
        return known >= LEAST_CLASSIFIED - _NEARLY

    def distance(self, other: "SectorMix") -> Bounds:
        """Half the sum of the absolute differences; what is unclassified stands beside the sectors as one more."""
        names = self.weights.keys() | other.weights.keys()
        apart = sum(abs(self.weights.get(name, 0.0) - other.weights.get(name, 0.0)) for name in names)
        unlisted = self.unlisted + other.unlisted
        return max(0.0, (apart - unlisted) / 2), (apart + unlisted) / 2


def near_in_sectors(own: SectorMix, others: Mapping[str, SectorMix]) -> dict[str, float]:
    """By symbol: the most that the sectors of those funds differ which are certain to be near, nearest first."""
    if not own.is_classified:
        return {}
    found = {symbol: own.distance(mix)[1] for symbol, mix in others.items() if mix.is_classified}
    near = [(most, symbol) for symbol, most in found.items() if most <= MOST_APART + _NEARLY]
    return {symbol: most for most, symbol in sorted(near)}


def substitutes(
    fund: Fund, others: Sequence[Fund], expense_ratio_pct: Mapping[str, float], limits: SubstituteLimits
) -> dict[str, Any]:
    """The substitutes of `fund` among `others`, in lists by `LISTS`: a cheaper one overlaps at least so much by the
    low end, one with nearly the same exposure at most so much by the high end.

    `expense_ratio_pct` has the known costs; an unknown cost is no saving. A list that cannot be made is null, with its
    reason. `undecided` counts for each list the funds that may belong to it, since bounds leave it open.
    """
    own_cost = expense_ratio_pct.get(fund.symbol)
    mix = None if fund.flaw else SectorMix.of(fund)
    missing = {
        CHEAPER: fund.flaw or (Reason.EXPENSE_RATIO_UNKNOWN if own_cost is None else None),
        SIMILAR_EXPOSURE: fund.flaw or (None if mix and mix.is_classified else Reason.SECTORS_UNKNOWN),
    }
    lists: dict[str, list[Row]] = {name: [] for name in LISTS}
    undecided = dict.fromkeys(LISTS, 0)
    shown = set()
    for other in others:
        row = _row(fund, other, mix, own_cost, expense_ratio_pct.get(other.symbol))
        for name, fits in _FITS.items():
            if missing[name] is None:
                certain, possible = fits(row, limits)
                undecided[name] += possible and not certain
                if certain:
                    lists[name].append(row)
                    shown.add(other.symbol)
    lists[CHEAPER].sort(key=lambda row: (-row["saving_pct"], -_ends(row["overlap_pct"])[0], row["symbol"]))
    lists[SIMILAR_EXPOSURE].sort(
        key=lambda row: (_ends(row["sector_distance_pct"])[1], _ends(row["overlap_pct"])[1], row["symbol"])
    )
    head = rendered({name: Missing(why) if why else [] for name, why in missing.items()})
    return {
        **head,
        **{name: rows for name, rows in lists.items() if missing[name] is None},
        "undecided": undecided,
        "assumptions": assumptions_of([fund, *(other for other in others if other.symbol in shown)]),
    }


def _row(fund: Fund, other: Fund, mix: SectorMix | None, own_cost: float | None, cost: float | None) -> Row:
    """The other fund beside `fund`; its overlap is that of /api/overlap."""
    alike = fund_similarity(fund, other)
    unknown = Missing(Reason.EXPENSE_RATIO_UNKNOWN)
    figures = rendered(
        {
            "expense_ratio_pct": unknown if cost is None else cost,
            "saving_pct": unknown if cost is None or own_cost is None else ratio(own_cost - cost),
            "sector_distance_pct": _distance(mix, other),
        }
    )
    reasons = {name: why for name, why in alike["reasons"].items() if name == "overlap_pct"}
    flaws = {name: why for name, why in alike["flaws"].items() if name not in ("active_share_pct", "common_count")}
    return {
        **{name: alike[name] for name in ("symbol", "name", "holdings_as_of", "complete", "overlap_pct")},
        **figures,
        **({"in_doubt": True} if "in_doubt" in alike else {}),
        "flaws": flaws,
        "reasons": {**reasons, **figures["reasons"]},
    }


def _distance(mix: SectorMix | None, other: Fund) -> Any:
    if mix is None or other.flaw:
        return Missing(other.flaw or Reason.SECTORS_UNKNOWN)
    theirs = SectorMix.of(other)
    known = mix.is_classified and theirs.is_classified
    return percent(*mix.distance(theirs)) if known else Missing(Reason.SECTORS_UNKNOWN)


Verdict = tuple[bool, bool]
"""Whether a fund is certain to belong to a list, and whether it may."""


def _is_cheaper(row: Row, limits: SubstituteLimits) -> Verdict:
    low, high = _ends(row["overlap_pct"])
    cheap = row["saving_pct"] is not None and row["saving_pct"] > 0 and _is_affordable(row, limits)
    return cheap and low >= limits.min_overlap_pct, cheap and high >= limits.min_overlap_pct


def _is_similar(row: Row, limits: SubstituteLimits) -> Verdict:
    if row["sector_distance_pct"] is None or not _is_affordable(row, limits):
        return False, False
    (low, high), (least, most) = _ends(row["overlap_pct"]), _ends(row["sector_distance_pct"])
    near = 100.0 * MOST_APART
    certain = high <= limits.max_overlap_pct and most <= near
    return certain, low <= limits.max_overlap_pct and least <= near


_FITS: Mapping[str, Callable[[Row, SubstituteLimits], Verdict]] = {CHEAPER: _is_cheaper, SIMILAR_EXPOSURE: _is_similar}


def _is_affordable(row: Row, limits: SubstituteLimits) -> bool:
    most, cost = limits.max_expense_pct, row["expense_ratio_pct"]
    return most is None or (cost is not None and cost <= most)


def _ends(figure: Any) -> Bounds:
    """The least and the most that a rendered figure can be; from 0 to 103 % of a fund where it is not known."""
    if figure is None:
        return 0.0, 103.0
    return (figure["low"], figure["high"]) if isinstance(figure, dict) else (figure, figure)
