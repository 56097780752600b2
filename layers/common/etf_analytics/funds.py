"""A fund prepared from its snapshot: what all figures need, computed once."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from etf_analytics.matching.evidence import Evidence
from etf_analytics.matching.keys import keyed as keyed_holdings
from etf_analytics.reference.issuers import SIBLINGS
from etf_analytics.rendering import Missing
from etf_analytics.securities import UNCLASSIFIED, By, SectorOf, Security, security_of
from etf_analytics.weights import (
    COUNTED_CLASSES,
    ROUNDED_BELOW_PCT,
    CheckedHoldings,
    Holding,
    checked,
    counted_pct,
    is_implied,
)
from etf_common.codes import Code, IssueCode, Reason

# Real lists sum to at most 103 %, so unlisted lines weigh at most what is missing to that.
MOST_PCT = 103.0
# Issues of a list that make its figures doubtful, and that every answer over it repeats.
_CARRIED = (IssueCode.WEIGHT_SUM, IssueCode.VALUE_AGAINST_WEIGHT)
# Less than any weight that a portal prints; sums of weights are exact to far less.
_NOTHING_PCT = 1e-9
# More lines than any fund has, and a higher price than any share has.
_MOST_LINES, _MOST_PRICE = 10_000_000, 1e9
_BYTES_A_LINE = 1200  # measured with tracemalloc: 1,080 to 1,110 bytes, its JSON included


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
    capped: bool
    """Whether `weight` is what is missing to 103 %, and not what so many lines can weigh."""


NOTHING_UNLISTED = Unlisted(0.0, 0.0, 0, capped=False)


class Listed(NamedTuple):
    """The listed rows, whether they count or not. Weights are fractions; None where a row has no weight."""

    rows: int
    counted: int
    implied: int
    """Those of the counted rows whose weight is implied."""
    zero: int
    """Rows that read 0.00 and do not count."""
    contracts: float | None
    """Sum of the absolute weights of derivatives."""
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
    warnings: tuple[Code, ...]
    """What is wrong with the list, although figures are given."""
    nothing_implied: Reason | None
    """Why no weight could be implied, where weights read 0.00."""
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
            securities[key] = security._replace(asset_class="etf")
        return replace(
            self,
            securities=securities,
            classes={name: group for name, group in classes.items() if group.size > 0},
            sectors={name: group for name, group in sectors.items() if group.size > 0},
            held_funds=(*self.held_funds, *keys),
        )

    @cached_property
    def implied(self) -> frozenset[str]:
        """The keys of securities whose weight is implied, at least in part."""
        if not self.listed.implied:
            return frozenset()
        return frozenset(key for key, holdings in self.holdings.items() if any(map(is_implied, holdings)))

    @property
    def size_bytes(self) -> int:
        """About how much memory the prepared fund takes."""
        return _BYTES_A_LINE * self.listed.rows

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


class Head(NamedTuple):
    """What holds for a fund as a whole, whatever part of its lines is at hand."""

    symbol: str
    name: str | None
    holdings_as_of: str
    complete: bool
    reported: int | None
    summary: Mapping[str, Any]
    flaw: Reason | None
    warnings: tuple[Code, ...]
    unlisted: Unlisted
    nothing_implied: Reason | None


def prepare(snapshot: Mapping[str, Any], *, by: By = "security", sector_of: SectorOf | None = None) -> Fund:
    """The fund of a stored snapshot. `sector_of` returns the sector of a holding, or None if it is not known."""
    safe = checked(snapshot["holdings"])
    return assembled(head_of(snapshot, safe), safe.holdings, by, sector_of)


def head_of(snapshot: Mapping[str, Any], safe: CheckedHoldings) -> Head:
    """What holds for the fund of a stored snapshot; `safe` are its checked holdings."""
    complete = snapshot["quality"]["complete"]
    flaw = Reason.WEIGHT_IMPOSSIBLE if safe.impossible else _flaw(snapshot, safe.holdings)
    return Head(
        symbol=snapshot["symbol"],
        name=snapshot["name"],
        holdings_as_of=snapshot["holdings_as_of"],
        complete=complete,
        reported=snapshot["totals"]["reported"],
        summary=snapshot["summary"],
        flaw=flaw,
        warnings=_warnings(snapshot, safe),
        unlisted=NOTHING_UNLISTED if flaw or complete else _unlisted(snapshot, safe.holdings),
        nothing_implied=safe.missing,
    )


def assembled(head: Head, holdings: list[Holding], by: By, sector_of: SectorOf | None) -> Fund:
    """The fund of these lines, which `weights.checked` has seen."""
    countable = [holding for holding in holdings if holding["asset_class"] in COUNTED_CLASSES]
    told = keyed_holdings(countable, by, head.symbol, _day(head.holdings_as_of))
    keyed = list(zip(told.keys, countable, strict=True))
    securities = _securities(keyed, told.evidence, sector_of)
    counted = [(key, holding, weight) for key, holding in keyed if (weight := counted_pct(holding)) > 0]
    weights = _weights(counted)
    other = [holding for holding in holdings if holding["asset_class"] not in COUNTED_CLASSES]
    classes = [(holding["asset_class"], weight) for _, holding, weight in counted]
    return Fund(
        symbol=head.symbol,
        name=head.name,
        by=by,
        holdings_as_of=head.holdings_as_of,
        complete=head.complete,
        reported=head.reported,
        summary=_quote(head.summary),
        listed=_listed(holdings, countable, other),
        weights=weights,
        held_funds=tuple(key for key in weights if securities[key].asset_class == "etf"),
        securities=securities,
        holdings=_by_key(keyed),
        classes=_groups([*classes, *((holding["asset_class"], holding["weight_pct"] or 0.0) for holding in other)]),
        sectors=_groups(
            [(securities[key].sector, weight) for key, _, weight in counted if securities[key].asset_class != "etf"]
        ),
        total=math.fsum(weights.values()),
        sum_of_squares=math.fsum(weight * weight for weight in weights.values()),
        unlisted=head.unlisted,
        flaw=head.flaw,
        warnings=head.warnings,
        nothing_implied=head.nothing_implied,
        unlisted_classes=_unlisted_classes(keyed) if by == "issuer" else {},
        pools=told.pools,
        has_isins=any(line.isin for line in told.evidence),
    )


def dates_of(funds: Sequence[Fund]) -> dict[str, Any]:
    """The holdings date of each fund, and the days between the oldest and the newest."""
    try:
        days = [date.fromisoformat(fund.holdings_as_of) for fund in funds]
        lag: Any = (max(days) - min(days)).days if days else 0
    except ValueError:
        lag = Missing(Reason.DATE_UNREADABLE)
    return {"holdings_as_of": {fund.symbol: fund.holdings_as_of for fund in funds}, "lag_days": lag}


def assumptions_of(funds: Sequence[Fund]) -> list[str]:
    """What bounds over these funds rest on; empty if nothing is unlisted."""
    partial = [fund for fund in funds if fund.unlisted.weight]
    if not partial:
        return []
    capped = [fund for fund in partial if fund.unlisted.capped]
    counted = [fund for fund in partial if not fund.unlisted.capped and not math.isinf(fund.unlisted.weight)]
    rounded = any(fund.unlisted.largest == ROUNDED_BELOW_PCT / 100.0 for fund in partial)
    reads_zero = f", or than {ROUNDED_BELOW_PCT:g} % where that reads 0.00" if rounded else ""
    return [
        *_assumption(f"weights above 0 total at most {MOST_PCT:g} %", capped, partial),
        *_assumption("no more lines are unlisted than the portal reports", counted, partial),
        "no unlisted line repeats a listed security or another unlisted line",
        f"no unlisted line weighs more than the smallest listed one{reads_zero}",
    ]


def _assumption(text: str, funds: Sequence[Fund], partial: Sequence[Fund]) -> list[str]:
    """The assumption, with the funds that it is made of where it is not made of all."""
    if not funds:
        return []
    named = "" if len(funds) == len(partial) else f" ({', '.join(fund.symbol for fund in funds)})"
    return [text + named]


def flaws_of(funds: Sequence[Fund]) -> dict[str, str]:
    """By symbol: what is wrong with the fund's list, whether it leaves figures or not; several codes with commas."""
    found = {}
    for fund in funds:
        codes = dict.fromkeys([*([fund.flaw] if fund.flaw else []), *fund.warnings])
        if codes:
            found[fund.symbol] = ", ".join(codes)
    return found


