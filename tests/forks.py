"""Processes that tests kill: children of one fork server, which has loaded the rooms before, so that none of them starts anew."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess

_FORKS = multiprocessing.get_context("forkserver")
# Only what is installed: the server does not look into the folder of the tests, and says nothing of what it does not find.
_FORKS.set_forkserver_preload(["homeroom.sync.walking", "homeroom.sync.imports", "homeroom.store.stores", "duckdb"])


def begin(target: Callable[..., None], *given: object) -> ForkServerProcess:
    """A process that begins to do something."""
    process = _FORKS.Process(target=target, args=given)
    process.start()
    return process
