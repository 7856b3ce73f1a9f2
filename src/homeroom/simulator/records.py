"""What a made-up district consists of, as a student information system keeps it: not yet in any file's form.

Records, of which there are millions in a large district, are named tuples: made in a third of a frozen dataclass's time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Role = Literal["student", "teacher", "administrator", "aide", "contact"]
ALL_GRADES = ("KG", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12")


class School(NamedTuple):
    """A school. `id` is its number in the district, four digits, some of them zeros in front; `grades` are those taught.

    A `closed` school has nobody left, a `summer` school nobody yet but who runs it; systems list both.
    """

    id: str
    name: str
    level: Literal["elementary", "middle", "high", "all", "closed", "summer"]
    grades: tuple[str, ...]


class Session(NamedTuple):
    """A stretch of the school year. Dates are ISO days, both included; `year` is the one in which the school year ends."""

    id: str
    title: str
    kind: Literal["schoolYear", "semester", "gradingPeriod"]
    begins: str
    ends: str
    parent: str
    year: int


class Course(NamedTuple):
    """What is taught, district-wide."""

    id: str
    title: str
    code: str
    grades: tuple[str, ...]
    subject: str


class Section(NamedTuple):
    """A class: one course, taught at one school, in one room, in some sessions and periods."""

    id: str
    course: str
    school: str
    title: str
    code: str
    kind: Literal["homeroom", "scheduled"]
    room: str
    sessions: tuple[str, ...]
    periods: tuple[str, ...]
    grades: tuple[str, ...]


class Person(NamedTuple):
    """A student, a member of staff or a contact of a student.

    `dcid` is the number in the table of its kind: students, staff and contacts count apart, so the numbers meet; `id` has the
    kind's letter in front. `contacts` are ids of contacts (students only). `relation` and `legal` (guardian) describe a contact.
    """

    id: str
    dcid: int
    role: Role
    given: str
    family: str
    schools: tuple[str, ...]
    middle: str = ""
    email: str = ""
    mobile: str = ""
    phone: str = ""
    language: str = ""
    number: str = ""
    grade: str = ""
    born: str = ""
    sex: Literal["", "female", "male"] = ""
    race: str = ""
    hispanic: bool = False
    contacts: tuple[str, ...] = ()
    relation: str = ""
    legal: bool = False


class Enrollment(NamedTuple):
    """One person in one class. `begins` is an ISO day."""

    id: str
    section: str
    school: str
    person: str
    role: Literal["student", "teacher"]
    primary: bool
    begins: str


class Numbers(NamedTuple):
    """The next free number of each table; a number is never given out twice, not even after its record is gone."""

    student: int
    contact: int
    section: int
    enrollment: int


class Leaver(NamedTuple):
    """A student who left on an ISO day since the first night. Some systems go on listing them, as gone."""

    person: Person
    day: str


@dataclass(frozen=True, slots=True)
class District:
    """The whole of it at one moment. `people` are students, then staff, then contacts, each by number; `left` is no part of them."""

    id: str
    name: str
    year: int
    schools: tuple[School, ...]
    sessions: tuple[Session, ...]
    courses: tuple[Course, ...]
    sections: tuple[Section, ...]
    people: tuple[Person, ...]
    enrollments: tuple[Enrollment, ...]
    free: Numbers
    left: tuple[Leaver, ...] = field(default=(), repr=False)

    def of(self, role: Role) -> tuple[Person, ...]:
        """The people of one role."""
        return tuple(p for p in self.people if p.role == role)
