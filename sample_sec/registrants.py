"""Who files with the sample SEC: trusts, their series and classes. All numbers are made up and lie in ranges of 999."""

from collections.abc import Iterator
from enum import StrEnum, auto
from typing import NamedTuple


class Style(StrEnum):
    """How a filer spells its lines; each is one family's way."""

    VANGUARD = auto()
    """Name in mixed case, title in capitals and cut at 16 characters, country US for all of an American fund."""
    INVESCO = auto()
    """`Alphabet Inc.` with the title `Alphabet Inc., Class A`, country of domicile."""
    STATE_STREET = auto()
    """Name and title alike in mixed case, country of domicile, CUSIP 000000000 for foreign companies."""


class Series(NamedTuple):
    """One fund that files. `series_id` and `class_ids` are empty for a unit investment trust."""

    symbol: str
    """Of the ETF's class, as the ticker file writes it."""
    name: str
    series_id: str
    class_ids: tuple[str, ...]
    """The ETF's class is the last one."""
    holds_like: str
    """The sample portal's fund whose holdings it reports; empty for a fund that no longer exists."""
    number: int
    """Makes its accession numbers unlike those of other funds."""
    lag_days: int = 58
    """Days from the report date to the filing."""
    one_in: int = 1
    """It holds one in so many of those holdings."""


class Registrant(NamedTuple):
    """One trust. `fiscal_year_end` is its last month, from which the public months follow."""

    cik: int
    name: str
    file_number: str
    fiscal_year_end: int
    style: Style
    series: tuple[Series, ...]
    files_nport: bool = True
    negative_redemptions: bool = False
    """Some filers write what was redeemed with a minus sign."""
    miscellaneous_pct: float = 0.0
    """Per cent of net assets in miscellaneous securities, which the public list leaves out."""


_VANGUARD, _INVESCO, _STATE_STREET = Style.VANGUARD, Style.INVESCO, Style.STATE_STREET

REGISTRANTS = (
    Registrant(9990101, "SAMPLE VANGUARD INDEX FUNDS", "811-99101", 12, _VANGUARD, (
        Series("VTI", "SAMPLE VANGUARD TOTAL STOCK MARKET INDEX FUND", "S999000101", ("C999000101", "C999000102"),
               "VTI", 1),
        Series("VOO", "SAMPLE VANGUARD 500 INDEX FUND", "S999000102", ("C999000103", "C999000104"), "VOO", 2),
        Series("ZQVAL", "SAMPLE VANGUARD VALUE INDEX FUND", "S999000103", ("C999000105", "C999000106"), "VOO", 3,
               one_in=2),
    )),
    Registrant(9990201, "SAMPLE INVESCO QQQ TRUST", "811-99201", 9, _INVESCO, (
        Series("QQQ", "SAMPLE INVESCO QQQ TRUST", "S999000201", ("C999000201",), "QQQ", 4),
    )),
    Registrant(9990301, "SAMPLE SPDR S&P 500 ETF TRUST", "811-99301", 9, _STATE_STREET, (
        Series("SPY", "N/A", "", (), "SPY", 5, lag_days=59),
    )),
    Registrant(9990401, "SAMPLE VANGUARD TAX-MANAGED FUNDS", "811-99401", 12, _VANGUARD, (
        Series("VEA", "SAMPLE VANGUARD DEVELOPED MARKETS INDEX FUND", "S999000401", ("C999000401", "C999000402"),
               "VEA", 6, lag_days=57),
    )),
    Registrant(9990501, "SAMPLE VANGUARD INTERNATIONAL EQUITY INDEX FUNDS", "811-99501", 10, _VANGUARD, (
        Series("VWO", "SAMPLE VANGUARD EMERGING MARKETS STOCK INDEX FUND", "S999000501", ("C999000501", "C999000502"),
               "VWO", 7, lag_days=57),
    ), negative_redemptions=True, miscellaneous_pct=0.05),
    Registrant(9990601, "SAMPLE VANGUARD BOND INDEX FUNDS", "811-99601", 12, _VANGUARD, (
        Series("BND", "SAMPLE VANGUARD TOTAL BOND MARKET INDEX FUND", "S999000601", ("C999000601", "C999000602"),
               "BND", 8, lag_days=56),
    )),
    # A grantor trust is no fund of the 1940 Act and files no N-PORT.
    Registrant(9990701, "SAMPLE SPDR GOLD TRUST", "001-99701", 9, _STATE_STREET, (
        Series("GLD", "", "", (), "GLD", 9),
    ), files_nport=False),
    Registrant(9990801, "SAMPLE FORMER FUNDS TRUST", "811-99801", 12, _VANGUARD, (
        Series("ZQOLD", "SAMPLE FORMER INCOME FUND", "S999000801", ("C999000801",), "", 10),
    )),
)  # fmt: skip
"""All of them. Besides the eight sample funds: a sibling of VTI and VOO, and a fund that was closed."""

FORMER = REGISTRANTS[-1]
"""Its one series was closed; a stale entry of the ticker file names it."""
SIBLING = REGISTRANTS[0].series[-1]
"""A fund of the same trust as VTI and VOO."""


def all_series() -> Iterator[tuple[Registrant, Series]]:
    """Each fund with its trust."""
    return ((registrant, series) for registrant in REGISTRANTS for series in registrant.series)


def series_of(symbol: str) -> tuple[Registrant, Series]:
    """The trust and the fund of this symbol. Raises KeyError for any other than those of REGISTRANTS."""
    for registrant, series in all_series():
        if series.symbol == symbol:
            return registrant, series
    raise KeyError(symbol)
