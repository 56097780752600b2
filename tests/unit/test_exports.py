"""The export function and its client: what is written, what is refused, and what a caller is told of faults."""

import base64
import csv
import gzip
import io
import json
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import duckdb
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from api.events import Request
from api.faults import BadQueryError, ExportError, TooLargeError, UnknownTableError
from api.files import File
from api.lake.export_client import LambdaExporter, NoExporter
from api.lake.whole_tables import TableQuery
from etf_common.csv_text import csv_rows
from etf_common.errors import UsageError
from etf_common.settings import export_function
from etf_common.whole_tables import EXPORTS, TABLES, Export, Exported, Source
from export.app import create
from export.csv_cells import cell
from export.exporting import exported
from export.writing import write
from tests.unit.lake_cases import MemoryLake

EXPORT = Export("holdings", "csv", (Source("tables/holdings/as_of=2026-11-18/holdings.parquet", '"1"'),), "2026-11-18")
HOSTILE = [
    "=1+1",
    " +1",
    "a;=b",
    "a\r\n@b",
    "-1",
    '"=1"',
    "\u200b=x",
    "\uff1d1",
    "'=1",
    "Über = x",
    "\N{CJK UNIFIED IDEOGRAPH-4E00}=1",
]


class StandIn:
    """boto3's client for one function, which answers with this body, or raises."""

    def __init__(self, body: bytes = b"", fault: Exception | None = None, **answer: Any) -> None:
        self.body, self.fault, self.answer = body, fault, answer
        self.calls: list[dict[str, Any]] = []

    def invoke(self, **call: Any) -> dict[str, Any]:
        self.calls.append(call)
        if self.fault:
            raise self.fault
        return {"Payload": io.BytesIO(self.body), **self.answer}


@dataclass
class FileLake(MemoryLake):
    """A lake that takes files, and has them apart."""

    files: dict[str, bytes] = field(default_factory=dict)

    def write_file(self, key: str, path: Path, _type: str, _encoding: str | None) -> None:
        self.files[key] = path.read_bytes()


def exporter(stand_in: StandIn, *, stores: bool = True) -> LambdaExporter:
    return LambdaExporter("stack-export", cast(Any, stand_in), stores=stores)


def test_a_cell_is_guarded_as_every_other_csv_guards_it_character_by_character() -> None:
    numbers = [*range(0x500), *range(0x500, 0x30000, 97)]
    characters = [chr(number) for number in numbers if number and not 0xD800 <= number < 0xE000]
    # What this Python does not know yet may be a letter to DuckDB.
    known = [one for one in characters if unicodedata.category(one) != "Cn"]
    texts = [*HOSTILE, *(text for one in known for text in (f"{one}=", f"a;{one}=", f"{one}1"))]

    found = duckdb.execute(f"select {cell('t')} from (select unnest($texts) as t)", {"texts": texts}).fetchall()  # noqa: S608 - ours

    expected = next(
        zip(*csv.reader(io.StringIO(csv_rows([[text] for text in texts]).decode(), newline="")), strict=True)
    )
    assert [row[0] for row in found] == list(expected)


def stored(folder: Path, query: str) -> Path:
    path = folder / "source.parquet"
    duckdb.execute(f"copy ({query}) to '{path}' (format parquet)")
    return path


def test_a_file_of_an_earlier_release_has_null_for_what_it_lacks(tmp_path: Path) -> None:
    path = stored(tmp_path, "select 'VTI' as etf, 1 as line, 'it''s; =1' as name, 7 as gone_since")

    made = write(EXPORT, [path], tmp_path)

    text = gzip.decompress(made.read_bytes()).decode("utf-8-sig")
    assert text.endswith("\r\n")
    header, row = csv.reader(io.StringIO(text, newline=""))
    assert header == list(TABLES["holdings"].columns)
    cells = dict(zip(header, row, strict=True))
    assert {name: text for name, text in cells.items() if text} == {
        "etf": "VTI",
        "line": "1",
        "name": "it's;' =1",
        "as_of": "2026-11-18",
    }


