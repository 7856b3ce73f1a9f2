"""The front door of the room: all stores of an installation, embedded or on PostgreSQL.

Embedded, everything lies under the data folder: `control.db`, and `districts/SLUG/roster.db` for each district. With a
database URL the same tables lie in PostgreSQL: schema `control` and one schema `d_SLUG` for each district.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock

from sqlalchemy import Engine, MetaData

from homeroom.roster.faults import Misuse, TryAgain
from homeroom.store import control_tables, district_tables, locks, roster_tables, versions
from homeroom.store.control import Control
from homeroom.store.deletions import Leaving
from homeroom.store.districts import check_slug
from homeroom.store.finding import Finder
from homeroom.store.places import Place
from homeroom.store.postgres_schema import PostgresSchema, postgres_engine
from homeroom.store.roster import RosterStore
from homeroom.store.sqlite_file import SqliteFile

assert roster_tables.ROSTER  # importing the module puts the roster's tables beside the logs

UNDER_WAY = "restoring"
"""A file of the data folder, there from the beginning of a restore to its end."""
OPEN_ROSTERS = 200
"""How many district stores keep their connections; beyond that the one used longest ago is closed."""


def open(data: Path, url: str | None = None) -> Stores:
    """Open the stores of an installation, making them on first use and bringing them to today's tables.

    `data` is the data folder (made with mode 0700); `url` a PostgreSQL URL, or None for the embedded stores.
    Raises Misuse when a store was written by a newer Homeroom, or while a restore is under way or was cut off; TryAgain when the
    database cannot be reached.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (data / UNDER_WAY).exists():
        raise Misuse("A backup is being restored here, or that was cut off: let it end, or do it again.", "homeroom restore IN")
    engine = postgres_engine(url) if url else None
    try:
        return Stores(data.resolve(), engine)
    except BaseException:
        if engine is not None:
            engine.dispose()
        raise


