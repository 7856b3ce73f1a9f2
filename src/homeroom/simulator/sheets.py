"""Tables of text and how they become bytes: one header, rows of cells, a form of line ends, quotes and label prefixes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file's content. `raw` gives, by position of a row, the bytes to write instead of it (without the line end).

    A row may have another number of cells than `columns`; it is then written as it is.
    """

    file: str
    table: str
    columns: Row
    rows: Sequence[Row]
    raw: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """How a system writes its files. `prefixes` by table stand before every header word; `ends` ends every line, the last too."""

    ends: Literal["\r\n", "\n", "\r"] = "\r\n"
    quotes: Literal["needed", "none"] = "needed"
    prefixes: Mapping[str, str] = field(default_factory=dict)

    def line(self, row: Row) -> str:
        """One row as text, without the line end."""
        text = ",".join(row)
        plain = '"' not in text and "\n" not in text and "\r" not in text and text.count(",") == len(row) - 1
        if plain or self.quotes == "none":
            return text
        return ",".join(_quoted(cell) for cell in row)

    def encode(self, sheet: Sheet) -> bytes:
        """The whole file in UTF-8."""
        prefix = self.prefixes.get(sheet.table, "")
        lines = [self.line(tuple(prefix + c for c in sheet.columns)), *map(self.line, sheet.rows)]
        end = self.ends.encode()
        if not sheet.raw:
            return (self.ends.join(lines)).encode() + end
        encoded = [text.encode() for text in lines]
        for place, odd in sheet.raw.items():
            encoded[place + 1] = odd
        return end.join(encoded) + end


def _quoted(cell: str) -> str:
    if '"' in cell or "," in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def write(sheets: Sequence[Sheet], form: Form, folder: Path) -> list[Path]:
    """Write each sheet into `folder`, which is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in sheets:
        (folder / sheet.file).write_bytes(form.encode(sheet))
    return [folder / s.file for s in sheets]
