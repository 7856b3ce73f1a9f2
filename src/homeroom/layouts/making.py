"""Rows made from rows: what a dialect does not send, made from what it does send, and marked as made.

A maker takes tonight's feeds and the clock and gives them back with what it adds. A table that came itself is never made.
Made rows carry `{"made":"true"}` in `metadata`, and the file and row that first caused them. To add a maker, write a
function with `@maker(...)`; a set asks for it by name in `make`, as for what is filled into rows that came (`filling`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from homeroom.layouts.filling import FILLERS, Filler
from homeroom.roster.names import ROUNDED_ID, UNMAPPED, quoted
from homeroom.roster.names import text as literal
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed, TextTable

if TYPE_CHECKING:
    from homeroom.layouts.sets import LayoutSet

Make = Callable[[Sequence[Feed], datetime], list[Feed]]
MADE = '{"made":"true"}'
DISTRICT = "made-district"
"""sourcedId of the made district office."""
SCHOOL = "made-school"
"""sourcedId of the made school of a source that names none."""
COURSE = "course-"
"""What stands before a class's sourcedId to make that of its course."""
YEAR = "schoolYear-"
"""What stands before the year to make the sourcedId of a school year."""
FIRST_MONTH = 7
"""The month in which a made school year begins, on its first day."""


@dataclass(frozen=True, slots=True)
class Maker:
    """One maker. `meaning` is told to people: how the rows are made. `beside`: it adds rows to a table that came itself."""

    name: str
    table: str
    meaning: str
    make: Make
    beside: bool = False

    @property
    def target(self) -> str:
        """What is made, for people."""
        return self.table


_MAKERS: dict[str, Maker] = {}
MAKERS: Mapping[str, Maker] = MappingProxyType(_MAKERS)
"""All makers by name."""


def maker(name: str, table: str, *, beside: bool = False) -> Callable[[Make], Make]:
    """Declare a maker of a table; the first line of its docstring is its meaning."""

    def declare(make: Make) -> Make:
        _MAKERS[name] = Maker(name, table, (make.__doc__ or "").strip().splitlines()[0], make, beside)
        return make

    return declare


def known(name: str) -> Maker | Filler:
    """What a set may ask for by this name. Raises KeyError."""
    return MAKERS[name] if name in MAKERS else FILLERS[name]


def names() -> tuple[str, ...]:
    """Everything that a set may ask for."""
    return tuple(chain(MAKERS, FILLERS))


def make(layout_set: LayoutSet, feeds: Sequence[Feed], now: datetime, workbench: Workbench | None = None) -> list[Feed]:
    """All feeds of the night: those that came, some with columns filled in, and those that the set makes from them.

    `now` is the moment of the import in the district's own time. Nothing is made where nothing came. What is made is told
    in the issue table of `workbench`, if given, as an info.
    """
    made = list(feeds)
    for name in layout_set.makes:
        part = known(name)
        before = made
        if isinstance(part, Filler):
            made = _fill(part, made, workbench)
        elif made and (part.beside or not any(f.table == part.table for f in made)):
            made = part.make(made, now)
        if workbench is not None and _told(part.table, made) != _told(part.table, before) and not _none(part, made, workbench):
            workbench.tell("set-made", table=part.table, what=part.target, how=part.meaning.rstrip("."))
    return made


def _none(part: Maker | Filler, feeds: Sequence[Feed], workbench: Workbench) -> bool:
    """Whether a maker that adds rows to a table that came has found nothing to add."""
    if isinstance(part, Filler) or not part.beside:
        return False
    made = [f.select for f in feeds if f.made and f.table == part.table]
    return not any(workbench.value(f"SELECT count(*) FROM ({select})") for select in made)


def _told(table: str, feeds: Sequence[Feed]) -> list[str]:
    return [f.fingerprint for f in feeds if f.table == table]


def _fill(filler: Filler, feeds: list[Feed], workbench: Workbench | None) -> list[Feed]:
    """The feeds with a column filled in, unless a file that it is taken from could not be read whole."""
    if not filler.open(feeds):
        return feeds
    shaky = filler.shaky(feeds)
    if shaky is None:
        return filler.filled(feeds)
    if workbench is not None:
        workbench.tell("join-silent", file=shaky.text.file.number, table=filler.table, targets=filler.column)
    return feeds


def _numbered(feed: Feed) -> str:
    """A feed's kept rows with `_row` in any case: the record number is the position where the text table has none."""
    rows = feed.select if feed.text.numbered else f"SELECT row_number() OVER () AS _row, * FROM ({feed.select})"
    return f"SELECT * FROM ({rows}) WHERE _keep"


