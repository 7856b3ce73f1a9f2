"""A small whole house around the compare room: files come in as CSV, a plain checks room, a store that is a dictionary."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from homeroom.compare.plan import Walked, plan
from homeroom.compare.sift import sift
from homeroom.compare.snapshot import Snapshot, write
from homeroom.roster.catalogue import Table, catalogue
from homeroom.roster.names import quoted, text
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Admitted, Feed, FileTally, Inspected, Mode, Plan, Sifted, SourceFile, TextTable

BAD = "BAD"
"""A cell that the plain checks room refuses the row for."""


@dataclass(frozen=True)
class File:
    """A file of one table: CSV text with a header. `numbered`: as if the reading room had rewritten it (and dropped rows).

    `keep` is a condition on the columns; `ragged`: keys of rows that could not be read as rows; `unread`: rows without a key.
    """

    csv: str
    table: str = "users"
    mode: Mode = "continuous"
    numbered: bool = False
    keep: str = "true"
    ragged: tuple[str, ...] = ()
    unread: int = 0


def csv_of(rows: Sequence[Mapping[str, str | None]], columns: Sequence[str]) -> str:
    """CSV text of rows."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([row.get(c) or "" for c in columns] for row in rows)
    return out.getvalue()


def feed(workbench: Workbench, number: int, file: File) -> Feed:
    """What reading and layouts would make of a file."""
    rows = list(csv.reader(io.StringIO(file.csv)))
    header, body = rows[0], rows[1:]
    names = [f"c{i}" for i in range(len(header))]
    if file.numbered:
        body = [[str(2 * i + 2), str(2 * i + 3), *row] for i, row in enumerate(body)]
        names = ["_row", "_line", *names]
    path = workbench.folder / f"file{number}-{file.table}.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([names, *body])
    types = ", ".join(f"{text(n)}: '{'BIGINT' if n.startswith('_') else 'VARCHAR'}'" for n in names)
    relation = (
        f"read_csv({text(str(path))}, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
        f"columns = {{{types}}}, nullstr = '\\N')"
    )
    cells = ", ".join(f"nullif(trim(c{i}), '') AS {quoted(c)}" for i, c in enumerate(header))
    numbers = "_row, _line, " if file.numbered else ""
    select = f"SELECT {numbers}({file.keep}) AS _keep, {cells} FROM {relation}"
    source = SourceFile(number, f"{file.table}{number or ''}.csv", path, path.stat().st_size)
    inspected = Inspected(source, tuple(header), tuple(header), "utf-8", False, ",", True, "lf", 1)
    ragged = f"ragged_{number}" if file.ragged else None
    table = TextTable(inspected, relation, file.numbered, None, ragged=ragged, unread=file.unread)
    if file.ragged:
        workbench.load(f"ragged_{number}", ["key"], [[k] for k in file.ragged])
    return Feed(table, "plain", file.table, tuple(header), select, mode=file.mode, fingerprint="plain")


def admit(workbench: Workbench, table: Table, sifted: Sifted) -> Admitted:
    """A plain checks room: refuses rows without key or with a BAD cell, doubles with other content; drops equal doubles."""
    name = table.name
    shaped, refused, admitted = (quoted(f"{p}_{name}") for p in ("shaped", "refused", "admitted"))
    bad = " OR ".join(f"{quoted(c)} = '{BAD}'" for c in sifted.columns)
    workbench.run(f"""
        CREATE OR REPLACE TABLE {refused} AS
        SELECT _file, _row, "sourcedId", NULL::VARCHAR AS cause FROM {shaped} s
        WHERE "sourcedId" IS NULL OR coalesce({bad}, false)
           OR "sourcedId" IN (SELECT "sourcedId" FROM {shaped} GROUP BY "sourcedId" HAVING count(DISTINCT _rh) > 1)
    """)
    unread = 0
    for each in sifted.feeds:
        unread += each.text.unread
        if each.text.ragged:
            workbench.run(f"INSERT INTO {refused} SELECT {each.text.file.number}, 9999, key, NULL FROM {each.text.ragged}")
    gone = " AND status IS DISTINCT FROM 'tobedeleted'" if "status" in sifted.columns and sifted.mode == "continuous" else ""
    workbench.run(f"""
        CREATE OR REPLACE VIEW {admitted} AS
        SELECT s.* FROM {shaped} s ANTI JOIN {refused} r ON s._file = r._file AND s._row = r._row
        WHERE "sourcedId" IS NOT NULL {gone}
        QUALIFY row_number() OVER (PARTITION BY "sourcedId" ORDER BY s._file, s._row) = 1
    """)
    blind = unread + workbench.value(f'SELECT count(*) FROM {refused} WHERE "sourcedId" IS NULL')
    tallies = []
    for file in sorted({f.text.file.number for f in sifted.feeds}):
        taken = workbench.value(f"SELECT count(*) FROM {admitted} WHERE _file = {file}")
        lost = workbench.value(f"SELECT count(*) FROM {refused} WHERE _file = {file}")
        tallies.append(FileTally(file, taken, lost))
    return Admitted(name, sifted.columns, sifted.mode, sifted.full, tuple(tallies), provable=blind == 0)


