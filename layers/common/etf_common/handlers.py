"""How a function's module offers its Lambda handler."""

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
