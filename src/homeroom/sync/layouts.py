"""Which layout sets there are: those that ship, a district's own that were saved, and folders.

A set is named `powerschool-dem` (it ships), `ours` (the newest saved version of the district's own), `ours@2` (that version) or
by the path of a folder of TOML files, in this order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from homeroom.layouts import sets
from homeroom.layouts.nearness import did_you_mean
from homeroom.layouts.sets import LayoutSet
from homeroom.roster.faults import Misuse
from homeroom.store.layout_versions import LayoutVersion
from homeroom.sync.house import House
from homeroom.systems import SETS, folder_of, layout_set, layout_sets


@dataclass(frozen=True, slots=True)
class Own:
    """Whose own sets are looked at beside those that ship."""

    house: House
    slug: str

    def version(self, name: str) -> LayoutVersion | None:
        """The saved version that a name means, `ours` or `ours@2`; None where the district has no set of that name."""
        plain, at, number = name.rpartition("@")
        saved = self.house.stores.control.layouts
        if at and number.isascii() and number.isdigit() and saved.newest(self.slug, plain):
            return saved.get(self.slug, plain, int(number))
        return saved.newest(self.slug, name)

    def names(self) -> list[str]:
        """The names of the district's own sets."""
        return self.house.stores.control.layouts.names(self.slug)


def named(wanted: str | None, own: Own | None = None) -> str | None:
    """The name as it can be kept: that of a set, or a folder's whole path, right from wherever it is read again.

    A set goes before a folder of that name (people call the folder of their files so). Raises Misuse for neither.
    """
    if wanted is None or wanted in SETS or (own and own.version(wanted)):
        return wanted
    known_set(wanted, own)
    return str(Path(wanted).resolve())


def chosen(wanted: str | None, own: Own | None = None) -> str | None:
    """The name of a set that ships or was saved; for those who may not name places on this machine. Raises Misuse for any other."""
    if wanted is None or wanted in SETS or (own and own.version(wanted)):
        return wanted
    mine = own.names() if own else []
    raise Misuse("There is no layout set {name!r}. {remedy}", name=wanted, remedy=did_you_mean(wanted, [*SETS, *mine]))


def sets_for(wanted: str | None, own: Own | None = None) -> tuple[Sequence[LayoutSet], str | None]:
    """The sets to choose from, and the name that is wanted; without one those that ship."""
    if wanted is None:
        return layout_sets(), None
    found = known_set(wanted, own)
    return (found,), found.name


def known_set(name: str, own: Own | None = None) -> LayoutSet:
    """The set of that name. Raises Misuse with the nearest name, LayoutFaults for a folder with mistakes."""
    if name in SETS:
        return layout_set(name)
    if own and (saved := own.version(name)):
        return replace(sets.read(saved.texts, saved.name), number=saved.number)
    if Path(name).is_dir():
        return sets.load(Path(name), Path(name).resolve().name)
    mine = own.names() if own else []
    raise Misuse("There is no layout set {name}. {remedy}", name=name, remedy=did_you_mean(name, [*SETS, *mine]))


def texts_of(name: str, own: Own | None = None) -> Mapping[str, str]:
    """The texts of a set by file name, wherever it is; a single file counts too. Nothing is judged: they may hold mistakes."""
    if name in SETS:
        return sets.texts_in(folder_of(name))
    if own and (saved := own.version(name)):
        return saved.texts
    path = Path(name)
    if path.is_dir():
        return sets.texts_in(path)
    if path.is_file():
        return {path.name: path.read_text("utf-8", errors="replace")}
    mine = own.names() if own else []
    raise Misuse("{name} is no layout set, folder or file. {remedy}", name=name, remedy=did_you_mean(name, [*SETS, *mine]))
