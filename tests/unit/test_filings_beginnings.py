"""Cut names and the names that begin with them."""

from hypothesis import given
from hypothesis import strategies as st

from etf_analytics.filings.beginnings import Beginnings

_LETTERS = st.text("ab", min_size=6, max_size=12)
_NAMES = st.lists(st.tuples(_LETTERS, st.booleans()), max_size=12)


def beginnings(*names: tuple[str, bool], most: int = 32) -> Beginnings:
    return Beginnings([(letters, is_cut, line) for line, (letters, is_cut) in enumerate(names)], most=most)


@given(_NAMES, _LETTERS, st.booleans())
def test_it_finds_what_comparing_with_each_finds(names: list[tuple[str, bool]], asked: str, is_cut: bool) -> None:
    expected = {
        line
        for line, (letters, other_is_cut) in enumerate(names)
        if min(len(letters), len(asked)) >= 8
        and ((other_is_cut and asked.startswith(letters)) or (is_cut and letters.startswith(asked)))
    }

    assert set(beginnings(*names).of(asked, is_cut=is_cut) or ()) == expected


def test_names_that_only_begin_alike_are_not_counted() -> None:
    names = [(f"samplecompany{number:03}", True) for number in range(200)]

    assert beginnings(*names).of("samplecompany123inc", is_cut=False) == [123]
    assert beginnings(*names).crowded() == set()


def test_a_cut_name_that_too_many_begin_with_crowds_these_and_no_others() -> None:
    index = beginnings(("otherworks", False), *((f"sampleworks{number}", False) for number in range(5)), most=4)

    assert index.of("sampleworks", is_cut=True) is None
    assert index.of("sampleworks", is_cut=False) == []
    assert index.crowded() == {1, 2, 3, 4, 5}


def test_too_many_equal_cut_names_crowd_what_they_begin() -> None:
    index = beginnings(*[("sampleworks", True)] * 5, ("otherworks", True), most=4)

    assert index.of("sampleworksinc", is_cut=False) is None
    assert index.of("otherworksinc", is_cut=False) == [5]
    assert index.crowded() == {0, 1, 2, 3, 4}
