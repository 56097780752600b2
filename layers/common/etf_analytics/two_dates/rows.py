"""A line on two dates as a row of the answer."""

from collections.abc import Iterable
from typing import Any

from etf_analytics.rendering import Missing
from etf_analytics.two_dates.dated import Line
from etf_analytics.two_dates.drift import Drift
from etf_analytics.two_dates.pairs import Pair
from etf_common.codes import Reason

Row = dict[str, Any]
_DECIMALS = 6
# Then nothing says what the price did, and a drift would be a guess.
_NO_DRIFT = (Reason.SPLIT_SUSPECTED, Reason.LINES_IN_DOUBT, Reason.SAME_DATE)


class Rows:
    """Makes the rows of one answer. `reasons` of a row say why a value is null; a row without nulls has none."""

    def __init__(self, drift: Drift | Missing) -> None:
        self._drift = drift

    def row(self, pair: Pair, traded: float | None, untold: Reason | None, absent: Reason, split: float = 1.0) -> Row:
        """The row of a pair.

        `untold` says why `traded` is None. `absent` says what it means that a date lacks the line: with NOT_HELD, the
        fund has none of it. `split` restates the first date in the shares of the second.
        """
        reasons: dict[str, Reason] = {}
        described = pair.after or pair.before
        row = {
            "symbol": described.symbol if described else None,
            "name": described.name if described else None,
            **_side("from", pair.before, absent, split, reasons),
            **_side("to", pair.after, absent, 1.0, reasons),
            **_traded(pair, traded, untold, reasons),
            **self._weight_change(pair, untold, absent, reasons),
        }
        if split != 1.0:
            row["split"] = split
        if isinstance(self._drift, Drift) and pair.key in self._drift.assumed and row["drift_pct"] is not None:
            row["price_assumed"] = True
        if any(line.weight_implied for line in (pair.before, pair.after) if line):
            row["weight_implied"] = True
        return {**row, "reasons": reasons} if reasons else row

    def _weight_change(self, pair: Pair, untold: Reason | None, absent: Reason, reasons: dict[str, Reason]) -> Row:
        """Drift and trade; as shown, they add up to the change of the weights as shown."""
        missing = self._no_drift(pair, untold, absent)
        if missing:
            reasons["drift_pct"] = reasons["trade_pct"] = missing
            return {"drift_pct": None, "trade_pct": None}
        assert isinstance(self._drift, Drift)  # noqa: S101 - for the type checker
        drift = round(100.0 * self._drift.by_key.get(pair.key, 0.0), _DECIMALS) + 0.0
        trade = _weight(pair.after) - _weight(pair.before) - drift
        return {"drift_pct": drift, "trade_pct": round(trade, _DECIMALS) + 0.0}

    def _no_drift(self, pair: Pair, untold: Reason | None, absent: Reason) -> Reason | None:
        if isinstance(self._drift, Missing):
            return self._drift.reason
        if untold in _NO_DRIFT:
            return untold
        if not (pair.before and pair.after) and absent is not Reason.NOT_HELD:
            return absent
        return Reason.WEIGHT_MISSING if pair.after and pair.after.weight is None else None


def ordered(rows: Iterable[Row]) -> list[Row]:
    """Largest trades first; those of unknown value behind them, largest weights first."""

    def rank(row: Row) -> tuple[bool, float, float, str, str]:
        usd = row["traded_usd"]
        weight = max(row["weight_from_pct"] or 0.0, row["weight_to_pct"] or 0.0)
        return usd is None, -abs(usd or 0.0), -weight, row["symbol"] or "", row["name"] or ""

    return sorted(rows, key=rank)


def split_row(pair: Pair, ratio: float) -> Row:
    """A line that was split, as both lists give it."""
    before, after = pair.before, pair.after
    return {
        "symbol": after and after.symbol,
        "name": after and after.name,
        "ratio": round(ratio, _DECIMALS),
        "shares_from": before and before.shares,
        "shares_to": after and after.shares,
        "price_from_usd": _price(before),
        "price_to_usd": _price(after),
    }


def _side(when: str, line: Line | None, absent: Reason, split: float, reasons: dict[str, Reason]) -> Row:
    shares, weight, price = f"shares_{when}", f"weight_{when}_pct", f"price_{when}_usd"
    if line is None:
        held_none = absent is Reason.NOT_HELD
        reasons.update(dict.fromkeys((price,) if held_none else (shares, weight, price), absent))
        return {shares: 0 if held_none else None, weight: 0.0 if held_none else None, price: None}
    if line.shares is None:
        reasons[shares] = Reason.SHARES_MISSING
    if line.weight is None:
        reasons[weight] = Reason.WEIGHT_MISSING
    if line.price is None:
        reasons[price] = line.unpriced or Reason.VALUE_MISSING
    restated = line.shares if split == 1.0 or line.shares is None else _whole(line.shares * split, line.shares)
    return {
        shares: restated,
        weight: None if line.weight is None else _weight(line),
        price: None if line.price is None else round(line.price / split, _DECIMALS),
    }


def _traded(pair: Pair, traded: float | None, untold: Reason | None, reasons: dict[str, Reason]) -> Row:
    """A line of which nothing is left has no price any more: what was sold is valued at the first date's."""
    if traded is None:
        reasons["traded_shares"] = reasons["traded_usd"] = untold or Reason.SHARES_MISSING
        return {"traded_shares": None, "traded_usd": None}
    lines = [line for line in (pair.before, pair.after) if line]
    shares = _whole(traded, *(line.shares for line in lines))
    value = traded_usd(pair, shares)
    if value is None:
        reasons["traded_usd"] = lines[-1].unpriced or Reason.VALUE_MISSING
    return {"traded_shares": shares, "traded_usd": None if value is None else round(value, 2)}


def traded_usd(pair: Pair, traded: float) -> float | None:
    """What was bought or sold, USD at the second date's price, or at the first's if nothing is left to have a price."""
    valued = pair.after if pair.after and pair.after.shares else pair.before
    return traded * valued.price if valued and valued.price else None


def _whole(shares: float, *given: float | None) -> float:
    """Whole shares where the lists give whole shares."""
    if all(number is None or number == round(number) for number in given):
        return round(shares)
    return round(shares, _DECIMALS)


def _weight(line: Line | None) -> float:
    return round(100.0 * line.weight, _DECIMALS) + 0.0 if line and line.weight else 0.0


def _price(line: Line | None) -> float | None:
    return round(line.price, _DECIMALS) if line and line.price else None
