"""What tests of layouts share: a district's file in a workbench folder, inspected and read without the reading room."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from homeroom.layouts.binding import Binding, bind
from homeroom.layouts.layout import Layout
from homeroom.layouts.shaping import shape
from homeroom.roster.catalogue import catalogue
from homeroom.roster.codes import code
from homeroom.roster.names import text as literal
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed, Inspected, Mode, SourceFile, TextTable


class Desk:
    """A workbench with a delivery's files on it."""

    def __init__(self, folder: Path) -> None:
        self.workbench = Workbench(folder / "bench")
        self.files: list[Inspected] = []

    def put(self, name: str, content: str, *, encoding: str = "utf-8", header: bool = True) -> Inspected:
        """Lay one comma or tab separated file on the desk and look at it: prefixes are stripped as the reading room does."""
        number = len(self.files)
        path = self.workbench.folder / f"{number}.csv"
        path.write_text(content, encoding=encoding, newline="")
        first_line = "\n".join(content.splitlines()[:1])
        delimiter = "\t" if "\t" in first_line else ","
        rows = list(csv.reader(io.StringIO(first_line), delimiter=delimiter))
        first = tuple(rows[0]) if rows else ()
        words = first if header else tuple(f"column {i + 1}" for i in range(len(first)))
        inspected = Inspected(
            file=SourceFile(number, name, path, path.stat().st_size),
            header=words,
            columns=tuple(w if w.startswith("metadata.") else w.rsplit(".", 1)[-1].strip() for w in words),
            encoding=encoding,
            encoding_guessed=False,
            delimiter=delimiter,
            quoted=True,
            line_ends="lf",
            header_line=1 if header else 0,
            headerless=not header,
        )
        self.files.append(inspected)
        return inspected

    def read(self, inspected: Inspected) -> TextTable:
        """The file as a text table on the fast road, one column c0, c1, ... per header word."""
        columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(inspected.columns)))
        options = "auto_detect = false, delim = ',', quote = '\"', escape = '\"', strict_mode = true"
        skip = "false" if inspected.headerless else "true"
        path = literal(str(inspected.file.path))
        return TextTable(inspected, f"read_csv({path}, {options}, header = {skip}, columns = {{{columns}}})", False, None)

    def numbered(self, table: TextTable) -> TextTable:
        """The same text table as the slow road gives it: with record numbers and lines."""
        relation = f"(SELECT row_number() OVER () AS _row, row_number() OVER () + 1 AS _line, * FROM {table.relation})"
        return replace(table, relation=relation, numbered=True)

    def feed(self, layout: Layout, inspected: Inspected, mode: Mode = "continuous") -> Feed:
        """Bind and shape one file; the other files of the desk may be joined."""
        binding = bind(layout, inspected, self.files)
        texts = {n: self.read(look) for n, look in binding.arrangement.files.items()}
        return shape(self.workbench, layout, binding, self.read(inspected), mode, texts)

    def rows(self, feed: Feed, columns: Sequence[str] | None = None) -> list[tuple[object, ...]]:
        """The kept rows of a feed, in order."""
        listed = ", ".join(f'"{c}"' for c in (columns or feed.columns))
        return self.workbench.rows(f"SELECT {listed} FROM ({feed.select}) WHERE _keep")

    def sentences(self) -> list[str]:
        """The issues as a person reads them."""
        rows = self.workbench.rows("SELECT code, column_name, detail FROM issues ORDER BY rowid")
        return [code(name).say(column=column, **json.loads(detail or "{}")) for name, column, detail in rows]

    def told(self) -> list[tuple[str, str | None]]:
        """The issues so far: code and column."""
        return self.workbench.rows("SELECT code, column_name FROM issues ORDER BY rowid")


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """A desk that is cleared away afterwards."""
    laid = Desk(folder)
    with laid.workbench:
        yield laid


def whole_manifest(version: str, **modes: str) -> str:
    """A complete manifest, every file absent but those named."""
    lines = [f"file.{t.name},{modes.get(t.name, 'absent')}" for t in catalogue().version(version)]
    return "\n".join(["propertyName,value", "manifest.version,1.0", f"oneroster.version,{version}", *lines, ""])


def signature(binding: Binding) -> dict[str, tuple[str | None, str]]:
    """What was bound, without positions: target -> (word, how)."""
    return {b.target: (b.word, b.how) for b in binding.bound}
