"""What every Lambda handler needs: how its module offers it, and how much time it has left."""

import os
from collections.abc import Callable, Mapping
from typing import Any


def lazy_handler(create: Callable[[Mapping[str, str]], Any]) -> Callable[[str], Any]:
    """A module's `__getattr__` that makes `handler` from the environment when it is first looked up.

    Lambda looks it up once, at cold start, where a bad variable then fails with its name; tests import the module
    without an environment.
    """

    def attribute(name: str) -> Any:
        if name == "handler":
            return create(os.environ)
        raise AttributeError(name)

    return attribute


def seconds_left(context: Any) -> Callable[[], float] | None:
    """What Lambda's context says of the time that is left; None where there is no limit."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return (lambda: remaining() / 1000) if remaining else None
