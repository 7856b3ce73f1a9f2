"""What a record is called when it is shown: its name, the number that people know, what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from homeroom.store.roster import RosterStore

NAMES: Mapping[str, tuple[str, ...]] = {
    "users": ("givenName", "familyName"),
    "orgs": ("name",),
    "courses": ("title",),
    "classes": ("title",),
    "academicSessions": ("title",),
    "resources": ("title",),
    "categories": ("title",),
    "lineItems": ("title",),
}
"""Table -> the columns that make its name; all others are called by their id."""

NUMBERS = {"users": "identifier", "orgs": "identifier", "classes": "classCode", "courses": "courseCode"}
"""Table -> the column with the number or code that people know."""

KINDS = {
    "users": "role",
    "orgs": "type",
    "classes": "classType",
    "academicSessions": "type",
    "enrollments": "role",
    "roles": "role",
}
"""Table -> the column that says what a record is."""

SCHOOL = {"users": "orgSourcedIds", "classes": "schoolSourcedId", "enrollments": "schoolSourcedId", "courses": "orgSourcedId"}
"""Table -> the column with its school, or with several of which the first is shown."""


def columns(table: str) -> tuple[str, ...]:
    """The columns that `name`, `number` and `what` read, and that of the school."""
    said = (NUMBERS.get(table), KINDS.get(table), SCHOOL.get(table))
    return tuple(dict.fromkeys(("sourcedId", *NAMES.get(table, ()), *(c for c in said if c is not None))))


def name(table: str, row: Mapping[str, Any]) -> str:
    """What a record is called."""
    said = " ".join(str(row[c]) for c in NAMES.get(table, ()) if row.get(c))
    return said or str(row["sourcedId"])


def number(table: str, row: Mapping[str, Any]) -> str | None:
    """The number or code that people know it by."""
    return row.get(NUMBERS.get(table, ""))


def what(table: str, row: Mapping[str, Any]) -> str | None:
    """What it is, in the roster's own word: `student`, `school`, `homeroom`."""
    return row.get(KINDS.get(table, ""))


def schools(store: RosterStore, table: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """sourcedId -> name of the schools that rows name first."""
    column = SCHOOL.get(table)
    if column is None:
        return {}
    wanted = {str(row[column]).split(",")[0].strip() for row in rows if row.get(column)}
    return {key: str(org["name"] or key) for key, org in store.named("orgs", wanted, ("name",)).items()}
