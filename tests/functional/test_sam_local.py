"""What containers of `sam local` are told of the system outside, and whether it answers to that."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from samcli.yamlhelper import yaml_parse

from etf_common.lake import CONFIG_KEY
from etf_common.metrics import NAMESPACE_VARIABLE
from local.disk import DataFolder
from local.docker import Engine
from local.embedded_aws import BUCKET
from local.lambda_endpoint import REBALANCE
from local.sam_local import env_vars
from local.system import PASSED_ON, System
from sample_portal.server import SamplePortal
from sample_sec.server import SampleSec

DOCKER_DESKTOP = Engine("arm64", "127.0.0.1", "host.docker.internal")


@pytest.fixture
def system(folder: DataFolder, portal: SamplePortal, funds_only: Path) -> Iterator[System]:
    """As `make sam-local` has it: with the sample SEC beside the sample portal."""
    with SampleSec() as sec, System(folder, portal.url, sec_url=sec.url) as system:
        system.put_config(funds_only)
        yield system


def test_every_variable_of_the_template_is_set(system: System, root: Path) -> None:
    template: dict[str, Any] = yaml_parse((root / "template.yaml").read_text())
    functions = [r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::Serverless::Function"]
    declared = {name for function in functions for name in function["Environment"]["Variables"]}

    given = json.loads(env_vars(system, Engine("x86_64", "127.0.0.1", "127.0.0.1")))["Parameters"]

    # These are the user's own; the metrics' namespace is the stack's name, and only a log line here.
    assert set(given) - set(PASSED_ON) == declared - {*PASSED_ON, NAMESPACE_VARIABLE}
    assert set(PASSED_ON) <= set(given)
    assert given["LAKE_BUCKET"] == BUCKET
    assert given["REFRESH_QUEUE_URL"] == system.refresh_queue.url
    assert (given["REBALANCE_FUNCTION"], given["AWS_ENDPOINT_URL_LAMBDA"]) == (REBALANCE, system.aws.url)
    assert given["FILINGS_QUEUE_URL"] == system.filings_queue.url
    waiting = system.sqs.get_queue_attributes(QueueUrl=given["TABLES_QUEUE_URL"], AttributeNames=["All"])
    assert waiting["Attributes"]["ApproximateNumberOfMessages"] == "0"


def test_under_docker_desktop_all_addresses_are_those_that_containers_know(
    system: System, portal: SamplePortal
) -> None:
    given = json.loads(env_vars(system, DOCKER_DESKTOP))["Parameters"]

    addresses = {name: value for name, value in given.items() if value.startswith("http")}
    assert len(addresses) == 9
    assert all(value.startswith("http://host.docker.internal:") for value in addresses.values())

    # And S3 answers to that name as to its own
    seen = boto3.client("s3", endpoint_url=addresses["AWS_ENDPOINT_URL_S3"])
    url = seen.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": CONFIG_KEY})
    host = DOCKER_DESKTOP.host
    answer = requests.get(url.replace(host, "127.0.0.1", 1), headers={"Host": host}, timeout=20)
    assert b"etf_symbols" in answer.content
