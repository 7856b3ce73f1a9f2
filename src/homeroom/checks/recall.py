"""Rows that came as last night and are looked at again, since something that they name or share has changed.

A night must say what a full walk would say. What is found of a row by itself cannot change while the row stands; what is found
of it together with others can: the record that it names leaves, or is moved to another school; another row becomes the second primary teacher of its
class. Such rows are taken from the snapshot into tonight's changed rows, and every check judges them as if they had been sent anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.checks.looks import alike_keys
from homeroom.checks.parents import PARENT, ring_members
from homeroom.checks.sheet import LEAVING, STANDING, Sheet
from homeroom.roster.catalogue import Field
from homeroom.roster.names import quoted, text
from homeroom.workbench.values import Lookup

_TEACHES = "role = 'teacher'"
_PRIMARY_TEACHER = "role = 'teacher' AND \"primary\" = 'true'"

WATCHED: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("users", "agentSourcedIds", ("role",), "TRUE"),
    ("enrollments", "userSourcedId", ("role",), _TEACHES),
    ("enrollments", "classSourcedId", ("schoolSourcedId", "termSourcedIds"), "TRUE"),
)
"""Table, its reference, the columns of the record named that a check looks at, and the rows for which it does."""


def recall(sheet: Sheet, lookup: Lookup) -> int:
    """Put such rows into shaped_T and take them out of unchanged_T. Returns how many."""
    if sheet.sifted.full:
        return 0
    bench, name = sheet.workbench, sheet.name
    keys = [*_naming(sheet), *_sharing(sheet, lookup)]
    if not keys:
        return 0
    found = f"SELECT DISTINCT _kh FROM ({' UNION ALL '.join(keys)}) SEMI JOIN stood_{name} USING (_kh)"
    if not bench.value(f"CREATE OR REPLACE TABLE again_{name} AS {found}"):
        return 0
    cells = ", ".join(f"l.{quoted(c)}" for c in sheet.sifted.columns)
    listed = ", ".join(quoted(c) for c in sheet.sifted.columns)
    count = bench.value(
        f"INSERT INTO {sheet.shaped} (_file, _row, _kh, _rh, {listed}) SELECT p._file, p._row, l._kh, l._rh, {cells} "
        f"FROM last_{name} l SEMI JOIN again_{name} a ON l._kh = a._kh JOIN placed_{name} p ON l._kh = p._kh"
    )
    bench.run(f"CREATE OR REPLACE VIEW unchanged_{name} AS SELECT * FROM stood_{name} ANTI JOIN again_{name} USING (_kh)")
    return int(count)


def _naming(sheet: Sheet) -> Iterator[str]:
    """SELECTs of the keys whose row names a record that leaves tonight, or of which a column that matters has changed."""
    delivered = set(sheet.sifted.columns)
    for field in sheet.table.references:
        if field.name in delivered and field.ref not in sheet.rules.unchecked:
            if (gone := _leaving(sheet, field)) is not None:
                yield from _holding(sheet, field, gone)
            if field.ref_type is not None and (moved := _moved(sheet, field.ref or "", ("type",))) is not None:
                yield from _holding(sheet, field, moved)
    for table, column, watched, rows in WATCHED:
        if table == sheet.name and column in delivered:
            field = sheet.table.field(column)
            if (moved := _moved(sheet, field.ref or "", watched)) is not None:
                yield from _holding(sheet, field, moved, rows)
    if sheet.name == "enrollments":
        yield from _of_moved_sessions(sheet)
        yield from _of_people_with_other_roles(sheet)


def _leaving(sheet: Sheet, field: Field) -> str | None:
    """SELECT of the keys of the named table that leave tonight; of the table itself those that may."""
    bench = sheet.workbench
    if field.ref != sheet.name:
        return f"SELECT sourcedId FROM leaving_{field.ref}" if (LEAVING, field.ref) in bench.facts else None
    if sheet.sifted.same:
        return None
    going = f"SELECT sourcedId FROM gone_{sheet.name} UNION ALL SELECT sourcedId FROM {sheet.shaped} WHERE {sheet.leaving}"
    return going if bench.rows(f"SELECT 1 FROM ({going}) LIMIT 1") else None


def _moved(sheet: Sheet, other: str, columns: tuple[str, ...]) -> str | None:
    """SELECT of the keys whose row came and differs from last night's in one of `columns`; None where there is none."""
    bench = sheet.workbench
    if sheet.sifted.same if other == sheet.name else (STANDING, other) in bench.facts:
        return None
    came = sheet.shaped if other == sheet.name else f"admitted_{other}"
    there = set(bench.columns(came)) & set(bench.columns(f"last_{other}")) & set(columns)
    if not there:
        return None
    differs = " OR ".join(f"c.{quoted(n)} IS DISTINCT FROM l.{quoted(n)}" for n in sorted(there))
    moved = f"moved_{sheet.name}_{other}_{'_'.join(sorted(there))}"
    made = f"SELECT l.sourcedId FROM {came} c JOIN last_{other} l USING (_kh) WHERE {differs}"
    count = bench.value(f"CREATE OR REPLACE TABLE {quoted(moved)} AS {made}")
    return f"SELECT sourcedId FROM {quoted(moved)}" if count else None


