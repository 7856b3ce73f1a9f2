"""A made-up district: believable, entirely invented, and the same on every machine for the same seed."""

from __future__ import annotations

from datetime import date

from homeroom.simulator import timetable, words
from homeroom.simulator.dice import Dice
from homeroom.simulator.families import Counter, Household, household
from homeroom.simulator.records import ALL_GRADES, Course, District, Numbers, Person, School, Session

YEAR_BEGINS = (8, 17)  # month and day on which the school year starts
FIRST_NIGHT = (10, 5)  # and of night 1, well after it


def make(students: int, seed: int, *, year: int = 2027) -> District:
    """A district of exactly `students` students in the school year that ends in `year`. Raises ValueError below one student."""
    if students < 1:
        raise ValueError("a district has at least one student")
    schools = _schools(students)
    sessions = _sessions(year)
    counter = Counter()
    children, contacts = _families(Dice(seed, "families"), counter, students, schools, year)
    book = timetable.Book()
    catalog = timetable.courses()
    begins = sessions[0].begins
    _lessons(book, Dice(seed, "lessons"), schools, children, {c.code: c for c in catalog}, begins)
    for _ in range(2 + students // 4000):
        book.hire(Dice(seed, "office", len(book.staff)), "administrator", (DISTRICT,))
    names = {"year": sessions[0].id, "first": sessions[1].id, "second": sessions[2].id}
    return District(
        id=DISTRICT,
        name=f"{words.DISTRICTS[seed % len(words.DISTRICTS)]} School District",
        year=year,
        schools=schools,
        sessions=sessions,
        courses=catalog,
        sections=tuple(s._replace(sessions=tuple(names[n] for n in s.sessions)) for s in book.sections),
        people=(*children, *book.staff, *contacts),
        enrollments=tuple(book.enrollments),
        free=Numbers(counter.student, counter.contact, book.next_section, book.next_enrollment),
    )


DISTRICT = "0"  # PowerSchool's own number for the district office


def _schools(students: int) -> tuple[School, ...]:
    """One school for all below 150 students; else elementary, middle and high schools of 450, 650 and 900 or fewer."""
    if students < 150:
        return (School("0103", f"{words.place(0)} School", "all", ALL_GRADES),)
    found = []
    plan = (("elementary", 103, ALL_GRADES[:6], 450), ("middle", 4001, ALL_GRADES[6:9], 650), ("high", 7001, ALL_GRADES[9:], 900))
    for level, first, grades, size in plan:
        for number in range(-(-students * len(grades) // (13 * size))):
            name = f"{words.place(number)} {level.capitalize()} School"
            found.append(School(f"{first + number:04d}", name, level, grades))  # type: ignore[arg-type]
    return tuple(found)


def _sessions(year: int) -> tuple[Session, ...]:
    """A year, two semesters, four quarters; numbered as PowerSchool does: (year - 1991) * 100 + place."""
    base = (year - 1991) * 100
    mark = f"{year - 1}-{year}"

    def day(month: int, number: int) -> str:
        return date(year - 1 if month > 7 else year, month, number).isoformat()

    whole, first, second = str(base), str(base + 1), str(base + 2)
    return (
        Session(whole, mark, "schoolYear", day(*YEAR_BEGINS), day(5, 28), "", year),
        Session(first, f"Semester 1 {mark}", "semester", day(*YEAR_BEGINS), day(12, 18), whole, year),
        Session(second, f"Semester 2 {mark}", "semester", day(1, 5), day(5, 28), whole, year),
        Session(str(base + 3), f"Quarter 1 {mark}", "gradingPeriod", day(*YEAR_BEGINS), day(10, 16), first, year),
        Session(str(base + 4), f"Quarter 2 {mark}", "gradingPeriod", day(10, 19), day(12, 18), first, year),
        Session(str(base + 5), f"Quarter 3 {mark}", "gradingPeriod", day(1, 5), day(3, 12), second, year),
        Session(str(base + 6), f"Quarter 4 {mark}", "gradingPeriod", day(3, 15), day(5, 28), second, year),
    )


def zones(schools: tuple[School, ...]) -> tuple[dict[str, School], ...]:
    """For every neighbourhood (one per elementary school) the school that a child of each grade attends."""
    levels = {level: [s for s in schools if s.level == level] for level in ("all", "elementary", "middle", "high")}
    if levels["all"]:
        return (dict.fromkeys(ALL_GRADES, levels["all"][0]),)
    three = [levels[k] for k in ("elementary", "middle", "high")]
    count = max(len(found) for found in three)
    return tuple(
        {grade: found[zone * len(found) // count] for found in three for grade in found[0].grades} for zone in range(count)
    )


def _families(
    dice: Dice, counter: Counter, students: int, schools: tuple[School, ...], year: int
) -> tuple[list[Person], list[Person]]:
    neighbourhoods = zones(schools)
    children: list[Person] = []
    contacts: list[Person] = []
    while len(children) < students:
        family: Household = household(dice, counter, dice.pick(neighbourhoods), year, students - len(children))
        children += family.children
        contacts += family.contacts
    return children, contacts


def _lessons(
    book: timetable.Book,
    dice: Dice,
    schools: tuple[School, ...],
    children: list[Person],
    catalog: dict[str, Course],
    begins: str,
) -> None:
    attending: dict[str, list[Person]] = {s.id: [] for s in schools}
    for child in children:
        attending[child.schools[0]].append(child)
    for school in schools:
        timetable.fill(book, dice, school, attending[school.id], catalog, begins)
    timetable.travel(book, dice, schools, begins)
