"""Which ETFs there are, in which order."""

import pytest

from api.catalogue import CACHE_SECONDS, Catalogue, Catalogues
from etf_common.lake import CONFIG_KEY
from tests.unit.builders import FakeLake


def lake_with(*symbols: str, config: bytes | None = None) -> FakeLake:
    fake = FakeLake()
    for symbol in symbols:
        fake.put(f"processed/{symbol}/latest.json")
        fake.put(f"processed/{symbol}/2026-11-18.json")
    if config is not None:
        fake.put(CONFIG_KEY, config)
    return fake


def read(fake: FakeLake) -> Catalogue:
    return Catalogues(fake.lake, lambda: 0.0).get()


def test_the_config_is_where_the_deployment_puts_it() -> None:
    assert CONFIG_KEY == "config/etl_config.yaml"


@pytest.mark.parametrize(("metadata", "source"), [({}, "schwab"), ({"source": "sample"}, "sample")])
def test_the_source_is_what_the_config_says_it_is(metadata: dict[str, str], source: str) -> None:
    fake = lake_with("VTI")
    fake.put(CONFIG_KEY, b"etf_symbols: [VTI]", metadata=metadata)

    assert read(fake).source == source


def test_configured_symbols_come_first_in_config_order_then_others_by_name() -> None:
    fake = lake_with("AAA", "QQQ", "VTI", "ZZZ", config=b"etf_symbols: [VTI, VOO, QQQ]\nstale_after_days: 10")

    catalogue = read(fake)

    assert catalogue.served == ["VTI", "QQQ", "AAA", "ZZZ"]
    assert catalogue.configured == ("VTI", "VOO", "QQQ")
    assert catalogue.stale_after_days == 10


def test_a_fund_that_is_a_reference_only_is_not_among_those_served() -> None:
    config = b"etf_symbols: [VTI, VTV]\nfactors: {market: VTI, value: vtv, growth: VUG, size: VB}"

    catalogue = read(lake_with("AAA", "VTI", "VTV", "VUG", config=config))

    assert catalogue.served == ["VTI", "VTV", "AAA"]
    assert catalogue.references == {"VUG": "growth", "VB": "size"}
    assert catalogue.refreshed == {"VTI", "VTV", "VUG", "VB"}


def test_an_edit_of_the_factors_shows_at_the_next_look() -> None:
    fake, seconds = lake_with("VTI", "VTV", config=b"etf_symbols: [VTI]\nfactors: {market: VTI, value: VTV}"), [100.0]
    catalogues = Catalogues(fake.lake, lambda: seconds[0])
    assert catalogues.get().served == ["VTI"]

    fake.put(CONFIG_KEY, b"etf_symbols: [VTI]", etag='"2"')
    seconds[0] += CACHE_SECONDS
    assert catalogues.get().served == ["VTI", "VTV"]


@pytest.mark.parametrize(
    "factors",
    [
        "3",
        "[VTI]",
        "{value: VTV}",
        "{market: VTI, Value: VTV}",
        "{market: VTI, value: ../x}",
        "{market: VTI, x: [VTI]}",
    ],
)
def test_factors_that_are_not_allowed_are_none_in_the_settings(factors: str) -> None:
    catalogues = Catalogues(lake_with(config=f"factors: {factors}\nstale_after_days: 10".encode()).lake, lambda: 0.0)

    assert catalogues.settings().factors == {}
    assert catalogues.stale_after_days() == 10


def test_the_factors_are_in_the_settings() -> None:
    config = b"factors: {market: VTI, low_volatility: usmv}"

    settings = Catalogues(lake_with(config=config).lake, lambda: 0.0).settings()

    assert list(settings.factors.items()) == [("market", "VTI"), ("low_volatility", "USMV")]


def test_without_a_good_config_references_are_served_too() -> None:
    catalogue = read(lake_with("VTV", "VTI", config=b"no_key: 1\nfactors: {market: VTI, value: VTV}"))

    assert (catalogue.served, catalogue.references) == (["VTI", "VTV"], {})


@pytest.mark.parametrize("config", [None, b"etf_symbols: []", b"\x00", b"- VTI"])
def test_without_a_good_config_what_is_there_is_served(config: bytes | None) -> None:
    catalogue = read(lake_with("VTI", "BND", config=config))

    assert catalogue.served == ["BND", "VTI"]
    assert (catalogue.configured, catalogue.stale_after_days) == ((), 45)


def test_an_empty_lake_has_no_etfs() -> None:
    assert read(lake_with(config=b"{}")).served == []


def test_it_is_read_anew_after_a_few_seconds_and_not_before() -> None:
    fake, seconds = lake_with("VTI"), [100.0]
    catalogues = Catalogues(fake.lake, lambda: seconds[0])
    catalogues.get()
    calls = len(fake.calls)
    fake.put("processed/VOO/latest.json")

    seconds[0] += CACHE_SECONDS - 0.001
    assert (catalogues.get().served, len(fake.calls)) == (["VTI"], calls)

    seconds[0] += 0.001
    assert (catalogues.get().served, len(fake.calls)) == (["VOO", "VTI"], 2 * calls)
