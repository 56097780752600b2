"""The sample SEC's pure parts: its calendar, its made-up identifiers, and that its documents are what the form asks."""

import ast
import json
from collections import Counter
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from lxml import etree

from etf_analytics.matching.identifiers import is_cusip, is_isin
from sample_portal.funds import fund
from sample_portal.portfolios import PORTFOLIOS
from sample_portal.sessions import close_of, session_after, session_on_or_before
from sample_portal.story import holdings_date
from sample_sec import indexes
from sample_sec.document import MARK, render
from sample_sec.filings import Content, Filing, added_amendment, filings_of, fiscal_year_end
from sample_sec.identifiers import cusip, isin, lei
from sample_sec.lines import Line
from sample_sec.registrants import FORMER, REGISTRANTS, SIBLING, Registrant, Style, series_of
from sample_sec.report import Report, report_of, returns_of_classes
from sample_sec.spelling import FORMER_NAMES, spelled

TODAY = date(2026, 11, 20)
SYMBOLS = ("VTI", "VOO", "QQQ", "SPY", "VEA", "VWO", "BND")
MONTHS = {"VTI": 12, "VOO": 12, "QQQ": 9, "SPY": 9, "VEA": 12, "VWO": 10, "BND": 12}
NPORT = "{http://www.sec.gov/edgar/nport}"


def newest(symbol: str) -> Filing:
    return filings_of(symbol, TODAY)[0]


@lru_cache(maxsize=16)
def report(symbol: str) -> Report:
    return report_of(newest(symbol))


@lru_cache(maxsize=16)
def document(symbol: str) -> bytes:
    return render(report(symbol))


def by_listed_name(symbol: str) -> dict[str, Line]:
    return {line.listed: line for line in report(symbol).lines if line.listed}


def listed_shares(symbol: str, day: date) -> dict[str, float]:
    """By name: the shares of the portal's list of this date."""
    shown_on = session_after(day)
    while holdings_date(PORTFOLIOS[symbol], shown_on) < day:
        shown_on = session_after(shown_on)
    found = fund(symbol, shown_on)
    assert found is not None
    assert found.holdings_as_of == day
    return {row.name: float(row.shares or 0) for row in found.rows}


@pytest.fixture(scope="module")
def schema(root: Path) -> etree.XMLSchema:
    folder = root.parent / "shared" / "real" / "nport" / "spec"
    if not folder.is_dir():
        pytest.skip("the folder with the SEC's schemas is not here")
    return etree.XMLSchema(etree.parse(folder / "eis_NPORT_Filer.xsd"))


@pytest.mark.parametrize("symbol", [*SYMBOLS, SIBLING.symbol, FORMER.series[0].symbol])
def test_a_document_is_valid_by_the_schema_of_the_sec(symbol: str, schema: etree.XMLSchema) -> None:
    schema.assertValid(etree.fromstring(document(symbol)))


@pytest.mark.parametrize("content", [Content.NO_LINES, Content.WHOLE])
def test_an_amendment_is_valid_by_the_schema_of_the_sec(content: Content, schema: etree.XMLSchema) -> None:
    amendment = added_amendment("VOO", TODAY, content)

    assert amendment is not None
    root = etree.fromstring(render(report_of(amendment)))
    schema.assertValid(root)
    assert root.findtext(f".//{NPORT}submissionType") == "NPORT-P/A"
    assert (root.find(f".//{NPORT}invstOrSecs") is None) == (content is Content.NO_LINES)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_fund_has_filed_for_eight_quarters_and_more_by_its_fiscal_year(symbol: str) -> None:
    registrant, series = series_of(symbol)
    first = [filing for filing in filings_of(symbol, TODAY) if filing.form == "NPORT-P"]

    assert len(first) > 8
    assert {(filing.report_date.month - MONTHS[symbol]) % 3 for filing in first} == {0}
    assert {fiscal_year_end(registrant, filing.report_date).month for filing in first} == {MONTHS[symbol]}
    for filing in first:
        assert filing.filed <= TODAY
        assert close_of(filing.filed) is not None
        assert series.lag_days <= (filing.filed - filing.report_date).days <= series.lag_days + 4


def test_the_newest_report_is_fifty_to_a_hundred_and_fifty_days_old_or_so() -> None:
    ages = {symbol: (TODAY - newest(symbol).report_date).days for symbol in SYMBOLS}

    assert all(50 <= age <= 155 for age in ages.values()), ages


def test_what_has_been_filed_stays_as_it_was_when_more_is_filed() -> None:
    then, later = filings_of("VEA", TODAY), filings_of("VEA", TODAY + timedelta(days=400))

    assert len(later) > len(then)
    assert later[-len(then) :] == then


