"""The typer app behind `etf`: its commands, and how a command line ends."""

import logging
import sys

import typer

from local.etf import add, doctor, fund, funds, machine, portfolio, screen, token
from local.etf.cells import printable
from local.etf.errors import FAILED, INTERRUPTED, OK, USAGE
from local.etf.printing import no_more, say, take_any_letter

HELP = """What ETFs really hold: from the data folder, or from an API with --url.

A figure is a number, a range such as 12.3\u201314.5 where only its bounds are known, or \u2014 with the reason below.

Exit codes: 0 the answer came; 1 it failed or was not found; 2 wrong usage; 130 interrupted.
"""
app = typer.Typer(name="etf", help=HELP, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich")
for room in (fund, funds, screen, portfolio, machine, add, doctor, token):
    room.register(app)


def whole_process(arguments: list[str]) -> int:
    """`command`, where it is all that this process does: what it sets for the process need not be put back."""
    # Of what the API logs, print tracebacks only: all else is in its answer, which is one line here.
    logging.getLogger("etf.api").addFilter(lambda record: record.exc_info is not None)
    return command(arguments)


def command(arguments: list[str]) -> int:
    """Run one command line; its exit code. Wrong usage is one line on standard error."""
    take_any_letter()
    try:
        code = app(arguments, prog_name="etf", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else OK
    except typer.TyperException as fault:
        return _wrong(fault)
    except typer.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        no_more()
        return OK
    except OSError as fault:
        say(f"error: {printable(str(fault))}")
        return FAILED


def _wrong(fault: typer.TyperException) -> int:
    message = " ".join(fault.format_message().split())
    if message:  # none where a command without arguments shows its help
        ctx = getattr(fault, "ctx", None)
        path = ctx.command_path if ctx is not None else "etf"
        say(f"error: {message.rstrip('.')}; see `{path} --help`")
    return USAGE
