"""What is embedded in a page's objects: read for the whole page at once, and only what the writer asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TypeVar

from homeroom.doors.rest.people import Person, Profile, inside_11, inside_12
from homeroom.doors.rest.wording import reference_list
from homeroom.doors.rest.writers import Inside, Row, Writer
from homeroom.roster.catalogue import catalogue
from homeroom.roster.versions import Role, items, stored_columns
from homeroom.store.shelf import Look

_RESOURCES = {
    "classes": ("classResources", "classSourcedId"),
    "courses": ("courseResources", "courseSourcedId"),
    "users": ("userResources", "userSourcedId"),
}


def _at(table: str) -> dict[str, int]:
    return {column: n for n, column in enumerate(stored_columns(catalogue()[table]))}


T = TypeVar("T")
_PLACES = {name: _at(name) for name in catalogue().tables}


def inside(look: Look, writer: Writer, rows: Sequence[Row], hrefs: Mapping[str, str]) -> Inside:
    """The embedded members of these rows, by member and sourcedId."""
    if not writer.embeds or not rows:
        return {}
    keys = [row[0] for row in rows]
    found: dict[str, Mapping[str, str]] = {}
    if "children" in writer.embeds and writer.table in ("orgs", "academicSessions"):
        found["children"] = _children(look, writer.table, keys, hrefs)
    if "resources" in writer.embeds:
        found["resources"] = _resources(look, writer.table, keys, hrefs)
    if writer.table == "users" and len(writer.embeds) > ("resources" in writer.embeds):
        found |= _people(look, writer, rows, hrefs["orgs"])
    return found


def _children(look: Look, table: str, keys: Sequence[str], hrefs: Mapping[str, str]) -> dict[str, str]:
    parent = _PLACES[table]["parentSourcedId"]
    grouped = _grouped(look.linked(table, "parentSourcedId", keys), lambda row: row[parent], lambda row: str(row[0]))
    return _as_references(grouped, table, hrefs)


def _resources(look: Look, table: str, keys: Sequence[str], hrefs: Mapping[str, str]) -> dict[str, str]:
    through, column = _RESOURCES[table]
    owner, resource = _PLACES[through][column], _PLACES[through]["resourceSourcedId"]
    rows = look.linked(through, column, keys)
    return _as_references(_grouped(rows, lambda row: row[owner], lambda row: str(row[resource])), "resources", hrefs)


def _as_references(grouped: Mapping[str, Sequence[str]], table: str, hrefs: Mapping[str, str]) -> dict[str, str]:
    kind = catalogue()[table].singular
    return {owner: reference_list(dict.fromkeys(keys), hrefs[table], kind) for owner, keys in grouped.items()}


def _grouped(rows: Iterable[Row], owner: Callable[[Row], str], what: Callable[[Row], T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(owner(row), []).append(what(row))
    return found


def _people(look: Look, writer: Writer, rows: Sequence[Row], orgs: str) -> dict[str, dict[str, str]]:
    at = _PLACES["users"]
    people: list[Person] = list(map(itemgetter(0, at["role"], at["orgSourcedIds"], at["primaryOrgSourcedId"]), rows))
    keys = [row[0] for row in rows]
    roles = _grouped(look.linked("roles", "userSourcedId", keys), lambda r: r[_ROLE["userSourcedId"]], _role)
    if writer.version == "1.1":
        return inside_11(people, roles, orgs)
    profiles = _grouped(look.linked("userProfiles", "userSourcedId", keys), lambda r: r[_PROFILE["userSourcedId"]], _profile)
    return inside_12(people, roles, profiles, _org_types(look, people), orgs)


_ROLE = _PLACES["roles"]
_PROFILE = _PLACES["userProfiles"]


def _role(row: Row) -> Role:
    a = _ROLE
    return Role(
        user=row[a["userSourcedId"]],
        role=row[a["role"]],
        org=row[a["orgSourcedId"]],
        role_type=row[a["roleType"]] or "secondary",
        begin_date=row[a["beginDate"]],
        end_date=row[a["endDate"]],
        profile=row[a["userProfileSourcedId"]],
        key=row[0],
    )


def _profile(row: Row) -> Profile:
    a = _PROFILE
    return Profile(
        key=row[0],
        user=row[a["userSourcedId"]],
        profile_type=row[a["profileType"]] or "",
        vendor=row[a["vendorId"]] or "",
        application=row[a["applicationId"]],
        description=row[a["description"]],
        credential_type=row[a["credentialType"]] or "",
        username=row[a["username"]] or "",
    )


def _org_types(look: Look, people: Iterable[Person]) -> dict[str, str]:
    """Types of the orgs of a page's 1.1 administrators: they decide which 1.2 administrator somebody is."""
    keys = sorted({org for _, role, listed, _ in people if role == "administrator" for org in items(listed)})
    if not keys:
        return {}
    return {row[0]: row[_PLACES["orgs"]["type"]] for row in look.linked("orgs", "sourcedId", keys)}
