"""One import: what happened, what became of every file, what somebody should mend, what changed, who was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from homeroom.desk import telling
from homeroom.desk.causes import Filter, IssueCause, causes
from homeroom.desk.import_log import Entry, entry
from homeroom.desk.readers import readers
from homeroom.desk.report_lead import Lead, lead
from homeroom.desk.sight import Sight, sight
from homeroom.desk.steps import ALIKE, Progress, Step, progress, steps_now, steps_told
from homeroom.desk.telling import Told
from homeroom.desk.viewer import Viewer
from homeroom.roster.codes import code, codes
from homeroom.roster.report import FileReport, ImportReport, TableReport
from homeroom.store.deliveries import Delivery
from homeroom.store.imports import Import
from homeroom.store.roster import RosterStore
from homeroom.store.totals import Totals
from homeroom.sync import imports
from homeroom.sync.house import House
from homeroom.sync.standing import system_of_source

NIGHTS = 30
ANSWERING = ("powerschool", "oneroster")
"""Kinds of sources that are asked and have no files of their own."""
Face = Literal["running", "held", "report"]


@dataclass(frozen=True, slots=True)
class Mended:
    """A repair in words, and how often it was made in the file."""

    code: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file. Its `report` adds up: rows = accepted + refused + ignored. `original`: its place among the delivery's files, where
    the sealed original may still be had; `size` its bytes."""

    report: FileReport
    repairs: tuple[Mended, ...]
    size: int | None
    original: int | None


@dataclass(frozen=True, slots=True)
class Packed:
    """An archive as it came, while it is kept: its members are files of the report, and have no original of their own."""

    name: str
    size: int
    original: int


@dataclass(frozen=True, slots=True)
class Sums:
    """All files together, each counted once. `rows` = `accepted` + `refused` + `ignored`."""

    rows: int
    accepted: int
    refused: int
    ignored: int


@dataclass(frozen=True, slots=True)
class TrendLine:
    """One code over the last imports: how many rows it concerned in each, the oldest first."""

    code: str
    title: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ImportPage:
    """The page. Of a school viewer's page only `causes` (those of own schools), `entry`, `lead` and `steps` are filled.

    `rows_twice`: how many of the causes' refused rows stand in more than one of them: causes - `rows_twice` = refused rows of
    `sums`. `trend_of` are the numbers of the imports behind the trend. `keeps_until`: when the originals are destroyed.
    `written_down`: nobody made the files; Homeroom wrote into them what another system answered.
    """

    face: Face
    entry: Entry
    lead: Lead
    steps: tuple[Step, ...]
    progress: Progress | None
    delivery: Delivery | None
    files: tuple[FileLine, ...]
    packed: tuple[Packed, ...]
    sums: Sums | None
    causes: tuple[IssueCause, ...]
    rows_twice: int
    values_shown: bool
    compared_with: int | None
    trend: tuple[TrendLine, ...]
    trend_of: tuple[int, ...]
    tables: Mapping[str, TableReport]
    schools: tuple[tuple[str, str], ...]
    told: tuple[Told, ...]
    keeps_until: datetime | None
    written_down: bool
    report: ImportReport | None


def import_page(
    house: House, viewer: Viewer, slug: str, number: int, asked: Filter | None = None, now: datetime | None = None
) -> ImportPage:
    """One import as this person may see it. Raises Misuse for an unknown district or number."""
    at, seen = now or datetime.now(UTC), sight(house, viewer, slug, now or datetime.now(UTC))
    report = imports.report(house, slug, number)
    store = house.stores.roster(slug)
    row = store.imports.get(number)
    delivery = store.deliveries.get(row.delivery) if row.delivery is not None else None
    before = _before(store, row)
    system = system_of_source(house, slug, report)
    found = causes(store, number, seen, asked or Filter(), before.number if before is not None else None, system)
    every = found if asked is None else causes(store, number, seen, Filter(), None, system)
    running = row.status == "running"
    past = _alike(store, row)
    nights = past[:NIGHTS][::-1] if seen.whole else []
    sums = _sums(report) if seen.whole else None
    return ImportPage(
        face="running" if running else "held" if row.status == "waiting_for_approval" else "report",
        entry=entry(row, {s.id: s.name for s in house.stores.control.sources.of(slug)}, viewer),
        lead=lead(store, report, row, seen),
        steps=steps_now(row, delivery) if running else steps_told(report, row, delivery, readers(house, slug)),
        progress=progress(house, row, [e.totals for e in past[:ALIKE] if e.totals is not None], at) if running else None,
        delivery=delivery,
        files=_files(report, delivery) if seen.whole else (),
        packed=_packed(report, delivery) if seen.whole and delivery is not None else (),
        sums=sums,
        causes=found,
        rows_twice=max(sum(c.rows for c in every if c.kind == "refused") - sums.refused, 0) if sums is not None else 0,
        values_shown=seen.values,
        compared_with=before.number if before is not None else None,
        trend=_trend(nights),
        trend_of=tuple(e.number for e in nights),
        tables=report.tables if seen.whole else {},
        schools=_schools(store, seen),
        told=tuple(telling.told_of(house, slug, number)) if seen.whole else (),
        keeps_until=delivery.expires_at if delivery is not None and delivery.shredded_at is None and seen.whole else None,
        written_down=_written_down(house, slug, row),
        report=report if seen.whole else None,
    )


