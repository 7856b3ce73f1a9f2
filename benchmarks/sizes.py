"""The data that Homeroom is measured with: OneRoster 1.1, UTF-8, CRLF, random 36-character GUIDs (the worst case for B-trees).

Night 2 differs by about 1 % adds (2 % in enrollments), 1 % updates, 0.5 % deletes with their enrollments, and 0.1 % bad rows of
five kinds. `python benchmarks/sizes.py medium FOLDER` makes both nights; what is there already is left as it is.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

FORM = 2  # goes up when the data change, so that a cached folder is made again
STEP, STIR = 2654435761, 1540483477  # large odd numbers: neighbours in number become strangers


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each there are on night 1. Users are students, teachers and guardians; the other enrollments are teachers'."""

    name: str
    students: int
    teachers: int
    guardians: int
    classes: int
    schools: int
    courses: int

    @property
    def rows(self) -> int:
        """All rows of all six files on night 1."""
        people = self.students + self.teachers + self.guardians
        return people + self.classes * 2 + self.students * 7 + self.schools + 1 + 3 + self.courses


SIZES = {
    s.name: s
    for s in (
        Size("small", 1_000, 80, 1_200, 240, 5, 60),
        Size("medium", 50_000, 4_000, 60_000, 12_000, 80, 600),
        Size("large", 1_000_000, 80_000, 1_200_000, 200_000, 1_800, 5_000),
    )
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """Two nights on disk, and what the second does to each table: `added updated removed refused`."""

    size: Size
    night_1: Path
    night_2: Path
    expected: dict[str, dict[str, int]]


def prepare(name: str, folder: Path, *, threads: int = 2) -> Prepared:
    """Both nights of a size under `folder`/name, made where they are not there yet."""
    size = SIZES[name]
    home = folder / name
    mark = home / "expected.json"
    if not mark.exists() or json.loads(mark.read_text())["form"] != FORM:
        shutil.rmtree(home, ignore_errors=True)
        _make(size, home, threads)
    return Prepared(size, home / "night-1", home / "night-2", json.loads(mark.read_text())["tables"])


def _make(size: Size, home: Path, threads: int) -> None:
    """Write the CSV files straight from number ranges: nothing is held in memory."""
    con = duckdb.connect(config={"threads": threads, "temp_directory": str(home / "spill")})
    con.execute("SET enable_progress_bar = false")
    for macro in MACROS:
        con.execute(macro.format(step=STEP, stir=STIR))
    for night in (1, 2):
        out = home / f"night-{night}"
        out.mkdir(parents=True)
        for table, select in TABLES.items():
            con.execute(f"COPY ({_filled(select, size, night)}) TO '{out / table}.csv' (HEADER, NEW_LINE '\\r\\n')")
    tables = {table: _expected(con, home, table) for table in ("classes", "users", "enrollments")}
    shutil.rmtree(home / "spill", ignore_errors=True)
    (home / "expected.json").write_text(json.dumps({"form": FORM, "tables": tables}, indent=1) + "\n")


def _filled(select: str, size: Size, night: int) -> str:
    places = {f: getattr(size, f) for f in ("students", "teachers", "guardians", "classes", "schools", "courses")}
    second = size.guardians - size.students  # students who have a second guardian
    return select.format(night=night, second=second, each=size.classes // size.schools, **places)


MACROS = (
    "CREATE MACRO guid(kind, n) AS CAST(CAST(md5(kind || n) AS UUID) AS VARCHAR)",
    # 0 to 999, each for a thousandth. Multiplied once only, all numbers below a limit would lie in a few schools, which then
    # would lose more of their classes than the limits let pass; what leaves in truth is spread over all of them.
    "CREATE MACRO mixed(n) AS n * {step} % 4294967296",
    "CREATE MACRO share(n, salt) AS ((xor(mixed(n + salt), mixed(n + salt) >> 15) * {stir} % 4294967296) >> 8) % 1000",
    "CREATE MACRO school(n) AS 'sch-' || lpad(CAST(n AS VARCHAR), 5, '0')",
)
TABLES = {  # {night} is 1 or 2; a family that `share(n, 7) < 5` has left by night 2; numbers from {students} on are new
    "orgs": """
        SELECT sourcedId, NULL AS status, NULL AS dateLastModified, name, type, identifier, parentSourcedId FROM (
            SELECT 0 AS n, 'dist-1' AS sourcedId, 'District' AS name, 'district' AS type, '1' AS identifier,
                NULL AS parentSourcedId
            UNION ALL SELECT range + 1, school(range), 'School ' || range, 'school', '' || range, 'dist-1' FROM range({schools})
        ) ORDER BY n""",
    "academicSessions": """
        SELECT * FROM (VALUES
            ('y27', NULL, NULL, '2026-2027', 'schoolYear', '2026-08-17', '2027-05-28', NULL, '2027'),
            ('f27', NULL, NULL, 'Fall', 'semester', '2026-08-17', '2026-12-18', 'y27', '2027'),
            ('s27', NULL, NULL, 'Spring', 'semester', '2027-01-05', '2027-05-28', 'y27', '2027')
        ) t(sourcedId, status, dateLastModified, title, type, startDate, endDate, parentSourcedId, schoolYear)""",
    "courses": """
        SELECT guid('k', range) AS sourcedId, NULL AS status, NULL AS dateLastModified, 'y27' AS schoolYearSourcedId,
            'Course ' || range AS title, 'K' || range AS courseCode, '09' AS grades, 'dist-1' AS orgSourcedId,
            NULL AS subjects, NULL AS subjectCodes
        FROM range({courses})""",
    "classes": """
        SELECT guid('c', n) AS sourcedId, NULL AS status, NULL AS dateLastModified,
            'Class ' || n || CASE WHEN {night} = 2 AND share(n, 3) < 10 THEN ' new' ELSE '' END AS title, '09' AS grades,
            CASE WHEN {night} = 2 AND n < {classes} AND share(n, 5) = 20 THEN 'no-such-course'
                ELSE guid('k', n % {courses}) END AS courseSourcedId,
            'C' || n AS classCode, 'scheduled' AS classType, 'R' || n % 90 AS location, school(n % {schools}) AS schoolSourcedId,
            'f27,s27' AS termSourcedIds, NULL AS subjects, NULL AS subjectCodes, '' || n % 7 AS periods
        FROM (SELECT range AS n FROM range({classes} + CASE WHEN {night} = 2 THEN {classes} // 100 ELSE 0 END))
        WHERE {night} = 1 OR n >= {classes} OR share(n, 11) >= 5
        ORDER BY n""",
    "users": """
        SELECT guid(kind, n) AS sourcedId, NULL AS status, NULL AS dateLastModified, 'true' AS enabledUser,
            school(n % {schools}) AS orgSourcedIds,
            CASE WHEN {night} = 2 AND kind = 'g' AND n < {students} AND share(n, 13) = 50 THEN 'wizard' ELSE role END AS role,
            kind || n AS username,
            NULL AS userIds, 'Given' || n % 997 AS givenName,
            CASE WHEN {night} = 2 AND kind = 'g' AND n < {students} AND share(n, 13) = 51 THEN NULL
                ELSE 'Family' || n % 7919 END AS familyName,
            NULL AS middleName, '' || n AS identifier,
            kind || n || CASE WHEN {night} = 2 AND share(n, 17) < 10 THEN '.new' ELSE '' END || '@example.org' AS email,
            NULL AS sms, NULL AS phone,
            CASE WHEN kind <> 's' THEN NULL WHEN n < {second} THEN guid('g', n) || ',' || guid('h', n) ELSE guid('g', n) END
                AS agentSourcedIds,
            CASE WHEN kind = 's' THEN lpad('' || (n % 12 + 1), 2, '0') ELSE NULL END AS grades, NULL AS password
        FROM (
            SELECT 's' AS kind, 'student' AS role, range AS n FROM range({students} + ({night} - 1) * ({students} // 100))
            UNION ALL SELECT 't', 'teacher', range FROM range({teachers})
            UNION ALL SELECT 'g', 'guardian', range FROM range({students} + ({night} - 1) * ({students} // 100))
            UNION ALL SELECT 'h', 'parent', range FROM range({second})
        )
        WHERE {night} = 1 OR kind = 't' OR n >= {students} OR share(n, 7) >= 5""",
    "enrollments": """
        SELECT guid('e' || kind || k, n) AS sourcedId, NULL AS status, NULL AS dateLastModified,
            CASE WHEN {night} = 2 AND kind = 's' AND k = 0 AND share(n, 31) = 70 THEN NULL
                ELSE guid('c', class) END AS classSourcedId,
            school(class % {schools}) AS schoolSourcedId,
            CASE WHEN {night} = 2 AND kind = 's' AND k = 1 AND share(n, 31) IN (71, 72, 73) THEN 'no-such-user'
                WHEN kind = 't' THEN guid('t', class % {teachers}) ELSE guid('s', n) END AS userSourcedId,
            CASE WHEN {night} = 2 AND kind = 's' AND k = 2 AND share(n, 31) IN (74, 75, 76) THEN 'pupil'
                WHEN kind = 't' THEN 'teacher' ELSE 'student' END AS role,
            NULL AS "primary",
            CASE WHEN {night} = 2 AND share(n * 8 + k, 19) < 10 THEN '2026-10-05' ELSE '2026-08-17' END AS beginDate,
            '2027-05-28' AS endDate
        FROM (
            SELECT 's' AS kind, s.range AS n, k.range AS k,
                s.range % {schools} + {schools} * ((s.range // {schools} * 7 + k.range * ({each} // 7)) % {each}) AS class
            FROM range({students} + ({night} - 1) * ({students} // 100)) s, range(7) k
            UNION ALL SELECT 't', range, 0, range FROM range({classes} + ({night} - 1) * ({classes} // 100))
            UNION ALL SELECT 'x', range * 13 % {students}, 0, {classes} + range % ({classes} // 100)
                FROM range(({night} - 1) * (({students} * 7 + {classes}) // 100))
        )
        WHERE {night} = 1 OR (
            (kind = 't' OR n >= {students} OR share(n, 7) >= 5)
            AND (class >= {classes} OR share(class, 11) >= 5)
            AND (kind <> 's' OR n >= {students} OR share(n * 8 + k, 23) >= 5))""",
}
BAD = {  # what a bad row of night 2 looks like
    "classes": "courseSourcedId = 'no-such-course'",
    "users": "role = 'wizard' OR familyName IS NULL",
    "enrollments": "classSourcedId IS NULL OR userSourcedId = 'no-such-user' OR role = 'pupil'",
}


def _expected(con: duckdb.DuckDBPyConnection, home: Path, table: str) -> dict[str, int]:
    """Count with plain SQL what night 2 does: a bad row changes nothing, and its record is not gone."""
    read = "read_csv('{}', all_varchar=true, header=true, delim=',', quote='\"', escape='\"')"
    first, second = (read.format(home / f"night-{n}" / f"{table}.csv") for n in (1, 2))
    bad = BAD[table]
    row = con.execute(f"""
        SELECT count(*) FILTER (a.sourcedId IS NULL AND NOT b.bad), count(*) FILTER (a.h <> b.h AND NOT b.bad),
            count(*) FILTER (b.sourcedId IS NULL), count(*) FILTER (b.bad)
        FROM (SELECT sourcedId, hash(t) AS h FROM {first} t) a
        FULL JOIN (SELECT sourcedId, hash(t) AS h, coalesce({bad}, false) AS bad FROM {second} t) b USING (sourcedId)
    """).fetchone()
    assert row is not None
    return dict(zip(("added", "updated", "removed", "refused"), row, strict=True))


if __name__ == "__main__":
    made = prepare(sys.argv[1], Path(sys.argv[2]))
    print(json.dumps({"rows": made.size.rows, **made.expected}, indent=1))
