"""A query of the plug-in run here: its own Oracle SQL in DuckDB's words, over tables that were fetched.

DuckDB works in a workbench: locked into one folder, without access to anything outside, its memory bounded, gone afterwards. What Oracle means and DuckDB
does not is settled while reading: an empty text is NULL, days are dates, and `SYSDATE` is the district's day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from sqlglot import exp, parse_one

from homeroom.roster.names import quoted
from homeroom.systems.powerschool.plugin.inspection import touched_fields
from homeroom.systems.powerschool.plugin.queries import Query
from homeroom.workbench.bench import Workbench

NUMBERS = frozenset(
    """
    DCID ID SCHOOL_NUMBER LOW_GRADE HIGH_GRADE SCHOOLID YEARID PORTION ISYEARREC TERMID TEACHER GRADE_LEVEL USERS_DCID STATUS STAFFSTATUS
    SECTIONID STUDENTID TEACHERID ROLEID ENROLL_STATUS PERSON_ID HOMESCHOOLID PERSONID EMAILADDRESSID ISPRIMARYEMAILADDRESS
    EMAILADDRESSPRIORITYORDER PHONENUMBERID ISPREFERRED PHONENUMBERPRIORITYORDER ISSMS STUDENTCONTACTASSOCID STUDENTDCID
    CONTACTPRIORITYORDER STUDENTCONTACTDETAILID RELATIONSHIPTYPECODESETID ISACTIVE ISCUSTODIAL LIVESWITHFLG RECEIVESMAILFLG
    CODESETID LEGALGUARDIAN STUDENTSDCID SCHOOLSDCID USERSDCID SECTIONSDCID
    """.split()  # noqa: SIM905 - read as words
)
"""Columns, of whatever table, that PowerSchool keeps as numbers: they are joined, compared and sorted as such. All others but days are texts."""
DAYS = frozenset("FIRSTDAY LASTDAY DOB ENTRYDATE EXITDATE DATEENROLLED DATELEFT START_DATE END_DATE STARTDATE ENDDATE".split())  # noqa: SIM905
"""Columns that PowerSchool keeps as days."""
NONE: Mapping[str, int] = MappingProxyType({})


def columns_of(queries: Iterable[Query]) -> Mapping[str, tuple[str, ...]]:
    """The columns of each table that queries touch, all in small letters."""
    found: dict[str, set[str]] = {}
    for query in queries:
        for field in _touched(query.sql):
            table, _, column = field.lower().partition(".")
            found.setdefault(table, set()).add(column)
    return {table: tuple(sorted(columns)) for table, columns in sorted(found.items())}


@cache
def _touched(sql: str) -> frozenset[str]:
    return frozenset(touched_fields(_read(sql)))


@cache  # one record asks a handful of queries, each of which takes longer to be read than to be run; `transform` makes a copy
def _read(sql: str) -> exp.Expr:
    return parse_one(sql, read="oracle")


def load(bench: Workbench, table: str, columns: Iterable[str], path: Path) -> None:
    """A fetched table, a CSV file with these columns, as a table of the workbench, in place of one that was there.

    Raises duckdb.Error for a number that is none.
    """
    cells = ", ".join(f"CAST({quoted(c)} AS {_kind(c)}) AS {quoted(c)}" for c in columns)
    bench.run(
        f"CREATE OR REPLACE TABLE {quoted(table)} AS SELECT {cells} FROM read_csv(?, header = true, all_varchar = true, delim = ',', quote = '\"', "
        "escape = '\"', nullstr = '', strict_mode = true, max_line_size = 16000000)",
        [str(path)],
    )


def run(bench: Workbench, query: Query, today: date, path: Path, arguments: Mapping[str, int] = NONE) -> None:
    """The query's rows, as PowerSchool would give them on this day, into a CSV file. An argument that is not given asks for all."""
    target = str(path).replace("'", "''")
    bench.run(f"COPY ({translated(query.sql, today, arguments)}) TO '{target}' (FORMAT csv, HEADER true)")


def translated(sql: str, today: date, arguments: Mapping[str, int] = NONE) -> str:
    """Oracle's SQL for DuckDB. Arguments that are not given are 0, which asks for all."""
    tree = _read(sql)
    day = exp.Cast(this=exp.Literal.string(today.isoformat()), to=exp.DataType.build("date"))

    def turned(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Placeholder):
            return exp.Literal.number(arguments.get(node.name, 0))
        if isinstance(node, exp.ToChar):
            assert node.args["format"].name == "YYYY-MM-DD", "the queries write days in no other way"
            return exp.Cast(this=node.this, to=exp.DataType.build("text"))
        return day.copy() if isinstance(node, exp.CurrentTimestamp | exp.CurrentDate) else node

    return tree.transform(turned).sql("duckdb")


def _kind(column: str) -> str:
    name = column.upper()
    return "BIGINT" if name in NUMBERS else "DATE" if name in DAYS else "VARCHAR"
