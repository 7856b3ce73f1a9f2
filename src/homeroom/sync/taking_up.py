"""Who takes an import up: the workers' queue, and what becomes of one that nobody walks any more.

An import that a command began is that command's, and was cut off when the command is gone. All others wait in the queue for a worker.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from homeroom.roster.faults import TryAgain
from homeroom.store.deletions import Leaving
from homeroom.store.imports import Import
from homeroom.sync import ending
from homeroom.sync.house import House
from homeroom.sync.jobs import Jobs

BY_COMMAND = ("import", "pull", "refresh", "rollback", "write-back")
"""Triggers of imports that a command walks by itself; all others wait in the queue for a worker."""


def requeue(house: House, jobs: Jobs) -> int:
    """Hand in again what waits for a walk and is in no queue: a kill came between beginning an import and handing it in.

    Returns how many. Imports that a command began are that command's.
    """
    inside = jobs.unfinished()
    count = 0
    for district in house.stores.control.districts.staying():
        for entry in house.stores.roster(district.slug).imports.with_status("running"):
            if entry.trigger not in BY_COMMAND and (district.slug, entry.number) not in inside:
                hand_over(house, jobs, district.slug, entry.number)
                count += 1
    return count


def take_up(house: House, slug: str) -> None:
    """Let imports that waited when a district was shut be handed in again: the queue gave their walks up, and knows only new attempts."""
    store = house.stores.roster(slug)
    with suppress(TryAgain), house.stores.lock(slug, 0):  # somebody walks: then nothing was given up
        for entry in store.imports.with_status("running"):
            if entry.trigger not in BY_COMMAND:
                store.imports.resume(entry.number, None)


def hand_over(house: House, jobs: Jobs, slug: str, number: int) -> None:
    """Hand an import to the workers, under a key that holds when it was begun.

    Numbers come again where an older copy of a district's store was put back: what was once walked under the number is not this.
    """
    entry = house.stores.roster(slug).imports.get(number)
    jobs.enqueue(slug, number, entry.attempt, entry.started_at.strftime("%Y%m%d%H%M%S%f"))


def settle_interrupted(house: House, slug: str) -> None:
    """Tell imports that were cut off as interrupted, unless somebody walks in this district right now."""
    try:
        with house.stores.lock(slug, 0):
            bury_interrupted(house, slug, but=None)
    except (TryAgain, Leaving):
        return


def bury_interrupted(house: House, slug: str, but: int | None) -> None:
    """With the district's lock in hand nobody else walks: what a command began and still 'runs' was cut off.

    Imports that wait in the queue are left: a worker takes them up.
    """
    store = house.stores.roster(slug)
    for entry in store.imports.with_status("running"):
        if entry.number != but and entry.trigger in BY_COMMAND and entry.executor is not None:
            if _may_live(house, entry):
                continue
            ending.fail(house, slug, entry.number, ending.reason("interrupted", step=entry.step or "start"), datetime.now(UTC))


def _may_live(house: House, entry: Import) -> bool:
    """Whether the command that began an import may still be on its way to the lock."""
    return entry.executor == house.executor.name or house.stores.present(entry.executor or "")
