"""A filing becomes a snapshot: every figure of the form, what is absent null, what is odd told."""

from typing import Any

import pytest

from etf_common.errors import FilingError, FilingWithoutLinesError, LayoutError, OtherSeriesError
from etf_common.filing import FilingSnapshot
from filings.parse.categories import asset_class
from filings.parse.figures import figure, is_cusip, is_isin
from filings.parse.head import read_head
from filings.parse.snapshot import filing_snapshot
from tests.unit.filing_cases import bond, equity, filing_xml, identifiers, line_xml, source, tag


def snapshot(lines: list[str] | None = None, **values: Any) -> FilingSnapshot:
    xml = filing_xml([equity("Acme Corp", 100)] if lines is None else lines, **values)
    return filing_snapshot([xml], source())


def only(line: str) -> dict[str, Any]:
    (read,) = snapshot([line]).lines
    return dict(read)


def issues(found: FilingSnapshot) -> dict[str, tuple[int, tuple[int, ...]]]:
    return {str(issue.code): (issue.count, issue.rows) for issue in found.quality.issues}


def test_a_filing_says_whose_it_is_and_of_when() -> None:
    found = snapshot()

    assert (found.symbol, found.report_date, found.filed, found.form) == ("VTI", "2026-06-30", "2026-08-27", "NPORT-P")
    assert (found.fund.name, found.fund.cik) == ("Made-up Total Market Index Fund", "0000999999")
    assert (found.fund.series_id, found.fund.class_ids) == ("S000099999", ("C000099999",))
    assert found.fund.class_id == "C000099999"
    assert found.fund.series_lei is None
    assert found.fund.fiscal_year_end == "2026-12-31"
    assert (found.complete, found.final, found.quality.issues) == (True, False, ())
    assert found.provenance.raw_key == "raw-filings/VTI/0001752724-26-000001.xml"


def test_the_stored_form_reads_as_the_same_snapshot_and_is_the_same_each_time() -> None:
    found = snapshot([equity("Acme Corp", 60), bond("Acme Corp", 40, "4.25", "2035-01-15")])

    assert FilingSnapshot.model_validate_json(found.to_bytes()) == found
    again = snapshot([equity("Acme Corp", 60), bond("Acme Corp", 40, "4.25", "2035-01-15")])
    assert again.to_bytes() == found.to_bytes()


def test_the_document_can_be_cut_anywhere() -> None:
    xml = filing_xml([equity("Acm\u00e9 & Co", 100)])
    whole = filing_snapshot([xml], source())

    assert whole.lines[0]["name"] == "Acm\u00e9 & Co"
    assert filing_snapshot((xml[n : n + 1] for n in range(len(xml))), source()) == whole


@pytest.mark.parametrize("lead", [b"\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \r\n", b" " * 200_000])
def test_blanks_and_a_byte_order_mark_may_stand_in_front(lead: bytes) -> None:
    xml = filing_xml([equity("Acme Corp", 100)])

    assert filing_snapshot([lead + xml], source()).lines == filing_snapshot([xml], source()).lines


def test_prefixed_elements_are_the_same_elements() -> None:
    plain_xml = filing_xml([equity("Acme Corp", 100)])
    prefixed = plain_xml.replace(b"</", b"<&").replace(b"<", b"<n:").replace(b"<n:&", b"</n:").replace(b"<n:?", b"<?")
    prefixed = prefixed.replace(b"xmlns=", b"xmlns:n=")

    assert filing_snapshot([prefixed], source()).lines == filing_snapshot([plain_xml], source()).lines


