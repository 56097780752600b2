"""Which symbol a caller means: `BRK-B` and `BRK/B` are BRK.B, unless there is a security with the exact symbol.

Stored symbols never have a slash, so `BRK/B` is BRK.B at once (etf_common.symbols). A hyphen is part of some symbols,
such as SQM-B: the exact symbol comes first, the one with a dot only where no fund here has or lists the exact one.
"""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from api.catalogue import Catalogues
from api.faults import TablesError
from api.lake.tables import LakeTables, TablesState
from api.snapshots import Snapshots
from etf_common.errors import DamagedObjectError
from etf_common.lake import latest_key
from etf_common.symbols import MalformedSymbolError, canonical_security, dot_form, is_etf_symbol

log = logging.getLogger("etf.api")
SymbolOf = Callable[[str], str]
"""From a caller's text to the symbol that is meant. Raises MalformedSymbolError."""
READS_AT_ONCE = 10


def at_once(given: Iterable[Any], symbol_of: SymbolOf) -> SymbolOf:
    """`symbol_of`, having looked those of `given` up together that have a hyphen: each is a read of the storage.

    What is wrong with one of them is raised where it is asked for.
    """
    texts = dict.fromkeys(text for text in given if isinstance(text, str) and "-" in text)
    if len(texts) < 2:
        return symbol_of
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        found = {text: pool.submit(symbol_of, text) for text in texts}
    return lambda text: found[text].result() if text in found else symbol_of(text)


class Symbols:
    """Reads callers' symbols. Only one with a class after a hyphen is looked up."""

    def __init__(
        self, catalogues: Catalogues, tables: LakeTables, snapshots: Snapshots, has_filings: Callable[[str], bool]
    ) -> None:
        self._catalogues, self._tables, self._snapshots = catalogues, tables, snapshots
        self._has_filings = has_filings

    def of(self, text: str) -> str:
        """The symbol that is meant, in its one form; as it is given where nothing here has either one.

        Raises MalformedSymbolError.
        """
        exact = canonical_security(text)
        dotted = dot_form(exact)
        if dotted is None or self._is_listed(exact, exactly=True):
            return exact
        return dotted if self._is_fund(dotted) or self._is_listed(dotted, exactly=False) else exact

    def in_path(self, text: str) -> str:
        """The same of a path, in which what is no symbol is left to the route to refuse."""
        try:
            return self.of(text)
        except MalformedSymbolError:
            return text

    def _is_fund(self, symbol: str) -> bool:
        catalogue = self._catalogues.get()
        if symbol in catalogue.available or symbol in catalogue.refreshed:
            return True
        # Of many symbols in one question, none should cost a listing where the tables know.
        tables = catalogue.tables
        return symbol in tables.newest.filings if tables else is_etf_symbol(symbol) and self._has_filings(symbol)

    def _is_listed(self, symbol: str, *, exactly: bool) -> bool:
        """Whether a fund lists it; not `exactly`: or another share class of its issuer, which by=issuer answers with.

        Where the tables cannot be read, it is not: what was asked is answered, or fails, as it would for any symbol.
        """

        # Imported here: it loads the analytics, which most cold starts do without.
        from api.lake.token_lines import entries_of  # noqa: PLC0415

        def found(state: TablesState) -> bool:
            entries = entries_of(self._tables, state, [symbol])
            return any(entry[2] == symbol for entry in entries) if exactly else bool(entries)

        try:
            listed = self._tables.answered(found)
        except (TablesError, DamagedObjectError) as error:
            log.error("damaged", extra={"why": error.message})
            return False
        return self._stands_in_a_list(symbol) if listed is None else listed

    def _stands_in_a_list(self, symbol: str) -> bool:
        """Whether a snapshot names it, where there are no tables."""
        keys = [latest_key(fund) for fund in sorted(self._catalogues.get().available)]
        quoted = f'"{symbol}"'.encode()
        return any(quoted in stored.body for stored in self._snapshots.get_many(keys).values())
