"""Starting one of the commands, or saying in one line what is missing for it.

This file and the commands must be readable by any Python that somebody may call them with, so they use nothing
newer than Python 3.0 has.
"""

import gc
import os
import sys

OLDEST = (3, 11)
OURS = {
    "api",
    "etf_analytics",
    "etf_common",
    "etf_schwab",
    "extract",
    "filings",
    "local",
    "sample_portal",
    "sample_sec",
    "tables",
    "transform",
}


def start(command, module="local.commands"):
    # type: (str, str) -> int
    """Run the function of this name in this module, which has one for each command; its exit code."""
    version = sys.version_info[:2]
    if version < OLDEST:
        return _stop("Python {}.{} or newer is needed, this is {}.{}".format(*(OLDEST + version)))
    # Imports make some 200,000 objects that stay. To look for garbage among them, now and later, takes a quarter of
    # the CPU time of a start that has nothing to do.
    gc.disable()
    try:
        commands = __import__(module, fromlist=[command])  # only a Python that is new enough can read it
    except ImportError as error:
        name = (error.name or "a package").partition(".")[0]
        if name in OURS:
            raise
        return _stop("the Python package " + name + " is not installed")
    finally:
        gc.enable()
    gc.freeze()
    return int(getattr(commands, command)(sys.argv[1:]))


def _stop(why):
    # type: (str) -> int
    sys.stderr.write("error: " + why + "; " + _remedy(os.name == "nt") + "\n")
    return 2


def _remedy(is_windows):
    # type: (bool) -> str
    if is_windows:
        return "README.md has the two commands that set everything up on Windows"
    return "`make run` sets everything up and starts it"
