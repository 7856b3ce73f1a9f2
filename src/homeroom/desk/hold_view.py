"""An import that waits: what it would do to each school, what probably is behind it, who would notice, and what a person decides about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from homeroom.desk.deciding import What, newer, to_type
from homeroom.desk.likely_words import told
from homeroom.desk.sight import sight
from homeroom.desk.steps import Step, steps_told
from homeroom.desk.viewer import Viewer
from homeroom.roster.faults import Misuse
from homeroom.roster.report import ImportReport, LimitReport, SchoolPlan, TableReport
from homeroom.roster.words import Said, _, ngettext
from homeroom.store.roster import RosterStore
from homeroom.store.summaries import Cause
from homeroom.sync import imports, likely
from homeroom.sync.house import House
from homeroom.sync.standing import system_of_source
from homeroom.systems.remedies import remedy

FOLDED_FROM = 12
"""More schools than that, and those with normal numbers are folded into one line."""
MOST_ORGS = 10_000
TABLES = ("users", "classes", "enrollments")
"""What is shown of each school. Other tables stand in the whole plan."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Records of one table that would be removed, of those that there are. `limit`: what is allowed, where that many are over it."""

    table: str
    removed: int
    of: int
    limit: int | None

    @property
    def over(self) -> bool:
        """Whether it is over its limit."""
        return self.limit is not None


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """One school: what it would lose. `share` of all its rows in these tables; `empty`: it would lose all of them."""

    school: str
    name: str
    number: str | None
    cells: tuple[Cell, ...]
    share: float
    empty: bool

    @property
    def over(self) -> bool:
        """Whether any of its numbers is over a limit."""
        return any(cell.over for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Noticing:
    """An app that would see the change."""

    name: str


@dataclass(frozen=True, slots=True)
class LikelyCause:
    """The likely cause: heading, text, and what to do in this district's system where it has something to say."""

    code: str
    title: Said
    text: Said
    here: str | None


@dataclass(frozen=True, slots=True)
class HoldView:
    """The page of a hold. `plan` is the hash that a decision carries; `newest` a later import of the source that could take its place.

    `schools` are the worst first; `normal` are schools with normal numbers, folded where there are many, and `folded` counts them. `all_schools` are the sums of the
    district, each record counted once. `people_removed` is the number that an approval must type; `rows_removed` all records.
    `to_type`: what an approval must type, of what. `other_people`: people who would be removed from schools that are under their limits. `for_district` is the drafted message.
    """

    number: int
    plan: str
    cause: LikelyCause | None
    schools: tuple[SchoolLine, ...]
    normal: tuple[SchoolLine, ...]
    folded: int
    all_schools: tuple[Cell, ...]
    limits: tuple[LimitReport, ...]
    tables: Mapping[str, TableReport]
    people_removed: int
    rows_removed: int
    other_people: int
    noticing: tuple[Noticing, ...]
    steps: tuple[Step, ...]
    for_district: Said
    newest: int | None
    to_type: tuple[What, int]


def hold_view(house: House, viewer: Viewer, slug: str, number: int, now: datetime | None = None) -> HoldView:
    """What a person must know to decide. Raises Misuse for an import that does not wait, or for who sees one school only."""
    if not sight(house, viewer, slug, now or datetime.now(UTC)).whole:
        raise Misuse("A hold is shown to those who see the whole district.")
    report = imports.report(house, slug, number)
    store = house.stores.roster(slug)
    row = store.imports.get(number)
    if row.status != "waiting_for_approval":
        raise Misuse("Import {number} does not wait for a decision.", number=str(number))
    delivery = store.deliveries.get(row.delivery) if row.delivery is not None else None
    cause = likely.cause(report, likely.usual_rows(store, row))
    lines = _schools(store, report)
    shown = lines if len(lines) <= FOLDED_FROM else tuple(line for line in lines if line.over) or lines[:FOLDED_FROM]
    users = [cell for line in lines if not line.over for cell in line.cells if cell.table == "users"]
    later, what = newer(store, row), to_type(report)
    return HoldView(
        number=number,
        plan=row.plan or "",
        cause=_cause(cause, system_of_source(house, slug, report)),
        schools=shown,
        normal=tuple(line for line in lines if line not in shown),
        folded=len(lines) - len(shown),
        all_schools=tuple(_whole(report, table) for table in TABLES if table in report.tables),
        limits=report.limits,
        tables=report.tables,
        people_removed=likely.people_removed(report),
        rows_removed=sum(t.removed for t in report.tables.values()),
        other_people=sum(cell.removed for cell in users),
        noticing=tuple(_noticing(house, slug)),
        steps=steps_told(report, row, delivery),
        for_district=draft(cause),
        newest=later.number if later is not None else None,
        to_type=what,
    )


def draft(cause: Cause | None) -> Said:
    """The message to the district, drafted from the likely cause: for a rejection, and for a question."""
    if cause is None:
        return _("The files of tonight would change much more than a normal night. Please look at the export and send it again.")
    values = dict(cause.values)
    match cause.code:
        case "school_missing":
            return _("{school} is missing from the export. Please send it again for all schools.", **values)
        case "schools_missing":
            return ngettext(
                "{count} school is missing from the export, {school} among them. Please send it again for all schools.",
                "{count} schools are missing from the export, {school} among them. Please send it again for all schools.",
                int(values.pop("count")),
                **values,
            )
        case "half_file":
            return _("{file} came with {rows} rows instead of about {usual}. Please send it again whole.", **values)
        case "new_year":
            return _("It looks as if a new school year or term had begun in the files. Is that right, and from which day?")
        case "rekeyed":
            return _("Most people came with new numbers tonight. Were the numbers changed on purpose?")
        case "another_district":
            return _("The files look like those of another district. Please check which export is sent to us.")
        case _:
            return _("{message} Please correct the export and send it again.", **values)


def _cause(cause: Cause | None, system: str | None) -> LikelyCause | None:
    if cause is None:
        return None
    words = told(cause)
    general = {"school_missing": "limit_exceeded", "schools_missing": "limit_exceeded", "half_file": "file_shrunk"}
    return LikelyCause(cause.code, words.title, words.text, remedy(system, general.get(cause.code, cause.code)))


def _schools(store: RosterStore, report: ImportReport) -> tuple[SchoolLine, ...]:
    """A line for each school, the worst first: over a limit before all others, then by the share that would go."""
    found: dict[str, dict[str, SchoolPlan]] = {}
    for plan in report.by_school:
        if plan.table in TABLES:
            found.setdefault(plan.school, {})[plan.table] = plan
    over = {(limit.school, limit.table): limit.allowed for limit in report.limits if limit.change == "remove"}
    known = store.page("orgs", len(found) + MOST_ORGS, columns=("sourcedId", "name", "identifier"))
    names = {str(id): (str(name or id), str(number) if number else None) for id, name, number in known.rows}
    lines = [_line(names.get(school, (school, None)), school, plans, over) for school, plans in found.items()]
    return tuple(sorted(lines, key=lambda line: (not line.over, -line.share, -sum(c.removed for c in line.cells), line.name)))


def _line(
    named: tuple[str, str | None], school: str, plans: Mapping[str, SchoolPlan], over: Mapping[tuple[str | None, str], int]
) -> SchoolLine:
    cells = tuple(Cell(t, p.removed, p.of, over.get((school, t))) for t in TABLES if (p := plans.get(t)) is not None)
    removed, of = sum(c.removed for c in cells), sum(c.of for c in cells)
    return SchoolLine(school, *named, cells, removed / of if of else 0.0, bool(of) and removed >= of)


def _whole(report: ImportReport, table: str) -> Cell:
    """A table's removals in the whole district, where each record counts once."""
    counts = report.tables[table]
    limits: Iterable[LimitReport] = (x for x in report.limits if x.table == table and x.school is None and x.change == "remove")
    limit = next(iter(limits), None)
    of = limit.of if limit is not None else counts.unchanged + counts.updated + counts.removed
    return Cell(table, counts.removed, of, limit.allowed if limit is not None else None)


def _noticing(house: House, slug: str) -> Iterable[Noticing]:
    for app in house.stores.control.apps.all():
        if app.revoked is None and (app.districts is None or slug in app.districts):
            yield Noticing(app.name)
