"""Sifting: tonight's records against last night's snapshot, so that only what differs is checked and compared.

A row that stands in the snapshot with the same key and the same content was accepted under the same rules, and needs no
look at all. The caller passes a snapshot only if its fingerprint is tonight's (`snapshot.valid`); otherwise every row walks.
"""

from __future__ import annotations

from collections.abc import Sequence

from homeroom.compare import tonight
from homeroom.compare.night import NightTooDifferent, night
from homeroom.compare.snapshot import Snapshot
from homeroom.compare.staging import staged
from homeroom.roster.catalogue import Table
from homeroom.roster.names import quoted, text
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed, FeedCount, Sifted

SMALL = 50_000
"""Rows of a file up to which a full walk keeps them as a table of the workbench (some 20 MB)."""


def sift(workbench: Workbench, table: Table, feeds: Sequence[Feed], snapshot: Snapshot | None, touched: str | None) -> Sifted:
    """Make `shaped_T`, `unchanged_T` and `gone_T` (and `last_T`, when there is a snapshot) for one roster table.

    `snapshot`: what was accepted last time under the same fingerprint, or None for a full walk. `touched` names a relation
    with a column sourcedId: records that something else than this source's full walk has changed since; they are looked at
    even if the file brings them as before. Raises ValueError without feeds: a table that nobody delivers is not sifted.
    """
    if not feeds:
        raise ValueError(f"no feed delivers {table.name}")
    columns = tonight.columns(feeds)
    if snapshot is None or snapshot.columns != columns or tonight.mode(feeds) != "continuous":
        return _full(workbench, table.name, feeds)
    try:
        return night(workbench, table.name, feeds, snapshot, touched)
    except NightTooDifferent:
        return _full(workbench, table.name, feeds)


def _full(workbench: Workbench, table: str, feeds: Sequence[Feed]) -> Sifted:
    """Every row, staged in the file's order, as one view."""
    columns = tonight.columns(feeds)
    pieces, counts = [], []
    for number, feed in enumerate(feeds):
        source, place = _staged(workbench, table, number, feeds)
        row = "_row" if tonight.numbered(feed) else f"{place} + 1 AS _row"
        cells = f"{feed.text.file.number}::INTEGER AS _file, {row}, _kh, _rh, {tonight.cells(feed, columns)}"
        pieces.append(f"SELECT {cells} FROM {source} WHERE _keep")
        counted = f"SELECT count(*), count(*) FILTER (WHERE _keep), {tonight.dropped(feed)} FROM {source}"
        rows, kept, dropped = workbench.rows(counted)[0]
        counts.append(FeedCount(feed.text.file.number, rows, rows - kept, dropped))
    workbench.run(f"CREATE OR REPLACE VIEW {quoted(f'shaped_{table}')} AS {' UNION ALL '.join(pieces)}")
    nothing = 'SELECT NULL::VARCHAR AS "sourcedId", NULL::UBIGINT AS _kh WHERE false'
    for name in ("unchanged", "gone"):
        workbench.run(f"CREATE OR REPLACE VIEW {quoted(f'{name}_{table}')} AS {nothing}")
    return Sifted(
        table=table,
        columns=columns,
        mode=tonight.mode(feeds),
        full=True,
        unchanged=0,
        counts=tuple(counts),
        feeds=tuple(feeds),
    )


def _few(feed: Feed) -> bool:
    """Whether a feed's file is small; made rows are counted by the file that they were made from."""
    survey = feed.text.inspected.survey
    rows = feed.text.rows
    if rows is None and feed.made and survey is not None and survey.regular:
        rows = survey.rows
    return rows is not None and rows <= SMALL


def _staged(workbench: Workbench, table: str, number: int, feeds: Sequence[Feed]) -> tuple[str, str]:
    """Stage a feed's records; returns the FROM item and the word for a record's place in it, from 0.

    Large files as zstd Parquet: little memory, and checks read only the columns they need. Small ones as a table: every check
    would open the Parquet file anew, and for some thousand rows that costs more than the check itself.
    """
    feed = feeds[number]
    if _few(feed):
        name = quoted(f"staged_{table}_{number}")
        workbench.run(f"CREATE OR REPLACE TABLE {name} AS {tonight.records(feed, feeds)}")
        return name, "rowid"
    path = text(str(staged(workbench, table, number)))
    # Empty columns of a snapshot make no bytes, and a clean first load's file becomes the snapshot (`snapshot.adopt`).
    rows = f"SELECT *, NULL::VARCHAR AS _told, NULL::VARCHAR AS _mended FROM ({tonight.records(feed, feeds)})"
    workbench.run(f"COPY ({rows}) TO {path} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    return f"read_parquet({path}, file_row_number = true)", "file_row_number"
