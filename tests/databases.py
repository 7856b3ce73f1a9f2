"""Databases for tests on the server that the session has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg

_number = count(1)


@contextmanager
def fresh_database(server_url: str, template: str = "template0") -> Iterator[str]:
    """The URL of a database that is dropped at the end: an empty one, or a copy of one that nobody has open."""
    name = f"homeroom_test_{os.getpid()}_{next(_number)}"
    with psycopg.connect(server_url, autocommit=True) as admin:
        how = " STRATEGY FILE_COPY" if admin.info.server_version >= 150_000 else ""  # no page of it goes through the log
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}{how}")
    yield _in_database(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def name_in(url: str) -> str:
    """The name of the database that a URL leads to."""
    return url.partition("?")[0].rsplit("/", 1)[1]


def _in_database(url: str, name: str) -> str:
    before, _, query = url.partition("?")
    return f"{before.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
