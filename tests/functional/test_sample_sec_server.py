"""The sample SEC over HTTP: the whole way from a symbol to its document, and every way in which it fails."""

import gzip
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import requests
from lxml import etree
from requests.exceptions import ChunkedEncodingError, ContentDecodingError

from sample_sec.faults import Fault, Kind, Where
from sample_sec.registrants import FORMER, SIBLING
from sample_sec.server import SampleSec

TODAY = date(2026, 11, 20)
WHO = {"User-Agent": "etf-pipeline me@example.com", "Accept-Encoding": "gzip"}
TICKERS, COMPANIES = "/files/company_tickers_mf.json", "/files/company_tickers.json"
ATOM, NPORT = "{http://www.w3.org/2005/Atom}", "{http://www.sec.gov/edgar/nport}"

Get = Callable[[str], requests.Response]


@pytest.fixture
def sec() -> Iterator[SampleSec]:
    with SampleSec(today=lambda: TODAY) as running:
        yield running


@pytest.fixture
def get(sec: SampleSec) -> Iterator[Get]:
    with requests.Session() as session:
        yield lambda path: session.get(sec.url + path, headers=WHO, timeout=30, allow_redirects=False)


def feed_path(series_id: str, count: int = 10, start: int = 0) -> str:
    return (
        f"/cgi-bin/browse-edgar?action=getcompany&CIK={series_id}&type=NPORT-P&dateb=&owner=include"
        f"&start={start}&count={count}&output=atom"
    )


def series_of(get: Get, symbol: str) -> tuple[int, str] | None:
    """CIK and series id in the ticker file."""
    file = get(TICKERS).json()
    rows = [dict(zip(file["fields"], row, strict=True)) for row in file["data"]]
    return next(((row["cik"], row["seriesId"]) for row in rows if row["symbol"] == symbol), None)


def entries(answer: requests.Response) -> list[dict[str, str]]:
    """The content of each entry of a feed."""
    root = etree.fromstring(answer.content)
    return [{child.tag.removeprefix(ATOM): child.text for child in content} for content in root.iter(f"{ATOM}content")]


def listed(get: Get, symbol: str, count: int = 10) -> list[dict[str, str]]:
    found = series_of(get, symbol)
    assert found is not None
    return entries(get(feed_path(found[1], count)))


def document_path(sec: SampleSec, entry: dict[str, str]) -> str:
    return f"{entry['filing-href'].removeprefix(sec.url).rpartition('/')[0]}/primary_doc.xml"


def head(answer: requests.Response) -> tuple[str | None, str | None, int]:
    """Series id, report date and number of lines of a document."""
    root = etree.fromstring(answer.content)
    return (
        root.findtext(f".//{NPORT}genInfo/{NPORT}seriesId"),
        root.findtext(f".//{NPORT}repPdDate"),
        len(root.findall(f".//{NPORT}invstOrSec")),
    )


@pytest.mark.parametrize(
    ("symbol", "report_date", "lines"),
    [("VTI", "2026-06-30", 3500), ("VOO", "2026-06-30", 500), ("QQQ", "2026-06-30", 100), ("VEA", "2026-06-30", 1100),
     ("VWO", "2026-07-31", 1900), ("BND", "2026-06-30", 3900)],
)  # fmt: skip
def test_the_way_leads_from_ticker_to_series_to_feed_to_document(
    sec: SampleSec, get: Get, symbol: str, report_date: str, lines: int
) -> None:
    cik, series_id = series_of(get, symbol) or (0, "")
    newest = entries(get(feed_path(series_id)))[0]

    answer = get(document_path(sec, newest))

    assert answer.headers["X-Data-Source"] == "sample"
    assert f"/Archives/edgar/data/{cik}/" in newest["filing-href"]
    assert head(answer)[:2] == (series_id, report_date)
    assert head(answer)[2] > lines


def test_a_unit_trust_is_found_by_its_submissions(sec: SampleSec, get: Get) -> None:
    assert series_of(get, "SPY") is None
    cik = next(row["cik_str"] for row in get(COMPANIES).json().values() if row["ticker"] == "SPY")
    recent = get(f"/submissions/CIK{cik:010}.json").json()["filings"]["recent"]
    place = recent["form"].index("NPORT-P")
    folder = f"/Archives/edgar/data/{cik}/{recent['accessionNumber'][place].replace('-', '')}"

    for_people = get(f"{folder}/{recent['primaryDocument'][place]}")
    answer = get(f"{folder}/{recent['primaryDocument'][place].rpartition('/')[2]}")

    assert len({len(column) for column in recent.values()}) == 1
    assert for_people.headers["Content-Type"] == "text/html"
    assert head(answer)[0] is None
    assert head(answer)[1] == recent["reportDate"][place] == "2026-06-30"