def _warnings(snapshot: Mapping[str, Any], safe: CheckedHoldings) -> tuple[Code, ...]:
    issues = {issue["code"] for issue in snapshot["quality"]["issues"]}
    return (
        *(code for code in _CARRIED if code in issues),
        *([IssueCode.IMPLIED_WEIGHT_TOO_LARGE] if safe.implied_too_large else []),
        *([Reason.WEIGHT_IMPOSSIBLE] if safe.too_small else []),
    )


def _quote(summary: Mapping[str, Any]) -> Mapping[str, Any]:
    """The quote without prices that no share can have."""
    prices = {name: summary[name] for name in ("last_price", "bid", "ask")}
    impossible = {name: None for name, price in prices.items() if price is not None and not 0 <= price <= _MOST_PRICE}
    return {**summary, **impossible} if impossible else summary


def _weights(counted: list[tuple[str, Holding, float]]) -> dict[str, float]:
    parts: dict[str, list[float]] = {}
    for key, _, weight in counted:
        parts.setdefault(key, []).append(weight)
    weights = [(key, math.fsum(values) / 100.0) for key, values in parts.items()]
    return dict(sorted(weights, key=lambda entry: (-entry[1], entry[0])))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _securities(
    keyed: list[tuple[str, Holding]], evidence: list[Evidence], sector_of: SectorOf | None
) -> dict[str, Security]:
    found: dict[str, Security] = {}
    for (key, holding), line in zip(keyed, evidence, strict=True):
        if key not in found:
            sector = (sector_of(holding) if sector_of else None) or UNCLASSIFIED
            found[key] = security_of(key, holding, line, sector)
        elif found[key].price is None and line.price is not None and not line.is_bond:
            found[key] = found[key]._replace(evidence=line, price=line.price)
    return found


