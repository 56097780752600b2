"""Builds of one holdings date whose reads and writes meet in any order: each fund is in every table in the end."""

from datetime import UTC, datetime
from itertools import combinations

import pytest

from etf_common.lake import dated_key
from etf_common.table_changes import changes_of
from etf_common.table_keys import changed_lines_key, changes_key, funds_key, holdings_key
from local.system import System
from tables.building import build, missed
from tests.functional.meeting_lakes import meet
from tests.functional.tables import fund_of, objects, put, put_back, rebuilt

NOW = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
BEFORE, DAY = "2026-11-17", "2026-11-18"
FUNDS = {"X": "FA", "Y": "FB"}
OTHER = "FC"
TABLES = (holdings_key(DAY), funds_key(DAY))
CHANGES = (changed_lines_key(DAY), changes_key(DAY))


def orders(turns: int) -> list[str]:
    """All orders in which X and Y can take so many turns each; X begins, since Y would be no different."""
    rest = range(1, 2 * turns)
    return ["X" + "".join("X" if place in of_x else "Y" for place in rest) for of_x in combinations(rest, turns - 1)]


@pytest.mark.parametrize(
    ("keys", "standing"),
    [(TABLES, False), (TABLES, True), (CHANGES, False), (CHANGES, True)],
    ids=["tables of a new date", "tables that stand", "changes of a new date", "changes that stand"],
)
def test_two_builds_that_meet_at_a_date_in_any_order_lose_nothing(
    system: System, keys: tuple[str, ...], *, standing: bool
) -> None:
    # Given three funds that traded up to a date: two that are built at once, and one before or after them
    lake = system.lake
    for symbol in (*FUNDS.values(), OTHER):
        for day in (BEFORE, DAY):
            put(lake, fund_of(symbol, day))
    wanted = rebuilt(system)
    if standing:
        put(lake, fund_of(FUNDS["X"], DAY, seed=1))
        lake.delete(dated_key(FUNDS["Y"], DAY))
    else:
        for symbol in (*FUNDS.values(), OTHER):
            lake.delete(dated_key(symbol, DAY))
    before = rebuilt(system)
    for symbol in (*FUNDS.values(), OTHER):
        put(lake, fund_of(symbol, DAY))

    # When the two builds read and write in any order
    for order in orders(len(keys) + 1):
        put_back(system, before)
        meet(system, order, keys, lambda met, who: build(met, changes_of([dated_key(FUNDS[who], DAY)]), NOW))

        # Then nothing of the two is missed, and with the third all is as if it had been built at once
        assert missed(lake).dated == ({} if standing else {DAY: frozenset([OTHER])}), order
        if not standing:
            build(lake, changes_of([dated_key(OTHER, DAY)]), NOW)
        assert objects(lake) == wanted, order
