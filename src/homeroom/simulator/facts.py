"""What the registrar knows of people, schools and courses beside the roster: state numbers, plans, addresses, titles.

Nothing here is stored with the district. Each fact is thrown with a die that is named by the record's own unchanging marks, so
that it stays the same from night to night, and a district that is written without these facts does not change by a byte.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from homeroom.simulator import words
from homeroom.simulator.dice import Dice, lots
from homeroom.simulator.records import ALL_GRADES, Course, District, Person, School

Lunch = Literal["free", "reduced", "paid"]
STATE = "TX"
CITY = "Harlan Creek"
STREETS = ("Alder Street", "Birch Lane", "Chapel Road", "Dogwood Drive", "Elm Court", "Foundry Row", "Garden Way", "Hill Street")
HOUSES = ("Oak", "Maple", "Willow", "Birch")
CLOSED, SUMMER = "0050", "0060"  # numbers of the closed and of the summer school; the schools in use begin at 0103
CAMPUS_FIRST = {"elementary": (103, 103), "middle": (4001, 41), "high": (7001, 1), "all": (103, 103)}


class Pupil(NamedTuple):
    """A student in the registrar's book. Dates are ISO days; `graduates` is the year of the last June at school."""

    state_id: str
    entered_district: str
    graduates: int
    nickname: str
    street: str
    zip: str
    lunch: Lunch
    english_learner: bool
    special_education: bool
    section_504: bool
    gifted: bool
    bus: str
    house: str


@dataclass(frozen=True, slots=True)
class Employee:
    """A member of staff in the personnel book."""

    state_id: str
    title: str


def pupil(person: Person, year: int) -> Pupil:
    """The registrar's page of one student; `year` is the one in which the school year ends."""
    home, street, place, state, stayed, nick, lunch, language, special, plan, gifted, rides, bus, house, *_ = lots(
        "pupil", person.id, person.born
    )
    grade = ALL_GRADES.index(person.grade)
    served = int(stayed * (min(grade, 5) + 1))
    return Pupil(
        state_id=f"{10**9 + int(state * 10**9)}",
        entered_district=f"{year - 1 - served}-08-17",
        graduates=year + 12 - grade,
        nickname=person.given[:3] if nick < 0.05 else "",
        street=f"{10 + int(home * 971)} {STREETS[int(street * len(STREETS))]}",
        zip=f"0{1000 + int(place * 100)}",
        lunch="free" if lunch < 0.35 else "reduced" if lunch < 0.43 else "paid",
        english_learner=person.language != "en" and language < 0.6,
        special_education=special < 0.12,
        section_504=plan < 0.03,
        gifted=gifted < 0.07,
        bus=f"{1 + int(bus * 40):02d}" if rides < 0.4 else "",
        house=HOUSES[int(house * len(HOUSES))],
    )


def employee(person: Person) -> Employee:
    """The personnel page of one member of staff."""
    dice = Dice("employee", person.id, person.number)
    titles = {
        "teacher": ("Teacher", "Teacher", "Teacher", "Lead Teacher"),
        "administrator": ("Principal", "Assistant Principal"),
        "aide": ("Instructional Aide", "Library Aide"),
    }[person.role]
    office = person.schools[0] == "0"
    return Employee(
        state_id=f"{dice.number(10**6, 10**7 - 1):08d}",
        title="Superintendent's Office" if office else dice.pick(titles),
    )


def contact_kind(contact: Person) -> Literal["Parent/Guardian", "Emergency"]:
    """What kind of contact the office has filed somebody as."""
    return "Parent/Guardian" if contact.legal or contact.relation in ("mother", "father") else "Emergency"


def district_number(district: District) -> str:
    """The six digits by which the state knows the district, a zero in front."""
    return f"0{10_000 + zlib.crc32(district.name.encode()) % 90_000}"


def campus(school: School) -> str:
    """The three digits by which the state knows a school: high schools from 001, middle schools from 041, the others above 100."""
    if school.level in ("closed", "summer"):
        return "698" if school.level == "closed" else "699"
    first, number = CAMPUS_FIRST[school.level]
    return f"{int(school.id) - first + number:03d}"


def state_course(course: Course) -> str:
    """The state's eight-digit code of a course, a zero in front; two local courses never share one."""
    return f"0{3_000_000 + int(course.id[1:]) * 100}"


def advanced(course: Course) -> bool:
    """Whether a course weighs one point more in the weighted average."""
    return course.code[:3] in ("MTH", "SCI") and course.grades[-1] in ("11", "12")


def enlarged(district: District) -> District:
    """The district with what only some systems list: a closed school, and a summer school that one head teacher runs beside another."""
    name = words.place(len(district.schools) + 3)
    last = district.schools[-1].id
    schools = (
        *district.schools,
        School(CLOSED, f"{name} School (closed)", "closed", ()),
        School(SUMMER, f"{district.name.removesuffix(' School District')} Summer School", "summer", ALL_GRADES),
    )
    head = next((p.id for p in district.people if p.role == "administrator" and p.schools[0] == last), None)
    people = tuple(p._replace(schools=(*p.schools, SUMMER)) if p.id == head else p for p in district.people)
    return replace(district, schools=schools, people=people)
