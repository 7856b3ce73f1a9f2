"""Sections, who teaches them and who sits in them, as rows.

Dropped seats keep their row with SECTIONID and TERMID negative; some were dropped on the day they began; a student who came back has
one dropped row and one that goes on. Some of last year's sections and seats are still there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from homeroom.simulator.numbering import CO, LEAD, inner, section_number, teacher_id
from homeroom.simulator.powerschool.database import Batch, Value
from homeroom.simulator.powerschool.filling.people import came_over, day_after, entered, returned
from homeroom.simulator.powerschool.filling.places import STAMP, last_year
from homeroom.simulator.records import Enrollment, Section
from homeroom.simulator.register import Register
from homeroom.simulator.spelling import POWERSCHOOL_GRADES

DROPPED, REPEATED, LAST_YEAR = 10_000_000, 20_000_000, 30_000_000
"""DCIDs of dropped seats, of the first stay of those who came back, and of last year's sections and seats begin here."""
CC_COLUMNS = "DCID ID StudentID SectionID TermID SchoolID Course_Number Section_Number TeacherID Expression DateEnrolled DateLeft WhenModified"
LAST_YEARS_SECTIONS, LAST_YEARS_SEATS = 2, 5


def batches(book: Register) -> Iterator[Batch]:
    """Sections to assignments."""
    sections = (
        "DCID ID SchoolID Course_Number Section_Number TermID Expression External_Expression Room Teacher Grade_Level No_of_students "
        "MaxEnrollment GradebookType WhenModified"
    )
    desks = _desks(book)
    yield Batch("Sections", sections, _sections(book, desks))
    yield Batch(
        "SectionTeacher",
        "ID SectionID TeacherID RoleID Start_Date End_Date PriorityOrder Allocation",
        _section_teachers(book),
    )
    for seats in (_seats, _dropped, _last_years_seats):
        yield Batch("CC", CC_COLUMNS, seats(book, desks))
    yield Batch(
        "AssignmentSection",
        "AssignmentSectionID SectionsDCID Name DueDate TotalPointValue ScoreEntryPoints IsScoringNeeded",
        _assignments(book),
    )


def _level(section: Section) -> int | None:
    return int(POWERSCHOOL_GRADES[section.grades[0]]) if len(section.grades) == 1 else None


def _span(section: Section) -> str:
    return "-".join(dict.fromkeys((section.periods[0], section.periods[-1])))


def _number(section: Section) -> str:
    """The section's number; one in seven carries a letter, which keeps it text."""
    number = section_number(section)
    return f"{number}H" if int(section.id[1:]) % 7 == 0 else number


def _lead(book: Register, section: Section) -> int:
    lead = book.people.get(book.lead(section))
    return int(teacher_id(lead, section.school)) if lead else 0


def _sections(book: Register, desks: dict[str, _Desk]) -> Iterator[tuple[Value, ...]]:
    seats = Counter(seat.section for seat in book.seats)
    stamp = book.district.sessions[0].begins + STAMP
    for s in book.district.sections:
        desk = desks[s.id]
        named = (desk.school, desk.course, desk.number, desk.term, desk.expression, f"{_span(s)}(M-F)")
        yield (int(s.id[1:]), desk.section, *named, s.room, desk.lead, _level(s), seats[s.id], 30, 2, stamp)
    before = last_year(book.district.sessions)[0]
    for s in _of_last_year(book):
        number = LAST_YEAR + int(s.id[1:])
        desk = desks[s.id]
        named = (desk.school, desk.course, desk.number, int(before.id), "1(A-E)", "1(M-F)")
        yield (number, number + 50_000, *named, s.room, desk.lead, _level(s), LAST_YEARS_SEATS, 30, 1, before.ends + STAMP)


def _of_last_year(book: Register) -> list[Section]:
    """The first sections of each school were there last year too."""
    found: dict[str, list[Section]] = {}
    for section in book.district.sections:
        mine = found.setdefault(section.school, [])
        if len(mine) < LAST_YEARS_SECTIONS:
            mine.append(section)
    return [s for mine in found.values() for s in mine]


