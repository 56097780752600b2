"""Securities as all funds' filings and lists together describe them: an ISIN, its ticker, its names, its country.

Each fund gives `security_evidence`, a few texts for each ISIN of its filing. The evidence of all funds is grouped by
ticker and identifier, here or by a database, and `merged_securities` makes one row of each ISIN. A ticker about which
the sources contradict each other is dropped from all rows that it concerns, and listed. Every step is linear.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from etf_analytics.filings.identifiers import isin_of_line, valid_cusip, valid_isin
from etf_analytics.filings.join import Joined, join_list
from etf_analytics.matching.names import Names, compare_names
from etf_analytics.reference.renamed_companies import current_symbol
from etf_analytics.weights import COUNTED_CLASSES
from etf_common.codes import ContradictionReason

Entry = Mapping[str, Any]
REPORTING_DAYS = 100
"""Between two filings of a fund lies a quarter: sightings closer than that are of one time, unless one company's name
says that its identifier changed."""
_MOST_FILINGS, _MOST_NAMES = 20, 20


class SecurityEvidence(NamedTuple):
    """What one fund's filing, and its list, say of one security."""

    ticker: str | None
    """The list's, of a joined line that is no bond; None if there is none."""
    isin: str | None
    """Valid, or None; then there is a CUSIP."""
    cusip: str | None
    lei: str | None
    list_name: str | None
    filed_name: str | None
    country: str | None
    currency: str | None
    category: str
    """Our asset class."""
    filing: str
    """`VTI 2026-06-30`."""
    report_date: str


def security_evidence(
    symbol: str, report_date: str, rows: Sequence[Entry], lines: Sequence[Entry], joined: Joined | None = None
) -> list[SecurityEvidence]:
    """What one filing says, one entry for each ISIN or CUSIP. `rows` are the fund's newest list, empty without one.

    `joined` where the two are joined already. Cash, derivatives and lines without an identifier say nothing.
    """
    told = joined or join_list(rows, lines)
    row_of = {line: rows[pair.rows[0]] for pair in told.pairs for line in pair.lines}
    found: dict[str, SecurityEvidence] = {}
    for place, line in enumerate(lines):
        isin, cusip = valid_isin(line["isin"]), valid_cusip(line["cusip"])
        key = isin or cusip
        if key and key not in found and line["asset_class"] in COUNTED_CLASSES:
            row = row_of.get(place)
            found[key] = SecurityEvidence(
                ticker=_ticker(row, line),
                isin=isin,
                cusip=cusip,
                lei=line["lei"],
                list_name=row["name"] if row else None,
                filed_name=line["name"] or line["title"],
                country=line["country"],
                currency=line["currency"],
                category=line["asset_class"],
                filing=f"{symbol} {report_date}",
                report_date=report_date,
            )
    return [*found.values()]


@dataclass
class EvidenceGroup:
    """The evidence with one ticker and one ISIN (or, without an ISIN, one CUSIP), from however many filings.

    In SQL: group by ticker, isin, and cusip where there is no ISIN; sets are `list(distinct ...)`, dates min and max.
    """

    ticker: str | None
    isin: str | None
    cusip: str | None
    first_seen: str
    last_seen: str
    filings: int = 0
    """How many filings say so."""
    leis: set[str] = field(default_factory=set)
    cusips: set[str] = field(default_factory=set)
    list_names: set[str] = field(default_factory=set)
    filed_names: set[str] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)
    currencies: set[str] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)
    by: set[str] = field(default_factory=set)
    """Some of the filings."""


def grouped_evidence(found: Iterable[SecurityEvidence]) -> list[EvidenceGroup]:
    """The evidence of all funds, grouped, in any order."""
    groups: dict[tuple[str | None, str | None, str | None], EvidenceGroup] = {}
    for one in found:
        key = one.ticker, one.isin, None if one.isin else one.cusip
        group = groups.get(key)
        if group is None:
            group = groups[key] = EvidenceGroup(*key, one.report_date, one.report_date)
        group.first_seen = min(group.first_seen, one.report_date)
        group.last_seen = max(group.last_seen, one.report_date)
        group.filings += 1
        for name, values in _sets(group, one):
            if name:
                values.add(name)
        if len(group.by) < _MOST_FILINGS:
            group.by.add(one.filing)
    return [*groups.values()]


