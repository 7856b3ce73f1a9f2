"""What a OneRoster object consists of on the wire: its members, read from the catalogue's `json` column, per version.

The catalogue says `org.sourcedId` for a reference, `terms[].sourcedId` for a list of them, `grades[]` for a list of texts and
`userIds[] (type, identifier)` for a list of pairs. Columns marked `(container)` or `(inverse)` are no members of their own
row: they place it inside another object (roles in a user).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from homeroom.roster.catalogue import Field, Format, Table, catalogue

ROOTS = {
    "1.1": dict.fromkeys(("rostering", "gradebook", "resources"), "/ims/oneroster/v1p1"),
    "1.2": {service: f"/ims/oneroster/{service}/v1p2" for service in ("rostering", "gradebook", "resources")},
}
"""Where each service stands below the outside address."""

ALWAYS_12 = {("orgs", "identifier"), ("courses", "courseCode")}
"""Texts that the 1.2 schema requires although the CSV binding lets them be blank: written as "" rather than left out."""


class Shape(StrEnum):
    """How a member is written. `EMBEDDED` ones are made from rows of other tables and handed to the writer as text."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"
    REFERENCE = "reference"
    REFERENCES = "references"
    TEXTS = "texts"
    PAIRS = "pairs"
    EMBEDDED = "embedded"
    METADATA = "metadata"


COLLECTIONS = (
    "orgs", "academicSessions", "courses", "classes", "users", "enrollments", "demographics", "resources",
    "categories", "lineItems", "results", "scoreScales",
)  # fmt: skip
"""Tables whose rows are objects of their own; the others live inside these."""


@dataclass(frozen=True, slots=True)
class Member:
    """One property of an object. `keys` name the halves of a pair; `always`: written even when blank."""

    name: str
    shape: Shape
    field: Field | None = None
    keys: tuple[str, ...] = ()
    always: bool = False

    @property
    def column(self) -> str | None:
        """The stored column, or None for what is made from several."""
        return "metadata" if self.shape is Shape.METADATA else self.field.name if self.field else None


_EMBEDDED = {
    ("users", "1.1"): ("role", "orgs"),
    ("users", "1.2"): ("roles", "userProfiles", "primaryOrg", "resources"),
    ("orgs", "1.1"): ("children",),
    ("orgs", "1.2"): ("children",),
    ("academicSessions", "1.1"): ("children",),
    ("academicSessions", "1.2"): ("children",),
    ("classes", "1.1"): ("resources",),
    ("classes", "1.2"): ("resources",),
    ("courses", "1.1"): ("resources",),
    ("courses", "1.2"): ("resources",),
}
_SPECIAL = {("users", "role"), ("users", "orgSourcedIds"), ("users", "primaryOrgSourcedId")}
"""Columns whose member is not made from them alone: see `homeroom.roster.versions`."""


def _member(table: Table, field: Field, version: str) -> Member | None:
    told = field.json
    if field.secret or version not in field.versions or "(container)" in told or "(inverse)" in told:
        return None
    if version == "1.1" and field.spelled_11 and field.format.is_reference:
        told = field.spelled_11.removesuffix("SourcedId") + ".sourcedId"
    name, _, rest = told.partition("[]")
    if field.format is Format.LIST_GUID_REF:
        return Member(name, Shape.REFERENCES, field, always=version in field.required)
    return _plain(table, field, version, name, rest)


def _plain(table: Table, field: Field, version: str, name: str, rest: str) -> Member | None:
    if field.format is Format.GUID_REF and field.name != "sourcedId":
        return Member(name.removesuffix(".sourcedId"), Shape.REFERENCE, field) if name.endswith(".sourcedId") else None
    if field.format in (Format.LIST_TYPED_ID, Format.LIST_MAPPING):
        keys = tuple(part.strip() for part in rest.strip(" ()").split(","))
        return Member(name, Shape.PAIRS, field, keys)
    if field.format.is_list:
        return Member(name, Shape.TEXTS, field)
    if field.format in (Format.FLOAT, Format.INTEGER):
        return Member(name, Shape.NUMBER, field)
    if table.name == "lineItems" and field.format is Format.DATE:
        return Member(name, Shape.MOMENT, field)
    return Member(name, Shape.TEXT, field, always=version == "1.2" and (table.name, name) in ALWAYS_12)


@cache
def members(table: str, version: str) -> tuple[Member, ...]:
    """Every member of an object of that table in that version, in the order in which they are written. Raises KeyError."""
    known = catalogue()[table]
    if table not in COLLECTIONS or known not in catalogue().version(version):
        raise KeyError(f"{table} {version}")
    found = [m for f in known.fields if (table, f.name) not in _SPECIAL and (m := _member(known, f, version)) is not None]
    embedded = [Member(name, Shape.EMBEDDED) for name in _EMBEDDED.get((table, version), ())]
    return (*found, *embedded, Member("metadata", Shape.METADATA))


def hrefs(address: str, version: str) -> dict[str, str]:
    """Per table the beginning of an href: outside address, root of its service, collection, slash."""
    roots = ROOTS[version]
    return {t.name: f"{address}{roots[t.service]}/{t.name}/" for t in catalogue().oneroster}
