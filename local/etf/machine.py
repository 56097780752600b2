"""Commands about this machine: refresh, serve, SQL, and the server for agents."""

import os
from pathlib import Path
from typing import Annotated

import typer

from local.etf.asking import faults
from local.etf.connection import connect
from local.etf.errors import NoAnswerError
from local.etf.options import Config, Csv, DataDir, Source, SourceOption, Token, Url, Where

PANEL = "This machine"
MISSING_MCP = (
    "the Python package mcp is not installed; `make setup` installs it, or `.venv/bin/python -m pip install mcp`"
)


def register(app: typer.Typer) -> None:
    """Give the app these commands."""
    for name, function in (("refresh", refresh), ("serve", serve), ("sql", sql), ("mcp", mcp)):
        app.command(name, rich_help_panel=PANEL)(function)


def refresh(
    symbols: Annotated[list[str] | None, typer.Argument(metavar="[SYMBOL]...", help="all of the config")] = None,
    source: SourceOption = Source.AUTO,
    data_dir: DataDir = Path("data"),
    config: Config = Path("etl_config.yaml"),
) -> None:
    """Fetch now, as etl_pipeline.py does; a server that holds the data folder does it in its place."""
    raise typer.Exit(run_refresh(symbols or [], source, data_dir, config))


def run_refresh(symbols: list[str], source: str, data_dir: Path, config: Path) -> int:
    """etl_pipeline.py's exit code."""
    from local.commands import pipeline  # noqa: PLC0415 - the whole pipeline

    where = ["--source", source, "--data-dir", str(data_dir), "--config", str(config)]
    return pipeline([*where, "--", *symbols])


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="of the API and the page; 0 for any free one")] = 3000,
    source: SourceOption = Source.AUTO,
    data_dir: DataDir = Path("data"),
    config: Config = Path("etl_config.yaml"),
) -> None:
    """The whole system, as run.py: the page, the API, and a refresh after every close; ETF_TOKEN locks it."""
    from local.commands import run  # noqa: PLC0415 - the whole pipeline

    where = ["--source", source, "--data-dir", str(data_dir), "--config", str(config)]
    raise typer.Exit(run([*where, "--port", str(port)]))


def sql(
    query: Annotated[str | None, typer.Argument(help="one question, or several with semicolons; else a prompt")] = None,
    csv: Csv = False,
    source: SourceOption = Source.AUTO,
    data_dir: DataDir = Path("data"),
) -> None:
    """SQL over the tables of all funds, as sql.py: etf sql "from latest_funds limit 5"."""
    from local.sql import sql as ask  # noqa: PLC0415 - DuckDB

    asked = [f"--query={query}"] if query is not None else []  # a question may begin with a dash
    where = ["--source", source, "--data-dir", str(data_dir)]
    raise typer.Exit(ask([*where, *asked, *(["--csv"] if csv else [])]))


def mcp(
    url: Url = None, token: Token = None, data_dir: DataDir = Path("data"), source: SourceOption = Source.AUTO
) -> None:
    """Serve the answers to agents, by the Model Context Protocol over standard input and output."""
    with faults():
        try:
            from local.etf.mcp import serve as serve_agents  # noqa: PLC0415 - an extra package
        except ImportError as fault:
            if (fault.name or "").partition(".")[0] not in {"mcp", "anyio"}:
                raise
            raise NoAnswerError(MISSING_MCP) from None
        with connect(Where(url, token, data_dir, source)) as client:
            os.environ.pop("ETF_TOKEN", None)  # nothing that an agent starts needs it
            serve_agents(client)
