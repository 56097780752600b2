"""`make sql`: the tables of a data folder as views, questions and answers, and nothing that writes."""

import csv
import io
import json
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etf_common.errors import UsageError
from etf_common.newest import Newest
from etf_common.table_keys import NEWEST_KEY, changed_lines_key, funds_key, holdings_key
from local.lake_sql import LakeSql, SqlError
from local.options import SqlOptions
from local.sql import prompt, sql
from tables.columns import CHANGES, CONTRADICTIONS, FUNDS, HOLDINGS, SECURITIES

BEFORE, AFTER = "2026-11-20", "2026-11-24"
NEWEST = {name: f"tables/newest/{name}-1.parquet" for name in ("holdings", "funds", "security_table", "contradictions")}


def parquet(path: Path, columns: Mapping[str, str], rows: list[dict[str, Any]]) -> None:
    """A file with these rows; columns that a row lacks are null."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as engine:
        # By way of a folder whose name needs no quotes
        text, written = Path(folder, "rows.ndjson"), Path(folder, "rows.parquet")
        text.write_text("".join(json.dumps({**dict.fromkeys(columns), **row}) + "\n" for row in rows))
        engine.execute(f"copy (from read_json('{text}', columns = {{{shape}}})) to '{written}' (format parquet)")
        shutil.copy(written, path)


def holding(etf: str, line: int, symbol: str, shares: int, weight: float) -> dict[str, Any]:
    return {"etf": etf, "line": line, "symbol": symbol, "name": f"{symbol} Inc", "shares": shares, "weight_pct": weight}


def fund(etf: str, as_of: str, technology: float) -> dict[str, Any]:
    sectors = [{"sector": "Information Technology", "weight_pct_low": technology, "weight_pct_high": technology}]
    return {
        "etf": etf,
        "holdings_as_of": as_of,
        "complete": True,
        "sectors": sectors,
        "market_value_usd": 141500205123.5,
    }


HELD = {
    BEFORE: [holding("VTI", 1, "AAPL", 100, 6.0), holding("VTI", 2, "MSFT", 50, 5.0)],
    AFTER: [holding("VTI", 1, "NVDA", 30, 6.5), holding("VTI", 2, "AAPL", 90, 5.5), holding("VTI", 3, "MSFT", 50, 5.0)],
}
CHANGED = [{"etf": "VTI", "date_from": BEFORE, "date_to": AFTER, "kind": "added", "symbol": "NVDA", "traded_usd": 5e3}]
LATEST = [*HELD[AFTER], holding("VWO", 1, "NVDA", 5, 0.25)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory whose sample folder has tables of two dates, and the newest state."""
    root = tmp_path / "it's [data]*" / "sample"
    for as_of, lines in HELD.items():
        parquet(root / holdings_key(as_of), HOLDINGS, lines)
        parquet(root / funds_key(as_of), FUNDS, [fund("VTI", as_of, 30.0 if as_of == BEFORE else 31.5)])
        parquet(root / changed_lines_key(as_of), CHANGES, CHANGED if as_of == AFTER else [])
    parquet(root / NEWEST["holdings"], HOLDINGS, LATEST)
    parquet(root / NEWEST["funds"], FUNDS, [fund("VTI", AFTER, 31.5), fund("VWO", "2026-10-31", 20.0)])
    parquet(root / NEWEST["security_table"], SECURITIES, [{"ticker": "NVDA", "isin": "US67066G1040", "country": "US"}])
    parquet(root / NEWEST["contradictions"], CONTRADICTIONS, [])
    write_newest(root, NEWEST)
    return root.parent


def write_newest(root: Path, objects: Mapping[str, str]) -> None:
    others = {field.name: "tables/newest/x.json" for field in fields(Newest) if field.name.endswith("_key")}
    keys: Any = {**others, **{f"{name}_key": key for name, key in objects.items()}}
    head = {"key": "filings/VTI/2026-06-30.json", "report_date": "2026-06-30", "final": False, "net_assets_usd": 1.5e12}
    filings = {"VTI": {**head, "lines": 3500}, "SPY": {**head, "filed": "2026-08-27", "lines": 504}}
    newest = Newest(tables_as_of="2026-11-24T22:40:00Z", funds={}, statuses={}, filings=filings, holder_keys=(), **keys)
    (root / NEWEST_KEY).write_bytes(newest.document())


