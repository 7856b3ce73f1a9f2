"""One district: is its roster fresh, and does anything need somebody?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from homeroom.desk import import_log
from homeroom.desk.import_log import Entry
from homeroom.desk.needs import need
from homeroom.desk.readers import Reader, readers
from homeroom.desk.standing_now import Now, Whose, stands
from homeroom.desk.viewer import Viewer
from homeroom.roster.report import ImportReport
from homeroom.roster.words import Clock, Said, _, ngettext
from homeroom.store.history import Revision
from homeroom.store.roster import RosterStore
from homeroom.store.sessions import Support
from homeroom.store.sources import Source
from homeroom.sync.freshness import Freshness, freshness
from homeroom.sync.house import House
from homeroom.sync.source_settings import value
from homeroom.sync.standing import report_of
from homeroom.sync.summaries import summarise
from homeroom.systems.names import name_of

FIVE = 5
OLD = 48 * 3600
"""Seconds after which a roster without a deadline is called by its age."""


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that needs somebody. `with_whom`: whose move it is. `opens`: what its link leads to; `number` is an import or a source."""

    kind: Literal["waiting", "failed", "late", "setup", "row_issues", "schools", "not_connected"]
    title: Said
    about: tuple[Said, ...]
    with_whom: Whose
    since: datetime | None
    opens: Literal["hold", "import", "sources", "setup", "schools"]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are now, and what the last revision changed. None: it was the first, so there is nothing to compare with."""

    what: Literal["students", "staff", "classes", "enrollments"]
    active: int
    added: int | None
    removed: int | None


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source: does data arrive, from where, when is it due? `start` is a local time HH:MM, `days` are empty for every day."""

    source: Source
    fresh: Freshness
    start: str | None
    expected_by: str | None
    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Schools:
    """Own schools and schools of the SIS, as the last import saw them."""

    matched: int
    unmatched: int
    missing: int
    ignored: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The page. `schools` is None before anything was imported; `year` is the school year that runs now, `support` until when the
    vendor's staff may look inside (None: not at all)."""

    now: Now
    lead: Said
    matters: tuple[Matter, ...]
    counts: tuple[Count, ...]
    revision: Revision | None
    before: Revision | None
    imports: tuple[Entry, ...]
    sources: tuple[SourceLine, ...]
    system: str | None
    schools: Schools | None
    year: tuple[date, date] | None
    support: Support | None
    apps: tuple[Reader, ...]


def overview(house: House, viewer: Viewer, slug: str, now: datetime | None = None) -> Overview:
    """The district's page. Raises Misuse for an unknown district."""
    at, control = now or datetime.now(UTC), house.stores.control
    district = control.districts.get(slug)
    if (summary := control.summaries.get(slug)) is None or summary.standing is None:
        summarise(house, slug, at)
        summary = control.summaries.get(slug)
    store = house.stores.roster(slug)
    stood = stands(district, summary, viewer, at)
    report = _last_applied(store)
    lines = tuple(_source(house, source, at) for source in control.sources.current(slug))
    revisions = store.revisions(2)
    return Overview(
        now=stood,
        lead=_lead(stood, at),
        matters=tuple(_matters(stood, viewer, lines, report)),
        counts=_counts(store, summary.standing.people if summary and summary.standing else {}, revisions),
        revision=revisions[0] if revisions else None,
        before=revisions[1] if len(revisions) > 1 else None,
        imports=import_log.newest(house, viewer, slug, FIVE),
        sources=lines,
        system=name_of(stood.sis) if stood.sis is not None else None,
        schools=_schools(report) if report is not None else None,
        year=_year(store, at.astimezone(stood.zone).date()),
        support=control.support.of(slug, at),
        apps=readers(house, slug),
    )


def _last_applied(store: RosterStore) -> ImportReport | None:
    applied = (e for e in store.imports.last(50) if not e.dry_run and e.kind == "continuous" and e.status == "done")
    return report_of(store, next((e for e in applied if e.outcome != "failed"), None))


def _lead(stood: Now, at: datetime) -> Said:
    """One sentence: fresh, old, or not there yet."""
    if stood.district.leaves is not None:
        day = stood.district.leaves.astimezone(stood.zone).date()
        return _("To be deleted on {day}, with all that it has. Until then it is shut, and can be kept.", day=day)
    if stood.succeeded is None:
        if stood.setup is not None:
            return _("No roster yet: set-up, day {day} of {of}.", day=stood.setup.day, of=stood.setup.of)
        return _("No roster yet: nothing has been imported.")
    age, when = at - stood.succeeded, stood.succeeded
    if stood.chip == "waiting":
        return _("The roster is {age} old: the newest import waits for a decision. Last success {when}.", age=age, when=when)
    if stood.chip == "failed":
        return _("The roster is {age} old: the newest import failed. Last success {when}.", age=age, when=when)
    if stood.chip == "late" or stood.overdue:
        return _("The roster is {age} old: no newer files came. Last success {when}.", age=age, when=when)
    if stood.chip == "paused":
        return _paused(stood, when)
    if stood.met is not None:
        met = Clock(stood.met)
        return _("The roster is fresh: last success {when}, before the {deadline} deadline.", when=when, deadline=met)
    if age.total_seconds() > OLD:
        return _("The roster is {age} old: last success {when}. No deadline is set.", age=age, when=when)
    return _("The roster is fresh: last success {when}.", when=when)


