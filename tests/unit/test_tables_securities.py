"""Securities and candidates of the tables, against plain loops over all whole snapshots."""

import math
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from etf_analytics import UNCLASSIFIED, Fund, Isins, identified, prepare
from etf_analytics.identity import Readings, read
from etf_analytics.matching.clusters import MARK
from etf_analytics.reference.sectors import sectors
from etf_analytics.weights import Holding, counted_pct
from etf_common.codes import Reason
from tables import similar
from tests.unit.table_lake import Snapshot, TableLake, made_up_fund, made_up_funds

NAMES = ("symbol", "name", "asset_class", "sector", "funds", "may_hold", "sum", "may", "value", "why")


def lake_of(snapshots: Sequence[Snapshot]) -> TableLake:
    lake = TableLake()
    for snapshot in snapshots:
        lake.publish(snapshot)
    assert lake.build() == {}
    return lake


def prepared(snapshots: Sequence[Snapshot], isins: Mapping[str, Isins] | None = None) -> list[Fund]:
    return [
        identified(prepare(snapshot, sector_of=sectors().of), (isins or {}).get(snapshot["symbol"]))
        for snapshot in sorted(snapshots, key=lambda one: one["symbol"])
    ]


def by_key(readings: Readings, snapshots: Sequence[Snapshot]) -> Mapping[str, list[tuple[Fund, list[Holding]]]]:
    """The funds that list each security, with their lines of it in the order of the list."""
    lines = {snapshot["symbol"]: snapshot["holdings"] for snapshot in snapshots}
    found = defaultdict(list)
    for fund in readings.funds:
        for key, holdings in fund.holdings.items():
            ordered = sorted(holdings, key=lambda holding: _place(holding, lines[fund.symbol]))
            found[key].append((fund, ordered))
    return found


def _place(holding: Holding, lines: Sequence[Holding]) -> int:
    # A corrected line is a copy.
    places = [place for place, line in enumerate(lines) if line is holding]
    cells = ("symbol", "name", "asset_class")
    return places[0] if places else [all(line[cell] == holding[cell] for cell in cells) for line in lines].index(True)


def brute_force(snapshots: Sequence[Snapshot], isins: Mapping[str, Isins] | None = None) -> Iterator[dict[str, Any]]:
    readings = read(prepared(snapshots, isins), math.inf)
    doubts = [(key, pair.why) for pair in readings.pairs for key in (pair.one, pair.other)]
    doubts += [(key, crowd.why) for crowd in readings.crowds for key in crowd.keys]
    for key, listing in by_key(readings, snapshots).items():
        first = listing[0][1][0]
        lines = [line for _, own in listing for line in own]
        counting = [line for line in lines if counted_pct(line) > 0]
        if not counting:
            continue
        codes = [line["symbol"] for line in lines if any(character.isdigit() for character in line["symbol"] or "")]
        known = [sector for fund, _ in listing if (sector := fund.securities[key].sector) != UNCLASSIFIED]
        hiding = [fund for fund in readings.funds if not fund.complete and key not in fund.holdings]
        twice = [fund.flaw == Reason.SLIPPED_BETWEEN_PAGES and len(own) > 1 for fund, own in listing]
        weights = [
            (max if double else math.fsum)(max(counted_pct(line), 0.0) for line in own)
            for double, (_, own) in zip(twice, listing, strict=True)
        ]
        ceilings = [math.inf if fund.flaw else fund.unlisted_ceiling(key) for fund in hiding]
        uncertain = any(twice) or any(line["weight_pct"] is None for line in lines) or math.inf in ceilings
        values = [line["market_value_usd"] for line in counting]
        yield {
            "symbol": key.partition(MARK)[0] or (codes[0] if codes else None),
            "name": first["name"],
            "asset_class": first["asset_class"],
            "sector": known[0] if known else None,
            "funds": sum(any(counted_pct(line) > 0 for line in own) for _, own in listing),
            "may_hold": len(hiding),
            "sum": pytest.approx(math.fsum(weights), abs=2e-6),
            "may": None if uncertain else pytest.approx(100 * math.fsum(ceilings), abs=2e-6),
            "value": None
            if None in values or _any_counting(twice, listing)
            else pytest.approx(math.fsum(values), abs=0.02),
            "why": min((why for doubtful, why in doubts if doubtful == key), default=None),
        }


