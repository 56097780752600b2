"""The shapes of figures that rest on filings: what a filing adds to a list, and a list held against its filing."""

from typing import Annotated, Literal

from pydantic import Field

from contract.filings import Accession, AgeDays, Filed, ReportDate, Source
from contract.models import Answer
from etf_common.codes import JoinedBy, OpenReason
from etf_common.models import AssetClass

Low = Annotated[
    float | None,
    Field(description="Left out where the filing is complete, as `weight_pct` is certain then. Per cent."),
]
High = Annotated[
    float | None,
    Field(
        description="With all securities that the filing does not name, or that positions without a filing can hold; "
        "null where nobody knows how many. Per cent."
    ),
]
Undisclosed = Annotated[
    float | None,
    Field(description="What the filing does not name: miscellaneous securities. Per cent; null if that is not known."),
]
Lines = Annotated[int, Field(description="The count of the filing's lines.")]
Covered = Annotated[
    float | None, Field(description="Per cent of the portfolio in funds whose filings have the figure.")
]


class OfFiling(Answer):
    """Which filing the figures rest on."""

    report_date: ReportDate
    filed: Filed
    accession: Accession
    age_days: AgeDays
    source: Source
    complete: bool
    """Whether it names all of the fund's securities."""


class _Weight(Answer):
    weight_pct: float | None
    """Per cent of net assets."""
    weight_pct_low: Low = None
    weight_pct_high: High = None


class CountryWeight(_Weight):
    """What the issuers of one country weigh."""

    country: Annotated[str, Field(examples=["JP"])]
    """ISO 3166, two letters; `unknown` where the filing names none. Mostly where the issuer is organised."""
    lines: Lines


class CurrencyWeight(_Weight):
    """What the lines in one currency weigh."""

    currency: Annotated[str, Field(examples=["JPY"])]
    """ISO 4217; `unknown` where the filing names none."""
    lines: Lines


class MaturityWeight(_Weight):
    """What the bonds of a range of maturities weigh."""

    years: Annotated[str, Field(examples=["5-7"])]
    """Years from the report date to the maturity, or `past_due`, or `unknown`."""
    lines: Lines


class LevelWeight(_Weight):
    """What the lines of one level of the fair value hierarchy weigh."""

    level: Literal[1, 2, 3]
    """1 for quoted prices, 2 for observed ones of the like, 3 for estimates."""


class _Totals(OfFiling):
    counted_pct: float | None
    """Per cent of net assets in lines that count: equity, funds, bonds and other above 0."""
    cash_pct: float | None
    derivatives_pct: float | None
    """The marks of derivatives, which say nothing of the exposure behind them."""
    short_pct: float | None
    """Lines of securities below 0."""
    funds_pct: float | None
    """In other funds, which are in the rows by the fund's own country and currency."""
    undisclosed_pct: Undisclosed


class Countries(_Totals):
    """Countries, largest first."""

    rows: list[CountryWeight]


class Currencies(_Totals):
    """Currencies, largest first."""

    rows: list[CurrencyWeight]


class Maturities(OfFiling):
    """The bonds by the years to their maturity."""

    bonds_pct: float | None
    """Per cent of net assets in bonds."""
    rows: list[MaturityWeight]
    average_maturity_years: float | None
    """Years, weighted. A count of years, over bonds that are not past due."""
    average_maturity_of_pct: float | None
    """The weight of the bonds that it is made of."""
    average_coupon_pct: float | None
    """Per cent a year, weighted."""
    average_coupon_of_pct: float | None
    """The weight of the bonds that it is made of."""
    in_default_pct: float | None
    undisclosed_pct: Undisclosed


class Liquidity(OfFiling):
    """How what the fund holds is valued, and what it may not sell freely; cash counts, derivatives do not."""

    levels: list[LevelWeight]
    unclassified_pct: float | None
    """Without a level."""
    restricted_pct: float | None
    derivatives_pct: float | None
    undisclosed_pct: Undisclosed


class Duration(OfFiling):
    """Effective duration, which the form asks of funds with much debt; derivatives are in it."""

    years: float | None
    """Per cent that the fund loses where all rates rise by one percentage point."""
    dv01_usd: float | None
    """What it loses for one basis point. USD."""


class FilingOfFund(Answer):
    """The filing of a fund in a portfolio."""

    symbol: str
    report_date: ReportDate
    filed: Filed
    accession: Accession
    age_days: AgeDays
    source: Source


class _OfPortfolio(Answer):
    covered_pct: Covered
    filings: list[FilingOfFund]


class _PortfolioTotals(_OfPortfolio):
    counted_pct: float | None
    cash_pct: float | None
    derivatives_pct: float | None
    funds_pct: float | None


class PortfolioCountry(_Weight):
    """What the issuers of one country weigh in the portfolio."""

    country: Annotated[str, Field(examples=["JP"])]


