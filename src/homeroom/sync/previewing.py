"""What layouts would make of a stored delivery: cells before, columns after, and what becomes of each row. Nothing is written.

The delivery takes the very walk of an import, up to the checks, against the roster as it stands. What is shown is chosen so that
every fate is seen: refused rows, rows with a finding, rows that the layout leaves out, and good ones, in turn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from homeroom.deliveries.seal import unseal
from homeroom.deliveries.workfolders import claim
from homeroom.layouts.proposing.meanings import is_secret
from homeroom.reading.lines import lines
from homeroom.roster.codes import code
from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.names import quoted
from homeroom.roster.report import FileReport, Reason
from homeroom.roster.words import in_a_row
from homeroom.store.audit import AuditRow
from homeroom.sync import ending
from homeroom.sync.committing import files_told
from homeroom.sync.house import House
from homeroom.sync.walk import Walked, walk
from homeroom.sync.walking import ground_of, room_for, sealed_delivery
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed

MOST_ROWS = 1000
HIDDEN = "(not shown)"
"""What stands for a cell of a column that is never read."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `before` are the file's cells in its own order, `after` target and value. `outcome` is accepted, refused or ignored."""

    row: int
    line: int | None
    before: tuple[str | None, ...]
    after: tuple[tuple[str, str | None], ...]
    outcome: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class File:
    """One file as one layout reads it: its counts as an import would tell them, its header words, and rows of every fate."""

    name: str
    layout: str
    table: str
    rows: int
    accepted: int
    refused: int
    ignored: int
    header: tuple[str, ...]
    shown: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A delivery by a layout set. `reason` is set where nothing of it would be taken; then there are no files."""

    district: str
    delivery: int
    layouts: str | None
    version: int | None
    why: str | None
    reason: Reason | None
    files: tuple[File, ...] = ()
    left_alone: tuple[tuple[str, str], ...] = ()


def preview(
    house: House,
    slug: str,
    delivery: int,
    *,
    layouts: str | None = None,
    table: str | None = None,
    rows: int = 10,
    now: datetime | None = None,
    who: str = "command line",
) -> Preview:
    """Look at a stored delivery through layouts. Only the audit trail keeps that it was looked at.

    Raises Misuse for an unknown district, delivery, set or table, Refused where the delivery's bytes are gone.
    """
    if not 0 < rows <= MOST_ROWS:
        raise Misuse("The number of rows must be from 1 to {count}.", count=MOST_ROWS)
    house.stores.control.districts.get(slug)
    sealed = sealed_delivery(house, slug, delivery)
    source = house.stores.control.sources.get(house.stores.roster(slug).deliveries.get(delivery).source)
    at, room = now or datetime.now(UTC), room_for(house, sealed.size)
    with (
        claim(house.settings.work, f"{slug}-preview-{delivery}") as folder,
        Workbench(folder.path, memory_mb=room["memory_mb"], threads=room["threads"]) as bench,
    ):
        ground = ground_of(house, slug, source, "continuous", bench, at, layouts)
        house.stores.control.audit.add(AuditRow(at, who, "delivery-previewed", slug, {"delivery": delivery, "rows": rows}))
        files = unseal(house.raw, house.data_key(slug), sealed, folder.path / "raw")
        try:
            # Without last night's snapshots every row is looked at, as in a first import.
            walked = walk(bench, files, replace(ground, snapshots={}), lambda step: None)
        except Refused as refusal:
            return Preview(slug, delivery, ground.wanted, None, None, ending.reason_of(refusal))
        return _told(bench, slug, delivery, walked, table, rows)


def _told(bench: Workbench, slug: str, delivery: int, walked: Walked, table: str | None, most: int) -> Preview:
    reports = files_told(bench, walked)
    feeds = [f for f in walked.feeds if not f.made and table in (None, f.table)]
    if table is not None and not feeds:
        tables = dict.fromkeys(f.table for f in walked.feeds if not f.made)
        raise Misuse("nothing of this delivery becomes {table}; it becomes {tables}.", table=table, tables=in_a_row(tables))
    used = walked.choice.layouts
    return Preview(
        district=slug,
        delivery=delivery,
        layouts=used.name,
        version=used.number,
        why=walked.choice.why,
        reason=None,
        files=tuple(_file(bench, walked, feed, reports, most) for feed in feeds),
        left_alone=tuple((r.name, r.note or "") for r in reports if r.layout is None),
    )


def _file(bench: Workbench, walked: Walked, feed: Feed, reports: Sequence[FileReport], most: int) -> File:
    name = feed.text.inspected.file.name
    told = next(r for r in reports if (r.name, r.layout, r.table) == (name, feed.layout, feed.table))
    return File(
        name=name,
        layout=feed.layout,
        table=feed.table,
        rows=told.rows,
        accepted=told.accepted,
        refused=told.refused,
        ignored=told.ignored,
        header=walked.texts[feed.text.file.number].inspected.header,
        shown=tuple(_rows(bench, walked, feed, most)),
    )


def _rows(bench: Workbench, walked: Walked, feed: Feed, most: int) -> Iterator[Row]:
    number = feed.text.file.number
    picked = _picked(bench, feed, most)
    wanted = [row for row, *_ in picked]
    before = _before(bench, walked, number, wanted)
    placed = lines(walked.texts[number], wanted)
    found = _findings(bench, feed, wanted)
    for row, kept, refused, *values in picked:
        outcome = "ignored" if not kept else "refused" if refused else "accepted"
        after = tuple(zip(feed.columns, values, strict=True))
        yield Row(row, placed.get(row), before.get(row, ()), after, outcome, tuple(found.get(row, ())))


def _picked(bench: Workbench, feed: Feed, most: int) -> list[tuple[int, bool, bool, *tuple[str | None, ...]]]:
    """Rows of every fate in turn, in the file's order: number, kept, refused, then the columns."""
    listed = ", ".join(map(quoted, feed.columns))
    numbered = feed.select if feed.text.numbered else f"SELECT row_number() OVER () AS _row, * FROM ({feed.select})"
    number, refused = feed.text.file.number, quoted(f"refused_{feed.table}")
    return bench.rows(
        f"""
        WITH seen AS (SELECT * FROM ({numbered})),
             refused AS (SELECT DISTINCT _row FROM {refused} WHERE _file = {number}),
             told AS (SELECT DISTINCT row_number AS _row FROM issues WHERE file = {number}),
             fated AS (
                SELECT s.*, r._row IS NOT NULL AS _refused,
                       CASE WHEN r._row IS NOT NULL THEN 0 WHEN t._row IS NOT NULL THEN 1 WHEN NOT _keep THEN 2 ELSE 3 END AS _fate
                FROM seen s LEFT JOIN refused r USING (_row) LEFT JOIN told t ON t._row = s._row
             ),
             turn AS (SELECT *, row_number() OVER (PARTITION BY _fate ORDER BY _row) AS _turn FROM fated)
        SELECT _row, _keep, _refused, {listed} FROM (SELECT * FROM turn ORDER BY _turn, _fate LIMIT {most}) ORDER BY _row
        """
    )


