"""The config as its owner edits it: etl_config.yaml, and beside it the file of symbols that it may name.

The lake has one object for both, so that a function reads one.
"""

import stat
from dataclasses import dataclass
from pathlib import Path

from etf_common.config import MOST_BYTES_OF_SYMBOLS, EtlConfig, parse_config, parse_symbols
from etf_common.errors import UsageError

QUICK_BYTES = 20_000
"""YAML of this size takes 0.1 s to read, which every cold start pays; a longer list is stored in the quick form."""


@dataclass(frozen=True)
class Settings:
    """The settings, and what the lake stores of them."""

    config: EtlConfig
    stored: bytes


class ConfigFile:
    """The config file at `path`, read as often as it changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._symbols: Path | None = None
        self._read: tuple[bytes | None, bytes | None] = (None, None)

    def read(self) -> Settings:
        """The settings now. Raises UsageError, one line that names the file."""
        self._read = (None, None)
        try:
            data = _read_list(self.path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "is not a file"
            raise UsageError(f"{str(self.path)!r}: {reason}; give an existing file with --config") from None
        self._read = (data, None)
        config = parse_config(data, str(self.path), self._symbols_in)
        if config.etf_symbols_file is None:
            self._symbols = None
        as_written = config.etf_symbols_file is None and len(data) <= QUICK_BYTES
        return Settings(config, data if as_written else config.document())

    def changed(self) -> bool:
        """Whether a file has other bytes than those that were last read, or has come or gone."""
        now = _bytes_of(self.path), _bytes_of(self._symbols) if self._symbols else None
        return now != self._read

    def _symbols_in(self, name: str) -> tuple[str, ...]:
        self._symbols = self.path.parent / name
        try:
            data = _read_list(self._symbols)
            self._read = (self._read[0], data)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "is not a file with text"
            raise UsageError(
                f"{str(self._symbols)!r}: {reason}; {self.path} names it as etf_symbols_file: create it with one "
                "symbol a line, or take the key out"
            ) from None
        return parse_symbols(data, str(self._symbols))


def _read_list(path: Path) -> bytes:
    # A pipe or a device would keep the reader for ever.
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValueError(path)
    with path.open("rb") as file:
        return file.read(MOST_BYTES_OF_SYMBOLS + 1)


def _bytes_of(path: Path) -> bytes | None:
    try:
        return _read_list(path)
    except (OSError, ValueError):
        return None
