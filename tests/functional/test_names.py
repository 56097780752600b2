"""A fund or a holding may be called anything: wherever its name is shown it stays a name."""

import csv
import http.client
import io
import json
import logging
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_common.capture import write_capture
from etf_common.errors import PortalError
from etf_common.flat_table import csv_of
from etf_common.holdings_table import COLUMNS, ListFacts, holdings_table
from local.gateway import Gateway
from local.outcome import Outcome
from local.system import System
from local.terminal import Terminal
from sample_portal.funds import Row, fund
from sample_portal.options import Fault, Kind
from sample_portal.server import SamplePortal
from tests.events import sqs_event
from tests.functional.conftest import TODAY, Refresh, get, snapshot, status
from tests.functional.hostile.conftest import examples
from tests.unit import builders

# What a terminal obeys or hides, what HTML and rich run, and what a header ends with.
BAIT = "<script>alert(1)</script>[red]\x1b[2J\x07\x9b31m\u202egnp\u2066\u200b\x00\r\nSet-Cookie: a=b"
FACTS = ListFacts("2026-11-19", "sample", "X", complete=True, rows_reported=None)
NAMES = [
    BAIT,
    "<script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    "\"><svg/onload=alert('x')>",
    '=HYPERLINK("http://elsewhere.example")',
    "=cmd|'/C calc'!A0",
    "+1",
    "-1",
    "@SUM(1)",
    "x;=1+1;y",
    "x;\t =cmd|'/C calc'!A0",
    "x\r\n=1+1",
    "\u200b=1+1",
    "\x00=1+1",
    "\uff1d1+1",
    "a\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "NUL \x00 within",
    "bidi \u202e\u2066 within",
    "quotes \" and ' and `, and, commas",
    "[bold red]markup[/bold red] [link=http://elsewhere.example]x[/link]",
    "escape \x1b]0;title\x07\x1b[31m and \x9b31m",
    "{{7*7}} ${7*7} %s %n {0}",
    "line\u2028and paragraph\u2029",
    "\ud83d\ude00 \U0001f600",
]
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


@pytest.fixture
def named(system: System, portal: SamplePortal, refresh: Refresh) -> System:
    """A fund QQQ of which the title, every holding's name and some symbols are bait."""
    names = [name.encode("utf-16", "surrogatepass").decode("utf-16") for name in NAMES]
    rows = [Row(f"S{number}", name, Decimal(4), 100, 1000 - number) for number, name in enumerate(names)]
    rows += [Row(bait, "A company", Decimal(1), 10, 10) for bait in ("=1+1", "<B>", "\x1b[31m", "X;=1")]
    found = fund("QQQ", TODAY)
    assert found is not None
    portal.options.funds_override = {"QQQ": found._replace(name=BAIT, rows=tuple(rows))}
    assert refresh("QQQ")["result"] == "ok"
    return system