@pytest.fixture
def lake(data: Path) -> Iterator[LakeSql]:
    with LakeSql(data / "sample") as lake:
        yield lake


def rows(lake: LakeSql, query: str) -> list[tuple[Any, ...]]:
    (answer,) = lake.ask(query)
    return list(answer.rows)


def test_all_dates_and_the_newest_state_are_tables(lake: LakeSql) -> None:
    assert rows(lake, "select as_of, count(*) from holdings group by all order by all") == [(BEFORE, 2), (AFTER, 3)]
    assert rows(lake, "select as_of, etf from funds order by all") == [(BEFORE, "VTI"), (AFTER, "VTI")]
    assert rows(lake, "select as_of, etf, kind, symbol from changes") == [(AFTER, "VTI", "added", "NVDA")]
    assert rows(lake, "select etf, symbol, as_of from latest_holdings order by etf, line")[2:] == [
        ("VTI", "MSFT", AFTER),
        ("VWO", "NVDA", "2026-10-31"),
    ]
    assert rows(lake, "select etf, as_of from latest_funds order by 1") == [("VTI", AFTER), ("VWO", "2026-10-31")]


def test_a_question_sees_what_a_refresh_has_put_in_place_meanwhile(lake: LakeSql, data: Path) -> None:
    assert len(rows(lake, "from latest_holdings")) == 4
    root = data / "sample"
    later = {"holdings": "tables/newest/holdings-2.parquet", "funds": "tables/newest/funds-2.parquet"}
    parquet(root / later["holdings"], HOLDINGS, [holding("VTI", 1, "KO", 1, 1.0)])
    parquet(root / later["funds"], FUNDS, [fund("VTI", "2026-11-25", 1.0)])
    write_newest(root, later)
    for key in NEWEST.values():
        (root / key).unlink()
    parquet(root / holdings_key("2026-11-25"), HOLDINGS, [holding("VTI", 1, "KO", 1, 1.0)])

    assert rows(lake, "select symbol, as_of from latest_holdings") == [("KO", "2026-11-25")]
    assert rows(lake, "select count(*) from holdings") == [(6,)]


def test_files_of_an_earlier_release_may_lack_a_column(lake: LakeSql, data: Path) -> None:
    older = {name: kind for name, kind in HOLDINGS.items() if name != "sector"}
    parquet(data / "sample" / holdings_key("2026-01-02"), older, [holding("VTI", 1, "GE", 1, 1.0)])

    assert rows(lake, "select symbol, sector from holdings where as_of < '2026-02'") == [("GE", None)]


WRITING = [
    "copy (select 1) to '{path}'",
    "COPY (from holdings) TO '{path}' (format parquet)",
    "explain analyze copy (select 1) to '{path}'",
    "explain analyze (format json) copy (select 1) to '{path}'",
    "-- a comment\nexplain analyze copy (select 1) to '{path}'",
    "/* a comment */ explain analyze copy (select 1) to '{path}'",
    "prepare written as copy (select 1) to '{path}'",
    "attach '{path}' as other",
    "export database '{path}'",
    "create table mine as from holdings",
    "create or replace view holdings as select 1",
    "install httpfs",
    "load httpfs",
    "set threads = 1",
    "pragma threads = 1",
    "drop view holdings",
    "select 1; copy (select 1) to '{path}'",
    # DuckDB calls these a question: a part of WITH may write, and PIVOT hides what is around it.
    "with a as (copy (select 1) to '{path}') from a",
    "with a as materialized (CoPy (select 1) to '{path}') select 'é'",
    "with a as (\u00a0copy\u00a0(select 1) to '{path}') from a",
    "explain analyze with a as (copy (select 1) to '{path}') from a",
    "copy (pivot (from range(3)) on range using count(*)) to '{path}'",
    "explain analyze copy (pivot (from range(3)) on range using count(*)) to '{path}'",
    "create table mine as pivot (from range(3)) on range using count(*)",
    "with a as (delete from holdings returning *) from a",
    "with a as (insert into holdings values (1) returning *) from a",
    "with a as (update holdings set line = 2 returning *) from a",
    "with a as (truncate holdings) from a",
]


