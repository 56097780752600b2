"""Funds of every kind on two dates: what happened to them is recovered, or null with a reason, and never wrong.

The seeds are fixed, and the funds and the judge know nothing of the code that they judge.
"""

import math
import random
from collections.abc import Mapping
from typing import Any

import pytest

from etf_analytics import attribution, fund_changes, on_date
from tests.unit.analytics_cases import Snapshot, sector_of
from tests.unit.two_dates_cases import FROM, TRADED, trades_of
from tests.unit.two_dates_market import Held, judged, market

BATCH = 250
BATCHES = range(8)
LISTS = (*TRADED, "entered_the_list", "left_the_list", "undetermined")


def seeds(batch: int) -> range:
    return range(batch * BATCH, (batch + 1) * BATCH)


def changed(before: Snapshot, after: Snapshot) -> dict[str, Any]:
    return fund_changes(on_date(before), on_date(after))


def rows_of(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [row for name in LISTS for row in answer[name] or ()]


@pytest.mark.parametrize("batch", BATCHES)
def test_what_happened_is_recovered_or_null_with_a_reason(batch: int) -> None:
    for seed in seeds(batch):
        told = market(seed)

        assert judged(told, changed(*told.snapshots())) == [], told.told


def test_most_funds_of_a_dozen_lines_or_more_are_recovered_whole() -> None:
    funds = [told for seed in range(1_000) if len((told := market(seed)).lines) >= 12 and told.cut is None]
    few = [told for told in funds if sum(bool(held.traded) for held in told.lines) <= len(told.lines) / 3]

    known = [told for told in few if changed(*told.snapshots())["flow"]["factor"] is not None]

    assert len(few) > 200
    assert len(known) > 0.9 * len(few)


@pytest.mark.parametrize("batch", BATCHES[:3])
def test_drift_and_trade_are_the_change_of_the_weight(batch: int) -> None:
    for seed in seeds(batch):
        for row in rows_of(changed(*market(seed).snapshots())):
            if row["drift_pct"] is None or row["trade_pct"] is None:
                assert row["reasons"]["drift_pct"]
                continue
            change = row["weight_to_pct"] - row["weight_from_pct"]
            assert row["drift_pct"] + row["trade_pct"] == pytest.approx(change, abs=1.1e-6)


@pytest.mark.parametrize("batch", BATCHES[:3])
def test_contributions_of_securities_sectors_and_classes_add_up_to_the_return(batch: int) -> None:
    for seed in seeds(batch):
        before, after = (on_date(each, sector_of=sector_of) for each in market(seed).snapshots())

        answer = attribution(before, after, {})

        if answer["return_pct"] is None:
            assert answer["reasons"]["return_pct"]
            continue
        for name in ("securities", "sectors", "asset_classes"):
            total = math.fsum(row["contribution_pct"] for row in answer[name])
            assert total == pytest.approx(answer["return_pct"], abs=1e-5), name
            weight = math.fsum(row["weight_from_pct"] for row in answer[name])
            assert weight == pytest.approx(answer["covered_pct"], abs=1e-4), name


@pytest.mark.parametrize("batch", BATCHES[:2])
def test_from_one_date_to_itself_nothing_changes(batch: int) -> None:
    for seed in seeds(batch):
        before, _ = market(seed).snapshots()

        answer = changed(before, before)

        assert [answer[name] for name in LISTS] == [[]] * len(LISTS)
        assert (answer["turnover_pct"], answer["flow"]["factor"], answer["splits"]) == (0.0, 1.0, [])
        returned = attribution(on_date(before), on_date(before), {})
        assert {row["contribution_pct"] for row in returned["securities"]} <= {0.0}


@pytest.mark.parametrize("batch", BATCHES[:2])
def test_the_order_of_the_lines_changes_nothing(batch: int) -> None:
    for seed in seeds(batch):
        told = market(seed)
        if told.cut is not None:
            continue
        before, after = told.snapshots()
        chance = random.Random(seed)
        mixed = [
            {**each, "holdings": chance.sample(each["holdings"], len(each["holdings"]))} for each in (before, after)
        ]

        assert changed(*mixed) == changed(before, after), told.told
        assert attribution(on_date(mixed[0]), on_date(mixed[1]), {}) == attribution(on_date(before), on_date(after), {})


def test_reversed_dates_are_refused() -> None:
    before, after = market(5).snapshots()

    with pytest.raises(ValueError, match="is after"):
        changed(after, before)
    with pytest.raises(ValueError, match="is after"):
        attribution(on_date(after), on_date(before), {})


@pytest.mark.parametrize("factor", [2, 3, 10])
def test_a_fund_that_grows_as_a_whole_has_a_flow_and_no_trade(factor: int) -> None:
    for seed in range(300):
        told = market(seed)
        if told.cut is not None:
            continue
        before, after = told.snapshots()
        grown = {**before, "holdings": [_grown(row, factor) for row in before["holdings"]],
                 "holdings_as_of": after["holdings_as_of"]}  # fmt: skip

        answer = changed(before, grown)

        assert trades_of(answer) == {}
        assert answer["splits"] == []
        assert answer["flow"]["factor"] in (None, pytest.approx(factor))
        if len({held.name for held in told.lines if held.before}) >= 4:
            assert answer["flow"]["factor"] == pytest.approx(factor), told.told
            assert answer["turnover_pct"] == 0.0


@pytest.mark.parametrize("batch", BATCHES[:2])
def test_two_lists_of_one_date_correct_each_other_and_nothing_is_traded(batch: int) -> None:
    for seed in seeds(batch):
        told = market(seed)

        answer = changed(*told.snapshots(day=FROM))

        assert trades_of(answer) == {}
        assert all(row["traded_shares"] is None for row in rows_of(answer))


def test_the_judge_finds_what_is_wrong() -> None:
    """A judge that finds nothing would let every answer pass."""
    told = market(7)
    told.lines = [Held(f"S{number}", f"Company {number}dor Inc", "equity", 50_000.0 + number, 20.0, 20.5)
                  for number in range(12)]  # fmt: skip
    answer = changed(*told.snapshots())
    assert judged(told, answer) == []
    row = {"symbol": "S3", "name": "Company 3dor Inc", "traded_shares": 100}

    assert judged(told, {**answer, "increased": [row]})
    assert judged(told, {**answer, "decreased": [row]})
    assert judged(told, {**answer, "added": [row]})
    assert judged(told, {**answer, "undetermined": [{**row, "traded_shares": None, "reasons": {}}]})
    assert judged(told, {**answer, "splits": [{**row, "ratio": 2.0}]})
    told.lines[3] = told.lines[3].__class__(**{**vars(told.lines[3]), "traded": 500.0})
    assert judged(told, answer)


def _grown(row: Mapping[str, Any], factor: int) -> dict[str, Any]:
    amounts = {name: row[name] and row[name] * factor for name in ("shares", "market_value_usd")}
    return {**row, **amounts}
