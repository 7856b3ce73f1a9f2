"""PowerSchool's Data Export Manager with the named queries of the SchoolStatus Connect plug-in: three files, nothing else.

The export summary that the plug-in's guide prescribes: CR line ends, comma, UTF-8, headers on, and *surround in quotes off*,
although a student's contacts and a person's schools are comma lists. Unless the label of each field is edited by hand its
table stands in front (`USERS.`, `SECTIONS.`, `CC.`). Contact rules are applied by the query; contacts that are neither
parent nor legal guardian are left out. Column order is the order of the query's fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from homeroom.simulator.records import District
from homeroom.simulator.sheets import Form, Row, Sheet
from homeroom.simulator.truth import Expected, as_sent
from homeroom.simulator.writers import contacts
from homeroom.simulator.writers.writer import Writer

USERS = "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,phone,agentSourcedIds,grades,language,dcid"
CLASSES = "sourcedId,title,grades,location,schoolSourcedId,periods"
ENROLLMENTS = "classSourcedId,schoolSourcedId,userSourcedId,role"
PREFIXES = {"users": "USERS.", "classes": "SECTIONS.", "enrollments": "CC."}


def users(district: District) -> Iterator[Row]:
    """Students, staff, and the contacts that are a parent or a guardian."""
    sent = {p.id for p in district.of("contact") if contacts.role(p) != "relative"}
    for p in district.people:
        if p.role == "contact" and p.id not in sent:
            continue
        role = contacts.role(p) if p.role == "contact" else p.role
        agents = ",".join(c for c in p.contacts if c in sent)
        names = (p.id, ",".join(p.schools), role, p.given, p.family)
        yield (*names, p.email, p.mobile, p.phone, agents, p.grade, p.language, str(p.dcid))


def classes(district: District) -> Iterator[Row]:
    """The sections. PowerSchool knows one level of a section; that of a class across grades is the lowest."""
    for s in district.sections:
        yield (s.id, s.title, s.grades[0], s.room, s.school, ",".join(s.periods))


def enrollments(district: District) -> Iterator[Row]:
    """Who is in which class, without an id and without dates."""
    for e in district.enrollments:
        yield (e.section, e.school, e.person, e.role)


def sheets(district: District) -> tuple[Sheet, ...]:
    """The three files."""
    return (
        Sheet("users.csv", "users", tuple(USERS.split(",")), list(users(district))),
        Sheet("classes.csv", "classes", tuple(CLASSES.split(",")), list(classes(district))),
        Sheet("enrollments.csv", "enrollments", tuple(ENROLLMENTS.split(",")), list(enrollments(district))),
    )


def expected(district: District) -> tuple[Expected, ...]:
    """The files' own rows; the language travels beside the standard's fields."""
    named = [
        replace(s, columns=tuple("metadata.language" if c == "language" else c for c in s.columns)) for s in sheets(district)
    ]
    keys = {"users": "sourcedId", "classes": "sourcedId", "enrollments": "classSourcedId userSourcedId role"}
    return as_sent(named, keys, ("dcid",))


WRITER = Writer("powerschool-dem", Form(ends="\r", quotes="none", prefixes=PREFIXES), sheets, expected)
LABELS_CORRECTED = replace(WRITER, name="powerschool-dem:labels-corrected", form=Form(ends="\r", quotes="none"))
QUOTED = replace(WRITER, name="powerschool-dem:quoted", form=Form(ends="\r", prefixes=PREFIXES))
