"""Whole tables over the local system: stored, written in this process, and written by the function of the cloud."""

import base64
import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import polars
import pytest
import requests

from api.app import Handler, handler_of
from api.lake.export_client import LambdaExporter
from api.service import Api
from etf_common.filing_keys import filing_key
from etf_common.whole_tables import EXPORTS, TABLES, Export, Exported
from local.disk import DataFolder
from local.lake_sql import LakeSql
from local.lambda_endpoint import EXPORT, export_of, with_functions
from local.system import System
from tests.events import http_event
from tests.functional.tables import JSON, funds, handler, newest_of, publish
from tests.unit import filed_lines

ZIPPED = {"accept-encoding": "gzip"}
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Six made-up funds and two filings, with their tables; the export function as in Lambda."""
    with System(DataFolder(tmp_path_factory.mktemp("lake"))) as system:
        for fund in funds():
            publish(system.lake, fund)
        for symbol, security in (("VTI", "Apple Inc"), ("SPYX", "=1+1; Inc")):
            line = filed_lines.line(security, 5.0, isin="US0378331005")
            filing = filed_lines.filing([line], symbol=symbol, report_date="2026-06-30")
            system.lake.write(filing_key(symbol, "2026-06-30"), json.dumps(filing).encode(), JSON)
        handler(system)({"rebuild": "all"})
        system.aws.wrap(with_functions({EXPORT: export_of(system.environ)}))
        yield system


@pytest.fixture(scope="module")
def ask(system: System) -> Ask:
    return asking(system.api)


def asking(api: Handler) -> Ask:
    def ask(path: str, headers: dict[str, str] | None = None, *, method: str = "GET", **query: str) -> dict[str, Any]:
        return api(http_event(path, query, headers or {}, method=method), None)

    return ask


def in_the_cloud(system: System, inline_bytes: int | None = None, *, stores: bool = True) -> Ask:
    """An API that calls the export function by Lambda's endpoint."""
    exporter = LambdaExporter(EXPORT, boto3.client("lambda", endpoint_url=system.aws.url), stores=stores)
    if inline_bytes is not None:
        exporter.inline_bytes = inline_bytes
    return asking(handler_of(Api(system.lake, exporter=exporter)))


def body_of(answer: dict[str, Any]) -> bytes:
    data = base64.b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
    return gzip.decompress(data) if answer["headers"].get("Content-Encoding") == "gzip" else data


def rows_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in body_of(answer).decode().splitlines()]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_the_same_in_every_format_and_as_sql_has_it(ask: Ask, system: System, name: str) -> None:
    columns = list(TABLES[name].columns)

    stored = polars.read_parquet(io.BytesIO(body_of(ask(f"/api/tables/{name}"))))
    lines = rows_of(ask(f"/api/tables/{name}", ZIPPED, format="ndjson"))
    table = list(csv.reader(io.StringIO(body_of(ask(f"/api/tables/{name}", ZIPPED, format="csv")).decode("utf-8-sig"))))

    assert stored.columns == table[0] == columns
    assert stored.rows(named=True) == lines
    assert len(table) == len(lines) + 1
    if "etf" in columns:
        assert [cells[0] for cells in table[1:]] == [row["etf"] for row in lines]
    with LakeSql(system.folder.root) as sql:
        (answer,) = sql.ask(f"select {', '.join(columns)} from {name}")  # noqa: S608 - our own names
        assert sorted(map(str, answer.rows)) == sorted(map(str, stored.rows()))


def test_the_list_says_what_there_is(ask: Ask, system: System) -> None:
    answer = json.loads(ask("/api/tables")["body"])
    told = {table["name"]: table for table in answer["tables"]}

    assert list(told) == list(TABLES)
    assert answer["tables_as_of"] == newest_of(system.lake).tables_as_of
    for name, table in told.items():
        assert table["rows"] == len(rows_of(ask(f"/api/tables/{name}", ZIPPED, format="ndjson")))
        assert [column["name"] for column in table["columns"]] == list(TABLES[name].columns)
        assert table["dates"] == (sorted(table["dates"], reverse=True) if table["by_date"] else [])
    body = system.lake.read(newest_of(system.lake).funds_key).body
    assert told["latest_funds"]["bytes"] == len(body)


