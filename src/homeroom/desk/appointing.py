"""Whom somebody may invite, change or shut out: nobody above oneself, and nobody outside one's own districts."""

from __future__ import annotations

from collections.abc import Sequence

from homeroom.desk.people import as_person
from homeroom.desk.viewer import Person, Role, Viewer
from homeroom.roster.faults import Misuse
from homeroom.roster.words import in_a_row
from homeroom.sync.house import House

GIVES: dict[Role, tuple[Role, ...]] = {
    "operator": ("operator", "engineer", "administrator", "school_viewer", "auditor"),
    "engineer": ("engineer", "administrator", "school_viewer", "auditor"),
    "administrator": ("administrator", "school_viewer", "auditor"),
}
"""Which roles each role may give. An engineer who could make an operator would be one."""


def may_give(asking: Viewer, role: str, districts: Sequence[str]) -> None:
    """Raise Misuse where this person may not give that role, or not in those districts."""
    allowed = GIVES.get(asking.role, ())
    if role not in allowed:
        raise Misuse("You can give the roles {allowed}; {role!r} is none of them.", allowed=in_a_row(allowed), role=role)
    bound = not asking.person.staff or asking.token_districts is not None
    if bound and not districts:
        raise Misuse("Name the district; only the vendor's staff let people see all of them.")
    for slug in districts:
        if not asking.sees(slug):
            raise Misuse("There is no district {slug!r}.", slug=slug)


def schools_to_see(house: House, slug: str) -> tuple[tuple[str, str], ...]:
    """The schools whose reports somebody may be let see: sourcedId and name, by name. None before the first import."""
    page = house.stores.roster(slug).page("orgs", 2000, status="active", columns=("sourcedId", "name", "type"))
    found = [(str(id), str(name or id)) for id, name, kind in page.rows if kind == "school"]
    return tuple(sorted(found, key=lambda pair: pair[1].casefold()))


def reached(house: House, asking: Viewer, number: int, slug: str | None = None) -> Person | None:
    """The person of that number, if the one who asks may change them; None for anybody else, as for nobody.

    `slug`: only people who are of this district and of no other. Nobody shuts oneself out.
    """
    try:
        found = as_person(house.stores.control.people.get(number))
    except Misuse:
        return None
    if slug is not None and found.districts != (slug,):
        return None
    return found if found.role in GIVES.get(asking.role, ()) and found.id != asking.person.id else None
