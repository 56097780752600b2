"""Python's garbage collector of cycles, paused where it would look again and again at all that is made at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """No collection within the block. What has no cycles, as parsed JSON and prepared funds, is freed all the same."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
