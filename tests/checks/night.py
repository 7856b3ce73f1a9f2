"""A night for tests: small CSV texts become shaped tables, and tables are admitted in order."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from homeroom.checks.admit import admit
from homeroom.checks.fold import Finding, findings
from homeroom.checks.rules import Rules
from homeroom.roster.catalogue import catalogue
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Admitted, Feed, FeedCount, Inspected, Mode, Sifted, SourceFile, TextTable

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def rows_of(text: str) -> tuple[tuple[str, ...], list[list[str]]]:
    """Header and rows of a CSV text; blank lines at the ends do not count."""
    table = list(csv.reader(io.StringIO(text.strip("\n") + "\n")))
    return tuple(table[0]), table[1:]


@dataclass
class Night:
    """Files by table; what the store holds by table; what stood last night by table."""

    files: Mapping[str, str]
    stored: Mapping[str, str] = field(default_factory=dict)
    rules: Rules = field(default_factory=lambda: Rules("1.1", NOW))
    mode: Mode = "continuous"
    last: Mapping[str, str] = field(default_factory=dict)
    ragged: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    unread: int = 0

    def __enter__(self) -> Night:
        self.folder = tempfile.TemporaryDirectory()
        self.bench = Workbench(Path(self.folder.name) / "w", memory_mb=200)
        self.admitted: dict[str, Admitted] = {}
        self.sifted: dict[str, Sifted] = {}
        for number, table in enumerate(t for t in catalogue().tables if t in self.files):
            self._shape(number, table)
        self._walk()
        return self

    def __exit__(self, *exc: object) -> None:
        self.bench.close()
        self.folder.cleanup()

    def _shape(self, number: int, table: str) -> None:
        columns, rows = rows_of(self.files[table])
        numbered = [[str(number), str(i), *(c or None for c in row)] for i, row in enumerate(rows, 1)]
        listed = ", ".join(f'"{c}"' for c in columns)
        self.bench.load(f"raw_{table}", ("_file", "_row", *columns), numbered)  # type: ignore[arg-type]
        hashed = [c for c in columns if c != "dateLastModified"]
        content = ", ".join(f'"{c}"' for c in hashed)
        every = (
            "SELECT _file::INTEGER AS _file, _row::BIGINT AS _row, hash(sourcedId) "
            f"AS _kh, hash({content}) AS _rh, {listed} FROM raw_{table}"
        )
        full = table not in self.last
        changed, unchanged, gone = (
            every,
            "SELECT NULL::VARCHAR AS sourcedId, NULL::UBIGINT AS _kh WHERE FALSE",
            "SELECT NULL::VARCHAR AS sourcedId, NULL::UBIGINT AS _kh WHERE FALSE",
        )
        same = 0
        if not full:
            before, old = rows_of(self.last[table])
            self.bench.load(f"old_{table}", before, [[c or None for c in row] for row in old])  # type: ignore[misc]
            shared = ", ".join(f'"{c}"' for c in hashed)
            self.bench.run(
                f"CREATE TABLE last_{table} AS SELECT hash(sourcedId) AS _kh, hash({shared}) AS _rh, * FROM old_{table}"
            )
            twice = f"SELECT sourcedId FROM raw_{table} GROUP BY 1 HAVING count(*) > 1"
            changed = (
                f"SELECT * FROM ({every}) WHERE (_kh, _rh) NOT IN (SELECT (_kh, _rh) FROM last_{table}) OR sourcedId IN ({twice})"
            )
            gone = f"SELECT sourcedId FROM last_{table} WHERE _kh NOT IN (SELECT _kh FROM ({every}))"
            unchanged = (
                f"SELECT * FROM last_{table} WHERE (_kh, _rh) IN (SELECT (_kh, _rh) "
                f"FROM ({every})) AND sourcedId NOT IN ({twice})"
            )
        self.bench.run(f"CREATE TABLE shaped_{table} AS {changed}")
        self.bench.run(f"CREATE TABLE stood_{table} AS {unchanged}")
        self.bench.run(f"CREATE VIEW unchanged_{table} AS FROM stood_{table}")
        self.bench.run(f"CREATE TABLE placed_{table} AS SELECT _file, _row, _kh FROM ({every})")
        self.bench.run(f"CREATE TABLE gone_{table} AS {gone}")
        same = self.bench.value(f"SELECT count(*) FROM unchanged_{table}")
        feed = self._feed(number, table, columns, rows)
        count = FeedCount(number, len(rows), 0)
        self.sifted[table] = Sifted(table, columns, self.mode, full, same, (count,), (feed,))

    def _feed(self, number: int, table: str, columns: tuple[str, ...], rows: list[list[str]]) -> Feed:
        file = SourceFile(number, f"{table}.csv", Path(f"{table}.csv"), 0)
        inspected = Inspected(file, columns, columns, "utf-8", False, ",", True, "lf", 1)
        ragged = None
        if table in self.ragged:
            ragged = f"ragged_{number}"
            self.bench.run(f"CREATE TABLE {ragged} (row_number BIGINT, line BIGINT, cells VARCHAR[])")
            for i, cells in enumerate(self.ragged[table]):
                self.bench.run(f"INSERT INTO {ragged} VALUES (?, ?, ?)", [len(rows) + 1 + i, len(rows) + 2 + i, list(cells)])
        text = TextTable(inspected, f"raw_{table}", True, len(rows), ragged, self.unread)
        listed = ", ".join(f'"{c}"' for c in columns)
        select = f"SELECT _row::BIGINT AS _row, TRUE AS _keep, {listed} FROM raw_{table}"
        return Feed(text, f"test/{table}", table, columns, select, self.mode, key_cell=columns.index("sourcedId"))

    def lookup(self, table: str, wanted: str | None) -> str:
        """The store, whole: records of `stored`, all active unless a status says otherwise, source 1 unless told."""
        if not self.bench.exists(f"stored_{table}"):
            columns, rows = rows_of(self.stored.get(table, "sourcedId"))
            self.bench.load(f"store_{table}", columns, rows)
            status = "" if "status" in columns else ", 'active' AS status"
            source = "" if "_source" in columns else ", 1 AS _source"
            self.bench.run(
                f"CREATE TABLE stored_{table} AS SELECT row_number() OVER () AS id, *{status}{source} FROM store_{table}"
            )
        return f"stored_{table}"

    def _walk(self) -> None:
        for table in catalogue():
            if table.name in self.sifted:
                self.admitted[table.name] = admit(self.bench, table, self.sifted[table.name], self.rules, self.lookup)

    def more(self, table: str, *columns: str) -> Admitted:
        """Admit one more table, whose shaped rows the test has made itself."""
        for name in ("unchanged", "gone"):
            self.bench.run(f"CREATE TABLE {name}_{table} (sourcedId VARCHAR)")
        sifted = Sifted(table, columns, "continuous", True, 0, (), ())
        return admit(self.bench, catalogue()[table], sifted, self.rules, self.lookup)

    def keys(self, table: str) -> list[str]:
        """The ids admitted, sorted."""
        return [k for (k,) in self.bench.rows(f"SELECT sourcedId FROM admitted_{table} ORDER BY sourcedId")]

    def cells(self, table: str, column: str) -> dict[str, Any]:
        """Id -> admitted value."""
        return dict(self.bench.rows(f'SELECT sourcedId, "{column}" FROM admitted_{table} ORDER BY sourcedId'))

    def refused(self, table: str) -> dict[str | None, str | None]:
        """Refused id -> cause."""
        return dict(self.bench.rows(f"SELECT sourcedId, cause FROM refused_{table} ORDER BY sourcedId"))

    def issues(self) -> list[tuple[Any, ...]]:
        """(code, key, column, value, refused) of every issue, sorted."""
        return sorted(
            self.bench.rows("SELECT code, coalesce(key, ''), coalesce(column_name, ''), coalesce(value, ''), refused FROM issues")
        )

    def findings(self) -> tuple[Finding, ...]:
        """The folded findings."""
        return findings(self.bench)
