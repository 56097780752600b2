"""A fund prepared from its snapshot: what all figures need, computed once."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from etf_analytics.matching.evidence import Evidence
from etf_analytics.matching.keys import keyed as keyed_holdings
from etf_analytics.reference.issuers import SIBLINGS
from etf_analytics.securities import (
    COUNTED_CLASSES,
    UNCLASSIFIED,
    By,
    Holding,
    SectorOf,
    Security,
    security_of,
)
from etf_common.codes import IssueCode, Reason

# Real lists sum to at most 103 %, so unlisted lines weigh at most what is missing to that.
MOST_PCT = 103.0
# Less than any weight that a portal prints; sums of weights are exact to far less.
_NOTHING_PCT = 1e-9


class Group(NamedTuple):
    """The weight of a group of holdings (a fraction), and how many they are."""

    weight: float
    size: int


class Unlisted(NamedTuple):
    """Upper limits for the unlisted lines that count: together, each of them (fractions), and their number."""

    weight: float
    largest: float
    """The largest possible weight of one unlisted line."""
    lines: float


NOTHING_UNLISTED = Unlisted(0.0, 0.0, 0)


class Listed(NamedTuple):
    """The listed rows, whether they count or not. Weights are fractions; None where a row has no weight."""

    rows: int
    counted: int
    zero: int
    net: float | None
    gross: float | None
    excluded: float | None
    value_usd: float | None
    value_weight: float | None


@dataclass(frozen=True, eq=False)
class Fund:
    """A fund's holdings, ready for figures. Made by `prepare`. Weights are fractions."""

    symbol: str
    name: str | None
    by: By
    holdings_as_of: str
    complete: bool
    reported: int | None
    summary: Mapping[str, Any]
    listed: Listed
    weights: Mapping[str, float]
    """By key: the securities that count, largest weight first."""
    held_funds: tuple[str, ...]
    """The keys of those that are funds themselves."""
    securities: Mapping[str, Security]
    """By key: all securities of classes that count, whatever their weight."""
    holdings: Mapping[str, tuple[Holding, ...]]
    """By key: their holdings."""
    classes: Mapping[str, Group]
    """By asset class: all holdings of cash and derivatives, and of the other classes those that count."""
    sectors: Mapping[str, Group]
    """By sector: the holdings that count, without held funds."""
    total: float
    """Sum of the weights that count."""
    sum_of_squares: float
    """Sum of their squares."""
    unlisted: Unlisted
    flaw: Reason | None
    """Why the weights support no figure."""
    unlisted_classes: Mapping[str, int]
    """By issuer with several share classes: how many of them are not listed."""
    pools: Mapping[str, str]
    """By key, for securities without a ticker of their own: the pool of lines that it can be (`matching.keys`)."""
    has_isins: bool
    """Whether any of its lines has an ISIN."""

    def unlisted_ceiling(self, key: str) -> float:
        """The most that unlisted lines of this security can weigh."""
        count = self.unlisted_classes.get(key)
        if count is None:
            count = 0 if key in self.weights else 1
        return min(count * self.unlisted.largest, self.unlisted.weight) if count else 0.0

    def with_held_funds(self, keys: Sequence[str]) -> "Fund":
        """The fund in which these securities are held funds, whatever their lines say."""
        if not keys:
            return self
        classes, sectors = dict(self.classes), dict(self.sectors)
        securities = dict(self.securities)
        for key in keys:
            security, weight, size = self.securities[key], self.weights[key], len(self.holdings[key])
            classes[security.asset_class] = _less(classes[security.asset_class], weight, size)
            classes["etf"] = _less(classes.get("etf", Group(0.0, 0)), -weight, -size)
            sectors[security.sector] = _less(sectors[security.sector], weight, size)
            securities[key] = replace(security, asset_class="etf")
        return replace(
            self,
            securities=securities,
            classes={name: group for name, group in classes.items() if group.size},
            sectors={name: group for name, group in sectors.items() if group.size},
            held_funds=(*self.held_funds, *keys),
        )

    @property
    def merged(self) -> list[dict[str, Any]]:
        """Securities whose weight is the sum of several holdings."""
        several = [(self.securities[key].symbol, rows) for key, rows in self.holdings.items() if len(rows) > 1]
        return [
            {"symbol": symbol, **{f"{name}s": [row[name] for row in rows] for name in ("symbol", "name")}}
            for symbol, rows in several
        ]


