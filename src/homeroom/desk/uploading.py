"""Files that somebody hands in by hand: looked at first, as a dry run, and imported when the report is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from homeroom.deliveries.workfolders import claim
from homeroom.desk.viewer import Viewer
from homeroom.layouts.sets import LayoutSet
from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.store.imports import Alike, Import
from homeroom.store.sources import Source
from homeroom.sync import gate, intake, sources
from homeroom.sync.house import House
from homeroom.sync.layouts import Own, known_set
from homeroom.sync.suiting import suited
from homeroom.workbench.values import Mode

BY_FILES = ("upload", "sftp", "sftp-pull")
"""Kinds of sources whose deliveries are files that a person could have, too."""
NAME_BYTES = 200


@dataclass(frozen=True, slots=True)
class Reader:
    """A source that files may be handed in for. `reads` are the names of the files that its layout set knows (none: the set is found by
    the files), `required` those without which nothing is taken."""

    source: Source
    reads: tuple[str, ...]
    required: tuple[str, ...]


def readers(house: House, slug: str) -> tuple[Reader, ...]:
    """The sources that files may be handed in for, the one for uploads first."""
    mine = [s for s in house.stores.control.sources.current(slug) if s.kind in BY_FILES]
    return tuple(reader(house, slug, s) for s in sorted(mine, key=lambda s: (BY_FILES.index(s.kind), s.id)))


def begin(
    house: House, asking: Viewer, slug: str, files: Sequence[tuple[str, Path]], source: int | None, kind: Mode, now: datetime
) -> tuple[int, tuple[str, ...]]:
    """Seal files (name, and where each lies; they are moved) and begin their dry run: its number, and what was said of it.

    Raises Misuse, with nothing taken, for no file, for names that no file can have, and for a source that reads no files.
    """
    laid = named(files)
    chosen = _chosen(house, asking, slug, source)
    notes: list[str] = []
    with claim(house.settings.work, f"{slug}-upload") as folder:
        for name, path in laid:
            path.rename(folder.path / name)
        number = intake.hand_in(
            house,
            slug,
            folder.path,
            layouts=None,
            source=chosen,
            kind=kind,
            trigger="upload",
            dry_run=True,
            now=now,
            note=notes.append,
        )
    house.stores.control.audit.add(AuditRow(now, asking.who, "uploaded", slug, {"import": number, "files": len(laid)}))
    return number, tuple(notes)


def apply(house: House, asking: Viewer, slug: str, number: int, now: datetime) -> int:
    """Begin the import of the delivery that a dry run looked at; the import's number. Asked twice, it is the same import.

    Raises Misuse where there is no such dry run, where it has not ended well, where its files are gone, and before the set-up is approved.
    """
    store = house.stores.roster(slug)
    tried = _tried(house, slug, number)
    alike = Alike(tried.source, after=number, delivery=tried.delivery)
    if (already := store.imports.like(alike)) is not None:
        return already.number
    delivery = store.deliveries.get(tried.delivery or 0)
    if delivery.shredded_at is not None:
        raise Misuse(
            "The files of import {number} are not kept any more. Nothing was changed; upload them again.", number=str(number)
        )
    house.announce()
    begun, first = store.imports.begin_once(
        alike,
        source=tried.source,
        delivery=delivery.number,
        kind=tried.kind,
        trigger="upload",
        now=now,
        executor=house.executor.name,
    )
    if not first:  # another click was quicker just now
        return begun.number
    detail = {"import": begun.number, "dry_run": number, "delivery": delivery.number}
    house.stores.control.audit.add(AuditRow(now, asking.who, "upload-applied", slug, detail))
    return begun.number


def _chosen(house: House, asking: Viewer, slug: str, source: int | None) -> int:
    """The source that was named, else the first that reads files, else one for uploads, made for it. Raises Misuse."""
    mine = [reader.source.id for reader in readers(house, slug)]
    if source is not None and source not in mine:
        raise Misuse("Choose one of the sources of this district that read files.")
    return source or (mine[0] if mine else sources.add(house, slug, "upload", who=asking.who).source.id)


def _tried(house: House, slug: str, number: int) -> Import:
    """The dry run, which ended and can be done in earnest."""
    entry = house.stores.roster(slug).imports.get(number)
    if not entry.dry_run or entry.delivery is None:
        raise Misuse("Import {number} is no dry run of files, so there is nothing to import.", number=str(number))
    if entry.status == "running":
        raise Misuse("The dry run {number} has not ended yet. Wait for its report.", number=str(number))
    if entry.outcome == "failed":
        raise Misuse(
            "The dry run {number} failed, so these files would change nothing. Mend what its report says, and upload them again.",
            number=str(number),
        )
    if gate.closed(house, slug):
        raise Misuse("Files are only looked at until the first real sync is approved under Set-up. Nothing was changed.")
    return entry


def named(files: Sequence[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """The files with names under which they can lie in a folder. Raises Misuse."""
    if not files:
        raise Misuse("Choose the files first: one ZIP, or the files themselves.")
    found: dict[str, Path] = {}
    for given, path in files:
        name = given.replace("\\", "/").rpartition("/")[2].strip()
        if name in ("", ".", "..") or not name.isprintable() or len(name.encode("utf-8", "replace")) > NAME_BYTES:
            raise Misuse("One of the files has a name that cannot be used. Rename it on your disk, and choose it again.")
        if name in found:
            raise Misuse("Two of the files are called {name}. Choose each once, or put folders into one ZIP.", name=name)
        found[name] = path
    return list(found.items())


def reader(house: House, slug: str, source: Source) -> Reader:
    """What is read of the files of a source."""
    if source.layouts is None:
        return Reader(source, (), ())
    try:
        found = suited(known_set(source.layouts, Own(house, slug)), source)
    except Misuse:  # a folder that is gone: the import will say so, and nothing can be said before
        return Reader(source, (), ())
    required = _required(found)
    reads = dict.fromkeys((*required, *(layout.files[0] for layout in found.layouts if layout.files)))
    return Reader(source, tuple(reads), required)


def _required(found: LayoutSet) -> tuple[str, ...]:
    needed = [w for each in found.required for w in found.layouts if w.files and each in (w.table, w.name)]
    return tuple(dict.fromkeys(w.files[0] for w in needed))
