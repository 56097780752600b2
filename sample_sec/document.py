"""A report as primary_doc.xml, in the order of elements that the SEC's schema has."""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from sample_sec.filings import Content, fiscal_year_end
from sample_sec.identifiers import lei
from sample_sec.lines import Debt, Future, Line
from sample_sec.report import PERIODS, Report, returns_of_classes

MARK = "SAMPLE: every figure in this document is made up."
"""Stands in the notes of every document."""
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><edgarSubmission xmlns="http://www.sec.gov/edgar/nport" '
    'xmlns:com="http://www.sec.gov/edgar/common" xmlns:ncom="http://www.sec.gov/edgar/nportcommon" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://www.sec.gov/edgar/nport eis_NPORT_Filer.xsd">'
)
_ZERO = "0.00000000"
_NOTHING_OWED = ("amtPayOneYrBanksBorr", "amtPayOneYrCtrldComp", "amtPayOneYrOthAffil", "amtPayOneYrOther",
                 "amtPayAftOneYrBanksBorr", "amtPayAftOneYrCtrldComp", "amtPayAftOneYrOthAffil", "amtPayAftOneYrOther",
                 "delayDeliv", "standByCommit", "liquidPref")  # fmt: skip
_LENDING = """<securityLending>
          <isCashCollateral>N</isCashCollateral>
          <isNonCashCollateral>N</isNonCashCollateral>
          <isLoanByFund>N</isLoanByFund>
        </securityLending>"""


def render(report: Report) -> bytes:
    """The document, UTF-8."""
    parts = [_HEAD, _header(report), "<formData>", _general(report), _fund(report)]
    if report.lines:
        parts += ["<invstOrSecs>", *(_line(line, report.net_assets) for line in report.lines), "</invstOrSecs>"]
    parts += [_notes(report), _signature(report), "</formData>", "</edgarSubmission>"]
    return "\n".join(parts).encode()


def _header(report: Report) -> str:
    series = report.series
    classes = "\n".join(f"<classId>{class_id}</classId>" for class_id in series.class_ids)
    of_series = f"<seriesClassInfo>\n<seriesId>{series.series_id}</seriesId>\n{classes}\n</seriesClassInfo>"
    return f"""<headerData>
<submissionType>{report.filing.form}</submissionType>
<isConfidential>false</isConfidential>
<filerInfo>
<filer>
<issuerCredentials>
<cik>{report.registrant.cik:010}</cik>
<ccc>XXXXXXXX</ccc>
</issuerCredentials>
</filer>
{of_series if series.series_id else ""}
</filerInfo>
</headerData>"""


def _general(report: Report) -> str:
    registrant, series = report.registrant, report.series
    of_series = f"<seriesId>{series.series_id}</seriesId>\n" if series.series_id else ""
    is_final = report.filing.content is Content.FINAL
    return f"""<genInfo>
<regName>{escape(registrant.name)}</regName>
<regFileNumber>{registrant.file_number}</regFileNumber>
<regCik>{registrant.cik:010}</regCik>
<regLei>{lei(registrant.name)}</regLei>
<regStreet1>1 Sample Street</regStreet1>
<regCity>Sampleton</regCity>
<regStateConditional regCountry="US" regState="US-PA"/>
<regZipOrPostalCode>00000</regZipOrPostalCode>
<regPhone>000-000-0000</regPhone>
<seriesName>{escape(series.name)}</seriesName>
{of_series}<seriesLei>{lei(series.name if series.series_id else registrant.name)}</seriesLei>
<repPdEnd>{fiscal_year_end(registrant, report.filing.report_date)}</repPdEnd>
<repPdDate>{report.filing.report_date}</repPdDate>
<isFinalFiling>{"Y" if is_final else "N"}</isFinalFiling>
</genInfo>"""


def _fund(report: Report) -> str:
    returns, flows = "\n".join(_returns(report)), "\n".join(_flows(report))
    owed = "\n".join(f"<{name}>{_ZERO}</{name}>" for name in _NOTHING_OWED)
    return f"""<fundInfo>
<totAssets>{report.net_assets + report.liabilities:.2f}</totAssets>
<totLiabs>{report.liabilities:.2f}</totLiabs>
<netAssets>{report.net_assets:.2f}</netAssets>
<assetsAttrMiscSec>{_number(report.miscellaneous)}</assetsAttrMiscSec>
<assetsInvested>{_ZERO}</assetsInvested>
{owed}
<cshNotRptdInCorD>{_number(report.cash)}</cshNotRptdInCorD>
{_risk(report)}<isNonCashCollateral>N</isNonCashCollateral>
<returnInfo>
<monthlyTotReturns>
{returns}
</monthlyTotReturns>
{_other_months()}
</returnInfo>
{flows}
</fundInfo>"""


def _risk(report: Report) -> str:
    if not report.risk:
        return ""
    of_one = " ".join(f'{name}="{_number(v)}"' for (name, _), v in zip(PERIODS, report.risk, strict=True))
    of_hundred = " ".join(f'{name}="{_number(100 * v)}"' for (name, _), v in zip(PERIODS, report.risk, strict=True))
    of_credit = " ".join(f'{name}="{_number(0.3 * v)}"' for (name, _), v in zip(PERIODS, report.risk, strict=True))
    of_none = " ".join(f'{name}="{_ZERO}"' for name, _ in PERIODS)
    return f"""<curMetrics>
<curMetric>
<curCd>USD</curCd>
<intrstRtRiskdv01 {of_one}/>
<intrstRtRiskdv100 {of_hundred}/>
</curMetric>
</curMetrics>
<creditSprdRiskInvstGrade {of_credit}/>
<creditSprdRiskNonInvstGrade {of_none}/>
"""


