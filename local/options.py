"""The command lines of run.py, etl_pipeline.py, api_server.py, sql.py and `make sam-local`."""

import argparse
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

from etf_common.config import EtlConfig
from etf_common.config_file import ConfigFile
from etf_common.errors import UsageError
from etf_common.filing_keys import is_accession
from etf_common.messages import MOST_QUARTERS
from etf_common.settings import portal_address
from etf_common.symbols import canonical
from local.jobs import Job, JobKind


@dataclass(frozen=True)
class Options:
    """What was asked for. `symbols` empty means those of the config."""

    source: str = "auto"
    port: int = 3000
    data_dir: Path = Path("data")
    config: Path = Path("etl_config.yaml")
    portal_url: str | None = None
    replay: bool = False
    sweep: bool = False
    forget: bool = False
    compress: bool = True
    symbols: list[str] = field(default_factory=list)
    sec_url: str | None = None
    filings: bool = False
    quarters: int | None = None
    filing: Path | None = None
    symbol: str | None = None
    """Whose filing the file of `filing` is."""
    accession: str | None = None

    @property
    def job(self) -> Job:
        """What etl_pipeline.py is to do."""
        if self.filing is not None and self.symbol is not None:
            file = str(self.filing.absolute())  # who does it may stand in another folder
            return Job(JobKind.FILING, (self.symbol,), file=file, accession=self.accession)
        kinds = {
            JobKind.REPLAY: self.replay,
            JobKind.SWEEP: self.sweep,
            JobKind.FORGET: self.forget,
            JobKind.FILINGS: self.filings,
        }
        kind = next((kind for kind, asked in kinds.items() if asked), JobKind.REFRESH)
        return Job(kind, tuple(self.symbols), quarters=self.quarters)

    def read_config(self) -> EtlConfig:
        """The config file's settings. Raises UsageError."""
        return ConfigFile(self.config).read().config


@dataclass(frozen=True)
class SqlOptions:
    """What sql.py was asked for. `query` None means a prompt, or standard input."""

    source: str = "auto"
    data_dir: Path = Path("data")
    query: str | None = None
    csv: bool = False

    @property
    def where(self) -> Options:
        """The data folder, as api_server.py picks it."""
        return Options(source=self.source, data_dir=self.data_dir)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{' '.join(message.split())}; see --help")


def _source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--source",
        choices=("auto", "live", "sample"),
        default="auto",
        help="live: Schwab; sample: the bundled portal with made-up data; auto: live, else sample (default)",
    )
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="where objects are kept (default: data)")


def _port(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port_number, default=3000, help="the API's port (default: 3000)")


def _refresh(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        default=Path("etl_config.yaml"),
        help="which ETFs, how many rows (default: etl_config.yaml)",
    )
    parser.add_argument("--portal-url", type=_portal, help="another portal than Schwab's, scheme and host")
    parser.add_argument("--sec-url", type=_sec, help="a stand-in for www.sec.gov and data.sec.gov, scheme and host")
    parser.add_argument(
        "--no-compress",
        dest="compress",
        action="store_false",
        help="leave captures older than 90 days as they are (default: compress them; they are never deleted)",
    )


def run_options(arguments: list[str]) -> Options:
    """run.py's. Raises UsageError."""
    parser = _Parser(prog="run.py", description="Serve the API, refresh now and after every New York close.")
    _source(parser)
    _port(parser)
    _refresh(parser)
    return _checked(parser, arguments)