def test_a_line_has_every_figure_of_the_form() -> None:
    found = only(
        bond(
            "Acme Finance",
            100,
            "4.25000000",
            "2035-01-15",
            title="ACME FIN 4.25 01/15/35",
            lei="54930070NSV60J38I987",
            cusip="037833100",
            identifiers=identifiers(other="X1", isin="US0378331005", ticker="ACME"),
            curCd=None,
            currencyConditional="<!-- -->",
            invCountry="DE",
            isRestrictedSec="Y",
            fairValLevel="2",
        ).replace(
            "<currencyConditional><!-- --></currencyConditional>",
            tag("currencyConditional", curCd="EUR", exchangeRt="0.862"),
        )
    )

    assert found == {
        "name": "Acme Finance",
        "title": "ACME FIN 4.25 01/15/35",
        "isin": "US0378331005",
        "cusip": "037833100",
        "lei": "54930070NSV60J38I987",
        "ticker": "ACME",
        "country": "DE",
        "currency": "EUR",
        "exchange_rate": 0.862,
        "asset_class": "bond",
        "filed_category": "DBT",
        "filed_category_detail": None,
        "issuer_category": "CORP",
        "balance": 1000,
        "unit": "PA",
        "value_usd": 1000,
        "weight_pct": 100,
        "side": "long",
        "fair_value_level": 2,
        "restricted": True,
        "coupon_pct": 4.25,
        "coupon_kind": "Fixed",
        "maturity": "2035-01-15",
        "in_default": False,
        "derivative_kind": None,
        "counterparty": None,
        "notional": None,
        "notional_currency": None,
        "expiry": None,
    }


def test_what_the_filer_does_not_say_is_null() -> None:
    absent = line_xml(
        name="N/A",
        title="Something",
        cusip="N/A",
        lei="0" * 20,
        identifiers=identifiers(isin="000000000000", ticker="N/A"),
        balance="N/A",
        units=None,
        curCd="N/A",
        payoffProfile="N/A",
        assetCat=None,
        issuerCat=None,
        invCountry="N/A",
        isRestrictedSec=None,
        fairValLevel="N/A",
    )
    found = snapshot([absent])
    (line,) = found.lines

    assert {name for name, value in line.items() if value is not None} == {
        "title",
        "asset_class",
        "value_usd",
        "weight_pct",
    }
    assert line["asset_class"] == "other"
    assert "unknown_code" not in issues(found)


def test_masked_numbers_are_absent_and_no_fault() -> None:
    found = snapshot([equity("Acme Corp", 100, balance="XXXX")])

    assert found.lines[0]["balance"] is None
    assert issues(found) == {}


def test_the_first_identifier_that_says_something_counts_in_any_order() -> None:
    found = only(
        line_xml(identifiers=identifiers(other="1") + tag("isin", value="N/A") + identifiers(isin="US0378331005"))
    )

    assert found["isin"] == "US0378331005"


def test_codes_that_are_not_the_forms_stand_as_filed_and_are_told() -> None:
    found = snapshot([equity("A", 50, assetCat="NEW", units="XY", invCountry="U1"), equity("B", 50, curCd="Euro")])

    assert (found.lines[0]["filed_category"], found.lines[0]["asset_class"]) == ("NEW", "other")
    assert (found.lines[0]["unit"], found.lines[0]["country"], found.lines[1]["currency"]) == ("XY", "U1", "Euro")
    assert issues(found) == {"unknown_code": (2, (1, 2))}


def test_other_categories_keep_the_filers_words() -> None:
    other = tag("assetConditional", assetCat="OTHER", desc="Right") + tag(
        "issuerConditional", issuerCat="OTHER", desc="REIT"
    )
    found = only(line_xml(other, assetCat=None, issuerCat=None))

    assert (found["filed_category"], found["filed_category_detail"], found["issuer_category"]) == (
        "OTHER",
        "Right",
        "OTHER",
    )


def test_numbers_that_cannot_be_are_null_and_told() -> None:
    found = snapshot(
        [
            line_xml(balance="ten", pctVal="1e5", valUSD=None),
            line_xml(balance="9" * 19),
            line_xml(name=None, title="N/A", pctVal=None),
        ]
    )

    assert [line["balance"] for line in found.lines] == [None, None, 10]
    assert issues(found) == {
        "weight_sum": (1, ()),
        "unreadable_number": (1, (1,)),
        "number_out_of_range": (1, (2,)),
        "value_missing": (1, (1,)),
        "weight_missing": (2, (1, 3)),
        "name_missing": (1, (3,)),
    }


def test_dates_that_do_not_exist_are_null_and_told() -> None:
    found = snapshot([bond("Acme", 50, "1", "2035-02-30"), bond("Acme", 50, "1", "20350101")])

    assert [line["maturity"] for line in found.lines] == [None, None]
    assert issues(found) == {"unreadable_date": (2, (1, 2))}


