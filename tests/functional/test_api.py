"""The API's manners: queries, history, downloads, validators, and answers that keep to openapi.json."""

import csv
import gzip
import io
import json
import re
from base64 import b64decode
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
import jsonschema
import pytest

from api.app import handler_of
from api.dated.history import History, Known
from api.service import Api
from etf_common.lake import Lake
from local.system import System
from sample_portal.funds import Row, fund, many_rows
from sample_portal.server import SamplePortal
from tests.functional.conftest import Refresh, get, snapshot


def ask(system: System, url: str, **headers: str) -> dict[str, Any]:
    """The API's answer to a GET with a query."""
    parts = urlsplit(url)
    return get(
        system,
        parts.path,
        {name.replace("_", "-"): value for name, value in headers.items()},
        dict(parse_qsl(parts.query, keep_blank_values=True)),
    )


def body(answer: dict[str, Any]) -> bytes:
    data = b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
    return gzip.decompress(data) if answer["headers"].get("Content-Encoding") == "gzip" else data


class TestHoldings:
    @pytest.fixture(autouse=True)
    def _fund(self, system: System, refresh: Refresh) -> None:
        refresh("QQQ")

    def test_pages_together_are_the_list(self, system: System) -> None:
        whole = json.loads(body(ask(system, "/api/etfs/QQQ/holdings")))
        first = ask(system, "/api/etfs/QQQ/holdings?limit=60")
        rest = ask(system, "/api/etfs/QQQ/holdings?limit=60&offset=60")
        behind = ask(system, "/api/etfs/QQQ/holdings?offset=500")
        assert json.loads(body(first)) + json.loads(body(rest)) == whole
        assert (len(json.loads(body(first))), first["headers"]["X-Total-Count"]) == (60, "101")
        assert json.loads(body(behind)) == []

    def test_sorted_both_ways_with_nulls_last(self, system: System) -> None:
        rising = json.loads(body(ask(system, "/api/etfs/QQQ/holdings?sort=symbol")))
        falling = json.loads(body(ask(system, "/api/etfs/QQQ/holdings?sort=-market_value_usd")))
        symbols = [row["symbol"] for row in rising]
        values = [row["market_value_usd"] for row in falling]
        known = [symbol for symbol in symbols if symbol is not None]
        assert known == sorted(known)
        assert symbols == known + [None] * (len(symbols) - len(known))
        assert values == sorted(values, reverse=True)

    def test_csv_is_the_download_in_the_lake(self, system: System) -> None:
        answer = ask(system, "/api/etfs/QQQ/holdings?format=csv")
        served = body(answer)
        assert served == system.lake.read("downloads/QQQ.csv").body
        assert answer["headers"]["Content-Type"] == "text/csv; charset=utf-8"
        assert answer["headers"]["Content-Disposition"] == 'attachment; filename="QQQ-2026-11-19.csv"'
        assert served.startswith(b"\xef\xbb\xbfsymbol,name,weight_pct,shares,market_value_usd,asset_class,")
        rows = list(csv.DictReader(io.StringIO(served.decode("utf-8-sig"))))
        holdings = snapshot(system, "QQQ")["holdings"]
        assert [row["symbol"] for row in rows] == [holding["symbol"] or "" for holding in holdings]
        assert [float(row["weight_pct"]) for row in rows] == [holding["weight_pct"] for holding in holdings]
        assert {(row["holdings_as_of"], row["source"]) for row in rows} == {("2026-11-19", "sample")}

    @pytest.mark.parametrize(
        ("query", "named"),
        [
            ("limit=0", "limit is '0'; allowed is a whole number from 1"),
            ("limit=-1", "limit is '-1'"),
            ("limit=ten", "limit is 'ten'"),
            ("limit=99999999999", "limit is"),
            ("offset=1.5", "offset is '1.5'"),
            ("sort=price", "sort is 'price'; allowed is one of symbol"),
            ("format=xml", "format is 'xml'; allowed is json, csv, ndjson"),
            ("limt=5", "unknown query parameter 'limt'; allowed are format, sort, limit, offset, as_of"),
            ("as_of=20261119", "as_of is '20261119'; allowed is a date such as 2026-10-01"),
            ("as_of=2026-02-30", "as_of is '2026-02-30'"),
        ],
    )
    def test_a_bad_query_is_a_400_that_says_what_is_allowed(self, system: System, query: str, named: str) -> None:
        answer = ask(system, f"/api/etfs/QQQ/holdings?{query}")
        assert answer["statusCode"] == 400
        assert named in json.loads(answer["body"])["message"]

    def test_each_view_has_an_etag_of_its_own(self, system: System) -> None:
        urls = ["", "/holdings", "/holdings?limit=5", "/holdings?sort=name", "/holdings?format=csv"]
        etags = [ask(system, f"/api/etfs/QQQ{url}")["headers"]["ETag"] for url in urls]
        assert len(set(etags)) == len(urls)
        for url, etag in zip(urls, etags, strict=True):
            answer = ask(system, f"/api/etfs/QQQ{url}", if_none_match=f'W/"other", {etag}')
            assert (answer["statusCode"], answer["body"]) == (304, "")


