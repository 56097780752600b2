"""The tables function and its queue; Glue's columns against the files that DuckDB writes; Athena's saved queries."""

import json
import re
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import duckdb
import pytest

from deploy import cost, prices
from deploy.export_costs import ExportUsage
from deploy.filing_costs import FilingsUsage
from deploy.rebalance_costs import RebalanceUsage
from etf_common import lake
from etf_common.filing_keys import filing_key, filing_status_key, raw_filing_key
from etf_common.table_keys import (
    NEWEST_KEY,
    SECURITIES_OF_ATHENA_KEY,
    changed_lines_key,
    changes_key,
    funds_key,
    holdings_key,
    newest_object_key,
)
from tables.columns import CHANGES, FUNDS, HOLDINGS, SECURITIES
from tables.date_changes import merged_lines
from tables.fund_row import fund_row
from tables.parquet import DateTables, merged
from tests.template.conftest import OfType
from tests.template.test_roles import LAKE
from tests.translation import Template
from tests.unit.api_cases import fund, holding

BUCKET = LAKE.partition(":::")[2]
LAMBDAS_UNPACKED_LIMIT = 250 * 1024 * 1024
TABLES = {
    "HoldingsTable": ("holdings", HOLDINGS),
    "FundsTable": ("funds", FUNDS),
    "ChangesTable": ("changes", CHANGES),
}
HIVE = {"VARCHAR": "string", "INTEGER": "int", "BIGINT": "bigint", "DOUBLE": "double", "BOOLEAN": "boolean"}
PHYSICAL = {
    "string": ("BYTE_ARRAY", "UTF8"),
    "int": ("INT32", "INT_32"),
    "bigint": ("INT64", "INT_64"),
    "double": ("DOUBLE", None),
    "boolean": ("BOOLEAN", None),
}
"""What Athena's Parquet reader wants in the file for a type of Hive: the physical type, and the converted one."""


def triggers(template: Template) -> Iterator[tuple[str, str, str, str]]:
    """(target, event, prefix, suffix) of the bucket's notifications."""
    notification = template["Resources"]["Lake"]["Properties"]["NotificationConfiguration"]
    for kind, target in (("LambdaConfigurations", "Function"), ("QueueConfigurations", "Queue")):
        for found in notification[kind]:
            rules = {rule["Name"]: rule["Value"] for rule in found["Filter"]["S3Key"]["Rules"]}
            yield found[target]["Fn::GetAtt"][0], found["Event"], rules["prefix"], rules["suffix"]


def test_snapshots_statuses_and_filings_are_told_to_the_tables_queue_and_raw_data_to_its_parsers(
    template: Template,
) -> None:
    assert set(triggers(template)) == {
        ("Transform", "s3:ObjectCreated:*", "raw/", ".html"),
        ("FilingsParse", "s3:ObjectCreated:*", "raw-filings/", ".xml"),
        ("TablesQueue", "s3:ObjectCreated:*", "processed/", ".json"),
        ("TablesQueue", "s3:ObjectCreated:*", "status/", ".json"),
        # The sweep forgets a mistyped symbol, or the owner removes a fund, and then the tables must too.
        ("TablesQueue", "s3:ObjectRemoved:*", "processed/", ".json"),
        ("TablesQueue", "s3:ObjectRemoved:*", "status/", ".json"),
        ("TablesQueue", "s3:ObjectCreated:*", "filings/", ".json"),
        ("TablesQueue", "s3:ObjectRemoved:*", "filings/", ".json"),
    }
    # The bucket cannot be made before all allow it.
    waits = ["LakeMayCallTransform", "LakeMayCallFilingsParse", "TablesQueuePolicy"]
    assert template["Resources"]["Lake"]["DependsOn"] == waits


def test_what_the_tables_and_athena_write_starts_nothing(template: Template) -> None:
    def told(key: str) -> set[str]:
        rules = triggers(template)
        return {target for target, _, prefix, suffix in rules if key.startswith(prefix) and key.endswith(suffix)}

    written = (NEWEST_KEY, newest_object_key("securities", b"{}"), holdings_key("2026-11-18"), funds_key("2026-11-18"))
    assert not any(map(told, (*written, "athena-results/0d6f.csv", "athena-results/0d6f.json", lake.CONFIG_KEY)))
    for key in (lake.latest_key("VTI"), lake.dated_key("VTI", "2026-11-18"), lake.status_key("VTI")):
        assert told(key) == {"TablesQueue"}
    assert told(filing_key("VTI", "2026-06-30")) == {"TablesQueue"}
    assert told(raw_filing_key("VTI", "0001752724-26-000001")) == {"FilingsParse"}
    assert told(lake.download_key("VTI")) == told(filing_status_key("VTI")) == set()