@pytest.mark.parametrize("query", WRITING)
def test_nothing_is_written(lake: LakeSql, tmp_path: Path, query: str) -> None:
    path = tmp_path / "written"
    with pytest.raises((UsageError, SqlError)):
        list(lake.ask(query.format(path=path)))

    assert not path.exists()
    assert len(rows(lake, "from holdings")) == 5


@pytest.mark.parametrize(
    "query",
    [
        "describe funds",
        "show tables",
        "summarize holdings",
        "with a as (from holdings) select count(*) from a",
        "values (1)",
        "explain from holdings",
        "explain analyze select 1",
        "explain (format json) select 1",
        "pivot (select symbol, as_of, shares from holdings) on as_of using sum(shares)",
        "table funds",
        "/* a comment */ from funds -- another",
        "select 'copy', 'é' as \"update\", $$create$$ /* insert */ from funds -- delete",
        "select * replace (2 as line) from holdings",
        "select 1 as copy_of, 2 as created",
    ],
)
def test_whatever_only_reads_is_answered(lake: LakeSql, query: str) -> None:
    assert rows(lake, query)


def test_a_table_that_cannot_be_read_keeps_no_other_from_being_asked(lake: LakeSql, data: Path) -> None:
    (data / "sample" / NEWEST["funds"]).write_bytes(b"not Parquet")

    assert len(rows(lake, "from holdings")) == 5
    with pytest.raises(SqlError, match=r"latest_holdings cannot be read: .*funds-1\.parquet"):
        rows(lake, "from latest_holdings")

    (data / "sample" / NEWEST_KEY).write_text("{")
    with pytest.raises(SqlError, match=r"latest_funds cannot be read: .*newest\.json cannot be read: rebuild"):
        rows(lake, "from latest_funds")


def test_filings_and_what_they_identify_are_tables(lake: LakeSql, data: Path) -> None:
    assert rows(lake, "select etf, report_date, filed, final, net_assets_usd, lines from latest_filings") == [
        ("SPY", "2026-06-30", "2026-08-27", False, 1.5e12, 504),
        ("VTI", "2026-06-30", None, False, 1.5e12, 3500),
    ]
    assert rows(lake, "select ticker, isin, country from securities") == [("NVDA", "US67066G1040", "US")]
    assert rows(lake, "select count(*) from security_contradictions") == [(0,)]


def test_a_state_without_filings_has_no_tables_of_them(lake: LakeSql, data: Path) -> None:
    path = data / "sample" / NEWEST_KEY
    path.write_text(json.dumps({**json.loads(path.read_text()), "filings": {}}))

    assert len(rows(lake, "from latest_funds")) == 2
    with pytest.raises(SqlError, match="latest_filings"):
        rows(lake, "from latest_filings")


