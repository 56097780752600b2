"""What each fund holds of each security, as its own list shows it: `held`, one row for each key of a fund."""

import duckdb

UNITS = 1e10
"""A weight of 1 % in units: whole numbers, whose sums are exact in any order."""
CENTS = 100
TABLE = "held"


def create_held(engine: duckdb.DuckDBPyConnection) -> None:
    """Make `held` of `lines`: what counts (`weights.counted_pct`) in units, and what its first line says of it."""
    engine.execute(f"""
        create table held as
        select fund, key, min(line) as line, arg_min(kind, line) as kind, count(*) as lines,
            sum(units) as units, max(units) as most_units, count(weight_pct) < count(*) as unweighed,
            case when count(market_value_usd) = count(*)
                then sum(round(market_value_usd * {CENTS})::hugeint) end as cents,
            arg_min(market_value_usd / shares, line) filter (
                shares <> 0 and market_value_usd / shares > 0 and isfinite(market_value_usd / shares)
            ) as price
        from (
            select *, greatest(round(coalesce(nullif(weight_pct, 0), weight_implied_pct, 0) * {UNITS}), 0) as units
            from lines
        ) group by fund, key
    """)
