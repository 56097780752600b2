"""`alerts` in etl_config.yaml: what may stand there, and one line for every mistake."""

from pathlib import Path

import pytest

from etf_common.config import AlertSettings, EtlConfig, parse_config
from etf_common.config_file import ConfigFile
from etf_common.errors import UsageError
from local.config_watch import difference, to_refresh


def settings(text: str) -> AlertSettings | None:
    return parse_config(f"alerts: {text}".encode()).alerts


def test_nothing_is_told_unless_it_is_asked_for() -> None:
    assert parse_config(b"{}").alerts is None
    assert parse_config(b"max_workers: 3").alerts is None


def test_what_is_not_given_has_the_defaults_that_the_documentation_shows() -> None:
    written_out = "{symbols: all, min_trade_pct: 0.5, added: true, removed: true, failed: true}"

    assert settings("{}") == settings(written_out) == AlertSettings()


def test_every_key_is_read() -> None:
    assert settings("{symbols: [qqq, VTI], min_trade_pct: 2, added: false, removed: no, failed: off}") == AlertSettings(
        symbols=("QQQ", "VTI"), min_trade_pct=2.0, added=False, removed=False, failed=False
    )
    assert settings("{min_trade_pct: false}") == AlertSettings(min_trade_pct=False)


def test_only_the_symbols_of_the_list_are_covered() -> None:
    assert AlertSettings(symbols=("QQQ",)).covers("QQQ")
    assert not AlertSettings(symbols=("QQQ",)).covers("VTI")
    assert AlertSettings().covers("VTI")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", ["None", "not a mapping", "take the key out"]),
        ("true", ["True", "not a mapping"]),
        ("all", ["'all'", "not a mapping"]),
        ("[QQQ]", ["['QQQ']", "not a mapping"]),
        ("{symbol: [QQQ]}", ["'symbol'", "known are symbols, min_trade_pct, added, removed, failed"]),
        ("{1: 2}", ["unknown key 1"]),
        ("{symbols: QQQ}", ["symbols: not a list"]),
        ("{symbols: []}", ["symbols: not a list with at least one"]),
        ("{symbols: }", ["symbols: not a list"]),
        ("{symbols: [QQQ, qqq]}", ["symbols: 'QQQ' is in the list twice"]),
        ("{symbols: ['Q Q']}", ["symbols: ", "'Q Q'"]),
        ("{symbols: [ON]}", ["symbols: ", "quotes"]),
        ("{min_trade_pct: 0}", ["min_trade_pct is 0", "above 0"]),
        ("{min_trade_pct: -1}", ["min_trade_pct is -1"]),
        ("{min_trade_pct: 100.5}", ["min_trade_pct is 100.5", "up to 100"]),
        ("{min_trade_pct: .nan}", ["min_trade_pct is nan"]),
        ("{min_trade_pct: .inf}", ["min_trade_pct is inf"]),
        ("{min_trade_pct: true}", ["min_trade_pct is True"]),
        ("{min_trade_pct: '1'}", ["min_trade_pct is '1'"]),
        ("{min_trade_pct: }", ["min_trade_pct is None"]),
        ("{added: 1}", ["added is 1", "true or false"]),
        ("{removed: 'yes'}", ["removed is 'yes'"]),
        ("{failed: }", ["failed is None"]),
        ("{added: no, removed: no, failed: no, min_trade_pct: no}", ["everything is switched off", "take the key out"]),
    ],
)
def test_a_mistake_is_one_line_with_its_place_and_what_is_allowed(text: str, named: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        parse_config(f"max_workers: 3\nalerts: {text}\n".encode(), "mine.yaml")

    message = caught.value.message
    assert message.startswith("mine.yaml: alerts is ")
    assert [part for part in (*named, "(line 2)", "allowed is") if part not in message] == []
    assert "\n" not in message
    assert not message.endswith("..."), "the end, which says what is allowed, would be cut"


def test_alerts_of_a_fund_that_is_not_refreshed_are_a_mistake() -> None:
    with pytest.raises(
        UsageError, match=r"alerts has the symbol 'SCHD', which is not refreshed; add it to etf_symbols"
    ):
        parse_config(b"etf_symbols: [VTI]\nalerts: {symbols: [VTI, SCHD]}")


def test_a_symbol_of_the_file_beside_the_config_is_refreshed_too(tmp_path: Path) -> None:
    (tmp_path / "symbols.txt").write_text("SCHD\n")
    path = tmp_path / "etl_config.yaml"
    path.write_text("etf_symbols_file: symbols.txt\nalerts: {symbols: [SCHD]}\n")

    stored = parse_config(ConfigFile(path).read().stored)

    assert stored.alerts == AlertSettings(symbols=("SCHD",))


@pytest.mark.parametrize("alerts", [None, AlertSettings(), AlertSettings(symbols=("VTI",), min_trade_pct=False)])
def test_what_the_lake_stores_of_a_long_config_says_the_same(alerts: AlertSettings | None) -> None:
    config = EtlConfig().model_copy(update={"alerts": alerts})

    assert parse_config(config.document()) == config


def test_a_fund_that_is_a_reference_only_is_told_of_where_it_is_named() -> None:
    factors = "etf_symbols: [QQQ, VTI]\nfactors: {market: VTI, value: VTV}\n"

    of_all = parse_config(f"{factors}alerts: {{symbols: all}}".encode())
    named = parse_config(f"{factors}alerts: {{symbols: [VTV]}}".encode())

    assert [symbol for symbol in ("QQQ", "VTI", "VTV") if of_all.tells_of(symbol)] == ["QQQ", "VTI"]
    assert [symbol for symbol in ("QQQ", "VTI", "VTV") if named.tells_of(symbol)] == ["VTV"]
    assert not parse_config(factors.encode()).tells_of("QQQ")


def test_the_example_in_the_config_is_allowed(root: Path) -> None:
    text = (root / "etl_config.yaml").read_text()
    assert parse_config(text.encode()).alerts is None

    assert parse_config(text.replace("# alerts:", "alerts:").encode()).alerts == AlertSettings()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, AlertSettings(), "alerts on"),
        (AlertSettings(), None, "alerts off"),
        (AlertSettings(), AlertSettings(failed=False), "alerts"),
    ],
)
def test_an_edit_of_the_alerts_is_told_and_refreshes_nothing(
    before: AlertSettings | None, after: AlertSettings | None, told: str
) -> None:
    old, new = (EtlConfig().model_copy(update={"alerts": alerts}) for alerts in (before, after))

    assert difference(old, new) == told
    assert to_refresh(old, new) == []
