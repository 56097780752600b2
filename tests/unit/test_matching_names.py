"""What two names of one ticker say: they agree, they contradict, or neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_analytics.matching.names import Names, compare_fund_names, compare_names, name_key
from etf_analytics.reference.renamed_companies import TABLE, current_symbol
from etf_analytics.reference.sectors import read_table, sectors


@pytest.mark.parametrize(
    ("symbol", "one", "other"),
    [
        # Another spelling
        ("SAN", "Banco Santander SA", "BANCO SANTANDER SA"),
        ("SAN", "Banco Santander SA", "Banco Santander"),
        ("ASML", "ASML Holding NV", "ASML HOLDING NV REGISTERED SHS"),
        ("NVS", "Novartis AG", "Novartis AG ADR"),
        ("MSFT", "Microsoft Corp", "MICROSOFT CORP"),
        ("PG", "Procter & Gamble Co", "PROCTER + GAMBLE CO/THE"),
        ("GOOGL", "Alphabet Inc Class A", "ALPHABET INC CL A"),
        ("III", "3i Group PLC", "3I GROUP PLC"),
        ("005930", "Samsung Electronics Co Ltd", "SAMSUNG ELECTRONICS LTD"),
        ("HYU", "Hyundai Motor Co", "HYUNDAI MOTOR CO LTD"),
        ("0700", "Tencent Holdings Ltd", "TENCENT HOLDINGS LIMITED"),
        # Receipts and their cut forms
        ("TSM", "Taiwan Semiconductor Manufacturing Co Lt...", "Taiwan Semiconductor Manufacturing Co Ltd ADR"),
        ("TSM", "TAIWAN SEMICONDUCTOR-SP ADR", "Taiwan Semiconductor Manufacturing Co Ltd Sponsored ADR"),
        ("HDB", "HDFC Bank Ltd", "HDFC BANK LTD-ADR"),
        # Cut at 28, 30, 35 and 40 characters, and with dots
        ("HII", "HUNTINGTON INGALLS INDUSTRIE", "Huntington Ingalls Industries Inc"),
        ("ICE", "INTERCONTINENTAL EXCHANGE IN", "Intercontinental Exchange Inc"),
        ("ZZZ", "Quetzal Harbour Dredging Inter", "Quetzal Harbour Dredging International Works Inc"),
        ("ZZZ", "Quetzal Harbour Dredging Internatio", "Quetzal Harbour Dredging International Works Inc"),
        ("ZZZ", "Quetzal Harbour Dredging International W", "Quetzal Harbour Dredging International Works Inc"),
        ("ZZZ", "Quetzal Harb...", "Quetzal Harbour Dredging International Works Inc"),
        ("ZZZ", "Quetzal Harb\u2026", "Quetzal Harbour Dredging International Works Inc"),
        # Letters that other alphabets lack
        ("ORSTED", "\u00d8rsted AS", "ORSTED A/S"),
        ("MAERSK B", "A.P. M\u00f8ller - M\u00e6rsk AS", "AP Moller Maersk AS"),
        ("SDF", "K\u00e4rnten Stra\u00dfenbau AG", "KARNTEN STRASSENBAU AG"),
        ("PKO", "Powszechna Kasa Oszcz\u0119dno\u015bci Pol...", "POWSZECHNA KASA OSZCZEDNOSCI POLSKI SA"),
        ("XXX", "\u0141\u00f3d\u017a \u00c5kers SA", "Lodz Akers SA"),
        # Renamed companies and other known names
        ("META", "META PLATFORMS INC CLASS A", "Facebook Inc. Class A"),
        ("NEM", "Newmont Corp", "Newmont Goldcorp Corp."),
        ("XYZ", "BLOCK INC", "Square Inc. Class A"),
        ("ELV", "ELEVANCE HEALTH INC", "Anthem Inc."),
        ("RTX", "RTX CORP", "Raytheon Technologies Corp"),
        ("RTX", "United Technologies Corp", "Raytheon Technologies Corp"),
        ("BALL", "BALL CORP", "Ball Corp."),
        ("LUMN", "Lumen Technologies Inc", "CenturyLink Inc."),
        ("LIN", "Linde PLC", "Praxair Inc"),
        ("MBG", "Mercedes-Benz Group AG", "Daimler AG"),
        ("SHEL", "Shell PLC", "Royal Dutch Shell PLC"),
        ("GE", "GE Aerospace", "GENERAL ELECTRIC"),
        # Both known to the sector table by this ticker
        ("BK", "BANK OF NEW YORK MELLON CORP", "The Bank of New York Mellon Corp"),
    ],
)
def test_names_of_one_company_agree(symbol: str, one: str, other: str) -> None:
    assert compare_names(symbol, one, other) is Names.AGREE
    assert compare_names(symbol, other, one) is Names.AGREE


@pytest.mark.parametrize(
    ("symbol", "one", "other"),
    [
        ("MRK", "Merck & Co Inc", "Merck KGaA"),
        ("MRK", "Merck & Co", "Merck KGaA"),
        ("EQT", "EQT Corp", "EQT AB"),
        ("PRU", "Prudential Financial Inc", "Prudential PLC"),
        ("DTE", "DTE Energy Co", "Deutsche Telekom AG"),
        ("III", "Information Services Group Inc", "3i Group PLC"),
        ("PFE", "Pfizer Inc", "Pfizer Ltd"),
    ],
)
def test_a_foreign_legal_form_contradicts_an_american_one(symbol: str, one: str, other: str) -> None:
    assert compare_names(symbol, one, other) is Names.CONTRADICT
    assert compare_names(symbol, other, one) is Names.CONTRADICT


@pytest.mark.parametrize(
    ("symbol", "one", "other"),
    [
        ("SAN", "Banco Santander SA", "Sanofi SA"),
        ("QQQQ", "Tidewater Holdings Inc", "Anvil Industries Inc"),
        ("ZZP", "Quetzal", "Quetzal Financial"),
        ("ZZZ", "Quetzal Inc", "Quetzal Harbour Works Inc"),
        ("X", "", "Tidewater Inc"),
        ("X", "--", "Tidewater Inc"),
        # A name as long as a cut one that is the beginning of nothing
        ("ZZZ", "Quetzal Harbour Dredging Inter", "Quetzal Harbour Mining Company of the North"),
        # What the cut took may have been the foreign form
        ("ZZZ", "Quetzal Harbour Dredgings Co", "Anvil Schmiede AG"),
    ],
)
def test_other_names_are_no_evidence(symbol: str, one: str, other: str) -> None:
    assert compare_names(symbol, one, other) is Names.NEITHER
    assert compare_names(symbol, other, one) is Names.NEITHER


def test_a_fund_is_of_one_house() -> None:
    total = "Vanguard Total Bond Market ETF"
    assert compare_fund_names("BND", total, "VANGUARD TOTAL BD MKT INDEX") is Names.AGREE
    assert compare_fund_names("BND", total, "iShares Core Total Bond ETF") is Names.CONTRADICT
    assert compare_fund_names("SPY", "SPDR S&P 500 ETF Trust", "State Street SPDR S&P 500") is Names.AGREE
    assert compare_fund_names("BND", total, "Bendigo Bond Active") is Names.NEITHER


@given(*[st.text("abcdefg &.+/()-INCorpLtdAG", max_size=45)] * 2)
def test_the_order_of_the_names_does_not_matter(one: str, other: str) -> None:
    assert compare_names("X", one, other) is compare_names("X", other, one)


@pytest.mark.parametrize(
    "name", ["TREASURY NOTE", "US DOLLAR", "U.S. Treasury Bill", "CORPORATE BOND", "", "--", "Note 5"]
)
def test_a_kind_identifies_nothing(name: str) -> None:
    assert name_key(name) is None


def test_a_name_identifies_with_its_share_class_and_its_legal_form() -> None:
    assert name_key("Alphabet Inc Class A") == name_key("ALPHABET INC CL A") != name_key("Alphabet Inc Class C")
    assert name_key("EQT Corp") != name_key("EQT AB")
    assert name_key("Facebook Inc") == name_key("META PLATFORMS INC")


def test_a_former_symbol_counts_only_with_a_name_of_the_company() -> None:
    assert current_symbol("FB", "Facebook Inc. Class A") == "META"
    assert current_symbol("SQ", "BLOCK INC - CLASS A") == "XYZ"
    assert current_symbol("FB", "Fabrinet Bakeries AG") == "FB"
    assert current_symbol("FB", None) == "FB"


def test_no_former_symbol_belongs_to_another_company_today() -> None:
    taken = {
        row["former_symbol"]: (sectors().name_of(row["former_symbol"]), row["former_name"])
        for row in read_table(TABLE)
        if sectors().name_of(row["former_symbol"])
    }
    assert {
        symbol: names for symbol, names in taken.items() if compare_names(symbol, *map(str, names)) is not Names.AGREE
    } == {}
    assert len([*read_table(TABLE)]) > 200
