"""A prefix before all ids of a source, where two systems of one district give out the same ids for different records.

Ids and the references to them get it together, so that the rows of a source still find each other. Tables whose records are the
same in both systems (schools, as a rule) keep theirs. What a spreadsheet made of an id gets no prefix, so that it is still
recognised and refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace

from homeroom.roster.catalogue import Field, Format, Table
from homeroom.roster.names import ROUNDED_ID, UNMAPPED, quoted
from homeroom.roster.names import text as literal
from homeroom.workbench.values import Feed


def prefixed(feed: Feed, table: Table, prefix: str, shared: Collection[str] = ()) -> Feed:
    """The feed with `prefix` before every id of a table that is not `shared`."""
    if not prefix:
        return feed
    fields = {f.name: f for f in table.fields}
    moved = [c for c in feed.columns if c in fields and (of := names(fields[c], feed.table)) is not None and of not in shared]
    replaced = ", ".join(f"{_with(prefix, quoted(c), fields[c])} AS {quoted(c)}" for c in moved)
    digest = hashlib.sha256("\n".join([feed.fingerprint, prefix, *moved]).encode()).hexdigest()
    return replace(
        feed,
        select=f"SELECT * REPLACE ({replaced}) FROM ({feed.select})" if moved else feed.select,
        fingerprint=digest,
        key_prefix=prefix if "sourcedId" in moved else "",
    )


def names(field: Field, table: str) -> str | None:
    """The table whose ids a column holds: another's, or its own; None for a column without ids."""
    if field.ref is not None:
        return field.ref
    return table if field.name == "sourcedId" else None


def _with(prefix: str, value: str, field: Field) -> str:
    if field.format is Format.LIST_GUID_REF:
        # Blanks before an item stay before it: they are the checks' business.
        bare = f"trim(x) = '' OR starts_with(x, {literal(UNMAPPED)})"
        item = f"CASE WHEN {bare} THEN x ELSE left(x, length(x) - length(ltrim(x))) || {literal(prefix)} || ltrim(x) END"
        return f"array_to_string(list_transform(string_split({value}, ','), lambda x: {item}), ',')"
    bare = f"regexp_full_match({value}, {literal(ROUNDED_ID)}) OR starts_with({value}, {literal(UNMAPPED)})"
    return f"CASE WHEN {bare} THEN {value} ELSE {literal(prefix)} || {value} END"
