"""POST /api/rebalance over small funds, from body to answer, with the real solver."""

from collections.abc import Mapping
from typing import Any

import pytest

from api.faults import SolverError
from tests.unit.api_cases import ask, told
from tests.unit.builders import FakeLake
from tests.unit.filing_snapshots import filed_line, put_filing, stored_filing
from tests.unit.rebalance_cases import (
    QUOTED,
    configured,
    handler,
    line,
    put,
    rebalanced,
    responded,
    three_funds,
    usd,
    weights,
)

HELD = usd(TECH=6_000, WIDE=4_000)


def test_a_cap_on_a_security_is_met_through_the_funds() -> None:
    answer = rebalanced(handler(three_funds()), HELD, max={"NVDA": 15})

    # 0.4 t + 0.05 (1 - t) = 0.15, so t = 10 / 35.
    assert answer["feasible"] is True
    assert [(row["symbol"], row["side"], row["amount_usd"]) for row in answer["trades"]] == [
        ("TECH", "sell", 3142.86),
        ("WIDE", "buy", 3142.86),
    ]
    assert answer["trades"][0] == {
        "symbol": "TECH",
        "side": "sell",
        "shares": 62.8572,
        "amount_usd": 3142.86,
        "price_usd": 50.0,
        "price_as_of": QUOTED,
        "reasons": {},
    }
    assert (answer["turnover_usd"], answer["turnover_pct"]) == (6285.72, 62.8572)
    assert (answer["binding"], answer["excess"], answer["decided_by_high_end"]) == (["NVDA"], {}, [])
    assert weights(answer["before"]) == {"TECH": 60.0, "WIDE": 40.0}
    assert weights(answer["after"]) == {"WIDE": 71.4286, "TECH": 28.5714}
    assert answer["before"]["largest"][1] == {"symbol": "NVDA", "name": "NVDA Corp", "weight_pct": 26.0}
    assert {row["symbol"]: row["weight_pct"] for row in answer["after"]["largest"]}["NVDA"] == pytest.approx(15, 1e-6)
    assert answer["holdings_as_of"] == {"TECH": "2026-11-18", "WIDE": "2026-11-18"}


def test_what_is_met_already_needs_no_trade() -> None:
    answer = rebalanced(handler(three_funds()), HELD, max={"NVDA": 30})

    assert (answer["feasible"], answer["trades"], answer["binding"]) == (True, [], [])
    assert answer["before"] == answer["after"]


def test_a_cap_that_cannot_be_met_is_named_with_what_is_too_much() -> None:
    answer = rebalanced(handler(three_funds()), HELD, max={"NVDA": 3})

    assert (answer["feasible"], answer["excess"], answer["binding"]) == (False, {"NVDA": 2.0}, ["NVDA"])
    assert weights(answer["after"]) == {"WIDE": 100.0}


def test_targets_hold_exactly_and_cash_is_invested() -> None:
    answer = rebalanced(handler(three_funds()), HELD, cash_usd=2_000, targets={"TECH": 30, "WIDE": 30, "BOND": 40})

    assert (answer["feasible"], answer["target_distance_pct"], answer["total_usd"]) == (True, 0.0, 12_000.0)
    assert weights(answer["after"]) == {"BOND": 40.0, "TECH": 30.0, "WIDE": 30.0}
    assert (answer["cash_usd"], answer["cash_left_usd"]) == (2_000.0, 0.0)
    assert [row["symbol"] for row in answer["trades"]] == ["TECH", "WIDE", "BOND"]


def test_targets_give_way_to_a_cap() -> None:
    answer = rebalanced(handler(three_funds()), HELD, targets={"TECH": 60, "WIDE": 40}, max={"fund:TECH": 50})

    assert (answer["feasible"], answer["target_distance_pct"], answer["binding"]) == (False, 10.0, ["fund:TECH"])
    assert weights(answer["after"]) == {"TECH": 50.0, "WIDE": 50.0}


def test_a_target_of_nothing_sells() -> None:
    answer = rebalanced(handler(three_funds()), HELD, targets={"TECH": 0})

    assert weights(answer["after"]) == {"WIDE": 100.0}
    assert answer["trades"][0]["shares"] == 120.0


def test_without_candidates_the_funds_held_may_be_bought_and_with_them_only_those() -> None:
    asked = handler(three_funds())

    held = rebalanced(asked, HELD, max={"NVDA": 15})
    other = rebalanced(asked, HELD, max={"NVDA": 15}, candidates=["BOND"])

    assert {row["symbol"] for row in held["trades"] if row["side"] == "buy"} == {"WIDE"}
    assert {row["symbol"] for row in other["trades"] if row["side"] == "buy"} == {"BOND"}