def test_identifiers_with_a_wrong_check_digit_stand_as_filed_and_are_told() -> None:
    found = snapshot(
        [
            equity("A", 40, cusip="037833101", identifiers=identifiers(isin="US0378331006")),
            equity("B", 40, cusip="037833100", identifiers=identifiers(isin="US0378331005")),
            equity("C", 20, cusip="short"),
        ]
    )

    assert [(line["cusip"], line["isin"]) for line in found.lines] == [
        ("037833101", "US0378331006"),
        ("037833100", "US0378331005"),
        ("short", None),
    ]
    assert issues(found) == {"check_digit_wrong": (2, (1, 3))}


def test_check_digits() -> None:
    assert all(map(is_isin, ("US0378331005", "IE00B4BNMY34", "AU0000XVGZA3", "GB0002634946")))
    assert not any(map(is_isin, ("US0378331004", "us0378331005", "US037833100", "")))
    assert all(map(is_cusip, ("037833100", "17275R102", "38259P508", "837649128", "N3168P101")))
    assert not any(map(is_cusip, ("037833101", "03783310", "03783310X", "")))


def test_numbers_keep_the_filings_digits() -> None:
    (line,) = snapshot([equity("A", 1, pctVal="7.590123456789", valUSD="-.887690000000", balance="390.00000000")]).lines

    assert (line["weight_pct"], line["value_usd"], line["balance"]) == (7.590123456789, -0.88769, 390)
    assert isinstance(line["balance"], int)
    assert str(figure("-0.000").value) == "0"


@pytest.mark.parametrize(
    ("category", "issuer", "expected"),
    [
        ("EC", "CORP", "equity"),
        ("EP", "CORP", "equity"),
        ("RE", None, "equity"),
        ("EC", "RF", "etf"),
        ("EP", "RF", "etf"),
        ("RE", "RF", "equity"),
        ("COMM", "OTHER", "other"),
        ("DBT", "UST", "bond"),
        ("ABS-MBS", "USGSE", "bond"),
        ("ABS-NEW", None, "bond"),
        ("LON", "CORP", "bond"),
        ("SN", "CORP", "bond"),
        ("STIV", "RF", "cash"),
        ("RA", "CORP", "cash"),
        ("DE", None, "derivative"),
        ("DIR", "OTHER", "derivative"),
        ("OTHER", "CORP", "other"),
        ("DNEW", "CORP", "derivative"),
        ("NEW", "CORP", "other"),
        (None, None, "other"),
    ],
)
def test_the_class_is_the_filings_own_code(category: str | None, issuer: str | None, expected: str) -> None:
    assert asset_class(category, issuer) == expected


def counterparties(name: str) -> str:
    return tag("counterparties", tag("counterpartyName", name) + tag("counterpartyLei", "N/A"))


def test_derivatives_are_read_from_their_own_elements_and_not_from_nested_ones() -> None:
    nested = tag(
        "nestedDerivInfo",
        tag("swapDeriv", tag("notionalAmt", "5") + tag("terminationDt", "2053-10-31"), derivCat="SWP"),
    )
    nested += tag("derivAddlInfo", tag("name", "Nested") + tag("identifiers", identifiers(isin="US0378331005")))
    option = tag(
        "optionSwaptionWarrantDeriv",
        counterparties("Broker & Sons")
        + tag("descRefInstrmnt", nested)
        + tag("shareNo", "100")
        + tag("expDt", "2026-10-27")
        + tag("delta", "XXXX"),
        derivCat="SWO",
    ).replace("& Sons", "&amp; Sons")
    future = tag(
        "futrDeriv",
        counterparties("Exchange")
        + tag("expDate", "2026-09-18")
        + tag("notionalAmt", "9882417.69")
        + tag("curCd", "USD"),
        derivCat="FUT",
    )
    forward = tag("fwdDeriv", tag("amtCurSold", "1") + tag("settlementDt", "2026-07-27"), derivCat="FWD")
    other = tag(
        "othDeriv",
        tag("terminationDt", "2027-01-01") + tag("notionalAmts", tag("notionalAmt", amt="7", curCd="JPY")),
        derivCat="OTH",
    )
    lines = snapshot([line_xml(tag("derivativeInfo", each)) for each in (option, future, forward, other)]).lines

    named = ("derivative_kind", "counterparty", "notional", "notional_currency", "expiry")
    assert [tuple(dict(line)[name] for name in named) for line in lines] == [
        ("SWO", "Broker & Sons", None, None, "2026-10-27"),
        ("FUT", "Exchange", 9882417.69, "USD", "2026-09-18"),
        ("FWD", None, None, None, "2026-07-27"),
        ("OTH", None, 7, "JPY", "2027-01-01"),
    ]
    assert {(line["name"], line["isin"]) for line in lines} == {("Acme Corp", None)}


