"""Fields of a district's own, in tables that stand one to one beside PowerSchool's: the queries bring them, the access request names them.

A field is written `students.u_students_extension.preferredname`: the table that it hangs on, its own table, its name. The column has the field's name,
which layouts take for `metadata.NAME`. A plug-in with such fields is one district's own: another server would refuse it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from homeroom.roster.faults import Misuse
from homeroom.roster.words import Said, _, filled, in_a_row
from homeroom.systems.powerschool.plugin.queries import Query, queries

HOSTS: Mapping[str, tuple[str, str, str]] = {
    "students": ("students", "s", "studentsdcid"),
    "schools": ("locations", "sc", "schoolsdcid"),
    "users": ("staff", "u", "usersdcid"),
    "sections": ("classes", "sec", "sectionsdcid"),
}
"""Core table -> the query that brings it, its name in that query's SQL, and the key of tables that extend it."""
WRITTEN = re.compile(r"([a-z]+)\.([a-z][a-z0-9_]{0,29})\.([a-z][a-z0-9_]{0,29})")


SAYS = _("{setting} must be fields as students.u_students_extension.preferredname.")


@dataclass(frozen=True, slots=True, order=True)
class ExtensionField:
    """One field: the core table, the extension table, the field, all in small letters."""

    core: str
    table: str
    name: str


def faults(written: object) -> Said | None:
    """What is wrong with a list of fields as they are written, or None. `{setting}` is left open."""
    if not isinstance(written, list | tuple):
        return SAYS
    wrong = next((w for text in written if (w := _fault(text)) is not None), None)
    if wrong is not None:
        return wrong
    columns = [(core, name) for core, _table, name in dict.fromkeys(tuple(str(text).lower().split(".")) for text in written)]
    twice = next((c for c in columns if columns.count(c) > 1), None)
    if twice is None:
        return None
    return _("{setting} names {core} {name} in two tables: their columns would have one name.", core=twice[0], name=twice[1])


def _fault(written: object) -> Said | None:
    found = WRITTEN.fullmatch(written.lower()) if isinstance(written, str) else None
    if found is None:
        return SAYS
    if found[1] not in HOSTS:
        return _(
            "{setting} must be fields of {tables}: PowerSchool's table, the extension table, the field.", tables=in_a_row(HOSTS)
        )
    if found[3] in queries()[HOSTS[found[1]][0]].columns:
        return _("{setting} names {name}, which the query brings already.", name=found[3])
    return None


def read(written: Iterable[str]) -> tuple[ExtensionField, ...]:
    """The fields, each once. Raises Misuse for what cannot be."""
    given = list(written)
    if wrong := faults(given):
        raise Misuse("{wrong}", wrong=filled(wrong, setting="extension_fields"))
    return tuple(dict.fromkeys(ExtensionField(*text.lower().split(".")) for text in given))


def extended(written: Iterable[str]) -> tuple[Query, ...]:
    """All queries, in their order, with these fields as further columns. Raises Misuse."""
    fields = read(written)
    return tuple(_with(q, tuple(f for f in fields if HOSTS[f.core][0] == q.key)) for q in queries().values())


def mark(fields: Iterable[ExtensionField]) -> str:
    """Digits that tell sets of fields apart, for names and versions, blank for no fields.

    The name of a query holds it, so that a plug-in that was made before a field was asked for is missing this query, and says so; its
    rows without the field would look as if every cell were blank.
    """
    listed = ",".join(sorted(f"{f.core}.{f.table}.{f.name}" for f in fields))
    return f"{zlib.crc32(listed.encode()) % 100_000}" if listed else ""


def _with(query: Query, fields: tuple[ExtensionField, ...]) -> Query:
    """LEFT OUTER JOIN of each extension table by its key; a row without one has blanks."""
    if not fields:
        return query
    core = fields[0].core
    alias, key = HOSTS[core][1:]
    tables = list(dict.fromkeys(f.table for f in fields))
    names = {table: f"x{number}" for number, table in enumerate(tables, 1)}
    columns = "".join(f", {names[f.table]}.{f.name} AS {f.name}" for f in fields)
    joins = "".join(f"LEFT OUTER JOIN {t} {names[t]} ON {names[t]}.{key} = {alias}.dcid\n" for t in tables)
    head, _, rest = query.sql.rpartition(f"\nFROM {core} {alias}\n")
    assert head, "a query with extension fields selects from its table on a line of its own"
    before, where, after = rest.partition("WHERE")
    why = {f"{f.table}.{f.name}".upper(): "a field of the district's own, for applications" for f in fields}
    keys = {f"{t}.{key}".upper(): f"finds the district's own fields of {core}" for t in tables}
    return replace(
        query,
        sql=f"{head}{columns}\nFROM {core} {alias}\n{before}{joins}{where}{after}",
        columns={**query.columns, **{f.name: f"{f.table}.{f.name}".upper() for f in fields}},
        why={**query.why, **why, **keys},
        extended=dict.fromkeys(tables, core),
        area=f"own_{mark(fields)}",
    )