def test_cash_alone_buys_candidates() -> None:
    answer = rebalanced(handler(three_funds()), [], cash_usd=1_000, candidates=["WIDE"])

    assert [(row["symbol"], row["amount_usd"], row["shares"]) for row in answer["trades"]] == [("WIDE", 1_000.0, 10.0)]
    assert answer["before"]["positions"] == []


def test_what_is_not_to_be_sold_stays() -> None:
    answer = rebalanced(handler(three_funds()), HELD, max={"NVDA": 15}, no_sell=["TECH"])

    assert (answer["feasible"], answer["trades"], answer["excess"]) == (False, [], {"NVDA": 11.0})


def test_whole_shares_leave_cash() -> None:
    shares = [{"symbol": "WIDE", "shares": 10}]

    answer = rebalanced(handler(three_funds()), shares, cash_usd=350, whole_shares=True)

    assert [(row["symbol"], row["shares"], row["amount_usd"]) for row in answer["trades"]] == [("WIDE", 3.0, 300.0)]
    assert answer["cash_left_usd"] == 50.0
    assert answer["after"]["positions"][0]["shares"] == 13.0


def test_costs_are_told_and_not_taken_out_of_the_money() -> None:
    fake = three_funds()
    put(fake, "TECH", [line("MSFT", 60.0), line("NVDA", 40.0)], price=50.0, bid=49.9, ask=50.1, session="intraday")

    costs = {"pct_of_trade": 0.1, "usd_per_trade": 2, "half_spread": True}
    answer = rebalanced(handler(fake), HELD, targets={"TECH": 50, "WIDE": 50}, costs=costs)

    # 1,000 USD each way: 0.1 % of both, 2 USD each, and half of 0.4 % of TECH; WIDE's quote is a close.
    assert answer["cost_usd"] == 1.0 + 1.0 + 4.0 + 2.0
    assert [row["reasons"] for row in answer["trades"]] == [{}, {"half_spread": "quote_is_close"}]
    assert weights(answer["after"]) == {"TECH": 50.0, "WIDE": 50.0}


def partial() -> FakeLake:
    """PART lists 70 % NVDA and 10 % MSFT, and hides at most 20 % in two lines; CASH has none of them."""
    fake = FakeLake()
    put(fake, "PART", [line("NVDA", 70.0), line("MSFT", 10.0)], reported=4)
    put(fake, "CASH", [line("XOM", 100.0)])
    return configured(fake, "PART", "CASH")


def test_a_cap_is_met_only_at_the_high_end_and_the_answer_says_where_that_decides() -> None:
    answer = rebalanced(handler(partial()), usd(PART=5_000, CASH=5_000), max={"TSLA": 2, "NVDA": 50})

    # TSLA is not listed: it can be 10 % of PART at most, so PART is at most a fifth.
    assert weights(answer["after"]) == {"CASH": 80.0, "PART": 20.0}
    assert (answer["feasible"], answer["binding"], answer["decided_by_high_end"]) == (True, ["TSLA"], ["TSLA"])
    assert answer["complete"] is False
    assert answer["assumptions"]


def test_what_is_listed_can_decide_in_a_partial_list_too() -> None:
    answer = rebalanced(handler(partial()), usd(PART=5_000, CASH=5_000), max={"NVDA": 14})

    assert weights(answer["after"]) == {"CASH": 80.0, "PART": 20.0}
    assert (answer["binding"], answer["decided_by_high_end"]) == (["NVDA"], [])


@pytest.mark.parametrize(
    ("quote", "reason", "stale"),
    [
        ({"price": None}, "price_missing", []),
        ({"price": 0.0}, "price_missing", []),
        ({"quoted": None}, "price_time_unknown", []),
        ({"quoted": "soon"}, "price_time_unknown", []),
        # Friday's close is the last; six sessions before it is Thursday of the week before.
        ({"quoted": "2026-11-12 16:00:00"}, "price_stale", [{"symbol": "TECH", "price_as_of": "2026-11-12 16:00:00"}]),
    ],
)
def test_without_a_price_of_today_there_is_no_trade(quote: Mapping[str, Any], reason: str, stale: list[Any]) -> None:
    fake = three_funds()
    put(fake, "TECH", [line("MSFT", 60.0), line("NVDA", 40.0)], **quote)

    answer = rebalanced(handler(fake), HELD, max={"NVDA": 15})

    assert (answer["feasible"], answer["trades"], answer["excess"]) == (False, [], {"NVDA": 11.0})
    assert answer["untradeable"] == [{"symbol": "TECH", "reason": reason}]
    assert answer["stale_prices"] == stale


