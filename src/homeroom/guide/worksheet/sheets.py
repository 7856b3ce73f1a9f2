"""Opening a spreadsheet that came from outside: bounded before anything reads it.

An XLSX file is a ZIP of XML. Before the reader sees it, every part is unpacked once with a bound (and its checksum compared), and
every place that a cell claims is looked at: one cell at the far corner would make a reader reserve room for seventeen billion.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from homeroom.roster.faults import Misuse
from homeroom.roster.words import Said, _

LARGEST_FILE = 5 << 20
LARGEST_UNPACKED = 40 << 20
MOST_PARTS = 200
MOST_ROWS = 3_000
MOST_COLUMNS = 100

_PLACE = re.compile(rb"""(?<![\w:])(?:r|ref)\s*=\s*("[^"]*"|'[^']*')""")
_CELL = re.compile(rb"([A-Z]{0,3})([0-9]{0,7})")

Rows = list[list[Any]]


def opened(path: Path, wanted: tuple[str, ...]) -> Mapping[str, Rows]:
    """The rows of the wanted sheets that the file has, from the first cell on. Raises Misuse for what is no sound XLSX file."""
    data = _sound(path)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return {
                n: book.get_sheet_by_name(n).to_python(skip_empty_area=False, nrows=MOST_ROWS)
                for n in wanted
                if n in book.sheet_names
            }
    except (CalamineError, ValueError) as error:
        raise _refused(path, _("it cannot be read as a spreadsheet")) from error


def _sound(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _refused(path, _("it is larger than {count} MB", count=LARGEST_FILE >> 20))
        data = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _bounded(path, archive)
    except FileNotFoundError:
        raise Misuse("there is no file {file}.", file=path.name) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError) as error:
        raise _refused(path, _("it is damaged, encrypted, or no XLSX file")) from error
    return data


def _bounded(path: Path, archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = [p.filename for p in parts]
    if len(parts) > MOST_PARTS or len(set(names)) != len(names):
        raise _refused(path, _("it has too many parts"))
    room = LARGEST_UNPACKED
    for part in parts:
        with archive.open(part) as stream:
            text = stream.read(room + 1)
        room -= len(text)
        if room < 0:
            raise _refused(path, _("it unpacks to more than {count} MB", count=LARGEST_UNPACKED >> 20))
        if b"sheetData" in text or part.filename.startswith("xl/worksheets/sheet"):
            _near(path, text)


def _near(path: Path, text: bytes) -> None:
    """Every cell, row and area lies where a worksheet of ours could have one."""
    if b"\0" in text or b"<!DOCTYPE" in text:
        raise _refused(path, _("it is written in a way that no spreadsheet program writes"))
    for place in _PLACE.finditer(text):
        for corner in place[1][1:-1].split(b":"):
            cell = _CELL.fullmatch(corner.replace(b"$", b""))
            if cell is None or _column(cell[1]) > MOST_COLUMNS or int(cell[2] or 0) > MOST_ROWS:
                raise _refused(path, _("it has cells far outside the worksheet"))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _refused(path: Path, why: Said) -> Misuse:
    return Misuse(
        "{file} is not taken: {why}. Save the worksheet that you were given as XLSX and send it again.", file=path.name, why=why
    )
