"""A fund's list joined with its filing."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_analytics import join_list
from etf_analytics.filings.join import Joined, Pair
from etf_analytics.matching.names import compare_names
from etf_common.codes import JoinedBy, OpenReason
from tests.unit.filing_cases import Line, bond, line, real_lines

Row = dict[str, Any]


def row(symbol: str | None, name: str | None, asset_class: str = "equity", **values: Any) -> Row:
    return {"symbol": symbol, "name": name, "asset_class": asset_class, "weight_pct": 1.0, **values}


def pairs(joined: Joined) -> list[Pair]:
    return [*joined.pairs]


def why_rows(joined: Joined) -> dict[int, OpenReason]:
    return dict(joined.open_rows)


def why_lines(joined: Joined) -> dict[int, OpenReason]:
    return dict(joined.open_lines)


# Names ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "filed", "title"),
    [
        ("AMPERE WORKS INC", "Ampere Works, Inc.", "Ampere Works, Inc."),
        ("Ampere Works Inc Class A", "Ampere Works Inc", "AMPERE WORKS-A"),
        ("Procter + Gamble Co/The", "Procter & Gamble Co.", "PROCTER & GAMBLE"),
        ("Lilly (Eli)", "Eli Lilly & Co", "ELI LILLY & CO"),
        ("Kraken Defense & Security Solutions Inc", "Kraken Defense & Security Solu", None),
        ("P G + E CORP", "PG&E Corp", "PG&E CORP"),
        ("A.P. M\u00f8ller - M\u00e6rsk AS", "A.P. Moller - Maersk AS", "A.P. MOLLER - MA"),
    ],
)
def test_one_company_written_in_two_ways_is_joined(name: str, filed: str, title: str | None) -> None:
    joined = join_list([row("ZZZ", name)], [line("Other Works Inc"), line(filed, title=title)])

    assert pairs(joined) == [((0,), (1,), JoinedBy.NAME)]
    assert why_lines(joined) == {0: OpenReason.NO_COUNTERPART}


def test_the_title_says_what_the_name_does_not() -> None:
    joined = join_list([row("AMP", "Ampere Works")], [line("Some Trust Company", title="AMPERE WORKS INC")])

    assert pairs(joined) == [((0,), (0,), JoinedBy.NAME)]


def test_a_foreign_legal_form_against_an_american_one_is_another_company() -> None:
    joined = join_list([row("MRK", "Merck & Co Inc")], [line("Merck KGaA")])

    assert pairs(joined) == []
    assert why_rows(joined) == {0: OpenReason.NO_COUNTERPART}


def test_what_a_company_was_once_called_gives_way_to_who_is_called_so_today() -> None:
    rows = [row("TT", "Trane Technologies PLC"), row("IR", "Ingersoll Rand Inc")]

    joined = join_list(rows, [line("Ingersoll Rand Inc"), line("Trane Technologies PLC")])

    assert pairs(joined) == [((0,), (1,), JoinedBy.NAME), ((1,), (0,), JoinedBy.NAME)]


def test_a_renamed_company_is_joined_with_its_old_name() -> None:
    joined = join_list([row("META", "Meta Platforms Inc Class A")], [line("Facebook Inc")])

    assert pairs(joined) == [((0,), (0,), JoinedBy.NAME)]


def test_what_has_no_name_is_open() -> None:
    joined = join_list([row("AMP", None), row(None, "Common Stock")], [line(None)])

    assert why_rows(joined) == {0: OpenReason.NAME_MISSING, 1: OpenReason.NAME_MISSING}
    assert why_lines(joined) == {0: OpenReason.NAME_MISSING}


# Share classes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [("Class A", "Class C"), ("CL A", "CL C"), ("Series A", "Series C"), ("(Class A)", "(Class C)")],
)
def test_of_two_classes_the_letter_decides(first: str, second: str) -> None:
    rows = [row("AMPC", f"Ampere Works Inc {second}"), row("AMPA", f"Ampere Works Inc {first}")]
    lines = [
        line("Ampere Works Inc.", title="Ampere Works Inc., Class A"),
        line("Ampere Works Inc", title="Ampere Works-C"),
    ]

    joined = join_list(rows, lines)

    assert pairs(joined) == [((0,), (1,), JoinedBy.SHARE_CLASS), ((1,), (0,), JoinedBy.SHARE_CLASS)]


def test_two_classes_that_one_source_does_not_tell_apart_stay_open() -> None:
    rows = [row("AMPC", "Ampere Works Inc"), row("AMPA", "Ampere Works Inc")]
    lines = [line("Ampere Works Inc., Class A"), line("Ampere Works Inc., Class C")]

    joined = join_list(rows, lines)

    assert why_rows(joined) == dict.fromkeys((0, 1), OpenReason.SEVERAL_CANDIDATES)
    assert why_lines(joined) == dict.fromkeys((0, 1), OpenReason.SEVERAL_CANDIDATES)


def test_share_counts_decide_nothing() -> None:
    rows = [row("AMPC", "Ampere Works Inc", shares=700), row("AMPA", "Ampere Works Inc", shares=500)]
    lines = [line("Ampere Works Inc., Class A", balance=500), line("Ampere Works Inc., Class C", balance=700)]

    assert pairs(join_list(rows, lines)) == []


def test_the_one_without_a_class_is_the_one_without_a_class() -> None:
    rows = [row("HEI", "Ampere Works Corp"), row("HEI.A", "Ampere Works Corp Class A")]
    lines = [line("Ampere Works Corp., Class A"), line("AMPERE WORKS CORP")]

    assert pairs(join_list(rows, lines)) == [((0,), (1,), JoinedBy.SHARE_CLASS), ((1,), (0,), JoinedBy.SHARE_CLASS)]


def test_the_ticker_tells_the_class_that_the_name_leaves_out() -> None:
    rows = [row("AMP.B", "Ampere Works Inc"), row("AMP.A", "Ampere Works Inc")]
    lines = [line("Ampere Works Inc., Class A"), line("Ampere Works Inc., Class B")]

    assert [pair[:2] for pair in pairs(join_list(rows, lines))] == [((0,), (1,)), ((1,), (0,))]


def test_another_class_is_not_the_same_security_even_alone() -> None:
    joined = join_list([row("AMPC", "Ampere Works Inc Class C")], [line("Ampere Works Inc., Class A")])

    assert pairs(joined) == []
    assert why_rows(joined) == why_lines(joined) == {0: OpenReason.SHARE_CLASS_DIFFERS}


def test_the_last_letter_of_a_cut_title_is_no_class() -> None:
    rows = [row("AMP.B", "Ampere Holding Co Non-Voting"), row("AMP", "Ampere Holding Co")]
    lines = [
        line("Ampere Holding Co", title="AMPERE HOLDING C"),
        line("Ampere Holding Co Non-Voting", title="AMPERE HOLDING C"),
    ]

    joined = join_list(rows, lines)

    assert [pair[:2] for pair in pairs(joined)] == [((0,), (1,)), ((1,), (0,))]


def test_preferred_is_not_common() -> None:
    rows = [row("AMP", "Ampere Works SA"), row("AMP4", "Ampere Works SA Pfd Shs")]
    lines = [line("Ampere Works SA", filed_category="EP"), line("Ampere Works SA")]
    alone = join_list([row("AMP4", "Ampere Works SA Preferred Shares")], [line("Ampere Works SA Shares")])

    joined = join_list(rows, lines)

    assert ((1,), (1,)) not in [pair[:2] for pair in pairs(joined)]
    assert ((0,), (0,)) not in [pair[:2] for pair in pairs(joined)]
    assert pairs(alone) == []


# Tickers and identifiers ----------------------------------------------------------------------------------------------


def test_the_filings_ticker_tells_which_of_several_it_is() -> None:
    rows = [row("AMPC", "Ampere Works Inc"), row("AMPA", "Ampere Works Inc")]
    lines = [line("Ampere Works Inc", ticker="AMPA"), line("Ampere Works Inc", ticker="AMPC")]

    assert pairs(join_list(rows, lines)) == [((0,), (1,), JoinedBy.TICKER), ((1,), (0,), JoinedBy.TICKER)]


def test_one_ticker_joins_a_name_with_a_typing_error_and_not_another_company() -> None:
    rows = [row("TJX", "TJX Companies Inc"), row("SAN", "Banco Santander SA")]
    lines = [line("TJX COMPANIESS INC/THE", ticker="TJX"), line("Sanofi", ticker="SAN")]

    joined = join_list(rows, lines)

    assert pairs(joined) == [((0,), (0,), JoinedBy.TICKER)]
    assert why_rows(joined) == {1: OpenReason.NO_COUNTERPART}


def test_codes_of_the_filers_own_contradict_nothing_but_another_class_does() -> None:
    own_code = join_list([row("AMP", "Ampere Works Inc")], [line("Ampere Works Inc", ticker="1234567")])
    other_class = join_list([row("GOOG", "Alphabet Inc")], [line("Alphabet Inc", ticker="GOOGL")])

    assert len(own_code.pairs) == 1
    assert why_rows(other_class) == {0: OpenReason.SHARE_CLASS_DIFFERS}


@pytest.mark.parametrize("code", ["US0378331005", "037833100", " us0378331005 "])
def test_an_identifier_decides_whatever_the_names_say(code: str) -> None:
    lines = [line("Ampere Works Inc", isin="US5949181045"), line("Volt Inc", isin="US0378331005", cusip="037833100")]

    joined = join_list([row(code, "Ampere Works Inc")], lines)

    assert pairs(joined) == [((0,), (1,), JoinedBy.IDENTIFIER)]


def test_a_row_with_an_identifier_is_not_joined_with_a_line_that_has_another() -> None:
    joined = join_list([row("US0378331005", "Ampere Works Inc")], [line("Ampere Works Inc", isin="US5949181045")])

    assert why_rows(joined) == why_lines(joined) == {0: OpenReason.IDENTIFIER_DIFFERS}


def test_rows_and_lines_of_one_security_add_up() -> None:
    rows = [row("AMP", "Ampere Works Inc"), row("AMP", "Ampere Works Inc")]
    lines = [line("Ampere Works Inc", isin="US0378331005"), line("AMPERE WORKS", isin="US0378331005")]

    joined = join_list(rows, lines)

    assert pairs(joined) == [((0, 1), (0, 1), JoinedBy.NAME)]
    assert joined.line_of_row == {0: 0, 1: 0}


def test_cash_and_derivatives_are_not_joined() -> None:
    rows = [row(None, "Ampere Money Fund", "cash"), row("ESU6", "Ampere Future", "derivative")]
    lines = [line("Ampere Money Fund", asset_class="cash"), line("Ampere Future", asset_class="derivative")]

    joined = join_list(rows, lines)

    assert why_rows(joined) == why_lines(joined) == dict.fromkeys((0, 1), OpenReason.NOT_COMPARED)


# Bonds ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "filed", "coupon", "maturity"),
    [
        ("US TREASURY N/B 11/34 4.25", "United States Treasury Note/Bond", 4.25, "2034-11-15"),
        ("AMPERE WORKS INC 5 1/8% 03/01/2031", "Ampere Works Inc.", 5.125, "2031-03-01"),
        ("FANNIE MAE 3.5% 07/15/2030", "Federal National Mortgage Association", 3.5, "2030-07-15"),
        ("TREASURY BILL 12/24/2026", "United States Treasury Bill", 0, "2026-12-24"),
    ],
)
def test_a_bond_is_told_by_issuer_coupon_and_maturity(name: str, filed: str, coupon: float, maturity: str) -> None:
    lines = [
        bond(filed, coupon_pct=coupon + 1, maturity=maturity),
        bond(filed, coupon_pct=coupon, maturity="2040-01-01"),
        bond("Volt Inc", coupon_pct=coupon, maturity=maturity),
        bond(filed, coupon_pct=coupon, maturity=maturity),
    ]

    joined = join_list([row(None, name, "bond")], lines)

    assert pairs(joined) == [((0,), (3,), JoinedBy.BOND)]
    assert set(why_lines(joined).values()) == {OpenReason.NO_COUNTERPART}


def test_a_bond_is_never_a_share_of_its_issuer() -> None:
    joined = join_list([row("AMP", "Ampere Works Inc")], [bond("Ampere Works Inc")])

    assert pairs(joined) == []


def test_an_inflation_indexed_bond_is_not_a_plain_one() -> None:
    indexed = bond("United States Treasury", title="United States Treasury Inflation Indexed Bonds")

    joined = join_list([row(None, "US TREASURY N/B 4.25% 11/15/2034", "bond")], [indexed])

    assert pairs(joined) == []


def test_bonds_without_terms_are_open() -> None:
    rows = [row(None, "FNMA POOL 4.25%", "bond"), row(None, "Ampere Works Inc", "bond")]
    lines = [bond("Fannie Mae", title="Fannie Mae Pool"), bond("Ampere Works Inc", coupon_pct=None, maturity=None)]

    joined = join_list(rows, lines)

    assert why_rows(joined) == dict.fromkeys((0, 1), OpenReason.BOND_NOT_IDENTIFIED)
    assert OpenReason.BOND_NOT_IDENTIFIED in why_lines(joined).values()


def test_the_only_pool_with_its_terms_is_joined_and_is_no_bond_of_the_agency() -> None:
    rows = [row(None, "Fannie Mae Pool 4.25% 11/15/2034", "bond"), row(None, "FANNIE MAE 4.25% 11/15/2034", "bond")]

    joined = join_list(rows, [bond("Fannie Mae"), bond("Fannie Mae", title="FNMA POOL")])

    assert pairs(joined) == [((0,), (1,), JoinedBy.BOND), ((1,), (0,), JoinedBy.BOND)]


@pytest.mark.parametrize("count", [2, 100])
def test_pools_with_equal_terms_stay_open(count: int) -> None:
    lines = [bond("Fannie Mae", title="FNMA POOL", balance=number) for number in range(count)]

    joined = join_list([row(None, "Fannie Mae Pool 4.25% 11/15/2034", "bond")], lines)

    assert pairs(joined) == []
    assert why_rows(joined) == {0: OpenReason.SEVERAL_CANDIDATES if count == 2 else OpenReason.TOO_MANY_CANDIDATES}


def test_the_number_of_a_pool_tells_which_of_several_it_is() -> None:
    titles = ["FNMA POOL MA4237", "FNMA POOL MA4238"]
    rows = [row(None, f"Fannie Mae Pool {number} 4.25% 11/15/2034", "bond") for number in ("MA4238", "MA4239")]

    joined = join_list(rows, [bond("Fannie Mae", title=title) for title in titles])

    assert pairs(joined) == [((0,), (1,), JoinedBy.BOND)]
    assert why_rows(joined) == {1: OpenReason.NO_COUNTERPART}


def test_a_purchase_of_pools_to_be_announced_is_no_pool() -> None:
    joined = join_list([row(None, "FNMA POOL 4.25% 11/15/2034", "bond")], [bond("Fannie Mae", title="FNMA POOL TBA")])

    assert pairs(joined) == []


def test_two_issues_with_equal_terms_stay_open() -> None:
    lines = [bond("Ampere Works Inc", isin="US0378331005"), bond("Ampere Works Inc", isin="US5949181045")]

    joined = join_list([row(None, "Ampere Works Inc 4.25% 11/15/2034", "bond")], lines)

    assert why_rows(joined) == {0: OpenReason.SEVERAL_CANDIDATES}
    assert why_lines(joined) == dict.fromkeys((0, 1), OpenReason.SEVERAL_CANDIDATES)


# All of them ----------------------------------------------------------------------------------------------------------

_NAMES = st.sampled_from(
    [
        *("Ampere Works Inc", "AMPERE WORKS INC CL A", "Ampere Works Inc., Class C", "Volt PLC", "Volt Inc", None, "-"),
        *("Volt Energy Inc", "Kraken Defense & Security Solu", "US DOLLAR", "Ampere 4.25% 11/15/2034"),
    ]
)
_CLASSES = st.sampled_from(["equity", "etf", "bond", "other", "cash", "derivative"])
_CODES = st.sampled_from([None, None, "AMP", "AMPA", "VLT", "037833100", "US0378331005"])
_ROWS = st.lists(st.builds(row, _CODES, _NAMES, _CLASSES), max_size=8)
_LINES = st.lists(
    st.builds(
        lambda name, kind, isin, ticker: line(
            name, asset_class=kind, isin=isin, ticker=ticker, coupon_pct=4.25, maturity="2034-11-15"
        ),
        _NAMES,
        _CLASSES,
        st.sampled_from([None, "US0378331005", "US5949181045"]),
        st.sampled_from([None, "AMPA", "VLT"]),
    ),
    max_size=8,
)


@given(_ROWS, _LINES)
def test_every_row_and_every_line_is_in_one_pair_or_open(rows: list[Row], lines: list[Line]) -> None:
    joined = join_list(rows, lines)

    listed = [place for pair in joined.pairs for place in pair.rows] + [*why_rows(joined)]
    filed = [place for pair in joined.pairs for place in pair.lines] + [*why_lines(joined)]
    assert sorted(listed) == [*range(len(rows))]
    assert sorted(filed) == [*range(len(lines))]


@given(_ROWS, _LINES, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_lines_decides_nothing(rows: list[Row], lines: list[Line], random: Any) -> None:
    places, others = [*range(len(rows))], [*range(len(lines))]
    random.shuffle(places)
    random.shuffle(others)

    joined = join_list(rows, lines)
    shuffled = join_list([rows[place] for place in places], [lines[place] for place in others])

    assert {(frozenset(pair.rows), frozenset(pair.lines), pair.by) for pair in joined.pairs} == {
        (frozenset(places[row] for row in pair.rows), frozenset(others[own] for own in pair.lines), pair.by)
        for pair in shuffled.pairs
    }


def comparisons() -> int:
    counted = compare_names.cache_info()
    return counted.hits + counted.misses


@pytest.mark.parametrize(
    ("name", "filed"),
    [
        ("Ampere Works {} Inc", "Ampere Works {} Inc"),
        ("American {} Holdings Inc", "AMERICAN {} HOLDINGS"),
        ("American Advanced Communication {} Systems ...", "American Advanced Communication {} ..."),
    ],
)
def test_a_list_of_many_lines_needs_few_comparisons_a_line(name: str, filed: str) -> None:
    count = 3_000
    rows = [row(f"S{number}", name.format(f"k{number}x")) for number in range(count)]
    lines = [line(filed.format(f"k{number}x")) for number in range(count)]
    before = comparisons()

    joined = join_list(rows, lines)

    assert comparisons() - before <= 40 * count
    assert len(joined.pairs) + len(joined.open_rows) == count


def test_a_hundred_thousand_lines_of_one_name_are_not_compared_at_all() -> None:
    rows = [row(f"S{number}", "Ampere Works Inc") for number in range(2_000)]
    lines = [line("Ampere Works Inc")] * 100_000
    before = comparisons()

    joined = join_list(rows, lines)

    assert comparisons() == before
    assert len(joined.open_lines) == len(lines)


def test_too_many_lines_of_one_name_are_open_on_both_sides() -> None:
    lines = [line("Ampere Works Inc") for _ in range(50)]

    joined = join_list([row("AMP", "Ampere Works Inc")], lines)

    assert why_rows(joined) == {0: OpenReason.TOO_MANY_CANDIDATES}
    assert set(why_lines(joined).values()) == {OpenReason.TOO_MANY_CANDIDATES}


def test_a_row_whose_only_line_is_crowded_has_not_several_candidates() -> None:
    rows = [row("AMP", "Ampere Works Inc"), row("VLT", "Ampere Wor...")]
    lines = [line("Ampere Works Inc"), *(line(f"Ampere Work{number} Inc") for number in range(40))]

    joined = join_list(rows, lines)

    assert why_rows(joined) == dict.fromkeys((0, 1), OpenReason.TOO_MANY_CANDIDATES)


def test_companies_whose_names_begin_alike_do_not_crowd_each_other() -> None:
    names = [f"Ampere{number:03} Works of the North" for number in range(400)]

    joined = join_list([row(f"A{number}", name) for number, name in enumerate(names)], [line(name) for name in names])

    assert [pair[:2] for pair in pairs(joined)] == [((number,), (number,)) for number in range(400)]


def test_as_many_bonds_as_a_large_fund_has() -> None:
    rows = [row(None, f"Ampere {number % 97} Inc {number % 8}.{number % 100:02}% 01/15/{2030 + number % 20}", "bond")
            for number in range(4_000)]  # fmt: skip
    lines = [bond("US Treasury", coupon_pct=4.0, maturity="2034-11-15") for _ in range(20_000)]
    before = comparisons()

    joined = join_list([*rows, row(None, "US TREASURY 4% 11/15/2034", "bond")], lines)

    assert comparisons() - before <= 40 * len(rows)
    assert why_rows(joined)[len(rows)] is OpenReason.TOO_MANY_CANDIDATES


# Real ones ------------------------------------------------------------------------------------------------------------


def qqq(folder: Path, *, class_in_name: bool = False) -> list[Row]:
    classes = {"GOOGL": " Class A", "GOOG": " Class C"} if class_in_name else {}
    with (folder / "qqq_2025-09-26.csv").open(encoding="utf-8-sig") as file:
        return [
            row(symbol, entry["Name"] + classes.get(symbol, ""), cusip=entry["Security Identifier"])
            for entry in csv.DictReader(file)
            if (symbol := entry["Holding Ticker"].strip())
        ]


def spy(folder: Path) -> list[Row]:
    with (folder / "spy_2026-04-10.csv").open(encoding="utf-8-sig") as file:
        table = [entry for entry in csv.reader(file) if len(entry) == 9 and entry[7] == "USD"]
    return [row(entry[1], entry[0], cusip=entry[2]) for entry in table if entry[1] != "-"]


def filed(folder: Path, name: str) -> list[Line]:
    path = folder / "nport" / f"{name}.xml"
    if not path.is_file():
        pytest.skip("the folder with real filings is not here")
    return real_lines(path)


def judged(rows: Sequence[Row], lines: Sequence[Mapping[str, Any]]) -> tuple[int, list[str]]:
    """How many pairs are right, and the names of those that are wrong. CUSIPs judge, which the joining does not see."""
    right, wrong = 0, []
    for pair in join_list([{**one, "cusip": None} for one in rows], lines).pairs:
        found = [lines[place] for place in pair.lines]
        # A CINS number is not in the ISIN; where the filing gives no CUSIP, the names have been compared by eye.
        codes = {code for one in found for code in (one["cusip"], (one["isin"] or "")[2:11])}
        listed = rows[pair.rows[0]]
        if listed["cusip"] in codes or (listed["cusip"][0] in "GHNLY" and not any(one["cusip"] for one in found)):
            right += 1
        else:
            wrong.append(f"{listed['name']} / {found[0]['title']}")
    return right, wrong


@pytest.mark.parametrize(("class_in_name", "least"), [(False, 93), (True, 95)])
def test_the_real_list_of_qqq_joined_with_its_filing(real_folder: Path, class_in_name: bool, least: int) -> None:
    right, wrong = judged(qqq(real_folder, class_in_name=class_in_name), filed(real_folder, "QQQ_2025-12-31"))

    assert wrong == []
    assert right >= least


@pytest.mark.parametrize(
    ("name", "least"), [("VTV_2025-12-31", 299), ("QQQ_2026-03-31", 87), ("SPY_2026-03-31_trimmed", 5)]
)
def test_the_real_list_of_spy_joined_with_filings(real_folder: Path, name: str, least: int) -> None:
    right, wrong = judged(spy(real_folder), filed(real_folder, name))

    assert wrong == []
    assert right >= least


def test_real_bonds_joined_with_their_terms_in_their_names(real_folder: Path) -> None:
    lines = filed(real_folder, "GoldmanBond_2023-03-31")
    bonds = [one for one in lines if one["asset_class"] == "bond" and one["maturity"]]
    rows = []
    for one in bonds:
        year, month, day = one["maturity"].split("-")
        rows.append(row(None, f"{one['title']} {one['coupon_pct']}% {month}/{day}/{year}", "bond", cusip=one["isin"]))

    joined = join_list([{**one, "isin": None} for one in rows], lines)

    assert len(joined.pairs) >= 660
    wrong = [
        rows[pair.rows[0]]["name"]
        for pair in joined.pairs
        if rows[pair.rows[0]]["cusip"] not in {lines[place]["isin"] for place in pair.lines}
    ]
    assert wrong == []
    assert set(why_rows(joined).values()) <= {
        OpenReason.BOND_NOT_IDENTIFIED,
        OpenReason.SEVERAL_CANDIDATES,
        OpenReason.NO_COUNTERPART,
    }
