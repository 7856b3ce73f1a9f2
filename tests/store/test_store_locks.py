"""One import of a district at a time; readers and the log's small writes are not kept waiting."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from homeroom.roster.faults import TryAgain
from homeroom.store import stores as opening
from homeroom.store.pages import Counts
from homeroom.store.stores import Stores
from patience import SECONDS
from store_plans import NOW, commit, user
from store_recount import check


def test_a_lock_keeps_others_out_until_it_is_left(stores: Stores) -> None:
    with stores.lock("pine", 0):
        with pytest.raises(TryAgain), stores.lock("pine", 0):
            pass
        with pytest.raises(TryAgain), stores.lock("pine", 0.05):
            pass
        with stores.lock("oak", 0):
            pass
    with stores.lock("pine", 5), pytest.raises(TryAgain), stores.lock("pine", 0):
        pass


def test_a_lock_that_was_left_is_free_before_its_connection_ends(stores: Stores, database_url: str | None) -> None:
    """The server notes that a connection ended a moment later; until then the lock would be taken for whoever comes next."""
    heard: list[str] = []

    def ending(connection: object) -> None:
        if not heard:  # the look itself ends a connection, too
            heard.append("ends")
            with stores.lock("pine", 0):
                heard.append("free")

    event.listen(Engine, "close_detached", ending)
    try:
        with stores.lock("pine", 0):
            pass
    finally:
        event.remove(Engine, "close_detached", ending)
    assert heard == (["ends", "free"] if database_url else []), "embedded, there is no connection"
    with stores.lock("pine", 0):
        pass


def test_who_waits_gets_the_lock(stores: Stores) -> None:
    got = threading.Event()

    def wait() -> None:
        with stores.lock("pine", None):
            got.set()

    waiting = threading.Thread(target=wait)
    with stores.lock("pine", 0):
        waiting.start()
        assert not got.is_set()
    waiting.join(SECONDS)
    assert got.is_set()


def hold_and_tell(data: Path, url: str | None, told: Pipe) -> None:
    """Hold a lock until killed."""
    with opening.open(data, url) as opened, opened.lock("pine", 0):
        told.send("held")
        signal.pause()


def test_the_death_of_the_holder_frees_the_lock(database_url: str | None, tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    told, telling = context.Pipe()
    holder = context.Process(target=hold_and_tell, args=(tmp_path, database_url, telling))
    holder.start()
    telling.close()  # else a holder that could not begin would be waited for to no end
    assert told.recv() == "held"
    with opening.open(tmp_path, database_url) as opened:
        with pytest.raises(TryAgain), opened.lock("pine", 0):
            pass
        holder.kill()
        holder.join()
        with opened.lock("pine", 30):
            pass


@pytest.mark.parametrize("first", [False, True])
def test_readers_never_wait_for_a_writer(stores: Stores, tmp_path: Path, first: bool) -> None:
    store = stores.roster("pine")
    if not first:
        commit(store, {"users": [("add", user(f"u{n}")) for n in range(50)]}, tmp_path)
    seen = []
    reading = threading.local()

    def look(*given: object) -> None:
        """Between any two statements of the writer, a reader on another connection sees the old state at once."""
        moving = "DROP TABLE" in str(given[2]) or "SET SCHEMA" in str(given[2]) or "DROP SCHEMA" in str(given[2])
        if getattr(reading, "now", False) or not getattr(reading, "wanted", False) or moving or reading.moved:
            reading.moved = reading.moved or moving
            return
        reading.now = True
        seen.append((store.revision(), store.page("users", 10).total))
        reading.now = False

    event.listen(Engine, "before_cursor_execute", look)
    try:
        reading.wanted, reading.moved = True, False
        night = [("add", user(f"v{n}")) for n in range(50)]
        commit(store, {"users": night}, tmp_path, first=first)
    finally:
        event.remove(Engine, "before_cursor_execute", look)
    assert len(seen) > 3
    assert set(seen) == {(0, 0) if first else (1, 50)}
    assert store.page("users", 10).total == (50 if first else 100)


def test_what_others_write_during_a_first_load_is_not_lost(stores: Stores, tmp_path: Path) -> None:
    """A door writes a delivery while the load runs, and its connection is older than the new file."""
    store = stores.roster("pine")
    store.deliveries.next_number()
    wrote = []

    def write(*_: object) -> None:
        if not wrote:
            wrote.append(True)
            number = store.deliveries.next_number()
            store.deliveries.add(number, source=1, trigger="sftp", files=(), digest="d", sealed_at=NOW, expires_at=NOW)

    event.listen(Engine, "before_cursor_execute", write)
    try:
        commit(store, {"users": [("add", user(f"u{n}")) for n in range(5)]}, tmp_path, first=True)
    finally:
        event.remove(Engine, "before_cursor_execute", write)
    assert wrote
    assert [d.number for d in store.deliveries.last()] == [2]
    assert store.deliveries.next_number() == 3
    assert store.counts() == {"users": Counts(5, 0)}
    check(store)


def test_an_open_reader_of_the_old_file_reads_on(tmp_path: Path) -> None:
    with opening.open(tmp_path / "data") as opened, opening.open(tmp_path / "data") as door:
        store = opened.roster("pine")
        other = door.roster("pine")
        assert other.page("users", 10).total == 0
        with other.place.read() as connection:
            count = "SELECT count(*) FROM users"
            assert connection.exec_driver_sql(count).scalar_one() == 0
            commit(store, {"users": [("add", user("u1"))]}, tmp_path, first=True)
            assert connection.exec_driver_sql(count).scalar_one() == 0
        assert other.page("users", 10).total == 1
        other.imports.begin(source=1, delivery=None, kind="continuous", trigger="test", now=NOW)
        assert store.imports.get(2).status == "running"
        assert sorted(p.name for p in (tmp_path / "data/districts/pine").glob("roster*.db")) == ["roster.2.db", "roster.db"]
