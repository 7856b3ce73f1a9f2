"""The rows of a rearranged layout, laid out once and kept for the import, and those that are one folded into one.

Arranging rows anew for every look at them (the night looks twice, the checks look again) would cost more than keeping them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from homeroom.layouts.arranging import Texts, filled, kept, lay, shaken
from homeroom.layouts.binding import Binding
from homeroom.layouts.layout import Layout
from homeroom.layouts.rows import NONE, Once
from homeroom.roster.contacts import CONTACTS
from homeroom.roster.names import quoted
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import DROPPED, MARK, TextTable


def stage(
    workbench: Workbench,
    binding: Binding,
    text: TextTable,
    texts: Texts,
    values: str,
    keep: str,
    columns: tuple[str, ...],
) -> tuple[TextTable, str]:
    """The rows of a rearranged layout, kept for the import; returns their text table and the SELECT of a feed.

    `values` is the select list that gives `columns` from the arranged rows, `keep` the layout's filter.
    """
    layout = binding.layout
    laid = lay(workbench, binding, text, texts)
    rows = f"SELECT _row, _line, _part, (_made AND {keep}) AS _keep, {values} FROM {laid.rows} WHERE NOT _unsure"
    if _folds(layout):
        together = [c for c in layout.rows.gather if c in columns]
        rows = once(gathered(rows, together) if together else rows, columns, layout.rows.once)
    name = f"{layout.name}/{binding.inspected.file.number}"
    staged = kept(workbench, "arranged", name, rows, text.rows)
    unsure = workbench.value(f"SELECT count_if(_unsure) FROM {laid.rows}") if laid.doubtful else 0
    _tell_arranged(workbench, binding, staged, unsure, texts)
    ragged = workbench.value(f"SELECT count(*) FROM {quoted(text.ragged)}") if text.ragged else 0
    count = workbench.value(f"SELECT count(*) FROM {staged}") + unsure + ragged + text.unread + text.ignored
    made = replace(
        text,
        relation=staged,
        numbered=True,
        by_line=None,
        rows=count,
        unread=text.unread + unsure,
    )
    listed = [*(hidden for hidden in (DROPPED, MARK) if f" AS {hidden}" in values), *(quoted(c) for c in columns)]
    return made, f"SELECT _row, _line, _keep, {', '.join(listed)} FROM {staged}"


def _folds(layout: Layout) -> bool:
    """Whether rows that are one are folded. Pairs are not: the contact rules take rows of one pair together, with or without an id."""
    return layout.rows != NONE and layout.table != CONTACTS


def once(rows: str, columns: Sequence[str], mode: Once) -> str:
    """Rows that are one: those of one record with one sourcedId always; with `once`, all of a file with one sourcedId.

    Of a record's rows the first is kept. Of rows of several records that differ the one with most filled cells is kept, of those
    the one whose cells sort first: the order of the file decides nothing (law 7). `agree` folds only rows that are the same, and
    leaves those that differ to the checks. What is not kept counts as ignored. Adds `_differ`: rows with this key differed.
    """
    others = [quoted(c) for c in columns if c != "sourcedId"]
    fullest = ", ".join([f"{filled(others)} DESC", *(f"{c} NULLS LAST" for c in others), "_row"])
    hashed = f"hash({', '.join(others)})" if others else "0::UBIGINT"
    start = f"SELECT *, {hashed} AS _same, false AS _differ FROM ({rows})"
    folded = _folded(start, '_keep, _row, "sourcedId"', "_part")
    keyed = '_keep, CASE WHEN "sourcedId" IS NULL THEN _row END, "sourcedId"'
    if mode == "fullest":
        folded = _folded(folded, keyed, fullest)
    elif mode == "agree":
        folded = _folded(folded, f"{keyed}, _same", "_row")
    return f"SELECT * EXCLUDE (_same, _part) FROM ({folded})"


def gathered(rows: str, columns: Sequence[str]) -> str:
    """Rows in which the given columns hold, for each sourcedId, the distinct values of all its kept rows, joined with commas.

    A row that says a list already has it taken apart first, so that no value stands twice.
    """
    key = quoted("sourcedId")
    lists = []
    for column in map(quoted, columns):
        items = f"SELECT {key}, trim(unnest(string_split({column}, ','))) AS item FROM r WHERE _keep AND {key} IS NOT NULL"
        listed = f"string_agg(DISTINCT item, ',' ORDER BY item) AS {column}"
        lists.append(f"LEFT JOIN (SELECT {key}, {listed} FROM ({items}) WHERE item <> '' GROUP BY 1) AS {column} USING ({key})")
    replaced = ", ".join(f"coalesce({c}.{c}, r.{c}) AS {c}" for c in map(quoted, columns))
    return f"WITH r AS MATERIALIZED ({rows}) SELECT r.* REPLACE ({replaced}) FROM r {' '.join(lists)}"


def _folded(rows: str, group: str, order: str) -> str:
    first = f"row_number() OVER (PARTITION BY {group} ORDER BY {order}) = 1"
    differ = f"min(_same) OVER (PARTITION BY {group}) <> max(_same) OVER (PARTITION BY {group})"
    return f"SELECT * REPLACE (_keep AND {first} AS _keep, _differ OR (_keep AND {differ}) AS _differ) FROM ({rows})"


def _tell_arranged(workbench: Workbench, binding: Binding, staged: str, unsure: int, texts: Texts) -> None:
    """Tell, once each, of rows that differ and were taken as one, and of rows left out for a joined file that could not be read."""
    number, table = binding.inspected.file.number, binding.layout.table
    if _folds(binding.layout):
        differ = f'SELECT count(*), min("sourcedId") FROM {staged} WHERE _keep AND _differ AND "sourcedId" IS NOT NULL'
        count, example = workbench.rows(differ)[0]
        if count:
            workbench.tell("rows-differ", file=number, table=table, count=count, example=example, what=table)
    if unsure:
        names = {j.inspected.file.name for j in binding.arrangement.joins if shaken(texts[j.inspected.file.number])}
        workbench.tell("join-unread", file=number, table=table, count=unsure, joined=", ".join(sorted(names)))


def symbols(binding: Binding) -> list[object]:
    """What the arranged rows depend on beside the layout's text: which columns were found for it, by their words."""
    plan, words = binding.arrangement, binding.arrangement.words
    taken = [[p.number, p.word, *(words[c] if c is not None else None for c in p.cells)] for p in plan.parts]
    joins = [[words[here] for here, _ in j.on] + [words[j.first + there] for _, there in j.on] for j in plan.joins]
    return [taken, joins, [j.join.name for j in plan.joins]]
