"""How long the compare room takes on a district of 50,000 students (489 k rows), beside the floor: counting the same files.

    python benchmarks/sift_bench.py [SCALE]

SCALE 1 is the district above. Keys are random 36-character ids, the worst case. Figures are seconds of CPU of one thread,
which is what the clock says on a quiet machine. `floor` counts the rows of the same files: in a workbench, and in a process
of its own, as `homeroom bench` does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from homeroom.compare.plan import Walked, plan
from homeroom.compare.sift import sift
from homeroom.compare.snapshot import Snapshot, write
from homeroom.roster.catalogue import catalogue
from homeroom.roster.names import quoted, text
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Admitted, Feed, FileTally, Inspected, SourceFile, TextTable

SIZES = {"orgs": 84, "academicSessions": 100, "courses": 500, "classes": 12_000, "users": 114_000, "enrollments": 362_000}
CELLS = {
    "orgs": "'School ' || i AS name, 'school' AS type, i::VARCHAR AS identifier",
    "academicSessions": """'Term ' || i AS title, 'term' AS type, '2026-08-15' AS "startDate", '2027-06-05' AS "endDate",
        '2027' AS "schoolYear" """,
    "courses": "'Course ' || i AS title, i::VARCHAR AS \"courseCode\", ID('orgs', i % 84) AS \"orgSourcedId\"",
    "classes": """'Class ' || i AS title, ID('courses', i % 500) AS "courseSourcedId", 'scheduled' AS "classType",
        ID('orgs', i % 84) AS "schoolSourcedId", ID('academicSessions', i % 100) AS "termSourcedIds" """,
    "users": """'true' AS "enabledUser", ID('orgs', i % 84) AS "orgSourcedIds", 'student' AS role, 'user' || i AS username,
        '{LDAP:user' || i || '}' AS "userIds", 'Given' || (i % 900) AS "givenName", 'Family' || (i % 7000) AS "familyName",
        'user' || i || '@example.org' AS email, lpad((i % 13)::VARCHAR, 2, '0') AS grades""",
    "enrollments": """ID('classes', i % 12000) AS "classSourcedId", ID('orgs', i % 84) AS "schoolSourcedId",
        ID('users', i % 114000) AS "userSourcedId", 'student' AS role, 'false' AS primary""",
}


def generate(folder: Path, scale: float, *, share: float) -> dict[str, Path]:
    """One night's files. `share` of the rows of users and enrollments differ from those of share 0: adds, updates, removals."""
    folder.mkdir()
    con = duckdb.connect()
    con.execute("""
        CREATE MACRO ID(t, i) AS (md5(t || i)[1:8] || '-' || md5(t || i)[9:12] || '-' || md5(t || i)[13:16] || '-'
                                  || md5(t || i)[17:20] || '-' || md5(t || i)[21:32])
    """)
    files = {}
    for table, size in SIZES.items():
        rows = size if size < 1000 else int(size * scale)
        big = share and table in ("users", "enrollments")
        first, last = (int(rows * share / 3), rows + int(rows * share / 3)) if big else (0, rows)
        date = "'2026-09-01T00:00:00.000Z'"
        cells = CELLS[table]
        if big:
            every = int(3 / share)
            cells = cells.replace("'student' AS role", f"CASE WHEN i % {every} = 0 THEN 'teacher' ELSE 'student' END AS role")
        files[table] = folder / f"{table}.csv"
        con.execute(f"""
            COPY (SELECT ID('{table}', i) AS "sourcedId", '' AS status, {date} AS "dateLastModified", {cells}
                  FROM range({first}, {last}) t(i)) TO {text(str(files[table]))} (HEADER)
        """)
    return files


def relation(path: Path) -> tuple[str, list[str]]:
    """A FROM item of a file as the reading room makes it, and its columns."""
    header = path.open(encoding="utf-8").readline().strip().split(",")
    types = ", ".join(f"c{i}: 'VARCHAR'" for i in range(len(header)))
    return (
        f"read_csv({text(str(path))}, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
        f"columns = {{{types}}}, nullstr = '\\N')",
        header,
    )


def feed(number: int, table: str, path: Path) -> Feed:
    """What reading and layouts would hand on."""
    source, header = relation(path)
    cells = ", ".join(f"nullif(c{i}, '') AS {quoted(c)}" for i, c in enumerate(header))
    file = SourceFile(number, path.name, path, path.stat().st_size)
    inspected = Inspected(file, tuple(header), tuple(header), "utf-8", False, ",", False, "lf", 1)
    return Feed(
        TextTable(inspected, source, False, None), "bench", table, tuple(header), f"SELECT true AS _keep, {cells} FROM {source}"
    )


def admit_all(workbench: Workbench, walked: Walked | None, name: str, sifted: object) -> None:
    """A checks room that passes everything."""
    workbench.run(f"CREATE OR REPLACE VIEW admitted_{name} AS SELECT * FROM shaped_{name}")
    workbench.run(f'CREATE OR REPLACE TABLE refused_{name} (_file INTEGER, _row BIGINT, "sourcedId" VARCHAR, cause VARCHAR)')


