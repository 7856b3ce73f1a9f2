"""The roster's history: revisions, changes, and what is known of one record."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, insert, or_, select

from homeroom.roster.holding import is_field
from homeroom.roster.names import quoted
from homeroom.store import holding, pages, people_counted
from homeroom.store.district_tables import block, change, import_file, revision
from homeroom.store.ferry import ferry
from homeroom.store.holding import Hold
from homeroom.store.moments import read, written
from homeroom.store.places import Place
from homeroom.store.roster_tables import ROSTER
from homeroom.workbench.bench import Workbench


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of the roster. `counts`: table -> {"active", "tobedeleted"}. `number_of_import`: None for retention, and for what a
    person did by hand, which says `who`."""

    number: int
    number_of_import: int | None
    kind: str
    at: datetime
    counts: Mapping[str, Mapping[str, int]]
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One applied difference of one record. `fields`: column -> (old, new).

    Empty for adds, and for removals but those of a rollback that gave the record other values. `who`: the person who made it by
    hand, where no import did.
    """

    revision: int
    seq: int
    at: datetime
    table: str
    sourced_id: str
    verb: str
    fields: Mapping[str, tuple[str | None, str | None]]
    number_of_import: int | None
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One record with where it comes from. `file` and `line` say what last wrote it, where a file did. `holds`: what people hold of
    it; `locked`: the fields among it."""

    table: str
    values: Mapping[str, str | int | None]
    source: int | None
    first_revision: int
    last_revision: int
    number_of_import: int | None
    file: str | None
    line: int | None
    locked: tuple[str, ...]
    changes: tuple[Change, ...]
    holds: tuple[Hold, ...] = ()


def present(place: Place) -> int:
    """The number of the present revision; 0 before the first."""
    with place.read() as connection:
        return int(connection.execute(select(func.coalesce(func.max(revision.c.number), 0))).scalar_one())


def revisions(place: Place, limit: int, before: int | None) -> list[Revision]:
    """Revisions, newest first."""
    asked = select(revision).order_by(revision.c.number.desc()).limit(limit)
    if before is not None:
        asked = asked.where(revision.c.number < before)
    with place.read() as connection:
        return [_revision(r) for r in connection.execute(asked)]


def revision_before(place: Place, moment: datetime) -> Revision | None:
    """The newest revision that was written before a moment."""
    asked = select(revision).where(revision.c.at < written(moment)).order_by(revision.c.number.desc()).limit(1)
    with place.read() as connection:
        found = connection.execute(asked).one_or_none()
    return _revision(found) if found is not None else None


def _revision(row: Row[Any]) -> Revision:
    return Revision(row.number, row._mapping["import"], row.kind, read(row.at), json.loads(row.counts), row.who)


def changes(place: Place, after: int, seq: int, limit: int) -> list[Change]:
    """Changes behind a place in the feed, in their order."""
    behind = (
        or_(change.c.revision > after, and_(change.c.revision == after, change.c.seq > seq)) if seq else change.c.revision > after
    )
    asked = _asked().where(behind).order_by(change.c.revision, change.c.seq).limit(limit)
    with place.read() as connection:
        return [_change(row) for row in connection.execute(asked)]


def of_records(place: Place, table: str, keys: Collection[str], limit: int) -> list[Change]:
    """The changes of some records of one table, the newest first."""
    mine = and_(change.c.table == table, change.c.sourcedId.in_(sorted(keys)))
    with place.read() as connection:
        told = connection.execute(_asked().where(mine).order_by(change.c.revision.desc(), change.c.seq.desc()).limit(limit))
        return [_change(row) for row in told]


def changes_of(place: Place, number: int, table: str, verb: str | None, after: int, limit: int) -> list[Change]:
    """Changes of one revision in one table behind a seq, in their order; `verb`: only of that kind."""
    asked = _asked().where(change.c.revision == number, change.c.table == table, change.c.seq > after)
    if verb is not None:
        asked = asked.where(change.c.verb == verb)
    with place.read() as connection:
        return [_change(row) for row in connection.execute(asked.order_by(change.c.seq).limit(limit))]


def tallied(place: Place, number: int) -> dict[str, dict[str, int]]:
    """Table -> verb -> how many records a revision changed that way. The first revision has no changes: read the rows."""
    asked = select(change.c.table, change.c.verb, func.count()).where(change.c.revision == number)
    found: dict[str, dict[str, int]] = {}
    with place.read() as connection:
        for table, verb, count in connection.execute(asked.group_by(change.c.table, change.c.verb)):
            found.setdefault(table, {})[verb] = int(count)
    return found


