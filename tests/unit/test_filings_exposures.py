"""Countries, currencies, maturities, liquidity and duration of one filing, and of a portfolio of funds."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_analytics import FiledPosition, filing_exposures, portfolio_exposures
from etf_analytics.filings.maturities import BUCKETS, bucket_of
from etf_common.codes import Reason
from tests.unit.filing_cases import Filing, Line, bond, filing, line, real_lines

UNDISCLOSED = {"miscellaneous_securities_usd": 3_000.0}  # 3 % of a fund of 100,000 USD


def by(rows: Sequence[Mapping[str, Any]], field: str) -> dict[Any, Any]:
    return {row[field]: row["weight_pct"] for row in rows}


def fund_of(*lines: Line, **values: Any) -> Filing:
    return filing([*lines], **values)


# One filing -----------------------------------------------------------------------------------------------------------


def test_countries_and_currencies_are_sums_of_the_lines_that_count_largest_first() -> None:
    answer = filing_exposures(
        fund_of(
            line(weight_pct=10.0),
            line(weight_pct=20.0, country="JP", currency="JPY"),
            line(weight_pct=15.5, country="JP", currency="USD"),
            line(weight_pct=2.0, country=None, currency=None),
            line(weight_pct=1.0, country="XX"),
            line(weight_pct=4.0, asset_class="cash", country="LU"),
            line(weight_pct=-3.0, country="FR"),
            line(weight_pct=0.0, country="RU"),
            line(weight_pct=-1.5, asset_class="derivative", country="GB"),
        )
    )

    countries, currencies = answer["countries"], answer["currencies"]
    assert countries["rows"] == [
        {"country": "JP", "weight_pct": 35.5, "lines": 2},
        {"country": "US", "weight_pct": 10.0, "lines": 1},
        {"country": "unknown", "weight_pct": 3.0, "lines": 2},
    ]
    assert by(currencies["rows"], "currency") == {"USD": 26.5, "JPY": 20.0, "unknown": 2.0}
    beside = {"counted_pct": 48.5, "cash_pct": 4.0, "derivatives_pct": -1.5, "short_pct": -3.0, "funds_pct": 0.0}
    assert {name: countries[name] for name in beside} == beside
    assert countries["report_date"] == "2026-06-30"
    assert (countries["accession"], countries["filed"]) == ("0001752724-26-000001", "2026-08-27")


def test_undisclosed_securities_can_be_in_any_row() -> None:
    answer = filing_exposures(fund_of(line(weight_pct=97.0), fund=UNDISCLOSED))

    (row,) = answer["countries"]["rows"]
    assert (row["weight_pct"], row["weight_pct_low"], row["weight_pct_high"]) == (97.0, 97.0, 100.0)
    assert answer["countries"]["undisclosed_pct"] == 3.0
    assert not answer["countries"]["complete"]


def test_undisclosed_securities_of_unknown_weight_leave_no_high_end() -> None:
    answer = filing_exposures(fund_of(line(weight_pct=97.0), fund={**UNDISCLOSED, "net_assets_usd": None}))

    assert answer["countries"]["rows"][0]["weight_pct_high"] is None
    assert answer["reasons"]["countries.undisclosed_pct"] == Reason.TOTAL_UNKNOWN


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], Reason.NO_FILING),
        ([line(weight_pct=None)], Reason.WEIGHT_MISSING),
        ([line(weight_pct=5_000.0)], Reason.WEIGHT_IMPOSSIBLE),
        ([line(weight_pct=math.nan)], Reason.WEIGHT_IMPOSSIBLE),
    ],
)
def test_without_weights_there_are_no_blocks_and_a_reason(lines: list[Line], reason: Reason) -> None:
    answer = filing_exposures(filing(lines))

    for name in ("countries", "currencies", "maturities", "liquidity"):
        assert answer[name] is None
        assert answer["reasons"][name] == reason


def test_an_empty_placeholder_spoils_nothing() -> None:
    empty = line(None, None, value_usd=None, balance=None)

    assert filing_exposures(fund_of(line(), empty))["countries"]["rows"][0]["lines"] == 1


def test_ratings_are_not_in_the_form() -> None:
    answer = filing_exposures(fund_of(line()))

    assert answer["ratings"] is None
    assert answer["reasons"]["ratings"] == Reason.NOT_IN_FILING


@pytest.mark.parametrize(
    ("maturity", "bucket"),
    [
        ("2026-06-29", "past_due"),
        ("2026-06-30", "0-1"),
        ("2027-06-29", "0-1"),
        ("2027-06-30", "1-3"),
        ("2029-06-30", "3-5"),
        ("2031-06-30", "5-7"),
        ("2033-06-30", "7-10"),
        ("2036-06-29", "7-10"),
        ("2036-06-30", "10-20"),
        ("2046-06-29", "10-20"),
        ("2046-06-30", "20+"),
        ("2121-07-28", "20+"),
        (None, "unknown"),
        ("soon", "unknown"),
    ],
)
def test_maturities_fall_into_buckets_by_calendar(maturity: str | None, bucket: str) -> None:
    assert bucket_of(maturity, "2026-06-30") == bucket
    assert bucket in BUCKETS


def test_maturities_are_of_bonds_with_averages_over_those_that_say_it() -> None:
    answer = filing_exposures(
        fund_of(
            bond("A", 30.0, 4.0, "2028-06-30"),
            bond("B", 10.0, 8.0, "2036-06-30", in_default=True),
            bond("C", 5.0, None, None),
            bond("D", 5.0, None, "2025-01-01"),
            line(weight_pct=50.0, maturity="2040-01-01"),
        )
    )

    block = answer["maturities"]
    assert by(block["rows"], "years") == {"past_due": 5.0, "1-3": 30.0, "10-20": 10.0, "unknown": 5.0}
    assert [row["years"] for row in block["rows"]] == ["past_due", "1-3", "10-20", "unknown"]
    assert block["bonds_pct"] == 50.0
    assert block["average_coupon_pct"] == pytest.approx(5.0)
    assert block["average_maturity_years"] == pytest.approx((30 * 2 + 10 * 10) / 40, abs=0.01)
    assert (block["average_maturity_of_pct"], block["average_coupon_of_pct"]) == (40.0, 40.0)
    assert block["in_default_pct"] == 10.0


def test_without_bonds_there_are_no_maturities() -> None:
    answer = filing_exposures(fund_of(line()))

    assert answer["maturities"] is None
    assert answer["reasons"]["maturities"] == Reason.NO_BOND_LINES


def test_averages_are_null_where_no_bond_says_it() -> None:
    answer = filing_exposures(fund_of(bond("A", 10.0, None, None)))

    assert answer["maturities"]["average_coupon_pct"] is None
    assert answer["reasons"]["maturities.average_coupon_pct"] == Reason.NOTHING_KNOWN


def test_liquidity_is_the_fair_value_levels_of_what_is_held() -> None:
    answer = filing_exposures(
        fund_of(
            line(weight_pct=60.0),
            line(weight_pct=20.0, fair_value_level=2, restricted=True),
            line(weight_pct=5.0, fair_value_level=3, restricted=None),
            line(weight_pct=4.0, asset_class="cash", fair_value_level=None),
            line(weight_pct=1.0, asset_class="derivative", fair_value_level=3),
        )
    )

    block = answer["liquidity"]
    assert block["levels"] == [{"level": level, "weight_pct": pct} for level, pct in ((1, 60.0), (2, 20.0), (3, 5.0))]
    assert (block["unclassified_pct"], block["restricted_pct"], block["derivatives_pct"]) == (4.0, 20.0, 1.0)


def risk(*amounts: float | None) -> dict[str, Any]:
    return {"interest_rate_risk": [{"currency": "USD", "period": "5Yr", "dv01_usd": one} for one in amounts]}


def test_duration_is_the_loss_for_a_basis_point_over_net_assets() -> None:
    answer = filing_exposures(fund_of(bond("A"), fund=risk(40.0, 25.0, -5.0, None)))

    assert answer["duration"]["years"] == pytest.approx(6.0)
    assert answer["duration"]["dv01_usd"] == 60.0


@pytest.mark.parametrize(
    ("fund", "reason"),
    [
        ({}, Reason.NOT_IN_FILING),
        (risk(None), Reason.NOT_IN_FILING),
        ({**risk(40.0), "net_assets_usd": 0}, Reason.NOT_IN_FILING),
        (risk(-40.0), Reason.SIGN_UNCLEAR),
    ],
)
def test_duration_is_null_where_the_filing_does_not_give_it(fund: dict[str, Any], reason: Reason) -> None:
    answer = filing_exposures(fund_of(bond("A"), fund=fund))

    assert answer["duration"] is None
    assert answer["reasons"]["duration"] == reason


_LINES = st.lists(
    st.builds(
        lambda weight, country, kind: line(weight_pct=weight / 100, country=country, asset_class=kind),
        st.integers(-200, 2_000),
        st.sampled_from(["US", "JP", "XX", None]),
        st.sampled_from(["equity", "etf", "bond", "other", "cash", "derivative"]),
    ),
    min_size=1,
    max_size=12,
)


@given(_LINES)
def test_the_rows_add_up_to_what_counts(lines: list[Line]) -> None:
    answer = filing_exposures(filing(lines))

    expected = sum(
        Fraction(str(one["weight_pct"]))
        for one in lines
        if one["weight_pct"] > 0 and one["asset_class"] not in ("cash", "derivative")
    )
    for name in ("countries", "currencies"):
        assert sum(row["weight_pct"] for row in answer[name]["rows"]) == pytest.approx(float(expected), abs=1e-4)
        assert answer[name]["counted_pct"] == pytest.approx(float(expected), abs=1e-6)


# A portfolio ----------------------------------------------------------------------------------------------------------


def test_a_portfolios_rows_are_sums_of_fund_weight_times_weight_in_the_fund() -> None:
    first = filing_exposures(fund_of(line(weight_pct=60.0), line(weight_pct=40.0, country="JP", currency="JPY")))
    second = filing_exposures(fund_of(line(weight_pct=98.0, country="JP"), symbol="OTHER"))

    answer = portfolio_exposures([FiledPosition("FUND", 0.5, first), FiledPosition("OTHER", 0.5, second)])

    assert answer["countries"]["rows"] == [
        {"country": "JP", "weight_pct": 69.0, "weight_pct_low": 69.0, "weight_pct_high": 69.0},
        {"country": "US", "weight_pct": 30.0, "weight_pct_low": 30.0, "weight_pct_high": 30.0},
    ]
    assert answer["countries"]["covered_pct"] == 100.0
    assert [one["symbol"] for one in answer["countries"]["filings"]] == ["FUND", "OTHER"]
    assert answer["countries"]["filings"][0]["accession"] == "0001752724-26-000001"
    assert answer["reasons"] == {"maturities": Reason.NO_BOND_LINES}


def test_a_position_without_a_filing_can_be_anywhere() -> None:
    known = filing_exposures(fund_of(line(weight_pct=100.0)))

    answer = portfolio_exposures([FiledPosition("FUND", 0.75, known), FiledPosition("GLD", 0.25, None)])

    (row,) = answer["countries"]["rows"]
    assert (row["weight_pct_low"], row["weight_pct_high"]) == (75.0, 100.75)  # weights total at most 103 %
    assert answer["countries"]["covered_pct"] == 75.0
    assert answer["liquidity"]["levels"][1] == {
        "level": 2, "weight_pct": 0.0, "weight_pct_low": 0.0, "weight_pct_high": 25.75
    }  # fmt: skip


def test_what_one_fund_does_not_disclose_counts_with_the_funds_weight() -> None:
    part = filing_exposures(fund_of(line(weight_pct=97.0), fund=UNDISCLOSED))
    unknown = filing_exposures(fund_of(line(weight_pct=97.0), fund={**UNDISCLOSED, "net_assets_usd": None}))

    answer = portfolio_exposures([FiledPosition("FUND", 0.5, part), FiledPosition("OTHER", 0.5, unknown)])

    (row,) = answer["countries"]["rows"]
    assert (row["weight_pct_low"], row["weight_pct_high"]) == (97.0, 97.0 + 1.5 + 51.5)


def test_without_any_filing_a_portfolio_has_no_blocks() -> None:
    answer = portfolio_exposures([FiledPosition("GLD", 1.0, None)])

    assert answer["countries"] is None
    assert set(answer["reasons"].values()) == {Reason.NO_FILING}


def test_maturities_of_a_portfolio_know_that_a_stock_fund_holds_no_bonds() -> None:
    bonds = filing_exposures(fund_of(bond("A", 100.0, 4.0, "2031-06-30")))
    more = filing_exposures(fund_of(bond("A", 50.0, 6.0, "2036-06-30")))
    stocks = filing_exposures(fund_of(line(weight_pct=100.0)))

    answer = portfolio_exposures(
        [FiledPosition("BND", 0.25, bonds), FiledPosition("B2", 0.5, more), FiledPosition("VTI", 0.25, stocks)]
    )

    block = answer["maturities"]
    assert [(row["years"], row["weight_pct_high"]) for row in block["rows"]] == [("5-7", 25.0), ("10-20", 25.0)]
    assert (block["covered_pct"], block["bonds_pct"]) == (100.0, 50.0)
    assert block["average_coupon_pct"] == pytest.approx(5.0)
    assert block["average_maturity_years"] == pytest.approx(7.5, abs=0.01)
    assert block["average_maturity_of_pct"] == 50.0


@given(_LINES, _LINES, st.integers(0, 100))
def test_the_truth_is_inside_the_bounds_when_a_filing_is_taken_away(
    one: list[Line], other: list[Line], share: int
) -> None:
    weights = [
        sum(max(0.0, line["weight_pct"]) for line in own if line["asset_class"] not in ("cash", "derivative"))
        for own in (one, other)
    ]
    if max(weights) > 103.0:
        return
    exposures = [filing_exposures(filing(lines)) for lines in (one, other)]
    parts = [FiledPosition(str(place), weight, own) for place, (weight, own) in
             enumerate(zip((share / 100, 1 - share / 100), exposures, strict=True))]  # fmt: skip
    truth = by((portfolio_exposures(parts)["countries"] or {"rows": []})["rows"], "country")

    answer = portfolio_exposures([parts[0], parts[1]._replace(exposures=None)])

    for row in answer["countries"]["rows"]:
        assert row["weight_pct_low"] - 1e-6 <= truth.get(row["country"], 0.0) <= row["weight_pct_high"] + 1e-6


# Real ones ------------------------------------------------------------------------------------------------------------


def real(folder: Path, name: str, report_date: str) -> dict[str, Any]:
    path = folder / "nport" / f"{name}.xml"
    if not path.is_file():
        pytest.skip("the folder with real filings is not here")
    return filing_exposures(filing(real_lines(path), report_date=report_date))


def test_a_real_fund_of_foreign_shares(real_folder: Path) -> None:
    answer = real(real_folder, "SCHY_2026-02-28", "2026-02-28")

    countries = by(answer["countries"]["rows"], "country")
    assert len(countries) == 29
    assert countries["GB"] == pytest.approx(15.143711)
    assert by(answer["currencies"]["rows"], "currency")["EUR"] == pytest.approx(32.910934)


def test_a_real_bond_fund_with_short_lines(real_folder: Path) -> None:
    answer = real(real_folder, "GoldmanBond_2023-03-31", "2023-03-31")

    assert answer["countries"]["short_pct"] == pytest.approx(-20.93728)
    assert sum(by(answer["maturities"]["rows"], "years").values()) == pytest.approx(answer["maturities"]["bonds_pct"])
    assert 5 < answer["maturities"]["average_maturity_years"] < 25
