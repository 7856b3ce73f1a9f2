"""A made-up district on disk, night after night: what `homeroom generate` writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from homeroom.roster.faults import Misuse
from homeroom.simulator import dirt
from homeroom.simulator.district import FIRST_NIGHT, make
from homeroom.simulator.nights import nights as night_after_night
from homeroom.simulator.records import District
from homeroom.simulator.sheets import Sheet, packed, write
from homeroom.simulator.truth import write_truth
from homeroom.simulator.writers.catalogue import WRITERS
from homeroom.simulator.writers.writer import Writer


def generate(
    out: Path,
    students: int,
    seed: int,
    layouts: str = "oneroster-1.1",
    nights: int = 1,
    dirty: float = 0.0,
    *,
    truth: Path | None = None,
) -> list[Path]:
    """Write a district into `out`; with several nights into `out/night-1`, `out/night-2`, ... Returns the delivery folders.

    `dirty` is the share of rows (0 to 0.5) that are spoiled; what was spoiled stands in `out/EXPECTED.json`. `truth` is a folder
    outside `out` for what a perfect import of the clean files gives; with several nights it has folders of the same names.
    Raises Misuse for an unknown writer or a number out of range.
    """
    _writer(layouts)
    if truth is not None and truth.resolve().is_relative_to(out.resolve()):
        raise Misuse("Name a folder for the truth outside the one that is imported; it would be taken for a delivery.")
    if students < 1 or nights < 1 or not 0 <= dirty <= 0.5:
        raise Misuse("Give at least one student and one night, and a share of dirty rows between 0 and 0.5.")
    folders, spoiled = [], []
    for number, district in enumerate(night_after_night(make(students, seed), nights, seed), start=1):
        place = "" if nights == 1 else f"night-{number}"
        folders.append(out / place)
        found = deliver(district, folders[-1], layouts, dirty, seed=seed, night=number)
        if truth is not None:
            write_truth(_writer(layouts).expected(district), truth / place, layouts, number)
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
    sheets, spoiled = _dated(writer.sheets(district), district, night), None
    if dirty:
        sheets, spoiled = dirt.spoil(sheets, writer.form, dirty, seed, night)
    write(sheets, writer.form, folder)
    return spoiled


def zipped(folder: Path, out: Path) -> Path:
    """The CSV files of a folder as one ZIP with fixed times, files at its root. Returns `out`."""
    out.write_bytes(packed({path.name: path.read_bytes() for path in folder.glob("*.csv")}))
    return out


def _dated(sheets: tuple[Sheet, ...], district: District, night: int) -> tuple[Sheet, ...]:
    """The sheets under the names that they have this night."""
    today = date(district.year - 1, *FIRST_NIGHT) + timedelta(days=night - 1)
    return tuple(replace(s, file=s.file.replace("{date}", today.strftime("%Y%m%d"))) for s in sheets)


def _writer(name: str) -> Writer:
    if name not in WRITERS:
        raise Misuse(f"There is no writer for {name}; there are {', '.join(sorted(WRITERS))}.")
    return WRITERS[name]
