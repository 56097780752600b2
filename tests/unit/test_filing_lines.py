"""A line of a filing: each field of the form, what is absent null, what is odd told."""

from typing import Any

import pytest

from filings.parse.categories import asset_class
from filings.parse.figures import figure, is_cusip, is_isin
from tests.unit.filing_cases import bond, equity, identifiers, issues, line_xml, snapshot, tag


def only(line: str) -> dict[str, Any]:
    (read,) = snapshot([line]).lines
    return dict(read)


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


def test_a_weight_that_its_value_contradicts_is_told() -> None:
    found = snapshot([equity("A", 50), equity("B", 50, valUSD="250.00")])

    assert issues(found) == {"value_against_weight": (1, (2,))}


def test_many_odd_lines_are_counted_and_the_first_ten_named() -> None:
    found = snapshot([equity("A", 100 / 12, units="ZZ") for _ in range(12)])

    assert issues(found) == {"unknown_code": (12, tuple(range(1, 11)))}
