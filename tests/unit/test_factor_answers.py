"""Factors as the API answers them: the route, its table, and the block of a portfolio."""

import json
from typing import Any

import pytest

from etf_common.errors import DamagedObjectError
from etf_common.lake import CONFIG_KEY, StoredObject, dated_key, latest_key
from tests.unit.api_cases import METADATA, ask, fund, handler, holding, put_fund
from tests.unit.builders import FakeLake

CONFIG = b"etf_symbols: [F1]\nfactors: {market: VTI, value: VTV, size: VB}"


def weighed(**weights: float) -> list[dict[str, Any]]:
    return [holding(symbol, weight_pct=weight) for symbol, weight in weights.items()]


@pytest.fixture
def lake() -> FakeLake:
    """A fund, the market and one of two references; VB has no list."""
    fake = FakeLake()
    inside = holding("VTV", weight_pct=20.0, asset_class="etf", name="Fund VTV", shares=1000)
    put_fund(fake, "F1", [*weighed(AAPL=50.0, ZZT=30.0), inside])
    put_fund(fake, "VTI", weighed(AAPL=60.0, ZZT=25.0, JPM=15.0))
    put_fund(fake, "VTV", weighed(ZZT=60.0, JPM=40.0), "2026-11-17")
    fake.put(CONFIG_KEY, CONFIG)
    return fake


def answer(lake: FakeLake, path: str, **query: str) -> Any:
    found = ask(handler(lake), path, query)
    assert found["statusCode"] == 200, found["body"]
    return json.loads(found["body"])


def test_a_fund_has_a_row_for_each_factor_of_the_config(lake: FakeLake) -> None:
    found = answer(lake, "/api/etfs/f1/factors")

    value, size = found["factors"]
    assert (found["symbol"], found["market"], found["holdings_as_of"]) == ("F1", "VTI", "2026-11-18")
    assert value == {
        "factor": "value",
        "reference": "VTV",
        "reference_as_of": "2026-11-17",
        "in_reference_pct": 30.0,
        "market_in_reference_pct": 40.0,
        "overlap_pct": 30.0,
        "tilt_pct": -10.0,
        "reasons": {},
    }
    assert size["tilt_pct"] is None
    assert set(size["reasons"].values()) == {"reference_not_there"}


def test_the_overlap_is_that_of_the_overlap_route(lake: FakeLake) -> None:
    pair = answer(lake, "/api/overlap", symbols="F1,VTV")["pairs"][0]

    row = answer(lake, "/api/etfs/F1/factors")["factors"][0]

    assert (row["overlap_pct"], row["in_reference_pct"]) == (pair["overlap_pct"], pair["coverage_a_pct"])


def test_an_older_list_is_compared_with_the_newest_references(lake: FakeLake) -> None:
    lake.put(dated_key("F1", "2026-11-16"), json.dumps(fund("F1", weighed(JPM=100.0), "2026-11-16")).encode())

    found = answer(lake, "/api/etfs/F1/factors", as_of="2026-11-16")

    assert (found["holdings_as_of"], found["factors"][0]["tilt_pct"]) == ("2026-11-16", 60.0)
    assert found["factors"][0]["reference_as_of"] == "2026-11-17"


def test_the_newest_list_of_the_market_has_no_tilt_by_its_date_either(lake: FakeLake) -> None:
    for query in ({}, {"as_of": "2026-11-18"}):
        assert answer(lake, "/api/etfs/VTI/factors", **query)["factors"][0]["tilt_pct"] == 0.0


def test_without_references_the_answer_says_so(lake: FakeLake) -> None:
    lake.put(CONFIG_KEY, b"etf_symbols: [F1]")

    found = answer(lake, "/api/etfs/F1/factors")

    assert (found["market"], found["factors"]) == (None, [])
    assert found["reasons"] == {"market": "factors_not_configured", "factors": "factors_not_configured"}


