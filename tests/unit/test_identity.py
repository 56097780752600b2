"""One ticker, several companies: what only shares a symbol is never added up."""

from collections.abc import Mapping
from typing import Any

import pytest

from etf_analytics.fund_analytics import analyze_fund
from etf_analytics.funds import Fund, prepare
from etf_analytics.holders import find_holders
from etf_analytics.identity import disambiguate
from etf_analytics.lookthrough import positions_of, securities_of
from etf_analytics.overlap import fund_overlap
from etf_analytics.portfolio import analyze_portfolio
from tests.unit.analytics_cases import Row, row, snapshot


def sector_of(line: Mapping[str, Any]) -> str | None:
    return {"Merck & Co Inc": "Health Care", "DTE Energy Co": "Utilities"}.get(line["name"])


def fund(symbol: str, *rows: Row, reported: int | None = -1, by: str = "security") -> Fund:
    taken = snapshot(rows, symbol, reported=reported)
    return prepare(taken, by="issuer" if by == "issuer" else "security", sector_of=sector_of)


MERCK, MERCK_KGAA = row("MRK", 2.0, name="Merck & Co Inc"), row("MRK", 1.5, name="Merck KGaA")
SANTANDER, SANOFI = row("SAN", 0.7, name="Banco Santander SA"), row("SAN", 0.5, name="Sanofi SA")


def test_two_companies_of_one_ticker_in_one_fund_stay_two() -> None:
    both = fund("VEA", SANTANDER, row("X", 0.6), SANOFI)

    assert sorted(both.weights.values()) == pytest.approx([0.005, 0.006, 0.007])
    assert both.merged == []
    assert analyze_fund(both)["concentration"]["hhi_points"] == pytest.approx(0.7**2 + 0.6**2 + 0.5**2)


def test_one_company_in_two_lines_is_one() -> None:
    twice = fund("VEA", SANTANDER, row("SAN", 0.1, name="BANCO SANTANDER SA ADR"))

    assert list(twice.weights) == ["SAN"]
    assert twice.merged[0]["names"] == ["Banco Santander SA", "BANCO SANTANDER SA ADR"]


def test_funds_that_hold_namesakes_have_nothing_in_common() -> None:
    (pair,) = fund_overlap([fund("VTI", MERCK), fund("VEA", MERCK_KGAA)])["pairs"]
    (same,) = fund_overlap([fund("VTI", MERCK), fund("VOO", row("MRK", 3.0, name="MERCK & CO INC"))])["pairs"]

    assert (pair["overlap_pct"], pair["common_count"], pair["cosine"]) == (0.0, 0, 0.0)
    assert (same["overlap_pct"], same["common_count"]) == (2.0, 1)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_each_company_is_one_in_all_funds(order: tuple[int, int, int]) -> None:
    # Given a company that comes first in one fund and second in another
    funds = [fund("A", SANTANDER, SANOFI), fund("B", SANOFI), fund("C", row("SAN", 0.2, name="Sanofi"), row("X", 0.1))]

    apart = disambiguate([funds[place] for place in order])

    named = [{line.name: key for key, line in each.securities.items()} for each in apart]
    keys = {name: key for each in named for name, key in each.items()}
    assert keys["Sanofi SA"] == keys["Sanofi"] != keys["Banco Santander SA"]
    assert all(each[name] == keys[name] for each in named for name in each)
    assert disambiguate(apart) == apart, "told apart twice is told apart once"
    assert all(set(each.weights) <= set(each.securities) == set(each.holdings) for each in apart)
    assert all(line.key == key for each in apart for key, line in each.securities.items())


def test_funds_that_agree_are_left_as_they_are() -> None:
    funds = [fund("A", row("X", 1.0)), fund("B", row("X", 2.0, name="X INC"))]
    assert all(before is after for before, after in zip(funds, disambiguate(funds), strict=True))


def test_what_the_sector_table_knows_is_one_company_whatever_it_is_called() -> None:
    old, new = row("GE", 1.0, name="General Electric"), row("GE", 2.0, name="GE Aerospace")
    funds = [
        prepare(snapshot([line], symbol), sector_of=lambda _: "Industrials")
        for symbol, line in (("A", old), ("B", new))
    ]
    assert fund_overlap(funds)["pairs"][0]["overlap_pct"] == 1.0