def test_a_price_of_five_sessions_ago_is_good_enough() -> None:
    fake = three_funds()
    put(fake, "TECH", [line("MSFT", 60.0), line("NVDA", 40.0)], quoted="2026-11-13 16:00:00")

    assert rebalanced(handler(fake), HELD, max={"NVDA": 15})["untradeable"] == []


def test_shares_without_a_price_are_an_error_that_names_the_fund() -> None:
    fake = three_funds()
    put(fake, "TECH", [line("MSFT", 60.0), line("NVDA", 40.0)], price=None)

    answer = responded(handler(fake), [{"symbol": "TECH", "shares": 10}])

    assert answer["statusCode"] == 400
    assert told(answer) == "TECH is given in shares, and there is no price of it here: give amount_usd"


def test_a_stock_that_is_held_counts_and_is_never_traded() -> None:
    answer = rebalanced(handler(three_funds()), usd(TECH=5_000, WIDE=4_000, XOM=1_000), max={"XOM": 30})

    assert answer["untradeable"] == [{"symbol": "XOM", "reason": "not_a_fund"}]
    assert [row["symbol"] for row in answer["trades"]] == ["WIDE", "TECH"]
    # 1,000 of 10,000 is XOM itself, and 55 % of WIDE: 20 % are left for that.
    assert weights(answer["after"])["WIDE"] == pytest.approx(20 / 0.55, abs=1e-3)
    assert {row["symbol"]: row["kind"] for row in answer["after"]["positions"]}["XOM"] == "security"


def test_a_stock_in_shares_has_no_price_here() -> None:
    answer = responded(handler(three_funds()), [{"symbol": "XOM", "shares": 10}])

    assert (answer["statusCode"], "there is no price of it here" in told(answer)) == (400, True)


def test_a_fund_inside_a_fund_counts_with_what_it_holds() -> None:
    fake = three_funds()
    put(fake, "MIX", [line("TECH", 50.0, asset_class="etf", name="Fund TECH"), line("KO", 50.0)])
    configured(fake, "TECH", "WIDE", "BOND", "MIX")

    answer = rebalanced(handler(fake), usd(MIX=5_000, WIDE=5_000), max={"NVDA": 10})

    # Half of MIX is TECH, of which 40 % is NVDA: 0.2 m + 0.05 (1 - m) = 0.1.
    assert weights(answer["after"]) == {"WIDE": 66.6667, "MIX": 33.3333}
    assert answer["holdings_as_of"].keys() == {"MIX", "TECH", "WIDE"}


def test_sectors_are_capped() -> None:
    fake = FakeLake()
    put(fake, "OIL", [line("XOM", 100.0, name="Exxon Mobil Corp")])
    put(fake, "CHIPS", [line("NVDA", 100.0, name="NVIDIA Corp")])
    configured(fake, "OIL", "CHIPS")

    answer = rebalanced(handler(fake), usd(OIL=2_000, CHIPS=8_000), max={"sector:information technology": 30})

    assert weights(answer["after"]) == {"OIL": 70.0, "CHIPS": 30.0}
    assert answer["after"]["sectors"] == [
        {"sector": "Energy", "weight_pct": 70.0},
        {"sector": "Information Technology", "weight_pct": 30.0},
    ]
    assert answer["binding"] == ["sector:information technology"]


@pytest.mark.parametrize(
    ("positions", "body", "status", "says"),
    [
        (HELD, {"max": {"NVD": 5}}, 400, "near it are NVDA"),
        (HELD, {"max": {"country:China": 5}}, 400, "none of these funds has one here: TECH, WIDE"),
        (HELD, {"max": {"fund:BOND": 5}}, 400, "these are TECH, WIDE"),
        (HELD, {"candidates": ["NOPE"]}, 404, "NOPE is not among the ETFs here"),
        (HELD, {"targets": {"XOM": 5}}, 404, "XOM is not among the ETFs here"),
        (usd(NOPE=5), {}, 404, "NOPE: neither an ETF here nor listed by one"),
        (usd(TECH=0.5), {}, 400, "positions and cash come to 0.50 USD"),
        (usd(TECH=1e12, WIDE=1e12), {}, 400, "allowed is 1 to 1e+12 USD"),
        (usd(TECH=-5), {}, 400, "amount_usd of TECH is -5"),
    ],
)
def test_what_cannot_be_answered_says_why(positions: Any, body: dict[str, Any], status: int, says: str) -> None:
    answer = responded(handler(three_funds()), positions, **body)

    assert answer["statusCode"] == status, answer["body"]
    assert says in told(answer)


