"""A filing in the form of a list: the figures of lists, on filings."""

from typing import Any

import pytest

from etf_analytics import (
    analyze_fund,
    analyze_portfolio,
    attribution,
    filing_as_list,
    filing_basis,
    fund_changes,
    fund_overlap,
    isin_of_line,
    on_date,
    positions_of,
    prepare,
)
from etf_common.codes import Reason
from tests.unit.filing_cases import Filing, Line, bond, filing, line

APPLE, MICROSOFT, BANK = "US0378331005", "US5949181045", "US0605051046"


def share(name: str, isin: str | None, weight_pct: float, **values: Any) -> Line:
    return line(name, weight_pct, isin=isin, balance=weight_pct * 100, value_usd=weight_pct * 1_000, **values)


def three(*, spelled: str = "Apple Inc", symbol: str = "FUND", **values: Any) -> Filing:
    lines = [share(spelled, APPLE, 50.0), share("Microsoft Corp", MICROSOFT, 30.0), share("Volt SA", None, 15.0)]
    return filing(lines, symbol, **values)


def test_a_filing_has_the_figures_of_a_list() -> None:
    answer = analyze_fund(prepare(filing_as_list(three(), {APPLE: "AAPL"})))

    assert answer["holdings_as_of"] == "2026-06-30"
    assert answer["concentration"]["top_pct"]["1"] == 50.0
    assert answer["counted_pct"] == 95.0
    assert answer["complete"] is True
    assert answer["spread_bps"] is None


def test_the_symbol_comes_from_the_table_and_not_from_the_filing() -> None:
    holdings = filing_as_list(filing([share("Apple Inc", APPLE, 5.0, ticker="12345")]), {APPLE: "AAPL"})["holdings"]

    assert holdings[0]["symbol"] == "AAPL"
    assert filing_as_list(three())["holdings"][0]["symbol"] is None


def test_names_that_change_with_the_agent_are_still_one_security() -> None:
    before = on_date(filing_as_list(three(report_date="2026-03-31")))
    after = on_date(filing_as_list(three(spelled="APPLE COMPUTER HOLDINGS INCORPORATED")))

    answer = fund_changes(before, after)

    assert (answer["from"], answer["to"]) == ("2026-03-31", "2026-06-30")
    assert (answer["added"], answer["removed"], answer["doubts"]) == ([], [], [])
    assert answer["unchanged_count"] == 3


def test_different_isins_are_two_securities_whatever_their_names() -> None:
    one, other = (filing([share("Apple Inc", isin, 50.0)], report_date=date) for isin, date in
                  ((APPLE, "2026-03-31"), (MICROSOFT, "2026-06-30")))  # fmt: skip

    answer = fund_changes(on_date(filing_as_list(one)), on_date(filing_as_list(other)))

    assert len(answer["added"]) == len(answer["removed"]) == 1


def test_the_return_of_a_quarter_is_attributed_to_the_lines() -> None:
    later = three()
    later["lines"][0]["value_usd"] *= 1.1

    answer = attribution(on_date(filing_as_list(three(report_date="2026-03-31"))), on_date(filing_as_list(later)), {})

    assert answer["return_pct"] == pytest.approx(5.0)


def test_two_filings_overlap_by_isin() -> None:
    funds = [prepare(filing_as_list(fund)) for fund in (three(), three(spelled="APPLE COMPUTER", symbol="OTHER"))]

    answer = fund_overlap(funds)

    assert answer["pairs"][0]["overlap_pct"] == pytest.approx(95.0)


def test_a_portfolio_of_filings() -> None:
    funds = {name: prepare(filing_as_list(three(symbol=name))) for name in ("FUND", "OTHER")}

    answer = analyze_portfolio(positions_of({"FUND": 50.0, "OTHER": 50.0}, in_usd=False), funds)

    assert answer["exposures"][0]["weight_pct"] == pytest.approx(50.0)


def test_lines_with_one_isin_are_one_security() -> None:
    fund = prepare(filing_as_list(filing([share("Apple Inc", APPLE, 5.0), share("APPLE INC", APPLE, 7.0)])))

    assert [round(weight, 9) for weight in fund.weights.values()] == [0.12]


def test_undisclosed_securities_leave_no_figure_but_a_reason() -> None:
    part = three(fund={"miscellaneous_securities_usd": 100.0})

    answer = analyze_fund(prepare(filing_as_list(part)))

    assert answer["concentration"]["hhi"] is None
    assert answer["reasons"]["concentration.hhi"] == Reason.UNDISCLOSED_SECURITIES


@pytest.mark.parametrize(
    ("isin", "cusip", "country", "found"),
    [
        (APPLE, None, "US", APPLE),
        (None, "037833100", "US", APPLE),
        (None, "037833100", "CA", None),
        (None, "G1151C101", "US", None),  # Accenture, whose ISIN is Irish
        (None, "000000000", "US", None),
        ("US0000000001", None, "US", None),
    ],
)
def test_an_isin_is_made_only_from_an_american_cusip(
    isin: str | None, cusip: str | None, country: str, found: str | None
) -> None:
    assert isin_of_line(line(isin=isin, cusip=cusip, country=country)) == found


def test_a_short_position_has_shares_below_zero() -> None:
    lines = [share("Apple Inc", APPLE, 5.0), share("Volt Inc", MICROSOFT, -5.0, side="short")]
    lines[1].update(balance=500, value_usd=-5_000.0)

    holdings = filing_as_list(filing(lines))["holdings"]

    assert [holding["shares"] for holding in holdings] == [500, -500]


@pytest.mark.parametrize(
    ("filed", "name"),
    [
        (line("Alphabet Inc", title="Alphabet Inc., Class C"), "Alphabet Inc., Class C"),
        (line("Lennar Corp", title="LENNAR CORP"), "Lennar Corp"),
        (line("JPMorgan Chase", title="SOLD JPY", asset_class="derivative"), "SOLD JPY"),
        (line(None, title="Volt Inc"), "Volt Inc"),
        (line("Volt Inc", title=None), "Volt Inc"),
        (line(None), None),
        (bond("Volt Inc"), "Volt Inc 4.25% 2034-11-15"),
        (bond("Volt Inc", title="VOLT INC 4.25% 11/15/2034"), "VOLT INC 4.25% 11/15/2034"),
        (bond("Volt Inc", coupon_pct=None), "Volt Inc"),
    ],
)
def test_what_a_line_is_called(filed: Line, name: str | None) -> None:
    assert filing_as_list(filing([filed]))["holdings"][0]["name"] == name


def test_an_answer_says_which_filing_it_rests_on() -> None:
    assert filing_basis(three()) == {
        "source": "filing",
        "report_date": "2026-06-30",
        "filed": "2026-08-27",
        "accession": "0001752724-26-000001",
        "complete": True,
    }
