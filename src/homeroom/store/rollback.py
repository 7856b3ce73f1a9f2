"""Going back: the plan that makes the roster equal to what it was, worked out from the changes since then.

For a key that changed after the old revision, its first change since tells what it was: what was added was not there, what
was restored was removed, anything else was active; and for each column the oldest of the old values is the one it had. Records
that were removed then get the values of then, too: who reads the old revision reads the same of them. A record that was not
there yet becomes tobedeleted and keeps its values; one that the retention clock has purged since is gone.

What a person holds stays: a locked field keeps its value, a record that was archived by hand stays archived. Both are counted.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from homeroom.compare.ownership import Holds, Ownership, has_locks
from homeroom.compare.withheld import counted
from homeroom.roster.catalogue import Table
from homeroom.roster.faults import Misuse
from homeroom.roster.names import quoted, text
from homeroom.roster.report import TableReport
from homeroom.store import declared
from homeroom.store.bring import bring
from homeroom.store.district_tables import change
from homeroom.store.district_tables import revision as revisions
from homeroom.store.ferry import ferry
from homeroom.store.places import Place
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Plan


def plan(place: Place, workbench: Workbench, revision: int) -> Plan:
    """Make `plan_T` for every table that changed since; see `RosterStore.rollback_plan`."""
    with place.read() as connection:
        known = connection.execute(select(revisions.c.number).where(revisions.c.number == revision)).scalar_one_or_none()
        asked = select(change.c.table).where(change.c.revision > revision).distinct()
        moved = set(connection.execute(asked).scalars())
    if known is None:
        raise Misuse("There is no revision {revision} to go back to.", revision=str(revision))
    tables = [t for t in declared.book(place) if t.name in moved]
    reports = {t.name: _back(place, workbench, t, revision) for t in tables}
    return Plan(
        tables=reports,
        hash=_hash(workbench, tables),
        first=False,
        columns={t.name: t.columns for t in tables},
        withheld=tuple(told for t in tables if workbench.exists(f"withheld_{t.name}") for told in counted(workbench, t.name)),
    )


def _back(place: Place, workbench: Workbench, table: Table, revision: int) -> TableReport:
    _land(place, workbench, table, revision)
    workbench.run(f"CREATE OR REPLACE TABLE went_back AS {_then(table)}")
    stored = quoted(bring(place, workbench, table, "went_back"))
    ownership = Ownership(leaves_joined=False, stay_archived=frozenset((table.name,)))
    holds = ownership.of(table, locks=bool(workbench.value(has_locks(stored))))
    cells = ", ".join(f"{_value(c, holds)} AS {quoted(c)}" for c in table.columns[1:])
    changed = " OR ".join(f"{_value(c, holds)} IS DISTINCT FROM s.{quoted(c)}" for c in table.columns[1:])
    verb = f"""
        CASE WHEN w.state <> 'active' AND s.status = 'active' THEN 'remove'
             WHEN w.state = 'active' AND {holds.archived()} THEN NULL
             WHEN w.state = 'active' AND s.status <> 'active' THEN 'restore'
             WHEN {changed} THEN 'update' END
    """
    if holds.locks:
        _note_withheld(workbench, table, stored, holds)
    workbench.run(f"""
        CREATE OR REPLACE TABLE {quoted(f"plan_{table.name}")} AS
        SELECT * FROM (
            SELECT {verb} AS verb, TRUE AS _rewrites, s.id, s."sourcedId", {cells}
            FROM went_back w JOIN {stored} s ON w."sourcedId" = s."sourcedId"
        ) WHERE verb IS NOT NULL
    """)
    counted = dict(workbench.rows(f"SELECT verb, count(*) FROM {quoted(f'plan_{table.name}')} GROUP BY verb"))
    return TableReport(updated=counted.get("update", 0), removed=counted.get("remove", 0), restored=counted.get("restore", 0))


def _land(place: Place, workbench: Workbench, table: Table, revision: int) -> None:
    """Bring the changes of a table since a revision into `since_then`."""
    query = (
        f'SELECT "sourcedId", verb, fields, revision, seq FROM {place.name("change")} '
        f'WHERE "table" = {text(table.name)} AND revision > {int(revision)}'
    )
    columns = {"sourcedId": "VARCHAR", "verb": "VARCHAR", "fields": "VARCHAR", "revision": "BIGINT", "seq": "BIGINT"}
    with place.read(alone=True) as connection, ferry(workbench, place) as boat:
        made = "CREATE OR REPLACE TABLE since_then AS SELECT *, row(revision, seq) AS moment FROM landed"
        boat.land(connection, query, columns, made)


def _then(table: Table) -> str:
    """What each key was: `state`, and for each column that changed since, its value in a list of one (NULL: unchanged)."""
    first = "arg_min(verb, moment)"
    columns = ", ".join(
        f"arg_min([json_extract_string(fields, {_path(c, '[0]')})], moment) "
        f"FILTER (WHERE json_exists(fields, {_path(c)})) AS {quoted('was ' + c)}"
        for c in table.columns[1:]
    )
    state = f"CASE {first} WHEN 'add' THEN 'absent' WHEN 'restore' THEN 'removed' ELSE 'active' END"
    return f"""
        SELECT "sourcedId", {state} AS state, {columns} FROM since_then GROUP BY "sourcedId"
    """


def _path(column: str, behind: str = "") -> str:
    return text(f'$."{column}"{behind}')


def _value(column: str, holds: Holds) -> str:
    """The value that a field will have: the old one, where nobody holds the field."""
    was, held = _was(column), holds.held(column)
    if column == "metadata":
        was = holds.owned(was)
    return was if held is None else f"CASE WHEN {held} THEN s.{quoted(column)} ELSE {was} END"


def _was(column: str) -> str:
    """The value that a field had."""
    was = f"w.{quoted('was ' + column)}"
    return f"CASE WHEN w.state <> 'absent' AND {was} IS NOT NULL THEN {was}[1] ELSE s.{quoted(column)} END"


def _note_withheld(workbench: Workbench, table: Table, stored: str, holds: Holds) -> None:
    """Make `withheld_T`: what does not go back, since a person holds it."""
    fields = [
        f"CASE WHEN {holds.held(c)} AND {_was(c)} IS DISTINCT FROM s.{quoted(c)} THEN [{_field(text(c), 'locked')}] ELSE [] END"
        for c in table.columns[1:]
    ]
    member, archived = _field("'metadata.' || m", "locked"), _field("'status'", "archived")
    fields.append(f"list_transform({holds.contested(_was('metadata'))}, lambda m: {member})")
    found = f"CASE WHEN {holds.archived()} THEN [{archived}] ELSE flatten([{', '.join(fields)}]) END"
    workbench.run(f"""
        CREATE OR REPLACE TABLE {quoted(f"withheld_{table.name}")} AS
        SELECT "sourcedId", f.field, f.reason FROM (
            SELECT s."sourcedId", unnest({found}) AS f FROM went_back w JOIN {stored} s ON w."sourcedId" = s."sourcedId"
            WHERE w.state = 'active' AND s.locked IS NOT NULL
        )
    """)


def _field(name: str, reason: str) -> str:
    return f"{{'field': {name}, 'reason': {text(reason)}}}"


def _hash(workbench: Workbench, tables: list[Table]) -> str:
    """The plan's hash: over table, key, verb and new values in a fixed order."""
    digest = hashlib.sha256()
    for table in tables:
        cells = ", ".join(quoted(c) for c in table.columns)
        query = f'SELECT {text(table.name)}, verb, {cells} FROM {quoted(f"plan_{table.name}")} ORDER BY "sourcedId"'
        for batch in workbench.batches(query):
            for row in batch:
                digest.update(repr(row).encode())
    return f"sha256:{digest.hexdigest()}"
