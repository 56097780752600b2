"""However the portal speaks within what is known of it, the numbers are the same."""

from typing import Any

import pytest

from local.system import System
from sample_portal.funds import fund
from sample_portal.options import Escapes, MachineValues, PagerForm, PastTheEnd, PortalOptions, TokenForm
from sample_portal.server import SamplePortal
from tests.functional.conftest import TODAY, Refresh, snapshot

VARIANTS: dict[str, dict[str, Any]] = {
    "double quotes": {"script_quote": '"'},
    "token in the fallback": {"token_form": TokenForm.FALLBACK},
    "token assigned": {"token_form": TokenForm.ASSIGNED},
    "issue without quotes": {"issue_quoted": False},
    "title without listing": {"title_names_listing": False},
    "old pager": {"pager_form": PagerForm.PLAIN},
    "pager with no-break blanks": {"pager_form": PagerForm.NO_BREAK},
    "pager without commas": {"pager_commas": False},
    "numbers as tsraw": {"machine_values": MachineValues.NUMBER},
    "escape()": {"escapes": Escapes.JAVASCRIPT},
    "%uXXXX": {"escapes": Escapes.UNICODE},
    "entities in escapes": {"escapes": Escapes.ENTITIES},
    "numbers as children": {"numeric_children": True},
    "empty children": {"empty_cells_have_children": True},
    "no semicolon": {"semicolon": False},
    "sixty rows an answer": {"rows_cap": 60},
    "thirty-seven rows an answer": {"rows_cap": 37},
    "cookies required": {"cookies_required": True},
    "change on two lines": {"change_on_two_lines": True},
    "the last page again": {"past_the_end": PastTheEnd.LAST_PAGE},
    "errors past the end": {"past_the_end": PastTheEnd.ERROR},
}
ROWS = 260


@pytest.mark.parametrize("symbol", ["QQQ", "VEA", "GLD"])
def test_every_way_of_speaking_gives_the_same_list(
    system: System, portal: SamplePortal, refresh: Refresh, symbol: str
) -> None:
    # Given the whole list; of VEA's thousands so many rows that they come on several pages
    source = fund(symbol, TODAY)
    assert source is not None
    rows = {symbol: list(source.rows[:ROWS])}
    portal.options.rows_override = rows
    refresh(symbol)
    expected = snapshot(system, symbol)
    assert expected["quality"]["complete"]
    assert len(expected["holdings"]) == len(rows[symbol])

    for number, (name, fields) in enumerate(VARIANTS.items()):
        set_options(portal, PortalOptions(**fields, rows_override=rows))
        result = refresh(symbol, f"20261121T{number:06d}Z")
        found = snapshot(system, symbol)
        assert result["result"] == "ok", name
        assert found["provenance"]["raw_key"].endswith(f"{number:06d}Z.html"), name
        for block in ("name", "summary", "holdings", "holdings_as_of", "totals", "quality"):
            assert found[block] == expected[block], (name, block)


def set_options(portal: SamplePortal, options: PortalOptions) -> None:
    for name, value in vars(options).items():
        setattr(portal.options, name, value)


def test_without_a_pager_all_rows_come_and_the_total_stays_unknown(
    system: System, portal: SamplePortal, refresh: Refresh
) -> None:
    refresh("QQQ")
    complete = snapshot(system, "QQQ")
    portal.options.pager_form = PagerForm.ABSENT

    refresh("QQQ", "20261121T000000Z")

    found = snapshot(system, "QQQ")
    assert found["holdings"] == complete["holdings"]
    assert found["totals"]["reported"] is None
    assert found["quality"]["complete"] is False
    assert [issue["code"] for issue in found["quality"]["issues"] if issue["code"] == "total_unknown"]


def test_without_machine_values_the_shown_ones_are_read_and_called_rounded(
    system: System, portal: SamplePortal, refresh: Refresh
) -> None:
    refresh("QQQ")
    exact = snapshot(system, "QQQ")
    portal.options.machine_values = MachineValues.MISSING

    refresh("QQQ", "20261121T000000Z")

    found = snapshot(system, "QQQ")
    assert [row["weight_pct"] for row in found["holdings"]] == [row["weight_pct"] for row in exact["holdings"]]
    codes = {issue["code"]: issue["count"] for issue in found["quality"]["issues"]}
    assert codes["rounded_value"] > 50
    for row, other in zip(found["holdings"], exact["holdings"], strict=True):
        assert row["market_value_usd"] == pytest.approx(other["market_value_usd"], rel=0.05, abs=60_000)


def test_a_quote_of_nothing_is_null(system: System, portal: SamplePortal, refresh: Refresh) -> None:
    portal.options.quote_available = False

    refresh("SPY")

    summary = snapshot(system, "SPY")["summary"]
    assert {key for key, value in summary.items() if value is not None} == {"symbol", "as_of", "session"}


def test_an_intraday_quote_says_so(system: System, portal: SamplePortal, refresh: Refresh) -> None:
    portal.options.intraday = True

    refresh("SPY")

    summary = snapshot(system, "SPY")["summary"]
    assert (summary["session"], summary["as_of"]) == ("intraday", "2026-11-20 11:12:00")


@pytest.mark.parametrize("past_the_end", list(PastTheEnd))
@pytest.mark.parametrize("symbol", ["VEA", "QQQ", "GLD"])
def test_without_a_pager_the_end_is_found_whatever_follows_it(
    system: System, portal: SamplePortal, refresh: Refresh, symbol: str, past_the_end: PastTheEnd
) -> None:
    source = fund(symbol, TODAY)
    assert source is not None
    portal.options.pager_form = PagerForm.ABSENT
    portal.options.past_the_end = past_the_end

    refresh(symbol)

    assert snapshot(system, symbol)["totals"]["included"] == len(source.rows)
