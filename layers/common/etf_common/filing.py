"""The snapshot of a filing on Form N-PORT, `schema_version` 1: what a fund reported to the SEC for one date.

Money is in USD and weights are in per cent of net assets (`_pct`), with the filing's digits as far as a double holds
them; lines stand in the filing's order. What the filing does not give is null. Codes of the form stand as filed.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

from etf_common.models import AssetClass, Issue

SourceKind = Literal["sec", "sample", "file"]
"""`sec` is EDGAR, `sample` made-up data of the bundled stand-in, `file` a document that somebody took by hand."""
SeriesCheck = Literal["verified", "single_fund", "unverified"]
"""How the filing is known to be this fund's: its series is the one that was asked for; its registrant has one fund
only; or nobody checked, since the file was taken by hand.
"""
Side = Literal["long", "short"]
Number = int | float | None


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


@with_config(ConfigDict(extra="forbid", use_attribute_docstrings=True))
class FiledLine(TypedDict):
    """One line of the filing's Part C. Every key is there; what is absent, `N/A` or masked is null.

    A dictionary and not a model, as a holding is: a bond fund has ten thousand and more.
    """

    name: str | None
    """The issuer; of a derivative often null or its counterparty."""
    title: str | None
    """The issue: often with the share class, or a bond's full text."""
    isin: str | None
    """As filed; an issue tells where its check digit is wrong."""
    cusip: str | None
    """As filed, nine characters; null for all zeros."""
    lei: str | None
    """The issuer's, as filed."""
    ticker: str | None
    """Most filers give none; some give codes of their own."""
    country: str | None
    """ISO 3166 alpha-2, mostly of the issuer's organisation; `XX` is the form's code for unknown."""
    currency: str | None
    """ISO 4217, of the line; the values are in USD all the same."""
    exchange_rate: Number
    """Units of `currency` per USD."""
    asset_class: AssetClass
    """Derived from the filing's codes."""
    filed_category: str | None
    """The form's code, such as `EC`, `DBT` or `ABS-MBS`; a code that is not in the form's table stands as it is."""
    filed_category_detail: str | None
    """The filer's words for `OTHER`."""
    issuer_category: str | None
    """The form's code, such as `CORP`, `UST` or `RF`; `OTHER` without its words."""
    balance: Number
    """Shares, principal or contracts, by `unit`."""
    unit: str | None
    """`NS` shares, `PA` principal in `currency`, `NC` contracts, `OU` another unit."""
    value_usd: Number
    """USD; can be negative. Of a derivative its mark, not its exposure."""
    weight_pct: Number
    """Per cent of net assets; can be negative."""
    side: Side | None
    """Null for derivatives."""
    fair_value_level: Literal[1, 2, 3] | None
    """The level of the fair value hierarchy."""
    restricted: bool | None
    coupon_pct: Number
    """Per cent a year."""
    coupon_kind: str | None
    """`Fixed`, `Floating`, `Variable` or `None`, which is a coupon of none."""
    maturity: str | None
    """Of debt, or of a repurchase agreement."""
    in_default: bool | None
    derivative_kind: str | None
    """The form's code: `FUT`, `FWD`, `SWP`, `OPT`, `SWO`, `WAR` or another."""
    counterparty: str | None
    """The first one of a derivative or a repurchase agreement."""
    notional: Number
    """In its own unit, `notional_currency`; null for a currency forward, which has two amounts, and where none is
    given.
    """
    notional_currency: str | None
    expiry: str | None
    """When a derivative expires, settles or terminates."""


class FundReturn(_Record):
    """The total return of one class in one month."""

    class_id: str | None
    """Null for a fund without classes, such as SPY."""
    month: str
    """`2026-04`."""
    return_pct: Number
    """Per cent."""


class Flow(_Record):
    """What came into the whole series and what left it in one month, USD."""

    month: str
    """`2026-04`."""
    sales_usd: Number
    """Shares sold; an ETF's creations in kind count."""
    reinvested_usd: Number
    """Distributions reinvested."""
    redeemed_usd: Number
    """At least 0, however the filer writes it."""
    net_usd: Number
    """Sales and reinvestments less redemptions; null where one of them is missing."""


