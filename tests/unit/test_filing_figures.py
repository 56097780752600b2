"""What filings add to answers on lists, the list held against its filing, and the filings in /api/status."""

import csv
import io
from typing import Any

import pytest

from etf_common.codes import FilingReason, Reason
from etf_common.filing_keys import filing_key
from etf_common.lake import CONFIG_KEY
from tests.unit.api_cases import ask, handler, told
from tests.unit.builders import FakeLake
from tests.unit.contract_cases import valid
from tests.unit.filing_snapshots import QUARTERS, filed_line, put_filing, put_filing_status, stored_filing
from tests.unit.lake_cases import MemoryLake, build, publish, row, stored_fund

ANALYTICS, RECONCILE = "/api/etfs/AAA/analytics", "/api/etfs/AAA/reconcile"
BLOCKS = ("countries", "currencies", "maturities", "liquidity")
NAMES = ("Apple Inc", "Microsoft Corp", "Shell plc", "Nestle SA", "Toyota Motor Corp", "Exxon Mobil Corp")
SYMBOLS = ("AAPL", "MSFT", "SHEL", "NSRGY", "TM", "XOM")


def holdings(**changed: float) -> list[dict[str, Any]]:
    """Six shares of equal weight; `changed` replaces the number of shares by symbol."""
    found = []
    for name, symbol in zip(NAMES, SYMBOLS, strict=True):
        shares = changed.get(symbol, 100_000.0)
        found.append(row(symbol, name, 15.0, shares=shares, market_value_usd=shares * 100))
    return found


def filed_lines() -> list[dict[str, Any]]:
    """The same six in the filing, half as many shares of each, one of them in yen; and one more."""
    lines = [filed_line(name, 15.0, balance=50_000.0, value_usd=5_000_000.0) for name in NAMES]
    lines[4] |= {"country": "JP", "currency": "JPY", "fair_value_level": 2}
    return [*lines, filed_line("Zephyr Tools Inc", 5.0, isin="US9999999991", country=None)]


def lake_of(*days: str, symbol: str = "AAA", **filing: Any) -> MemoryLake:
    """A fund with its list and a filing of each of these dates."""
    lake = MemoryLake()
    publish(lake, stored_fund(symbol, holdings()))
    for day in days:
        put_filing(lake, stored_filing(symbol, filed_lines(), day, **filing))
    return lake


def answered(lake: FakeLake, path: str, template: str = "", **query: str) -> dict[str, Any]:
    """The parsed answer, which keeps to openapi.json."""
    found: dict[str, Any] = valid(ask(handler(lake), path, query), template or path.replace("AAA", "{symbol}"))
    return found


