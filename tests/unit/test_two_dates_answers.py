"""GET /changes and /attribution: which snapshots they read, what they say of them, and what goes wrong."""

import base64
import csv
import gzip
import io
import json
from typing import Any

import pytest

from etf_common.dated_changes import FundHistory
from etf_common.lake import dated_key, latest_key
from etf_common.table_keys import history_key
from tests.unit.api_cases import ask, handler, holding, told
from tests.unit.builders import FakeLake
from tests.unit.contract_cases import valid
from tests.unit.lake_cases import MemoryLake, publish, row, stored_fund

FIRST, SECOND, THIRD = "2026-11-16", "2026-11-17", "2026-11-18"
CHANGES, ATTRIBUTION = "/api/etfs/ONE/changes", "/api/etfs/ONE/attribution"
BOTH = pytest.mark.parametrize("path", [CHANGES, ATTRIBUTION])


def lines(*, bought: int = 0, price: float = 10.0, without: str = "") -> list[dict[str, Any]]:
    """Six lines of 1,000,000 shares each; some were bought of the first."""
    found = []
    for number, name in enumerate("ABCDEF"):
        shares = 1_000_000 + (bought if name == "A" else 0)
        value = shares * price * (1 + number / 100)
        found.append(row(name, f"Company {name} Inc", 16.0, shares=shares, market_value_usd=value))
    return [line for line in found if line["symbol"] != without]


def quoted(price: float | None, day: str, session: str = "close") -> dict[str, Any]:
    return {"last_price": price, "as_of": f"{day} 16:00:00", "session": session}


def put(lake: MemoryLake, day: str, rows: list[dict[str, Any]], quote: Any = None, **told: Any) -> None:
    """Store the list of one date, as transform does; the last one that is put is the newest."""
    metadata = told.pop("metadata", {})
    snapshot = stored_fund(told.pop("symbol", "ONE"), rows, day=day, **told)
    snapshot["summary"] |= quote or {"as_of": None, "session": None}
    publish(lake, snapshot, **metadata)


def three_dates() -> MemoryLake:
    """Quotes are a day later than the holdings."""
    lake = MemoryLake()
    put(lake, FIRST, lines(), quoted(100.0, SECOND))
    put(lake, SECOND, lines(bought=50_000), quoted(110.0, THIRD))
    put(lake, THIRD, lines(bought=50_000, price=11.0), quoted(112.0, "2026-11-19"))
    return lake


def answered(lake: FakeLake, path: str, **query: str) -> dict[str, Any]:
    """The parsed answer, which keeps to openapi.json; `start` and `end` are the dates."""
    template = path.replace("/ONE/", "/{symbol}/")
    found: dict[str, Any] = valid(asked(lake, path, **query), template)
    return found


def asked(lake: FakeLake, path: str, headers: dict[str, str] | None = None, /, **query: str) -> dict[str, Any]:
    names = {"start": "from", "end": "to"}
    return ask(handler(lake), path, {names.get(name, name): value for name, value in query.items()}, headers)


def table(answer: dict[str, Any]) -> list[dict[str, str]]:
    assert answer["headers"]["Content-Type"] == "text/csv; charset=utf-8"
    return [*csv.DictReader(io.StringIO(answer["body"].removeprefix("\ufeff"), newline=""))]


# ---- dates


def test_without_dates_the_two_newest_are_compared() -> None:
    answer = answered(three_dates(), CHANGES)

    assert (answer["from"], answer["to"], answer["lag_days"]) == (SECOND, THIRD, 1)
    assert answer["increased"] == []


def test_what_was_bought_between_two_dates_is_found() -> None:
    answer = answered(three_dates(), CHANGES, start=FIRST, end=SECOND)

    (bought,) = answer["increased"]
    assert (bought["symbol"], bought["traded_shares"], bought["traded_usd"]) == ("A", 50_000, 500_000.0)
    assert answer["flow"] == {"factor": 1.0, "baskets": [], "reason": None}
    assert (answer["complete"], answer["unchanged_count"]) == (True, 5)
    assert "note" not in answer


