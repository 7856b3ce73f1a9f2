"""Many districts in one house and two workers: what a night of all of them takes from sealed to served.

`python benchmarks/fleet.py DATA COUNT FOLDER [FOLDER ...]` adds COUNT districts, seals FOLDER as a delivery of each, lets two
processes walk them, each every second district, and prints for each FOLDER, as JSON, the seconds until both were done and the
processor seconds of both. Sealing and the start of the processes are outside of the clock, which is that of running workers;
the queue that hands imports to workers is left out too.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from homeroom.deliveries.seal import Incoming
from homeroom.settings import Settings
from homeroom.sync import districts, imports, intake, sources, walking
from homeroom.sync.house import House, opened

WORKERS = 2
THREADS = 1
"""Of each worker: two of them share two cores."""


def run(data: Path, count: int, folders: list[Path]) -> list[dict[str, object]]:
    """Walk every folder in all districts; returns what each took."""
    told = []
    with opened(Settings(data=data)) as house:
        slugs = [f"d{n:03}" for n in range(count)]
        homes = {slug: _added(house, slug) for slug in slugs}
        workers = [_worker(data) for _ in range(WORKERS)]
        for folder in folders:
            begun = {slug: _sealed(house, slug, source, folder) for slug, source in homes.items()}
            told.append({"districts": count, **_walked(workers, begun)})
        for worker in workers:
            worker.stdin.close()  # type: ignore[union-attr]
            worker.wait()
    return told


def _added(house: House, slug: str) -> int:
    districts.add(house, slug, slug, "UTC")
    return sources.add(house, slug, "upload", layouts="oneroster-1.1").source.id


def _sealed(house: House, slug: str, source: int, folder: Path) -> int:
    """Seal the folder as a delivery and begin its import; returns the import's number."""
    now = datetime.now(UTC)
    files = [Incoming(f.name, f) for f in sorted(folder.glob("*.csv"))]
    delivery = intake.deliver(house, slug, house.stores.control.sources.get(source), files, "bench", now)
    log = house.stores.roster(slug).imports
    return log.begin(source=source, delivery=delivery.number, kind="continuous", trigger="bench", now=now).number


def _worker(data: Path) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--work", str(data)]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    worker.stdout.readline()  # it is up
    return worker


def _walked(workers: list[subprocess.Popen[str]], begun: dict[str, int]) -> dict[str, object]:
    """Give each worker its share, and wait for both."""
    shares = [list(begun.items())[n::WORKERS] for n in range(WORKERS)]
    started = time.perf_counter()
    for worker, share in zip(workers, shares, strict=True):
        assert worker.stdin is not None
        worker.stdin.write(json.dumps(share) + "\n")
        worker.stdin.flush()
    answers = [json.loads(worker.stdout.readline()) for worker in workers if worker.stdout is not None]
    wall = time.perf_counter() - started
    not_done = [status for answer in answers for status in answer["ended"] if status != "done"]
    return {"wall": round(wall, 2), "cpu": round(sum(a["cpu"] for a in answers), 2), "not_done": len(not_done)}


def work(data: Path) -> None:
    """A worker: a line with imports comes in, they are walked, a line with what they took goes out."""
    with opened(Settings(data=data, threads=THREADS)) as house:
        walking.room_for(house, 0)  # the rooms of the walk are loaded
        print("up", flush=True)
        for line in sys.stdin:
            before = _processor()
            ended = [imports.run(house, slug, number).status for slug, number in json.loads(line)]
            print(json.dumps({"cpu": _processor() - before, "ended": ended}), flush=True)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    if sys.argv[1] == "--work":
        work(Path(sys.argv[2]))
    else:
        print(json.dumps(run(Path(sys.argv[1]), int(sys.argv[2]), [Path(f) for f in sys.argv[3:]])))
