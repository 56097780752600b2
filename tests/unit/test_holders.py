"""Which funds hold a security, and which may."""

from typing import Any

from etf_analytics.funds import prepare
from etf_analytics.holders import find_holders
from tests.unit.analytics_cases import fund_of, row, snapshot


def test_the_largest_weight_comes_first() -> None:
    funds = [
        prepare(fund_of({"X": 3.0, "Y": 1.0}, "F1")),
        prepare(fund_of({"Y": 1.0}, "F2")),
        prepare(fund_of({"X": 9.0}, "F3", holdings_as_of="2026-11-17")),
    ]

    answer = find_holders("X", funds)

    assert answer["holders"] == [
        {
            "etf": "F3",
            "name": "X Inc",
            "weight_pct": 9.0,
            "shares": 100,
            "market_value_usd": 1000.0,
            "symbols": ["X"],
            "holdings_as_of": "2026-11-17",
            "reasons": {},
        },
        {
            "etf": "F1",
            "name": "X Inc",
            "weight_pct": 3.0,
            "shares": 100,
            "market_value_usd": 1000.0,
            "symbols": ["X"],
            "holdings_as_of": "2026-11-18",
            "reasons": {},
        },
    ]
    assert (answer["symbol"], answer["name"], answer["may_hold"]) == ("X", "X Inc", [])
    # Of those that hold it: nobody else's date matters.
    assert (answer["holdings_as_of"], answer["lag_days"]) == ({"F1": "2026-11-18", "F3": "2026-11-17"}, 1)


def test_a_partial_list_may_hold_it() -> None:
    funds = [
        prepare(snapshot([row("A", 60.0), row("B", 10.0)], "PART", reported=9)),
        prepare(snapshot([row("A", 60.0), row("B", 42.0)], "FULL", reported=9)),
        prepare(snapshot([row("A", 1.0), row("B", 42.0)], "BAD", reported=9)),
        prepare(fund_of({"A": 60.0}, "WHOLE")),
    ]

    answer = find_holders("X", funds)

    assert answer["holders"] == []
    assert [(line["etf"], line["at_most_pct"]) for line in answer["may_hold"]] == [
        ("PART", 10.0),
        ("FULL", 1.0),
        ("BAD", None),
    ]
    assert answer["may_hold"][2]["reasons"] == {"at_most_pct": "order_broken"}


def test_rows_of_one_security_add_up_and_what_one_lacks_is_missing() -> None:
    rows = [row("X", 5.0, market_value_usd=1.5), row("X", 0.0, shares=None), row("SHORT", -2.0), row("N", None)]
    funds = [prepare(snapshot(rows, "F1"))]

    def line(symbol: str) -> dict[str, Any]:
        found: dict[str, Any] = find_holders(symbol, funds)["holders"][0]
        return found

    assert (line("X")["weight_pct"], line("X")["market_value_usd"]) == (5.0, 1001.5)
    assert line("X")["reasons"] == {"shares": "shares_missing"}
    assert line("SHORT")["weight_pct"] == -2.0
    assert (line("N")["weight_pct"], line("N")["reasons"]) == (None, {"weight_pct": "weight_missing"})


def test_cash_in_a_currency_is_no_holding_of_its_namesake() -> None:
    funds = [prepare(snapshot([row("USD", 5.0, "cash")], "F1"))]

    assert find_holders("USD", funds)["holders"] == []


def test_an_issuer_has_several_symbols() -> None:
    funds = [
        prepare(fund_of({"GOOG": 3.0, "GOOGL": 4.0}, "F1"), by="issuer"),
        prepare(snapshot([row("GOOG", 30.0), row("A", 10.0)], "F2", reported=9), by="issuer"),
        prepare(snapshot([row("GOOG", 1.0), row("A", 10.0)], "F3", reported=9), by="issuer"),
    ]

    found = find_holders("GOOG", funds)["holders"]

    assert [(line["etf"], line["weight_pct"]) for line in found] == [
        ("F2", {"low": 30.0, "high": 40.0}),
        ("F1", 7.0),
        ("F3", None),
    ]
    assert found[1]["symbols"] == ["GOOG", "GOOGL"]
    # What other classes can add to the weight, they can add to the shares.
    assert (found[0]["shares"], found[0]["market_value_usd"]) == (None, None)
    assert found[0]["reasons"] == dict.fromkeys(("shares", "market_value_usd"), "partial_list")


def test_a_line_that_may_stand_there_twice_is_not_added_up() -> None:
    slipped = snapshot([row("X", 5.0), row("X", 5.0), row("Y", 1.0)], "F1", reported=9)
    slipped["quality"]["issues"] = [{"code": "slipped_between_pages"}]

    assert find_holders("X", [prepare(slipped)])["holders"][0]["weight_pct"] is None
    assert find_holders("Y", [prepare(slipped)])["holders"][0]["weight_pct"] == 1.0
