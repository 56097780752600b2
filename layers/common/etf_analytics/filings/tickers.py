"""The tickers of a filing's lines: what lists call their ISINs, else what the filing itself says; none is guessed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from etf_analytics.filings.candidates import LONGEST_NAME
from etf_analytics.reference.renamed_companies import current_symbol

Line = Mapping[str, Any]
Tickers = Mapping[str, str | None]
"""By ISIN; None where the sources contradict each other about it."""
_FILED = re.compile(r"[A-Z]{1,5}([./][A-Z])?")
"""A ticker as a filer may write it; what has digits is mostly a code of the filer's own."""
_LONGEST = 7


def tickers_of_lines(lines: Sequence[Line], isins: Sequence[str | None], known: Tickers) -> list[str | None]:
    """The ticker of each line, in order; None of a bond, and where nobody knows it or sources contradict each other.

    `isins` are those of the lines. `known` decides about the ISINs that it has. Of the tickers that the filing gives
    the other lines, those count that belong to one ISIN alone, here and in `known`.
    """
    written = [None if isin in known else _written(line) for line, isin in zip(lines, isins, strict=True)]
    of_isin: dict[str, set[str]] = {}
    of_ticker: dict[str, set[str]] = {}
    # Most filings give none, and the lists of all funds know many.
    for isin, ticker in known.items() if any(written) else ():
        if ticker:
            of_ticker.setdefault(ticker, set()).add(isin)
    for code, ticker in zip(isins, written, strict=True):
        if code and ticker:
            of_isin.setdefault(code, set()).add(ticker)
            of_ticker.setdefault(ticker, set()).add(code)
    found: list[str | None] = []
    for line, code, ticker in zip(lines, isins, written, strict=True):
        if line["asset_class"] == "bond":
            found.append(None)  # its ticker would be its issuer's
        elif code and code in known:
            found.append(known[code])
        else:
            doubtful = code and ticker and (len(of_isin[code]) > 1 or len(of_ticker[ticker]) > 1)
            found.append(None if doubtful else ticker)
    return found


def _written(line: Line) -> str | None:
    """The ticker that the filing gives a line, with a dot for the share class, as it is today."""
    text = line["ticker"] if line["asset_class"] in ("equity", "etf") else None
    if not text or len(text) > _LONGEST or not _FILED.fullmatch(text):
        return None
    return current_symbol(text.replace("/", "."), (line["name"] or line["title"] or "")[:LONGEST_NAME])