class Stores:
    """All stores of an installation. Thread safe; use as a context manager or call `close`."""

    def __init__(self, data: Path, engine: Engine | None) -> None:
        """Use `stores.open`."""
        self.data = data
        self._engine = engine
        self._rosters: OrderedDict[str, RosterStore] = OrderedDict()
        self._guard = Lock()
        self._finder = Finder()
        self.control = Control(self._ready(control_place(data, engine), "control", control_tables.control))

    def roster(self, slug: str) -> RosterStore:
        """One district's store; made, or brought to today's tables, when it is first asked for. Cheap afterwards.

        Raises Gone for a district that was deleted: nothing makes its store anew.
        """
        check_slug(slug)
        with self._guard:
            if slug not in self._rosters:
                with suppress(Leaving):
                    self.control.deletions.check(slug)
                self._folder(slug)
                place = self._ready(district_place(self.data, self._engine, slug), slug, district_tables.district)
                self._rosters[slug] = RosterStore(place, slug, self._finder)
            self._rosters.move_to_end(slug)
            if len(self._rosters) > OPEN_ROSTERS:
                self._rosters.popitem(last=False)[1].close()
            return self._rosters[slug]

    def reached(self) -> str | None:
        """The migration that the control store stands at now; None where it is gone. Asks the store itself."""
        return versions.stamped(self.control.place, control_tables.control)

    def lock(self, slug: str, wait: float | None = None) -> AbstractContextManager[None]:
        """Hold a district for one import: one holder among all processes (and machines, on PostgreSQL).

        Waits `wait` seconds (None: until it is free, 0: not at all) and raises TryAgain when another still holds it.
        The death of the holder frees it. Readers, and the small writes of doors, do not ask for it. Raises Leaving for a district that
        is to be deleted.
        """
        return self._staying(slug, lambda: self._hold(slug, wait))

    def fetching(self, slug: str, source: int) -> AbstractContextManager[None]:
        """Hold a source while it fetches, which may take long and keeps no other import of the district waiting.

        Waits until nobody else fetches for it. The death of the holder frees it. Raises Leaving for a district that is to be deleted.
        """
        return self._staying(slug, lambda: self._hold_source(slug, source))

    @contextmanager
    def _staying(self, slug: str, hold: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
        """Hold something of a district that stays, by the word of the moment at which it is held."""
        self.control.deletions.check(slug)
        with hold():
            self.control.deletions.check(slug)
            yield

    def _hold(self, slug: str, wait: float | None) -> AbstractContextManager[None]:
        check_slug(slug)
        if self._engine is not None:
            return locks.advisory(self._engine, f"import {slug}", wait)
        return locks.file(self._folder(slug) / "import.lock", wait)

    def _hold_source(self, slug: str, source: int) -> AbstractContextManager[None]:
        check_slug(slug)
        if self._engine is not None:
            return locks.advisory(self._engine, f"fetch {slug} {source}", None)
        return locks.file(self._folder(slug) / f"fetch-{source}.lock", None)

    @contextmanager
    def sole(self, what: str, wait: float = 10.0) -> Iterator[None]:
        """Do what an installation does only once at a time. Raises TryAgain when another still does it after `wait` seconds."""
        if self._engine is not None:
            held = locks.advisory(self._engine, what, wait)
        else:
            held = locks.file(self.data / f"{what}.lock", wait)
        with ExitStack() as holding:
            try:
                holding.enter_context(held)
            except TryAgain as busy:
                raise TryAgain("another {what} is under way", what=what) from busy
            yield

    @contextmanager
    def presence(self, name: str) -> Iterator[None]:
        """Be known to live under a name that no other process has; the death of this process ends it, on whatever machine."""
        if self._engine is not None:
            with locks.advisory(self._engine, f"present {name}", 0):
                yield
            return
        path = self._present(name)
        with locks.file(path, 0):
            yield
        path.unlink(missing_ok=True)

    def present(self, name: str) -> bool:
        """Whether a process is known to live under a name."""
        if self._engine is None:
            return not locks.free(self._present(name))
        try:
            with locks.advisory(self._engine, f"present {name}", 0):
                return False
        except TryAgain:
            return True

    def forget_absent(self) -> int:
        """Remove what processes that were killed left behind; returns how much."""
        left = list((self.data / "present").glob("*.lock"))
        return sum(locks.free(path) for path in left)

    def _present(self, name: str) -> Path:
        return self.data / "present" / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.lock"

    def alone(self, slug: str) -> AbstractContextManager[None]:
        """Hold a district that is being erased, as an import would. Raises TryAgain while somebody still walks in it."""
        return self._hold(slug, 0)

    def erase(self, slug: str) -> None:
        """Remove a district's whole store for good, with all that lies in its folder. The control store is not touched.

        Doing it again does nothing. The caller is in `alone`.
        """
        check_slug(slug)
        with self._guard:
            if slug in self._rosters:
                self._rosters.pop(slug).close()
            if self._engine is not None:
                versions.drop_schema(PostgresSchema(self._engine, _schema(slug)))
            if (folder := self.data / "districts" / slug).is_dir():
                shutil.rmtree(folder)

    def forget(self, slug: str) -> None:
        """Let go of the store of a district that is gone, and of what this machine still has in its folder."""
        check_slug(slug)
        with self._guard:
            if slug in self._rosters:
                self._rosters.pop(slug).close()
            if (folder := self.data / "districts" / slug).is_dir():
                shutil.rmtree(folder)

    def close(self) -> None:
        """Close every connection. Safe to call twice."""
        with self._guard:
            for store in self._rosters.values():
                store.close()
            self._rosters.clear()
            self.control.close()
            if self._engine is not None:
                self._engine.dispose()

    def __enter__(self) -> Stores:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _folder(self, slug: str) -> Path:
        folder = self.data / "districts" / slug
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def _ready(self, place: Place, what: str, tables: MetaData) -> Place:
        if isinstance(place, PostgresSchema):
            guard = locks.advisory(place.engine, f"make {what}", None)
        else:
            guard = locks.file(place.link.with_name(f"{place.link.stem}.lock"), None)
        versions.ready(place, tables, guard)
        return place


def control_place(data: Path, engine: Engine | None) -> Place:
    """Where the control store lies; nothing is made."""
    return PostgresSchema(engine, "control") if engine is not None else SqliteFile(data / "control.db")


def district_place(data: Path, engine: Engine | None, slug: str) -> Place:
    """Where a district's store lies; nothing is made."""
    check_slug(slug)
    return PostgresSchema(engine, _schema(slug)) if engine is not None else SqliteFile(data / "districts" / slug / "roster.db")


def _schema(slug: str) -> str:
    """A district's schema. Slugs hold no underscore, so two of them never share one."""
    return f"d_{slug.replace('-', '_')}"
