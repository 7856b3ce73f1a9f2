"""Last night's accepted rows, kept as zstd Parquet: a base and small deltas on it, per source and table.

A snapshot is a cache. It is valid only while everything that decided about its rows is the same, which its fingerprint
says; otherwise the table is walked in full and the snapshot made anew. Its files are written before the commit and count
from the moment in which the store's transaction records them; what no record names is an orphan and is reaped.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from homeroom.compare import withheld
from homeroom.compare.staging import staged
from homeroom.roster.catalogue import Table
from homeroom.roster.names import quoted, text
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Admitted, Feed, Sifted

OVERGROWN_SHARE = 0.15
"""Deltas larger than this share of their base are folded into a new one, outside the night."""
OVERGROWN_NUMBER = 30
"""More deltas than this cost more to open than to fold."""

FORM = 2
"""The form of the snapshot's files; another one makes every older snapshot invalid."""

DIGEST = "coalesce(sum(hash(_kh, _rh)), 0)::HUGEINT, coalesce(bit_xor(hash(_kh, _rh)), 0)::UBIGINT"
"""Two numbers that are the same for the same rows in any order: the sum and the parity of all row hashes."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The accepted rows of one table from one source. `rows` counts them, `digest` is theirs in any order (see `DIGEST`).

    `columns` are the delivered ones. Each row has `_kh` and `_rh`; a row that is only kept alive, since what came for it was
    refused, has no `_rh` and so never equals a record of a file. `_told` is what the checks said of a row (JSON), `_mended` which
    of its cells they healed; `told` counts the rows with the one, `mended` those with each of the other.
    """

    table: str
    fingerprint: str
    revision: int
    base: Path
    deltas: tuple[Path, ...]
    columns: tuple[str, ...]
    rows: int
    digest: str
    told: int = 0
    mended: tuple[tuple[str, int], ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that it is made of."""
        return (self.base, *self.deltas)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values for the store's record. Files are named without their folder, so that a district can move."""
        return {
            "table": self.table,
            "fingerprint": self.fingerprint,
            "revision": self.revision,
            "base": self.base.name,
            "deltas": [d.name for d in self.deltas],
            "columns": list(self.columns),
            "rows": self.rows,
            "digest": self.digest,
            "told": self.told,
            "mended": [list(pair) for pair in self.mended],
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any], folder: Path) -> Snapshot:
        """The snapshot of a store's record, with its files in `folder`."""
        return cls(
            table=raw["table"],
            fingerprint=raw["fingerprint"],
            revision=raw["revision"],
            base=folder / raw["base"],
            deltas=tuple(folder / d for d in raw["deltas"]),
            columns=tuple(raw["columns"]),
            rows=raw["rows"],
            digest=raw["digest"],
            told=raw.get("told", 0),
            mended=tuple((words, count) for words, count in raw.get("mended", ())),
        )