def test_a_symbol_alone_means_the_company_of_the_table() -> None:
    telekom, energy = row("DTE", 1.0, name="Deutsche Telekom AG"), row("DTE", 0.1, name="DTE Energy Co")
    funds = {each.symbol: each for each in disambiguate([fund("VEA", telekom, SANTANDER, SANOFI), fund("VTI", energy)])}

    listed = securities_of(["DTE", "SAN", "NOPE"], funds)

    assert {symbol: [line.name for line in lines] for symbol, lines in listed.items()} == {
        "DTE": ["DTE Energy Co"],
        "SAN": ["Banco Santander SA", "Sanofi SA"],
        "NOPE": [],
    }
    answer = analyze_portfolio(positions_of({"VEA": 50, "DTE": 50}, in_usd=False), funds)
    assert {line["name"]: line["weight_pct"] for line in answer["exposures"]} == {
        "DTE Energy Co": 50.0,
        "Deutsche Telekom AG": 0.5,
        "Banco Santander SA": 0.35,
        "Sanofi SA": 0.25,
    }
    with pytest.raises(ValueError, match="2 securities have this symbol"):
        analyze_portfolio(positions_of({"VEA": 50, "SAN": 50}, in_usd=False), funds)


def test_holders_of_namesakes_are_lines_of_their_own() -> None:
    answer = find_holders("MRK", [fund("VEA", MERCK_KGAA, reported=5), fund("VTI", MERCK, reported=9)])

    assert answer["name"] is None
    assert [(line["etf"], line["name"], line["weight_pct"]) for line in answer["holders"]] == [
        ("VTI", "Merck & Co Inc", 2.0),
        ("VEA", "Merck KGaA", 1.5),
    ]
    # VEA's list is partial, and Merck & Co may be in what is not listed.
    assert [(line["etf"], line["at_most_pct"]) for line in answer["may_hold"]] == [("VEA", 1.5)]


def test_a_namesake_hides_nothing_of_an_unlisted_security() -> None:
    # Given a partial list that has a namesake of what the other fund holds: the company itself may follow
    part = fund("VEA", row("X", 2.0), MERCK_KGAA, reported=3)

    (pair,) = fund_overlap([fund("VTI", MERCK), part])["pairs"]

    assert pair["overlap_pct"] == {"low": 0.0, "high": 1.5}


def test_a_namesake_is_no_share_class_of_an_issuer() -> None:
    # Given a foreign FOX beside Fox's own FOXA, and a fund that holds Fox's FOX
    foreign = fund(
        "VEA", row("FOXA", 3.0, name="Fox Corp Class A"), row("FOX", 2.0, name="Fox Marble PLC"), by="issuer"
    )
    own = fund("VTI", row("FOX", 1.0, name="Fox Corp Class B"), by="issuer")

    (pair,) = fund_overlap([foreign, own])["pairs"]

    assert foreign.weights["FOXA"] == 0.03
    assert pair["overlap_pct"] == 1.0
    part = fund("VEA", row("FOX", 2.0, name="Fox Marble PLC"), reported=9, by="issuer")
    (renamed, _) = disambiguate(
        [
            part,
            prepare(
                snapshot([row("FOXA", 1.0, name="Fox Corp Class A")], "VTI"), by="issuer", sector_of=lambda _: "Media"
            ),
        ]
    )
    assert renamed.unlisted_ceiling("FOXA") == 0.04, "both of Fox's classes may be unseen"


def test_an_unlisted_share_class_beside_its_namesake_can_still_follow() -> None:
    part = fund(
        "VEA",
        row("FOXA", 3.0, name="Fox Corp Class A"),
        row("FOX", 2.0, name="Fox Marble PLC"),
        reported=9,
        by="issuer",
    )
    assert part.unlisted_ceiling("FOXA") == 0.02


def test_what_one_fund_tells_apart_stays_apart_beside_a_name_that_fits_both() -> None:
    vague, both = (
        fund("A", row("EQT", 5.0, name="EQT")),
        fund("B", MERCK, row("EQT", 1.0, name="EQT Corp"), row("EQT", 0.5, name="EQT AB")),
    )

    apart = disambiguate([vague, both])

    assert sorted(apart[1].weights.values()) == [0.005, 0.01, 0.02]


@pytest.mark.parametrize("name", [None, "", "--"])
def test_without_a_name_the_symbol_decides(name: str | None) -> None:
    (pair,) = fund_overlap([fund("A", row("X", 1.0, name=name)), fund("B", row("X", 2.0))])["pairs"]
    assert pair["overlap_pct"] == 1.0


def test_funds_and_bonds_go_by_their_symbols() -> None:
    a = fund("A", row("BND", 1.0, "etf", name="Vanguard Total Bond Market ETF"), row("C1", 1.0, "bond", name="Note A"))
    b = fund("B", row("BND", 1.0, "etf", name="Vanguard Total Bd Mkt ETF"), row("C1", 1.0, name="Note Inc"))
    (pair,) = fund_overlap([a, b])["pairs"]
    assert pair["common_count"] == 1, "one symbol of two asset classes is two securities"
