"""Where the course of the work is told: the terminal, or another process's."""

from typing import Protocol

from local.outcome import Outcome


class Lines(Protocol):
    """What can tell lines."""

    def line(self, text: str = "") -> None:
        """Tell one line."""

    def error(self, text: str) -> None:
        """Tell one line of what went wrong."""


class Output(Lines, Protocol):
    """What can tell the course of a refresh too."""

    def begin(self, total: int) -> None:
        """A refresh of so many symbols begins."""

    def outcome(self, outcome: Outcome) -> None:
        """One symbol has come to its end."""

    def summary(self, outcomes: list[Outcome]) -> None:
        """All have."""
