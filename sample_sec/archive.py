"""What the sample SEC answers to an address. Knows no sockets."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs

from sample_portal.research_site import Reply
from sample_sec import indexes, pages
from sample_sec.document import render
from sample_sec.faults import Fault, Kind, Where
from sample_sec.filings import Content, Filing, added_amendment, filings_of
from sample_sec.registrants import SIBLING, Registrant, all_series
from sample_sec.report import report_of

FUND_TICKERS, COMPANY_TICKERS = "/files/company_tickers_mf.json", "/files/company_tickers.json"
FEED = "/cgi-bin/browse-edgar"
_JSON, _XML, _ATOM = "application/json", "text/xml", "application/atom+xml"
_E_MAIL = re.compile(r"[^\s@<>()]{1,64}@[^\s@<>()]{1,200}\.[A-Za-z]{2,}")
_SUBMISSIONS = re.compile(r"/submissions/(CIK(\d{10})(?:-submissions-001)?\.json)")
_IN_FOLDER = re.compile(
    r"(/Archives/edgar/data/\d{1,10}/\d{18})/((?:xslFormNPORT-P_X01/)?primary_doc\.xml|[\d-]+-index\.htm)"
)
_COUNTS = (10, 20, 40, 80, 100)
_AMENDMENTS = {Kind.EMPTY_AMENDMENT: Content.NO_LINES, Kind.AMENDMENT: Content.WHOLE}
_KEPT_DOCUMENTS = 4


class _Route(NamedTuple):
    """What kind of address was asked for, whose funds' it is, and how it is answered."""

    where: Where
    symbols: frozenset[str]
    answer: Callable[[Sequence[Fault]], Reply]


class Archive:
    """EDGAR's answers as its faults say. `today` gives the day up to which the funds have filed."""

    def __init__(self, faults: list[Fault], today: Callable[[], date]) -> None:
        self.faults = faults
        self._today = today
        # A document takes up to 5 MB; a client that comes back for one comes soon.
        self._document = lru_cache(maxsize=_KEPT_DOCUMENTS)(lambda filing: render(report_of(filing)))

    def answer(self, target: str, user_agent: str, base_url: str) -> Reply:
        """The answer to a GET. `target` is path and query; links in the answer begin with `base_url`."""
        if not _is_declared(user_agent):
            return pages.undeclared()
        path, _, query = target.partition("?")
        route = self._route(path, query, base_url)
        faults = [fault for fault in list(self.faults) if fault.strikes(route.where, route.symbols, target)]
        reply = next((other for fault in faults if (other := _instead(fault, path))), None) or route.answer(faults)
        on_the_wire = tuple(wire for fault in faults if (wire := fault.on_the_wire()))
        return replace(reply, headers={**reply.headers, "X-Data-Source": "sample"}, faults=on_the_wire)

    def _route(self, path: str, query: str, base_url: str) -> "_Route":
        if path in _FIXED:
            return _FIXED[path]
        if path == FEED:
            parameters = {name: values[0] for name, values in parse_qs(query).items()}
            registrant, symbols = _named(parameters.get("CIK", ""))
            return _Route(
                Where.FEED, frozenset(symbols), lambda _: self._feed(registrant, symbols, parameters, base_url)
            )
        if found := _SUBMISSIONS.fullmatch(path):
            name, trust = found[1], indexes.registrant_of(int(found[2]))
            of_trust = frozenset(series.symbol for series in trust.series) if trust else frozenset[str]()
            return _Route(Where.SUBMISSIONS, of_trust, lambda _: self._submissions(trust, name))
        if found := _IN_FOLDER.fullmatch(path):
            name, filing = found[2], self._filing(found[1])
            owner = frozenset({filing.symbol}) if filing else frozenset[str]()
            return _Route(Where.DOCUMENT, owner, lambda faults: self._in_folder(filing, name, faults))
        return _Route(Where.ANY, frozenset(), lambda _: _absent(path))

    def _feed(
        self, registrant: Registrant | None, symbols: Sequence[str], parameters: dict[str, str], base_url: str
    ) -> Reply:
        if registrant is None or parameters.get("action") != "getcompany" or parameters.get("output") != "atom":
            return pages.no_match()
        form, asked = parameters.get("type", ""), _number(parameters.get("count", ""), 40)
        count = next((size for size in _COUNTS if size >= asked), _COUNTS[-1])
        start = _number(parameters.get("start", ""), 0)
        filings = [filing for filing in self._all(symbols) if filing.form.startswith(form)]
        if self._is_on(Kind.SIBLING, symbols):
            filings = [*filings_of(SIBLING.symbol, self._today())[:1], *filings]
        return Reply(200, indexes.feed(registrant, filings[start : start + count], count, base_url), _ATOM)

    def _submissions(self, registrant: Registrant | None, name: str) -> Reply:
        if registrant is None:
            return pages.no_such_key(name)
        filings = self._all([series.symbol for series in registrant.series])
        recent, older = indexes.submissions(registrant, filings, self._today())
        return Reply(200, older if name == indexes.continuation_name(registrant) else recent, _JSON)

    def _in_folder(self, filing: Filing | None, name: str, faults: Sequence[Fault]) -> Reply:
        if filing is None:
            return pages.access_denied()
        if name != "primary_doc.xml":
            link = f'<p><a href="{indexes.folder(filing)}/primary_doc.xml">primary_doc.xml</a></p>'
            return pages.for_people(f"SAMPLE {filing.form} {filing.accession}", link)
        if any(fault.kind is Kind.OTHER_SERIES for fault in faults):
            filing = filings_of(SIBLING.symbol, self._today())[0]
        return Reply(200, self._document(filing), _XML)

    def _all(self, symbols: Sequence[str]) -> list[Filing]:
        """What these funds have filed, the newest first."""
        found = [filing for symbol in symbols for filing in filings_of(symbol, self._today())]
        for kind, content in _AMENDMENTS.items():
            amended = [symbol for symbol in symbols if self._is_on(kind, [symbol])]
            found += filter(None, (added_amendment(symbol, self._today(), content) for symbol in amended))
        return sorted(found, key=lambda filing: (filing.filed, filing.accession), reverse=True)

    def _is_on(self, kind: Kind, symbols: Sequence[str]) -> bool:
        return any(fault.kind is kind and fault.symbol in {None, *symbols} for fault in list(self.faults))

    def _filing(self, path: str) -> Filing | None:
        every = self._all([series.symbol for _, series in all_series()])
        return next((filing for filing in every if indexes.folder(filing) == path), None)


