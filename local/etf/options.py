"""The options that all commands share: where answers come from, and how they are printed."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from local.etf.completion import funds


class Source(StrEnum):
    """Which data of the folder."""

    AUTO = "auto"
    LIVE = "live"
    SAMPLE = "sample"


WHERE, PRINTED = "Where answers come from", "How they are printed"
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="ETF_URL",
        help="ask an API, such as http://localhost:3000; without it the data folder is read directly",
        rich_help_panel=WHERE,
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="ETF_TOKEN",
        help="the access token of a locked API; without it that of `etf token set`",
        rich_help_panel=WHERE,
        show_default=False,
    ),
]
DataDir = Annotated[
    Path, typer.Option("--data-dir", help="the data folder, with live/ and sample/", rich_help_panel=WHERE)
]
SourceOption = Annotated[
    Source,
    typer.Option("--source", help="auto: live data, or sample data where there is none", rich_help_panel=WHERE),
]
Json = Annotated[bool, typer.Option("--json", help="the API's JSON", rich_help_panel=PRINTED)]
Csv = Annotated[bool, typer.Option("--csv", help="the API's CSV, every row of it", rich_help_panel=PRINTED)]
Fund = Annotated[str, typer.Argument(metavar="SYMBOL", help="a fund, such as VTI", autocompletion=funds)]
Security = Annotated[str, typer.Argument(metavar="SYMBOL", help="a security, such as NVDA")]
Config = Annotated[Path, typer.Option("--config", help="which ETFs, how many rows", rich_help_panel=WHERE)]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="a holdings date, such as 2026-11-18")]
First = Annotated[str | None, typer.Option("--from", metavar="DATE", help="the earlier holdings date, or the first")]
Last = Annotated[str | None, typer.Option("--to", metavar="DATE", help="the later holdings date, or the last")]
Limit = Annotated[int | None, typer.Option("--limit", metavar="ROWS", help="so many rows at most")]
Offset = Annotated[int | None, typer.Option("--offset", metavar="ROWS", help="skip so many rows")]


class ByWhat(StrEnum):
    """What counts as one."""

    SECURITY = "security"
    ISSUER = "issuer"


class BasisOf(StrEnum):
    """What an answer rests on."""

    LIST = "list"
    FILING = "filing"


By = Annotated[ByWhat | None, typer.Option("--by", help="issuer: share classes of one company count as one")]
Basis = Annotated[BasisOf | None, typer.Option("--basis", help="filing: rest on what the funds filed with the SEC")]
MaxLag = Annotated[
    int | None,
    typer.Option("--max-lag-days", metavar="DAYS", help="refuse funds whose holdings dates are further apart"),
]


@dataclass(frozen=True)
class Where:
    """Where answers come from."""

    url: str | None = None
    token: str | None = None
    data_dir: Path = Path("data")
    source: str = Source.AUTO
