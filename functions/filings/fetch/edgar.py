"""From a ticker to its fund's filings: the way through the SEC's lists, and each filing's document.

A fund with a series is found by it, in browse-edgar's feed; one without, such as SPY, by its registrant's submissions.
"""

from dataclasses import dataclass

from etf_common.errors import FilingMissingError, NotAFilerError, SecRefusedError, TickerUnknownError
from etf_common.filing_status import Registrant
from etf_common.transport import HttpAnswer
from filings.fetch.access import Access
from filings.fetch.feed import count_for, feed_path, parse_feed
from filings.fetch.listed import Listed, first_day, wanted
from filings.fetch.submissions import continuation_path, parse_continuation, parse_submissions, submissions_path
from filings.fetch.tickers import FundClass, Tickers
from filings.parse.limits import MAX_FILING_BYTES

MAX_PAGES = 5
"""Of a feed, or of a registrant's older lists; 500 filings are more than one fund has made."""


@dataclass(frozen=True)
class Filer:
    """Who files for a symbol, and the filings that are wanted, newest first."""

    registrant: Registrant
    filings: list[Listed]


class Edgar:
    """The SEC's archive, for one symbol."""

    def __init__(self, access: Access, tickers: Tickers) -> None:
        self._access, self._tickers = access, tickers

    def filer(self, symbol: str, quarters: int) -> Filer:
        """Who files for `symbol`, with the filings of the newest `quarters`.

        Raises NotAFilerError, TickerUnknownError, SecLayoutError, ContactRefusedError, and SecError, worth another try.
        """
        if fund := self._tickers.fund_class(symbol, self._list):
            return self._of_series(symbol, fund, quarters)
        company = self._tickers.company(symbol, self._list)
        if company is None:
            raise TickerUnknownError(
                f"the SEC lists {symbol} neither among funds nor among companies; a new fund can be missing for months"
            )
        return self._of_registrant(symbol, company.cik, quarters)

    def document(self, filing: Listed) -> HttpAnswer:
        """A filing's document. Raises FilingMissingError, FilingLimitError, and as `filer` does."""
        answer = self._access.get(self._access.url + filing.path, MAX_FILING_BYTES)
        if answer is None:
            raise FilingMissingError(f"the SEC lists {filing.accession} and has no {filing.path}")
        return answer

    def _of_series(self, symbol: str, fund: FundClass, quarters: int) -> Filer:
        listed = self._feed(fund, quarters)
        if not listed:
            raise NotAFilerError(
                f"{symbol} is series {fund.series_id}, which has filed no Form N-PORT yet; a new fund does so 60 days "
                "after its first quarter"
            )
        registrant = Registrant(cik=f"{fund.cik:010d}", series_id=fund.series_id, class_id=fund.class_id)
        return Filer(registrant, wanted(listed, quarters))

    def _feed(self, fund: FundClass, quarters: int) -> list[Listed]:
        """As many pages of the feed as the wanted quarters need."""
        found: list[Listed] = []
        count = count_for(quarters)
        for page in range(MAX_PAGES):
            answer = self._access.get(self._access.url + feed_path(fund.series_id, count, page * count))
            entries = parse_feed(answer.body, fund.cik) if answer else []
            found += entries
            if len(entries) < count or min(each.filed for each in entries) < first_day(found, quarters):
                break
        return found

    def _of_registrant(self, symbol: str, cik: int, quarters: int) -> Filer:
        answer = self._access.get(self._access.data_url + submissions_path(cik))
        if answer is None:
            raise NotAFilerError(f"the SEC has no list of submissions of CIK {cik}, whom it names for {symbol}")
        found = parse_submissions(answer.body, cik)
        # The newest thousand filings, or those of a year: who has no report among them makes none.
        if not found.filings:
            raise NotAFilerError(
                f"{found.name[:100]}, the registrant behind {symbol}, files no Form N-PORT; grantor trusts, commodity "
                "pools and exchange-traded notes file none"
            )
        listed = found.filings
        for older in found.older[:MAX_PAGES]:
            if older.filed_to < first_day(listed, quarters):
                break
            listed = listed + self._continuation(continuation_path(older), cik)
        return Filer(Registrant(cik=f"{cik:010d}", name=found.name[:200]), wanted(listed, quarters))

    def _continuation(self, path: str, cik: int) -> list[Listed]:
        answer = self._access.get(self._access.data_url + path)
        if answer is None:
            raise SecRefusedError(f"the SEC names a list of older submissions and does not have it: {path}")
        return parse_continuation(answer.body, cik)

    def _list(self, path: str) -> bytes:
        answer = self._access.get(self._access.url + path)
        if answer is None:
            raise SecRefusedError(f"the SEC does not have its list of tickers at {path}; try again later")
        return answer.body
