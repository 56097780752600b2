"""Real lists joined with real filings."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from etf_analytics import join_list
from etf_common.codes import OpenReason
from tests.unit.filed_lines import Line, Row, real_lines, row


def qqq(folder: Path, *, class_in_name: bool = False) -> list[Row]:
    classes = {"GOOGL": " Class A", "GOOG": " Class C"} if class_in_name else {}
    with (folder / "qqq_2025-09-26.csv").open(encoding="utf-8-sig") as file:
        return [
            row(symbol, entry["Name"] + classes.get(symbol, ""), cusip=entry["Security Identifier"])
            for entry in csv.DictReader(file)
            if (symbol := entry["Holding Ticker"].strip())
        ]


def spy(folder: Path) -> list[Row]:
    with (folder / "spy_2026-04-10.csv").open(encoding="utf-8-sig") as file:
        table = [entry for entry in csv.reader(file) if len(entry) == 9 and entry[7] == "USD"]
    return [row(entry[1], entry[0], cusip=entry[2]) for entry in table if entry[1] != "-"]


def filed(folder: Path, name: str) -> list[Line]:
    path = folder / "nport" / f"{name}.xml"
    if not path.is_file():
        pytest.skip("the folder with real filings is not here")
    return real_lines(path)


def judged(rows: Sequence[Row], lines: Sequence[Mapping[str, Any]]) -> tuple[int, list[str]]:
    """How many pairs are right, and the names of those that are wrong. CUSIPs judge, which the joining does not see."""
    right, wrong = 0, []
    for pair in join_list([{**one, "cusip": None} for one in rows], lines).pairs:
        found = [lines[place] for place in pair.lines]
        # A CINS number is not in the ISIN; where the filing gives no CUSIP, the names have been compared by eye.
        codes = {code for one in found for code in (one["cusip"], (one["isin"] or "")[2:11])}
        listed = rows[pair.rows[0]]
        if listed["cusip"] in codes or (listed["cusip"][0] in "GHNLY" and not any(one["cusip"] for one in found)):
            right += 1
        else:
            wrong.append(f"{listed['name']} / {found[0]['title']}")
    return right, wrong


@pytest.mark.parametrize(("class_in_name", "least"), [(False, 93), (True, 95)])
def test_the_real_list_of_qqq_joined_with_its_filing(real_folder: Path, class_in_name: bool, least: int) -> None:
    right, wrong = judged(qqq(real_folder, class_in_name=class_in_name), filed(real_folder, "QQQ_2025-12-31"))

    assert wrong == []
    assert right >= least


@pytest.mark.parametrize(
    ("name", "least"), [("VTV_2025-12-31", 299), ("QQQ_2026-03-31", 87), ("SPY_2026-03-31_trimmed", 5)]
)
def test_the_real_list_of_spy_joined_with_filings(real_folder: Path, name: str, least: int) -> None:
    right, wrong = judged(spy(real_folder), filed(real_folder, name))

    assert wrong == []
    assert right >= least


def test_real_bonds_joined_with_their_terms_in_their_names(real_folder: Path) -> None:
    lines = filed(real_folder, "GoldmanBond_2023-03-31")
    bonds = [one for one in lines if one["asset_class"] == "bond" and one["maturity"]]
    rows = []
    for one in bonds:
        year, month, day = one["maturity"].split("-")
        rows.append(row(None, f"{one['title']} {one['coupon_pct']}% {month}/{day}/{year}", "bond", cusip=one["isin"]))

    joined = join_list([{**one, "isin": None} for one in rows], lines)

    assert len(joined.pairs) >= 660
    wrong = [
        rows[pair.rows[0]]["name"]
        for pair in joined.pairs
        if rows[pair.rows[0]]["cusip"] not in {lines[place]["isin"] for place in pair.lines}
    ]
    assert wrong == []
    assert {why for _, why in joined.open_rows} <= {
        OpenReason.BOND_NOT_IDENTIFIED,
        OpenReason.SEVERAL_CANDIDATES,
        OpenReason.NO_COUNTERPART,
    }