def test_a_repurchase_agreement_has_its_counterparty_and_maturity() -> None:
    named = tag("counterpartyInfos", tag("counterpartyInfo", name="Bank", lei="N/A"))
    open_ = tag("repurchaseAgrmt", tag("notClearedCentCparty", named, isCleared="N") + tag("maturityDt", "2026-07-01"))
    cleared = tag("repurchaseAgrmt", tag("clearedCentCparty", isCleared="Y", centralCounterparty="House"))
    first, second = snapshot([line_xml(open_, assetCat="RA"), line_xml(cleared, assetCat="RA")]).lines

    assert (first["counterparty"], first["maturity"], first["asset_class"]) == ("Bank", "2026-07-01", "cash")
    assert (second["counterparty"], second["maturity"]) == ("House", None)


def test_returns_are_by_class_and_month() -> None:
    stated = tag("monthlyTotReturn", classId="C000099999", rtn1="1.5", rtn2="N/A", rtn3="-2.25")
    stated += tag("monthlyTotReturn", classId="C000000000", rtn1="1", rtn2="2", rtn3="3")
    found = snapshot(more_fund=tag("returnInfo", tag("monthlyTotReturns", stated)), repPdDate="2026-01-30")

    assert [(each.class_id, each.month, each.return_pct) for each in found.fund.returns] == [
        ("C000099999", "2025-11", 1.5),
        ("C000099999", "2025-12", None),
        ("C000099999", "2026-01", -2.25),
        (None, "2025-11", 1),
        (None, "2025-12", 2),
        (None, "2026-01", 3),
    ]


def test_redemptions_take_money_out_whichever_way_the_filer_writes_them() -> None:
    flows = "".join(
        tag(f"mon{number}Flow", sales="100.50", reinvestment="-0.50", redemption=redemption)
        for number, redemption in enumerate(("40", "-40", "N/A"), 1)
    )
    found = snapshot(more_fund=flows)

    assert [(each.month, each.redeemed_usd, each.net_usd) for each in found.fund.flows] == [
        ("2026-04", 40, 60),
        ("2026-05", 40, 60),
        ("2026-06", None, None),
    ]


def test_a_bond_funds_risks_are_by_currency_and_period() -> None:
    periods = {f"period{each}": str(number) for number, each in enumerate(("3Mon", "1Yr", "5Yr", "10Yr", "30Yr"))}
    metric = tag("curCd", "EUR") + tag("intrstRtRiskdv01", **periods) + tag("intrstRtRiskdv100", **periods)
    more = tag("curMetrics", tag("curMetric", metric)) + tag("creditSprdRiskInvstGrade", **periods)
    fund = snapshot(more_fund=more).fund

    assert fund.interest_rate_risk is not None
    assert fund.credit_spread_risk is not None
    assert [(each.currency, each.period, each.dv01_usd, each.dv100_usd) for each in fund.interest_rate_risk][3] == (
        ("EUR", "10Yr", 3, 3)
    )
    assert [(each.grade, each.period, each.cs01_usd) for each in fund.credit_spread_risk][1] == ("investment", "1Yr", 1)
    assert snapshot().fund.interest_rate_risk is None


def test_undisclosed_securities_make_the_list_incomplete() -> None:
    found = snapshot(fund={"assetsAttrMiscSec": "10.5"})

    assert not found.complete
    assert issues(found) == {"miscellaneous_securities": (1, ())}
    assert snapshot(fund={"assetsAttrMiscSec": None}).complete


def test_a_final_filing_may_list_nothing() -> None:
    final = filing_snapshot([filing_xml(None, isFinalFiling="Y")], source())

    assert (final.final, final.complete, final.totals.lines, final.totals.weight_pct) == (True, False, 0, None)
    assert issues(final) == {"no_lines": (1, ())}


