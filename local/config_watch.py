"""Noticing that the config file was edited while the system runs."""

from dataclasses import dataclass
from pathlib import Path

from etf_common.config import EtlConfig
from etf_common.errors import UsageError
from local.options import Options


@dataclass(frozen=True)
class Edit:
    """A new state of the file: its settings, or why they cannot be used.

    After an invalid state, settings equal to `before` are an edit too: the user learns that the file is valid again.
    """

    before: EtlConfig
    config: EtlConfig | None
    error: str = ""


class ConfigWatch:
    """Watches the config file; `config` has the settings in use."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._seen = self._state()
        self._was_invalid = False
        self.config = options.read_config()

    def _state(self) -> bytes | None:
        try:
            return Path(self._options.config).read_bytes()
        except OSError:
            return None

    def look(self) -> Edit | None:
        """The edit since the last look, or None. Valid settings are in use from now on."""
        state = self._state()
        if state == self._seen:
            return None
        self._seen = state
        try:
            config = self._options.read_config()
        except UsageError as error:
            self._was_invalid = True
            return Edit(self.config, None, error.message)
        if config == self.config and not self._was_invalid:
            return None
        self._was_invalid = False
        edit, self.config = Edit(self.config, config), config
        return edit


def difference(old: EtlConfig, new: EtlConfig) -> str:
    """What has changed, in a few words."""
    added = [f"+{symbol}" for symbol in new.etf_symbols if symbol not in old.etf_symbols]
    removed = [f"-{symbol}" for symbol in old.etf_symbols if symbol not in new.etf_symbols]
    changes = [f"etf_symbols {' '.join(added + removed)}"] if added or removed else []
    if not changes and old.etf_symbols != new.etf_symbols:
        changes = ["the order of etf_symbols"]
    for name in ("max_holdings", "max_workers", "stale_after_days"):
        if getattr(old, name) != getattr(new, name):
            changes.append(f"{name} {getattr(old, name)} -> {getattr(new, name)}")
    return "; ".join(changes)


def to_refresh(old: EtlConfig, new: EtlConfig) -> list[str]:
    """The symbols that an edit makes it necessary to refresh: new ones, or all where other rows are wanted."""
    if old.max_holdings != new.max_holdings:
        return list(new.etf_symbols)
    return [symbol for symbol in new.etf_symbols if symbol not in old.etf_symbols]
