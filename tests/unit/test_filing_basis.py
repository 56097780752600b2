"""`basis=filing`: a whole answer on filings, which it names; nothing of Schwab's lists is in it, and nothing mixes."""

import json
from typing import Any

import pytest

from tests.unit.api_cases import ask, handler, told
from tests.unit.builders import FakeLake
from tests.unit.contract_cases import valid
from tests.unit.filing_snapshots import QUARTERS, filed_line, put_filing, stored_filing
from tests.unit.lake_cases import MemoryLake, build, publish, row, stored_fund

APPLE, SHELL, NESTLE = "US0378331005", "GB00BP6MXD84", "CH0038863350"
ONE_FUND: list[tuple[str, dict[str, str]]] = [
    ("/api/etfs/{symbol}/analytics", {}),
    ("/api/etfs/{symbol}/changes", {}),
    ("/api/etfs/{symbol}/attribution", {}),
]
SEVERAL: list[tuple[str, dict[str, str]]] = [
    ("/api/overlap", {"symbols": "AAA,BBB"}),
    ("/api/compare", {"symbols": "AAA,BBB"}),
    ("/api/portfolio", {"positions": "AAA:60,BBB:40"}),
]
EVERY = pytest.mark.parametrize(("path", "query"), [*ONE_FUND, *SEVERAL])


def two_funds() -> MemoryLake:
    """Two funds with two filings each; what Schwab lists of them is something else altogether."""
    lake = MemoryLake()
    for symbol in ("AAA", "BBB"):
        publish(lake, stored_fund(symbol, [row("ZZZ", "Schwab Says So Inc", 100.0)]))
        for number, day in enumerate(QUARTERS[:2]):
            shares = 400_000.0 - 20_000 * number
            lines = [
                filed_line("Apple Inc.", 40.0, isin=APPLE, balance=shares, value_usd=100 * shares),
                filed_line("Shell plc", 35.0, isin=SHELL, country="GB", currency="GBP"),
                filed_line("Nestle S.A.", 20.0 if symbol == "AAA" else 10.0, isin=NESTLE, country="CH"),
                *(filed_line(f"{symbol} Company {n}", 1.0, isin=f"US00000{symbol[0]}{n}000") for n in range(5)),
            ]
            put_filing(lake, stored_filing(symbol, lines, day, filed="2026-08-28" if not number else "2026-05-29"))
    return lake


def asked(lake: FakeLake, path: str, query: dict[str, str], **more: str) -> dict[str, Any]:
    return ask(handler(lake), path.replace("{symbol}", "AAA"), {**query, "basis": "filing", **more})


def answered(lake: FakeLake, path: str, query: dict[str, str], **more: str) -> dict[str, Any]:
    """The parsed answer, which keeps to openapi.json."""
    found: dict[str, Any] = valid(asked(lake, path, query, **more), path)
    return found


@EVERY
def test_an_answer_names_the_filings_that_it_rests_on_and_nothing_of_the_lists_is_in_it(
    path: str, query: dict[str, str]
) -> None:
    lake = two_funds()
    answer = asked(lake, path, query)
    basis = answered(lake, path, query)["basis"]

    assert basis["source"] == "filing"
    assert {filing["report_date"] for filing in basis["filings"]} <= {*QUARTERS[:2]}
    newest = next(filing for filing in basis["filings"] if filing["report_date"] == QUARTERS[0])
    assert newest == {
        "symbol": "AAA",
        "report_date": "2026-06-30",
        "filed": "2026-08-28",
        "accession": "0001752724-26-063000",
        "age_days": 144,
        "source": "sec",
        "complete": True,
    }
    assert "Schwab Says So" not in answer["body"]
    assert answer["headers"]["X-Data-Source"] == "sec"


@EVERY
def test_the_lists_are_not_even_read(path: str, query: dict[str, str]) -> None:
    lake = two_funds()
    build(lake)
    lake.calls.clear()

    asked(lake, path, query)

    assert not [key for what, key in lake.calls if what == "read" and key.startswith("processed/")]


@EVERY
def test_without_the_parameter_an_answer_rests_on_the_lists_and_says_nothing_of_filings(
    path: str, query: dict[str, str]
) -> None:
    answer = ask(handler(two_funds()), path.replace("{symbol}", "AAA"), query)
    explicit = ask(handler(two_funds()), path.replace("{symbol}", "AAA"), {**query, "basis": "list"})

    assert "basis" not in json.loads(answer["body"])
    assert answer["headers"]["X-Data-Source"] == "schwab"
    assert explicit == answer


@EVERY
def test_a_fund_without_a_filing_is_refused_whatever_lists_there_are(path: str, query: dict[str, str]) -> None:
    lake = two_funds()
    for day in QUARTERS[:2]:
        lake.delete(f"filings/AAA/{day}.json")

    answer = asked(lake, path, query)

    assert answer["statusCode"] == 404
    assert "basis=filing" in told(answer)
    assert "AAA" in told(answer)


@EVERY
def test_another_basis_is_refused_with_those_that_there_are(path: str, query: dict[str, str]) -> None:
    answer = asked(two_funds(), path, query, basis="both")

    assert answer["statusCode"] == 400
    assert "allowed is list or filing" in told(answer)


@EVERY
def test_an_unchanged_answer_is_a_304_and_a_new_filing_changes_it(path: str, query: dict[str, str]) -> None:
    lake = two_funds()
    handled, whole = handler(lake), {**query, "basis": "filing"}
    path = path.replace("{symbol}", "AAA")
    etag = ask(handled, path, whole)["headers"]["ETag"]
    unchanged = ask(handled, path, whole, {"if-none-match": etag})

    put_filing(lake, stored_filing("AAA", [filed_line("Apple Inc.", 99.0, isin=APPLE)], "2026-09-30"))
    changed = ask(handler(lake), path, whole, {"if-none-match": etag})

    assert (unchanged["statusCode"], changed["statusCode"]) == (304, 200)


