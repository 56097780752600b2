"""Snapshots of small funds, and their figures by the definitions, in fractions and with plain loops."""

import itertools
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from etf_analytics.reference.issuers import GROUPS

COUNTED = ("equity", "etf", "bond", "other")
Snapshot = dict[str, Any]
Row = dict[str, Any]
QUOTE = {"last_price": 100.0, "bid": 99.99, "ask": 100.01, "session": "intraday", "as_of": "2026-11-20 11:00:00"}
SECTORS = {"A": "Energy", "B": "Energy", "C": "Utilities", "GOOG": "Media", "GOOGL": "Media"}


def sector_of(row: Mapping[str, Any]) -> str | None:
    return SECTORS.get(row["symbol"])


def row(symbol: str | None, weight_pct: float | None, asset_class: str = "equity", **values: Any) -> Row:
    # Share classes carry their issuer's name.
    name = f"{symbol and issuer(symbol)} Inc"
    if asset_class == "bond":
        name = f"{symbol} Works 4.25% 11/15/2034"
    standard = {"name": name, "shares": 100, "market_value_usd": 1000.0}
    return {"symbol": symbol, "weight_pct": weight_pct, "asset_class": asset_class, **standard, **values}


def snapshot(
    rows: Sequence[Row], symbol: str = "FUND", *, reported: int | None = -1, complete: bool | None = None, **values: Any
) -> Snapshot:
    """As many rows reported as there are, unless said otherwise."""
    total = len(rows) if reported == -1 else reported
    standard = {
        "symbol": symbol,
        "name": f"{symbol} Fund",
        "holdings": list(rows),
        "holdings_as_of": "2026-11-18",
        "totals": {"reported": total, "included": len(rows)},
        "quality": {"complete": total == len(rows) if complete is None else complete, "issues": []},
        "summary": {
            "last_price": 100.0,
            "bid": 99.99,
            "ask": 100.01,
            "session": "intraday",
            "as_of": "2026-11-20 11:00:00",
        },
    }
    return {**standard, **values}


def fund_of(weights: Mapping[str, float], symbol: str = "FUND", **values: Any) -> Snapshot:
    """A complete fund of equities."""
    return snapshot([row(name, weight) for name, weight in weights.items()], symbol, **values)


def cut(full: Snapshot, count: int, *, total_known: bool = True) -> Snapshot:
    """The first `count` rows, as a list that stops there."""
    reported = len(full["holdings"]) if total_known else None
    part = snapshot(full["holdings"][:count], reported=reported)
    return {**full, **{name: part[name] for name in ("holdings", "totals", "quality")}}


# What the definitions say ---------------------------------------------------------------------------------------------


def exact(number: float) -> Fraction:
    """The number that is printed, not the nearest float."""
    return Fraction(str(number))


def issuer(symbol: str) -> str:
    return next((group[0] for group in GROUPS if symbol in group), symbol)


def counted(full: Snapshot) -> list[tuple[Row, Fraction]]:
    """The lines that count, with their weights: as given, or implied by the market value where they read 0.00."""
    lines = full["holdings"]
    large = [line for line in lines if (line["weight_pct"] or 0) > 0.05 and (line["market_value_usd"] or 0) > 0]
    values = sum((exact(line["market_value_usd"]) for line in large), Fraction(0))
    per_usd = sum((exact(line["weight_pct"]) for line in large), Fraction(0)) / values if large else Fraction(0)
    found = []
    for line in lines:
        weight = exact(line["weight_pct"])
        if not weight and line["shares"] and (line["market_value_usd"] or 0) > 0:
            implied = exact(line["market_value_usd"]) * per_usd
            weight = implied if implied < Fraction("0.005") else Fraction(0)
        if line["asset_class"] in COUNTED and weight > 0:
            found.append((line, weight / 100))
    return found


def weights_of(full: Snapshot, by: str = "security") -> dict[Any, Fraction]:
    found: dict[Any, Fraction] = {}
    times: dict[str, int] = {}
    weights = {id(line): weight for line, weight in counted(full)}
    for line in full["holdings"]:
        if line["asset_class"] not in COUNTED:
            continue
        key: Any = line["symbol"]
        if key is None:
            times[line["name"]] = times.get(line["name"], 0) + 1
            key = (line["name"], times[line["name"]])
        elif by == "issuer":
            key = issuer(key)
        if id(line) in weights:
            found[key] = found.get(key, Fraction(0)) + weights[id(line)]
    return found


