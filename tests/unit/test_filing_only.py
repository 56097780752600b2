"""Symbols of which only filings are here: /api/status and /api/search know them, /api/etfs lists funds with a list."""

from typing import Any

import pytest

from etf_common.codes import FilingReason
from etf_common.lake import CONFIG_KEY
from tests.unit.api_cases import ask, handler, told
from tests.unit.contract_cases import valid
from tests.unit.filing_snapshots import QUARTERS, filed_line, put_filing, put_filing_status, stored_filing
from tests.unit.lake_cases import MemoryLake, build, publish, row, stored_fund


def lake_of(*, built: bool) -> MemoryLake:
    """AAA has a list and a filing, BBB a filing, CCC a status of filings, and the config wants DDD's filings."""
    lake = MemoryLake()
    lake.put(CONFIG_KEY, b"etf_symbols: [AAA]\nfilings: [AAA, DDD]\ncontact: me@example.com")
    publish(lake, stored_fund("AAA", [row("ZZT", "Zephyr Tools Inc", 100.0)]))
    for symbol in ("AAA", "BBB"):
        lines = [filed_line("Zephyr Tools Inc", 99.0)]
        put_filing(lake, stored_filing(symbol, lines, fund={"name": f"{symbol} Quiet Income Fund"}))
    put_filing_status(lake, "CCC", "not_a_filer", error={"code": "no_nport", "message": "CCC files none"})
    if built:
        build(lake)
    return lake


def answered(lake: MemoryLake, path: str, **query: str) -> Any:
    found: dict[str, Any] = valid(ask(handler(lake), path, query), path)
    return found


@pytest.mark.parametrize("built", [False, True])
class TestStatus:
    def test_it_has_them_behind_the_others(self, built: bool) -> None:
        found = answered(lake_of(built=built), "/api/status")

        assert [*found] == ["AAA", "BBB", "CCC", "DDD"]
        assert {symbol: record["filing"]["report_date"] for symbol, record in found.items()} == {
            "AAA": QUARTERS[0],
            "BBB": QUARTERS[0],
            "CCC": None,
            "DDD": None,
        }

    def test_what_is_missing_is_said(self, built: bool) -> None:
        found = answered(lake_of(built=built), "/api/status")

        assert found["CCC"]["filing"]["error"]["message"] == "CCC files none"
        assert found["DDD"]["filing"]["error"]["code"] == FilingReason.NOT_ASKED_YET
        for symbol in ("BBB", "CCC", "DDD"):
            assert "add it to etf_symbols" in found[symbol]["stale_reasons"][0]
            assert (found[symbol]["configured"], found[symbol]["rows"], found[symbol]["stale"]) == (False, None, True)

    def test_the_list_of_funds_has_only_those_with_a_list(self, built: bool) -> None:
        assert answered(lake_of(built=built), "/api/etfs") == ["AAA"]

    def test_a_question_about_a_list_says_where_its_filings_are(self, built: bool) -> None:
        lake = lake_of(built=built)

        for path in ("/api/etfs/BBB", "/api/etfs/BBB/holdings", "/api/etfs/BBB/analytics"):
            answer = ask(handler(lake), path)
            assert answer["statusCode"] == 404
            assert "/api/etfs/BBB/filings lists them" in told(answer)


class TestSearch:
    @pytest.mark.parametrize("words", ["bbb", "quiet income"])
    def test_it_finds_them_by_symbol_and_by_the_name_in_the_filing_and_marks_them(self, words: str) -> None:
        found = answered(lake_of(built=True), "/api/search", q=words)

        assert found["funds"] == [{"symbol": "BBB", "name": "BBB Quiet Income Fund", "basis": "filing"}]

    def test_a_fund_with_a_list_is_found_once(self) -> None:
        found = answered(lake_of(built=True), "/api/search", q="aaa")

        assert found["funds"] == [{"symbol": "AAA", "name": "Aaa Index Fund ETF", "basis": "list"}]

    def test_the_table_says_it_too(self) -> None:
        answer = ask(handler(lake_of(built=True)), "/api/search", {"q": "bbb", "format": "csv"})

        assert "fund,BBB,BBB Quiet Income Fund,etf,filing" in answer["body"]
