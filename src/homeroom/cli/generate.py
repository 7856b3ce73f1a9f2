"""generate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, say


def generate(
    out: Path,
    /,
    *,
    students: int,
    seed: int,
    layouts: str = "oneroster-1.1",
    nights: int = 1,
    dirty: float = 0.0,
    truth: Path | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Make up a district, the same each time for the same seed. Everybody in it is invented.

    Parameters
    ----------
    out
        The folder to write; several nights become night-1, night-2, ... in it.
    students
        How many students.
    seed
        Any number; the same seed gives the same district.
    layouts
        In which form the files are written: the name of a layout set, after a colon a variant. There are oneroster-1.0,
        oneroster-1.1, oneroster-1.2, powerschool-dem (labels-corrected, quoted), powerschool-autosend (dated, headerless,
        comma), clientpoint (loose), schoolstatus (guardians-file), clever (contacts-file, row-per-term),
        pathways-ascender, pathways-eschoolplus (utf-16, course-requests), pathways-harmony, pathways-skyward-q-in,
        pathways-skyward-sms-in, pathways-skyward-sms-tx, testhound, microsoft-sds-1, microsoft-sds-2,
        microsoft-sds-2.1, apple-school-manager, canvas, infinite-campus (ad-hoc), aeries.
    nights
        How many nights that follow each other.
    dirty
        Share of rows that are made bad, 0 to 1; EXPECTED.json beside the files says which.
    truth
        A folder outside OUT for the truth: what a perfect import of the files gives, as counts (truth.json) and rows
        (expected/TABLE.csv). Bad rows are not in it.
    as_json
        Print one JSON document.
    """
    from homeroom.simulator.generate import generate as make

    folders = make(out, students, seed, layouts, nights, dirty, truth=truth)
    if as_json:
        document({"folders": [str(f) for f in folders]})
    else:
        for folder in folders:
            say(str(folder))
    return 0
