"""Questions about all funds: answers from the tables equal those from all whole snapshots."""

import json
from typing import Any

import pytest

from tests.unit.api_cases import ask, handler
from tests.unit.lake_cases import (
    COMPANIES,
    MemoryLake,
    answer,
    build,
    publish,
    random_lake,
    stored_fund,
    without_tables,
)
from tests.unit.lake_cases import (
    row as line_of,
)

SEEDS = range(25)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("by", ["security", "issuer"])
def test_holders_from_the_tables_are_those_of_all_snapshots(seed: int, by: str) -> None:
    lake = random_lake(seed)
    before = without_tables(lake)

    for symbol in (*COMPANIES, "MRK", "SAN", "912810TM0", "F0", "F1", "USD", "NOBODY"):
        assert answer(lake, f"/api/holders/{symbol}", by=by) == answer(before, f"/api/holders/{symbol}", by=by), symbol


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("by", ["security", "issuer"])
def test_a_portfolio_with_direct_stocks_is_that_of_all_snapshots(seed: int, by: str) -> None:
    lake = random_lake(seed)
    before = without_tables(lake)

    for positions in ("F3:50,AAPL:50", "F5:20,F6:20,NVDA:30,GOOG:30", "MRK:1", "XOM:1,ZZT:2", "F2:1,NOBODY:1"):
        query = {"positions": positions, "by": by}
        assert answer(lake, "/api/portfolio", **query) == answer(before, "/api/portfolio", **query), positions


@pytest.mark.parametrize("seed", SEEDS[:5])
@pytest.mark.parametrize("path", ["/api/etfs", "/api/status"])
def test_lists_and_statuses_are_those_of_all_objects(seed: int, path: str) -> None:
    lake = random_lake(seed)

    with_tables, without = (ask(handler(each), path) for each in (lake, without_tables(lake)))

    assert json.loads(with_tables["body"]) == json.loads(without["body"])
    assert with_tables["headers"] == without["headers"]
    assert list(json.loads(with_tables["body"])) == list(json.loads(without["body"]))


CLASSES = ("equity", "etf", "bond", "other")


def bounds(figure: Any) -> tuple[float, float] | None:
    """Low and high of an answer's figure; None where it is null."""
    if figure is None:
        return None
    return (figure["low"], figure["high"]) if isinstance(figure, dict) else (figure, figure)


def judged(figure: tuple[float, float] | None, least: float, most: float = 1e9) -> str:
    """Whether a figure lies within these limits, worked out the slow way: over both of its ends."""
    if figure is None:
        return "maybe"
    inside = [least <= end <= most for end in figure]
    if all(inside):
        return "yes"
    return "maybe" if any(inside) or figure[0] < least <= most < figure[1] else "no"


def worst(*verdicts: str) -> str:
    return next(verdict for verdict in ("no", "maybe", "yes") if verdict in verdicts)


