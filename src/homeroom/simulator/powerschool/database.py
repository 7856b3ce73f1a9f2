"""The district's tables in SQLite: PowerSchool's own names, so that table reads and PowerQueries are plain SQL.

A temporary database on disk (SQLite's nameless one: gone with the connection, also after a kill), of which SQLite holds in memory what
fits its cache. `docs/decisions/the-pretend-powerschool.md` has the measurement.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice

from homeroom.simulator.powerschool.tables import TABLES, Table

CACHE_KIB = 128 * 1024
HOLES = 999
"""How many values a statement takes, in every build of SQLite."""
TYPES = {"text": "TEXT", "number": "INTEGER", "date": "TEXT", "long": "TEXT"}
INDEXES = (
    *("Students(ID)", "Students(SchoolID, Enroll_Status)", "Students(Student_Number)", "Students(Person_ID)"),
    *("SchoolStaff(ID)", "SchoolStaff(SchoolID)", "SchoolStaff(Users_DCID)", "Schools(School_Number)", "Courses(Course_Number)"),
    *("Sections(ID)", "Sections(SchoolID, TermID)", "SectionTeacher(SectionID)", "CC(SectionID)", "CC(StudentID)"),
    *(
        "Terms(SchoolID, ID)",
        "PersonEmailAddressAssoc(PersonID)",
        "PersonPhoneNumberAssoc(PersonID)",
        "PersonAddressAssoc(PersonID)",
    ),
    *("StudentContactAssoc(StudentDCID)", "StudentContactAssoc(PersonID)", "StudentContactDetail(StudentContactAssocID)"),
    *("OriginalContactMap(StudentContactAssocID)", "GuardianStudent(StudentsDCID)", "GuardianPersonAssoc(PersonID)"),
    *("ReEnrollments(StudentID)", "StudentRace(StudentID)", "AssignmentSection(SectionsDCID)"),
)
TEACHERS = """
CREATE VIEW Teachers AS
SELECT ss.DCID, ss.ID, ss.Users_DCID, ss.SchoolID, ss.Status, ss.StaffStatus, u.TeacherNumber, u.First_Name, u.Middle_Name,
       u.Last_Name, u.LastFirst, u.LoginID, u.TeacherLoginID, u.Email_Addr, u.HomeSchoolID, u.Title, u.Home_Phone
FROM SchoolStaff ss JOIN Users u ON u.DCID = ss.Users_DCID"""
Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows for one table; `columns` are their names with blanks between. `same` is what stands in other columns of every row."""

    table: str
    columns: str
    rows: Iterable[tuple[Value, ...]]
    same: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Derived:
    """Rows that follow from rows which are there: `select` gives them, with blanks between the names of its `columns`.

    SQLite makes such a row in a fifth of the time that it takes to bring one from Python.
    """

    table: str
    columns: str
    select: str


def opened() -> sqlite3.Connection:
    """A connection to an empty database with all tables."""
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    for setting in (f"cache_size = -{CACHE_KIB}", "journal_mode = MEMORY", "synchronous = OFF", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {setting}")
    for table in TABLES.values():
        connection.execute(_made(table))
    connection.execute(TEACHERS)
    return connection


def _made(table: Table) -> str:
    columns = [f'"{c.name}" {TYPES[c.kind]}{" PRIMARY KEY" if c is table.primary else ""}' for c in table.columns]
    return f'CREATE TABLE "{table.name}" ({", ".join(columns)})'


def fill(connection: sqlite3.Connection, batches: Iterable[Batch | Derived]) -> None:
    """Write all rows, then the indexes, in one transaction."""
    connection.execute("BEGIN")
    for batch in batches:
        if isinstance(batch, Derived):
            connection.execute(f'INSERT INTO "{batch.table}" ({", ".join(batch.columns.split())}) {batch.select}')
        else:
            _pour(connection, batch)
    for number, index in enumerate(INDEXES):
        connection.execute(f"CREATE INDEX by_{number} ON {index}")
    connection.execute("COMMIT")
    connection.execute("ANALYZE")


def _pour(connection: sqlite3.Connection, batch: Batch) -> None:
    """Write many rows by one statement, which takes a quarter less time than one by one."""
    columns = batch.columns.split()
    into = f'INSERT INTO "{batch.table}" ({", ".join((*columns, *batch.same))}) VALUES '
    row = f"({', '.join(['?'] * len(columns) + [literal(value) for value in batch.same.values()])})"
    at_once = max(1, HOLES // len(columns))
    whole = into + ", ".join([row] * at_once)
    rows = iter(batch.rows)
    while values := tuple(chain.from_iterable(islice(rows, at_once))):
        count = len(values) // len(columns)
        connection.execute(whole if count == at_once else into + ", ".join([row] * count), values)


def literal(value: Value) -> str:
    """A value as SQL writes it."""
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def one(connection: sqlite3.Connection, sql: str, values: Iterable[Value] = ()) -> sqlite3.Row | None:
    """The first row, None where there is none."""
    found: sqlite3.Row | None = connection.execute(sql, tuple(values)).fetchone()
    return found


def count(connection: sqlite3.Connection, sql: str, values: Iterable[Value] = ()) -> int:
    """The number that a statement gives."""
    return int(connection.execute(sql, tuple(values)).fetchone()[0])
