"""etl_config.yaml: which ETFs to refresh, how many rows of each, how fast, and what the owner knows of their costs."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from etf_common.errors import UsageError
from etf_common.factors import MOST_FACTORS, checked_factors
from etf_common.symbols import ALLOWED, MalformedSymbolError, canonical, shorten
from etf_common.yaml_text import load_yaml

DEFAULT_SYMBOLS = ("VTI", "VOO", "QQQ", "SPY", "VEA", "VWO", "BND", "GLD")
MOST_SYMBOLS = 10_000
"""More than twice as many as there are American ETFs; a longer list is another file by mistake."""
MOST_BYTES_OF_SYMBOLS = 1_000_000
MOST_PCT_A_YEAR = 25
"""The dearest American funds, with what their loans cost, report 15 per cent a year."""
MOST_TRADE_PCT = 100
MaxHoldings = Annotated[int, Field(strict=True, ge=1)] | Literal["all"]
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_CONTACT = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class OwnExpenseRatio:
    """What a fund costs a year, as the owner found it, and a day on which it held, `2026-11-01`."""

    expense_ratio_pct: float
    as_of: str


@dataclass(frozen=True)
class AlertSettings:
    """What is told after a refresh: the changes of a fund and its refreshes that failed."""

    symbols: tuple[str, ...] | Literal["all"] = "all"
    min_trade_pct: float | Literal[False] = 0.5
    """A security that was bought or sold for at least so many per cent of the fund is told; False: none is for that."""
    added: bool = True
    removed: bool = True
    failed: bool = True

    def covers(self, symbol: str) -> bool:
        """Whether alerts of this fund are wanted."""
        return self.symbols == "all" or symbol in self.symbols


def _symbol(item: Any) -> str:
    if not isinstance(item, str):
        raise ValueError(f"{shorten(item)} is not a text; put a symbol such as ON in quotes")  # noqa: TRY004 - pydantic
    try:
        return canonical(item)
    except MalformedSymbolError as error:
        raise ValueError(error.message) from None


def _symbols(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("not a list with at least one symbol")
    if len(value) > MOST_SYMBOLS:
        raise ValueError(f"{len(value):,} symbols; at most {MOST_SYMBOLS:,} are allowed")
    symbols: dict[str, None] = {}
    for symbol in map(_symbol, value):
        if symbol in symbols:
            raise ValueError(f"{symbol!r} is in the list twice")
        symbols[symbol] = None
    return tuple(symbols)


def _file_name(value: Any) -> str | None:
    if not isinstance(value, str) or not value.strip() or len(value) > 1000 or not value.isprintable():
        raise ValueError("not the name of a file")
    return value


def _expense_ratios(value: Any) -> dict[str, OwnExpenseRatio]:
    if not isinstance(value, dict):
        raise ValueError("not a mapping of symbols")  # noqa: TRY004 - pydantic
    ratios: dict[str, OwnExpenseRatio] = {}
    for key, entry in value.items():
        symbol = _symbol(key)
        if symbol in ratios:
            raise ValueError(f"{symbol!r} is there twice")
        ratios[symbol] = _expense_ratio(symbol, entry)
    return ratios


def _expense_ratio(symbol: str, entry: Any) -> OwnExpenseRatio:
    if not isinstance(entry, dict) or entry.keys() != {"expense_ratio_pct", "as_of"}:
        raise ValueError(f"{symbol} needs expense_ratio_pct and as_of, and nothing else")
    cost, day = entry["expense_ratio_pct"], entry["as_of"]
    if isinstance(cost, bool) or not isinstance(cost, int | float) or not math.isfinite(cost):
        raise ValueError(f"expense_ratio_pct of {symbol} is {shorten(cost)}, not a number")
    if not 0 <= cost <= MOST_PCT_A_YEAR:
        raise ValueError(
            f"expense_ratio_pct of {symbol} is {shorten(cost)}, not 0 to {MOST_PCT_A_YEAR} per cent a year"
        )
    return OwnExpenseRatio(float(cost), _day(symbol, day))


def _day(symbol: str, value: Any) -> str:
    """YAML reads 2026-11-01 as a date, and as a text where it is in quotes."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    shown = value.isoformat(" ") if isinstance(value, datetime) else value
    raise ValueError(f"as_of of {symbol} is {shorten(shown)}, not a day such as 2026-11-01")


def _alerts(value: Any) -> AlertSettings:
    if not isinstance(value, dict):
        raise ValueError("not a mapping; take the key out for no alerts")  # noqa: TRY004 - pydantic
    if unknown := [key for key in value if key not in _ALERT_KEYS]:
        raise ValueError(f"unknown key {shorten(unknown[0])}; known are {', '.join(_ALERT_KEYS)}")
    settings = AlertSettings(**{name: _ALERT_KEYS[name](name, given) for name, given in value.items()})
    if not (settings.min_trade_pct or settings.added or settings.removed or settings.failed):
        raise ValueError("everything is switched off; take the key out for no alerts")
    return settings