def test_in_json_it_is_text(named: System) -> None:
    found = snapshot(named, "QQQ")
    names = [holding["name"] for holding in found["holdings"]]

    # A name is kept as it is: what shows it escapes it
    assert "<script>alert(1)</script>" in names
    assert "=cmd|'/C calc'!A0" in names
    for path in ("/api/etfs/QQQ", "/api/etfs/QQQ/holdings", "/api/etfs/QQQ/history", "/api/status"):
        answer = get(named, path)
        assert answer["headers"]["Content-Type"] == "application/json"
        assert answer["headers"]["X-Content-Type-Options"] == "nosniff"
        assert not any(sign < " " for sign in answer["body"]), path
    assert json.loads(get(named, "/api/etfs/QQQ")["body"])["holdings"] == found["holdings"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_in_csv_no_cell_is_a_formula_whatever_the_reader_takes_for_a_separator(named: System, separator: str) -> None:
    served = get(named, "/api/etfs/QQQ/holdings", query={"format": "csv"})
    download = named.lake.read("downloads/QQQ.csv").body

    assert served["body"].encode() == download
    assert served["headers"]["Content-Type"] == "text/csv; charset=utf-8"
    assert formulas(download, separator) == []
    rows = list(csv.DictReader(io.StringIO(download.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(snapshot(named, "QQQ")["holdings"])
    assert "'=cmd|'/C calc'!A0" in [row["name"] for row in rows]


def formulas(table: bytes, separator: str) -> list[str]:
    """The cells that a spreadsheet would run: it may drop what is not shown, blanks and quotes before the sign."""
    text = table.decode("utf-8-sig")
    # A reader with another separator knows quotes at a cell's beginning only, so a line may end within them.
    lines = (
        csv.reader(io.StringIO(text, newline=""))
        if separator == ","
        else (line.split(separator) for line in text.splitlines())
    )
    cells = [cell for line in lines for cell in line]
    begin = ("".join(sign for sign in cell if sign.isprintable() and sign not in ' "') for cell in cells)
    return [cell for cell, shown in zip(cells, begin, strict=True) if shown.startswith(FORMULA) and not number(cell)]


def number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@examples(300)
@given(
    text=st.text(
        st.one_of(st.sampled_from(" ;,\t\r\n\"'=+-@\x00\u200b\ufeff1a"), st.characters(exclude_categories=["Cs"]))
    )
)
def test_no_text_at_all_becomes_a_formula(text: str) -> None:
    row: dict[str, Any] = dict.fromkeys(COLUMNS)

    table = csv_of(holdings_table([{**row, "symbol": "X", "name": text}], FACTS))

    (found,) = csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline=""))
    assert found["name"].replace("'", "") == text.replace("'", "")
    for separator in (",", ";", "\t"):
        assert formulas(table, separator) == []


def test_ordinary_names_stay_as_they_are() -> None:
    names = [
        "O'Reilly Automotive",
        "Johnson & Johnson",
        "3M Co",
        "A/S (B)",
        "US 4.25% 2031; 5Y",
        "Coca-Cola",
        "\u00c9lan",
    ]
    row: dict[str, Any] = dict.fromkeys(COLUMNS)

    table = csv_of(holdings_table([{**row, "name": name} for name in names], FACTS))

    assert [line["name"] for line in csv.DictReader(io.StringIO(table.decode("utf-8-sig")))] == names


def test_in_headers_it_is_nowhere(named: System) -> None:
    with Gateway(named.api, 0) as gateway:
        for path in ("/api/etfs/QQQ", "/api/etfs/QQQ/holdings?format=csv", "/api/etfs/QQQ/history", "/api/status"):
            connection = http.client.HTTPConnection("127.0.0.1", int(gateway.url.rpartition(":")[2]), timeout=20)
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            connection.close()
            assert answer.status == 200
            assert "Set-Cookie" not in answer.headers
            assert not any(sign in str(answer.headers) for sign in "<>\x1b\x9b\u202e")
            if "csv" in path:
                assert answer.headers["Content-Disposition"] == 'attachment; filename="QQQ-2026-11-19.csv"'
    stored = named.lake.head("processed/QQQ/latest.json").metadata
    assert all(value.isascii() and value.isprintable() for value in stored.values())


def test_on_the_docs_page_it_is_nowhere(named: System) -> None:
    page = get(named, "/api/docs")["body"]

    assert "alert(1)" not in page
    assert "QQQ" not in page


def test_on_the_terminal_nothing_is_obeyed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a terminal with colours, and an outcome whose message is bait
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "400")
    outcome = Outcome("QQQ", "failed", BAIT)
    terminal = Terminal()

    terminal.error(BAIT)
    terminal.line(BAIT)
    terminal.outcome(outcome)
    terminal.begin(1)
    terminal.outcome(outcome)
    terminal.summary([outcome])

    # Then it is shown letter by letter, and rich's own colours are the only escapes
    printed = "".join(capsys.readouterr())
    assert printed.count("[red]\\x1b[2J\\x07\\x9b31m\\u202egnp\\u2066\\u200b\\x00\\r\\nSet-Cookie") == 5
    assert "\x1b[1;31m" in printed
    assert not any(sign in printed for sign in ("\x1b[2J", "\x07", "\x9b", "\u202e", "\u2066", "\x00", "\nSet-Cookie"))


PAGES = {
    "the holdings date": (builders.page([], as_of="<script>\x1b[31m\u202e"), "holdings date"),
    "the columns": (builders.page(holdings=builders.table([], ["<b>\x1b[31m\u202e", "Name"])), "columns"),
    "another fund": (builders.page([], title="Evil \x1b[31m SPY:NYSE Arca"), "SPY"),
}


@pytest.mark.parametrize("name", PAGES)
def test_in_an_attempts_error_it_is_quoted(system: System, name: str) -> None:
    # Given a capture that cannot be read, because of bait which the error quotes
    html, named = PAGES[name]
    key = write_capture(system.lake, builders.capture(html, symbol="GLD"))

    assert system.transform_capture(key)["result"] == "failed"

    # Then it is quoted in one printable line, in the status and in the 404
    message = status(system, "GLD")["last_attempt"]["error"]["message"]
    answer = get(system, "/api/etfs/GLD")
    assert named in message
    assert message.isprintable()
    assert message in json.loads(answer["body"])["message"]
    assert answer["headers"]["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("http://elsewhere/\x1b[31m<b>", "another host"),
        ("http://elsewhere/\x1b\x9b<b>", "no address"),  # no UTF-8
        ("http://[\x1b<b>", "no address"),
    ],
)
def test_an_address_that_the_portal_sends_to_is_quoted(
    system: System, portal: SamplePortal, location: str, named: str
) -> None:
    portal.options.faults = [Fault(Kind.REDIRECT_AWAY, "page", location=location)]
    with pytest.raises(PortalError, match=named):
        system.extract(sqs_event("GLD"), None)

    message = status(system, "GLD")["last_attempt"]["error"]["message"]
    assert "<b>" in message
    assert message.isprintable()


def test_in_a_log_it_is_nowhere(named: System, refresh: Refresh, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="etf")

    refresh("QQQ", "20261121T000000Z")

    assert [record.getMessage() for record in caplog.records] == ["captured", "ok"]
    assert "alert" not in "".join(str(vars(record)) for record in caplog.records)
