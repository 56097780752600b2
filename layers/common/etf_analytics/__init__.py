"""What the holdings say: concentration, overlap, look-through, with bounds where a list is only part of a fund.

Plain functions from prepared funds (`etf_analytics.funds.prepare`) to JSON-ready dictionaries. Knows no HTTP, no
storage and no clock. Weights are fractions inside, per cent in the answers (`_pct`).

A figure is a number, `{"low", "high"}` where unlisted lines can change it, or null; `reasons` in the object that holds
it then says why, by the dotted path from that object, entries of lists without their index. The reasons:

| reason | what it says |
|---|---|
| `partial_list` | lines are unlisted, and no bounds can be given |
| `total_unknown` | lines are unlisted, nobody knows how many, and with derivatives about their sum has no limit |
| `weight_missing`, `shares_missing`, `value_missing` | a line has none, and would count |
| `order_broken` | a partial list is not in the order of its weights, so the last line bounds nothing |
| `slipped_between_pages` | a line may stand there twice and another be missing |
| `no_lines` | a partial list without a line |
| `no_counted_lines`, `nothing_left` | no line counts; the portfolio was this fund alone |
| `unclassified` | no line has a sector |
| `quote_is_close`, `quote_missing`, `quote_crossed` | of the spread |
| `expense_ratio_unknown`, `value_unknown` | of the cost; of amounts in USD when only proportions are given |
"""
