"""What kind of thing a line is. Each rule brings its own cases, which are run here; then the design's own traps."""

import csv
import re
import sys
import time
import typing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_common.models import AssetClass
from transform.asset_class import RULES, asset_class, deciding_rule
from transform.asset_class.line import NAME_LENGTH, read_line
from transform.asset_class.rule import Rule, Scope

CASES = [pytest.param(rule, *case, id=f"{rule.name}: {case[1]}") for rule in RULES for case in rule.cases]
NEAR_MISSES = [pytest.param(rule, *miss, id=f"{rule.name}: {miss[1]}") for rule in RULES for miss in rule.near_misses]


@pytest.mark.parametrize(("rule", "symbol", "name"), CASES)
def test_a_rule_decides_each_of_its_cases(rule: Rule, symbol: str | None, name: str) -> None:
    decided_by = deciding_rule(read_line(symbol, name))
    assert decided_by is not None
    assert (decided_by.name, asset_class(symbol, name)) == (rule.name, rule.gives)


@pytest.mark.parametrize(("rule", "symbol", "name", "other_class"), NEAR_MISSES)
def test_a_rule_leaves_a_near_miss_to_others(
    rule: Rule, symbol: str | None, name: str, other_class: AssetClass
) -> None:
    decided_by = deciding_rule(read_line(symbol, name))
    assert decided_by is None or decided_by.name != rule.name
    assert asset_class(symbol, name) == other_class


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.name) for rule in RULES])
def test_a_rule_comes_before_those_that_would_take_its_cases(rule: Rule) -> None:
    place = [other.name for other in RULES].index(rule.name)
    lines = [read_line(*case) for case in rule.cases]
    rivals = [other for other in RULES if other.gives != rule.gives and any(other.fits(line) for line in lines)]
    assert {other.name for other in rivals} == set(rule.before)
    assert all(RULES.index(other) > place for other in rivals)


def test_every_rule_has_a_reason_two_cases_and_a_near_miss() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert [rule.name for rule in RULES if not rule.why or len(rule.cases) < 2 or not rule.near_misses] == []


ALL_WORDS = sorted({hint for rule in RULES for hint in rule.hints if not hint.startswith("#")})


@given(
    st.sampled_from(["A", "USD", "GOLD", "VTIAX", "003670", "PTT-F", "ESZ6", "OXY.WS", "RELIANCE"]),
    st.lists(st.sampled_from([*ALL_WORDS, "Acme", "Inc", "DEC26", "5%", "2031", "&", "T.", "(The)"]), max_size=6),
)
def test_the_short_way_for_plain_names_gives_the_class_that_the_rules_give(symbol: str, words: list[str]) -> None:
    for name in (" ".join(words), ",".join(words), " ".join(words).title()):
        rule = deciding_rule(read_line(symbol, name))
        assert asset_class(symbol, name) == ("other" if rule is None else rule.gives)


def test_no_rule_needs_a_word_that_its_hints_do_not_name() -> None:
    for rule in RULES:
        for symbol, name in rule.cases:
            assert rule.form(read_line(symbol, name)), (rule.name, name)
            assert not rule.hints.isdisjoint(read_line(symbol, name).hints), (rule.name, name)


def test_lines_as_fund_houses_write_them_have_their_class() -> None:
    """Lines of every kind, in the spellings of many houses, each with the class that it has."""
    with (Path(__file__).parent / "asset_class_lines.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    found = [(line["symbol"], line["name"], asset_class(line["symbol"], line["name"])) for line in lines]
    assert len(lines) > 1_000
    assert found == [(line["symbol"], line["name"], line["class"]) for line in lines]


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


HOSTILE = [
    "USD " + "(a) " * 60_000 + "x",
    "USD " * 60_000,
    "1" * 200_000 + "x",
    "4 1/4 " * 40_000,
    "5% 2031 " * 30_000,
    "01/23/2035 " * 20_000 + "C",
    "NOV 15 2034 " * 20_000,
    "FUT " * 50_000,
    "CALL 5400 " * 20_000,
    "SWAP BANK OF " * 20_000,
    "RIGHTS CLASS A " * 20_000,
    "FUND THE " * 30_000,
    "TREASURY INDEX " * 20_000,
    "FNMA " * 40_000,
    "SECURITIES LENDING " * 10_000,
    " " * 200_000 + "Cash",
    "." * 200_000,
    "-" * 200_000,
    "\u00df" * 200_000,
    "A&" * 100_000,
]


@pytest.mark.parametrize("name", [pytest.param(name, id=name[:20]) for name in HOSTILE])
@pytest.mark.parametrize("symbol", [None, "USD", "T", "ESZ6", "9" * 200_000])
def test_only_so_much_of_a_name_is_looked_at(symbol: str | None, name: str) -> None:
    line = read_line(symbol, name)
    assert len(line.text) <= 2 * NAME_LENGTH  # a capital letter may be written as two
    assert len(line.symbol) <= 2 * 40
    assert asset_class(symbol, name) in typing.get_args(AssetClass)


def test_every_pattern_takes_time_in_proportion_to_the_name() -> None:
    """The patterns, without the cut, on names that grow: eight times as long may take no 64 times as long."""
    modules = [module for name, module in sys.modules.items() if name.startswith("transform.asset_class")]
    patterns = {found for module in modules for found in vars(module).values() if isinstance(found, re.Pattern)}
    assert len(patterns) >= 30
    for pattern in patterns:
        for hostile in HOSTILE:
            short, long = (_seconds(pattern, hostile[:length]) for length in (2_000, 16_000))
            assert long < 0.05 or long < 24 * short, (pattern.pattern, hostile[:20])


@pytest.mark.parametrize("symbol", [None, "USD", "ESZ6"])
def test_a_name_far_longer_than_the_cut_takes_hardly_longer(symbol: str | None) -> None:
    for hostile in HOSTILE:
        short, long = (_seconds(symbol, name) for name in (hostile[: 4 * NAME_LENGTH], hostile))
        assert long < 0.05 or long < 24 * short, hostile[:20]


def _seconds(subject: re.Pattern[str] | str | None, text: str) -> float:
    """CPU seconds of a search of the pattern, or of classing a line with this symbol."""
    start = time.process_time()
    if isinstance(subject, re.Pattern):
        subject.search(text)
    else:
        asset_class(subject, text)
    return time.process_time() - start


def test_a_space_before_the_name_changes_nothing() -> None:
    assert asset_class(None, "   Cash  ") == "cash"
    assert asset_class(" USD ", "U.S.\u00a0Dollar") == "cash"
    assert asset_class("--", "US DOLLAR") == "cash"


def test_scopes_part_the_rules_at_the_ticker_rule() -> None:
    """What single words decide comes after the rule that makes every line with a ticker equity."""
    ticker = [rule.name for rule in RULES].index("ticker")
    assert [rule.name for rule in RULES[ticker + 1 :] if rule.scope is not Scope.WITHOUT_TICKER] == []
