"""Schwab's list held against the fund's filing."""

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_analytics import reconcile
from etf_common.codes import OpenReason, Reason
from tests.unit.filing_cases import Line, filing, line, real_lines

NAMES = (
    *("Ampere Works Inc", "Volt Energy PLC", "Kelvin Motors AG"),
    *("Joule Foods Inc", "Newton Steel Corp", "Pascal Oil SA"),
)
Row = dict[str, Any]


def row(name: str, shares: float | None, price: float = 10.0, **values: Any) -> Row:
    standard = {"symbol": name[:4].upper(), "name": name, "asset_class": "equity", "weight_pct": 10.0, "shares": shares}
    return {**standard, "market_value_usd": None if shares is None else shares * price, **values}


def filed(name: str, balance: float | None, price: float = 10.0, **values: Any) -> Line:
    value = None if balance is None else balance * price
    return line(name, 12.0, balance=balance, value_usd=value, **values)


def listed(rows: list[Row], *, complete: bool = True, date: str = "2026-09-28") -> dict[str, Any]:
    return {
        "symbol": "FUND",
        "holdings": rows,
        "holdings_as_of": date,
        "quality": {"complete": complete, "issues": []},
        "provenance": {"source": "schwab"},
    }


def six(factor: float = 1.0) -> list[Row]:
    return [row(name, round(1_000_000 * factor) + 17 * place) for place, name in enumerate(NAMES)]


def six_filed() -> list[Line]:
    return [filed(name, 1_000_000 + 17 * place) for place, name in enumerate(NAMES)]


def test_the_answer_says_which_sources_of_which_dates_it_compares() -> None:
    answer = reconcile(listed(six()), filing(six_filed()))

    assert answer["list"] == {"holdings_as_of": "2026-09-28", "lines": 6, "complete": True, "source": "schwab"}
    assert answer["filing"]["report_date"] == "2026-06-30"
    assert answer["filing"]["accession"] == "0001752724-26-000001"
    assert answer["days_apart"] == 90
    assert answer["matched"] == {"lines": 6, "list_weight_pct": 60.0, "filing_weight_pct": 72.0, "by": {"name": 6}}
    assert (answer["only_in_list"], answer["only_in_filing"], answer["open"]) == ([], [], [])


@pytest.mark.parametrize("factor", [1.0, 1.25, 0.8])
def test_creations_and_redemptions_are_no_difference(factor: float) -> None:
    answer = reconcile(listed(six(factor)), filing(six_filed()))

    assert answer["flow_factor"] == pytest.approx(factor, rel=1e-4)
    assert answer["share_differences"] == []


def test_a_line_more_than_two_per_cent_apart_is_named_with_what_was_expected() -> None:
    rows = six(1.1)
    rows[0]["shares"] *= 1.05
    rows[1]["shares"] *= 1.015

    (difference,) = reconcile(listed(rows), filing(six_filed()))["share_differences"]

    assert (difference["symbol"], difference["balance_filed"]) == ("AMPE", 1_000_000)
    assert difference["expected"] == pytest.approx(1_100_000, rel=1e-4)
    assert difference["difference_pct"] == pytest.approx(5.0, abs=0.01)


@pytest.mark.parametrize("ratio", [10, 0.1, 3])
def test_a_split_is_no_difference(ratio: float) -> None:
    rows = six()
    rows[2] = row(NAMES[2], 1_000_034 * ratio, price=11.0 / ratio)

    answer = reconcile(listed(rows), filing(six_filed()))

    assert [(split["symbol"], split["ratio"]) for split in answer["splits"]] == [("KELV", ratio)]
    assert answer["share_differences"] == []


def test_a_split_is_told_although_the_price_moved_since() -> None:
    rows = six()
    rows[2] = row(NAMES[2], 10_000_340, price=0.75)  # ten for one, and 25 % less

    assert [split["ratio"] for split in reconcile(listed(rows), filing(six_filed()))["splits"]] == [10]


def test_a_trade_of_nine_tenths_is_a_difference_and_no_split() -> None:
    rows = six()
    rows[2] = row(NAMES[2], 100_003)

    answer = reconcile(listed(rows), filing(six_filed()))

    assert answer["splits"] == []
    assert answer["share_differences"][0]["difference_pct"] == pytest.approx(-90, abs=0.1)


def test_without_a_common_factor_no_line_is_called_different() -> None:
    rows = [row(name, 1_000_000 * (1 + place) ** 2) for place, name in enumerate(NAMES)]

    answer = reconcile(listed(rows), filing(six_filed()))

    assert answer["flow_factor"] is None
    assert answer["share_differences"] is None
    assert answer["reasons"]["share_differences"] == Reason.NO_COMMON_FACTOR


