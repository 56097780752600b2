"""Whole tables of one fund: on its own dates, and what a caller is told where a fund is not in a table."""

import json
from collections.abc import Iterator

import pytest

from etf_common.filing_keys import filing_key
from etf_common.table_keys import history_key
from local.disk import DataFolder
from local.system import System
from tests.functional.tables import JSON, funds, handler, publish
from tests.functional.test_whole_tables import ZIPPED, Ask, asking, rows_of
from tests.unit import filed_lines

TWICE, LATE = "XAAS", "XAAT"
"""Made-up funds: that of two holdings dates, and that of the earlier one only."""
EARLIER, NEWEST = "2026-11-20", "2026-11-23"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Two made-up funds, and a filing of a third, with their tables."""
    with System(DataFolder(tmp_path_factory.mktemp("lake"))) as system:
        twice, late = funds((18, 19))
        publish(system.lake, twice, as_of=EARLIER)
        publish(system.lake, twice)
        publish(system.lake, late, as_of=EARLIER)
        line = filed_lines.line("Apple Inc", 5.0, isin="US0378331005")
        filing = filed_lines.filing([line], symbol="SPYX", report_date="2026-06-30")
        system.lake.write(filing_key("SPYX", "2026-06-30"), json.dumps(filing).encode(), JSON)
        handler(system)({"rebuild": "all"})
        yield system


@pytest.fixture(scope="module")
def ask(system: System) -> Ask:
    return asking(system.api)


@pytest.mark.parametrize("name", ["holdings", "funds"])
def test_a_fund_has_its_own_newest_holdings_date(ask: Ask, name: str) -> None:
    whole = ask(f"/api/tables/{name}", ZIPPED, format="ndjson")
    found = {etf: ask(f"/api/tables/{name}", ZIPPED, format="ndjson", etf=etf) for etf in (TWICE, LATE)}
    earlier = ask(f"/api/tables/{name}", ZIPPED, format="ndjson", etf=TWICE, as_of=EARLIER)

    dates = [answer["headers"]["X-Holdings-As-Of"] for answer in (whole, found[TWICE], found[LATE], earlier)]
    assert dates == [NEWEST, NEWEST, EARLIER, EARLIER]
    assert LATE not in {row["etf"] for row in rows_of(whole)}
    assert {row["etf"] for row in rows_of(found[LATE])} == {LATE}
    assert len(rows_of(earlier)) == len(rows_of(found[TWICE])) > 0


@pytest.mark.parametrize(
    ("name", "query", "says"),
    [
        ("holdings", {"etf": LATE, "as_of": NEWEST}, f"holdings of {LATE} has no {NEWEST}; nearest: {EARLIER}"),
        ("funds", {"etf": TWICE, "as_of": "2026-11-21"}, f"nearest: {EARLIER} and {NEWEST}"),
        ("changes", {"etf": TWICE, "as_of": EARLIER}, f"nearest: {NEWEST}"),
        ("changes", {"etf": LATE}, "no two holdings dates"),
        ("latest_holdings", {"etf": "SPYX"}, "ask latest_filings"),
        ("latest_funds", {"etf": "SPYX"}, "ask latest_filings"),
        ("holdings", {"etf": "SPYX"}, "ask latest_filings"),
        ("latest_filings", {"etf": LATE}, "ask latest_holdings"),
        ("latest_filings", {"etf": "NOPE"}, "not among the ETFs"),
    ],
)
def test_a_fund_that_is_not_in_a_table_is_not_found_there(
    ask: Ask, name: str, query: dict[str, str], says: str
) -> None:
    answer = ask(f"/api/tables/{name}", **query)

    assert answer["statusCode"] == 404
    assert says in answer["body"]


def test_a_fund_that_changed_nothing_has_no_rows_and_a_history_that_cannot_be_read_refuses_no_date(
    system: System, ask: Ask
) -> None:
    nothing = ask("/api/tables/changes", ZIPPED, format="ndjson", etf=TWICE)
    body = system.lake.read(history_key(TWICE)).body
    system.lake.write(history_key(TWICE), b"{", JSON)
    newest, earlier = (
        ask("/api/tables/holdings", ZIPPED, format="ndjson", etf=TWICE, **query) for query in ({}, {"as_of": EARLIER})
    )
    system.lake.write(history_key(TWICE), body, JSON)

    assert (nothing["statusCode"], nothing["headers"]["X-Holdings-As-Of"], rows_of(nothing)) == (200, NEWEST, [])
    assert [answer["headers"]["X-Holdings-As-Of"] for answer in (newest, earlier)] == [NEWEST, EARLIER]
