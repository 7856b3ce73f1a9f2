"""Names that several rooms must write the same way."""

from __future__ import annotations


def quoted(name: str) -> str:
    """An SQL identifier in double quotes, safe for any text."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """An SQL string literal, safe for any text without NUL."""
    return "'" + value.replace("'", "''") + "'"
