"""BRK-B and BRK/B mean BRK.B in every query, path and body: but first the exact symbol, as funds list SQM-B."""

import json
import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from api.access import Access
from api.app import Handler
from api.decisions.drift_body import DriftQuestion
from api.decisions.rebalance_body import rebalance_body
from api.faults import BadQueryError
from api.portfolio_query import positions_of_query
from etf_common.lake import CONFIG_KEY
from etf_common.symbols import MalformedSymbolError, canonical, canonical_security, dot_form, either
from tests.unit.api_cases import ask, handler, told
from tests.unit.lake_cases import MemoryLake, build, publish, row, stored_fund, without_tables

BERKSHIRE, SQM = "Berkshire Hathaway Inc Class B", "Sociedad Quimica y Minera"
SPELLINGS = ("BRK.B", "BRK-B", "brk-b", "BRK/B", "brk/b", "BRK%2FB", "brk%2fb", "BRK%2DB")


def lake() -> MemoryLake:
    """Funds that list BRK.B and SQM-B, one fund whose own symbol has a class, and their tables."""
    found = MemoryLake()
    rows = [row("BRK.B", BERKSHIRE, 60.0), row("SQM-B", SQM, 30.0), row("PBR.A", "Petrobras", 10.0)]
    publish(found, stored_fund("VTI", rows))
    publish(found, stored_fund("EWZ", [row("PBR-A", "Petrobras", 90.0), row("BRK.B", BERKSHIRE, 10.0)]))
    publish(found, stored_fund("ABC.B", [row("BRK.B", BERKSHIRE, 100.0)]))
    found.put(CONFIG_KEY, b"etf_symbols: [VTI, EWZ, ABC.B]")
    build(found)
    return found


@pytest.fixture(scope="module")
def asked() -> Handler:
    return handler(lake())


def answered(asked: Handler, path: str, query: dict[str, str] | None = None, body: Any = None) -> Any:
    method = "GET" if body is None else "POST"
    answer = ask(asked, path, query, method=method, body=None if body is None else json.dumps(body))
    assert answer["statusCode"] == 200, answer["body"]
    return json.loads(answer["body"])


class TestTheRule:
    @pytest.mark.parametrize(
        ("symbol", "dotted"),
        [("BRK-B", "BRK.B"), ("PTT-F", "PTT.F"), ("BAJAJ-AUTO", None), ("BRK.B", None), ("VTI", None), ("A-B-C", None)],
    )
    def test_only_one_letter_after_a_hyphen_can_be_a_class(self, symbol: str, dotted: str | None) -> None:
        assert dot_form(symbol) == dotted
        assert either(symbol) == (f"{symbol} or {dotted}" if dotted else symbol)

    @pytest.mark.parametrize("text", ["BRK-B", "brk-b", " brk/b ", "BRK.B"])
    def test_no_etf_has_a_hyphen_so_configs_and_command_lines_mean_the_dot(self, text: str) -> None:
        assert canonical(text) == "BRK.B"

    def test_a_security_keeps_its_hyphen_until_it_is_looked_up(self) -> None:
        assert (canonical_security("sqm-b"), canonical_security("brk-b")) == ("SQM-B", "BRK-B")


class TestSeveralWithAHyphen:
    @staticmethod
    def meeting() -> Callable[[str], str]:
        """Reads a symbol once another one is read at the same time; alone it fails."""
        both = threading.Barrier(2, timeout=5)

        def symbol_of(text: str) -> str:
            both.wait()
            return canonical(text)

        return symbol_of

    def test_a_query_has_them_looked_up_together(self) -> None:
        assert positions_of_query("BRK-B:60,BF-B:40", self.meeting()) == {"BRK.B": 60.0, "BF.B": 40.0}

    def test_the_bodies_of_drift_and_rebalance_too(self) -> None:
        positions = [{"symbol": symbol, "shares": 5} for symbol in ("BRK-B", "BF-B")]
        body = json.dumps({"positions": positions}).encode()

        drift = DriftQuestion.of({}, body, date(2026, 11, 20), self.meeting())
        assert [held.symbol for held in drift.purchases] == ["BRK.B", "BF.B"]
        found = rebalance_body(json.dumps({"positions": positions, "targets": {"VTI": 50}}).encode(), self.meeting())
        assert [held.symbol for held in found.positions] == ["BRK.B", "BF.B"]

    def test_what_is_wrong_with_one_is_said_in_its_turn(self) -> None:
        with pytest.raises(BadQueryError, match="position 'VTI' is invalid"):
            positions_of_query("VTI,B@D-B:1,BRK-B:2", canonical_security)
        with pytest.raises(MalformedSymbolError, match="B@D-B"):
            positions_of_query("VTI:1,B@D-B:1,BRK-B:2", canonical_security)


