"""The `filter` parameter: one or two clauses, parsed and bound to the columns of a table.

    filter = clause [ (" AND " | " OR ") clause ]
    clause = field ("=" | "!=" | ">" | ">=" | "<" | "<=" | "~") "'" value "'"

Besides the letter of the text this reads what clients send: bare numbers and words, a doubled quote inside a value, a lone
one where it is clear, a plain date against `dateLastModified`, `role` and `orgs` on users of either version, `org='x'` for
`org.sourcedId='x'`. Lists: `=` wants all items named, `~` any.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args

from homeroom.doors.rest.members import Member, Shape, members
from homeroom.doors.rest.problems import BadFilter, BadValue
from homeroom.roster.catalogue import Field, Format
from homeroom.roster.report import moment
from homeroom.roster.selection import (
    Both,
    Compare,
    Condition,
    Contains,
    Either,
    Extension,
    HasItem,
    Linked,
    Lists,
    Not,
    OneOf,
    Operator,
)
from homeroom.roster.versions import ABOVE_SCHOOL, TO_11, items, roles_meaning

_CLAUSE = re.compile(
    r"(?P<field>[A-Za-z_][\w.:-]*)(?P<predicate>!=|>=|<=|=|>|<|~)"
    r"(?:'(?P<quoted>(?:[^']|''|(?<=\w)'(?=\w))*)'|(?P<bare>[^\s']+))(?: (?P<logical>AND|OR) (?=.)|$)"
)
MOST_ITEMS = 100
"""Items of one list value: each becomes a part of the query."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison as it was written."""

    field: str
    predicate: str
    value: str


def parse(text: str) -> tuple[list[Clause], str | None]:
    """The clauses of a filter and the word between them. Raises BadFilter where the text does not follow the grammar."""
    clauses: list[Clause] = []
    logical: list[str] = []
    at = 0
    text = text.strip()
    while at < len(text):
        found = _CLAUSE.match(text, at)
        if found is None:
            raise BadFilter("The filter cannot be read. Write it like status='active' AND role='teacher'.")
        value = found["quoted"].replace("''", "'") if found["quoted"] is not None else found["bare"]
        clauses.append(Clause(found["field"], found["predicate"], value))
        logical += [found["logical"]] if found["logical"] else []
        at = found.end()
    if not clauses or len(clauses) > 2:
        raise BadFilter("A filter has one clause, or two joined by AND or OR.")
    if any(len(items(c.value)) > MOST_ITEMS for c in clauses):
        raise BadFilter(f"A list in a filter has at most {MOST_ITEMS} items.")
    return clauses, logical[0] if logical else None


def condition(text: str, table: str, version: str) -> Condition:
    """The condition that a filter means over a table. Raises BadFilter for an unknown field, BadValue for a bad value."""
    clauses, logical = parse(text)
    parts = tuple(_bound(c, table, version) for c in clauses)
    if len(parts) == 1:
        return parts[0]
    return Either(parts) if logical == "OR" else Both(parts)


def _bound(clause: Clause, table: str, version: str) -> Condition:
    name, _, rest = clause.field.partition(".")
    if name == "metadata" and rest:
        return Extension(rest, _operator(clause), clause.value)
    if table == "users" and name in _USERS[version]:
        return _of_user(clause, name, rest, version)
    found = next((m for m in members(table, version) if m.name == name and m.field is not None), None)
    if found is None or found.field is None or (rest and not _reaches(found, rest)):
        raise BadFilter(f"{_shown(clause.field)} is not a field of these records.")
    return _of_member(clause, found, found.field, rest)


def _reaches(m: Member, rest: str) -> bool:
    if m.shape in (Shape.REFERENCE, Shape.REFERENCES):
        return rest == "sourcedId"
    return m.shape is Shape.PAIRS and rest in m.keys


def _of_member(clause: Clause, m: Member, field: Field, rest: str) -> Condition:
    match m.shape:
        case Shape.REFERENCES:
            return _listed(clause, lambda v: Lists(field.name, Compare("sourcedId", "=", v)))
        case Shape.TEXTS:
            return _listed(clause, lambda v: HasItem(field.name, v))
        case Shape.PAIRS:
            return _of_pair(clause, m, field, rest)
    if clause.predicate == "~":
        return Contains(field.name, clause.value)
    return Compare(field.name, _operator(clause), _value(clause.value, field))


