"""etl_config.yaml: defaults, limits, and one line for every mistake."""

import itertools
from pathlib import Path

import pytest
from samcli.yamlhelper import yaml_parse

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


def test_filings_are_those_of_all_symbols_unless_others_are_named() -> None:
    assert parse_config(b"etf_symbols: [VTI, VOO]").filing_symbols() == ("VTI", "VOO")
    assert parse_config(b"filings: all\netf_symbols: [VTI]").filing_symbols() == ("VTI",)
    assert parse_config(b"filings: none").filing_symbols() == ()
    assert parse_config(b"filings: [brk/b, SCHD]").filing_symbols() == ("BRK.B", "SCHD")


def test_references_are_refreshed_behind_the_configured_funds() -> None:
    config = parse_config(b"etf_symbols: [QQQ, VUG]\nfactors: {value: brk/b, market: VTI, growth: VUG}")

    assert list(config.factors.items()) == [("value", "BRK.B"), ("market", "VTI"), ("growth", "VUG")]
    assert config.references() == ("BRK.B", "VTI")
    assert config.refreshed_symbols() == ("QQQ", "VUG", "BRK.B", "VTI")
    assert config.filing_symbols() == ("QQQ", "VUG")


def test_there_are_no_factors_unless_they_are_named() -> None:
    assert parse_config(b"etf_symbols: [QQQ]").refreshed_symbols() == ("QQQ",)
    assert parse_config(b"factors: {}") == parse_config(b"{}")
    assert parse_config(b"factors: {market: VTI}").factors == {"market": "VTI"}


def test_the_shipped_config_measures_seven_factors_against_the_market(root: Path) -> None:
    config = parse_config((root / "etl_config.yaml").read_bytes())

    assert config.factors["market"] == "VTI"
    assert config.references() == ("VTV", "VUG", "VB", "MTUM", "QUAL", "USMV", "SCHD")


@pytest.mark.parametrize(
    "config",
    [b"{}", b"factors: {market: VTI, size: VB}", b"contact: first.last+etf@mail.example.co.uk\nfilings: [SCHD]"],
)
def test_the_stored_form_says_the_same_of_filings_contact_and_factors(config: bytes) -> None:
    settings = parse_config(config)
    assert parse_config(settings.document()) == settings


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


FACTORS_ALLOWED = "the reference fund of the market"
MANY = ("market", *"abcdefghijklmnopqrst")


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
        ("filings: some", ["filings", "'some'", "all, none or a list"]),
        ("filings:", ["filings", "None", "all, none or a list"]),
        ("filings: []", ["filings", "[]", "all, none or a list"]),
        ("filings: [VTI, ON]", ["filings", "True", "quotes", "all, none or a list"]),
        ("contact: me", ["contact", "'me'", "not an e-mail address"]),
        ("contact: https://me.example", ["contact", "not an e-mail address"]),
        ("contact: <me@example.com>", ["contact", "not an e-mail address"]),
        ('contact: "me@example.com\\r\\nX: y"', ["contact", "not an e-mail address"]),
        ("contact: me@example", ["contact", "'me@example'", "not an e-mail address"]),
        ("contact:", ["contact", "None", "not an e-mail address"]),
        ("factors:", ["factors", "None", "not a mapping", FACTORS_ALLOWED]),
        ("factors: [VTI]", ["factors", "['VTI']", "not a mapping", FACTORS_ALLOWED]),
        ("factors: {value: VTV}", ["factors", "market is missing", FACTORS_ALLOWED]),
        ("factors: {market: VTI, Value: VTV}", ["factors", "'Value' is not the name", FACTORS_ALLOWED]),
        ("factors: {market: VTI, low-volatility: USMV}", ["factors", "'low-volatility' is not the name"]),
        ("factors: {market: VTI, 1: VTV}", ["factors", "1 is not the name", FACTORS_ALLOWED]),
        (f"factors: {{market: VTI, {'v' * 32}: VTV}}", ["factors", "is not the name", FACTORS_ALLOWED]),
        ("factors: {market: VTI, value: [VTV]}", ["factors", "value: ['VTV'] is not a text", FACTORS_ALLOWED]),
        ("factors: {market: VTI, value: ON}", ["factors", "value: True", "quotes", FACTORS_ALLOWED]),
        ("factors: {market: VTI, value: V TV}", ["factors", "value: 'V TV' is not a symbol", FACTORS_ALLOWED]),
        ("factors: {market: VTI, value: vti}", ["factors", "'VTI' is the reference of both market and value"]),
        (f"factors: {{{', '.join(f'{name}: F{name}' for name in MANY)}}}", ["factors", "21 factors; at most 20"]),
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