def test_lists_are_json_in_csv_and_lists_in_ndjson(tmp_path: Path) -> None:
    query = "select 'AAPL' as ticker, ['Apple Inc', '=1'] as names, []::VARCHAR[] as differ, null::VARCHAR[] as filings"
    path = stored(tmp_path, query)
    source = (Source("tables/newest/x.parquet", ""),)

    table, lines = (
        gzip.decompress(write(Export("securities", chosen, source), [path], tmp_path).read_bytes()).decode("utf-8-sig")
        for chosen in ("csv", "ndjson")
    )

    (row,) = csv.DictReader(io.StringIO(table, newline=""))
    assert (row["names"], row["differ"], row["filings"]) == ('["Apple Inc","=1"]', "[]", "")
    told = json.loads(lines)
    assert (told["names"], told["differ"], told["filings"]) == (["Apple Inc", "=1"], [], None)


def test_the_same_question_has_one_key_and_every_other_question_another() -> None:
    others = [
        Export("holdings", "ndjson", EXPORT.sources, EXPORT.as_of),
        Export("holdings", "csv", EXPORT.sources, EXPORT.as_of, "VTI"),
        Export("holdings", "csv", (Source(EXPORT.sources[0].key, '"2"'),), EXPORT.as_of),
        Export("holdings", "csv", EXPORT.sources, "2026-11-19"),
    ]

    assert Export.parse(json.loads(json.dumps(EXPORT.document()))).key == EXPORT.key
    assert len({EXPORT.key, *(other.key for other in others)}) == 5
    assert EXPORT.key.startswith(EXPORTS)
    assert EXPORT.key.endswith("/holdings-2026-11-18.csv")


@pytest.mark.parametrize(
    "change",
    [
        {"table": "nothing"},
        {"table": ["holdings"]},
        {"format": "xlsx"},
        {"sources": []},
        {"sources": [["a"]]},
        {"sources": None},
        {"as_of": "20261118"},
        {"as_of": "'; drop"},
        {"etf": "x' or 1=1"},
        {"etf": 7},
        {"more": 1},
    ],
    ids=str,
)
def test_a_question_that_is_none_is_refused(change: dict[str, Any]) -> None:
    environ = {"LAKE_BUCKET": "bucket", "AWS_DEFAULT_REGION": "us-east-1"}
    event = {"inline_bytes": 1, "stores": True, "export": {**EXPORT.document(), **change}}
    with pytest.raises(UsageError, match="not an export request"):
        create(environ)(event, None)
    with pytest.raises(UsageError, match="not understood"):
        create(environ)({**event, "inline_bytes": "1"}, None)


def test_the_question_goes_to_the_function_and_its_result_comes_back() -> None:
    function = StandIn(json.dumps({"content": base64.b64encode(b"PAR1").decode()}).encode())

    assert exporter(function)(EXPORT) == Exported(content=b"PAR1")
    sent = json.loads(function.calls[0]["Payload"])
    assert Export.parse(sent["export"]) == EXPORT
    assert exporter(StandIn(json.dumps({"key": EXPORT.key}).encode()))(EXPORT) == Exported(key=EXPORT.key)
    assert exporter(StandIn(b'{"gone": "tables/x"}'))(EXPORT) == Exported(gone="tables/x")
    assert exporter(StandIn(b'{"too_large": 7}'))(EXPORT) == Exported(too_large=7)


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Invoke")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (ReadTimeoutError(endpoint_url="https://lambda"), "it is being written, ask again"),
        (refused("TooManyRequestsException"), "too many tables"),
        (refused("ResourceNotFoundException"), "cannot be reached"),
        (EndpointConnectionError(endpoint_url="https://lambda"), "does not answer"),
    ],
    ids=["too late", "throttled", "missing", "not there"],
)
def test_a_writer_that_does_not_answer_is_a_503_that_says_so(fault: Exception, says: str) -> None:
    with pytest.raises(ExportError, match=says) as raised:
        exporter(StandIn(fault=fault))(EXPORT)
    assert (raised.value.status, raised.value.headers) == (503, {"Retry-After": "5"})


