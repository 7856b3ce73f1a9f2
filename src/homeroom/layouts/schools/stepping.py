"""Stepping out: tonight's rows of schools that step out are left unread, and what the store holds of them stays as it is.

The place in the walk is after everything that makes rows and before anything that compares them. `skipped_T` names the rows that
are left out; their feeds count them as ignored. Where no school steps out, nothing is made and the feeds are returned as they came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from homeroom.layouts.filling import numbered
from homeroom.layouts.schools import standing
from homeroom.layouts.schools.aside import Leaning, all_out, aside, schools_out
from homeroom.layouts.schools.hanging import hangs, parents, places, school_of
from homeroom.layouts.schools.rules import SchoolRules
from homeroom.roster.catalogue import Catalogue, Field, Table
from homeroom.roster.names import quoted
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import DROPPED, MARK, Feed, Lookup

FIRST = ("orgs", "classes", "courses", "academicSessions", "users")
"""The order in which tables are looked at: what others lean on goes before them; the rest follows the catalogue."""
OF_PEOPLE = ("orgSourcedIds", "primaryOrgSourcedId")
"""The columns of a person's own row that name schools."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """Tonight's feeds and the lookup after schools stepped out. `schools` says how many did."""

    feeds: tuple[Feed, ...]
    lookup: Lookup
    schools: int = 0


def step(workbench: Workbench, rules: SchoolRules, feeds: Sequence[Feed], book: Catalogue, lookup: Lookup) -> Stepped:
    """Find the schools that step out tonight, and take their rows out of the feeds."""
    orgs = [f for f in feeds if f.table == "orgs"]
    if not rules.said and not standing.marks(orgs, rules):
        return Stepped(tuple(feeds), lookup)
    count = standing.stand(workbench, rules, orgs, lookup)
    if not count:
        return Stepped(tuple(feeds), lookup)
    for what in ("term", "course"):
        workbench.run(f"CREATE OR REPLACE TABLE names_{what} (id VARCHAR, school VARCHAR)")
    for table in filter(hangs, book):
        cells = '"sourcedId" VARCHAR, _file INTEGER, made BOOLEAN, school VARCHAR'
        workbench.run(f"CREATE OR REPLACE TABLE {skipped(table.name)} ({cells})")
        workbench.run(f'CREATE OR REPLACE TABLE {_missed(table.name)} ("sourcedId" VARCHAR, school VARCHAR)')
    walk = _Walk(workbench, book, Leaning(workbench, lookup, book), tuple(feeds))
    rest = [t for t in book if t.name not in FIRST]
    made = {f: g for t in [*(book[n] for n in FIRST), *rest] if hangs(t) for f, g in walk.taken_out(t)}
    return Stepped(tuple(made.get(number, f) for number, f in enumerate(feeds)), walk.lookup, count)


def skipped(table: str) -> str:
    """The relation (sourcedId, _file, made, school) of tonight's rows of a table that are left out."""
    return quoted(f"skipped_{table}")


