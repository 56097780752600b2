"""/history: each date's concentration, sectors and counts of changes, in one listing and one object."""

import csv
import io
import json
from typing import Any

import pytest

from api.lake.queries import ALL_SECTORS
from etf_common.lake import dated_key
from etf_common.table_keys import history_key
from tests.unit.api_cases import METADATA, ask, handler, told
from tests.unit.change_cases import DAYS, dated_lake, digest, etag, partial, put_history, record
from tests.unit.lake_cases import MemoryLake, answer

PATH = "/api/etfs/QQQ/history"
TODAY_FIELDS = ("holdings_as_of", "rows", "weight_pct", "last_price", "complete", "fetched_at", "source")
NEW_FIELDS = ("top_10_pct", "hhi_points", "largest", "sectors", "added_count", "removed_count")


def rows(lake: MemoryLake, **query: str) -> list[dict[str, Any]]:
    found = answer(lake, PATH, **query)
    assert isinstance(found, list), found
    return found


def days(lake: MemoryLake, **query: str) -> list[str]:
    return [row["holdings_as_of"] for row in rows(lake, **query)]


def table(lake: MemoryLake, **query: str) -> list[dict[str, str]]:
    found = ask(handler(lake), PATH, {"format": "csv", **query})
    assert found["headers"]["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(found["body"].removeprefix("\ufeff"))))


def reads(lake: MemoryLake) -> list[tuple[str, str]]:
    return [call for call in lake.calls if "config" not in call[1]]


def test_each_date_has_its_figures_and_what_was_added_and_removed() -> None:
    newest, _, oldest = rows(dated_lake())
    assert newest == {
        "holdings_as_of": "2026-11-18",
        "rows": 100,
        "weight_pct": 99.9,
        "last_price": 123.4,
        "complete": True,
        "fetched_at": "2026-11-18T22:30:04Z",
        "source": "schwab",
        "top_10_pct": 42.5,
        "hhi_points": {"low": 300.0, "high": 320.0},
        "largest": {"symbol": "NVDA", "name": "NVIDIA Corp", "weight_pct": 8.5},
        "sectors": [{"sector": "Energy", "weight_pct": 60.0}, {"sector": "Unclassified", "weight_pct": 39.9}],
        "added_count": 2,
        "removed_count": 1,
        "reasons": {},
    }
    assert (oldest["added_count"], oldest["removed_count"]) == (None, None)
    assert oldest["reasons"] == dict.fromkeys(("added_count", "removed_count"), "no_earlier_date")


def test_five_years_of_dates_cost_one_listing_and_one_object() -> None:
    years = [
        f"{year}-{month:02}-{day:02}" for year in range(2021, 2026) for month in range(1, 13) for day in range(1, 22)
    ]
    lake = dated_lake(["QQQ"], years)
    assert len(rows(lake)) == len(years) == 1260
    assert reads(lake) == [("keys", "processed/QQQ/"), ("read", history_key("QQQ"))]


def test_dates_can_be_limited_from_both_sides_and_in_number() -> None:
    lake = dated_lake()
    assert days(lake) == ["2026-11-18", "2026-11-17", "2026-11-16"]
    assert days(lake, **{"from": "2026-11-17"}) == ["2026-11-18", "2026-11-17"]
    assert days(lake, to="2026-11-17") == ["2026-11-17", "2026-11-16"]
    assert days(lake, **{"from": "2026-11-17", "to": "2026-11-17"}) == ["2026-11-17"]
    assert days(lake, limit="1") == ["2026-11-18"]
    assert days(lake, limit="1", to="2026-11-17") == ["2026-11-17"]
    assert days(lake, to="2020-01-01") == []
    # What is before the first date asked for still counts as the date before.
    assert rows(lake, limit="1")[0]["added_count"] == 2


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            {"from": "2026-11-18", "to": "2026-11-17"},
            "from is 2026-11-18, after to, 2026-11-17: give the earlier date as from",
        ),
        ({"from": "2026-11-22"}, "from is 2026-11-22, which is in the future"),
        ({"to": "2031-01-01"}, "to is 2031-01-01, which is in the future"),
        ({"from": "yesterday"}, "from is 'yesterday'; allowed is a date such as 2026-11-18"),
        ({"from": ""}, "from is ''"),
        ({"to": "2026-02-30"}, "to is '2026-02-30'"),
        ({"limit": "0"}, "limit is '0'; allowed is a whole number from 1"),
        ({"format": "xml"}, "format is 'xml'; allowed is json, csv, ndjson"),
        ({"offset": "1"}, "unknown query parameter 'offset'; allowed are from, to, limit, format"),
    ],
)
def test_a_bad_query_is_a_400_that_says_what_is_allowed(query: dict[str, str], message: str) -> None:
    found = ask(handler(dated_lake()), PATH, query)
    assert (found["statusCode"], message in told(found)) == (400, True)


