"""How a district stands, made from its own store: its state by its worst source, the nights, what is due, what probably is the matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from homeroom.roster.codes import codes
from homeroom.roster.report import ImportReport
from homeroom.store.districts import District
from homeroom.store.imports import Import
from homeroom.store.roster import RosterStore
from homeroom.store.sources import Source
from homeroom.store.summaries import NIGHTS, Attempt, Cause, Standing, State
from homeroom.sync import likely
from homeroom.sync.house import House
from homeroom.sync.nights import night_of
from homeroom.sync.schedule import last_at, next_at
from homeroom.sync.single_records import SMALL
from homeroom.sync.source_settings import value
from homeroom.sync.tuning import paused
from homeroom.systems.names import system_of

_MOMENT = timedelta(seconds=1)
_WORST: tuple[State, ...] = ("waiting", "failed", "late", "row_issues", "success", "paused", "new")
_LETTERS = {"success": "S", "success_with_row_issues": "I", "failed": "F"}
_RANK = "-SIHNF"
READ_BY_KIND = {"powerschool": "powerschool", "oneroster": "oneroster"}


@dataclass(frozen=True, slots=True)
class _Deadline:
    """The deadlines around now of one source: `due` is to come, `late` passed with nothing come since the one before it."""

    arrived: datetime | None
    counted_from: datetime | None
    due: datetime | None
    due_after: datetime | None
    late: datetime | None


@dataclass(frozen=True, slots=True)
class _OfSource:
    source: Source | None
    state: State
    since: datetime | None
    failures: int
    deadline: _Deadline
    newest: Import | None


def standing(house: House, district: District, now: datetime, people: Mapping[str, int]) -> Standing:
    """How a district stands at a moment. `people`: active users by kind, which cost more to count than all the rest."""
    store = house.stores.roster(district.slug)
    zone = ZoneInfo(district.timezone)
    tonight = night_of(now.astimezone(zone))
    log = store.imports.since(now - timedelta(days=NIGHTS + 2), but=SMALL)
    waiting = [e for e in store.imports.with_status("waiting_for_approval") if not e.dry_run]
    whole = _whole(log, SMALL) or _whole(store.imports.last(50), SMALL) or _whole(store.imports.last(50), ())
    sources = house.stores.control.sources.of(district.slug)
    each = [_of_source(store, s, whole, waiting, now, zone) for s in sources if s.enabled]
    worst = min(each, key=lambda s: (_WORST.index(s.state), s.deadline.due or now), default=None)
    applied = next((e for e in whole if e.status == "done" and e.outcome in ("success", "success_with_row_issues")), None)
    newest = worst.newest if worst is not None and worst.state in ("waiting", "failed") else next(iter(whole), None)
    report = report_of(store, newest)
    state = worst.state if worst is not None else _bare_state(newest)
    return Standing(
        state=state,
        nights=_nights(sources, whole, now, zone, tonight),
        nights_to=tonight,
        since=worst.since if worst is not None else None,
        attempt=_attempt(newest, report),
        succeeded=applied.finished_at if applied is not None else None,
        failures=worst.failures if worst is not None else 0,
        held=waiting[0].number if waiting else None,
        cause=_cause(store, state, newest, report),
        removed=likely.people_removed(report) if state == "waiting" and report is not None else 0,
        arrived=worst.deadline.arrived if worst is not None else None,
        counted_from=worst.deadline.counted_from if worst is not None else None,
        due=worst.deadline.due if worst is not None else None,
        due_after=worst.deadline.due_after if worst is not None else None,
        late=worst.deadline.late if worst is not None else None,
        paused_until=_paused_until(sources, now.astimezone(zone)) if state == "paused" else None,
        issues=open_issues(store, applied),
        people=dict(people),
        sis=_sis(sources, report_of(store, applied)),
    )


def _whole(log: Sequence[Import], but: Sequence[str]) -> list[Import]:
    """What sources sent as a night's set: a single record by day says nothing of whether the nights come, nor does a rollback."""
    return [e for e in log if e.trigger not in but and not e.dry_run and e.kind != "rollback"]


def report_of(store: RosterStore, entry: Import | None) -> ImportReport | None:
    """The report of an import, if there is one yet."""
    known = store.imports.report(entry.number) if entry is not None else None
    return ImportReport.from_json(known) if known is not None else None


def open_issues(store: RosterStore, applied: Import | None) -> int:
    """Rows that the last import that was applied found something about that somebody should mend."""
    if applied is None:
        return 0
    declared = codes()
    return sum(n for code, n in store.issues.counts(applied.number).items() if code in declared and declared[code].is_row_issue)


