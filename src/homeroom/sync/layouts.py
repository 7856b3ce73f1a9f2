"""Which layout sets there are: those that ship, and folders of a district's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from homeroom.layouts.sets import LayoutSet
from homeroom.layouts.sets import load as load_set
from homeroom.systems import SETS, layout_set, layout_sets


def named(wanted: str | None) -> str | None:
    """The name as it can be kept: that of a shipped set, or a folder's whole path, right from wherever it is read again.

    A shipped set goes before a folder of that name (people call the folder of their files so). Raises Misuse for neither.
    """
    if wanted is None or wanted in SETS:
        return wanted
    known_set(wanted)
    return str(Path(wanted).resolve())


def sets_for(wanted: str | None) -> tuple[Sequence[LayoutSet], str | None]:
    """The sets to choose from, and the name that is wanted: a shipped set's name, or a folder of TOML files."""
    if wanted is None:
        return layout_sets(), None
    found = known_set(wanted)
    return (found,), found.name


def known_set(name: str) -> LayoutSet:
    """The set of that name, shipped or a folder. Raises Misuse with the nearest name."""
    folder = Path(name)
    if name not in SETS and folder.is_dir():
        return load_set(folder, folder.name)
    return layout_set(name)
