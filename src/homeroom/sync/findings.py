"""The issues of an import as the store keeps them: every row of the issue table, the heads of cascades before what hangs on them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from homeroom.checks import fold
from homeroom.checks.fold import Finding
from homeroom.roster.catalogue import catalogue
from homeroom.roster.codes import codes
from homeroom.roster.names import quoted, text
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import SourceFile

TOLD = "told_issues"
FILES = "told_files"
_COLUMNS = (
    'seq BIGINT, code VARCHAR, severity VARCHAR, file VARCHAR, line BIGINT, "column" VARCHAR, key VARCHAR, value VARCHAR, '
    'detail VARCHAR, "table" VARCHAR, refused BOOLEAN, count BIGINT, head BIGINT, school VARCHAR'
)


def name_files(bench: Workbench, files: Iterable[SourceFile]) -> None:
    """Note the names of the delivery's files by number, so that findings can be told whatever becomes of the walk."""
    bench.load(FILES, ["number", "name"], [[f.number, f.name] for f in files])


def file_names(bench: Workbench) -> dict[int, str]:
    """File number -> name, as far as the walk has come."""
    return {int(number): name for number, name in bench.rows(f"SELECT number, name FROM {FILES} ORDER BY number::INTEGER")}


def of_row(bench: Workbench, file: int, row: int | None) -> list[tuple[str, str, str, str, str, dict[str, Any]]]:
    """What was found of one record of a file (None: of the file itself): code, column, key, value, table, detail."""
    asked = "SELECT code, column_name, key, value, table_name, detail FROM issues WHERE file = ? AND row_number IS NOT DISTINCT FROM ?"
    found = bench.rows(f"{asked} ORDER BY rowid", [file, row])
    return [(name, column, key, value, table, json.loads(detail or "{}")) for name, column, key, value, table, detail in found]


def publish(bench: Workbench) -> tuple[Finding, ...]:
    """Make the relation `told_issues` for the commit, and return the first thousand findings for the report.

    A finding that stands for many rows is numbered first; the rows that hang on it follow under its number (`head`).
    """
    spoken = {name for (name,) in bench.rows("SELECT DISTINCT code FROM issues")}
    if not spoken:
        bench.run(f"CREATE OR REPLACE TABLE {TOLD} ({_COLUMNS})")
        return ()
    found = fold.findings(bench, most=1_000_000_000)
    bench.load("told_severities", ["code", "severity"], [[c.code, c.severity] for c in codes().values() if c.code in spoken])
    heads = [[str(n), f.cause, str(f.count), *_place(f)] for n, f in enumerate(found, start=1)]
    bench.load("told_heads", ["seq", "cause", "count", "code", "file", "row", "column", "line"], heads)
    same = " AND ".join(
        f"{a} IS NOT DISTINCT FROM {b}"
        for a, b in (
            ("i.code", "h.code"),
            ("i.file", "h.file::INTEGER"),
            ("i.row_number", "h.row::BIGINT"),
            ("i.column_name", 'h."column"'),
            ("i.line", "h.line::BIGINT"),
            ("i.cause", "h.cause"),
        )
    )
    bench.run(f"""
        CREATE OR REPLACE TABLE {TOLD} AS
        WITH placed AS (SELECT *, rowid AS place FROM issues),
             headed AS (
                SELECT i.*, min(h.seq::BIGINT) AS own, min(h.count::BIGINT) AS stands_for
                FROM placed i LEFT JOIN told_heads h ON {same} GROUP BY ALL
             ),
             first AS (SELECT cause, min(seq::BIGINT) AS seq FROM told_heads WHERE cause IS NOT NULL GROUP BY cause)
        SELECT row_number() OVER (ORDER BY own NULLS LAST, file, row_number, place)::BIGINT AS seq, i.code, s.severity,
               f.name AS file, i.line, i.column_name AS "column", i.key, i.value, i.detail, i.table_name AS "table",
               i.refused, coalesce(i.stands_for, 1)::BIGINT AS count,
               CASE WHEN own IS NULL THEN first.seq END AS head, w.school
        FROM headed i JOIN told_severities s USING (code) LEFT JOIN {FILES} f ON i.file = f.number::INTEGER
        LEFT JOIN first ON i.cause = first.cause
        LEFT JOIN {_schools(bench)} w ON w.of_table = i.table_name AND w.of_file = i.file AND w.of_row = i.row_number
    """)
    return found


def _schools(bench: Workbench) -> str:
    """A relation of the schools of the rows that findings speak of, as far as the walk has looked at these rows."""
    parts = ["SELECT NULL::VARCHAR AS of_table, NULL::INTEGER AS of_file, NULL::BIGINT AS of_row, NULL::VARCHAR AS school"]
    spoken = {name for (name,) in bench.rows("SELECT DISTINCT table_name FROM issues WHERE row_number IS NOT NULL")}
    for each in catalogue():
        column = each.school_column
        if each.name in spoken and column is not None and column in bench.columns(f"shaped_{each.name}"):
            parts.append(
                f"SELECT {text(each.name)}, _file, _row, any_value(nullif({quoted(column)}, '')) FROM {quoted(f'shaped_{each.name}')} "
                f"SEMI JOIN issues i ON i.table_name = {text(each.name)} AND i.file = _file AND i.row_number = _row GROUP BY _file, _row"
            )
    return f"({' UNION ALL '.join(parts)})"


def _place(finding: Finding) -> list[str | None]:
    numbers = (finding.file, finding.row, finding.line)
    file, row, line = (None if n is None else str(n) for n in numbers)
    return [finding.code, file, row, finding.column, line]
