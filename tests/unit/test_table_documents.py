"""What the documents say of the tables' columns, of Athena's price, and of what a refresh asks of the portal."""

import re
from pathlib import Path

import pytest

from benchmarks.made_up_lake import lines_of
from extract.paging import ROWS_PER_REQUEST
from tools import portal_load, query_cost
from tools.table_columns import TABLES, rows


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_told_with_its_type(name: str) -> None:
    told = rows(TABLES[name])

    assert [row[0] for row in told] == [f"`{column}`" for column in TABLES[name]]
    assert all(row[1] for row in told)


def test_a_figure_in_dollars_or_per_cent_says_so() -> None:
    for columns in TABLES.values():
        for name, column in columns.items():
            assert ("USD" in column.unit) or not name.endswith("_usd"), name
            assert ("%" in column.unit) or "_pct" not in name, name


@pytest.mark.parametrize(
    ("lines", "max_holdings", "requests"),
    [
        (0, None, 2),
        (1, None, 2),
        (ROWS_PER_REQUEST, None, 2),
        (ROWS_PER_REQUEST + 1, None, 3),
        (3_500, None, 13),
        (3_500, 100, 2),
        (50, 100, 2),
    ],
)
def test_a_fund_asks_for_its_page_and_for_rows_until_the_list_is_whole(
    lines: int, max_holdings: int | None, requests: int
) -> None:
    assert portal_load.requests_for(lines, max_holdings) == requests


def test_the_document_says_what_the_command_says(root: Path) -> None:
    text = (root / "docs" / "portal.md").read_text()
    (all_rows, hours), (some_rows, _) = portal_load.told(4_500, 3, 1.0), portal_load.told(4_500, 3, 1.0, 100)

    for line in (all_rows, some_rows):
        (requests,) = re.findall(r"([\d,]+) requests a refresh", line)
        assert f"{requests} requests" in text
    (shown,) = re.findall(r"([\d.]+) hours", hours)
    assert f"{shown} hours" in text
    assert 380 < sum(map(lines_of, range(4_500))) / 4_500 < 420


def test_a_query_costs_at_least_ten_megabytes_and_then_by_what_it_scans(tmp_path: Path) -> None:
    assert query_cost.usd(1) == query_cost.usd(10_000_000) == pytest.approx(0.00005)
    assert query_cost.usd(1e12) == 5.0
    assert query_cost.told(tmp_path) == [f"there are no tables in {tmp_path}"]
    for table in ("holdings", "funds"):
        for day in ("2026-11-23", "2026-11-24"):
            path = tmp_path / "tables" / table / f"as_of={day}" / f"{table}.parquet"
            path.parent.mkdir(parents=True)
            path.write_bytes(bytes(1_000_000))

    assert query_cost.told(tmp_path)[0].startswith("holdings: 2 dates, 2.0 MB; a query over the largest date (1.0 MB)")