def _is_declared(user_agent: str) -> bool:
    """Whether the name has an e-mail address in it, and no URL, which is refused too."""
    return len(user_agent) < 500 and bool(_E_MAIL.search(user_agent)) and "http" not in user_agent


def _instead(fault: Fault, path: str) -> Reply | None:
    """What is answered in place of a file."""
    made: dict[Kind, Callable[[], Reply]] = {
        Kind.RATE_LIMIT: pages.rate_limit,
        Kind.UNDECLARED: pages.undeclared,
        Kind.BOTH_PAGES: pages.both_texts,
        Kind.ACCESS_DENIED: pages.access_denied,
        Kind.NO_SUCH_KEY: lambda: pages.no_such_key(path),
        Kind.STATUS: lambda: pages.status(fault.status, fault.retry_after),
        Kind.HTML: lambda: pages.for_people("SAMPLE page for people"),
    }
    return made[fault.kind]() if fault.kind in made else None


def _absent(path: str) -> Reply:
    return pages.no_such_key(path) if path.startswith("/submissions/") else pages.access_denied()


def _stale(faults: Sequence[Fault]) -> list[str]:
    return [fault.symbol for fault in faults if fault.kind is Kind.STALE_TICKER and fault.symbol]


def _named(number: str) -> tuple[Registrant | None, list[str]]:
    """The trust and the funds that browse-edgar's parameter CIK names: a series id, or a trust's number."""
    for registrant, series in all_series():
        if number and series.series_id == number.upper():
            return registrant, [series.symbol]
    trust = indexes.registrant_of(_number(number, 0))
    return trust, [series.symbol for series in trust.series] if trust else []


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else default


_FIXED = {
    FUND_TICKERS: _Route(
        Where.TICKERS, frozenset(), lambda faults: Reply(200, indexes.fund_tickers(_stale(faults)), _JSON)
    ),
    COMPANY_TICKERS: _Route(Where.TICKERS, frozenset(), lambda _: Reply(200, indexes.company_tickers(), _JSON)),
    "/": _Route(
        Where.ANY,
        frozenset(),
        lambda _: Reply(200, b"Sample SEC: filings on Form N-PORT with made-up figures.\n", "text/plain"),
    ),
}
