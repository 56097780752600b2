"""`etf doctor`: whether everything is as it should be, and what to do where it is not."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from local.etf.cells import Column, Table, words
from local.etf.errors import FAILED, OK
from local.etf.machine import PANEL
from local.etf.options import Config, DataDir, Json, Source, SourceOption
from local.etf.printing import show, write

LOCK = Path(__file__).parents[2] / "requirements" / "run.txt"


def _long(head: str, path: str) -> Column:
    return Column(head, path, is_long=True)


_COLUMNS = (words("what", "what"), words("", "state"), _long("found", "found"), _long("to do", "todo"))


def register(app: typer.Typer) -> None:
    """Give the app this command."""
    app.command("doctor", rich_help_panel=PANEL)(doctor)


def doctor(
    json_: Json = False,
    source: SourceOption = Source.AUTO,
    data_dir: DataDir = Path("data"),
    config: Config = Path("etl_config.yaml"),
    port: Annotated[int, typer.Option(min=1, max=65535, help="of the API on this machine")] = 3000,
) -> None:
    """Look at Python, config, data, network, port and clock, and say what to do; 1 if anything needs doing."""
    from etf_common.settings import SCHWAB_URL  # noqa: PLC0415
    from local.etf import checks  # noqa: PLC0415 - --help needs none of them

    machine = checks.Machine(data_dir, source, config, port, SCHWAB_URL)
    looks: Iterable[Iterable[checks.Check]] = (
        checks.python(LOCK),
        checks.config(machine),
        checks.folder(machine),
        checks.data(machine),
        checks.portal(machine),
        checks.server(machine),
    )
    found = [check for look in looks for check in look]
    needed = [check for check in found if check.state == checks.State.PROBLEM]
    if json_:
        write(json.dumps([asdict(check) for check in found], ensure_ascii=False, indent=1).encode() + b"\n")
    else:
        told = f"{len(needed)} things need doing" if len(needed) != 1 else "one thing needs doing"
        rows = [{**asdict(check), "todo": check.todo or " "} for check in found]
        show([Table(_COLUMNS, rows)], [told if needed else "nothing needs doing"])
    raise typer.Exit(FAILED if needed else OK)
