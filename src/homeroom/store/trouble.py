"""Trouble of the stores: what passes is told as TryAgain, a damaged file as Misuse."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, OperationalError

from homeroom.roster.faults import Misuse, TryAgain


@contextmanager
def passing() -> Iterator[None]:
    """Tell passing trouble (a lock, a lost connection) as TryAgain, and a damaged file of the embedded stores as Misuse."""
    try:
        yield
    except OperationalError as trouble:
        raise TryAgain(f"the store could not be reached: {type(trouble.orig).__name__}") from trouble
    except _of_drivers() as trouble:
        raise TryAgain(f"the store could not be reached: {type(trouble).__name__}") from trouble
    except DatabaseError as trouble:
        # SQLite has this very class, and none below it, for "not a database" and "malformed".
        if type(trouble.orig) is not sqlite3.DatabaseError:
            raise
        raise Misuse(f"a store is damaged ({trouble.orig}): put the data folder back from a backup.") from None


def _of_drivers() -> tuple[type[Exception], ...]:
    """What the drivers raise past SQLAlchemy. A driver that was not loaded raises nothing, and takes long to load."""
    psycopg = sys.modules.get("psycopg")
    return (sqlite3.OperationalError,) if psycopg is None else (sqlite3.OperationalError, psycopg.OperationalError)