def _returns(report: Report) -> Iterator[str]:
    for class_id, returns in returns_of_classes(report):
        of_class = f'classId="{class_id}" ' if class_id else ""
        months = " ".join(f'rtn{number}="{value:.8f}"' for number, value in enumerate(returns, 1))
        yield f"<monthlyTotReturn {of_class}{months}/>"


def _other_months() -> str:
    gains = f'netRealizedGain="{_ZERO}" netUnrealizedAppr="{_ZERO}"'
    return "\n".join(f"<othMon{number} {gains}/>" for number in (1, 2, 3))


def _flows(report: Report) -> Iterator[str]:
    for number, flow in enumerate(report.flows, 1):
        redeemed = -flow.redeemed if report.registrant.negative_redemptions else flow.redeemed
        yield (
            f'<mon{number}Flow redemption="{_number(redeemed)}" reinvestment="{_number(flow.reinvested)}" '
            f'sales="{_number(flow.sales)}"/>'
        )


def _line(line: Line, net_assets: float) -> str:
    weight = f"{100 * line.value_usd / net_assets:.12f}"
    return f"""      <invstOrSec>
        <name>{escape(line.name)}</name>
        <lei>{line.lei}</lei>
        <title>{escape(line.title)}</title>
        <cusip>{line.cusip}</cusip>
        <identifiers>
          {_identifiers(line)}
        </identifiers>
        <balance>{_number(line.balance)}</balance>
        <units>{line.units}</units>
        {_currency(line)}
        <valUSD>{_number(line.value_usd)}</valUSD>
        <pctVal>{weight}</pctVal>
        <payoffProfile>{line.payoff}</payoffProfile>
        {_category("asset", "assetCat", line.asset_cat)}
        {_category("issuer", "issuerCat", line.issuer_cat)}
        <invCountry>{line.country}</invCountry>
        <isRestrictedSec>{"Y" if line.is_restricted else "N"}</isRestrictedSec>

        <fairValLevel>{line.level}</fairValLevel>
        {_debt(line.debt) if line.debt else ""}{_future(line.future) if line.future else ""}{_LENDING}
      </invstOrSec>"""


def _identifiers(line: Line) -> str:
    found = [f'<isin value="{line.isin}"/>'] if line.isin else []
    if line.ticker:
        found.append(f"<ticker value={quoteattr(line.ticker)}/>")
    if line.other:
        kind, value = line.other
        found.append(f"<other otherDesc={quoteattr(kind)} value={quoteattr(value)}/>")
    return "".join(found)


def _currency(line: Line) -> str:
    if line.exchange_rate is None:
        return f"<curCd>{line.currency}</curCd>"
    return f'<currencyConditional curCd="{line.currency}" exchangeRt="{line.exchange_rate:.8f}"/>'


def _category(kind: str, element: str, code: str) -> str:
    other, _, words = code.partition(": ")
    if not words:
        return f"<{element}>{code}</{element}>"
    return f'<{kind}Conditional desc={quoteattr(words)} {element}="{other}"/>'


def _debt(debt: Debt) -> str:
    return f"""<debtSec>
          <maturityDt>{debt.maturity}</maturityDt>
          <couponKind>{debt.kind}</couponKind>
          <annualizedRt>{debt.coupon_pct:.8f}</annualizedRt>
          <isDefault>N</isDefault>
          <areIntrstPmntsInArrs>N</areIntrstPmntsInArrs>
          <isPaidKind>N</isPaidKind>
        </debtSec>
        """


def _future(future: Future) -> str:
    house = "SAMPLE CLEARING HOUSE"
    return f"""<derivativeInfo>
          <futrDeriv derivCat="FUT">
            <counterparties>
              <counterpartyName>{house}</counterpartyName>
              <counterpartyLei>{lei(house)}</counterpartyLei>
            </counterparties>
            <payOffProf>{"Long" if future.is_long else "Short"}</payOffProf>
            <descRefInstrmnt>
              <indexBasketInfo>
                <indexName>{escape(future.index_name)}</indexName>
                <indexIdentifier>{future.index_code}</indexIdentifier>
              </indexBasketInfo>
            </descRefInstrmnt>
            <expDate>{future.expiry}</expDate>
            <notionalAmt>{_number(future.notional_usd)}</notionalAmt>
            <curCd>USD</curCd>
            <unrealizedAppr>{_number(future.gain_usd)}</unrealizedAppr>
          </futrDeriv>
        </derivativeInfo>
        """


def _notes(report: Report) -> str:
    notes = [MARK]
    if report.filing.content is Content.WHOLE and report.filing.form == "NPORT-P/A":
        notes.append("Amended: the money-market fund was missing.")
    elements = "\n".join(f"<explntrNote note={quoteattr(note)} noteItem={quoteattr('A.1.a')}/>" for note in notes)
    return f"<explntrNotes>\n{elements}\n</explntrNotes>"


def _signature(report: Report) -> str:
    return f"""<signature>
<ncom:dateSigned>{report.filing.filed}</ncom:dateSigned>
<ncom:nameOfApplicant>{escape(report.registrant.name)}</ncom:nameOfApplicant>
<ncom:signature>Sam Sample</ncom:signature>
<ncom:signerName>Sam Sample</ncom:signerName>
<ncom:title>Treasurer</ncom:title>
</signature>"""


def _number(value: float) -> str:
    """Cents and six zeros, as filers write amounts."""
    return f"{value:.2f}000000"
