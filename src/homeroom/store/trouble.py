"""Passing trouble of the stores, told as TryAgain."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import OperationalError

from homeroom.roster.faults import TryAgain


@contextmanager
def passing() -> Iterator[None]:
    """Tell passing trouble (a lock, a lost connection) as TryAgain."""
    try:
        yield
    except OperationalError as trouble:
        raise TryAgain(f"the store could not be reached: {type(trouble.orig).__name__}") from trouble
    except (sqlite3.OperationalError, psycopg.OperationalError) as trouble:
        raise TryAgain(f"the store could not be reached: {type(trouble).__name__}") from trouble