def test_accession_numbers_are_never_used_twice() -> None:
    filings = [
        filing for registrant in REGISTRANTS for one in registrant.series for filing in filings_of(one.symbol, TODAY)
    ]
    filings += [
        amendment
        for symbol in SYMBOLS
        for content in (Content.NO_LINES, Content.WHOLE)
        if (amendment := added_amendment(symbol, TODAY, content))
    ]

    assert len({filing.accession for filing in filings}) == len(filings) > 200


@pytest.mark.parametrize("symbol", ["VOO", "QQQ", "BND"])
def test_a_document_is_the_same_byte_for_byte_each_time(symbol: str) -> None:
    assert render(report_of(newest(symbol))) == document(symbol)


@pytest.mark.parametrize("registrant", REGISTRANTS, ids=lambda registrant: registrant.name)
def test_every_name_says_sample_and_every_number_is_of_the_made_up_ranges(registrant: Registrant) -> None:
    assert registrant.name.startswith("SAMPLE ")
    assert str(registrant.cik).startswith("999")
    for series in registrant.series:
        assert series.series_id[:4] in {"", "S999"}
        assert all(class_id.startswith("C999") for class_id in series.class_ids)
        assert series.name.startswith("SAMPLE ") or series.name in {"N/A", ""}


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_document_says_that_it_is_made_up(symbol: str) -> None:
    root = etree.fromstring(document(symbol))

    assert root.find(f".//{NPORT}explntrNote").get("note") == MARK
    assert root.findtext(f".//{NPORT}regName").startswith("SAMPLE ")


def test_identifiers_have_right_check_digits() -> None:
    for key in ("Apple Inc", "Sample Alabeck Robotics Inc", "United States Treasury Note 3.875% 01/15/2027"):
        assert is_cusip(cusip(key))
        assert cusip(key).startswith("99")
        for country in ("US", "CA", "JP", "GB"):
            assert is_isin(isin(key, country))
        assert isin(key, "US")[2:11] == cusip(key)
        digits = "".join(str(int(character, 36)) for character in lei(key))
        assert len(lei(key)) == 20
        assert int(digits) % 97 == 1


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_no_two_lines_of_a_fund_share_an_isin(symbol: str) -> None:
    codes = [line.isin for line in report(symbol).lines if line.isin]

    assert len(codes) > 90
    assert Counter(codes).most_common(1)[0][1] == 1


def test_a_security_has_one_isin_in_every_fund() -> None:
    apple = {by_listed_name(symbol)["Apple Inc"].isin for symbol in ("VTI", "VOO", "QQQ", "SPY")}
    shopify = {
        by_listed_name("QQQ")["Shopify Inc Class A"].isin,
        by_listed_name("VEA")["Shopify Inc Registered Shs -A- Subord Vtg"].isin,
    }

    assert len(apple) == len(shopify) == 1
    assert by_listed_name("QQQ")["ASML Holding NV ADR"].isin != by_listed_name("VEA")["ASML Holding NV"].isin


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_the_lines_are_those_of_the_portals_list_of_the_same_date(symbol: str) -> None:
    day = session_on_or_before(newest(symbol).report_date)
    listed, filed = listed_shares(symbol, day), by_listed_name(symbol)
    lines = [line for line in filed.values() if line.future is None]
    different = [line for line in lines if line.balance != listed[line.listed]]

    assert sum(line.value_usd for line in lines) / report(symbol).net_assets > 0.99
    assert 0 <= len(different) < len(lines) / 30
    assert all(0.94 < line.balance / listed[line.listed] < 1.06 for line in lines)


@pytest.mark.parametrize("symbol", ["VTI", "VEA", "VWO"])
def test_some_balances_are_a_few_per_cent_away_from_the_list(symbol: str) -> None:
    day = session_on_or_before(newest(symbol).report_date)
    listed = listed_shares(symbol, day)
    lines = [line for line in by_listed_name(symbol).values() if line.future is None]

    assert sum(abs(line.balance / listed[line.listed] - 1) > 0.02 for line in lines) > 10


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_weights_are_per_cent_of_net_assets_and_add_up_to_about_a_hundred(symbol: str) -> None:
    root = etree.fromstring(document(symbol))
    net_assets = float(root.findtext(f".//{NPORT}netAssets"))
    lines = root.findall(f"{NPORT}formData/{NPORT}invstOrSecs/{NPORT}invstOrSec")
    values = [(float(line.findtext(f"{NPORT}valUSD")), float(line.findtext(f"{NPORT}pctVal"))) for line in lines]

    assert len(lines) == len(report(symbol).lines)
    assert all(abs(100 * value / net_assets - weight) < 1e-6 for value, weight in values)
    assert 99 < sum(weight for _, weight in values) < 101


