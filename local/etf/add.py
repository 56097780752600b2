"""`etf add`: a fund into etl_config.yaml, with its comments and its order kept, and then its data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from local.etf.asking import faults
from local.etf.errors import WrongUsageError
from local.etf.machine import PANEL, run_refresh
from local.etf.options import Config, DataDir, Source, SourceOption
from local.etf.printing import say

if TYPE_CHECKING:
    from etf_common.config import EtlConfig

BOM = "\ufeff"
"""What some editors on Windows put before a text."""


def register(app: typer.Typer) -> None:
    """Give the app this command."""
    app.command("add", rich_help_panel=PANEL)(add)


def add(
    symbols: Annotated[list[str], typer.Argument(metavar="SYMBOL...", help="funds to follow from now on")],
    no_refresh: Annotated[bool, typer.Option("--no-refresh", help="do not fetch them now")] = False,
    source: SourceOption = Source.AUTO,
    data_dir: DataDir = Path("data"),
    config: Config = Path("etl_config.yaml"),
) -> None:
    """Add funds to etl_config.yaml, or to the file of symbols that it names, and fetch them."""
    with faults():
        added = add_to_config(symbols, config)
    if added and not no_refresh:
        raise typer.Exit(run_refresh(added, source, data_dir, config))


def add_to_config(symbols: list[str], path: Path) -> list[str]:
    """Write the symbols that the config does not have; returns them. Raises UsageError; then nothing is written."""
    from etf_common.config_file import ConfigFile  # noqa: PLC0415 - pydantic
    from etf_common.symbols import canonical  # noqa: PLC0415

    wanted = list(dict.fromkeys(map(canonical, symbols)))
    config = ConfigFile(path).read().config
    there = set(config.etf_symbols)
    for symbol in wanted:
        if symbol in there:
            say(f"{symbol} is in {path} already")
    new = [symbol for symbol in wanted if symbol not in there]
    if not new:
        return []
    if config.etf_symbols_file is not None:
        target = path.parent / config.etf_symbols_file
        _replace(target, _with_lines(target.read_bytes(), new), path)
    else:
        target = path
        _replace(target, _with_symbols(path.read_bytes(), new, config, path), path)
    say(f"{', '.join(new)} added to {target}")
    return new


def _with_lines(data: bytes, lines: list[str]) -> bytes:
    """A file with these lines at its end, in its own kind of line ends."""
    end = b"\r\n" if b"\r\n" in data else b"\n"
    before = data if not data or data.endswith(b"\n") else data + end
    return before + b"".join(line.encode() + end for line in lines)


def _with_symbols(data: bytes, symbols: list[str], config: "EtlConfig", path: Path) -> bytes:
    """The config with these symbols at the end of etf_symbols. Every other character stays. Raises WrongUsageError."""
    import yaml  # noqa: PLC0415

    by_hand = WrongUsageError(f"{path} cannot be edited; add the symbols to etf_symbols by hand")
    try:
        text = data.decode("utf-8")
        before, body = text[: text.startswith(BOM)], text.removeprefix(BOM)
        if config.model_fields_set & {"etf_symbols"}:
            made = _inserted(body, list(map(_quoted, symbols)))
        else:
            every = ", ".join(map(_quoted, (*config.etf_symbols, *symbols)))
            made = _with_lines(body.encode(), [f"etf_symbols: [{every}]"]).decode()
        # Anchors and the like can make it another list than the one that was meant.
        told = yaml.safe_load(body) or {}
        if made is None or yaml.safe_load(made) != {**told, "etf_symbols": [*config.etf_symbols, *symbols]}:
            raise by_hand
    except (yaml.YAMLError, UnicodeDecodeError):
        raise by_hand from None
    return (before + made).encode()


def _inserted(text: str, symbols: list[str]) -> str | None:
    """The text with symbols behind the last item of etf_symbols; None where that is no list in the text itself."""
    import yaml  # noqa: PLC0415

    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    found = next((value for key, value in pairs if key.value == "etf_symbols"), None)
    if not isinstance(found, yaml.SequenceNode) or (not found.value and not found.flow_style):
        return None
    if found.flow_style:
        last = found.value[-1].end_mark.index if found.value else found.end_mark.index - 1
        return f"{text[:last]}{', ' if found.value else ''}{', '.join(symbols)}{text[last:]}"
    # In a block each item has a line, which begins as that of the last one does; a comment in that line stays there.
    item = found.value[-1]
    begin = text.rfind("\n", 0, item.start_mark.index) + 1
    prefix, end = text[begin : item.start_mark.index], "\r\n" if "\r\n" in text else "\n"
    behind = text.find("\n", item.end_mark.index) + 1 or len(text)
    lines = "".join(f"{prefix}{symbol}{end}" for symbol in symbols)
    return f"{text[:behind]}{'' if text[:behind].endswith(chr(10)) else end}{lines}{text[behind:]}"


def _quoted(symbol: str) -> str:
    """A symbol as YAML reads it back: ON, NO and Y are words for true and false there, and 1E5 is a number."""
    import yaml  # noqa: PLC0415

    return symbol if yaml.safe_load(symbol) == symbol else f'"{symbol}"'


def _replace(target: Path, data: bytes, config: Path) -> None:
    """Write `data` as a whole, and take it back if the config cannot be used with it. Raises UsageError."""
    from etf_common.config_file import ConfigFile  # noqa: PLC0415
    from etf_common.errors import UsageError  # noqa: PLC0415
    from local.files import write_file  # noqa: PLC0415

    target = target.resolve()  # a link stays one
    before, mode = target.read_bytes(), target.stat().st_mode
    try:
        write_file(target, data)
        ConfigFile(config).read()
    except UsageError:
        write_file(target, before)
        raise
    finally:
        target.chmod(mode)
