"""A district's layout sets as the console shows them: which source is read by which, and what becomes of each column."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import Field

from homeroom.desk import layout_drafts, layout_page, layout_rows, layout_use
from homeroom.desk.issue_values import plain_values
from homeroom.desk.layout_words import lines
from homeroom.doors.api.models import Body, Told, Whole
from homeroom.doors.api.problems import NOT_FOUND, of_reason
from homeroom.doors.api.resources.layouts import SetName, Texts
from homeroom.doors.api.resources.own_layouts import VersionTold, version_told
from homeroom.doors.api.routes import MOST, Answer, Ask, Asked, Routes, Slug
from homeroom.roster.faults import Misuse
from homeroom.roster.report import Reason
from homeroom.store.sources import Source
from homeroom.systems import SETS, layout_set

routes = Routes("Layouts")
Nth = Annotated[int, Path(ge=1, le=MOST, description="Which of the rows that can be looked at; the first is 1.")]
Short = Annotated[str, Path(max_length=100, description="The layout's name without its set's.", examples=["users"])]


class InUse(Told):
    """A source and the set that reads its files."""

    source: dict[str, Any]
    set: str | None = Field(description="null: nothing was read yet.")
    named: bool = Field(description="Whether somebody chose it; else it was found by the files.")
    own: bool
    version: int | None
    layouts: list[dict[str, Any]] = Field(description="Each with its table, kind, files, and the last import that used it.")
    broken: str | None = Field(description="Why it cannot be read any more.")


class OwnSet(VersionTold):
    """One of the district's own sets: its newest version."""

    read_by: list[str] = Field(description="The sources that are read by it.")


class Sets(Told):
    """The district's sets."""

    used: list[InUse]
    own: list[OwnSet]


class SetInView(Told):
    """One set: its layouts, its versions, the sources that it reads, the imports that used it."""

    name: str
    title: str
    help: str
    own: bool
    version: int | None
    layouts: list[dict[str, Any]]
    versions: list[VersionTold]
    sources: list[dict[str, Any]] = Field(description="Those that are read by it.")
    others: list[dict[str, Any]] = Field(description="Those that are read by another.")
    log: list[dict[str, Any]]


class Mapping(Told):
    """One field of Homeroom and what it is filled from."""

    target: str
    required: bool
    columns: list[str]
    rule: list[str] = Field(description="What is done, one after the other.")
    filled: int | None = Field(description="Of how many records it is filled now, of `of`.")
    of: int | None


class LayoutTold(Told):
    """One layout: what becomes of each column."""

    name: str
    table: str
    kind: str
    files: list[str]
    lines: list[Mapping]
    ignored: list[str] = Field(description="Columns that are left out on purpose.")
    keep: str | None = Field(description="Which rows are taken.")
    text: str


class LayoutInView(LayoutTold):
    """One layout as it was used here."""

    set: str
    unread: list[str] = Field(description="What the last import said of columns that no line takes.")
    log: list[dict[str, Any]] = Field(description="The imports that used it, with their rows and refused rows.")


class Copied(Body):
    """What to call the copy."""

    name: Annotated[str, Field(max_length=60)] | None = Field(None, description="Without it the district's name and the set's.")


class Draft(Body):
    """A draft to try."""

    texts: Texts
    delivery: Whole | None = Field(None, description="Without it the newest that is kept.")


class TriedTold(Told):
    """What a draft would do to a delivery, against the set in use."""

    delivery: int
    values: bool = Field(description="Whether values are open to this token; without, there are no examples.")
    same: bool
    before: dict[str, Any] | None = Field(description="Why the set in use takes nothing of it.")
    after: dict[str, Any] | None = Field(description="Why the draft takes nothing of it.")
    refused_before: int
    refused: int
    tables: list[dict[str, Any]] = Field(description="Rows gained, lost and changed by table, and by column.")


class RowTold(Told):
    """One row of the last delivery, as it came and as it becomes."""

    file: str
    line: int | None
    outcome: str
    came: list[dict[str, Any]]
    becomes: list[dict[str, Any]]
    findings: list[str]
    nth: int
    shown: int = Field(description="How many rows can be looked at.")
    values: bool = Field(description="Whether these are values; else shapes: letters are X or x, digits 0.")


@routes.ask("GET", "/layouts/{name}/{layout}", "layouts.shipped", response_model=LayoutTold)
def get_layout(asked: Ask, name: SetName, layout: Short) -> Answer:
    """Show one layout of a set that ships: what becomes of each column."""
    if name not in SETS:
        raise NOT_FOUND
    try:
        found = layout_page.layout_of(layout_set(name), layout)
    except Misuse:
        raise NOT_FOUND from None
    names = ("name", "table", "kind", "files", "ignored", "keep", "text")
    return {**{each: plain_values(getattr(found, each)) for each in names}, "lines": plain_values(lines(found))}


