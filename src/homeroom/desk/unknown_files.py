"""Files of the last delivery that no layout knows: what each looks like, and the layout that is proposed for it.

Nothing of such a file is read until a person accepts the proposal: then it is a part of an own set like any other layout.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from homeroom.deliveries.seal import unseal
from homeroom.deliveries.workfolders import claim
from homeroom.desk.layout_drafts import copy_name, renamed
from homeroom.desk.layout_use import plain, reports, used_set
from homeroom.desk.viewer import Viewer
from homeroom.layouts import sets
from homeroom.layouts.faults import LayoutFault, LayoutFaults
from homeroom.layouts.manifest import NAME as MANIFEST
from homeroom.layouts.patterns import base_name
from homeroom.layouts.proposing.propose import Proposal, declaration
from homeroom.layouts.sets import DECLARATION, LayoutSet
from homeroom.roster.faults import Misuse
from homeroom.store.layout_versions import LayoutVersion
from homeroom.sync import own_layouts
from homeroom.sync.house import House
from homeroom.sync.layouts import Own, known_set, texts_of
from homeroom.sync.proposing import perhaps_data, propose_for
from homeroom.sync.walking import SMALL, sealed_delivery
from homeroom.systems import SETS


@dataclass(frozen=True, slots=True)
class Unknown:
    """A file that no layout knows, of the newest import of a source. `mapped` of `columns` of its columns look like something;
    `table` is None where nobody looked, or nothing could be told."""

    file: str
    source: int
    number: int
    delivery: int
    table: str | None = None
    mapped: int = 0
    columns: int = 0


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is proposed for one file: the texts, and the set that would hold them. `faults` are mistakes that keep it from being saved."""

    unknown: Unknown
    proposal: Proposal
    texts: tuple[tuple[str, str], ...]
    into: str
    copied: str | None
    """The set that ships and would be copied first; None where the set is there, or begins with this layout."""
    faults: tuple[LayoutFault, ...]


def unknown_files(house: House, slug: str) -> tuple[Unknown, ...]:
    """The files of each source's newest import that no layout knows and that are tables."""
    store, found, seen = house.stores.roster(slug), [], set[int]()
    for entry, report in reports(house, slug):
        if entry.delivery is None or report.source is None or report.source in seen:
            continue
        seen.add(report.source)
        if _into(house, slug, report.source) is None:
            continue
        used = used_set(house, slug, house.stores.control.sources.get(report.source))
        known = known_set(used, Own(house, slug)) if used is not None else None
        names = [f.name for f in report.files if f.layout is None and f.table is None and not _known(known, f.name)]
        delivery = store.deliveries.get(entry.delivery)
        if not names or delivery.shredded_at is not None:
            continue
        named = [Unknown(n, report.source, entry.number, entry.delivery) for n in names]
        if sum(f.size for f in delivery.files) > SMALL:
            found.extend(named)
            continue
        guessed = {p.file: p for p in _proposals(house, slug, entry.delivery, "ours")}
        found.extend(_looked(each, guessed[each.file]) for each in named if each.file in guessed)
    return tuple(found)


def proposed(house: House, slug: str, file: str) -> Proposed | None:
    """The proposal for one of these files; None where there is no such file any more."""
    unknown = next((u for u in unknown_files(house, slug) if u.file == file), None)
    if unknown is None:
        return None
    used = used_set(house, slug, house.stores.control.sources.get(unknown.source))
    into = _into(house, slug, unknown.source)
    assert into is not None, "unknown files are of sources whose set can be added to"
    found = {p.file: p for p in _proposals(house, slug, unknown.delivery, into)}[file]
    whole, added = _joined(house, slug, used, into, found)
    faults: tuple[LayoutFault, ...] = ()
    try:
        sets.read(whole, into)
    except LayoutFaults as wrong:
        faults = wrong.faults
    fresh = used in SETS and house.stores.control.layouts.newest(slug, into) is None
    return Proposed(_looked(unknown, found), found, tuple(added.items()), into, used if fresh else None, faults)


