"""Trouble of the stores: what passes is told as TryAgain, a damaged file as Misuse."""

from __future__ import annotations

import errno
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, OperationalError

from homeroom.roster.faults import Misuse, TryAgain

_WORDS = ("disk is full", "no space left on device", "disk quota exceeded")
"""What SQLite through ADBC, DuckDB and PostgreSQL say of a full disk; they have no number for it."""


def disk_is_full(error: BaseException | None) -> bool:
    """Whether an error, or what it came from, is a disk without room: an OSError, SQLite's, or another engine's by its words."""
    if error is None:
        return False
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    known = isinstance(error, sqlite3.OperationalError) and error.sqlite_errorname == "SQLITE_FULL"
    return known or any(w in str(error).lower() for w in _WORDS) or disk_is_full(error.__cause__ or error.__context__)


def _full() -> TryAgain:
    return TryAgain("the disk is full: free some space, or move the data folder to a larger disk; then try again")


@contextmanager
def passing(store: str = "a store") -> Iterator[None]:
    """Tell passing trouble (a lock, a lost connection, a full disk) as TryAgain, and a damaged file, called `store`, as Misuse."""
    try:
        yield
    except OperationalError as trouble:
        if disk_is_full(trouble):
            raise _full() from trouble
        raise TryAgain("the store could not be reached: {trouble}", trouble=type(trouble.orig).__name__) from trouble
    except _of_drivers() as trouble:
        if disk_is_full(trouble):
            raise _full() from trouble
        raise TryAgain("the store could not be reached: {trouble}", trouble=type(trouble).__name__) from trouble
    except DatabaseError as trouble:
        # SQLite has this very class, and none below it, for "not a database" and "malformed".
        if type(trouble.orig) is not sqlite3.DatabaseError:
            raise
        raise Misuse(
            "{store} is damaged ({trouble}): put it back from a backup.", store=store, trouble=str(trouble.orig)
        ) from None


def _of_drivers() -> tuple[type[Exception], ...]:
    """What the drivers raise past SQLAlchemy. A driver that was not loaded raises nothing, and takes long to load."""
    psycopg = sys.modules.get("psycopg")
    return (sqlite3.OperationalError,) if psycopg is None else (sqlite3.OperationalError, psycopg.OperationalError)