def _sets(group: EvidenceGroup, one: SecurityEvidence) -> Iterable[tuple[str | None, set[str]]]:
    return (
        (one.lei, group.leis),
        (one.cusip, group.cusips),
        (one.list_name, group.list_names),
        (one.filed_name, group.filed_names),
        (one.country, group.countries),
        (one.currency, group.currencies),
        (one.category, group.categories),
    )


_Dropped = Collection[tuple[str | None, str]]
"""Tickers with the ISINs (or CUSIPs) that they are not believed of."""


class Securities(NamedTuple):
    """All securities, and what the sources contradict each other about."""

    rows: list[dict[str, Any]]
    """One for each ISIN, and each CUSIP without one; by ISIN."""
    contradictions: list[dict[str, Any]]
    """By ticker and ISIN; each with `why`, the tickers, the ISINs, names and filings."""
    tickers: dict[str, str | None]
    """What lists call each ISIN, also where they call another one alike; None where they contradict each other."""


def merged_securities(groups: Iterable[EvidenceGroup]) -> Securities:
    """One row for each security. What filings disagree on is null, and `differ` names it."""
    by_code: dict[str, list[EvidenceGroup]] = {}
    by_ticker: dict[str, list[EvidenceGroup]] = {}
    for group in _with_isins([*groups]):
        by_code.setdefault(_code(group), []).append(group)
        if group.ticker:
            by_ticker.setdefault(group.ticker, []).append(group)
    dropped: set[tuple[str | None, str]] = set()
    doubtful: set[tuple[str | None, str]] = set()
    contradictions: list[dict[str, Any]] = []
    for ticker, own in by_ticker.items():
        if clashing := _clashing(own):
            dropped.update((ticker, _code(group)) for group in clashing)
            contradictions.append(_contradiction(ContradictionReason.TICKER_WITH_SEVERAL_ISINS, clashing))
    for code, own in by_code.items():
        with_ticker = [group for group in own if group.ticker]
        if clashing := _clashing(with_ticker, same_security=True):
            doubtful.update((group.ticker, code) for group in clashing)
            contradictions.append(_contradiction(ContradictionReason.ISIN_WITH_SEVERAL_TICKERS, clashing))
    rows = [_row(own, dropped | doubtful) for own in by_code.values()]
    tickers = _tickers(by_code, doubtful, rows)
    rows.sort(key=lambda row: (row["isin"] or "", row["cusip"] or ""))
    contradictions.sort(key=lambda entry: (entry["tickers"], entry["isins"]))
    return Securities(rows, contradictions, tickers)


def _tickers(
    by_code: Mapping[str, Sequence[EvidenceGroup]], doubtful: _Dropped, rows: Iterable[Entry]
) -> dict[str, str | None]:
    """By ISIN, in order; of a security without one by the ISIN that its lines are read with."""
    found: dict[str, str | None] = {}
    for own, row in zip(by_code.values(), rows, strict=True):
        isin = isin_of_line(row)
        if isin and any(group.ticker for group in own):
            ticker = _newest_ticker(own, doubtful)
            found[isin] = ticker if found.get(isin, ticker) == ticker else None
    return dict(sorted(found.items()))


def _with_isins(groups: Sequence[EvidenceGroup]) -> list[EvidenceGroup]:
    """The groups, where those that give only a CUSIP have the ISIN that other filings give with it."""
    isins: dict[str, set[str]] = {}
    for group in groups:
        for cusip in group.cusips if group.isin else ():
            isins.setdefault(cusip, set()).add(group.isin or "")
    found: dict[tuple[str | None, str | None, str | None], EvidenceGroup] = {}
    for group in groups:
        known = isins.get(group.cusip or "", set()) if not group.isin else set()
        isin = next(iter(known)) if len(known) == 1 else group.isin
        key = group.ticker, isin, None if isin else group.cusip
        found[key] = _merged(found[key], group) if key in found else replace(group, isin=isin)
    return [*found.values()]


def _merged(one: EvidenceGroup, other: EvidenceGroup) -> EvidenceGroup:
    sets = {name: getattr(one, name) | getattr(other, name) for name in _SETS}
    first, last = min(one.first_seen, other.first_seen), max(one.last_seen, other.last_seen)
    return replace(one, first_seen=first, last_seen=last, filings=one.filings + other.filings, **sets)


