"""The tickers that lists give the lines of filings: sectors and share classes of answers with `basis=filing`."""

import json
from typing import Any

import pytest

from etf_common.filing_keys import filing_key
from tests.unit.api_cases import ask, handler
from tests.unit.filing_snapshots import QUARTERS, filed_line, put_filing, stored_filing
from tests.unit.lake_cases import MemoryLake, build, publish, row, stored_fund

APPLE, MICROSOFT, ALPHABET_A, ALPHABET_C = "US0378331005", "US5949181045", "US02079K3059", "US02079K1079"
COMPANIES = {
    "AAPL": ("Apple Inc", APPLE),
    "MSFT": ("Microsoft Corp", MICROSOFT),
    "GOOGL": ("Alphabet Inc Class A", ALPHABET_A),
    "GOOG": ("Alphabet Inc Class C", ALPHABET_C),
}
EVERY = pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/etfs/BBB/analytics", {}),
        ("/api/etfs/BBB/changes", {}),
        ("/api/etfs/BBB/attribution", {}),
        ("/api/overlap", {"symbols": "AAA,BBB"}),
        ("/api/compare", {"symbols": "AAA,BBB"}),
        ("/api/portfolio", {"positions": "AAA:60,BBB:40"}),
    ],
)


def lines(**values: Any) -> list[dict[str, Any]]:
    return [filed_line(name, 20.0, isin=isin, **values) for name, isin in COMPANIES.values()]


def two_funds(*listed: str) -> MemoryLake:
    """AAA, whose list has these tickers and whose filing has their ISINs; BBB has a filing alone."""
    lake = MemoryLake()
    publish(lake, stored_fund("AAA", [row(ticker, COMPANIES[ticker][0], 20.0) for ticker in listed or COMPANIES]))
    for symbol in ("AAA", "BBB"):
        for day in QUARTERS[:2]:
            put_filing(lake, stored_filing(symbol, lines(), day))
    build(lake)
    return lake


def answered(lake: MemoryLake, path: str, **query: str) -> Any:
    answer = ask(handler(lake), path, {**query, "basis": "filing"})
    assert answer["statusCode"] == 200, answer["body"]
    return json.loads(answer["body"])


def etag(lake: MemoryLake, path: str, query: dict[str, str]) -> str:
    found: str = ask(handler(lake), path, {**query, "basis": "filing"})["headers"]["ETag"]
    return found


@pytest.mark.parametrize("symbol", ["AAA", "BBB"])
def test_the_sectors_of_a_filing_are_those_of_the_tickers_that_lists_give_its_isins(symbol: str) -> None:
    found = answered(two_funds(), f"/api/etfs/{symbol}/analytics")["sectors"]

    assert found["classified_pct"] == 80.0
    assert {row["sector"]: row["weight_pct"] for row in found["weights"]} == {
        "Communication Services": 40.0,
        "Information Technology": 40.0,
    }


def test_what_no_list_names_stays_unclassified() -> None:
    found = answered(two_funds("AAPL"), "/api/etfs/BBB/analytics")["sectors"]

    assert found["classified_pct"] == 20.0


def test_without_tables_nobody_knows_a_ticker() -> None:
    lake = two_funds()
    lake.delete("tables/newest.json")

    assert answered(lake, "/api/etfs/BBB/analytics")["sectors"]["classified_pct"] == 0.0


@pytest.mark.parametrize("body", [b"", b"[1]", b'{"US0378331005":1}', b"{", b"\xff"])
def test_damaged_tickers_leave_lines_without(body: bytes) -> None:
    lake = two_funds()
    (key,) = [key for key in lake.objects if key.startswith("tables/newest/tickers")]
    lake.put(key, body)

    assert answered(lake, "/api/etfs/BBB/analytics")["sectors"]["classified_pct"] == 0.0


def test_share_classes_of_one_issuer_are_told_by_their_tickers() -> None:
    lake = two_funds()
    by_issuer = answered(lake, "/api/portfolio", positions="BBB:1", by="issuer")["exposures"]
    by_security = answered(lake, "/api/portfolio", positions="BBB:1")["exposures"]

    assert [row["weight_pct"] for row in by_issuer] == [40.0, 20.0, 20.0]
    assert {row["symbol"] for row in by_security} == {*COMPANIES}


def test_an_isin_with_two_tickers_has_none() -> None:
    lake = two_funds()
    publish(lake, stored_fund("CCC", [row("APC", "Apple Inc", 20.0)]))
    put_filing(lake, stored_filing("CCC", [filed_line("Apple Inc", 20.0, isin=APPLE, ticker="APC")]))
    build(lake)

    for symbol in ("AAA", "BBB", "CCC"):
        found = answered(lake, "/api/portfolio", positions=f"{symbol}:1")["exposures"]
        assert [row["symbol"] for row in found if row["name"] == "Apple Inc"] == [None]


def test_the_filings_own_ticker_counts_where_no_list_has_the_security() -> None:
    lake = two_funds("AAPL")
    own = [filed_line("Microsoft Corp", 30.0, isin=MICROSOFT, ticker="MSFT"), *lines()[:1]]
    put_filing(lake, stored_filing("BBB", own))

    found = answered(lake, "/api/etfs/BBB/analytics")["sectors"]
    pair = answered(lake, "/api/overlap", symbols="AAA,BBB")["pairs"][0]

    assert found["classified_pct"] == 50.0
    assert pair["overlap_pct"] == 40.0  # Microsoft has a ticker in one filing alone: its ISIN tells


@EVERY
def test_another_ticker_is_another_answer(path: str, query: dict[str, str]) -> None:
    lake = two_funds("AAPL")
    before = etag(lake, path, query)
    again = etag(lake, path, query)
    publish(lake, stored_fund("ZZZ", [row("MSFT", "Microsoft Corp", 20.0)]))
    put_filing(lake, stored_filing("ZZZ", lines()))
    build(lake)

    assert before == again != etag(lake, path, query)


def test_a_list_that_changes_no_ticker_changes_no_answer() -> None:
    lake = two_funds()
    before = etag(lake, "/api/etfs/BBB/analytics", {})
    publish(lake, stored_fund("AAA", [row(ticker, name, 19.0) for ticker, (name, _) in COMPANIES.items()]))
    build(lake)

    assert etag(lake, "/api/etfs/BBB/analytics", {}) == before


def test_the_stored_filing_is_served_as_it_is() -> None:
    lake = two_funds()
    stored = lake.objects[filing_key("BBB", QUARTERS[0])]

    answer = ask(handler(lake), f"/api/etfs/BBB/filings/{QUARTERS[0]}")

    assert answer["body"] == stored.body.decode()
    assert answer["headers"]["ETag"] == stored.etag