class TestAnalytics:
    @pytest.mark.parametrize("built", [False, True])
    def test_countries_and_currencies_name_the_filing_and_its_age(self, built: bool) -> None:
        lake = lake_of(*QUARTERS[:2])
        if built:
            build(lake)
        found = answered(lake, ANALYTICS)

        countries = found["countries"]
        assert [(entry["country"], entry["weight_pct"]) for entry in countries["rows"]] == [
            ("US", 75.0),
            ("JP", 15.0),
            ("unknown", 5.0),
        ]
        told_of_it = {name: countries[name] for name in ("report_date", "filed", "accession", "age_days", "source")}
        assert told_of_it == {
            "report_date": "2026-06-30",
            "filed": "2026-08-28",
            "accession": "0001752724-26-063000",
            "age_days": 144,
            "source": "sec",
        }
        assert found["currencies"]["rows"][1]["currency"] == "JPY"
        assert found["liquidity"]["levels"][1]["weight_pct"] == 15.0
        assert (found["maturities"], found["reasons"]["maturities"]) == (None, Reason.NO_BOND_LINES)
        assert (found["ratings"], found["reasons"]["ratings"]) == (None, Reason.NOT_IN_FILING)

    def test_no_figure_of_the_list_is_another_one_for_it(self) -> None:
        plain, with_filing = answered(lake_of(), ANALYTICS), answered(lake_of(QUARTERS[0]), ANALYTICS)

        added = {*BLOCKS, "duration", "ratings", "reasons"}
        assert {name: value for name, value in plain.items() if name not in added} == {
            name: value for name, value in with_filing.items() if name not in added
        }

    def test_a_fund_without_a_filing_has_none_of_them_and_says_so(self) -> None:
        found = answered(lake_of(), ANALYTICS)

        for name in (*BLOCKS, "duration"):
            assert (found[name], found["reasons"][name]) == (None, Reason.NO_FILING)

    def test_a_list_of_an_earlier_date_takes_the_filing_before_it(self) -> None:
        lake = lake_of(*QUARTERS[:2])
        publish(lake, stored_fund("AAA", holdings(), day="2026-05-01"))
        publish(lake, stored_fund("AAA", holdings(), day="2026-11-18"))
        build(lake)

        assert answered(lake, ANALYTICS, as_of="2026-05-01")["countries"]["report_date"] == "2026-03-31"
        assert answered(lake, ANALYTICS)["countries"]["report_date"] == "2026-06-30"

    def test_a_filing_that_hides_securities_gives_bounds(self) -> None:
        lake = lake_of(QUARTERS[0], complete=False, fund={"miscellaneous_securities_usd": 5_000_000.0})
        first = answered(lake, ANALYTICS)["countries"]["rows"][0]

        assert first == {
            "country": "US",
            "weight_pct": 75.0,
            "weight_pct_low": 75.0,
            "weight_pct_high": 80.0,
            "lines": 5,
        }

    def test_a_damaged_filing_takes_nothing_from_the_figures_of_the_list(self) -> None:
        lake = lake_of(QUARTERS[0])
        lake.put(filing_key("AAA", QUARTERS[0]), b"{}")
        found = answered(lake, ANALYTICS)

        assert found["counted_pct"] == 90.0
        assert (found["countries"], found["reasons"]["countries"]) == (None, FilingReason.FILING_DAMAGED)

    def test_the_duration_is_what_the_filing_gives(self) -> None:
        risk = [{"currency": "USD", "period": "5Yr", "dv01_usd": 55_000.0, "dv100_usd": None}]
        found = answered(lake_of(QUARTERS[0], fund={"interest_rate_risk": risk}), ANALYTICS)

        assert found["duration"]["years"] == 5.5

    def test_a_new_filing_changes_the_etag(self) -> None:
        lake = lake_of(QUARTERS[1])
        before = ask(handler(lake), ANALYTICS)["headers"]["ETag"]
        put_filing(lake, stored_filing("AAA", filed_lines(), QUARTERS[0]))

        assert ask(handler(lake), ANALYTICS, headers={"if-none-match": before})["statusCode"] == 200

    def test_the_same_question_again_opens_no_filing(self) -> None:
        lake = lake_of(QUARTERS[0])
        asked = handler(lake)
        first = ask(asked, ANALYTICS)
        lake.calls.clear()

        assert ask(asked, ANALYTICS) == first
        assert not [key for what, key in lake.calls if what == "read" and key.startswith("filings/")]


