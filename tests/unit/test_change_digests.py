"""What a fund traded between two dates in short, and its title in plain words."""

import json
from typing import Any

import pytest

from etf_analytics import fund_changes
from etf_analytics.two_dates.digest import MOST_ROWS, digest_of, title_of, told_since
from etf_common.codes import Reason
from tables.fund_dates import changed_lines
from tests.unit.two_dates_cases import FROM, TO, changes, dated, fund

NEWER = {"source": "live", "fetched_at": "2026-11-20T22:31:04Z", "included": 100, "reported": 3544}
WHOLE = {name: 1000.0 * (number + 7) for number, name in enumerate("ABCDEFGHIJ")}


def digest(answer: dict[str, Any]) -> dict[str, Any]:
    return digest_of(answer, NEWER, etag_from='"1"', etag_to='"2"')


def told(answer: dict[str, Any]) -> str:
    title = title_of(digest(answer))
    head = f"FUND on {TO}: "
    assert title.startswith(head)
    return title.removeprefix(head)


def partial(before: dict[str, float], after: dict[str, float]) -> dict[str, Any]:
    cut = {"complete": False, "reported": 3544}
    return fund_changes(dated(fund(before), FROM, **cut), dated(fund(after), TO, **cut))


def test_a_digest_counts_the_rows_and_keeps_the_largest_trades() -> None:
    after = {**WHOLE, "A": WHOLE["A"] * 1.3, "B": WHOLE["B"] * 0.9, "NEW": 500.0}
    del after["C"]

    found = digest(changes(fund(WHOLE), fund(after)))

    counts = {name: found[f"{name}_count"] for name in ("added", "removed", "increased", "decreased", "unchanged")}
    assert counts == {"added": 1, "removed": 1, "increased": 1, "decreased": 1, "unchanged": 7}
    assert [(row["kind"], row["symbol"], row["traded_shares"]) for row in found["largest_trades"]] == [
        ("removed", "C", -9000),
        ("increased", "A", 2100),
        ("decreased", "B", -800),
        ("added", "NEW", 500),
    ]
    assert found["max_trade_pct"] == max(abs(row["trade_pct"]) for row in found["largest_trades"])
    assert (found["from"], found["to"], found["etag_from"], found["etag_to"]) == (FROM, TO, '"1"', '"2"')
    assert found["reasons"] == {}
    assert found == json.loads(json.dumps(found, allow_nan=False))


def test_a_digest_has_at_most_ten_trades() -> None:
    before = {f"S{number}": 1000.0 * (number + 7) for number in range(60)}
    after = {
        name: shares * (1.1 + place / 100 if place < 20 else 1) for place, (name, shares) in enumerate(before.items())
    }

    found = digest(changes(fund(before), fund(after)))

    assert found["increased_count"] == 20
    assert len(found["largest_trades"]) == MOST_ROWS
    values = [row["traded_usd"] for row in found["largest_trades"]]
    assert values == sorted(values, reverse=True)


def test_what_cannot_be_told_is_null_with_its_reason() -> None:
    # Given lists in which every line moves by a factor of its own
    after = {name: shares * (1.1 + place / 10) for place, (name, shares) in enumerate(WHOLE.items())}

    found = digest(changes(fund(WHOLE), fund(after)))

    unknown = ("flow_factor", "turnover_pct", "increased_count", "decreased_count", "max_trade_pct")
    assert [found[name] for name in unknown] == [None] * len(unknown)
    assert found["reasons"] == dict.fromkeys(unknown, Reason.NO_COMMON_FACTOR)
    assert found["undetermined_count"] == len(WHOLE)


def test_a_cut_list_has_neither_added_nor_removed_lines() -> None:
    found = digest(partial(WHOLE, {**WHOLE, "NEW": 500.0}))

    assert (found["added_count"], found["removed_count"], found["turnover_pct"]) == (None, None, None)
    assert (found["entered_count"], found["left_count"]) == (1, 0)
    assert {found["reasons"][name] for name in ("added_count", "removed_count", "turnover_pct")} == {
        Reason.PARTIAL_LIST
    }


def test_the_title_says_what_was_added_removed_and_traded() -> None:
    after = {**WHOLE, "NEW": 500.0, "OTHER": 700.0}
    del after["C"]
    answer = changes(fund(WHOLE), fund(after))
    assert told({**answer, "turnover_pct": 0.4123}) == "2 added, 1 removed, 0.4 % traded"
    assert told({**answer, "turnover_pct": 12.0}) == "2 added, 1 removed, 12 % traded"
    assert told({**answer, "turnover_pct": 0.0412}) == "2 added, 1 removed, 0.041 % traded"
    assert told({**answer, "turnover_pct": 0.000012}) == "2 added, 1 removed, less than 0.001 % traded"


