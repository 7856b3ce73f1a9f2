"""How a cell becomes a value: blank is NULL, and invisible edges are taken off; what stands inside stays as it is.

Half a million rows a night pass through these expressions, and taking Unicode blanks off every cell costs more than reading
the file. So one look at a file's bytes says which edges it can have at all, and the lightest expression that is right for
such a file is taken. All three give the same values.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from homeroom.roster.names import text as literal
from homeroom.workbench.values import TextTable

EDGES = (
    " \t\r\n\v\f\u00a0\u00ad\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d"
    "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
"""What is taken off both ends of a cell: blanks, no-break and zero-width characters, byte order marks."""

_STRIP = f"nullif(trim({{0}}, {literal(EDGES)}), '')"
_LEAD_BYTES = (b"\xc2", b"\xe2", b"\xe3", b"\xef")
_CHUNK = 1 << 20

Cell = Callable[[int], str]
"""The SQL expression for the value of the cell at a position (from 0): text, or NULL where it is blank."""


class Edges(IntEnum):
    """What may stand at the edges of a file's cells."""

    NONE = 0
    BLANKS = 1
    ANY = 2


def stripped(expression: str) -> str:
    """The value of any text expression: edges off, NULL where nothing is left."""
    return _STRIP.format(expression)


def expression(edges: Edges, column: str) -> str:
    """The value of a cell column of a file with such edges."""
    if edges is Edges.NONE:
        return f"nullif({column}, '')"
    if edges is Edges.BLANKS:
        return f"CASE WHEN {column} < '!' OR suffix({column}, ' ') THEN {stripped(column)} ELSE {column} END"
    odd = f"{column} < '!' OR {column} > '~' OR right({column}, 1) NOT BETWEEN '!' AND '~'"
    return f"CASE WHEN {odd} THEN {stripped(column)} ELSE {column} END"


def edges(table: TextTable) -> Edges:
    """What may stand at the edges of this file's cells, by one look at its bytes (about 20 ms for 50 MB, mostly less).

    Files that were rewritten or are not UTF-8 are not looked at: anything may stand there.
    """
    if table.numbered or table.inspected.encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig", "ascii"):
        return Edges.ANY
    odd = [*_LEAD_BYTES, b"\v", b"\f", *([] if table.inspected.delimiter == "\t" else [b"\t"])]
    found = Edges.NONE
    with table.file.path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if any(byte in chunk for byte in odd):
                return Edges.ANY
            if found is Edges.NONE and b" " in chunk:
                found = Edges.BLANKS
    return found


def cells(table: TextTable) -> Cell:
    """How the cells of this text table are read."""
    kind = edges(table)
    return lambda position: expression(kind, f"c{position}")