class TestPortfolio:
    def many(self) -> MemoryLake:
        lake = MemoryLake()
        for number in range(30):
            symbol = f"F{number}"
            publish(lake, stored_fund(symbol, holdings()))
            put_filing(lake, stored_filing(symbol, filed_lines()))
        build(lake)
        lake.calls.clear()
        return lake

    def test_thirty_funds_open_no_filing(self) -> None:
        lake = self.many()
        positions = ",".join(f"F{number}:1" for number in range(30))
        found = answered(lake, "/api/portfolio", positions=positions)

        assert [entry["country"] for entry in found["countries"]["rows"]] == ["US", "JP", "unknown"]
        assert found["countries"]["covered_pct"] == 100.0
        assert len(found["countries"]["filings"]) == 30
        assert {filing["age_days"] for filing in found["countries"]["filings"]} == {144}
        assert not [key for _, key in lake.calls if key.startswith("filings/")]

    def test_what_has_no_filing_widens_the_bounds(self) -> None:
        lake = self.many()
        found = answered(lake, "/api/portfolio", positions="F0:50,AAPL:50")
        japan = next(entry for entry in found["countries"]["rows"] if entry["country"] == "JP")

        assert found["countries"]["covered_pct"] == 50.0
        assert (japan["weight_pct"], japan["weight_pct_low"], japan["weight_pct_high"]) == (7.5, 7.5, 59.0)
        assert found["filing_assumptions"]

    def test_without_tables_they_are_null_with_the_reason(self) -> None:
        lake = lake_of(QUARTERS[0])
        found = answered(lake, "/api/portfolio", positions="AAA:1")

        for name in BLOCKS:
            assert (found[name], found["reasons"][name]) == (None, Reason.NOT_IN_TABLES)

    def test_without_any_filing_they_are_null_with_the_reason(self) -> None:
        lake = lake_of()
        build(lake)
        found = answered(lake, "/api/portfolio", positions="AAA:1")

        for name in BLOCKS:
            assert (found[name], found["reasons"][name]) == (None, Reason.NOT_IN_TABLES)

    @pytest.mark.parametrize(
        "body", [b"", b"{}", b'{"AAA":{}}', b'{"AAA":{"exposures":[]}}', b'{"AAA":{"exposures":{}}}']
    )
    def test_damaged_tables_of_filings_take_nothing_from_the_other_figures(self, body: bytes) -> None:
        lake = lake_of(QUARTERS[0])
        build(lake)
        for key in [key for key in lake.objects if key.startswith("tables/newest/filings")]:
            lake.put(key, body)

        portfolio = answered(lake, "/api/portfolio", positions="AAA:1")
        analytics = answered(lake, ANALYTICS)

        for found in (portfolio, analytics):
            assert found["countries"] is None
            assert found["reasons"]["countries"] in {Reason.NO_FILING, FilingReason.FILING_DAMAGED}
            assert found["counted_pct"] == 90.0