def run(data: Path, *arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = sql(["--data-dir", str(data), *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_an_answer_is_a_table_of_whole_lines(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "select etf, market_value_usd, complete, name from latest_funds order by 1"

    code, out, err = run(data, "--query", query, capsys=capsys)

    assert code == 0
    assert out.splitlines() == [
        "etf  market_value_usd  complete  name",
        "VTI    141500205123.5  true      null",
        "VWO    141500205123.5  true      null",
    ]
    assert "made up" in err


def test_a_long_answer_says_that_it_is_cut(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(data, "--query", "from range(101)", capsys=capsys)

    assert (code, len(out.splitlines())) == (0, 101)
    assert "the first 100 rows" in err
    assert "the first" not in run(data, "--query", "from range(100)", capsys=capsys)[2]
    assert "no rows" in run(data, "--query", "from range(0)", capsys=capsys)[2]


def test_what_a_name_hides_from_a_terminal_is_shown(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(data, "--query", "select chr(27) || '[2J' as evil, 'a' || chr(10) || 'b' as two", capsys=capsys)

    assert "\x1b" not in out
    assert out.splitlines()[1] == r"\x1b[2J  a\nb"


def test_csv_has_all_rows_and_no_formula(data: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    query = "select i, '=1+1' as name, [1, 2] as list, null as nothing from range(300) as t(i)"

    assert sql(["--data-dir", str(data), "--csv", "--query", query]) == 0

    text = capfdbinary.readouterr().out.decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text)))
    assert len(found) == 301
    assert found[:2] == [["i", "name", "list", "nothing"], ["0", "'=1+1", "[1, 2]", ""]]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("selec 1", "syntax error"),
        ("from nothing", "The tables are holdings, funds, changes, latest_holdings, latest_funds"),
        ("select nothing from funds", "nothing"),
        ("select 1/0 + 'x'::int", "x"),
        ("from 'http://127.0.0.1:9/x.parquet'", "error"),
        ("", "no question"),
        (" ; ", "no question"),
    ],
)
def test_a_mistake_is_told_without_a_traceback(
    data: Path, capsys: pytest.CaptureFixture[str], query: str, said: str
) -> None:
    code, out, err = run(data, "--query", query, capsys=capsys)

    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_without_tables_it_says_how_they_come(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(tmp_path, "--query", "from holdings", capsys=capsys)

    assert code == 2
    assert "there are no tables in" in err
    assert "make run" in err


def test_the_prompt_takes_questions_of_several_lines_until_the_user_leaves(
    data: Path, lake: LakeSql, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = iter(["help", "select count(*) as lines", "from holdings;", "selec;", "half a", "Ctrl-C", "exit"])

    def read(_: str) -> str:
        if (line := next(lines)) == "Ctrl-C":
            raise KeyboardInterrupt
        return line

    assert prompt(lake, SqlOptions(data_dir=data), read) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == ["lines", "    5"]
    assert "syntax error" in err


def test_the_prompt_ends_at_the_end_of_its_input(data: Path, lake: LakeSql) -> None:
    def read(_: str) -> str:
        raise EOFError

    assert prompt(lake, SqlOptions(data_dir=data), read) == 0


def readme_questions(root: Path) -> list[str]:
    lines = re.findall(r'^make sql QUERY=".*$', (root / "README.md").read_text(), re.MULTILINE)
    return [shlex.split(line)[2].removeprefix("QUERY=") for line in lines]


def test_the_questions_of_the_readme_run_as_printed(root: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = [run(data, "--query", query, capsys=capsys) for query in readme_questions(root)]

    assert [code for code, _, _ in answers] == [0, 0, 0]
    who, sectors, compared = (out.splitlines() for _, out, _ in answers)
    assert [line.split() for line in who[1:]] == [["VTI", "6.5", "30"], ["VWO", "0.25", "5"]]
    assert [line.split()[0] for line in sectors[1:]] == [BEFORE, AFTER]
    assert sorted((line.split()[0], *line.split()[-2:]) for line in compared[1:]) == [
        ("AAPL", "100", "90"),
        ("NVDA", "null", "30"),
    ]


def test_the_other_questions_of_the_documents_run_too(root: Path, lake: LakeSql) -> None:
    blocks = re.findall(r"```sql\n(.*?)```", (root / "docs" / "tables.md").read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        for answer in lake.ask(block):
            list(answer.rows)


def test_the_notebook_cell_of_the_guide_reads_these_files(root: Path, data: Path, tmp_path: Path) -> None:
    text = (root / "docs" / "tables.md").read_text()
    (query,) = re.findall(r'duckdb\.sql\("(.*)"\)\.df\(\)', text)
    (files,) = re.findall(r'polars\.scan_parquet\("data/sample/(.*?)"', text)
    shutil.copytree(data, tmp_path / "data")

    with duckdb.connect() as engine:
        found = engine.execute(query.replace("data/sample", str(tmp_path / "data" / "sample"))).fetchall()

    assert [line[0] for line in found] == ["VTI"]
    assert len(list((data / "sample").glob(files))) == 2


def test_make_hands_a_question_over_as_it_was_typed(root: Path, tmp_path: Path) -> None:
    if not shutil.which("make"):
        pytest.skip("make is not here")
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nfor argument; do printf "<%s>" "$argument"; done\n')
    python.chmod(0o755)
    question = "select '$x', \"a\", `b` # 'it''s' 100%"
    made = subprocess.run(  # noqa: S603 - our own Makefile
        ["make", "--silent", "-o", ".venv/run.done", f"BIN={tmp_path}", "sql", f"QUERY={question}", "CSV=1"],  # noqa: S607 - whichever make is there
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )

    assert made.stdout == f"<sql.py><--csv><--query><{question}>"