class TestHolders:
    @pytest.mark.parametrize("text", SPELLINGS)
    def test_every_spelling_finds_the_security_and_the_answer_names_it(self, asked: Handler, text: str) -> None:
        found = answered(asked, f"/api/holders/{text}")

        assert (found["symbol"], found["name"], len(found["holders"])) == ("BRK.B", BERKSHIRE, 3)

    @pytest.mark.parametrize("text", ["SQM-B", "sqm-b", "SQM%2DB"])
    def test_the_exact_symbol_comes_first(self, asked: Handler, text: str) -> None:
        assert answered(asked, f"/api/holders/{text}")["name"] == SQM

    def test_where_both_are_listed_each_is_itself(self, asked: Handler) -> None:
        assert answered(asked, "/api/holders/PBR-A")["symbol"] == "PBR-A"
        assert answered(asked, "/api/holders/PBR/A")["symbol"] == "PBR.A"

    def test_the_dot_of_another_class_counts_where_share_classes_are_one(self, asked: Handler) -> None:
        found = answered(asked, "/api/holders/BRK-A", {"by": "issuer"})

        assert (found["symbol"], len(found["holders"])) == ("BRK.A", 3)

    def test_neither_is_said_of_both(self, asked: Handler) -> None:
        found = answered(asked, "/api/holders/zzz-b")

        assert (found["symbol"], "ZZZ-B or ZZZ.B" in found["note"]) == ("ZZZ-B", True)

    @pytest.mark.parametrize(("text", "symbol"), [("BRK-B", "BRK.B"), ("SQM-B", "SQM-B"), ("ZZZ-B", "ZZZ-B")])
    def test_without_tables_the_snapshots_tell(self, text: str, symbol: str) -> None:
        assert answered(handler(without_tables(lake())), f"/api/holders/{text}")["symbol"] == symbol


class TestFunds:
    @pytest.mark.parametrize("end", ["", "/holdings", "/history", "/analytics", "/filings"])
    @pytest.mark.parametrize("text", ["ABC-B", "abc-b", "ABC/B", "ABC%2fB"])
    def test_a_path_names_a_fund_in_any_spelling(self, asked: Handler, text: str, end: str) -> None:
        expected = ask(asked, f"/api/etfs/ABC.B{end}")
        assert expected["statusCode"] == 200

        assert ask(asked, f"/api/etfs/{text}{end}") == expected

    @pytest.mark.parametrize("path", ["/api/similar/{}", "/api/substitutes/{}"])
    def test_so_do_the_funds_like_one(self, asked: Handler, path: str) -> None:
        assert answered(asked, path.format("ABC-B")) == answered(asked, path.format("ABC.B"))

    @pytest.mark.parametrize("end", ["", "/holdings", "/history", "/filings"])
    def test_neither_is_a_404_that_names_both(self, asked: Handler, end: str) -> None:
        answer = ask(asked, f"/api/etfs/ZZZ-B{end}")

        assert (answer["statusCode"], "ZZZ-B or ZZZ.B" in told(answer)) == (404, True)

    def test_in_a_list_of_funds_two_spellings_are_one(self, asked: Handler) -> None:
        assert answered(asked, "/api/overlap", {"symbols": "abc-b,VTI"})["symbols"] == ["ABC.B", "VTI"]
        twice = ask(asked, "/api/overlap", {"symbols": "ABC-B,ABC/B"})
        assert (twice["statusCode"], "ABC.B twice" in told(twice)) == (400, True)