@BOTH
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"start": "2026-11-14"}, "2026-11-14; nearest: 2026-11-16"),
        ({"end": "2026-11-19"}, "2026-11-19; nearest: 2026-11-18"),
        ({"start": FIRST, "end": "2026-11-20"}, "2026-11-20; nearest: 2026-11-18"),
    ],
)
def test_a_date_that_is_not_there_is_a_404_with_the_nearest(path: str, query: dict[str, str], names: str) -> None:
    answer = asked(three_dates(), path, **query)

    assert answer["statusCode"] == 404
    assert names in told(answer)


@BOTH
@pytest.mark.parametrize(
    "query",
    [
        {"start": THIRD, "end": FIRST},
        {"start": "2026-11-22"},
        {"end": "2027-01-01"},
        {"start": "yesterday"},
        {"end": "20261118"},
        {"format": "xml"},
        {"as_of": FIRST},
    ],
)
@pytest.mark.parametrize("symbol", ["ONE", "NOPE"])
def test_dates_and_parameters_that_cannot_be_are_a_400(path: str, query: dict[str, str], symbol: str) -> None:
    assert asked(three_dates(), path.replace("ONE", symbol), **query)["statusCode"] == 400


@BOTH
def test_a_list_dated_in_the_future_is_not_compared(path: str) -> None:
    lake = three_dates()
    put(lake, "2026-12-24", lines())

    assert answered(lake, path)["to"] == THIRD


@BOTH
def test_a_fund_with_one_date_has_nothing_changed_and_a_note(path: str) -> None:
    lake = MemoryLake()
    put(lake, FIRST, lines())

    answer = answered(lake, path)

    assert (answer["from"], answer["to"]) == (FIRST, FIRST)
    assert "one holdings date only" in answer["note"]
    if path == CHANGES:
        assert (answer["turnover_pct"], answer["unchanged_count"]) == (0.0, 6)
        assert answer["added"] == answer["removed"] == answer["increased"] == answer["decreased"] == []
    else:
        assert answer["return_pct"] == 0.0


@BOTH
def test_a_second_date_changes_the_answer_of_the_first(path: str) -> None:
    lake = MemoryLake()
    put(lake, FIRST, lines())
    served = handler(lake)
    before = ask(served, path, {"to": FIRST})

    put(lake, SECOND, lines(bought=50_000))

    after = ask(served, path, {"to": FIRST})
    assert "one holdings date only" in json.loads(before["body"])["note"]
    assert "is the first holdings date" in json.loads(after["body"])["note"]
    assert before["headers"]["ETag"] != after["headers"]["ETag"]
    assert json.loads(ask(served, path)["body"])["to"] == SECOND


@BOTH
@pytest.mark.parametrize("symbol", ["one", "One", "%4FNE"])
def test_the_symbol_may_be_in_any_case(path: str, symbol: str) -> None:
    assert asked(three_dates(), path.replace("ONE", symbol))["statusCode"] == 200


@BOTH
@pytest.mark.parametrize(("symbol", "status"), [("NOPE", 404), ("AAPL", 404), ("912810TM0", 404), ("Q  Q", 400)])
def test_a_fund_that_is_not_here_is_told_apart_from_what_is_no_symbol(path: str, symbol: str, status: int) -> None:
    assert asked(three_dates(), path.replace("ONE", symbol))["statusCode"] == status


@BOTH
@pytest.mark.parametrize("symbol", ["BRK.B", "BRK/B", "brk%2Fb"])
def test_a_share_class_after_a_slash_is_part_of_the_symbol(path: str, symbol: str) -> None:
    lake = MemoryLake()
    put(lake, FIRST, lines(), symbol="BRK.B")
    put(lake, SECOND, lines(), symbol="BRK.B")

    answer = asked(lake, path.replace("ONE", symbol))

    assert json.loads(answer["body"])["symbol"] == "BRK.B"


@BOTH
def test_a_fund_without_dated_lists_is_a_404_that_says_so(path: str) -> None:
    lake = three_dates()
    for day in (FIRST, SECOND, THIRD):
        del lake.objects[dated_key("ONE", day)]

    answer = asked(lake, path)

    assert answer["statusCode"] == 404
    assert "no snapshot of a holdings date" in told(answer)


# ---- what the lists are


