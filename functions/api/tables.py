"""Analyses as tables for a spreadsheet: one row for each pair, security or fund.

A figure that can have bounds takes two columns, `overlap_pct_low` and `overlap_pct_high`, equal where it is certain
and empty where it is null, so that a sheet keeps its columns whatever the lists are.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from etf_common.holdings_csv import csv_table

Answer = Mapping[str, Any]
_PAIR = ("overlap_pct", "coverage_a_pct", "coverage_b_pct", "active_share_pct", "common_count", "jaccard", "cosine")
_COMMON = ("weight_a_pct", "weight_b_pct", "overlap_pct")


def overlap_table(answer: Answer) -> bytes:
    """For two funds, the securities in both, then those that may be in both; for more, the pairs."""
    if len(answer["symbols"]) == 2:
        only = [*(answer["only_a"] or []), *(answer["only_b"] or [])]
        doubtful = [row for row in only if row.get("in_doubt")]
        return _table(("symbol", "name"), _COMMON, [*(answer["common"] or []), *doubtful])
    return _table(("a", "b"), _PAIR, answer["pairs"])


def factors_table(answer: Answer) -> bytes:
    """One row for each factor."""
    figures = ("in_reference_pct", "market_in_reference_pct", "overlap_pct", "tilt_pct")
    return _table(("factor", "reference", "reference_as_of"), figures, answer["factors"])


def exposures_table(answer: Answer) -> bytes:
    """A portfolio's exposures, one row for each security; `through` lists the positions, separated by spaces."""
    rows = [
        {**row, "through": " ".join(part["symbol"] for part in row["through"])} for row in answer["exposures"] or []
    ]
    return _table(("symbol", "name", "through"), ("weight_pct", "value_usd"), rows)


def trades_table(answer: Answer) -> bytes:
    """A rebalancing's trades, sales first; `reasons` lists what is not known about them."""
    rows = [{**row, "reasons": reasons_cell(row["reasons"])} for row in answer["trades"]]
    return _table(("symbol", "side", "shares", "amount_usd", "price_usd", "price_as_of", "reasons"), (), rows)


def holders_table(answer: Answer) -> bytes:
    """The funds that list a security, then those that may hold it among their unlisted holdings."""
    plain = ("etf", "listed", "name", "shares", "market_value_usd", "holdings_as_of")
    listing = [{**row, "listed": "true"} for row in answer["holders"]]
    nothing = {"listed": "false", "name": None, "shares": None, "market_value_usd": None}
    hiding = [{**row, **nothing, "weight_pct": _up_to(row["at_most_pct"])} for row in answer["may_hold"]]
    return _table(plain, ("weight_pct",), [*listing, *hiding])


def _up_to(most: float | None) -> dict[str, float] | None:
    return None if most is None else {"low": 0.0, "high": most}


def compare_table(answer: Answer) -> bytes:
    """One row for each fund, without its sectors."""
    rows = [
        {
            **fund,
            "complete": "true" if fund["complete"] else "false",
            "listed_market_value_usd": fund["listed_value"]["market_value_usd"],
            "coverage_pct": fund["listed_value"]["coverage_pct"],
            "spread_bps": fund["quote"]["spread_bps"],
            "last_price": fund["quote"]["last_price"],
            "expense_ratio_pct": fund["cost"]["expense_ratio_pct"],
            "hhi_points": fund["concentration"]["hhi_points"],
            "effective_holdings": fund["concentration"]["effective_holdings"],
        }
        for fund in answer["funds"]
    ]
    plain = (
        *("symbol", "name", "holdings_as_of", "complete", "last_price", "spread_bps", "expense_ratio_pct"),
        *("listed_market_value_usd", "coverage_pct"),
    )
    return _table(plain, ("top_10_pct", "hhi_points", "effective_holdings"), rows)


def _table(plain: Sequence[str], figures: Sequence[str], rows: Iterable[Answer]) -> bytes:
    cells = ([*(row[name] for name in plain), *figures_of(row, figures)] for row in rows)
    return csv_table([*plain, *figure_columns(figures)], cells)


def figure_columns(figures: Sequence[str]) -> list[str]:
    """The two columns of each figure."""
    return [f"{name}_{end}" for name in figures for end in ("low", "high")]


def figures_of(row: Answer, figures: Sequence[str]) -> list[Any]:
    """The cells of figures that may have bounds."""
    cells: list[Any] = []
    for name in figures:
        value = row[name]
        cells += [value["low"], value["high"]] if isinstance(value, dict) else [value, value]
    return cells


def search_table(answer: Answer) -> bytes:
    """Funds, then securities; `funds` is how many funds list a security, and empty for a fund. `basis` is a fund's."""
    funds = [{**row, "kind": "fund", "asset_class": "etf", "funds": None} for row in answer["funds"]]
    found = [{**row, "kind": "security", "basis": None} for row in answer["securities"]]
    return _table(("kind", "symbol", "name", "asset_class", "basis"), ("funds",), [*funds, *found])