def _by_key(keyed: list[tuple[str, Holding]]) -> dict[str, tuple[Holding, ...]]:
    found: dict[str, list[Holding]] = {}
    for key, holding in keyed:
        found.setdefault(key, []).append(holding)
    return {key: tuple(holdings) for key, holdings in found.items()}


def _groups(named: list[tuple[str, float]]) -> dict[str, Group]:
    """By name: the weights in per cent, added up."""
    parts: dict[str, list[float]] = {}
    for name, weight in named:
        parts.setdefault(name, []).append(weight)
    return {name: Group(math.fsum(values) / 100.0, len(values)) for name, values in parts.items()}


def _listed(holdings: list[Holding], countable: list[Holding], other: list[Holding]) -> Listed:
    valued = [holding for holding in holdings if holding["market_value_usd"] is not None]
    excluded = [holding for holding in countable if counted_pct(holding) <= 0]
    return Listed(
        rows=len(holdings),
        counted=len(countable) - len(excluded),
        implied=sum(map(is_implied, countable)),
        zero=sum(holding["weight_pct"] == 0 for holding in excluded),
        contracts=_sum([holding for holding in other if holding["asset_class"] == "derivative"], absolute=True),
        net=_sum(holdings),
        gross=_sum(holdings, absolute=True),
        excluded=_sum([*excluded, *other]),
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
    issues = {issue["code"] for issue in snapshot["quality"]["issues"]}
    if IssueCode.SLIPPED_BETWEEN_PAGES in issues:
        return Reason.SLIPPED_BETWEEN_PAGES
    if IssueCode.MISCELLANEOUS_SECURITIES in issues:
        return Reason.UNDISCLOSED_SECURITIES
    known = [holding["weight_pct"] for holding in holdings if holding["weight_pct"] is not None]
    if not known:
        return Reason.NO_LINES
    rising = any(after > before for before, after in itertools.pairwise(known))
    return Reason.ORDER_BROKEN if rising and snapshot["totals"]["reported"] != len(holdings) else None


def _unlisted(snapshot: Mapping[str, Any], holdings: list[Holding]) -> Unlisted:
    """Upper limits for what a partial list leaves out: rows come sorted by weight, so the last one is the smallest."""
    known = [holding["weight_pct"] for holding in holdings if holding["weight_pct"] is not None]
    reported, smallest = snapshot["totals"]["reported"], min(known)
    # If fewer are reported than listed, or more than any fund has, the total is wrong, so it is not known.
    known_total = reported is not None and len(holdings) <= reported <= _MOST_LINES
    more = reported - len(holdings) if known_total else math.inf
    if not more or smallest < 0:
        return NOTHING_UNLISTED
    # The order is that of the given weights; one that reads 0.00 can be up to 0.005 %.
    largest = smallest or ROUNDED_BELOW_PCT
    most, capped = more * largest, False
    # Unlisted derivatives, and cash without a weight, can be negative: then the sum has no limit. And a list that
    # weighs more than the limit shows that the limit does not apply to this fund.
    room = MOST_PCT - math.fsum(known)
    if room >= 0 and len(known) == len(holdings) and all(row["asset_class"] != "derivative" for row in holdings):
        most, capped = min(most, room), room < most
    return Unlisted(most / 100.0, largest / 100.0, more, capped) if most > _NOTHING_PCT else NOTHING_UNLISTED


def _unlisted_classes(keyed: list[tuple[str, Holding]]) -> dict[str, int]:
    listed = {holding["symbol"] for key, holding in keyed if key in SIBLINGS}
    return {issuer: len(symbols - listed) for issuer, symbols in SIBLINGS.items()}
