"""The tool that measures the classes: on the real tables and filings where they are, and on a folder made up here."""

from pathlib import Path

import pytest

from tools.asset_classes import agreement_pct, filing, main, measure, samples

LINE = """<invstOrSec><name>{name}</name><title>{title}</title>{more}</invstOrSec>"""
FILING = """<?xml version="1.0"?>
<edgarSubmission xmlns="http://www.sec.gov/edgar/nport"><formData><invstOrSecs>{lines}</invstOrSecs></formData>
</edgarSubmission>"""
DEBT = "<debtSec><maturityDt>2035-01-23</maturityDt><annualizedRt>5.33600000</annualizedRt></debtSec>"
TABLE = """Fund,Made-up Fund
Name,Ticker,Weight
Acme Corp,ACME,99
US DOLLAR,-,1
"Past performance is not a guide.",,
"""


def folder(tmp_path: Path, *lines: tuple[str, str, str]) -> Path:
    (tmp_path / "nport").mkdir()
    text = "".join(LINE.format(name=name, title=title, more=more) for name, title, more in lines)
    (tmp_path / "nport" / "made_up.xml").write_text(FILING.format(lines=text))
    (tmp_path / "made_up.csv").write_text(TABLE)
    return tmp_path


def test_at_least_98_per_cent_of_the_real_lines_have_the_filing_s_class(real_folder: Path) -> None:
    lines = list(samples(real_folder))
    filed, _ = measure(line for line in lines if line.source.endswith(".xml"))
    listed, _ = measure(line for line in lines if not line.source.endswith(".xml"))

    assert filed.total() > 2000
    assert listed.total() > 1000
    assert agreement_pct(filed) >= 98
    assert agreement_pct(listed) >= 98


def test_debt_is_debt_in_every_style_and_under_its_issuer_s_ticker(real_folder: Path) -> None:
    lines = [line for path in sorted(real_folder.glob("nport/*.xml")) for line in filing(path, each_style=True)]

    pairs, _ = measure(lines)

    assert pairs.total() > 5000
    assert agreement_pct(pairs) >= 99


def test_a_filing_s_lines_are_written_as_the_portal_writes_rows(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        ("Acme Corp", "ACME CORP", "<assetCat>EC</assetCat><issuerCat>CORP</issuerCat>"),
        ("Acme Corp", "Acme Corp", f"<assetCat>DBT</assetCat>{DEBT}"),
        ("N/A", "S&amp;P500 EMINI FUT Mar26", "<assetCat>DE</assetCat>"),
        ("Acme ETF", "Acme ETF", "<assetCat>EC</assetCat><issuerCat>RF</issuerCat>"),
    )

    lines = [(line.symbol, line.name, line.truth) for line in samples(path) if line.source.endswith(".xml")]

    assert lines == [
        ("ACME", "Acme Corp", "equity"),
        (None, "Acme Corp 5.336 01/23/2035", "bond"),
        (None, "S&P500 EMINI FUT Mar26", "derivative"),
        ("ACME", "Acme ETF", "etf"),
    ]


def test_the_report_shows_the_table_and_each_line_that_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path, ("Acme Corp", "Acme Corp", "<assetCat>DBT</assetCat>"))

    code = main([str(path)])

    printed = capsys.readouterr().out
    assert code == 1  # the only debt has neither coupon nor maturity
    assert "Issuers' and the portal's tables: 3 lines, 100.00 % agree" in printed
    assert "made_up.xml: - | Acme Corp | bond, ours other" in printed


def test_a_folder_that_is_absent_or_empty_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "absent")]) == 2
    assert main([str(tmp_path)]) == 2
    assert "has no holdings to measure" in capsys.readouterr().err
