"""Tables of text and how they become bytes: one header, rows of cells, a form of line ends, quotes and label prefixes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Row = tuple[str, ...]
ZIP_TIME = (2026, 8, 17, 0, 0, 0)  # the same for all, so that the same district gives the same bytes


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file's content. `raw` gives, by position of a row, the bytes to write instead of it (without the line end).

    A row may have another number of cells than `columns`; it is then written as it is. Without `header` the columns are not
    written. `words` says which column holds what OneRoster calls otherwise, so that dirt finds it; `{date}` in `file` becomes the
    night's date as YYYYMMDD.
    """

    file: str
    table: str
    columns: Row
    rows: Sequence[Row]
    raw: Mapping[int, bytes] = field(default_factory=dict)
    header: bool = True
    words: Mapping[str, str] = field(default_factory=dict)

    def called(self, column: str) -> str:
        """This file's word for one of OneRoster's columns."""
        return self.words.get(column, column)

    def line(self, place: int) -> int:
        """The physical line, from 1, of the row at this position."""
        return place + (2 if self.header else 1)


@dataclass(frozen=True, slots=True)
class Form:
    """How a system writes its files. `prefixes` by table stand before every header word; `ends` ends every line, the last too.

    `encoding` is Python's word; one with a byte order mark writes it once. With `zip` all files travel in one archive of that name.
    `spaced` quotes what holds a blank too.
    """

    ends: Literal["\r\n", "\n", "\r"] = "\r\n"
    quotes: Literal["needed", "spaced", "none", "all"] = "needed"
    prefixes: Mapping[str, str] = field(default_factory=dict)
    delimiter: Literal[",", "\t", "|"] = ","
    encoding: Literal["utf-8", "utf-8-sig", "utf-16", "cp1252"] = "utf-8"
    zip: str = ""

    def line(self, row: Row) -> str:
        """One row as text, without the line end."""
        if self.quotes == "all":
            return self.delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row)
        text = self.delimiter.join(row)
        plain = '"' not in text and "\n" not in text and "\r" not in text and text.count(self.delimiter) == len(row) - 1
        if (plain and not (self.quotes == "spaced" and " " in text)) or self.quotes == "none":
            return text
        return self.delimiter.join(self._quoted(cell) for cell in row)

    def encode(self, sheet: Sheet) -> bytes:
        """The whole file."""
        prefix = self.prefixes.get(sheet.table, "")
        header = [self.line(tuple(prefix + c for c in sheet.columns))] if sheet.header else []
        lines = [*header, *map(self.line, sheet.rows)]
        if not sheet.raw:
            return "".join(text + self.ends for text in lines).encode(self.encoding, "replace")
        end = self.ends.encode()
        encoded = [text.encode() for text in lines]
        for place, odd in sheet.raw.items():
            encoded[place + len(header)] = odd
        return end.join(encoded) + end

    def _quoted(self, cell: str) -> str:
        spaced = self.quotes == "spaced" and " " in cell
        if spaced or '"' in cell or self.delimiter in cell or "\n" in cell or "\r" in cell:
            return '"' + cell.replace('"', '""') + '"'
        return cell


def write(sheets: Sequence[Sheet], form: Form, folder: Path) -> list[Path]:
    """Write each sheet into `folder`, which is made where it is not there; with `form.zip` into one archive there."""
    folder.mkdir(parents=True, exist_ok=True)
    if form.zip:
        (folder / form.zip).write_bytes(packed({s.file: form.encode(s) for s in sheets}))
        return [folder / form.zip]
    for sheet in sheets:
        (folder / sheet.file).write_bytes(form.encode(sheet))
    return [folder / s.file for s in sheets]


def packed(files: Mapping[str, bytes]) -> bytes:
    """Files as one ZIP with fixed times, all at its root: the same files give the same bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), files[name], zipfile.ZIP_DEFLATED)
    return whole.getvalue()
