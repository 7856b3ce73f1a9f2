"""Every attempt of a district: what ran, when, how it ended, what it changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from math import ceil
from typing import Literal
from zoneinfo import ZoneInfo

from homeroom.desk.viewer import Viewer
from homeroom.roster.report import Outcome, Status
from homeroom.store.imports import Import, Sought
from homeroom.store.totals import Totals
from homeroom.sync import taking_up
from homeroom.sync.house import House
from homeroom.sync.single_records import SMALL

PAGE = 50
DAYS = 90
State = Literal["success", "row_issues", "failed", "waiting", "running", "dry_run"]
STATES: tuple[State, ...] = ("success", "row_issues", "failed", "waiting", "running", "dry_run")
_ENDED: dict[Outcome, State] = {"success": "success", "success_with_row_issues": "row_issues", "failed": "failed"}
_SOUGHT: dict[State, Sought] = {
    "success": Sought(outcome="success", dry_run=False),
    "row_issues": Sought(outcome="success_with_row_issues", dry_run=False),
    "failed": Sought(outcome="failed", dry_run=False),
    "waiting": Sought(status="waiting_for_approval", dry_run=False),
    "running": Sought(status="running"),
    "dry_run": Sought(dry_run=True),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which imports are asked for: None is any. Days are the district's, both included. `page` counts from 1."""

    state: State | None = None
    trigger: str | None = None
    source: int | None = None
    first: date | None = None
    last: date | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One import as a line. `reason` is a code. `totals`: None before there are any, and for those who see one school only.

    The `outcome` of a dry run says how it would have ended.
    """

    number: int
    state: State
    begun: datetime
    finished: datetime | None
    source: int | None
    source_name: str | None
    trigger: str
    dry_run: bool
    status: Status
    outcome: Outcome | None
    reason: str | None
    revision_before: int | None
    revision_after: int | None
    totals: Totals | None

    @property
    def seconds(self) -> float | None:
        """How long its walk took."""
        return self.totals.seconds if self.totals is not None else None


@dataclass(frozen=True, slots=True)
class Day:
    """The whole sets of one day, of the district's calendar: rows that were read, and minutes that their walks took."""

    day: date
    imports: int
    rows: int
    minutes: float


@dataclass(frozen=True, slots=True)
class ImportLog:
    """A page of the log. `days` are the last 90, the oldest first, with nothing for days without imports."""

    entries: tuple[Entry, ...]
    found: int
    page: int
    pages: int
    triggers: tuple[str, ...]
    sources: tuple[tuple[int, str], ...]
    days: tuple[Day, ...]


def import_log(house: House, viewer: Viewer, slug: str, wanted: Wanted | None = None, now: datetime | None = None) -> ImportLog:
    """A page of the district's imports, newest first. Raises Misuse for an unknown district."""
    asked, at = wanted or Wanted(), now or datetime.now(UTC)
    district = house.stores.control.districts.get(slug)
    taking_up.settle_interrupted(house, slug)
    store, zone = house.stores.roster(slug), ZoneInfo(district.timezone)
    sources = {s.id: s.name for s in house.stores.control.sources.of(slug)}
    sought = _sought(asked, zone)
    _, found = store.imports.search(sought, 0, 0)
    pages = max(ceil(found / PAGE), 1)
    page = min(max(asked.page, 1), pages)
    rows, _ = store.imports.search(sought, PAGE, (page - 1) * PAGE)
    past = store.imports.since(at - timedelta(days=DAYS), but=SMALL)
    return ImportLog(
        entries=tuple(entry(row, sources, viewer) for row in rows),
        found=found,
        page=page,
        pages=pages,
        triggers=tuple(sorted(store.imports.triggers())),
        sources=tuple(sources.items()),
        days=_days(past, at.astimezone(zone).date(), zone) if viewer.role != "school_viewer" else (),
    )


def newest(house: House, viewer: Viewer, slug: str, count: int) -> tuple[Entry, ...]:
    """The district's newest imports, for its overview."""
    sources = {s.id: s.name for s in house.stores.control.sources.of(slug)}
    return tuple(entry(row, sources, viewer) for row in house.stores.roster(slug).imports.last(count))


def entry(row: Import, sources: dict[int, str], viewer: Viewer) -> Entry:
    """An import's line, as the viewer may see it."""
    return Entry(
        number=row.number,
        state=state_of(row),
        begun=row.started_at,
        finished=row.finished_at,
        source=row.source,
        source_name=sources.get(row.source) if row.source is not None else None,
        trigger=row.trigger,
        dry_run=row.dry_run,
        status=row.status,
        outcome=row.outcome,
        reason=row.reason["code"] if row.reason else None,
        revision_before=row.revision_before,
        revision_after=row.revision_after,
        totals=row.totals if viewer.role != "school_viewer" else None,
    )


def state_of(row: Import) -> State:
    """The pill of an import."""
    if row.status == "running":
        return "running"
    if row.dry_run:
        return "dry_run"
    return _ENDED[row.outcome] if row.outcome is not None else "waiting"


def _sought(wanted: Wanted, zone: ZoneInfo) -> Sought:
    plain = sought_state(wanted.state)
    return Sought(
        status=plain.status,
        outcome=plain.outcome,
        dry_run=plain.dry_run,
        trigger=wanted.trigger,
        source=wanted.source,
        since=day_begins(wanted.first, zone) if wanted.first else None,
        until=next_day(wanted.last, zone) if wanted.last else None,
    )


def sought_state(state: State | None) -> Sought:
    """What is sought for a pill; None: any."""
    return _SOUGHT[state] if state is not None else Sought()


def day_begins(day: date, zone: tzinfo) -> datetime:
    """When a day begins there; of days at the ends of the calendar, where a zone leads out of it, the nearest that has a beginning."""
    near = min(max(day, date.min + timedelta(days=2)), date.max - timedelta(days=2))
    return datetime(near.year, near.month, near.day, tzinfo=zone)


def next_day(day: date, zone: tzinfo) -> datetime:
    """When the day after begins."""
    return day_begins(min(day, date.max - timedelta(days=3)) + timedelta(days=1), zone)


def _days(past: Sequence[Import], today: date, zone: ZoneInfo) -> tuple[Day, ...]:
    by_day: dict[date, list[Totals]] = defaultdict(list)
    for row in past:
        if row.totals is not None and not row.dry_run:
            by_day[row.started_at.astimezone(zone).date()].append(row.totals)
    days = [today - timedelta(days=n) for n in reversed(range(DAYS))]
    return tuple(
        Day(day, len(t := by_day.get(day, [])), sum(x.rows for x in t), sum(x.seconds or 0 for x in t) / 60) for day in days
    )
