"""The members of a user that are not columns of the user: roles, profiles, primary org; in 1.1 the one role and the orgs.

A 1.1 source left role and orgs on the user's own row, a 1.2 source left rows in `roles` and `userProfiles`. Both are told in
both versions by `homeroom.roster.versions`. Rows in `roles` win where somebody has both. Passwords are not stored, so they
cannot be served.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from homeroom.doors.rest.wording import quoted, reference, reference_list, references
from homeroom.roster.versions import Role, items, orgs_in_11, role_in_11, roles_of


@dataclass(frozen=True, slots=True)
class Profile:
    """One row of `userProfiles`, without its password."""

    key: str
    user: str
    profile_type: str
    vendor: str
    application: str | None
    description: str | None
    credential_type: str
    username: str


Person = tuple[str, str | None, str | None, str | None]
"""What of a stored user decides its roles: sourcedId, 1.1 role, 1.1 org list, 1.2 primary org. A plain tuple: a page has many."""


def roles_json(roles: Iterable[Role], orgs: str) -> str:
    """The `roles` member of a 1.2 user; `orgs` is the beginning of an org's href."""
    return "[" + ",".join([_role(r, orgs) for r in roles]) + "]"


def _role(r: Role, orgs: str) -> str:
    text = f'{{"roleType":{quoted(r.role_type)},"role":{quoted(r.role)},"org":{{"href":"{orgs}{reference(r.org)},"type":"org"}}'
    if r.profile:
        text += f',"userProfile":{quoted(r.profile)}'
    if r.begin_date:
        text += f',"beginDate":{quoted(r.begin_date)}'
    if r.end_date:
        text += f',"endDate":{quoted(r.end_date)}'
    return text + "}"


def profiles_json(profiles: Iterable[Profile]) -> str:
    """The `userProfiles` member of a 1.2 user. `profileId` is the row's sourcedId; a credential is its type and user name."""
    return "[" + ",".join([_profile(p) for p in profiles]) + "]"


def _profile(p: Profile) -> str:
    text = f'{{"profileId":{quoted(p.key)},"profileType":{quoted(p.profile_type)},"vendorId":{quoted(p.vendor)}'
    if p.application:
        text += f',"applicationId":{quoted(p.application)}'
    if p.description:
        text += f',"description":{quoted(p.description)}'
    return text + f',"credentials":[{{"type":{quoted(p.credential_type)},"username":{quoted(p.username)}}}]}}'


def inside_12(
    people: Sequence[Person],
    roles: Mapping[str, Sequence[Role]],
    profiles: Mapping[str, Sequence[Profile]],
    org_types: Mapping[str, str],
    orgs: str,
) -> dict[str, dict[str, str]]:
    """The embedded members of 1.2 users: stored roles where there are some, else those derived from the 1.1 role."""
    told: dict[str, str] = {}
    primary: dict[str, str] = {}
    for key, role, listed, first in people:
        stored = roles.get(key) if roles else None
        if stored:
            told[key], org = roles_json(stored, orgs), _org(first, orgs)
        else:
            types = tuple(org_types.get(o) for o in items(listed)) if role == "administrator" else ()
            told[key], org = _derived(role, listed, types, first, orgs)
        if org:
            primary[key] = org
    return {"roles": told, "primaryOrg": primary, "userProfiles": {u: profiles_json(found) for u, found in profiles.items()}}


@lru_cache(maxsize=16_384)
def _derived(
    role: str | None, listed: str | None, types: tuple[str | None, ...], first: str | None, orgs: str
) -> tuple[str, str]:
    """The roles and the primary org of a 1.1 user. Schools repeat, so the texts are remembered."""
    keys = items(listed)
    org_types = {o: t for o, t in zip(keys, types, strict=False) if t}
    return roles_json(roles_of("", role, listed, org_types), orgs), _org(first or next(iter(keys), None), orgs)


def _org(key: str | None, orgs: str) -> str:
    return f'{{"href":"{orgs}{reference(key)},"type":"org"}}' if key else ""


def inside_11(people: Sequence[Person], roles: Mapping[str, Sequence[Role]], orgs: str) -> dict[str, dict[str, str]]:
    """The embedded members of 1.1 users: the one role that speaks for the person, and the orgs. Only `ext:` roles: no role."""
    told: dict[str, str] = {}
    lists: dict[str, str] = {}
    for key, role, listed, first in people:
        stored = roles.get(key) if roles else None
        if stored:
            spoken = role_in_11(r.role for r in stored)
            lists[key] = reference_list(orgs_in_11(stored, first), orgs, "org")
        else:
            spoken = role
            lists[key] = references(listed or "", orgs, "org")
        if spoken:
            told[key] = quoted(spoken)
    return {"role": told, "orgs": lists}
