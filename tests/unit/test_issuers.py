"""The table of issuers that have several share classes."""

from collections import Counter

import pytest

from etf_analytics.reference.issuers import GROUPS, SIBLINGS, issuer_of
from etf_common.symbols import canonical


def test_no_symbol_is_of_two_issuers() -> None:
    assert [symbol for symbol, times in Counter(s for group in GROUPS for s in group).items() if times > 1] == []


def test_symbols_are_written_as_snapshots_write_them() -> None:
    assert [s for group in GROUPS for s in group if canonical(s) != s] == []
    assert [group for group in GROUPS if len(group) < 2] == []


@pytest.mark.parametrize(
    ("symbol", "issuer"),
    [("GOOG", "GOOGL"), ("GOOGL", "GOOGL"), ("BRK.A", "BRK.B"), ("FOX", "FOXA"), ("NWS", "NWSA"), ("AAPL", "AAPL")],
)
def test_share_classes_have_one_issuer(symbol: str, issuer: str) -> None:
    assert issuer_of(symbol) == issuer
    assert symbol in SIBLINGS.get(issuer, {symbol})
