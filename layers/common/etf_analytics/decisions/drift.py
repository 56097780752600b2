"""How far the weights of a portfolio have moved between two dates by the prices of its funds alone, nothing traded."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from etf_analytics.funds import Fund, assumptions_of, dates_of, flaws_of
from etf_analytics.lookthrough import CheckSecurities, LookedThroughPortfolio, Position, look_through_dates
from etf_analytics.matching.keys import slot_of
from etf_analytics.rendering import Missing, Shown, percent, ratio, rendered, usd
from etf_analytics.two_dates.closing_quotes import Closes
from etf_analytics.two_dates.portfolio_changes import MatchedDates
from etf_common.codes import Reason

# What the prices of a fund's own lines leave of its quote's change: a split 3 for 2 leaves a third less.
_UNEXPLAINED = 0.75
# So much of the list must have prices on both dates to tell a split; without it, only this change is no market's.
_LEAST_PRICED, _MOST_GROWTH = 0.5, 5 / 3
_CHEAPEST, _DEAREST = 1e-6, 1e9
Row = dict[str, Any]
Number = float | Missing


@dataclass(frozen=True)
class Purchase:
    """A position as it was on the first date: `amount` in USD or as a proportion, and `shares`; both add up."""

    symbol: str
    amount: float = 0.0
    shares: float = 0.0


@dataclass(frozen=True)
class Quoted:
    """The days whose closing quotes value the positions, and the quotes of each fund."""

    days: tuple[date, date]
    closes: Mapping[str, Closes]

    def price(self, symbol: str, day: date) -> Number:
        """The closing price of a position on one of the days, USD."""
        if symbol not in self.closes:
            return Missing(Reason.NO_QUOTE_OF_SECURITY)
        price = self.closes[symbol].get(day, Missing(Reason.NO_QUOTE_OF_DATE))
        # No share costs more or less: such a quote is wrong, and its products would leave what a number can hold.
        return price if isinstance(price, Missing) or _CHEAPEST <= price <= _DEAREST else Missing(Reason.NOT_FINITE)


@dataclass(frozen=True)
class _Valued:
    """A position with its prices, its values in USD or as proportions, and its growth; each may be unknown."""

    symbol: str
    prices: tuple[Number, Number]
    growth: Number
    values: tuple[Number, Number]


def portfolio_drift(
    purchases: Sequence[Purchase],
    lists: tuple[Mapping[str, Fund], Mapping[str, Fund]],
    quoted: Quoted,
    *,
    in_usd: bool,
    targets: Mapping[str, float] | None = None,
    names: Mapping[str, str | None] | None = None,
    check_securities: CheckSecurities | None = None,
) -> Row:
    """The weight of each position and of each security on both dates, and how far it moved.

    `lists` are the funds by symbol on both dates, as `portfolio_changes` takes them; `in_usd` says whether amounts are
    USD. `targets` are in per cent; one that is not held has its name in `names`. A position without a price leaves all
    weights of that date unknown. Raises ValueError for a position that is neither a fund here nor a security of one.
    """
    before, after = lists
    shared = [symbol for symbol in before if symbol in after]
    alike = [Position(held.symbol, 1.0 / len(purchases), None) for held in purchases]
    one, other = ({symbol: funds[symbol] for symbol in shared} for funds in lists)
    first, second = look_through_dates(alike, one, other, check_securities)
    valued = [_valued(held, first, second, quoted) for held in purchases]
    weights = [_weights([each.values[when] for each in valued]) for when in (0, 1)]
    head = {
        **_totals(valued, weights, in_usd=in_usd),
        **({} if None not in weights else {"securities": Missing(Reason.POSITION_UNPRICED)}),
    }
    matched = None
    if weights[0] and weights[1]:
        pair = [
            whole.reweighted([replace(held, weight=weight) for held, weight in zip(alike, known, strict=True)])
            for whole, known in zip((first, second), weights, strict=True)
            if known
        ]
        first, second = pair
        matched = MatchedDates(first, second)
        if flaw := first.exposures.flaw or second.exposures.flaw:
            head["securities"] = Missing(flaw)
    told = [_told(whole) for whole in (first, second)]
    return {
        "by": first.by,
        "closes_of": {"from": quoted.days[0].isoformat(), "to": quoted.days[1].isoformat()},
        "holdings_as_of": {"from": told[0]["dates"], "to": told[1]["dates"]},
        "complete": all(part.fund.complete for whole in (first, second) for part in whole.exposures.opened),
        "positions": [
            *_rows(valued, weights, (first, second), in_usd=in_usd, targets=targets),
            *_not_held(targets or {}, purchases, names or {}, in_usd=in_usd),
        ],
        "securities": [_security(row) for row in matched.rows()] if matched and "securities" not in head else None,
        **rendered(head),
        "assumptions": [*dict.fromkeys(text for each in told for text in each["assumptions"])],
        "doubts": matched.doubts if matched else [],
        "flaws": {"from": told[0]["flaws"], "to": told[1]["flaws"]},
    }


def _told(whole: LookedThroughPortfolio) -> dict[str, Any]:
    inside = [part.fund for part in whole.exposures.opened]
    dates = dates_of(inside)["holdings_as_of"]
    return {"dates": dates, "assumptions": assumptions_of(inside), "flaws": flaws_of(inside)}


def _valued(held: Purchase, first: LookedThroughPortfolio, second: LookedThroughPortfolio, quoted: Quoted) -> _Valued:
    start, end = quoted.days
    before, after = (quoted.price(held.symbol, day) for day in (start, end))
    growth: Number = 1.0
    if start != end:
        growth = _growth(before, after, first.funds.get(held.symbol), second.funds.get(held.symbol))
    value: Number = held.amount
    if held.shares:
        value = before if isinstance(before, Missing) else held.amount + held.shares * before
    later = growth if isinstance(growth, Missing) else value if isinstance(value, Missing) else value * growth
    return _Valued(held.symbol, (before, after), growth, (value, later))


def _growth(before: Number, after: Number, first: Fund | None, second: Fund | None) -> Number:
    """The later price / the earlier one; unknown where the fund's own shares may have been split."""
    if isinstance(before, Missing):
        return before
    if isinstance(after, Missing):
        return after
    growth = after / before
    market = _growth_of_lines(first, second) if first and second else None
    if market is None:
        suspected = not 1 / _MOST_GROWTH < growth < _MOST_GROWTH
    else:
        suspected = not _UNEXPLAINED < growth / market < 1 / _UNEXPLAINED
    return Missing(Reason.FUND_SPLIT_SUSPECTED) if suspected else growth


