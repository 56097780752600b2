"""One key for one security in several funds: what only shares a ticker is told apart.

Within a fund its own rows show it (`keys_of`). Between funds the same key can still be two companies: VTI lists MRK,
Merck & Co, and VEA lists MRK, Merck KGaA.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from etf_analytics.funds import Fund
from etf_analytics.reference.issuers import SIBLINGS
from etf_analytics.securities import MARK, UNCLASSIFIED, Security, key_among, same_security


@dataclass
class _Group:
    """Entries of several funds that are one security, at most one of each fund."""

    security: Security
    members: dict[int, str]
    """By the position of the fund: the security's key there."""
    is_known: bool
    """Whether the sector table knows the company by this ticker."""


def disambiguate(funds: Sequence[Fund]) -> list[Fund]:
    """The funds, in this order, with keys that are equal only where the securities are.

    Of several that go by one ticker, the company of the sector table keeps it as its key, else the first one.
    """
    renamed: list[dict[str, str]] = [{} for _ in funds]
    for ticker, securities in _in_doubt(funds).items():
        groups = sorted(_grouped(ticker, securities), key=lambda group: not group.is_known)
        for number, group in enumerate(groups):
            key = key_among(ticker, group.security.described, number)
            for place, before in group.members.items():
                if before != key:
                    renamed[place][before] = key
    return [_with_keys(fund, keys) if keys else fund for fund, keys in zip(funds, renamed, strict=True)]


def disambiguate_by_symbol(funds: Mapping[str, Fund]) -> dict[str, Fund]:
    """The same of funds by symbol."""
    return dict(zip(funds, disambiguate([*funds.values()]), strict=True))


def _in_doubt(funds: Sequence[Fund]) -> dict[str, list[tuple[int, Security]]]:
    """By ticker, for tickers that are not described alike everywhere: the place of the fund, and its line."""
    first: dict[str, Security] = {}
    tickers: set[str] = set()
    for fund in funds:
        for key, line in fund.securities.items():
            known = first.setdefault(key, line)
            if known is not line and (known.name != line.name or known.asset_class != line.asset_class):
                tickers.add(key.partition(MARK)[0])
    # Those that their own fund has told apart already.
    tickers.update(ticker for key in first if MARK in key and (ticker := key.partition(MARK)[0]))
    found: dict[str, list[tuple[int, Security]]] = {}
    for place, fund in enumerate(funds if tickers else ()):
        for key, line in fund.securities.items():
            ticker = key.partition(MARK)[0]
            if ticker in tickers:
                found.setdefault(ticker, []).append((place, line))
    return found


def _grouped(ticker: str, securities: Iterable[tuple[int, Security]]) -> list[_Group]:
    groups: list[_Group] = []
    for place, security in securities:
        is_known = security.sector != UNCLASSIFIED
        for group in groups:
            same = (is_known and group.is_known) or same_security(ticker, group.security.described, security.described)
            # What its own fund tells apart stays apart, whatever other funds call it.
            if same and place not in group.members:
                group.members[place] = security.key
                group.is_known |= is_known
                break
        else:
            groups.append(_Group(security, {place: security.key}, is_known))
    return groups


def _with_keys(fund: Fund, keys: Mapping[str, str]) -> Fund:
    def key(before: str) -> str:
        return keys.get(before, before)

    # A share class that is listed for another company is still unlisted for the issuer.
    lost = {ticker: len(SIBLINGS[ticker]) for ticker in keys if ticker in fund.unlisted_classes}
    return replace(
        fund,
        weights={key(before): weight for before, weight in fund.weights.items()},
        held_funds=tuple(map(key, fund.held_funds)),
        securities={key(before): replace(security, key=key(before)) for before, security in fund.securities.items()},
        holdings={key(before): rows for before, rows in fund.holdings.items()},
        unlisted_classes={**fund.unlisted_classes, **lost},
    )
