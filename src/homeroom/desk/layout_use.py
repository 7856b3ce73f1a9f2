"""The layout sets of a district: which source is read by which, its own sets, and the imports that used each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from homeroom.layouts.layout import Layout
from homeroom.layouts.sets import LayoutSet
from homeroom.roster.codes import anew
from homeroom.roster.faults import Misuse
from homeroom.roster.report import FileReport, ImportReport
from homeroom.roster.words import Said
from homeroom.store.imports import Import
from homeroom.store.layout_versions import LayoutVersion
from homeroom.store.sources import Source
from homeroom.sync.house import House
from homeroom.sync.layouts import Own, known_set
from homeroom.sync.standing import report_of
from homeroom.systems import SETS

Report = tuple[Import, ImportReport]
"""An import and what it told."""
LOOKED_BACK = 12
"""Imports whose reports are looked at."""


@dataclass(frozen=True, slots=True)
class Used:
    """One import that read files by a set, or a layout: `rows`, `refused` are those of its files. `state` is the pill's word."""

    number: int
    at: datetime
    state: str
    rows: int
    refused: int
    why: Said | None
    """Where nothing was taken: the reason, a sentence."""


@dataclass(frozen=True, slots=True)
class LayoutLine:
    """One layout in a list. `kind` is continuous or change_notification; `last`: the newest import whose files it read."""

    name: str
    short: str
    table: str
    kind: str
    files: tuple[str, ...]
    last: Used | None


@dataclass(frozen=True, slots=True)
class InUse:
    """A source and the set that reads its files. `set` is None where nothing was read yet; `named`: somebody chose it, else it was
    found by the files. `own`: it is one of the district's own; `broken`: why it cannot be read any more."""

    source: Source
    set: str | None
    title: str
    named: bool
    own: bool
    version: int | None
    layouts: tuple[LayoutLine, ...] = ()
    broken: Said | None = None


@dataclass(frozen=True, slots=True)
class OwnSet:
    """One of the district's own sets: its newest version, and the sources that are read by it."""

    newest: LayoutVersion
    sources: tuple[str, ...]


def reports(house: House, slug: str) -> tuple[Report, ...]:
    """The newest imports that were walked, with their reports, newest first."""
    store = house.stores.roster(slug)
    told = ((entry, report_of(store, entry)) for entry in store.imports.last(LOOKED_BACK) if entry.kind == "continuous")
    return tuple((entry, report) for entry, report in told if report is not None)


def in_use(house: House, slug: str) -> tuple[InUse, ...]:
    """Every source of the district and what it is read by."""
    told = reports(house, slug)
    return tuple(_of_source(house, slug, source, told) for source in house.stores.control.sources.current(slug))


def own_sets(house: House, slug: str) -> tuple[OwnSet, ...]:
    """The district's own sets, newest versions."""
    control = house.stores.control
    sources = control.sources.of(slug)
    newest = (control.layouts.newest(slug, name) for name in control.layouts.names(slug))
    return tuple(
        OwnSet(saved, tuple(s.name for s in sources if plain(s.layouts) == saved.name)) for saved in newest if saved is not None
    )


def used_set(house: House, slug: str, source: Source) -> str | None:
    """The name of the set that reads a source's files: the one it names, else the one that read them last."""
    return source.layouts or next(
        (r.layouts.set for _, r in reports(house, slug) if r.source == source.id and r.layouts is not None), None
    )


def read_set(house: House, slug: str, name: str) -> LayoutSet:
    """A set that ships or that the district saved; never a folder of this machine. Raises Misuse."""
    own = Own(house, slug)
    if name not in SETS and own.version(name) is None:
        raise Misuse("This set is not kept here: it may be a folder of the server. Save it as an own set to see it here.")
    return known_set(name, own)


def log(told: tuple[Report, ...], name: str, layout: str | None = None) -> tuple[Used, ...]:
    """The imports among `told` that read files by a set, or by one layout of it."""
    found = (_used(entry, report, name, layout) for entry, report in told)
    return tuple(each for each in found if each is not None)


def plain(name: str | None) -> str | None:
    """A set's name without the number of a version (`ours@2`)."""
    head, at, number = (name or "").rpartition("@")
    return head if at and number.isdigit() else name


def short(name: str) -> str:
    """A layout's name without its set's."""
    return name.rpartition("/")[2]


def listed(found: LayoutSet, told: tuple[Report, ...], name: str) -> tuple[LayoutLine, ...]:
    """The layouts of a set as lines."""
    return tuple(_line(layout, log(told, name, layout.name)) for layout in found.layouts)


def _line(layout: Layout, used: tuple[Used, ...]) -> LayoutLine:
    return LayoutLine(layout.name, short(layout.name), layout.table, layout.kind, layout.files, used[0] if used else None)


def _of_source(house: House, slug: str, source: Source, told: tuple[Report, ...]) -> InUse:
    mine = tuple((entry, report) for entry, report in told if report.source == source.id)
    name = used_set(house, slug, source)
    if name is None:
        return InUse(source, None, "", named=False, own=False, version=None)
    own = name not in SETS
    try:
        found = read_set(house, slug, name)
    except Misuse as fault:
        return InUse(source, name, "", named=source.layouts is not None, own=own, version=None, broken=fault.said)
    lines = tuple(line for line in listed(found, mine, found.name) if own or line.last is not None)
    return InUse(
        source, found.name, found.title, source.layouts is not None, own, found.number, lines or listed(found, mine, found.name)
    )


def _used(entry: Import, report: ImportReport, name: str, layout: str | None) -> Used | None:
    if report.layouts is None or report.layouts.set != name:
        return None
    files: list[FileReport] = [f for f in report.files if layout is None or f.layout == layout]
    if layout is not None and not files:
        return None
    state = "dry_run" if entry.dry_run else entry.outcome if entry.status == "done" and entry.outcome else entry.status
    return Used(
        number=entry.number,
        at=entry.finished_at or entry.started_at,
        state=str(state),
        rows=sum(f.rows for f in files),
        refused=sum(f.refused for f in files),
        why=anew(report.reason.code, report.reason.message) if report.reason is not None and report.outcome == "failed" else None,
    )
