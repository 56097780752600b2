"""What the newest state takes from a fund's newest filing, joined with the list that the tables have. Pure."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from etf_analytics.filings.exposures import filing_exposures
from etf_analytics.filings.identifiers import isin_of_line
from etf_analytics.filings.join import Joined, Open, join_list
from etf_analytics.filings.securities import security_evidence
from etf_common.errors import DamagedObjectError, shorten
from etf_common.filing_keys import parse_filing_key
from etf_common.lake import StoredObject
from tables.snapshots import UNREADABLE

_HEAD = ("report_date", "filed", "accession", "form", "final", "complete")
_ROW = ("symbol", "name", "asset_class")


@dataclass(frozen=True)
class FundList:
    """The list that a filing is joined with: latest.json."""

    etag: str
    holdings_as_of: str
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class ReadFiling:
    """One filing as the newest state has it."""

    head: Mapping[str, Any]
    """As tables/newest.json has it."""
    document: str
    """As an object of filings has it, JSON."""
    joined: list[Mapping[str, Any]]
    """Rows of `columns.JOINED`."""
    evidence: list[Mapping[str, Any]]
    """Rows of `columns.EVIDENCE`."""


def read_filing(key: str, stored: StoredObject, listed: FundList | None) -> ReadFiling:
    """Raises DamagedObjectError for what is not the snapshot of this filing."""
    try:
        return _read(key, stored, listed)
    except UNREADABLE as error:
        why = shorten(f"{type(error).__name__}: {error}", 120)
        raise DamagedObjectError(f"{key} cannot be read as a filing ({why}); replay the filings") from None


def _read(key: str, stored: StoredObject, listed: FundList | None) -> ReadFiling:
    filing: dict[str, Any] = json.loads(stored.body.decode(), parse_constant=_refuse)
    if (filing["symbol"], filing["report_date"]) != parse_filing_key(key):
        raise ValueError(f"it is of {shorten(filing['symbol'])}, {shorten(filing['report_date'])}")
    told = {
        **{name: filing[name] for name in _HEAD},
        "name": filing["fund"]["name"],
        "net_assets_usd": filing["fund"]["net_assets_usd"],
        "lines": len(filing["lines"]),
        "source": filing["provenance"]["source"],
    }
    head = {"key": key, "etag": stored.etag, "list_etag": listed.etag if listed else None, **told}
    joined = join_list(listed.rows, filing["lines"]) if listed else None
    document = {
        **told,
        "exposures": filing_exposures(filing),
        "join": _summary(listed, filing["lines"], joined) if listed and joined else None,
    }
    rows = [*_joined(filing, listed, joined)] if listed and joined else []
    evidence = [*_evidence(filing, listed, joined)]
    _check([head, rows, evidence])
    # As they will be read: heads are the same whether they were just made or come from tables/newest.json.
    kept: dict[str, Any] = json.loads(json.dumps(head, allow_nan=False))
    text = compact(document)
    text.encode()
    return ReadFiling(kept, text, rows, evidence)


def compact(document: Any) -> str:
    """A document as JSON: the same bytes whether it was just made or was read. Raises ValueError."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


def _check(found: Any) -> None:
    """Raises ValueError for half a character, which JSON can write and no column can hold."""
    json.dumps(found, ensure_ascii=False, allow_nan=False).encode()


def _joined(filing: Mapping[str, Any], listed: FundList, joined: Joined) -> Iterator[Mapping[str, Any]]:
    """One row for each line of the list that the filing gives an ISIN."""
    for place, other in sorted(joined.line_of_row.items()):
        row, isin = listed.rows[place], isin_of_line(filing["lines"][other])
        if isin:
            yield {"etf": filing["symbol"], **{name: row[name] for name in _ROW}, "isin": isin}


def _evidence(filing: Mapping[str, Any], listed: FundList | None, joined: Joined | None) -> Iterator[Mapping[str, Any]]:
    symbol, rows = filing["symbol"], listed.rows if listed else ()
    for found in security_evidence(symbol, filing["report_date"], rows, filing["lines"], joined):
        yield {"etf": symbol, **found._asdict()}


def _summary(listed: FundList, lines: Sequence[Mapping[str, Any]], joined: Joined) -> dict[str, Any]:
    """How much of the list and of the filing is joined, and why the rest is not."""
    rows = [place for pair in joined.pairs for place in pair.rows]
    others = [place for pair in joined.pairs for place in pair.lines]
    return {
        "holdings_as_of": listed.holdings_as_of,
        "rows": len(rows),
        "lines": len(others),
        "list_weight_pct": _weight(listed.rows, rows),
        "filing_weight_pct": _weight(lines, others),
        "open_rows": _counted(joined.open_rows),
        "open_lines": _counted(joined.open_lines),
    }


def _weight(entries: Sequence[Mapping[str, Any]], places: Iterable[int]) -> float:
    return round(math.fsum(entries[place]["weight_pct"] or 0.0 for place in places), 6)


def _counted(found: Iterable[Open]) -> dict[str, int]:
    return dict(sorted(Counter(str(each.why) for each in found).items()))
