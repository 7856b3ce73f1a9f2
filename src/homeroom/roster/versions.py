"""How records of one OneRoster version are told in the other.

Homeroom stores what was sent: a 1.1 source leaves `role` and `orgSourcedIds` on the user, a 1.2 source leaves rows in `roles`.
Both are served in both versions by the rules of this module and nothing is written into the store for it. The standard gives
no mapping between the role words of 1.1 and 1.2; what is decided here:

* a 1.2 administrator of any kind, and a principal, is an `administrator` in 1.1; a `counselor` is an `aide` there;
* a 1.1 `administrator` is a `districtAdministrator` of anything above a school and a `siteAdministrator` elsewhere;
* a 1.1 user has one role row per org, `primary` each (the text allows one primary per user *and org*), and the first org
  listed is the primary org;
* of several 1.2 roles the first in `PRECEDENCE` is the role in 1.1, and the orgs are those of all of them;
* other words: 1.2 writes them as `ext:WORD` where the code list is extensible; 1.1 leaves an optional cell blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from homeroom.roster.catalogue import Field, Format, Table, catalogue

PRECEDENCE = ("administrator", "teacher", "aide", "proctor", "student", "guardian", "parent", "relative")
"""Which 1.1 role speaks for a person who has several, strongest first."""

TO_11 = {
    "districtAdministrator": "administrator",
    "siteAdministrator": "administrator",
    "systemAdministrator": "administrator",
    "principal": "administrator",
    "counselor": "aide",
}
"""1.2 role words that 1.1 does not have, and the 1.1 word that comes nearest."""

ABOVE_SCHOOL = frozenset({"district", "local", "state", "national"})
"""Types of org whose administrator looks after more than one school."""

DERIVED_ROLE = ".role-"
"""What stands between user and place in the sourcedId of a role that is told of a 1.1 user and not stored: `u1.role-1`."""

_EXTENSION = re.compile(r"ext:[A-Za-z0-9._-]+")
_NOT_IN_WORD = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Role:
    """One role of a person at one org: what a row of `roles` says, or what was derived from a 1.1 user.

    `key` is the sourcedId of the stored row; None for a derived one. Dates are ISO text or None.
    """

    user: str
    role: str
    org: str
    role_type: str = "primary"
    begin_date: str | None = None
    end_date: str | None = None
    profile: str | None = None
    key: str | None = None


def items(cell: str | None) -> tuple[str, ...]:
    """The items of a stored list cell: split at commas, blanks around them dropped, empty ones left out."""
    if not cell:
        return ()
    return tuple(item for part in cell.split(",") if (item := part.strip()))


def role_in_12(role: str, org_type: str | None) -> str:
    """The 1.2 word for a 1.1 user role at an org of that type (None: the org is unknown)."""
    if role == "administrator":
        return "districtAdministrator" if org_type in ABOVE_SCHOOL else "siteAdministrator"
    return role


def roles_of(user: str, role: str | None, orgs: str | None, org_types: Mapping[str, str]) -> tuple[Role, ...]:
    """The 1.2 roles of a 1.1 user: one per org of the stored list `orgs`, in its order; none without a role or an org."""
    if not role:
        return ()
    return tuple(Role(user, role_in_12(role, org_types.get(org)), org) for org in dict.fromkeys(items(orgs)))


def role_in_11(roles: Iterable[str]) -> str | None:
    """The one 1.1 role of somebody with these 1.2 roles, by `PRECEDENCE`; None if only `ext:` words or nothing is there."""
    found = {TO_11.get(role, role) for role in roles}
    return next((role for role in PRECEDENCE if role in found), None)


def orgs_in_11(roles: Iterable[Role], primary_org: str | None = None) -> tuple[str, ...]:
    """The 1.1 orgs of somebody with these roles: the primary org first, then those of primary roles, each org once."""
    listed = list(roles)
    first = [primary_org] if primary_org and any(r.org == primary_org for r in listed) else []
    ranked = [r.org for r in listed if r.role_type == "primary"] + [r.org for r in listed if r.role_type != "primary"]
    return tuple(dict.fromkeys([*first, *ranked]))


def roles_meaning(role_11: str) -> tuple[str, ...]:
    """Every 1.2 word that is served as this 1.1 role; used to answer `role='...'` and `/students` over stored 1.2 roles."""
    return (role_11, *(word for word, told in TO_11.items() if told == role_11 and word != role_11))


def word(field: Field, version: str, value: str | None) -> str | None:
    """A code-list value as `version` may write it.

    A word that the version's list lacks becomes `ext:WORD` in 1.2 where the list is extensible. In 1.1, which has no
    extensions, an optional cell becomes None and a required one keeps the word: a reader that meets an unknown word knows
    more than one that meets a blank.
    """
    codes = catalogue().code_list(field, version)
    if value is None or codes is None or value in codes.values or codes.open:
        return value
    if version == "1.1":
        return value if "1.1" in field.required else None
    if not codes.extensible or _EXTENSION.fullmatch(value):
        return value
    return "ext:" + _NOT_IN_WORD.sub("-", value).strip("-")


def stored_columns(table: Table) -> tuple[str, ...]:
    """The order in which a stored record travels as a tuple: sourcedId, status, dateLastModified, model columns, metadata."""
    return ("sourcedId", "status", "dateLastModified", *(c for c in table.columns if c != "sourcedId"))


def worded(table: Table, version: str) -> tuple[Field, ...]:
    """The fields of a table whose words may differ between versions, so that a writer has to ask `word` for them."""
    both = catalogue()
    named = (f for f in table.model if f.format is Format.ENUM and version in f.versions)
    return tuple(f for f in named if (codes := both.code_list(f, version)) is not None and _may_differ(f, codes.name))


def _may_differ(field: Field, code_list: str) -> bool:
    lists = set(field.codes.values()) | {code_list}
    return len(lists) > 1 or any(catalogue().codes[name].extensible for name in lists)