def test_a_change_is_in_the_tables_within_two_minutes(template: Template) -> None:
    tables = template["Resources"]["Tables"]["Properties"]
    (published,) = tables["Events"].values()
    source = dict(published["Properties"])
    assert (published["Type"], source.pop("Queue")) == ("SQS", {"Fn::GetAtt": ["TablesQueue", "Arn"]})
    # A batch of 1,000 messages of 2 KB fits Lambda's 6 MB; SQS allows no lower concurrency than 2.
    assert source["BatchSize"] == 1000
    assert source["MaximumBatchingWindowInSeconds"] == 60
    assert source["ScalingConfig"] == {"MaximumConcurrency": 2}
    # The handler answers with what failed; without this every answer would count as a success.
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert (tables["MemorySize"], tables["EphemeralStorage"], tables["Timeout"]) == (3008, {"Size": 2048}, 300)


def test_a_batch_has_time_for_all_its_tries(template: Template) -> None:
    queue = template["Resources"]["TablesQueue"]["Properties"]
    (published,) = template["Resources"]["Tables"]["Properties"]["Events"].values()
    window = published["Properties"]["MaximumBatchingWindowInSeconds"]
    timeout = template["Resources"]["Tables"]["Properties"]["Timeout"]
    assert queue["VisibilityTimeout"] == 6 * timeout + window == 1860
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["TablesDeadLetters", "Arn"]},
        "maxReceiveCount": 5,
    }
    assert queue["SqsManagedSseEnabled"] is True


def test_the_alarm_on_slow_builds_comes_before_the_time_out(template: Template) -> None:
    timeout = template["Resources"]["Tables"]["Properties"]["Timeout"]
    assert template["Resources"]["TablesSlow"]["Properties"]["Threshold"] == 1000 * timeout * 0.8


def test_the_costs_are_those_of_the_functions_settings(template: Template, of_type: OfType) -> None:
    functions, use, tables = of_type("AWS::Serverless::Function"), cost.Usage(), cost.TablesUsage()
    memory = {name: function["MemorySize"] / 1024 for name, function in functions.items()}
    assert (use.extract_gb, use.transform_gb, use.sweep_gb, use.api_gb, tables.build_gb) == tuple(
        memory[name] for name in ("Extract", "Transform", "Sweep", "Api", "Tables")
    )
    filings = FilingsUsage()
    assert (filings.fetch_gb, filings.parse_gb) == (memory["FilingsFetch"], memory["FilingsParse"])
    assert RebalanceUsage().gb == memory["Rebalance"]
    assert ExportUsage().gb == memory["Export"]
    source = functions["Tables"]["Events"]["Published"]["Properties"]
    at_once, window = source["ScalingConfig"]["MaximumConcurrency"], source["MaximumBatchingWindowInSeconds"]
    assert tables.builds_a_minute == at_once * 60 / window
    # No query costs more than the guide says.
    cutoff = template["Resources"]["QueryWorkgroup"]["Properties"]["WorkGroupConfiguration"][
        "BytesScannedCutoffPerQuery"
    ]
    assert cutoff / 1e12 * prices.ATHENA_TB == 0.05
    # A month of 4,500 funds is refreshed by as many workers as the template allows at most.
    assert cost.workers(4500, use.extract_seconds) == template["Parameters"]["MaxWorkers"]["MaxValue"] == 50
    assert cost.workers(8, use.extract_seconds) == template["Parameters"]["MaxWorkers"]["Default"]


def test_only_tables_and_export_carry_duckdb_and_only_rebalance_the_solver(
    of_type: OfType, translated: Template
) -> None:
    with_layers = {name for name, function in of_type("AWS::Serverless::Function").items() if "Layers" in function}
    assert with_layers == {"Tables", "Export", "Rebalance"}
    layers = of_type("AWS::Serverless::LayerVersion")
    assert {name: layer["ContentUri"] for name, layer in layers.items()} == {
        "CommonLayer": "layers/common/",
        "TablesLayer": "layers/tables/",
        "SolverLayer": "layers/solver/",
    }
    # Beside the common layer, which every function has from Globals.
    for name, own in (("Tables", "TablesLaye"), ("Export", "TablesLaye"), ("Rebalance", "SolverLaye")):
        built = translated["Resources"][name]["Properties"]["Layers"]
        assert [layer["Ref"][:10] for layer in built] == ["CommonLaye", own]


