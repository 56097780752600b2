"""Which funds fit a description, from their records. Pure.

Where a figure's bounds, or a figure that is not known, leave it open whether a fund fits, its match is `maybe`.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.lake.queries import TILT, Range, ScreenQuery
from etf_analytics.decisions.factors import tilt
from etf_analytics.rendering import Bounds, Missing, Shown, percent, rendered
from etf_analytics.weights import COUNTED_CLASSES
from etf_common.codes import Reason
from etf_common.factors import MARKET

Record = Mapping[str, Any]
Found = tuple[float, float] | Reason
"""The least and the most that a figure can be, in per cent, or why it is not known."""
Known = Mapping[str, Found]
"""A figure of each fund, by symbol."""
YES, MAYBE, NO = "yes", "maybe", "no"
_REASONS = {code.value: code for code in Reason}


@dataclass(frozen=True)
class Held:
    """What a fund holds of the security that was asked for."""

    weight: Found
    name: str | None
    """As the fund lists it; None if the fund may only hold it among its unlisted lines."""
    is_listed: bool


@dataclass(frozen=True)
class FactorWeights:
    """What each fund weighs in each reference fund, as the tables have it."""

    references: Sequence[str]
    funds: Mapping[str, Sequence[Any]]

    @classmethod
    def parse(cls, text: str) -> "FactorWeights":
        """Those of the object that the newest state names. Raises what a text of another shape leads to."""
        stored = json.loads(text)
        references, funds = tuple(stored["references"]), dict(stored["funds"])
        if any(len(row) != 1 + len(references) for row in funds.values()):
            raise ValueError("a fund has another number of weights than there are references")
        return cls(references, funds)

    def weight(self, symbol: str, reference: str) -> Bounds | Reason:
        """Fractions, or why they are not known."""
        _, *weights = self.funds[symbol]
        found = weights[self.references.index(reference)]
        if isinstance(found, str):
            return _reason(found)
        low, high = found
        return low, math.inf if high is None else high


@dataclass(frozen=True)
class Screened:
    """A fund that fits, or may fit."""

    symbol: str
    match: str
    figures: Mapping[str, Found]


def top_10(records: Mapping[str, Record]) -> dict[str, Found]:
    """What the ten largest securities weigh."""
    return {symbol: _bounds(record, record["row"], "top_10_pct") for symbol, record in records.items()}


def sector_weights(records: Mapping[str, Record], sector: str) -> dict[str, Found]:
    """What the companies of a sector weigh; a sector that a fund does not list can be among its unlisted lines."""
    return {symbol: _group(record, "sectors", "sector", sector) for symbol, record in records.items()}


def class_weights(records: Mapping[str, Record], asset_class: str) -> dict[str, Found]:
    """What the lines of an asset class weigh."""
    counted = asset_class in COUNTED_CLASSES
    return {
        symbol: _group(record, "asset_classes", "asset_class", asset_class, counted=counted)
        for symbol, record in records.items()
    }


def expense_ratios(
    records: Mapping[str, Record], cost_of: Callable[[str], Mapping[str, Any] | None]
) -> dict[str, Found]:
    """What the funds cost a year."""
    found: dict[str, Found] = {}
    for symbol in records:
        cost = cost_of(symbol)
        ratio = cost["expense_ratio_pct"] if cost else None
        found[symbol] = Reason.EXPENSE_RATIO_UNKNOWN if ratio is None else (ratio, ratio)
    return found


def factor_tilts(weights: FactorWeights, factors: Mapping[str, str], factor: str) -> dict[str, Found]:
    """How much more the funds weigh in the reference of a factor than the market does."""
    reference, market = factors[factor], factors[MARKET]
    return {symbol: _tilt(weights, symbol, reference, market) for symbol in weights.funds}


def _tilt(weights: FactorWeights, symbol: str, reference: str, market: str) -> Found:
    own = weights.weight(symbol, reference)
    of_market = weights.weight(market, reference) if market in weights.funds else Reason.MARKET_NOT_THERE
    leans = tilt(own, of_market, is_market=symbol == market)
    return _found_in(Missing(leans) if isinstance(leans, Reason) else percent(*leans), None)


def holdings_of(answer: Mapping[str, Any]) -> dict[str, Held]:
    """What each fund holds of a security, from the answer about its holders.

    Where a fund lists several that go by the symbol, it can be any one of them, or all.
    """
    found: dict[str, Held] = {}
    for row in answer["holders"]:
        weight = _found_in(row["weight_pct"], row["reasons"].get("weight_pct"))
        known = found.get(row["etf"])
        if known is None:
            found[row["etf"]] = Held(weight, row["name"], is_listed=True)
            continue
        name = " or ".join(filter(None, (known.name, row["name"]))) or None
        one, other = known.weight, weight
        if isinstance(one, tuple) and isinstance(other, tuple):
            one = min(one[0], other[0]), one[1] + other[1]
        found[row["etf"]] = Held(other if isinstance(other, Reason) else one, name, is_listed=True)
    for row in answer["may_hold"]:
        most = _found_in(row["at_most_pct"], row["reasons"].get("at_most_pct"))
        weight = (0.0, most[1]) if isinstance(most, tuple) else most
        found[row["etf"]] = Held(weight, None, is_listed=False)
    return found


def screened(
    query: ScreenQuery,
    records: Mapping[str, Record],
    figures: Mapping[str, Known],
    held: Mapping[str, Held] | None,
) -> list[Screened]:
    """The funds that fit or may fit, in the order asked for. `figures` has those asked for, but for `holds_pct`."""
    known = dict(figures)
    if held is not None:
        known["holds_pct"] = {symbol: holding.weight for symbol, holding in held.items()}
    found = [
        Screened(symbol, match, {name: known[name][symbol] for name in query.limits})
        for symbol, record in records.items()
        if (match := _match(query, symbol, record, known, held)) != NO
    ]
    return _sorted(found, query.sort, records)


def row_of(screened: Screened, record: Record, held: Held | None) -> dict[str, Any]:
    """A fund's row of the answer."""
    row = record["row"]
    shown: dict[str, Any] = {
        "symbol": screened.symbol,
        "name": row["name"],
        "match": screened.match,
        "complete": row["complete"],
        "holdings_as_of": row["holdings_as_of"],
        **{name: _shown(found) for name, found in screened.figures.items() if not name.startswith(TILT)},
    }
    tilts = {name: found for name, found in screened.figures.items() if name.startswith(TILT)}
    if tilts:
        shown[TILT] = {name.partition(".")[2]: _shown(found) for name, found in tilts.items()}
    if held is not None:
        shown["holds_name"] = held.name
    return rendered(shown)