def _holding(sheet: Sheet, field: Field, keys: str, rows: str = "TRUE") -> Iterator[str]:
    """SELECTs of the keys of last night's rows that name one of `keys` in a field. Nearly all lists are one word."""
    column, last = quoted(field.name), f"last_{sheet.name}"
    if field.name not in sheet.workbench.columns(last) or not _answers(sheet, rows):
        return
    yield f"SELECT _kh FROM {last} WHERE {column} IN ({keys}) AND {rows}"
    if field.format.is_list:
        words = (
            f"SELECT _kh, trim(unnest(string_split({column}, ','))) AS id FROM {last} WHERE contains({column}, ',') AND {rows}"
        )
        yield f"SELECT _kh FROM ({words}) WHERE id IN ({keys})"


def _answers(sheet: Sheet, rows: str) -> bool:
    """Whether last night's rows have the columns that a condition asks."""
    there = set(sheet.workbench.columns(f"last_{sheet.name}"))
    return all(name in there for name in ("role", "primary") if name in rows)


def _of_moved_sessions(sheet: Sheet) -> Iterator[str]:
    """Enrollments whose class lies in a session that has other dates tonight."""
    moved = _moved(sheet, "academicSessions", ("startDate", "endDate"))
    classes = sheet.workbench.columns("last_classes")
    if moved is None or "termSourcedIds" not in classes or "classSourcedId" not in sheet.sifted.columns:
        return
    terms = "SELECT sourcedId, trim(unnest(string_split(termSourcedIds, ','))) AS id FROM last_classes"
    yield from _holding(sheet, sheet.table.field("classSourcedId"), f"SELECT sourcedId FROM ({terms}) WHERE id IN ({moved})")


def _of_people_with_other_roles(sheet: Sheet) -> Iterator[str]:
    """Enrollments as teacher of people of whom some row of `roles` changed (OneRoster 1.2)."""
    bench = sheet.workbench
    if "userSourcedId" not in sheet.sifted.columns or "userSourcedId" not in bench.columns("last_roles"):
        return
    if any(bench.rows(f"SELECT 1 FROM {t}_roles LIMIT 1") for t in ("shaped", "gone")):
        went = "SELECT userSourcedId FROM last_roles ANTI JOIN unchanged_roles USING (_kh)"
        keys = f"{went} UNION SELECT userSourcedId FROM admitted_roles"
        yield from _holding(sheet, sheet.table.field("userSourcedId"), keys, _TEACHES)


def _sharing(sheet: Sheet, lookup: Lookup) -> Iterator[str]:
    """SELECTs of the keys whose row shares with a changed one: a class, a person's org, the look of an id, a ring of parents."""
    bench, name = sheet.workbench, sheet.name
    if sheet.sifted.same or not any(bench.rows(f"SELECT 1 FROM {t}_{name} LIMIT 1") for t in ("shaped", "gone")):
        return
    delivered = set(sheet.sifted.columns)
    if name == "enrollments" and {"classSourcedId", "userSourcedId", "role", "primary"} <= delivered:
        teaching = "lower(trim(role)) <> 'student'"
        yield from _crowded(sheet, ("classSourcedId",), _PRIMARY_TEACHER, teaching)
    if name == "roles" and {"userSourcedId", "orgSourcedId", "roleType"} <= delivered:
        yield from _crowded(sheet, ("userSourcedId", "orgSourcedId"), "roleType = 'primary'", "roleType IS NOT NULL")
    if (keys := alike_keys(sheet)) is not None:
        yield f"SELECT hash(sourcedId) AS _kh FROM ({keys})"
    if PARENT in delivered and (ring := ring_members(sheet, sheet.rows, lookup)):
        bench.load(f"ringed_{name}", ("sourcedId",), [(member,) for member in ring])
        yield f"SELECT hash(sourcedId) AS _kh FROM ringed_{name}"


def _crowded(sheet: Sheet, group: tuple[str, ...], primary: str, may_be: str) -> Iterator[str]:
    """Primary rows of groups that a changed row touches, where more than one is primary, or was last night.

    `may_be`: what a changed row, not yet healed, has at least to be to count as primary.
    """
    bench, name, last = sheet.workbench, sheet.name, f"last_{sheet.name}"
    if not set(group) <= set(bench.columns(last)):
        return
    by = ", ".join(group)
    came = f"SELECT {by} FROM {sheet.shaped} WHERE {may_be}"
    went = f"SELECT {by} FROM {last} ANTI JOIN stood_{name} USING (_kh) WHERE {primary}"
    touched = f"crowds_{name}"
    if not bench.value(f"CREATE OR REPLACE TABLE {touched} AS {came} UNION {went}"):
        return
    told = f"coalesce(_told LIKE {text('%primary-twice%')}, FALSE)" if "_told" in bench.columns(last) else "FALSE"
    standing = f"SELECT _kh, {by}, {told} AS told FROM {last} SEMI JOIN {touched} USING ({by}) SEMI JOIN stood_{name} USING (_kh) WHERE {primary}"
    several = f"SELECT {by} FROM (SELECT {by} FROM ({standing}) UNION ALL ({came})) GROUP BY {by} HAVING count(*) > 1"
    yield f"SELECT _kh FROM ({standing}) WHERE told OR ({by}) IN (SELECT ({by}) FROM ({several}))"
