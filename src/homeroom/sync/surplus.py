"""Which ids are known while a file is still being read: what putting surplus cells back into their lists needs (seed 001).

A list cell that was written without quotes falls apart. Its pieces can be put back only where every id is known, so the ids
are gathered before: from the keys of the delivery's own files, from columns that name one record each, and from the store.
This happens only when a file really has such a row; a well-quoted delivery never pays for it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from homeroom.checks.rules import Rules
from homeroom.checks.surplus import placer
from homeroom.layouts.binding import Binding
from homeroom.roster.catalogue import Format
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Inspected, Lookup

Place = Callable[[list[str]], list[str] | None]

_LONGEST_CELL = 1 << 20
_LINES_LOOKED_AT = 100_000


def placer_for(bench: Workbench, binding: Binding, all_bound: Sequence[Binding], rules: Rules, lookup: Lookup) -> Place | None:
    """What may mend a row of this file that has too many cells, or None where the file has no list column.

    The ids are gathered at the first such row, as the files write them: without the source's prefix.
    """
    table = binding.layout.of
    lists = {f.name for f in table.model if f.format.is_list}
    if not any(b.target in lists for b in binding.bound):
        return None
    made: list[Place] = []

    def place(cells: list[str]) -> list[str] | None:
        if not made:
            known = _known(bench, binding, all_bound, rules, lookup)
            made.append(placer(_targets(binding), table, rules.version, known, free_lists=not _quotes(binding.inspected)))
        return made[0](cells)

    return place


def _quotes(look: Inspected) -> bool:
    """Whether the file puts quotes around cells where they need them: a comma without them is then an accident, no habit."""
    return look.quoted and any('"' in line for line in _first_lines(look))


def _first_lines(look: Inspected) -> Iterator[str]:
    with look.file.path.open(encoding=look.encoding, errors="replace", newline=None) as text:
        yield from (line[:_LONGEST_CELL] for line in islice(text, _LINES_LOOKED_AT))


def _targets(binding: Binding) -> list[str | None]:
    """The target of each of the file's columns, by position."""
    found: list[str | None] = [None] * len(binding.inspected.columns)
    for bound in binding.bound:
        if bound.cell is not None and bound.cell < len(found):
            found[bound.cell] = bound.target
    return found


def _known(
    bench: Workbench, binding: Binding, all_bound: Sequence[Binding], rules: Rules, lookup: Lookup
) -> dict[str, frozenset[str]]:
    """The ids of every table that a column of this file refers to."""
    bound = {b.target for b in binding.bound}
    wanted = {f.ref for f in binding.layout.of.references if f.ref and f.name in bound}
    return {table: frozenset(_ids(bench, table, all_bound, rules.prefix_of(table), lookup)) for table in wanted}


def _ids(bench: Workbench, table: str, all_bound: Sequence[Binding], prefix: str, lookup: Lookup) -> Iterator[str]:
    stored = lookup(table, None)
    keys = (key for (key,) in bench.rows(f'SELECT "sourcedId" FROM "{stored}" WHERE status = \'active\''))
    yield from (key.removeprefix(prefix) for key in keys if key.startswith(prefix))
    came = False
    for binding in all_bound:
        if binding.layout.table == table:
            came = True
            yield from _values(binding, "sourcedId")
    if came:
        return
    for binding in all_bound:
        # The table itself did not come: what single references name stands for it (a dialect without orgs).
        for field in binding.layout.of.references:
            if field.ref == table and field.format is Format.GUID_REF:
                yield from _values(binding, field.name)


def _values(binding: Binding, target: str) -> Iterator[str]:
    """The values of a plain column of a file, read quickly and without judgement; rows of the wrong width count where the
    column stands before anything could have shifted it (the first one)."""
    cell = next((b.cell for b in binding.bound if b.target == target and b.cell is not None), None)
    look = binding.inspected
    width = len(look.columns)
    if cell is None or cell >= width:
        return
    for row in _rows(look):
        if len(row) == width or (cell == 0 and row):
            value = row[cell].strip()
            if value:
                yield value


def _rows(look: Inspected) -> Iterator[Sequence[str]]:
    limit = csv.field_size_limit(_LONGEST_CELL)
    try:
        with look.file.path.open(encoding=look.encoding, errors="replace", newline=None) as text:
            for _ in islice(text, look.header_line):
                pass
            if look.quoted:
                rows = csv.reader(text, delimiter=look.delimiter)
            else:
                rows = csv.reader(text, delimiter=look.delimiter, quoting=csv.QUOTE_NONE)
            try:
                yield from rows
            except csv.Error:
                return  # a cell beyond all measure: the reading room tells it, here it only ends the gathering
    finally:
        csv.field_size_limit(limit)