DUPLICATES = [
    ("max_workers: 3\nmax_workers: 4\n", "(line 2, column 1)", "(line 1, column 1)"),
    ("max_workers: 3\r\n\r\n'max_workers': 4\r\n", "(line 3, column 1)", "(line 1, column 1)"),
    ("{max_workers: 3, max_workers: 3}", "(line 1, column 18)", "(line 1, column 2)"),
    ("# \u00e4\u4e2d\U0001f600\nmax_workers: 3\n# x\nmax_workers: 3", "(line 4, column 1)", "(line 2, column 1)"),
    ("etf_symbols: [{a: 1, a: 2}]", "(line 1, column 22)", "(line 1, column 16)"),
]


@pytest.mark.parametrize(("text", "second", "first"), DUPLICATES)
def test_a_key_that_is_there_twice_is_refused_with_both_places(text: str, second: str, first: str) -> None:
    with pytest.raises(UsageError, match="is there twice") as caught:
        parse_config(text.encode())

    assert caught.value.message.index(second) < caught.value.message.index(first)


BROKEN: list[tuple[str, int, int]] = [
    ("max_workers: 3\netf_symbols: [VTI", 2, 14),
    ("max_workers: 3\netf_symbols: [VTI\n\n\n", 2, 14),
    ("etf_symbols: [VTI, VOO\nmax_workers: 3\n", 2, 12),
    ("etf_symbols: 'VTI\nmax_workers: 3\n", 1, 14),
    ("max_workers: 3\n\tmax_holdings: 5", 2, 1),
    ("max_workers: a: b", 1, 15),
    ("# \u00e4\u00f6\u00fc \U0001f600\nmax_workers: \u00e4: b", 2, 15),
    ("max_workers: 3\n  stale_after_days: 4", 2, 19),
    ("max_workers: 3\n\n# comment\nmax_holdings: 2026-02-31\n", 4, 15),
    ("max_workers: \x07", 1, 14),
    ("max_workers: 3\n---\nmax_workers: 4", 2, 1),
    ("a: &all [VTI]\netf_symbols: *all", 2, 14),
    ("max_workers: !!python/name:os.getcwd", 1, 14),
    ("max_workers: @x", 1, 14),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(("text", "line", "column"), BROKEN)
def test_broken_yaml_is_refused_with_line_and_column(
    text: str, line: int, column: int, encoding: str, newline: str
) -> None:
    with pytest.raises(UsageError) as caught:
        parse_config(text.replace("\n", newline).encode(encoding), "mine.yaml")

    assert caught.value.message.startswith(f"mine.yaml: is not YAML (line {line}, column {column}): ")
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"max_workers: 3\n# caf\xe9 au lait", "(line 2, column 6): the bytes there are not UTF-8"),
        ("max_workers: 3\r\n# \u00e4\u00f6".encode() + b"\xe9", "(line 2, column 5): the bytes there are not UTF-8"),
        ("max_workers: 3\nx".encode("utf-16") + b"\x00", "(line 2, column 2): the bytes there are not UTF-16"),
    ],
)
def test_bytes_in_another_encoding_are_refused_with_their_place(data: bytes, place: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_config(data)

    assert place in caught.value.message


def test_a_bad_value_says_on_which_line_it_is() -> None:
    with pytest.raises(UsageError, match=r"max_holdings is 0 \(line 3\); allowed"):
        parse_config(b"max_workers: 3\n\nmax_holdings: 0\n")
    with pytest.raises(UsageError, match=r"unknown key 'max_holding' \(line 2\)"):
        parse_config(b"max_workers: 3\nmax_holding: 0\n")


def test_a_text_that_would_grow_or_nest_without_end_is_refused() -> None:
    names = "abcdefghij"
    levels = [f"{name}: &{name} [{', '.join([f'*{inner}'] * 9)}]" for inner, name in itertools.pairwise(names)]
    for text, says in (
        ("\n".join(["a: &a [x]", *levels]), "references"),
        ("[" * 20_000, "nested too deeply"),
        ("# " + "x" * 1_000_001, "at most 1,000,000"),
    ):
        with pytest.raises(UsageError, match=says) as caught:
            parse_config(text.encode())
        assert len(caught.value.message) < 400


def test_the_shipped_config_asks_for_whole_lists(root: Path) -> None:
    assert parse_config((root / "etl_config.yaml").read_bytes()).max_holdings == "all"
    assert parse_config(b"max_workers: 3").max_holdings == 100


def test_what_the_sam_cli_teaches_yaml_does_not_reach_the_config() -> None:
    assert yaml_parse("a: !Ref b") == {"a": {"Ref": "b"}}

    for text in (b"max_workers: 3\nmax_workers: 4\n", b"max_workers: !Ref b\n"):
        with pytest.raises(UsageError, match="is not YAML"):
            parse_config(text)
