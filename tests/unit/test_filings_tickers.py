"""The tickers of a filing's lines: of the lists by ISIN, else the filing's own, and none where sources contradict."""

import pytest

from etf_analytics import filing_as_list
from etf_analytics.filings.tickers import Tickers
from tests.unit.filed_lines import Line, bond, filing, line

APPLE, ALPHABET_A, ALPHABET_C = "US0378331005", "US02079K3059", "US02079K1079"


def symbols(*lines: Line, known: Tickers | None = None) -> list[str | None]:
    return [holding["symbol"] for holding in filing_as_list(filing([*lines]), known)["holdings"]]


def test_lists_decide_about_the_isins_that_they_have() -> None:
    apple = line("Apple Inc", isin=APPLE, ticker="APC")

    assert symbols(apple, known={APPLE: "AAPL"}) == ["AAPL"]
    assert symbols(apple, known={APPLE: None}) == [None]  # they contradict each other, and so nobody decides


@pytest.mark.parametrize(
    ("written", "read"),
    [("AAPL", "AAPL"), ("BRK/B", "BRK.B"), ("BRK.B", "BRK.B"), ("FB", "META"), (None, None)]
    + [(code, None) for code in ("12345", "7203", "aapl", "AAPL US", "AAPLXYZ", "", "X" * 9999)],
)
def test_a_ticker_of_the_filing_is_taken_if_it_looks_like_one(written: str | None, read: str | None) -> None:
    name = "Facebook Inc" if written == "FB" else "Any Company Inc"
    for isin in (APPLE, None):
        assert symbols(line(name, isin=isin, ticker=written)) == [read]


def test_only_shares_and_funds_have_tickers() -> None:
    fund = line("Any Fund", isin=None, ticker="VTI", asset_class="etf")
    debt = bond("Apple Inc", isin=APPLE, ticker="AAPL")
    others = [line("Cash", ticker="USD", asset_class=name) for name in ("cash", "derivative", "other")]

    assert symbols(fund, debt, *others, known={APPLE: "AAPL"}) == ["VTI", None, None, None, None]


class TestContradictions:
    def test_a_ticker_of_two_isins_is_neithers(self) -> None:
        lines = [line("Alphabet Inc", isin=isin, ticker="GOOG") for isin in (ALPHABET_A, ALPHABET_C)]

        assert symbols(*lines, line("Apple Inc", isin=APPLE, ticker="AAPL")) == [None, None, "AAPL"]

    def test_an_isin_with_two_tickers_has_none(self) -> None:
        lines = [line("Alphabet Inc", isin=ALPHABET_C, ticker=ticker) for ticker in ("GOOG", "GOOGL")]

        assert symbols(*lines) == [None, None]

    def test_a_ticker_that_the_lists_give_another_isin_is_not_the_lines(self) -> None:
        lines = [line("Alphabet Inc", isin=ALPHABET_A, ticker="GOOG"), line("Alphabet Inc", isin=None, ticker="GOOG")]

        assert symbols(*lines, known={ALPHABET_C: "GOOG"}) == [None, "GOOG"]

    def test_lots_of_one_security_are_no_contradiction(self) -> None:
        lines = [line("Apple Inc", isin=APPLE, ticker="AAPL") for _ in range(2)]

        assert symbols(*lines) == ["AAPL", "AAPL"]