def test_unknown_parameters_are_refused() -> None:
    answer = responded(handler(three_funds()), HELD, {"basis": "filing"})

    assert (answer["statusCode"], "unknown query parameter" in told(answer)) == (400, True)


def test_dates_that_are_too_far_apart_are_refused() -> None:
    fake = three_funds()
    put(fake, "WIDE", [line("JPM", 100.0)], day="2026-11-05")

    assert responded(handler(fake), HELD, {"max_lag_days": "5"})["statusCode"] == 409


def test_the_trades_as_a_table() -> None:
    answer = responded(handler(three_funds()), HELD, {"format": "csv"}, max={"NVDA": 15})

    assert answer["headers"]["Content-Disposition"] == 'attachment; filename="rebalance.csv"'
    assert answer["body"].lstrip("\ufeff").splitlines() == [
        "symbol,side,shares,amount_usd,price_usd,price_as_of,reasons",
        f"TECH,sell,62.8572,3142.86,50.0,{QUOTED},",
        f"WIDE,buy,31.4286,3142.86,100.0,{QUOTED},",
    ]


def test_nothing_of_it_is_kept_by_caches_and_get_has_no_such_route() -> None:
    asked = handler(three_funds())

    assert responded(asked, HELD)["headers"]["Cache-Control"] == "no-store"
    assert ask(asked, "/api/rebalance")["statusCode"] == 405


def test_the_same_question_is_solved_once() -> None:
    calls = []

    def solver(problem: Mapping[str, Any]) -> Mapping[str, Any]:
        calls.append(problem)
        return {
            "status": "time_limit",
            "trades_usd": {},
            "trades_shares": None,
            "excess_pct": {},
            "binding": [],
            "target_distance_pct": 0.0,
        }

    asked = handler(three_funds(), solver)

    first, second = (rebalanced(asked, HELD, max={"NVDA": 15}) for _ in range(2))

    assert (len(calls), first) == (1, second)
    # And an answer without a trade says why.
    assert any("before it had found a plan that is better than trading nothing" in note for note in first["notes"])


def test_a_solver_that_fails_is_a_503() -> None:
    def solver(_: Mapping[str, Any]) -> Mapping[str, Any]:
        raise SolverError("the solver took too long: try again in a moment")

    answer = responded(handler(three_funds(), solver), HELD)

    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "1")
    assert told(answer) == "the solver took too long: try again in a moment"


def test_countries_rest_on_filings_and_the_answer_names_them() -> None:
    fake = three_funds()
    put_filing(fake, stored_filing("TECH", [filed_line("A", 80.0), filed_line("B", 20.0, country="CN")]))
    put_filing(fake, stored_filing("WIDE", [filed_line("C", 100.0)]))

    answer = rebalanced(handler(fake), HELD, max={"country:China": 8})

    assert weights(answer["after"]) == {"WIDE": 60.0, "TECH": 40.0}
    assert answer["binding"] == ["country:China"]
    assert "caps on countries rest on filings with the SEC: TECH of 2026-06-30, WIDE of 2026-06-30" in answer["notes"]


def test_a_fund_without_a_filing_counts_with_all_of_it_in_every_country() -> None:
    fake = three_funds()
    put_filing(fake, stored_filing("WIDE", [filed_line("C", 100.0)]))

    answer = rebalanced(handler(fake), HELD, max={"country:China": 51.5})

    assert weights(answer["after"]) == {"TECH": 50.0, "WIDE": 50.0}
    assert answer["decided_by_high_end"] == ["country:China"]
    assert (
        "no filing of TECH is here, so all of it can be in any country and counts in each such cap" in answer["notes"]
    )


def test_a_filing_that_cannot_be_read_is_none() -> None:
    fake = three_funds()
    put_filing(fake, stored_filing("WIDE", [filed_line("C", 100.0)]))
    put_filing(fake, stored_filing("TECH", [filed_line("B", 100.0)]))
    fake.put("filings/TECH/2026-06-30.json", b"{", '"damaged"')

    answer = rebalanced(handler(fake), HELD, max={"country:China": 51.5})

    assert weights(answer["after"]) == {"TECH": 50.0, "WIDE": 50.0}