def live(
    house: House, viewer: Viewer, slug: str, number: int, now: datetime | None = None
) -> tuple[Progress | None, tuple[Step, ...]]:
    """How far a running import is, and its steps: what the page asks for once a second. None when it runs no more."""
    store, at = house.stores.roster(slug), now or datetime.now(UTC)
    row = store.imports.get(number)
    delivery = store.deliveries.get(row.delivery) if row.delivery is not None else None
    if row.status != "running":
        return None, steps_told(imports.report(house, slug, number), row, delivery, readers(house, slug))
    alike = [e.totals for e in _alike(store, row)[:ALIKE] if e.totals is not None]
    return progress(house, row, alike, at), steps_now(row, delivery)


def _alike(store: RosterStore, row: Import) -> list[Import]:
    """The imports of the same source and kind up to this one that were applied, newest first."""
    past = store.imports.last(2 * NIGHTS, before=row.number + 1, source=row.source)
    applied = ("success", "success_with_row_issues")
    return [e for e in past if e.status == "done" and e.outcome in applied and not e.dry_run and e.kind == row.kind]


def _written_down(house: House, slug: str, row: Import) -> bool:
    kind = next((each.kind for each in house.stores.control.sources.of(slug) if each.id == row.source), None)
    return kind in ANSWERING


def _before(store: RosterStore, row: Import) -> Import | None:
    return next((e for e in _alike(store, row) if e.number < row.number), None)


def _files(report: ImportReport, delivery: Delivery | None) -> tuple[FileLine, ...]:
    raw = {f.name: (place, f.size) for place, f in enumerate(delivery.files)} if delivery is not None else {}
    kept = delivery is not None and delivery.shredded_at is None
    lines = []
    for each in report.files:
        place, size = raw.get(each.name, (None, None))
        repairs = tuple(Mended(r.code, code(r.code).title if r.code in codes() else r.code, r.count) for r in each.repairs)
        lines.append(FileLine(each, repairs, size, place if kept else None))
    return tuple(lines)


def _packed(report: ImportReport, delivery: Delivery) -> tuple[Packed, ...]:
    """What came and is no file of the report by its name. Empty once the originals are gone."""
    named = {each.name for each in report.files} if delivery.shredded_at is None else {f.name for f in delivery.files}
    return tuple(Packed(f.name, f.size, place) for place, f in enumerate(delivery.files) if f.name not in named)


def _sums(report: ImportReport) -> Sums:
    files = report.files
    return Sums(*(sum(getattr(f, name) for f in files) for name in ("rows", "accepted", "refused", "ignored")))


def _trend(nights: list[Import]) -> tuple[TrendLine, ...]:
    """One line per code that any of the imports found something of that is more than a repair, the most rows of the newest first."""
    counted = [(e.totals or Totals()).codes for e in nights]
    known = {c for each in counted for c in each if c in codes() and codes()[c].is_row_issue}
    lines = [TrendLine(c, code(c).title, tuple(each.get(c, 0) for each in counted)) for c in sorted(known)]
    return tuple(sorted(lines, key=lambda line: -line.counts[-1]))


def _schools(store: RosterStore, seen: Sight) -> tuple[tuple[str, str], ...]:
    """The schools by which issues may be filtered: sourcedId and name."""
    page = store.page("orgs", 2000, status="active", columns=("sourcedId", "name", "type"))
    found = [(str(id), str(name or id)) for id, name, kind in page.rows if kind == "school" or seen.schools is not None]
    return tuple(pair for pair in sorted(found, key=lambda p: p[1].casefold()) if seen.schools is None or pair[0] in seen.schools)
