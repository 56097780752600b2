"""A fund whose securities go by other keys. Where two become one, their weights add up."""

import math
from collections.abc import Mapping
from dataclasses import replace

from etf_analytics.funds import Fund
from etf_analytics.reference.issuers import SIBLINGS
from etf_analytics.securities import UNCLASSIFIED, Security
from etf_analytics.weights import Holding


def with_keys(fund: Fund, keys: Mapping[str, str]) -> Fund:
    """The fund with other keys for some of its securities."""
    if not keys:
        return fund
    securities: dict[str, Security] = {}
    holdings: dict[str, list[Holding]] = {}
    for key, security in fund.securities.items():
        new = keys.get(key, key)
        before = securities.get(new)
        if before is None or (before.sector == UNCLASSIFIED and security.sector != UNCLASSIFIED):
            securities[new] = security if key == new else security._replace(key=new)
        holdings.setdefault(new, []).extend(fund.holdings[key])
    # A share class that is listed for another company is still unlisted for the issuer.
    lost = {ticker: len(SIBLINGS[ticker]) for ticker in keys if ticker in fund.unlisted_classes}
    return replace(
        with_weights(fund, keys),
        held_funds=tuple(dict.fromkeys(keys.get(key, key) for key in fund.held_funds)),
        securities=securities,
        holdings={key: tuple(rows) for key, rows in holdings.items()},
        pools={keys.get(key, key): pool for key, pool in fund.pools.items()},
        unlisted_classes={**fund.unlisted_classes, **lost},
    )


def with_weights(fund: Fund, keys: Mapping[str, str]) -> Fund:
    """The same, with other keys for the weights alone, which is much quicker."""
    weights: dict[str, float] = {}
    for key, weight in fund.weights.items():
        new = keys.get(key, key)
        weights[new] = weights.get(new, 0.0) + weight
    if len(weights) < len(fund.weights):
        weights = dict(sorted(weights.items(), key=lambda entry: (-entry[1], entry[0])))
    return replace(fund, weights=weights, sum_of_squares=math.fsum(weight * weight for weight in weights.values()))
