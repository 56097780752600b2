"""The sector table: its form, what it covers, and whom it refuses; and the script that builds it."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from etf_analytics.reference import sectors as reference
from etf_analytics.reference.sectors import ABOUT, OTHER_NAMES, SECTORS, TABLE, Sectors, read_table, sectors
from sample_portal.companies import real_companies
from tools import sectors as script
from tools.sectors import ADDITIONS, TableError, build, check_other_names, check_table, coverage, normalised, write


def holding(symbol: str | None, name: str | None, asset_class: str = "equity") -> dict[str, Any]:
    return {"symbol": symbol, "name": name, "asset_class": asset_class}


# The committed table


def test_the_table_is_as_the_script_leaves_it() -> None:
    assert check_table(TABLE) > 1_500
    check_other_names(OTHER_NAMES, TABLE)


def test_the_table_names_eleven_sectors_and_all_of_them() -> None:
    assert len(set(SECTORS)) == 11
    assert {row["sector"] for row in read_table(TABLE)} == set(SECTORS)


def test_the_additions_stand_in_the_table() -> None:
    table = {row["symbol"]: row for row in read_table(TABLE)}
    additions = list(read_table(ADDITIONS))
    assert additions
    assert [row["symbol"] for row in additions] == sorted({row["symbol"] for row in additions})
    for row in additions:
        assert row["why"]
        assert table[row["symbol"]] == {column: row[column] for column in ("symbol", "name", "sector")}


def test_the_table_says_what_it_is_and_of_when() -> None:
    assert sectors().taxonomy == "gics-like"
    assert "S&P 500" in sectors().source
    assert sectors().as_of == json.loads(ABOUT.read_text())["as_of"] == "2026-07-13"


def test_share_classes_of_one_company_are_in_one_sector() -> None:
    table = {row["symbol"]: row["sector"] for row in read_table(TABLE)}
    for first, second in [("GOOG", "GOOGL"), ("BRK.A", "BRK.B"), ("BF.A", "BF.B"), ("FOX", "FOXA"), ("NWS", "NWSA"),
                          ("HEI", "HEI.A"), ("LEN", "LEN.B"), ("UA", "UAA"), ("CWEN", "CWEN.A")]:  # fmt: skip
        assert table[first] == table[second]


# Whom it names


@pytest.mark.parametrize(
    ("symbol", "name", "sector"),
    [
        ("MSFT", "Microsoft Corp", "Information Technology"),
        ("META", "Meta Platforms Inc", "Communication Services"),
        ("META", "META PLATFORMS INC CLASS A", "Communication Services"),
        ("AMZN", "Amazon.com Inc", "Consumer Discretionary"),
        ("COST", "Costco Wholesale Corp", "Consumer Staples"),
        ("XOM", "ExxonMobil Holdings Corp", "Energy"),
        ("BRK.B", "BERKSHIRE HATHAWAY INC CL B", "Financials"),
        ("MMC", "Marsh & McLennan Companies Inc", "Financials"),
        ("LLY", "Lilly (Eli)", "Health Care"),
        ("MMM", "3M Co", "Industrials"),
        ("LIN", "Linde PLC", "Materials"),
        ("PLD", "Prologis Inc", "Real Estate"),
        ("NEE", "NEXTERA ENERGY INC", "Utilities"),
        ("SNDK", "SanDisk Corp Ordinary Shares", "Information Technology"),
        ("HON", "Honeywell International Inc", "Industrials"),
        ("IBM", "INTL BUSINESS MACHINES CORP", "Information Technology"),
    ],
)
def test_a_company_of_the_table_has_its_sector(symbol: str, name: str, sector: str) -> None:
    assert sectors().of(holding(symbol, name)) == sector


@pytest.mark.parametrize(
    "line",
    [
        holding("MSFT", "Microsoft Corp", "bond"),
        holding("MSFT", "Microsoft Corp", "derivative"),
        holding("MSFT", "Microsoft Corp", "other"),
        holding("MSFT", None),
        holding("MSFT", ""),
        holding(None, "Microsoft Corp"),
        holding("MSFTX", "Microsoft Corp"),
        holding("MRK", "Merck KGaA"),
        holding("SAP", "SAP SE"),
        holding("BP", "BP PLC"),
        holding("005930", "Samsung Electronics Co Ltd"),
    ],
)
def test_what_is_not_certain_has_no_sector(line: dict[str, Any]) -> None:
    assert sectors().of(line) is None


def test_every_real_american_company_of_the_sample_has_a_sector() -> None:
    lines = [holding(company.symbol.replace("/", "."), company.name) for company in real_companies("US")]
    assert len(lines) > 200
    assert [line for line in lines if sectors().of(line) is None] == []


def test_of_the_sample_s_foreign_companies_only_the_cross_listed_have_one() -> None:
    abroad = [*real_companies("DM"), *real_companies("EM")]
    named = {company.symbol for company in abroad if sectors().of(holding(company.symbol, company.name))}
    assert named == {"ASML", "AZN", "PDD", "SHOP"}


@pytest.mark.parametrize(("table", "at_least"), [("qqq_2025-09-26.csv", 99.9), ("spy_2026-04-10.csv", 99.5)])
def test_real_funds_are_covered(real_folder: Path, table: str, at_least: float) -> None:
    assert coverage(real_folder / table, sectors()).weight_pct >= at_least


def test_the_real_index_is_covered_and_agrees(real_folder: Path) -> None:
    with (real_folder / "us_sectors_2026-08.csv").open(encoding="utf-8", newline="") as file:
        members = list(csv.DictReader(file))
    wrong = [row for row in members if sectors().of(holding(row["symbol"], row["name"])) != row["sector"]]
    assert len(members) > 500
    assert len(wrong) <= 0.01 * len(members), wrong


# The script

HEADING = "symbol,name,sector\n"
ELEVEN = "".join(f"S{number:02},Company {number},{sector}\n" for number, sector in enumerate(SECTORS))


@pytest.fixture
def put(tmp_path: Path) -> Any:
    def put_(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return put_


@pytest.fixture
def additions(put: Any) -> Path:
    path: Path = put("additions.csv", "symbol,name,sector,why\nZZZ,Zebra Works,Energy,a test\n")
    return path


def test_tables_become_one_normalised_and_sorted(put: Any, additions: Path) -> None:
    first = put("first.csv", HEADING + 'MSFT,Microsoft Corporation,Energy\nBRK/B,"Nike, Inc.",Utilities\n')
    second = put("second.csv", "Ticker,Security,GICS Sector\nMSFT,Microsoft,Energy\nAAA,Lilly (Eli),Materials\n")
    assert build([first, second], additions) == [
        ("AAA", "Eli Lilly", "Materials"),
        ("BRK.B", "Nike", "Utilities"),
        ("MSFT", "Microsoft", "Energy"),
        ("ZZZ", "Zebra Works", "Energy"),
    ]


def test_two_sectors_for_one_symbol_are_refused(put: Any, additions: Path) -> None:
    first, second = put("first.csv", HEADING + "A,Alpha,Energy\n"), put("second.csv", HEADING + "A,Alpha,Materials\n")
    with pytest.raises(TableError, match=r"A is Energy in first.csv and Materials in second.csv; say in additions.csv"):
        build([first, second], additions)


def test_an_addition_settles_a_contradiction(put: Any) -> None:
    first, second = put("first.csv", HEADING + "A,Alpha,Energy\n"), put("second.csv", HEADING + "A,Alpha,Materials\n")
    settled = put("additions.csv", "symbol,name,sector,why\nA,Alpha,Materials,the newer list\n")
    assert build([first, second], settled) == [("A", "Alpha", "Materials")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            HEADING + "A,Alpha,Technology\n",
            "table.csv, line 2: A has the sector 'Technology'; allowed is Communication",
        ),
        (HEADING + "A,Alpha,Energy\na,Alpha,Energy\n", "table.csv, line 3: A is there twice"),
        (HEADING + "A B,Alpha,Energy\n", "table.csv, line 2: 'A B' is not a symbol"),
        (HEADING, "table.csv has no companies"),
        ("a,b\n1,2\n", "table.csv has no line with headings for symbol, name, sector"),
    ],
)
def test_what_is_wrong_in_a_table_is_said_with_its_line(put: Any, additions: Path, text: str, message: str) -> None:
    with pytest.raises(TableError, match=message):
        build([put("table.csv", text)], additions)


def test_a_table_that_is_not_there_is_said(tmp_path: Path, additions: Path) -> None:
    with pytest.raises(TableError, match=r"absent.csv cannot be read"):
        build([tmp_path / "absent.csv"], additions)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADING + ELEVEN + "A,Alpha,Energy\n", "not sorted"),
        (HEADING + ELEVEN + "T,Tango Inc.,Energy\n", "normalised it is"),
        (HEADING + "A,Alpha,Energy\n", "has no company in Communication Services"),
        ("symbol,sector,name\n", "it must begin with"),
    ],
)
def test_a_table_that_was_changed_by_hand_is_found(put: Any, text: str, message: str) -> None:
    with pytest.raises(TableError, match=message):
        check_table(put("sectors.csv", text))


def test_a_further_name_of_a_stranger_is_found(put: Any) -> None:
    with pytest.raises(TableError, match=r"names.csv names B, which sectors.csv does not have"):
        check_other_names(put("names.csv", "symbol,name\nB,Bravo\n"), put("sectors.csv", HEADING + "A,Alpha,Energy\n"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Apple Inc.", "Apple"),
        ("Nike, Inc.", "Nike"),
        ("Coca-Cola Company (The)", "Coca-Cola"),
        ("Alphabet Inc. (Class A)", "Alphabet"),
        ("Merck & Co.", "Merck"),
        ("Linde plc", "Linde plc"),
        ("Lilly (Eli)", "Eli Lilly"),
        ("O\u2019Reilly Automotive", "O'Reilly Automotive"),
        ("Brown\u2013Forman", "Brown-Forman"),
        ("The Greenbrier Companies, Inc.", "Greenbrier Companies"),
        ("AAR CORP .", "AAR"),
    ],
)
def test_names_are_normalised_once_and_for_all(name: str, expected: str) -> None:
    assert normalised(name) == expected
    assert normalised(expected) == expected


@pytest.fixture
def own_table(tmp_path: Path, additions: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script and the loader on a table of the test's own."""
    table, about, names = tmp_path / "sectors.csv", tmp_path / "sectors.json", tmp_path / "names.csv"
    about.write_text('{"taxonomy": "gics-like", "source": "a test", "as_of": "2000-01-01"}')
    names.write_text("symbol,name\n")
    for module in (script, reference):
        monkeypatch.setattr(module, "TABLE", table)
        monkeypatch.setattr(module, "ABOUT", about)
        monkeypatch.setattr(module, "OTHER_NAMES", names)
    monkeypatch.setattr(script, "ADDITIONS", additions)
    sectors.cache_clear()
    yield table
    sectors.cache_clear()


