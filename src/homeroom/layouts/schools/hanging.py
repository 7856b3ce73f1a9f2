"""What hangs on a school: by which columns a row of each table belongs to one, as SQL that files and store share.

A row belongs to the school that it names, or to that of the class, line item or result it names; a row that names none of these
belongs with its person or course. A person belongs to a school that steps out only with all schools that anything says of the
person. Sessions, and courses without a school, belong to the classes that name them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from homeroom.roster.catalogue import Field, Table
from homeroom.roster.names import quoted

APART = ("orgs", "users", "academicSessions")
"""Tables with a rule of their own."""
_PLACES = ("orgs", "classes", "lineItems", "results")
_ELSE = ("users", "courses")

Keys = Callable[[str], str]
"""keys(table): the relation (sourcedId, school) of the records of a table, each once, that belong to schools which step out."""


def places(table: Table) -> tuple[Field, ...]:
    """The columns that say where a row belongs."""
    return tuple(f for f in _single(table) if f.ref in _PLACES)


def instead(table: Table) -> Field | None:
    """The column that says it where those are blank: the person's or the course's."""
    if table.name in ("classes", "courses"):
        return None
    return next((f for f in _single(table) if f.ref in _ELSE), None)


def _single(table: Table) -> tuple[Field, ...]:
    if table.name in APART:
        return ()
    return tuple(f for f in table.references if not f.format.is_list and f.ref != table.name)


def hangs(table: Table) -> bool:
    """Whether rows of the table can belong to a school at all."""
    return table.name in APART or bool(places(table) or instead(table))


def parents(table: Table, columns: Collection[str]) -> tuple[Field, ...]:
    """The columns among these by which a row leans on records of other tables than schools."""
    fields = (*places(table), *filter(None, [instead(table)]))
    return tuple(f for f in fields if f.ref != "orgs" and f.name in columns)


def school_of(table: Table, columns: Collection[str], keys: Keys) -> tuple[str, str]:
    """SQL over rows `r`: the school that steps out and to which the row belongs, or NULL; and the joins that it needs.

    `columns` are those that the rows have.
    """
    said = [f for f in places(table) if f.name in columns]
    joins = [_join(f, f"p{i}", keys) for i, f in enumerate(said)]
    found = [f"p{i}.school" for i in range(len(said))]
    other = instead(table)
    if other is not None and other.name in columns:
        blank = " AND ".join(f"r.{quoted(f.name)} IS NULL" for f in said) or "true"
        found.append(f"CASE WHEN {blank} THEN e.school END")
        joins.append(_join(other, "e", keys))
    return f"coalesce({', '.join([*found, 'NULL::VARCHAR'])})", " ".join(joins)


def _join(field: Field, alias: str, keys: Keys) -> str:
    assert field.ref is not None
    return f'LEFT JOIN {keys(field.ref)} {alias} ON {alias}."sourcedId" = r.{quoted(field.name)}'
