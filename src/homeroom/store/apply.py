"""Applying a plan: one transaction that leaves the old revision or the new one, never a mixture (law 1).

The statements are the same on both engines; the rows come by two ferries. The first brings the table with the most changes;
while the store writes these, a second thread computes and loads everything else, so that the transaction is as short as its
own writes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from sqlalchemy import Connection, func, insert, select, update

from homeroom.roster.faults import TryAgain
from homeroom.roster.names import quoted, text
from homeroom.roster.report import TableReport
from homeroom.store import absences, declared, holding, issue_schools, snapshots
from homeroom.store import imports as import_log
from homeroom.store.bring import bring
from homeroom.store.commits import Commit
from homeroom.store.delta import Delta, delta
from homeroom.store.district_tables import delivery, import_file, outbox, revision
from homeroom.store.ferry import Ferry, ferry
from homeroom.store.history import write_revision
from homeroom.store.issues import COLUMNS
from homeroom.store.loading import load, load_issues, load_rest
from homeroom.store.moments import written
from homeroom.store.places import Place
from homeroom.store.roster_tables import indexed, links, stored_columns
from homeroom.store.sqlite_file import SqliteFile
from homeroom.store.totals import totals_of
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Plan

_CACHE_KIB = 250_000
"""SQLite's cache for a large apply; measured: a 1 % night of random ids touches pages everywhere."""
_LARGE = 2_000
"""Changes from which the large cache pays."""


def _whole(place: Place) -> str:
    """The words between INSERT or UPDATE and its table that let a large statement keep nothing for taking itself back.

    SQLite holds a copy of every page that a statement changes, in memory, in case that this one statement fails: 1.6 GB in the
    largest night. Here a statement that fails ends the transaction (law 1), and no copy is needed.
    """
    return " OR ROLLBACK" if isinstance(place, SqliteFile) else ""


def changed_tables(plan: Plan, commit: Commit) -> list[str]:
    """The tables that a plan changes, in the catalogue's order, declared datasets last."""
    told = {name: (t.added, t.updated, t.removed, t.restored) for name, t in plan.tables.items()}
    return [t.name for t in commit.book if any(told.get(t.name, ()))]


def _weight(told: TableReport) -> int:
    return told.added + told.updated + told.removed + told.restored


def changes(plan: Plan) -> int:
    """How many records a plan changes."""
    return sum(map(_weight, plan.tables.values()))


def _issues(workbench: Workbench, commit: Commit) -> int:
    return int(workbench.value(f"SELECT count(*) FROM {commit.issues}")) if commit.issues is not None else 0


def apply(place: Place, workbench: Workbench, plan: Plan, commit: Commit) -> int:
    """Apply a plan to a roster in place; returns the new revision. See `RosterStore.apply`."""
    number = commit.revision_before + 1
    deltas = deltas_of(place, workbench, plan, commit)
    heavy = max(deltas, key=lambda d: _weight(plan.tables[d.table.name]))
    rest = [each for each in deltas if each is not heavy]
    crossing = changes(plan) + _issues(workbench, commit)
    with (
        workbench.beside() as second,
        ferry(workbench, place, crossing, "first") as first,
        ferry(second, place, crossing, "second") as boat,
        ThreadPoolExecutor(1, thread_name_prefix="ferry") as beside,
    ):
        load(first, heavy)
        loading = beside.submit(load_rest, boat, second, rest, deltas, commit)
        with place.write(alone=True) as connection:
            if isinstance(place, SqliteFile):
                _widen(connection, changes(plan))
            first.board(connection)
            fence(connection, place, commit, plan, number)
            declared.declare(connection, place, [each.table for each in deltas])
            _write(connection, place, first, heavy)
            loading.result()
            boat.board(connection)
            for each in rest:
                _write(connection, place, boat, each)
            _touch_people(connection, place, first if heavy.table.name == "roles" else boat, deltas)
            _write_counts(connection, place, boat, deltas, commit)
            finish(connection, place, boat, commit, number)
            new_revision(connection, commit, number)
    return number


