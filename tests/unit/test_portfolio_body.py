"""Positions in a body: in USD, or as proportions, which then stand in no address."""

import json
from typing import Any

import pytest

from api.faults import BadQueryError
from api.portfolio_query import positions_of_body


def body(*positions: dict[str, Any]) -> bytes:
    return json.dumps({"positions": positions}).encode()


def test_amounts_are_usd() -> None:
    assert positions_of_body(body({"symbol": "vti", "amount_usd": 600})) == ({"VTI": 600.0}, True)


def test_proportions_are_not_usd_and_add_up_by_symbol() -> None:
    given = body({"symbol": "VTI", "proportion": 60}, {"symbol": "vti", "proportion": 15})
    assert positions_of_body(given) == ({"VTI": 75.0}, False)


@pytest.mark.parametrize(
    ("positions", "says"),
    [
        ([{"symbol": "VTI", "amount_usd": 60}, {"symbol": "QQQ", "proportion": 40}], "mix amount_usd and proportion"),
        ([{"symbol": "VTI", "proportion": 60}, {"symbol": "QQQ"}], "mix amount_usd and proportion"),
        ([{"symbol": "VTI", "proportion": 60, "amount_usd": 60}], "is invalid"),
        ([{"symbol": "VTI", "proportion": 0}], "the amount of 'VTI' is 0"),
        ([{"symbol": "VTI", "proportion": "60"}], "the amount of 'VTI' is '60'"),
    ],
)
def test_other_positions_say_what_to_give(positions: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(BadQueryError, match=says):
        positions_of_body(body(*positions))
