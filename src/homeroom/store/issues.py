"""The issues of one district's imports: one finding a row, with the values that logs never hold."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, select

from homeroom.roster.codes import code
from homeroom.roster.report import Issue as Told
from homeroom.store.district_tables import imports, issue
from homeroom.store.moments import written
from homeroom.store.places import Place

COLUMNS = ("seq", "code", "severity", "file", "line", "column", "key", "value", "detail", "table", "refused", "count", "head")
"""The columns of a workbench relation of issues that a commit takes, in this order.

`seq` counts from 1 within the import; `file` is a name; `detail` a JSON object; `count` how many rows the finding stands
for; `head` the seq of the finding that this one was folded into, or NULL. `BIGINT` for numbers, `BOOLEAN` for refused.
"""


@dataclass(frozen=True, slots=True)
class IssueRow:
    """One finding as the store keeps it."""

    seq: int
    code: str
    severity: str
    file: str | None
    line: int | None
    column: str | None
    key: str | None
    value: str | None
    detail: Mapping[str, Any]
    table: str | None
    refused: bool
    count: int
    head: int | None

    def told(self) -> Told:
        """The finding as the report tells it, with its sentence and its remedy."""
        declared = code(self.code)
        places = {"column": self.column, "value": self.value, "key": self.key, "file": self.file, "line": self.line}
        message = declared.say(**(places | {"table": self.table, "count": self.count} | dict(self.detail)))
        return Told(
            code=self.code,
            severity=self.severity,
            file=self.file,
            line=self.line,
            column=self.column,
            key=self.key,
            value=self.value,
            message=message,
            remedy=declared.remedy,
            count=self.count,
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which issues of an import: None is any. `folded` asks for those folded into that head; else only heads come."""

    code: str | None = None
    severity: str | None = None
    table: str | None = None
    file: str | None = None
    refused: bool | None = None
    folded: int | None = None


class Issues:
    """The issues of a district's imports."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def page(self, number: int, wanted: Wanted | None = None, *, limit: int = 100, after: int = 0) -> list[IssueRow]:
        """Issues of an import in their order, beginning behind seq `after`."""
        asked = _asked(select(issue), number, wanted or Wanted()).where(issue.c.seq > after)
        with self._place.read() as connection:
            return [_issue(row) for row in connection.execute(asked.order_by(issue.c.seq).limit(limit))]

    def count(self, number: int, wanted: Wanted | None = None) -> int:
        """How many there are."""
        with self._place.read() as connection:
            return int(connection.execute(_asked(select(func.count()), number, wanted or Wanted())).scalar_one())

    def every(self, number: int) -> Iterator[IssueRow]:
        """All issues of an import, folded ones too, one after the other: for a download."""
        asked = select(issue).where(issue.c["import"] == number).order_by(issue.c.seq)
        with self._place.read() as connection:
            for row in connection.execution_options(stream_results=True, max_row_buffer=1000).execute(asked):
                yield _issue(row)

    def speaking_of(self, number: int, codes: Collection[str], member: str, value: str) -> list[IssueRow]:
        """Findings of an import, of some codes, whose detail has that value in that member: the contacts of one student."""
        told = json.dumps({member: value}, ensure_ascii=False)[1:-1].partition(": ")[2]
        pattern = "%" + told.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
        asked = select(issue).where(issue.c["import"] == number, issue.c.code.in_(sorted(codes)))
        asked = asked.where(issue.c.detail.like(pattern, escape="!")).order_by(issue.c.seq)
        with self._place.read() as connection:
            return [each for row in connection.execute(asked) if (each := _issue(row)).detail.get(member) == value]

    def of_key(self, number: int, table: str, key: str) -> list[IssueRow]:
        """Findings of an import about one record."""
        asked = select(issue).where(issue.c["import"] == number, issue.c.table == table, issue.c.key == key)
        with self._place.read() as connection:
            return [_issue(row) for row in connection.execute(asked.order_by(issue.c.seq))]

    def counts(self, number: int) -> dict[str, int]:
        """Code -> how many rows it concerns, folded ones not counted beside their head."""
        asked = select(issue.c.code, func.sum(issue.c.count)).where(issue.c["import"] == number, issue.c.head.is_(None))
        with self._place.read() as connection:
            return {row[0]: int(row[1]) for row in connection.execute(asked.group_by(issue.c.code).order_by(issue.c.code))}

    def purge(self, before: datetime) -> int:
        """Remove the issues of imports that ended before that moment; the reports' counts stay. Returns how many went."""
        old = select(imports.c.number).where(imports.c.finished_at < written(before))
        with self._place.write() as connection:
            return connection.execute(delete(issue).where(issue.c["import"].in_(old))).rowcount


def _asked(query: Select[Any], number: int, wanted: Wanted) -> Select[Any]:
    query = query.where(issue.c["import"] == number)
    query = query.where(issue.c.head.is_(None) if wanted.folded is None else issue.c.head == wanted.folded)
    for name in ("code", "severity", "table", "file", "refused"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(issue.c[name] == value)
    return query


def _issue(row: Row[Any]) -> IssueRow:
    values = dict(row._mapping)
    values.pop("import")
    values["detail"] = json.loads(values["detail"]) if values["detail"] else {}
    values["refused"] = bool(values["refused"])
    return IssueRow(**values)