@dataclass
class Record:
    """A stored record."""

    id: int
    status: str
    source: int
    values: dict[str, str | None]
    locked: list[str] | None = None


@dataclass
class Store:
    """A store that is a dictionary, with all that `Lookup` promises."""

    tables: dict[str, dict[str, Record]] = field(default_factory=dict)
    asked: list[tuple[str, int | None]] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def lookup(self, workbench: Workbench) -> Any:
        """The lookup of one workbench; calls add up."""

        def bring(table: str, wanted: str | None) -> str:
            stored = f"stored_{table}"
            columns = catalogue()[table].columns
            if not workbench.exists(stored):
                cells = ", ".join(f"{quoted(c)} VARCHAR" for c in ("status", *columns[1:], "locked"))
                workbench.run(f'CREATE TABLE {stored} (id BIGINT, "sourcedId" VARCHAR, _source INTEGER, {cells})')
            records = self.tables.get(table, {})
            keys = None if wanted is None else {r[0] for r in workbench.rows(f'SELECT "sourcedId" FROM {wanted}')}
            self.asked.append((table, None if keys is None else len(keys)))
            here = {r[0] for r in workbench.rows(f'SELECT "sourcedId" FROM {stored}')}
            rows = [
                [
                    r.id,
                    key,
                    r.source,
                    r.status,
                    *(r.values.get(c) for c in columns[1:]),
                    json.dumps(r.locked) if r.locked else None,
                ]
                for key, r in records.items()
                if (keys is None or key in keys) and key not in here
            ]
            if rows:
                workbench.connection.executemany(f"INSERT INTO {stored} VALUES ({', '.join('?' * len(rows[0]))})", rows)
            return stored

        return bring

    def apply(self, workbench: Workbench, made: Plan, source: int) -> None:
        """Do what the plan says."""
        for table in made.tables:
            columns = [c for c in catalogue()[table].columns if c != "sourcedId"]
            listed = ", ".join(quoted(c) for c in columns)
            records = self.tables.setdefault(table, {})
            for verb, number, key, *cells in workbench.rows(
                f'SELECT verb, id, "sourcedId", {listed} FROM plan_{table} ORDER BY "sourcedId"'
            ):
                values = {c: v for c, v in zip(columns, cells, strict=True) if v is not None}
                if verb == "add":
                    assert number is None
                    assert key not in records
                    records[key] = Record(next(self._ids), "active", source, values)
                elif verb == "remove":
                    assert records[key].id == number
                    records[key].status = "tobedeleted"
                else:
                    assert records[key].id == number
                    records[key].status, records[key].source, records[key].values = "active", source, values

    def state(self, table: str = "users") -> dict[str, tuple[str, int, dict[str, str | None]]]:
        """What a reader sees of a table."""
        return {k: (r.status, r.source, r.values) for k, r in self.tables.get(table, {}).items()}


@dataclass
class House:
    """A district with its store and the snapshots of its sources; `night` walks one delivery."""

    folder: Path
    store: Store = field(default_factory=Store)
    snapshots: dict[tuple[int, str], Snapshot] = field(default_factory=dict)
    touched: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    nights: int = 0

    @contextmanager
    def walk(
        self, *files: File, source: int = 1, full: bool = False, allied: Sequence[int] = ()
    ) -> Iterator[tuple[Workbench, Plan, list[Walked]]]:
        """A dry run: everything up to the plan."""
        self.nights += 1
        first = not any(self.store.tables.values())
        with Workbench(self.folder / f"bench{self.nights}", also=[self.folder / "snapshots"]) as workbench:
            tables: dict[str, list[Feed]] = {}
            for number, file in enumerate(files):
                tables.setdefault(file.table, []).append(feed(workbench, number, file))
            walked = []
            for table in (t for t in catalogue() if t.name in tables):
                last = None if full else self.snapshots.get((source, table.name))
                touched = self.touched.get((source, table.name), set())
                workbench.load("others", ["sourcedId"], [[k] for k in touched])
                sifted = sift(workbench, table, tables[table.name], last, "others" if touched else None)
                walked.append(Walked(table, sifted, admit(workbench, table, sifted)))
            lookup = self.store.lookup(workbench)
            yield workbench, plan(workbench, walked, source, lookup, first=first, allied=allied), walked

    def night(self, *files: File, source: int = 1, full: bool = False, allied: Sequence[int] = ()) -> Plan:
        """Walk, write the snapshots, commit."""
        with self.walk(*files, source=source, full=full, allied=allied) as (workbench, made, walked):
            for each in walked:
                place = (source, each.table.name)
                previous = self.snapshots.get(place)
                new = write(workbench, each.table, each.sifted, previous, self.folder / "snapshots", self.nights, "same")
                if new is not None:
                    self.snapshots[place] = new
                changed = {r[0] for r in workbench.rows(f'SELECT "sourcedId" FROM plan_{each.table.name}')}
                for other in {s for s, t in self.snapshots if t == each.table.name}:
                    if other != source or each.sifted.mode != "continuous":
                        self.touched.setdefault((other, each.table.name), set()).update(changed)
                    else:
                        self.touched.pop((other, each.table.name), None)
            self.store.apply(workbench, made, source)
            return made
