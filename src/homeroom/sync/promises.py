"""What must come before a pushed set is whole: the files that its layout set requires and those that its manifest promises.

A manifest is believed as soon as it lies in the folder, closed: from then on the set waits for what it promises, however long
the sender pauses. Before it has come nobody can know of it, but a source whose last set had one will hardly send without: its
manifest is waited for too, and not missed when the time is over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from homeroom.deliveries.incoming import Arrived
from homeroom.layouts import manifest, patterns
from homeroom.layouts.sets import LayoutSet
from homeroom.reading.inspect import inspect
from homeroom.roster.catalogue import catalogue
from homeroom.roster.faults import Fault
from homeroom.store.sources import Source
from homeroom.sync.house import House
from homeroom.sync.layouts import Own, known_set
from homeroom.workbench.values import SourceFile


@dataclass(frozen=True, slots=True)
class Promises:
    """Names of files: those that must come, and those that are only waited for. `known_as`: what else each may be called."""

    required: tuple[str, ...] = ()
    hoped: tuple[str, ...] = ()
    known_as: dict[str, re.Pattern[str]] = field(default_factory=dict)


def promises(house: House, source: Source, here: Sequence[Arrived]) -> Promises:
    """What the set that grows in a source's folder needs. `here` are the files that lie there now."""
    layouts = _set(house, source)
    tables = list(layouts.required) if layouts is not None else []
    hoped: tuple[str, ...] = ()
    if layouts is None or layouts.manifest:
        sheet = next((f for f in here if _is_manifest(f)), None)
        if sheet is None:
            hoped = (manifest.NAME,) if _had_manifest(house, source) else ()
        elif not sheet.unfinished:
            tables += [t for t in _promised(sheet.path, sheet.state) if t not in tables]
        else:
            hoped = (manifest.NAME,)
    names = {(layouts.file_of(t) if layouts else catalogue()[t].file): _spellings(layouts, t) for t in tables}
    if layouts is not None:
        names |= layouts.needed_joins()
    return Promises(tuple(names), hoped, {name: _any_of(spelled) for name, spelled in names.items()})


def _set(house: House, source: Source) -> LayoutSet | None:
    """The set that is named for a source; None without one, or where it cannot be read: its import will tell."""
    if source.layouts is None:
        return None
    try:
        return known_set(source.layouts, Own(house, source.district))
    except Fault:
        return None


def _is_manifest(file: Arrived) -> bool:
    return not file.temporary and patterns.base_name(file.name).casefold() == manifest.NAME


def _had_manifest(house: House, source: Source) -> bool:
    """Whether the last set that was pushed to this source had a manifest beside its files."""
    last = house.stores.roster(source.district).deliveries.last(1, source=source.id)
    return any(patterns.base_name(f.name).casefold() == manifest.NAME for d in last for f in d.files)


@lru_cache(maxsize=1024)
def _promised(path: Path, state: object) -> tuple[str, ...]:
    """The tables that a manifest in a certain state promises, remembered: folders are looked at every second.

    One that cannot be read promises nothing here; its import tells why.
    """
    del state
    try:
        size = path.stat().st_size
        if size > manifest.LARGEST:
            return ()
        return manifest.read(inspect(SourceFile(0, path.name, path, size))).promised
    except (Fault, FileNotFoundError):
        return ()


def _spellings(layouts: LayoutSet | None, word: str) -> tuple[str, ...]:
    """Patterns of the names under which the file of a table, or of one layout, may come."""
    if layouts is None:
        return patterns.usual_names(catalogue()[word].file)
    return tuple(p for layout in layouts.layouts if word in (layout.table, layout.name) for p in layout.files)


def _any_of(spelled: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{patterns.compiled(p).pattern})" for p in spelled), re.IGNORECASE | re.DOTALL)
