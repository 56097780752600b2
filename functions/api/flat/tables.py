"""Answers as flat tables: one row for each pair, security or fund, with the same columns whatever the answer is."""

from collections.abc import Iterable, Mapping
from typing import Any

from etf_common.flat_table import FlatTable, booleans, figures, numbers, table_of, texts

Answer = Mapping[str, Any]


def overlap_table(answer: Answer) -> FlatTable:
    """For two funds, the securities in both, then those that may be in both; for more, the pairs.

    Lists that cannot be made are one row that has only `reasons`, and figures of a pair that are null have them there.
    """
    if len(answer["symbols"]) != 2:
        pairs = ({**row, "reasons": reasons_cell(row["reasons"])} for row in answer["pairs"])
        return table_of(_PAIR, pairs)
    if answer["common"] is None:
        return table_of(_COMMON, [_unknown(answer, "common", "only_a", "only_b")], sparse=True)
    doubtful = [row for row in (*answer["only_a"], *answer["only_b"]) if row.get("in_doubt")]
    return table_of(_COMMON, [*answer["common"], *doubtful], sparse=True)


_COMMON = (
    *texts("symbol", "name"),
    *figures("weight_a_pct", "weight_b_pct", "overlap_pct"),
    *texts("reasons"),
)
_PAIR = (
    *texts("a", "b"),
    *figures("overlap_pct", "coverage_a_pct", "coverage_b_pct", "active_share_pct", "common_count"),
    *figures("jaccard", "cosine"),
    *texts("reasons"),
)


def _unknown(answer: Answer, *lists: str) -> dict[str, str]:
    """The row that stands for lists of an answer that are null: it has only the reasons."""
    return {"reasons": reasons_cell({name: answer["reasons"][name] for name in lists if answer[name] is None})}


def factors_table(answer: Answer) -> FlatTable:
    """One row for each factor."""
    return table_of(_FACTOR, answer["factors"])


_FACTOR = (
    *texts("factor", "reference", "reference_as_of"),
    *figures("in_reference_pct", "market_in_reference_pct", "overlap_pct", "tilt_pct"),
)


def exposures_table(answer: Answer) -> FlatTable:
    """A portfolio's exposures, one row for each security; `through` lists the positions, separated by spaces.

    Where they cannot be computed, there is one row that has only `reasons`.
    """
    if answer["exposures"] is None:
        return table_of(_EXPOSURE, [_unknown(answer, "exposures")], sparse=True)
    rows = ({**row, "through": " ".join(part["symbol"] for part in row["through"])} for row in answer["exposures"])
    return table_of(_EXPOSURE, rows, sparse=True)


_EXPOSURE = (*texts("symbol", "name", "through"), *figures("weight_pct", "value_usd"), *texts("reasons"))


def trades_table(answer: Answer) -> FlatTable:
    """A rebalancing's trades, sales first; `reasons` lists what is not known about them."""
    rows = ({**row, "reasons": reasons_cell(row["reasons"])} for row in answer["trades"])
    return table_of(_TRADE, rows)


_TRADE = (
    *texts("symbol", "side"),
    *numbers("shares", "amount_usd", "price_usd"),
    *texts("price_as_of", "reasons"),
)


def holders_table(answer: Answer) -> FlatTable:
    """The funds that list a security, then those that may hold it among their unlisted holdings."""
    listing = [{**row, "listed": True} for row in answer["holders"]]
    hiding = [{**row, "listed": False, "weight_pct": _up_to(row["at_most_pct"])} for row in answer["may_hold"]]
    return table_of(_HOLDER, [*listing, *hiding], sparse=True)


_HOLDER = (
    *texts("etf"),
    *booleans("listed"),
    *texts("name"),
    *numbers("shares", "market_value_usd"),
    *texts("holdings_as_of"),
    *figures("weight_pct"),
)


def _up_to(most: float | None) -> dict[str, float] | None:
    return None if most is None else {"low": 0.0, "high": most}


def compare_table(answer: Answer) -> FlatTable:
    """One row for each fund, without its sectors."""
    rows = (
        {
            **fund,
            "listed_market_value_usd": fund["listed_value"]["market_value_usd"],
            "coverage_pct": fund["listed_value"]["coverage_pct"],
            "spread_bps": fund["quote"]["spread_bps"],
            "last_price": fund["quote"]["last_price"],
            "expense_ratio_pct": fund["cost"]["expense_ratio_pct"],
            "hhi_points": fund["concentration"]["hhi_points"],
            "effective_holdings": fund["concentration"]["effective_holdings"],
        }
        for fund in answer["funds"]
    )
    return table_of(_COMPARED, rows)