def _listed(clause: Clause, has: Callable[[str], Condition]) -> Condition:
    parts = tuple(has(item) for item in items(clause.value))
    match clause.predicate:
        case "=":
            return Both(parts) if parts else Either(())
        case "~":
            return Either(parts)
        case "!=":
            return Not(Both(parts) if parts else Either(()))
    raise BadFilter(f"A list like {_shown(clause.field)} can be asked with =, != and ~ only.")


def _of_pair(clause: Clause, m: Member, field: Field, rest: str) -> Condition:
    if clause.predicate not in ("=", "~", "!="):
        raise BadFilter(f"{_shown(clause.field)} can be asked with =, != and ~ only.")
    whole = clause.predicate != "~"
    if rest == m.keys[0]:
        text = f"{{{clause.value}:" if whole else clause.value
    else:
        text = f":{clause.value}}}" if whole else clause.value
    has = Contains(field.name, text)
    return Not(has) if clause.predicate == "!=" else has


_USERS = {"1.1": ("role", "orgs"), "1.2": ("role", "roles", "orgs", "primaryOrg")}
"""Members of a user that are made from several columns or tables."""


def _of_user(clause: Clause, name: str, rest: str, version: str) -> Condition:
    if clause.predicate not in ("=", "!=", "~"):
        raise BadFilter(f"{_shown(clause.field)} can be asked with =, != and ~ only.")
    asked = (name, rest or {"role": "", "roles": "role"}.get(name, "sourcedId"))
    match asked:
        case ("role", ""):
            made = _listed_words(clause, lambda w: _role_11(w) if version == "1.1" else Either((_role_11(w), _role_12(w))))
        case ("roles", "role"):
            made = _listed_words(clause, _role_12)
        case ("roles", "roleType"):
            made = Linked("roles", "userSourcedId", Compare("roleType", "=", clause.value))
        case ("orgs", "sourcedId") | ("roles", "org.sourcedId") | ("roles", "org"):
            made = _at_org(clause.value)
        case ("primaryOrg", "sourcedId"):
            made = Compare("primaryOrgSourcedId", "=", clause.value)
        case _:
            raise BadFilter(f"{_shown(clause.field)} is not a field of users.")
    return Not(made) if clause.predicate == "!=" else made


def _listed_words(clause: Clause, of: Callable[[str], Condition]) -> Condition:
    parts = tuple(of(word) for word in items(clause.value))
    return Either(parts) if clause.predicate == "~" or len(parts) != 1 else parts[0]


def _role_11(role: str) -> Condition:
    return Either((Compare("role", "=", role), Linked("roles", "userSourcedId", OneOf("role", roles_meaning(role)))))


def _role_12(role: str) -> Condition:
    """Stored 1.2 roles, and 1.1 users who are told to have this role."""
    stored = Linked("roles", "userSourcedId", Compare("role", "=", role))
    above = OneOf("type", tuple(sorted(ABOVE_SCHOOL)))
    if role == "districtAdministrator":
        own: Condition = Both((Compare("role", "=", "administrator"), Lists("orgSourcedIds", above)))
    elif role == "siteAdministrator":
        own = Both((Compare("role", "=", "administrator"), Lists("orgSourcedIds", Not(above))))
    elif role in TO_11 or role == "administrator":
        return stored
    else:
        own = Compare("role", "=", role)
    return Either((stored, own))


def _at_org(org: str) -> Condition:
    named = Lists("orgSourcedIds", Compare("sourcedId", "=", org))
    return Either((named, Linked("roles", "userSourcedId", Compare("orgSourcedId", "=", org))))


def _operator(clause: Clause) -> Operator:
    found: Operator | None = next((o for o in get_args(Operator) if o == clause.predicate), None)
    if found is None:
        raise BadFilter(f"{_shown(clause.field)} cannot be asked with {clause.predicate}.")
    return found


def _value(text: str, field: Field) -> str:
    """A value in the form in which the column is stored. Raises BadValue where it is none."""
    match field.format:
        case Format.DATETIME:
            return moment(_instant(text))
        case Format.DATE:
            return _instant(text).date().isoformat()
        case Format.BOOLEAN if text.lower() in ("true", "false"):
            return text.lower()
        case Format.BOOLEAN:
            raise BadValue("A flag is 'true' or 'false'.")
        case Format.FLOAT | Format.INTEGER:
            return _number(text)
    return text


def _number(text: str) -> str:
    try:
        float(text)
    except ValueError:
        raise BadValue("The value of the filter is not a number.") from None
    return text


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadValue("The value of the filter is not a date. Write 2026-01-31 or 2026-01-31T06:00:00.000Z.") from None


def _shown(name: str) -> str:
    """A field name as it may stand in an answer: short."""
    return name[:60]