def _section_teachers(book: Register) -> Iterator[tuple[Value, ...]]:
    after = {s.id: day_after(s.ends) for s in book.district.sessions}
    for section, posts in book.posts.items():
        ends = after[book.term(book.sections[section]).id]
        for place, e in enumerate(posts, start=1):
            teacher = int(teacher_id(book.people[e.person], e.school))
            role = int((LEAD if place == 1 else CO)[1])
            yield (int(e.id[1:]), int(inner(section)), teacher, role, e.begins, ends, place, 100)


class _Desk(NamedTuple):
    """What every seat of a section repeats: computed once for each section, since there are twenty times as many seats."""

    section: int
    term: int
    school: int
    course: str
    number: str
    lead: int
    expression: str
    ends: str


def _desks(book: Register) -> dict[str, _Desk]:
    after = {s.id: day_after(s.ends) for s in book.district.sessions}
    return {
        s.id: _Desk(
            section=int(inner(s.id)),
            term=int(book.term(s).id),
            school=int(s.school),
            course=book.courses[s.course].code,
            number=_number(s),
            lead=_lead(book, s),
            expression=f"{_span(s)}(A-E)",
            ends=after[book.term(s).id],
        )
        for s in book.district.sections
    }


def _seat(e: Enrollment, first: int, desk: _Desk, begins: str, ends: str) -> tuple[Value, ...]:
    """A seat with a number from `first` on."""
    number = first + int(e.id[1:])
    return (number, number + 50_000, int(e.person[1:]) + 50_000, *desk[:-1], begins, ends, begins + STAMP)


def _seats(book: Register, desks: dict[str, _Desk]) -> Iterator[tuple[Value, ...]]:
    late = {p.id: entered(book, p) for p in book.students if returned(p) or came_over(p)}
    begins = book.district.sessions[0].begins
    repeated = {section: (*desk[:-1], begins, desk.ends, begins + STAMP) for section, desk in desks.items()}
    for e in book.seats:
        if e.begins == begins and e.person not in late:
            number = int(e.id[1:])
            yield (number, number + 50_000, int(e.person[1:]) + 50_000, *repeated[e.section])
        else:
            yield _seat(e, 0, desks[e.section], max(e.begins, late.get(e.person, "")), desks[e.section].ends)


def _dropped(book: Register, desks: dict[str, _Desk]) -> Iterator[tuple[Value, ...]]:
    """Seats that ended: one in fifty was dropped, every third of these on the day it began; and the first stays of who came back."""
    gone = {s: desk._replace(section=-desk.section, term=-desk.term) for s, desk in desks.items()}
    first, left = book.district.sessions[0].begins, f"{book.district.year - 1}-09-04"
    for place, e in enumerate(book.seats[:: max(10, min(50, len(book.seats) // 10))]):
        yield _seat(e, DROPPED, gone[e.section], first, first if place % 3 == 0 else left)
    back = {p.id for p in book.students if returned(p)}
    for e in book.seats:
        if e.person in back:
            yield _seat(e, REPEATED, gone[e.section], first, f"{book.district.year - 1}-09-11")


def _last_years_seats(book: Register, desks: dict[str, _Desk]) -> Iterator[tuple[Value, ...]]:
    before = last_year(book.district.sessions)[0]
    then = {s.id: desks[s.id]._replace(section=LAST_YEAR + desks[s.id].section, term=int(before.id)) for s in _of_last_year(book)}
    taken = dict.fromkeys(then, 0)
    for e in book.seats:
        if e.section in then and taken[e.section] < LAST_YEARS_SEATS:
            taken[e.section] += 1
            yield _seat(e, LAST_YEAR, then[e.section], before.begins, day_after(before.ends))


def _assignments(book: Register) -> Iterator[tuple[Value, ...]]:
    """Three assignments of each of the first two hundred sections."""
    year = book.district.year - 1
    for s in book.district.sections[:200]:
        for place in (1, 2, 3):
            number = int(s.id[1:]) * 10 + place
            yield (number, int(s.id[1:]), f"Unit {place} check", f"{year}-10-{place * 7:02d}", "20", "20", 1)
