"""The figures of a roster that a worksheet asks for, counted in a workbench."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from homeroom.roster.names import text
from homeroom.workbench.bench import Workbench

STUDENT, STAFF, GUARDIAN = "student", "staff", "guardian"
GUARDIANS = ("parent", "guardian", "relative")
GRADES = ("PK", "KG", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12")
"""The grades that have a column of their own."""


@dataclass(frozen=True, slots=True)
class School:
    """The figures of one school. `grades`: grade code -> students."""

    id: str
    name: str
    students: int = 0
    staff: int = 0
    classes: int = 0
    enrollments: int = 0
    grades: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Term:
    """A period of the calendar, by its title; `classes` meet in it."""

    title: str
    start: str | None
    end: str | None
    classes: int


@dataclass(frozen=True, slots=True)
class Person:
    """One sample. `classes` are titles, `guardians` names; `credits` adds up the marks' credits, `gpa` lists the values."""

    id: str
    schools: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    classes: int = 0
    guardians: int = 0
    courses: int = 0
    credits: float = 0.0
    gpa: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is compared. `guarded` is the share of students with a guardian, in percent.

    `people` are the samples that were asked for, by id: those that the roster has.
    """

    students: int
    staff: int
    guardians: int
    classes: int
    enrollments: int
    guarded: float | None
    schools: Mapping[str, School]
    terms: Mapping[str, Term]
    people: Mapping[str, Person]


def count(bench: Workbench, relations: Mapping[str, str], asked: Sequence[str] = ()) -> Figures:
    """Count. `relations` gives an SQL FROM item for each table; `asked` are the ids of samples."""
    _people(bench, relations)
    kinds = dict(bench.rows("SELECT kind, count(DISTINCT id) FROM worksheet_people GROUP BY kind"))
    students = kinds.get(STUDENT, 0)
    guarded = bench.value("SELECT count(DISTINCT student) FROM worksheet_pairs")
    return Figures(
        students=students,
        staff=kinds.get(STAFF, 0),
        guardians=kinds.get(GUARDIAN, 0),
        classes=_total(bench, relations["classes"]),
        enrollments=_total(bench, relations["enrollments"]),
        guarded=round(100 * guarded / students, 1) if students else None,
        schools=_schools(bench, relations),
        terms=_terms(bench, relations),
        people={one: found for one in dict.fromkeys(asked) if (found := _person(bench, relations, one)) is not None},
    )


def _total(bench: Workbench, relation: str) -> int:
    return int(bench.value(f"SELECT count(*) FROM {relation} r"))


def _people(bench: Workbench, relations: Mapping[str, str]) -> None:
    """worksheet_people (id, kind, org), by the user's own role or by rows of roles; worksheet_pairs (student, guardian)."""
    words = ", ".join(map(text, GUARDIANS))
    bench.run(f"""
        CREATE OR REPLACE TABLE worksheet_people AS
        WITH said AS (
            SELECT "sourcedId" AS id, role, unnest(string_split(coalesce("orgSourcedIds", ''), ',')) AS org
            FROM {relations["users"]} u WHERE role IS NOT NULL
            UNION ALL
            SELECT r."userSourcedId", r.role, r."orgSourcedId" FROM {relations["roles"]} r
            SEMI JOIN {relations["users"]} u ON u."sourcedId" = r."userSourcedId"
        )
        SELECT DISTINCT id, CASE WHEN role = 'student' THEN 'student' WHEN role IN ({words}) THEN 'guardian' ELSE 'staff' END AS kind,
               nullif(trim(org), '') AS org
        FROM said
    """)
    bench.run(f"""
        CREATE OR REPLACE TABLE worksheet_pairs AS
        WITH named AS (
            SELECT "sourcedId" AS one, trim(unnest(string_split("agentSourcedIds", ','))) AS other FROM {relations["users"]} u
        ), pairs AS (
            SELECT one AS student, other AS guardian FROM named UNION ALL SELECT other, one FROM named
        )
        SELECT DISTINCT student, guardian FROM pairs
        SEMI JOIN worksheet_people s ON s.id = student AND s.kind = 'student'
        SEMI JOIN worksheet_people g ON g.id = guardian AND g.kind = 'guardian'
    """)


