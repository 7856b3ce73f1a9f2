"""Making much at once without Python's search for garbage. Imports nothing, so that a process can begin with it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unhurried() -> Iterator[None]:
    """Without the search for garbage, which goes over all new modules or millions of new records again and again and finds none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def settled() -> None:
    """What has been made by now stays until the process ends: searches for garbage, of which the next would be due, leave it out."""
    gc.freeze()