def _code(group: EvidenceGroup) -> str:
    return group.isin or group.cusip or ""


def _clashing(groups: Sequence[EvidenceGroup], *, same_security: bool = False) -> list[EvidenceGroup]:
    """The groups that are of one time with another: sorted by date, each is compared with the latest before it."""
    if len(groups) < 2:
        return []
    ordered = sorted(groups, key=lambda group: (group.first_seen, _code(group), group.ticker or ""))
    found: dict[int, EvidenceGroup] = {}
    latest = ordered[0]
    for group in ordered[1:]:
        if _at_one_time(latest, group, same_security=same_security):
            found.update({id(latest): latest, id(group): group})
        if group.last_seen > latest.last_seen:
            latest = group
    return [*found.values()]


def _at_one_time(earlier: EvidenceGroup, later: EvidenceGroup, *, same_security: bool) -> bool:
    if later.first_seen <= earlier.last_seen:
        return True
    try:
        days = (date.fromisoformat(later.first_seen) - date.fromisoformat(earlier.last_seen)).days
    except ValueError:
        return True
    return days < REPORTING_DAYS and not (same_security or _of_one_company(earlier, later))


def _of_one_company(one: EvidenceGroup, other: EvidenceGroup) -> bool:
    """Whether the names say that a company's ISIN changed, as when it moves to another country."""
    first, second = (min(group.filed_names | group.list_names, default="") for group in (one, other))
    return compare_names(one.ticker or "", first, second) is Names.AGREE


def _contradiction(why: ContradictionReason, groups: Sequence[EvidenceGroup]) -> dict[str, Any]:
    return {
        "why": why,
        "tickers": sorted({group.ticker for group in groups if group.ticker}),
        "isins": sorted({_code(group) for group in groups}),
        "names": _some(groups, "list_names", "filed_names"),
        "filings": _some(groups, "by")[:_MOST_FILINGS],
        "first_seen": min(group.first_seen for group in groups),
        "last_seen": max(group.last_seen for group in groups),
    }


def _newest_ticker(groups: Iterable[EvidenceGroup], dropped: _Dropped) -> str | None:
    """Of tickers one after the other, the newest."""
    left = (group for group in groups if group.ticker and (group.ticker, _code(group)) not in dropped)
    newest = max(left, key=lambda group: (group.last_seen, group.ticker or ""), default=None)
    return newest.ticker if newest else None


def _row(groups: Sequence[EvidenceGroup], dropped: _Dropped) -> dict[str, Any]:
    said = {
        name: {value for group in groups for value in getattr(group, values)} for name, values in _SAID_ONCE.items()
    }
    return {
        "ticker": _newest_ticker(groups, dropped),
        "isin": groups[0].isin,
        **{name: next(iter(values)) if len(values) == 1 else None for name, values in said.items()},
        "differ": [name for name, values in said.items() if len(values) > 1],
        "names": _some(groups, "list_names", "filed_names"),
        "filings": sum(group.filings for group in groups),
        "by": _some(groups, "by"),
        "first_seen": min(group.first_seen for group in groups),
        "last_seen": max(group.last_seen for group in groups),
    }


_SETS = ("leis", "cusips", "list_names", "filed_names", "countries", "currencies", "categories", "by")
_SAID_ONCE = {
    "cusip": "cusips",
    "lei": "leis",
    "country": "countries",
    "currency": "currencies",
    "category": "categories",
}


def _some(groups: Sequence[EvidenceGroup], *sets: str) -> list[str]:
    """All values in order, as many as a row shows."""
    return sorted({value for group in groups for name in sets for value in getattr(group, name)})[:_MOST_NAMES]


def _ticker(row: Entry | None, line: Entry) -> str | None:
    """The ticker of today; a bond's is its issuer's, and a code is none."""
    if row is None or not row["symbol"] or line["asset_class"] == "bond" or row["asset_class"] == "bond":
        return None
    symbol = str(row["symbol"])
    return None if valid_isin(symbol) or valid_cusip(symbol) else current_symbol(symbol, row["name"])
