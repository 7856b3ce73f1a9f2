"""What a plan means for the store's tables, computed in the workbench: every row that will be written, and nothing else.

From `plan_T` and `stored_T` this makes, for each roster table that changes, queries whose rows go on board of the ferry:

    add_T          the new records with their ids, in the order of sourcedId
    update_T       records that get new values, with flags for indexed columns that really change: updates and restores, and
                   removals of a plan that brings `_rewrites` (a rollback: a removed record gets the values that it had then)
    remove_T       records that become tobedeleted
    link_L         link rows that appear;   unlink_L   link rows that disappear
    change         one row for each record that changes
    block, tally   what the counts go up and down by
"""

from __future__ import annotations

from dataclasses import dataclass

from homeroom.roster.catalogue import Table
from homeroom.roster.names import quoted, text
from homeroom.store.commits import Commit
from homeroom.store.moments import written
from homeroom.store.roster_tables import indexed, stored_columns
from homeroom.workbench.bench import Workbench

BLOCK_BITS = 10
"""Ids are counted in blocks of 2 to this power."""


@dataclass(frozen=True, slots=True)
class Delta:
    """One table's part. `base` is the highest id that the store has given; new ids follow it. `verbs`: those that the plan has."""

    table: Table
    commit: Commit
    revision: int
    base: int
    brings: frozenset[str]
    verbs: frozenset[str] = frozenset(("add", "update", "restore", "remove"))

    @property
    def adds(self) -> bool:
        """Whether any record is new."""
        return "add" in self.verbs

    @property
    def alters(self) -> bool:
        """Whether any stored record gets new values."""
        return "update" in self.verbs or "restore" in self.verbs or "_rewrites" in self.brings

    @property
    def adds_only(self) -> bool:
        """Whether no stored record is concerned."""
        return self.verbs <= {"add"} and not self.alters

    @property
    def altered(self) -> str:
        """SQL: whether a row of the plan gives a stored record new values."""
        verbs = "('update', 'restore', 'remove')" if "_rewrites" in self.brings else "('update', 'restore')"
        return f"p.verb IN {verbs}"

    @property
    def plan(self) -> str:
        """The plan's relation."""
        return quoted(f"plan_{self.table.name}")

    @property
    def stored(self) -> str:
        """The relation of stored records; holds every record that the plan changes."""
        return quoted(f"stored_{self.table.name}")

    @property
    def cells(self) -> tuple[str, ...]:
        """The model columns beside the key."""
        return self.table.columns[1:]

    @property
    def written(self) -> tuple[str, ...]:
        """Own columns that an update writes. A commit without a source leaves the record to its owner; a person's leaves it the
        file and line that speak of it."""
        if self.commit.by_hand:
            return ("status", "dateLastModified", "last_revision")
        return tuple(c for c in self._own("active") if c != "from_source" or self.commit.source is not None)

    def numbered(self) -> str:
        """The adds with their ids, in the order of sourcedId: the store's index then grows at few places at a time."""
        order = 'OVER (ORDER BY "sourcedId")'
        return f"SELECT {self.base} + row_number() {order} AS id, p.* EXCLUDE (id) FROM {self.plan} p WHERE verb = 'add'"

    def numbered_first(self) -> str:
        """The adds of a first load with their ids, in the plan's own order, which DuckDB streams without sorting."""
        return f"SELECT row_number() OVER () AS id, p.* EXCLUDE (id) FROM {self.plan} p"

    def rows(self, numbered: str) -> str:
        """Whole records in the store's columns, from numbered adds."""
        own = self._own("active") | {
            "id": "p.id",
            "sourcedId": 'p."sourcedId"',
            "first_revision": f"{self.revision}",
            "locked": "NULL::VARCHAR",
        }
        listed = ", ".join(f"{own.get(c, f'p.{quoted(c)}')} AS {quoted(c)}" for c in stored_columns(self.table))
        return f"SELECT {listed} FROM {numbered} p"

    def updates(self) -> str:
        """Records that get new values, by id."""
        status = "CASE p.verb WHEN 'restore' THEN 'active' WHEN 'remove' THEN 'tobedeleted' ELSE s.status END"
        own = ", ".join(f"{sql} AS {quoted(c)}" for c, sql in (self._own("active") | {"status": status}).items())
        cells = ", ".join(f"p.{quoted(c)}" for c in self.cells)
        flags = "".join(f", p.{quoted(c)} IS DISTINCT FROM s.{quoted(c)} AS {quoted('new ' + c)}" for c in indexed(self.table))
        return (
            f"SELECT p.id, {own}, {cells}{flags} FROM {self.plan} p JOIN {self.stored} s ON p.id = s.id "
            f"WHERE {self.altered} ORDER BY p.id"
        )

    def removals(self) -> str:
        """Ids of records that become tobedeleted."""
        return f"SELECT id FROM {self.plan} WHERE verb = 'remove' ORDER BY id"

    def changes(self) -> str:
        """One row for each record that changes: table, sourcedId, verb, and for new values {column: [old, new]}.

        A plan that compared the records itself brings the last.
        """
        if "_changed" in self.brings:
            return f'SELECT {text(self.table.name)} AS "table", p."sourcedId", p.verb, p._changed AS fields FROM {self.plan} p'
        entries = ", ".join(
            f"CASE WHEN p.{quoted(c)} IS DISTINCT FROM s.{quoted(c)} "
            f"THEN {text(chr(34) + c + chr(34) + ':')} || to_json([s.{quoted(c)}, p.{quoted(c)}]) END"
            for c in self.cells
        )
        changed = f"'{{' || concat_ws(',', {entries}) || '}}'"
        # a removal tells no values, but those that a rollback gives it
        fields = f"CASE WHEN p.verb = 'remove' THEN nullif({changed}, '{{}}') ELSE {changed} END"
        fields = f"CASE WHEN {self.altered} THEN {fields} END"
        return (
            f'SELECT {text(self.table.name)} AS "table", p."sourcedId", p.verb, {fields} AS fields '
            f"FROM {self.plan} p LEFT JOIN {self.stored} s ON p.id = s.id"
        )

    def blocks(self, numbered: str) -> str:
        """What the counts of ids by block go up and down by."""
        if self.adds_only:
            counts = f'{text(self.table.name)} AS "table", id >> {BLOCK_BITS} AS block, count(*) AS active, 0::BIGINT AS removed'
            return f"SELECT {counts} FROM {numbered} GROUP BY ALL"
        return f"""
            SELECT {text(self.table.name)} AS "table", id >> {BLOCK_BITS} AS block,
                   count(*) FILTER (WHERE verb <> 'remove') - count(*) FILTER (WHERE verb = 'remove') AS active,
                   count(*) FILTER (WHERE verb = 'remove') - count(*) FILTER (WHERE verb = 'restore') AS removed
            FROM (SELECT id, 'add' AS verb FROM {numbered} UNION ALL
                  SELECT id, verb FROM {self.plan} WHERE verb IN ('remove', 'restore'))
            GROUP BY ALL
        """

    def first_blocks(self, rows: int) -> str:
        """The counts of a first load, whose ids are 1 to `rows` without a gap."""
        size = 1 << BLOCK_BITS
        held = f"least({rows}, (b + 1) * {size} - 1) - greatest(1, b * {size}) + 1"
        return (
            f'SELECT {text(self.table.name)} AS "table", b AS block, {held} AS active, 0::BIGINT AS removed '
            f"FROM range(({rows} >> {BLOCK_BITS}) + 1) r(b)"
        )

    def first_tallies(self) -> str:
        """The counts of a first load by school. Counted by cell first: a school stands in thousands of equal cells."""
        column = self.table.school_column
        cells = (
            f"SELECT {quoted(column)}, count(*) AS n FROM {self.plan} GROUP BY ALL"
            if column
            else f"SELECT count(*) AS n FROM {self.plan}"
        )
        return (
            f'SELECT {text(self.table.name)} AS "table", {self.commit.source or 0}::BIGINT AS source, school, '
            f"sum(n)::BIGINT AS active FROM (SELECT unnest({self._schools('p')}) AS school, n FROM ({cells}) p) GROUP BY ALL"
        )

    def tallies(self) -> str:
        """What the counts of active records by source and school go up and down by."""
        new, old = self._schools("p"), self._schools("s")
        if self.adds_only:
            counts = f"{self.commit.source or 0}::BIGINT AS source, unnest({new}) AS school"
            return (
                f'SELECT {text(self.table.name)} AS "table", source, school, count(*) AS active '
                f"FROM (SELECT {counts} FROM {self.plan} p) GROUP BY ALL"
            )
        source = str(self.commit.source) if self.commit.source is not None else "coalesce(s._source, 0)"
        return f"""
            SELECT {text(self.table.name)} AS "table", source, school, sum(step)::BIGINT AS active FROM (
                SELECT {source} AS source, unnest({new}) AS school, 1 AS step
                FROM {self.plan} p LEFT JOIN {self.stored} s ON p.id = s.id
                WHERE p.verb IN ('add', 'restore') OR (p.verb = 'update' AND s.status = 'active')
                UNION ALL
                SELECT coalesce(s._source, 0), unnest({old}), -1
                FROM {self.plan} p JOIN {self.stored} s ON p.id = s.id WHERE s.status = 'active'
            ) GROUP BY ALL HAVING sum(step) <> 0
        """

    def first_links(self, column: str, numbered: str) -> str:
        """Link rows of a first load."""
        listed = items(f"p.{quoted(column)}")
        return f"SELECT DISTINCT unnest({listed}) AS target, p.id AS owner FROM {numbered} p ORDER BY 1, 2"

    def links(self, column: str, numbered: str) -> str:
        """Link rows that appear: of new records, and of records whose list changed."""
        if self.adds_only:
            return self.first_links(column, numbered)
        new, old = items(f"p.{quoted(column)}"), items(f"s.{quoted(column)}")
        return f"""
            SELECT DISTINCT target, owner FROM (
                SELECT unnest({new}) AS target, p.id AS owner FROM {numbered} p
                UNION ALL
                SELECT unnest(list_filter({new}, lambda i: NOT list_contains({old}, i))), p.id
                FROM {self.plan} p JOIN {self.stored} s ON p.id = s.id
                WHERE {self.altered} AND p.{quoted(column)} IS DISTINCT FROM s.{quoted(column)}
            ) ORDER BY 1, 2
        """

    def unlinks(self, column: str) -> str:
        """Link rows that disappear."""
        new, old = items(f"p.{quoted(column)}"), items(f"s.{quoted(column)}")
        return f"""
            SELECT DISTINCT unnest(list_filter({old}, lambda i: NOT list_contains({new}, i))) AS target, p.id AS owner
            FROM {self.plan} p JOIN {self.stored} s ON p.id = s.id
            WHERE {self.altered} AND p.{quoted(column)} IS DISTINCT FROM s.{quoted(column)} ORDER BY 1, 2
        """

    def _own(self, status: str) -> dict[str, str]:
        """Own columns of a record that is written now."""
        owner = str(self.commit.source) if self.commit.source is not None else "NULL"
        return {
            "status": text(status),
            "dateLastModified": text(written(self.commit.now)),
            "from_source": f"{owner}::BIGINT",
            "last_revision": str(self.revision),
            "import": f"{self.commit.number or 'NULL'}::BIGINT",
            "file": "p._file::BIGINT" if "_file" in self.brings else "NULL::BIGINT",
            "line": self._line(),
            "body": "p.body" if "body" in self.brings else "NULL::VARCHAR",
        }

    def _line(self) -> str:
        if "_line" in self.brings:
            return "p._line::BIGINT"
        if not {"_file", "_row"} <= self.brings:
            return "NULL::BIGINT"
        cases = "".join(f" WHEN {o.number} THEN {o.header_line}" for o in self.commit.files)
        return f"p._row::BIGINT + CASE p._file{cases} ELSE 0 END" if cases else "p._row::BIGINT"

    def _schools(self, row: str) -> str:
        """The schools that a record counts for, and '' for the whole table."""
        column = self.table.school_column
        if column is None:
            return "['']"
        value = f"{row}.{quoted(column)}"
        if self.table.field(column).format.is_list:
            return f"list_distinct(list_append({items(value)}, ''))"
        return f"list_distinct(['', coalesce({value}, '')])"


def items(value: str) -> str:
    """The items of a cell that is a list of ids."""
    return (
        f"coalesce(list_filter(list_transform(string_split({value}, ','), lambda i: trim(i)), lambda i: i <> ''), []::VARCHAR[])"
    )


def delta(workbench: Workbench, name: str, commit: Commit, revision: int, base: int) -> Delta:
    """The part of one table, whose plan lies in the workbench."""
    return Delta(commit.book[name], commit, revision, base, frozenset(workbench.columns(f"plan_{name}")))
