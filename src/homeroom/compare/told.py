"""What the roster already says in the other version's words, so that it is no news when it comes in again.

A 1.1 source leaves role and orgs on the user, a 1.2 source leaves rows in `roles`; each is served and exported in both versions by
the rules of `roster.versions`, and what is derived for that is not stored. A package of one version that comes back into the roster
it was made from holds these derived values. They equal what would be told again, and taking them for changes would make the roster say the
same thing twice. So, before rows are compared,

* a user's `role`, `orgSourcedIds` or `primaryOrgSourcedId` that the store does not have, but tells in this way, counts as the stored blank;
* the rows of `roles` of a user who has none stored are left out if they are exactly those that are told of this user.

Both are asked for only where such a value came and is not stored, which no night of one system has.
"""

from __future__ import annotations

from collections.abc import Collection

from homeroom.roster.names import quoted, text
from homeroom.roster.versions import ABOVE_SCHOOL, DERIVED_ROLE, PRECEDENCE, TO_11
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Lookup

OF_USERS = ("role", "orgSourcedIds", "primaryOrgSourcedId")
"""What one version keeps on the user and the other derives."""


def told(workbench: Workbench, table: str, delivered: Collection[str], stored: str, lookup: Lookup) -> str | None:
    """Make `told_T` where tonight holds derived values; returns its name, None where it does not.

    `told_users`: sourcedId and, by column, the value that is told and not stored. `told_roles`: sourcedId of rows to leave out.
    """
    if table == "users" and _users_came(workbench, delivered, stored):
        return _users(workbench, lookup)
    if table == "roles" and {"userSourcedId", "role", "orgSourcedId"} <= set(delivered) and _roles_came(workbench):
        return _roles(workbench, delivered, lookup)
    return None


_TOLD_BY = {"primaryOrgSourcedId": ' AND s."orgSourcedIds" IS NOT NULL'}
"""What must be stored for a column to be told at all, where that is on the same record."""


def _users_came(workbench: Workbench, delivered: Collection[str], stored: str) -> bool:
    came = [f"(a.{quoted(c)} IS NOT NULL AND s.{quoted(c)} IS NULL{_TOLD_BY.get(c, '')})" for c in OF_USERS if c in delivered]
    if not came:
        return False
    pairs = f'FROM admitted_users a JOIN {stored} s ON a."sourcedId" = s."sourcedId"'
    return bool(workbench.rows(f"SELECT 1 {pairs} WHERE {' OR '.join(came)} LIMIT 1"))


def _users(workbench: Workbench, lookup: Lookup) -> str:
    """What is told of every stored user beside what is stored: from the roles where there are some, else from the orgs."""
    roles, users = lookup("roles", None), lookup("users", "admitted_users")
    word = " ".join(f"WHEN {text(new)} THEN {text(old)}" for new, old in TO_11.items())
    ranked = f"[{', '.join(map(text, PRECEDENCE))}]"
    workbench.run(f"""
        CREATE OR REPLACE TABLE told_users AS
        WITH held AS (
            SELECT r."userSourcedId" AS person, r."orgSourcedId" AS org, r.id,
                   list_position({ranked}, CASE r.role {word} ELSE r.role END) AS rank,
                   CASE WHEN r."orgSourcedId" = u."primaryOrgSourcedId" THEN 0 WHEN r."roleType" = 'primary' THEN 1 ELSE 2 END AS place
            FROM {roles} r JOIN {users} u ON u."sourcedId" = r."userSourcedId" WHERE r.status = 'active'
        ), orgs AS (
            SELECT person, org, min(rank) AS rank, min(row(place, id)) AS place FROM held GROUP BY person, org
        )
        SELECT person AS "sourcedId", {ranked}[min(rank)] AS role, string_agg(org, ',' ORDER BY place) AS "orgSourcedIds",
               NULL::VARCHAR AS "primaryOrgSourcedId"
        FROM orgs GROUP BY person
        UNION ALL
        SELECT "sourcedId", NULL, NULL, nullif(trim(string_split(trim("orgSourcedIds", ', '), ',')[1]), '')
        FROM {users} WHERE "orgSourcedIds" IS NOT NULL AND "sourcedId" NOT IN (SELECT person FROM held)
    """)
    return "told_users"


_DERIVED = f'starts_with(a."sourcedId", a."userSourcedId" || {text(DERIVED_ROLE)})'
"""Whether a row of tonight could be one that was derived: its id is made of the user's."""


def _roles_came(workbench: Workbench) -> bool:
    return bool(workbench.rows(f"SELECT 1 FROM admitted_roles a WHERE {_DERIVED} LIMIT 1"))


def _roles(workbench: Workbench, delivered: Collection[str], lookup: Lookup) -> str:
    """All rows of users whose rows are exactly those that are told of them."""
    asked = f'SELECT DISTINCT a."userSourcedId" AS "sourcedId" FROM admitted_roles a WHERE {_DERIVED}'
    workbench.run(f"CREATE OR REPLACE TABLE told_people AS {asked}")
    users, orgs, roles = lookup("users", "told_people"), lookup("orgs", None), lookup("roles", None)
    above = ", ".join(text(kind) for kind in sorted(ABOVE_SCHOOL))
    others = [c for c in ("beginDate", "endDate", "userProfileSourcedId", "metadata") if c in delivered]
    bare = "".join(f" AND a.{quoted(c)} IS NULL" for c in others)
    kind = " AND a.\"roleType\" = 'primary'" if "roleType" in delivered else ""
    workbench.run(f"""
        CREATE OR REPLACE TABLE told_roles AS
        WITH places AS (
            SELECT "sourcedId" AS person, role, list_filter(
                list_transform(string_split("orgSourcedIds", ','), lambda o: trim(o)), lambda o: o <> '') AS orgs
            FROM {users} SEMI JOIN told_people USING ("sourcedId") WHERE role IS NOT NULL AND "orgSourcedIds" IS NOT NULL
              AND "sourcedId" NOT IN (SELECT "userSourcedId" FROM {roles} WHERE status = 'active' AND "userSourcedId" IS NOT NULL)
        ), each AS (
            SELECT person, role, unnest(list_filter(orgs, lambda o, n: list_position(orgs, o) = n)) AS org,
                   generate_subscripts(list_filter(orgs, lambda o, n: list_position(orgs, o) = n), 1) AS n FROM places
        ), derived AS (
            SELECT person, person || {text(DERIVED_ROLE)} || n AS key, org, CASE WHEN role <> 'administrator' THEN role
                WHEN o.type IN ({above}) THEN 'districtAdministrator' ELSE 'siteAdministrator' END AS role
            FROM each e LEFT JOIN {orgs} o ON o."sourcedId" = e.org
        ), same AS (
            SELECT a."userSourcedId" AS person, count(*) AS came, count(d.key) AS equal
            FROM admitted_roles a LEFT JOIN derived d
              ON a."sourcedId" = d.key AND a."userSourcedId" = d.person AND a.role = d.role AND a."orgSourcedId" = d.org{kind}{bare}
            GROUP BY 1
        )
        SELECT a."sourcedId" FROM admitted_roles a JOIN same s ON s.person = a."userSourcedId"
        WHERE s.came = s.equal AND s.came = (SELECT count(*) FROM derived d WHERE d.person = s.person)
    """)
    return "told_roles"
