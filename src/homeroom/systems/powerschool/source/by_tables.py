"""The road by tables, for a plug-in that gives credentials and does not bring our queries: the tables that the queries touch are fetched, and the
queries' own SQL is run here, so that both roads give the same files.

Every table is read by its key, so that rows which come and go meanwhile move no others. Only rows that a query could use are asked for. Where the tables of
contacts are closed, `/ws/contacts` is asked for each student instead.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from homeroom.deliveries.seal import Incoming
from homeroom.systems.fetching import Errand
from homeroom.systems.powerschool.client import BrokenAnswer, FieldsRefused, NotFound, PowerSchool, Rejected
from homeroom.systems.powerschool.client.errors import Field
from homeroom.systems.powerschool.plugin.queries import BASE, FILES, Query
from homeroom.systems.powerschool.source import guardians, here, sheets
from homeroom.workbench.bench import Workbench

KEYS: Mapping[str, str] = {
    "sectionteacher": "id",
    "prefs": "id",
    "roledef": "id",
    "person": "id",
    "personemailaddressassoc": "personemailaddressassocid",
    "emailaddress": "emailaddressid",
    "personphonenumberassoc": "personphonenumberassocid",
    "phonenumber": "phonenumberid",
    "codeset": "codesetid",
    "studentcontactassoc": "studentcontactassocid",
    "studentcontactdetail": "studentcontactdetailid",
    "studentcontactassoccorefields": "studentcontactassocid",
}
"""The numeric key of each table that is read; of others it is `dcid`, of an extension table the key of the table that it extends."""
EXTENDED: Mapping[str, str] = {
    "students": "studentsdcid",
    "schools": "schoolsdcid",
    "users": "usersdcid",
    "sections": "sectionsdcid",
}
"""Core table -> the key of an extension table beside it."""
LEFT_OUT: Mapping[str, str] = {
    "students": "enroll_status=gt=-2;enroll_status=lt=1",
    "schoolstaff": "status==1",
    "prefs": "name==district*",
}
"""What is asked of a table: no row that is left out here could be in an answer of a query."""
MEMORY_MB = 256


def key_of(table: str, extended: Mapping[str, str]) -> str:
    """The column by which a table is read; `extended` says which core table an extension table hangs on."""
    return EXTENDED[extended[table]] if table in extended else KEYS.get(table, "dcid")


def base_of(queries: Sequence[Query]) -> list[Query]:
    """The queries without which this road is none: all of the base but the one for which there is another way."""
    return [q for q in queries if q.pack == BASE and q.key != guardians.QUERY]


def lacking(sis: PowerSchool, base: Sequence[Query]) -> set[Field]:
    """The fields of queries that are not granted as tables. Raises NotFound and Rejected for a table that the server does not give out."""
    extended = {table: core for q in base for table, core in q.extended.items()}
    refused: set[Field] = set()
    for table, columns in here.columns_of(base).items():
        _granted(sis, table, columns, extended, refused)
    return refused


def bring(sis: PowerSchool, queries: Sequence[Query], errand: Errand) -> list[Incoming]:
    """The files of the queries, made of tables. Raises PowerSchoolError: FieldsRefused names every field that is not granted, of all tables."""
    base = base_of(queries)
    more = [q for q in queries if q not in base]
    extended = {table: core for q in queries for table, core in q.extended.items()}
    folder = errand.folder / "tables"
    folder.mkdir()
    with Workbench(errand.folder / "bench", memory_mb=MEMORY_MB, also=[errand.folder]) as bench:
        try:
            _fetched(sis, here.columns_of(base), extended, bench, folder, errand)
            made = base + [q for q in more if _fetched_if_there(sis, q, extended, bench, folder, errand)]
            files = []
            for query in made:
                errand.tell(f"make {FILES[query.key].removesuffix('.csv')}")
                here.run(bench, query, errand.now.date(), errand.folder / FILES[query.key])
                files.append(Incoming(FILES[query.key], errand.folder / FILES[query.key]))
            students = [
                str(dcid) for (dcid,) in bench.rows("SELECT dcid FROM students WHERE enroll_status IN (0, -1) ORDER BY dcid")
            ]
        except duckdb.ConversionException:
            # DuckDB's words quote the cell, which may be a child's.
            raise BrokenAnswer("a table holds a number or a day that is none", path="/ws/schema/table") from None
    shutil.rmtree(folder)
    if guardians.FILE not in [f.name for f in files] and (contacts := guardians.bring(sis, students, errand)) is not None:
        files.append(contacts)
    return files


def _fetched(
    sis: PowerSchool,
    wanted: Mapping[str, Sequence[str]],
    extended: Mapping[str, str],
    bench: Workbench,
    folder: Path,
    errand: Errand,
) -> None:
    """Bring tables that the workbench does not have yet; terms first, since they tell the school year."""
    refused: set[Field] = set()
    for table in sorted(wanted, key=lambda t: (t != "terms", t)):
        if bench.exists(table):
            continue
        if refused:
            _granted(sis, table, wanted[table], extended, refused)
            continue
        key = key_of(table, extended)
        columns = tuple(dict.fromkeys((key, *wanted[table])))
        errand.tell(f"fetch {table}")
        path = folder / f"{table}.csv"
        try:
            sheets.write(path, columns, sis.rows(table, columns, q=_narrowed(table, bench), key=key))
        except FieldsRefused as trouble:
            refused |= set(trouble.fields)
            continue
        here.load(bench, table, columns, path)
        path.unlink()
    if refused:
        raise FieldsRefused(tuple(sorted(refused)), path="/ws/schema/table")


def _granted(sis: PowerSchool, table: str, columns: Sequence[str], extended: Mapping[str, str], refused: set[Field]) -> None:
    """Ask for one page and note what is not granted: after a refusal too, so that all that is missing is told at once."""
    try:
        next(iter(sis.rows(table, columns, key=key_of(table, extended))), None)
    except FieldsRefused as trouble:
        refused |= set(trouble.fields)


def _fetched_if_there(
    sis: PowerSchool, query: Query, extended: Mapping[str, str], bench: Workbench, folder: Path, errand: Errand
) -> bool:
    """Bring what a query needs that may be wanting; False where this server does not have it or does not grant it."""
    try:
        _fetched(sis, here.columns_of([query]), extended, bench, folder, errand)
    except (NotFound, FieldsRefused, Rejected):  # no such table, not granted, no such column
        return False
    return True


def _narrowed(table: str, bench: Workbench) -> str | None:
    """Sections and class enrollments of the school year alone: others are many, and no query wants them."""
    if table not in ("sections", "cc"):
        return LEFT_OUT.get(table)
    year = bench.value("SELECT max(yearid) FROM terms WHERE isyearrec = 1")
    return None if year is None else f"termid=gt={year * 100 - 200};termid=lt={year * 100 + 100}"
