"""Made-up funds of every kind on two dates, with what happened to each line, and a judge of the answers about them.

Nothing here uses the code that it judges. A fund holds parts of shares; its lists show whole ones, so the judge allows
what rounding explains, and no more.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.unit.analytics_cases import Row, Snapshot
from tests.unit.two_dates_cases import FROM, TO, TRADED, line, listed

RATIOS = (1.5, 2, 3, 4, 5, 7, 8, 10, 15, 20, 25, 50)
SIZES: Mapping[str, tuple[float, float]] = {
    "small": (20, 900),
    "medium": (1_000, 60_000),
    "large": (30_000, 9_000_000),
    "mixed": (100, 9_000_000),
}
UNTOLD = ("undetermined", "entered_the_list", "left_the_list")
_CLOSE = 0.00005
_EVENTS = 0.11


@dataclass(frozen=True)
class Held:
    """A line of a fund, and what happened to it."""

    symbol: str | None
    name: str
    asset_class: str
    before: float
    """Shares or par value on the first date; 0.0 if it was bought later."""
    price: float
    later_price: float
    factor: float = 1.0
    """What flows have multiplied it by."""
    split: float = 1.0
    traded: float = 0.0
    """Shares bought, below 0 if sold."""
    leaves: bool = False
    """Whether all of it was sold."""
    new_symbol: str | None = None
    """Another symbol on the second date."""
    parts: int = 1
    """In so many lines each list shows it."""
    unpriced: bool = False
    """Whether the second list lacks its market value."""
    hazy: float = 0.0
    """How far rounding can move the factor that all lines together show."""

    @property
    def expected(self) -> float:
        """Its shares on the second date if nothing was traded."""
        return self.before * self.factor * self.split

    @property
    def after(self) -> float:
        return 0.0 if self.leaves else self.expected + self.traded

    @property
    def bought(self) -> float:
        """Shares bought, those of lines that came and went among them."""
        return -self.expected if self.leaves else self.traded

    @property
    def allowed(self) -> float:
        """So many shares the rounding of both dates, and of the other lines by which a flow is told, explains."""
        grown = self.factor * self.split
        return self.parts * max(1.0, 0.5 * (1 + grown)) + (_CLOSE + self.hazy) * abs(self.before * grown) + 1e-6


@dataclass
class Market:
    """A fund on two dates."""

    lines: list[Held]
    flows: Sequence[float] = (1.0,)
    cut: int | None = None
    """After so many lines, both lists stop."""
    cash: bool = True
    told: list[str] = field(default_factory=list)
    """What happened, in words: for the messages of tests."""

    def snapshots(self, day: str = TO) -> tuple[Snapshot, Snapshot]:
        """Both lists as they are stored."""
        before = [row for held in self.lines if held.before for row in _rows(held, held.before, held.price, False)]
        after = [row for held in self.lines if held.after for row in _rows(held, held.after, held.later_price, True)]
        for rows, amount, index in ((before, 1_000_000, 5_000.0), (after, 1_900_000, 5_060.0)):
            if self.cash:
                rows.append(line("USD", amount, 1.0, "cash", name="U.S. Dollar"))
                rows.append(line("ESZ6", 12, index, "derivative", name="S&P500 EMINI FUT DEC26"))
        return self._listed(before, FROM), self._listed(after, day)

    def _listed(self, rows: Sequence[Row], day: str) -> Snapshot:
        whole = listed(rows, day)
        if self.cut is None or self.cut >= len(rows):
            return whole
        totals = {"reported": len(rows), "included": self.cut}
        quality = {"complete": False, "issues": []}
        return {**whole, "holdings": whole["holdings"][: self.cut], "totals": totals, "quality": quality}


def _rows(held: Held, shares: float, price: float, later: bool) -> list[Row]:
    symbol = (later and held.new_symbol) or held.symbol
    whole = round(shares)
    each = [whole // held.parts] * held.parts
    each[0] += whole - sum(each)
    rows = [line(symbol, part, price, held.asset_class, name=held.name) for part in each]
    if later and held.unpriced:
        rows = [{**row, "market_value_usd": None, "weight_pct": 0.01} for row in rows]
    return rows


def market(seed: int) -> Market:
    """One of very many funds: sizes, flows, trades and all else by chance."""
    chance = random.Random(seed)
    count = chance.choice([1, 2, 3, 4, 4, 5, 6, 8, 12, 12, 25, 40, 40, 90, 200])
    size = chance.choice([*SIZES])
    flows = chance.choice([(1.0,), (1.0,), (1.0003,), (1.02,), (0.985,), (1.4,), (0.93,), (1.0, 1.004), (1.02, 1.01),
                           (0.99, 1.03), (1.003, 1.0045), (1.02, 1.0)])  # fmt: skip
    trading = chance.choice([0.0, 0.0, 0.05, 0.1, 0.3, 0.5, 1.0])
    if size == "small":
        # Shares so few show neither a small flow nor, where all lines are traded, that there is none.
        flows, trading = (chance.choice([1.0, 1.0, 1.4]),), min(trading, 0.3)
    kind = chance.choice(["equity", "equity", "equity", "bond", "mixed"])
    if count < 25 and flows == (1.0003,):
        flows = (1.0,)  # too few lines are large enough to show it
    low, high = SIZES[size]
    # By definition, a group of lines is a basket: four lines, and 2 % of those compared, near enough to tell.
    second = (
        set(chance.sample(range(count), max(6, count // 3)))
        if len(flows) > 1
        and count >= 20
        and trading <= (0.1 if size == "mixed" else 0.3)
        and size in ("large", "mixed")
        else set()
    )
    quiet = set(chance.sample(sorted(second), max(4, math.ceil(0.03 * count)))) if second else set()
    # And lines that are traded by one percentage are one too, so no two are.
    parts = chance.sample([0.002 * 1.04**step for step in range(200)], count)
    lines = []
    for number in range(count):
        is_bond = kind == "bond" or (kind == "mixed" and chance.random() < 0.3)
        telling = max(low, 40_000) if number in second else low
        shares = 10 ** chance.uniform(math.log10(telling), math.log10(max(high, 10 * telling)))
        price = chance.uniform(0.7, 1.2) if is_bond else chance.uniform(5, 800)
        held = Held(
            symbol=None if is_bond else f"S{number}",
            name=f"Issuer {_word(number)} 4.{number % 8}5% 11/15/20{30 + number % 50}"
            if is_bond
            else f"{_word(number)} Works Inc",
            asset_class="bond" if is_bond else "equity",
            before=shares * (1_000 if is_bond else 1),
            price=price,
            later_price=price * (chance.gauss(1.0, 0.003) if is_bond else math.exp(chance.gauss(0.0, 0.015))),
            factor=flows[-1] if number in second else flows[0],
        )
        lines.append(held if number in quiet else _with_an_event(held, chance, trading, parts[number], few=count < 12))
    shares = sum(abs(held.before) for held in lines)
    lines = [replace(held, hazy=max(flows) * math.sqrt(count) / shares) for held in lines]
    told = Market(
        lines,
        flows,
        cash=chance.random() < 0.8,
        told=[f"seed {seed}: {count} {size} lines, flows {flows}, {trading:.0%} traded"],
    )
    for number in range(chance.choice([0, 0, 1, 2]) if count > 3 else 0):
        price = chance.uniform(5, 800)
        shares = round(10 ** chance.uniform(math.log10(low), math.log10(high)))
        lines.append(Held(f"N{number}", f"{_word(900 + number)} Works Inc", "equity", 0.0, price, price, traded=shares))
    if chance.random() < 0.15 and count > 5 and not second:
        told.cut = chance.randint(3, count)
    return told


def _with_an_event(held: Held, chance: random.Random, trading: float, part: float, *, few: bool) -> Held:
    if chance.random() < trading:
        part = -part if part < 0.95 and chance.random() < 0.5 else part
        return replace(held, traded=float(round(held.expected * part) or chance.choice([-2, 2, 3])))
    events = [replace(held, leaves=True), replace(held, parts=2)]
    if held.asset_class == "equity":
        ratio = chance.choice(RATIOS)
        ratio = ratio if chance.random() < 0.7 or held.before < 200 * ratio else 1 / ratio
        events += [
            *[replace(held, split=ratio, later_price=held.later_price / ratio)] * 3,
            replace(held, new_symbol=f"{held.symbol}X"),
            replace(held, before=-held.before),
            replace(held, unpriced=True),
        ]
    if not few:
        events.append(replace(held, factor=1.0))  # left out of the basket
    return chance.choice(events) if chance.random() < _EVENTS else held


def _word(number: int) -> str:
    """A made-up name that is like no other."""
    parts = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "wo", "xu", "za"]
    return (parts[number // 256 % 16] + parts[number // 16 % 16] + parts[number % 16]).title() + "dor"


def judged(told: Market, answer: Mapping[str, Any]) -> list[str]:
    """What the answer says that is wrong; empty if all is recovered, or null with a reason."""
    held_by = {name: held for held in told.lines for name in (held.symbol or held.name, held.new_symbol) if name}

    def held_of(row: Mapping[str, Any]) -> Held:
        return held_by[row["symbol"] or row["name"]]

    traded = [(kind, row, held_of(row)) for kind in TRADED for row in answer[kind] or ()]
    untold = [(name, row) for name in UNTOLD for row in answer[name] or ()]
    seen = {held.name for _, _, held in traded} | {held_of(row).name for _, row in untold}
    found = [_wrong_trade(*entry) for entry in traded]
    found += [f"{name} {row}" for name, row in untold if row["traded_shares"] is not None or not _reason(row)]
    found += [
        f"split {row}: {held_of(row)}" for row in answer["splits"] if abs(held_of(row).split / row["ratio"] - 1) > 1e-4
    ]
    if answer["increased"] is not None and answer["decreased"] is not None:
        found += [f"missed {held}" for held in _plain_trades(told) if held.name not in seen]
    return [text for text in found if text]


def _wrong_trade(kind: str, row: Mapping[str, Any], held: Held) -> str | None:
    shares = row["traded_shares"]
    if shares is None:
        return None if _reason(row) else f"{kind} {held}: null without a reason"
    span = row.get("traded_shares_range", {"low": shares, "high": shares})
    right = (
        (shares > 0) is (kind in ("added", "increased"))
        and (kind == "added") is (held.before == 0)
        and (kind == "removed") is held.leaves
        and held.bought != 0
        and span["low"] - held.allowed <= held.bought <= span["high"] + held.allowed
    )
    return None if right else f"{kind} {shares} {span}, not {held.bought}: {held}"


def _reason(row: Mapping[str, Any]) -> str | None:
    reason: str | None = row["reasons"].get("traded_shares")
    return reason


def _plain_trades(told: Market) -> Iterator[Held]:
    """The trades that both lists show beyond what rounding, a flow, or no change at all explains."""
    before, after = ({row["name"] for row in each["holdings"]} for each in told.snapshots())
    shown = before & after if told.cut is not None else before | after
    for held in told.lines:
        one, other = round(held.before), round(held.after)
        explained = any(abs(other - factor * held.split * one) <= held.allowed for factor in (1.0, *told.flows))
        if held.name in shown and abs(held.bought) > 2 * held.allowed and not explained:
            yield held