@routes.ask("GET", "/districts/{slug}/layout-sets", "settings.see", response_model=Sets)
def list_layout_sets_in_use(asked: Ask, slug: Slug) -> Answer:
    """List which source is read by which set, and the district's own sets."""
    own = layout_use.own_sets(asked.house, slug)
    return {
        "used": plain_values(layout_use.in_use(asked.house, slug)),
        "own": [{**version_told(each.newest), "read_by": list(each.sources)} for each in own],
    }


@routes.ask("GET", "/districts/{slug}/layout-sets/{name}", "settings.see", response_model=SetInView)
def get_layout_set_in_use(asked: Ask, slug: Slug, name: SetName) -> Answer:
    """Show a set that ships or is the district's own: its layouts, versions, sources, and the imports that used it."""
    return _set(_page(asked, name))


@routes.ask("GET", "/districts/{slug}/layout-sets/{name}/{layout}", "settings.see", response_model=LayoutInView)
def get_layout_in_use(asked: Ask, slug: Slug, name: SetName, layout: Short) -> Answer:
    """Show one layout: what becomes of each column, how far each field is filled now, and the imports that used it."""
    found = _layout(asked, name, layout)
    names = ("name", "table", "kind", "files", "ignored", "keep", "text", "lines", "unread", "log", "encoding", "delimiter")
    return {"set": found.of.name, **{each: plain_values(getattr(found, each)) for each in names}}


@routes.ask("GET", "/districts/{slug}/layout-sets/{name}/{layout}/rows/{number}", "layouts.draft", response_model=RowTold)
def get_row_of_layout(asked: Ask, slug: Slug, name: SetName, layout: Short, number: Nth) -> Answer:
    """Show a row of the last delivery, as it came and as the layout makes it. Its values are shapes unless records are open to this token."""
    page = _layout(asked, name, layout)
    delivery = layout_rows.delivery_of(asked.house, slug, page.of.sources)
    if delivery is None:
        raise Misuse("No delivery of a source that is read by this set is kept. The next one can be looked at.")
    used = tuple(column for line in page.lines for column in line.columns)
    with asked.turn():
        found = layout_rows.row(asked.house, asked.viewer, slug, page.of.name, page.name, used, delivery, number, asked.now)
    if isinstance(found, Reason):
        raise of_reason(found)
    if found is None:
        raise NOT_FOUND
    return dict(plain_values(found))


@routes.ask("POST", "/districts/{slug}/layout-sets/{name}/copy", "settings.change", status_code=201, response_model=VersionTold)
def copy_layouts(asked: Ask, slug: Slug, name: SetName, body: Copied) -> Answer:
    """Make an own copy of a set that ships. No source is read by it before its setting `layouts` names it."""
    if name not in SETS:
        raise NOT_FOUND
    called = body.name or layout_drafts.copy_name(slug, name)
    return version_told(layout_drafts.copy(asked.house, asked.viewer, slug, name, called))


@routes.ask("POST", "/districts/{slug}/layout-sets/{name}/try", "layouts.draft", response_model=TriedTold)
def try_layouts(asked: Ask, slug: Slug, name: SetName, body: Draft) -> Answer:
    """Try texts on a delivery: the rows that would be gained, lost or changed against the set in use. Nothing is saved."""
    delivery = body.delivery or layout_rows.delivery_of(asked.house, slug, _sources(asked, name))
    if delivery is None:
        raise Misuse("No delivery is kept that could be looked at. The next one can be tried.")
    with asked.turn():
        found, values = layout_rows.tried(asked.house, asked.viewer, slug, name, body.texts, delivery, None, asked.now)
    return {**plain_values(found), "same": found.same, "values": values}


def _sources(asked: Asked, name: str) -> tuple[Source, ...]:
    """The sources on whose deliveries a draft of that set is tried: those that it reads, else all."""
    every = tuple(asked.house.stores.control.sources.of(asked.slug))
    mine = (s for s in every if layout_use.plain(layout_use.used_set(asked.house, asked.slug, s)) == name)
    return tuple(mine) or every


def _page(asked: Asked, name: str) -> layout_page.SetPage:
    try:
        return layout_page.set_page(asked.house, asked.slug, name)
    except Misuse:
        raise NOT_FOUND from None


def _layout(asked: Asked, name: str, short: str) -> layout_page.LayoutPage:
    try:
        return layout_page.layout_page(asked.house, asked.slug, name, short)
    except Misuse:
        raise NOT_FOUND from None


def _set(page: layout_page.SetPage) -> Answer:
    names = ("name", "title", "help", "own", "version", "layouts", "sources", "others", "log")
    told = {each: plain_values(getattr(page, each)) for each in names}
    return {**told, "versions": [version_told(saved) for saved in page.versions]}
