"""A fund on one date: its securities with shares, value and weight, and the lines that are no securities."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from etf_analytics.funds import Fund, Head, assembled, head_of
from etf_analytics.securities import SectorOf, Security
from etf_analytics.weights import COUNTED_CLASSES, Holding, checked, is_implied
from etf_common.codes import IssueCode, Reason

# A value such as $118.9M is exact to less than this part of it; an exact one seldom ends in so many zeros.
_ROUNDED_ZEROS = 10_000


class Line(NamedTuple):
    """A security, or a cash or derivative line, on one date. Lines of one security are added up."""

    symbol: str | None
    """As the list has it; None for a bond that goes by its issuer's ticker."""
    name: str | None
    asset_class: str
    shares: float | None
    """Shares, contracts or par value; below 0 if short."""
    value_usd: float | None
    weight: float | None
    """A fraction of the fund: as given, or implied where it reads 0.00."""
    price: float | None
    """The implied price, USD: value / shares, above 0."""
    unpriced: Reason | None
    """Why there is no price."""
    weight_implied: bool
    """Whether the weight is implied, at least in part."""
    parts: int
    """So many lines of the list make it."""


@dataclass(frozen=True, eq=False)
class DatedFund:
    """A fund's list of one date. Made by `on_date`."""

    head: Head
    holdings: Sequence[Holding]
    """All lines, as `weights.checked` leaves them."""
    sector_of: SectorOf | None
    rounded_values: bool
    """Whether the list gives some market values only in rounded form."""

    def fund(self, holdings: Sequence[Holding]) -> Fund:
        """The fund of these of its lines."""
        return assembled(self.head, list(holdings), "security", self.sector_of)

    @property
    def day(self) -> date | None:
        """The holdings date; None if it is unreadable."""
        try:
            return date.fromisoformat(self.head.holdings_as_of)
        except ValueError:
            return None

    def line(self, holdings: Sequence[Holding], security: Security | None = None) -> Line:
        """The line that these lines of a security make together."""
        first = holdings[0]
        # A ticker on a bond is its issuer's.
        symbol = first["symbol"] if security is None or security.symbol else None
        return self._line(holdings, symbol, first["name"], first["asset_class"])

    def plain_line(self, holding: Holding) -> Line:
        """The line of a security that goes by its symbol and has one line; most are such, so this is the quick way."""
        shares, value, weight = holding["shares"], holding["market_value_usd"], holding["weight_pct"]
        symbol, name, asset_class = holding["symbol"], holding["name"], holding["asset_class"]
        if shares and value and weight and not self.rounded_values and 0 < (price := value / shares) < math.inf:
            return Line(symbol, name, asset_class, shares, value, weight / 100.0, price, None, False, 1)
        return self._line([holding], symbol, name, asset_class)

    @cached_property
    def uncounted_lines(self) -> dict[tuple[str, str | None, str | None], Line]:
        """Cash and derivatives by asset class, symbol and name; those that are equal in all three are added up."""
        groups: dict[tuple[str, str | None, str | None], list[Holding]] = {}
        for holding in self.holdings:
            if holding["asset_class"] not in COUNTED_CLASSES:
                groups.setdefault((holding["asset_class"], holding["symbol"], holding["name"]), []).append(holding)
        return {
            (asset_class, symbol, name): self._line(group, symbol, name, asset_class)
            for (asset_class, symbol, name), group in groups.items()
        }

    def _line(self, holdings: Sequence[Holding], symbol: str | None, name: str | None, asset_class: str) -> Line:
        if len(holdings) == 1:
            (holding,) = holdings
            shares, value, weight = holding["shares"], holding["market_value_usd"], _weight(holding)
            implied = not holding["weight_pct"] and is_implied(holding)
        else:
            implied = any(map(is_implied, holdings))
            shares = _sum([holding["shares"] for holding in holdings])
            value = _sum([holding["market_value_usd"] for holding in holdings])
            weight = _sum([_weight(holding) for holding in holdings])
        price, unpriced = self._price(shares, value)
        return Line(symbol, name, asset_class, shares, value, weight, price, unpriced, implied, len(holdings))

    def _price(self, shares: float | None, value: float | None) -> tuple[float | None, Reason | None]:
        if shares and value and not self.rounded_values and 0 < (price := value / shares) < math.inf:
            return price, None
        if not shares:
            return None, Reason.SHARES_MISSING
        if not value:
            return None, Reason.VALUE_MISSING
        if self.rounded_values and value % _ROUNDED_ZEROS == 0:
            return None, Reason.VALUE_ROUNDED
        price = value / shares
        return (price, None) if 0 < price < math.inf else (None, Reason.VALUE_MISSING)


def on_date(snapshot: Mapping[str, Any], *, sector_of: SectorOf | None = None) -> DatedFund:
    """The fund of a stored snapshot. `sector_of` returns the sector of a holding, or None if it is not known."""
    safe = checked(snapshot["holdings"])
    return DatedFund(
        head=head_of(snapshot, safe),
        holdings=safe.holdings,
        sector_of=sector_of,
        rounded_values=any(issue["code"] == IssueCode.ROUNDED_VALUE for issue in snapshot["quality"]["issues"]),
    )


def _weight(holding: Holding) -> float | None:
    weight: float | None = holding["weight_pct"]
    if weight:
        return weight / 100.0
    return None if weight is None else (holding.get("weight_implied_pct") or 0.0) / 100.0


def _sum(amounts: list[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return math.fsum(known) if len(known) == len(amounts) else None