def _growth_of_lines(first: Fund, second: Fund) -> float | None:
    """What the prices of the fund's own lines did to it; None where too few have one on both dates."""
    # By slot: a price that jumped makes another security of a line, and here jumps are what is looked for.
    later = {slot_of(key): security.price for key, security in second.securities.items() if security.price}
    priced = []
    for key, weight in first.weights.items():
        before, after = first.securities[key].price, later.get(slot_of(key))
        if before and after:
            priced.append((weight, after / before))
    covered = math.fsum(weight for weight, _ in priced)
    if covered < _LEAST_PRICED * first.total or not covered:
        return None
    return math.fsum(weight * growth for weight, growth in priced) / covered


def _weights(values: Sequence[Number]) -> list[float] | None:
    """The part of each position in the whole; None where a value is not known."""
    known = [value for value in values if not isinstance(value, Missing)]
    total = math.fsum(known)
    if len(known) < len(values) or not 0 < total < math.inf:
        return None
    return [value / total for value in known]


def _totals(valued: Sequence[_Valued], weights: Sequence[list[float] | None], *, in_usd: bool) -> dict[str, Any]:
    """The value of all positions on both dates, what it returned, and how much was moved between positions."""
    totals: list[Number] = [
        Missing(Reason.POSITION_UNPRICED)
        if weights[when] is None
        else math.fsum(value for each in valued if not isinstance(value := each.values[when], Missing))
        for when in (0, 1)
    ]
    start, end = totals
    unknown = start if isinstance(start, Missing) else end if isinstance(end, Missing) else None
    moved: Shown = Missing(Reason.POSITION_UNPRICED)
    if weights[0] and weights[1]:
        moved = percent(math.fsum(abs(one - other) for one, other in zip(*weights, strict=True)) / 2)
    return {
        "value_from_usd": _usd(start, in_usd=in_usd),
        "value_to_usd": _usd(end, in_usd=in_usd),
        "return_pct": unknown or percent(_known(end) / _known(start) - 1),
        "moved_pct": moved,
    }