def test_the_answer_is_another_one_once_a_reference_or_the_config_changes(lake: FakeLake) -> None:
    asked = handler(lake)
    first = ask(asked, "/api/etfs/F1/factors")["headers"]["ETag"]
    kept = ask(asked, "/api/etfs/F1/factors", headers={"If-None-Match": first})

    put_fund(lake, "VTV", weighed(ZZT=50.0, AAPL=50.0))
    after_list = ask(handler(lake), "/api/etfs/F1/factors")["headers"]["ETag"]
    lake.put(CONFIG_KEY, b"etf_symbols: [F1]\nfactors: {market: VTI, dividend: VTV}")
    after_config = ask(handler(lake), "/api/etfs/F1/factors")["headers"]["ETag"]

    assert kept["statusCode"] == 304
    assert len({first, after_list, after_config}) == 3


def test_the_table_has_a_row_for_each_factor(lake: FakeLake) -> None:
    found = ask(handler(lake), "/api/etfs/F1/factors", {"format": "csv"})

    head, value, size = found["body"].lstrip("\ufeff").splitlines()
    assert head.startswith(
        "factor,reference,reference_as_of,in_reference_pct,in_reference_pct_low,in_reference_pct_high"
    )
    assert value.endswith(",30.0,30.0,30.0,-10.0,-10.0,-10.0")
    assert size == "size,VB,,,,,,,,,,,,,"
    assert 'filename="factors-F1.csv"' in found["headers"]["Content-Disposition"]


def test_the_headers_describe_the_references_too(lake: FakeLake) -> None:
    put_fund(lake, "VTV", weighed(ZZT=60.0), complete="false", source="sample")

    headers = ask(handler(lake), "/api/etfs/F1/factors")["headers"]

    assert (headers["X-Data-Source"], headers["X-Data-Complete"]) == ("sample", "false")


def test_a_portfolio_is_looked_through(lake: FakeLake) -> None:
    found = answer(lake, "/api/portfolio", positions="F1:50,VTI:30,ZZT:20")

    # VTV is 10 % of the portfolio inside F1, and is opened.
    assert found["factors"]["market"] == "VTI"
    value, size = found["factors"]["factors"]
    assert value["in_reference_pct"] == pytest.approx(15 + 10 + 7.5 + 4.5 + 20)
    assert value["tilt_pct"] == pytest.approx(value["in_reference_pct"] - 40)
    assert size["reasons"]["tilt_pct"] == "reference_not_there"


def test_a_portfolio_has_the_answer_that_it_had_and_the_block_beside(lake: FakeLake) -> None:
    query = {"positions": "F1:50,VTI:30,ZZT:20"}
    with_factors = answer(lake, "/api/portfolio", **query)
    lake.put(CONFIG_KEY, b"etf_symbols: [F1]")

    without = answer(lake, "/api/portfolio", **query)

    assert without.pop("factors")["reasons"]["factors"] == "factors_not_configured"
    assert with_factors.pop("factors")["factors"]
    assert with_factors == without


def assert_without_value(rows: list[dict[str, Any]]) -> None:
    assert rows[0]["tilt_pct"] is None
    assert set(rows[0]["reasons"].values()) == {"reference_damaged"}


def test_a_damaged_reference_costs_its_figures_and_no_more(lake: FakeLake) -> None:
    lake.put(latest_key("VTV"), b"{", '"damaged"', METADATA)

    assert_without_value(answer(lake, "/api/etfs/F1/factors")["factors"])
    assert_without_value(answer(lake, "/api/portfolio", positions="VTI:30")["factors"]["factors"])


def test_a_reference_that_fails_its_checksum_costs_no_more_either(
    lake: FakeLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = lake.read

    def read(asked: str, **values: Any) -> StoredObject:
        if asked == latest_key("VTV"):
            raise DamagedObjectError(f"{asked} does not match its checksum")
        return real(asked, **values)

    monkeypatch.setattr(lake, "read", read)

    assert_without_value(answer(lake, "/api/etfs/F1/factors")["factors"])


@pytest.mark.parametrize("path", ["/api/etfs/F9/factors", "/api/etfs/F1/factors"])
def test_what_is_not_there_is_a_404(lake: FakeLake, path: str) -> None:
    query = {"as_of": "2026-11-02"} if "F1" in path else {}

    assert ask(handler(lake), path, query)["statusCode"] == 404