def hhi(weights: Mapping[Any, Fraction]) -> Fraction:
    return sum((weight**2 for weight in weights.values()), Fraction(0))


def top(weights: Mapping[Any, Fraction], count: int) -> Fraction:
    left, total = list(weights.values()), Fraction(0)
    for _ in range(min(count, len(left))):
        largest = max(left)
        left.remove(largest)
        total += largest
    return total


def names_to_half(weights: Mapping[Any, Fraction]) -> int:
    return next(count for count in itertools.count() if top(weights, count) * 2 >= sum(weights.values()))


def effective(weights: Mapping[Any, Fraction]) -> Fraction:
    total = sum(weights.values(), Fraction(0))
    return 1 / hhi({key: weight / total for key, weight in weights.items()})


def gini(weights: Mapping[Any, Fraction]) -> Fraction:
    """Half the mean difference of all pairs, over the mean."""
    values = list(weights.values())
    apart = sum((abs(one - other) for one in values for other in values), Fraction(0))
    return apart / (2 * len(values) * sum(values, Fraction(0)))


def entropy(weights: Mapping[Any, Fraction]) -> float:
    total = sum(weights.values())
    return sum(float(weight / total) * math.log2(total / weight) * math.log(2) for weight in weights.values())


def overlap(a: Mapping[Any, Fraction], b: Mapping[Any, Fraction]) -> Fraction:
    return sum((min(a[key], b[key]) for key in a if key in b), Fraction(0))


def active_share(a: Mapping[Any, Fraction], b: Mapping[Any, Fraction]) -> Fraction:
    zero = Fraction(0)
    return sum((abs(a.get(key, zero) - b.get(key, zero)) for key in {*a, *b}), zero) / 2


def coverage(a: Mapping[Any, Fraction], b: Mapping[Any, Fraction]) -> Fraction:
    return sum((weight for key, weight in a.items() if key in b), Fraction(0))


def grouped(full: Snapshot, name: str) -> dict[str, Fraction]:
    """The counted weight by asset class or sector."""
    found: dict[str, Fraction] = {}
    for line, weight in counted(full):
        label = line["asset_class"] if name == "asset_class" else sector_of(line) or "Unclassified"
        found[label] = found.get(label, Fraction(0)) + weight
    return found


def looked_through(shares: Mapping[str, Fraction], funds: Mapping[str, Snapshot], by: str) -> dict[Any, Fraction]:
    """Positions opened, funds inside them too, three deep, never one inside itself."""
    found: dict[Any, Fraction] = {}

    def add(key: Any, weight: Fraction) -> None:
        found[key] = found.get(key, Fraction(0)) + weight

    def descend(symbol: str, share: Fraction, above: tuple[str, ...]) -> None:
        classes = {line["symbol"]: line["asset_class"] for line in funds[symbol]["holdings"]}
        for key, weight in weights_of(funds[symbol], by).items():
            if classes.get(key) == "etf" and key in funds and key not in above and len(above) < 3:
                descend(key, share * weight, (*above, key))
            else:
                add(key, share * weight)

    for symbol, share in shares.items():
        if symbol in funds:
            descend(symbol, share, (symbol,))
        else:
            add(issuer(symbol) if by == "issuer" else symbol, share)
    return found


# Random funds ---------------------------------------------------------------------------------------------------------

PLAIN = ("A", "B", "C", "D", "E", "F", "G")
SHARE_CLASSES = ("GOOG", "GOOGL", "BRK.A", "BRK.B", "LBTYA", "LBTYB", "LBTYK")
NAMES = ("Alder Mills", "Birch Works")


