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
        In which form the files are written.
    nights
        How many nights that follow each other.
    dirty
        Share of rows that are made bad, 0 to 1; EXPECTED.json beside the files says which.
    as_json
        Print one JSON document.
    """
    from homeroom.simulator.generate import generate as make

    folders = make(out, students, seed, layouts, nights, dirty)
    if as_json:
        document({"folders": [str(f) for f in folders]})
    else:
        for folder in folders:
            say(str(folder))
    return 0