def _made(
    table: str,
    name: str,
    cause: Feed,
    sources: Sequence[Feed],
    values: dict[str, str],
    relation: str,
    taken: Mapping[str, str] = MappingProxyType({}),
) -> Feed:
    """A made feed: `relation` gives `_row` and whatever the SQL in `values` reads; `cause` is the file that it is told under.

    `taken`: made column -> column of the cause that its value is. What a value map refuses there is refused here too.
    """
    mapped = dict(cause.mapped)
    columns = (*values, "metadata")
    listed = ", ".join(f"{sql} AS {quoted(column)}" for column, sql in (values | {"metadata": literal(MADE)}).items())
    select = f"SELECT _row, NULL::BIGINT AS _line, true AS _keep, {listed} FROM ({relation})"
    parts = [name, table, *columns, *values.values(), *sorted(f.fingerprint for f in sources)]
    return Feed(
        text=TextTable(inspected=cause.text.inspected, relation=f"({select})", numbered=True, rows=None, unread=_unread(sources)),
        layout=f"{cause.layout.rsplit('/', 1)[0]}/made-{name}",
        table=table,
        columns=columns,
        select=select,
        mode=cause.mode,
        made=True,
        mapped=tuple((column, mapped[of]) for column, of in taken.items() if of in mapped),
        fingerprint=hashlib.sha256("\n".join(parts).encode()).hexdigest(),
    )


def _unread(sources: Sequence[Feed]) -> int:
    """Rows of the sources that nothing could be made from: what is missing then proves nothing (law 3)."""
    return sum(f.text.unread + (f.text.ragged is not None) + f.text.doubtful + f.partial for f in sources)


def _of(feeds: Sequence[Feed], table: str, *columns: str) -> list[Feed]:
    """The feeds of a table that deliver all of the columns."""
    return [f for f in feeds if f.table == table and set(columns) <= set(f.columns)]


def _with(feed: Feed, name: str, filled: Mapping[str, str]) -> Feed:
    """A feed with columns filled in that it does not deliver; `filled` gives SQL over its own columns."""
    added = {c: sql for c, sql in filled.items() if c not in feed.columns}
    if not added:
        return feed
    listed = ", ".join(f"{sql} AS {quoted(c)}" for c, sql in added.items())
    digest = hashlib.sha256("\n".join([feed.fingerprint, name, listed]).encode()).hexdigest()
    return replace(feed, columns=(*feed.columns, *added), select=f"SELECT *, {listed} FROM ({feed.select})", fingerprint=digest)


def _filled(feeds: Sequence[Feed], table: str, name: str, filled: Mapping[str, str]) -> list[Feed]:
    return [_with(f, name, filled) if f.table == table and not f.made else f for f in feeds]


@maker("district", "orgs", beside=True)
def _office(feeds: Sequence[Feed], now: datetime) -> list[Feed]:
    """One district above the schools, for files that name schools only."""
    schools = [f for f in feeds if f.table == "orgs"]
    if not schools or any(f.layout.endswith("/made-district") for f in schools):
        return list(feeds)
    above = _filled(feeds, "orgs", "district", {"parentSourcedId": literal(DISTRICT)})
    return [*above, _district(schools[0])]


_SCHOOLS = (("users", "orgSourcedIds"), ("classes", "schoolSourcedId"), ("enrollments", "schoolSourcedId"))


@maker("schools", "orgs")
def _schools(feeds: Sequence[Feed], now: datetime) -> list[Feed]:
    """One school for each school id that users, classes or enrollments name, and one district above them.

    A school is told under the row that named it first in the first of these files (users, classes, enrollments), so each
    file has a feed of its own with the schools that no earlier file named. Where no file names a school at all, the source is
    one school, and everything belongs to it.
    """
    places = [(f, column) for table, column in _SCHOOLS for f in _of(feeds, table, column)]
    if not places:
        return _one_school(feeds)
    made: list[Feed] = []
    named: list[str] = []
    for feed, column in places:
        items = f"SELECT _row, trim(unnest(string_split({quoted(column)}, ','))) AS id FROM ({_numbered(feed)})"
        ids = f"SELECT min(_row) AS _row, id FROM ({items}) WHERE id <> '' GROUP BY id"
        new = f"SELECT * FROM ({ids}) WHERE id NOT IN ({' UNION ALL '.join(named)})" if named else ids
        values = {"sourcedId": "id", "name": "'School ' || id", "type": "'school'", "parentSourcedId": literal(DISTRICT)}
        rows, taken = f"SELECT * FROM ({new}) ORDER BY _row, id", {"sourcedId": column}
        made.append(_made("orgs", "schools", feed, [f for f, _ in places], values, rows, taken))
        named.append(f"SELECT id FROM ({ids})")
    return [*feeds, *made, _district(places[0][0])]


def _one_school(feeds: Sequence[Feed]) -> list[Feed]:
    cause = next((f for table, _ in _SCHOOLS for f in feeds if f.table == table), None)
    if cause is None:
        return list(feeds)
    filled = list(feeds)
    for table, column in _SCHOOLS:
        filled = _filled(filled, table, "schools", {column: literal(SCHOOL)})
    values = {"sourcedId": literal(SCHOOL), "name": "'School'", "type": "'school'", "parentSourcedId": literal(DISTRICT)}
    return [*filled, _made("orgs", "schools", cause, [], values, "SELECT 1::BIGINT AS _row"), _district(cause)]


