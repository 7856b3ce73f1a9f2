"""Law 1 by force: a process that walks is killed at every step; the roster is the old one, and the import goes on or is told."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from pathlib import Path

import pytest

from e2e.files import district, write
from e2e.installation import Installation
from forks import begin
from homeroom.sync import imports, reading_back
from homeroom.sync.house import opened
from patience import SECONDS, until
from sync_house import SLUG, Pinewood, renamed
from walker import child

pytestmark = pytest.mark.slow

STEPS = (
    "open the delivery",
    "unpack",
    "read",
    "layouts",
    "compare with last night",
    "check",
    "plan",
    "judge",
    "write",
)


@pytest.mark.parametrize(
    ("settleds", "steps"),
    [("sqlite", STEPS), pytest.param("postgres", ("open the delivery", "check", "write"), marks=pytest.mark.postgres)],
    indirect=["settleds"],
)
def test_a_walk_killed_at_any_step_leaves_the_old_roster_and_can_be_walked_again(
    settleds: Pinewood, steps: tuple[str, ...]
) -> None:
    for revision, step in enumerate(steps, start=1):
        before = rows(settleds)
        number = settleds.begin(renamed(revision))
        with walker(settleds, "walk", number, step):
            assert settleds.house.stores.roster(SLUG).imports.get(number).step == step
            assert plain_text(settleds) or step == "open the delivery"
        assert (settleds.revision, rows(settleds)) == (revision, before)
        with opened(settleds.house.settings):
            assert not plain_text(settleds)
        assert settleds.ended(number) == ("running", None, None)
        assert settleds.walk(number).outcome == "success"
        assert (settleds.revision, rows(settleds)) == (revision + 1, renamed_rows(before, revision))
        assert settleds.walk(number).revision_after == revision + 1


def test_a_killed_command_is_told_as_interrupted_and_the_next_one_works(settleds: Pinewood) -> None:
    folder = write(settleds.folder / "by-hand", renamed(3))
    with walker(settleds, "command", folder, "plan") as number:
        assert settleds.ended(number) == ("running", None, None)
        # Somebody looks at the log while the command works: it is not mistaken for a dead one.
        assert imports.log_of(settleds.house, SLUG)[0]["status"] == "running"

    def told() -> tuple[str, str | None, str | None]:
        [entry] = [e for e in imports.log_of(settleds.house, SLUG) if e["import"] == number]
        return entry["status"], entry["outcome"], entry["reason"]

    until(lambda: told()[0] == "done")  # a server of databases needs a moment to see that its client is gone
    assert told() == ("done", "failed", "interrupted")
    reason = settleds.report(number).reason
    assert reason is not None
    assert "plan" in reason.message
    assert settleds.revision == 1
    assert settleds.night(renamed(3)).revision_after == 2


@pytest.mark.parametrize(
    ("settleds", "step"),
    [("sqlite", "check"), pytest.param("postgres", "write", marks=pytest.mark.postgres)],
    indirect=["settleds"],
)
def test_another_worker_takes_over_what_a_killed_one_left(settleds: Pinewood, step: str) -> None:
    number = settleds.begin(renamed(3), trigger="sftp")
    with walker(settleds, "worker", number, step):
        dead = settleds.house.stores.roster(SLUG).imports.get(number).executor
    with program(settleds, "worker") as told:
        assert told["executor"] != dead
        until(lambda: settleds.ended(number)[0] == "done")
    assert settleds.ended(number) == ("done", "success", None)
    assert settleds.revision == 2
    assert settleds.house.stores.roster(SLUG).imports.get(number).executor == told["executor"]
    assert not plain_text(settleds)


def test_an_import_that_was_begun_and_never_handed_in_is_found(pinewood: Pinewood) -> None:
    """The kill came between writing the import down and telling the queue."""
    number = pinewood.begin(district(), trigger="sftp")
    with program(pinewood, "worker"):
        until(lambda: pinewood.ended(number)[0] == "done")
    assert pinewood.ended(number) == ("done", "success", None)


def rows(pinewood: Pinewood) -> dict[str, str]:
    """The given names of the users: what the nights of this file change."""
    return {row["sourcedId"]: row["givenName"] for row in reading_back.rows(pinewood.house, SLUG, "users", None)}


def renamed_rows(before: dict[str, str], number: int) -> dict[str, str]:
    """The names after the night `renamed(number)`: this student has the other name, the one of the night before its own again."""
    return {k: v.replace("Other", "Given") for k, v in before.items()} | {f"u{number}": f"Other{number}"}


def plain_text(pinewood: Pinewood) -> list[Path]:
    """Everything that lies in work folders."""
    work = pinewood.house.settings.work
    return [p for p in work.rglob("*") if p.is_file() and ".live" not in p.parts] if work.is_dir() else []


@contextmanager
def walker(pinewood: Pinewood, what: str, which: object, step: str) -> Iterator[int]:
    """A process that walks and stops at a step; killed at the end of the block. Gives the import's number."""
    where = pinewood.house.settings
    told, said = Pipe(duplex=False)
    process = begin(child, where.data, where.database_url, what, str(which), step, said)
    said.close()
    try:
        number = told.recv()
        assert told.recv() == step
        yield number
    finally:
        process.kill()
        process.join()
        told.close()


@contextmanager
def program(pinewood: Pinewood, role: str) -> Iterator[dict[str, str]]:
    """A real `homeroom` program that runs; it must end well by the signal. Gives its line."""
    where = pinewood.house.settings
    environment = {"HOMEROOM_DATABASE_URL": where.database_url} if where.database_url else {}
    process = Installation(where.data, environment).start(role, "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
