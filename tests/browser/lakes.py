"""Lakes in memory for the tests of the page."""

from collections.abc import Sequence
from random import Random
from typing import Any

from etf_common.lake import CONFIG_KEY
from tests.unit.lake_cases import COMPANIES, MemoryLake, build, publish, row, stored_fund

HOSTILE = '<img src=x onerror="alert(1)">"\'{b}|{red|x}</script><script>alert(2)</script>'
"""A name that would be a picture, a script, or an instruction to a chart."""


def put(lake: MemoryLake, snapshots: Sequence[dict[str, Any]], source: str = "schwab") -> MemoryLake:
    """The lake with these funds, configured in this order, and its tables."""
    for snapshot in snapshots:
        snapshot["provenance"]["source"] = source
        publish(lake, snapshot, source=source)
    symbols = ", ".join(snapshot["symbol"] for snapshot in snapshots)
    lake.put(CONFIG_KEY, f"etf_symbols: [{symbols}]".encode(), metadata={"source": source})
    if snapshots:
        build(lake)
    return lake


def companies(*weights: float) -> list[dict[str, Any]]:
    """Lines of known companies with these weights, largest first."""
    pairs = zip(COMPANIES.items(), weights, strict=False)
    return [row(symbol, name, weight) for (symbol, name), weight in pairs]


def long_list(lines: int, seed: int = 1) -> list[dict[str, Any]]:
    """So many lines, by weight; the first are well-known companies."""
    chance = Random(seed)
    sizes = sorted((chance.paretovariate(1.1) for _ in range(lines)), reverse=True)
    scale = 99.5 / sum(sizes)
    known = list(COMPANIES.items())
    return [
        row(*(known[at] if at < len(known) else (f"L{at:05d}", f"Line {at:05d} Corp")), round(size * scale, 2))
        for at, size in enumerate(sizes)
    ]


def sample_lake() -> MemoryLake:
    """Three funds that say SAMPLE: two that share most lines, and one of a single line."""
    broad = stored_fund("VTI", long_list(400), name="SAMPLE Total Market ETF")
    large = stored_fund("VOO", companies(9, 8, 7, 5, 4, 4, 3, 3, 2, 2, 1), name="SAMPLE 500 ETF")
    gold = stored_fund("GLD", [row(None, "Gold", 100.0, "other")], name="SAMPLE Gold Shares")
    for fund, change in ((broad, -2.5), (large, 1.25)):
        fund["summary"]["change_abs"] = change
    return put(MemoryLake(), [broad, large, gold], "sample")


def partial_lake() -> MemoryLake:
    """A complete fund, and one of which 6 of 500 lines are listed."""
    whole = stored_fund("VOO", companies(20, 18, 16, 14, 12, 10, 10))
    part = stored_fund("CUT", companies(9, 8, 7, 5, 4, 3), reported=500)
    return put(MemoryLake(), [whole, part])


def stale_lake() -> MemoryLake:
    """A fresh fund, and one whose capture and holdings are old."""
    lake = put(MemoryLake(), [stored_fund("VOO", companies(20, 18, 16))])
    publish(lake, stored_fund("AGED", companies(9, 8), day="2026-10-01"), **{"fresh-until": "2026-11-01T21:00:00Z"})
    lake.put(CONFIG_KEY, b"etf_symbols: [VOO, AGED]")
    build(lake)
    return lake


def two_dates() -> MemoryLake:
    """A fund that sold one line, bought another, and moved others by no common factor."""
    before = stored_fund("VOO", companies(20, 18, 16, 14, 12, 10), day="2026-11-17")
    before["provenance"]["source"] = "schwab"
    after = stored_fund("VOO", [*companies(21, 17, 16, 14, 12), row("NEWC", HOSTILE, 9.0)])
    lake = MemoryLake()
    publish(lake, before)
    return put(lake, [after])