def test_history_and_snapshots_of_dates(system: System, portal: SamplePortal, refresh: Refresh) -> None:
    # Given three holdings dates
    for day in (date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 20)):
        found = fund("QQQ", day)
        assert found is not None
        portal.options.funds_override = {"QQQ": found}
        refresh("QQQ", f"{day:%Y%m%d}T223000Z")

    # Then the history lists them, newest first
    history = json.loads(body(ask(system, "/api/etfs/qqq/history")))
    assert [entry["holdings_as_of"] for entry in history] == ["2026-11-19", "2026-11-17", "2026-11-16"]
    newest = snapshot(system, "QQQ")
    assert history[0]["rows"] == 101
    assert history[0]["last_price"] == newest["summary"]["last_price"]
    assert history[0]["weight_pct"] == newest["totals"]["weight_pct"]

    # And each can be asked for
    old = json.loads(body(ask(system, "/api/etfs/QQQ?as_of=2026-11-17")))
    assert old["holdings_as_of"] == "2026-11-17"
    assert json.loads(body(ask(system, "/api/etfs/QQQ/holdings?as_of=2026-11-17"))) == old["holdings"]

    # And a date without snapshot names the nearest ones
    for as_of, near in (
        ("2026-11-18", "2026-11-17 and 2026-11-19"),
        ("2026-01-01", "2026-11-16;"),
        ("2027-01-01", "2026-11-19;"),
    ):
        answer = ask(system, f"/api/etfs/QQQ?as_of={as_of}")
        assert answer["statusCode"] == 404
        assert f"nearest: {near}" in json.loads(answer["body"])["message"]
    assert ask(system, "/api/etfs/NOPE/history")["statusCode"] == 404


def test_symbols_without_a_history_are_not_remembered(system: System, refresh: Refresh) -> None:
    refresh("QQQ")
    known: Known = {}
    history = History(system.lake, known)

    for symbol in ("QQQ", "NOPE", "NADA"):
        history.rows(symbol, date.max)

    # Otherwise requests for made-up symbols would fill the memory
    assert list(known) == ["QQQ"]
    assert ask(system, "/api/etfs/NOPE?as_of=2026-11-17")["statusCode"] == 404


def test_twenty_thousand_rows_fit_compressed_and_are_explained_otherwise(
    system: System, portal: SamplePortal, refresh: Refresh
) -> None:
    rows: list[Row] = list(many_rows(20_000))
    portal.options.rows_override = {"VTI": [row._replace(name=row.name + " " * 20 + "x" * 150) for row in rows]}
    refresh("VTI")

    answer = ask(system, "/api/etfs/VTI", accept_encoding="gzip")
    assert answer["statusCode"] == 200
    assert len(json.dumps(answer)) < 6 * 1024 * 1024
    assert body(answer) == system.lake.read("processed/VTI/latest.json").body

    refused = ask(system, "/api/etfs/VTI")
    assert refused["statusCode"] == 413
    assert "gzip" in json.loads(refused["body"])["message"]