def test_between_a_partial_and_a_complete_list_nothing_counts_as_bought_or_sold() -> None:
    lake = MemoryLake()
    put(lake, FIRST, lines(without="B"), reported=6)
    put(lake, SECOND, lines())

    answer = asked(lake, CHANGES)
    found = answered(lake, CHANGES)

    assert answer["headers"]["X-Data-Complete"] == "false"
    assert (found["complete"], found["added"], found["removed"]) == (False, None, None)
    assert found["reasons"]["added"] == found["reasons"]["turnover_pct"] == "partial_list"
    assert [line["symbol"] for line in found["entered_the_list"]] == ["B"]


@BOTH
def test_the_headers_are_those_of_the_worse_list(path: str) -> None:
    lake = MemoryLake()
    put(lake, FIRST, lines(), metadata={"source": "sample"})
    put(lake, SECOND, lines())

    headers = asked(lake, path)["headers"]

    assert headers["X-Data-Source"] == "sample"
    assert (headers["X-Data-Complete"], headers["X-Data-Stale"]) == ("true", "false")


@BOTH
def test_only_the_newest_list_can_be_stale(path: str) -> None:
    lake = MemoryLake()
    old = {"fresh-until": "2026-11-17T21:00:00Z"}
    put(lake, FIRST, lines(), metadata=old)
    put(lake, SECOND, lines(), metadata=old)
    put(lake, THIRD, lines(), metadata=old)

    newest, older = asked(lake, path)["headers"], asked(lake, path, end=SECOND)["headers"]

    assert newest["X-Data-Stale"] == "true"
    assert newest["X-Data-Stale-Reason"].startswith("ONE: ")
    assert older["X-Data-Stale"] == "false"
    assert "X-Data-Stale-Reason" not in older


@BOTH
@pytest.mark.parametrize("day", [SECOND, THIRD])
@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'{"symbol": "ONE", "holdings_as_of": "2026-11-18"}'])
def test_a_damaged_list_is_a_503_that_names_it(path: str, day: str, body: bytes) -> None:
    lake = three_dates()
    lake.put(dated_key("ONE", day), body, metadata={"included": "6"})

    answer = asked(lake, path)

    assert answer["statusCode"] == 503
    assert f"processed/ONE/{day}.json is not a snapshot" in told(answer)


@BOTH
def test_the_list_of_another_fund_under_a_date_is_damage(path: str) -> None:
    lake = three_dates()
    body = json.dumps(stored_fund("TWO", lines(), day=SECOND)).encode()
    lake.put(dated_key("ONE", SECOND), body, metadata={"included": "6"})

    answer = asked(lake, path)

    assert answer["statusCode"] == 503
    assert f"processed/ONE/{SECOND}.json holds another snapshot" in told(answer)


@BOTH
def test_a_snapshot_that_is_deleted_meanwhile_leaves_the_dates_that_are_there(path: str) -> None:
    lake = three_dates()
    read = lake.read

    def vanishing(key: str, **options: Any) -> Any:
        if key == dated_key("ONE", THIRD):
            lake.objects.pop(key, None)
        return read(key, **options)

    lake.read = vanishing  # type: ignore[method-assign]

    assert answered(lake, path)["to"] == SECOND


# ---- validators and forms


@BOTH
def test_an_answer_that_the_caller_has_is_a_304_and_not_computed(path: str) -> None:
    lake = three_dates()
    etag = asked(lake, path)["headers"]["ETag"]
    damaged = {key: stored for key, stored in lake.objects.items() if key == dated_key("ONE", THIRD)}
    ((key, stored),) = damaged.items()
    lake.put(key, b"not read", stored.etag, stored.metadata)

    answer = asked(lake, path, {"if-none-match": etag})

    assert (answer["statusCode"], answer["body"]) == (304, "")


@BOTH
@pytest.mark.parametrize("day", [SECOND, THIRD])
def test_a_corrected_list_is_another_answer_at_once(path: str, day: str) -> None:
    lake = three_dates()
    before = asked(lake, path)
    put(lake, day, lines(bought=70_000, price=10.5))

    after = asked(lake, path)

    assert before["headers"]["ETag"] != after["headers"]["ETag"]
    assert before["body"] != after["body"]


