"""The verdict on two lines, and the edges of its evidence: ISIN, implied price, names."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_analytics.matching.bonds import parse_bond
from etf_analytics.matching.clusters import clustered
from etf_analytics.matching.evidence import Evidence, Verdict, compare_prices, verdict
from etf_common.codes import DoubtReason

DAY = date(2026, 11, 18)
SAME, DIFFERENT, DOUBT = Verdict.SAME, Verdict.DIFFERENT, Verdict.DOUBT
APPLE, MICROSOFT = "US0378331005", "US5949181045"


def line(name: str | None, price: float | None = None, days: int = 0, **values: Any) -> Evidence:
    standard: dict[str, Any] = {"symbol": "X", "asset_class": "equity", "isin": None, "bond": None}
    return Evidence(name=name, price=price, as_of=DAY + timedelta(days), **{**standard, **values})


def bond(name: str) -> Evidence:
    return line(name, symbol=None, asset_class="bond", bond=parse_bond(name))


@pytest.mark.parametrize(
    ("ratio", "days", "expected"),
    [
        # On one date: 3 %, 1.6 x, and no split excuses a difference
        (1.03, 0, SAME),
        (1.031, 0, DOUBT),
        (1.6, 0, DOUBT),
        (1.601, 0, DIFFERENT),
        (2.0, 0, DIFFERENT),
        (10.0, 0, DIFFERENT),
        # Up to two days: 3 % a day
        (1.03, 1, SAME),
        (1.04, 1, DOUBT),
        (1.06, 2, SAME),
        (1.07, 2, DOUBT),
        # Later 3 % and 3 % a day, at most 40 %
        (1.12, 3, SAME),
        (1.13, 3, DOUBT),
        (1.33, 10, SAME),
        (1.34, 10, DOUBT),
        (1.40, 100, SAME),
        (1.41, 100, DOUBT),
        # Too far: 1.6 x and 3 % more a day, unless a split fits within 3 %
        (1.648, 1, DOUBT),
        (1.66, 1, DIFFERENT),
        (2.0, 1, DOUBT),
        (2.06, 1, DOUBT),
        (2.07, 1, DIFFERENT),
        (2.5, 3, DIFFERENT),
        (3.09, 3, DOUBT),
        (20.0, 5, DOUBT),
        (21.0, 5, DIFFERENT),
        (6.0, 5, DIFFERENT),
    ],
)
def test_what_prices_say(ratio: float, days: int, expected: Verdict) -> None:
    assert compare_prices(100.0, 100.0 * ratio, days) is expected
    assert compare_prices(100.0 * ratio, 100.0, days) is expected


def test_prices_say_nothing_where_one_is_missing_or_a_date_is_unreadable() -> None:
    assert compare_prices(None, 1.0, 0) is DOUBT
    assert compare_prices(1.0, 1.0, None) is DOUBT


@pytest.mark.parametrize(
    ("one", "other", "expected", "why"),
    [
        # The ISIN decides, whatever else stands there
        (line("Apple Inc", 10.0, isin=APPLE), line("Orange SA", 99.0, isin=APPLE, symbol="Y"), SAME, None),
        (line("Apple Inc", 10.0, isin=APPLE), line("Apple Inc", 10.0, isin=MICROSOFT), DIFFERENT, None),
        # The price alone decides up to two days
        (line("Tidewater", 10.0), line("Anvil", 10.2), SAME, None),
        (line("Tidewater", 10.0), line("Anvil", 10.5, 2), SAME, None),
        (line(None, 10.0), line("Anvil", 10.0), SAME, None),
        # Sanofi and Banco Santander; Merck & Co and Merck KGaA
        (line("Sanofi SA", 98.0), line("Banco Santander SA", 9.2), DIFFERENT, None),
        (line("Merck & Co Inc", 88.0), line("Merck KGaA", 150.0), DIFFERENT, None),
        # Equal names do not help where the price is another's
        (line("Tidewater Inc", 10.0), line("Tidewater Inc", 20.0), DIFFERENT, None),
        (line("Tidewater Inc", 10.0), line("Tidewater Inc", 20.0, 30), SAME, None),
        # Legal forms against each other, and equal prices
        (line("Tidewater Inc", 10.0), line("Tidewater AG", 10.0), DOUBT, DoubtReason.LEGAL_FORMS_DIFFER),
        (line("Tidewater Inc", 10.0), line("Tidewater AG", 10.0, 30), DOUBT, DoubtReason.LEGAL_FORMS_DIFFER),
        # Beyond two days names must not contradict; they need not agree
        (line("Tidewater Inc", 10.0), line("Anvil Corp", 11.0, 30), SAME, None),
        # Names alone
        (line("Tidewater Inc"), line("TIDEWATER INC"), SAME, None),
        (line("Tidewater Inc"), line("Tidewater AG"), DIFFERENT, None),
        (line("Tidewater Inc"), line("Anvil Inc"), DOUBT, DoubtReason.NAMES_DIFFER),
        (line("Tidewater Inc"), line(None), DOUBT, DoubtReason.NAME_MISSING),
        (line("Tidewater Inc", 10.0), line("Anvil Inc", 13.0), DOUBT, DoubtReason.NAMES_DIFFER),
        (line("Tidewater Inc", 10.0), line("TIDEWATER INC", 13.0), SAME, None),
        (line("Tidewater Inc", 10.0), line("Tidewater AG", 13.0), DIFFERENT, None),
        # Other tickers are other securities
        (line("Tidewater Inc", 10.0, symbol="T1"), line("Tidewater Inc", 10.0, symbol="T2"), DIFFERENT, None),
        # A bond under a ticker is not its issuer's share, and only its terms identify it
        (line("AT&T Inc", 25.0), line("TREASURY NOTE", 25.0, asset_class="bond"), DIFFERENT, None),
        (bond("TREASURY NOTE"), bond("TREASURY NOTE"), DOUBT, DoubtReason.BOND_NOT_IDENTIFIED),
        (bond("Acme 5% 01/15/2035"), bond("ACME 5.00 01/15/35"), SAME, None),
        (bond("Acme 5% 01/15/2035"), bond("Acme 5% 01/15/2036"), DIFFERENT, None),
        (bond("Acme 5% 01/15/2035"), bond("ACME 01/35 5.00"), DOUBT, DoubtReason.BOND_NOT_IDENTIFIED),
    ],
)
def test_the_verdict(one: Evidence, other: Evidence, expected: Verdict, why: DoubtReason | None) -> None:
    assert verdict(one, other) == (expected, why)
    assert verdict(other, one) == (expected, why)


NAMES = ("EQT", "EQT Corp", "EQT AB", "EQT CORPORATION", "Tidewater Inc", None)
lines = st.lists(
    st.builds(
        line, st.sampled_from(NAMES), st.sampled_from([None, 10.0, 10.2, 13.0, 20.0]), st.sampled_from([0, 1, 9])
    ),
    min_size=1,
    max_size=7,
)


@given(lines, st.randoms())
def test_the_order_of_the_lines_changes_no_cluster_and_no_doubt(found: list[Evidence], chance: Any) -> None:
    order = [*range(len(found))]
    chance.shuffle(order)

    def described(evidence: list[Evidence], places: list[int]) -> tuple[set[frozenset[int]], set[frozenset[Any]]]:
        clusters = clustered(evidence, "security")
        named = [frozenset(places[member] for member in members) for members in clusters.clusters]
        return set(named), {frozenset((named[one], named[other])) for one, other, _ in clusters.doubts}

    assert described(found, [*range(len(found))]) == described([found[place] for place in order], order)


@given(lines)
def test_lines_in_one_cluster_never_differ_and_what_is_between_clusters_is_told(found: list[Evidence]) -> None:
    clusters = clustered(found, "security")
    for members in clusters.clusters:
        assert all(verdict(found[one], found[other])[0] is not DIFFERENT for one in members for other in members)
    doubtful = {frozenset(pair[:2]) for pair in clusters.doubts}
    for one, first in enumerate(clusters.clusters):
        for other, second in enumerate(clusters.clusters[:one]):
            differ = any(verdict(found[a], found[b])[0] is DIFFERENT for a in first for b in second)
            assert differ != (frozenset((one, other)) in doubtful), "neither a silent split nor a silent sum"


def test_a_vague_name_makes_no_company_of_two() -> None:
    clusters = clustered([line("EQT"), line("EQT Corp"), line("EQT AB")], "security")
    assert clusters.clusters == [[0], [1], [2]]
    assert {pair[:2] for pair in clusters.doubts} == {(0, 1), (0, 2)}


def test_a_third_list_can_settle_a_doubt() -> None:
    old, new, both = line("Old Name"), line("New Name", 10.0), line("Old Name", 10.0)
    assert clustered([old, new], "security").doubts != []
    assert clustered([old, new, both], "security").clusters == [[0, 1, 2]]
