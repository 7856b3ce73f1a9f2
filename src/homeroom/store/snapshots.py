"""Which Parquet snapshots of last night's rows are valid, by source and table. Written by the commit that makes them so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from homeroom.store.district_tables import snapshot
from homeroom.store.places import Place
from homeroom.store.upsert import put


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A snapshot. `revision`: the one it shows. `record`: what the compare room says of its files, plain JSON values."""

    source: int
    table: str
    fingerprint: str
    revision: int
    record: Mapping[str, Any]


class Snapshots:
    """The snapshots of a district."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def of(self, source: int) -> dict[str, SnapshotRow]:
        """The snapshots of a source by table."""
        with self._place.read() as connection:
            rows = connection.execute(select(snapshot).where(snapshot.c.source == source))
            return {row.table: _row(row) for row in rows}

    def all(self) -> list[SnapshotRow]:
        """Every snapshot of the district: files that none of them names may be removed."""
        with self._place.read() as connection:
            return [_row(row) for row in connection.execute(select(snapshot))]

    def forget(self, source: int | None = None) -> None:
        """Make snapshots invalid, of one source or of all; the next walk is a full one."""
        with self._place.write() as connection:
            connection.execute(delete(snapshot) if source is None else delete(snapshot).where(snapshot.c.source == source))


def keep(connection: Connection, row: SnapshotRow) -> None:
    """Write or replace a snapshot's row inside a commit."""
    values = {"fingerprint": row.fingerprint, "revision": row.revision, "record": json.dumps(dict(row.record))}
    put(connection, snapshot, {"source": row.source, "table": row.table}, values, values)


def _row(row: Row[Any]) -> SnapshotRow:
    return SnapshotRow(row.source, row.table, row.fingerprint, row.revision, json.loads(row.record))
