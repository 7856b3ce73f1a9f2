"""Who teaches what to whom: courses, classes, staff and enrollments of a school, from its students."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from homeroom.simulator import words
from homeroom.simulator.dice import Dice
from homeroom.simulator.families import telephone
from homeroom.simulator.records import ALL_GRADES, Course, Enrollment, Person, School, Section

CLASS_SIZE = 23
Post = Literal["teacher", "administrator", "aide"]
FIRST_STAFF, FIRST_SECTION, FIRST_ENROLLMENT = 88, 301, 2001


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of a level: `code` of its courses; `mixed` subjects are taught across the grades of a level."""

    title: str
    code: str
    mixed: bool = False


YOUNG = (
    Subject("Homeroom", "HRM"),
    Subject("Language Arts", "ELA"),
    Subject("Mathematics", "MTH"),
    Subject("Science", "SCI"),
    Subject("Art", "ART"),
    Subject("Music", "MUS"),
    Subject("Physical Education", "PHE"),
)
OLDER = (
    Subject("English", "ENG"),
    Subject("Mathematics", "MTH"),
    Subject("Science", "SCI"),
    Subject("Social Studies", "SOC"),
    Subject("Health & Fitness", "HLT"),
    Subject("World Language", "WLG", mixed=True),
    Subject("Elective", "ELV", mixed=True),
)
HOMEROOM_SUBJECTS = frozenset({"HRM", "ELA", "MTH", "SCI"})  # what the homeroom teacher of young children teaches
SPANS = {"KG-05": ALL_GRADES[:6], "06-08": ALL_GRADES[6:9], "09-12": ALL_GRADES[9:]}


@dataclass(slots=True)
class Book:
    """What has been written so far, and the next free numbers."""

    staff: list[Person] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    enrollments: list[Enrollment] = field(default_factory=list)

    @property
    def next_section(self) -> int:
        """The next class's number."""
        return FIRST_SECTION + len(self.sections)

    @property
    def next_enrollment(self) -> int:
        """The next enrollment's number."""
        return FIRST_ENROLLMENT + len(self.enrollments)

    def appoint(self, section: Section, teacher: Person, begins: str, primary: bool = False) -> None:
        """One more teacher of a class."""
        number = f"E{self.next_enrollment}"
        self.enrollments.append(Enrollment(number, section.id, section.school, teacher.id, "teacher", primary, begins))

    def seat(self, section: Section, students: Iterable[Person], begins: str) -> None:
        """Enroll students in a class: most of a district's records, so all at once."""
        self.enrollments += [
            Enrollment(f"E{number}", section.id, section.school, student.id, "student", False, begins)
            for number, student in enumerate(students, self.next_enrollment)
        ]

    def hire(self, dice: Dice, role: Post, schools: tuple[str, ...]) -> Person:
        """One more teacher, administrator or aide."""
        number = FIRST_STAFF + len(self.staff)
        woman = dice.chance(0.68)
        given, family = dice.pick(words.GIRLS if woman else words.BOYS), dice.pick(words.FAMILIES)
        person = Person(
            id=f"T{number}",
            dcid=number,
            role=role,
            given=given,
            middle=dice.pick(words.GIRLS if woman else words.BOYS) if dice.chance(0.3) else "",
            family=family,
            schools=schools,
            email=f"{words.plain(given)[:1]}{words.plain(family)}{number}@staff.example.org",
            phone=telephone(dice) if dice.chance(0.5) else "",
            number=f"9{number:05d}",
            language="en",
            sex="female" if woman else "male",
        )
        self.staff.append(person)
        return person


def courses() -> tuple[Course, ...]:
    """The courses of any district: one for each subject and grade, mixed ones for each span of grades."""
    found: list[Course] = []
    for span, grades in SPANS.items():
        for subject in YOUNG if span == "KG-05" else OLDER:
            for taught in [grades] if subject.mixed else [(g,) for g in grades]:
                code = f"{subject.code}-{span if subject.mixed else taught[0]}"
                title = f"{subject.title} {span if subject.mixed else taught[0]}"
                found.append(Course(f"K{101 + len(found)}", title, code, taught, subject.title))
    return tuple(found)


