"""The rows behind a report: all rows of a cause, all changes of a table, and the refused rows as a file that can be mended and sent again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from homeroom.deliveries.seal import opened, unseal
from homeroom.deliveries.workfolders import claim
from homeroom.desk.causes import Example, Filter, example, schools_of
from homeroom.desk.rights import Allowed, allows
from homeroom.desk.sight import Sight, sight
from homeroom.desk.viewer import Viewer
from homeroom.layouts.layout import Kind
from homeroom.layouts.mended import is_mended, own_columns
from homeroom.layouts.proposing.meanings import is_secret
from homeroom.outbound.sheets import sheet
from homeroom.reading.archives import unpack
from homeroom.reading.excerpts import excerpts
from homeroom.reading.inspect import inspect
from homeroom.roster.codes import code
from homeroom.roster.faults import Misuse
from homeroom.roster.refused_rows import MARKS, SURPLUS
from homeroom.roster.spreadsheets import given_back, kept
from homeroom.store.audit import AuditRow
from homeroom.store.history import Change
from homeroom.store.imports import Import
from homeroom.store.issues import IssueRow, Wanted
from homeroom.store.sources import Source
from homeroom.sync import mended_rows, tuning
from homeroom.sync.house import House
from homeroom.sync.layouts import Own, sets_for
from homeroom.sync.suiting import suited
from homeroom.sync.walk import hints_for
from homeroom.sync.walking import sealed_delivery
from homeroom.workbench.values import Hints, Inspected, SourceFile

PAGE = 100


@dataclass(frozen=True, slots=True)
class CauseRows:
    """A page of the rows of causes, those that hang on them too. `next`: behind which seq the next page begins; None: it is the last."""

    rows: tuple[Example, ...]
    total: int
    next: int | None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One changed record. `record` and the values of `fields` (column -> before, now) are None where they may not be seen."""

    seq: int
    verb: str
    record: str | None
    fields: Mapping[str, tuple[str | None, str | None]]
    hidden: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of what an import changed in one table. `counts`: verb -> records, in all."""

    table: str
    revision: int
    counts: Mapping[str, int]
    rows: tuple[ChangeLine, ...]
    next: int | None


def cause_rows(
    house: House, viewer: Viewer, slug: str, number: int, asked: Filter, after: int = 0, now: datetime | None = None
) -> CauseRows:
    """All rows of the causes that are asked for, page by page, as this person may see them."""
    seen, store = sight(house, viewer, slug, now or datetime.now(UTC)), house.stores.roster(slug)
    schools = schools_of(seen, asked.school)
    wanted = Wanted(code=asked.code, file=asked.file, column=asked.column, refused=asked.refused, schools=schools)
    rows = store.issues.members(number, wanted, limit=PAGE + 1, after=after)
    total = sum(g.rows + g.emptied for g in store.issues.groups(number, wanted))
    more = len(rows) > PAGE
    return CauseRows(tuple(example(r, seen) for r in rows[:PAGE]), total, rows[PAGE - 1].seq if more else None)


def changes(
    house: House, viewer: Viewer, slug: str, number: int, table: str, verb: str | None = None, after: int = 0,
    now: datetime | None = None,
) -> Changes:  # fmt: skip
    """What an import changed in a table, page by page; the audit keeps who saw values. Raises Misuse for an import that made no revision."""
    at = now or datetime.now(UTC)
    store, seen = house.stores.roster(slug), sight(house, viewer, slug, at)
    if not seen.whole:
        raise Misuse("What an import changed is shown to those who see the whole district.")
    row = store.imports.get(number)
    if row.revision_after is None or row.revision_after == row.revision_before or row.status != "done" or row.dry_run:
        raise Misuse("Import {number} changed nothing.", number=str(number))
    revision = row.revision_after
    found = store.changes_of(revision, table, verb=verb, after=after, limit=PAGE + 1)
    more = len(found) > PAGE
    lines = tuple(_line(change, seen) for change in found[:PAGE])
    if seen.values and lines:
        detail = {"import": number, "table": table, "rows": len(lines)}
        house.stores.control.audit.add(AuditRow(at, viewer.who, "changes-read", slug, detail))
    return Changes(table, revision, store.tallied(revision).get(table, {}), lines, found[PAGE - 1].seq if more else None)


def _line(change: Change, seen: Sight) -> ChangeLine:
    if not seen.values:
        return ChangeLine(change.seq, change.verb, None, dict.fromkeys(change.fields, (None, None)), hidden=True)
    fields = {column: (seen.value(old, column), seen.value(new, column)) for column, (old, new) in change.fields.items()}
    return ChangeLine(change.seq, change.verb, change.sourced_id, fields, hidden=False)


def files_with_refused(house: House, slug: str, number: int) -> tuple[str, ...]:
    """The files of which rows were refused: for each there is a file of its refused rows."""
    return tuple(house.stores.roster(slug).issues.refused_files(number))


def refused_rows(house: House, viewer: Viewer, slug: str, number: int, file: str, now: datetime | None = None) -> Iterator[str]:
    """The refused rows of one file as CSV, line by line: each as it was sent, then what happened to it and what to do.

    Mended, it can be sent as it is: the last four columns are not read, it says nothing of other records, and an apostrophe keeps
    a spreadsheet from changing what it would change. Raises Misuse where the values may not be seen, Refused where the originals
    are gone; both before the first line.
    """
    at = now or datetime.now(UTC)
    seen, store = sight(house, viewer, slug, at), house.stores.roster(slug)
    if not seen.values:
        raise Misuse("The rows of this import may not be shown to you.")
    row = store.imports.get(number)
    if row.delivery is None or row.source is None:
        raise Misuse("Import {number} has no files.", number=str(number))
    wanted = Wanted(refused=True, schools=seen.schools)
    by_line = _by_line([i for i in store.issues.all_members(number, wanted) if i.file == file and i.refused])
    sealed = sealed_delivery(house, slug, row.delivery)
    house.stores.control.audit.add(
        AuditRow(at, viewer.who, "refused-rows-downloaded", slug, {"import": number, "rows": len(by_line)})
    )
    read_as = _hints(house, slug, house.stores.control.sources.get(row.source), row, file)

    def lines() -> Iterator[str]:
        with claim(house.settings.work, f"{slug}-{number}-refused") as folder:
            raw = unseal(house.raw, house.data_key(slug), sealed, folder.path / "raw")
            files = unpack(raw, folder.path / "unpacked").files
            look = _look(files, file, read_as)
            too_long = any(i.code == "row-long" for found in by_line.values() for i in found)
            header = [
                *_district_s(look, look.columns if look.unheaded else look.header),
                *MARKS,
                *([SURPLUS] if too_long else []),
            ]
            yield from sheet(header, (_mendable(look, cells, at, by_line) for at, cells in _rows(look, by_line)), kept)

    return lines()


def original(
    house: House, viewer: Viewer, slug: str, number: int, place: int, now: datetime | None = None
) -> tuple[str, Iterator[bytes]]:
    """One file of an import's delivery as it was sent: its name, and its bytes. It is written down who took it.

    Raises Misuse where this person may not see the whole district's values, or there is no such file; Refused where it is gone,
    also where the raw store lost it: its first bytes are asked for before anything is written down.
    """
    at = now or datetime.now(UTC)
    seen, row = sight(house, viewer, slug, at), house.stores.roster(slug).imports.get(number)
    if not seen.whole or not isinstance(allows(house, viewer, "originals.get", slug, at), Allowed):
        raise Misuse("The originals of this import may not be shown to you.")
    if row.delivery is None:
        raise Misuse("Import {number} has no files.", number=str(number))
    sealed = sealed_delivery(house, slug, row.delivery)
    if not 0 <= place < len(sealed.files):
        raise Misuse("The delivery of import {number} has no file {place}.", number=str(number), place=place + 1)
    pieces = opened(house.raw, house.data_key(slug), sealed, place)
    first = next(pieces, b"")
    house.stores.control.audit.add(
        AuditRow(at, viewer.who, "original-downloaded", slug, {"import": number, "delivery": row.delivery, "file": place})
    )
    return sealed.files[place].name, chain([first], pieces)


def _by_line(rows: list[IssueRow]) -> dict[int, list[IssueRow]]:
    """Physical line -> what was found about the row on it."""
    found: dict[int, list[IssueRow]] = {}
    for row in rows:
        if row.line is not None:
            found.setdefault(int(row.line), []).append(row)
    return found


def _hints(house: House, slug: str, source: Source, row: Import, file: str) -> Hints:
    """How the import's walk read the file: by the source's own word, and by that of the set that was named for it."""
    named = (house.stores.roster(slug).imports.report(row.number) or {}).get("layouts_named") or source.layouts
    sets, wanted = sets_for(named, Own(house, slug))
    kind: Kind = "continuous" if row.kind == "continuous" else "change_notification"
    return hints_for(tuning.hints(source), suited(sets[0], source).of_kind(kind) if wanted is not None else None, file)


def _look(files: tuple[SourceFile, ...], name: str, hints: Hints) -> Inspected:
    for each in files:
        if each.name == name:
            return inspect(each, mended_rows.hints(hints) if mended_rows.looks_mended(each.name, each.path) else hints)
    raise Misuse("The delivery has no file {name}.", name=name)


def _rows(look: Inspected, by_line: Mapping[int, list[IssueRow]]) -> Iterator[tuple[int, tuple[str, ...]]]:
    return ((row.line, row.cells) for row in excerpts(look, by_line))


def _district_s(look: Inspected, cells: Sequence[str]) -> list[str]:
    """The cells of a row without what an earlier file of refused rows had of Homeroom's, as they were before a spreadsheet."""
    ours = own_columns(look)
    if not is_mended(look):
        return list(cells)
    return [given_back(cell) for cell, word in zip(cells, look.columns, strict=True) if word not in ours]


def _mendable(look: Inspected, cells: tuple[str, ...], line: int, by_line: Mapping[int, list[IssueRow]]) -> list[str]:
    """A row as it was sent, with what happened to it. Columns of secrets are left blank.

    A shorter row is filled up to the header's width; what a longer one has beyond it stands behind our columns, so that these are
    the same for all rows.
    """
    found = by_line[line]
    codes = dict.fromkeys(i.code for i in found)
    secret = [is_secret(word) for word in look.columns]
    row = ["" if at < len(secret) and secret[at] else cell for at, cell in enumerate(cells)]
    width = len(look.header)
    surplus, row = row[width:], _district_s(look, [*row[:width], *[""] * (width - len(row))])
    said = " ".join(dict.fromkeys(i.told().message for i in found))
    return [
        *row,
        str(line),
        " ".join(codes),
        said,
        " ".join(code(c).remedy for c in codes),
        *([look.delimiter.join(surplus)] if surplus else []),
    ]