@pytest.mark.parametrize(
    ("path", "query"), [(path, query) for path, query in [*ONE_FUND, *SEVERAL] if "analytics" not in path]
)
def test_a_table_says_in_its_name_that_it_is_of_filings(path: str, query: dict[str, str]) -> None:
    answer = asked(two_funds(), path, query, format="csv")

    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Disposition"].endswith('-filings.csv"')


class TestOneFund:
    def test_changes_are_those_between_the_two_newest_filings(self) -> None:
        found = answered(two_funds(), *ONE_FUND[1])

        assert (found["from"], found["to"]) == ("2026-03-31", "2026-06-30")
        assert [line["name"] for line in found["increased"]] == ["Apple Inc."]
        assert found["increased"][0]["traded_shares"] == 20_000

    def test_an_attribution_has_no_quote_since_those_are_schwabs(self) -> None:
        found = answered(two_funds(), *ONE_FUND[2])

        assert found["quote_return_pct"] is None
        assert found["reasons"]["quote_return_pct"] == "no_quote_of_date"
        assert found["return_pct"] is not None

    def test_dates_are_report_dates_and_an_unknown_one_names_the_nearest(self) -> None:
        lake = two_funds()
        for path in ("/api/etfs/AAA/changes", "/api/etfs/AAA/attribution"):
            answer = ask(handler(lake), path, {"basis": "filing", "to": "2026-05-01"})
            assert answer["statusCode"] == 404
            assert "AAA has no filing of 2026-05-01; nearest: 2026-03-31 and 2026-06-30" in told(answer)
            assert "/api/etfs/AAA/filings lists all dates" in told(answer)

    def test_one_filing_alone_changes_nothing_and_says_why(self) -> None:
        lake = two_funds()
        lake.delete("filings/AAA/2026-03-31.json")

        found = answered(lake, *ONE_FUND[1])

        assert "one holdings date only" in found["note"]
        assert len(found["basis"]["filings"]) == 1

    def test_the_analytics_of_an_earlier_filing_are_never_stale(self) -> None:
        lake = two_funds()
        found = answered(lake, *ONE_FUND[0], as_of="2026-03-31")
        answer = asked(lake, *ONE_FUND[0], as_of="2026-03-31")

        assert (found["holdings_as_of"], answer["headers"]["X-Data-Stale"]) == ("2026-03-31", "false")
        missing = asked(lake, *ONE_FUND[0], as_of="2026-04-01")
        assert missing["statusCode"] == 404
        assert "nearest: 2026-03-31 and 2026-06-30" in told(missing)

    def test_a_filing_that_hides_securities_gives_no_figure_without_a_reason(self) -> None:
        lake = two_funds()
        hidden = {"miscellaneous_securities_usd": 2_000_000.0}
        lines = [filed_line("Apple Inc.", 90.0, isin=APPLE)]
        put_filing(lake, stored_filing("AAA", lines, "2026-09-30", complete=False, fund=hidden))

        answer = asked(lake, *ONE_FUND[0])
        found = answered(lake, *ONE_FUND[0])

        assert answer["headers"]["X-Data-Complete"] == "false"
        assert found["complete"] is False
        assert found["gross_pct"] is None
        assert found["reasons"]["gross_pct"]


class TestSeveral:
    def test_one_security_is_told_by_its_isin(self) -> None:
        found = answered(two_funds(), *SEVERAL[0])

        assert found["pairs"][0]["overlap_pct"] == 85.0
        assert found["holdings_as_of"] == {"AAA": "2026-06-30", "BBB": "2026-06-30"}

    def test_a_position_that_is_no_fund_with_filings_is_refused(self) -> None:
        lake = two_funds()
        build(lake)
        answer = asked(lake, "/api/portfolio", {"positions": "AAA:60,ZZZ:40"})

        assert answer["statusCode"] == 404
        assert "no filing of ZZZ is here" in told(answer)

    def test_a_posted_portfolio_rests_on_filings_too(self) -> None:
        body = json.dumps({"positions": [{"symbol": "AAA", "amount_usd": 60000}]})
        answer = ask(handler(two_funds()), "/api/portfolio", {"basis": "filing"}, method="POST", body=body)
        found = json.loads(answer["body"])

        assert answer["statusCode"] == 200
        assert found["basis"]["filings"][0]["symbol"] == "AAA"
        assert found["exposures"][0] | {"through": None} == {
            "symbol": None,
            "name": "Apple Inc.",
            "weight_pct": 40.0,
            "value_usd": 24000.0,
            "through": None,
        }

    def test_too_many_lines_are_refused_before_they_are_read(self) -> None:
        lake = two_funds()
        for symbol in ("AAA", "BBB"):
            stored = lake.objects[f"filings/{symbol}/2026-06-30.json"]
            lake.put(f"filings/{symbol}/2026-06-30.json", stored.body, metadata={**stored.metadata, "lines": "30001"})
        handled = handler(lake)

        for path, query in SEVERAL:
            answer = ask(handled, path, {**query, "basis": "filing"})
            assert answer["statusCode"] == 413
            assert "60002 lines" in told(answer)

    def test_funds_whose_filings_are_too_far_apart_are_refused(self) -> None:
        lake = two_funds()
        put_filing(lake, stored_filing("AAA", [filed_line("Apple Inc.", 90.0, isin=APPLE)], "2026-09-30"))

        for path, query in SEVERAL:
            answer = asked(lake, path, query, max_lag_days="30")
            assert answer["statusCode"] == 409
            assert "92 days before" in told(answer)