HOLDINGS = "Fund,,,\n\nName,Ticker,Weight\nCOMPANY 0,S00,{first}\nCOMPANY 1 INC,S01,{second}\nUS DOLLAR,-,{cash}\n,,\n"


def test_a_second_run_gives_the_same_bytes(put: Any, own_table: Path) -> None:
    index = str(put("index.csv", HEADING + ELEVEN))
    written = []
    for _ in range(2):
        assert script.main([index, "--as-of", "2026-07-13"]) == 0
        written.append((own_table.read_bytes(), own_table.with_suffix(".json").read_bytes()))
    assert written[0] == written[1]
    assert b"ZZZ,Zebra Works,Energy\n" in written[0][0]
    assert sectors().as_of == "2026-07-13"


@pytest.mark.parametrize(("cash", "exit_code"), [(10.0, 0), (10.1, 1)])
def test_less_than_ninety_per_cent_is_a_failure(
    put: Any, own_table: Path, cash: float, exit_code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    write(build([put("index.csv", HEADING + ELEVEN)], script.ADDITIONS), own_table)
    path = put("holdings.csv", HOLDINGS.format(first=50, second=40 + (10 - cash), cash=cash))
    assert script.main(["--check", str(path)]) == exit_code
    assert f"holdings.csv: {100 - cash:.2f} % of the weight; without a sector: - US DOLLAR" in capsys.readouterr().out


def test_a_contradiction_ends_the_script_and_changes_nothing(
    put: Any, own_table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_table.write_text("as it was")
    first, second = put("first.csv", HEADING + "A,Alpha,Energy\n"), put("second.csv", HEADING + "A,Alpha,Materials\n")
    assert script.main([str(first), str(second), "--as-of", "2026-07-13"]) == 2
    assert "A is Energy in first.csv" in capsys.readouterr().err
    assert own_table.read_text() == "as it was"


@pytest.mark.parametrize("arguments", [["index.csv"], ["--as-of", "2026-07-13"], ["index.csv", "--as-of", "July"]])
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        script.main(arguments)
    assert ending.value.code == 2
    assert "--as-of" in capsys.readouterr().err


def test_weights_that_are_no_numbers_are_said(put: Any) -> None:
    table = Sectors([], [], {"taxonomy": "", "source": "", "as_of": ""})
    with pytest.raises(TableError, match=r"holdings.csv, line 2: the weight 'much' is no number"):
        coverage(put("holdings.csv", "symbol,name,weight\nA,Alpha,much\n"), table)
    with pytest.raises(TableError, match="has no weights"):
        coverage(put("holdings.csv", "symbol,name,weight\nA,Alpha,0\n"), table)