class PortfolioCurrency(_Weight):
    """What the lines in one currency weigh in the portfolio."""

    currency: Annotated[str, Field(examples=["JPY"])]


class PortfolioMaturity(_Weight):
    """What the bonds of a range of maturities weigh in the portfolio."""

    years: Annotated[str, Field(examples=["5-7"])]


class PortfolioCountries(_PortfolioTotals):
    """Countries of the funds' filings, largest first. Direct stocks are not in them: no filing describes them."""

    rows: list[PortfolioCountry]


class PortfolioCurrencies(_PortfolioTotals):
    """Currencies of the funds' filings, largest first."""

    rows: list[PortfolioCurrency]


class PortfolioMaturities(_OfPortfolio):
    """The bonds of the funds' filings."""

    bonds_pct: float | None
    rows: list[PortfolioMaturity]
    average_maturity_years: float | None
    """Years, weighted. A count of years."""
    average_maturity_of_pct: float | None
    average_coupon_pct: float | None
    average_coupon_of_pct: float | None


class PortfolioLiquidity(_OfPortfolio):
    """How what the funds hold is valued."""

    levels: list[LevelWeight]
    unclassified_pct: float | None
    restricted_pct: float | None
    derivatives_pct: float | None


class ReconciledList(Answer):
    """Schwab's list."""

    holdings_as_of: str
    lines: Annotated[int, Field(description="The count of lines.")]
    complete: bool
    source: Literal["schwab", "sample"] | None


class ReconciledFiling(OfFiling):
    """The filing."""

    lines: Lines


class Matched(Answer):
    """What is certainly one security in both."""

    lines: Annotated[int, Field(description="The count of securities in both.")]
    list_weight_pct: float | None
    """Their weight in the list."""
    filing_weight_pct: float | None
    """Their weight in the filing."""
    by: dict[JoinedBy, int]
    """The count of securities by what told that they are one."""


class NotCompared(Answer):
    """Cash and derivatives, which are not matched."""

    list_lines: Annotated[int, Field(description="The count of the list's lines.")]
    list_weight_pct: float | None
    filing_lines: Lines
    filing_weight_pct: float | None


class ReconciledSplit(Answer):
    """A security that was split between the two dates."""

    symbol: str | None
    name: str | None
    isin: str | None
    ratio: float
    """New shares for each old one."""


class ShareDifference(Answer):
    """A security of which list and filing have other numbers of shares than flow and splits explain."""

    symbol: str | None
    name: str | None
    isin: str | None
    shares_list: float | None
    """Shares, or par value, in the list."""
    balance_filed: float | None
    """Shares, or par value, in the filing."""
    expected: float
    """Shares that the filing lets one expect on the list's date."""
    difference_pct: float
    """By how much the list has more, per cent of `expected`."""
    split_suspected: bool | None = None
    """True where a split may explain it."""


class OnlyInList(Answer):
    """A line of the list that the filing does not have, or of which that is open."""

    symbol: str | None
    name: str | None
    asset_class: AssetClass
    weight_pct: float | None
    shares: float | None
    """Shares, contracts or par value."""
    why: OpenReason


class OnlyInFiling(Answer):
    """A line of the filing that the list does not have, or of which that is open."""

    name: str | None
    title: str | None
    isin: str | None
    asset_class: AssetClass
    country: str | None
    weight_pct: float | None
    balance_filed: float | None
    """Shares, contracts or par value."""
    why: OpenReason


class OpenInList(OnlyInList):
    """A line of the list of which nobody can tell whether the filing has it."""

    side: Literal["list"]


class OpenInFiling(OnlyInFiling):
    """A line of the filing of which nobody can tell whether the list has it."""

    side: Literal["filing"]


class Reconciliation(Answer):
    """Schwab's list of a fund held against the fund's filing. Both are months apart, so differences can be trades."""

    symbol: str
    listed: Annotated[ReconciledList, Field(alias="list")]
    filing: ReconciledFiling
    days_apart: int | None
    """The days between the two dates."""
    matched: Matched
    not_compared: NotCompared
    compared_shares: int
    """The count of securities with shares in both."""
    flow_factor: float | None
    """Shares in the list for each one in the filing, splits taken out: creations and redemptions."""
    splits: list[ReconciledSplit]
    share_differences: list[ShareDifference] | None
    """More than 2 % from what is expected, largest first."""
    only_in_list: list[OnlyInList] | None
    only_in_filing: list[OnlyInFiling] | None
    open: list[OpenInList | OpenInFiling]
    """Of which nobody can tell whether the other source has them."""
    reasons: Annotated[dict[str, str], Field(description="Why a figure is null, by its dotted path.")]


MODELS = (Reconciliation, Countries, Currencies, Maturities, Liquidity, Duration)