@pytest.mark.parametrize(
    "body",
    [
        *(None, b"{", b"\xff", b"[]", b"null", b'{"schema_version": 1}', b"[" * 100_000),
        *(b'{"schema_version": 2, "symbol": "QQQ", "dates": {}}', b'{"schema_version": 1, "symbol": "X", "dates": {}}'),
    ],
    ids=range(9),
)
def test_without_a_history_that_can_be_read_the_dates_come_from_their_metadata(body: bytes | None) -> None:
    lake = dated_lake()
    before = rows(lake)
    lake.delete(history_key("QQQ"))
    if body is not None:
        lake.put(history_key("QQQ"), body)

    found = rows(lake)

    assert [row["holdings_as_of"] for row in found] == [row["holdings_as_of"] for row in before]
    for row in found:
        assert [row[name] for name in NEW_FIELDS] == [None] * len(NEW_FIELDS)
        assert row["reasons"] == dict.fromkeys(NEW_FIELDS, "not_built_yet")
        assert row["fetched_at"] == METADATA["fetched-at"]
        assert row["source"] == "schwab"


def test_a_history_that_cannot_be_read_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    lake = dated_lake()
    for body in (b"{", b'{"schema_version": 2}'):
        lake.put(history_key("QQQ"), body)
        rows(lake)
    assert [record.__dict__["why"] for record in caplog.records] == [
        'tables/history/QQQ.json cannot be read: rebuild its tables ({"rebuild": ["QQQ"]})',
        "tables/history/QQQ.json was written by another release",
    ]


def test_a_date_that_the_tables_lack_comes_from_its_metadata_alone() -> None:
    lake = dated_lake()
    put_history(lake, "QQQ", {day: record("QQQ", day, None) for day in DAYS[:2]})

    newest, middle, _ = rows(lake)

    assert (newest["top_10_pct"], newest["reasons"]["top_10_pct"]) == (None, "not_built_yet")
    assert middle["top_10_pct"] == 42.5
    heads = [key for kind, key in lake.calls if kind == "read" and key.startswith("processed/")]
    assert heads == [dated_key("QQQ", DAYS[2])]


def test_a_date_whose_snapshot_was_replaced_has_no_figures_of_the_old_one() -> None:
    lake = dated_lake()
    stored = lake.objects[dated_key("QQQ", DAYS[1])]
    lake.put(dated_key("QQQ", DAYS[1]), stored.body, '"corrected"', stored.metadata)

    newest, middle, _ = rows(lake)

    assert {middle["reasons"][name] for name in NEW_FIELDS} == {"not_built_yet"}
    # What changed since the replaced list is not known either; the date's own figures are.
    assert (newest["added_count"], newest["reasons"]["added_count"]) == (None, "not_built_yet")
    assert newest["top_10_pct"] == 42.5


def test_a_date_that_was_deleted_or_came_in_between_leaves_no_count_of_another_pair() -> None:
    lake = dated_lake()
    lake.delete(dated_key("QQQ", DAYS[1]))
    newest, oldest = rows(lake)
    assert (newest["added_count"], newest["reasons"]["added_count"]) == (None, "not_built_yet")
    assert oldest["reasons"]["added_count"] == "no_earlier_date"

    lake.delete(dated_key("QQQ", DAYS[0]))
    assert rows(lake)[0]["reasons"]["added_count"] == "no_earlier_date"


def test_counts_of_partial_lists_are_null_with_the_reason_of_the_tables() -> None:
    lake = dated_lake(["QQQ"], DAYS[:2])
    cut = record("QQQ", DAYS[1], partial("QQQ"), complete=False, top_10_pct=None, largest=None)
    cut["reasons"] = {"top_10_pct": "total_unknown", "largest": "weight_missing"}
    put_history(lake, "QQQ", {DAYS[0]: record("QQQ", DAYS[0], None), DAYS[1]: cut})

    newest = rows(lake)[0]

    assert (newest["added_count"], newest["removed_count"], newest["largest"]) == (None, None, None)
    assert newest["reasons"] == {
        "top_10_pct": "total_unknown",
        "largest": "weight_missing",
        "added_count": "partial_list",
        "removed_count": "partial_list",
    }


def test_a_date_whose_earlier_list_is_damaged_says_so() -> None:
    lake = dated_lake(["QQQ"], DAYS[:2])
    later = {**record("QQQ", DAYS[1], None), "reasons": {"change": "snapshot_damaged"}}
    put_history(lake, "QQQ", {DAYS[0]: record("QQQ", DAYS[0], None), DAYS[1]: later})
    assert rows(lake)[0]["reasons"] == dict.fromkeys(("added_count", "removed_count"), "snapshot_damaged")


