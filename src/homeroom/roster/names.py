"""Names that several rooms must write the same way."""

from __future__ import annotations

ROUNDED_ID = r"[0-9](\.[0-9]+)?[eE]\+[0-9]+"
"""What a spreadsheet makes of a long id (1.23457E+11), as a regular expression over the whole cell: nobody's id any more."""


def quoted(name: str) -> str:
    """An SQL identifier in double quotes, safe for any text."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """An SQL string literal, safe for any text without NUL."""
    return "'" + value.replace("'", "''") + "'"


UNMAPPED = "\x01"
"""Stands before a value that a layout's value map does not know and refuses. No cell of a file can begin so: control characters
are taken out when it is read."""