def test_older_submissions_stand_in_the_continuation(get: Get) -> None:
    document = get("/submissions/CIK0009990301.json").json()
    (file,) = document["filings"]["files"]

    older = get(f"/submissions/{file['name']}").json()

    assert "filings" not in older
    assert {len(column) for column in older.values()} == {file["filingCount"]}
    assert (older["filingDate"][0], older["filingDate"][-1]) == (file["filingTo"], file["filingFrom"])
    assert min(document["filings"]["recent"]["filingDate"]) > file["filingTo"]
    assert older["form"].count("NPORT-P") > 8


def test_the_submissions_of_a_trust_mix_its_series(get: Get) -> None:
    recent = get("/submissions/CIK0009990101.json").json()["filings"]["recent"]

    assert recent["form"].count("NPORT-P") == 12
    assert recent["reportDate"].count("2026-06-30") == 3


def test_a_grantor_trust_is_listed_as_a_company_and_has_never_filed_the_form(get: Get) -> None:
    assert series_of(get, "GLD") is None
    cik = next(row["cik_str"] for row in get(COMPANIES).json().values() if row["ticker"] == "GLD")

    assert set(get(f"/submissions/CIK{cik:010}.json").json()["filings"]["recent"]["form"]) == {"10-Q"}


def test_a_feed_is_read_page_by_page(get: Get) -> None:
    first, second = (entries(get(feed_path("S999000401", 10, start))) for start in (0, 10))
    whole = entries(get(feed_path("S999000401", 100)))

    assert first + second == whole[:20]
    assert [entry["filing-date"] for entry in whole] == sorted((e["filing-date"] for e in whole), reverse=True)
    assert {entry["filing-type"] for entry in whole} == {"NPORT-P", "NPORT-P/A"}


def test_nothing_is_filed_after_today(get: Get) -> None:
    dates = [entry["filing-date"] for symbol in ("VTI", "VWO") for entry in listed(get, symbol, 100)]

    assert len(dates) > 50
    assert max(dates) <= TODAY.isoformat()


@pytest.mark.parametrize(
    "user_agent", ["python-requests/2.32", "etf-pipeline", "", "etf-pipeline/1.0 (+https://example.com me@example.com)"]
)
def test_who_does_not_say_who_asks_is_refused(sec: SampleSec, user_agent: str) -> None:
    answer = requests.get(sec.url + TICKERS, headers={"User-Agent": user_agent}, timeout=30)

    assert answer.status_code == 403
    assert "Your Request Originates from an Undeclared Automated Tool" in answer.text


def test_what_is_not_there_is_answered_as_each_host_does(get: Get) -> None:
    archive, data = (
        get("/Archives/edgar/data/9990101/000000000000000000/primary_doc.xml"),
        get("/submissions/CIK0000000001.json"),
    )

    assert archive.status_code == 403
    assert "<Code>AccessDenied</Code>" in archive.text
    assert data.status_code == 404
    assert "<Code>NoSuchKey</Code>" in data.text
    assert "No matching CIK" in get(feed_path("S000000001")).text


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        (Kind.RATE_LIMIT, 403, "SEC.gov | Request Rate Threshold Exceeded"),
        (Kind.UNDECLARED, 403, "Undeclared Automated Tool"),
        (Kind.BOTH_PAGES, 403, "Undeclared Automated Tool"),
        (Kind.ACCESS_DENIED, 403, "<Code>AccessDenied</Code>"),
        (Kind.NO_SUCH_KEY, 404, "<Code>NoSuchKey</Code>"),
        (Kind.HTML, 200, "<!DOCTYPE html>"),
    ],
)
def test_an_address_can_be_refused(sec: SampleSec, get: Get, kind: Kind, status: int, text: str) -> None:
    sec.faults = [Fault(kind, where=Where.TICKERS, times=1)]

    refused, elsewhere, then = get(TICKERS), get("/"), get(TICKERS)

    assert refused.status_code == status
    assert text in refused.text
    assert elsewhere.status_code == then.status_code == 200
    assert then.json()["fields"]


@pytest.mark.parametrize(("status", "retry_after"), [(429, "7"), (503, None)])
def test_a_status_comes_with_the_time_to_wait(sec: SampleSec, get: Get, status: int, retry_after: str | None) -> None:
    sec.faults = [Fault(Kind.STATUS, where=Where.FEED, symbol="VTI", status=status, retry_after=retry_after)]

    answer, other = get(feed_path("S999000101")), get(feed_path("S999000102"))

    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, retry_after)
    assert other.status_code == 200


def test_a_fault_can_be_for_one_address(sec: SampleSec, get: Get) -> None:
    first, second = listed(get, "QQQ")[:2]
    sec.faults = [Fault(Kind.ACCESS_DENIED, where=Where.DOCUMENT, address=first["accession-number"].replace("-", ""))]

    assert get(document_path(sec, first)).status_code == 403
    assert get(document_path(sec, second)).status_code == 200