def _match(
    query: ScreenQuery, symbol: str, record: Record, known: Mapping[str, Known], held: Mapping[str, Held] | None
) -> str:
    match = YES
    if query.complete is not None and record["row"]["complete"] is not query.complete:
        return NO
    if held is not None:
        if symbol not in held:
            return NO
        match = YES if held[symbol].is_listed else MAYBE
    for name, limits in query.limits.items():
        one = _fits(known[name][symbol], limits)
        if one == NO:
            return NO
        match = MAYBE if MAYBE in (match, one) else YES
    if query.sector and query.limits["sector_pct"] == Range():
        # Who asks for a sector and no more wants the funds that hold any of it.
        one = _fits_at_all(known["sector_pct"][symbol])
        match = one if NO in (match, one) or match == YES else match
    return match


def _fits_at_all(found: Found) -> str:
    if isinstance(found, Reason):
        return MAYBE
    return YES if found[0] > 0 else MAYBE if found[1] > 0 else NO


def _fits(found: Found, limits: Range) -> str:
    if limits.least is None and limits.most is None:
        return YES
    if isinstance(found, Reason):
        return MAYBE
    low, high = found
    least, most = -math.inf if limits.least is None else limits.least, limits.most
    if high < least or (most is not None and low > most):
        return NO
    return YES if low >= least and (most is None or high <= most) else MAYBE


def _sorted(found: list[Screened], sort: str, records: Mapping[str, Record]) -> list[Screened]:
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    found.sort(key=lambda fund: fund.symbol)
    if name in ("symbol", "name"):
        values = {fund.symbol: _text(fund.symbol, records, name) for fund in found}
        return sorted(found, key=lambda fund: values[fund.symbol], reverse=descending) if found else found
    known = [(figure[0], fund) for fund in found if isinstance(figure := fund.figures[name], tuple)]
    known.sort(key=lambda entry: -entry[0] if descending else entry[0])
    return [*(fund for _, fund in known), *(fund for fund in found if isinstance(fund.figures[name], Reason))]


def _text(symbol: str, records: Mapping[str, Record], name: str) -> str:
    return symbol if name == "symbol" else (records[symbol]["row"]["name"] or "").casefold()


def _bounds(record: Record, figures: Mapping[str, Any], name: str) -> Found:
    low, high = figures[f"{name}_low"], figures[f"{name}_high"]
    return _unknown(record) if low is None or high is None else (low, high)


def _unknown(record: Record) -> Reason:
    """Why a figure of a fund is not known."""
    return _reason(record["state"]["flaw"])


def _reason(code: str | None) -> Reason:
    return _REASONS.get(code or "", Reason.TOTAL_UNKNOWN)


def _group(record: Record, groups: str, label: str, wanted: str, *, counted: bool = True) -> Found:
    for group in record["row"][groups] or ():
        if group[label] == wanted:
            if not counted and group["weight_pct_low"] is None:
                return Reason.WEIGHT_MISSING if record["row"]["complete"] else Reason.PARTIAL_LIST
            return _bounds(record, group, "weight_pct")
    if record["state"]["flaw"]:
        return _unknown(record)
    if not counted:
        # Unlisted lines can be cash or contracts, of any weight.
        return (0.0, 0.0) if record["row"]["complete"] else Reason.PARTIAL_LIST
    most = record["state"]["unlisted"][0]
    return _found_in(Missing(Reason.TOTAL_UNKNOWN) if most is None else percent(0.0, most), None)


def _found_in(shown: Any, reason: str | None) -> Found:
    if isinstance(shown, Missing):
        return shown.reason
    if shown is None:
        return _reason(reason)
    return (shown["low"], shown["high"]) if isinstance(shown, dict) else (shown, shown)


def _shown(found: Found) -> Shown:
    if isinstance(found, Reason):
        return Missing(found)
    low, high = found
    return low if low == high else {"low": low, "high": high}