def _paused(stood: Now, when: datetime) -> Said:
    if stood.paused_until is None:
        return _("Imports are paused. Last success {when}.", when=when)
    return _("Imports are paused until {day}. Last success {when}.", day=stood.paused_until, when=when)


def _matters(stood: Now, viewer: Viewer, lines: tuple[SourceLine, ...], report: ImportReport | None) -> list[Matter]:
    """What needs somebody: the state itself first, then rows to mend, schools to match, sources that nobody has used yet."""
    if stood.chip == "leaving":
        return []
    found = []
    if stood.chip in ("waiting", "failed", "late", "setup"):
        line = need(stood)
        title = _TITLES[stood.chip]
        found.append(Matter(stood.chip, title, line.about, stood.whose, line.since, line.opens, line.number))
    with_district: Whose = "you" if viewer.role == "administrator" else "district"
    if stood.issues and report is not None:
        refused = sum(f.refused for f in report.files)
        title = ngettext("{count} row refused", "{count} rows refused", refused)
        if not refused:
            title = ngettext("{count} value left empty or noted", "{count} values left empty or noted", stood.issues)
        about = (_("Last night's good version of each refused row stays in use."),) if refused else ()
        found.append(Matter("row_issues", title, about, with_district, report.finished_at, "import", report.number))
    if report is not None and (unmatched := _schools(report).unmatched):
        title = ngettext("{count} school to match", "{count} schools to match", unmatched)
        about = (_("Its people wait outside the roster until somebody says which school this is, or that it should be ignored."),)
        found.append(Matter("schools", title, about, "you", report.finished_at, "schools"))
    for line_ in lines:
        if line_.fresh.state == "not connected" and stood.chip != "setup":
            title = _("{name}: nothing has come yet", name=line_.source.name)
            found.append(Matter("not_connected", title, (), with_district, line_.source.created, "sources", line_.source.id))
    return found


_TITLES = {
    "waiting": _("An import waits for approval"),
    "failed": _("The last import failed"),
    "late": _("No files tonight"),
    "setup": _("The set-up goes on"),
}


def _counts(store: RosterStore, people: Mapping[str, int], revisions: list[Revision]) -> tuple[Count, ...]:
    if not revisions:
        return ()
    newest, active = revisions[0].number, store.counts()
    compared = len(revisions) > 1
    changed = store.tallied(newest) if compared else {}
    persons = store.tallied_people(newest) if compared and "users" in changed else {}

    def count(what: Literal["students", "staff", "classes", "enrollments"], n: int, verbs: Mapping[str, int]) -> Count:
        came = verbs.get("add", 0) + verbs.get("restore", 0)
        return Count(what, n, came if compared else None, verbs.get("remove", 0) if compared else None)

    return (
        count("students", people.get("student", 0), persons.get("student", {})),
        count("staff", people.get("staff", 0), persons.get("staff", {})),
        *(
            count(table, active[table].active if table in active else 0, changed.get(table, {}))
            for table in ("classes", "enrollments")
        ),
    )


def _source(house: House, source: Source, at: datetime) -> SourceLine:
    return SourceLine(
        source, freshness(house, source, at), source.start, value(source, "expected_by"), tuple(value(source, "days"))
    )


def _schools(report: ImportReport) -> Schools:
    states = [s.state for s in report.schools]
    ignored = sum(s.by != "unmatched" for s in report.skipped)
    return Schools(states.count("matched"), states.count("unmatched"), states.count("missing"), ignored)


def _year(store: RosterStore, today: date) -> tuple[date, date] | None:
    """The school year that today falls into, else the newest one, by the roster's academic sessions."""
    page = store.page("academicSessions", 500, status="active", columns=("type", "startDate", "endDate"))
    years = []
    for kind, start, end in page.rows:
        if kind == "schoolYear" and start and end:
            years.append((date.fromisoformat(str(start)), date.fromisoformat(str(end))))
    current = [y for y in years if y[0] <= today <= y[1]]
    return max(current or years, default=None)