@pytest.mark.parametrize("lines", [None, ()])
def test_a_fund_with_net_assets_that_lists_nothing_is_an_error(lines: tuple[str, ...] | None) -> None:
    with pytest.raises(FilingWithoutLinesError, match="lists nothing and is not its last one") as raised:
        filing_snapshot([filing_xml(lines)], source())
    assert raised.value.code == "filing_without_lines"
    assert isinstance(raised.value, LayoutError)

    assert filing_snapshot([filing_xml(lines, fund={"netAssets": "0.00"})], source()).totals.lines == 0


def test_lines_outside_their_place_are_no_lines() -> None:
    xml = filing_xml([equity("Acme Corp", 100)])
    stray = xml.replace(
        b"</fundInfo>", b"<invstOrSecs>" + line_xml(name="Stray").encode() + b"</invstOrSecs></fundInfo>"
    )

    assert [line["name"] for line in filing_snapshot([stray], source()).lines] == ["Acme Corp"]


def test_new_elements_of_the_form_are_passed_over() -> None:
    xml = filing_xml([equity("Acme Corp", 100, newThing="<a><b>1</b></a>")], newInfo="x")
    more = xml.replace(b"</formData>", b"<newPart><genInfo/></newPart></formData>")

    assert filing_snapshot([more], source()).lines == snapshot([equity("Acme Corp", 100)]).lines


def test_totals_are_exact_sums() -> None:
    found = snapshot([equity("A", 0.1), equity("B", 0.2), equity("C", 99.7)])

    assert (found.totals.lines, found.totals.weight_pct, found.totals.value_usd) == (3, 100, 1000)


def test_a_weight_that_its_value_contradicts_is_told() -> None:
    found = snapshot([equity("A", 50), equity("B", 50, valUSD="250.00")])

    assert issues(found) == {"value_against_weight": (1, (2,))}


def test_many_odd_lines_are_counted_and_the_first_ten_named() -> None:
    found = snapshot([equity("A", 100 / 12, units="ZZ") for _ in range(12)])

    assert issues(found) == {"unknown_code": (12, tuple(range(1, 11)))}


def test_a_sibling_funds_filing_is_refused() -> None:
    xml = filing_xml([equity("Acme Corp", 100)])

    assert filing_snapshot([xml], source(series_id="S000099999")).fund.series == "verified"
    with pytest.raises(OtherSeriesError, match="S000099999 and not of S000000001"):
        filing_snapshot([xml], source(series_id="S000000001"))


def test_a_single_fund_registrant_has_no_series() -> None:
    xml = filing_xml([equity("Acme Corp", 100)], seriesId=None, seriesName="N/A", class_ids=())
    found = filing_snapshot([xml], source(series="single_fund"))

    assert (found.fund.series, found.fund.series_id, found.fund.class_id) == ("single_fund", None, None)
    assert found.fund.name == "Made-up Index Funds"


@pytest.mark.parametrize(
    ("general", "why"),
    [
        ({"repPdDate": None}, "repPdDate, is None: not a date"),
        ({"repPdDate": "2026-06-31"}, "repPdDate, is '2026-06-31': not a date"),
        ({"repPdDate": "2026-09-02"}, "2026-09-02, lies after the fetch"),
        ({"form": "N-CEN"}, "is form 'N-CEN'; read are NPORT-P and NPORT-P/A"),
    ],
)
def test_a_filing_without_its_date_or_of_another_form_is_refused(general: dict[str, Any], why: str) -> None:
    with pytest.raises(FilingError, match=why):
        snapshot(**general)


def test_the_head_is_read_from_the_first_bytes_alone() -> None:
    xml = filing_xml([equity("Acme Corp", 100)], form="NPORT-P/A")
    taken: list[int] = []

    def pieces() -> Any:
        for start in range(0, len(xml), 100):
            taken.append(start)
            yield xml[start : start + 100]

    head = read_head(pieces())

    assert (head.form, head.series_id, head.report_date) == ("NPORT-P/A", "S000099999", "2026-06-30")
    assert (head.cik, head.name, head.final) == ("0000999999", "Made-up Total Market Index Fund", False)
    assert taken[-1] < xml.index(b"</fundInfo>")


def test_a_document_without_head_is_told() -> None:
    xml = filing_xml([equity("Acme Corp", 100)]).replace(b"genInfo", b"infoGen")

    with pytest.raises(FilingError, match="no genInfo, so nobody can tell whose filing it is"):
        read_head([xml])
    with pytest.raises(FilingError, match="the filing has no genInfo"):
        filing_snapshot([xml], source())
