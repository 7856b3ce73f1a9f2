"""Datasets that a layout set declares of its own: their names, their declaration as plain values, and how it may grow.

A district's store keeps the rows of such a dataset longer than any text of a layout lasts. So the store remembers the
declaration, and a later one is *agreed* with it: columns may be added; columns that are no longer declared stay with what
they hold; what a column is (its format, the table that it refers to) never changes under stored rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from homeroom.roster.catalogue import EVERY_RECORD, Field, Table, dataset
from homeroom.roster.faults import Refused

PREFIX = "own_"
"""What the name of a set's own dataset begins with, so that it never meets a table of Homeroom, of today or of later."""

NAME = re.compile(PREFIX + "[a-z][a-z0-9_]{0,25}")
"""A dataset's name. With the longest column behind it, it still makes an index name that PostgreSQL takes whole."""

COLUMN = re.compile("[A-Za-z][A-Za-z0-9]{0,28}")
"""A column's name: no underscore, which what Homeroom itself adds to rows begins with."""


def is_own(table: str) -> bool:
    """Whether a table is a set's own dataset, by its name."""
    return NAME.fullmatch(table) is not None


def as_values(table: Table) -> dict[str, Any]:
    """A declaration as plain JSON values; `from_values` makes the same table of them."""
    return {"singular": table.singular, "fields": [_field(f) for f in table.fields[len(EVERY_RECORD) :]]}


def from_values(name: str, raw: Mapping[str, Any]) -> Table:
    """The table of a declaration that was kept as values."""
    return dataset(name, raw)


def agreed(known: Table | None, declared: Table) -> Table:
    """Tonight's declaration together with what the store remembers. Raises Refused("dataset_changed") where they contradict."""
    if known is None:
        return declared
    held = {f.name.casefold(): f for f in known.fields}
    for field in declared.fields:
        before = held.get(field.name.casefold())
        if before is not None and (what := _contradiction(before, field)):
            raise Refused("dataset_changed", table=declared.name, what=what)
    named = {f.name for f in declared.fields}
    kept = tuple(replace(f, required=frozenset()) for f in known.fields if f.name not in named)
    return replace(declared, fields=(*declared.fields, *kept))


def _contradiction(before: Field, now: Field) -> str | None:
    if before.name != now.name:
        return f"the column {before.name} is now written {now.name}"
    if before.format is not now.format:
        return f"the column {now.name} was {before.format.value} and is now {now.format.value}"
    if before.ref != now.ref:
        return f"the column {now.name} named {before.ref or 'nothing'} and now names {now.ref or 'nothing'}"
    return None


def _field(field: Field) -> dict[str, Any]:
    """One field, in the notation that `catalogue.dataset` reads; what is usual is left out."""
    raw: dict[str, Any] = {"name": field.name, "format": field.format.value}
    raw |= {"required": "always"} if field.required else {}
    raw |= {key: value for key, value in (("ref", field.ref), ("ref_type", field.ref_type)) if value}
    raw |= {"personal": True} if field.personal else {}
    if field.words is not None:
        return raw | {"words": asdict(field.words)}
    return raw | ({"codes": next(iter(field.codes.values()))} if field.codes else {})
