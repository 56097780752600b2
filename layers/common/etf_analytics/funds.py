"""A fund prepared from its snapshot: what the figures need, made once."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from etf_analytics.issuers import SIBLINGS
from etf_analytics.lines import COUNTED_CLASSES, MARK, By, Line, Row, SectorOf, keys_of

# Real lists sum to at most 103 %: what is not listed cannot weigh more than what is missing to that.
MOST_PCT = 103.0
UNCLASSIFIED = "Unclassified"
# Less than any weight that a portal prints; sums of weights are exact to far less.
_NOTHING_PCT = 1e-9


class Group(NamedTuple):
    """What lines of one kind weigh together (a fraction), and how many they are."""

    weight: float
    lines: int


class Unseen(NamedTuple):
    """What is not listed: at most `weight` together and `line` each (fractions), at most so many `lines`."""

    weight: float
    line: float
    lines: float


NOTHING_UNSEEN = Unseen(0.0, 0.0, 0)


class Listed(NamedTuple):
    """The listed rows as they are, whether they count or not. Fractions; None where a row has no weight."""

    rows: int
    counted: int
    zero: int
    net: float | None
    gross: float | None
    excluded: float | None
    value_usd: float | None
    value_weight: float | None


@dataclass(frozen=True, eq=False)
class Fund:
    """A fund's holdings, ready for figures. Make it with `prepare`. Weights are fractions, largest first."""

    symbol: str
    name: str | None
    by: By
    holdings_as_of: str
    complete: bool
    reported: int | None
    summary: Mapping[str, Any]
    listed: Listed
    weights: Mapping[str, float]
    """By key, the securities that count."""
    nested: tuple[str, ...]
    """Those that are funds themselves."""
    lines: Mapping[str, Line]
    """By key, all securities of classes that count, whatever their weight."""
    rows: Mapping[str, tuple[Row, ...]]
    """Their rows."""
    classes: Mapping[str, Group]
    """All rows of cash and derivatives; of the other classes, those that count."""
    sectors: Mapping[str, Group]
    """Lines that count, held funds left out."""
    total: float
    """Sum of the weights that count."""
    square: float
    """Sum of their squares."""
    unseen: Unseen
    flaw: str | None
    """Why no figure can be made of the weights."""
    unlisted: Mapping[str, int]
    """By issuer: how many of its symbols are not listed, for issuers that have several."""

    def most_unseen(self, key: str) -> float:
        """The most that unlisted lines of this security can weigh."""
        count = self.unlisted.get(key)
        if count is None:
            count = 0 if key in self.weights else 1
        return min(count * self.unseen.line, self.unseen.weight) if count else 0.0

    @property
    def merged(self) -> list[dict[str, Any]]:
        """Securities whose weight is that of several rows."""
        several = [(self.lines[key].symbol, rows) for key, rows in self.rows.items() if len(rows) > 1]
        return [
            {"symbol": symbol, **{f"{name}s": [row[name] for row in rows] for name in ("symbol", "name")}}
            for symbol, rows in several
        ]


def prepare(snapshot: Mapping[str, Any], *, by: By = "security", sector_of: SectorOf | None = None) -> Fund:
    """The fund of a snapshot, in the stored form. `sector_of` names the sector of a row, or None if it knows none."""
    rows: list[Row] = list(snapshot["holdings"])
    able = [row for row in rows if row["asset_class"] in COUNTED_CLASSES]
    keyed = list(zip(keys_of(able, by, snapshot["symbol"]), able, strict=True))
    lines = _lines(keyed, sector_of)
    counted = [(key, row) for key, row in keyed if (row["weight_pct"] or 0.0) > 0]
    weights = _weights(counted)
    nested = tuple(key for key in weights if lines[key].asset_class == "etf")
    uncounted = [row for row in rows if row["asset_class"] not in COUNTED_CLASSES]
    flaw = _flaw(snapshot, rows)
    return Fund(
        symbol=snapshot["symbol"],
        name=snapshot["name"],
        by=by,
        holdings_as_of=snapshot["holdings_as_of"],
        complete=snapshot["quality"]["complete"],
        reported=snapshot["totals"]["reported"],
        summary=snapshot["summary"],
        listed=_listed(rows, able, [*(row for _, row in keyed if (row["weight_pct"] or 0.0) <= 0), *uncounted]),
        weights=weights,
        nested=nested,
        lines=lines,
        rows=_gathered(keyed),
        classes=_groups([(row["asset_class"], row) for row in [*(row for _, row in counted), *uncounted]]),
        sectors=_groups([(lines[key].sector, row) for key, row in counted if key not in nested]),
        total=math.fsum(weights.values()),
        square=math.fsum(weight * weight for weight in weights.values()),
        unseen=NOTHING_UNSEEN if flaw or snapshot["quality"]["complete"] else _unseen(snapshot, rows),
        flaw=flaw,
        unlisted=_unlisted(keyed) if by == "issuer" else {},
    )