@pytest.mark.parametrize(("kind", "lines"), [(Kind.EMPTY_AMENDMENT, 0), (Kind.AMENDMENT, 500)])
def test_the_newest_report_can_be_amended(sec: SampleSec, get: Get, kind: Kind, lines: int) -> None:
    before = listed(get, "VOO")
    sec.faults = [Fault(kind, symbol="VOO")]

    after = listed(get, "VOO", 20)

    assert after[1:11] == before
    assert after[0]["filing-type"] == "NPORT-P/A"
    amended = head(get(document_path(sec, after[0])))
    assert amended[:2] == ("S999000102", "2026-06-30")
    assert lines <= amended[2] <= lines + 20


def test_a_feed_can_have_a_siblings_filing(sec: SampleSec, get: Get) -> None:
    sec.faults = [Fault(Kind.SIBLING, symbol="VTI")]

    newest = listed(get, "VTI")[0]

    assert head(get(document_path(sec, newest)))[0] == SIBLING.series_id


def test_an_address_can_have_the_siblings_document(sec: SampleSec, get: Get) -> None:
    newest = listed(get, "VOO")[0]
    sec.faults = [Fault(Kind.OTHER_SERIES, where=Where.DOCUMENT, symbol="VOO")]

    assert head(get(document_path(sec, newest)))[0] == SIBLING.series_id


def test_a_ticker_can_be_stale(sec: SampleSec, get: Get) -> None:
    sec.faults = [Fault(Kind.STALE_TICKER, symbol="GLD")]
    found = series_of(get, "GLD")
    (last,) = listed(get, "GLD")

    answer = get(document_path(sec, last))

    assert found == (FORMER.cik, FORMER.series[0].series_id)
    assert b"<isFinalFiling>Y</isFinalFiling>" in answer.content
    assert head(answer)[2] == 0


def test_a_document_can_end_in_the_middle(sec: SampleSec, get: Get) -> None:
    path = document_path(sec, listed(get, "QQQ")[0])
    whole = get(path).content
    sec.faults = [Fault(Kind.CUT, where=Where.DOCUMENT)]

    cut = get(path).content

    assert cut == whole[: len(whole) // 2]


@pytest.mark.parametrize("kind", [Kind.BROKEN_OFF, Kind.RESET, Kind.GARBAGE_GZIP])
def test_a_document_can_break_off_on_its_way(sec: SampleSec, get: Get, kind: Kind) -> None:
    path = document_path(sec, listed(get, "QQQ")[0])
    sec.faults = [Fault(kind, where=Where.DOCUMENT)]

    with pytest.raises((requests.ConnectionError, ChunkedEncodingError, ContentDecodingError)):
        get(path)


def test_an_address_can_lead_to_another_host(sec: SampleSec, get: Get) -> None:
    sec.faults = [Fault(Kind.REDIRECT_AWAY)]

    answer = get(TICKERS)

    assert (answer.status_code, answer.headers["Location"]) == (302, "https://elsewhere.example/")


def test_a_document_comes_in_gzip_if_that_was_asked_for(sec: SampleSec, get: Get) -> None:
    path = document_path(sec, listed(get, "VOO")[0])

    with requests.get(sec.url + path, headers=WHO, timeout=30, stream=True) as answer:
        compressed = answer.raw.read(decode_content=False)
    plain = requests.get(sec.url + path, headers={**WHO, "Accept-Encoding": "identity"}, timeout=30)

    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(compressed) == plain.content
    assert len(compressed) < len(plain.content) / 8


def test_what_was_asked_is_remembered_with_its_time(sec: SampleSec, get: Get) -> None:
    get(TICKERS)
    get(feed_path("S999000101"))

    first, second = sec.requests
    assert (first.path, second.path) == (TICKERS, "/cgi-bin/browse-edgar")
    assert first.headers["user-agent"] == WHO["User-Agent"]
    assert first.at <= second.at


def test_it_keeps_its_port_over_a_restart(sec: SampleSec) -> None:
    url = sec.url
    sec.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, headers=WHO, timeout=30)

    sec.start()

    assert sec.url == url
    assert requests.get(url, headers=WHO, timeout=30).status_code == 200


def test_all_that_is_listed_is_there(sec: SampleSec, get: Get) -> None:
    every = [entry for symbol in ("QQQ", "VOO") for entry in listed(get, symbol)]
    answers = [get(document_path(sec, entry)) for entry in every]

    assert len(every) == 20
    assert {answer.status_code for answer in answers} == {200}
    assert len({head(answer)[1] for answer in answers}) == 10
