"""Schools: the numbers in the SIS and the schools here, with what holds for each today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from homeroom.desk import layout_use
from homeroom.desk.viewer import Viewer
from homeroom.roster.faults import Misuse
from homeroom.roster.report import ImportReport, SkippedReport
from homeroom.store.sources import Source
from homeroom.sync import schools, sources
from homeroom.sync.house import House
from homeroom.sync.schools import SchoolTold
from homeroom.sync.source_settings import value

State = Literal["matched", "missing", "unmatched", "sis-only", "taken"]


@dataclass(frozen=True, slots=True)
class Ignored:
    """Why a school is not read: `by` is the kind of rule (`column`, `list`, `formula`, `unmatched`, `parent`), `rule` in its own words.

    `rows`: rows that were left out for it last time.
    """

    by: str
    rule: str
    rows: int


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """One school: number in the SIS -> school here. `taken`: no school was declared here, so every school of the SIS is taken as it is.

    `suggested` is the id of the other side that may be meant. Counts are of the roster; None where the roster has nothing of it.
    """

    state: State
    sis: str | None
    sis_name: str | None
    own: str | None
    own_name: str | None
    suggested: str | None
    suggested_name: str | None
    why: str | None
    students: int | None
    staff: int | None
    classes: int | None
    ignored: Ignored | None
    listed: bool
    """Whether a source's list names it as ignored."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one source says about schools that step out."""

    source: Source
    listed: tuple[str, ...]
    formula: str | None
    column: str


@dataclass(frozen=True, slots=True)
class SchoolsPage:
    """The page. `open_own` are schools here that wait for a number, `open_sis` numbers that wait for a school."""

    lines: tuple[SchoolLine, ...]
    rules: tuple[Rules, ...]
    declared: int
    waiting: int
    """Numbers of the SIS that nobody has matched, nor told to ignore."""
    open_own: tuple[tuple[str, str], ...]
    open_sis: tuple[tuple[str, str | None], ...]
    read: datetime | None
    """When the last import told its schools."""


def schools_page(house: House, slug: str) -> SchoolsPage:
    """The district's schools. Raises Misuse for an unknown district."""
    told, counts = schools.listed(house, slug), house.stores.roster(slug).by_school()
    last = next((r for _, r in layout_use.reports(house, slug) if r.outcome != "failed" and not r.dry_run), None)
    skipped = {s.school: s for s in last.skipped} if last is not None else {}
    rules = tuple(_rules(source) for source in house.stores.control.sources.current(slug))
    listed = {entry.split()[0] for rule in rules for entry in rule.listed}
    declared = sum(t.own is not None for t in told)
    names = {t.own: t.own_name for t in told if t.own} | {t.sis: t.sis_name for t in told if t.sis}
    lines = tuple(_line(t, counts, skipped, listed, names, declared) for t in _each_once(told))
    return SchoolsPage(
        lines=lines,
        rules=rules,
        declared=declared,
        waiting=sum(
            line.state == "sis-only" and not line.listed and (line.ignored is None or line.ignored.by == "unmatched")
            for line in lines
        ),
        open_own=tuple((t.own, t.own_name or "") for t in told if t.own is not None and t.state != "matched"),
        open_sis=tuple((t.sis, t.sis_name) for t in told if t.sis is not None and t.state == "sis-only"),
        read=_read(last),
    )


def match(house: House, viewer: Viewer, slug: str, own: str, sis: str | None) -> None:
    """Say which number of the SIS a school here has; None takes it back. Raises Misuse."""
    schools.match(house, slug, own, sis, who=viewer.who)


def declare(house: House, viewer: Viewer, slug: str, own: str, name: str, sis: str | None) -> None:
    """Declare a school here, matched at once where its number is given. Raises Misuse."""
    schools.add(house, slug, own, name, sis, who=viewer.who)


def remove(house: House, viewer: Viewer, slug: str, own: str) -> None:
    """Take a school here back. Raises Misuse."""
    schools.remove(house, slug, own, who=viewer.who)


def ignore(house: House, viewer: Viewer, slug: str, sis: str) -> None:
    """Put a school of the SIS on the list of every source: it is neither read nor removed. Raises Misuse."""
    if not sis or any(c.isspace() for c in sis):
        raise Misuse("A school is named by its number, without spaces.")
    _list_it(house, viewer, slug, sis, [sis])


def read_again(house: House, viewer: Viewer, slug: str, sis: str) -> None:
    """Take a school of the SIS off every list."""
    _list_it(house, viewer, slug, sis, [])


def _list_it(house: House, viewer: Viewer, slug: str, sis: str, entries: list[str]) -> None:
    for source in house.stores.control.sources.current(slug):
        before = [str(entry) for entry in value(source, "ignore_schools")]
        after = [entry for entry in before if entry.split()[0] != sis] + entries
        if before != after:
            sources.change(house, slug, source.id, {"ignore_schools": after}, who=viewer.who)


def _rules(source: Source) -> Rules:
    listed = tuple(str(entry) for entry in value(source, "ignore_schools"))
    return Rules(source, listed, value(source, "ignore_schools_when"), str(value(source, "ignore_column")))


def _each_once(told: list[SchoolTold]) -> Iterator[SchoolTold]:
    """Those that wait first: that is what somebody came for."""
    order = {"sis-only": 0, "missing": 1, "unmatched": 2, "matched": 3}
    yield from sorted(told, key=lambda t: (order[t.state], t.sis or "", t.own or ""))


def _line(
    told: SchoolTold,
    counts: dict[str, dict[str, int]],
    skipped: dict[str, SkippedReport],
    listed: set[str],
    names: dict[str, str | None],
    declared: int,
) -> SchoolLine:
    have = counts.get(told.sis or "")
    out = skipped.get(told.sis or "")
    return SchoolLine(
        state="taken" if told.state == "sis-only" and not declared else told.state,
        sis=told.sis,
        sis_name=told.sis_name,
        own=told.own,
        own_name=told.own_name,
        suggested=told.suggested,
        suggested_name=names.get(told.suggested) if told.suggested else None,
        why=told.why,
        students=have.get("student", 0) if have else None,
        staff=have.get("staff", 0) if have else None,
        classes=have.get("classes", 0) if have else None,
        ignored=Ignored(out.by, out.rule, sum(out.rows.values())) if out is not None else None,
        listed=told.sis in listed,
    )


def _read(last: ImportReport | None) -> datetime | None:
    return last.finished_at if last is not None else None