@BOTH
def test_a_question_that_is_asked_again_costs_one_listing_and_is_not_computed(path: str) -> None:
    lake = three_dates()
    served = handler(lake)
    first = ask(served, path)
    lake.calls.clear()

    again = ask(served, path)

    assert again["body"] == first["body"]
    own = [call for call in lake.calls if "ONE" in call[1]]
    assert own == [("keys", "processed/ONE/")]


@BOTH
def test_both_forms_are_compressed_for_who_takes_gzip(path: str) -> None:
    for form in ("json", "csv"):
        plain = asked(three_dates(), path, format=form)
        zipped = asked(three_dates(), path, {"accept-encoding": "gzip"}, format=form)

        assert gzip.decompress(base64.b64decode(zipped["body"])).decode() == plain["body"]
        assert plain["headers"]["ETag"] in zipped["headers"]["ETag"]


def test_changes_as_csv_have_a_row_for_each_security_that_changed() -> None:
    answer = asked(three_dates(), CHANGES, format="csv", start=FIRST, end=SECOND)

    assert answer["headers"]["Content-Disposition"] == f'attachment; filename="changes-ONE-{FIRST}-{SECOND}.csv"'
    (bought,) = table(answer)
    assert (bought["etf"], bought["from"], bought["to"]) == ("ONE", FIRST, SECOND)
    assert (bought["kind"], bought["symbol"], bought["traded_shares"]) == ("increased", "A", "50000")
    assert bought["reasons"] == ""


def test_csv_says_of_which_kinds_nothing_is_known() -> None:
    lake = MemoryLake()
    put(lake, FIRST, lines(without="B"), reported=6)
    put(lake, SECOND, lines())

    rows = table(asked(lake, CHANGES, format="csv"))

    assert [(line["kind"], line["symbol"], line["reasons"].split("; ")[0]) for line in rows] == [
        ("added", "", "added: partial_list"),
        ("removed", "", "removed: partial_list"),
        ("entered_the_list", "B", "shares_from: partial_list"),
    ]


def test_attribution_as_csv_has_securities_sectors_classes_and_the_totals() -> None:
    answer = answered(three_dates(), ATTRIBUTION)
    rows = table(asked(three_dates(), ATTRIBUTION, format="csv"))

    kinds = [line["kind"] for line in rows]
    assert kinds == ["security"] * 6 + ["sector"] * len(answer["sectors"]) + ["asset_class", *["total"] * 3]
    totals = {line["name"]: line for line in rows if line["kind"] == "total"}
    assert float(totals["return_pct"]["return_pct"]) == answer["return_pct"]
    assert float(totals["return_pct"]["weight_from_pct"]) == answer["covered_pct"]


def test_a_name_that_is_a_formula_is_text_in_a_sheet() -> None:
    lake = MemoryLake()
    put(lake, FIRST, lines())
    put(lake, SECOND, [*lines(), row("X", "=HYPERLINK(1)", 1.0)])

    (added,) = table(asked(lake, CHANGES, format="csv"))

    assert added["name"] == "'=HYPERLINK(1)"


def test_lists_with_too_many_lines_are_a_413_that_says_what_to_do() -> None:
    lake = MemoryLake()
    for day in (FIRST, SECOND):
        put(lake, day, lines(), metadata={"included": "70000"})

    answer = asked(lake, CHANGES)

    assert answer["statusCode"] == 413
    assert "140000 lines on the two dates" in told(answer)
    assert "/api/etfs/ONE/holdings" in told(answer)


# ---- closing quotes


def test_the_close_of_a_holdings_date_is_the_quote_of_an_earlier_list() -> None:
    answer = answered(three_dates(), ATTRIBUTION)

    # 100 is the close of the second date, 110 that of the third
    assert answer["quote_return_pct"] == pytest.approx(10.0)
    assert answer["return_pct"] == pytest.approx(9.6)
    assert answer["residual_pct"] == pytest.approx(0.4)
    assert "no price feed" in answer["notes"]["returns"]


def test_without_a_quote_of_the_date_the_return_by_quotes_is_null() -> None:
    answer = answered(three_dates(), ATTRIBUTION, start=FIRST, end=SECOND)

    assert (answer["quote_return_pct"], answer["residual_pct"]) == (None, None)
    assert answer["reasons"]["quote_return_pct"] == answer["reasons"]["residual_pct"] == "no_quote_of_date"