def unpacked(root: Path, layer: str) -> int:
    """Bytes of a layer, as far as this machine's wheels tell: Lambda's are not larger."""
    names = re.findall(r"^([a-z0-9-]+)(?:\[.*\])?==", (root / layer / "requirements.txt").read_text(), re.MULTILINE)
    files = [Path(str(file.locate())) for name in set(names) for file in distribution(name).files or []]
    own = [path for path in (root / layer).rglob("*") if path.suffix in {".py", ".csv", ".json"}]
    return sum(path.stat().st_size for path in (*files, *own) if path.is_file() and path.suffix != ".pyc")


@pytest.mark.parametrize("layer", ["layers/tables", "layers/solver"])
def test_the_layers_of_a_function_fit_lambda(root: Path, layer: str) -> None:
    common, own = unpacked(root, "layers/common"), unpacked(root, layer)
    code = sum(
        path.stat().st_size for path in (root / "functions").rglob("*") if path.suffix in {".py", ".json", ".js"}
    )
    assert common > 20_000_000
    assert own > 50_000_000
    # Half of it stays free, so a newer DuckDB or NumPy does not stop a deploy.
    assert common + own + code < LAMBDAS_UNPACKED_LIMIT / 2


def test_the_template_stays_within_cloudformations_limits(template: Template, translated: Template) -> None:
    assert len(json.dumps(translated)) < 1_000_000  # what it takes from S3
    assert len(translated["Resources"]) < 500
    assert max(len(template[section]) for section in ("Parameters", "Outputs")) < 200


def hive_type(kind: str) -> str:
    """Hive's word for a type of DuckDB."""
    if kind.endswith("[]"):
        return f"array<{hive_type(kind[:-2])}>"
    if match := re.fullmatch(r"STRUCT\((.+)\)", kind):
        members = (member.split(" ", 1) for member in match[1].split(", "))
        return f"struct<{','.join(f'{name.strip(chr(34))}:{hive_type(inner)}' for name, inner in members)}>"
    return HIVE[kind]


def glue_columns(template: Template, resource: str) -> dict[str, str]:
    described = template["Resources"][resource]["Properties"]["TableInput"]["StorageDescriptor"]["Columns"]
    return {column["Name"]: column["Type"] for column in described}


@pytest.mark.parametrize("resource", TABLES)
def test_glues_columns_are_those_of_the_code(template: Template, resource: str) -> None:
    _, columns = TABLES[resource]
    found = glue_columns(template, resource)
    assert found == {name: hive_type(kind) for name, kind in columns.items()}
    assert list(found) == list(columns)


def test_athena_has_the_securities_where_their_copy_is_written(template: Template) -> None:
    given = template["Resources"]["SecuritiesTable"]["Properties"]["TableInput"]

    assert glue_columns(template, "SecuritiesTable") == {name: hive_type(kind) for name, kind in SECURITIES.items()}
    assert given["Name"] == "securities"
    assert given["StorageDescriptor"]["Location"] == {
        "Fn::Sub": f"s3://{BUCKET}/{SECURITIES_OF_ATHENA_KEY.rpartition('/')[0]}/"
    }
    assert given["Parameters"] == {"EXTERNAL": "TRUE", "classification": "parquet"}
    assert "PartitionKeys" not in given


def snapshot(symbol: str, day: str, run: str, **values: Any) -> dict[str, Any]:
    lines = [
        holding("NVDA", name="NVIDIA Corp", **{"weight_pct": 6.5, "shares": 100.0, **values.pop("nvidia", {})}),
        holding("JPM", name="JPMorgan Chase & Co", weight_pct=1.5),
        holding(None, name="US Dollars", asset_class="cash", weight_pct=None, shares=None, market_value_usd=None),
    ]
    found = fund(symbol, lines + values.pop("more", []), day)
    found["summary"] = {**found["summary"], "change_pct": 0.5, "volume": 5_000_000_000}
    found["provenance"] = {
        "source": "schwab",
        "fetched_at": "2026-11-20T22:30:04Z",
        "raw_key": f"raw/{symbol}/{run}.html",
        "raw_sha256": "0" * 64,
    }
    found["quality"] = {"complete": True, "issues": [{"code": "missing_symbol"}], **values.pop("quality", {})}
    return found


