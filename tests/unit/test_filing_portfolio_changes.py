"""POST /api/portfolio/changes with `basis=filing`: the same positions looked through by two filings of each fund."""

import json
from typing import Any

import pytest

from tests.unit.api_cases import ask, handler, told
from tests.unit.contract_cases import valid
from tests.unit.filing_snapshots import QUARTERS, filed_line, put_filing, stored_filing
from tests.unit.lake_cases import MemoryLake, build, publish, row, stored_fund

PATH = "/api/portfolio/changes"
NEWEST, BEFORE, FIRST = QUARTERS
APPLE, SHELL = "US0378331005", "GB00BP6MXD84"


def put(lake: MemoryLake, symbol: str, day: str, apple: float, shell: float, **told: Any) -> None:
    lines = [filed_line("Apple Inc", apple, isin=APPLE), filed_line("Shell plc", shell, isin=SHELL)]
    put_filing(lake, stored_filing(symbol, lines, day, **told))


@pytest.fixture
def lake() -> MemoryLake:
    """ONE has three filings, TWO the older two; what Schwab lists of ONE is something else."""
    found = MemoryLake()
    for day, apple in ((NEWEST, 60.0), (BEFORE, 50.0), (FIRST, 40.0)):
        put(found, "ONE", day, apple, 100 - apple)
    for day, apple in ((BEFORE, 10.0), (FIRST, 20.0)):
        put(found, "TWO", day, apple, 100 - apple)
    publish(found, stored_fund("ONE", [row("ZZZ", "Schwab Says So Inc", 100.0)]))
    build(found)
    return found


def asked(lake: MemoryLake, amounts: dict[str, float], **query: str) -> dict[str, Any]:
    """`start` and `end` are the dates."""
    body = json.dumps({"positions": [{"symbol": symbol, "amount_usd": amount} for symbol, amount in amounts.items()]})
    names = {"start": "from", "end": "to"}
    wanted = {names.get(name, name): value for name, value in query.items()}
    return ask(handler(lake), PATH, {"basis": "filing", **wanted}, method="POST", body=body)


def answered(lake: MemoryLake, amounts: dict[str, float], **query: str) -> dict[str, Any]:
    """The parsed answer, which keeps to openapi.json."""
    found: dict[str, Any] = valid(asked(lake, amounts, **query), PATH, "post")
    return found


def moved(answer: dict[str, Any]) -> dict[str, float]:
    names = ("added", "removed", "increased", "decreased")
    return {line["name"]: line["change_pct"] for name in names for line in answer[name]}


def test_each_fund_is_compared_with_the_filing_before_its_newest_and_the_answer_names_them_all(
    lake: MemoryLake,
) -> None:
    answer = answered(lake, {"ONE": 60_000, "TWO": 40_000})

    assert (answer["from"], answer["to"]) == ({"ONE": BEFORE, "TWO": FIRST}, {"ONE": NEWEST, "TWO": BEFORE})
    assert moved(answer) == pytest.approx({"Apple Inc": 2.0, "Shell plc": -2.0})
    assert answer["given_total"] == 100_000
    assert answer["basis"]["source"] == "filing"
    rests_on = [(filing["symbol"], filing["report_date"]) for filing in answer["basis"]["filings"]]
    assert rests_on == [("ONE", BEFORE), ("ONE", NEWEST), ("TWO", FIRST), ("TWO", BEFORE)]


def test_a_date_means_each_funds_newest_filing_on_or_before_it(lake: MemoryLake) -> None:
    answer = answered(lake, {"ONE": 60_000, "TWO": 40_000}, start="2026-01-31", end="2026-05-01")

    assert (answer["from"], answer["to"]) == (
        dict.fromkeys(("ONE", "TWO"), FIRST),
        dict.fromkeys(("ONE", "TWO"), BEFORE),
    )
    assert moved(answer) == pytest.approx({"Apple Inc": 2.0, "Shell plc": -2.0})


def test_a_fund_with_one_filing_up_to_a_date_says_why_nothing_changed(lake: MemoryLake) -> None:
    answer = answered(lake, {"ONE": 1, "TWO": 1}, start=BEFORE)

    assert answer["notes"] == {
        "TWO": f"the newest filing of TWO on both dates is that of {BEFORE}, so nothing changed",
    }
    assert len(answer["basis"]["filings"]) == 3


def test_no_list_is_read_and_nothing_of_one_is_in_it(lake: MemoryLake) -> None:
    lake.calls.clear()
    answer = asked(lake, {"ONE": 1})

    assert not [key for what, key in lake.calls if what == "read" and key.startswith("processed/")]
    assert "Schwab Says So" not in answer["body"]
    assert answer["headers"]["X-Data-Source"] == "sec"


@pytest.mark.parametrize(
    ("amounts", "query", "says"),
    [
        ({"ONE": 1, "AAPL": 1}, {}, "no filing of AAPL is here"),
        ({"ONE": 1, "NOVO B": 1}, {}, "no filing of NOVO B is here"),
        ({"ONE": 1}, {"start": "2025-06-30"}, f"ONE has no filing of 2025-06-30 or before; its first is of {FIRST}"),
    ],
)
def test_what_has_no_filing_of_these_dates_is_refused(
    lake: MemoryLake, amounts: dict[str, float], query: dict[str, str], says: str
) -> None:
    answer = asked(lake, amounts, **query)

    assert answer["statusCode"] == 404
    assert says in told(answer)


def test_an_unchanged_answer_keeps_its_etag_and_a_new_filing_has_another(lake: MemoryLake) -> None:
    before, again = (asked(lake, {"ONE": 1, "TWO": 1})["headers"]["ETag"] for _ in range(2))
    put(lake, "TWO", NEWEST, 15.0, 85.0)

    assert before == again != asked(lake, {"ONE": 1, "TWO": 1})["headers"]["ETag"]


def test_too_many_lines_are_refused(lake: MemoryLake) -> None:
    for key in [key for key in lake.objects if key.startswith("filings/")]:
        stored = lake.objects[key]
        lake.put(key, stored.body, metadata={**stored.metadata, "lines": "30001"})

    answer = asked(lake, {"ONE": 1})

    assert answer["statusCode"] == 413
    assert "60002 lines" in told(answer)


def test_as_a_table_it_has_a_row_for_each_security(lake: MemoryLake) -> None:
    answer = asked(lake, {"ONE": 1}, format="csv")

    assert answer["headers"]["Content-Disposition"].endswith('portfolio-changes-filings.csv"')
    assert "Apple Inc" in answer["body"]
