"""What is in doubt between lists: two readings, bounds from both, and both names in the answer."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.flat.tables import overlap_table
from etf_analytics import analyze_fund, analyze_portfolio, compare_funds, find_holders, fund_overlap, identity
from etf_analytics.funds import Fund, prepare
from etf_analytics.identity import disambiguate, read
from etf_analytics.lookthrough import positions_of
from etf_analytics.matching import clusters
from etf_analytics.matching.clusters import MOST_COMPARED
from etf_analytics.matching.evidence import verdict
from etf_common.flat_table import csv_of
from tests.unit import analytics_cases as truth
from tests.unit.analytics_cases import Row, assert_inside, row, snapshot

NOTHING: dict[str, Any] = {"shares": None, "market_value_usd": None}


def unpriced(symbol: str | None, weight: float, name: str | None, asset_class: str = "equity") -> Row:
    return row(symbol, weight, asset_class, name=name, **NOTHING)


def priced(symbol: str | None, weight: float, name: str, price: float, asset_class: str = "equity") -> Row:
    return row(symbol, weight, asset_class, name=name, shares=100, market_value_usd=100 * price)


def fund(symbol: str, *rows: Row, **values: Any) -> Fund:
    return prepare(snapshot(sorted(rows, key=lambda line: -line["weight_pct"]), symbol, **values))


def pair_of(*funds: Fund) -> dict[str, Any]:
    (pair,) = fund_overlap(funds)["pairs"]
    return dict(pair)


def portfolio_of(amounts: Mapping[str, float], *funds: Fund) -> dict[str, Any]:
    return analyze_portfolio(positions_of(amounts, in_usd=False), {each.symbol: each for each in funds})


SPY_LIKE = fund(
    "S", unpriced("META", 3.0, "META PLATFORMS INC CLASS A"), unpriced("NEM", 2.0, "NEWMONT CORP"),
    unpriced("XYZ", 1.5, "BLOCK INC"), unpriced("GOOGL", 1.0, "ALPHABET INC CL A"),
)  # fmt: skip
VOO_LIKE = fund(
    "V", unpriced("META", 2.5, "Facebook Inc. Class A"), unpriced("NEM", 2.5, "Newmont Goldcorp Corp."),
    unpriced("SQ", 1.0, "Square Inc. Class A"), unpriced("GOOGL", 1.0, "Alphabet Inc. Class A"),
)  # fmt: skip


@pytest.mark.parametrize("by", ["security", "issuer"])
def test_renamed_companies_are_not_split_and_complete_lists_without_doubt_have_no_bounds(by: Any) -> None:
    def named(each: Fund) -> Fund:
        rows = [dict(line) for lines in each.holdings.values() for line in lines]
        return prepare(snapshot(rows, each.symbol), by=by)

    answer = fund_overlap([named(SPY_LIKE), named(VOO_LIKE)])

    assert answer["pairs"][0]["overlap_pct"] == 6.5
    assert answer["pairs"][0]["common_count"] == 4
    assert answer["doubts"] == []


def test_names_that_say_nothing_of_each_other_give_bounds_and_both_names() -> None:
    a = fund("A", unpriced("X", 60.0, "Tidewater Inc"), unpriced("Y", 40.0, "Anvil Inc"))
    b = fund("B", unpriced("X", 50.0, "Quetzal Inc"), unpriced("Y", 50.0, "Anvil Inc"))

    answer = fund_overlap([a, b])

    assert answer["doubts"] == [
        {"symbol": "X", "names": ["Tidewater Inc", "Quetzal Inc"], "funds": ["A", "B"], "why": "names_differ"}
    ]
    pair = answer["pairs"][0]
    assert pair["overlap_pct"] == {"low": 40.0, "high": 90.0}
    assert pair["active_share_pct"] == {"low": 10.0, "high": 60.0}
    assert pair["coverage_a_pct"] == {"low": 40.0, "high": 100.0}
    assert pair["common_count"] == {"low": 1, "high": 2}
    assert pair["jaccard"] == {"low": pytest.approx(1 / 3, abs=1e-6), "high": 1.0}
    only = {line["name"]: (line["in_doubt"], line["overlap_pct"]) for line in (*answer["only_a"], *answer["only_b"])}
    assert only == {
        "Tidewater Inc": (True, {"low": 0.0, "high": 50.0}),
        "Quetzal Inc": (True, {"low": 0.0, "high": 50.0}),
    }


def test_a_spreadsheet_shows_what_may_be_common() -> None:
    a = fund("A", unpriced("X", 60.0, "Tidewater Inc"), unpriced("Y", 40.0, "Anvil Inc"))
    b = fund(
        "B", unpriced("X", 50.0, "Quetzal Inc"), unpriced("Y", 30.0, "Anvil Inc"), unpriced("W", 20.0, "Umber Inc")
    )

    lines = csv_of(overlap_table(fund_overlap([a, b]))).decode("utf-8-sig").splitlines()

    assert lines[1:] == [
        "Y,Anvil Inc,40.0,40.0,40.0,30.0,30.0,30.0,30.0,30.0,30.0,",
        "X,Tidewater Inc,60.0,60.0,60.0,,0.0,50.0,,0.0,50.0,",
        "X,Quetzal Inc,,0.0,60.0,50.0,50.0,50.0,,0.0,50.0,",
    ]


def test_a_price_settles_it() -> None:
    tidewater, same, other = (
        priced("X", 60.0, "Tidewater Inc", 20.0),
        priced("X", 50.0, "Quetzal Inc", 20.3),
        priced("X", 50.0, "Quetzal Inc", 41.0),
    )
    assert pair_of(fund("A", tidewater), fund("B", same))["overlap_pct"] == 50.0
    assert pair_of(fund("A", tidewater), fund("B", other))["overlap_pct"] == 0.0


def test_one_line_in_doubt_with_two_of_another_fund_is_at_most_one_of_them() -> None:
    vague = fund("A", unpriced("EQT", 30.0, "EQT"))
    both = fund("B", unpriced("EQT", 20.0, "EQT Corp"), unpriced("EQT", 10.0, "EQT AB"))

    answer = fund_overlap([vague, both])

    assert len(answer["doubts"]) == 2
    assert answer["pairs"][0]["overlap_pct"]["low"] == 0.0
    assert answer["pairs"][0]["overlap_pct"]["high"] >= 20.0
    assert answer["pairs"][0]["common_count"] == {"low": 0, "high": 1}


def test_every_pair_of_a_matrix_has_bounds_of_its_own() -> None:
    # Given a vague line that can be the second fund's or the third's, which are two companies
    a = fund("A", unpriced("EQT", 30.0, "EQT"))
    b, c = fund("B", unpriced("EQT", 20.0, "EQT Corp")), fund("C", unpriced("EQT", 10.0, "EQT AB"))

    found = {(pair["a"], pair["b"]): pair["overlap_pct"] for pair in fund_overlap([a, b, c])["pairs"]}

    assert found == {("A", "B"): {"low": 0.0, "high": 20.0}, ("A", "C"): {"low": 0.0, "high": 10.0}, ("B", "C"): 0.0}


def test_bonds_that_nobody_can_identify_overlap_from_0_up() -> None:
    notes = [unpriced(None, weight, "TREASURY NOTE", "bond") for weight in (60.0, 40.0)]
    answer = fund_overlap([fund("A", *notes), fund("B", unpriced("T", 20.0, "TREASURY NOTE", "bond"))])

    assert answer["pairs"][0]["overlap_pct"] == {"low": 0.0, "high": 20.0}
    assert answer["doubts"] == [
        {"symbol": None, "names": ["TREASURY NOTE"], "funds": ["A", "B"], "why": "bond_not_identified"}
    ]
    unique = unpriced(None, 90.0, "Acme Works Senior Secured", "bond")
    assert pair_of(fund("A", unique), fund("B", unique))["overlap_pct"] == {"low": 0.0, "high": 90.0}


def test_an_unidentified_bond_can_be_an_identified_one_that_is_not_matched_yet() -> None:
    five, six = (unpriced(None, weight, f"Acme {weight:g}% 01/15/2035", "bond") for weight in (5.0, 6.0))
    note = unpriced(None, 4.0, "ACME", "bond")

    pair = pair_of(fund("A", five, six), fund("B", five, note))

    assert pair["overlap_pct"] == {"low": 5.0, "high": 9.0}
    assert pair["common_count"] == {"low": 1, "high": 2}
    assert pair_of(fund("A", five, six), fund("B", six, five))["overlap_pct"] == 11.0


def test_a_ticker_on_a_bond_is_its_issuer_s() -> None:
    # Given a fund of AT&T and of Treasury notes that its list puts under T
    notes = [unpriced("T", weight, "TREASURY NOTE", "bond") for weight in (30.0, 26.0)]
    mixed, equities = fund("M", unpriced("T", 2.0, "AT&T Inc"), *notes), fund("E", unpriced("T", 3.0, "AT&T INC"))

    assert sorted(mixed.weights.values()) == [0.02, 0.26, 0.3]
    assert mixed.merged == []
    assert pair_of(mixed, equities)["overlap_pct"] == 2.0
    assert [line["weight_pct"] for line in find_holders("T", [mixed, equities])["holders"]] == [3.0, 2.0]


def test_a_bond_with_a_coupon_and_a_maturity_is_one_in_every_style_and_under_every_ticker() -> None:
    a = fund("A", unpriced("JPM", 5.0, "JPMORGAN CHASE & CO 5.336% 01/23/2035", "bond"))
    b = fund("B", unpriced(None, 4.0, "JPMorgan Chase & Co 5.336 01/23/35", "bond"), unpriced("JPM", 2.0, "JPMorgan"))
    assert pair_of(a, b)["overlap_pct"] == 4.0


def test_a_name_with_a_bond_s_terms_is_a_bond_whatever_its_list_calls_it() -> None:
    bond = unpriced("JPM", 5.0, "JPMORGAN CHASE & CO 5.336% 01/23/2035")
    share = unpriced("JPM", 3.0, "JPMORGAN CHASE & CO")
    assert sorted(fund("A", bond, share).weights.values()) == [0.03, 0.05]
    assert pair_of(fund("A", bond), fund("B", share))["overlap_pct"] == 0.0


def test_lines_without_a_symbol_go_by_a_name_that_occurs_once() -> None:
    once, twice = unpriced(None, 5.0, "Alder Works"), [unpriced(None, weight, "Alder Works") for weight in (3.0, 2.0)]
    assert pair_of(fund("A", once), fund("B", {**once, "weight_pct": 4.0}))["overlap_pct"] == 4.0
    assert pair_of(fund("A", once), fund("B", *twice))["overlap_pct"] == {"low": 0.0, "high": 3.0}
    assert pair_of(fund("A", once), fund("B", unpriced("ALDW", 4.0, "ALDER WORKS")))["overlap_pct"] == 4.0
    kind = unpriced(None, 5.0, "COMMERCIAL PAPER", "other")
    assert pair_of(fund("A", kind), fund("B", kind))["overlap_pct"] == {"low": 0.0, "high": 5.0}


def test_within_one_fund_the_price_tells_namesakes_from_repeated_lines() -> None:
    apart = fund("A", priced("SAN", 2.0, "Banco Santander SA", 9.2), priced("SAN", 1.0, "Sanofi SA", 98.0))
    once = fund("A", priced("SAN", 2.0, "Banco Santander SA", 9.2), priced("SAN", 1.0, "BCO SANTANDER", 9.2))

    assert sorted(apart.weights.values()) == [0.01, 0.02]
    assert once.weights == {"SAN": 0.03}
    assert analyze_fund(apart)["doubts"] == analyze_fund(once)["doubts"] == []


def test_a_fund_s_own_doubt_bounds_its_figures() -> None:
    doubtful = fund("A", unpriced("X", 60.0, "Tidewater Inc"), unpriced("X", 40.0, "Quetzal Inc"))

    answer, (column,) = analyze_fund(doubtful), compare_funds([doubtful])["funds"]

    assert answer["concentration"]["hhi_points"] == {"low": 5200.0, "high": 10000.0}
    assert answer["concentration"]["top_pct"]["1"] == {"low": 60.0, "high": 100.0}
    assert answer["doubts"][0]["names"] == ["Tidewater Inc", "Quetzal Inc"]
    assert column["concentration"] == answer["concentration"]
    assert column["doubts"] == answer["doubts"]


def test_tsm_in_two_spellings_is_one_company_for_holders_and_positions() -> None:
    cut, whole = "Taiwan Semiconductor Manufacturing Co Lt...", "Taiwan Semiconductor Manufacturing Co Ltd ADR"
    funds = [fund("A", unpriced("TSM", 5.0, cut)), fund("B", unpriced("TSM", 4.0, whole))]

    answer = find_holders("TSM", funds)

    assert answer["name"] == cut
    assert answer["doubts"] == []
    exposures = portfolio_of({"A": 50, "TSM": 50}, *funds)["exposures"]
    assert [(line["symbol"], line["weight_pct"]) for line in exposures] == [("TSM", 52.5)]


def test_holders_name_what_is_in_doubt() -> None:
    funds = [fund("A", unpriced("X", 5.0, "Tidewater Inc")), fund("B", unpriced("X", 0.0, "Quetzal Inc"))]

    answer = find_holders("X", funds)

    assert answer["name"] is None
    assert [line["name"] for line in answer["holders"]] == ["Tidewater Inc", "Quetzal Inc"]
    assert answer["doubts"][0]["names"] == ["Tidewater Inc", "Quetzal Inc"]


def test_a_holder_is_found_by_a_former_symbol() -> None:
    funds = [fund("A", unpriced("FB", 5.0, "Facebook Inc")), fund("B", unpriced("META", 4.0, "Meta Platforms Inc"))]
    for symbol in ("FB", "META"):
        assert [line["etf"] for line in find_holders(symbol, funds)["holders"]] == ["A", "B"]


def test_a_portfolio_has_bounds_from_both_readings() -> None:
    a = fund("A", unpriced("X", 60.0, "Tidewater Inc"), unpriced("Y", 40.0, "Anvil Inc"))
    b = fund("B", unpriced("X", 100.0, "Quetzal Inc"))

    answer = portfolio_of({"A": 50, "B": 50}, a, b)

    assert answer["concentration"]["hhi_points"] == {"low": 3800.0, "high": 6800.0}
    assert answer["concentration"]["top_pct"]["1"] == {"low": 50.0, "high": 80.0}
    assert {line["name"]: line["weight_pct"] for line in answer["exposures"]} == {
        "Quetzal Inc": {"low": 50.0, "high": 80.0},
        "Tidewater Inc": {"low": 30.0, "high": 80.0},
        "Anvil Inc": 20.0,
    }
    assert answer["doubts"][0]["funds"] == ["A", "B"]


FUND_LINE = priced("BND", 50.0, "Vanguard Total Bond Market ETF", 100.5, "etf")


@pytest.mark.parametrize(
    ("held", "opens"),
    [
        (FUND_LINE, True),
        (priced("BND", 50.0, "VANGUARD TOTAL BND MRKT ETF", 99.0, "etf"), True),
        (unpriced("BND", 50.0, "Vanguard Total Bond Market ETF", "etf"), True),
        # Called a company by its list, but it has the fund's name
        (priced("BND", 50.0, "BND Fund", 100.5), True),
        # Another fund, or a company, with its ticker
        (priced("BND", 50.0, "Bendigo Bond Active ETF", 23.0, "etf"), False),
        (priced("BND", 50.0, "Bendigo Mining Ltd", 100.5), False),
        (unpriced("BND", 50.0, "iShares Global Bond ETF", "etf"), False),
    ],
)
def test_a_held_line_is_the_fund_here_unless_its_name_or_price_contradicts(held: Row, opens: bool) -> None:
    title = "BND Fund" if held["name"] == "BND Fund" else "Vanguard Total Bond Market Index Fund ETF"
    inner = fund("BND", unpriced(None, 100.0, "Acme 5% 01/15/2035", "bond"), name=title)

    answer = portfolio_of({"F": 100}, fund("F", held, unpriced("Y", 50.0, "Anvil Inc")), inner)

    names = {line["name"] for line in answer["exposures"]}
    assert ("Acme 5% 01/15/2035" in names) == opens
    assert (answer["unresolved"] == []) == (opens or held["asset_class"] == "equity")


def test_a_held_fund_that_is_not_here_is_unresolved_and_its_cost_unknown() -> None:
    holder = fund("F", unpriced("XLK", 50.0, "Technology Select Sector SPDR Fund", "etf"), unpriced("Y", 50.0, "Anvil"))
    positions = positions_of({"F": 50, "XLK": 50}, in_usd=False)

    answer = analyze_portfolio(positions, {"F": holder}, expense_ratio_pct={"F": 0.03})

    assert answer["cost"]["bps"] is None
    assert (answer["cost"]["known_bps"], answer["cost"]["covered_pct"]) == (1.5, 50.0)
    assert [(line["symbol"], line["weight_pct"], line["why"]) for line in answer["unresolved"]] == [
        ("XLK", 75.0, "no_snapshot")
    ]


# The truth is always between the readings -----------------------------------------------------------------------------

NAMES = {"T": ("Tidewater Inc", "Quetzal Inc"), "U": ("Umber Corp", "Verdant Corp")}


Real = dict[str, Fraction]


@st.composite
def doubtful_funds(draw: st.DrawFn, count: int) -> list[tuple[Fund, Real]]:
    """Complete funds whose lines are hard to tell from each other, and what each really holds, by security."""
    # Two names of a ticker are one company's in all lists, or two companies'.
    is_one = {ticker: draw(st.booleans()) for ticker in NAMES}
    weight = st.integers(1, 900).map(lambda size: size / 100)
    funds = []
    for number in range(count):
        held: list[tuple[str, Row]] = [("Z", unpriced("Z", draw(weight), "Zinc Inc"))]
        for ticker, names in NAMES.items():
            if draw(st.booleans()):
                name = draw(st.sampled_from(names))
                held.append((ticker if is_one[ticker] else name, unpriced(ticker, draw(weight), name)))
        for security in draw(st.lists(st.sampled_from("123"), unique=True)):
            name = f"Acme {security}% 01/15/2035" if draw(st.booleans()) else "ACME"
            held.append((security, unpriced(None, draw(weight), name, "bond")))
        real = {security: truth.exact(line["weight_pct"]) / 100 for security, line in held}
        funds.append((fund("ABC"[number], *(line for _, line in held)), real))
    return funds


@given(doubtful_funds(2))
def test_the_true_overlap_is_between_the_readings(found: list[tuple[Fund, Real]]) -> None:
    (a, real_a), (b, real_b) = found
    pair = pair_of(a, b)
    assert_inside(pair["overlap_pct"], truth.overlap(real_a, real_b) * 100)
    assert_inside(pair["active_share_pct"], truth.active_share(real_a, real_b) * 100)
    assert_inside(pair["coverage_a_pct"], truth.coverage(real_a, real_b) * 100)
    assert_inside(pair["common_count"], len(real_a.keys() & real_b.keys()))


@given(doubtful_funds(3))
def test_the_true_portfolio_is_between_the_readings(found: list[tuple[Fund, Real]]) -> None:
    answer = portfolio_of({"A": 50, "B": 30, "C": 20}, *(each for each, _ in found))
    real: Real = {}
    for (_, holdings), share in zip(found, (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)), strict=True):
        for security, weight in holdings.items():
            real[security] = real.get(security, Fraction(0)) + share * weight
    assert_inside(answer["concentration"]["hhi_points"], truth.hhi(real) * 10_000)
    assert_inside(answer["concentration"]["top_pct"]["1"], truth.top(real, 1) * 100)
    assert_inside(answer["concentration"]["effective_holdings"], truth.effective(real))
    by_name = {"Zinc Inc": "Z", **{f"Acme {security}% 01/15/2035": security for security in "123"}}
    for line in answer["exposures"]:
        if line["name"] in by_name:
            assert_inside(line["weight_pct"], real[by_name[line["name"]]] * 100)


@given(doubtful_funds(3))
def test_the_order_of_the_funds_does_not_matter(found: list[tuple[Fund, Real]]) -> None:
    funds = [each for each, _ in found]

    def figures(order: list[Fund]) -> dict[frozenset[str], Any]:
        return {frozenset((pair["a"], pair["b"])): pair["overlap_pct"] for pair in fund_overlap(order)["pairs"]}

    assert figures(funds) == figures(funds[::-1])


@given(doubtful_funds(2))
def test_reading_twice_is_reading_once(found: list[tuple[Fund, Real]]) -> None:
    once = disambiguate([each for each, _ in found])
    assert [each.weights for each in disambiguate(once)] == [each.weights for each in once]
    assert [set(each.weights) <= set(each.securities) == set(each.holdings) for each in once] == [True, True]


def test_the_work_grows_with_the_lines_and_not_with_their_square(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given funds that spell every name in another way
    def spelled(number: int, count: int) -> Fund:
        names = ("Tidewater {} Inc", "TIDEWATER {} INC /DE/", "Quetzal {} Inc")
        rows = [unpriced(f"S{n}", 100 / count, names[number % 3].format(n)) for n in range(count)]
        return prepare(snapshot(rows, f"F{number}"))

    calls = 0

    def counted(*lines: Any) -> Any:
        nonlocal calls
        calls += 1
        return verdict(*lines)

    monkeypatch.setattr(clusters, "verdict", counted)
    found = []
    for count in (50, 100):
        calls = 0
        readings = read([spelled(number, count) for number in range(12)])
        assert len(readings.pairs) == count
        found.append(calls)
    assert found[1] == 2 * found[0]
    assert [len(each.weights) for each in readings.funds] == [100] * 12
    assert all(len(one.weights) == len(other.weights) for one, other in combinations(readings.funds, 2))


def test_a_ticker_with_too_many_descriptions_may_be_one_security_in_every_pair_of_funds() -> None:
    # Given three funds whose lines of one ticker have more names than are compared, those of C between the others' ones
    count = MOST_COMPARED + 1
    a = prepare(snapshot([unpriced("X", 60.0, "Alder Works"), unpriced("OTHER", 40.0, "Other Works")], "A"))
    b = prepare(snapshot([unpriced("X", 50.0, "Zinnia Works"), unpriced("ELSE", 50.0, "Else Works")], "B"))
    c = prepare(snapshot([unpriced("X", 1.0, f"Marl {number} Works") for number in range(count)], "C"))

    answer = fund_overlap([a, b, c])

    # Then A and B may have it in common, although no line of C tells so
    pairs = {(pair["a"], pair["b"]): pair["overlap_pct"] for pair in answer["pairs"]}
    assert pairs == {
        ("A", "B"): {"low": 0.0, "high": 50.0},
        ("A", "C"): {"low": 0.0, "high": 60.0},
        ("B", "C"): {"low": 0.0, "high": 50.0},
    }
    (doubt,) = answer["doubts"]
    assert (doubt["symbol"], doubt["funds"], doubt["why"]) == ("X", ["A", "B", "C"], "too_many_descriptions")
    assert len(doubt["names"]) == count + 2
    # And whoever has only one of them has nothing in doubt
    assert fund_overlap([a, fund("D", unpriced("A", 100.0, "A Inc"))])["doubts"] == []


def test_all_figures_take_a_ticker_with_too_many_descriptions_apart_and_together() -> None:
    lines = [unpriced("X", 1.0, f"Marl {number} Works") for number in range(MOST_COMPARED + 1)]
    crowded = prepare(snapshot([*lines, unpriced("Y", 35.0, "Yarrow Inc")], "A"))
    apart, together = 65 * 0.01**2 + 0.35**2, 0.65**2 + 0.35**2

    answer = analyze_fund(crowded)
    portfolio = portfolio_of({"A": 1.0}, crowded)

    expected = {"low": pytest.approx(apart), "high": pytest.approx(together)}
    assert answer["concentration"]["hhi"] == portfolio["concentration"]["hhi"] == expected
    assert [doubt["why"] for doubt in answer["doubts"] + portfolio["doubts"]] == ["too_many_descriptions"] * 2
    assert [doubt["why"] for doubt in find_holders("X", [crowded])["doubts"]] == ["too_many_descriptions"]
    assert {row["symbol"] for row in portfolio["exposures"] if row.get("in_doubt")} == {"X"}


def test_lines_that_become_one_keep_all_their_holdings() -> None:
    lines = [unpriced("X", 0.001, f"Marl {number} Works") for number in range(3000)]
    merged = read([prepare(snapshot(lines, "A"))]).merged((0,))

    assert merged is not None
    assert [len(rows) for rows in merged.funds[0].holdings.values()] == [3000]


def test_a_question_compares_a_bounded_number_of_lines_and_leaves_the_rest_in_doubt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given 20 funds that list the same tickers, each under names of its own
    def own_names(number: int, count: int) -> Fund:
        rows = [unpriced(f"S{n}", 100 / count, f"Alder{number} Birch{number} {n}") for n in range(count)]
        return prepare(snapshot(rows, f"F{number}"))

    monkeypatch.setattr(identity, "MOST_PAIRS", 200)
    readings = read([own_names(number, 5) for number in range(20)])

    # Then the first ticker is compared, and of the others it is said that there are too many
    assert [crowd.why for crowd in readings.crowds] == ["names_differ", *["too_many_descriptions"] * 4]
    assert [len(crowd.keys) for crowd in readings.crowds] == [20] * 5
    merged = readings.merged((3, 7))
    assert merged is not None
    assert merged.funds[0].weights.keys() == merged.funds[1].weights.keys()
