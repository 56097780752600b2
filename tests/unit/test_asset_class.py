"""What kind of thing a line is. The traps are those that the design names."""

import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_common.models import AssetClass
from transform.asset_class import asset_class


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("AMD", "Advanced Micro Devices Inc"),
        ("ALL", "Allstate Corp"),
        ("COP", "ConocoPhillips"),
        ("AZN", "AstraZeneca PLC ADR"),
        ("FWRD", "Forward Air Corp"),
        ("OPCH", "Option Care Health Inc"),
        ("FCFS", "FirstCash Holdings Inc"),
        ("CASH", "Pathward Financial Inc"),
        ("DG", "Dollar General Corp"),
        ("DLTR", "Dollar Tree Inc"),
        ("WRLD", "World Acceptance Corp"),
        ("MU", "Micron Technology Inc"),
        ("BRK.B", "Berkshire Hathaway Inc Class B"),
        ("HEI.A", "HEICO Corp Class A"),
        ("A", "Agilent Technologies Inc"),
        ("IVZ", "Invesco Ltd"),
        ("SCHW", "Schwab (Charles) Corp"),
        ("WT", "WisdomTree Inc"),
        ("5347", "Vanguard International Semiconductor Corp"),
        ("FIS", "Fidelity National Information Services Inc"),
        ("NTRS", "Northern Trust Corp"),
        ("DLR", "Digital Realty Trust Inc"),
        ("FUTU", "Futu Holdings Ltd ADR"),
        ("BOND", "Bondholders Swap & Future Co"),
        ("USD", "Union Steel & Dye Co"),
        ("EUR", "Eureka Mines Ltd"),
        ("EUR", "Euro Disney SCA"),
        ("USD", "U.S. Dollar Stores Inc"),
        ("7203", "Toyota Motor Corp"),
        ("005930", "Samsung Electronics Co Ltd"),
        ("0700", "Tencent Holdings Ltd"),
        ("2330", "Taiwan Semiconductor Manufacturing Co Ltd"),
        ("285A", "Kioxia Holdings Corp"),
        ("PETR4", "Petroleo Brasileiro SA Pfd"),
        ("RR.", "Rolls-Royce Holdings PLC"),
        ("NOVO B", "Novo Nordisk A/S Class B"),
    ],
)
def test_a_ticker_with_a_company_s_name_is_equity(symbol: str, name: str) -> None:
    assert asset_class(symbol, name) == "equity"


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("USD", "U.S. Dollar"),
        ("USD", "US Dollar"),
        ("EUR", "Euro"),
        ("JPY", "Japanese Yen"),
        ("GBP", "British Pound"),
        (None, "U.S. Dollar"),
        (None, "Cash"),
        (None, "Cash & Cash Equivalents"),
        (None, "Mktliq 12/31/2049"),
        (None, "Cash collateral for futures"),
        (None, "Receivables"),
    ],
)
def test_cash(symbol: str | None, name: str) -> None:
    assert asset_class(symbol, name) == "cash"


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("ESZ6", "S&P 500 E-mini Future Dec 2026"),
        ("ESZ6", "S&P500 EMINI FUT DEC26"),
        ("ESZ26", "E-mini S&P 500 Futures"),
        (None, "E-mini S&P 500 Future Dec 2026"),
        (None, "Total Return Swap Goldman Sachs"),
        (None, "Interest Rate Swaps"),
        (None, "US Treasury Bond Futures"),
    ],
)
def test_derivatives(symbol: str | None, name: str) -> None:
    assert asset_class(symbol, name) == "derivative"


@pytest.mark.parametrize(
    "name",
    [
        "United States Treasury Notes 4.25% 05/15/2035",
        "UST 4.25% 2031",
        "Federal National Mortgage Association 2.5% 11/01/2051",
        "JPMorgan Chase & Co. 5.336% 2035",
        "Bank of America Corp 2.687% 04/22/32",
        "Dollar General Corp 3.5% 04/03/2030",
        "Dollar Tree Inc 4.2% 05/15/2028",
    ],
)
def test_a_coupon_with_a_maturity_is_a_bond(name: str) -> None:
    assert asset_class(None, name) == "bond"


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("VTI", "Vanguard Total Stock Market ETF"),
        ("IVV", "iShares Core S&P 500 ETF"),
        ("SPY", "SPDR S&P 500 ETF Trust"),
        ("BND", "Vanguard Total Bond Market Index Fund ETF"),
        (None, "Vanguard Total Stock Market ETF"),
        ("QQQ", "Invesco QQQ Trust Series I"),
        ("GBTC", "Grayscale Bitcoin Trust"),
        ("PHYS", "Sprott Physical Gold Trust"),
        ("FBTC", "Fidelity Wise Origin Bitcoin Fund"),
    ],
)
def test_a_held_fund_is_etf(symbol: str | None, name: str) -> None:
    assert asset_class(symbol, name) == "etf"


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        (None, None),
        ("", ""),
        (None, "--"),
        (None, "Contra Abiomed Inc CVR"),
        ("MU", None),
        ("USD", None),
        ("7203", None),
        ("912810TM0", "Unnamed Line"),
    ],
)
def test_in_doubt_it_is_other(symbol: str | None, name: str | None) -> None:
    assert asset_class(symbol, name) == "other"


@pytest.mark.parametrize("name", ["Cash", "cash", "CASH", "Mktliq", "MKTLIQ"])
def test_the_case_of_a_word_makes_no_difference(name: str) -> None:
    assert asset_class(None, name) == "cash"


@given(st.none() | st.text(max_size=8), st.none() | st.text(max_size=30))
def test_every_line_has_a_class(symbol: str | None, name: str | None) -> None:
    assert asset_class(symbol, name) in typing.get_args(AssetClass)


WORDS = st.sampled_from(["Cash", "Future", "Swap", "Option", "Forward", "Dollar", "Euro", "Treasury", "4.25%", "2031"])


@given(st.from_regex(r"[A-Z]{1,2}", fullmatch=True), st.lists(WORDS, max_size=4))
def test_no_word_makes_a_company_with_a_ticker_anything_else(symbol: str, words: list[str]) -> None:
    assert asset_class(symbol, " ".join(["Acme", *words, "Inc"])) == "equity"