class TestQueriesAndBodies:
    def test_search_finds_it(self, asked: Handler) -> None:
        assert answered(asked, "/api/search", {"q": "brk-b"})["securities"][0]["symbol"] == "BRK.B"
        assert answered(asked, "/api/search", {"q": "brk/b"})["securities"][0]["symbol"] == "BRK.B"

    def test_a_screen_for_its_holders_is_that_of_the_dot(self, asked: Handler) -> None:
        found = answered(asked, "/api/screen", {"holds": "brk-b"})

        assert found == answered(asked, "/api/screen", {"holds": "BRK.B"})
        assert found["total"] == 3
        assert "ZZZ-B or ZZZ.B" in answered(asked, "/api/screen", {"holds": "ZZZ-B"})["note"]

    def test_positions_of_one_security_are_summed_however_they_are_written(self, asked: Handler) -> None:
        expected = answered(asked, "/api/portfolio", {"positions": "BRK.B:3,SQM-B:1"})

        assert answered(asked, "/api/portfolio", {"positions": "BRK-B:1,BRK/B:2,sqm-b:1"}) == expected
        body = {"positions": [{"symbol": symbol, "proportion": 1} for symbol in ("BRK-B", "brk/b", "BRK.B", "SQM-B")]}
        assert answered(asked, "/api/portfolio", body=body)["positions"] == expected["positions"]

    def test_a_stranger_is_named_in_both_forms(self, asked: Handler) -> None:
        answer = ask(asked, "/api/portfolio", {"positions": "VTI:1,ZZZ-B:1"})

        assert (answer["statusCode"], told(answer).startswith("ZZZ-B or ZZZ.B: neither")) == (404, True)

    def test_drift_and_changes_take_it(self, asked: Handler) -> None:
        for path in ("/api/drift", "/api/portfolio/changes"):
            found, expected = (
                answered(asked, path, body={"positions": [{"symbol": symbol, "amount_usd": 100}]})
                for symbol in ("ABC-B", "ABC.B")
            )
            assert found == expected

    def test_so_does_a_rebalancing_in_all_of_its_parts(self, asked: Handler) -> None:
        body = {
            "positions": [{"symbol": "ABC-B", "amount_usd": 100}, {"symbol": "BRK-B", "amount_usd": 100}],
            "targets": {"ABC-B": 100},
            "candidates": ["abc-b"],
            "no_sell": ["BRK/B"],
            "max": {"BRK-B": 90, "fund:ABC-B": 100},
        }
        # Here no solver is there to ask: every symbol was read before.
        answer = ask(asked, "/api/rebalance", method="POST", body=json.dumps(body))

        assert (answer["statusCode"], "solver" in told(answer)) == (503, True)
        twice = json.dumps({**body, "max": {"BRK-B": 90, "BRK.B": 80}})
        answer = ask(asked, "/api/rebalance", method="POST", body=twice)
        assert (answer["statusCode"], "which are the same" in told(answer)) == (400, True)


def test_an_ordinary_symbol_is_not_looked_up() -> None:
    found = lake()
    asked = handler(found)
    ask(asked, "/api/etfs/VTI")
    found.calls.clear()

    ask(asked, "/api/etfs/EWZ")

    assert [key for _, key in found.calls] == ["processed/EWZ/latest.json"]


def test_damaged_tables_change_no_answer_that_does_without_them() -> None:
    found = lake()
    (damaged,) = [key for key in found.objects if key.startswith("tables/newest/holders-")]
    found.put(damaged, b"\xff")

    assert answered(handler(found), "/api/etfs/ABC-B")["symbol"] == "ABC.B"


def test_a_locked_api_looks_nothing_up_for_strangers() -> None:
    found = lake()
    found.calls.clear()

    assert ask(handler(found, access=Access("0" * 64)), "/api/holders/BRK-B")["statusCode"] == 401
    assert found.calls == []