def _before(bench: Workbench, walked: Walked, number: int, wanted: Sequence[int]) -> dict[int, tuple[str | None, ...]]:
    """The cells of records as the file has them; those of passwords and the like are read by nobody, and not shown either."""
    text = walked.texts[number]
    words = enumerate(text.inspected.columns)
    cells = ", ".join(f"CASE WHEN c{i} <> '' THEN '{HIDDEN}' END AS c{i}" if is_secret(word) else f"c{i}" for i, word in words)
    if not wanted or not cells:
        return {}
    rows = f"SELECT _row, {cells} FROM {text.relation}"
    if not text.numbered:
        rows = f"SELECT row_number() OVER () AS _row, {cells} FROM {text.relation}"
    found = bench.rows(f"SELECT * FROM ({rows}) WHERE _row IN ({', '.join(map(str, wanted))})")
    return {row: tuple(values) for row, *values in found}


def _findings(bench: Workbench, feed: Feed, wanted: Sequence[int]) -> dict[int, list[str]]:
    """What was found in rows, as sentences."""
    if not wanted:
        return {}
    asked = "SELECT row_number, code, column_name, key, value, table_name, detail FROM issues WHERE file = ? AND row_number IN "
    rows = bench.rows(f"{asked} ({', '.join(map(str, wanted))}) ORDER BY rowid", [feed.text.file.number])
    found: dict[int, list[str]] = {}
    for row, name, column, key, value, table, detail in rows:
        if table in (None, feed.table):
            places = {"column": column, "key": key, "value": value, "table": table, "count": 1, "file": feed.text.file.name}
            said = code(name).say(**(places | json.loads(detail or "{}")))
            found.setdefault(row, []).append(f"{name}: {said}")
    return found
