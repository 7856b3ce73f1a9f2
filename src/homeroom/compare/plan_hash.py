"""One hash for a plan, so that what a person approved is what is applied (law 4).

Every change is hashed by itself (SHA-256 over table, verb, key, old and new values as JSON), the hashes are sorted and
hashed again: neither the order of rows nor files, times, ids or revisions can change it. Sorting spills like any other
query; Python sees only the hashes, some thousands at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from homeroom.compare.snapshot import DIGEST, digest_text
from homeroom.roster.catalogue import Table
from homeroom.roster.names import quoted, text
from homeroom.workbench.bench import Workbench


def plan_hash(workbench: Workbench, tables: Sequence[Table]) -> str:
    """The hash of the changes in `plan_T` of those tables, as `sha256:...`. Tables without a change leave no trace in it."""
    return _joined(_changes(workbench, table) for table in _in_order(tables))


def first_hash(workbench: Workbench, tables: Sequence[Table]) -> str:
    """The hash of a first import's plan, made of the hashes that its rows already have: it costs no second look at them."""
    parts = []
    for table in _in_order(tables):
        rows, *numbers = workbench.rows(f"SELECT count(*), {DIGEST} FROM {quoted(f'plan_{table.name}')}")[0]
        parts.append(f"{table.name} {digest_text([(rows, *numbers)])}\n" if rows else "")
    return _joined(parts)


def _changes(workbench: Workbench, table: Table) -> str:
    """The hash of one table's sorted changes, or nothing when there are none."""
    cells = ", ".join(quoted(c) for c in table.columns if c != "sourcedId")
    values = f"CASE WHEN _changed IS NULL THEN to_json([{cells}])::VARCHAR ELSE '' END"
    said = f'to_json([{text(table.name)}, verb, "sourcedId", _changed])::VARCHAR || {values}'
    part, empty = hashlib.sha256(), True
    for batch in workbench.batches(f"SELECT sha256({said}) AS h FROM {quoted(f'plan_{table.name}')} ORDER BY h"):
        part.update("".join(row[0] for row in batch).encode())
        empty = False
    return "" if empty else f"{table.name} {part.hexdigest()}\n"


def _in_order(tables: Sequence[Table]) -> list[Table]:
    return sorted(tables, key=lambda t: t.name)


def _joined(parts: Iterable[str]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(part.encode())
    return f"sha256:{total.hexdigest()}"
