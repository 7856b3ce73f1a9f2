"""Which layout sets there are: those that ship, and folders of a district's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from homeroom.layouts.sets import LayoutSet
from homeroom.layouts.sets import load as load_set
from homeroom.systems import layout_set, layout_sets


def sets_for(wanted: str | None) -> tuple[Sequence[LayoutSet], str | None]:
    """The sets to choose from, and the name that is wanted: a shipped set's name, or a folder of TOML files."""
    if wanted is None:
        return layout_sets(), None
    folder = Path(wanted)
    if folder.is_dir():
        own = load_set(folder, folder.name)
        return (own,), own.name
    return (known_set(wanted),), wanted


def known_set(name: str) -> LayoutSet:
    """The set of that name, shipped or a folder. Raises Misuse with the nearest name."""
    folder = Path(name)
    if folder.is_dir():
        return load_set(folder, folder.name)
    return layout_set(name)
