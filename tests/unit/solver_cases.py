"""Rebalancing problems for the solver, what a plan comes to, and plans found by trying them all."""

import itertools
import math
import random
from collections.abc import Iterator, Mapping
from typing import Any

Given = dict[str, Any]
CENT_PCT = 1e-4
"""Of the totals used here, at least 10,000 USD: one cent in per cent."""


def asset(symbol: str, usd: float = 0.0, price: float | None = 100.0, **more: Any) -> Given:
    """An asset that may be bought and sold, unless `more` says otherwise."""
    free = {"shares": None, "can_buy": True, "can_sell": True, "cost_pct": 0.0, "cost_usd": 0.0}
    return {"symbol": symbol, "current_usd": usd, "price_usd": price, **free, **more}


def cap(name: str, at_most: float, *coefficients: float) -> Given:
    return {"name": name, "at_most_pct": at_most, "coefficients": list(coefficients)}


def problem(*assets: Given, cash: float = 0.0, caps: tuple[Given, ...] = (), **more: Any) -> Given:
    free = {"targets": None, "whole_shares": False, "min_trade_usd": 0.0, "seconds": 20.0}
    return {"assets": list(assets), "cash_usd": cash, "caps": list(caps), **free, **more}


def random_problem(seed: int, funds: int = 4, **more: Any) -> Given:
    """Funds of some names each, with caps on some names, which can be met or not."""
    draw = random.Random(seed)
    assets = []
    for number in range(funds):
        price = round(draw.uniform(400, 2500), 2)
        shares = draw.randint(0, 4)
        assets.append(asset(f"F{number}", shares * price, price, shares=shares, can_sell=draw.random() < 0.9))
    cash = round(draw.uniform(3000, 6000), 2)
    caps = tuple(
        cap(f"name{number}", draw.uniform(8, 30), *(draw.choice([0.0, draw.random() / 2]) for _ in assets))
        for number in range(draw.randint(0, 3))
    )
    return problem(*assets, cash=cash, caps=caps, **more)


def crowded_problem(seed: int, funds: int = 30, limits: int = 40, **more: Any) -> Given:
    """Whole shares of many funds, under caps that another random portfolio of them just meets."""
    draw = random.Random(seed)
    prices = [round(draw.uniform(20, 600), 2) for _ in range(funds)]
    held = [draw.randint(0, 200) for _ in prices]
    pairs = enumerate(zip(prices, held, strict=True))
    assets = [asset(f"F{n:02}", price * shares, price, shares=shares) for n, (price, shares) in pairs]
    drawn = [draw.random() ** 3 for _ in prices]
    caps = []
    for number in range(limits):
        row = [draw.uniform(0, 0.3) if draw.random() < 0.5 else 0.0 for _ in prices]
        met = 100 * math.fsum(factor * part for factor, part in zip(row, drawn, strict=True)) / math.fsum(drawn)
        caps.append(cap(f"cap {number:02}", met * draw.uniform(1, 1.05), *row))
    return problem(*assets, cash=5000.0, caps=tuple(caps), whole_shares=True, **more)


def total(given: Given) -> float:
    return math.fsum(one["current_usd"] for one in given["assets"]) + float(given["cash_usd"])


def figures(given: Given, usd: Mapping[str, float]) -> tuple[float, float, float, float]:
    """Largest excess, sum of excesses and distance in per cent, and cash left, reckoned from the trades alone."""
    whole = total(given)
    after = {one["symbol"]: one["current_usd"] + usd.get(one["symbol"], 0.0) for one in given["assets"]}
    excess = [0.0]
    for limit in given["caps"]:
        pairs = zip(limit["coefficients"], after.values(), strict=True)
        weight = math.fsum(factor * value for factor, value in pairs) / whole * 100
        excess.append(max(0.0, weight - limit["at_most_pct"]))
    gaps = [after[symbol] / whole * 100 - target for symbol, target in (given["targets"] or {}).items()]
    distance = (math.fsum(map(abs, gaps)) + abs(math.fsum(gaps))) / 2
    return max(excess), math.fsum(excess), distance, given["cash_usd"] - math.fsum(usd.values())


def trading(given: Given, usd: Mapping[str, float]) -> float:
    """Trades and costs in USD."""
    costs = {one["symbol"]: one for one in given["assets"]}
    return math.fsum(
        abs(amount) * (1 + costs[symbol]["cost_pct"] / 100) + costs[symbol]["cost_usd"]
        for symbol, amount in usd.items()
        if amount
    )


def whole_plans(given: Given) -> Iterator[dict[str, float]]:
    """Every plan of whole shares that spends no more than there is, each trade at least as large as it must be."""
    choices = []
    for one in given["assets"]:
        fewest = -int(one["shares"]) if one["can_sell"] else 0
        most = int(total(given) // one["price_usd"]) if one["can_buy"] else 0
        prices = [number * one["price_usd"] for number in range(fewest, most + 1)]
        choices.append([amount for amount in prices if not amount or abs(amount) >= given["min_trade_usd"]])
    symbols = [one["symbol"] for one in given["assets"]]
    for amounts in itertools.product(*choices):
        if math.fsum(amounts) <= given["cash_usd"] + 1e-9:
            yield dict(zip(symbols, amounts, strict=True))


def grid_plans(given: Given, step_pct: float = 5.0) -> Iterator[dict[str, float]]:
    """Every plan after which each position is a multiple of `step_pct`, or as it was, and all money is invested."""
    whole = total(given)
    wanted = [number * step_pct / 100 * whole for number in range(int(100 / step_pct) + 1)]
    choices, symbols = [], [one["symbol"] for one in given["assets"]]
    for one in given["assets"]:
        moved = {0.0, *(value - one["current_usd"] for value in wanted)}
        choices.append([x for x in sorted(moved) if not x or (one["can_buy"] if x > 0 else one["can_sell"])])
    last = given["assets"][-1]
    for amounts in itertools.product(*choices[:-1]):
        rest = given["cash_usd"] - math.fsum(amounts)
        is_sold = rest < 0 and last["can_sell"] and -rest <= last["current_usd"]
        if not rest or is_sold or (rest > 0 and last["can_buy"]):
            yield dict(zip(symbols, (*amounts, rest), strict=True))


def carried_out(given: Given, solution: Mapping[str, Any]) -> Given:
    """The same problem after the trades."""
    assets = []
    for one in given["assets"]:
        symbol, after = one["symbol"], dict(one)
        if symbol in solution["trades_usd"]:
            after["current_usd"] = max(round(one["current_usd"] + solution["trades_usd"][symbol], 6), 0.0)
            if one["shares"] is not None:
                after["shares"] = max(one["shares"] + solution["trades_shares"][symbol], 0)
                if given["whole_shares"]:
                    after["current_usd"] = after["shares"] * one["price_usd"]
        assets.append(after)
    return {**given, "assets": assets, "cash_usd": solution["cash_left_usd"]}