def fill(book: Book, dice: Dice, school: School, students: Sequence[Person], catalog: dict[str, Course], begins: str) -> None:
    """Write the classes of one school, hire who teaches them and enroll its students, about seven classes each."""
    first = len(book.sections)
    by_grade: dict[str, list[Person]] = {g: [] for g in school.grades}
    for student in students:
        by_grade[student.grade].append(student)
    for grade in school.grades:
        if grade in SPANS["KG-05"]:
            for group in _groups(by_grade[grade]):
                _homeroom(book, dice, school, group, grade, catalog, begins)
    for span in ("06-08", "09-12"):
        grades = [g for g in SPANS[span] if by_grade.get(g)]
        for place, subject in enumerate(OLDER):
            pools = [(span, [s for g in grades for s in by_grade[g]])] if subject.mixed else [(g, by_grade[g]) for g in grades]
            made: list[Section] = []
            for mark, pool in pools:
                made += _sections(book, dice, school, catalog[f"{subject.code}-{mark}"], pool, place, begins)
            _teach(book, dice, school, made, begins)
    _specialists(book, dice, school, book.sections[first:], begins)
    _office(book, dice, school, len(students))


def _groups(people: list[Person]) -> Iterator[list[Person]]:
    count = -(-len(people) // CLASS_SIZE)
    for number in range(count):
        yield people[number::count]


def _section(
    book: Book, dice: Dice, school: School, course: Course, periods: tuple[str, ...], sessions: tuple[str, ...]
) -> Section:
    number = book.next_section
    section = Section(
        id=f"C{number}",
        course=course.id,
        school=school.id,
        title=course.title,
        code=f"{course.code}.{number}",
        kind="homeroom" if course.code.startswith("HRM") else "scheduled",
        room=f"{dice.pick('ABCD')}{dice.number(1, 40):02d}",
        sessions=sessions,
        periods=periods,
        grades=course.grades,
    )
    book.sections.append(section)
    return section


def _homeroom(
    book: Book, dice: Dice, school: School, group: list[Person], grade: str, catalog: dict[str, Course], begins: str
) -> None:
    teacher = book.hire(dice, "teacher", (school.id,))
    for place, subject in enumerate(YOUNG):
        section = _section(book, dice, school, catalog[f"{subject.code}-{grade}"], (str(place + 1),), ("year",))
        if subject.code in HOMEROOM_SUBJECTS:
            book.appoint(section, teacher, begins, primary=True)
        book.seat(section, group, begins)


def _sections(
    book: Book, dice: Dice, school: School, course: Course, pool: list[Person], place: int, begins: str
) -> Iterator[Section]:
    for number, group in enumerate(_groups(dice.shuffled(pool))):
        period = (place + number) % 7 + 1
        double = course.code.startswith("SCI") and period < 7  # laboratories take two periods
        periods = (str(period), str(period + 1)) if double else (str(period),)
        section = _section(book, dice, school, course, periods, ("first", "second"))
        book.seat(section, group, begins)
        yield section


def _teach(book: Book, dice: Dice, school: School, sections: Sequence[Section], begins: str, load: int = 5) -> None:
    """Hire teachers for these classes, `load` classes each."""
    for start in range(0, len(sections), load):
        teacher = book.hire(dice, "teacher", (school.id,))
        for section in sections[start : start + load]:
            book.appoint(section, teacher, begins, primary=True)


def _specialists(book: Book, dice: Dice, school: School, sections: Sequence[Section], begins: str) -> None:
    """Art, music and physical education of young children, each taught by few."""
    for subject in YOUNG:
        if subject.code not in HOMEROOM_SUBJECTS:
            mine = [s for s in sections if s.code.startswith(f"{subject.code}-")]
            _teach(book, dice, school, mine, begins, load=24)


def _office(book: Book, dice: Dice, school: School, students: int) -> None:
    for _ in range(1 + students // 500):
        book.hire(dice, "administrator", (school.id,))
    for _ in range(1 + students // 150):
        book.hire(dice, "aide", (school.id,))


def travel(book: Book, dice: Dice, schools: Sequence[School], begins: str) -> None:
    """Send every twentieth teacher (at least one) to a second school as well, as the second teacher of a class there."""
    places = [n for n, p in enumerate(book.staff) if p.role == "teacher"]
    if len(schools) < 2 or not places:
        return
    homes: dict[str, list[Section]] = {s.id: [] for s in schools}
    for section in book.sections:
        homes[section.school].append(section)
    for place in dice.some(places, max(1, len(places) // 20)):
        _second_school(book, dice, place, [s for s in schools if homes[s.id]], homes, begins)


def _second_school(
    book: Book, dice: Dice, place: int, schools: Iterable[School], homes: dict[str, list[Section]], begins: str
) -> None:
    teacher = book.staff[place]
    others = [s for s in schools if s.id not in teacher.schools]
    if others:
        other = dice.pick(others)
        book.staff[place] = teacher._replace(schools=(*teacher.schools, other.id))
        book.appoint(dice.pick(homes[other.id]), teacher, begins)
