"""The whole way of filings, from the stand-in for the SEC into snapshots: every sample fund, on good and bad days."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

import filings.fetch.app
import filings.parse.app
from etf_common.config import DEFAULT_SYMBOLS
from etf_common.errors import SecBlockedError
from etf_common.filing_status import FilingStatus, read_filing_status
from etf_common.lake import CONFIG_KEY
from filings.fetch.pace import Pace
from local.system import System
from sample_sec.faults import Fault, Kind, Where
from sample_sec.server import SampleSec
from tests.functional.conftest import Refresh

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)
RUN = "20261121T120000Z"


@pytest.fixture
def sec() -> Iterator[SampleSec]:
    with SampleSec(today=lambda: TODAY) as sec:
        yield sec


class Way:
    """Fetch and parse over one lake of made-up data."""

    def __init__(self, system: System, sec: SampleSec) -> None:
        system.lake.write(CONFIG_KEY, b"max_holdings: all", "application/yaml", {"source": "sample"})
        environ = {**system.environ, "SEC_URL": sec.url, "SEC_DATA_URL": sec.url}
        pace = Pace(0.0, clock=lambda: 0.0, sleep=lambda _: None)
        self.lake = system.lake
        self._fetch = filings.fetch.app.create(environ, pace=pace, now=lambda: NOW, sleep=lambda _: None)
        self._parse = filings.parse.app.create(environ)

    def fetch(self, symbol: str, quarters: int = 4) -> dict[str, Any]:
        """Fetch's answer to one message."""
        body = json.dumps({"symbol": symbol, "run": RUN, "quarters": quarters})
        return self._fetch({"Records": [{"messageId": "1", "body": body}]}, None)

    def parse(self, keys: list[str]) -> list[str]:
        """How the parse of each document ended."""
        answers = self._parse({"Records": [{"s3": {"object": {"key": key}}} for key in keys]}, None)
        return [answer["result"] for answer in answers]

    def status(self, symbol: str) -> FilingStatus:
        found = read_filing_status(self.lake, symbol)
        assert found is not None
        return found


@pytest.fixture
def way(system: System, sec: SampleSec) -> Way:
    return Way(system, sec)


def test_every_sample_fund_comes_out_as_a_snapshot_and_gold_says_why_not(refresh: Refresh, way: Way) -> None:
    refresh("QQQ")  # its name on the portal raises no doubt about the filing
    for symbol in DEFAULT_SYMBOLS:
        answer = way.fetch(symbol, quarters=1)
        if symbol == "GLD":
            assert (answer["result"], answer["error"]["code"]) == ("not_a_filer", "no_nport")
            continue
        assert (answer["result"], answer["error"]) == ("ok", None)
        # One report; VEA's has an amendment, which came first and stands.
        assert way.parse(answer["keys"]) == (["parsed", "kept_back"] if symbol == "VEA" else ["parsed"])
        newest = sorted(way.lake.keys(f"filings/{symbol}/"))[-1]
        snapshot = json.loads(way.lake.read(newest).body)
        assert snapshot["provenance"]["source"] == "sample"
        assert snapshot["fund"]["series"] == ("single_fund" if symbol == "SPY" else "verified")
        assert snapshot["lines"]


def test_eight_quarters_come_on_demand_and_none_of_them_twice(way: Way) -> None:
    first, rest = way.fetch("QQQ", quarters=1)["keys"], way.fetch("QQQ", quarters=8)["keys"]
    assert (len(first), len(rest)) == (1, 7)
    assert way.fetch("QQQ", quarters=8)["keys"] == []


def test_an_amendment_comes_beside_what_it_amends_and_one_stands(sec: SampleSec, way: Way) -> None:
    sec.faults = [Fault(Kind.AMENDMENT, symbol="QQQ")]
    keys = way.fetch("QQQ", quarters=1)["keys"]
    assert len(keys) == 2
    assert sorted(way.parse(keys)) == ["kept_back", "parsed"]
    assert len(list(way.lake.keys("filings/QQQ/"))) == 1


@pytest.mark.parametrize(("kind", "where"), [(Kind.SIBLING, Where.FEED), (Kind.OTHER_SERIES, Where.DOCUMENT)])
def test_a_siblings_filing_is_never_taken(sec: SampleSec, way: Way, kind: Kind, where: Where) -> None:
    sec.faults = [Fault(kind, where, symbol="VOO", times=1)]
    answer = way.fetch("VOO", quarters=1)
    assert answer["error"]["code"] == "other_series"
    assert [state.state for state in way.status("VOO").accessions.values()].count("failed") == 1


def test_a_stale_ticker_brings_nothing(refresh: Refresh, sec: SampleSec, way: Way) -> None:
    refresh("QQQ")
    sec.faults = [Fault(Kind.STALE_TICKER, symbol="QQQ")]
    assert way.fetch("QQQ")["error"]["code"] == "stale_ticker"
    assert list(way.lake.keys("raw-filings/")) == []


def test_a_block_is_waited_for_and_an_undeclared_contact_is_not(sec: SampleSec, way: Way) -> None:
    sec.faults = [Fault(Kind.BOTH_PAGES, times=1)]
    with pytest.raises(SecBlockedError):
        way.fetch("QQQ")
    sec.faults = [Fault(Kind.UNDECLARED)]
    assert way.fetch("QQQ")["error"]["code"] == "contact_refused"
