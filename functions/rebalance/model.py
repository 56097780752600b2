"""The linear program of a problem, for HiGHS: one column for each amount, all in per cent of the total.

Per cent, and not USD, so that a thousand USD and a billion are the same numbers to the solver: it keeps each row to
1e-9 per cent, which is a cent of a billion USD. Shares are columns of whole numbers; their rows have what one is worth.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from rebalance.problem import Problem, Vector

TOLERANCE = 1e-9
"""Per cent by which the solver may miss a row."""
SLACK = 1e-8
"""Per cent by which a later step may be worse in what an earlier one has minimised: ten times the tolerance."""
INFINITE = highspy.kHighsInf
_OPTIONS: Mapping[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,  # one plan for one problem, however many cores there are
    "random_seed": 0,
    "primal_feasibility_tolerance": TOLERANCE,
    "dual_feasibility_tolerance": TOLERANCE,
    "mip_feasibility_tolerance": TOLERANCE,
    "mip_rel_gap": 0.0,
    "small_matrix_value": 1e-12,  # a cheap share of a large total is a small number, and counts
}
Terms = Mapping[int, float]
"""A sum: the factor of each column."""


class _Quiet(highspy.Highs):
    """HiGHS that prints nothing: with the callbacks, which nobody uses, it would print its name before any option."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS's name
        """None."""
        self.silent()


@dataclass(frozen=True)
class Range:
    """How much of one asset may be bought and sold, in per cent; a trade that is made is not below `least`."""

    most_bought: float
    most_sold: float
    least_bought: float = 0.0
    least_sold: float = 0.0


@dataclass(frozen=True)
class Found:
    """What minimising came to. `bound` is what no plan can be below; it is `value` unless the time was up."""

    value: float
    bound: float
    is_optimal: bool


@dataclass(frozen=True)
class Floors:
    """What the plan in fractions reaches: a plan with steps gains nothing by going below it, by selling into cash."""

    largest: float = 0.0
    sum: float = 0.0
    distance: float = 0.0