class TestReconcile:
    def test_the_nearest_filing_is_held_against_the_newest_list(self) -> None:
        lake = lake_of(*QUARTERS)
        found = answered(lake, RECONCILE)

        assert found["list"] == {"holdings_as_of": "2026-11-18", "lines": 6, "complete": True, "source": "schwab"}
        assert (found["filing"]["report_date"], found["filing"]["age_days"], found["days_apart"]) == (
            QUARTERS[0],
            144,
            141,
        )
        assert (found["matched"]["lines"], found["matched"]["list_weight_pct"]) == (6, 90.0)
        assert found["flow_factor"] == 2.0
        assert found["share_differences"] == []
        assert found["only_in_list"] == []
        assert [line["isin"] for line in found["only_in_filing"]] == ["US9999999991"]

    def test_shares_more_than_two_per_cent_apart_after_the_flow_are_named(self) -> None:
        lake = lake_of(QUARTERS[0])
        publish(lake, stored_fund("AAA", holdings(MSFT=110_000.0, SHEL=101_000.0)))
        found = answered(lake, RECONCILE)

        assert [(line["symbol"], line["difference_pct"]) for line in found["share_differences"]] == [("MSFT", 10.0)]

    def test_dates_can_be_chosen(self) -> None:
        lake = lake_of(*QUARTERS)
        publish(lake, stored_fund("AAA", holdings(), day="2026-01-02"))
        publish(lake, stored_fund("AAA", holdings()))

        nearest = answered(lake, RECONCILE, as_of="2026-01-02")
        chosen = answered(lake, RECONCILE, as_of="2026-01-02", filing=QUARTERS[0])

        assert (nearest["list"]["holdings_as_of"], nearest["filing"]["report_date"]) == ("2026-01-02", QUARTERS[2])
        assert chosen["filing"]["report_date"] == QUARTERS[0]

    def test_the_headers_are_those_of_the_worse_source(self) -> None:
        old = ask(handler(lake_of(QUARTERS[1])), RECONCILE)["headers"]
        by_hand = ask(handler(lake_of(QUARTERS[0], source="file", complete=False)), RECONCILE)["headers"]

        assert (old["X-Data-Source"], old["X-Data-Stale"]) == ("sec", "true")
        assert "235 days ago" in old["X-Data-Stale-Reason"]
        assert (by_hand["X-Data-Source"], by_hand["X-Data-Complete"]) == ("file", "false")
        assert by_hand["X-Data-Stale"] == "false"

    @pytest.mark.parametrize(
        ("query", "status", "said"),
        [
            ({"filing": "latest"}, 400, "filing is 'latest'"),
            ({"as_of": "2026"}, 400, "as_of is '2026'"),
            ({"basis": "filing"}, 400, "unknown query parameter 'basis'"),
            ({"filing": "2026-05-01"}, 404, "nearest: 2026-03-31 and 2026-06-30"),
            ({"as_of": "2026-05-01"}, 404, "AAA has no snapshot of 2026-05-01"),
        ],
    )
    def test_what_is_not_there_is_refused(self, query: dict[str, str], status: int, said: str) -> None:
        answer = ask(handler(lake_of(*QUARTERS)), RECONCILE, query)

        assert answer["statusCode"] == status
        assert said in told(answer)

    def test_it_takes_both_a_list_and_a_filing(self) -> None:
        without_filing = ask(handler(lake_of()), RECONCILE)
        only_filing = MemoryLake()
        put_filing(only_filing, stored_filing("AAA", filed_lines()))
        without_list = ask(handler(only_filing), RECONCILE)

        assert (without_filing["statusCode"], without_list["statusCode"]) == (404, 404)
        assert "AAA has no filing here" in told(without_filing)
        assert "AAA is not among the ETFs here" in told(without_list)

    def test_the_table_has_a_row_for_each_difference(self) -> None:
        lake = lake_of(QUARTERS[0])
        publish(lake, stored_fund("AAA", [*holdings(MSFT=110_000.0), row("G", "Only Here Inc", 1.0)]))
        answer = ask(handler(lake), RECONCILE, {"format": "csv"})
        rows = [*csv.DictReader(io.StringIO(answer["body"].removeprefix("\ufeff"), newline=""))]

        assert [(line["kind"], line["name"]) for line in rows] == [
            ("share_difference", "Microsoft Corp"),
            ("only_in_list", "Only Here Inc"),
            ("only_in_filing", "Zephyr Tools Inc"),
        ]
        assert rows[0]["shares"] == "110000.0"
        assert answer["headers"]["Content-Disposition"].endswith('"reconcile-AAA-2026-11-18-2026-06-30.csv"')

    def test_an_unchanged_answer_is_a_304(self) -> None:
        asked = handler(lake_of(QUARTERS[0]))
        for query in ({}, {"format": "csv"}):
            etag = ask(asked, RECONCILE, query)["headers"]["ETag"]
            assert ask(asked, RECONCILE, query, {"if-none-match": etag})["statusCode"] == 304

    def test_too_many_lines_are_refused(self) -> None:
        lake = lake_of(QUARTERS[0])
        stored = lake.objects[filing_key("AAA", QUARTERS[0])]
        lake.put(filing_key("AAA", QUARTERS[0]), stored.body, metadata={**stored.metadata, "lines": "60000"})

        assert ask(handler(lake), RECONCILE)["statusCode"] == 413


