"""/api/changes: what all funds bought and sold since a date, read from the dates since then only."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from api.dated.queries import MOST_CHANGES
from api.dated.recent_changes import MOST_DATES
from contract.document import TARGET
from etf_common.errors import DamagedObjectError
from etf_common.lake import StoredObject
from etf_common.table_keys import changed_lines_key, changes_key, changes_prefix
from tests.unit.api_cases import ask, handler, told
from tests.unit.change_cases import DAYS, dated_lake, digest, partial, put_changes
from tests.unit.lake_cases import MemoryLake, answer

PATH = "/api/changes"
MANY = [f"2026-{9 + number // 28:02}-{number % 28 + 1:02}" for number in range(60)]


def pairs(found: Any) -> list[tuple[str, str]]:
    return [(change["to"], change["symbol"]) for change in found["changes"]]


def dates_read(lake: MemoryLake) -> list[str]:
    return [key[len(changes_prefix()) :][:10] for kind, key in lake.calls if kind == "read" and "/changes/" in key]


def test_the_changes_of_all_funds_come_newest_first_then_by_symbol() -> None:
    found = answer(dated_lake(), PATH)
    assert pairs(found) == [(day, symbol) for day in ("2026-11-18", "2026-11-17") for symbol in ("QQQ", "VTI")]
    assert found["changes"][0]["title"] == "QQQ on 2026-11-18: 2 added, 1 removed, 0.4 % traded"
    assert (found["since"], found["dates"], found["next_offset"]) == ("2026-11-11", list(DAYS[::-1]), None)
    assert "etag" not in json.dumps(found)


def test_an_answer_keeps_to_the_contract() -> None:
    lake = dated_lake()
    put_changes(lake, DAYS[2], [digest(to=DAYS[2]), partial(to=DAYS[2])])
    contract = json.loads(Path(TARGET).read_text("utf-8"))
    schema = {"$ref": "#/components/schemas/RecentChanges", "components": contract["components"]}
    jsonschema.validate(answer(lake, PATH), schema)


def test_only_the_dates_since_then_are_listed_and_read() -> None:
    lake = dated_lake(["QQQ"], MANY)
    for day in MANY:
        lake.put(changed_lines_key(day), b"PAR1")
    found = answer(lake, PATH, since=MANY[-3])
    assert found["dates"] == MANY[:-4:-1]
    assert dates_read(lake) == MANY[:-4:-1]
    assert ("keys", changes_prefix()) in lake.calls


def test_without_since_it_is_the_week_before_the_newest_date() -> None:
    found = answer(dated_lake(["QQQ"], MANY), PATH)
    assert (found["since"], found["dates"][-1], len(found["dates"])) == ("2026-10-28", "2026-10-28", 5)


def test_at_most_40_dates_are_read_and_the_answer_says_that_there_are_more() -> None:
    lake = dated_lake(["QQQ"], MANY)
    found = answer(lake, PATH, since="2000-01-01")
    assert found["dates"] == MANY[::-1][:MOST_DATES]
    assert len(dates_read(lake)) == MOST_DATES
    assert "newest 40 holdings dates" in found["note"]
    assert "note" not in answer(lake, PATH, since=MANY[-MOST_DATES])


def test_the_parts_together_are_the_whole_and_skip_what_is_known() -> None:
    lake = dated_lake([f"F{letter}" for letter in "ABCDE"], MANY[-9:])
    whole = answer(lake, PATH, since=MANY[-9])
    asked, found, offset = handler(lake), [], 0
    while offset is not None:
        lake.calls.clear()
        part = json.loads(ask(asked, PATH, {"since": MANY[-9], "limit": "7", "offset": str(offset)})["body"])
        found += pairs(part)
        offset = part["next_offset"]
        # Seven rows and the one that tells whether there are more stand in three dates at most.
        assert len(dates_read(lake)) <= 3
    assert found == pairs(whole)
    assert len(found) == 40


def test_an_offset_behind_the_end_is_an_empty_part() -> None:
    found = answer(dated_lake(), PATH, offset="1000")
    assert (found["changes"], found["next_offset"]) == ([], None)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"since": "2026-11-22"}, "since is 2026-11-22, which is in the future: leave it out"),
        ({"since": "last week"}, "since is 'last week'; allowed is a date such as 2026-11-18"),
        ({"limit": "1001"}, f"allowed is a whole number from 1 to {MOST_CHANGES}"),
        ({"offset": "-1"}, "offset is '-1'"),
        ({"format": "atom"}, "format is 'atom'; allowed is json, csv, ndjson"),
        ({"symbol": "QQQ"}, "unknown query parameter 'symbol'; allowed are since, limit, offset, format"),
    ],
)
def test_a_bad_query_is_a_400_that_says_what_is_allowed(query: dict[str, str], message: str) -> None:
    found = ask(handler(dated_lake()), PATH, query)
    assert (found["statusCode"], message in told(found)) == (400, True), told(found)


def test_the_table_has_one_row_for_each_change_and_says_why_a_cell_is_empty() -> None:
    lake = dated_lake()
    split = {"symbol": None, "name": "=cmd()", "ratio": 10.0}
    put_changes(lake, DAYS[2], [digest(to=DAYS[2], name="@SUM(1)", splits=[split]), partial(to=DAYS[2])])
    found = ask(handler(lake), PATH, {"format": "csv", "since": DAYS[2]})
    assert found["headers"]["Content-Disposition"] == 'attachment; filename="changes-since-2026-11-18.csv"'
    whole, cut = csv.DictReader(io.StringIO(found["body"].removeprefix("\ufeff")))
    assert (whole["added_count"], whole["turnover_pct"], whole["complete"]) == ("2", "0.4", "true")
    assert (whole["name"], whole["splits"]) == ("'@SUM(1)", "'=cmd() 10")
    assert (cut["added_count"], cut["turnover_pct"], cut["entered_count"]) == ("", "", "3")
    assert re.search(r"\badded_count partial_list\b", cut["reasons"])


def test_a_damaged_date_is_named_and_the_others_are_answered_until_it_is_mended() -> None:
    lake = dated_lake()
    asked, good = handler(lake), lake.objects[changes_key(DAYS[2])]
    lake.put(changes_key(DAYS[2]), b"{", good.etag)
    found = ask(asked, PATH)
    assert json.loads(found["body"])["unreadable_dates"] == [DAYS[2]]
    assert {day for day, _ in pairs(json.loads(found["body"]))} == {DAYS[1]}

    lake.put(changes_key(DAYS[2]), good.body, good.etag)
    mended = ask(asked, PATH)
    assert "unreadable_dates" not in json.loads(mended["body"])
    assert mended["headers"]["ETag"] != found["headers"]["ETag"]


@pytest.mark.parametrize("body", [b"{", b'{"schema_version": 7}', b"\xff", b'{"schema_version": 1, "funds": []}'])
def test_where_no_date_can_be_read_it_is_a_503(body: bytes) -> None:
    lake = dated_lake()
    for day in DAYS:
        lake.put(changes_key(day), body)
    found = ask(handler(lake), PATH)
    assert (found["statusCode"], told(found)) == (
        503,
        "the tables over all funds are damaged: the owner of this API can rebuild them",
    )


class Moving(MemoryLake):
    """A lake in which a build replaces the newest changes after each listing, so many times."""

    def moving(self, times: int) -> "Moving":
        self.left = times
        return self

    def read(self, key: str, *, unless_etag: str | None = None, most_bytes: int | None = None) -> StoredObject:
        if key == changes_key(DAYS[2]) and self.left:
            self.left -= 1
            put_changes(self, DAYS[2], [digest(to=DAYS[2], added_count=10 + self.left)])
        return super().read(key, unless_etag=unless_etag, most_bytes=most_bytes)


def test_changes_that_a_build_replaced_meanwhile_are_asked_once_more() -> None:
    found = answer(Moving(dated_lake().objects).moving(1), PATH)
    assert found["changes"][0]["added_count"] == 10

    status, message = answer(Moving(dated_lake().objects).moving(9), PATH)
    assert (status, message) == (503, "the tables are being built anew: try again in a minute")


def test_who_has_it_gets_a_304_until_a_date_changes() -> None:
    lake = dated_lake()
    first = ask(handler(lake), PATH)
    known = {"If-None-Match": first["headers"]["ETag"]}
    assert ask(handler(lake), PATH, headers=known)["statusCode"] == 304
    # An old date that is corrected changes the answer, though the newest state of the tables is the same.
    put_changes(lake, DAYS[1], [digest(added_count=9)])
    assert ask(handler(lake), PATH, headers=known)["statusCode"] == 200


def test_where_no_fund_has_two_dates_the_answer_is_empty_and_says_why_there_may_be_none() -> None:
    found = answer(dated_lake(days=DAYS[:1]), PATH)
    assert (found["changes"], "note" in found) == ([], False)

    lake = dated_lake()
    for day in DAYS:
        lake.delete(changes_key(day))
    assert "no changes are built yet" in answer(lake, PATH)["note"]


def test_without_tables_it_is_a_503_that_says_when_to_come_again() -> None:
    lake = dated_lake()
    for key in [key for key in lake.objects if key.startswith("tables/newest")]:
        lake.delete(key)
    found = ask(handler(lake), PATH)
    assert (found["statusCode"], found["headers"]["Retry-After"]) == (503, "60")


def test_keys_that_are_no_changes_and_dates_of_the_future_are_left_out() -> None:
    lake = dated_lake()
    for day in ("2031-01-01", "2026-99-99", "x"):
        lake.put(changes_key(day), b"{")
    lake.put(f"{changes_prefix(DAYS[2])}/changes.json.bak", b"{")
    assert answer(lake, PATH)["dates"] == list(DAYS[::-1])


def test_half_a_character_in_a_stored_name_is_damage_and_no_500() -> None:
    lake = dated_lake()
    stored = lake.objects[changes_key(DAYS[2])].body
    lake.put(changes_key(DAYS[2]), stored.replace(b"QQQ Trust", rb"\ud800"))
    found = answer(lake, PATH)
    assert found["unreadable_dates"] == [DAYS[2]]


def test_storage_that_is_damaged_at_its_checksum_is_damage_too() -> None:
    class Rotten(MemoryLake):
        def read(self, key: str, *, unless_etag: str | None = None, most_bytes: int | None = None) -> StoredObject:
            if key == changes_key(DAYS[1]):
                raise DamagedObjectError(f"{key} does not match its checksum")
            return super().read(key, unless_etag=unless_etag, most_bytes=most_bytes)

    found = answer(Rotten(dated_lake().objects), PATH)
    assert (found["unreadable_dates"], len(found["changes"])) == ([DAYS[1]], 2)
