"""The `etf` command: answers in a terminal, from the data folder or from an API; see docs/command.md."""

from local.start import start


def main():
    # type: () -> int
    """Run the command line of this process; its exit code. Says what to do where a package is missing."""
    return start("whole_process", "local.etf.app")