class TestStatus:
    def status(self, lake: MemoryLake) -> dict[str, Any]:
        found: dict[str, Any] = valid(ask(handler(lake), "/api/status"), "/api/status")
        return found

    @pytest.mark.parametrize("built", [False, True])
    def test_each_symbol_has_its_newest_filing_and_the_last_look_for_one(self, built: bool) -> None:
        lake = lake_of(*QUARTERS)
        lake.put(CONFIG_KEY, b"etf_symbols: [AAA, BBB, GLD]\ncontact: me@example.com")
        put_filing_status(lake, "AAA")
        put_filing_status(lake, "GLD", "not_a_filer", error={"code": "no_nport", "message": "GLD files none"})
        if built:
            build(lake)
        found = self.status(lake)

        assert found["AAA"]["filing"] == {
            "report_date": "2026-06-30",
            "filed": "2026-08-28",
            "accession": "0001752724-26-063000",
            "complete": True,
            "source": "sec",
            "age_days": 144,
            "checked_at": "2026-11-20T22:30:04Z",
            "result": "ok",
            "error": None,
            "note": None,
        }
        assert found["BBB"]["filing"]["error"]["code"] == FilingReason.NOT_ASKED_YET
        assert found["GLD"]["filing"]["result"] == "not_a_filer"
        assert found["GLD"]["filing"]["error"] == {"code": "no_nport", "message": "GLD files none"}

    def test_without_a_contact_it_says_which_line_to_write(self) -> None:
        lake = lake_of(QUARTERS[0])
        lake.put(CONFIG_KEY, b"etf_symbols: [AAA, BBB]")
        found = self.status(lake)

        for symbol in ("AAA", "BBB"):
            assert found[symbol]["filing"]["error"]["code"] == FilingReason.CONTACT_MISSING
            assert "`contact: you@example.com`" in found[symbol]["filing"]["error"]["message"]

    def test_an_amendment_that_was_kept_back_is_told_and_is_no_error(self) -> None:
        lake = lake_of(QUARTERS[0])
        lake.put(CONFIG_KEY, b"etf_symbols: [AAA]\ncontact: me@example.com")
        why = {"code": "fewer_lines", "message": "this amendment lists nothing"}
        put_filing_status(lake, "AAA", accessions={"1": {"state": "parsed"}, "2": {"state": "kept_back", "error": why}})
        filing = self.status(lake)["AAA"]["filing"]

        assert (filing["result"], filing["error"], filing["note"]) == ("ok", None, "this amendment lists nothing")

    def test_a_status_is_read_once(self) -> None:
        lake = lake_of(QUARTERS[0])
        put_filing_status(lake, "AAA")
        asked = handler(lake)
        ask(asked, "/api/status")
        lake.calls.clear()
        ask(asked, "/api/status")

        assert not [key for what, key in lake.calls if what == "read" and key.startswith("filings-status/")]


class TestIdentity:
    """Between funds, the ISINs of their own filings settle what names cannot."""

    def two_funds(self, isin: str) -> MemoryLake:
        lake = MemoryLake()
        for symbol, ticker, own in (("AAA", "SHEL", "GB00BP6MXD84"), ("BBB", "R6C0", isin)):
            publish(lake, stored_fund(symbol, [row(ticker, f"{symbol} Energy Holdings plc", 60.0), *holdings()[:2]]))
            lines = [filed_line(f"{symbol} Energy Holdings plc", 60.0, isin=own), *filed_lines()[:2]]
            put_filing(lake, stored_filing(symbol, lines))
        build(lake)
        return lake

    def test_two_names_of_one_isin_are_one_security(self) -> None:
        found = answered(self.two_funds("GB00BP6MXD84"), "/api/overlap", symbols="AAA,BBB")

        assert found["pairs"][0]["overlap_pct"] == 90.0

    def test_and_of_two_isins_they_are_two(self) -> None:
        found = answered(self.two_funds("NL0000009827"), "/api/overlap", symbols="AAA,BBB")

        assert found["pairs"][0]["overlap_pct"] == 30.0

    def test_similar_funds_are_compared_alike(self) -> None:
        lake = self.two_funds("GB00BP6MXD84")
        found = answered(lake, "/api/similar/AAA", "/api/similar/{symbol}")

        assert found["similar"][0]["overlap_pct"] == 90.0

    def test_a_portfolio_adds_them_up(self) -> None:
        found = answered(self.two_funds("GB00BP6MXD84"), "/api/portfolio", positions="AAA:50,BBB:50")

        assert found["exposures"][0]["weight_pct"] == 60.0

    def test_damaged_isins_leave_it_to_the_names(self) -> None:
        lake = self.two_funds("GB00BP6MXD84")
        for key in [key for key in lake.objects if key.startswith("tables/newest/isins")]:
            lake.put(key, b'{"AAA":[["x"]],"BBB":[[1,')

        assert answered(lake, "/api/overlap", symbols="AAA,BBB")["pairs"][0]["overlap_pct"] == 30.0