def pipeline_options(arguments: list[str]) -> Options:
    """etl_pipeline.py's. Raises UsageError."""
    parser = _Parser(prog="etl_pipeline.py", description="Refresh once and exit: 0 all new, 1 not all, 2 wrong usage.")
    _source(parser)
    _refresh(parser)
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--replay", action="store_true", help="derive everything from raw/ and raw-filings/ again, without network"
    )
    instead.add_argument("--sweep", action="store_true", help="only transform captures that have no snapshot yet")
    instead.add_argument("--forget", action="store_true", help="remove symbols that never had data from /api/status")
    instead.add_argument("--filings", action="store_true", help="fetch the funds' N-PORT filings from the SEC now")
    instead.add_argument("--filing", type=Path, metavar="FILE", help="take this N-PORT document; needs --symbol")
    parser.add_argument(
        "--quarters", type=_quarters, help=f"with --filings: as many filings back, 1 to {MOST_QUARTERS}"
    )
    parser.add_argument("--symbol", type=_symbol, help="with --filing: the fund that filed it")
    parser.add_argument("--accession", type=_accession, help="with --filing: the SEC's number of it, if you know it")
    parser.add_argument("symbols", nargs="*", metavar="SYMBOL", type=_symbol, help="only these (default: the config's)")
    return _checked(parser, arguments)


def server_options(arguments: list[str]) -> Options:
    """api_server.py's. Raises UsageError."""
    parser = _Parser(prog="api_server.py", description="Serve the data that is there; refresh nothing.")
    _source(parser)
    _port(parser)
    return _checked(parser, arguments)


def sql_options(arguments: list[str]) -> SqlOptions:
    """sql.py's. Raises UsageError."""
    parser = _Parser(prog="sql.py", description="Ask the tables of all funds in SQL; nothing is written.")
    _source(parser)
    parser.add_argument("--query", help="one question, or several with semicolons (default: a prompt)")
    parser.add_argument("--csv", action="store_true", help="answer as CSV with all rows")
    return SqlOptions(**vars(parser.parse_args(arguments)))


def sam_local_options(arguments: list[str]) -> Options:
    """`python -m local.sam_local`'s. Raises UsageError."""
    parser = _Parser(prog="python -m local.sam_local", description="Run the functions in containers, on sample data.")
    _port(parser)
    return _checked(parser, arguments)


def _checked(parser: argparse.ArgumentParser, arguments: list[str]) -> Options:
    options = Options(**vars(parser.parse_args(arguments)))
    if options.data_dir.exists() and not options.data_dir.is_dir():
        raise UsageError(f"--data-dir {options.data_dir} is a file; give a folder")
    if options.sweep and options.symbols:
        raise UsageError("--sweep looks through all symbols; name none")
    if options.forget and not options.symbols:
        raise UsageError("--forget needs the symbols to forget; see --help")
    _check_filings(options)
    options = replace(options, symbols=list(dict.fromkeys(options.symbols)))
    if options.portal_url and options.source == "sample":
        raise UsageError("--portal-url is a live portal's address; it does not go with --source sample")
    if options.sec_url and options.source == "sample":
        raise UsageError("--sec-url goes with live data; the sample data has a stand-in of its own")
    return options


def _check_filings(options: Options) -> None:
    if options.filing is None:
        if options.symbol or options.accession:
            raise UsageError("--symbol and --accession go with --filing FILE; see --help")
    elif options.symbol is None or options.symbols:
        raise UsageError("--filing needs the one fund that filed it: --filing FILE --symbol VTI")
    if options.quarters is not None and not options.filings:
        raise UsageError("--quarters goes with --filings; see --help")


def _port_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; allowed is 1 to 65535, or 0 for any free one")
    return int(text)


def _portal(text: str) -> str:
    return _address(text, "--portal-url", "https://www.schwab.wallst.com")


def _sec(text: str) -> str:
    return _address(text, "--sec-url", "http://127.0.0.1:8081")


def _address(text: str, option: str, example: str) -> str:
    try:
        return portal_address(text, option)
    except UsageError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a portal address; allowed is scheme and host, such as {example}"
        ) from None


def _quarters(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST_QUARTERS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of quarters; allowed is 1 to {MOST_QUARTERS}")
    return int(text)


def _accession(text: str) -> str:
    if not is_accession(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an accession number; the SEC writes them as 0001752724-26-000001"
        )
    return text


def _symbol(text: str) -> str:
    try:
        return canonical(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(error.message) from None
