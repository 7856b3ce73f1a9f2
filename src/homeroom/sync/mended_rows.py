"""Rows that were refused, mended by a person in a spreadsheet and sent again: how such a file is known, read and kept apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from homeroom.roster import refused_rows
from homeroom.roster.spreadsheets import given_back_in_sql
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Hints, TextTable

_HEAD = 1 << 16
_LINES = 5
"""A spreadsheet may write a line of its own before the header, and never so many."""


def are_mended(names: Iterable[str]) -> bool:
    """Whether there are files, and all have names that Homeroom gives to refused rows."""
    named = list(names)
    return bool(named) and all(map(refused_rows.is_name, named))


def looks_mended(name: str, path: Path) -> bool:
    """Whether a file will turn out to be one of refused rows, told from its name and its first lines."""
    return refused_rows.is_name(name) or _bears_marks(path)


@lru_cache(maxsize=1024)
def lying_mended(name: str, path: Path, state: object) -> bool:
    """The same of a file that lies in a folder in a certain state, remembered: folders are looked at every second."""
    del state
    try:
        return looks_mended(name, path)
    except FileNotFoundError:
        return False


def hints(usual: Hints) -> Hints:
    """How such a file is read, whatever the set says of the one that the rows come from: a spreadsheet has written it."""
    return Hints(header=True, strip_prefix=usual.strip_prefix)


def given_back(bench: Workbench, text: TextTable) -> TextTable:
    """The table without the apostrophes that kept a spreadsheet from changing its cells; told once for the file."""
    bench.tell("mended-rows", file=text.file.number, count=(text.rows or 0) - text.ignored)
    cells = ", ".join(f"{given_back_in_sql(f'c{n}')} AS c{n}" for n in range(len(text.inspected.columns)))
    return replace(text, relation=f"(SELECT * REPLACE ({cells}) FROM {text.relation})", by_line=None) if cells else text


def _bears_marks(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_HEAD).replace(b"\0", b"")  # also of a file in UTF-16
    lines = head.decode("latin-1").replace("\r", "\n").split("\n")
    first = [line for line in lines if line][:_LINES]
    return any(refused_rows.bears_marks(_words(line)) for line in first)


def _words(line: str) -> list[str]:
    for delimiter in ";\t|":
        line = line.replace(delimiter, ",")
    return [word.strip(" \"'") for word in line.split(",")]
