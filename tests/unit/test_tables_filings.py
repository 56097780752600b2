"""The newest state of filings: what is taken of each fund's newest one, and what it identifies."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from etf_analytics import Isins, find_holders, identified, isins_of, prepare
from etf_analytics.filings.exposures import filing_exposures
from etf_analytics.matching.identifiers import is_isin
from etf_analytics.reference.sectors import sectors
from etf_common.errors import DamagedObjectError
from etf_common.filing_keys import filing_key
from etf_common.lake import latest_key, status_key
from etf_common.newest import Newest
from etf_common.table_keys import CONTRADICTIONS_KEY, NEWEST_KEY, SECURITIES_KEY, SECURITIES_OF_ATHENA_KEY
from tables.columns import CONTRADICTIONS, SECURITIES
from tables.engine import connect, load_parquet
from tests.unit import filed_lines
from tests.unit.table_lake import ASKED, SYMBOLS, Snapshot, TableLake, made_up_fund, made_up_funds
from tests.unit.test_tables_holders import from_tables
from tests.unit.test_tables_newest import assert_same, built_anew
from tests.unit.test_tables_securities import assert_securities


def isin(number: int) -> str:
    """A made-up one with the right check digit."""
    return next(found for check in range(10) if is_isin(found := f"QS{number:09}{check}"))


def fund_of(symbol: str, *rows: tuple[str | None, str, float], as_of: str = "2026-11-18") -> Snapshot:
    """A whole list of shares: ticker, name and price of each."""
    made = made_up_fund(random.Random(3), symbol)
    line = {**made["holdings"][0], "asset_class": "equity", "weight_pct": 2.5, "shares": 100}
    holdings = [
        {**line, "symbol": ticker, "name": name, "market_value_usd": 100 * price} for ticker, name, price in rows
    ]
    return {**made, "holdings": holdings, "holdings_as_of": as_of, "quality": {"complete": True, "issues": []}}


def filed(symbol: str, *lines: tuple[str, str | None], report_date: str = "2026-06-30") -> Snapshot:
    """A filing of shares: name and ISIN of each."""
    return filed_lines.filing(
        [filed_lines.line(name, 2.5, isin=code) for name, code in lines], symbol=symbol, report_date=report_date
    )


def lake_of(*snapshots: Snapshot) -> TableLake:
    lake = TableLake()
    for snapshot in snapshots:
        _ = lake.publish(snapshot) if "holdings" in snapshot else lake.file(snapshot)
    assert lake.build() == {}
    return lake


def document(lake: TableLake, symbol: str) -> Any:
    key = lake.newest.filing_key_of(symbol)
    return lake.document(key)[symbol] if key else None


def isins(lake: TableLake, symbol: str) -> Isins:
    key = lake.newest.isin_key_of(symbol)
    return isins_of(lake.document(key).get(symbol, ())) if key else {}


def securities(lake: TableLake) -> list[list[Any]]:
    found: list[list[Any]] = lake.document(lake.newest.securities_key)["securities"]
    return [row[:2] + row[4:5] + row[9:] for row in found]


def table(lake: TableLake, key: str, columns: Mapping[str, str], folder: Path) -> list[dict[str, Any]]:
    with connect(str(folder)) as engine:
        load_parquet(engine, folder, "found", columns, lake.objects[key].body)
        return [dict(zip(columns, row, strict=True)) for row in engine.execute("from found").fetchall()]


def test_the_filing_of_the_newest_report_date_is_in_the_state_with_its_figures() -> None:
    older = filed("FA", ("Ampere Works Inc", isin(1)), report_date="2026-03-31")
    newer = filed("FA", ("Ampere Works Inc", isin(1)), ("Bulb Corp", isin(2)))
    lake = lake_of(fund_of("FA", ("AMPW", "Ampere Works", 10.0)), older, newer)

    head, found = lake.newest.filings["FA"], document(lake, "FA")

    assert (head["key"], head["report_date"]) == (filing_key("FA", "2026-06-30"), "2026-06-30")
    assert head["etag"] == lake.objects[head["key"]].etag
    assert head["list_etag"] == lake.newest.funds["FA"]["etag"]
    assert (head["lines"], head["net_assets_usd"], head["source"]) == (2, 100_000.0, "sec")
    assert found["exposures"] == json.loads(json.dumps(filing_exposures(newer)))
    assert found["join"] == {
        "holdings_as_of": "2026-11-18",
        "rows": 1,
        "lines": 1,
        "list_weight_pct": 2.5,
        "filing_weight_pct": 2.5,
        "open_rows": {},
        "open_lines": {"no_counterpart": 1},
    }
    assert isins(lake, "FA") == {("AMPW", "Ampere Works"): isin(1)}


def test_a_symbol_without_a_list_has_its_filing_in_the_state() -> None:
    lake = lake_of(filed("FA", ("Ampere Works Inc", isin(1))))

    assert lake.newest.funds == {}
    assert lake.newest.filings["FA"]["list_etag"] is None
    assert document(lake, "FA")["join"] is None
    assert isins(lake, "FA") == {}


def test_a_lake_without_filings_has_no_objects_of_them() -> None:
    lake = lake_of(fund_of("FA", ("AMPW", "Ampere Works", 10.0)))

    assert (lake.newest.filings, lake.newest.filing_keys, lake.newest.isin_keys) == ({}, (), ())
    assert lake.newest.tickers_key == ""
    assert not [key for key in lake.objects if "joined" in key or "evidence" in key or "securities." in key]
    assert document(lake, "FA") is None


def test_a_state_of_an_earlier_release_names_no_filings() -> None:
    lake = lake_of(fund_of("FA", ("AMPW", "Ampere Works", 10.0)))
    stored = lake.document(NEWEST_KEY)
    del stored["filings"], stored["objects"]["filings"], stored["objects"]["isins"]

    found = Newest.parse(json.dumps(stored).encode())

    assert found == lake.newest


def made_up_filing(chance: random.Random, snapshot: Snapshot) -> Snapshot:
    """A filing of some lines of a list; few ISINs, so that filings often agree and often contradict each other."""
    rows = [row for row in snapshot["holdings"] if row["name"] and chance.random() < 0.8]
    lines = [
        filed_lines.line(
            row["name"],
            1.0,
            isin=chance.choice([isin(len(row["name"])), isin(chance.randrange(40)), None]),
            asset_class=row["asset_class"],
            ticker=row["symbol"] if chance.random() < 0.5 else None,
        )
        for row in rows
    ]
    return filed_lines.filing(lines, symbol=snapshot["symbol"], report_date=chance.choice(["2026-03-31", "2026-06-30"]))


@pytest.mark.parametrize("seed", range(10))
def test_tables_and_whole_snapshots_tell_the_same_securities_by_the_isins_of_filings(seed: int) -> None:
    chance = random.Random(seed)
    snapshots = made_up_funds(chance, count=chance.choice([3, 8, 12]))
    lake = lake_of(*snapshots, *(made_up_filing(chance, one) for one in snapshots if chance.random() < 0.7))

    assert_securities(lake, snapshots, {symbol: isins(lake, symbol) for symbol in lake.newest.filings})


@pytest.mark.parametrize("seed", range(4))
def test_who_holds_a_security_is_the_same_from_some_lines_and_from_all_snapshots(seed: int) -> None:
    chance = random.Random(seed)
    snapshots = made_up_funds(chance, count=10)
    lake = lake_of(*snapshots, *(made_up_filing(chance, one) for one in snapshots if chance.random() < 0.7))

    for by in ("security", "issuer"):
        whole = [
            identified(prepare(one, by=by, sector_of=sectors().of), isins(lake, one["symbol"])) for one in snapshots
        ]
        for symbol in ASKED:
            assert from_tables(lake, symbol, by) == find_holders(symbol, whole), (symbol, by)


@pytest.mark.parametrize("seed", range(4))
def test_builds_of_what_changed_give_what_one_build_of_everything_gives(seed: int) -> None:
    chance, lake = random.Random(seed), TableLake()
    for _ in range(6):
        for symbol in chance.sample(SYMBOLS[:6], 2):
            made = made_up_fund(chance, symbol)
            event = chance.random()
            if event < 0.15:
                lake.build(lake.remove(symbol))
            elif event < 0.6:
                lake.build(lake.publish(made))
            elif event < 0.7:
                for key in [key for key in lake.objects if key.startswith(f"filings/{symbol}/")]:
                    del lake.objects[key]
                lake.build_filings(symbol)
            else:
                assert lake.build_filings(lake.file(made_up_filing(chance, made))) == {}

    assert_same(lake, built_anew(lake))


def test_lines_with_one_isin_are_one_security_and_lines_with_two_are_two() -> None:
    # Given two names and prices that nobody takes for one, and one name and price that everybody does
    lists = (
        fund_of("FA", ("AMPW", "Ampere Works", 10.0), ("TWIN", "Twin Gear Inc", 50.0)),
        fund_of("FB", ("AMPW", "Volt Industries", 14.0), ("TWIN", "Double Gear Inc", 50.0)),
    )
    assert [row[2] for row in securities(lake_of(*lists)) if row[0] == "AMPW"] == [1, 1]
    assert [row[2] for row in securities(lake_of(*lists)) if row[0] == "TWIN"] == [2]

    # When their filings tell
    lake = lake_of(
        *lists,
        filed("FA", ("Ampere Works", isin(1)), ("Twin Gear Inc", isin(2))),
        filed("FB", ("Volt Industries", isin(1)), ("Double Gear Inc", isin(3))),
    )

    found = sorted(securities(lake), key=str)
    assert found == [
        ["AMPW", "Ampere Works", 2, None],
        ["TWIN", "Double Gear Inc", 1, None],
        ["TWIN", "Twin Gear Inc", 1, None],
    ]


def test_a_list_without_tickers_is_joined_by_the_isin_of_its_filing() -> None:
    lists = fund_of("FA", ("AMPW", "Ampere Works", 10.0)), fund_of("FB", (None, "AW Holding", 10.0))

    lake = lake_of(*lists, filed("FA", ("Ampere Works", isin(1))), filed("FB", ("AW Holding", isin(1))))

    assert securities(lake) == [["AMPW", "Ampere Works", 2, None]]


def test_a_line_without_an_isin_is_none_of_two_securities_that_have_one() -> None:
    lists = [fund_of(symbol, ("TWIN", name, 50.0)) for symbol, name in (("FA", "Twin Gear"), ("FB", "Double"))]
    between = fund_of("FC", ("TWIN", "TWIN", 50.0))

    lake = lake_of(*lists, between, filed("FA", ("Twin Gear", isin(2))), filed("FB", ("Double", isin(3))))

    assert sorted(row[2:] for row in securities(lake)) == [[1, "conflicting_evidence"]] * 3


def test_what_filings_contradict_each_other_about_tells_nothing_and_is_listed(tmp_path: Path) -> None:
    # Given a company whose ISIN changed between two filings, as the names say, and a security that only one has
    lake = lake_of(
        fund_of("FA", ("AMPW", "Ampere Works Inc", 10.0), ("BULB", "Bulb Corp", 7.0)),
        fund_of("FB", ("AMPW", "AMPERE WORKS", 10.0)),
        filed("FA", ("Ampere Works Inc", isin(1)), ("Bulb Corp", isin(2)), ("Cable Ltd", isin(9))),
        filed("FB", ("Ampere Works", isin(3))),
    )

    # Then it is one security by name, as it is without filings
    assert securities(lake)[0] == ["AMPW", "Ampere Works Inc", 2, None]
    assert isins(lake, "FA") == {("BULB", "Bulb Corp"): isin(2)}
    assert isins(lake, "FB") == {}
    rows = {row["isin"]: row for row in table(lake, SECURITIES_KEY, SECURITIES, tmp_path)}
    assert {code: row["ticker"] for code, row in rows.items()} == {
        isin(1): None,
        isin(2): "BULB",
        isin(3): None,
        isin(9): None,
    }
    assert rows[isin(2)] == {
        "ticker": "BULB",
        "names": ["Bulb Corp"],
        "isin": isin(2),
        **dict.fromkeys(("cusip", "lei")),
        "country": "US",
        "currency": "USD",
        "category": "equity",
        "differ": [],
        "filings": ["FA 2026-06-30"],
        "filing_count": 1,
        "first_seen": "2026-06-30",
        "last_seen": "2026-06-30",
    }
    assert lake.document(lake.newest.tickers_key) == {isin(1): "AMPW", isin(2): "BULB", isin(3): "AMPW"}
    (contradiction,) = table(lake, CONTRADICTIONS_KEY, CONTRADICTIONS, tmp_path)
    assert (contradiction["why"], contradiction["isins"]) == ("ticker_with_several_isins", [isin(1), isin(3)])


def test_an_american_cusip_stands_for_the_isin_that_lines_are_read_with() -> None:
    filing = filed("FA", ("Apple Inc", None), ("Bulb Corp", isin(2)))
    filing["lines"][0]["cusip"] = "037833100"
    lake = lake_of(fund_of("FA", ("AAPL", "Apple Inc", 10.0), ("BULB", "Bulb Corp", 7.0)), filing)

    assert lake.document(lake.newest.tickers_key) == {"US0378331005": "AAPL", isin(2): "BULB"}


def test_the_tables_of_securities_follow_the_state_and_go_with_the_last_filing() -> None:
    lake = lake_of(fund_of("FA", ("AMPW", "Ampere Works", 10.0)), filed("FA", ("Ampere Works", isin(1))))
    lake.build_filings(lake.file(filed("FA", ("Ampere Works", isin(2)), report_date="2026-09-30")))
    for key, named in (
        (SECURITIES_KEY, "security_table_key"),
        (SECURITIES_OF_ATHENA_KEY, "security_table_key"),
        (CONTRADICTIONS_KEY, "contradictions_key"),
    ):
        assert lake.objects[key].body == lake.objects[getattr(lake.newest, named)].body

    # A build that was killed before it wrote them
    del lake.objects[SECURITIES_KEY]
    lake.build("FA")
    assert SECURITIES_KEY in lake.objects

    for key in [key for key in lake.objects if key.startswith("filings/")]:
        del lake.objects[key]
    lake.build_filings("FA")
    assert lake.newest.filings == {}
    assert not {SECURITIES_KEY, SECURITIES_OF_ATHENA_KEY, CONTRADICTIONS_KEY} & lake.objects.keys()


def test_of_two_builds_at_once_the_older_one_leaves_the_tables_of_the_newer_one() -> None:
    lake = lake_of(fund_of("FA", ("AMPW", "Ampere Works", 10.0)), filed("FA", ("Ampere Works", isin(1))))
    lake.file(filed("FA", ("Ampere Works", isin(2)), report_date="2026-09-30"))

    def meanwhile() -> None:
        lake.build_filings(lake.file(filed("FA", ("Ampere Works", isin(3)), report_date="2026-10-31")))

    # Between this build's newest.json and its copies another build begins and ends.
    lake.before_replace += [lambda: None, meanwhile]
    lake.build_filings("FA")

    assert lake.newest.filings["FA"]["report_date"] == "2026-10-31"
    assert lake.objects[SECURITIES_KEY].body == lake.objects[lake.newest.security_table_key].body
    assert_same(lake, built_anew(lake))


@pytest.mark.parametrize("spoil", ["garbage", "of another fund", "damaged", "text for a weight", "half a character"])
def test_a_filing_that_cannot_be_read_is_named_and_costs_nothing_that_was_known(spoil: str) -> None:
    lake = lake_of(
        fund_of("FA", ("AMPW", "Ampere Works", 10.0)),
        filed("FA", ("Ampere Works", isin(1))),
        filed("FB", ("Bulb Corp", isin(2))),
    )
    before = lake.newest
    newer = filed("FA", ("Ampere Works", isin(1)), report_date="2026-09-30")
    key = filing_key(lake.file(newer), "2026-09-30")
    body = lake.objects[key].body
    bodies = {
        "garbage": body[:-5],
        "of another fund": body.replace(b'"symbol":"FA"', b'"symbol":"FC"'),
        "damaged": body,
        "text for a weight": body.replace(b'"weight_pct":2.5', b'"weight_pct":"much"'),
        "half a character": body.replace(b'"name":"Ampere Works"', b'"name":"Amp\\ud800"'),
    }
    lake.put(key, bodies[spoil])
    if spoil == "damaged":
        lake.damaged.add(key)
    lake.file(filed("FB", ("Bulb Corp", isin(4)), report_date="2026-09-30"))

    for again in (False, True):
        faults = lake.build_filings("FA", "FB")

        assert [*faults] == ["FA"]
        assert isinstance(faults["FA"], DamagedObjectError)
        assert lake.newest.filings["FA"] == before.filings["FA"]
        assert isins(lake, "FA") == {("AMPW", "Ampere Works"): isin(1)}
        assert lake.newest.filings["FB"]["report_date"] == "2026-09-30"
        assert document(lake, "FA")["report_date"] == "2026-06-30", again

    # The list of the fund goes on
    assert lake.build(lake.publish(fund_of("FA", ("AMPW", "Ampere Works", 11.0)))) == {}
    assert lake.newest.funds["FA"] != before.funds["FA"]


def test_a_list_that_cannot_be_read_keeps_no_filing_waiting() -> None:
    lake = lake_of(fund_of("FA", ("AMPW", "Ampere Works", 10.0)))
    lake.put(latest_key("FA"), b"{}")

    assert lake.build_filings(lake.file(filed("FA", ("Ampere Works", isin(1))))) == {}

    assert lake.newest.filings["FA"]["list_etag"] is None
    assert document(lake, "FA")["join"] is None


def test_a_new_list_is_joined_with_the_filing_that_stands() -> None:
    lake = lake_of(fund_of("FA", ("AMPW", "Ampere Works", 10.0)), filed("FA", ("Bulb Corp", isin(2))))
    assert isins(lake, "FA") == {}

    lake.build(lake.publish(fund_of("FA", ("BULB", "Bulb Corp", 10.0))))

    assert isins(lake, "FA") == {("BULB", "Bulb Corp"): isin(2)}
    assert lake.newest.filings["FA"]["list_etag"] == lake.newest.funds["FA"]["etag"]


def test_a_changed_status_reads_no_filing() -> None:
    lake = lake_of(fund_of("FA", ("AMPW", "Ampere Works", 10.0)), filed("FA", ("Ampere Works", isin(1))))
    lake.damaged.add(filing_key("FA", "2026-06-30"))
    lake.put(status_key("FA"), b'{"symbol":"FA","result":"failed"}')
    lake.written.clear()

    assert lake.build("FA") == {}

    assert lake.written == [NEWEST_KEY]
