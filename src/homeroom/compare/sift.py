"""Sifting: tonight's records against last night's snapshot, so that only what differs is checked and compared.

A row that stands in the snapshot with the same key and the same content was accepted under the same rules, and needs no
look at all. The caller passes a snapshot only if its fingerprint is tonight's (`snapshot.valid`); otherwise every row walks.
"""

from __future__ import annotations

from collections.abc import Sequence

from homeroom.compare import tonight
from homeroom.compare.night import NightTooDifferent, night
from homeroom.compare.snapshot import Snapshot
from homeroom.roster.catalogue import Table
from homeroom.roster.names import quoted, text
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed, FeedCount, Sifted


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
    """Every row, staged as zstd Parquet in the file's order: little memory, and checks read only the columns they need."""
    columns = tonight.columns(feeds)
    pieces, counts = [], []
    for number, feed in enumerate(feeds):
        path = workbench.folder / f"shaped_{table}_{number}.parquet"
        workbench.run(
            f"COPY ({tonight.records(feed, feeds)}) TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        )
        source = f"read_parquet({text(str(path))}, file_row_number = true)"
        row = "_row" if tonight.numbered(feed) else "file_row_number + 1 AS _row"
        cells = f"{feed.text.file.number}::INTEGER AS _file, {row}, _kh, _rh, {tonight.cells(feed, columns)}"
        pieces.append(f"SELECT {cells} FROM {source} WHERE _keep")
        rows, kept = workbench.rows(f"SELECT count(*), count(*) FILTER (WHERE _keep) FROM {source}")[0]
        counts.append(FeedCount(feed.text.file.number, rows, rows - kept))
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