_COMPARED = (
    *texts("symbol", "name", "holdings_as_of"),
    *booleans("complete"),
    *numbers("last_price", "spread_bps", "expense_ratio_pct", "listed_market_value_usd", "coverage_pct"),
    *figures("top_10_pct", "hhi_points", "effective_holdings"),
)


def search_table(answer: Answer) -> FlatTable:
    """Funds, then securities; `funds` is how many funds list a security, and null for a fund. `basis` is a fund's."""
    funds = [{**row, "kind": "fund", "asset_class": "etf"} for row in answer["funds"]]
    found = [{**row, "kind": "security"} for row in answer["securities"]]
    fields = (*texts("kind", "symbol", "name", "asset_class", "basis"), *figures("funds"))
    return table_of(fields, [*funds, *found], sparse=True)


def screen_table(answer: Answer, factors: Iterable[str] = ()) -> FlatTable:
    """One row for each fund; figures that were not asked for are null, and each tilt asked for has its columns."""
    tilts = {f"factor_tilt_pct_{factor}": factor for factor in factors}
    rows = (
        {**row, **{column: row["factor_tilt_pct"][factor] for column, factor in tilts.items()}}
        for row in answer["funds"]
    )
    return table_of((*_SCREENED, *figures(*tilts)), rows, sparse=True)


_SCREENED = (
    *texts("symbol", "name", "match"),
    *booleans("complete"),
    *texts("holdings_as_of", "holds_name"),
    *numbers("expense_ratio_pct"),
    *figures("sector_pct", "asset_class_pct", "holds_pct", "top_10_pct"),
)


def similar_table(answer: Answer) -> FlatTable:
    """One row for each fund, without what differs."""
    return table_of(_SIMILAR, answer["similar"])


_SIMILAR = (
    *texts("symbol", "name", "holdings_as_of"),
    *booleans("complete"),
    *numbers("expense_ratio_pct"),
    *figures("overlap_pct", "active_share_pct", "common_count"),
)


def crowding_table(answer: Answer) -> FlatTable:
    """One row for each security; `in_doubt` says why it may be one security with another row."""
    return table_of(_CROWDED, ({"in_doubt": None, **row} for row in answer["securities"]))


_CROWDED = (
    *texts("symbol", "name", "asset_class", "sector"),
    *numbers("market_value_usd", "listed_market_value_usd", "listed_weight_sum_pct"),
    *texts("in_doubt"),
    *figures("funds", "weight_sum_pct"),
)


def changes_table(answer: Answer) -> FlatTable:
    """One row for each fund and date; `splits` and `reasons` list what they have in one cell each."""
    rows = (
        {
            **row,
            "splits": ", ".join(f"{split['symbol'] or split['name']} {split['ratio']:g}" for split in row["splits"]),
            "reasons": reasons_cell(row["reasons"]),
        }
        for row in answer["changes"]
    )
    return table_of(_CHANGE, rows)


_CHANGE = (
    *texts("symbol", "name", "from", "to"),
    *booleans("complete"),
    *numbers("turnover_pct", "added_count", "removed_count", "increased_count", "decreased_count", "entered_count"),
    *numbers("left_count", "undetermined_count", "unchanged_count", "max_trade_pct", "flow_factor", "baskets"),
    *texts("splits", "source", "fetched_at", "reasons"),
)


def reconciliation_table(answer: Answer) -> FlatTable:
    """One row for each line that is not the same in list and filing, by `kind`; `why` says why a line stays open.

    A list that cannot be made is one row of its kind that has only `why`.
    """
    rows = [
        *_of_kind(answer, "share_differences", "share_difference"),
        *_of_kind(answer, "only_in_list", "only_in_list"),
        *_of_kind(answer, "only_in_filing", "only_in_filing"),
        *({**row, "kind": f"open_in_{row['side']}"} for row in answer["open"]),
    ]
    told = ({**row, "shares": row.get("shares", row.get("shares_list"))} for row in rows)
    return table_of(_RECONCILED, told, sparse=True)


def _of_kind(answer: Answer, name: str, kind: str) -> list[dict[str, Any]]:
    """The rows of a list, with its kind. That of a list that is null has its reason."""
    found = answer[name]
    if found is None:
        found = [{"why": answer["reasons"][name]}]
    return [{**row, "kind": kind} for row in found]


_RECONCILED = (
    *texts("kind", "symbol", "name", "isin", "asset_class"),
    *numbers("weight_pct", "shares", "balance_filed", "expected", "difference_pct"),
    *texts("why"),
)


def reasons_cell(reasons: Mapping[str, str]) -> str:
    """Which figures are null, and why: `added_count partial_list, removed_count partial_list`."""
    return ", ".join(f"{name} {reason}" for name, reason in reasons.items())
