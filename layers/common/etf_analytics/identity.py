"""One key for one security in several funds: what only shares a ticker is told apart.

Within a fund its own rows show it (`keys_of`). Between funds the same key can still be two companies: VTI lists MRK,
Merck & Co, and VEA lists MRK, Merck KGaA.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from etf_analytics.funds import UNCLASSIFIED, Fund
from etf_analytics.issuers import SIBLINGS
from etf_analytics.lines import MARK, Line, key_among, same_security


@dataclass
class _Security:
    """Lines of several funds that are the same, at most one of each fund."""

    line: Line
    members: dict[int, str]
    """By the place of the fund: the line's key there."""
    is_known: bool
    """Whether the sector table knows the company by this ticker."""


def told_apart(funds: Sequence[Fund]) -> list[Fund]:
    """The funds, in this order, with keys that are equal only where the securities are.

    Of several that go by one ticker, the company of the sector table keeps it as its key, else the first one.
    """
    renamed: list[dict[str, str]] = [{} for _ in funds]
    for ticker, lines in _in_doubt(funds).items():
        securities = sorted(_grouped(ticker, lines), key=lambda security: not security.is_known)
        for number, security in enumerate(securities):
            key = key_among(ticker, security.line.described, number)
            for place, before in security.members.items():
                if before != key:
                    renamed[place][before] = key
    return [_with_keys(fund, keys) if keys else fund for fund, keys in zip(funds, renamed, strict=True)]


def told_apart_by_symbol(funds: Mapping[str, Fund]) -> dict[str, Fund]:
    """The same of funds by symbol."""
    return dict(zip(funds, told_apart([*funds.values()]), strict=True))


def _in_doubt(funds: Sequence[Fund]) -> dict[str, list[tuple[int, Line]]]:
    """By ticker, for tickers that are not described alike everywhere: the place of the fund, and its line."""
    first: dict[str, Line] = {}
    tickers: set[str] = set()
    for fund in funds:
        for key, line in fund.lines.items():
            known = first.setdefault(key, line)
            if known is not line and (known.name != line.name or known.asset_class != line.asset_class):
                tickers.add(key.partition(MARK)[0])
    # Those that their own fund has told apart already.
    tickers.update(ticker for key in first if MARK in key and (ticker := key.partition(MARK)[0]))
    found: dict[str, list[tuple[int, Line]]] = {}
    for place, fund in enumerate(funds if tickers else ()):
        for key, line in fund.lines.items():
            ticker = key.partition(MARK)[0]
            if ticker in tickers:
                found.setdefault(ticker, []).append((place, line))
    return found


def _grouped(ticker: str, lines: Iterable[tuple[int, Line]]) -> list[_Security]:
    securities: list[_Security] = []
    for place, line in lines:
        is_known = line.sector != UNCLASSIFIED
        for security in securities:
            same = (is_known and security.is_known) or same_security(ticker, security.line.described, line.described)
            # What its own fund has told apart stays apart, whatever others call it.
            if same and place not in security.members:
                security.members[place] = line.key
                security.is_known |= is_known
                break
        else:
            securities.append(_Security(line, {place: line.key}, is_known))
    return securities


def _with_keys(fund: Fund, keys: Mapping[str, str]) -> Fund:
    def key(before: str) -> str:
        return keys.get(before, before)

    # A share class that is listed for another company is still unlisted for the issuer.
    lost = {ticker: len(SIBLINGS[ticker]) for ticker in keys if ticker in fund.unlisted}
    return replace(
        fund,
        weights={key(before): weight for before, weight in fund.weights.items()},
        nested=tuple(map(key, fund.nested)),
        lines={key(before): replace(line, key=key(before)) for before, line in fund.lines.items()},
        rows={key(before): rows for before, rows in fund.rows.items()},
        unlisted={**fund.unlisted, **lost},
    )
