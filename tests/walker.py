"""A process that walks an import, or works as a worker, and stops at a step until it is killed: a child of a fork server.

What it does: `walk` an import that was begun, by its number; as a `command`, begin one of a folder as `homeroom import` does, and walk
it; as a `worker`, take an import out of the queue. It says the number of its import, and the step when it got there; then it only waits.
"""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection
from pathlib import Path

from homeroom.sync import imports, intake, walking
from homeroom.sync.house import House, opened
from sync_house import SLUG, settings

assert walking  # the rooms of the walk are loaded before the fork


def child(data: Path, url: str | None, what: str, which: str, stop: str, told: Connection) -> None:
    """Do as the arguments say."""

    def tell(step: str) -> None:
        if step == stop:
            told.send(step)
            threading.Event().wait()

    with opened(settings(data, url)) as house:
        if what == "worker":
            work(house, int(which), tell, told)
        number = int(which) if what == "walk" else begun(house, Path(which))
        told.send(number)
        imports.run(house, SLUG, number, tell=tell)
        told.send("ended")


def begun(house: House, folder: Path) -> int:
    """Begin an import as the command line does."""
    return intake.hand_in(
        house, SLUG, folder, layouts=None, source=None, kind="continuous", trigger="import", dry_run=False, now=None
    )


def work(house: House, number: int, tell: imports.Tell, told: Connection) -> None:
    """Be a worker whose walks can be stopped; never returns."""
    from homeroom import serve  # with all doors, a second to load: only a worker needs it
    from homeroom.sync.jobs import DbosJobs, queue_address

    serve.beat(house)
    address = queue_address(house.settings.data, house.settings.database_url)
    jobs = DbosJobs(address, house.executor, lambda slug, n, heard: imports.run(house, slug, n, tell=tell))
    jobs.enqueue(SLUG, number)
    told.send(number)
    threading.Event().wait()
