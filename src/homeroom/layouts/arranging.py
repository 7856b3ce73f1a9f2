"""From a file's records to the rows that a layout's map sees: taken apart by `each`, with the columns of joined files beside them.

A plain layout never comes here: its file is read as it stands. The rows of a rearranged one carry the number of their record
(`_row`), so that every finding points at the line of the file. A record that makes no row stands there once with `_made` false.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from homeroom.layouts.arrangement import Arrangement, Joined
from homeroom.layouts.binding import KEEP, Binding, match
from homeroom.layouts.cells import EDGES, Cell, cells
from homeroom.layouts.rows import Cells, Items
from homeroom.roster.names import quoted
from homeroom.roster.names import text as literal
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import TextTable

SMALL = 50_000
"""Rows up to which what is arranged is kept as a table of the workbench; more go to a file in its folder."""

Texts = Mapping[int, TextTable]
"""File number -> its text table, for the files that may be joined."""


@dataclass(frozen=True, slots=True)
class Laid:
    """The rows of a file as the map sees them. `rows` is a FROM item with `_row`, `_line`, `_part` (the row's
    place among those of its record), `_made`, `_unsure`, then c0, c1, ...

    `_unsure`: what is joined to the row may be among rows that could not be read. `doubtful`: there are such rows in a
    joined file, so that absence proves nothing.
    """

    rows: str
    doubtful: bool


def steadied(workbench: Workbench, binding: Binding, texts: Texts) -> Binding:
    """The binding without the joins of which some rows could not be read, where it can do without them.

    What is taken from such a file says nothing tonight, so that stored values stay (law 2). Where the key, the filter or a
    column that the standard requires hangs on it, the binding is returned as it is: the rows in doubt are left out then. Tells
    what says nothing.
    """
    shaky = {j.join.name for j in binding.arrangement.joins if shaken(texts[j.inspected.file.number])}
    if not shaky:
        return binding
    others = [j.inspected for j in binding.arrangement.joins]
    without = match(binding.layout, binding.inspected, others, shaky)
    lost = {b.target for b in binding.bound} - {b.target for b in without.bound}
    musts = {f.name for f in binding.layout.of.fields if f.required} | {"sourcedId", *binding.layout.required}
    judged = any(target == KEEP for target, _ in without.uncomputed) or without.arrangement.lacking
    if lost & musts or judged:
        return binding
    for joined in binding.arrangement.joins:
        if joined.join.name in shaky and lost:
            number = joined.inspected.file.number
            workbench.tell("join-silent", file=number, table=binding.layout.table, targets=", ".join(sorted(lost)))
    told = tuple((t, word) for t, word in without.uncomputed if without.arrangement.wide.join_of(word) not in _folded(shaky))
    return replace(without, uncomputed=told)


def _folded(names: set[str]) -> set[str]:
    return {name.casefold() for name in names}


def shaken(text: TextTable) -> bool:
    """Whether rows of a file could not be read."""
    return bool(text.unread) or text.ragged is not None


def lay(workbench: Workbench, binding: Binding, text: TextTable, texts: Texts) -> Laid:
    """Lay out the rows of a file whose layout has `[rows]` or `[join]`. Tells what joined files hold several rows for a key."""
    plan = binding.arrangement
    cell = arranged_cell(plan, text)
    own = sorted(p for p in binding.used if p < plan.width)
    rows = _numbered(text, own)
    if plan.each is not None:
        rows = _taken_apart(plan, rows, own, cell, cells(text))
    doubtful, unsure = False, ["false"]
    for joined in plan.joins:
        wanted = [p for p in sorted(binding.used) if joined.first <= p < joined.first + len(joined.inspected.columns)]
        theirs = texts[joined.inspected.file.number]
        rows = _beside(workbench, binding, joined, rows, wanted, theirs, cell)
        if shaken(theirs):
            doubtful = True
            unsure.append(
                f"(_k{joined.first} IS NULL AND {cell(joined.on[0][0])} IS NOT NULL)" if joined.join.take == "one" else "true"
            )
    made = "_part, _made" if plan.each is not None else "1 AS _part, true AS _made"
    listed = ", ".join(f"c{p}" for p in sorted(binding.used)) or "1"
    return Laid(f"(SELECT _row, _line, {made}, ({' OR '.join(unsure)}) AS _unsure, {listed} FROM {rows})", doubtful)


def arranged_cell(plan: Arrangement, text: TextTable) -> Cell:
    """The value of a cell by its position among all: cells of the file are cleaned, made and joined ones are already."""
    own = cells(text)
    return lambda position: own(position) if position < plan.width else f"c{position}"


def _numbered(text: TextTable, own: list[int]) -> str:
    listed = "".join(f", c{p}" for p in own)
    if text.numbered:
        return f"(SELECT _row, _line{listed} FROM {text.relation})"
    return f"(SELECT row_number() OVER () AS _row, NULL::BIGINT AS _line{listed} FROM {text.relation})"


def _taken_apart(plan: Arrangement, rows: str, own: list[int], cell: Cell, read: Cell) -> str:
    """One row for every part of a record; a record without any stands there once, not made."""
    names = [f"m{i}" for i in range(plan.made)]
    if isinstance(plan.each, Items):
        assert plan.split is not None
        parts = _items(read(plan.split), plan.each.by)
    else:
        parts = f"[{', '.join(_part(plan, number, cell) for number in range(len(plan.parts)))}]"
        values = names[:-2] if isinstance(plan.each, Cells) else names[:-1]
        filled = " OR ".join(f"p.{name} IS NOT NULL" for name in values)
        parts = f"list_filter({parts}, lambda p: {filled})"
    kept = "".join(f", c{p}" for p in own)
    cut = f"SELECT _row, _line{kept}, {parts} AS _parts FROM {rows}"
    several = "CASE WHEN len(_parts) = 0 THEN [NULL] ELSE _parts END"
    each = f"SELECT _row, _line{kept}, unnest({several}) AS _cells, generate_subscripts({several}, 1) AS _part FROM ({cut})"
    columns = ", ".join(f"_cells.{name} AS c{plan.width + i}" for i, name in enumerate(names))
    return f"(SELECT _row, _line{kept}, _part, _cells IS NOT NULL AS _made, {columns} FROM ({each}))"


def _part(plan: Arrangement, number: int, cell: Cell) -> str:
    part = plan.parts[number]
    values = [cell(p) if p is not None else "NULL::VARCHAR" for p in part.cells]
    values.append(literal(str(part.number)))
    if isinstance(plan.each, Cells):
        values.append(literal(part.word))
    return "{" + ", ".join(f"'m{i}': {value}" for i, value in enumerate(values)) + "}"


def _items(value: str, by: str) -> str:
    """The items of a list cell with their numbers; blank ones are none."""
    items = f"list_filter(list_transform(string_split({value}, {literal(by)}), lambda i: trim(i, {literal(EDGES)})), lambda i: i <> '')"
    return f"list_transform(coalesce({items}, []::VARCHAR[]), lambda i, n: {{'m0': i, 'm1': n::VARCHAR}})"


def _beside(
    workbench: Workbench, binding: Binding, joined: Joined, rows: str, wanted: list[int], theirs: TextTable, cell: Cell
) -> str:
    """The rows with the wanted columns of a joined file beside them."""
    keys = [f"k{i}" for i in range(len(joined.on))]
    name = f"{binding.layout.name}/{binding.inspected.file.number}/{joined.join.name}"
    partners = kept(workbench, "joined", name, _partners(joined, wanted, theirs, keys), theirs.rows)
    _tell(workbench, binding, joined, partners, wanted)
    same = " AND ".join(f"{cell(here)} = j.{key}" for key, (here, _) in zip(keys, joined.on, strict=True))
    columns = "".join(f", j.c{p}" for p in wanted)
    return f"(SELECT r.*, j.k0 AS _k{joined.first}{columns} FROM {rows} r LEFT JOIN {partners} j ON {same})"


def _partners(joined: Joined, wanted: list[int], theirs: TextTable, keys: list[str]) -> str:
    """SELECT of one row for every key of a joined file: the keys, the wanted columns and `_several`, what was left behind."""
    cell = cells(theirs)
    named = [f"{cell(there)} AS {key}" for key, (_, there) in zip(keys, joined.on, strict=True)]
    named += [f"{cell(p - joined.first)} AS c{p}" for p in wanted]
    named += [f"{cell(p)} AS o{i}" for i, p in enumerate(joined.order)]
    when = ""
    if joined.join.when is not None:
        from homeroom.layouts import formulas  # the SQL parser takes 0.2 s to load: only for layouts that have formulas

        read = {name: cell(p) if p is not None else "NULL::VARCHAR" for name, p in joined.reads}
        when = f" WHERE {formulas.compile_condition(joined.join.when, read)}"
    keyed = " AND ".join(f"{key} IS NOT NULL" for key in keys)
    rows = f"(SELECT DISTINCT * FROM (SELECT {', '.join(named)} FROM {theirs.relation}{when}) WHERE {keyed})"
    return _one(rows, keys, wanted) if joined.join.take == "one" else _list(joined, rows, keys, wanted)


def _one(rows: str, keys: list[str], wanted: list[int]) -> str:
    """Of several rows with a key the one with most filled cells; of those the one whose cells sort first. No order of a file counts."""
    key, columns = ", ".join(keys), [f"c{p}" for p in wanted]
    order = ", ".join([f"{filled(columns)} DESC", *(f"{c} NULLS LAST" for c in columns)])
    place = f"row_number() OVER (PARTITION BY {key} ORDER BY {order})"
    return f"SELECT *, count(*) OVER (PARTITION BY {key}) - 1 AS _several FROM {rows} QUALIFY {place} = 1"


def _list(joined: Joined, rows: str, keys: list[str], wanted: list[int]) -> str:
    """Of every column the distinct values, by the columns of `order` (numbers as numbers), else by the values themselves."""
    key = ", ".join(keys)
    ranks = [f"min({r}) NULLS LAST" for i in range(len(joined.order)) for r in (f"try_cast(o{i} AS DOUBLE)", f"o{i}")]
    at_most = joined.join.limit or 1_000_000_000
    lists, left = [], []
    for position in wanted:
        column = f"c{position}"
        place = f"row_number() OVER (PARTITION BY {key} ORDER BY {', '.join([*ranks, column])}) AS _place"
        values = f"SELECT {key}, {column}, {place} FROM {rows} WHERE {column} IS NOT NULL GROUP BY {key}, {column}"
        listed = f"string_agg({column}, ',' ORDER BY _place) FILTER (_place <= {at_most}) AS {column}"
        cut = f"count_if(_place > {at_most}) AS x{position}"
        lists.append(f"LEFT JOIN (SELECT {key}, {listed}, {cut} FROM ({values}) GROUP BY {key}) USING ({key})")
        left.append(f"coalesce(x{position}, 0)")
    columns = "".join(f", c{p}" for p in wanted)
    several = f"greatest({', '.join(left)})" if left else "0"
    return f"SELECT {key}{columns}, {several} AS _several FROM (SELECT DISTINCT {key} FROM {rows}) {' '.join(lists)}"


def _tell(workbench: Workbench, binding: Binding, joined: Joined, partners: str, wanted: list[int]) -> None:
    """Tell, once, of how many keys something was left behind: rows that differ, or values beyond the limit."""
    count, example = workbench.rows(f"SELECT count(*), min(k0) FROM {partners} WHERE _several > 0")[0]
    if count:
        workbench.tell(
            "join-several" if joined.join.take == "one" else "join-limited",
            file=joined.inspected.file.number,
            table=binding.layout.table,
            count=count,
            example=example,
            join=joined.join.name,
            limit=joined.join.limit or 0,
        )


def filled(columns: list[str]) -> str:
    """SQL: how many of the columns are not blank."""
    return f"({' + '.join(f'({c} IS NOT NULL)::INTEGER' for c in columns)})" if columns else "0"


def kept(workbench: Workbench, kind: str, name: str, select: str, rows: int | None) -> str:
    """Keep the rows of a query for the rest of the import; returns a FROM item. `rows`: about how many there will be."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    if rows is not None and rows <= SMALL:
        table = quoted(f"{kind}_{digest}")
        workbench.run(f"CREATE OR REPLACE TABLE {table} AS {select}")
        return table
    path = literal(str(workbench.folder / f"{kind}_{digest}.parquet"))
    workbench.run(f"COPY ({select}) TO {path} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    return f"read_parquet({path})"