def test_the_title_of_a_day_without_a_trade_says_so() -> None:
    moved = fund(WHOLE, **dict.fromkeys(WHOLE, 51.0))
    assert told(changes(fund(WHOLE), moved)) == "nothing was traded"


def test_the_title_never_says_that_nothing_was_traded_where_nobody_knows() -> None:
    after = {name: shares * (1.1 + place / 10) for place, (name, shares) in enumerate(WHOLE.items())}

    assert told(changes(fund(WHOLE), fund(after))) == "0 added, 0 removed; what was traded cannot be told"
    assert told(partial(WHOLE, {**WHOLE, "NEW": 500.0})) == (
        "1 entered the list, 0 left it (100 of 3,544 lines known); what was traded cannot be told"
    )


def test_the_title_of_a_list_that_only_got_a_new_date_says_that_it_is_a_copy() -> None:
    assert told(changes(fund(WHOLE), fund(WHOLE))) == f"the list repeats that of {FROM}, so nothing can be told"


@pytest.mark.parametrize(("count", "words"), [(1, "split of A"), (2, "2 splits"), (MOST_ROWS, "10 or more splits")])
def test_the_title_names_splits(count: int, words: str) -> None:
    answer = {**changes(fund(WHOLE), fund(WHOLE, **dict.fromkeys(WHOLE, 51.0)))}
    answer["splits"] = [{"symbol": "A", "name": "A Works Inc", "ratio": 2.0}] * count
    assert told(answer) == f"nothing was traded, {words}"


def test_a_weight_that_moved_by_a_price_that_is_not_known_is_no_trade() -> None:
    # Given a line that rose by more than half, of which next to nothing was bought
    before, after = fund(WHOLE), fund({**WHOLE, "A": 7100.0}, A=80.0)
    for rows in (before, after):
        total = sum(line["market_value_usd"] for line in rows)
        rows[0] |= {"weight_pct": round(100 * rows[0]["market_value_usd"] / total, 2), "market_value_usd": None}
    answer = changes(before, after)

    found, (line,) = digest(answer), [*changed_lines(answer, {"run": "", "source": ""})]

    assert [row["symbol"] for row in answer["increased"] if row["price_assumed"]] == ["A"]
    assert (found["max_trade_pct"], found["reasons"]["max_trade_pct"]) == (None, Reason.VALUE_MISSING)
    assert [(row["symbol"], row["trade_pct"]) for row in found["largest_trades"]] == [("A", None)]
    assert (line["symbol"], line["drift_pct"], line["trade_pct"]) == ("A", None, None)


def test_a_line_that_was_sold_whole_needs_no_later_price() -> None:
    found = digest(changes(fund(WHOLE), fund({name: shares for name, shares in WHOLE.items() if name != "C"}, A=51.0)))

    assert [(row["kind"], row["symbol"]) for row in found["largest_trades"]] == [("removed", "C")]
    assert found["max_trade_pct"] == -found["largest_trades"][0]["trade_pct"] > 0


def test_a_digest_that_says_the_same_as_the_one_before_it_keeps_its_time() -> None:
    found = digest(changes(fund(WHOLE), fund({**WHOLE, "A": 9000.0})))
    again = {**found, "etag_to": '"3"', "fetched_at": "2026-11-21T22:31:04Z", "changed_at": "2026-11-21T22:31:04Z"}

    assert told_since(again, found) == {**again, "changed_at": NEWER["fetched_at"]}
    assert told_since({**again, "unchanged_count": 1}, found)["changed_at"] == "2026-11-21T22:31:04Z"
    assert told_since(again, None) == again


@pytest.mark.parametrize("earlier", ["2026-11-19T22:31:04Z", "2026-11-22T22:31:04Z", None])
def test_a_digest_is_as_new_as_the_list_that_was_fetched_later(earlier: str | None) -> None:
    answer = changes(fund(WHOLE), fund(WHOLE))
    found = digest_of(answer, NEWER, etag_from='"1"', etag_to='"2"', earlier_fetched_at=earlier)

    assert found["changed_at"] == max(str(NEWER["fetched_at"]), earlier or "")
    assert digest_of(answer, {**NEWER, "fetched_at": None}, etag_from="", etag_to="")["changed_at"] is None
