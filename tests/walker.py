"""A process that walks an import, or works as a worker, and stops at a step until it is killed. Run by the tests of kills.

    walker.py DATA DATABASE_URL|- walk NUMBER STEP       walks an import that was begun
    walker.py DATA DATABASE_URL|- command FOLDER STEP    begins one as `homeroom import` does, and walks it
    walker.py DATA DATABASE_URL|- worker NUMBER STEP     takes it out of the queue as a worker does

It prints the number of its import and `STEP` when it got there, and then only waits: standard input never brings anything.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from homeroom.sync import imports, intake
from homeroom.sync.house import House, opened
from sync_house import SLUG, settings


def main(data: str, url: str, what: str, which: str, stop: str) -> None:
    """Do as the arguments say."""

    def tell(step: str) -> None:
        if step == stop:
            print(f"there {step}", flush=True)
            sys.stdin.read()

    with opened(settings(Path(data), None if url == "-" else url)) as house:
        if what == "worker":
            work(house, int(which), tell)
        number = int(which) if what == "walk" else begun(house, Path(which))
        print(number, flush=True)
        imports.run(house, SLUG, number, tell=tell)
        print("ended", flush=True)


def begun(house: House, folder: Path) -> int:
    """Begin an import as the command line does."""
    return intake.hand_in(
        house, SLUG, folder, layouts=None, source=None, kind="continuous", trigger="import", dry_run=False, now=None
    )


def work(house: House, number: int, tell: imports.Tell) -> None:
    """Be a worker whose walks can be stopped; never returns."""
    from homeroom import serve  # with all doors, a second to load: only a worker needs it
    from homeroom.sync.jobs import DbosJobs, queue_address

    serve.beat(house)
    address = queue_address(house.settings.data, house.settings.database_url)
    jobs = DbosJobs(address, house.executor, lambda slug, n, heard: imports.run(house, slug, n, tell=tell))
    jobs.enqueue(SLUG, number)
    print(number, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