class Clock:
    """Seconds by the name of the step."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add what happens inside to a step."""
        begun = time.process_time()
        yield
        self.steps[name] = self.steps.get(name, 0.0) + time.process_time() - begun


def night(
    folder: Path, files: dict[str, Path], snapshots: dict[str, Snapshot], stored: dict[str, Path], *, keep: bool
) -> tuple[dict[str, float], dict[str, Snapshot]]:
    """One walk through the compare room."""
    clock, made, home = Clock(), {}, folder / "snapshots"
    home.mkdir(exist_ok=True)
    begun = time.process_time()
    with Workbench(folder / "bench", also=[home, *{p.parent for p in (*files.values(), *stored.values())}]) as workbench:
        clock.steps["open"] = time.process_time() - begun

        def lookup(table: str, wanted: str | None) -> str:
            with clock.step("lookup"):
                semi = f'SEMI JOIN {wanted} USING ("sourcedId")' if wanted else ""
                lacking = ", ".join(f"NULL::VARCHAR AS {quoted(c)}" for c in catalogue()[table].columns)
                workbench.run(f"CREATE OR REPLACE TABLE stored_{table} AS FROM (SELECT {lacking} WHERE false)")
                workbench.run(f"ALTER TABLE stored_{table} ADD COLUMN id BIGINT")
                workbench.run(f"ALTER TABLE stored_{table} ADD COLUMN source INTEGER")
                workbench.run(f"ALTER TABLE stored_{table} ADD COLUMN status VARCHAR")
                workbench.run(f"""
                    INSERT INTO stored_{table} BY NAME
                    SELECT * EXCLUDE (_kh, _rh, status, "dateLastModified"), 1 AS source, 'active' AS status, 7 AS id
                    FROM read_parquet({text(str(stored[table]))}) {semi}
                """)
            return f"stored_{table}"

        walked = []
        for number, (name, path) in enumerate(files.items()):
            table = catalogue()[name]
            with clock.step("sift"):
                sifted = sift(workbench, table, [feed(number, name, path)], snapshots.get(name), None)
            admit_all(workbench, None, name, sifted)
            tally = FileTally(number, 0, 0)
            walked.append(
                Walked(table, sifted, Admitted(name, sifted.columns, "continuous", sifted.full, (tally,), provable=True))
            )
        with clock.step("plan"):
            what = plan(workbench, walked, 1, lookup, first=not stored)
        clock.steps["plan"] -= clock.steps.get("lookup", 0.0)
        with clock.step("snapshot"):
            for each in walked:
                new = write(workbench, each.table, each.sifted, snapshots.get(each.table.name), home, 1, "same") if keep else None
                if new:
                    made[each.table.name] = new
        print("   ", {k: (v.added, v.updated, v.removed) for k, v in what.tables.items() if v.added or v.updated or v.removed})
        begun = time.process_time()
    clock.steps["close"] = time.process_time() - begun
    clock.steps["all"] = sum(clock.steps.values())
    return clock.steps, made


def floor(folder: Path, files: dict[str, Path]) -> float:
    """Counting the rows of all files in a workbench."""
    begun = time.process_time()
    with Workbench(folder / "floor", also=[p.parent for p in files.values()]) as workbench:
        for path in files.values():
            workbench.value(f"SELECT count(*) FROM {relation(path)[0]}")
    return time.process_time() - begun


def floor_process(files: dict[str, Path]) -> float:
    """The same in a process of its own, imports included."""
    counts = "; ".join(f"c.execute({('SELECT count(*) FROM ' + relation(p)[0])!r}).fetchall()" for p in files.values())
    begun = os.times()
    subprocess.run([sys.executable, "-c", f"import duckdb; c = duckdb.connect(); {counts}"], check=True)
    ended = os.times()
    return ended.children_user + ended.children_system - begun.children_user - begun.children_system


def best(times: int, run: Callable[[], tuple[dict[str, float], object]]) -> dict[str, float]:
    """The quickest of several runs."""
    return min((run()[0] for _ in range(times)), key=lambda steps: steps["all"])


def main() -> None:
    """Print the table."""
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, two = generate(folder / "one", scale, share=0.0), generate(folder / "two", scale, share=0.01)
        process = min(floor_process(one) for _ in range(3))
        inside = min(floor(folder, one) for _ in range(3))
        print(f"floor: {process:.2f} s as a process, {inside:.2f} s inside")
        first, snapshots = night(folder, one, {}, {}, keep=True)
        stored = {t: s.base for t, s in snapshots.items()}
        rows = {
            "first walk": first,
            "no change": best(3, lambda: night(folder, one, snapshots, stored, keep=True)),
            "1 % night": best(3, lambda: night(folder, two, snapshots, stored, keep=True)),
            "full, compared": best(1, lambda: night(folder, two, {}, stored, keep=True)),
        }
        for label, steps in rows.items():
            told = "  ".join(f"{k} {v:.2f}" for k, v in steps.items() if k != "all")
            print(f"{label:15} {steps['all']:.2f} s = {steps['all'] / process:.1f} x floor   ({told})")


if __name__ == "__main__":
    main()
