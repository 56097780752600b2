"""Real tables, cut where lists are cut: the full table's figures are inside the bounds of the part."""

import csv
from pathlib import Path

import pytest

from etf_analytics.fund_analytics import analyze_fund
from etf_analytics.funds import prepare
from etf_analytics.lookthrough import positions_of
from etf_analytics.overlap import fund_overlap
from etf_analytics.portfolio import analyze_portfolio
from tests.unit import analytics_cases as truth
from tests.unit.analytics_cases import Snapshot, assert_inside, cut, row, sector_of, snapshot, weights_of

CUTS = (10, 20, 60, 100)


def qqq(folder: Path) -> Snapshot:
    with (folder / "qqq_2025-09-26.csv").open(encoding="utf-8-sig") as file:
        rows = [
            row(line["Holding Ticker"].strip(), float(line["Weight"]), name=line["Name"])
            for line in csv.DictReader(file)
        ]
    return snapshot(rows, "QQQ", holdings_as_of="2025-09-26")


def spy(folder: Path) -> Snapshot:
    with (folder / "spy_2026-04-10.csv").open(encoding="utf-8-sig") as file:
        table = [line for line in csv.reader(file) if len(line) == 9 and line[7] == "USD"]
    rows = [row(line[1] if line[1] != "-" else None, float(line[4]), name=line[0]) for line in table]
    return snapshot(rows, "SPY", holdings_as_of="2026-04-10")


def test_the_tables_are_what_the_definitions_say(real_folder: Path) -> None:
    spy_fund, qqq_fund = prepare(spy(real_folder)), prepare(qqq(real_folder))

    assert (len(spy_fund.weights), len(qqq_fund.weights)) == (505, 101)
    assert analyze_fund(spy_fund)["concentration"]["hhi_points"] == pytest.approx(200, abs=15)
    assert analyze_fund(qqq_fund)["concentration"]["hhi_points"] == pytest.approx(380, abs=15)
    assert len(prepare(spy(real_folder), by="issuer").weights) == 502


@pytest.mark.parametrize("by", ["security", "issuer"])
@pytest.mark.parametrize("count", CUTS)
def test_concentration(real_folder: Path, count: int, by: str) -> None:
    for full in (spy(real_folder), qqq(real_folder)):
        part = prepare(cut(full, count), by="issuer" if by == "issuer" else "security", sector_of=sector_of)
        weights = weights_of(full, by)

        answer = analyze_fund(part)

        figures = answer["concentration"]
        assert_inside(figures["hhi_points"], truth.hhi(weights) * 10_000, scale=10_000)
        assert figures["hhi_points"]["high"] <= 2.1 * figures["hhi_points"]["low"]
        for top, figure in figures["top_pct"].items():
            assert_inside(figure, truth.top(weights, int(top)) * 100)
        assert_inside(figures["effective_holdings"], truth.effective(weights))
        assert_inside(figures["names_to_half"], truth.names_to_half(weights))
        for line in answer["sectors"]["weights"]:
            assert_inside(line["weight_pct"], truth.grouped(full, "sector")[line["sector"]] * 100)


@pytest.mark.parametrize("by", ["security", "issuer"])
@pytest.mark.parametrize("count", CUTS)
def test_overlap_and_portfolio(real_folder: Path, count: int, by: str) -> None:
    fulls = {"SPY": spy(real_folder), "QQQ": qqq(real_folder)}
    a, b = (weights_of(full, by) for full in fulls.values())
    parts = {
        symbol: prepare(cut(full, count), by="issuer" if by == "issuer" else "security")
        for symbol, full in fulls.items()
    }

    pair = fund_overlap(list(parts.values()))["pairs"][0]
    answer = analyze_portfolio(positions_of({"SPY": 60, "QQQ": 40}, in_usd=False), parts)

    assert_inside(pair["overlap_pct"], truth.overlap(a, b) * 100)
    assert_inside(pair["active_share_pct"], truth.active_share(a, b) * 100)
    assert_inside(pair["coverage_a_pct"], truth.coverage(a, b) * 100)
    assert_inside(pair["coverage_b_pct"], truth.coverage(b, a) * 100)
    shares = {symbol: truth.exact(share) for symbol, share in (("SPY", 0.6), ("QQQ", 0.4))}
    weights = truth.looked_through(shares, fulls, by)
    assert_inside(answer["concentration"]["hhi_points"], truth.hhi(weights) * 10_000, scale=10_000)
    for line in answer["exposures"]:
        if line["symbol"]:
            assert_inside(line["weight_pct"], weights[line["symbol"]] * 100)


def test_a_little_more_of_a_partial_fund_changes_little(real_folder: Path) -> None:
    parts = {full["symbol"]: prepare(cut(full, 100)) for full in (spy(real_folder), qqq(real_folder))}

    rows = analyze_portfolio(positions_of({"SPY": 60, "QQQ": 40}, in_usd=False), parts)["marginal"]

    more_spy, more_qqq = (row["add"]["hhi_points"] for row in rows)
    assert more_spy["high"] < 0 < more_qqq["low"]
