"""How a fund or a portfolio leans towards the holdings of reference funds, and how much more than the market does.

The weight in a reference is what the fund weighs in the securities that the reference lists (the coverage of an
overlap); the tilt is that minus the same of the market fund. Each fund is compared with each reference by itself, as
`overlap` compares two: what a third fund says of a security does not matter.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from etf_analytics.exposures import Exposures
from etf_analytics.funds import Fund, Unlisted, assumptions_of, flaws_of
from etf_analytics.identity import read
from etf_analytics.lookthrough import LookedThroughPortfolio, Position, look_through_beside
from etf_analytics.overlap import Listing, coverage_bounds, overlap_bounds
from etf_analytics.rendering import Bounds, Missing, change, percent, rendered
from etf_common.codes import Reason

NOTE = (
    "a factor is what its reference fund holds, and nothing else: no returns are regressed and no company is measured, "
    "so a tilt does not say that the fund behaves like the reference; where a figure has bounds, the tilt takes the "
    "fund and the market at opposite ends"
)


class Within(NamedTuple):
    """What a fund has in common with a reference, as fractions."""

    weight: Bounds
    """Of the fund, in securities that the reference lists."""
    overlap: Bounds
    doubts: Sequence[Mapping[str, Any]] = ()
    """What may be one security or several in the two."""


Found = Within | Reason
"""What there is in common, or why that is not known."""


@dataclass(frozen=True, eq=False)
class References:
    """The reference funds of a config, prepared with the same `by`."""

    market: str | None
    """The symbol of the market fund; None where no references are configured."""
    by_factor: Mapping[str, str]
    """The factors, and the symbols of their references."""
    funds: Mapping[str, Fund]
    """By symbol: those that have a list, the market among them."""
    damaged: frozenset[str] = frozenset()
    """The symbols of those whose list cannot be read."""

    @property
    def of_factors(self) -> list[Fund]:
        """The references that have a list, without the market."""
        return [self.funds[symbol] for symbol in self.by_factor.values() if symbol in self.funds]

    @cached_property
    def market_within(self) -> Mapping[str, Found]:
        """By symbol of a reference: what the market fund has in common with it."""
        market = self.funds.get(self.market or "")
        return {symbol: self._market_in(market, symbol) for symbol in self.by_factor.values()}

    def _market_in(self, market: Fund | None, symbol: str) -> Found:
        if market is None:
            return Reason.REFERENCE_DAMAGED if self.market in self.damaged else Reason.MARKET_NOT_THERE
        return within(market, self.funds[symbol]) if symbol in self.funds else self.why_missing(symbol)

    def why_missing(self, symbol: str) -> Reason:
        """Why a reference has no list here."""
        return Reason.REFERENCE_DAMAGED if symbol in self.damaged else Reason.REFERENCE_NOT_THERE


def within(fund: Fund, reference: Fund) -> Found:
    """What a fund has in common with a reference; where lines are in doubt, by the lower and the higher reading."""
    if flaw := fund.flaw or reference.flaw:
        return flaw
    if is_same(fund, reference):
        whole = fund.total, fund.total + fund.unlisted.weight
        return Within(whole, whole)
    readings = read([fund, reference])
    found = _compared(*readings.funds)
    merged = readings.merged((0, 1), weights_only=True)
    return found if merged is None else _either(found, _compared(*merged.funds), readings.described())


def is_same(fund: Fund, other: Fund) -> bool:
    """Whether two are one and the same list of one fund: then nothing about them is unknown to the other."""
    return fund is other or (fund.symbol == other.symbol and fund.weights == other.weights)


def tilt(weight: Bounds | Reason, market: Bounds | Reason, *, is_market: bool = False) -> Bounds | Reason:
    """How much more a fund weighs in a reference than the market does. `is_market`: the two are the same list."""
    if isinstance(weight, Reason):
        return weight
    if isinstance(market, Reason):
        return market
    return (0.0, 0.0) if is_market else change(weight, market)


def fund_factors(fund: Fund, references: References) -> dict[str, Any]:
    """The weight of a fund in each reference, its overlap with it, and its tilt against the market fund.

    Funds that it holds stay closed, as in an overlap.
    """
    market = references.funds.get(references.market or "")
    found = {reference.symbol: within(fund, reference) for reference in references.of_factors}
    compared = [other for other in references.funds.values() if not is_same(fund, other)]
    head = {
        "symbol": fund.symbol,
        "market": references.market,
        "by": fund.by,
        "holdings_as_of": fund.holdings_as_of,
        "complete": fund.complete,
    }
    is_market = market is not None and is_same(fund, market)
    return {**head, **_answer(references, found, [fund, *compared], is_market=is_market)}


def portfolio_factors(
    positions: Sequence[Position], funds: Mapping[str, Fund], references: References
) -> dict[str, Any]:
    """The same of a portfolio that is looked through; `analyze_portfolio` must have taken it."""
    if not references.funds:
        return {"market": references.market, **_answer(references, {}, [], is_market=False)}
    others = [*references.funds.values()]
    whole, places = look_through_beside(positions, funds, others)
    beside = _Beside(whole, dict(zip(references.funds, places, strict=True)))
    market = references.funds.get(references.market or "")
    found = {reference.symbol: beside.within(reference) for reference in references.of_factors}
    opened = {part.fund.symbol: part.fund for part in whole.exposures.opened}
    compared = [other for other in others if other.symbol not in opened]
    is_market = market is not None and beside.is_only(market)
    answer = _answer(references, found, [*opened.values(), *compared], is_market=is_market)
    return {"market": references.market, **answer}


def _answer(
    references: References, found: Mapping[str, Found], funds: Sequence[Fund], *, is_market: bool
) -> dict[str, Any]:
    """The rows, and what they rest on. `found` by symbol of those references that have a list."""
    missing = {} if references.market else dict.fromkeys(("market", "factors"), Reason.FACTORS_NOT_CONFIGURED)
    rows = [_row(references, factor, found, is_market=is_market) for factor in references.by_factor]
    return {
        "factors": rows,
        "note": NOTE,
        "assumptions": assumptions_of(funds),
        "doubts": _together([*found.values(), *references.market_within.values()]),
        "flaws": flaws_of(funds),
        "reasons": missing,
    }


def _row(references: References, factor: str, found: Mapping[str, Found], *, is_market: bool) -> dict[str, Any]:
    symbol = references.by_factor[factor]
    reference, market = references.funds.get(symbol), references.market_within[symbol]
    own = found.get(symbol, references.why_missing(symbol))
    leans = tilt(_weight(own), _weight(market), is_market=is_market)
    return rendered(
        {
            "factor": factor,
            "reference": symbol,
            "reference_as_of": reference.holdings_as_of if reference else Missing(references.why_missing(symbol)),
            "in_reference_pct": Missing(own) if isinstance(own, Reason) else percent(*own.weight),
            "market_in_reference_pct": Missing(market) if isinstance(market, Reason) else percent(*market.weight),
            "overlap_pct": Missing(own) if isinstance(own, Reason) else percent(*own.overlap),
            "tilt_pct": Missing(leans) if isinstance(leans, Reason) else percent(*leans),
        }
    )


def _weight(found: Found) -> Bounds | Reason:
    return found if isinstance(found, Reason) else found.weight


def _together(found: Sequence[Found]) -> list[dict[str, Any]]:
    """All that is in doubt, each once, with the funds that list any of it."""
    known: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in found:
        for doubt in () if isinstance(one, Reason) else one.doubts:
            told = known.setdefault((doubt["symbol"], *doubt["names"], doubt["why"]), {**doubt, "funds": []})
            told["funds"] = [*dict.fromkeys((*told["funds"], *doubt["funds"]))]
    return [*known.values()]


def _compared(one: Listing, reference: Listing) -> Within:
    return Within(coverage_bounds(one, reference), overlap_bounds(one, reference))


def _either(one: Within, other: Within, doubts: Sequence[Mapping[str, Any]]) -> Within:
    (low, high), (least, most) = one.weight, other.weight
    (low_shared, high_shared), (least_shared, most_shared) = one.overlap, other.overlap
    shared = min(low_shared, least_shared), max(high_shared, most_shared)
    return Within((min(low, least), max(high, most)), shared, doubts)


@dataclass(frozen=True, eq=False)
class _Exposed:
    """Exposures as an overlap sees a fund."""

    exposures: Exposures

    @cached_property
    def weights(self) -> Mapping[str, float]:
        return dict(self.exposures.ranked)

    @property
    def total(self) -> float:
        return self.exposures.total

    @cached_property
    def unlisted(self) -> Unlisted:
        largest = math.fsum(share * fund.unlisted.largest for share, fund in self.exposures.partial)
        return Unlisted(self.exposures.unlisted, largest, self.exposures.unlisted_count, capped=False)

    def unlisted_ceiling(self, key: str) -> float:
        return self.exposures.ceiling(key)


@dataclass(frozen=True, eq=False)
class _Beside:
    """A portfolio that is looked through, read together with the references, whose places it has by symbol."""

    whole: LookedThroughPortfolio
    places: Mapping[str, int]

    def is_only(self, fund: Fund) -> bool:
        """Whether the portfolio is this fund and nothing else."""
        opened = self.whole.exposures.opened
        return len(self.whole.positions) == len(opened) == 1 and is_same(opened[0].fund, self._read(fund))

    def within(self, reference: Fund) -> Found:
        """What the portfolio has in common with a reference."""
        exposures = self.whole.exposures
        if flaw := exposures.flaw or reference.flaw:
            return flaw
        if self.is_only(reference):
            whole = exposures.total, exposures.total + exposures.unlisted
            return Within(whole, whole)
        found = _compared(self._exposed, self._read(reference))
        place = self.places[reference.symbol]
        other = self.whole.other_reading_beside(place)
        if other is None:
            return found
        portfolio, merged = other
        together = _compared(_Exposed(portfolio.exposures), merged.funds[-1])
        return _either(found, together, self.whole.readings.described((*self.whole.places, place)))

    @cached_property
    def _exposed(self) -> _Exposed:
        return _Exposed(self.whole.exposures)

    def _read(self, fund: Fund) -> Fund:
        return self.whole.readings.funds[self.places[fund.symbol]]
