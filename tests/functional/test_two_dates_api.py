"""Changes and attribution of the sample funds' week, from the portal's pages to the answers, against the truth."""

import json
import math
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from etf_common.config import DEFAULT_SYMBOLS
from local.disk import DataFolder
from local.jobs import refresh_once
from local.sample_history import SampleHistory
from local.system import System
from sample_portal.portfolios import PORTFOLIOS
from sample_portal.server import SamplePortal
from sample_portal.truth import Change, change
from tests.functional.conftest import TODAY, get
from tests.functional.test_sample_history import Heard

SYMBOLS = DEFAULT_SYMBOLS
LISTS = ("added", "removed", "increased", "decreased")
NOT_ALL_TOLD = ("BND", "GLD")
"""One has bonds that nobody can identify, the other a single line, which tells no flow from a trade."""


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory, funds_only: Path) -> Iterator[System]:
    """Five holdings dates of all sample funds."""
    folder = DataFolder(tmp_path_factory.mktemp("week") / "sample")
    with SamplePortal(today=lambda: TODAY) as portal, System(folder, portal.url) as system:
        system.put_config(funds_only)
        outcomes = refresh_once(system, [*SYMBOLS], Heard(), 2)
        history = SampleHistory(system, Heard(), newest=lambda: TODAY)
        history.look_after(outcomes)
        history.finish(2)
        yield system


def dates(system: System, symbol: str) -> list[str]:
    return sorted(entry["holdings_as_of"] for entry in asked(system, f"/api/etfs/{symbol}/history"))


def asked(system: System, path: str, **query: str) -> Any:
    """The parsed answer; `first` and `last` are the dates."""
    names = {"first": "from", "last": "to"}
    answer = get(system, path, query={names.get(name, name): value for name, value in query.items()})
    assert answer["statusCode"] == 200, answer["body"]
    return json.loads(answer["body"])


def pairs(system: System, symbol: str) -> list[tuple[str, str]]:
    """Neighbouring dates, and the first and the last."""
    there = dates(system, symbol)
    assert len(there) == 5
    return [*pairwise(there), (there[0], there[-1])]


def compare_with_truth(answer: dict[str, Any], truth: Change) -> None:
    """Every trade and split of the story is in the answer, or said to be unknown; and nothing else is."""
    where = (truth.symbol, str(truth.from_date), str(truth.to_date))
    assert (answer["symbol"], answer["from"], answer["to"]) == where
    assert answer["complete"], where
    # A bond that lists do not identify, such as a mortgage pool, may be sold and another of its kind bought.
    untold = {row["name"] for row in answer["undetermined"]}
    assert not untold or truth.symbol in NOT_ALL_TOLD, (*where, untold)
    for name in LISTS:
        true = {trade.name: trade.traded_shares for trade in getattr(truth, name) if trade.name not in untold}
        if answer[name] is None:
            assert (truth.symbol, answer["reasons"][name]) == ("GLD", "no_common_factor")
            continue
        told = {row["name"]: row for row in answer[name]}
        assert told.keys() == true.keys(), (*where, name)
        for line, shares in true.items():
            assert is_near(told[line], shares), (*where, name, line, shares)
    assert [(row["symbol"], row["ratio"]) for row in answer["splits"]] == [
        (split.symbol, pytest.approx(split.ratio)) for split in truth.splits
    ]
    assert answer["entered_the_list"] == answer["left_the_list"] == []
    if not untold:
        assert answer["unchanged_count"] == truth.unchanged_count, where


def is_near(row: dict[str, Any], shares: int) -> bool:
    """Whether a row has these traded shares; where the fund has two baskets, whether its range has them."""
    if math.isclose(row["traded_shares"], shares, rel_tol=1e-3, abs_tol=2):
        return True
    between = row.get("traded_shares_range")
    return between is not None and between["low"] - 2 <= shares <= between["high"] + 2


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_the_changes_of_a_week_are_those_of_the_story(week: System, symbol: str) -> None:
    for first, last in pairs(week, symbol):
        answer = asked(week, f"/api/etfs/{symbol}/changes", first=first, last=last)
        compare_with_truth(answer, change(symbol, date.fromisoformat(first), date.fromisoformat(last)))


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_what_drove_a_return_is_what_the_prices_of_the_story_did(week: System, symbol: str) -> None:
    for first, last in pairs(week, symbol):
        answer = asked(week, f"/api/etfs/{symbol}/attribution", first=first, last=last)
        truth = change(symbol, date.fromisoformat(first), date.fromisoformat(last))

        if symbol != "BND":
            assert answer["covered_pct"] > 99
            assert answer["return_pct"] == pytest.approx(truth.price_change_pct, abs=0.02), (symbol, first, last)
        else:
            assert {row["reason"] for row in answer["not_covered"]} <= {"lines_in_doubt", "value_missing"}
        contributions = [row["contribution_pct"] for row in answer["securities"]]
        assert math.fsum(contributions) == pytest.approx(answer["return_pct"], abs=1e-4)
        for name in ("sectors", "asset_classes"):
            assert math.fsum(row["contribution_pct"] for row in answer[name]) == pytest.approx(
                answer["return_pct"], abs=1e-4
            )
        if answer["quote_return_pct"] is None:
            # The closes of the first dates are in snapshots of earlier holdings, which are not stored.
            assert answer["reasons"]["quote_return_pct"] == "no_quote_of_date"
            assert first in dates(week, symbol)[: PORTFOLIOS[symbol].holdings_lag]
        else:
            assert answer["quote_return_pct"] == pytest.approx(truth.quote_change_pct, abs=0.01)
            residual = answer["quote_return_pct"] - answer["return_pct"]
            assert answer["residual_pct"] == pytest.approx(residual, abs=1e-4)
