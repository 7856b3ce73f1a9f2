"""One worker that lives on while deliveries come in: what each of them costs from the sealed delivery to committed and served.

`python benchmarks/nights.py DATA LAYOUTS FOLDER [FOLDER ...]` imports the folders one after the other into one district by a layout set and prints, as
JSON, for each: seconds to seal, seconds of the walk, processor seconds of both and of the checkpoint, what changed, and the peak
memory of the process so far. A folder that is
named `=FOLDER` is delivered with its rows in another order: other bytes, the same rows, so that nothing can be skipped.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from homeroom.deliveries.seal import Incoming
from homeroom.settings import Settings
from homeroom.sync import districts, imports, intake, sources
from homeroom.sync.house import House, opened


def run(data: Path, folders: list[str], layouts: str = "oneroster-1.1") -> list[dict[str, object]]:
    """Import every folder in turn; returns what each cost."""
    told = []
    with opened(Settings(data=data)) as house:
        districts.add(house, "bench", "Bench", "UTC")
        source = sources.add(house, "bench", "upload", layouts=layouts).source.id
        for folder in folders:
            with tempfile.TemporaryDirectory(dir=data) as turned:
                told.append(_night(house, source, _files(folder, Path(turned))))
    return told


def _night(house: House, source: int, folder: Path) -> dict[str, object]:
    files = [Incoming(f.name, f) for f in sorted(folder.glob("*.csv"))]
    size = sum(f.path.stat().st_size for f in files)
    store = house.stores.roster("bench")
    begun, used = time.perf_counter(), _processor()
    now = datetime.now(UTC)
    delivery = intake.deliver(house, "bench", house.stores.control.sources.get(source), files, "bench", now)
    sealed = time.perf_counter()
    seal = sealed - begun
    entry = store.imports.begin(source=source, delivery=delivery.number, kind="continuous", trigger="bench", now=now)
    steps: list[tuple[str, float]] = []

    def heard(step: str) -> None:
        steps.append((step, time.perf_counter()))

    report = imports.run(house, "bench", entry.number, tell=heard)
    ended = time.perf_counter()
    held = None
    if report.status == "waiting_for_approval":
        # What counts is the walk that commits; that it was held at all is told, since it costs a second walk.
        held = report.reason.code if report.reason else None
        steps.clear()
        sealed = time.perf_counter()
        report = imports.approve(house, "bench", entry.number, plan=None, who="bench", tell=heard)
        ended = time.perf_counter()
    # At the step "settle" the import is committed and served; the checkpoint of SQLite's log comes after the answer.
    served = next((at for name, at in reversed(steps) if name == "settle"), ended)
    marks = [*steps, ("end", ended)]
    return {
        "bytes": size,
        "rows": sum(f.rows for f in report.files),
        "seal": round(seal, 3),
        "held": held,
        "walk": round(served - sealed, 3),
        "cpu": round(_processor() - used, 3),
        "outcome": report.outcome,
        "changed": {n: [t.added, t.updated, t.removed, t.refused] for n, t in report.tables.items()},
        "steps": {name: round(marks[i + 1][1] - at, 3) for i, (name, at) in enumerate(steps)},
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
    }


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _files(folder: str, turned: Path) -> Path:
    if not folder.startswith("="):
        return Path(folder)
    for file in sorted(Path(folder[1:]).glob("*.csv")):
        turn(file, turned / file.name)
    return turned


def turn(file: Path, out: Path) -> None:
    """The same rows with the first one moved to the end."""
    with file.open("rb") as source, out.open("wb") as target:
        target.write(source.readline())
        first = source.readline()
        shutil.copyfileobj(source, target, 1 << 22)
        target.write(first)


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), sys.argv[3:], sys.argv[2])))
