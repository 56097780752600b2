"""What a fund's filing says that its list does not: countries, currencies, maturities, liquidity, duration.

As in `composition`, a line counts if it is equity, a fund, a bond or other, and weighs more than 0. Weights are per
cent of net assets as filed and are not scaled. Cash, derivatives and lines below 0 are given as totals: the weight of a
derivative is its mark and says nothing of the exposure behind it. Where a fund does not disclose its miscellaneous
securities, each figure can be higher by all of them.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from etf_analytics.filings.maturities import BUCKETS, averages, bucket_of
from etf_analytics.filings.shown import in_percent, weight_between
from etf_analytics.rendering import Missing, percent, ratio, rendered
from etf_analytics.weights import COUNTED_CLASSES, MOST_WEIGHT_PCT
from etf_common.codes import Reason

Filing = Mapping[str, Any]
Line = Mapping[str, Any]
UNKNOWN = "unknown"
"""Where the filing names no country, currency or maturity."""
BLOCKS = ("countries", "currencies", "maturities", "liquidity", "duration")
LEVELS = (1, 2, 3)
_NO_COUNTRY = "XX"
_BASIS_POINT = 0.0001


def filing_exposures(filing: Filing) -> dict[str, Any]:
    """The blocks of one filing, from its stored snapshot; each says on which filing it rests.

    A block that cannot be given is null, and `reasons` says why, by its name.
    """
    lines = _Lines(filing)
    head = described(filing)
    missing = lines.missing
    blocks = {
        "countries": missing or _grouped(head, lines, "country", _country),
        "currencies": missing or _grouped(head, lines, "currency", lambda line: line["currency"] or UNKNOWN),
        "maturities": missing or _maturities(head, lines),
        "liquidity": missing or _liquidity(head, lines),
        "duration": _duration(head, filing),
        # The form has never asked for them.
        "ratings": Missing(Reason.NOT_IN_FILING),
    }
    return {"symbol": filing["symbol"], **head, "lines": len(filing["lines"]), **rendered(blocks)}


def described(filing: Filing) -> dict[str, Any]:
    """Which filing a figure rests on."""
    return {
        "report_date": filing["report_date"],
        "filed": filing["filed"],
        "accession": filing["accession"],
        "source": filing["provenance"]["source"],
        "complete": filing["complete"],
    }


@dataclass(frozen=True)
class _Lines:
    filing: Filing

    @cached_property
    def missing(self) -> Missing | None:
        """Why no block can be given."""
        if not self.filing["lines"]:
            return Missing(Reason.NO_FILING)
        for line in self.filing["lines"]:
            weight = line["weight_pct"]
            if weight is None and line["asset_class"] in COUNTED_CLASSES and not _is_placeholder(line):
                return Missing(Reason.WEIGHT_MISSING)
            if weight is not None and not -MOST_WEIGHT_PCT <= weight <= MOST_WEIGHT_PCT:
                return Missing(Reason.WEIGHT_IMPOSSIBLE)
        return None

    @cached_property
    def counted(self) -> list[tuple[Line, float]]:
        """The lines that count, with their weights as fractions."""
        return [
            (line, line["weight_pct"] / 100.0)
            for line in self.filing["lines"]
            if line["asset_class"] in COUNTED_CLASSES and (line["weight_pct"] or 0) > 0
        ]

    @cached_property
    def bonds(self) -> list[tuple[Line, float]]:
        return [(line, weight) for line, weight in self.counted if line["asset_class"] == "bond"]

    @cached_property
    def undisclosed(self) -> float:
        """The most that securities weigh which the public filing does not list: a fraction, infinite if not known."""
        if self.filing["complete"]:
            return 0.0
        fund = self.filing["fund"]
        value, net_assets = fund["miscellaneous_securities_usd"], fund["net_assets_usd"]
        return max(0.0, value / net_assets) if value is not None and (net_assets or 0) > 0 else math.inf

    def total(self, fits: Callable[[Line], bool]) -> float:
        """The sum of the weights of lines, whether they count or not, below 0 too."""
        return math.fsum((line["weight_pct"] or 0.0) / 100.0 for line in self.filing["lines"] if fits(line))

    def totals(self) -> dict[str, Any]:
        """What counts, and what stands beside it."""
        undisclosed = self.undisclosed
        return {
            "counted_pct": in_percent(math.fsum(weight for _, weight in self.counted)),
            "cash_pct": in_percent(self.total(lambda line: line["asset_class"] == "cash")),
            "derivatives_pct": in_percent(self.total(lambda line: line["asset_class"] == "derivative")),
            "short_pct": in_percent(
                self.total(lambda line: line["asset_class"] in COUNTED_CLASSES and (line["weight_pct"] or 0) < 0)
            ),
            "funds_pct": in_percent(self.total(lambda line: line["asset_class"] == "etf")),
            "undisclosed_pct": percent(undisclosed),
        }

    def shown(self, weight: float) -> dict[str, float | None]:
        """A weight, with bounds where the filing is not complete."""
        if not self.undisclosed:
            return {"weight_pct": in_percent(weight)}
        return weight_between(weight, weight + self.undisclosed)


def _is_placeholder(line: Line) -> bool:
    """Whether a line is empty: some filers leave such."""
    return not (line["value_usd"] or line["balance"])


def _country(line: Line) -> str:
    country: str | None = line["country"]
    return UNKNOWN if country in (None, "", _NO_COUNTRY) else str(country)


def _grouped(head: Mapping[str, Any], lines: _Lines, field: str, group_of: Callable[[Line], str]) -> dict[str, Any]:
    """Largest first; what the filing does not say is a row of its own."""
    groups = _groups((group_of(line), weight) for line, weight in lines.counted)
    largest_first = sorted(groups.items(), key=lambda entry: (-math.fsum(entry[1]), entry[0]))
    rows = [{field: name, **lines.shown(math.fsum(own)), "lines": len(own)} for name, own in largest_first]
    return {**head, **lines.totals(), "rows": rows}


def _groups(named: Iterable[tuple[Any, float]]) -> dict[Any, list[float]]:
    found: dict[Any, list[float]] = {}
    for name, weight in named:
        found.setdefault(name, []).append(weight)
    return found


def _maturities(head: Mapping[str, Any], lines: _Lines) -> dict[str, Any] | Missing:
    bonds = lines.bonds
    if not bonds:
        return Missing(Reason.NO_BOND_LINES)
    report_date = lines.filing["report_date"]
    groups = _groups((bucket_of(line["maturity"], report_date), weight) for line, weight in bonds)
    found = averages(bonds, report_date)
    in_default = math.fsum(weight for line, weight in bonds if line["in_default"])
    return {
        **head,
        "bonds_pct": in_percent(math.fsum(weight for _, weight in bonds)),
        "rows": [
            {"years": name, **lines.shown(math.fsum(groups[name])), "lines": len(groups[name])}
            for name in BUCKETS
            if name in groups
        ],
        "average_maturity_years": found["average_maturity_years"],
        "average_maturity_of_pct": in_percent(found["average_maturity_of"]),
        "average_coupon_pct": found["average_coupon_pct"],
        "average_coupon_of_pct": in_percent(found["average_coupon_of"]),
        "in_default_pct": in_percent(in_default),
        "undisclosed_pct": percent(lines.undisclosed),
    }


def _liquidity(head: Mapping[str, Any], lines: _Lines) -> dict[str, Any]:
    """Levels of the fair value hierarchy, over the lines that count and cash, without derivatives."""
    held = [*lines.counted, *_cash(lines.filing["lines"])]
    levels = _groups((line["fair_value_level"], weight) for line, weight in held)
    return {
        **head,
        "levels": [{"level": level, **lines.shown(math.fsum(levels.get(level, [])))} for level in LEVELS],
        "unclassified_pct": in_percent(math.fsum(levels.get(None, []))),
        "restricted_pct": in_percent(math.fsum(weight for line, weight in held if line["restricted"])),
        "derivatives_pct": lines.totals()["derivatives_pct"],
        "undisclosed_pct": percent(lines.undisclosed),
    }


def _cash(lines: Sequence[Line]) -> list[tuple[Line, float]]:
    return [
        (line, line["weight_pct"] / 100.0)
        for line in lines
        if line["asset_class"] == "cash" and (line["weight_pct"] or 0) > 0
    ]


def _duration(head: Mapping[str, Any], filing: Filing) -> dict[str, Any] | Missing:
    """Effective duration: what the fund loses when all rates rise by a basis point, over net assets.

    The form asks funds with much debt for it by currency and maturity; derivatives are in it.
    """
    net_assets = filing["fund"]["net_assets_usd"]
    risks = filing["fund"]["interest_rate_risk"] or ()
    known = [risk["dv01_usd"] for risk in risks if risk["dv01_usd"] is not None]
    if not known or not (net_assets or 0) > 0:
        return Missing(Reason.NOT_IN_FILING)
    loss = math.fsum(known)
    if loss < 0:
        return Missing(Reason.SIGN_UNCLEAR)
    return {**head, "years": ratio(loss / net_assets / _BASIS_POINT), "dv01_usd": round(loss, 2)}
