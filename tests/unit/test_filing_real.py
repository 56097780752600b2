"""Real filings, read by the pipeline and, independently, by XPath: every field of every line must be the same."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from lxml import etree

from etf_common.filing import FilingSnapshot
from filings.parse.head import read_head
from filings.parse.snapshot import filing_snapshot
from tests.unit.filing_cases import source

NAMESPACES = {"n": "http://www.sec.gov/edgar/nport"}
DOUBLE_DIGITS = 15
Read = Callable[["etree._Element"], Any]


class Filing(NamedTuple):
    """A real filing, and what is known of it from its own text."""

    file: str
    symbol: str
    lines: int
    complete: bool
    final: bool
    categories: set[str]


FILINGS = (
    Filing("QQQ_2025-12-31.xml", "QQQ", 101, True, False, {"EC"}),
    Filing("QQQ_2026-03-31.xml", "QQQ", 102, True, False, {"EC", "DE"}),
    Filing("VTV_2025-12-31.xml", "VTV", 323, True, False, {"EC", "DE", "STIV"}),
    Filing("SCHY_2026-02-28.xml", "SCHY", 105, True, False, {"EC", "DE", "STIV"}),
    Filing("GoldmanBond_2023-03-31.xml", "GSB", 1685, True, False, {"DBT", "ABS-MBS", "DIR", "DFE", "STIV"}),
    Filing("DupreeKYShort_2022-12-31.xml", "DKS", 55, True, False, {"DBT"}),
    Filing("SPY_2026-03-31_trimmed.xml", "SPY", 8, True, False, {"EC"}),
    Filing("ASTBond2022_2022-12-30_final_noholdings.xml", "AST", 0, False, True, set()),
)


def text(path: str) -> Read:
    """The text at `path`, seen from a line; None for nothing, `N/A`, zeros of an identifier or a mask."""

    def read(line: "etree._Element") -> str | None:
        found = line.xpath(f"string({path})", namespaces=NAMESPACES).strip()
        return " ".join(found.split()) if found not in {"", "N/A", "XXXX"} and found.strip("0") else None

    return read


def number(path: str) -> Read:
    def read(line: "etree._Element") -> float | None:
        found = line.xpath(f"string({path})", namespaces=NAMESPACES).strip()
        return None if found in {"", "N/A", "XXXX"} else float(found)

    return read


def of(path: str, meanings: dict[str, Any]) -> Read:
    return lambda line: meanings.get(line.xpath(f"string({path})", namespaces=NAMESPACES))


DERIVATIVE = "n:derivativeInfo/*"
YES_NO = {"Y": True, "N": False}
FIELDS: dict[str, Read] = {
    "name": text("n:name"),
    "title": text("n:title"),
    "isin": text("n:identifiers/n:isin/@value"),
    "cusip": text("n:cusip"),
    "lei": text("n:lei"),
    "ticker": text("n:identifiers/n:ticker/@value"),
    "country": text("n:invCountry"),
    "currency": text("n:curCd | n:currencyConditional/@curCd"),
    "exchange_rate": number("n:currencyConditional/@exchangeRt"),
    "filed_category": text("n:assetCat | n:assetConditional/@assetCat"),
    "filed_category_detail": text("n:assetConditional/@desc"),
    "issuer_category": text("n:issuerCat | n:issuerConditional/@issuerCat"),
    "balance": number("n:balance"),
    "unit": text("n:units"),
    "value_usd": number("n:valUSD"),
    "weight_pct": number("n:pctVal"),
    "side": of("n:payoffProfile", {"Long": "long", "Short": "short"}),
    "fair_value_level": of("n:fairValLevel", {"1": 1, "2": 2, "3": 3}),
    "restricted": of("n:isRestrictedSec", YES_NO),
    "coupon_pct": number("n:debtSec/n:annualizedRt"),
    "coupon_kind": text("n:debtSec/n:couponKind"),
    "maturity": text("n:debtSec/n:maturityDt | n:repurchaseAgrmt/n:maturityDt"),
    "in_default": of("n:debtSec/n:isDefault", YES_NO),
    "derivative_kind": text(f"{DERIVATIVE}/@derivCat"),
    "counterparty": text(f"{DERIVATIVE}/n:counterparties/n:counterpartyName"),
    "notional": number(f"{DERIVATIVE}/n:notionalAmt"),
    "notional_currency": text(f"{DERIVATIVE}[n:notionalAmt]/n:curCd"),
    "expiry": text(
        f"{DERIVATIVE}/*[self::n:expDate or self::n:settlementDt or self::n:terminationDt or self::n:expDt]"
    ),
}
CLASSES = {"EC": "equity", "EP": "equity", "RE": "equity", "DBT": "bond", "LON": "bond", "SN": "bond", "STIV": "cash"}


def tree(path: Path) -> "etree._Element":
    return etree.fromstring(path.read_bytes().lstrip(), etree.XMLParser(resolve_entities=False, no_network=True))


def lines_of(root: "etree._Element") -> list[Any]:
    found: list[Any] = root.xpath("/n:edgarSubmission/n:formData/n:invstOrSecs/n:invstOrSec", namespaces=NAMESPACES)
    return found


@pytest.fixture(scope="module")
def nport(real_folder: Path) -> Path:
    return real_folder / "nport"


@pytest.fixture(params=FILINGS, ids=lambda filing: filing.file.split(".")[0])
def filing(request: pytest.FixtureRequest) -> Filing:
    found: Filing = request.param
    return found


@pytest.fixture
def snapshot(nport: Path, filing: Filing) -> FilingSnapshot:
    return filing_snapshot([(nport / filing.file).read_bytes()], source(symbol=filing.symbol, source="sec"))


def test_every_field_of_every_line_is_what_xpath_reads(nport: Path, filing: Filing, snapshot: FilingSnapshot) -> None:
    elements = lines_of(tree(nport / filing.file))

    assert len(elements) == len(snapshot.lines) == snapshot.totals.lines == filing.lines
    for row, (element, line) in enumerate(zip(elements, snapshot.lines, strict=True), 1):
        read = {name: field(element) for name, field in FIELDS.items()}
        assert {**read, "asset_class": line["asset_class"]} == dict(line), row
        category = str(line["filed_category"])
        by_code = (
            "bond" if category.startswith("ABS") else "derivative" if category in {"DIR", "DFE", "DE", "DCR"} else None
        )
        expected = CLASSES.get(category, "other") if by_code is None else by_code
        assert line["asset_class"] == ("etf" if expected == "equity" and line["issuer_category"] == "RF" else expected)


def test_what_the_filing_is_is_known(filing: Filing, snapshot: FilingSnapshot) -> None:
    assert (snapshot.complete, snapshot.final) == (filing.complete, filing.final)
    assert snapshot.report_date == filing.file.split("_")[1].removesuffix(".xml")
    assert filing.categories <= {line["filed_category"] for line in snapshot.lines}
    assert FilingSnapshot.model_validate_json(snapshot.to_bytes()) == snapshot
    # No number, date, code or check digit of a real filing is odd.
    expected = {"AST": {"no_lines"}, "SPY": {"weight_sum"}}.get(filing.symbol, set())
    assert {str(issue.code) for issue in snapshot.quality.issues} == expected


def test_the_fund_is_what_xpath_reads(nport: Path, filing: Filing, snapshot: FilingSnapshot) -> None:
    (root,) = tree(nport / filing.file).xpath("/n:edgarSubmission", namespaces=NAMESPACES)
    general, info, fund = "n:formData/n:genInfo", "n:formData/n:fundInfo", snapshot.fund

    assert fund.series_id == text(f"{general}/n:seriesId")(root)
    assert fund.registrant == text(f"{general}/n:regName")(root)
    assert fund.cik == text(f"{general}/n:regCik")(root)
    assert fund.name == (text(f"{general}/n:seriesName")(root) or fund.registrant)
    assert fund.class_ids == tuple(root.xpath("n:headerData//n:classId/text()", namespaces=NAMESPACES))
    for name, path in (
        ("total_assets_usd", "totAssets"),
        ("liabilities_usd", "totLiabs"),
        ("net_assets_usd", "netAssets"),
        ("miscellaneous_securities_usd", "assetsAttrMiscSec"),
        ("cash_not_reported_usd", "cshNotRptdInCorD"),
    ):
        assert getattr(fund, name) == number(f"{info}/n:{path}")(root), name
    returns = root.xpath(f"{info}/n:returnInfo/n:monthlyTotReturns/n:monthlyTotReturn", namespaces=NAMESPACES)
    stated = [number(f"@rtn{month}")(each) for each in returns for month in (1, 2, 3)]
    assert [each.return_pct for each in fund.returns] == stated
    assert len(stated) >= 3
    month = date.fromisoformat(snapshot.report_date).isoformat()[:7]
    assert {each.month for each in fund.returns[2::3]} == {fund.flows[2].month} == {month}
    for number_, flow in enumerate(fund.flows, 1):
        (each,) = root.xpath(f"{info}/n:mon{number_}Flow", namespaces=NAMESPACES)
        sales, reinvested, redeemed = (Decimal(each.get(name)) for name in ("sales", "reinvestment", "redemption"))
        assert flow.net_usd == float(sales + reinvested - abs(redeemed))
        assert flow.redeemed_usd == float(abs(redeemed))
    one = root.xpath(f"{info}/n:curMetrics/n:curMetric/n:intrstRtRiskdv01", namespaces=NAMESPACES)
    risks = [number(f"@period{period}")(each) for each in one for period in ("3Mon", "1Yr", "5Yr", "10Yr", "30Yr")]
    assert [each.dv01_usd for each in fund.interest_rate_risk or ()] == risks


def test_totals_are_the_lines_and_weights_are_values_over_net_assets(filing: Filing, snapshot: FilingSnapshot) -> None:
    weights = [line["weight_pct"] for line in snapshot.lines if line["weight_pct"] is not None]

    assert snapshot.totals.weight_pct == (pytest.approx(sum(weights)) if weights else None)
    for line in snapshot.lines:
        if line["value_usd"] is not None and line["weight_pct"] is not None and snapshot.fund.net_assets_usd:
            implied = 100 * line["value_usd"] / snapshot.fund.net_assets_usd
            assert line["weight_pct"] == pytest.approx(implied, abs=0.001), filing.file


def test_the_filings_digits_are_kept(nport: Path, filing: Filing, snapshot: FilingSnapshot) -> None:
    kept = 0
    for element, line in zip(lines_of(tree(nport / filing.file)), snapshot.lines, strict=True):
        for name, path in (("weight_pct", "pctVal"), ("value_usd", "valUSD"), ("balance", "balance")):
            filed = element.xpath(f"string(n:{path})", namespaces=NAMESPACES)
            exact = Decimal(filed).normalize()
            if len(exact.as_tuple().digits) <= DOUBLE_DIGITS:
                assert Decimal(repr(dict(line)[name])) == exact
                kept += 1
    assert kept >= 2 * filing.lines


def test_the_head_is_the_snapshots(nport: Path, filing: Filing, snapshot: FilingSnapshot) -> None:
    data = (nport / filing.file).read_bytes()
    head = read_head([data[:65_536]])

    assert (head.series_id, head.report_date, head.final) == (
        snapshot.fund.series_id,
        snapshot.report_date,
        snapshot.final,
    )
    assert (head.cik, head.name, head.form) == (snapshot.fund.cik, snapshot.fund.name, snapshot.form)


def test_the_bond_fund_has_derivatives_and_negative_lines(nport: Path) -> None:
    found = filing_snapshot([(nport / "GoldmanBond_2023-03-31.xml").read_bytes()], source(source="sec"))
    derivatives = [line for line in found.lines if line["asset_class"] == "derivative"]

    assert sum((line["value_usd"] or 0) < 0 for line in found.lines) == 419
    assert {line["derivative_kind"] for line in derivatives} >= {"FUT", "FWD", "SWP", "OPT", "SWO"}
    assert all(line["expiry"] for line in derivatives if line["derivative_kind"] in {"FUT", "FWD", "OPT", "SWO"})
    assert sum(line["cusip"] is None for line in found.lines) >= 795
    assert {line["side"] for line in derivatives} == {None}
