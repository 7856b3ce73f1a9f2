"""Cascades told as one: one missing school is one finding with 3,000 consequences, not 3,000 findings."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from homeroom.roster.codes import code as declared
from homeroom.roster.codes import codes
from homeroom.roster.names import text
from homeroom.workbench.bench import ISSUES, TOTALS, Workbench


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person is told: the first row of a cause and how many rows it concerns.

    `count`: rows in all, this one included. `files`: file number (None: the whole delivery) -> rows. `detail`: further
    places of the message. `file`, `row`: number of the file in the delivery, record number in it.
    """

    code: str
    file: int | None
    row: int | None
    column: str | None
    key: str | None
    value: str | None
    table: str | None
    refused: bool
    cause: str | None
    line: int | None
    count: int
    files: tuple[tuple[int | None, int], ...]
    detail: Mapping[str, object] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """The declared severity."""
        return declared(self.code).severity

    @property
    def message(self) -> str:
        """The sentence for the administrator, with the value in it: for the issue list, never for logs."""
        places = {"column": self.column, "key": self.key, "value": self.value, "table": self.table, "count": self.count}
        return declared(self.code).say(**{**places, **self.detail})

    @property
    def remedy(self) -> str:
        """What to do next."""
        return declared(self.code).remedy


def findings(workbench: Workbench, most: int = 1_000) -> tuple[Finding, ...]:
    """The issues of the import so far, folded by cause, errors first, then in the order of files and rows; at most `most`.

    Findings with the same cause become one, headed by the row in which the trouble began (a refused row itself, else the
    first row that was refused for it, else the first). A row that is refused for two things of its own heads two findings; what hangs on it is counted with the first.
    """
    causes: dict[str, int] = dict(workbench.rows(f"SELECT code, count(cause) FROM {ISSUES} GROUP BY code"))
    told = _folded(workbench, causes) if any(causes.values()) else _alone(causes)
    return tuple(_finding(row) for row in workbench.rows(f"{told} LIMIT {most}"))


def counts(workbench: Workbench) -> dict[str, int]:
    """Exact number of rows per code, however many of them the issue table keeps."""
    totals = _exact(workbench)
    return dict(workbench.rows(f"SELECT code, sum(n)::BIGINT FROM ({totals}) GROUP BY code ORDER BY code"))


def _exact(workbench: Workbench) -> str:
    """SELECT code, file, cause, n: what the issue table holds, with the exact totals where it was capped."""
    kept = f"SELECT code, file, column_name, table_name, cause, count(*) AS n FROM {ISSUES} GROUP BY ALL"
    capped = f"SELECT code, file, table_name, cause, sum(count) AS exact FROM {TOTALS} GROUP BY ALL"
    inside = f"SELECT code, file, table_name, cause, sum(n) AS n FROM ({kept}) GROUP BY ALL"
    same = " AND ".join(f"i.{c} IS NOT DISTINCT FROM t.{c}" for c in ("code", "file", "table_name", "cause"))
    return (
        "SELECT i.code, i.file, i.table_name, i.cause, greatest(i.n, coalesce(t.exact, 0)) AS n "
        f"FROM ({inside}) i LEFT JOIN ({capped}) t ON {same}"
    )


def _alone(found: Collection[str]) -> str:
    """The same as `_folded` where no issue has a cause, as in most single records: DuckDB is then done before it had planned that."""
    return f"""
        SELECT code, file, row_number, column_name, key, value, table_name, refused, cause, line, 1,
            [{{'file': file, 'n': 1::BIGINT}}], detail
        FROM {ISSUES} ORDER BY {_severity("code", found)}, file NULLS LAST, row_number NULLS FIRST, rowid
    """


def _folded(workbench: Workbench, found: Collection[str]) -> str:
    """One row per finding: the head of each cause, or each issue that stands alone, with counts by file."""
    owner = "coalesce(cause = 'refused:' || table_name || ':' || key, FALSE)"
    order = f"NOT {owner}, NOT refused, file NULLS LAST, row_number NULLS LAST, column_name, code"
    return f"""
        WITH placed AS (
            SELECT *, rowid AS place, {owner} AS own,
                CASE WHEN cause IS NULL THEN 1 ELSE row_number() OVER (PARTITION BY cause ORDER BY {order}) END AS nth
            FROM {ISSUES}
        ),
        by_file AS (SELECT cause, file, sum(n)::BIGINT AS n FROM ({_exact(workbench)}) WHERE cause IS NOT NULL GROUP BY ALL),
        sums AS (
            SELECT cause, sum(n)::BIGINT AS n, list({{'file': file, 'n': n}} ORDER BY file NULLS LAST) AS files
            FROM by_file GROUP BY cause
        ),
        heads AS (SELECT cause, greatest(count(*) - 1, 0) AS others FROM placed WHERE own GROUP BY cause)
        SELECT p.code, p.file, p.row_number, p.column_name, p.key, p.value, p.table_name, p.refused, p.cause, p.line,
            CASE WHEN nth = 1 AND s.n IS NOT NULL THEN s.n - coalesce(others, 0) ELSE 1 END,
            CASE WHEN nth = 1 AND s.n IS NOT NULL THEN s.files ELSE [{{'file': p.file, 'n': 1::BIGINT}}] END,
            p.detail
        FROM placed p LEFT JOIN sums s USING (cause) LEFT JOIN heads USING (cause)
        WHERE nth = 1 OR own
        ORDER BY {_severity("p.code", found)}, p.file NULLS LAST, p.row_number NULLS FIRST, nth, p.place
    """


def _severity(column: str, found: Collection[str]) -> str:
    """SQL: the place of the severity of the codes that were found, the gravest first."""
    places = {"error": 0, "warning": 1, "info": 2}
    known = {name: codes()[name] for name in sorted(found) if name in codes()}
    arms = " ".join(f"WHEN {text(name)} THEN {places[c.severity]}" for name, c in known.items() if c.kind == "issue")
    return f"CASE {column} {arms} ELSE 3 END" if arms else "3"


def _finding(row: tuple[object, ...]) -> Finding:
    code, file, number, column, key, value, table, refused, cause, line, count, files, detail = row
    return Finding(
        code=str(code),
        file=_whole(file),
        row=_whole(number),
        column=_words(column),
        key=_words(key),
        value=_words(value),
        table=_words(table),
        refused=bool(refused),
        cause=_words(cause),
        line=_whole(line),
        count=_whole(count) or 1,
        files=tuple((f["file"], f["n"]) for f in files) if isinstance(files, list) else (),
        detail=json.loads(str(detail)) if detail is not None else {},
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _words(value: object) -> str | None:
    return None if value is None else str(value)
