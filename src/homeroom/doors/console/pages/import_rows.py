"""The rows behind a report: all rows of one cause, all changes of a table, and what can be downloaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from urllib.parse import quote, urlencode

from homeroom.desk import import_rows, rights
from homeroom.desk.cause_sheet import cause_sheet
from homeroom.desk.causes import Filter
from homeroom.desk.import_report import import_page
from homeroom.desk.import_rows import PAGE, CauseRows, Changes
from homeroom.desk.plan_sheet import plan_sheet
from homeroom.desk.record_links import Links, Ref
from homeroom.doors.console.answers import Answer, Download, NotThere, Shown
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import import_words
from homeroom.doors.console.pages.import_page import known, wanted
from homeroom.roster.codes import codes
from homeroom.roster.faults import Misuse
from homeroom.roster.refused_rows import file_name

MOST_LISTED = 1000
"""So many rows of a cause are paged through; all are in its sheet."""
CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True, slots=True)
class CauseView:
    """All rows of one cause, a page of them. `first` is the place of the first; `query` asks for the same rows."""

    rows: CauseRows
    code: str
    title: str
    meaning: str
    remedy: str
    here: str
    number: int
    query: str
    first: int
    schools: Mapping[str, str]
    values: bool
    size: int = PAGE
    most: int = MOST_LISTED
    words: ModuleType = import_words

    @property
    def more(self) -> bool:
        """Whether another page follows: the first thousand are shown, all are in the sheet."""
        return self.rows.next is not None and self.first + PAGE <= MOST_LISTED


def show_cause(asked: Asked) -> Answer:
    """All rows of one cause."""
    number, name = known(asked), _code(asked)
    only = replace(wanted(asked), code=name)
    page = import_page(asked.house, asked.viewer, asked.slug, number, Filter(code=name), asked.now)
    declared = codes()[name]
    given = {each: asked.asked_for(each) for each in ("file", "column", "school", "kind")}
    view = CauseView(
        rows=import_rows.cause_rows(asked.house, asked.viewer, asked.slug, number, only, _count(asked, "after"), asked.now),
        code=name,
        title=declared.title,
        meaning=declared.plain or declared.meaning,
        remedy=next((c.here for c in page.causes if c.here), None) or declared.remedy,
        here=f"/districts/{asked.slug}/imports/{number}",
        number=number,
        query=urlencode([(k, v) for k, v in given.items() if v], quote_via=quote),
        first=max(_count(asked, "first"), 1),
        schools=dict(page.schools),
        values=page.values_shown,
    )
    return Shown("pages/import_cause.html", view)


def cause_csv(asked: Asked) -> Answer:
    """All rows of one cause as a sheet."""
    number, name = known(asked), _code(asked)
    lines = cause_sheet(asked.house, asked.viewer, asked.slug, number, replace(wanted(asked), code=name), asked.now)
    return Download(f"{asked.slug}-{number}-{name}.csv", CSV, _bytes(lines))


@dataclass(frozen=True, slots=True)
class ChangesView:
    """What an import changed in one table, a page of it. `refs`: a record's id -> where it can be looked at."""

    of: Changes
    verb: str
    here: str
    number: int
    refs: Mapping[str, Ref]
    may_open: bool
    named: bool
    """Whether records are called by their names: only for those who may look at records now."""
    words: ModuleType = import_words


def show_changes(asked: Asked) -> Answer:
    """All changes of a table."""
    number, table = known(asked), asked.path["table"]
    verb = asked.asked_for("verb") if asked.asked_for("verb") in import_words.VERBS else ""
    house, who, slug = asked.house, asked.viewer, asked.slug
    try:
        made = import_rows.changes(house, who, slug, number, table, verb or None, _count(asked, "after"), asked.now)
    except Misuse:
        raise NotThere from None
    if not made.counts:
        raise NotThere
    may_open = rights.may(house, who, "records.see", slug, asked.now)
    named = isinstance(rights.allows(house, who, "records.see", slug, asked.now), rights.Allowed)
    links = Links(house, slug)
    ids = [line.record for line in made.rows if line.record is not None]
    links.ask(table, ids)
    refs = {each: links.one(table, each) for each in ids}
    view = ChangesView(made, verb, f"/districts/{slug}/imports/{number}", number, refs, may_open, named)
    return Shown("pages/import_changes.html", view)


def refused_csv(asked: Asked) -> Answer:
    """The refused rows of one file, to be mended and sent as they are."""
    number, place = known(asked), asked.number("place")
    files = import_rows.files_with_refused(asked.house, asked.slug, number)
    if place > len(files):
        raise NotThere
    name = files[place - 1]
    lines = import_rows.refused_rows(asked.house, asked.viewer, asked.slug, number, name, asked.now)
    return Download(file_name(name), CSV, _bytes(lines))


def plan_csv(asked: Asked) -> Answer:
    """Every change that a held import would make, as a sheet."""
    number = known(asked)
    lines = plan_sheet(asked.house, asked.viewer, asked.slug, number, asked.now)
    return Download(f"{asked.slug}-{number}-plan.csv", CSV, _bytes(lines))


def original(asked: Asked) -> Answer:
    """One file as it was sent."""
    number = known(asked)
    name, chunks = import_rows.original(asked.house, asked.viewer, asked.slug, number, asked.number("place") - 1, asked.now)
    return Download(name, "application/octet-stream", chunks)


def _code(asked: Asked) -> str:
    if asked.path["code"] not in codes():
        raise NotThere
    return asked.path["code"]


def _count(asked: Asked, name: str) -> int:
    text = asked.asked_for(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _bytes(lines: Iterable[str]) -> Iterator[bytes]:
    return (line.encode() for line in lines)


HOME = "/districts/{slug}/imports/{number:int}"
PAGES = (
    Page(f"{HOME}/issues/{{code}}", "reports.see", show_cause, tab="imports"),
    Page(f"{HOME}/issues/{{code}}/rows.csv", "reports.see", cause_csv),
    Page(f"{HOME}/changes/{{table}}", "district.see", show_changes, tab="imports"),
    Page(f"{HOME}/plan.csv", "reports.see", plan_csv),
    Page(f"{HOME}/refused/{{place:int}}", "reports.see", refused_csv),
    Page(f"{HOME}/originals/{{place:int}}", "originals.get", original),
)