def deltas_of(place: Place, workbench: Workbench, plan: Plan, commit: Commit) -> list[Delta]:
    """What a plan means for the tables that it changes, in the catalogue's order."""
    return [_delta(place, workbench, name, commit, commit.revision_before + 1) for name in changed_tables(plan, commit)]


def write_roster(connection: Connection, place: Place, boat: Ferry, deltas: Sequence[Delta], commit: Commit) -> None:
    """Write records, links, counts and changes, and lift the marks of archived records that came back."""
    declared.declare(connection, place, [each.table for each in deltas])
    for each in deltas:
        _write(connection, place, boat, each)
    _touch_people(connection, place, boat, deltas)
    _write_counts(connection, place, boat, deltas, commit)


def _write_counts(connection: Connection, place: Place, boat: Ferry, deltas: Sequence[Delta], commit: Commit) -> None:
    """What follows the records of all tables: counts, changes, and the marks of archived records that came back."""
    _write_shared(connection, place, boat, commit)
    for each in deltas:
        if "restore" in each.verbs:
            holding.lift(connection, place, each.table.name)


def finish_only(place: Place, workbench: Workbench | None, plan: Plan | None, commit: Commit) -> None:
    """End (or hold) an import without touching the roster. See `RosterStore.finish`."""
    if workbench is None or commit.issues is None:
        with place.write() as connection:
            fence(connection, place, commit, plan, commit.revision_before)
            finish(connection, place, None, commit, commit.revision_before)
        return
    with ferry(workbench, place, _issues(workbench, commit)) as boat:
        load_issues(boat, workbench, commit)
        with place.write(alone=True) as connection:
            boat.board(connection)
            fence(connection, place, commit, plan, commit.revision_before)
            finish(connection, place, boat, commit, commit.revision_before)


def _delta(place: Place, workbench: Workbench, name: str, commit: Commit, number: int) -> Delta:
    """The part of one table, with every stored record that it changes in the workbench."""
    plan, known = quoted(f"plan_{name}"), f"known_{name}"
    verbs = frozenset(verb for (verb,) in workbench.rows(f"SELECT DISTINCT verb FROM {plan}"))
    made = replace(delta(workbench, name, commit, number, _highest(place, name)), verbs=verbs)
    if not made.adds_only or "_changed" not in made.brings:
        workbench.run(f"CREATE OR REPLACE VIEW {quoted(known)} AS SELECT \"sourcedId\" FROM {plan} WHERE verb <> 'add'")
        bring(place, workbench, commit.book[name], known)
    return made


