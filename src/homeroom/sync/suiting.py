"""A layout set as a source's settings need it: with a file of guardians, or without the columns that a single school leaves out."""

from __future__ import annotations

from dataclasses import replace

from homeroom.layouts.layout import Layout
from homeroom.layouts.sets import LayoutSet
from homeroom.roster.catalogue import catalogue
from homeroom.roster.contacts import CONTACTS
from homeroom.store.sources import Source
from homeroom.sync import tuning
from homeroom.sync.source_settings import value
from homeroom.systems import shipped

_GUARDIANS = ("schoolstatus", "schoolstatus/guardians")
"""The shipped layout of guardians.csv, which any set may borrow."""


def suited(layouts: LayoutSet, source: Source) -> LayoutSet:
    """The set for imports of this source."""
    if value(source, "guardians") == "file":
        layouts = _with_guardians(layouts)
    return layouts if tuning.school_of(source) is None else replace(layouts, layouts=tuple(map(_of_one_school, layouts.layouts)))


def _with_guardians(layouts: LayoutSet) -> LayoutSet:
    """The set, reading guardians.csv; one that has layouts of contacts reads its own."""
    if any(w.table == CONTACTS for w in layouts.layouts):
        return layouts
    lent = shipped.layout_set(_GUARDIANS[0]).layout(_GUARDIANS[1])
    return replace(layouts, layouts=(*layouts.layouts, replace(lent, name=f"{layouts.name}/guardians")))


def _of_one_school(layout: Layout) -> Layout:
    """The layout, content with files that do not name the school."""
    known = catalogue().tables.get(layout.table)
    column = known.school_column if known else None
    if column is None:
        return layout
    return replace(
        layout,
        map=tuple((t, replace(s, required=False) if t == column else s) for t, s in layout.map),
        required=tuple(t for t in layout.required if t != column),
        expected=tuple(t for t in layout.expected if t != column),
    )
