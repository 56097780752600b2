"""etl_config.yaml: defaults, limits, and one line for every mistake."""

import pytest

from etf_common.config import DEFAULT_SYMBOLS, parse_config
from etf_common.errors import UsageError

SYMBOLS_ALLOWED = "a list of different symbols"


def test_missing_keys_have_defaults() -> None:
    config = parse_config(b"{}")

    assert config.etf_symbols == DEFAULT_SYMBOLS == ("VTI", "VOO", "QQQ", "SPY", "VEA", "VWO", "BND", "GLD")
    assert (config.max_holdings, config.max_workers, config.stale_after_days) == (100, 3, 45)


def test_every_key_is_read() -> None:
    text = b"# mine\netf_symbols: [vti, BRK/B, 'ON']\nmax_holdings: all\nmax_workers: 8\nstale_after_days: 10\n"

    config = parse_config(text)

    assert config.etf_symbols == ("VTI", "BRK.B", "ON")
    assert (config.max_holdings, config.max_workers, config.stale_after_days) == ("all", 8, 10)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("max_holdings", 1), ("max_holdings", 100_000)),
        *(("max_workers", 1), ("max_workers", 50)),
        *(("stale_after_days", 1), ("stale_after_days", 366)),
    ],
)
def test_the_limits_themselves_are_allowed(key: str, value: int) -> None:
    config = parse_config(f"{key}: {value}".encode())

    assert getattr(config, key) == value


HOLDINGS_ALLOWED = "a whole number from 1, or all"
WORKERS_ALLOWED = "a whole number from 1 to 50"
DAYS_ALLOWED = "a whole number from 1 to 366"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("etf_symbols: []", ["etf_symbols", "[]", SYMBOLS_ALLOWED]),
        ("etf_symbols: VTI", ["etf_symbols", "'VTI'", SYMBOLS_ALLOWED]),
        ("etf_symbols:", ["etf_symbols", "None", SYMBOLS_ALLOWED]),
        ("etf_symbols: {VTI: 1}", ["etf_symbols", "'VTI'", SYMBOLS_ALLOWED]),
        ("etf_symbols: [VTI, VOO, vti]", ["etf_symbols", "'VTI'", "twice", SYMBOLS_ALLOWED]),
        ("etf_symbols: [BRK/B, BRK.B]", ["etf_symbols", "'BRK.B'", "twice", SYMBOLS_ALLOWED]),
        ("etf_symbols: [VTI, 'V TI']", ["etf_symbols", "'V TI'", SYMBOLS_ALLOWED]),
        ('etf_symbols: ["V\\nTI"]', ["etf_symbols", r"'V\nTI'", SYMBOLS_ALLOWED]),
        ("etf_symbols: [VTI, ON]", ["etf_symbols", "True", "quotes", SYMBOLS_ALLOWED]),
        ("etf_symbols: [NO]", ["etf_symbols", "False", "quotes", SYMBOLS_ALLOWED]),
        ("etf_symbols: [~]", ["etf_symbols", "None", SYMBOLS_ALLOWED]),
        ("etf_symbols: [7203]", ["etf_symbols", "7203", "quotes", SYMBOLS_ALLOWED]),
        ("etf_symbols: [[VTI]]", ["etf_symbols", "['VTI']", SYMBOLS_ALLOWED]),
        ("max_holdings: 0", ["max_holdings", "is 0", HOLDINGS_ALLOWED]),
        ("max_holdings: -5", ["max_holdings", "is -5", HOLDINGS_ALLOWED]),
        ("max_holdings: true", ["max_holdings", "is True", HOLDINGS_ALLOWED]),
        ('max_holdings: "100"', ["max_holdings", "'100'", HOLDINGS_ALLOWED]),
        ("max_holdings: 1.5", ["max_holdings", "is 1.5", HOLDINGS_ALLOWED]),
        ("max_holdings: everything", ["max_holdings", "'everything'", HOLDINGS_ALLOWED]),
        ("max_holdings:", ["max_holdings", "is None", HOLDINGS_ALLOWED]),
        ("max_holdings: [all]", ["max_holdings", "['all']", HOLDINGS_ALLOWED]),
        ("max_workers: 0", ["max_workers", "is 0", WORKERS_ALLOWED]),
        ("max_workers: 51", ["max_workers", "is 51", WORKERS_ALLOWED]),
        ("max_workers: true", ["max_workers", "is True", WORKERS_ALLOWED]),
        ('max_workers: "3"', ["max_workers", "'3'", WORKERS_ALLOWED]),
        ("max_workers: 1.5", ["max_workers", "is 1.5", WORKERS_ALLOWED]),
        ("stale_after_days: 0", ["stale_after_days", "is 0", DAYS_ALLOWED]),
        ("stale_after_days: 367", ["stale_after_days", "is 367", DAYS_ALLOWED]),
        ("stale_after_days: all", ["stale_after_days", "'all'", DAYS_ALLOWED]),
        ("etf_symbol: [VTI]", ["etf_symbol", "allowed", "etf_symbols", "max_holdings", "max_workers"]),
        ("VTI: 1", ["VTI", "allowed", "etf_symbols", "stale_after_days"]),
    ],
)
def test_a_bad_value_is_one_line_that_names_key_value_and_what_is_allowed(text: str, named: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        parse_config(text.encode(), "mine.yaml")

    message = caught.value.message
    assert message.startswith("mine.yaml: ")
    assert "\n" not in message
    assert [part for part in named if part not in message] == []


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"\xef\xbb\xbfetf_symbols: [VTI]", "byte order mark"),
        (b"max_workers: 3\netf_symbols: [VTI", "is not YAML"),
        (b"etf_symbols: [VTI]\n\tmax_workers: 3", "is not YAML (line 2, column 1)"),
        (b"etf_symbols: [\xff\xfe]", "is not YAML"),
        (b"a: \x00", "is not YAML"),
        (b"a: !!python/object/apply:os.getcwd []", "is not YAML"),
        (b"- VTI\n- VOO\n", "['VTI', 'VOO']"),
        (b"VTI", "'VTI'"),
    ],
)
def test_what_is_no_mapping_in_yaml_is_refused_in_one_line(data: bytes, named: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_config(data, "mine.yaml")

    assert caught.value.message.startswith("mine.yaml: ")
    assert "\n" not in caught.value.message
    assert named in caught.value.message


def test_a_long_value_does_not_fill_the_screen() -> None:
    text = f"etf_symbols: [{', '.join(f'S{n}' for n in range(1000))}, ON]"

    with pytest.raises(UsageError) as caught:
        parse_config(text.encode())

    assert len(caught.value.message) < 400
