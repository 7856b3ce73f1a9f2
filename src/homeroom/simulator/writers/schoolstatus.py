"""The three files of SchoolStatus Connect (once ClassTag) in OneRoster 1.1's words, and its two files beside them.

UTF-8, CRLF, comma, lists inside one quoted cell. Columns of users, classes and enrollments are the product's; `identifier` is
inferred. `guardians.csv` (variant `guardians-file`) has the published order and meaning with inferred header words, and
`student_attributes.csv` is known by name only: its wide form, one attribute a column, is inferred.

Not carried: courses, terms, demographics, middle names, user names, class codes, ids and dates of enrollments, who leads a class;
in `guardians.csv` also what a contact is to the student.
"""

from __future__ import annotations

from dataclasses import replace

from homeroom.simulator import facts
from homeroom.simulator.records import District, Person
from homeroom.simulator.register import Register, register
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.truth import Expected, as_sent, expect
from homeroom.simulator.writers import contacts
from homeroom.simulator.writers.contacts import told
from homeroom.simulator.writers.writer import Writer

USERS = (
    *("sourcedId", "orgSourcedIds", "role", "givenName", "familyName", "email", "sms", "phone"),
    *("agentSourcedIds", "grades", "identifier", "language"),
)
CLASSES = ("sourcedId", "title", "grades", "location", "schoolSourcedId", "periods")
ENROLLMENTS = ("classSourcedId", "schoolSourcedId", "userSourcedId", "role")
GUARDIANS = ("studentId", "guardianId", "firstName", "lastName", "email", "sms", "phone", "language")
ATTRIBUTES = ("studentId", "House", "Bus", "Lunch")
KEYS = {"users": "sourcedId", "classes": "sourcedId", "enrollments": "classSourcedId userSourcedId role"}


def _user(person: Person, agents: tuple[str, ...]) -> Row:
    role = contacts.role(person) if person.role == "contact" else person.role
    names = (person.id, ",".join(person.schools), role, person.given, person.family, person.email)
    return (*names, person.mobile, person.phone, ",".join(agents), person.grade, person.number, person.language)


def _classes(book: Register) -> list[Row]:
    return [(s.id, s.title, ",".join(s.grades), s.room, s.school, ",".join(s.periods)) for s in book.district.sections]


def _attributes(book: Register) -> list[Row]:
    found = [(p, facts.pupil(p, book.district.year)) for p in book.students]
    return [(p.id, f.house, f.bus, f.lunch.capitalize()) for p, f in found]


def _three(book: Register, users: list[Row]) -> tuple[Sheet, ...]:
    enrollments = [(e.section, e.school, e.person, e.role) for e in book.district.enrollments]
    return (
        Sheet("users.csv", "users", USERS, users),
        Sheet("classes.csv", "classes", CLASSES, _classes(book)),
        Sheet("enrollments.csv", "enrollments", ENROLLMENTS, enrollments),
        Sheet("student_attributes.csv", "student_attributes", ATTRIBUTES, _attributes(book)),
    )


def sheets(district: District) -> tuple[Sheet, ...]:
    """Guardians stand among the users, their ids with the student."""
    book = register(facts.enlarged(district))
    return _three(book, [_user(p, p.contacts) for p in book.district.people])


def with_guardians_file(district: District) -> tuple[Sheet, ...]:
    """Guardians come in a file of pairs."""
    book = register(facts.enlarged(district))
    pairs = [(s.id, c.id, c.given, c.family, c.email, c.mobile, c.phone, c.language) for s, c, _ in book.pairs()]
    users = [_user(p, ()) for p in book.district.people if p.role != "contact"]
    return (*_three(book, users), Sheet("guardians.csv", "contacts", GUARDIANS, pairs))


def _attribute_rows(book: Register) -> list[Row]:
    rows = [(r[0], name, value) for r in _attributes(book) for name, value in zip(ATTRIBUTES[1:], r[1:], strict=True)]
    return [r for r in rows if r[2]]


def _expected(district: District, made: tuple[Sheet, ...], *without: str) -> tuple[Expected, ...]:
    book = register(facts.enlarged(district))
    orgs = {p for person in book.district.people for p in person.schools}
    sent = tuple(replace(s, columns=tuple("metadata.language" if c == "language" else c for c in s.columns)) for s in made)
    return (
        expect("orgs", "sourcedId", ((o,) for o in sorted(orgs))),
        *as_sent(sent, KEYS, without),
        expect("student_attributes", "userSourcedId name value", _attribute_rows(book), "userSourcedId name"),
    )


def expected(district: District) -> tuple[Expected, ...]:
    """The files' own rows; attributes in their long form."""
    return _expected(district, sheets(district))


def expected_with_guardians_file(district: District) -> tuple[Expected, ...]:
    """The same without the guardians, who are told as pairs: who of them becomes a user is for the contact rules."""
    return (*_expected(district, with_guardians_file(district), "agentSourcedIds"), told(register(district)))


WRITER = Writer("schoolstatus", Form(), sheets, expected)
GUARDIANS_FILE = Writer("schoolstatus:guardians-file", Form(), with_guardians_file, expected_with_guardians_file)
