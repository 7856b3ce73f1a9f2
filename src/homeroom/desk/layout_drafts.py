"""Drafts of a district's own layouts: the text of one file, what is wrong with it, saving it, and copying a set that ships."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from homeroom.desk.layout_page import layout_of
from homeroom.desk.layout_use import read_set
from homeroom.desk.viewer import Viewer
from homeroom.layouts.sets import DECLARATION, GUIDE, LayoutSet
from homeroom.roster.faults import Misuse
from homeroom.store.layout_versions import LayoutVersion
from homeroom.sync import own_layouts, sources
from homeroom.sync.checking_layouts import Checked, check
from homeroom.sync.house import House
from homeroom.sync.layouts import texts_of
from homeroom.systems import SETS

_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.toml")


@dataclass(frozen=True, slots=True)
class Draft:
    """One file of an own set as it is edited. `version`: that which it was made from. `files`: all files of the set that can be edited.

    `text` is what is saved of it; `new`: the set has no such file yet, since the layout is inherited.
    """

    set: str
    version: int
    file: str
    text: str
    files: tuple[str, ...]
    new: bool
    layout: str | None
    """The short name of the layout that stands in the file."""


def draft(house: House, slug: str, name: str, file: str) -> Draft:
    """The text of one file of an own set. Raises Misuse where the set ships, or has no such file or layout."""
    newest = _own(house, slug, name)
    files = tuple(sorted(f for f in newest.texts if f != GUIDE))
    if not file:
        file = next((f for f in files if f != DECLARATION), DECLARATION)
    if file in newest.texts:
        return Draft(
            name,
            newest.number,
            file,
            newest.texts[file],
            files,
            False,
            _layout_in(read_set(house, slug, name), newest.texts[file]),
        )
    layout = layout_of(read_set(house, slug, name), file.removesuffix(".toml"))
    return Draft(name, newest.number, file, layout.text, files, True, file.removesuffix(".toml"))


def file_of(house: House, slug: str, name: str, short: str) -> str:
    """The file in which a layout of an own set stands, or will once it is edited."""
    found, newest = read_set(house, slug, name), _own(house, slug, name)
    text = layout_of(found, short).text
    return next((f for f, words in newest.texts.items() if words == text), f"{short}.toml")


def changed(house: House, slug: str, name: str, file: str, text: str) -> dict[str, str]:
    """The texts of the set with one file as it was typed. An empty text takes the file away. Raises Misuse."""
    if not _FILE.fullmatch(file):
        raise Misuse("A layout's file is named with letters, digits and hyphens, and ends in .toml.")
    texts = dict(_own(house, slug, name).texts)
    words = text.replace("\r\n", "\n").strip()
    if words:
        texts[file] = words + "\n"
    else:
        texts.pop(file, None)
    return texts


def judged(house: House, slug: str, name: str, file: str, text: str) -> Checked:
    """Every mistake of the set with that draft in it."""
    return check(changed(house, slug, name, file, text), name, house.settings.work)


def save(
    house: House, viewer: Viewer, slug: str, name: str, file: str, text: str, base: int, why: str
) -> tuple[LayoutVersion, bool]:
    """Save the draft as the next version. Raises Misuse where somebody saved another version meanwhile, LayoutFaults for mistakes."""
    newest = _own(house, slug, name)
    if newest.number != base:
        raise Misuse(
            "Version {version} was saved meanwhile by {saved_by}. Nothing was saved: compare the versions first.",
            version=str(newest.number),
            saved_by=newest.saved_by,
        )
    return own_layouts.save_texts(house, slug, name, changed(house, slug, name, file, text), note=why, who=viewer.who)


def copy(house: House, viewer: Viewer, slug: str, shipped: str, name: str) -> LayoutVersion:
    """Make version 1 of an own set with the texts of one that ships. Raises Misuse, where the name is taken too."""
    if shipped not in SETS:
        raise Misuse("Only a set that ships with Homeroom is copied.")
    if house.stores.control.layouts.newest(slug, name) is not None:
        raise Misuse("There is a set {name} here already. Open that one, or give the copy another name.", name=name)
    note = f"copied from {shipped}"
    return own_layouts.save_texts(house, slug, name, renamed(texts_of(shipped), shipped, name), note=note, who=viewer.who)[0]


def renamed(texts: Mapping[str, str], old: str, new: str) -> dict[str, str]:
    """The texts of a set under another name: layouts are named after their set."""
    made = {file: text.replace(f'"{old}/', f'"{new}/') for file, text in texts.items()}
    declared = made.get(DECLARATION)
    if declared is not None:
        made[DECLARATION] = re.sub(rf'^name = "{re.escape(old)}"', f'name = "{new}"', declared, count=1, flags=re.M)
    return made


def copy_name(slug: str, shipped: str) -> str:
    """The name that a copy gets unless somebody says another."""
    return f"{slug}-{shipped}"[:50].rstrip("._-")


def use(house: House, viewer: Viewer, slug: str, source: int, name: str) -> None:
    """Let a source be read by a set, from its next import on. Raises Misuse."""
    read_set(house, slug, name)
    sources.change(house, slug, source, {"layouts": name}, who=viewer.who)


def go_back(house: House, viewer: Viewer, slug: str, name: str, number: int, why: str) -> LayoutVersion:
    """Make an old version the newest again. Raises Misuse."""
    return own_layouts.restore(house, slug, name, number, note=f"version {number} again: {why}", who=viewer.who)[0]


def _own(house: House, slug: str, name: str) -> LayoutVersion:
    newest = house.stores.control.layouts.newest(slug, name)
    if name in SETS or newest is None:
        raise Misuse("This set ships with Homeroom and is read-only. Make your own copy to change it.")
    return newest


def _layout_in(found: LayoutSet, text: str) -> str | None:
    return next((w.name.rpartition("/")[2] for w in found.layouts if w.text == text), None)
