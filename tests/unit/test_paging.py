"""Which rows to ask for next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.paging import RowsRequest, request_after


@given(st.integers(0, 100_000), st.integers(1, 300))
def test_a_request_begins_at_the_next_row_and_asks_for_no_more_than_the_size(last: int, size: int) -> None:
    request = request_after(last, size)

    assert (request.page - 1) * request.rows == last
    assert 1 <= request.rows <= size


@given(st.integers(1, 100_000), st.integers(1, 300))
def test_a_request_asks_for_as_many_rows_as_it_can(last: int, size: int) -> None:
    rows = request_after(last, size).rows

    assert [n for n in range(rows + 1, size + 1) if last % n == 0] == []


@pytest.mark.parametrize(
    ("last", "size", "expected"),
    [
        (0, 100, RowsRequest(1, 100)),
        (100, 100, RowsRequest(2, 100)),
        (60, 100, RowsRequest(2, 60)),
        (160, 60, RowsRequest(5, 40)),
        (97, 100, RowsRequest(2, 97)),
        (101, 100, RowsRequest(102, 1)),
        (3, 60, RowsRequest(2, 3)),
        (0, 1, RowsRequest(1, 1)),
    ],
)
def test_some_requests(last: int, size: int, expected: RowsRequest) -> None:
    assert request_after(last, size) == expected