def test_only_a_bounded_number_of_lists_before_a_date_is_searched_for_its_close() -> None:
    lake = MemoryLake()
    days = [f"2026-10-{day:02}" for day in range(1, 31)]
    put(lake, days[0], lines(), quoted(100.0, days[-1]))
    for day in days[1:]:
        put(lake, day, lines())
    lake.calls.clear()

    answer = answered(lake, ATTRIBUTION)

    assert answer["reasons"]["quote_return_pct"] == "no_quote_of_date"
    assert len([key for _, key in lake.calls if key.startswith("processed/ONE/2026")]) <= 6


def recorded(lake: MemoryLake, quotes: dict[str, dict[str, Any]], **etags: str) -> None:
    """The fund's history as the tables have it."""
    records = {
        day: {
            "etag": etags.get(f"on_{day[-2:]}", lake.objects[dated_key("ONE", day)].etag),
            "rows": 6,
            "weight_pct": 96.0,
            "last_price": quote["last_price"],
            "complete": True,
            "fetched_at": "2026-11-20T22:30:04Z",
            "source": "schwab",
            "quote": quote,
            "top_10_pct": 96.0,
            "hhi_points": 1500.0,
            "largest": None,
            "sectors": [],
            "reasons": {},
            "change": None,
        }
        for day, quote in quotes.items()
    }
    lake.put(history_key("ONE"), FundHistory("ONE", records).document())


def test_quotes_come_from_the_tables_where_they_have_them_and_no_list_is_read_for_one() -> None:
    lake = three_dates()
    expected = answered(lake, ATTRIBUTION)
    quotes = {FIRST: quoted(100.0, SECOND), SECOND: quoted(110.0, THIRD), THIRD: quoted(112.0, "2026-11-19")}
    recorded(lake, quotes)
    lake.calls.clear()

    assert answered(lake, ATTRIBUTION) == expected
    assert ("read", dated_key("ONE", FIRST)) not in lake.calls


def test_a_quote_that_the_tables_have_of_a_replaced_list_is_not_used() -> None:
    lake = three_dates()
    expected = answered(lake, ATTRIBUTION)
    quotes = {FIRST: quoted(77.0, SECOND), SECOND: quoted(110.0, THIRD), THIRD: quoted(112.0, "2026-11-19")}
    recorded(lake, quotes, on_16='"replaced"')

    assert answered(lake, ATTRIBUTION) == expected


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"schema_version": 9}', b'{"schema_version": 1}'])
def test_a_history_that_cannot_be_read_is_as_good_as_none(body: bytes) -> None:
    lake = three_dates()
    expected = answered(lake, ATTRIBUTION)
    lake.put(history_key("ONE"), body)

    assert answered(lake, ATTRIBUTION) == expected


def test_a_damaged_list_before_the_dates_only_takes_its_quote_away() -> None:
    lake = three_dates()
    lake.put(dated_key("ONE", FIRST), b"{")

    answer = answered(lake, ATTRIBUTION)

    assert answer["reasons"]["quote_return_pct"] == "no_quote_of_date"
    assert answer["return_pct"] == pytest.approx(9.6)


def test_an_older_list_with_another_quote_is_another_answer() -> None:
    lake = three_dates()
    before = asked(lake, ATTRIBUTION)
    newest = lake.objects[latest_key("ONE")]
    put(lake, FIRST, lines(), quoted(105.0, SECOND))
    lake.objects[latest_key("ONE")] = newest

    after = asked(lake, ATTRIBUTION)

    assert before["headers"]["ETag"] != after["headers"]["ETag"]
    assert json.loads(after["body"])["quote_return_pct"] == pytest.approx(100 * (110 / 105 - 1))


def test_snapshots_of_holdings_made_by_hand_have_answers_too() -> None:
    lake = MemoryLake()
    for day in (FIRST, SECOND):
        put(lake, day, [holding("AAPL"), holding(None, weight_pct=None, shares=None, market_value_usd=None)])

    for path in (CHANGES, ATTRIBUTION):
        assert answered(lake, path)["symbol"] == "ONE"
