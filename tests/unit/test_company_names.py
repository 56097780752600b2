"""Which spellings are the table's company, and which only share its ticker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_analytics.reference.company_names import fits


@pytest.mark.parametrize(
    ("symbol", "name", "company"),
    [
        ("NVDA", "NVIDIA Corp", "Nvidia"),
        ("NVDA", "NVIDIA CORP", "Nvidia"),
        ("GOOGL", "Alphabet Inc Class A", "Alphabet"),
        ("GOOGL", "ALPHABET INC CL A", "Alphabet"),
        ("MA", "MASTERCARD INC   A", "Mastercard"),
        ("V", "VISA INC CLASS A SHARES", "Visa"),
        ("JPM", "JPMORGAN CHASE + CO", "JPMorgan Chase"),
        ("JPM", "JPMorgan Chase & Co", "JPMorgan Chase"),
        ("LLY", "Lilly (Eli)", "Eli Lilly"),
        ("SCHW", "SCHWAB (CHARLES) CORP", "Charles Schwab"),
        ("AOS", "SMITH (A.O.) CORP", "A. O. Smith"),
        ("PG", "PROCTER + GAMBLE CO/THE", "Procter & Gamble"),
        ("HD", "The Home Depot Inc", "Home Depot"),
        ("T", "AT+T INC", "AT&T"),
        ("MCO", "MOODY S CORP", "Moody's"),
        ("ORLY", "O REILLY AUTOMOTIVE INC", "O'Reilly Automotive"),
        ("TMUS", "T MOBILE US INC", "T-Mobile US"),
        ("PCG", "P G + E CORP", "PG&E"),
        ("MAR", "Marriott International Inc/MD", "Marriott International"),
        ("LEN", "LENNAR CORP W/D", "Lennar"),
        ("AMZN", "Amazon.com Inc", "Amazon"),
        ("EL", "The Est\u00e9e Lauder Companies Inc", "Est\u00e9e Lauder Companies"),
        ("MDLZ", "MONDELEZ INTERNATIONAL INC A", "Mondelez International"),
        ("ICE", "INTERCONTINENTAL EXCHANGE IN", "Intercontinental Exchange"),
        ("HII", "HUNTINGTON INGALLS INDUSTRIE", "Huntington Ingalls Industries"),
        ("MAA", "MID AMERICA APARTMENT COMM", "Mid-America Apartment Communities"),
        ("MKC", "MCCORMICK + CO NON VTG SHRS", "McCormick"),
        ("CME", "CME GROUP INC", "CME Group"),
        ("APA", "APA CORP", "APA"),
        ("LIN", "Linde PLC", "Linde plc"),
        ("AZN", "AstraZeneca PLC ADR", "AstraZeneca plc"),
        ("JCI", "Johnson Controls International PLC Registered Shares", "Johnson Controls International plc"),
        ("SO", "SOUTHERN CO/THE", "Southern"),
    ],
)
def test_the_same_company_in_another_spelling_fits(symbol: str, name: str, company: str) -> None:
    assert fits(symbol, name, (company,))


@pytest.mark.parametrize(
    ("symbol", "name", "company"),
    [
        # The same ticker abroad, of quite another company
        ("ALL", "Aristocrat Leisure Ltd", "Allstate"),
        ("TEL", "Telenor ASA", "TE Connectivity plc"),
        ("DG", "Vinci SA", "Dollar General"),
        ("EL", "EssilorLuxottica SA", "Est\u00e9e Lauder Companies"),
        ("TSCO", "Tesco PLC", "Tractor Supply"),
        ("HAL", "Hindustan Aeronautics Ltd", "Halliburton"),
        ("DTE", "Deutsche Telekom AG", "DTE Energy"),
        ("BDX", "Budimex SA", "Becton Dickinson"),
        # The same ticker abroad, of a company that even begins alike
        ("MRK", "Merck KGaA", "Merck"),
        ("EQT", "EQT AB", "EQT"),
        ("PRU", "Prudential PLC", "Prudential Financial"),
        ("APA", "APA Group", "APA"),
        ("AON", "AON Group", "Aon plc"),
        ("KO", "Coca-Cola HBC AG", "Coca-Cola"),
        ("PFE", "Pfizer Ltd", "Pfizer"),
        ("LIN", "Linde India Ltd", "Linde plc"),
        ("CB", "Chubb India", "Chubb Ltd"),
        ("V", "Visa Steel Ltd", "Visa"),
        ("TGT", "Target Oil & Gas Corp", "Target"),
        ("JNJ", "Johnson Electric Holdings Ltd", "Johnson & Johnson"),
        ("NXT", "Next PLC", "Nextpower"),
        # One common word is not enough
        ("AAL", "Anglo American PLC", "American Airlines Group"),
        ("AXP", "American Inc", "American Express"),
        ("AXP", "American Holdings Inc", "American Express"),
        ("UAL", "United Overseas Bank Ltd", "United Airlines Holdings"),
        ("UAL", "United Holdings", "United Airlines Holdings"),
        ("FSLR", "First Pacific Co", "First Solar"),
        ("FSLR", "First", "First Solar"),
        ("BAC", "Bank of China Ltd", "Bank of America"),
        ("BAC", "Bank", "Bank of America"),
        ("IP", "International Personal Finance PLC", "International Paper"),
        ("IP", "International", "International Paper"),
        ("CME", "Group", "CME Group"),
        ("STT", "State Bank", "State Street"),
        ("DLR", "Digital Group", "Digital Realty"),
        ("CEG", "Constellation Software Inc", "Constellation Energy"),
        ("STZ", "Constellation Energy Corp", "Constellation Brands"),
        # Nothing to go by
        ("AAPL", "", "Apple"),
        ("AAPL", "...", "Apple"),
        ("AAPL", "AAPL", "Apple"),
    ],
)
def test_another_company_of_the_same_ticker_does_not_fit(symbol: str, name: str, company: str) -> None:
    assert not fits(symbol, name, (company,))


def test_each_of_a_company_s_names_counts() -> None:
    assert not fits("GE", "GENERAL ELECTRIC", ("GE Aerospace",))
    assert fits("GE", "GENERAL ELECTRIC", ("GE Aerospace", "General Electric"))


@given(st.text(max_size=60), st.sampled_from(["", " ", "/", "(", ")", "(the)", "& Co", "\u00c5"]))
def test_no_text_is_too_odd_to_be_compared(name: str, more: str) -> None:
    assert fits("XYZQ", name + more, ("Zanzibar Quetzal Works",)) in {True, False}
