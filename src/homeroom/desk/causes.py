"""Issues grouped by cause: what somebody should mend, the worst first, and what hangs on it."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from homeroom.desk.finding_words import title_of
from homeroom.desk.sight import Sight
from homeroom.roster.catalogue import catalogue
from homeroom.roster.codes import code
from homeroom.roster.meanings import label_of_field
from homeroom.roster.words import InWords, Said, Value, _, ngettext
from homeroom.store.issues import Group, IssueRow, Wanted
from homeroom.store.roster import RosterStore
from homeroom.systems.remedies import remedy

EXAMPLES = 5
Kind = Literal["refused", "emptied", "noted"]
"""What became of a cause's rows: refused; taken with a value changed, left empty or doubtful; only told."""
Key = tuple[str, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Example:
    """A row of a cause. `record` and `value` are None where they may not be seen. `held_back`: rows that wait for it."""

    seq: int
    file: str | None
    line: int | None
    record: str | None
    column: str | None
    value: str | None
    empty: bool
    schools: tuple[str, ...]
    held_back: int
    message: str | None


@dataclass(frozen=True, slots=True)
class IssueCause:
    """One cause. `rows` = `own` + the sum of `held_back` (table -> rows).

    `emptied`: rows beside these that were taken in without what they said of a refused row of this cause.
    `before`: how many rows it concerned in the night before; None: it is new. `here`: what to do in this district's system, where
    that has something to say; `remedy` is for every system.
    """

    code: str
    kind: Kind
    title: Said
    file: str | None
    column: str | None
    table: str | None
    rows: int
    own: int
    held_back: Mapping[str, int]
    emptied: int
    before: int | None
    meaning: str
    remedy: str
    here: str | None
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which causes are asked for: None is any. `school` is a sourcedId."""

    file: str | None = None
    code: str | None = None
    school: str | None = None
    refused: bool | None = None
    column: str | None = None


def causes(
    store: RosterStore, number: int, seen: Sight, asked: Filter, before: int | None, system: str | None
) -> tuple[IssueCause, ...]:
    """The causes of an import's issues: refused rows first, what is new tonight before what is not, then by count.

    `before` is the import with which it is compared, `system` the folder of the district's student information system.
    """
    schools = schools_of(seen, asked.school)
    wanted = Wanted(code=asked.code, file=asked.file, column=asked.column, schools=schools, refused=asked.refused)
    last = {g.key: g.rows for g in store.issues.groups(before, wanted)} if before is not None else {}
    found = [
        _cause(store, number, group, last.get(group.key), seen, wanted, system) for group in store.issues.groups(number, wanted)
    ]
    order: tuple[Kind, ...] = ("refused", "emptied", "noted")
    return tuple(sorted(found, key=lambda c: (order.index(c.kind), c.before is not None, -c.rows)))


def schools_of(seen: Sight, school: str | None) -> tuple[str, ...] | None:
    """The schools whose rows are asked for, among those that are seen; None: all."""
    if school is None:
        return seen.schools
    return (school,) if seen.schools is None or school in seen.schools else ()


def _cause(
    store: RosterStore, number: int, group: Group, before: int | None, seen: Sight, wanted: Wanted, system: str | None
) -> IssueCause:
    declared = code(group.code)
    kind: Kind = "refused" if group.refused else "emptied" if declared.is_row_issue else "noted"
    only = Wanted(code=group.code, file=group.file, column=group.column, table=group.table, schools=wanted.schools)
    return IssueCause(
        code=group.code,
        kind=kind,
        title=title(group),
        file=group.file,
        column=group.column,
        table=group.table,
        rows=group.rows,
        own=group.own,
        held_back=group.held_back,
        emptied=group.emptied,
        before=before,
        meaning=declared.plain or declared.meaning,
        remedy=declared.remedy,
        here=remedy(system, group.code),
        examples=tuple(example(row, seen) for row in store.issues.members(number, only, own=True, limit=EXAMPLES)),
    )


def example(row: IssueRow, seen: Sight) -> Example:
    """A row as this person may see it. Its sentence names values, so it is only there where these are seen."""
    masked = seen.value(row.value, row.column)
    told = row.told().message if seen.values and masked == row.value else None
    return Example(
        seq=row.seq,
        file=row.file,
        line=row.line,
        record=seen.key(row.key),
        column=row.column,
        value=masked,
        empty=not row.value,
        schools=tuple(row.school.split(",")) if row.school else (),
        held_back=max(row.count - 1, 0),
        message=told,
    )


def records(table: str | None, count: int) -> Said:
    """What the records of a table are called, one or many."""
    match table:
        case "orgs":
            return ngettext("school", "schools", count)
        case "academicSessions":
            return ngettext("term", "terms", count)
        case "courses":
            return ngettext("course", "courses", count)
        case "classes":
            return ngettext("class", "classes", count)
        case "users":
            return ngettext("person", "people", count)
        case "roles":
            return ngettext("role", "roles", count)
        case "enrollments":
            return ngettext("enrollment", "enrollments", count)
        case _:
            return ngettext("record", "records", count)


def called(table: str | None, column: str | None) -> Value:
    """What a column is called when it is shown to people; a word of the file that is no field of the roster stays as it is."""
    known = table is not None and any(t.name == table and column in {f.name for f in t.fields} for t in catalogue())
    return _("{label}", label=Said(label_of_field(table, column))) if known and table and column else column or ""


def _target(table: str | None, column: str | None) -> str | None:
    """The table of the records that a column names."""
    fields = (f for t in catalogue() if t.name == table for f in t.fields)
    return next((f.ref for f in fields if f.name == column), None)


def title(group: Group) -> Said:
    """The cause as a heading: its number in words, what sort of record, and what is the matter."""
    counted = code(group.code).counted
    known: dict[str, Value] = {
        "count": InWords(group.own),
        "records": records(group.table, group.own),
        "column": called(group.table, group.column),
        "target": records(_target(group.table, group.column), 1),
        "file": group.file or "",
    }
    if counted is None or not all(known[place] for place in _places(counted[0])):
        return title_of(group.code)  # it is told without what this finding does not know of itself
    return Said(counted[0], known, counted[1], group.own)


def _places(sentence: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in string.Formatter().parse(sentence) if name)