def test_every_null_has_a_reason_and_the_fields_of_before_are_still_there() -> None:
    for lake in (dated_lake(), dated_lake(days=DAYS[:1])):
        for spoil in (False, True):
            if spoil:
                lake.delete(history_key("QQQ"))
            for row in rows(lake):
                assert list(row) == [*TODAY_FIELDS, *NEW_FIELDS, "reasons"]
                assert {name for name in NEW_FIELDS if row[name] is None} == row["reasons"].keys()


def test_the_table_has_the_same_columns_for_every_fund_and_says_why_a_cell_is_empty() -> None:
    newest, *_, oldest = table(dated_lake())
    figures = ("top_10_pct", "hhi_points", *(f"{name.lower().replace(' ', '_')}_pct" for name in ALL_SECTORS))
    plain = ("largest_symbol", "largest_name", "largest_weight_pct", "added_count", "removed_count", "reasons")
    ends = [f"{name}{end}" for name in figures for end in ("", "_low", "_high")]
    assert list(newest) == [*TODAY_FIELDS, *plain, *ends]
    assert (newest["hhi_points_low"], newest["hhi_points_high"]) == ("300.0", "320.0")
    assert (newest["energy_pct_low"], newest["energy_pct_high"]) == ("60.0", "60.0")
    # A complete list without a company of a sector has none of it.
    assert newest["information_technology_pct_high"] == "0.0"
    assert (newest["largest_name"], newest["added_count"], newest["reasons"]) == ("NVIDIA Corp", "2", "")
    assert oldest["added_count"] == ""
    assert oldest["reasons"] == "added_count no_earlier_date, removed_count no_earlier_date"


def test_a_cut_list_may_hide_a_sector_so_its_cell_is_empty() -> None:
    lake = dated_lake(["QQQ"], DAYS[:1])
    put_history(lake, "QQQ", {DAYS[0]: record("QQQ", DAYS[0], None, complete=False)})
    assert table(lake)[0]["information_technology_pct_low"] == ""


def test_the_table_of_dates_that_are_not_built_has_empty_cells() -> None:
    lake = dated_lake(["QQQ"], DAYS[:1])
    lake.delete(history_key("QQQ"))
    (found,) = table(lake)
    assert (found["top_10_pct_low"], found["energy_pct_high"], found["largest_symbol"]) == ("", "", "")
    assert found["rows"] == "1"


def test_a_name_that_a_spreadsheet_would_run_is_text() -> None:
    lake = dated_lake(["QQQ"], DAYS[:1])
    largest = {"symbol": "X", "name": "=HYPERLINK(1)", "weight_pct": 8.5}
    put_history(lake, "QQQ", {DAYS[0]: record("QQQ", DAYS[0], None, largest=largest)})
    assert table(lake)[0]["largest_name"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("query", [{}, {"format": "csv"}])
def test_who_has_it_gets_a_304_until_a_date_changes(query: dict[str, str]) -> None:
    lake = dated_lake()
    first = ask(handler(lake), PATH, query)
    known = {"If-None-Match": first["headers"]["ETag"]}
    assert ask(handler(lake), PATH, query, known)["statusCode"] == 304
    changed = digest("QQQ", DAYS[2], DAYS[1], added_count=9)
    put_history(lake, "QQQ", {DAYS[1]: record("QQQ", DAYS[1], digest()), DAYS[2]: record("QQQ", DAYS[2], changed)})
    assert ask(handler(lake), PATH, query, known)["statusCode"] == 200


def test_the_source_of_several_dates_is_the_one_to_be_careful_with() -> None:
    lake = dated_lake(["QQQ"], DAYS[:2])
    records = {DAYS[0]: record("QQQ", DAYS[0], None, source="sample"), DAYS[1]: record("QQQ", DAYS[1], None)}
    put_history(lake, "QQQ", records)
    assert ask(handler(lake), PATH)["headers"]["X-Data-Source"] == "sample"
    assert ask(handler(lake), PATH, {"limit": "1"})["headers"]["X-Data-Source"] == "schwab"


def test_a_fund_without_dates_is_a_404() -> None:
    lake = dated_lake()
    assert answer(lake, "/api/etfs/NOPE/history")[0] == 404
    put_history(lake, "GONE", {DAYS[0]: record("GONE", DAYS[0], None)})
    assert answer(lake, "/api/etfs/GONE/history")[0] == 404


def test_etags_are_of_the_snapshots_and_appear_in_no_answer() -> None:
    assert json.dumps(etag("QQQ", DAYS[2])) not in ask(handler(dated_lake()), PATH)["body"]
