"""The two funds of a portfolio that hold most of the same securities, and what the portfolio is without either one."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from etf_analytics.cost import known_cost
from etf_analytics.exposures import Exposures
from etf_analytics.lookthrough import LookedThroughPortfolio
from etf_analytics.marginal import without
from etf_analytics.rendering import Bounds, Missing, between, percent, points, rendered
from etf_common.codes import Reason

LARGEST = 5
"""So many of the largest securities are shown of what is left."""
Pair = tuple[str, str]


def doubling(
    whole: LookedThroughPortfolio, expense_ratio_pct: Mapping[str, float | None], marginal: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | Missing:
    """The pair of funds that doubles most, or why there is none.

    `doubled_pct` is the part of the portfolio that both funds hold: the sum over their common securities of the smaller
    weight in the portfolio. `overlap_pct` is the same in per cent of the funds. Funds inside the funds are opened.
    `without` has the portfolio without each of the two, the rest scaled up to 100 %; `change` is that fund's `remove`
    in `marginal`, the rows of the whole answer.
    """
    pair = most_doubled(whole)
    if isinstance(pair, Missing):
        return pair
    shown = _figures(whole, pair)
    rests = [_rest(whole, symbol, expense_ratio_pct) for symbol in pair]
    if whole.other_reading is not None:
        other = whole.other_reading[0]
        shown = between(shown, _figures(other, pair))
        rests = [
            between(rest, _rest(other, symbol, expense_ratio_pct)) for rest, symbol in zip(rests, pair, strict=True)
        ]
    removals = {row["symbol"]: row for row in marginal}
    return {
        **shown,
        "without": [
            # Lists of securities show the doubtful ones apart.
            {**rest, "largest": _largest(whole, rest["symbol"]), **_change(removals[rest["symbol"]], rest["reasons"])}
            for rest in rests
        ],
    }


def most_doubled(whole: LookedThroughPortfolio) -> Pair | Missing:
    """The two funds whose common securities weigh most in the portfolio, as far as they are listed."""
    if whole.exposures.flaw:
        return Missing(whole.exposures.flaw)
    shares = {position.symbol: position.weight for position in whole.positions if position.symbol in whole.opened}
    if len(shares) < 2:
        return Missing(Reason.ONE_FUND)
    scaled = {
        symbol: {key: share * weight for key, weight in whole.opened[symbol].weights().items()}
        for symbol, share in shares.items()
    }
    totals = {symbol: math.fsum(weights.values()) for symbol, weights in scaled.items()}
    best, most = None, 0.0
    # The heaviest pairs first, since none doubles more than the lighter of the two weighs.
    for one, other in combinations(sorted(scaled, key=lambda symbol: (-totals[symbol], symbol)), 2):
        if totals[other] > most and (shared := _listed_in_both(scaled[one], scaled[other])) > most:
            best, most = (one, other), shared
    if best is None:
        return Missing(Reason.NOTHING_IN_COMMON)
    first, second = (symbol for symbol in shares if symbol in best)
    return first, second


def _figures(whole: LookedThroughPortfolio, pair: Pair) -> dict[str, Any]:
    one, other = (whole.alone(symbol) for symbol in pair)
    shares = {position.symbol: position.weight for position in whole.positions}
    return rendered(
        {
            "symbols": list(pair),
            "overlap_pct": percent(*_shared(one, 1.0, other, 1.0)),
            "doubled_pct": percent(*_shared(one, shares[pair[0]], other, shares[pair[1]])),
        }
    )


def _listed_in_both(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    # Loops in C: a portfolio of many funds has thousands of pairs.
    common = one.keys() & other.keys()
    return math.fsum(map(min, map(one.__getitem__, common), map(other.__getitem__, common)))


def _shared(a: Exposures, scale_a: float, b: Exposures, scale_b: float) -> Bounds:
    """The sum of the smaller weights: of two single funds what `overlap` has, and the same of funds of funds."""
    weights_a = {key: scale_a * weight for key, weight in a.weights.items()}
    weights_b = {key: scale_b * weight for key, weight in b.weights.items()}
    low = _listed_in_both(weights_a, weights_b)
    room_a, room_b = scale_a * a.unlisted, scale_b * b.unlisted
    gain_a, gain_b = _reach(a, scale_a, weights_a, weights_b), _reach(b, scale_b, weights_b, weights_a)
    most = min(
        low + min(room_a + min(gain_b, room_b), room_b + min(gain_a, room_a)),
        math.fsum(weights_a.values()) + room_a,
        math.fsum(weights_b.values()) + room_b,
    )
    return low, max(low, most)


def _reach(hidden: Exposures, scale: float, own: Mapping[str, float], listed: Mapping[str, float]) -> float:
    """How much more of the `listed` weights of another fund the unlisted lines of `hidden` can match."""
    if not hidden.partial:
        return 0.0
    ceilings = Exposures(listed, hidden.opened).ceilings
    return math.fsum(min(max(0.0, listed[key] - own.get(key, 0.0)), scale * most) for key, most in ceilings.items())


def _rest(whole: LookedThroughPortfolio, symbol: str, ratios: Mapping[str, float | None]) -> dict[str, Any]:
    """The figures of the portfolio without one of its funds."""
    less = _without(whole, symbol)
    cost = known_cost(less, ratios)
    return rendered(
        {
            "symbol": symbol,
            "top_10_pct": percent(*less.exposures.top(10)),
            "hhi_points": points(*less.exposures.hhi()),
            "expense_ratio_pct": percent(cost.expenses) if cost.whole else Missing(Reason.EXPENSE_RATIO_UNKNOWN),
        }
    )


def _largest(whole: LookedThroughPortfolio, symbol: str) -> list[dict[str, Any]]:
    less = _without(whole, symbol)
    exposures, rows = less.exposures, []
    for key, low in exposures.ranked[:LARGEST]:
        security, high = less.security(key), low + exposures.ceilings.get(key, 0.0)
        rows.append({"symbol": security.symbol, "name": security.name, "weight_pct": percent(low, high)})
    return rows


def _change(row: Mapping[str, Any], reasons: Mapping[str, str]) -> dict[str, Any]:
    """What removing the fund changes, and why figures of the rest or of this are null."""
    removed = {
        f"change.{path.removeprefix('remove.')}": why
        for path, why in row["reasons"].items()
        if path.startswith("remove.")
    }
    return {"change": row["remove"], "reasons": {**reasons, **removed}}


def _without(whole: LookedThroughPortfolio, symbol: str) -> LookedThroughPortfolio:
    removed = next(position for position in whole.positions if position.symbol == symbol)
    return whole.reweighted(without(whole.positions, removed))