def _district(cause: Feed) -> Feed:
    values = {"sourcedId": literal(DISTRICT), "name": "'District'", "type": "'district'", "parentSourcedId": "NULL::VARCHAR"}
    return _made("orgs", "district", cause, [], values, "SELECT 1::BIGINT AS _row")


@maker("school-year", "academicSessions")
def _school_year(feeds: Sequence[Feed], now: datetime) -> list[Feed]:
    """The school year of today, from July 1 to the next (the end is exclusive), in which all classes lie.

    `schoolYear` is the year in which it ends, as OneRoster counts. On July 1 the session and the term of every class change
    by the calendar alone; that is nothing that a district did, and no limit counts it.
    """
    classes = _of(feeds, "classes")
    if not classes:
        return list(feeds)
    values = _year_of(now)
    year = _made("academicSessions", "school-year", classes[0], [], values, "SELECT 1::BIGINT AS _row")
    termed = _filled(feeds, "classes", "school-year", {"termSourcedIds": values["sourcedId"]})
    clocked = [f if f is came else replace(f, clocked=("termSourcedIds",)) for f, came in zip(termed, feeds, strict=True)]
    return [*clocked, replace(year, clocked=("sourcedId",))]


def _year_of(now: datetime) -> dict[str, str]:
    """The school year of a day as SQL by column."""
    first = now.year if now.month >= FIRST_MONTH else now.year - 1
    return {
        "sourcedId": literal(f"{YEAR}{first + 1}"),
        "title": literal(f"{first}-{first + 1}"),
        "type": "'schoolYear'",
        "startDate": literal(f"{first}-{FIRST_MONTH:02d}-01"),
        "endDate": literal(f"{first + 1}-{FIRST_MONTH:02d}-01"),
        "schoolYear": literal(str(first + 1)),
    }


@maker("school-year-for-rest", "academicSessions", beside=True)
def _year_for_rest(feeds: Sequence[Feed], now: datetime) -> list[Feed]:
    """The school year of today, in which the classes lie that name no term.

    For formats in which terms may be left out. Where every class has one, no year is made. A class whose term cannot be read has
    one: only a blank gets the year.
    """
    values = _year_of(now)
    bare = [f for f in _of(feeds, "classes") if "termSourcedIds" not in f.columns]
    if bare and not _of(feeds, "academicSessions"):
        return _school_year(feeds, now) if len(bare) == len(_of(feeds, "classes")) else list(feeds)
    made: list[Feed] = []
    for feed in (f for f in _of(feeds, "classes", "termSourcedIds") if not f.made):
        blank = f'SELECT min(_row) AS _row FROM ({_numbered(feed)}) WHERE "termSourcedIds" IS NULL HAVING count(*) > 0'
        made.append(replace(_made("academicSessions", "school-year", feed, [feed], values, blank), clocked=("sourcedId",)))
    return [*(_in_year(f, values["sourcedId"]) for f in feeds), *made]


def _in_year(feed: Feed, year: str) -> Feed:
    """A feed of classes with the year in place of a blank term."""
    if feed.table != "classes" or feed.made or "termSourcedIds" not in feed.columns:
        return feed
    term = quoted("termSourcedIds")
    digest = hashlib.sha256("\n".join([feed.fingerprint, "school-year-for-rest", year]).encode()).hexdigest()
    select = f"SELECT * REPLACE (coalesce({term}, {year}) AS {term}) FROM ({feed.select})"
    return replace(feed, select=select, fingerprint=digest)


@maker("courses", "courses")
def _courses(feeds: Sequence[Feed], now: datetime) -> list[Feed]:
    """One course for each class, with the class's title and school.

    A class that is refused must not change its course either: a course without a title is refused like its class, and of a
    class whose rows contradict each other every version is made, so that none is believed (laws 3 and 7). A class whose id is
    blank or was rounded by a spreadsheet makes a course of that same id, so that nobody's course is taken for gone.
    """
    made = []
    unusable = f'regexp_full_match(trim("sourcedId"), {literal(ROUNDED_ID)}) OR starts_with("sourcedId", {literal(UNMAPPED)})'
    for feed in _of(feeds, "classes", "title", "schoolSourcedId"):
        own = {
            "sourcedId": f'CASE WHEN {unusable} THEN "sourcedId" ELSE {literal(COURSE)} || "sourcedId" END',
            "title": "title",
            "orgSourcedId": f'coalesce("schoolSourcedId", {literal(DISTRICT)})',
        }
        told = '"sourcedId", title, "schoolSourcedId"'
        keyed = f"SELECT min(_row) AS _row, {told} FROM ({_numbered(feed)}) GROUP BY {told} ORDER BY 1"
        taken = {"sourcedId": "sourcedId", "title": "title", "orgSourcedId": "schoolSourcedId"}
        made.append(_made("courses", "courses", feed, [feed], own, keyed, taken))
    course = f'{literal(COURSE)} || "sourcedId"'
    return [*_filled(feeds, "classes", "courses", {"courseSourcedId": course}), *made]