def _any_counting(twice: Sequence[bool], listing: Sequence[tuple[Fund, list[Holding]]]) -> bool:
    return any(
        double and any(counted_pct(line) > 0 for line in own) for double, (_, own) in zip(twice, listing, strict=True)
    )


def _identity(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in ("symbol", "name", "asset_class", "funds", "may_hold", "why", "sector"))


@pytest.mark.parametrize("seed", range(15))
def test_securities_are_those_of_all_snapshots_together(seed: int) -> None:
    chance = random.Random(seed)
    snapshots = made_up_funds(chance, count=chance.choice([1, 3, 8, 14]))
    assert_securities(lake_of(snapshots), snapshots)


def assert_securities(lake: TableLake, snapshots: Sequence[Snapshot], isins: Mapping[str, Isins] | None = None) -> None:
    """The securities of the tables are those of all snapshots together."""
    rows = [dict(zip(NAMES, row, strict=True)) for row in lake.document(lake.newest.securities_key)["securities"]]

    left = list(rows)
    for expected in brute_force(snapshots, isins):
        assert expected in left, (_identity(expected), [row for row in rows if row["symbol"] == expected["symbol"]])
        left.remove(expected)
    assert left == []
    order = [(-row["funds"], -row["sum"]) for row in rows]
    assert order == sorted(order)


def widgets(*lines: tuple[str, float]) -> list[list[Any]]:
    """The rows of funds that each list 100 shares of AMWG, by another name or at another price."""
    snapshots = []
    for symbol, (name, price) in zip(("FA", "FB", "FC", "FD"), lines, strict=False):
        made = made_up_fund(random.Random(3), symbol)
        line = {**made["holdings"][0], "symbol": "AMWG", "name": name, "asset_class": "equity", "weight_pct": 2.5}
        made["holdings"] = [{**line, "shares": 100, "market_value_usd": 100 * price}]
        snapshots.append({**made, "holdings_as_of": "2026-11-18", "quality": {"complete": True, "issues": []}})
    lake = lake_of(snapshots)
    found: list[list[Any]] = lake.document(lake.newest.securities_key)["securities"]
    return found


def test_lines_of_one_price_are_one_security_whatever_lists_call_it() -> None:
    (row,) = widgets(
        ("Amalgamated Widgets Inc", 50.0), ("AMALG WIDGET", 50.2), ("Amalgamated", 49.9), ("AW Group", 50.0)
    )

    assert row == ["AMWG", "Amalgamated Widgets Inc", "equity", None, 4, 0, 10.0, 0.0, 20_010.0, None]


def test_lines_of_one_name_are_two_securities_where_their_prices_of_one_day_are_far_apart() -> None:
    rows = widgets(("Amalgamated Widgets Inc", 50.0), ("Amalgamated Widgets Inc", 150.0))

    assert [row[4:7] for row in rows] == [[1, 0, 2.5], [1, 0, 2.5]]


def test_lines_whose_names_and_prices_differ_stay_apart_in_doubt() -> None:
    rows = widgets(("Amalgamated Widgets Inc", 50.0), ("Wide Gear Partners", 62.0))

    assert [(row[4], row[9]) for row in rows] == [(1, "names_differ"), (1, "names_differ")]


def candidates_by_loops(snapshots: Sequence[Snapshot], kept: int) -> dict[str, list[str]]:
    weights = {}
    funds = read(prepared(snapshots), math.inf).funds
    flawed = {fund.symbol for fund in funds if fund.flaw}
    for fund in funds:
        units = {
            key: sum(round(max(counted_pct(line), 0.0) * 1e10) for line in lines)
            for key, lines in fund.holdings.items()
        }
        weights[fund.symbol] = {key: unit for key, unit in units.items() if unit}
    found = {}
    for one, own in weights.items():
        common = {
            other: sum(min(own[key], others[key]) for key in own.keys() & others.keys())
            for other, others in weights.items()
            if other != one and other not in flawed and own.keys() & others.keys()
        }
        if common:
            found[one] = sorted(common, key=lambda other: (-common[other], other))[:kept]
    return found


@pytest.mark.parametrize("seed", range(6))
def test_candidates_are_the_funds_with_the_largest_sums_of_smaller_weights(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "KEPT", 4)
    snapshots = made_up_funds(random.Random(seed), count=14)

    lake = lake_of(snapshots)

    found = lake.document(lake.newest.similar_key)["candidates"]
    assert found == candidates_by_loops(snapshots, kept=4)