class Model:
    """Columns and rows of one problem. Steps are added by `minimise`, each after the ones before it."""

    def __init__(
        self,
        problem: Problem,
        ranges: Sequence[Range],
        *,
        most_cash: float,
        left: Callable[[], float],
        margin: float = 0.0,
        floors: Floors | None = None,
        steps: bool = False,
    ) -> None:
        """Caps are met with `margin` per cent to spare. Trades are of any size, or with `steps` in steps.

        `left` tells the seconds that remain.
        """
        self.problem, self._left = problem, left
        self._highs = _Quiet()
        for name, value in _OPTIONS.items():
            self._highs.setOptionValue(name, value)
        self._unit = problem.total_usd / 100
        self._columns = 0
        self._lows: dict[int, float] = {}
        self._is_whole = is_whole = steps and problem.whole_shares
        prices = [asset.price_usd for asset in problem.assets]
        self._worth = [price / self._unit if is_whole and price else 1.0 for price in prices]
        self._bought = [self._traded(place, ranges[place].most_bought, 0) for place in range(len(ranges))]
        self._sold = [self._traded(place, ranges[place].most_sold, 1) for place in range(len(ranges))]
        self.cash = self._column(0.0, most_cash)
        self._balance()
        self._weights = [self._weight(place) for place in range(len(ranges))]
        self._margin, self._floors = margin, floors or Floors()
        self._largest = self._column(self._floors.largest, INFINITE)
        self._excesses = self._caps(margin)
        self._sum = self._total(dict.fromkeys(self._excesses, 1.0), self._floors.sum)
        self._distances = self._targets()
        self._distance = self._total(dict.fromkeys(self._distances, 0.5), self._floors.distance)
        self._switches: dict[int, int] = {}
        self._purchases: list[int] = []
        self._fixed: dict[int, float] = {}
        if steps:
            for place, one in enumerate(ranges):
                self._switch(place, one)
        else:
            self._least(ranges)
        self.has_plan = False
        self.values: Vector = np.zeros(self._columns)

    # ---------------------------------------------------------------- columns and rows

    def _column(self, low: float, high: float, *, is_integer: bool = False) -> int:
        self._highs.addVar(low, high)
        self._columns += 1
        if low:
            self._lows[self._columns - 1] = low
        if is_integer:
            self._highs.changeColIntegrality(self._columns - 1, highspy.HighsVarType.kInteger)
        return self._columns - 1

    def _row(self, low: float, terms: Terms, high: float) -> None:
        columns = np.fromiter(terms.keys(), dtype=np.int32, count=len(terms))
        factors = np.fromiter(terms.values(), dtype=float, count=len(terms))
        self._highs.addRow(low, high, len(terms), columns, factors)

    def _total(self, terms: Terms, least: float) -> int:
        """A column that is at least a sum, and at least `least`."""
        total = self._column(least, INFINITE)
        self._row(-INFINITE, {**terms, total: -1.0}, 0.0)
        return total

    def _traded(self, place: int, most: float, side: int) -> int:
        """The column of what is bought (side 0) or sold (1) of one asset: per cent, or whole shares."""
        if not self._is_whole:
            return self._column(0.0, most)
        asset = self.problem.assets[place]
        shares = math.floor(most / self._worth[place] + 1e-9) if asset.price_usd else 0
        if side == 1:
            shares = min(shares, math.floor(asset.held_shares + 1e-9))
        return self._column(0.0, shares, is_integer=True)

    def _balance(self) -> None:
        """What is bought, and the cash left, are what is sold and the cash."""
        terms = {self.cash: 1.0}
        for bought, sold, worth in zip(self._bought, self._sold, self._worth, strict=True):
            terms |= {bought: worth, sold: -worth}
        cash = self.problem.cash_usd / self._unit
        self._row(cash, terms, cash)

    def _weight(self, place: int) -> int:
        """The weight of one asset after the trades. Caps use it, so that each has half as many numbers."""
        weight, worth = self._column(0.0, INFINITE), self._worth[place]
        held = self.problem.assets[place].current_usd / self._unit
        self._row(held, {weight: 1.0, self._bought[place]: -worth, self._sold[place]: worth}, held)
        return weight

    def _caps(self, margin: float) -> list[int]:
        """A column for the excess of each cap."""
        excesses = [self._column(0.0, INFINITE) for _ in self.problem.caps]
        for cap, excess in zip(self.problem.caps, excesses, strict=True):
            terms = {weight: factor for weight, factor in zip(self._weights, cap.coefficients, strict=True) if factor}
            self._row(-INFINITE, {excess: -1.0, **terms}, cap.at_most_pct - margin)
            self._row(-INFINITE, {excess: 1.0, self._largest: -1.0}, 0.0)
        return excesses

    def _targets(self) -> list[int]:
        """A column for the distance of each target's fund, and one for that of all that has no target."""
        if not self.problem.targets:
            return []
        distances, all_terms, all_gaps = [], dict[int, float](), 0.0
        for place, asset in enumerate(self.problem.assets):
            target = self.problem.targets.get(asset.symbol)
            if target is None:
                continue
            terms = {self._bought[place]: self._worth[place], self._sold[place]: -self._worth[place]}
            gap = target - asset.current_usd / self._unit
            distances.append(self._absolute(terms, gap))
            if self._is_whole:
                self._between_shares(distances[-1], place, gap)
            all_terms |= terms
            all_gaps += gap
        distances.append(self._absolute(all_terms, all_gaps))
        return distances

    def _absolute(self, terms: Terms, gap: float) -> int:
        """A column that is at least |sum of terms - gap|."""
        column = self._column(0.0, INFINITE)
        self._row(gap, {**terms, column: 1.0}, INFINITE)
        self._row(-INFINITE, {**terms, column: -1.0}, gap)
        return column

    def _between_shares(self, distance: int, place: int, gap: float) -> None:
        """Between two whole numbers of shares the distance is above the line of both: it keeps the search short."""
        worth = self._worth[place]
        below = math.floor(gap / worth)
        short = gap - below * worth
        slope = worth - 2 * short
        terms = {distance: 1.0, self._bought[place]: -slope, self._sold[place]: slope}
        self._row(short - below * slope, terms, INFINITE)

    def _switch(self, place: int, one: Range) -> None:
        """Columns of 0 or 1 for what a trade is or costs if it is made at all: its minimum, its fixed costs."""
        asset, least = self.problem.assets[place], self.problem.min_trade_usd / self._unit
        fixed = asset.cost_usd / self._unit
        if not least and not fixed:
            return
        both: list[int] = []
        for traded, most in ((self._bought[place], one.most_bought), (self._sold[place], one.most_sold)):
            is_possible = most > 0 and most >= least - 1e-9
            switch = self._column(0.0, 1.0 if is_possible else 0.0, is_integer=True)
            self._row(-INFINITE, {traded: self._worth[place], switch: -most}, 0.0)
            if least:
                self._row(0.0, {traded: self._worth[place], switch: -least}, INFINITE)
            self._switches[switch] = traded
            if traded == self._bought[place]:
                self._purchases.append(switch)
            both.append(switch)
            self._fixed[switch] = fixed
        self._row(-INFINITE, dict.fromkeys(both, 1.0), 1.0)

    def _least(self, ranges: Sequence[Range]) -> None:
        for bought, sold, one in zip(self._bought, self._sold, ranges, strict=True):
            if one.least_bought:
                self._highs.changeColBounds(bought, one.least_bought, one.most_bought)
            if one.least_sold:
                self._highs.changeColBounds(sold, one.least_sold, one.most_sold)

    # ---------------------------------------------------------------- what is minimised

    @property
    def goals(self) -> Sequence[int]:
        """Columns of what comes before trading: largest excess, sum of excesses, distance from the targets."""
        return (self._largest, self._sum, self._distance)

    @property
    def trading(self) -> Terms:
        """All trades and their costs, and cash that stays. Cash counts for a little more than buying for it would.

        So no plan leaves cash just to trade less.
        """
        terms: dict[int, float] = dict(self._fixed)
        dearest = 0.0
        for place, asset in enumerate(self.problem.assets):
            cost = (1 + asset.cost_pct / 100) * self._worth[place]
            terms |= {self._bought[place]: cost, self._sold[place]: cost}
            dearest = max(dearest, asset.cost_pct / 100)
        return terms | {self.cash: 1 + dearest + 1e-3}

    def minimise(self, terms: Terms, *, gap: float = 0.0, share: float = 1.0) -> Found:
        """Minimise a sum, in `share` of the time left, to within `gap` of the least."""
        costs = np.zeros(self._columns)
        costs[list(terms)] = list(terms.values())
        self._highs.changeColsCost(self._columns, np.arange(self._columns, dtype=np.int32), costs)
        # A linear program is solved faster as it is: of 200 assets and 500 caps presolving takes ten seconds.
        self._highs.setOptionValue("presolve", "choose" if self._is_mixed else "off")
        # The plan of an earlier step meets all rows, which is where the primal method begins.
        self._highs.setOptionValue("simplex_strategy", 4 if self.has_plan and not self._is_mixed else 1)
        self._highs.setOptionValue("mip_abs_gap", max(gap, 1e-9))
        # HiGHS counts the time of all programs so far, but that of each search anew.
        so_far = 0.0 if self._is_mixed else self._highs.getRunTime()
        self._highs.setOptionValue("time_limit", so_far + max(self._left() * share, 0.01))
        self._start()
        self._highs.run()
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kUnknown:
            # The primal method has lost its way, as it does at times among many caps that cannot be met.
            self._highs.clearSolver()
            self._highs.setOptionValue("simplex_strategy", 1)
            self._highs.run()
        info, status = self._highs.getInfo(), self._highs.getModelStatus()
        solution = self._highs.getSolution()
        is_optimal = status == highspy.HighsModelStatus.kOptimal
        if solution.value_valid and info.primal_solution_status == highspy.kSolutionStatusFeasible:
            self.values, self.has_plan = np.array(solution.col_value), True
        value = float(costs @ self.values)
        bound = info.mip_dual_bound if self._is_mixed else value
        return Found(value, min(value, max(bound, 0.0)), is_optimal)

    def keep(self, column: int, most: float) -> None:
        """From here on the amount of a column is at most this."""
        self._highs.changeColBounds(column, self._lows.get(column, 0.0), most + SLACK)

    def keep_cash(self, most: float, idle: float) -> None:
        """From here on the cash left is at most `most`, and at most `idle` where nothing is bought at all."""
        is_idle = self._column(0.0, 1.0, is_integer=True)
        self._row(-INFINITE, {self.cash: 1.0, is_idle: most - idle}, most + SLACK)
        for switch in self._purchases:
            self._row(-INFINITE, {is_idle: 1.0, switch: 1.0}, 1.0)
        is_bought = any(self.values[switch] > 0.5 for switch in self._purchases)
        self.values = np.append(self.values, 0.0 if is_bought else 1.0)

    @property
    def _is_mixed(self) -> bool:
        return self._is_whole or bool(self._switches)

    def _start(self) -> None:
        """Begin at the plan known so far, so that there is one however soon the time is up."""
        if self._is_mixed:
            solution = highspy.HighsSolution()
            solution.col_value = self.values.tolist()
            self._highs.setSolution(solution)

    # ---------------------------------------------------------------- plans

    def begin_with(self, net: Vector) -> None:
        """Take a plan (per cent, or shares) as the one known so far. It has to be one that the rows allow."""
        values = np.zeros(self._columns)
        values[self._bought] = np.maximum(net, 0.0)
        values[self._sold] = np.maximum(-net, 0.0)
        moved = net * np.array(self._worth)
        weights = self.problem.current / self._unit + moved
        values[self._weights] = weights
        excess = np.maximum(self.problem.coefficients @ weights - self.problem.limits + self._margin, 0.0)
        values[self.cash] = max(self.problem.cash_usd / self._unit - float(moved.sum()), 0.0)
        values[self._excesses] = excess
        values[self._largest] = max(self._floors.largest, float(excess.max(initial=0.0)))
        values[self._sum] = max(self._floors.sum, float(excess.sum()))
        if self.problem.targets:
            pairs = zip(self.problem.assets, weights, strict=True)
            gaps = [
                float(weight) - self.problem.targets[asset.symbol]
                for asset, weight in pairs
                if asset.symbol in self.problem.targets
            ]
            values[self._distances] = np.abs([*gaps, math.fsum(gaps)])
        values[self._distance] = max(self._floors.distance, float(values[self._distances].sum()) / 2)
        for switch, traded in self._switches.items():
            values[switch] = float(values[traded] > 0)
        self.values = values

    def worth_of(self, terms: Terms) -> float:
        """What a sum comes to in the plan found."""
        return math.fsum(factor * float(self.values[column]) for column, factor in terms.items())

    @property
    def net(self) -> Vector:
        """The trades of the plan found, bought less sold: in per cent, or in shares."""
        net: Vector = self.values[self._bought] - self.values[self._sold]
        return net

    @property
    def cash_pct(self) -> float:
        """The cash that the plan found leaves."""
        return float(self.values[self.cash])

    @property
    def excess(self) -> Vector:
        """The excess that each cap is allowed in the plan found."""
        excess: Vector = self.values[self._excesses]
        return excess
