"""Locks between processes that the death of the holder frees by itself.

Embedded: flock on a file beside the store. PostgreSQL: a session's advisory lock on a connection of its own, so that the
lock lives exactly as long as the connection (do not put a transaction pooler such as PgBouncer's between).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from homeroom.roster.faults import TryAgain

_POLL_SECONDS = 0.05


@contextmanager
def file(path: Path, wait: float | None) -> Iterator[None]:
    """Hold the lock of a file for `wait` seconds at most of waiting (None: without end). Raises TryAgain."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _flock(handle, wait)
        yield
    finally:
        os.close(handle)  # frees the lock


def _flock(handle: int, wait: float | None) -> None:
    if wait is None:
        fcntl.flock(handle, fcntl.LOCK_EX)
        return
    give_up = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up:
                raise TryAgain("another import of this district is running") from None
            time.sleep(_POLL_SECONDS)
        else:
            return


def free(path: Path) -> bool:
    """Whether nobody holds the lock of a file; a file that its holder left behind is removed."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        path.unlink(missing_ok=True)
        return True
    finally:
        os.close(handle)


@contextmanager
def advisory(engine: Engine, name: str, wait: float | None) -> Iterator[None]:
    """Hold the advisory lock of a name, waiting `wait` seconds at most (None: without end). Raises TryAgain."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    with alone.connect() as held:
        held.detach()  # leaves the pool: closing the connection, or the death of the process, frees the lock
        try:
            if wait != 0:
                held.execute(text("SELECT set_config('lock_timeout', :ms, false)"), {"ms": str(int((wait or 0) * 1000))})
                held.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
            elif not held.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar():
                raise TryAgain("another import of this district is running")
        except OperationalError as trouble:
            raise TryAgain("another import of this district is running") from trouble
        try:
            yield
        finally:
            # The server notes the end of a connection a moment later than we, and who comes within it would find the lock taken.
            with suppress(DBAPIError):  # a connection that is lost has freed it
                held.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