def tables_of(*snapshots: dict[str, Any]) -> DateTables:
    return merged(None, ((found["symbol"], json.dumps(found).encode(), fund_row(found)) for found in snapshots))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB over a lake of three dates, with the views that Athena's tables are."""
    dates = {
        "2026-10-30": [snapshot("VTI", "2026-10-30", "20261102T223000Z", more=[holding("OLD", name="Old Inc")])],
        "2026-11-17": [snapshot("QQQ", "2026-11-17", "20261118T223000Z", nvidia={"weight_pct": 9.0})],
        "2026-11-18": [
            snapshot("VTI", "2026-11-18", "20261120T223000Z", nvidia={"shares": 150.0, "weight_pct": 7.25}),
            snapshot("VOO", "2026-11-18", "20261120T223000Z", quality={"complete": False}),
        ],
    }
    with duckdb.connect() as connection:
        for day, snapshots in dates.items():
            tables = tables_of(*snapshots)
            changed = merged_lines(None, [], ())
            for key, body in (
                (holdings_key(day), tables.holdings),
                (funds_key(day), tables.funds),
                (changed_lines_key(day), changed),
            ):
                (tmp_path / key).parent.mkdir(parents=True)
                (tmp_path / key).write_bytes(body)
        for name in ("holdings", "funds", "changes"):
            connection.execute(
                f"create view {name} as from read_parquet('{tmp_path}/tables/{name}/*/*.parquet', "
                "hive_partitioning = true, hive_types = {as_of: VARCHAR})"
            )
        yield connection


@pytest.mark.parametrize("resource", TABLES)
def test_glues_columns_are_those_of_the_files(
    template: Template, resource: str, engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    name, _ = TABLES[resource]
    expected = glue_columns(template, resource)
    partition = template["Resources"][resource]["Properties"]["TableInput"]["PartitionKeys"]
    # By the types that DuckDB reads back
    read = engine.execute(f"describe {name}").fetchall()
    assert {column: hive_type(kind) for column, kind, *_ in read} == {
        **expected,
        **{key["Name"]: key["Type"] for key in partition},
    }

    # And by what stands in the file itself, as Athena reads it
    file = tmp_path / "tables" / name / "as_of=2026-11-18" / f"{name}.parquet"
    described = "select name, type, converted_type, num_children from parquet_schema(?)"
    schema = engine.execute(described, [str(file)]).fetchall()
    assert list(parquet_types(iter(schema[1:]), int(schema[0][3]))) == list(expected.items())


def parquet_types(rows: Iterator[tuple[Any, ...]], count: int) -> Iterator[tuple[str, str]]:
    """(name, Hive's type) of the next `count` fields, of a schema that is listed depth first."""
    kinds = {physical: hive for hive, physical in PHYSICAL.items()}
    for _ in range(count):
        name, physical, converted, children = next(rows)
        if converted == "LIST":
            repeated = next(rows)  # the standard's middle level, which may repeat
            ((_, inner),) = parquet_types(rows, int(repeated[3]))
            yield name, f"array<{inner}>"
        elif children:
            members = ",".join(f"{member}:{kind}" for member, kind in parquet_types(rows, int(children)))
            yield name, f"struct<{members}>"
        else:
            yield name, kinds[physical, converted]


@pytest.mark.parametrize("resource", TABLES)
def test_athena_takes_no_other_file_for_parquet(resource: str) -> None:
    name, _ = TABLES[resource]
    keys = [of_date("2026-11-18") for of_date in (holdings_key, funds_key, changed_lines_key, changes_key)]
    names = {key.rpartition("/")[2] for key in keys if key.startswith(f"tables/{name}/as_of=2026-11-18/")}
    # It leaves out those that begin with an underscore or a dot.
    assert {found for found in names if not found.startswith(("_", "."))} == {f"{name}.parquet"}


@pytest.mark.parametrize("resource", TABLES)
def test_athena_finds_each_dates_file_where_it_is_written(template: Template, resource: str) -> None:
    name, _ = TABLES[resource]
    given = template["Resources"][resource]["Properties"]["TableInput"]
    key = {"holdings": holdings_key, "funds": funds_key, "changes": changed_lines_key}[name]("2026-11-18")
    location = given["Parameters"].pop("storage.location.template")["Fn::Sub"]
    # ${!as_of} is CloudFormation's way to write Athena's ${as_of}.
    assert location.replace("${!as_of}", "2026-11-18") == f"s3://{BUCKET}/{key.rpartition('/')[0]}/"
    assert given["StorageDescriptor"]["Location"] == {"Fn::Sub": f"s3://{BUCKET}/tables/{name}/"}
    assert given["PartitionKeys"] == [{"Name": "as_of", "Type": "string"}]
    assert given["Parameters"] == {
        "EXTERNAL": "TRUE",
        "classification": "parquet",
        "projection.enabled": "true",
        "projection.as_of.type": "date",
        "projection.as_of.format": "yyyy-MM-dd",
        # A date outside of it would be missing without a word: the end is a day ahead of UTC's today.
        "projection.as_of.range": "2020-01-01,NOW+1DAY",
        "projection.as_of.interval": "1",
        "projection.as_of.interval.unit": "DAYS",
    }
    parquet = "org.apache.hadoop.hive.ql.io.parquet"
    assert given["StorageDescriptor"]["SerdeInfo"] == {"SerializationLibrary": f"{parquet}.serde.ParquetHiveSerDe"}
    assert given["StorageDescriptor"]["InputFormat"] == f"{parquet}.MapredParquetInputFormat"
    assert given["StorageDescriptor"]["OutputFormat"] == f"{parquet}.MapredParquetOutputFormat"
    assert given["TableType"] == "EXTERNAL_TABLE"


def test_queries_are_limited_and_their_results_stay_private_and_go(template: Template) -> None:
    workgroup = template["Resources"]["QueryWorkgroup"]["Properties"]
    assert (workgroup["State"], workgroup["RecursiveDeleteOption"]) == ("ENABLED", True)
    assert workgroup["WorkGroupConfiguration"] == {
        "EnforceWorkGroupConfiguration": True,
        "PublishCloudWatchMetricsEnabled": True,
        "BytesScannedCutoffPerQuery": 10_000_000_000,
        "ResultConfiguration": {
            "OutputLocation": {"Fn::Sub": f"s3://{BUCKET}/athena-results/"},
            "ExpectedBucketOwner": {"Ref": "AWS::AccountId"},
            "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"},
        },
    }
    # That they go is a rule of the bucket, held by test_resources.
    database = template["Resources"]["QueryDatabase"]["Properties"]["DatabaseInput"]["Name"]
    assert database == {"Fn::Join": ["_", {"Fn::Split": ["-", {"Ref": "AWS::StackName"}]}]}


