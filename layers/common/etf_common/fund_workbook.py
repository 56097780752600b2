"""The workbook of one fund: its holdings, a summary that can be read by itself, and its sectors."""

from collections.abc import Iterable, Mapping
from typing import Any

from etf_common.codes import Reason
from etf_common.flat_table import Cell, FlatTable, figures, numbers, table_of, texts
from etf_common.workbook import Facts, Sheet

_SOURCES = {"schwab": "the portal of Charles Schwab", "sample": "made-up data of the bundled portal"}
_QUOTE = (
    ("last_price", "USD"),
    ("change_abs", "USD, since the previous close"),
    ("change_pct", "per cent, since the previous close"),
    ("bid", "USD"),
    ("bid_size", "shares"),
    ("ask", "USD"),
    ("ask_size", "shares"),
    ("volume", "shares traded in the session"),
    ("session", "close: a closing quote; intraday: any other"),
)
_SECTORS = (*texts("sector"), *figures("weight_pct"), *numbers("count"), *texts("reasons"))
_MEANINGS = {code: code.meaning for code in Reason}
_Rows = Iterable[tuple[str, Cell, str]]


def fund_sheets(snapshot: Mapping[str, Any], holdings: FlatTable, analytics: Mapping[str, Any]) -> dict[str, Sheet]:
    """The sheets `holdings`, `summary` and `sectors`.

    `snapshot` is a stored snapshot, `holdings` its list as a table, and `analytics` its analytics
    (`etf_analytics.analyze_fund`), whose sectors have bounds where the list is partial.
    """
    return {
        "holdings": holdings,
        "summary": Facts([*_list_facts(snapshot), *_quote_facts(snapshot, analytics), *_sector_facts(analytics)]),
        "sectors": sectors_table(analytics),
    }


def _list_facts(snapshot: Mapping[str, Any]) -> _Rows:
    totals, quality, origin = snapshot["totals"], snapshot["quality"], snapshot.get("provenance")
    # What no other answer reads may be missing, or damaged.
    provenance = origin if isinstance(origin, Mapping) else {}
    source = _cell(provenance.get("source"))
    yield "symbol", snapshot["symbol"], ""
    yield "name", snapshot["name"], ""
    yield "source", source, _SOURCES.get(str(source), "")
    yield "holdings_as_of", snapshot["holdings_as_of"], "the date of the holdings"
    yield "quote_as_of", snapshot["summary"]["as_of"], "when the quote held, New York time"
    yield "fetched_at", _cell(provenance.get("fetched_at")), "when both were fetched, UTC"
    yield "complete", quality["complete"], "whether every line that the source reports is here"
    yield "rows_reported", totals["reported"], "lines that the source reports; empty if it does not say"
    yield "rows_included", _cell(totals.get("included")), "lines that are here"
    yield "weight_sum_pct", _cell(totals.get("weight_pct")), "the sum of their weights, per cent of the fund"
    for issue in quality["issues"]:
        yield f"issue {issue['code']}", _cell(issue.get("count")), str(_cell(issue.get("detail")) or "")
    yield "url", _cell(provenance.get("url")), "where it was fetched"
    yield "raw_key", _cell(provenance.get("raw_key")), "the page as it was fetched, in the lake"


def _cell(value: Any) -> Cell:
    return value if isinstance(value, str | int | float) else None


def _quote_facts(snapshot: Mapping[str, Any], analytics: Mapping[str, Any]) -> _Rows:
    for name, meaning in _QUOTE:
        yield name, snapshot["summary"][name], meaning
    yield from _figure("spread_bps", analytics["spread_bps"], "basis points of the middle of bid and ask", analytics)


def _sector_facts(analytics: Mapping[str, Any]) -> _Rows:
    sectors = analytics["sectors"]
    classified = sectors["classified_pct"]
    yield from _figure("sectors.classified_pct", classified, "weight whose sector is known, per cent", analytics)
    yield "sectors.taxonomy", sectors["taxonomy"], ""
    yield "sectors.source", sectors["source"], "what the sectors rest on"
    yield "sectors.as_of", sectors["as_of"], "the date of the oldest list among them"
    for name, code in analytics["flaws"].items():
        yield f"flaw {name}", str(code), "what is wrong with a figure that is given nonetheless"


def _figure(name: str, value: Any, meaning: str, analytics: Mapping[str, Any]) -> _Rows:
    """One row, or two for bounds; a figure that is null says why."""
    if isinstance(value, dict):
        yield f"{name}_low", value["low"], f"at least: {meaning}"
        yield f"{name}_high", value["high"], f"at most: {meaning}"
        return
    reason = analytics["reasons"].get(name)
    yield name, value, f"{meaning}; empty: {_MEANINGS[reason]}" if reason else meaning


def sectors_table(analytics: Mapping[str, Any]) -> FlatTable:
    """The sectors of an answer, largest first; `reasons` names the figures that are null, and why."""
    stem = "sectors.weights."
    found = {name.removeprefix(stem): code for name, code in analytics["reasons"].items() if name.startswith(stem)}
    reasons = ", ".join(f"{name} {code}" for name, code in found.items())
    rows = ({**row, "reasons": reasons or None} for row in analytics["sectors"]["weights"])
    return table_of(_SECTORS, rows)
