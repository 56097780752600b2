"""The analytics of a fund as a flat table: one row for each figure, since funds have other sectors and countries."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from etf_common.flat_table import FlatTable, booleans, figures, table_of, texts

Answer = Mapping[str, Any]
_FIGURE = (
    *texts("group", "name", "figure"),
    *figures("value"),
    *texts("unit", "reason", "etf", "holdings_as_of"),
    *booleans("complete"),
)
_OF_THE_FUND = "fund"
"""The group of the figures that stand in no part of the answer."""
_PARTS = ("listed", "concentration", "sectors", "cost")
_OF_FILINGS = ("countries", "currencies", "maturities", "liquidity", "duration", "ratings")
"""The parts that are null as a whole where there is no filing."""
_LISTS = {
    "sectors": ("weights", "sector"),
    "countries": ("rows", "country"),
    "currencies": ("rows", "currency"),
    "maturities": ("rows", "years"),
    "liquidity": ("levels", "level"),
}
"""By part: its list, and the field of a row that says what the row is about."""
_ENDINGS = {"pct": "pct", "bps": "bps", "usd": "usd", "points": "points", "years": "years", "days": "days"}
_UNITS = {
    **dict.fromkeys(("hhi", "gini"), "fraction"),
    **dict.fromkeys(("entropy",), "nats"),
    **dict.fromkeys(("rows", "counted_rows", "zero_rows", "implied_rows", "reported", "count", "lines"), "count"),
    **dict.fromkeys(("effective_holdings", "effective_entropy", "names_to_half"), "count"),
}
"""The units of figures whose names do not end with them."""


def analytics_table(answer: Answer) -> FlatTable:
    """One row for each figure, but for the largest lines of each sector, which the holdings have.

    `group` is the part of the answer; `name` the sector, class, country, currency, range of years or level, null for
    the figures of the part itself; `figure` the field, and `unit` its unit. `reason` says why a value is null.
    """
    about = {"etf": answer["symbol"], "holdings_as_of": answer["holdings_as_of"], "complete": answer["complete"]}
    return table_of(_FIGURE, ({**row, **about} for row in _rows(answer)), sparse=True)


def unit_of(figure: str) -> str | None:
    """The unit of a figure by its name: `top_pct.10` is in per cent; None for a field that is no figure."""
    stem = figure.partition(".")[0]
    return _UNITS.get(stem) or _ENDINGS.get(stem.rpartition("_")[2])


def _rows(answer: Answer) -> Iterable[dict[str, Any]]:
    reasons: Mapping[str, str] = answer["reasons"]
    yield from _of_object(answer, _Of(_OF_THE_FUND, "", reasons))
    for row in answer["asset_classes"]:
        yield from _of_object(row, _Of("asset_classes", "asset_classes.", reasons, row["asset_class"]))
    for part in (*_PARTS, *_OF_FILINGS):
        block = answer[part]
        if block is None:
            yield {"group": part, "reason": reasons.get(part)}
            continue
        yield from _of_object(block, _Of(part, f"{part}.", reasons))
        rows, key = _LISTS.get(part, ("", ""))
        for row in block.get(rows, ()):
            others = {name: value for name, value in row.items() if name != key}
            yield from _of_object(_bounded(others), _Of(part, f"{part}.{rows}.", reasons, str(row[key])))


class _Of(NamedTuple):
    """What figures are of: their group, their path in the reasons, and the name of the row."""

    group: str
    path: str
    reasons: Mapping[str, str]
    name: str | None = None


def _of_object(block: Answer, of: _Of) -> Iterable[dict[str, Any]]:
    for figure, value in block.items():
        unit = unit_of(figure)
        if unit is None or isinstance(value, list):
            continue
        several = {figure: value}
        if isinstance(value, dict) and "low" not in value:
            several = {f"{figure}.{each}": one for each, one in value.items()}
        for name, one in several.items():
            reason = of.reasons.get(f"{of.path}{name}") if one is None else None
            yield {"group": of.group, "name": of.name, "figure": name, "value": one, "unit": unit, "reason": reason}


def _bounded(row: Answer) -> Answer:
    """A row with its weight as a figure: a filing's has the bounds in fields of their own."""
    if "weight_pct_high" not in row and "weight_pct_low" not in row:
        return row
    others = {name: value for name, value in row.items() if not name.startswith("weight_pct")}
    low = row.get("weight_pct_low", row["weight_pct"])
    high = row.get("weight_pct_high", row["weight_pct"])
    return {"weight_pct": low if low == high else {"low": low, "high": high}, **others}