def _alert_symbols(name: str, value: Any) -> tuple[str, ...] | Literal["all"]:
    if value == "all":
        return "all"
    try:
        return _symbols(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} is {shorten(value)}, not true or false")  # noqa: TRY004 - pydantic
    return value


def _trade_pct(name: str, value: Any) -> float | Literal[False]:
    if value is False:
        return False
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST_TRADE_PCT:
        raise ValueError(f"{name} is {shorten(value)}, not false or a number above 0 and up to {MOST_TRADE_PCT}")
    return float(value)


_ALERT_KEYS: dict[str, Callable[[str, Any], Any]] = {
    "symbols": _alert_symbols,
    "min_trade_pct": _trade_pct,
    "added": _switch,
    "removed": _switch,
    "failed": _switch,
}


def _filings(value: Any) -> tuple[str, ...] | Literal["all", "none"]:
    return value if value in ("all", "none") else _symbols(value)


def _contact(value: Any) -> str | None:
    # The SEC's firewall refuses a User-Agent that has an address of the web in it, so this is one of e-mail.
    if not isinstance(value, str) or not _CONTACT.fullmatch(value):
        raise ValueError("not an e-mail address")
    return value


class EtlConfig(BaseModel):
    """The settings an owner edits. Field order is the order in etl_config.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    etf_symbols: Annotated[tuple[str, ...], BeforeValidator(_symbols)] = DEFAULT_SYMBOLS
    """Those of `etf_symbols_file` too, behind those of the key itself."""
    etf_symbols_file: Annotated[str | None, BeforeValidator(_file_name)] = None
    max_holdings: MaxHoldings = 100
    max_workers: Annotated[int, Field(strict=True, ge=1, le=50)] = 3
    # Vanguard publishes month-end holdings about two weeks later, so a good list can be 45 days old.
    stale_after_days: Annotated[int, Field(strict=True, ge=1, le=366)] = 45
    expense_ratios: Annotated[Mapping[str, OwnExpenseRatio], BeforeValidator(_expense_ratios)] = Field(
        default_factory=dict
    )
    alerts: Annotated[AlertSettings | None, BeforeValidator(_alerts)] = None
    filings: Annotated[tuple[str, ...] | Literal["all", "none"], BeforeValidator(_filings)] = "all"
    """Whose filings are fetched from the SEC; a symbol may be one of which there is no list of holdings."""
    contact: Annotated[str | None, BeforeValidator(_contact)] = None
    """Whom the SEC can write to; without it nothing is asked of the SEC."""
    factors: Annotated[Mapping[str, str], BeforeValidator(checked_factors)] = Field(default_factory=dict)
    """By factor the symbol of its reference fund, `market` among them; empty for none."""

    def refreshed_symbols(self) -> tuple[str, ...]:
        """The symbols that a refresh fetches: the configured ones, then the reference funds that are not among them."""
        return tuple(dict.fromkeys((*self.etf_symbols, *self.factors.values())))

    def filing_symbols(self) -> tuple[str, ...]:
        """The symbols whose filings are wanted."""
        if self.filings == "all":
            return self.etf_symbols
        return () if self.filings == "none" else self.filings

    def document(self) -> bytes:
        """The settings without a file beside them, as JSON, which is YAML that is read a hundred times faster."""
        absent = {"etf_symbols_file", *(name for name in ("alerts", "contact") if getattr(self, name) is None)}
        absent |= set() if self.factors else {"factors"}
        settings = self.model_dump(mode="json", exclude=absent)
        return (json.dumps(settings, indent=1) + "\n").encode()


ALLOWED_VALUES = {
    "etf_symbols": f"a list of different symbols, each {ALLOWED}",
    "etf_symbols_file": "the name of a text file beside etl_config.yaml with one symbol a line; # begins a comment",
    "max_holdings": "a whole number from 1, or all",
    "max_workers": "a whole number from 1 to 50",
    "stale_after_days": "a whole number from 1 to 366",
    "expense_ratios": (
        "by symbol what a fund costs in per cent a year and a day on which it held: "
        "`{SCHD: {expense_ratio_pct: 0.06, as_of: 2026-11-01}}`"
    ),
    "alerts": (
        "what is told after a refresh: `{symbols: all, min_trade_pct: 0.5, added: true, removed: true, failed: true}`; "
        f"symbols is all or a list, min_trade_pct a number up to {MOST_TRADE_PCT} or false, the others true or false"
    ),
    "filings": "whose reports to the SEC are fetched, once a week: all, none or a list of symbols",
    "contact": "your e-mail address, which the SEC wants to know of whoever asks; without it nothing is fetched there",
    "factors": (
        f"the reference fund of the market and of up to {MOST_FACTORS - 1} factors, each named in small letters: "
        "`{market: VTI, value: VTV, growth: VUG}`; these funds are refreshed too"
    ),
}
"""By key: what is allowed."""


def parse_config(
    data: bytes, name: str = "etl_config.yaml", symbols_in: Callable[[str], tuple[str, ...]] | None = None
) -> EtlConfig:
    """The config in `data`; `name` is what the error messages call it, `symbols_in` reads the file of that name.

    Raises UsageError, one line that names the place, the key, the value and what is allowed.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        raise UsageError(f"{name}: starts with a byte order mark; save it as UTF-8 without BOM")
    values = _plain_json(data) or load_yaml(data, name)[0]
    if not isinstance(values, dict):
        raise UsageError(f"{name}: holds {shorten(values)}; allowed are the keys {', '.join(ALLOWED_VALUES)}")
    try:
        config = EtlConfig.model_validate(values)
    except ValidationError as error:
        raise UsageError(f"{name}: {_first_problem(error, values, load_yaml(data, name)[1])}") from None
    if config.etf_symbols_file is not None:
        config = _with_symbols_of_file(config, name, symbols_in)
    _check_alert_symbols(config, name)
    return config