def query(template: Template, name: str) -> str:
    """A saved query as DuckDB takes it: at a fixed day, and with DuckDB's word for unnesting a struct."""
    found = template["Resources"][name]["Properties"]
    assert found["Database"] == {"Ref": "QueryDatabase"}
    assert found["WorkGroup"] == {"Ref": "QueryWorkgroup"}
    text: str = found["QueryString"]
    unnested = text.replace("unnest(sectors)", "lateral (select unnest(sectors, recursive := true))")
    return unnested.replace("current_date", "date '2026-11-29'")


def test_who_holds_asks_each_funds_newest_list(template: Template, engine: duckdb.DuckDBPyConnection) -> None:
    found = engine.execute(query(template, "WhoHoldsQuery")).fetchall()
    assert [(etf, as_of, weight) for etf, as_of, _, _, weight, *_ in found] == [
        ("QQQ", "2026-11-17", 9.0),
        ("VTI", "2026-11-18", 7.25),
        ("VOO", "2026-11-18", 6.5),
    ]


def test_sector_weights_come_by_date_with_their_bounds(template: Template, engine: duckdb.DuckDBPyConnection) -> None:
    found = engine.execute(query(template, "SectorsQuery")).fetchall()
    assert {(as_of, sector) for as_of, sector, *_ in found} >= {
        ("2026-10-30", "Information Technology"),
        ("2026-11-18", "Information Technology"),
        ("2026-11-18", "Financials"),
    }
    assert [as_of for as_of, *_ in found] == sorted(as_of for as_of, *_ in found)
    assert all(low <= high for _, _, low, high in found)


def test_two_dates_are_compared_and_what_one_lacks_stays_empty(
    template: Template, engine: duckdb.DuckDBPyConnection
) -> None:
    found = engine.execute(query(template, "ChangesQuery")).fetchall()
    assert found == [
        ("OLD", 10.0, None, 1.0, None, True),
        ("US Dollars", None, None, None, None, True),
        ("NVDA", 100.0, 150.0, 6.5, 7.25, True),
        ("JPM", 10.0, 10.0, 1.5, 1.5, True),
    ]


def test_there_are_three_saved_queries(of_type: OfType) -> None:
    saved = of_type("AWS::Athena::NamedQuery")
    assert {found["Name"] for found in saved.values()} == {
        "who-holds",
        "sector-weights-over-time",
        "two-dates-compared",
    }
    assert all(found["Description"] for found in saved.values())
