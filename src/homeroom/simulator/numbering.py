"""PowerSchool's own numbers and codes of records: the same in the files that it sends and in its tables."""

from __future__ import annotations

from homeroom.simulator.records import Person, Section

STAFF_STATUS = {"teacher": "1", "aide": "2", "administrator": "0"}
PORTION = {"schoolYear": "1", "semester": "2", "gradingPeriod": "4"}
LEAD, CO = ("Lead Teacher", "25"), ("Co-teacher", "26")


def inner(number: str) -> str:
    """The inner ID of a record, from its own id: never the same number as its DCID."""
    return str(int(number[1:]) + 50_000)


def teacher_id(person: Person, school: str) -> str:
    """TEACHERS.ID of an adult at a school: one for each school."""
    return str(person.dcid * 10 + person.schools.index(school))


def section_number(section: Section) -> str:
    """The number of a class within its course."""
    return section.code.rpartition(".")[2]


def abbreviation(title: str) -> str:
    """S1 for Semester 1 ...; a year is its two years."""
    words = title.split()
    return f"{words[0][0]}{words[1]}" if len(words) > 1 else f"{title[2:4]}-{title[7:9]}"