def tallied_people(place: Place, number: int) -> dict[str, dict[str, int]]:
    """The same for users, by kind of person (`people_counted.KINDS`), by the role that they have now."""
    users = ROSTER["users"]
    joined = change.join(users, users.c.sourcedId == change.c.sourcedId)
    asked = select(people_counted.role_of(), change.c.verb, func.count()).select_from(joined)
    asked = asked.where(change.c.revision == number, change.c.table == "users").group_by("said", change.c.verb)
    found: dict[str, dict[str, int]] = {kind: {} for kind in people_counted.KINDS}
    with place.read() as connection:
        for role, verb, count in connection.execute(asked):
            mine = found[people_counted.kind_of(str(role))]
            mine[verb] = mine.get(verb, 0) + int(count)
    return found


def record(place: Place, table: str, sourced_id: str) -> Record | None:
    """One record with its provenance and its changes, newest first."""
    values = pages.one(place, table, sourced_id)
    if values is None:
        return None
    mine = and_(change.c.table == table, change.c.sourcedId == sourced_id)
    with place.read() as connection:
        told = connection.execute(_asked().where(mine).order_by(change.c.revision.desc(), change.c.seq.desc())).all()
        named = and_(import_file.c["import"] == values["import"], import_file.c.number == values["file"])
        file = connection.execute(select(import_file.c.name).where(named)).scalar_one_or_none()
    numbers = {k: int(v) if (v := values[k]) is not None else None for k in _NUMBERS}
    return Record(
        table=table,
        values=values,
        source=numbers["from_source"],
        first_revision=numbers["first_revision"] or 0,
        last_revision=numbers["last_revision"] or 0,
        number_of_import=numbers["import"],
        file=file,
        line=numbers["line"],
        locked=tuple(w for w in json.loads(str(values["locked"] or "[]")) if is_field(w)),
        changes=tuple(_change(row) for row in told),
        holds=holding.of(place, table, sourced_id) if values["locked"] else (),
    )


def touched(place: Place, workbench: Workbench, table: str, since: int) -> str | None:
    """Bring the keys that changed after a revision into the workbench; see `RosterStore.touched`."""
    if present(place) <= since:
        return None
    relation = f"changed_since_{table}"
    query = f'SELECT DISTINCT "sourcedId" FROM {place.name("change")} WHERE "table" = \'{table}\' AND revision > {int(since)}'
    with place.read(alone=True) as connection, ferry(workbench, place, flag="touched") as boat:
        made = f"CREATE OR REPLACE TABLE {quoted(relation)} AS SELECT * FROM landed"
        boat.land(connection, query, {"sourcedId": "VARCHAR"}, made)
    return relation if workbench.value(f"SELECT count(*) FROM {quoted(relation)}") else None


def write_revision(connection: Connection, number_of_import: int | None, kind: str, at: datetime, who: str | None = None) -> int:
    """Write the next revision's row, with the counts of every table as they are now; returns its number."""
    number = connection.execute(select(func.coalesce(func.max(revision.c.number), 0))).scalar_one() + 1
    sums = select(block.c.table, func.sum(block.c.active), func.sum(block.c.removed)).group_by(block.c.table)
    counts = {t: {"active": int(a), "tobedeleted": int(r)} for t, a, r in connection.execute(sums)}
    row = {
        "number": number,
        "import": number_of_import,
        "kind": kind,
        "at": written(at),
        "counts": json.dumps(counts),
        "who": who,
    }
    connection.execute(insert(revision).values(row))
    return int(number)


_NUMBERS = ("from_source", "first_revision", "last_revision", "import", "line")


def _asked() -> Select[Any]:
    return select(change, revision.c.at, revision.c.who).join(revision, revision.c.number == change.c.revision)


def _change(row: Row[Any]) -> Change:
    fields = json.loads(row.fields) if row.fields else {}
    return Change(
        revision=row.revision,
        seq=row.seq,
        at=read(row.at),
        table=row.table,
        sourced_id=row.sourcedId,
        verb=row.verb,
        fields={column: (pair[0], pair[1]) for column, pair in fields.items()},
        number_of_import=row._mapping["import"],
        who=row.who,
    )