def test_a_formula_in_a_name_stays_a_name(system: System, portal: SamplePortal, refresh: Refresh) -> None:
    (row,) = many_rows(1)
    names = ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", 'a "quoted", name', "two\nlines"]
    portal.options.rows_override = {"GLD": [row._replace(symbol=f"S{n}", name=name) for n, name in enumerate(names)]}
    refresh("GLD")

    text = system.lake.read("downloads/GLD.csv").body.decode("utf-8-sig")

    cells = [line["name"] for line in csv.DictReader(io.StringIO(text, newline=""))]
    assert cells[:5] == ["'=HYPERLINK(1)", "'+1", "'-1", "'@SUM(1)", 'a "quoted", name']
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_without_tables_the_list_costs_two_reads_and_one_listing(system: System, refresh: Refresh) -> None:
    refresh("QQQ")
    calls: list[str] = []
    s3 = boto3.client("s3", endpoint_url=system.aws.url)
    lake = Lake(s3, system.lake.bucket)
    clock = [0.0]
    s3.meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    system.api = handler_of(Api(lake, clock=lambda: clock[0]))

    assert json.loads(body(ask(system, "/api/etfs"))) == ["QQQ"]
    # The config, and the tables, which are not there
    assert sorted(calls) == ["GetObject", "GetObject", "HeadObject", "ListObjectsV2"]
    ask(system, "/api/etfs")
    assert len(calls) == 4

    # And what is known to be there is not looked at again
    calls.clear()
    clock[0] += 6
    ask(system, "/api/etfs")
    assert sorted(calls) == ["GetObject", "GetObject", "ListObjectsV2"]

    # And a snapshot is read once, served from memory for seconds, then revalidated
    calls.clear()
    ask(system, "/api/etfs/QQQ")
    ask(system, "/api/etfs/QQQ/holdings")
    assert calls == ["GetObject"]
    clock[0] += 6
    ask(system, "/api/etfs/QQQ")
    assert calls == ["GetObject", "GetObject"]


def test_a_first_transform_that_ended_half_way_is_no_snapshot_yet(system: System, refresh: Refresh) -> None:
    # Given the dated file of a fund, whose latest.json was never written
    refresh("QQQ")
    dated = system.lake.read(f"processed/QQQ/{snapshot(system, 'QQQ')['holdings_as_of']}.json")
    system.lake.write("processed/GLD/2026-11-19.json", dated.body, "application/json", dated.metadata)

    assert json.loads(body(ask(system, "/api/etfs"))) == ["QQQ"]
    assert ask(system, "/api/etfs/GLD")["statusCode"] == 404


def schema_of(contract: dict[str, Any], path: str, status: str) -> dict[str, Any]:
    schema = contract["paths"][path]["get"]["responses"][status]["content"]["application/json"]["schema"]
    return {**schema, "components": contract["components"]}


def test_answers_keep_to_the_contract(system: System, refresh: Refresh) -> None:
    contract = json.loads(body(ask(system, "/api/openapi.json")))
    refresh("QQQ")
    refresh("NOPE")
    for path, url, status in (
        ("/api/etfs", "/api/etfs", 200),
        ("/api/etfs/{symbol}", "/api/etfs/QQQ", 200),
        ("/api/etfs/{symbol}", "/api/etfs/NOPE", 404),
        ("/api/etfs/{symbol}", "/api/etfs/Q  Q", 400),
        ("/api/etfs/{symbol}/holdings", "/api/etfs/QQQ/holdings", 200),
        ("/api/etfs/{symbol}/history", "/api/etfs/QQQ/history", 200),
        ("/api/status", "/api/status", 200),
        ("/api/health", "/api/health", 200),
    ):
        answer = ask(system, url)
        assert answer["statusCode"] == status, url
        jsonschema.validate(json.loads(body(answer)), schema_of(contract, path, str(status)))
        declared = contract["paths"][path]["get"]["responses"][str(status)].get("headers", {})
        # Only tables have columns to name.
        assert set(declared) - {"X-Table-Columns"} <= set(answer["headers"]), url


def test_every_data_answer_names_its_source(system: System, refresh: Refresh) -> None:
    refresh("QQQ")
    for url in ("/api/etfs/QQQ", "/api/etfs/QQQ/holdings?format=csv", "/api/etfs/QQQ/history", "/api/status"):
        assert ask(system, url)["headers"]["X-Data-Source"] == "sample", url
    assert ask(system, "/api/etfs")["headers"]["X-Data-Source"] in {"schwab", "sample"}


def test_the_docs_page_asks_no_other_host(system: System) -> None:
    answer = ask(system, "/api/docs", accept_encoding="gzip")
    page = body(answer).decode()
    assert answer["headers"]["Content-Type"].startswith("text/html")
    markup = re.sub(r"(?s)<(style|script)>.*?</\1>", "", page)
    assert not re.search(r"(?i)(src|href)\s*=\s*[\"']?(https?:)?//", markup)
    assert "@import" not in page
    assert 'url: "openapi.json"' in page


def test_cross_origin_callers_may_read_the_headers(system: System, root: Path) -> None:
    answer = ask(system, "/api/health", origin="https://example.com")
    assert answer["headers"]["Access-Control-Allow-Origin"] == "*"
    assert "X-Data-Source" in answer["headers"]["Access-Control-Expose-Headers"]