def dates_of(funds: Sequence[Fund]) -> dict[str, Any]:
    """The holdings date of each fund, and how many days lie between the oldest and the newest."""
    days = [date.fromisoformat(fund.holdings_as_of) for fund in funds]
    return {
        "holdings_as_of": {fund.symbol: fund.holdings_as_of for fund in funds},
        "lag_days": (max(days) - min(days)).days if days else 0,
    }


def assumptions_of(funds: Sequence[Fund]) -> list[str]:
    """What bounds over these funds rest on; nothing if nothing is unseen."""
    if not any(fund.unseen.weight for fund in funds):
        return []
    return [
        f"weights above 0 total at most {MOST_PCT:g} %",
        "no unseen line repeats a listed security or another unseen line",
        "no unseen line weighs more than the smallest listed one",
    ]


def _weights(counted: list[tuple[str, Row]]) -> dict[str, float]:
    parts: dict[str, list[float]] = {}
    for key, row in counted:
        parts.setdefault(key, []).append(row["weight_pct"])
    weights = [(key, math.fsum(values) / 100.0) for key, values in parts.items()]
    return dict(sorted(weights, key=lambda entry: (-entry[1], entry[0])))


def _lines(keyed: list[tuple[str, Row]], sector_of: SectorOf | None) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    for key, row in keyed:
        if key not in lines:
            sector = (sector_of(row) if sector_of else None) or UNCLASSIFIED
            lines[key] = Line(key, key.partition(MARK)[0] or None, row["name"], row["asset_class"], sector)
    return lines


def _gathered(keyed: list[tuple[str, Row]]) -> dict[str, tuple[Row, ...]]:
    rows: dict[str, tuple[Row, ...]] = {}
    for key, row in keyed:
        rows[key] = (*rows.get(key, ()), row)
    return rows


def _groups(named: list[tuple[str, Row]]) -> dict[str, Group]:
    parts: dict[str, list[float]] = {}
    for name, row in named:
        parts.setdefault(name, []).append(row["weight_pct"] or 0.0)
    return {name: Group(math.fsum(values) / 100.0, len(values)) for name, values in parts.items()}


def _listed(rows: list[Row], able: list[Row], excluded: list[Row]) -> Listed:
    valued = [row for row in rows if row["market_value_usd"] is not None]
    return Listed(
        rows=len(rows),
        counted=sum((row["weight_pct"] or 0.0) > 0 for row in able),
        zero=sum(row["weight_pct"] == 0 for row in able),
        net=_sum(rows),
        gross=_sum(rows, absolute=True),
        excluded=_sum(excluded),
        value_usd=math.fsum(row["market_value_usd"] for row in valued) if valued else None,
        value_weight=_sum(valued),
    )


def _sum(rows: list[Row], *, absolute: bool = False) -> float | None:
    weights = [row["weight_pct"] for row in rows]
    if None in weights:
        return None
    return math.fsum(map(abs, weights) if absolute else weights) / 100.0


def _flaw(snapshot: Mapping[str, Any], rows: list[Row]) -> str | None:
    if any(row["weight_pct"] is None and row["asset_class"] in COUNTED_CLASSES for row in rows):
        return "weight_missing"
    if snapshot["quality"]["complete"]:
        return None
    if any(issue["code"] == "slipped_between_pages" for issue in snapshot["quality"]["issues"]):
        return "slipped_between_pages"
    known = [row["weight_pct"] for row in rows if row["weight_pct"] is not None]
    if not known:
        return "no_lines"
    rising = any(after > before for before, after in itertools.pairwise(known))
    return "order_broken" if rising and snapshot["totals"]["reported"] != len(rows) else None


def _unseen(snapshot: Mapping[str, Any], rows: list[Row]) -> Unseen:
    """What a partial list leaves out: rows come sorted by weight, so none weighs more than the last one listed."""
    known = [row["weight_pct"] for row in rows if row["weight_pct"] is not None]
    reported, smallest = snapshot["totals"]["reported"], min(known)
    # Fewer reported than listed: the total is wrong, so nobody knows it.
    more = reported - len(rows) if reported is not None and reported >= len(rows) else math.inf
    if not more or smallest <= 0:
        return NOTHING_UNSEEN
    most = more * smallest
    # Derivatives, and cash without a weight, can be negative in what is not listed: then the sum has no limit. And a
    # list that weighs more already shows that the limit is not this fund's.
    room = MOST_PCT - math.fsum(known)
    if room >= 0 and len(known) == len(rows) and all(row["asset_class"] != "derivative" for row in rows):
        most = min(most, room)
    return Unseen(most / 100.0, smallest / 100.0, more) if most > _NOTHING_PCT else NOTHING_UNSEEN


def _unlisted(keyed: list[tuple[str, Row]]) -> dict[str, int]:
    listed = {row["symbol"] for key, row in keyed if key in SIBLINGS}
    return {issuer: len(symbols - listed) for issuer, symbols in SIBLINGS.items()}