def test_lines_without_shares_are_matched_and_not_compared() -> None:
    rows, lines = six(), six_filed()
    rows[0]["shares"] = None
    lines[1]["balance"] = None
    lines[2]["unit"] = "OU"

    answer = reconcile(listed(rows), filing(lines))

    assert (answer["matched"]["lines"], answer["compared_shares"]) == (6, 3)


def test_lines_of_one_source_only_are_listed_largest_first() -> None:
    rows = [*six(), row("Ohm Paper Inc", 5, weight_pct=0.1), row("Tesla Coils Inc", 9, weight_pct=0.4)]
    lines = [*six_filed(), filed("Hertz Radio Inc", 7, isin="US0378331005", country="NL")]

    answer = reconcile(listed(rows), filing(lines))

    assert [one["name"] for one in answer["only_in_list"]] == ["Tesla Coils Inc", "Ohm Paper Inc"]
    assert answer["only_in_filing"] == [
        {
            "name": "Hertz Radio Inc",
            "title": "Hertz Radio Inc",
            "isin": "US0378331005",
            "asset_class": "equity",
            "country": "NL",
            "weight_pct": 12.0,
            "balance_filed": 7,
            "why": OpenReason.NO_COUNTERPART,
        }
    ]


def test_a_partial_source_does_not_say_what_is_only_in_the_other() -> None:
    answer = reconcile(
        listed(six()[:3], complete=False), filing(six_filed(), fund={"miscellaneous_securities_usd": 500.0})
    )

    assert answer["only_in_filing"] is None
    assert answer["reasons"]["only_in_filing"] == Reason.PARTIAL_LIST
    assert answer["reasons"]["only_in_list"] == Reason.UNDISCLOSED_SECURITIES


def test_what_is_not_certain_is_open_on_both_sides_with_the_reason() -> None:
    rows = [row("Ampere Works Inc", 5, symbol="AMPA"), row("Ampere Works Inc", 6, symbol="AMPC")]
    lines = [filed("Ampere Works Inc, Class A", 5), filed("Ampere Works Inc, Class C", 6)]

    answer = reconcile(listed(rows), filing(lines))

    assert [one["side"] for one in answer["open"]] == ["list", "list", "filing", "filing"]
    assert {one["why"] for one in answer["open"]} == {OpenReason.SEVERAL_CANDIDATES}


def test_cash_and_derivatives_are_counted_apart() -> None:
    rows = [*six(), row("US Dollar", 3, asset_class="cash", weight_pct=0.5)]
    lines = [*six_filed(), line("Index Future", -0.25, asset_class="derivative")]

    answer = reconcile(listed(rows), filing(lines))

    assert answer["not_compared"] == {
        "list_lines": 1,
        "list_weight_pct": 0.5,
        "filing_lines": 1,
        "filing_weight_pct": -0.25,
    }
    assert answer["only_in_list"] == answer["only_in_filing"] == answer["open"] == []


@given(
    st.lists(st.integers(-5, 10_000_000), min_size=6, max_size=6),
    st.lists(st.integers(-5, 10_000_000), min_size=6, max_size=6),
)
def test_any_numbers_of_shares_can_be_compared(shares: list[int], balances: list[int]) -> None:
    rows = [row(name, count) for name, count in zip(NAMES, shares, strict=True)]
    lines = [filed(name, count) for name, count in zip(NAMES, balances, strict=True)]

    answer = reconcile(listed(rows), filing(lines))

    assert answer["matched"]["lines"] == 6
    assert answer["compared_shares"] == sum(one * other > 0 for one, other in zip(shares, balances, strict=True))
    assert all(abs(one["difference_pct"]) > 2 for one in answer["share_differences"] or ())


def test_the_real_list_of_qqq_against_its_next_filing(real_folder: Path) -> None:
    path = real_folder / "nport" / "QQQ_2025-12-31.xml"
    if not path.is_file():
        pytest.skip("the folder with real filings is not here")
    with (real_folder / "qqq_2025-09-26.csv").open(encoding="utf-8-sig") as file:
        rows = [
            row(
                entry["Name"],
                float(entry["Shares/Par Value"].replace(",", "")),
                symbol=entry["Holding Ticker"].strip(),
                weight_pct=float(entry["Weight"]),
                market_value_usd=float(entry["MarketValue"].replace(",", "")),
            )
            for entry in csv.DictReader(file)
            if entry["Holding Ticker"].strip()
        ]

    answer = reconcile(listed(rows, date="2025-09-26"), filing(real_lines(path), report_date="2025-12-31"))

    assert answer["days_apart"] == 96
    assert answer["matched"]["lines"] == 93
    assert answer["matched"]["filing_weight_pct"] == pytest.approx(91.17, abs=0.01)
    assert [(split["symbol"], split["ratio"]) for split in answer["splits"]] == [("NFLX", 0.1)]
    assert len(answer["share_differences"]) < 20
    assert {one["symbol"] for one in answer["only_in_list"]} >= {"CDW", "TTD", "ON"}
