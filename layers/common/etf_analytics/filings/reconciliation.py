"""Schwab's list of a fund held against its filing: what is in both, what is in one, whose shares do not fit."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from etf_analytics.filings.join import Joined, Open, join_list
from etf_analytics.filings.share_counts import Held, compare_shares
from etf_analytics.rendering import Missing, Shown, percent, rendered
from etf_common.codes import OpenReason, Reason

Snapshot = Mapping[str, Any]
Filing = Mapping[str, Any]
Entry = Mapping[str, Any]
_ALONE = (OpenReason.NO_COUNTERPART,)
_NOT_HERE = (OpenReason.NO_COUNTERPART, OpenReason.NOT_COMPARED)


def reconcile(snapshot: Snapshot, filing: Filing, joined: Joined | None = None) -> dict[str, Any]:
    """A stored snapshot of Schwab's list against the stored snapshot of a filing; `joined` where it is known already.

    Weights in per cent, as each source gives them. Shares are compared after the flow between the two dates and after
    splits: `expected` is what the filing lets one expect on the list's date, and a line more than 2 % from it is named.
    Where a source is partial, what is only in the other is null: the part that is not listed may hold it.
    """
    rows, lines = snapshot["holdings"], filing["lines"]
    joined = joined or join_list(rows, lines)
    shares = compare_shares([_held(rows, lines, pair) for pair in joined.pairs])
    is_list_whole = snapshot["quality"]["complete"]
    shown = rendered(
        {
            "symbol": snapshot["symbol"],
            "list": {
                "holdings_as_of": snapshot["holdings_as_of"],
                "lines": len(rows),
                "complete": is_list_whole,
                "source": snapshot["provenance"]["source"],
            },
            "filing": {
                "report_date": filing["report_date"],
                "filed": filing["filed"],
                "accession": filing["accession"],
                "lines": len(lines),
                "complete": filing["complete"],
                "source": filing["provenance"]["source"],
            },
            "days_apart": _days_apart(snapshot["holdings_as_of"], filing["report_date"]),
            "matched": _matched(joined, rows, lines),
            "not_compared": _not_compared(joined, rows, lines),
            "compared_shares": shares.compared,
            "flow_factor": Missing(Reason.NO_COMMON_FACTOR) if shares.factor is None else round(shares.factor, 8),
            "splits": shares.splits,
            "share_differences": Missing(Reason.NO_COMMON_FACTOR) if shares.factor is None else shares.differences,
            "only_in_list": _listed(joined.open_rows, rows, _ALONE)
            if filing["complete"]
            else Missing(Reason.UNDISCLOSED_SECURITIES if lines else Reason.NO_FILING),
            "only_in_filing": _filed(joined.open_lines, lines, _ALONE)
            if is_list_whole
            else Missing(Reason.PARTIAL_LIST),
        }
    )
    unclear = [why for why in OpenReason if why not in _NOT_HERE]
    return {
        **shown,
        "open": [
            *({"side": "list", **row} for row in _listed(joined.open_rows, rows, unclear)),
            *({"side": "filing", **row} for row in _filed(joined.open_lines, lines, unclear)),
        ],
    }


def _days_apart(one: str, other: str) -> int | Missing:
    """The days from the one date to the other, whichever is earlier."""
    try:
        return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)
    except ValueError:
        return Missing(Reason.DATE_UNREADABLE)


def _matched(joined: Joined, rows: Sequence[Entry], lines: Sequence[Entry]) -> dict[str, Any]:
    return {
        "lines": len(joined.pairs),
        "list_weight_pct": _weight(rows, (row for pair in joined.pairs for row in pair.rows)),
        "filing_weight_pct": _weight(lines, (line for pair in joined.pairs for line in pair.lines)),
        "by": {str(by): count for by, count in Counter(pair.by for pair in joined.pairs).most_common()},
    }


def _not_compared(joined: Joined, rows: Sequence[Entry], lines: Sequence[Entry]) -> dict[str, Any]:
    """Cash and derivatives of both."""
    sides = (("list", rows, joined.open_rows), ("filing", lines, joined.open_lines))
    found: dict[str, Any] = {}
    for side, entries, left in sides:
        places = [one.place for one in left if one.why is OpenReason.NOT_COMPARED]
        found |= {f"{side}_lines": len(places), f"{side}_weight_pct": _weight(entries, places)}
    return found


def _weight(entries: Sequence[Entry], places: Iterable[int]) -> Shown:
    return percent(math.fsum(entries[place]["weight_pct"] or 0.0 for place in places) / 100.0)


def _listed(left: Sequence[Open], rows: Sequence[Entry], whys: Sequence[OpenReason]) -> list[dict[str, Any]]:
    found = [
        {
            **{name: rows[place][name] for name in ("symbol", "name", "asset_class", "weight_pct", "shares")},
            "why": why,
        }
        for place, why in left
        if why in whys
    ]
    return _largest_first(found)


def _filed(left: Sequence[Open], lines: Sequence[Entry], whys: Sequence[OpenReason]) -> list[dict[str, Any]]:
    names = ("name", "title", "isin", "asset_class", "country", "weight_pct")
    found = [
        {**{name: lines[place][name] for name in names}, "balance_filed": lines[place]["balance"], "why": why}
        for place, why in left
        if why in whys
    ]
    return _largest_first(found)


def _largest_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: -abs(row["weight_pct"] or 0.0))


def _held(rows: Sequence[Entry], lines: Sequence[Entry], pair: Any) -> Held:
    row, line = rows[pair.rows[0]], lines[pair.lines[0]]
    own, filed = [rows[place] for place in pair.rows], [lines[place] for place in pair.lines]
    in_units = all(one["unit"] in ("NS", "PA") for one in filed)
    return Held(
        symbol=row["symbol"],
        name=row["name"],
        isin=line["isin"],
        asset_class=row["asset_class"],
        shares=_sum(own, "shares"),
        value=_sum(own, "market_value_usd"),
        balance=_sum(filed, "balance") if in_units else None,
        filed_value=_sum(filed, "value_usd"),
    )


def _sum(entries: Sequence[Entry], name: str) -> float | None:
    amounts = [entry[name] for entry in entries]
    if len(amounts) == 1:
        return amounts[0]  # type: ignore[no-any-return]
    return None if None in amounts else math.fsum(amounts)
