"""Who tests a connection: one of a district at a time, and a slow server holds up its own district alone, for so long at most."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeroom.desk import source_acts
from homeroom.desk.trying_out import TookTooLong, Turns
from homeroom.desk.viewer import Person, Viewer
from homeroom.roster.faults import Misuse
from homeroom.store.sources import Source
from homeroom.sync import districts, pulling, sources
from homeroom.sync.house import House, opened
from patience import SECONDS, until
from remote_sftp import PASSWORD, USER, Remote
from sync_house import settings

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SLOW = 8
VERA = Viewer(Person(1, "vera@vendor.example", "Vera", "operator"))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(settings(tmp_path / "data")) as made:
        yield made


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and never says a word; closed, it lets go of all who wait."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listening:
        listening.settimeout(SECONDS)
        yield listening


def source(house: House, slug: str, port: int) -> Source:
    districts.add(house, slug, slug.title(), "UTC")
    where = {"host": "127.0.0.1", "port": port, "username": USER}
    return sources.add(house, slug, "sftp-pull", settings=where, secrets={"password": PASSWORD}).source


def noted(house: House) -> list[str | None]:
    return sorted(row.district or "" for row in house.stores.control.audit.last(50) if row.action == "source-tested")


def test_slow_servers_hold_up_their_own_districts_alone(house: House, silent: socket.socket, tmp_path: Path) -> None:
    turns = Turns()
    (tmp_path / "theirs").mkdir()
    remote = Remote(tmp_path / "theirs")
    remote.put({"users.csv": "sourcedId\n"})
    slow = [source(house, f"slow-{n}", silent.getsockname()[1]) for n in range(SLOW - 1)]
    with remote.standing(), ThreadPoolExecutor(SLOW) as several:
        quick = source(house, "quick", remote.port)
        waiting = [several.submit(source_acts.try_out, house, VERA, each, NOW, turns) for each in slow]
        held = []
        for _ in slow:  # each of them is connected, and waits for a word
            held.append(silent.accept()[0])
        found = source_acts.try_out(house, VERA, quick, NOW, turns)
        assert [file["name"] for file in found["files"]] == ["users.csv"]
        with pytest.raises(Misuse, match="A connection of this district is being tested right now"):
            source_acts.try_out(house, VERA, slow[0], NOW, turns)
        assert noted(house) == sorted(["quick", *(each.district for each in slow)]), "what was not tried was not noted"
        for each in held:
            each.close()
        for one in waiting:
            with pytest.raises(pulling.NotReached, match=r"No connection to 127\.0\.0\.1"):
                one.result(SECONDS)
        silent.close()
        with pytest.raises(pulling.NotReached):
            source_acts.try_out(house, VERA, slow[0], NOW, turns)


def test_who_tests_waits_no_longer_than_this_and_the_place_is_kept_until_the_end(house: House, silent: socket.socket) -> None:
    turns = Turns(seconds=0.3)
    slow = source(house, "slow", silent.getsockname()[1])
    with pytest.raises(pulling.NotReached, match=r"No connection to 127\.0\.0\.1 \(it did not answer in time\)") as told:
        source_acts.try_out(house, VERA, slow, NOW, turns)
    assert "See that the server runs" in str(told.value)
    with pytest.raises(Misuse, match="of this district is being tested"):
        source_acts.try_out(house, VERA, slow, NOW, turns)
    silent.accept()[0].close()

    def free() -> bool:
        try:
            return turns.take("slow", lambda: True)
        except (Misuse, TookTooLong):
            return False

    until(free, "the place is free once the slow test has ended")
    until(lambda: not any(thread.name == "test-slow" for thread in threading.enumerate()))
    assert not list(house.settings.work.glob("slow-look-*"))


def test_of_all_districts_so_many_and_what_goes_wrong_frees_the_place() -> None:
    turns, go = Turns(at_once=2), threading.Event()
    with ThreadPoolExecutor(2) as several:
        first = [several.submit(turns.take, slug, lambda: go.wait(SECONDS)) for slug in ("elm", "oak")]
        until(lambda: sum(thread.name.startswith("test-") for thread in threading.enumerate()) == 2)
        with pytest.raises(Misuse, match="Many connections are being tested right now"):
            turns.take("pine", lambda: True)
        go.set()
        assert all(each.result(SECONDS) for each in first)
    with pytest.raises(ZeroDivisionError):
        turns.take("pine", lambda: 1 / 0)
    assert turns.take("pine", lambda: 7) == 7
