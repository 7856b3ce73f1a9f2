"""The contact rules of seed systems: which role a student's contact has in OneRoster 1.1, and the truth of pairs.

A contact with the legal guardian flag is a guardian, a mother or father without it a parent; PowerSchool's named query
leaves everyone else out, while other producers send them as relatives.
"""

from __future__ import annotations

from homeroom.simulator.records import Person
from homeroom.simulator.register import Register
from homeroom.simulator.truth import Expected, expect


def role(person: Person) -> str:
    """`guardian`, `parent` or `relative`."""
    if person.legal:
        return "guardian"
    return "parent" if person.relation in ("mother", "father") else "relative"


def told(book: Register) -> Expected:
    """The pairs of student and contact, where a format does not say what they are to each other.

    `reachable`: an e-mail address or a mobile number is there.
    """
    rows = []
    for student, contact, place in book.pairs():
        reached = "true" if contact.email or contact.mobile else "false"
        rows.append((student.id, contact.id, contact.given, contact.family, contact.email, reached, str(place)))
    columns = "student sourcedId givenName familyName email reachable priority"
    return expect("contacts", columns, rows, "student sourcedId")