def _less(group: Group, weight: float, size: int) -> Group:
    return Group(group.weight - weight, group.size - size)


def prepare(snapshot: Mapping[str, Any], *, by: By = "security", sector_of: SectorOf | None = None) -> Fund:
    """The fund of a stored snapshot. `sector_of` returns the sector of a holding, or None if it is not known."""
    holdings: list[Holding] = list(snapshot["holdings"])
    countable = [holding for holding in holdings if holding["asset_class"] in COUNTED_CLASSES]
    told = keyed_holdings(countable, by, snapshot["symbol"], date.fromisoformat(snapshot["holdings_as_of"]))
    keyed = list(zip(told.keys, countable, strict=True))
    securities = _securities(keyed, told.evidence, sector_of)
    counted = [(key, holding) for key, holding in keyed if (holding["weight_pct"] or 0.0) > 0]
    weights = _weights(counted)
    held_funds = tuple(key for key in weights if securities[key].asset_class == "etf")
    other = [holding for holding in holdings if holding["asset_class"] not in COUNTED_CLASSES]
    flaw = _flaw(snapshot, holdings)
    return Fund(
        symbol=snapshot["symbol"],
        name=snapshot["name"],
        by=by,
        holdings_as_of=snapshot["holdings_as_of"],
        complete=snapshot["quality"]["complete"],
        reported=snapshot["totals"]["reported"],
        summary=snapshot["summary"],
        listed=_listed(holdings, countable, [*(row for _, row in keyed if (row["weight_pct"] or 0.0) <= 0), *other]),
        weights=weights,
        held_funds=held_funds,
        securities=securities,
        holdings=_by_key(keyed),
        classes=_groups([(holding["asset_class"], holding) for holding in [*(row for _, row in counted), *other]]),
        sectors=_groups([(securities[key].sector, holding) for key, holding in counted if key not in held_funds]),
        total=math.fsum(weights.values()),
        sum_of_squares=math.fsum(weight * weight for weight in weights.values()),
        unlisted=NOTHING_UNLISTED if flaw or snapshot["quality"]["complete"] else _unlisted(snapshot, holdings),
        flaw=flaw,
        unlisted_classes=_unlisted_classes(keyed) if by == "issuer" else {},
        pools=told.pools,
        has_isins=any(line.isin for line in told.evidence),
    )


def dates_of(funds: Sequence[Fund]) -> dict[str, Any]:
    """The holdings date of each fund, and the days between the oldest and the newest."""
    days = [date.fromisoformat(fund.holdings_as_of) for fund in funds]
    return {
        "holdings_as_of": {fund.symbol: fund.holdings_as_of for fund in funds},
        "lag_days": (max(days) - min(days)).days if days else 0,
    }


def assumptions_of(funds: Sequence[Fund]) -> list[str]:
    """What bounds over these funds rest on; empty if nothing is unlisted."""
    if not any(fund.unlisted.weight for fund in funds):
        return []
    return [
        f"weights above 0 total at most {MOST_PCT:g} %",
        "no unlisted line repeats a listed security or another unlisted line",
        "no unlisted line weighs more than the smallest listed one",
    ]


def _weights(counted: list[tuple[str, Holding]]) -> dict[str, float]:
    parts: dict[str, list[float]] = {}
    for key, holding in counted:
        parts.setdefault(key, []).append(holding["weight_pct"])
    weights = [(key, math.fsum(values) / 100.0) for key, values in parts.items()]
    return dict(sorted(weights, key=lambda entry: (-entry[1], entry[0])))


