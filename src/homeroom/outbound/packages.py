"""OneRoster CSV packages: one ZIP with a manifest and a file per table that has rows, exact as the standard writes it.

UTF-8 without BOM, RFC 4180, CRLF, columns in the standard's order, extension columns as `metadata.NAME` to the right of
them. A line break inside a cell, which the standard forbids, becomes a blank. The same records give the same
bytes: entries are in the catalogue's order and carry one fixed time. Rows stream through; a table is read twice only when its
records have extension columns, whose names stand in the header.

Datasets are none of OneRoster's tables: they go into a ZIP of their own, in the same way, without a manifest.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

from homeroom.outbound.projection import Projector, Row, RowsOf, extensions, places
from homeroom.roster.catalogue import DATASET, Table, catalogue

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time a ZIP can tell. The time of an export lies in the export's log, not in its bytes."""

_REMEMBERED = 10_000
_BREAKS = str.maketrans({"\r": " ", "\n": " ", "\x00": None})


@dataclass(frozen=True, slots=True)
class Package:
    """What was written: rows per table, and how many users have no role that version 1.1 could name."""

    path: Path
    version: str
    mode: Literal["bulk", "delta"]
    rows: dict[str, int]
    without_role: int


def export(
    rows_of: RowsOf,
    version: str,
    out: Path,
    *,
    changed: RowsOf | None = None,
    system: str = "Homeroom",
) -> Package:
    """Write the package `out` in `version` ("1.1" or "1.2").

    `rows_of(table)` gives all stored records as tuples in the order of `roster.versions.stored_columns`. Without `changed`
    the package is bulk: active records, blank status and date. With it the package is a delta of what `changed(table)`
    gives, removed records included, status and date filled. The file appears under its name only when it is complete.
    """
    growing = out.with_name(out.name + ".part")
    projector = Projector(rows_of, version)
    counts: dict[str, int] = {}
    mode: Literal["bulk", "delta"] = "bulk" if changed is None else "delta"
    source = _active(rows_of) if changed is None else changed
    try:
        with zipfile.ZipFile(growing, "w", zipfile.ZIP_DEFLATED) as archive:
            for table in catalogue().version(version):
                counts[table.name] = _file(archive, table, _told(table, projector, source), source, version, mode)
            written = {name for name, n in counts.items() if n}
            with _entry(archive, "manifest.csv") as text:
                csv.writer(text).writerows(_manifest(version, mode, written, system))
        growing.replace(out)
    finally:
        growing.unlink(missing_ok=True)
    return Package(out, version, mode, {name: n for name, n in counts.items() if n}, projector.without_role)


def export_datasets(rows_of: RowsOf, tables: Iterable[Table], out: Path) -> Package:
    """Write the active records of these datasets: one file for each that has any, whole; see `export`."""
    growing = out.with_name(out.name + ".part")
    source = _active(rows_of)
    try:
        with zipfile.ZipFile(growing, "w", zipfile.ZIP_DEFLATED) as archive:
            counts = {t.name: _file(archive, t, source(t.name), source, DATASET, "bulk") for t in tables}
        growing.replace(out)
    finally:
        growing.unlink(missing_ok=True)
    return Package(out, DATASET, "bulk", {name: n for name, n in counts.items() if n}, 0)


def _active(rows_of: RowsOf) -> RowsOf:
    """Only active records: status is the second cell of a stored tuple."""
    return lambda table: (row for row in rows_of(table) if row[1] == "active")


def _manifest(version: str, mode: str, written: set[str], system: str) -> Iterator[tuple[str, str]]:
    yield "propertyName", "value"
    yield "manifest.version", "1.0"
    yield "oneroster.version", version
    for table in sorted(catalogue().version(version), key=lambda t: t.name.lower()):
        yield f"file.{table.name}", mode if table.name in written else "absent"
    yield "source.systemName", system


def _file(archive: zipfile.ZipFile, table: Table, rows: Iterable[Row], source: RowsOf, version: str, mode: str) -> int:
    """Write one table's file, if it has rows; returns how many."""
    found = iter(rows)
    first = next(found, None)
    if first is None:
        return 0
    names = _extension_names(source(table.name))
    at = places(table)
    blank = ("status", "dateLastModified") if mode == "bulk" else ()
    columns = [None if f.name in blank else at.get(f.name) for f in table.fields if version in f.versions]
    count = 0
    with _entry(archive, table.file) as text:
        writer = csv.writer(text)
        writer.writerow([*table.header(version), *(f"metadata.{n}" for n in names)])
        for row in chain([first], found):
            cells = [_cell(row[n]) if n is not None else "" for n in columns]
            writer.writerow(cells + _extension_cells(row[-1], names))
            count += 1
    return count


def _told(table: Table, projector: Projector, source: RowsOf) -> Iterable[Row]:
    told = projector.tell(table, source(table.name))
    return chain(told, projector.derived_roles(source("users"))) if table.name == "roles" else told


def _cell(value: str | None) -> str:
    if not value:
        return ""
    return value if value.isprintable() else value.translate(_BREAKS)


def _extension_cells(metadata: str | None, names: list[str]) -> list[str]:
    if not names:
        return []
    extra = extensions(metadata)
    return [_cell(extra.get(n)) for n in names]


def _extension_names(rows: Iterable[Row]) -> list[str]:
    """The names of all extension columns of these records, sorted. `metadata` is the last cell of a stored tuple."""
    seen: set[str] = set()
    names: set[str] = set()
    for row in rows:
        text = row[-1]
        if text and text not in seen:
            names.update(extensions(text))
            if len(seen) < _REMEMBERED:
                seen.add(text)
    return sorted(names)


@contextmanager
def _entry(archive: zipfile.ZipFile, name: str) -> Iterator[io.TextIOWrapper]:
    """A text stream into one entry of an archive, with the fixed time."""
    info = zipfile.ZipInfo(name, FIXED_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    with archive.open(info, "w", force_zip64=True) as binary, io.TextIOWrapper(binary, encoding="utf-8", newline="") as text:
        yield text
