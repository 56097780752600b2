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
        shares_from, weight_from, price_from = _side(_FROM, pair.before, absent, split, reasons)
        shares_to, weight_to, price_to = _side(_TO, pair.after, absent, 1.0, reasons)
        shares, value = _traded(pair, traded, untold, reasons)
        drift, trade = self._weight_change(pair, (weight_to or 0.0) - (weight_from or 0.0), untold, absent, reasons)
        row: Row = {
            "symbol": described.symbol if described else None,
            "name": described.name if described else None,
            "shares_from": shares_from,
            "weight_from_pct": weight_from,
            "price_from_usd": price_from,
            "shares_to": shares_to,
            "weight_to_pct": weight_to,
            "price_to_usd": price_to,
            "traded_shares": shares,
            "traded_usd": value,
            "drift_pct": drift,
            "trade_pct": trade,
        }
        if split != 1.0:
            row["split"] = split
        if isinstance(self._drift, Drift) and pair.key in self._drift.assumed and row["drift_pct"] is not None:
            row["price_assumed"] = True
        if (pair.before and pair.before.weight_implied) or (pair.after and pair.after.weight_implied):
            row["weight_implied"] = True
        if reasons:
            row["reasons"] = reasons
        return row

    def _weight_change(
        self, pair: Pair, moved: float, untold: Reason | None, absent: Reason, reasons: dict[str, Reason]
    ) -> tuple[float | None, float | None]:
        """Drift and trade; as shown, they add up to the change of the weights as shown."""
        missing = self._no_drift(pair, untold, absent)
        if missing:
            reasons["drift_pct"] = reasons["trade_pct"] = missing
            return None, None
        assert isinstance(self._drift, Drift)  # noqa: S101 - for the type checker
        drift = round(100.0 * self._drift.by_key.get(pair.key, 0.0), _DECIMALS) + 0.0
        return drift, round(moved - drift, _DECIMALS) + 0.0

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


_FROM = ("shares_from", "weight_from_pct", "price_from_usd")
_TO = ("shares_to", "weight_to_pct", "price_to_usd")


def _side(
    names: tuple[str, str, str], line: Line | None, absent: Reason, split: float, reasons: dict[str, Reason]
) -> tuple[float | None, float | None, float | None]:
    """Shares, weight and price on one date."""
    shares, weight, price = names
    if line is None:
        held_none = absent is Reason.NOT_HELD
        reasons.update(dict.fromkeys((price,) if held_none else names, absent))
        return (0, 0.0, None) if held_none else (None, None, None)
    if line.shares is None:
        reasons[shares] = Reason.SHARES_MISSING
    if line.weight is None:
        reasons[weight] = Reason.WEIGHT_MISSING
    if line.price is None:
        reasons[price] = line.unpriced or Reason.VALUE_MISSING
    restated = line.shares if split == 1.0 or line.shares is None else _whole(line.shares * split, line.shares)
    return (
        restated,
        None if line.weight is None else _weight(line),
        None if line.price is None else round(line.price / split, _DECIMALS),
    )


def _traded(
    pair: Pair, traded: float | None, untold: Reason | None, reasons: dict[str, Reason]
) -> tuple[float | None, float | None]:
    """Shares and USD. A line of which nothing is left has no price: what was sold is valued at the first date's."""
    if traded is None:
        reasons["traded_shares"] = reasons["traded_usd"] = untold or Reason.SHARES_MISSING
        return None, None
    before, after = pair.before, pair.after
    shares = _whole(traded, before and before.shares, after and after.shares)
    value = traded_usd(pair, shares)
    if value is None:
        last = after or before
        reasons["traded_usd"] = (last and last.unpriced) or Reason.VALUE_MISSING
        return shares, None
    return shares, round(value, 2)


def traded_usd(pair: Pair, traded: float) -> float | None:
    """What was bought or sold, USD at the second date's price, or at the first's if nothing is left to have a price."""
    valued = pair.after if pair.after and pair.after.shares else pair.before
    return traded * valued.price if valued and valued.price else None


def _whole(shares: float, one: float | None, other: float | None = None) -> float:
    """Whole shares where the lists give whole shares."""
    return round(shares) if _is_whole(one) and _is_whole(other) else round(shares, _DECIMALS)


def _is_whole(number: float | None) -> bool:
    return number is None or isinstance(number, int) or number.is_integer()


def _weight(line: Line | None) -> float:
    return round(100.0 * line.weight, _DECIMALS) + 0.0 if line and line.weight else 0.0


def _price(line: Line | None) -> float | None:
    return round(line.price, _DECIMALS) if line and line.price else None
