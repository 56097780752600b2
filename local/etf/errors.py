"""What ends a command without an answer. Each is one line on standard error, and an exit code."""

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
"""The exit codes: the answer came; it failed or was not found; wrong usage; Ctrl-C."""


class WrongUsageError(Exception):
    """Wrong usage that typer cannot see."""


class NoAnswerError(Exception):
    """There is no answer; the text says what to do."""