class InterestRateRisk(_Record):
    """How the fund's value changes with the interest rate of one currency at one maturity, USD."""

    currency: str | None
    period: str
    """`3Mon`, `1Yr`, `5Yr`, `10Yr` or `30Yr`."""
    dv01_usd: Number
    """For one basis point."""
    dv100_usd: Number
    """For a hundred basis points."""


class CreditSpreadRisk(_Record):
    """How the fund's value changes with a credit spread that is one basis point wider, USD."""

    grade: Literal["investment", "non_investment"]
    period: str
    """`3Mon`, `1Yr`, `5Yr`, `10Yr` or `30Yr`."""
    cs01_usd: Number


class FiledFund(_Record):
    """The fund as the filing describes it: the whole series, all its classes together."""

    name: str | None
    """The series; the registrant where it has one fund only."""
    registrant: str | None
    cik: str | None
    """The registrant's, ten digits."""
    series_id: str | None
    series_lei: str | None
    series: SeriesCheck
    class_ids: tuple[str, ...]
    class_id: str | None
    """The ETF's own class, where it is known."""
    fiscal_year_end: str | None
    """Mostly in the future; not the date of the holdings."""
    total_assets_usd: Number
    liabilities_usd: Number
    net_assets_usd: Number
    miscellaneous_securities_usd: Number
    """Assets in securities that the public filing does not list; above 0 the list is not complete."""
    cash_not_reported_usd: Number
    """Cash that no line lists."""
    returns: tuple[FundReturn, ...]
    """By class, oldest month first."""
    flows: tuple[Flow, ...]
    """Oldest month first."""
    interest_rate_risk: tuple[InterestRateRisk, ...] | None
    """Bond funds only."""
    credit_spread_risk: tuple[CreditSpreadRisk, ...] | None
    """Bond funds only."""


class FiledTotals(_Record):
    """What the lines come to."""

    lines: int
    """The count of lines."""
    weight_pct: Number
    """Sum of the lines' weights, per cent of net assets; null if no line has one."""
    value_usd: Number
    """Sum of the lines' values, USD; null if no line has one."""


class FiledQuality(_Record):
    """What is odd about the filing."""

    issues: tuple[Issue, ...]


class FilingProvenance(_Record):
    """Where the filing came from, and when."""

    source: SourceKind
    url: str
    fetched_at: str
    """UTC, `2026-11-20T22:30:04Z`."""
    raw_key: str
    raw_sha256: str
    """Hex."""


class FilingSnapshot(_Record):
    """What a fund held on `report_date`, as it reported it to the SEC."""

    schema_version: Literal[1] = 1
    symbol: str
    report_date: str
    """The date of the holdings."""
    filed: str | None
    """When the SEC got it; null if nobody knows."""
    accession: str
    """The SEC's number, or `sha256-` and 16 hex digits for a file without one."""
    form: str
    """`NPORT-P`, or `NPORT-P/A` for an amendment."""
    final: bool
    """Whether it is the fund's last filing, which mostly has no lines."""
    complete: bool
    """Whether it has lines, and none of the fund's assets are in undisclosed miscellaneous securities."""
    fund: FiledFund
    totals: FiledTotals
    lines: tuple[FiledLine, ...]
    quality: FiledQuality
    provenance: FilingProvenance

    def to_bytes(self) -> bytes:
        """The stored form: the same snapshot gives the same bytes."""
        return _STORED.dump_json(self)

    def metadata(self) -> dict[str, str]:
        """What stands beside the body, so that a list of filings opens none of them."""
        net_assets = self.fund.net_assets_usd
        return {
            "symbol": self.symbol,
            "report-date": self.report_date,
            "filed": self.filed or "",
            "accession": self.accession,
            "form": self.form,
            "final": "true" if self.final else "false",
            "complete": "true" if self.complete else "false",
            "lines": str(self.totals.lines),
            "net-assets-usd": "" if net_assets is None else str(net_assets),
            "source": self.provenance.source,
            "fetched-at": self.provenance.fetched_at,
        }


_STORED = TypeAdapter(FilingSnapshot)
