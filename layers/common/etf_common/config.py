"""etl_config.yaml: which ETFs to refresh, how many rows of each, and how fast."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from etf_common.errors import UsageError
from etf_common.symbols import ALLOWED, MalformedSymbolError, canonical, shorten
from etf_common.yaml_text import load_yaml

DEFAULT_SYMBOLS = ("VTI", "VOO", "QQQ", "SPY", "VEA", "VWO", "BND", "GLD")
MaxHoldings = Annotated[int, Field(strict=True, ge=1)] | Literal["all"]


def _symbols(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("not a list with at least one symbol")
    symbols = []
    for item in value:
        if not isinstance(item, str):
            raise ValueError(f"{shorten(item)} is not a text; put a symbol such as ON in quotes")  # noqa: TRY004 - pydantic
        try:
            symbols.append(canonical(item))
        except MalformedSymbolError as error:
            raise ValueError(error.message) from None
    if twice := next((symbol for symbol in symbols if symbols.count(symbol) > 1), None):
        raise ValueError(f"{twice!r} is in the list twice")
    return tuple(symbols)


class EtlConfig(BaseModel):
    """The settings an owner edits. Field order is the order in etl_config.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    etf_symbols: Annotated[tuple[str, ...], BeforeValidator(_symbols)] = DEFAULT_SYMBOLS
    max_holdings: MaxHoldings = 100
    max_workers: Annotated[int, Field(strict=True, ge=1, le=50)] = 3
    # Vanguard publishes month-end holdings about two weeks later, so a good list can be 45 days old.
    stale_after_days: Annotated[int, Field(strict=True, ge=1, le=366)] = 45


ALLOWED_VALUES = {
    "etf_symbols": f"a list of different symbols, each {ALLOWED}",
    "max_holdings": "a whole number from 1, or all",
    "max_workers": "a whole number from 1 to 50",
    "stale_after_days": "a whole number from 1 to 366",
}
"""By key: what is allowed."""


def parse_config(data: bytes, name: str = "etl_config.yaml") -> EtlConfig:
    """The config in `data`; `name` is what the error messages call it.

    Raises UsageError, one line that names the place, the key, the value and what is allowed.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        raise UsageError(f"{name}: starts with a byte order mark; save it as UTF-8 without BOM")
    values, lines = load_yaml(data, name)
    if not isinstance(values, dict):
        raise UsageError(f"{name}: holds {shorten(values)}; allowed are the keys {', '.join(ALLOWED_VALUES)}")
    try:
        return EtlConfig.model_validate(values)
    except ValidationError as error:
        raise UsageError(f"{name}: {_first_problem(error, values, lines)}") from None


def _first_problem(error: ValidationError, values: dict[Any, Any], lines: Mapping[Any, int]) -> str:
    problem = error.errors(include_url=False)[0]
    key = problem["loc"][0]
    where = f" (line {lines[key]})" if key in lines else ""
    if key not in ALLOWED_VALUES:
        return f"unknown key {shorten(key)}{where}; allowed are {', '.join(ALLOWED_VALUES)}"
    why = f" ({problem['ctx']['error']})" if problem["type"] == "value_error" else ""
    return f"{key} is {shorten(values[key])}{why}{where}; allowed is {ALLOWED_VALUES[str(key)]}"
