"""Part B: the fund's assets, returns and flows, and for a bond fund its risks."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from etf_common.codes import IssueCode
from etf_common.filing import CreditSpreadRisk, FiledFund, Flow, FundReturn, InterestRateRisk, Number, SeriesCheck
from filings.parse.figures import figure, identifier, plain, said
from filings.parse.head import Head
from filings.parse.issues import Issues
from filings.parse.reader import Element

_MONTHS = (1, 2, 3)
_PERIODS = ("3Mon", "1Yr", "5Yr", "10Yr", "30Yr")


class FundReader:
    """Reads `fundInfo` and notes what is odd about it."""

    def __init__(self, issues: Issues) -> None:
        self._issues = issues

    def __call__(self, info: Element, head: Head, series: SeriesCheck, class_id: str | None) -> FiledFund:
        """The fund of a filing."""
        months = _months(head.report_date)
        return FiledFund(
            name=head.name,
            registrant=head.registrant,
            cik=head.cik,
            series_id=head.series_id,
            series_lei=head.series_lei,
            series=series,
            class_ids=head.class_ids,
            class_id=class_id,
            fiscal_year_end=head.fiscal_year_end,
            total_assets_usd=self._amount(info, "totAssets"),
            liabilities_usd=self._amount(info, "totLiabs"),
            net_assets_usd=self._amount(info, "netAssets"),
            miscellaneous_securities_usd=self._amount(info, "assetsAttrMiscSec"),
            cash_not_reported_usd=self._amount(info, "cshNotRptdInCorD"),
            returns=tuple(self._returns(info, months)),
            flows=tuple(self._flows(info, months)),
            interest_rate_risk=tuple(self._interest_rate_risk(info)) or None,
            credit_spread_risk=tuple(self._credit_spread_risk(info)) or None,
        )

    def _exact(self, text: str | None, what: str) -> Decimal | None:
        found = figure(text)
        if found.unreadable:
            self._issues.filing(IssueCode.UNREADABLE_NUMBER, f"{what} is not a number, so it is null")
        if found.out_of_range:
            self._issues.filing(IssueCode.NUMBER_OUT_OF_RANGE, f"{what} is larger than any fund's, so it is null")
        return found.value

    def _amount(self, info: Element, name: str) -> Number:
        return plain(self._exact(info.get(name), name))

    def _attribute(self, element: Element | None, name: str) -> Number:
        return plain(self._exact(element.attributes.get(name), name)) if element else None

    def _returns(self, info: Element, months: tuple[str, ...]) -> Iterator[FundReturn]:
        stated = info.first("returnInfo", "monthlyTotReturns")
        for each in stated.all("monthlyTotReturn") if stated else ():
            class_id = identifier((each.attributes.get("classId") or "").upper().removeprefix("C"))
            for number, month in zip(_MONTHS, months, strict=True):
                yield FundReturn(
                    class_id=f"C{class_id}" if class_id else None,
                    month=month,
                    return_pct=self._attribute(each, f"rtn{number}"),
                )

    def _flows(self, info: Element, months: tuple[str, ...]) -> Iterator[Flow]:
        for number, month in zip(_MONTHS, months, strict=True):
            flow = info.first(f"mon{number}Flow")
            if flow is None:
                continue
            sales, reinvested, redeemed = (
                self._exact(flow.attributes.get(name), name) for name in ("sales", "reinvestment", "redemption")
            )
            # Most filers write redemptions above 0, some below; nobody's redemptions bring money in.
            redeemed = None if redeemed is None else abs(redeemed)
            yield Flow(
                month=month,
                sales_usd=plain(sales),
                reinvested_usd=plain(reinvested),
                redeemed_usd=plain(redeemed),
                net_usd=plain(_net(sales, reinvested, redeemed)),
            )

    def _interest_rate_risk(self, info: Element) -> Iterator[InterestRateRisk]:
        metrics = info.first("curMetrics")
        for metric in metrics.all("curMetric") if metrics else ():
            one, hundred = metric.first("intrstRtRiskdv01"), metric.first("intrstRtRiskdv100")
            for period in _PERIODS:
                yield InterestRateRisk(
                    currency=said(metric.get("curCd")),
                    period=period,
                    dv01_usd=self._attribute(one, f"period{period}"),
                    dv100_usd=self._attribute(hundred, f"period{period}"),
                )

    def _credit_spread_risk(self, info: Element) -> Iterator[CreditSpreadRisk]:
        grades = (
            ("investment", info.first("creditSprdRiskInvstGrade")),
            ("non_investment", info.first("creditSprdRiskNonInvstGrade")),
        )
        for grade, stated in grades:
            for period in _PERIODS if stated else ():
                yield CreditSpreadRisk(grade=grade, period=period, cs01_usd=self._attribute(stated, f"period{period}"))


def _net(sales: Decimal | None, reinvested: Decimal | None, redeemed: Decimal | None) -> Decimal | None:
    return None if sales is None or reinvested is None or redeemed is None else sales + reinvested - redeemed


def _months(report_date: str) -> tuple[str, ...]:
    """The three months that end with the report's, oldest first: `2026-04`, `2026-05`, `2026-06`."""
    last = date.fromisoformat(report_date)
    count = last.year * 12 + last.month - 1
    return tuple(f"{(count - back) // 12:04}-{(count - back) % 12 + 1:02}" for back in (2, 1, 0))
