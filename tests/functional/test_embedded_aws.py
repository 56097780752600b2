"""The embedded S3 and SQS with many objects and messages: pages of a listing as S3 gives them, queues of any length."""

import json
from typing import Any

import boto3
import moto.sqs.models
import pytest

from local.disk import DataFolder
from local.system import System

KEYS = [f"raw/F{number}/{name}.html" for number in range(25) for name in ("a", "b")[: 1 + number % 2]]


@pytest.fixture
def s3(system: System, folder: DataFolder) -> Any:
    for key in KEYS:
        folder.write(key, b"x", {})
    return boto3.client("s3", endpoint_url=system.aws.url)


def pages(s3: Any, size: int, **asked: str) -> list[dict[str, Any]]:
    paginator = s3.get_paginator("list_objects_v2")
    return list(paginator.paginate(Bucket="etf-lake", PaginationConfig={"PageSize": size}, **asked))


@pytest.mark.parametrize("size", [1, 2, 7, 36, 37, 1000])
@pytest.mark.parametrize("after", ["", "raw/F1", "raw/F12/a.html", "raw/F9/z"])
def test_a_listing_in_pages_has_every_key_once_and_in_order(s3: Any, size: int, after: str) -> None:
    found = pages(s3, size, Prefix="raw/", StartAfter=after)

    assert [item["Key"] for page in found for item in page.get("Contents", [])] == [
        key for key in sorted(KEYS) if key > after
    ]
    assert all(len(page.get("Contents", [])) <= size for page in found)


@pytest.mark.parametrize("size", [1, 2, 7, 24, 25, 1000])
def test_a_listing_of_folders_in_pages_has_every_folder_once_and_in_order(s3: Any, size: int) -> None:
    found = pages(s3, size, Prefix="raw/", Delimiter="/")

    folders = [item["Prefix"] for page in found for item in page.get("CommonPrefixes", [])]
    assert folders == sorted({key.rpartition("/")[0] + "/" for key in KEYS})


def test_a_page_of_a_listing_looks_at_no_object_of_a_later_page(
    s3: Any, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    glance = DataFolder.glance

    def counted(self: DataFolder, key: str) -> Any:
        looked.append(key)
        return glance(self, key)

    monkeypatch.setattr(DataFolder, "glance", counted)
    s3.list_objects_v2(Bucket="etf-lake", Prefix="raw/", MaxKeys=5)
    assert looked == sorted(KEYS)[:7]


def test_a_message_is_handed_out_without_counting_those_that_wait(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = system.refresh_queue.url
    sent = [json.dumps({"number": number}) for number in range(10)]
    entries: Any = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(sent)]
    system.sqs.send_message_batch(QueueUrl=url, Entries=entries)

    def refuse(_: Any) -> int:
        raise AssertionError("the queue is counted")

    monkeypatch.setattr(moto.sqs.models.Queue, "approximate_number_of_messages", property(refuse))
    received = system.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in received] == sent
