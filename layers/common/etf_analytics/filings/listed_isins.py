"""A fund whose lines have the ISINs that its own filing gives them: between funds an ISIN settles what names cannot.

Within the fund its own list tells its lines apart, with filings or without, so its own figures do not depend on them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from etf_analytics.funds import Fund
from etf_analytics.matching.clusters import MARK
from etf_analytics.matching.keys import is_single
from etf_analytics.matching.rekeyed import with_keys

Isins = Mapping[tuple[str | None, str | None], str]
"""By symbol and name of a line: its ISIN, valid."""


def isins_of(rows: Iterable[tuple[str | None, str | None, str]]) -> dict[tuple[str | None, str | None], str]:
    """`Isins` of `[symbol, name, ISIN]`, as the objects of the newest state have them."""
    return {(symbol, name): isin for symbol, name, isin in rows}


def identified(fund: Fund, isins: Isins | None) -> Fund:
    """The fund as `identity.read` is to see it: securities have the ISIN of their first line, unless its own symbol
    is one, and those that nothing else identifies go by it.

    By issuer it is the same fund: two share classes have two ISINs and are one issuer.
    """
    if not isins or fund.by == "issuer":
        return fund
    securities, keys = dict(fund.securities), dict[str, str]()
    for key, (first, *_) in fund.holdings.items():
        security = securities[key]
        isin = None if security.evidence.isin else isins.get((first["symbol"], first["name"]))
        if isin:
            securities[key] = security._replace(evidence=security.evidence._replace(isin=isin))
            if is_single(key):
                keys[key] = f"{MARK}isin{MARK}{isin}"
    if all(new is old for new, old in zip(securities.values(), fund.securities.values(), strict=True)):
        return fund
    return with_keys(replace(fund, securities=securities, has_isins=True), keys)
