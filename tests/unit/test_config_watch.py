"""The config edited while the system runs."""

from pathlib import Path

import pytest

from etf_common.config import EtlConfig
from local.config_watch import ConfigWatch, difference, to_refresh
from local.options import Options

OLD = "etf_symbols: [VTI, VOO]\nmax_holdings: 100\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "etl_config.yaml"
    path.write_text(OLD)
    return path


@pytest.fixture
def watch(path: Path) -> ConfigWatch:
    return ConfigWatch(Options(config=path))


def test_an_edit_is_seen_once(path: Path, watch: ConfigWatch) -> None:
    assert watch.look() is None
    path.write_text("etf_symbols: [VOO, SCHD]\nmax_holdings: 100\n")

    edit = watch.look()

    assert edit is not None
    assert edit.config is not None
    assert edit.config.etf_symbols == ("VOO", "SCHD")
    assert edit.before.etf_symbols == ("VTI", "VOO")
    assert watch.config == edit.config
    assert watch.look() is None


def test_an_edit_that_changes_nothing_is_ignored(path: Path, watch: ConfigWatch) -> None:
    path.write_text("# a comment\n" + OLD)
    assert watch.look() is None
    path.touch()
    assert watch.look() is None


def test_a_file_that_is_valid_again_is_reported_although_nothing_changed(path: Path, watch: ConfigWatch) -> None:
    path.write_text("etf_symbols: [")
    watch.look()
    path.write_text(OLD)

    edit = watch.look()

    assert edit is not None
    assert edit.config == edit.before == watch.config
    assert watch.look() is None


@pytest.mark.parametrize("text", ["etf_symbols: [", "max_workers: 0", "nonsense: 1", "", "etf_symbols: []"])
def test_after_a_bad_edit_the_settings_in_use_stay(path: Path, watch: ConfigWatch, text: str) -> None:
    before = watch.config
    path.write_text(text)

    edit = watch.look()

    assert edit is not None
    assert (edit.config, watch.config) == (None, before)
    assert edit.error
    assert "\n" not in edit.error
    assert watch.look() is None, "it is reported once"


def test_a_file_that_is_deleted_and_comes_back_is_reported(path: Path, watch: ConfigWatch) -> None:
    path.unlink()
    gone = watch.look()
    assert gone is not None
    assert "--config" in gone.error
    path.write_text(OLD)
    back = watch.look()
    assert back is not None
    assert back.config == back.before
    assert watch.look() is None
    path.write_text("etf_symbols: [GLD]")
    assert watch.look() is not None


@pytest.mark.parametrize(
    ("changes", "said", "refreshed"),
    [
        ({"etf_symbols": ["VOO", "SCHD", "VTI"]}, "etf_symbols +SCHD", ["SCHD"]),
        ({"etf_symbols": ["VOO"]}, "etf_symbols -VTI", []),
        ({"etf_symbols": ["VOO", "VTI"]}, "the order of etf_symbols", []),
        ({"stale_after_days": 10}, "stale_after_days 45 -> 10", []),
        ({"max_workers": 5}, "max_workers 3 -> 5", []),
        ({"max_holdings": "all"}, "max_holdings 100 -> all", ["VTI", "VOO"]),
        ({"factors": {"market": "VTI", "value": "VTV"}}, "factors market VTI, value VTV", ["VTV"]),
    ],
)
def test_what_an_edit_changes_is_said_and_new_data_is_fetched(
    changes: dict[str, object], said: str, refreshed: list[str]
) -> None:
    settings: dict[str, object] = {"etf_symbols": ["VTI", "VOO"]}
    old, new = (EtlConfig.model_validate({**settings, **changed}) for changed in ({}, changes))

    assert difference(old, new) == said
    assert to_refresh(old, new) == refreshed


@pytest.mark.parametrize(
    ("changes", "said", "refreshed"),
    [
        ({"factors": {}}, "factors taken out", []),
        ({"etf_symbols": ["VTI", "VTV"]}, "etf_symbols +VTV", []),
        ({"factors": {"market": "VTI", "growth": "VUG"}}, "factors market VTI, growth VUG", ["VUG"]),
        ({"max_holdings": "all"}, "max_holdings 100 -> all", ["VTI", "VTV"]),
    ],
)
def test_an_edit_beside_references_fetches_what_is_new(
    changes: dict[str, object], said: str, refreshed: list[str]
) -> None:
    settings: dict[str, object] = {"etf_symbols": ["VTI"], "factors": {"market": "VTI", "value": "VTV"}}
    old, new = (EtlConfig.model_validate({**settings, **changed}) for changed in ({}, changes))

    assert difference(old, new) == said
    assert to_refresh(old, new) == refreshed
