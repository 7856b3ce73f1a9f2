"""How a cell becomes a value: blank is NULL, and invisible edges are taken off; what stands inside stays as it is.

Half a million rows a night pass through these expressions, and taking Unicode blanks off every cell costs several times as
much as reading the file. So one look at a file's bytes finds the blanks that occur in it at all, and the expression tests a
cell's ends for these only. The values are the same as if everything were taken off everywhere.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from homeroom.roster.names import text as literal
from homeroom.workbench.values import TextTable

EDGES = (
    " \t\v\f\r\n\u00a0\u00ad\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d"
    "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
"""What is taken off both ends of a cell: blanks, no-break and zero-width characters, byte order marks."""

_PLAIN = " \t\v\f"
_WIDE = [e.encode() for e in EDGES if e > "~"]
_LEADS = tuple({e[:1] for e in _WIDE})
_WIDE_EDGE = re.compile(b"|".join(map(re.escape, _WIDE)))
_ASCII = bytes(range(128))
_UTF8 = ("utf-8", "utf8", "utf-8-sig", "ascii")
_CHUNK = 1 << 20

Cell = Callable[[int], str]
"""The SQL expression for the value of the cell at a position (from 0): text, or NULL where it is blank."""


def expression(edges: str, column: str) -> str:
    """The value of a cell column of a file in which these of the EDGES occur."""
    if not edges:
        return f"nullif({column}, '')"
    foreign = [f"{column} > '~'"] if any(e > "~" for e in edges) else []
    odd = " OR ".join([f"{column} < '!'", *foreign, *(f"suffix({column}, {literal(e)})" for e in edges)])
    stripped = f"nullif(trim({column}, {literal(edges)}), '')"
    # '' first: it is the most frequent value below '!', and trim is by far the dearest step
    return f"CASE WHEN {column} = '' THEN NULL WHEN {odd} THEN {stripped} ELSE {column} END"


def edges(table: TextTable) -> str:
    """Those of the EDGES that occur in the file at all, wherever (50 MB of plain text: about 30 ms)."""
    encoding = table.inspected.encoding.lower().replace("_", "-")
    found = _in_utf8(table) if encoding in _UTF8 else _in_other(table, encoding)
    survey = table.inspected.survey
    if table.numbered or ('"' in found and (survey is None or survey.breaks)):
        found |= {"\r", "\n"}  # a line break belongs to a cell only inside quotes, and most quoted cells have none
    elif table.inspected.delimiter == "\t":
        found -= {"\t"}
    return "".join(e for e in EDGES if e in found)


def _in_utf8(table: TextTable) -> set[str]:
    """The blanks, and the quote, that occur in a UTF-8 file."""
    found: set[str] = set()
    wide: set[bytes] = set()
    before = b""
    with table.file.path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found |= {c for c in _PLAIN + '"' if c not in found and c.encode() in chunk}
            joined = before + chunk
            if not joined.isascii() and any(lead in joined for lead in _LEADS):
                # whole characters remain when ASCII goes, and the search need not walk over it
                wide |= set(_WIDE_EDGE.findall(joined.translate(None, _ASCII)))
            before = chunk[-2:]
    return found | {w.decode() for w in wide}


def _in_other(table: TextTable, encoding: str) -> set[str]:
    """The same for any other encoding, by decoding the file."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    found: set[str] = set()
    with table.file.path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            text = decoder.decode(chunk)
            found |= {c for c in (*_PLAIN, '"', *(e for e in EDGES if e > "~")) if c not in found and c in text}
    return found


def cells(table: TextTable) -> Cell:
    """How the cells of this text table are read."""
    found = edges(table)
    return lambda position: expression(found, f"c{position}")
