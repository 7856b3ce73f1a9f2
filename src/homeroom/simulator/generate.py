"""A made-up district on disk, night after night: what `homeroom generate` writes."""

from __future__ import annotations

import zipfile
from pathlib import Path

from homeroom.roster.faults import Misuse
from homeroom.simulator import dirt
from homeroom.simulator.district import make
from homeroom.simulator.nights import nights as night_after_night
from homeroom.simulator.records import District
from homeroom.simulator.sheets import write
from homeroom.simulator.writers import WRITERS
from homeroom.simulator.writers.writer import Writer

ZIP_TIME = (2026, 8, 17, 0, 0, 0)  # the same for all, so that the same district gives the same bytes


def generate(
    out: Path, students: int, seed: int, layouts: str = "oneroster-1.1", nights: int = 1, dirty: float = 0.0
) -> list[Path]:
    """Write a district into `out`; with several nights into `out/night-1`, `out/night-2`, ... Returns the delivery folders.

    `dirty` is the share of rows (0 to 0.5) that are spoiled; what was spoiled stands in `out/EXPECTED.json`.
    Raises Misuse for an unknown writer or a number out of range.
    """
    _writer(layouts)
    if students < 1 or nights < 1 or not 0 <= dirty <= 0.5:
        raise Misuse("Give at least one student and one night, and a share of dirty rows between 0 and 0.5.")
    folders, spoiled = [], []
    for number, district in enumerate(night_after_night(make(students, seed), nights, seed), start=1):
        folders.append(out if nights == 1 else out / f"night-{number}")
        found = deliver(district, folders[-1], layouts, dirty, seed=seed, night=number)
        spoiled += [found] if found else []
    if spoiled:
        (out / dirt.SIDE_FILE).write_bytes(dirt.as_json(spoiled))
    return folders


def deliver(
    district: District, folder: Path, layouts: str = "oneroster-1.1", dirty: float = 0.0, *, seed: int = 0, night: int = 1
) -> dirt.Spoiled | None:
    """Write one state of a district, as one system writes it, into `folder`. Returns what was spoiled, None where nothing was.

    Raises Misuse for an unknown writer.
    """
    writer = _writer(layouts)
    sheets, spoiled = writer.sheets(district), None
    if dirty:
        sheets, spoiled = dirt.spoil(sheets, writer.form, dirty, seed, night)
    write(sheets, writer.form, folder)
    return spoiled


def zipped(folder: Path, out: Path) -> Path:
    """The CSV files of a folder as one ZIP with fixed times, files at its root. Returns `out`."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob("*.csv")):
            archive.writestr(zipfile.ZipInfo(path.name, ZIP_TIME), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return out


def _writer(name: str) -> Writer:
    if name not in WRITERS:
        raise Misuse(f"There is no writer for {name}; there are {', '.join(sorted(WRITERS))}.")
    return WRITERS[name]
