"""HTTP answers: validators (RFC 9110, 13.1.2), compression (12.5.3), errors."""

import gzip
import json
import random
from collections.abc import Mapping
from typing import Any

import pytest

from api.answers import LAMBDA_BYTES, Response, accepts_gzip, document, error, error_body, has_etag, respond
from api.documents import Document, small_answer
from api.faults import TooLargeError
from api.formats import FLAT, finite, json_body

FOUND = Document('{"symbol":"VTI","name":"O\u2019Reilly"}'.encode(), '"abc"')
SOURCE = {"X-Data-Source": "schwab"}


def headers_of(request_headers: Mapping[str, str]) -> dict[str, Any]:
    return dict(document(FOUND, request_headers, SOURCE).headers)


def test_a_document_leaves_as_it_is_stored() -> None:
    answer = document(FOUND, {}, SOURCE)

    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.body == FOUND.body.decode()
    assert answer.headers["ETag"] == '"abc"'
    assert answer.headers["X-Data-Source"] == "schwab"
    assert "max-age" in str(answer.headers["Cache-Control"])
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in answer.headers


def test_a_document_is_compressed_for_callers_that_accept_gzip() -> None:
    answer = document(FOUND, {"accept-encoding": "gzip"}, SOURCE)

    assert isinstance(answer.body, bytes)
    assert gzip.decompress(answer.body) == FOUND.body
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["ETag"] == 'W/"abc"', "another representation, so a weak validator"
    assert answer.headers["X-Data-Source"] == "schwab"


@pytest.mark.parametrize("encoding", ["", "gzip"])
@pytest.mark.parametrize("known", ['"abc"', 'W/"abc"', '"x", W/"abc" , "y"', "*"])
def test_who_has_it_gets_no_body(encoding: str, known: str) -> None:
    answer = document(FOUND, {"if-none-match": known, "accept-encoding": encoding}, SOURCE)

    assert (answer.status_code, answer.body) == (304, "")
    assert str(answer.headers["ETag"]).removeprefix("W/") == '"abc"'
    assert answer.headers["X-Data-Source"] == "schwab"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in answer.headers


def test_the_etag_of_each_representation_brings_304_for_it() -> None:
    for encoding in ("gzip", "identity"):
        etag = str(headers_of({"accept-encoding": encoding})["ETag"])

        assert document(FOUND, {"accept-encoding": encoding, "if-none-match": etag}, SOURCE).status_code == 304


@pytest.mark.parametrize("known", ["", '"abd"', "abc", '"ab"', '"abc-holdings"', 'W/"x"', '"*"', ","])
def test_another_etag_is_no_match(known: str) -> None:
    assert not has_etag(known, '"abc"')
    assert document(FOUND, {"if-none-match": known}, SOURCE).status_code == 200


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("gzip, deflate, br, zstd", True),
        ("deflate,gzip", True),
        ("br , gzip ; q=0.8 , deflate", True),
        ("gzip;q=0.001", True),
        ("gzip;q=1.0", True),
        ("*", True),
        ("br, *;q=0.1", True),
        ("", False),
        ("identity", False),
        ("br, deflate", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*;q=0", False),
        ("identity, *;q=0", False),
        ("notgzip", False),
        ("gzipped", False),
        ("gzip;level=9;q=0", False),
        ("gzip; level=9 ; Q=0.00", False),
        ("gzip;q=0;level=9", False),
        ("gzip;level=9", True),
        ("gzip;level=0", True),
        ("*;level=9;q=0", False),
        ("gzip;level=9;q=0, *", False),
        ("gzip;q=0.5, identity", False),
        ("gzip;q=0.5, identity;q=0.4", True),
        ("gzip, identity", True),
        ("*;q=0.5, identity", False),
        ("identity;q=0, *", True),
        ("identity;q=0, gzip;q=0.001", True),
        ("identity;q=0", False),
        ("gzip;q=", False),
        ("gzip;q=high", False),
        ("gzip;q=-1", False),
        ("gzip;q=1.5", False),
        ("gzip;q=\u0661", False),
        ("x-gzip", True),
        ("x-gzip;q=0, *", False),
        (",,gzip,,", True),
        (";q=1", False),
        ("gzip;q=0, " * 20_000, False),
    ],
)
def test_gzip_is_taken_where_it_is_named_and_not_refused(header: str, taken: bool) -> None:
    assert accepts_gzip(header) is taken


def test_what_lambda_can_just_carry_leaves() -> None:
    found = Document(b"x" * (LAMBDA_BYTES - 2), '"abc"')  # two quotes make a JSON string of it

    assert document(found, {}, SOURCE).status_code == 200


