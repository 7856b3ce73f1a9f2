"""What the store holds of schools that step out: it is spared from removal, and rows in scope may go on naming it.

`Leaning` stands in front of the store's lookup. Whatever is brought of a table, it finds out which of it stands aside, and brings
what it must know for that: the classes of line items, the people of demographics. So nothing is read that nobody asks about.
"""

from __future__ import annotations

from homeroom.layouts.schools.hanging import instead, parents, places, school_of
from homeroom.layouts.schools.standing import OUT
from homeroom.roster.catalogue import Catalogue, Table
from homeroom.roster.names import quoted
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Lookup

_ROLES = "roles"


def aside(table: str) -> str:
    """The relation (sourcedId, school) of the stored records of a table, as far as they were brought, that stand aside."""
    return quoted(f"away_{table}")


def schools_out() -> str:
    """The schools that step out, as keys of the table orgs."""
    return f'(SELECT "sourcedId", "sourcedId" AS school FROM {OUT})'


class Leaning:
    """A lookup that keeps `away_T` beside `stored_T`."""

    def __init__(self, workbench: Workbench, lookup: Lookup, book: Catalogue) -> None:
        """`lookup` is the store's own."""
        self._bench, self._lookup, self._book = workbench, lookup, book
        for table in book:
            workbench.run(f'CREATE OR REPLACE TABLE {aside(table.name)} ("sourcedId" VARCHAR, school VARCHAR)')

    def __call__(self, table: str, wanted: str | None) -> str:
        """See `values.Lookup`."""
        relation = self._lookup(table, wanted)
        found = self._found(self._book[table], relation)
        if found is not None:
            self._bench.run(f"CREATE OR REPLACE TABLE {aside(table)} AS {found}")
        return relation

    def _found(self, table: Table, stored: str) -> str | None:
        if table.name == "orgs":
            return f'SELECT s."sourcedId", s."sourcedId" AS school FROM {stored} s SEMI JOIN {OUT} USING ("sourcedId")'
        if table.name == "users":
            return self._people(stored)
        if table.name == "academicSessions":
            return self._sessions()
        if not places(table) and instead(table) is None:
            return None
        for field in parents(table, table.columns):
            assert field.ref is not None
            named = f"leaning_{table.name}_{field.name}"
            column = quoted(field.name)
            self._bench.run(f'CREATE OR REPLACE TABLE {quoted(named)} AS SELECT DISTINCT {column} AS "sourcedId" FROM {stored}')
            self(field.ref, named)
        school, joins = school_of(table, table.columns, _keys)
        own = f"SELECT r.\"sourcedId\", {school} AS school FROM {stored} r {joins} WHERE r.status = 'active'"
        if table.name == "courses":
            self("classes", None)
            own += f"""
                UNION ALL SELECT r."sourcedId", c.school FROM {stored} r JOIN (
                    SELECT s."courseSourcedId" AS id, min(a.school) AS school
                    FROM stored_classes s JOIN {aside("classes")} a USING ("sourcedId") GROUP BY 1
                ) c ON c.id = r."sourcedId" WHERE r.status = 'active'
            """
        return f'SELECT "sourcedId", min(school) AS school FROM ({own}) WHERE school IS NOT NULL GROUP BY "sourcedId"'

    def _people(self, stored: str) -> str:
        """People all of whose schools step out: those of their own row and those of their roles."""
        own = f"""
            SELECT "sourcedId" AS id, unnest(string_split(concat_ws(',', "orgSourcedIds", "primaryOrgSourcedId"), ',')) AS org
            FROM {stored} WHERE status = 'active'
        """
        unsaid = f"SELECT 1 FROM {stored} WHERE status = 'active' AND \"orgSourcedIds\" IS NULL LIMIT 1"
        if self._bench.rows(unsaid):
            roles = self._lookup(_ROLES, None)
            own += f"""
                UNION ALL SELECT "userSourcedId", "orgSourcedId" FROM {roles}
                WHERE status = 'active' AND "userSourcedId" IN (SELECT "sourcedId" FROM {stored} WHERE status = 'active')
            """
        return all_out(own)

    def _sessions(self) -> str:
        """Sessions that a class or course which stands aside names, and those that they are part of."""
        self("courses", None)
        sessions = self._lookup("academicSessions", None)
        return f"""
            WITH RECURSIVE named AS (
                SELECT trim(unnest(string_split(c."termSourcedIds", ','))) AS id, a.school
                FROM stored_classes c JOIN {aside("classes")} a USING ("sourcedId")
                UNION
                SELECT c."schoolYearSourcedId", a.school FROM stored_courses c JOIN {aside("courses")} a USING ("sourcedId")
                UNION
                SELECT s."parentSourcedId", n.school FROM named n JOIN {sessions} s ON s."sourcedId" = n.id
            )
            SELECT id AS "sourcedId", min(school) AS school FROM named
            WHERE id IN (SELECT "sourcedId" FROM {sessions} WHERE status = 'active') GROUP BY 1
        """


def all_out(orgs: str) -> str:
    """SELECT `sourcedId, school` of people of whom `orgs` (id, org) names at least one org and none that is in scope."""
    return f"""
        SELECT id AS "sourcedId", min(trim(org)) AS school FROM ({orgs}) LEFT JOIN {OUT} o ON o."sourcedId" = trim(org)
        WHERE trim(org) <> '' AND id IS NOT NULL GROUP BY id HAVING bool_and(o."sourcedId" IS NOT NULL)
    """


def _keys(table: str) -> str:
    return schools_out() if table == "orgs" else aside(table)