def again(sources: Sequence[Source], found: Standing, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When a district's row changes by itself: at its next deadline, and at midnight where a pause may begin or end."""
    moments = [found.due + _MOMENT] if found.due is not None else []
    if any(value(s, "pause") for s in sources if s.enabled):
        moments.append(next_at("00:00", (), now, zone))
    return min(moments, default=None)


def _of_source(
    store: RosterStore, source: Source, whole: Sequence[Import], waiting: Sequence[Import], now: datetime, zone: ZoneInfo
) -> _OfSource:
    mine = [e for e in whole if e.source == source.id]
    held = next((e for e in waiting if e.source == source.id), None)
    ended = [e for e in mine if e.status in ("done", "rejected")]
    failed = list(takewhile(lambda e: e.outcome == "failed", ended))
    deadline = _deadline(store, source, now, zone)
    newest = next(iter(mine), None)
    if held is not None:
        return _OfSource(source, "waiting", held.started_at, len(failed), deadline, held)
    if paused(source, now.astimezone(zone)):
        return _OfSource(source, "paused", None, len(failed), deadline, newest)
    if failed:
        return _OfSource(source, "failed", failed[-1].started_at, len(failed), deadline, failed[0])
    if deadline.late is not None:
        return _OfSource(source, "late", deadline.late, 0, deadline, newest)
    return _OfSource(source, _bare_state(next(iter(ended), None)), None, 0, deadline, newest)


def _bare_state(entry: Import | None) -> State:
    if entry is None or entry.outcome is None:
        return "new"
    return "failed" if entry.outcome == "failed" else "row_issues" if entry.outcome == "success_with_row_issues" else "success"


def _deadline(store: RosterStore, source: Source, now: datetime, zone: ZoneInfo) -> _Deadline:
    newest = next(iter(store.deliveries.last(1, source=source.id, but=SMALL)), None)
    arrived = newest.sealed_at if newest is not None else None
    by, days = value(source, "expected_by"), value(source, "days")
    if by is None or not source.enabled or paused(source, now.astimezone(zone)):
        return _Deadline(arrived, None, None, None, None)
    due, last = next_at(by, days, now, zone), last_at(by, days, now, zone)
    after = next_at(by, days, due, zone)
    counted_from = max(last, source.created)
    if last <= source.created:
        return _Deadline(arrived, counted_from, due, after, None)
    before = max(last_at(by, days, last - _MOMENT, zone), source.created)
    late = last if arrived is None or arrived <= before else None
    return _Deadline(arrived, counted_from, due, after, late)


def _attempt(entry: Import | None, report: ImportReport | None) -> Attempt | None:
    if entry is None:
        return None
    return Attempt(
        number=entry.number,
        source=entry.source,
        trigger=entry.trigger,
        status=entry.status,
        outcome=entry.outcome,
        reason=entry.reason["code"] if entry.reason else None,
        begun=entry.started_at,
        finished=entry.finished_at,
        seconds=report.seconds if report is not None else None,
    )


def _cause(store: RosterStore, state: State, entry: Import | None, report: ImportReport | None) -> Cause | None:
    if state == "failed" and entry is not None and entry.reason is not None:
        return Cause(entry.reason["code"], {"message": entry.reason["message"]})
    if state != "waiting" or report is None or entry is None:
        return None
    return likely.cause(report, likely.usual_rows(store, entry))


def _nights(sources: Sequence[Source], whole: Sequence[Import], now: datetime, zone: ZoneInfo, tonight: date) -> str:
    """A letter a night, of the last import of each source in it; the worst where several sources have one."""
    letters = ["-"] * NIGHTS
    seen: set[tuple[int | None, int]] = set()
    for entry in whole:  # the newest first: it says how the night ended
        back = (tonight - night_of(entry.started_at.astimezone(zone))).days
        if 0 <= back < NIGHTS and (entry.source, back) not in seen and (letter := _letter(entry)) is not None:
            seen.add((entry.source, back))
            letters[-1 - back] = max(letters[-1 - back], letter, key=_RANK.index)
    for source in sources:
        for back in _empty_nights(source, seen, now, zone, tonight):
            letters[-1 - back] = max(letters[-1 - back], "N", key=_RANK.index)
    return "".join(letters)


def _letter(entry: Import) -> str | None:
    if entry.status == "waiting_for_approval":
        return "H"
    return _LETTERS[entry.outcome] if entry.outcome is not None else None


def _empty_nights(source: Source, seen: set[tuple[int | None, int]], now: datetime, zone: ZoneInfo, tonight: date) -> list[int]:
    """How many nights ago a deadline of the source passed in a night without any import of it."""
    by, days = value(source, "expected_by"), value(source, "days")
    if by is None or not source.enabled or paused(source, now.astimezone(zone)):
        return []
    found = []
    moment = max(source.created, now - timedelta(days=NIGHTS))
    while (moment := next_at(by, days, moment, zone)) <= now:
        back = (tonight - night_of(moment.astimezone(zone))).days
        if 0 <= back < NIGHTS and (source.id, back) not in seen:
            found.append(back)
    return found


def _paused_until(sources: Sequence[Source], local: datetime) -> date | None:
    """The first day on which something arrives again; None where no day of the coming year is one."""
    on = [s for s in sources if s.enabled]
    days = (local + timedelta(days=n) for n in range(1, 367))
    return next((day.date() for day in days if not all(paused(s, day) for s in on)), None)


def system_of_source(house: House, slug: str, report: ImportReport | None) -> str | None:
    """The folder of the student information system that an import's data came from, as far as it is known."""
    sources = house.stores.control.sources.of(slug)
    mine = [s for s in sources if report is not None and s.id == report.source]
    return _sis(mine or sources, report)


def _sis(sources: Sequence[Source], report: ImportReport | None) -> str | None:
    """The folder of the system that the data come from: by what read them last, else by what the sources say."""
    named = [report.layouts.set] if report is not None and report.layouts is not None else []
    for source in sources:
        named += [source.layouts] if source.layouts is not None else []
    found = [system for name in named if (system := system_of(name)) is not None]
    return next(iter(found), None) or next((READ_BY_KIND[s.kind] for s in sources if s.kind in READ_BY_KIND), None)