def fingerprint(feeds: Sequence[Feed], catalogue: str, duckdb_version: str, rules: str, settings: str) -> str:
    """SHA-256 over everything that decides what a row becomes: layouts and bindings, the catalogue's digest, the rules.

    The DuckDB version is in it because its `hash` promises nothing across versions. `settings` is any text in which the
    caller writes what else matters: matching of schools, and the local date where a rule uses it.
    """
    bound = sorted([f.layout, f.table, f.mode, f.fingerprint, *f.columns] for f in feeds)
    said = json.dumps([FORM, bound, catalogue, duckdb_version, rules, settings], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def valid(snapshot: Snapshot | None, expected: str) -> Snapshot | None:
    """The snapshot if it may be used tonight: the same fingerprint, and all its files are there. Else None."""
    if snapshot is None or snapshot.fingerprint != expected or not all(f.is_file() for f in snapshot.files):
        return None
    return snapshot


def current(snapshot: Snapshot) -> str:
    """A FROM item with the rows of a snapshot as of its last delta: `_kh, _rh, _told, _mended`, then its columns."""
    cells = ", ".join(("_kh", "_rh", "_told", "_mended", *(quoted(c) for c in snapshot.columns)))
    base = f"read_parquet({text(str(snapshot.base))})"
    if not snapshot.deltas:
        return f"(SELECT {cells} FROM {base})"
    deltas = " UNION ALL ".join(
        f"SELECT {number} AS _n, _gone, {cells} FROM read_parquet({text(str(path))})"
        for number, path in enumerate(snapshot.deltas)
    )
    return f"""(
        WITH later AS ({deltas}),
             latest AS (SELECT * FROM later QUALIFY row_number() OVER (PARTITION BY _kh ORDER BY _n DESC) = 1)
        SELECT {cells} FROM {base} ANTI JOIN latest USING (_kh)
        UNION ALL
        SELECT {cells} FROM latest WHERE NOT _gone
    )"""


def digest_text(parts: Iterable[tuple[int, int, int]]) -> str:
    """One digest from (rows, sum, parity) of several parts that together are the rows."""
    rows = total = parity = 0
    for count, summed, xored in parts:
        rows, total, parity = rows + count, total + summed, parity ^ xored
    return f"{rows}:{total:x}:{parity:x}"


def write(
    workbench: Workbench,
    table: Table,
    sifted: Sifted,
    previous: Snapshot | None,
    folder: Path,
    revision: int,
    fingerprint: str,
) -> Snapshot | None:
    """Write what this walk accepted, after `plan` and before the commit: a base after a full walk, else a delta.

    Reads `admitted_T` and what `plan` made: `left_T`, `kept_T`, `foreign_T`. Returns `previous` itself when the night brought
    nothing new, and also for files that only name single records: these say nothing about the whole, their keys are marked
    by the store as touched. The folder must be one of those that the workbench may write to.
    """
    if sifted.mode != "continuous":
        return previous
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name, stem = table.name, f"{table.name}.{revision}"
    if sifted.full or previous is None:
        path = _write(workbench, _whole(workbench, name, sifted.columns), folder, stem, "base")
        return _counted(workbench, Snapshot(name, fingerprint, revision, path, (), sifted.columns, 0, ""))
    if not any(workbench.rows(f"SELECT 1 FROM {quoted(f'{made}_{name}')} LIMIT 1") for made in ("shaped", "gone")):
        return previous
    if not workbench.value(f"CREATE OR REPLACE TEMP TABLE delta AS {_changes(workbench, name, sifted.columns)}"):
        return previous
    path = _write(workbench, "SELECT * FROM delta", folder, stem, "delta")
    workbench.run("DROP TABLE delta")
    made = replace(previous, fingerprint=fingerprint, revision=revision, deltas=(*previous.deltas, path))
    return _counted(workbench, made)


def adopt(
    workbench: Workbench,
    sifted: Sifted,
    admitted: Admitted,
    folder: Path,
    revision: int,
    fingerprint: str,
) -> Snapshot | None:
    """The staged rows of a first load as its snapshot, where they are what would be written; else None.

    They are, where all of them were admitted as they came. The file gets a second name instead of being written again.
    """
    rows = staged(workbench, sifted.table, 0)
    came = len(sifted.feeds) == 1 and sifted.full and not sifted.partial and not any(c.ignored for c in sifted.counts)
    if sifted.mode != "continuous" or not came or not admitted.untouched or not rows.exists() or _noted(workbench, sifted.table):
        return None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_dev != rows.stat().st_dev:
        return None  # one file cannot have names on two disks
    path = _free(folder, f"{sifted.table}.{revision}", "base")
    _sync(rows)
    os.link(rows, path)
    _sync(folder)
    return _counted(workbench, Snapshot(sifted.table, fingerprint, revision, path, (), sifted.columns, 0, ""))


def _accepted(workbench: Workbench, table: str) -> str:
    """Admitted rows that the plan did not refuse as a stranger's, with what the checks said of them."""
    foreign, admitted = quoted(f"foreign_{table}"), quoted(f"admitted_{table}")
    rows = f'SELECT * FROM {admitted} a ANTI JOIN {foreign} f ON a."sourcedId" = f."sourcedId"'
    if "_mended" not in workbench.columns(f"admitted_{table}"):
        rows = f"SELECT *, NULL::VARCHAR AS _mended FROM ({rows})"
    if _noted(workbench, table):
        rows = f"(SELECT a.*, n._told FROM ({rows}) a LEFT JOIN {quoted(f'noted_{table}')} n ON a._kh = n._kh)"
    else:
        rows = f"(SELECT *, NULL::VARCHAR AS _told FROM ({rows}))"
    return withheld.under_another_hash(workbench, table, rows)


def _noted(workbench: Workbench, table: str) -> bool:
    """Whether the checks said anything of rows that were accepted."""
    return workbench.exists(f"noted_{table}") and bool(workbench.rows(f"SELECT 1 FROM {quoted(f'noted_{table}')} LIMIT 1"))


def _whole(workbench: Workbench, table: str, columns: Sequence[str]) -> str:
    """The rows of a base: what was accepted, and what lives on although no accepted row carries it."""
    cells = ", ".join(quoted(c) for c in columns)
    return f"""
        SELECT _kh, _rh, _told, _mended, {cells} FROM {_accepted(workbench, table)}
        UNION ALL
        SELECT hash("sourcedId"), NULL, NULL, NULL, {cells} FROM {quoted(f"kept_{table}")}
    """


def _changes(workbench: Workbench, table: str, columns: Sequence[str]) -> str:
    """The rows of a delta: what was accepted anew, what left, and what was looked at and lives on without having been accepted.

    The last lose their `_rh`, so that they are looked at again until their row is accepted or their key is gone.
    """
    cells, left = ", ".join(quoted(c) for c in columns), quoted(f"left_{table}")
    accepted = _accepted(workbench, table)
    return f"""
        SELECT _kh, _rh, _told, _mended, false AS _gone, {cells} FROM {withheld.news(workbench, table, accepted)}
        UNION ALL BY NAME
        SELECT _kh, NULL::UBIGINT AS _rh, true AS _gone, "sourcedId" FROM {left}
        UNION ALL BY NAME
        SELECT _kh, NULL::UBIGINT AS _rh, false AS _gone, {cells} FROM {quoted(f"last_{table}")}
        WHERE _rh IS NOT NULL
          AND _kh IN (SELECT _kh FROM {quoted(f"shaped_{table}")} UNION ALL SELECT _kh FROM {quoted(f"gone_{table}")})
          AND _kh NOT IN (SELECT _kh FROM {accepted} UNION ALL SELECT _kh FROM {left})
    """


def overgrown(snapshot: Snapshot) -> bool:
    """Whether the deltas have become so large or so many that the next night is quicker after `compact`."""
    deltas = sum(d.stat().st_size for d in snapshot.deltas)
    return deltas > snapshot.base.stat().st_size * OVERGROWN_SHARE or len(snapshot.deltas) > OVERGROWN_NUMBER


def compact(workbench: Workbench, snapshot: Snapshot, folder: Path) -> Snapshot:
    """The same rows as one new base. To be called outside the night, and recorded by the store like any other snapshot."""
    path = _write(workbench, f"SELECT * FROM {current(snapshot)}", folder, f"{snapshot.table}.{snapshot.revision}", "base")
    return replace(snapshot, base=path, deltas=())


def reap(folder: Path, valid: Collection[Path]) -> tuple[Path, ...]:
    """Remove the snapshot files of a folder that no record of the store names: what an import left that did not commit.

    Returns what was removed. Call it only while no import of the district runs.
    """
    keep = {path.resolve() for path in valid}
    orphans = [p for p in sorted(folder.glob("*")) if p.suffix in (".parquet", ".part") and p.resolve() not in keep]
    for orphan in orphans:
        orphan.unlink()
    return tuple(orphans)


def _counted(workbench: Workbench, snapshot: Snapshot) -> Snapshot:
    parts = workbench.rows(f"SELECT _mended, count(_told), count(*), {DIGEST} FROM {current(snapshot)} GROUP BY _mended")
    return replace(
        snapshot,
        rows=sum(part[2] for part in parts),
        digest=digest_text([part[2:] for part in parts]),
        told=sum(part[1] for part in parts),
        mended=tuple(sorted((part[0], part[2]) for part in parts if part[0] is not None)),
    )


def _write(workbench: Workbench, rows: str, folder: Path, stem: str, kind: str) -> Path:
    """Write rows to a new file under a name that no file has; complete and on the disk before it bears that name."""
    path = _free(folder, stem, kind)
    part = path.with_suffix(".part")
    workbench.run(f"COPY ({rows}) TO {text(str(part))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    _sync(part)
    part.rename(path)
    _sync(folder)
    return path


def _free(folder: Path, stem: str, kind: str) -> Path:
    """A name in the folder that no file has."""
    number = 0
    while (path := folder / f"{stem}-{number}.{kind}.parquet").exists():
        number += 1
    return path


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