@st.composite
def full_funds(draw: st.DrawFn, symbol: str = "FUND", nested: Sequence[str] = ()) -> Snapshot:
    """All rows of a fund, in order, weights of two decimals: total from 90 to 103 %, cash and zero rows anywhere.

    Zero rows can be small holdings with their market value, or lack what implies their weight. Some funds hold a
    derivative as their largest line, and total up to 200 %; some are short of something.
    """
    securities = draw(st.permutations([*PLAIN, *SHARE_CLASSES, *NAMES]))
    count = draw(st.integers(1, len(securities)))
    rows = [row(None, 0.0, name=name) if name in NAMES else row(name, 0.0) for name in securities[:count]]
    for line in rows:
        # What counts is of one class in all funds, as one name is; any line can be cash instead.
        usual = {"B": "bond", "C": "other"}.get(line["symbol"], "equity")
        line["asset_class"] = draw(st.sampled_from([*[usual] * 5, "cash"]))
        if usual == "bond":
            line["name"] = row(line["symbol"], 0.0, "bond")["name"]
    rows += [row(name, 0.0, "etf") for name in nested]
    leveraged = draw(st.integers(0, 5)) == 0
    total = draw(st.integers(9000, 20000 if leveraged else 10290))
    sizes = draw(st.lists(st.one_of(st.integers(0, 3), st.integers(0, 1000)), min_size=len(rows), max_size=len(rows)))
    for line, size in zip(rows, sizes, strict=True):
        line["weight_pct"] = total * size // max(1, sum(sizes)) / 100
    rows.sort(key=lambda line: -line["weight_pct"])
    if leveraged:
        rows.insert(0, row(None, max(line["weight_pct"] for line in rows), "derivative", name="Swap"))
    rows += draw(st.lists(st.sampled_from([row("H", -0.5), row(None, -2.5, "derivative", name="Short")]), max_size=1))
    for line in rows:
        # As exact as real values are: the weight is that of the value, rounded.
        line["market_value_usd"] = round(line["weight_pct"] * 1_000_000) if line["weight_pct"] > 0 else None
        if line["weight_pct"] == 0:
            line["market_value_usd"] = draw(st.sampled_from([None, 0, 1, 2500.5, 4999.0, 4999.99, 5000.0, 9000.0]))
            line["shares"] = draw(st.sampled_from([100, 100, 100, 0, None]))
        if line["shares"] and line["market_value_usd"]:
            # A security has one price in all lists of a date.
            line["shares"] = line["market_value_usd"] / 10
    return snapshot(rows, symbol)


@st.composite
def cut_funds(draw: st.DrawFn, symbol: str = "FUND", nested: Sequence[str] = ()) -> tuple[Snapshot, Snapshot]:
    """A full fund, and the same cut somewhere; the funds that it holds stay listed, as the bounds assume."""
    full = draw(full_funds(symbol, nested))
    least = max([1, *(number for number, line in enumerate(full["holdings"], 1) if line["symbol"] in nested)])
    count = draw(st.integers(least, len(full["holdings"])))
    return full, cut(full, count, total_known=draw(st.booleans()))


def smallest(part: Snapshot) -> Fraction:
    """The smallest weight that is listed, as large as it can be where it reads 0.00."""
    least = min(exact(line["weight_pct"]) for line in part["holdings"])
    return (least or Fraction("0.005")) / 100


def most_unseen(part: Snapshot) -> Fraction | None:
    """The most that the unseen lines weigh that count: 0 where nothing is unseen, None without a limit."""
    listed = sum((exact(line["weight_pct"]) for line in part["holdings"]), Fraction(0)) / 100
    reported, least = part["totals"]["reported"], smallest(part)
    more = None if reported is None else reported - len(part["holdings"])
    if part["quality"]["complete"] or more == 0 or least < 0:
        return Fraction(0)
    # A list that weighs more already shows that 103 % is not this fund's limit.
    limited = all(line["asset_class"] != "derivative" for line in part["holdings"]) and listed <= Fraction("1.03")
    limits = [] if more is None else [more * least]
    return min([*limits, Fraction("1.03") - listed] if limited else limits, default=None)


def unlimited(part: Snapshot) -> bool:
    """Nobody knows how many lines are unseen, nor what they sum to: no upper bound is possible."""
    listed = [line["weight_pct"] for line in part["holdings"]]
    derivative = any(line["asset_class"] == "derivative" for line in part["holdings"])
    return part["totals"]["reported"] is None and min(listed) >= 0 and derivative


def assert_inside(
    figure: Any, truth: Fraction | float, *, limited: bool = True, step: Fraction = Fraction(1, 10**6), scale: int = 100
) -> None:
    """The truth is the figure, to the decimals shown, or between its bounds, but for what sums of floats lose.

    `scale`: what a fraction of 1 is shown as.
    """
    noise = scale * Fraction(1, 10**13)
    if figure is None:
        assert not limited
    elif isinstance(figure, dict):
        assert exact(figure["low"]) - noise <= truth <= exact(figure["high"]) + noise, (figure, float(truth))
        assert figure["low"] < figure["high"]
    else:
        assert abs(exact(figure) - Fraction(truth)) <= step, (figure, float(truth))