def test_the_rows_of_one_fund(ask: Ask) -> None:
    symbol = rows_of(ask("/api/tables/latest_funds", ZIPPED, format="ndjson"))[0]["etf"]

    answer = ask("/api/tables/latest_holdings", ZIPPED, format="ndjson", etf=symbol.lower())

    rows = rows_of(answer)
    assert {row["etf"] for row in rows} == {symbol}
    assert [row["line"] for row in rows] == list(range(1, len(rows) + 1))
    assert answer["headers"]["Content-Disposition"] == f'attachment; filename="latest_holdings-{symbol}.ndjson"'
    assert ask("/api/tables/latest_holdings", etf="NOPE")["statusCode"] == 404


def test_no_cell_of_csv_is_a_formula_and_filings_have_their_own_source(ask: Ask) -> None:
    answer = ask("/api/tables/securities", format="csv")

    (row,) = csv.DictReader(io.StringIO(answer["body"].removeprefix("\ufeff"), newline=""))
    assert row["names"].startswith("'[")
    assert "=1+1; Inc" in row["names"]
    assert answer["headers"]["X-Data-Source"] == "sec"
    (one,) = rows_of(ask("/api/tables/latest_filings", format="ndjson", etf="SPYX"))
    assert (one["etf"], one["report_date"], one["lines"]) == ("SPYX", "2026-06-30", 1)


def test_a_caller_without_gzip_gets_the_same_text(ask: Ask) -> None:
    plain, zipped = ask("/api/tables/holdings", format="csv"), ask("/api/tables/holdings", ZIPPED, format="csv")

    assert "Content-Encoding" not in plain["headers"]
    assert body_of(plain) == body_of(zipped)


def test_what_the_caller_has_is_not_written_again_and_head_writes_nothing(system: System, ask: Ask) -> None:
    etag = ask("/api/tables/holdings", ZIPPED, format="ndjson")["headers"]["ETag"]
    nobody = asking(handler_of(Api(system.lake)))

    assert nobody("/api/tables/holdings", format="ndjson")["statusCode"] == 503
    known = nobody("/api/tables/holdings", {"if-none-match": etag}, format="ndjson")
    assert (known["statusCode"], known["body"]) == (304, "")
    head = nobody("/api/tables/holdings", ZIPPED, method="HEAD", format="ndjson")
    assert (head["statusCode"], head["body"], head["headers"]["ETag"]) == (200, "", etag)
    assert "Content-Length" not in head["headers"]
    stored = nobody("/api/tables/funds", method="HEAD")
    assert int(stored["headers"]["Content-Length"]) == len(body_of(nobody("/api/tables/funds")))


@pytest.mark.parametrize(("name", "chosen"), [("holdings", "parquet"), ("holdings", "ndjson"), ("funds", "parquet")])
def test_a_large_table_is_at_another_address_that_needs_no_token(
    ask: Ask, system: System, name: str, chosen: str
) -> None:
    answer = in_the_cloud(system, inline_bytes=100)(f"/api/tables/{name}", ZIPPED, format=chosen)

    assert (answer["statusCode"], answer["body"]) == (307, "")
    assert answer["headers"]["Cache-Control"] == "no-store"
    found = requests.get(answer["headers"]["Location"], timeout=10)
    assert found.content == body_of(ask(f"/api/tables/{name}", ZIPPED, format=chosen))
    assert found.headers["Content-Disposition"].startswith(f'attachment; filename="{name}-')
    assert urlsplit(found.url).path.startswith("/etf-lake/tables/" if name == "funds" else f"/etf-lake/{EXPORTS}")


def test_the_same_question_is_written_once_and_once_more_when_its_object_is_gone(system: System) -> None:
    question = {"format": "ndjson", "etf": rows_of(asking(system.api)("/api/tables/funds", format="ndjson"))[1]["etf"]}
    calls: list[str] = []
    exporter = Counting(system, calls)
    ask = asking(handler_of(Api(system.lake, exporter=exporter)))
    first, second = (ask("/api/tables/holdings", ZIPPED, **question) for _ in range(2))
    assert (first["statusCode"], second["statusCode"], len(calls)) == (307, 307, 1)

    system.lake.delete(urlsplit(first["headers"]["Location"]).path.removeprefix("/etf-lake/"))

    third = ask("/api/tables/holdings", ZIPPED, **question)
    assert (third["statusCode"], len(calls)) == (307, 2)
    assert requests.get(third["headers"]["Location"], timeout=10).status_code == 200


class Counting(LambdaExporter):
    """Puts every result into the lake, and remembers which were asked for."""

    inline_bytes = 0

    def __init__(self, system: System, calls: list[str]) -> None:
        super().__init__(EXPORT, boto3.client("lambda", endpoint_url=system.aws.url), stores=True)
        self._calls = calls

    def __call__(self, export: Export) -> Exported:
        self._calls.append(export.key)
        return super().__call__(export)