def screen_table(answer: Answer) -> bytes:
    """One row for each fund; figures that were not asked for are empty, and each tilt has columns of its own."""
    plain = ("symbol", "name", "match", "complete", "holdings_as_of", "holds_name", "expense_ratio_pct")
    # The answer's fields, of which each row has those that were asked for.
    factors = dict.fromkeys(factor for row in answer["funds"] for factor in row.get("factor_tilt_pct", {}))
    figures = ("sector_pct", "asset_class_pct", "holds_pct", "top_10_pct")
    tilts = {f"factor_tilt_pct_{factor}": factor for factor in factors}
    rows = [
        {
            **dict.fromkeys((*plain, *figures)),
            **row,
            **{column: row["factor_tilt_pct"][factor] for column, factor in tilts.items()},
            "complete": "true" if row["complete"] else "false",
        }
        for row in answer["funds"]
    ]
    return _table(plain, (*figures, *tilts), rows)


def similar_table(answer: Answer) -> bytes:
    """One row for each fund, without what differs."""
    rows = [{**row, "complete": "true" if row["complete"] else "false"} for row in answer["similar"]]
    plain = ("symbol", "name", "holdings_as_of", "complete", "expense_ratio_pct")
    return _table(plain, ("overlap_pct", "active_share_pct", "common_count"), rows)


def crowding_table(answer: Answer) -> bytes:
    """One row for each security; `in_doubt` says why it may be one security with another row."""
    values = ("market_value_usd", "listed_market_value_usd", "listed_weight_sum_pct")
    plain = ("symbol", "name", "asset_class", "sector", *values, "in_doubt")
    rows = [{"in_doubt": None, **row} for row in answer["securities"]]
    return _table(plain, ("funds", "weight_sum_pct"), rows)


def changes_table(answer: Answer) -> bytes:
    """One row for each fund and date; `splits` and `reasons` list what they have in one cell each."""
    plain = (
        *("symbol", "name", "from", "to", "complete", "turnover_pct", "added_count", "removed_count"),
        *("increased_count", "decreased_count", "entered_count", "left_count", "undetermined_count"),
        *("unchanged_count", "max_trade_pct", "flow_factor", "baskets", "splits", "source", "fetched_at", "reasons"),
    )
    rows = [
        {
            **row,
            "complete": "true" if row["complete"] else "false",
            "splits": ", ".join(f"{split['symbol'] or split['name']} {split['ratio']:g}" for split in row["splits"]),
            "reasons": reasons_cell(row["reasons"]),
        }
        for row in answer["changes"]
    ]
    return _table(plain, (), rows)


def history_table(rows: Sequence[Answer], sectors: Sequence[str]) -> bytes:
    """One row for each date. A sector that a complete list does not have weighs 0; of a cut one, nobody knows."""
    plain = (
        *("holdings_as_of", "rows", "weight_pct", "last_price", "complete", "fetched_at", "source"),
        *("largest_symbol", "largest_name", "largest_weight_pct", "added_count", "removed_count"),
    )
    columns = {f"{sector.lower().replace(' ', '_')}_pct": sector for sector in sectors}
    return _table((*plain, "reasons"), ("top_10_pct", "hhi_points", *columns), (_dated(row, columns) for row in rows))


def _dated(row: Answer, columns: Mapping[str, str]) -> dict[str, Any]:
    largest = row["largest"] or dict.fromkeys(("symbol", "name", "weight_pct"))
    weights = {group["sector"]: group["weight_pct"] for group in row["sectors"] or ()}
    absent = 0.0 if row["complete"] and weights else None
    return {
        **row,
        "complete": "true" if row["complete"] else "false",
        **{f"largest_{name}": largest[name] for name in ("symbol", "name", "weight_pct")},
        **{column: weights.get(sector, absent) for column, sector in columns.items()},
        "reasons": reasons_cell(row["reasons"]),
    }


def reconciliation_table(answer: Answer) -> bytes:
    """One row for each line that is not the same in list and filing, by `kind`; `why` says why a line stays open."""
    plain = ("kind", "symbol", "name", "isin", "asset_class", "weight_pct", "shares", "balance_filed", "expected")
    last = ("difference_pct", "why")
    differences = [{**row, "kind": "share_difference"} for row in answer["share_differences"] or []]
    listed = [{**row, "kind": "only_in_list"} for row in answer["only_in_list"] or []]
    filed = [{**row, "kind": "only_in_filing"} for row in answer["only_in_filing"] or []]
    left = [{**row, "kind": f"open_in_{row['side']}"} for row in answer["open"]]
    rows = [
        {**dict.fromkeys((*plain, *last)), **row, "shares": row.get("shares", row.get("shares_list"))}
        for row in (*differences, *listed, *filed, *left)
    ]
    return _table((*plain, *last), (), rows)


def reasons_cell(reasons: Mapping[str, str]) -> str:
    """Which figures are null, and why: `added_count partial_list, removed_count partial_list`."""
    return ", ".join(f"{name} {reason}" for name, reason in reasons.items())
