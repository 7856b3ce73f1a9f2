"""Fixtures for every room: a PostgreSQL server, and stores on both engines.

`postgres_url` is an empty database of its own for each test; `database_url` leads, on PostgreSQL, to one in which the tables of the
control store were made already, as after any first command. `stores` runs a test twice, on SQLite and on PostgreSQL.
What runs on both: every test of a store, every law, every golden night, every kill; what only reads, shapes, checks or treats rows,
and would be told the same by either store, walks on SQLite, with one walk of its kind on both.
Without any PostgreSQL the tests that need one are skipped with a sentence at the end; with `CI` set that is a failure.

Laws are tried with the same examples in every run, so that none fails by chance, and none because a machine is slow; look for further
ones with `--hypothesis-profile=searching`.

Slow tests (`slow`) are those so marked and all of the folders `e2e` and `walks`, where the whole house is walked through.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from obstore.store import ObjectStore

from databases import fresh_database, name_in
from first_night import first_nights, first_nights_on_postgres, settled, settled_on, settleds
from homeroom.deliveries import objects
from homeroom.store import stores as opening
from homeroom.store.stores import Stores
from postgres import NoPostgres, server
from s3 import S3, s3_server, variables

__all__ = ["first_nights", "first_nights_on_postgres", "settled", "settled_on", "settleds"]
settings.register_profile("same", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("searching", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")
HERE = Path(__file__).parent
SLOW_PLACES = {"e2e", "walks"}


def pytest_configure(config: pytest.Config) -> None:
    """What the processes that run tests are given to be quicker (`run.py`) is not handed on to those that a test starts."""
    if hasattr(config, "workerinput"):
        os.environ.pop("LD_PRELOAD", None)


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses by marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the slow places, and begin with the files that have slow tests: a long test at the end keeps only one busy."""
    for item in items:
        if item.path.relative_to(HERE).parts[0] in SLOW_PLACES:
            item.add_marker("slow")
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What collecting made (five thousand tests, every library) stays to the end: the search for garbage leaves it out from here on."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Libraries look at the end whether anything of theirs was never given back."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server that lives as long as the test session (one for each worker of pytest-xdist)."""
    try:
        with server() as url:
            yield url
    except NoPostgres as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def s3_running() -> Iterator[S3]:
    """An S3 server that lives as long as the test session."""
    with s3_server() as made:
        yield made


@pytest.fixture
def s3(s3_running: S3, monkeypatch: pytest.MonkeyPatch) -> S3:
    """The server, and what an operator sets in the environment so that it is reached."""
    for name, value in variables(s3_running.address).items():
        monkeypatch.setenv(name, value)
    return s3_running


@pytest.fixture
def bucket(s3: S3) -> ObjectStore:
    """An empty bucket, by a prefix in it."""
    return objects.bucket(f"s3://{s3.bucket()}/homeroom")


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh, empty database, gone after the test."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_begun(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database to copy, in which the control store was made: a copy takes a third of the time of making it."""
    with fresh_database(postgres_server) as url:
        opening.open(tmp_path_factory.mktemp("begun") / "data", url).close()
        yield name_in(url)


@pytest.fixture
def postgres_url_begun(postgres_server: str, postgres_begun: str) -> Iterator[str]:
    """A database of its own for each test, with the control store's tables."""
    with fresh_database(postgres_server, postgres_begun) as url:
        yield url


@pytest.fixture(scope="module")
def postgres_url_of_module(postgres_server: str, postgres_begun: str) -> Iterator[str]:
    """The same for all tests of a module."""
    with fresh_database(postgres_server, postgres_begun) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """What `stores.open` is told: None for the embedded stores, then the URL of a fresh installation's database."""
    if request.param == "sqlite":
        return None
    return str(request.getfixturevalue("postgres_url_begun"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bare_database_url(request: pytest.FixtureRequest) -> str | None:
    """The same for a test that makes the control store itself: nothing is there yet."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def stores(database_url: str | None, tmp_path: Path) -> Iterator[Stores]:
    """The stores of a fresh installation, on each engine in turn."""
    with opening.open(tmp_path / "data", database_url) as made:
        yield made