@pytest.mark.parametrize(("name", "chosen"), [("latest_holdings", "csv"), ("latest_funds", "parquet")])
def test_an_open_api_gives_no_address_away(system: System, name: str, chosen: str) -> None:
    answer = in_the_cloud(system, inline_bytes=100, stores=False)(f"/api/tables/{name}", ZIPPED, format=chosen)

    assert answer["statusCode"] == 413
    assert "one fund with etf" in answer["body"]
    for way in ("make deploy TOKEN=...", "make sql", "Athena", "S3"):
        assert way in answer["body"]
    assert ("format=parquet" in answer["body"]) == (chosen != "parquet")
    assert not [key for key in system.lake.keys(EXPORTS) if key.endswith(f"{name}.{chosen}")]


def test_one_fund_that_is_too_large_is_not_told_to_ask_for_one_fund(system: System) -> None:
    symbol = next(iter(newest_of(system.lake).funds))
    answer = in_the_cloud(system, inline_bytes=100, stores=False)("/api/tables/latest_holdings", ZIPPED, etf=symbol)

    assert answer["statusCode"] == 413
    assert "with etf" not in answer["body"]
    assert "make deploy TOKEN=..." in answer["body"]


def test_head_of_a_stored_table_that_an_open_api_cannot_give_is_a_413(system: System) -> None:
    ask = in_the_cloud(system, inline_bytes=100, stores=False)
    got, head = (ask("/api/tables/latest_funds", method=method) for method in ("GET", "HEAD"))

    assert (got["statusCode"], head["statusCode"], head["body"]) == (413, 413, "")


def test_large_text_is_refused_to_a_caller_without_gzip(system: System) -> None:
    answer = in_the_cloud(system, inline_bytes=100)("/api/tables/holdings", format="csv")

    assert answer["statusCode"] == 413
    assert "ask for gzip" in answer["body"]


def test_a_table_that_is_replaced_while_it_is_asked_for_is_asked_for_again(system: System) -> None:
    key = next(found.key for found in system.lake.listed("tables/holdings/"))
    body = system.lake.read(key).body

    class Replacing(LambdaExporter):
        def __call__(self, export: Export) -> Exported:
            system.lake.write(key, body + b" ", "application/vnd.apache.parquet")
            return super().__call__(export)

    exporter = Replacing(EXPORT, boto3.client("lambda", endpoint_url=system.aws.url), stores=True)
    symbol = next(iter(newest_of(system.lake).funds))
    answer = asking(handler_of(Api(system.lake, exporter=exporter)))("/api/tables/holdings", etf=symbol)
    system.lake.write(key, body, "application/vnd.apache.parquet")

    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "5")
    assert "built anew" in answer["body"]


def test_a_stored_table_that_cannot_be_read_fails_its_own_answer_alone(system: System, ask: Ask) -> None:
    key = newest_of(system.lake).holdings_key
    body = system.lake.read(key).body
    system.lake.write(key, b"PAR1 not a table PAR1", "application/vnd.apache.parquet")

    local, cloud = (each("/api/tables/latest_holdings", ZIPPED, format="csv") for each in (ask, in_the_cloud(system)))
    told = json.loads(asking(handler_of(Api(system.lake)))("/api/tables")["body"])
    system.lake.write(key, body, "application/vnd.apache.parquet")

    assert (local["statusCode"], cloud["statusCode"]) == (503, 503)
    assert "damaged" in local["body"]
    assert "could not be written" in cloud["body"]
    assert [table["rows"] is None for table in told["tables"]] == [name == "latest_holdings" for name in TABLES]


def test_a_funds_holdings_are_parquet_with_the_columns_of_their_csv(ask: Ask) -> None:
    symbol = rows_of(ask("/api/tables/latest_funds", ZIPPED, format="ndjson"))[0]["etf"]
    path, some = f"/api/etfs/{symbol}/holdings", {"sort": "-weight_pct", "limit": "3"}

    answer = ask(path, ZIPPED, format="parquet", **some)

    frame = polars.read_parquet(io.BytesIO(body_of(answer)))
    assert frame.rows(named=True) == rows_of(ask(path, format="ndjson", **some))
    assert frame.schema["weight_pct"] == polars.Float64
    assert frame.schema["complete"] == polars.Boolean
    assert answer["headers"]["Content-Disposition"].endswith('.parquet"')
    assert "Content-Encoding" not in answer["headers"]
