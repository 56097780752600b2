"""Pairs of names as lists write them: one security or two. Companies under one ticker, bonds, lines without one."""

import csv
from pathlib import Path

from etf_analytics.matching.bonds import parse_bond
from etf_analytics.matching.names import compare_names, name_key

PAIRS = list(csv.DictReader((Path(__file__).parent / "security_pairs.csv").read_text("utf-8").splitlines()))


def of_companies(pair: dict[str, str]) -> str:
    return compare_names(pair["symbol"], pair["one"], pair["other"]).value


def of_bonds(pair: dict[str, str]) -> str:
    one, other = parse_bond(pair["one"]), parse_bond(pair["other"])
    if one is None or other is None:
        return "unidentified"
    if one == other:
        return "same"
    is_month = one.slot == other.slot and len(one.maturity) != len(other.maturity)
    return "same month" if is_month else "different"


def of_names(pair: dict[str, str]) -> str:
    one, other = name_key(pair["one"]), name_key(pair["other"])
    if one is None or other is None:
        return "unidentified"
    return "same" if one == other else "different"


VERDICTS = {"company": of_companies, "bond": of_bonds, "name": of_names}


def test_pairs_of_names_have_their_verdict() -> None:
    wrong = []
    for pair in PAIRS:
        for verdict in (VERDICTS[pair["kind"]](pair), VERDICTS[pair["kind"]]({**pair, **swapped(pair)})):
            expected, negated = pair["verdict"].removeprefix("not "), pair["verdict"].startswith("not ")
            if (verdict == expected) is negated:
                wrong.append((pair, verdict))
    assert wrong == []
    assert len(PAIRS) > 250


def swapped(pair: dict[str, str]) -> dict[str, str]:
    return {"one": pair["other"], "other": pair["one"]}