@pytest.mark.parametrize(
    ("export", "says", "headers"),
    [
        (EXPORT, "ask for one fund with etf", {}),
        (replace(EXPORT, etf="VTI"), "try again in a moment", {"Retry-After": "5"}),
        (Export("securities", "csv", EXPORT.sources), "try again in a moment", {"Retry-After": "5"}),
    ],
    ids=["all funds", "one fund", "no funds"],
)
def test_what_is_late_and_kept_nowhere_is_not_called_being_written(
    export: Export, says: str, headers: dict[str, str]
) -> None:
    late = StandIn(fault=ReadTimeoutError(endpoint_url="https://lambda"))
    with pytest.raises(ExportError, match=says) as raised:
        exporter(late, stores=False)(export)
    assert (raised.value.status, dict(raised.value.headers)) == (503, headers)
    assert "being written" not in raised.value.message


@pytest.mark.parametrize(
    ("stores", "seconds", "is_there"), [(True, 2.9, False), (True, 3.1, True), (False, 3.1, False)]
)
def test_a_small_result_that_was_slow_is_there_when_it_is_asked_for_again(
    tmp_path: Path, stores: bool, seconds: float, is_there: bool
) -> None:
    memory = FileLake()
    memory.put("tables/x.parquet", stored(tmp_path, "select 'VTI' as etf, 1 as line").read_bytes())
    export = Export("holdings", "csv", (Source("tables/x.parquet", ""),), "2026-11-18")

    made = exported(memory.lake, export, 10_000, stores=stores, clock=iter([0.0, seconds]).__next__)

    assert made.content is not None
    assert memory.files == ({export.key: made.content} if is_there else {})


def test_a_writer_that_failed_is_told_without_what_it_says() -> None:
    with pytest.raises(ExportError, match="could not be written") as raised:
        exporter(StandIn(b'{"errorMessage": "secret"}', FunctionError="Unhandled"))(EXPORT)
    assert "secret" not in raised.value.message


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[" * 100_000, b'{"content": "?"}', b'{"key": "exports/other"}', b'{"too_large": -1}']
)
def test_anything_but_a_result_is_a_503(body: bytes) -> None:
    with pytest.raises(ExportError, match="invalid answer"):
        exporter(StandIn(body))(EXPORT)


def test_an_api_without_a_writer_says_who_can_help() -> None:
    assert export_function({}) is None
    with pytest.raises(ExportError, match="EXPORT_FUNCTION"):
        NoExporter()(EXPORT)
    with pytest.raises(UsageError, match="EXPORT_FUNCTION"):
        export_function({"EXPORT_FUNCTION": "../x"})


def asked(name: str, **query: str) -> Request:
    return Request("GET", f"/api/tables/{name}", query, {}, name=name)


@pytest.mark.parametrize(
    ("request_", "fault", "says"),
    [
        (asked("nothing"), UnknownTableError, "latest_holdings"),
        (asked("holdings", format="json"), BadQueryError, "parquet, ndjson or csv"),
        (asked("latest_funds", as_of="2026-11-18"), BadQueryError, "one of holdings, funds, changes"),
        (asked("securities", etf="VTI"), BadQueryError, "leave etf out"),
        (asked("holdings", as_of="today"), BadQueryError, "a date such as"),
    ],
)
def test_a_question_that_has_no_answer_is_told_what_there_is(
    request_: Request, fault: type[Exception], says: str
) -> None:
    with pytest.raises(fault, match=says):
        TableQuery.of(request_)


def test_text_that_is_too_large_without_gzip_is_refused_before_it_is_all_unpacked() -> None:
    zipped = gzip.compress(b"a" * 50_000_000, compresslevel=1)
    file = File("a.csv", "text/csv", '"1"', lambda: zipped, is_gzipped=True)

    with pytest.raises(TooLargeError, match="ask for gzip"):
        file.response(asked("holdings"))
    assert file.response(Request("GET", "/", {}, {"accept-encoding": "gzip"})).body == zipped