def test_what_lambda_cannot_carry_is_refused_with_what_to_do() -> None:
    found = Document(b"x" * (LAMBDA_BYTES - 1), '"abc"')

    with pytest.raises(TooLargeError, match=r"gzip.*, or ask for fewer rows") as caught:
        document(found, {}, SOURCE, "ask for fewer rows")

    assert caught.value.status == 413
    assert document(found, {"accept-encoding": "gzip"}, SOURCE).status_code == 200


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_what_is_too_large_in_gzip_too_is_refused_with_what_to_ask_instead(encoding: str) -> None:
    # Given a body that does not shrink: its Base64 is longer than what Lambda may answer
    found = Document(random.Random(0).randbytes(LAMBDA_BYTES * 3 // 4 + 1000).hex().encode(), '"abc"')

    with pytest.raises(TooLargeError, match="even compressed: ask for fewer rows") as caught:
        document(found, {"accept-encoding": encoding}, SOURCE, "ask for fewer rows")

    assert "gzip" not in caught.value.message


@pytest.mark.parametrize("size", [3, 100_000, 4_500_000])
def test_no_answer_is_larger_than_lambdas_limit(size: int) -> None:
    found = Document(random.Random(0).randbytes(size).hex().encode(), '"abc"')

    try:
        answer = document(found, {"accept-encoding": "gzip"}, SOURCE).to_event()
    except TooLargeError:
        assert size > 4_000_000
    else:
        assert len(json.dumps(answer)) < 6 * 1024 * 1024


def test_who_has_it_needs_no_body_to_be_made() -> None:
    def make() -> bytes:
        raise AssertionError("made")

    answer = document(Document(make, '"abc"'), {"if-none-match": '"abc"'}, SOURCE)

    assert answer.status_code == 304


def test_whoever_takes_any_version_hears_of_the_fault_of_making_it() -> None:
    def make() -> bytes:
        raise TooLargeError("too large")

    with pytest.raises(TooLargeError):
        document(Document(make, '"abc"'), {"if-none-match": "*"}, SOURCE)


def test_head_gets_the_length_but_no_body() -> None:
    answer = Response(200, "\u20ac", {"ETag": '"a"'}).without_body()

    assert (answer.body, answer.headers) == ("", {"ETag": '"a"', "Content-Length": "3"})
    assert "Content-Length" not in Response(304).without_body().headers


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_does_not_have_is_null_with_its_reason(number: float) -> None:
    answer = {"hhi": number, "reasons": {}, "rows": [{"weight_pct": number}, 1.5], "by": "security"}

    assert json.loads(json_body(answer)) == {
        "hhi": None,
        "reasons": {"hhi": "not_finite"},
        "rows": [{"weight_pct": None}, 1.5],
        "by": "security",
    }
    assert finite((number, 0.0)) == [None, 0.0]


def test_an_error_is_json_that_is_not_kept() -> None:
    answer = error(404, 'no "X"\nhere')

    assert (answer.status_code, answer.content_type) == (404, "application/json")
    assert json.loads(str(answer.body)) == {"statusCode": 404, "message": 'no "X"\nhere'}
    assert answer.body == error_body(404, 'no "X"\nhere')
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_small_answer_is_json_that_is_asked_for_anew() -> None:
    answer = respond(small_answer({"status": "healthy"}), {})

    assert (answer.status_code, json.loads(str(answer.body))) == (200, {"status": "healthy"})
    assert answer.headers["Cache-Control"] == "no-cache"


# ---- what is compressed in itself


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_workbook_is_sent_as_it_is_whatever_the_caller_accepts(encoding: str) -> None:
    workbook = Document(b"PK\x03\x04\xff", '"abc"', FLAT["xlsx"].content_type)

    answer = document(workbook, {"accept-encoding": encoding}, SOURCE)

    assert answer.body == b"PK\x03\x04\xff"
    assert answer.headers["ETag"] == '"abc"'
    assert "Content-Encoding" not in answer.headers
    assert answer.to_event()["isBase64Encoded"] is True


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_workbook_that_lambda_cannot_return_says_what_to_ask_instead(encoding: str) -> None:
    most = LAMBDA_BYTES // 4 * 3
    fits, too_large = (Document(bytes(size), '"abc"', FLAT["xlsx"].content_type) for size in (most, most + 3))

    assert document(fits, {"accept-encoding": encoding}, SOURCE).status_code == 200
    with pytest.raises(TooLargeError, match=r"even compressed: ask for fewer rows"):
        document(too_large, {"accept-encoding": encoding}, SOURCE, "ask for fewer rows")
