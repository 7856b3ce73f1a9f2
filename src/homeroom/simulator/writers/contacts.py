"""The contact rules of seed systems: which role a student's contact has in OneRoster 1.1.

A contact with the legal guardian flag is a guardian, a mother or father without it a parent; PowerSchool's named query
leaves everyone else out, while other producers send them as relatives.
"""

from __future__ import annotations

from homeroom.simulator.records import Person


def role(person: Person) -> str:
    """`guardian`, `parent` or `relative`."""
    if person.legal:
        return "guardian"
    return "parent" if person.relation in ("mother", "father") else "relative"
