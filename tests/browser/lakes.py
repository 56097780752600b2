"""Lakes in memory for the tests of the page."""

from collections.abc import Sequence
from random import Random
from typing import Any

from api.app import Handler
from etf_common.lake import CONFIG_KEY
from rebalance.solving import solve
from tests.unit import api_cases
from tests.unit.filing_snapshots import QUARTERS, filed_line, put_filing, put_filing_status, stored_filing
from tests.unit.lake_cases import COMPANIES, MemoryLake, build, publish, row, stored_fund

HOSTILE = '<img src=x onerror="alert(1)">"\'{b}|{red|x}</script><script>alert(2)</script>'
"""A name that would be a picture, a script, or an instruction to a chart."""


def handler(lake: MemoryLake, **guards: Any) -> Handler:
    """The API over a lake, which solves rebalancings itself."""
    return api_cases.handler(lake, solver=solve, **guards)


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


def factor_lake() -> MemoryLake:
    """A fund, the market, and reference funds: one complete, one partial, one that is not there."""
    lines = companies(20, 18, 16, 14, 12, 10, 10)
    funds = [
        stored_fund("VTI", companies(12, 12, 12, 12, 12, 12, 12, 12), name="Market"),
        stored_fund("VOO", lines, name=HOSTILE),
        stored_fund("VTV", lines[3:], name="Value"),
        stored_fund("VUG", companies(40, 30), name="Growth", reported=9),
        stored_fund("SAME", lines, name="The same lines"),
    ]
    lake = put(MemoryLake(), funds)
    factors = "{market: VTI, value: VTV, growth: VUG, low_volatility: USMV}"
    costs = ", ".join(
        f"{symbol}: {{expense_ratio_pct: {pct}, as_of: 2026-11-01}}" for symbol, pct in (("VOO", 0.5), ("SAME", 0.1))
    )
    config = f"etf_symbols: [VTI, VOO, VTV, VUG, SAME]\nfactors: {factors}\nexpense_ratios: {{{costs}}}\n"
    lake.put(CONFIG_KEY, config.encode(), metadata={"source": "schwab"})
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


NAMES = (
    HOSTILE,
    "\u202eFTE elttil\u202c \u05d0\u05d1\u05d2 \u0645\u0635\u0631",
    "He said \"no\", 'twice', `thrice` \\ and \u201cmore\u201d",
    '=HYPERLINK("http://evil.example/","Apple")',
    "Long " + "W" * 1995,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f3f4\u200d\u2620\ufe0f \U0001f680",
    "a\u0301" * 40,
    "javascript:alert(1)//{{constructor}}${7*7}",
)
"""Names with markup, right-to-left text, quotes, a formula, 2,000 characters, emoji, combining accents, templates."""


def hostile_lake() -> MemoryLake:
    """Funds and lines with hostile names, some of which are hostile twice."""
    weights = (30, 20, 15, 10, 8, 6, 5, 4)
    symbols = (*list(COMPANIES)[:6], "BRK.B", None)
    lines = [row(symbol, name, weight) for symbol, name, weight in zip(symbols, NAMES, weights, strict=True)]
    turned = [row(symbol, name, weight) for symbol, name, weight in zip(symbols, NAMES[::-1], weights, strict=True)]
    long = stored_fund("VOO", turned, name=NAMES[4], issues=["repeated_symbol"])
    long["quality"]["issues"][0]["detail"] = NAMES[4]
    return put(MemoryLake(), [stored_fund("VTI", lines, name=HOSTILE), long, stored_fund("GLD", lines, name=NAMES[1])])


def null_lake() -> MemoryLake:
    """A fund of which next to nothing is known, beside a known one."""
    lines = [row("NVDA", "NVIDIA Corp", None), row("AAPL", "Apple Inc", None), row(None, "A line", None, "other")]
    unknown = stored_fund("BAD", lines, reported=None, issues=["weight_missing", "symbol_missing"])
    unknown["name"] = None
    unknown["summary"] |= dict.fromkeys(("last_price", "change_pct", "volume", "as_of"))
    unknown["totals"]["weight_pct"] = None
    return put(MemoryLake(), [unknown, stored_fund("VOO", companies(50, 40))])


def one_fund() -> MemoryLake:
    return put(MemoryLake(), [stored_fund("VOO", companies(30, 20, 10))])


def no_fund() -> MemoryLake:
    return put(MemoryLake(), [])


def thirty_funds() -> MemoryLake:
    """Thirty funds, every third partial."""
    return put(
        MemoryLake(),
        [
            stored_fund(f"F{at:02d}", companies(9, 8, 7, 6, 5 + at % 4), reported=None if at % 3 else 50)
            for at in range(30)
        ],
    )


def long_lake() -> MemoryLake:
    """A fund of 20,000 lines, and a short one."""
    return put(MemoryLake(), [stored_fund("ALL", long_list(20_000)), stored_fund("VOO", companies(20, 18, 16))])


def filed_lake(source: str = "sample") -> MemoryLake:
    """VTI's filings leave securities out, VOO's is complete, GLD files none, ONLY has no list and was taken by hand."""
    filed = "sample" if source == "sample" else "sec"
    own = companies(20, 18, 16, 14, 12, 10, 3, 3, 2)
    funds = [stored_fund("VTI", own), stored_fund("VOO", own), stored_fund("GLD", companies(50))]
    lake = put(MemoryLake(), funds, source)
    names = [*COMPANIES.values()]
    lines = [filed_line(name, 19.0 - at, balance=50_000.0, value_usd=5e6) for at, name in enumerate(names[:5])]
    lines[1] |= {"country": "JP", "currency": "JPY", "exchange_rate": 151.2, "fair_value_level": 2}
    lines[2] |= {"country": HOSTILE, "currency": "{b}"}
    lines += [
        filed_line(HOSTILE, 4.0, country=None, isin="US9999999991", fair_value_level=3, restricted=True),
        filed_line("Future Co", -0.5, unit="NC", asset_class="derivative", side=None, derivative_kind="FUT"),
    ]
    for at, day in enumerate(QUARTERS):
        hidden = {"miscellaneous_securities_usd": 2_000_000.0, "name": HOSTILE}
        put_filing(lake, stored_filing("VTI", lines[at:], day, source=filed, fund=hidden, complete=False))
    # Half the shares, but for the second line; two share classes in one line; then one line in each source only.
    half = [filed_line(line["name"], line["weight_pct"], balance=line["shares"] / 2) for line in own[:6]]
    half[1]["balance"] *= 1.5
    put_filing(
        lake,
        stored_filing(
            "VOO", [*half, filed_line("Alphabet Inc", 6.0), filed_line("Zephyr Tools Inc", 2.0)], source=filed
        ),
    )
    nobody = {"code": "no_nport", "message": f"GLD files no N-PORT: {HOSTILE}"}
    put_filing_status(lake, "GLD", "not_a_filer", error=nobody)
    bonds = [
        filed_line(f"Bond {year}", 30.0, asset_class="bond", unit="PA", coupon_pct=4.5, maturity=f"{year}-05-15")
        for year in (2027, 2031, 2050)
    ]
    told: dict[str, Any] = {"fund": {"series": "unverified"}, "accession": "sha256-0123456789abcdef"}
    put_filing(lake, stored_filing("ONLY", bonds, filed=None, source="file", **told))
    build(lake)
    return lake