def _securities(
    keyed: list[tuple[str, Holding]], evidence: list[Evidence], sector_of: SectorOf | None
) -> dict[str, Security]:
    found: dict[str, Security] = {}
    for (key, holding), line in zip(keyed, evidence, strict=True):
        if key not in found:
            sector = (sector_of(holding) if sector_of else None) or UNCLASSIFIED
            found[key] = security_of(key, holding, line, sector)
        elif found[key].price is None and line.price is not None:
            found[key] = replace(found[key], evidence=line, price=line.price)
    return found


def _by_key(keyed: list[tuple[str, Holding]]) -> dict[str, tuple[Holding, ...]]:
    found: dict[str, tuple[Holding, ...]] = {}
    for key, holding in keyed:
        found[key] = (*found.get(key, ()), holding)
    return found


def _groups(named: list[tuple[str, Holding]]) -> dict[str, Group]:
    parts: dict[str, list[float]] = {}
    for name, holding in named:
        parts.setdefault(name, []).append(holding["weight_pct"] or 0.0)
    return {name: Group(math.fsum(values) / 100.0, len(values)) for name, values in parts.items()}


def _listed(holdings: list[Holding], countable: list[Holding], excluded: list[Holding]) -> Listed:
    valued = [holding for holding in holdings if holding["market_value_usd"] is not None]
    return Listed(
        rows=len(holdings),
        counted=sum((holding["weight_pct"] or 0.0) > 0 for holding in countable),
        zero=sum(holding["weight_pct"] == 0 for holding in countable),
        net=_sum(holdings),
        gross=_sum(holdings, absolute=True),
        excluded=_sum(excluded),
        value_usd=math.fsum(holding["market_value_usd"] for holding in valued) if valued else None,
        value_weight=_sum(valued),
    )


def _sum(holdings: list[Holding], *, absolute: bool = False) -> float | None:
    weights = [holding["weight_pct"] for holding in holdings]
    if None in weights:
        return None
    return math.fsum(map(abs, weights) if absolute else weights) / 100.0


def _flaw(snapshot: Mapping[str, Any], holdings: list[Holding]) -> Reason | None:
    if any(holding["weight_pct"] is None and holding["asset_class"] in COUNTED_CLASSES for holding in holdings):
        return Reason.WEIGHT_MISSING
    if snapshot["quality"]["complete"]:
        return None
    if any(issue["code"] == IssueCode.SLIPPED_BETWEEN_PAGES for issue in snapshot["quality"]["issues"]):
        return Reason.SLIPPED_BETWEEN_PAGES
    known = [holding["weight_pct"] for holding in holdings if holding["weight_pct"] is not None]
    if not known:
        return Reason.NO_LINES
    rising = any(after > before for before, after in itertools.pairwise(known))
    return Reason.ORDER_BROKEN if rising and snapshot["totals"]["reported"] != len(holdings) else None


def _unlisted(snapshot: Mapping[str, Any], holdings: list[Holding]) -> Unlisted:
    """Upper limits for what a partial list leaves out: rows come sorted by weight, so the last one is the smallest."""
    known = [holding["weight_pct"] for holding in holdings if holding["weight_pct"] is not None]
    reported, smallest = snapshot["totals"]["reported"], min(known)
    # If fewer are reported than listed, the total is wrong, so it is not known.
    more = reported - len(holdings) if reported is not None and reported >= len(holdings) else math.inf
    if not more or smallest <= 0:
        return NOTHING_UNLISTED
    most = more * smallest
    # Unlisted derivatives, and cash without a weight, can be negative: then the sum has no limit. And a list that
    # weighs more than the limit shows that the limit does not apply to this fund.
    room = MOST_PCT - math.fsum(known)
    if room >= 0 and len(known) == len(holdings) and all(row["asset_class"] != "derivative" for row in holdings):
        most = min(most, room)
    return Unlisted(most / 100.0, smallest / 100.0, more) if most > _NOTHING_PCT else NOTHING_UNLISTED


def _unlisted_classes(keyed: list[tuple[str, Holding]]) -> dict[str, int]:
    listed = {holding["symbol"] for key, holding in keyed if key in SIBLINGS}
    return {issuer: len(symbols - listed) for issuer, symbols in SIBLINGS.items()}
