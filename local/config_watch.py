"""Noticing that the config file, or the file of symbols that it names, was edited while the system runs."""

from collections.abc import Mapping
from dataclasses import dataclass

from etf_common.config import EtlConfig, other_costs
from etf_common.config_file import ConfigFile
from etf_common.errors import UsageError
from local.options import Options

SHOWN = 20
"""Of a list of symbols; a file of thousands may be new."""


@dataclass(frozen=True)
class Edit:
    """A new state of the files: their settings and what the lake stores of them, or why they cannot be used.

    After an invalid state, settings equal to `before` are an edit too: the user learns that the file is valid again.
    """

    before: EtlConfig
    config: EtlConfig | None
    error: str = ""
    stored: bytes = b""


class ConfigWatch:
    """Watches the config file; `config` has the settings in use."""

    def __init__(self, options: Options) -> None:
        self._file = ConfigFile(options.config)
        self._was_invalid = False
        self.config = self._file.read().config

    def look(self) -> Edit | None:
        """The edit since the last look, or None. Valid settings are in use from now on."""
        if not self._file.changed():
            return None
        try:
            settings = self._file.read()
        except UsageError as error:
            self._was_invalid = True
            return Edit(self.config, None, error.message)
        config = settings.config
        if config == self.config and not self._was_invalid:
            return None
        self._was_invalid = False
        edit, self.config = Edit(self.config, config, stored=settings.stored), config
        return edit


def difference(old: EtlConfig, new: EtlConfig) -> str:
    """What has changed, in a few words."""
    before, after = set(old.etf_symbols), set(new.etf_symbols)
    added = [f"+{symbol}" for symbol in new.etf_symbols if symbol not in before]
    removed = [f"-{symbol}" for symbol in old.etf_symbols if symbol not in after]
    changes = [f"etf_symbols {_listed(added + removed)}"] if added or removed else []
    if not changes and old.etf_symbols != new.etf_symbols:
        changes = ["the order of etf_symbols"]
    if old.factors != new.factors:
        changes.append(f"factors {_named(new.factors)}" if new.factors else "factors taken out")
    for name in ("etf_symbols_file", "max_holdings", "max_workers", "stale_after_days"):
        if getattr(old, name) != getattr(new, name):
            changes.append(f"{name} {getattr(old, name)} -> {getattr(new, name)}")
    if costs := other_costs(old, new):
        changes.append(f"expense_ratios of {_listed(costs)}")
    if old.alerts != new.alerts:
        changes.append("alerts" if old.alerts and new.alerts else f"alerts {'on' if new.alerts else 'off'}")
    if old.filings != new.filings:
        changes.append(f"filings {_wanted(old)} -> {_wanted(new)}")
    if old.contact != new.contact:
        changes.append(f"contact {new.contact}" if new.contact else "contact taken out")
    return "; ".join(changes)


def _named(factors: Mapping[str, str]) -> str:
    return ", ".join(f"{factor} {symbol}" for factor, symbol in factors.items())


def _wanted(config: EtlConfig) -> str:
    return config.filings if isinstance(config.filings, str) else f"of {_listed(list(config.filings))}"


def _listed(items: list[str]) -> str:
    shown = " ".join(items[:SHOWN])
    return f"{shown} and {len(items) - SHOWN:,} more" if len(items) > SHOWN else shown


def to_refresh(old: EtlConfig, new: EtlConfig) -> list[str]:
    """The symbols that an edit makes it necessary to refresh: new ones, or all where other rows are wanted."""
    if old.max_holdings != new.max_holdings:
        return list(new.refreshed_symbols())
    before = set(old.refreshed_symbols())
    return [symbol for symbol in new.refreshed_symbols() if symbol not in before]