def _highest(place: Place, name: str) -> int:
    """The highest id that a table has given; 0 for a dataset whose table this commit makes."""
    if declared.found(place, name) is None:
        return 0
    with place.read() as connection:
        return int(connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {place.name(name)}").scalar_one())


def fence(connection: Connection, place: Place, commit: Commit, plan: Plan | None, number: int) -> None:
    """Take the import's row for this attempt, and make sure that the roster is still the one the plan was made against.

    Raises TryAgain when the attempt was overtaken, or the revision moved.
    """
    ended = commit.status in ("done", "rejected")
    values = {
        "status": commit.status,
        "outcome": commit.outcome,
        "reason": json.dumps(dict(commit.reason)) if commit.reason else None,
        "report": json.dumps(dict(commit.report), ensure_ascii=False) if commit.report is not None else None,
        "totals": totals_of(commit.report).written() if commit.report is not None else None,
        "plan": plan.hash if plan is not None else None,
        "revision_before": commit.revision_before,
        "revision_after": number,
        "step": None if ended else commit.status,
        "progress": None,
        "finished_at": written(commit.now) if ended else None,
    }
    assert commit.number is not None  # only what a person does by hand has no import
    import_log.hold(connection, commit.number, commit.attempt, values)
    if number != commit.revision_before:
        still(connection, place, commit)


def still(connection: Connection, place: Place, commit: Commit) -> None:
    """Keep other commits out, and make sure that the roster has not moved. Raises TryAgain when it has."""
    if not isinstance(place, SqliteFile):
        connection.exec_driver_sql(f"LOCK TABLE {place.name('revision')} IN EXCLUSIVE MODE")  # writers only; readers pass
    present = connection.execute(select(func.coalesce(func.max(revision.c.number), 0))).scalar_one()
    if present != commit.revision_before:
        raise TryAgain(
            "the roster moved from revision {before} to {present} meanwhile",
            before=str(commit.revision_before),
            present=str(present),
        )


def _write(connection: Connection, place: Place, boat: Ferry, each: Delta) -> None:
    """Write one table's records and links."""
    name = each.table.name
    target, columns = place.name(name), ", ".join(quoted(c) for c in stored_columns(each.table))
    run = connection.exec_driver_sql
    if each.adds:
        run(f"INSERT{_whole(place)} INTO {target} ({columns}) SELECT {columns} FROM {boat.name(f'add_{name}')}")
    if each.alters:
        _alter(connection, place, boat, each)
    if "remove" in each.verbs:
        by = "" if each.commit.by_hand else f', "import" = {each.commit.number}'
        run(
            f"UPDATE{_whole(place)} {target} SET status = 'tobedeleted', \"dateLastModified\" = {text(written(each.commit.now))}, "
            f"last_revision = {each.revision}{by} "
            f"WHERE id IN (SELECT id FROM {boat.name(f'remove_{name}')})"
        )
    for link in links(name):
        if each.alters:
            pairs = f"SELECT target, owner FROM {boat.name(f'unlink_{link.name}')}"
            run(f"DELETE FROM {place.name(link.name)} WHERE (target, owner) IN ({pairs})")
        if each.adds or each.alters:
            new = f"SELECT target, owner FROM {boat.name(f'link_{link.name}')}"
            run(f"INSERT INTO {place.name(link.name)} (target, owner) {new} WHERE true ON CONFLICT DO NOTHING")


def _touch_people(connection: Connection, place: Place, boat: Ferry, deltas: Sequence[Delta]) -> None:
    """A user is served with the roles: where only these change, the user has changed too for whoever asks since when."""
    for each in deltas:
        if each.table.name != "roles":
            continue
        roles = place.name("roles")
        people = [f'SELECT "userSourcedId" FROM {boat.name("add_roles")}'] if each.adds else []
        if each.alters:
            people.append(f'SELECT "userSourcedId" FROM {boat.name("update_roles")}')
        if "remove" in each.verbs:
            people.append(f'SELECT "userSourcedId" FROM {roles} WHERE id IN (SELECT id FROM {boat.name("remove_roles")})')
        connection.exec_driver_sql(
            f'UPDATE {place.name("users")} SET "dateLastModified" = {text(written(each.commit.now))}, '
            f"last_revision = {each.revision} WHERE status = 'active' AND last_revision <> {each.revision} "
            f'AND "sourcedId" IN ({" UNION ".join(people)})'
        )


def _alter(connection: Connection, place: Place, boat: Ferry, each: Delta) -> None:
    """Give stored records their new values; a column with an index of its own only where it really changes."""
    name = each.table.name
    target = place.name(name)
    own_index = indexed(each.table) if isinstance(place, SqliteFile) else ()  # PostgreSQL sees by itself what is the same
    plain = (*each.written, *(c for c in each.cells if c not in own_index))
    rows, begun = boat.name(f"update_{name}"), f"UPDATE{_whole(place)} {target}"
    _update(connection, begun, plain, rows, "")
    for column in own_index:
        _update(connection, begun, (column,), rows, f"AND d.{quoted('new ' + column)}")


def _update(connection: Connection, begun: str, columns: Sequence[str], rows: str, also: str) -> None:
    values = ", ".join(f"{quoted(c)} = d.{quoted(c)}" for c in columns)
    connection.exec_driver_sql(f"{begun} AS t SET {values} FROM {rows} d WHERE t.id = d.id {also}")


def _write_shared(connection: Connection, place: Place, boat: Ferry, commit: Commit) -> None:
    """Write the counts and the changes."""
    run, number = connection.exec_driver_sql, commit.revision_before + 1
    run(
        f'INSERT INTO {place.name("block")} ("table", block, active, removed) '
        f'SELECT "table", block, active, removed FROM {boat.name("block")} WHERE true '
        'ON CONFLICT ("table", block) DO UPDATE '
        'SET active = "block".active + excluded.active, removed = "block".removed + excluded.removed'
    )
    run(
        f'INSERT INTO {place.name("tally")} ("table", source, school, active) '
        f'SELECT "table", source, school, active FROM {boat.name("tally")} WHERE true '
        'ON CONFLICT ("table", source, school) DO UPDATE SET active = "tally".active + excluded.active'
    )
    if commit.revision_before:
        run(
            f'INSERT INTO {place.name("change")} (revision, seq, "table", "sourcedId", verb, fields, "import") '
            f'SELECT {number}, seq, "table", "sourcedId", verb, fields, {commit.number or "NULL"} FROM {boat.name("change")}'
        )


def finish(connection: Connection, place: Place, boat: Ferry | None, commit: Commit, number: int) -> None:
    """Write what belongs to the import beside the roster: issues, files, outbox, snapshots, the delivery's state."""
    if boat is not None and commit.offers is not None:
        holding.offer(connection, place, boat)
    if boat is not None and commit.issues is not None:
        columns = ", ".join(quoted(c) for c in COLUMNS)
        connection.exec_driver_sql(f'DELETE FROM {place.name("issue")} WHERE "import" = {commit.number}')  # of an earlier attempt
        connection.exec_driver_sql(
            f'INSERT INTO {place.name("issue")} ("import", {columns}) SELECT {commit.number}, {columns} FROM {boat.name("issue")}'
        )
        if commit.revision_before and commit.number is not None:
            issue_schools.fill(connection, place, commit.number)
    if commit.issues_of is not None:
        columns = ", ".join(quoted(c) for c in COLUMNS)
        issues = place.name("issue")
        connection.exec_driver_sql(
            f'INSERT INTO {issues} ("import", {columns}) SELECT {commit.number}, {columns} FROM {issues} WHERE "import" = {commit.issues_of}'
        )
    _write_small(connection, commit, number)


def _write_small(connection: Connection, commit: Commit, number: int) -> None:
    """The few rows that need no ferry."""
    connection.execute(import_file.delete().where(import_file.c["import"] == commit.number))
    if commit.files:
        files = [{"import": commit.number, "number": f.number, "name": f.name} for f in commit.files]
        connection.execute(insert(import_file), files)
    for letter in commit.outbox:
        row = {
            "topic": letter.topic,
            "payload": json.dumps(dict(letter.payload)),
            "created": written(commit.now),
            "revision": number,
        }
        connection.execute(insert(outbox).values(row))
    for snapshot in commit.snapshots():
        snapshots.keep(connection, snapshot)
    if commit.absences is not None:
        absences.keep(connection, commit.absences)
    if commit.delivery is not None:
        changed = update(delivery).where(delivery.c.number == commit.delivery)
        connection.execute(changed.values(state=commit.delivery_state))


def new_revision(connection: Connection, commit: Commit, number: int) -> None:
    """Write the new revision's row. Raises TryAgain when another import wrote it first."""
    if write_revision(connection, commit.number, commit.kind, commit.now, commit.who) != number:
        raise TryAgain("revision {number} was written by another import", number=str(number))


def _widen(connection: Connection, changes: int) -> None:
    """Let SQLite use memory for a large apply, and leave the checkpoint for after the answer."""
    connection.exec_driver_sql("PRAGMA wal_autocheckpoint=0")
    if changes >= _LARGE:
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_CACHE_KIB}")
