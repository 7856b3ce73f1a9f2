"""The issues of one district's imports: one finding a row, with the values that logs never hold."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, delete, false, func, literal, or_, select

from homeroom.roster.codes import code
from homeroom.roster.report import Issue as Told
from homeroom.store.district_tables import imports, issue
from homeroom.store.moments import written
from homeroom.store.places import Place

COLUMNS = (
    "seq",
    "code",
    "severity",
    "file",
    "line",
    "column",
    "key",
    "value",
    "detail",
    "table",
    "refused",
    "count",
    "head",
    "school",
)
"""The columns of a workbench relation of issues that a commit takes, in this order.

`seq` counts from 1 within the import; `file` is a name; `detail` a JSON object; `count` how many rows the finding stands
for; `head` the seq of the finding that this one was folded into, or NULL; `school` the sourcedIds of the row's schools with commas
between them, or NULL. `BIGINT` for numbers, `BOOLEAN` for refused.
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
    school: str | None = None

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
    """Which issues of an import: None is any. `folded` asks for those folded into that head; else only heads come.
    `schools`: of rows that belong to one of them; an empty tuple is none at all.
    """

    code: str | None = None
    severity: str | None = None
    table: str | None = None
    file: str | None = None
    refused: bool | None = None
    folded: int | None = None
    column: str | None = None
    schools: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one code about one column of one file: one cause. `rows` = `own` + the sum of `held_back`, table -> rows.

    `held_back`: rows that were refused only because a row of this group was. `refused`: whether its rows were refused.
    `emptied`: rows beside these that were taken in, without what they said of a refused row of this group.
    """

    code: str
    severity: str
    file: str | None
    column: str | None
    table: str | None
    refused: bool
    rows: int
    own: int
    held_back: Mapping[str, int]
    first: int
    emptied: int = 0

    @property
    def key(self) -> tuple[str, str | None, str | None, str | None]:
        """What makes it the same cause as in another night."""
        return (self.code, self.file, self.column, self.table)


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

    def groups(self, number: int, wanted: Wanted | None = None) -> list[Group]:
        """The causes of an import's issues, errors first, then by how many rows they concern. What hangs on a row is in its group.

        Where schools are wanted, only rows of these are counted, each in the group of its cause.
        """
        asked, head = wanted or Wanted(), issue.alias("head")
        joined = issue.join(
            head, and_(head.c["import"] == issue.c["import"], head.c.seq == func.coalesce(issue.c.head, issue.c.seq))
        )
        of = (head.c.code, head.c.severity, head.c.file, head.c.column, head.c.table)
        exact = func.sum(case((issue.c.head.is_(None), issue.c.count), else_=0))
        own = func.sum(case((issue.c.code == head.c.code, 1), else_=0))
        refused = func.max(case((head.c.refused, 1), else_=0))
        taken = func.sum(case((and_(head.c.refused, ~issue.c.refused, issue.c.code != head.c.code), 1), else_=0))
        query = select(*of, issue.c.table.label("of_row"), exact, own, func.count(), refused, func.min(head.c.seq), taken)
        query = query.select_from(joined).where(issue.c["import"] == number)
        query = _of_cause(query, head, asked)
        with self._place.read() as connection:
            rows = connection.execute(query.group_by(*of, issue.c.table)).all()
        return _grouped([tuple(row) for row in rows], exact=asked.schools is None)

    def members(self, number: int, wanted: Wanted, *, own: bool = False, limit: int = 100, after: int = 0) -> list[IssueRow]:
        """The rows of causes in their order, those that hang on others too: `wanted` speaks of the causes. `own`: only rows with
        the very code of their cause."""
        head = issue.alias("head")
        joined = issue.join(
            head, and_(head.c["import"] == issue.c["import"], head.c.seq == func.coalesce(issue.c.head, issue.c.seq))
        )
        query = _of_cause(select(issue).select_from(joined).where(issue.c["import"] == number), head, wanted)
        if own:
            query = query.where(issue.c.code == head.c.code)
        query = query.where(issue.c.seq > after).order_by(issue.c.seq).limit(limit)
        with self._place.read() as connection:
            return [_issue(row) for row in connection.execute(query)]

    def all_members(self, number: int, wanted: Wanted) -> Iterator[IssueRow]:
        """All rows of causes, one page after the other."""
        after = 0
        while page := self.members(number, wanted, limit=1000, after=after):
            yield from page
            after = page[-1].seq

    def refused_files(self, number: int) -> list[str]:
        """The files of which rows were refused, those that only wait for another row too; by name."""
        asked = select(issue.c.file).where(issue.c["import"] == number, issue.c.refused, issue.c.file.is_not(None)).distinct()
        with self._place.read() as connection:
            return sorted(connection.execute(asked).scalars())

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


def _of_cause(query: Select[Any], head: Any, wanted: Wanted) -> Select[Any]:
    """Only rows whose cause is wanted, and that belong to a wanted school."""
    for name in ("code", "severity", "table", "file", "refused", "column"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(head.c[name] == value)
    return query.where(of_schools(wanted.schools)) if wanted.schools is not None else query


def of_schools(schools: Sequence[str]) -> ColumnElement[bool]:
    """Whether an issue's row belongs to one of the schools."""
    listed = literal(",") + issue.c.school + ","
    return or_(false(), *(listed.contains(f",{school},", autoescape=True) for school in schools))


def _grouped(rows: Sequence[tuple[Any, ...]], *, exact: bool) -> list[Group]:
    """Groups from rows of (code, severity, file, column, table, table of the row, sum of heads, heads, all, refused, first seq, all
    that were taken in beside a refused one).

    The counts of the heads are exact, however many issues were kept; those of single tables are taken from what was kept.
    """
    found: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        found.setdefault(row[:5], []).append(row[5:])
    groups = []
    for (code_, severity, file, column, table), parts in found.items():
        own = sum(int(p[2]) for p in parts)
        held = {str(p[0]): int(p[3] - p[2] - p[6]) for p in parts if p[3] - p[6] > p[2]}
        emptied = sum(int(p[6]) for p in parts)
        total = (sum(int(p[1]) for p in parts) if exact else sum(int(p[3]) for p in parts)) - emptied
        if (more := total - own - sum(held.values())) > 0 and held:
            most = max(held, key=held.__getitem__)
            held[most] += more
        else:
            own += max(more, 0)
        refused = any(p[4] for p in parts)
        groups.append(
            Group(
                code_,
                severity,
                file,
                column,
                table,
                refused,
                own + sum(held.values()),
                own,
                held,
                min(p[5] for p in parts),
                emptied,
            )
        )
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(groups, key=lambda g: (not g.refused, order.get(g.severity, 3), -g.rows, g.first))


def _asked(query: Select[Any], number: int, wanted: Wanted) -> Select[Any]:
    query = query.where(issue.c["import"] == number)
    query = query.where(issue.c.head.is_(None) if wanted.folded is None else issue.c.head == wanted.folded)
    if wanted.schools is not None:
        query = query.where(of_schools(wanted.schools))
    for name in ("code", "severity", "table", "file", "refused", "column"):
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