def test_a_fund_of_foreign_companies_tells_countries_currencies_and_rates() -> None:
    vea, vwo = by_listed_name("VEA"), by_listed_name("VWO")

    toyota, hsbc, tencent = vea["Toyota Motor Corp"], vea["HSBC Holdings PLC"], vwo["Tencent Holdings Ltd"]
    assert (toyota.country, toyota.currency) == ("JP", "JPY")
    assert 140 < (toyota.exchange_rate or 0) < 170
    assert (hsbc.country, hsbc.currency) == ("GB", "GBP")
    assert 0.7 < (hsbc.exchange_rate or 0) < 0.85
    assert (tencent.country, tencent.currency) == ("CN", "HKD")
    assert len({line.country for line in vea.values()}) > 14
    assert len({line.country for line in vwo.values()}) > 12
    assert toyota.isin.startswith("JP99")
    assert toyota.cusip == "N/A"


def test_a_bond_fund_tells_issuer_coupon_maturity_and_category() -> None:
    lines = by_listed_name("BND")
    note = next(line for name, line in lines.items() if name.startswith("United States Treasury Note"))
    kinds = Counter((line.asset_cat, line.issuer_cat) for line in lines.values())

    coupon, due = note.listed.split()[-2:]
    assert note.name == "United States Treasury Note/Bond"
    assert note.debt is not None
    assert f"{note.debt.coupon_pct:g}" == f"{float(coupon.rstrip('%')):g}"
    assert f"{note.debt.maturity:%m/%d/%Y}" == due
    assert note.units == "PA"
    for kind in (
        ("DBT", "UST"),
        ("DBT", "CORP"),
        ("DBT", "NUSS"),
        ("DBT", "MUN"),
        ("ABS-MBS", "USGSE"),
        ("ABS-MBS", "USGA"),
    ):
        assert kinds[kind] >= 20
    assert {line.debt.kind for line in lines.values() if line.debt} == {"Fixed", "Floating"}
    assert all(value > 0 for value in report("BND").risk[1:])


def test_a_future_counts_with_its_gain_and_names_its_notional_amount() -> None:
    future = next(line for line in report("VTI").lines if line.future)

    assert future.name == future.cusip == "N/A"
    assert (future.units, future.asset_cat, future.ticker) == ("NC", "DE", "ESU6")
    assert future.future is not None
    assert abs(future.value_usd) < future.future.notional_usd / 50
    assert future.future.expiry == date(2026, 9, 18)


def test_a_money_market_fund_stands_where_the_list_has_cash() -> None:
    lines = [line for line in report("VOO").lines if line.asset_cat == "STIV"]

    assert [line.listed for line in lines] == [""]
    assert not {"U.S. Dollar", "Dividends Receivable"} & set(by_listed_name("VOO"))


def test_one_fund_does_not_list_its_smallest_lines() -> None:
    found = report("VWO")
    listed = listed_shares("VWO", session_on_or_before(newest("VWO").report_date))

    assert 0 < found.miscellaneous < 0.0006 * found.net_assets
    assert len(by_listed_name("VWO")) < len(listed) - 20
    assert report("VTI").miscellaneous == 0


def test_one_filer_writes_redemptions_with_a_minus_sign() -> None:
    flows = {symbol: etree.fromstring(document(symbol)).find(f".//{NPORT}mon1Flow") for symbol in ("VWO", "VTI")}

    assert float(flows["VWO"].get("redemption")) < 0 < float(flows["VTI"].get("redemption"))


def test_a_unit_trust_has_no_series_and_one_return() -> None:
    root = etree.fromstring(document("SPY"))

    assert root.find(f".//{NPORT}seriesId") is None
    assert root.findtext(f".//{NPORT}seriesName") == "N/A"
    assert [found.get("classId") for found in root.iter(f"{NPORT}monthlyTotReturn")] == [None]
    assert len(returns_of_classes(report("VTI"))) == 2


def test_an_amended_report_had_lacked_the_money_market_fund() -> None:
    amended, first = (f for f in filings_of("VEA", TODAY) if f.report_date == date(2026, 6, 30))

    assert (amended.form, first.form) == ("NPORT-P/A", "NPORT-P")
    assert amended.filed > first.filed
    assert len(report_of(amended).lines) == len(report_of(first).lines) + 1