@dataclass(frozen=True, slots=True)
class _Walk:
    """What stays the same while table after table is looked at."""

    workbench: Workbench
    book: Catalogue
    lookup: Leaning
    feeds: tuple[Feed, ...]

    def taken_out(self, table: Table) -> list[tuple[int, Feed]]:
        """The feeds of a table, by their number among all, without the rows that belong to schools which step out."""
        mine = [(number, f) for number, f in enumerate(self.feeds) if f.table == table.name]
        if not mine:
            return []
        self._prepare(table, [f for _, f in mine])
        found = [(number, f, self._joined(table, f)) for number, f in mine]
        pieces = " UNION ALL ".join(
            f'SELECT r."sourcedId"::VARCHAR AS "sourcedId", {f.text.file.number} AS _file, {str(f.made).lower()} AS made, '
            f"{school} AS school FROM ({numbered(f)}) r {joins} WHERE r._keep AND {school} IS NOT NULL"
            for _, f, (school, joins) in found
        )
        self.workbench.run(f"INSERT INTO {skipped(table.name)} {pieces}")
        self._note_names(table, found)
        return [(number, self._without(f, school, joins)) for number, f, (school, joins) in found]

    def _prepare(self, table: Table, mine: Sequence[Feed]) -> None:
        """Make the relations that `_joined` joins, and bring what the store must say."""
        if table.name == "users":
            self._people(mine)
        elif table.name == "academicSessions":
            self._sessions(mine)
        for feed in mine:
            for field in parents(table, feed.columns):
                self._missed(table, feed, field)
        for number, feed in enumerate(f for f in mine if self._unsure(table, f)):
            self._ask(table.name, f"unsure_{table.name}_{number}", f'SELECT "sourcedId" FROM ({feed.select}) WHERE _keep')

    def _whole(self, table: str) -> bool:
        """Whether tonight's files bring all records of a table."""
        mine = [f for f in self.feeds if f.table == table]
        return bool(mine) and all(f.mode == "continuous" and not f.partial for f in mine)

    def _unsure(self, table: Table, feed: Feed) -> bool:
        """Whether rows may leave unsaid where they belong, so that the stored record has to say it."""
        said = _saying(table)
        return table.name != "orgs" and (feed.mode != "continuous" or (bool(said) and not said & set(feed.columns)))

    def _missed(self, table: Table, feed: Feed, field: Field) -> None:
        """Ask the store for records that rows lean on and that tonight's files do not bring: note in `missed_P` which stand aside.

        Rows that name their school need nothing else, as long as the files bring all that they lean on.
        """
        assert field.ref is not None
        own = [quoted(f.name) for f in places(table) if f.ref == "orgs" and f.name in feed.columns]
        if own and self._whole(field.ref):
            return
        bare = "".join(f" AND {column} IS NULL" for column in own)
        came = [f'SELECT "sourcedId"::VARCHAR AS id FROM ({f.select}) WHERE _keep' for f in self.feeds if f.table == field.ref]
        new = f" WHERE id NOT IN (SELECT id FROM ({' UNION ALL '.join(came)}) WHERE id IS NOT NULL)" if came else ""
        named = f"SELECT {quoted(field.name)}::VARCHAR AS id FROM ({feed.select}) WHERE _keep AND {quoted(field.name)} IS NOT NULL{bare}"
        keys = f"missed_{table.name}_{field.name}_{feed.text.file.number}"
        if self._ask(field.ref, keys, f'SELECT id AS "sourcedId" FROM ({named}){new}'):
            self.workbench.run(f"""
                INSERT INTO {_missed(field.ref)} SELECT * FROM {aside(field.ref)} SEMI JOIN {quoted(keys)} USING ("sourcedId")
            """)

    def _ask(self, table: str, name: str, keys: str) -> int:
        """Bring stored records by their keys, which are kept under a name. Returns how many keys."""
        count = self.workbench.value(f"CREATE OR REPLACE TABLE {quoted(name)} AS SELECT DISTINCT * FROM ({keys})")
        if count:
            self.lookup(table, name)
        return int(count)

    def known(self, table: str) -> str:
        """The keys of records that belong to schools which step out: by tonight's rows, and by the store for those that do not come."""
        if table == "orgs":
            return schools_out()
        both = f'SELECT "sourcedId", school FROM {skipped(table)} UNION ALL FROM {_missed(table)}'
        return f'(SELECT "sourcedId", min(school) AS school FROM ({both}) WHERE "sourcedId" IS NOT NULL GROUP BY 1)'

    def _joined(self, table: Table, feed: Feed) -> tuple[str, str]:
        """SQL over rows `r` of a feed: the school that steps out and to which the row belongs, or NULL; and the joins for it."""
        own = {"orgs": schools_out(), "users": "people_out", "academicSessions": "sessions_out"}.get(table.name)
        if own is not None:
            school, joins = "o.school", f'LEFT JOIN {own} o ON o."sourcedId" = r."sourcedId"'
        else:
            school, joins = school_of(table, feed.columns, self.known)
        if table.name == "courses" and self._whole("classes"):
            blank = 'r."orgSourcedId" IS NULL' if "orgSourcedId" in feed.columns else "true"
            joins += f' LEFT JOIN ({_only_out("course")}) n ON n.id = r."sourcedId"'
            school = f"coalesce({school}, CASE WHEN {blank} THEN n.school END)"
        if self._unsure(table, feed):
            joins += f' LEFT JOIN {aside(table.name)} t ON t."sourcedId" = r."sourcedId"'
            school = f"coalesce({school}, CASE WHEN {self._unsaid(table, feed)} THEN t.school END)"
        return school, joins

    def _unsaid(self, table: Table, feed: Feed) -> str:
        """SQL: whether a row does not say where its record belongs, or only says that the record is gone."""
        silent = " AND ".join(f"r.{quoted(c)} IS NULL" for c in sorted(_saying(table) & set(feed.columns))) or "true"
        leaving = "lower(trim(r.status)) IN ('tobedeleted', 'inactive')" if "status" in feed.columns else "false"
        return f"(({silent}) OR coalesce({leaving}, false))"

    def _people(self, mine: Sequence[Feed]) -> None:
        """Make `people_out`: people of whom tonight's files name orgs, and only such as step out."""
        orgs = []
        for feed in mine:
            said = [quoted(c) for c in OF_PEOPLE if c in feed.columns]
            if said:
                items = f"unnest(string_split(concat_ws(',', {', '.join(said)}), ','))"
                orgs.append(f'SELECT "sourcedId"::VARCHAR AS id, {items} AS org FROM ({feed.select}) WHERE _keep')
        roles = [f for f in self.feeds if f.table == "roles" and {"userSourcedId", "orgSourcedId"} <= set(f.columns)]
        orgs += [f'SELECT "userSourcedId", "orgSourcedId" FROM ({f.select}) WHERE _keep' for f in roles]
        if not roles and any("orgSourcedIds" not in f.columns for f in mine):
            stored = self.lookup("roles", None)
            orgs.append(f'SELECT "userSourcedId", "orgSourcedId" FROM {stored} WHERE status = \'active\'')
        empty = "SELECT NULL::VARCHAR AS id, NULL::VARCHAR AS org WHERE false"
        self.workbench.run(f"CREATE OR REPLACE TABLE people_out AS {all_out(' UNION ALL '.join(orgs or [empty]))}")

    def _sessions(self, mine: Sequence[Feed]) -> None:
        """Make `sessions_out`: sessions that only left-out classes and courses name, and that no session in scope lies in."""
        self.workbench.run('CREATE OR REPLACE TABLE sessions_out ("sourcedId" VARCHAR, school VARCHAR)')
        if not self._whole("classes"):
            return
        above = " UNION ALL ".join(
            f'SELECT "sourcedId"::VARCHAR AS id, {_cell(f, "parentSourcedId")} AS above FROM ({f.select}) WHERE _keep'
            for f in mine
        )
        self.workbench.run(f"""
            INSERT INTO sessions_out
            WITH RECURSIVE rows AS ({above}), candidates AS ({_only_out("term")}), held AS (
                SELECT above AS id FROM rows WHERE id NOT IN (SELECT id FROM candidates)
                UNION
                SELECT r.above FROM held h JOIN rows r ON r.id = h.id
            )
            SELECT id, school FROM candidates WHERE id NOT IN (SELECT id FROM held WHERE id IS NOT NULL)
        """)

    def _note_names(self, table: Table, found: Sequence[tuple[int, Feed, tuple[str, str]]]) -> None:
        """Note which terms and courses the classes name, and which years the courses: by those left out, and by the others."""
        columns = {"classes": {"term": "termSourcedIds", "course": "courseSourcedId"}, "courses": {"term": "schoolYearSourcedId"}}
        for what, column in columns.get(table.name, {}).items():
            pieces = " UNION ALL ".join(
                f"SELECT DISTINCT trim(unnest(string_split(r.{quoted(column)}, ','))) AS id, {school} AS school "
                f"FROM ({numbered(f)}) r {joins} WHERE r._keep"
                for _, f, (school, joins) in found
                if column in f.columns
            )
            if pieces:
                self.workbench.run(f"INSERT INTO names_{what} {pieces}")

    def _without(self, feed: Feed, school: str, joins: str) -> Feed:
        """The feed with the rows of such schools left out. A join keeps no order, so its rows bring their own number."""
        hidden = [*([DROPPED] if feed.drops else []), *([MARK] if feed.marked else [])]
        listed = ", ".join(f"r.{quoted(c)}" for c in (*hidden, *feed.columns))
        key = '"sourcedId"'
        spares = f"{key} IN (SELECT {key} FROM {aside(feed.table)} UNION ALL SELECT {key} FROM {skipped(feed.table)})"
        out = self.workbench.rows(f'SELECT "sourcedId" FROM {standing.OUT} ORDER BY 1')
        parts = [feed.fingerprint, "steps out", school, joins, *(str(row[0]) for row in out)]
        return replace(
            feed,
            text=replace(feed.text, numbered=True, by_line=None),
            select=f"SELECT r._row, r._line, (r._keep AND {school} IS NULL) AS _keep, {listed} FROM ({numbered(feed)}) r {joins}",
            fingerprint=hashlib.sha256("\n".join(parts).encode()).hexdigest(),
            spares=f"({feed.spares}) OR {spares}" if feed.spares else spares,
        )


def _saying(table: Table) -> set[str]:
    """The columns by which a row says for itself where it belongs."""
    return set(OF_PEOPLE) if table.name == "users" else {f.name for f in places(table)}


def _missed(table: str) -> str:
    return quoted(f"missed_{table}")


def _only_out(what: str) -> str:
    """SELECT `id, school`: what is named by rows that are left out, and by no others."""
    return f"""
        SELECT id, min(school) AS school FROM names_{what} WHERE id <> ''
        GROUP BY id HAVING bool_and(school IS NOT NULL)
    """


def _cell(feed: Feed, column: str) -> str:
    return f"{quoted(column)}::VARCHAR" if column in feed.columns else "NULL::VARCHAR"
