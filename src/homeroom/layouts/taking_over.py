"""Records that a source took over: what the SIS calls by another id than Homeroom is read under the id that Homeroom has for it.

A person says that the class held as X is what the SIS calls Y (law 6: nothing is ever re-keyed without a person). From then on
every row of the source that names Y names X: as its key, and wherever it refers to it, alone or in a list. So the record keeps its
id and its history, and whatever hangs on it follows. All pairs are read at once: an X that is the Y of another pair is no chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from homeroom.layouts.filling import numbered
from homeroom.layouts.prefixing import names
from homeroom.roster.catalogue import Field, Table
from homeroom.roster.names import quoted
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import DROPPED, MARK, Feed, Lookup

TABLES = ("classes", "users", "courses", "academicSessions", "orgs")
"""The tables whose records can be taken over: those that other records name."""

Pairs = Mapping[str, Mapping[str, str]]
"""Table -> id of the SIS, as it stands in tonight's rows -> id that Homeroom holds."""


def taken_over(workbench: Workbench, pairs: Pairs, feed: Feed, table: Table) -> Feed:
    """The feed with every id of the SIS in place of which Homeroom holds another one translated.

    Its rows are numbered, since a join keeps no order. A row of the wrong width keeps no record alive by its key any more, since
    that key is the SIS's own: absence then proves nothing (law 3).
    """
    fields = {f.name: f for f in table.fields}
    told = {c: of for c in feed.columns if c in fields and (of := names(fields[c], feed.table)) is not None and pairs.get(of)}
    if not told:
        return feed
    joins, changed = [], {}
    for number, (column, of) in enumerate(told.items()):
        relation = _relation(workbench, pairs[of], of)
        if fields[column].format.is_list:
            relation = _cells(workbench, feed, fields[column], relation)
        joins.append(f"LEFT JOIN {relation} t{number} ON t{number}.theirs = r.{quoted(column)}")
        changed[column] = f"coalesce(t{number}.ours, r.{quoted(column)}) AS {quoted(column)}"
    hidden = [*([DROPPED] if feed.drops else []), *([MARK] if feed.marked else [])]
    listed = ", ".join([*(f"r.{h}" for h in hidden), *(changed.get(c, f"r.{quoted(c)}") for c in feed.columns)])
    spoken = [f"{column}\x1f{of}\x1f{sorted(pairs[of].items())}" for column, of in told.items()]
    return replace(
        feed,
        text=replace(feed.text, numbered=True, by_line=None),
        select=f"SELECT r._row, r._line, r._keep, {listed} FROM ({numbered(feed)}) r {' '.join(joins)}",
        fingerprint=hashlib.sha256("\n".join([feed.fingerprint, "taken over", *spoken]).encode()).hexdigest(),
        key_cell=None if "sourcedId" in told else feed.key_cell,
    )


def _relation(workbench: Workbench, pairs: Mapping[str, str], table: str) -> str:
    relation = f"taken_over_{table}"
    if not workbench.exists(relation):
        workbench.load(relation, ("theirs", "ours"), sorted(pairs.items()))
    return relation


def _cells(workbench: Workbench, feed: Feed, field: Field, relation: str) -> str:
    """Whole cells of a list with an id that is translated: the cell as it came, and what it becomes."""
    name, column = f"{relation}_{feed.table}_{field.name}_{feed.text.file.number}_{int(feed.made)}", quoted(field.name)
    cells = f"SELECT DISTINCT {column}::VARCHAR AS cell FROM ({feed.select}) WHERE {column} IS NOT NULL"
    items = f"""
        SELECT cell, trim(unnest(string_split(cell, ','))) AS item, generate_subscripts(string_split(cell, ','), 1) AS place
        FROM ({cells})
    """
    workbench.run(f"""
        CREATE OR REPLACE TABLE {quoted(name)} AS
        SELECT cell AS theirs, string_agg(coalesce(ours, item), ',' ORDER BY place) AS ours
        FROM ({items}) LEFT JOIN {relation} ON theirs = item GROUP BY cell HAVING count(ours) > 0
    """)
    return quoted(name)


def hand_over(workbench: Workbench, pairs: Pairs, tables: Sequence[str], family: Collection[int], lookup: Lookup) -> None:
    """Before the plan: make `handed_T`, records that this source took over and brings tonight, and that a stranger wrote last.

    The plan lets them pass, and writes them even where no value of them differs: so the source owns them from then on.
    """
    for table in tables:
        ours = pairs.get(table)
        if not ours:
            continue
        workbench.load(f"claimed_{table}", ("sourcedId",), [(o,) for o in sorted(set(ours.values()))])
        stored = lookup(table, f"claimed_{table}")
        workbench.run(f"""
            CREATE OR REPLACE TABLE {quoted(f"handed_{table}")} AS
            SELECT s."sourcedId" FROM {stored} s SEMI JOIN claimed_{table} USING ("sourcedId")
            WHERE s.status = 'active' AND s._source NOT IN ({", ".join(map(str, sorted(family)))})
              AND s."sourcedId" IN (SELECT "sourcedId" FROM {quoted(f"admitted_{table}")})
        """)
