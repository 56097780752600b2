"""The key of each line of one fund: lines with the same key are the same security.

A ticker is the key of its security. A bond's key is its issuer, coupon and maturity; a line without a symbol goes by
its name. What cannot be told from others has a key of its own, and a pool: the lines of other funds that it could be.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from etf_analytics.matching.bonds import parse_bond
from etf_analytics.matching.clusters import MARK, clustered
from etf_analytics.matching.evidence import Evidence
from etf_analytics.matching.identifiers import isin_of
from etf_analytics.matching.names import name_key
from etf_analytics.reference.issuers import issuer_of
from etf_analytics.reference.renamed_companies import current_symbol

# A real fund lists a ticker two or three times.
_MOST_IN_ONE_FUND = 8
_SINGLE = f"{MARK}line{MARK}"
_NAMED = f"{MARK}name{MARK}"


@dataclass(frozen=True, slots=True)
class Keyed:
    """The keys of one fund's lines."""

    keys: list[str]
    evidence: list[Evidence]
    pools: Mapping[str, str]
    """By key, for lines without a ticker of their own: the lines that it could be have the same pool."""


def is_single(key: str) -> bool:
    """Whether the key belongs to a line that cannot be told from others."""
    return key.startswith(_SINGLE)


def slot_of(key: str) -> str:
    """The ticker, or the name without a symbol, under which several securities may stand."""
    ticker = key.partition(MARK)[0]
    return ticker or (MARK.join(key.split(MARK)[:3]) if key.startswith(_NAMED) else key)


def evidence_of(holding: Mapping[str, Any], as_of: date | None) -> Evidence:
    """What a holding says of its security."""
    symbol, name, asset_class = holding["symbol"], holding["name"], holding["asset_class"]
    shares, value = holding.get("shares"), holding.get("market_value_usd")
    price = value / shares if shares and value else 0.0
    # A line that has a bond's terms in its name is a bond, whatever its list or its ticker says.
    terms = parse_bond(name) if name and (asset_class == "bond" or "%" in name or "/" in name) else None
    is_bond = asset_class == "bond" or terms is not None
    return Evidence(
        symbol=current_symbol(symbol, name) if symbol and not is_bond else symbol,
        name=name,
        asset_class=asset_class,
        price=price if 0 < price < math.inf else None,
        isin=isin_of(holding.get("isin"), symbol),
        bond=terms,
        as_of=as_of,
    )


def keyed(
    holdings: Sequence[Mapping[str, Any]], by: Literal["security", "issuer"], fund: str, as_of: date | None
) -> Keyed:
    """The keys of the holdings of one fund, in their order. A cut list gives the holdings that are left the same keys.

    Where a ticker stands for several securities (SAN is Banco Santander and Sanofi), the first has it as its key.
    """
    evidence = [evidence_of(holding, as_of) for holding in holdings]
    keys: list[str] = [""] * len(evidence)
    by_ticker: dict[str, list[int]] = {}
    pools: dict[str, str] = {}
    single: Counter[str] = Counter()
    names = [None if line.symbol or line.is_bond else name_key(line.name or "") for line in evidence]
    often = Counter(names)
    for place, (line, name) in enumerate(zip(evidence, names, strict=True)):
        if line.symbol and not line.is_bond:
            by_ticker.setdefault(issuer_of(line.symbol) if by == "issuer" else line.symbol, []).append(place)
            continue
        pool = "bond" if line.is_bond else f"name{MARK}{name}" if name else f"kind{MARK}{line.asset_class}"
        keys[place] = _own_key(line, name if often[name] == 1 else None)
        if not keys[place]:
            # By its own name, so that lines which only stand before others in a cut list keep their keys.
            label = f"{fund}{MARK}{as_of}{MARK}{line.name or ''}"
            single[label] += 1
            keys[place] = f"{_SINGLE}{label}{MARK}{single[label]}"
        pools[keys[place]] = pool
    for ticker, places in by_ticker.items():
        if len(places) == 1:
            keys[places[0]] = ticker
            continue
        found = clustered([evidence[place] for place in places], by, _MOST_IN_ONE_FUND)
        own = cluster_keys(ticker, [[evidence[places[member]] for member in members] for members in found.clusters])
        for key, members in zip(own, found.clusters, strict=True):
            for member in members:
                keys[places[member]] = key
    return Keyed(keys, evidence, pools)


def cluster_keys(ticker: str, clusters: Sequence[Sequence[Evidence]]) -> list[str]:
    """A key for each of the securities that go by one ticker; the first has the ticker itself."""
    keys: dict[str, None] = {}
    for number, lines in enumerate(clusters):
        key = f"{ticker}{MARK}{min((line.name or '', line.asset_class) for line in lines)}" if number else ticker
        while key in keys:
            key = f"{key}{MARK}{number}"
        keys[key] = None
    return list(keys)


def _own_key(line: Evidence, name: str | None) -> str:
    """The key of a line that has no ticker of its own; empty if nothing identifies it."""
    if line.isin:
        return f"{MARK}isin{MARK}{line.isin}"
    if line.bond:
        return f"{MARK}bond{MARK}{line.bond.issuer}{MARK}{line.bond.coupon}{MARK}{line.bond.maturity}"
    return f"{_NAMED}{name}" if name and not line.is_bond else ""
