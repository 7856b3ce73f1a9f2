"""What high schools keep beside the roster: marks, averages, credentials, requests for next year.

Thrown with dice of each student's own, so that a transcript is the same every night. A year at high school has two semesters,
`S1` and `S2`, of half a credit a course; the mark of the running quarter, `Q1`, is current. Marks are 50 to 100, 70 passes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from homeroom.simulator import facts
from homeroom.simulator.dice import Dice
from homeroom.simulator.records import ALL_GRADES, Course, District, Person

HIGH = ALL_GRADES[9:]
LETTERS = ((90, "A", 4), (80, "B", 3), (75, "C", 2), (70, "D", 1), (0, "F", 0))
PASSES = 70
CREDENTIALS = (  # code, title, who gives it, programme
    ("210", "Food Safety Manager", "Kitchen Board", "Hospitality"),
    ("325", "Welding, Level 1", "Metal Trades Council", "Manufacturing"),
    ("0480", "Office Software Specialist", "Office Skills Board", "Business"),
    ("512", "Phlebotomy Technician", "Health Careers Board", "Health Science"),
    ("0077", "Drone Pilot, Small Craft", "Air Safety Office", "Engineering"),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of one student. `year` is the one in which the school year ends; `section` and `teacher` only of current marks."""

    student: Person
    year: int
    term: Literal["S1", "S2", "Q1"]
    grade: str
    course: Course
    number: int
    standing: Literal["historical", "current"]
    section: str = ""
    teacher: str = ""

    @property
    def letter(self) -> str:
        """A to F."""
        return next(letter for least, letter, _ in LETTERS if self.number >= least)

    @property
    def attempted(self) -> str:
        """Credits of the course's semester; a running quarter has none yet."""
        return "0.5" if self.standing == "historical" else ""

    @property
    def earned(self) -> str:
        """Credits given."""
        return ("0.5" if self.number >= PASSES else "0") if self.standing == "historical" else ""

    def points(self, *, weighted: bool) -> int:
        """Grade points, 0 to 4; an advanced course that was passed weighs one more."""
        found = next(points for least, _, points in LETTERS if self.number >= least)
        return found + (1 if weighted and found and facts.advanced(self.course) else 0)


@dataclass(frozen=True, slots=True)
class Average:
    """A student's averages as printed, credits earned, and the place by weighted average in the grade of the school."""

    unweighted: str
    weighted: str
    credits: str
    rank: int
    size: int


@dataclass(frozen=True, slots=True)
class Credential:
    """An industry credential of one student. Dates are ISO days; the second one blank where it never ends."""

    student: Person
    code: str
    title: str
    issuer: str
    programme: str
    earned: str
    expires: str


@dataclass(frozen=True, slots=True)
class Request:
    """A course that a student wants next year."""

    student: Person
    course: Course
    priority: int
    alternate: bool


def history(district: District) -> Iterator[Mark]:
    """The marks of the finished years of high school, student by student."""
    taught = {g: [c for c in district.courses if g in c.grades] for g in HIGH}
    for student in district.of("student"):
        if student.grade in HIGH:
            dice = Dice("transcript", student.id, student.born)
            skill = dice.number(66, 90)
            now = HIGH.index(student.grade)
            for place, grade in enumerate(HIGH[:now]):
                for course in taught[grade]:
                    for term in ("S1", "S2"):
                        number = max(50, min(100, skill + dice.number(-12, 12)))
                        yield Mark(student, district.year - now + place, term, grade, course, number, "historical")


def current(district: District) -> Iterator[Mark]:
    """The running quarter's mark of every student at high school in each course; who sits in two classes of one has one mark."""
    people = {p.id: p for p in district.of("student") if p.grade in HIGH}
    courses = {c.id: c for c in district.courses}
    taught = {s.id: courses[s.course] for s in district.sections}
    leads = {e.section: e.person for e in district.enrollments if e.primary}
    given: set[tuple[str, str]] = set()
    for seat in district.enrollments:
        if seat.role == "student" and seat.person in people and (seat.person, taught[seat.section].id) not in given:
            given.add((seat.person, taught[seat.section].id))
            student = people[seat.person]
            number = Dice("mark", seat.id, student.born).number(58, 100)
            teacher = leads.get(seat.section, "")
            yield Mark(
                student, district.year, "Q1", student.grade, taught[seat.section], number, "current", seat.section, teacher
            )


def averages(district: District) -> dict[str, Average]:
    """By student id; who has no finished year of high school has none."""
    marks: dict[str, list[Mark]] = {}
    for mark in history(district):
        marks.setdefault(mark.student.id, []).append(mark)
    means = {i: (_mean(found, weighted=False), _mean(found, weighted=True)) for i, found in marks.items()}
    classes: dict[tuple[str, str], list[str]] = {}
    for student in district.of("student"):
        if student.id in means:
            classes.setdefault((student.schools[0], student.grade), []).append(means[student.id][1])
    for found in classes.values():
        found.sort(key=float, reverse=True)
    return {
        s.id: Average(
            *means[s.id],
            credits=f"{sum(float(m.earned) for m in marks[s.id]):.1f}",
            rank=classes[s.schools[0], s.grade].index(means[s.id][1]) + 1,
            size=len(classes[s.schools[0], s.grade]),
        )
        for s in district.of("student")
        if s.id in means
    }


def _mean(marks: list[Mark], *, weighted: bool) -> str:
    return f"{sum(m.points(weighted=weighted) for m in marks) / len(marks):.3f}"


def credentials(district: District) -> Iterator[Credential]:
    """Every fifth student of the last two years has one; some of them two."""
    for student in district.of("student"):
        if student.grade in HIGH[2:]:
            dice = Dice("credentials", student.id, student.born)
            for code, title, issuer, programme in dice.some(CREDENTIALS, dice.weighted((0, 1, 2), (80, 16, 4))):
                earned = f"{district.year - 1}-{dice.number(1, 5):02d}-{dice.number(1, 28):02d}"
                expires = f"{district.year + 2}{earned[4:]}" if dice.chance(0.5) else ""
                yield Credential(student, code, title, issuer, programme, earned, expires)


def requests(district: District) -> Iterator[Request]:
    """What students of grades 8 to 11 ask for: the courses of the next grade, the last one as an alternate."""
    following = dict(zip(ALL_GRADES[8:12], HIGH, strict=True))
    taught = {g: [c for c in district.courses if g in c.grades] for g in HIGH}
    for student in district.of("student"):
        wanted = taught.get(following.get(student.grade, ""), [])
        for place, course in enumerate(wanted, start=1):
            yield Request(student, course, place, place == len(wanted))