def sector_of(analytics: Any, sector: str) -> tuple[float, float] | None:
    """What a sector weighs; one that is not listed can be all that is unlisted."""
    found = [row["weight_pct"] for row in analytics["sectors"]["weights"] if row["sector"] == sector]
    return bounds(found[0] if found else analytics["unseen_pct"])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_screen_by_sector_and_concentration_is_that_of_the_analytics_of_each_fund(seed: int) -> None:
    lake = random_lake(seed)
    analytics = {symbol: answer(lake, f"/api/etfs/{symbol}/analytics") for symbol in answer(lake, "/api/etfs")}

    for sector, least, top in (
        ("Energy", 10.0, 60.0),
        ("Information Technology", 25.0, 90.0),
        ("Materials", 1.0, 99.0),
    ):
        expected = {}
        for symbol, found in analytics.items():
            of_sector = sector_of(found, sector)
            of_top = bounds(found["concentration"]["top_pct"]["10"])
            verdict = worst(judged(of_sector, least), judged(of_top, 0, top))
            if verdict != "no":
                expected[symbol] = (verdict, of_sector, of_top)
        screened = answer(lake, "/api/screen", sector=sector.lower(), min_pct=str(least), max_top_10_pct=str(top))

        found = {
            row["symbol"]: (row["match"], *map(bounds, (row["sector_pct"], row["top_10_pct"])))
            for row in screened["funds"]
        }
        assert found == expected
        assert screened["total"] == len(expected)
        assert screened["maybe"] == sum(verdict == "maybe" for verdict, *_ in expected.values())
        lows = [bounds(row["sector_pct"]) for row in screened["funds"]]
        known = [low[0] for low in lows if low]
        assert known == sorted(known, reverse=True)
        assert lows[len(known) :] == [None] * (len(lows) - len(known))
        for row in screened["funds"]:
            assert {name for name, value in row.items() if value is None} - {"name"} <= row["reasons"].keys()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_screen_by_a_holding_is_that_of_its_holders(seed: int) -> None:
    lake = random_lake(seed)

    for symbol in ("AAPL", "NVDA", "GOOG", "F1", "912810TM0", "NOBODY"):
        holders = answer(lake, f"/api/holders/{symbol}")
        expected = {}
        for row in holders["holders"]:
            expected[row["etf"]] = judged(bounds(row["weight_pct"]), 3.0)
        for row in holders["may_hold"]:
            most = row["at_most_pct"]
            expected[row["etf"]] = "maybe" if most is None or most >= 3.0 else "no"
        screened = answer(lake, "/api/screen", holds=symbol, min_holds_pct="3")

        found = {row["symbol"]: row["match"] for row in screened["funds"]}
        assert found == {etf: verdict for etf, verdict in expected.items() if verdict != "no"}
        anybody = answer(lake, "/api/screen", holds=symbol)
        assert {row["symbol"] for row in anybody["funds"] if row["match"] == "yes"} == {
            row["etf"] for row in holders["holders"]
        }
        assert {row["symbol"] for row in anybody["funds"] if row["match"] == "maybe"} == {
            row["etf"] for row in holders["may_hold"]
        }


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("asset_class", ["bond", "cash", "derivative", "etf"])
def test_a_screen_by_asset_class_is_that_of_the_analytics_of_each_fund(seed: int, asset_class: str) -> None:
    lake = random_lake(seed)
    expected = {}
    for symbol in answer(lake, "/api/etfs"):
        found = answer(lake, f"/api/etfs/{symbol}/analytics")
        listed = [row["weight_pct"] for row in found["asset_classes"] if row["asset_class"] == asset_class]
        if listed:
            weight = bounds(listed[0])
        elif asset_class in CLASSES:
            weight = bounds(found["unseen_pct"])
        else:
            weight = (0.0, 0.0) if found["complete"] and found["unseen_pct"] is not None else None
        if (verdict := judged(weight, 2.0)) != "no":
            expected[symbol] = (verdict, weight)

    screened = answer(lake, "/api/screen", asset_class=asset_class, min_asset_class_pct="2")

    assert {row["symbol"]: (row["match"], bounds(row["asset_class_pct"])) for row in screened["funds"]} == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_similar_funds_have_the_overlap_of_the_two_and_come_largest_first(seed: int) -> None:
    lake = random_lake(seed)
    symbols = answer(lake, "/api/etfs")
    pairs = {}
    for other in symbols[1:]:
        (pair,) = answer(lake, "/api/overlap", symbols=f"{symbols[0]},{other}")["pairs"]
        pairs[other] = tuple(pair[name] for name in ("overlap_pct", "active_share_pct", "common_count"))
    similar = answer(lake, f"/api/similar/{symbols[0]}")
    assert similar["compared"] == len(symbols) - 1

    found = {
        row["symbol"]: (row["overlap_pct"], row["active_share_pct"], row["common_count"]) for row in similar["similar"]
    }
    assert found == {other: pair for other, pair in pairs.items() if other in found}
    # And those that have nothing in common for certain are left out
    left_out = [bounds(pair[0]) for other, pair in pairs.items() if other not in found]
    assert all(overlap and overlap[0] == 0 for overlap in left_out)
    lows = [overlap[0] for row in similar["similar"] if (overlap := bounds(row["overlap_pct"]))]
    assert lows == sorted(lows, reverse=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_most_funds_hold_is_what_each_list_says(seed: int) -> None:
    # Given the lines of every fund, and no security of which the tables say that it is in doubt
    lake = random_lake(seed)
    crowded = answer(lake, "/api/crowding", limit="1000")["securities"]
    listed: dict[str, list[dict[str, Any]]] = {}
    hiding = 0
    for symbol in answer(lake, "/api/etfs"):
        snapshot = answer(lake, f"/api/etfs/{symbol}")
        hiding += not snapshot["quality"]["complete"]
        for line in snapshot["holdings"]:
            if line["symbol"] in COMPANIES and line["symbol"] != "ZZT":
                listed.setdefault(line["symbol"], []).append({**line, "partial": not snapshot["quality"]["complete"]})

    rows = {row["symbol"]: row for row in crowded if row["symbol"] in listed}
    assert rows.keys() == {symbol for symbol, lines in listed.items() if any(map(_counts, lines))}
    for symbol, row in rows.items():
        may_hold = hiding - sum(line["partial"] for line in listed[symbol])
        lines = [line for line in listed[symbol] if _counts(line)]
        assert bounds(row["funds"]) == (len(lines), len(lines) + may_hold)
        values = [line["market_value_usd"] for line in lines]
        assert row["listed_market_value_usd"] == (None if None in values else sum(values))
        assert row["market_value_usd"] == (None if may_hold else row["listed_market_value_usd"])
        assert "in_doubt" not in row
    counts = [bounds(row["funds"]) or (0, 0) for row in crowded]
    assert [low for low, _ in counts] == sorted((low for low, _ in counts), reverse=True)


def _counts(line: dict[str, Any]) -> bool:
    return (line["weight_pct"] or line.get("weight_implied_pct") or 0.0) > 0


def crowding_of(*funds: dict[str, Any]) -> dict[str | None, Any]:
    """What crowding says of a lake of these funds, by symbol."""
    lake = MemoryLake()
    for fund in funds:
        publish(lake, fund)
    build(lake)
    return {found["symbol"]: found for found in answer(lake, "/api/crowding")["securities"]}


def test_a_short_line_adds_nothing_to_what_funds_hold() -> None:
    short = line_of("TSLA", "Tesla Inc", -1.0)
    others = [line_of("XOM", "Exxon Mobil Corp", 50.0)]

    tesla = crowding_of(stored_fund("FA", [*others, short]), stored_fund("FB", [line_of("TSLA", "Tesla Inc", 3.0)]))[
        "TSLA"
    ]

    assert (tesla["funds"], tesla["weight_sum_pct"], tesla["market_value_usd"]) == (1, 3.0, 3_000_000)
    assert crowding_of(stored_fund("FA", [*others, short])).keys() == {"XOM"}


def test_a_value_to_which_partial_lists_may_add_is_told_as_what_is_listed() -> None:
    whole = stored_fund("FA", [line_of("XOM", "Exxon Mobil Corp", 5.0), line_of("KO", "Coca-Cola Co", 50.0)])
    cut = stored_fund("FB", [line_of("KO", "Coca-Cola Co", 40.0)], reported=20)

    found = crowding_of(whole, cut)

    assert (found["XOM"]["market_value_usd"], found["XOM"]["listed_market_value_usd"]) == (None, 5_000_000)
    assert found["XOM"]["reasons"]["market_value_usd"] == "partial_list"
    # Both list it, so nothing is hidden.
    assert found["KO"]["market_value_usd"] == found["KO"]["listed_market_value_usd"] == 90_000_000


def _most_like_aa(*funds: dict[str, Any]) -> str:
    lake = MemoryLake()
    for fund in funds:
        publish(lake, fund)
    build(lake)
    symbol: str = answer(lake, "/api/similar/AA")["similar"][0]["symbol"]
    return symbol


def test_the_most_similar_fund_is_found_where_its_list_has_no_tickers() -> None:
    # Given more funds than are compared, all of which share a ticker with AA
    names = {
        f"{chr(65 + n // 26)}{chr(65 + n % 26)}QX": f"Company{chr(65 + n // 26)}{chr(65 + n % 26)} Inc"
        for n in range(40)
    }
    whole = stored_fund("AA", [line_of(ticker, name, 2.5) for ticker, name in names.items()])
    nameless = stored_fund("BB", [line_of(None, name, 2.5) for name in names.values()])
    ticker, name = next(iter(names.items()))
    fillers = [stored_fund(f"C{n:02}", [line_of(ticker, name, 1.0)]) for n in range(45)]

    assert _most_like_aa(whole, nameless, *fillers) == "BB"


def test_funds_of_which_nothing_can_be_told_keep_no_other_from_being_compared() -> None:
    lines = [line_of("XOM", "Exxon Mobil Corp", 80.0), line_of("KO", "Coca-Cola Co", 20.0)]
    flawed = [
        stored_fund(f"C{n:02}", lines, reported=len(lines) + 1, issues=["slipped_between_pages"]) for n in range(41)
    ]
    other = stored_fund("BB", [lines[0], line_of("PFE", "Pfizer Inc", 20.0)])

    assert _most_like_aa(stored_fund("AA", lines), other, *flawed) == "BB"


def test_an_empty_answer_says_that_nobody_shares_or_lists_the_security() -> None:
    lake = MemoryLake()
    publish(lake, stored_fund("AA", [line_of("XOM", "Exxon Mobil Corp", 100.0)]))
    publish(lake, stored_fund("BB", [line_of("PFE", "Pfizer Inc", 100.0)]))
    build(lake)

    alone, unlisted = answer(lake, "/api/similar/AA"), answer(lake, "/api/screen", holds="NOBODY")

    assert (alone["similar"], "AA" in alone["note"]) == ([], True)
    assert (unlisted["funds"], "NOBODY" in unlisted["note"]) == ([], True)
    assert "note" not in answer(lake, "/api/screen", holds="XOM")
