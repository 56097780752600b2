"""The address of a large table: for everybody who has it, at S3's own host in the bucket's region."""

from urllib.parse import parse_qs, urlsplit

import pytest

from etf_common.lake import Lake


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "ap-east-1"])
def test_an_address_names_the_region_that_it_is_signed_for(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ACCESS_KEY_ID", "AKID"), ("SECRET_ACCESS_KEY", "secret"), ("DEFAULT_REGION", region)):
        monkeypatch.setenv(f"AWS_{name}", value)

    lake = Lake.from_environment({"LAKE_BUCKET": "lake-1"})
    address = urlsplit(lake.address("exports/ab/holdings.ndjson", 600, "holdings.ndjson", "application/x-ndjson"))

    # S3's host without a region serves us-east-1, and no region that an account has to opt into
    assert address.netloc in {f"lake-1.s3.{region}.amazonaws.com", "lake-1.s3.amazonaws.com"}
    assert (address.netloc == "lake-1.s3.amazonaws.com") <= (region == "us-east-1")
    asked = {name: value for name, (value,) in parse_qs(address.query).items()}
    assert asked["X-Amz-Credential"].split("/")[2:4] == [region, "s3"]
    assert (asked["X-Amz-Algorithm"], asked["X-Amz-Expires"]) == ("AWS4-HMAC-SHA256", "600")