def test_an_amendment_can_be_empty() -> None:
    amended, first = (f for f in filings_of("VWO", TODAY) if f.report_date == date(2026, 4, 30))

    assert (amended.form, amended.content) == ("NPORT-P/A", Content.NO_LINES)
    assert len(report_of(first).lines) > 1900
    assert report_of(amended).lines == ()
    assert report_of(amended).net_assets == report_of(first).net_assets > 0


def test_a_trust_that_is_no_fund_of_the_1940_act_files_nothing() -> None:
    assert filings_of("GLD", TODAY) == ()
    assert added_amendment("GLD", TODAY, Content.WHOLE) is None


def test_a_closed_fund_has_a_final_report_without_lines() -> None:
    root = etree.fromstring(document(FORMER.series[0].symbol))

    assert root.findtext(f".//{NPORT}isFinalFiling") == "Y"
    assert float(root.findtext(f".//{NPORT}netAssets")) == 0
    assert root.find(f".//{NPORT}invstOrSecs") is None


@pytest.mark.parametrize(
    ("listed", "style", "name", "title"),
    [
        ("Alphabet Inc Class A", Style.VANGUARD, "Alphabet Inc", "ALPHABET INC-A"),
        ("Alphabet Inc Class A", Style.INVESCO, "Alphabet Inc.", "Alphabet Inc., Class A"),
        ("Alphabet Inc Class A", Style.STATE_STREET, "Alphabet Inc", "Alphabet Inc Class A"),
        ("Fox Corp Class B", Style.STATE_STREET, "Fox Corp", "Fox Corp"),
        ("The Home Depot Inc", Style.VANGUARD, "Home Depot Inc/The", "HOME DEPOT INC"),
        ("The Travelers Companies Inc", Style.VANGUARD, "Travelers Cos Inc/The", "TRAVELERS COS IN"),
        ("Eli Lilly and Co", Style.VANGUARD, "Eli Lilly & Co", "ELI LILLY & CO"),
        ("Baker Hughes Co Class A", Style.VANGUARD, "Baker Hughes Co", "BAKER HUGHES-A"),
        ("Nestlé SA", Style.VANGUARD, "Nestle SA", "NESTLE SA"),
        ("A.P. Møller - Mærsk AS", Style.VANGUARD, "A.P. Moller - Maersk AS", "A.P. MOLLER - MA"),
        ("ARM Holdings PLC ADR", Style.INVESCO, "ARM Holdings PLC", "ARM Holdings PLC, ADR"),
        ("Sample Alabeck Robotics Inc", Style.VANGUARD, "Sample Alabeck Robotics Inc", "ALABECK ROBOTICS"),
    ],
)
def test_filers_spell_as_their_families_do(listed: str, style: Style, name: str, title: str) -> None:
    assert spelled(listed, style) == (name, title)


def test_some_companies_are_filed_under_another_name() -> None:
    every = {line.listed: line.name for symbol in ("VOO", "VEA", "VWO") for line in report(symbol).lines}

    assert set(FORMER_NAMES) <= set(every)
    assert all(every[listed] != listed for listed in FORMER_NAMES)


def test_the_ticker_file_has_neither_unit_trusts_nor_grantor_trusts() -> None:
    file = json.loads(indexes.fund_tickers())
    place = file["fields"].index("symbol")
    symbols = [row[place] for row in file["data"]]

    assert {"VTI", "VOO", "QQQ", "VEA", "VWO", "BND"} <= set(symbols)
    assert not {"SPY", "GLD"} & set(symbols)
    assert len(set(symbols)) == len(symbols)


def test_a_stale_entry_names_a_fund_that_was_closed() -> None:
    rows = json.loads(indexes.fund_tickers(["VTI", "GLD"]))["data"]
    of_symbol = {row[3]: row[:2] for row in rows}

    assert of_symbol["VTI"] == of_symbol["GLD"] == [FORMER.cik, FORMER.series[0].series_id]


def test_it_imports_nothing_of_the_pipeline(root: Path) -> None:
    ours = {path.name for folder in ("functions", "layers/common", ".") for path in (root / folder).iterdir()}
    ours -= {"sample_portal", "sample_sec"}
    rooms = sorted((root / "sample_sec").rglob("*.py"))
    imported = set()
    for room in rooms:
        for node in ast.walk(ast.parse(room.read_bytes())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{room} imports relatively"
                imported.add((node.module or "").partition(".")[0])

    assert len(rooms) > 10
    assert {"etf_common", "local", "transform"} <= ours
    assert imported & ours == set()
