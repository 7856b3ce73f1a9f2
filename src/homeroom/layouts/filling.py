"""Columns filled from other files' rows: what a dialect says of a record elsewhere than in the record's own file.

A filler takes tonight's feeds and gives those of one table back with one more column. It never touches a feed that delivers the
column itself. Where the files that it would read did not come whole, nothing is filled: stored values stay (law 2).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from homeroom.roster.names import quoted
from homeroom.workbench.values import DROPPED, Feed

Fill = Callable[[Sequence[Feed]], str | None]
"""fill(feeds) -> SELECT of `id` (sourcedId of the record) and `value`, one row for each record; None where no file says it."""


@dataclass(frozen=True, slots=True)
class Filler:
    """One filler: which column of which table it fills, and from which tables. `meaning` is told to people."""

    name: str
    table: str
    column: str
    sources: tuple[str, ...]
    meaning: str
    fill: Fill

    @property
    def target(self) -> str:
        """What is filled, for people."""
        return f"{self.table}.{self.column}"

    def open(self, feeds: Sequence[Feed]) -> bool:
        """Whether any feed of the table lacks the column."""
        return any(self.lacks(f) for f in feeds)

    def lacks(self, feed: Feed) -> bool:
        """Whether this feed is to be filled."""
        return feed.table == self.table and self.column not in feed.columns and not feed.made

    def shaky(self, feeds: Sequence[Feed]) -> Feed | None:
        """A file among those that are read of which rows could not be, so that what it does not say proves nothing."""
        return next((f for f in feeds if f.table in self.sources and _unsure(f)), None)

    def filled(self, feeds: Sequence[Feed]) -> list[Feed]:
        """The feeds, those of the table with the column filled in."""
        values = self.fill(feeds)
        if values is None:
            return list(feeds)
        others = [f.fingerprint for f in feeds if f.table in self.sources]
        return [_with(f, self, values, others) if self.lacks(f) else f for f in feeds]


def numbered(feed: Feed) -> str:
    """A feed's rows with `_row` and `_line`: the record number is the position where the text table has none."""
    if feed.text.numbered:
        return feed.select
    return f"SELECT row_number() OVER () AS _row, NULL::BIGINT AS _line, * FROM ({feed.select})"


def kept(feed: Feed, *columns: str) -> str:
    """SELECT of some columns of the rows that a feed keeps."""
    return f"SELECT {', '.join(map(quoted, columns))} FROM ({feed.select}) WHERE _keep"


def schools_of_people(feeds: Sequence[Feed]) -> str | None:
    """A person's schools are those of the person's classes."""
    classes = [kept(f, "sourcedId", "schoolSourcedId") for f in feeds if f.table == "classes" and "schoolSourcedId" in f.columns]
    seats = [kept(f, "userSourcedId", "classSourcedId") for f in feeds if f.table == "enrollments"]
    if not classes or not seats:
        return None
    return f"""
        SELECT "userSourcedId" AS id, string_agg(DISTINCT "schoolSourcedId", ',' ORDER BY "schoolSourcedId") AS value
        FROM ({" UNION ALL ".join(seats)}) JOIN ({" UNION ALL ".join(classes)}) c ON "classSourcedId" = c."sourcedId"
        GROUP BY ALL
    """


FILLERS: Mapping[str, Filler] = MappingProxyType(
    {
        "schools-of-people": Filler(
            "schools-of-people",
            "users",
            "orgSourcedIds",
            ("classes", "enrollments"),
            "a person's schools are those of the person's classes",
            schools_of_people,
        ),
    }
)
"""All fillers by name."""


def _unsure(feed: Feed) -> bool:
    return bool(feed.text.unread) or feed.text.ragged is not None or feed.text.doubtful or feed.partial


def _with(feed: Feed, filler: Filler, values: str, others: Sequence[str]) -> Feed:
    """A feed with the column. Its rows are numbered, since a join keeps no order, and are not read line by line any more."""
    drops = [DROPPED] if feed.drops else []
    listed = ", ".join(f"f.{quoted(c)}" for c in ("_row", "_line", "_keep", *drops, *feed.columns))
    select = (
        f"SELECT {listed}, v.value AS {quoted(filler.column)} FROM ({numbered(feed)}) f"
        f' LEFT JOIN ({values}) v ON v.id = f."sourcedId"'
    )
    digest = hashlib.sha256("\n".join([feed.fingerprint, filler.name, *sorted(others)]).encode()).hexdigest()
    return replace(
        feed,
        text=replace(feed.text, numbered=True, by_line=None),
        columns=(*feed.columns, filler.column),
        select=select,
        fingerprint=digest,
    )
