"""Which layout sets there are: those that ship, and folders of a district's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from homeroom.layouts.sets import LayoutSet
from homeroom.layouts.sets import load as load_set
from homeroom.roster.faults import Misuse
from homeroom.systems import shipped


def sets_for(wanted: str | None) -> tuple[Sequence[LayoutSet], str | None]:
    """The sets to choose from, and the name that is wanted: a shipped set's name, or a folder of TOML files."""
    if wanted is None:
        return shipped(), None
    folder = Path(wanted)
    if folder.is_dir():
        own = load_set(folder, folder.name)
        return (own,), own.name
    return (known_set(wanted),), wanted


def known_set(name: str) -> LayoutSet:
    """The set of that name, shipped or a folder. Raises Misuse with the names that exist."""
    folder = Path(name)
    if folder.is_dir():
        return load_set(folder, folder.name)
    found = next((s for s in shipped() if s.name == name), None)
    if found is None:
        listed = ", ".join(s.name for s in shipped())
        raise Misuse(f"there is no layout set {name!r}; the sets are: {listed}; or name a folder of TOML files.")
    return found