def _plain_json(data: bytes) -> dict[str, Any] | None:
    """The mapping in `data` if it is plain JSON without a key that is there twice, as `document` writes it."""
    if not data.startswith(b"{"):
        return None
    try:
        found = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None  # YAML may still be able to read it, or says where it is broken
    return found if isinstance(found, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _with_symbols_of_file(
    config: EtlConfig, name: str, symbols_in: Callable[[str], tuple[str, ...]] | None
) -> EtlConfig:
    if symbols_in is None:
        raise UsageError(
            f"{name}: etf_symbols_file is {shorten(config.etf_symbols_file)}, a file on the machine where the config "
            "is edited; `make config` puts the config and its symbols here"
        )
    own = config.etf_symbols if "etf_symbols" in config.model_fields_set else ()
    symbols = tuple(dict.fromkeys((*own, *symbols_in(str(config.etf_symbols_file)))))
    if len(symbols) > MOST_SYMBOLS:
        raise UsageError(
            f"{name}: etf_symbols and {config.etf_symbols_file} have {len(symbols):,} symbols together; at most "
            f"{MOST_SYMBOLS:,} are allowed"
        )
    return config.model_copy(update={"etf_symbols": symbols})


def _check_alert_symbols(config: EtlConfig, name: str) -> None:
    """Raises UsageError for alerts of a fund that no refresh fetches, most often a slip: nobody would miss them."""
    wanted = config.alerts.symbols if config.alerts else "all"
    if wanted == "all":
        return
    if missing := sorted(set(wanted) - set(config.etf_symbols)):
        raise UsageError(
            f"{name}: alerts has the symbol {missing[0]!r}, which is not refreshed; add it to etf_symbols, or take it "
            "out of alerts"
        )


def other_costs(old: EtlConfig, new: EtlConfig) -> list[str]:
    """The symbols whose costs two configs state differently."""
    known = old.expense_ratios.keys() | new.expense_ratios.keys()
    return sorted(symbol for symbol in known if old.expense_ratios.get(symbol) != new.expense_ratios.get(symbol))


def parse_symbols(data: bytes, name: str) -> tuple[str, ...]:
    """The symbols of a file with one a line; blank lines and what follows a # are skipped.

    Raises UsageError, one line with the file's `name` and the line.
    """
    if len(data) > MOST_BYTES_OF_SYMBOLS:
        raise UsageError(f"{name}: has more than {MOST_BYTES_OF_SYMBOLS:,} bytes; give a list with one symbol a line")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = 1 + len(_LINE_BREAK.findall(data[: error.start].decode("latin-1")))
        raise UsageError(f"{name} (line {broken}): the bytes there are not UTF-8; save it as UTF-8") from None
    first_line: dict[str, int] = {}
    for number, line in enumerate(_LINE_BREAK.split(text), 1):
        item = line.partition("#")[0].strip()
        if not item:
            continue
        try:
            symbol = canonical(item)
        except MalformedSymbolError as error:
            raise UsageError(f"{name} (line {number}): {error.message}, one a line") from None
        if symbol in first_line:
            raise UsageError(
                f"{name} (line {number}): {symbol!r} is in the list twice, first in line {first_line[symbol]}; "
                "give each symbol once"
            )
        first_line[symbol] = number
    if not first_line:
        raise UsageError(f"{name}: has no symbol; write one a line, or take etf_symbols_file out of the config")
    if len(first_line) > MOST_SYMBOLS:
        raise UsageError(f"{name}: has {len(first_line):,} symbols; at most {MOST_SYMBOLS:,} are allowed")
    return tuple(first_line)


def _first_problem(error: ValidationError, values: dict[Any, Any], lines: Mapping[Any, int]) -> str:
    problem = error.errors(include_url=False)[0]
    key = problem["loc"][0]
    where = f" (line {lines[key]})" if key in lines else ""
    if key not in ALLOWED_VALUES:
        return f"unknown key {shorten(key)}{where}; allowed are {', '.join(ALLOWED_VALUES)}"
    why = f" ({problem['ctx']['error']})" if problem["type"] == "value_error" else ""
    return f"{key} is {shorten(values[key])}{why}{where}; allowed is {ALLOWED_VALUES[str(key)]}"