def accept(house: House, viewer: Viewer, slug: str, file: str) -> LayoutVersion:
    """Save the proposal as a version of an own set. Raises Misuse where the file is gone, LayoutFaults where it needs a person first."""
    found = proposed(house, slug, file)
    if found is None:
        raise Misuse("This file is not in the last delivery any more.")
    used = used_set(house, slug, house.stores.control.sources.get(found.unknown.source))
    whole, _ = _joined(house, slug, used, found.into, found.proposal)
    note = f"proposal for {file} accepted"
    return own_layouts.save_texts(house, slug, found.into, whole, note=note, who=viewer.who)[0]


def _known(found: LayoutSet | None, file: str) -> bool:
    """Whether the set has a use for files of this name, joined ones too; a manifest is read by every set."""
    return base_name(file).casefold() == MANIFEST or bool(found and (found.named(file) or found.joins(file)))


def _into(house: House, slug: str, source: int) -> str | None:
    """The own set that would hold a layout for this source; None where it is read by a folder of the server, which is nobody's here."""
    used = plain(used_set(house, slug, house.stores.control.sources.get(source)))
    if used is None:
        return f"{slug}-files"
    if used in SETS:
        return copy_name(slug, used)
    return used if house.stores.control.layouts.newest(slug, used) is not None else None


def _looked(unknown: Unknown, found: Proposal) -> Unknown:
    mapped = sum(c.target is not None for c in found.columns)
    table = found.table if found.sure > 0 and mapped else None
    return Unknown(unknown.file, unknown.source, unknown.number, unknown.delivery, table, mapped, len(found.columns))


def _proposals(house: House, slug: str, delivery: int, name: str) -> tuple[Proposal, ...]:
    """Proposals for all files of a stored delivery together: ids are compared between them.

    A file without a header begins with a row of somebody's values, and a proposal is shown to those who may see none, and saved: where
    the first line is not surely one of header words, columns are told by their places alone.
    """
    sealed = sealed_delivery(house, slug, delivery)
    with claim(house.settings.work, f"{slug}-propose-{delivery}") as folder:
        place = folder.path / "named"
        place.mkdir(mode=0o700)
        for file in unseal(house.raw, house.data_key(slug), sealed, folder.path / "raw"):
            file.path.rename(place / file.name.rpartition("/")[2])
        try:
            return propose_for(place, house.settings.work, name=name, data=perhaps_data).proposals
        except Misuse:  # nothing in it is a table: there is nothing to propose
            return ()


def _joined(house: House, slug: str, used: str | None, into: str, found: Proposal) -> tuple[dict[str, str], dict[str, str]]:
    """The texts of the set with the proposal in it, and the texts that are new."""
    own = house.stores.control.layouts.newest(slug, into)
    if own is not None:
        whole = dict(own.texts)
    elif used is not None:
        whole = renamed(texts_of(used, Own(house, slug)), used, into)
    else:
        whole = {DECLARATION: declaration(into, [found])}
    whole |= _still_inherited(whole, into, found.table)
    added: dict[str, str] = {}
    for layout in found.layouts:
        stem = layout.file.removesuffix(".toml")
        free = _free(stem, whole, into)
        text = layout.text.replace(f'"{into}/{stem}"', f'"{into}/{free}"', 1)
        added[f"{free}.toml"] = text
    return whole | added, added


def _still_inherited(texts: dict[str, str], into: str, table: str) -> dict[str, str]:
    """What the set inherits for a table, written down: a file of its own for that table would otherwise stand in its place."""
    layouts = sets.read(texts, into).layouts
    return {f"{table}.toml": w.text for w in layouts if w.table == table and w.text not in texts.values()}


def _free(stem: str, texts: dict[str, str], into: str) -> str:
    """A name that no file and no layout of the set has yet."""
    taken = {file.removesuffix(".toml") for file in texts} | set(
        re.findall(rf'"{re.escape(into)}/([^"]+)"', "\n".join(texts.values()))
    )
    return next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, 100))) if name not in taken)
