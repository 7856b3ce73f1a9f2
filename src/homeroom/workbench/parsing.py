"""The statements of the walks, parsed once for a process: nights ask nearly the same, and reading the text is a third of a small one's time.

What is kept is the tree of the text, which belongs to no database; each connection binds, plans and runs a copy of its own. A text
names tables, columns and rules, and what a layout says; what stands in rows comes as parameters, and is not kept.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

KEPT = 1000
"""Texts; a night of six tables has 180, of which 10 are its own. A tree takes about 20 kB."""

_kept: OrderedDict[str, tuple[duckdb.Statement, ...]] = OrderedDict()
_guard = Lock()


def parsed(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[duckdb.Statement, ...]:
    """The statements of a text, at least one. Raises duckdb.ParserException."""
    with _guard:
        if (known := _kept.get(sql)) is not None:
            _kept.move_to_end(sql)
            return known
    made = tuple(connection.extract_statements(sql))
    with _guard:
        _kept[sql] = made
        if len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made