def _rows(
    valued: Sequence[_Valued],
    weights: Sequence[list[float] | None],
    pair: tuple[LookedThroughPortfolio, LookedThroughPortfolio],
    *,
    in_usd: bool,
    targets: Mapping[str, float] | None,
) -> list[Row]:
    rows = []
    for place, each in enumerate(valued):
        start, end = (_weight(each, known, place, when) for when, known in enumerate(weights))
        unknown = start if isinstance(start, Missing) else end if isinstance(end, Missing) else None
        is_open = each.symbol in pair[1].opened
        described = pair[1].funds[each.symbol] if is_open else pair[1].direct[each.symbol]
        row = {
            "symbol": each.symbol,
            "name": described.name,
            "kind": "fund" if each.symbol in pair[1].fund_symbols else "security",
            "weight_from_pct": _percent(start),
            "weight_to_pct": _percent(end),
            "drift_pct": unknown or percent(_known(end) - _known(start)),
            "return_pct": each.growth if isinstance(each.growth, Missing) else percent(each.growth - 1.0),
            "price_from_usd": _price(each.prices[0]),
            "price_to_usd": _price(each.prices[1]),
            "value_from_usd": _usd(each.values[0], in_usd=in_usd),
            "value_to_usd": _usd(each.values[1], in_usd=in_usd),
        }
        if targets is not None:
            row |= _target(targets.get(each.symbol), end)
        rows.append(rendered(row))
    return rows


def _target(target: float | None, weight: Number) -> dict[str, Shown]:
    if target is None:
        return dict.fromkeys(("target_pct", "from_target_pct"), Missing(Reason.NO_TARGET))
    apart = weight if isinstance(weight, Missing) else percent(weight - target / 100.0)
    return {"target_pct": ratio(target), "from_target_pct": apart}


def _not_held(
    targets: Mapping[str, float], purchases: Sequence[Purchase], names: Mapping[str, str | None], *, in_usd: bool
) -> list[Row]:
    """The targets that no position meets at all: all that is missing of them is to be bought."""
    held = {purchase.symbol for purchase in purchases}
    nothing = dict.fromkeys(("return_pct", "price_from_usd", "price_to_usd"), Missing(Reason.NOT_A_POSITION))
    return [
        rendered(
            {
                "symbol": symbol,
                "name": names.get(symbol),
                "kind": "fund",
                **dict.fromkeys(("weight_from_pct", "weight_to_pct", "drift_pct"), 0.0),
                **nothing,
                **dict.fromkeys(("value_from_usd", "value_to_usd"), _usd(0.0, in_usd=in_usd)),
                "target_pct": ratio(target),
                "from_target_pct": percent(-target / 100.0),
            }
        )
        for symbol, target in targets.items()
        if symbol not in held
    ]


def _security(row: Row) -> Row:
    """A row of a security whose weight changed, under the names of a drift."""
    reasons = {name.replace("change_pct", "drift_pct"): why for name, why in row.get("reasons", {}).items()}
    kept = {name: value for name, value in row.items() if name not in ("change_pct", "reasons")}
    return {**kept, "drift_pct": row["change_pct"], "reasons": reasons}


def _weight(each: _Valued, known: list[float] | None, place: int, when: int) -> Number:
    value = each.values[when]
    if known is not None:
        return known[place]
    return value if isinstance(value, Missing) else Missing(Reason.POSITION_UNPRICED)


def _percent(weight: Number) -> Shown:
    return weight if isinstance(weight, Missing) else percent(weight)


def _price(price: Number) -> Shown:
    return price if isinstance(price, Missing) else ratio(price)


def _usd(value: Number, *, in_usd: bool) -> Shown:
    if not in_usd:
        return Missing(Reason.VALUE_UNKNOWN)
    return value if isinstance(value, Missing) else usd(value)


def _known(number: Number) -> float:
    assert not isinstance(number, Missing)  # noqa: S101 - for the type checker
    return number
