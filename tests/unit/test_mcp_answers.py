"""How an answer is cut that would fill an agent's context."""

import json

from local.etf.mcp_answers import cut


def test_the_longest_list_is_cut_first_and_small_things_stay() -> None:
    data = {"name": "x", "short": [1, 2, 3], "long": [{"n": number} for number in range(500)]}
    found, cuts = cut(data, 1_000)

    assert (found["name"], found["short"]) == ("x", [1, 2, 3])
    assert found["long"] == data["long"][: len(found["long"])]
    assert cuts == [f"long shows {len(found['long'])} of 500"]
    assert len(json.dumps(found, separators=(",", ":"))) <= 1_000
    assert len(data["long"]) == 500


def test_an_object_by_symbol_is_cut_as_a_list_is() -> None:
    found, cuts = cut({f"S{number}": {"source": "schwab"} for number in range(300)}, 2_000)

    assert cuts == [f"the answer shows {len(found)} of 300"]


def test_lists_within_rows_are_cut_where_the_rows_are_few() -> None:
    found, cuts = cut([{"rows": list(range(1_000))}], 500)

    assert cuts == [f"[0].rows shows {len(found[0]['rows'])} of 1,000"]


def test_what_has_no_list_stays_whole() -> None:
    assert cut({"text": "x" * 100}, 10) == ({"text": "x" * 100}, [])
