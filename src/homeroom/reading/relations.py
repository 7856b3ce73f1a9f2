"""The SQL text with which DuckDB reads a text table: everything said, nothing sniffed."""

from __future__ import annotations

from pathlib import Path

from homeroom.roster.names import text

_NOTHING = "\x01\x02"
"""No cell can be this (control characters never reach DuckDB), so that no cell is read as NULL: blank is ''."""


def delivered(path: Path, columns: int, delimiter: str, *, quotes: bool, line_end: str, skip: int) -> str:
    """A regular file as it was delivered, or transcoded. `line_end` is `lf`, `crlf` or `cr`."""
    named = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(columns))
    return _read(path, named, delimiter, quotes, line_end, skip)


def rewritten(path: Path, columns: int, delimiter: str) -> str:
    """A file that the slow road wrote: led by `_row` and `_line`."""
    named = ", ".join(["'_row': 'BIGINT'", "'_line': 'BIGINT'", *(f"'c{i}': 'VARCHAR'" for i in range(columns))])
    return _read(path, named, delimiter, True, "lf", 0)


def nothing(columns: int) -> str:
    """A table without rows (and, for an empty file, without columns worth naming)."""
    named = ", ".join(f"CAST('' AS VARCHAR) AS c{i}" for i in range(columns)) or "1 AS nothing"
    return f"(SELECT {named} WHERE false)"


def _read(path: Path, named: str, delimiter: str, quotes: bool, line_end: str, skip: int) -> str:
    quote = "'\"'" if quotes else "''"
    # DuckDB 2.0 reads nothing, without an error, when it is told that lines end in CRLF; told nothing, it reads them right.
    end = {"lf": ", new_line='\\n'", "cr": ", new_line='\\r'", "crlf": ""}[line_end]
    return (
        f"read_csv({text(str(path))}, auto_detect=false, delim={text(delimiter)}, quote={quote}, escape={quote}, "
        f"comment='', header=false, skip={skip}, strict_mode=true, null_padding=false, nullstr={text(_NOTHING)}{end}, "
        f"columns={{{named}}})"
    )