def _schools(bench: Workbench, relations: Mapping[str, str]) -> dict[str, School]:
    rows = bench.rows(f"""SELECT "sourcedId", name FROM {relations["orgs"]} o WHERE type = 'school' ORDER BY 1""")
    seen = bench.rows("SELECT org, kind, count(DISTINCT id) FROM worksheet_people WHERE org IS NOT NULL GROUP BY ALL")
    people = {(org, kind): number for org, kind, number in seen}
    classes = _by_school(bench, relations["classes"])
    seats = _by_school(bench, relations["enrollments"])
    grades: dict[str, dict[str, int]] = {}
    for org, grade, number in bench.rows(f"""
        SELECT p.org, trim(g.grade), count(DISTINCT p.id)
        FROM worksheet_people p
        JOIN (SELECT "sourcedId" AS id, unnest(string_split(grades, ',')) AS grade FROM {relations["users"]} u) g USING (id)
        WHERE p.kind = 'student' AND p.org IS NOT NULL GROUP BY ALL
    """):
        grades.setdefault(org, {})[grade] = number
    named = dict(rows)
    return {
        org: School(
            id=org,
            name=named.get(org) or "",
            students=people.get((org, STUDENT), 0),
            staff=people.get((org, STAFF), 0),
            classes=classes.get(org, 0),
            enrollments=seats.get(org, 0),
            grades=grades.get(org, {}),
        )
        for org in named
    }


def _by_school(bench: Workbench, relation: str) -> dict[str, int]:
    return dict(
        bench.rows(f'SELECT "schoolSourcedId", count(*) FROM {relation} r WHERE "schoolSourcedId" IS NOT NULL GROUP BY 1')
    )


def _terms(bench: Workbench, relations: Mapping[str, str]) -> dict[str, Term]:
    rows = bench.rows(f"""
        SELECT s.title, min(s."startDate"), max(s."endDate"), count(DISTINCT c.id)
        FROM {relations["academicSessions"]} s
        LEFT JOIN (SELECT "sourcedId" AS id, trim(unnest(string_split("termSourcedIds", ','))) AS term FROM {relations["classes"]} k) c
               ON c.term = s."sourcedId"
        GROUP BY 1 ORDER BY 2, 1
    """)
    return {title: Term(title, start, end, classes) for title, start, end, classes in rows if title}


def _person(bench: Workbench, relations: Mapping[str, str], one: str) -> Person | None:
    """One sample, by sourcedId, else by the number that people know."""
    found = bench.rows(
        f'SELECT "sourcedId", grades FROM {relations["users"]} u WHERE "sourcedId" = ? OR identifier = ? ORDER BY "sourcedId" <> ? LIMIT 1',
        (one, one, one),
    )
    if not found:
        return None
    key, grades = found[0]
    mine = text(key)

    def number(sql: str) -> int:
        return int(bench.value(sql) or 0)

    marks = bench.rows(f"""
        SELECT count(*), coalesce(sum(try_cast("creditsEarned" AS DOUBLE)), 0) FROM {relations["grades"]} g WHERE "userSourcedId" = {mine}
    """)[0]
    return Person(
        id=one,
        schools=tuple(
            o
            for (o,) in bench.rows(f"SELECT DISTINCT org FROM worksheet_people WHERE id = {mine} AND org IS NOT NULL ORDER BY 1")
        ),
        grades=tuple(g.strip() for g in (grades or "").split(",") if g.strip()),
        classes=number(
            f'SELECT count(DISTINCT "classSourcedId") FROM {relations["enrollments"]} e WHERE "userSourcedId" = {mine}'
        ),
        guardians=number(f"SELECT count(DISTINCT guardian) FROM worksheet_pairs WHERE student = {mine}"),
        courses=marks[0],
        credits=marks[1],
        gpa=tuple(
            v
            for (v,) in bench.rows(f'SELECT DISTINCT "value" FROM {relations["gpa"]} g WHERE "userSourcedId" = {mine} ORDER BY 1')
            if v
        ),
    )
