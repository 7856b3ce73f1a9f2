"""Layouts: what becomes of each column. The sets that ship, a district's sets, and one layout in one view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from homeroom.desk import layout_drafts, layout_rows, layout_use, rights, unknown_files
from homeroom.desk.layout_page import LayoutPage, SetPage, layout_of, layout_page, set_page
from homeroom.desk.layout_rows import RowShown
from homeroom.desk.layout_use import InUse, OwnSet
from homeroom.desk.layout_words import Line, lines
from homeroom.desk.unknown_files import Proposed, Unknown
from homeroom.doors.console.answers import Answer, Goto, Notice, NotThere, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.words import N_, _
from homeroom.layouts.differences import Comparison, compare
from homeroom.layouts.layout import Layout
from homeroom.layouts.sets import LayoutSet
from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.report import Reason
from homeroom.store.layout_versions import LayoutVersion
from homeroom.sync import ending
from homeroom.systems import SETS, layout_set, layout_sets
from homeroom.systems.names import name_of

TABLES: Mapping[str, str] = {
    "users": N_("people"),
    "orgs": N_("schools"),
    "classes": N_("classes"),
    "enrollments": N_("enrollments"),
    "courses": N_("courses"),
    "academicSessions": N_("terms and school years"),
    "demographics": N_("demographics"),
    "roles": N_("roles of people"),
    "contacts": N_("contacts of students"),
}
"""What a table holds, as people say it; any other is called by its name."""


class Tables:
    """Says what tables hold."""

    __slots__ = ()

    @staticmethod
    def said(table: str) -> str:
        """What a table holds, in the reader's words."""
        return _(TABLES[table]) if table in TABLES else table


@dataclass(frozen=True, slots=True)
class Shipped:
    """The sets that ship, by system."""

    systems: tuple[tuple[str, tuple[LayoutSet, ...]], ...]


@dataclass(frozen=True, slots=True)
class ShippedSet(Tables):
    """One of them, or one layout of it."""

    of: LayoutSet
    layout: Layout | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed(Tables):
    """A district's layouts."""

    slug: str
    used: tuple[InUse, ...]
    own: tuple[OwnSet, ...]
    unknown: tuple[Unknown, ...]
    may_draft: bool


@dataclass(frozen=True, slots=True)
class OfSet(Tables):
    """One set of a district."""

    slug: str
    of: SetPage
    may_change: bool
    may_draft: bool
    copy_name: str


@dataclass(frozen=True, slots=True)
class OfLayout(Tables):
    """One layout in one view. `row`: a row of the last delivery, where it was asked for; `reason`: why there is none."""

    slug: str
    of: LayoutPage
    may_change: bool
    may_draft: bool
    file: str
    delivery: int | None
    row: RowShown | None = None
    reason: Reason | None = None
    looked: bool = False
    may_look: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions of an own set."""

    slug: str
    name: str
    old: LayoutVersion
    new: LayoutVersion
    versions: tuple[LayoutVersion, ...]
    of: Comparison


@dataclass(frozen=True, slots=True)
class Proposal(Tables):
    """What is proposed for a file that no layout knows."""

    slug: str
    of: Proposed
    may_change: bool


def shipped(asked: Asked) -> Answer:
    """The sets that ship."""
    groups: dict[str, list[LayoutSet]] = {}
    for found in layout_sets():
        groups.setdefault(name_of(SETS[found.name].partition("/")[0]), []).append(found)
    return Shown("pages/layouts_shipped.html", Shipped(tuple((name, tuple(listed)) for name, listed in groups.items())))


def shipped_set(asked: Asked) -> Answer:
    """One of them."""
    return Shown("pages/layout_shipped.html", ShippedSet(_shipped(asked)))


def shipped_layout(asked: Asked) -> Answer:
    """One layout of it."""
    found = _shipped(asked)
    try:
        layout = layout_of(found, asked.path["layout"])
    except Misuse:
        raise NotThere from None
    return Shown("pages/layout_shipped.html", ShippedSet(found, layout, lines(layout)))


def _shipped(asked: Asked) -> LayoutSet:
    if asked.path["set"] not in SETS:
        raise NotThere
    return layout_set(asked.path["set"])


def listed(asked: Asked) -> Answer:
    """The district's sets: in use, its own, and files that no layout knows."""
    house, slug = asked.house, asked.slug
    may = rights.may(house, asked.viewer, "layouts.draft", slug, asked.now)
    unknown = unknown_files.unknown_files(house, slug) if may else ()
    view = Listed(slug, layout_use.in_use(house, slug), layout_use.own_sets(house, slug), unknown, may)
    return Shown("pages/layouts.html", view)


def show_set(asked: Asked) -> Answer:
    """One set of a district."""
    house, slug, name = asked.house, asked.slug, asked.path["set"]
    try:
        page = set_page(house, slug, name)
    except Misuse:
        raise NotThere from None
    return Shown("pages/layout_set.html", OfSet(slug, page, *_may(asked), layout_drafts.copy_name(slug, name)))


def show(asked: Asked) -> Answer:
    """One layout in one view; a row of the last delivery where it is asked for."""
    house, slug, name = asked.house, asked.slug, asked.path["set"]
    try:
        page = layout_page(house, slug, name, asked.path["layout"])
    except Misuse:
        raise NotThere from None
    file = layout_drafts.file_of(house, slug, name, page.short) if page.of.own else ""
    delivery = layout_rows.delivery_of(house, slug, page.of.sources)
    change, draft = _may(asked)
    wanted = asked.asked_for("row")
    looked = draft and delivery is not None and wanted.isascii() and wanted.isdigit() and len(wanted) < 4
    row, reason = _row(asked, page, delivery, int(wanted)) if looked and delivery is not None else (None, None)
    may_look = rights.may(house, asked.viewer, "records.see", slug, asked.now)
    return Shown("pages/layout.html", OfLayout(slug, page, change, draft, file, delivery, row, reason, looked, may_look))


def _row(asked: Asked, page: LayoutPage, delivery: int, nth: int) -> tuple[RowShown | None, Reason | None]:
    used = tuple(c for line in page.lines for c in line.columns)
    try:
        found = layout_rows.row(asked.house, asked.viewer, asked.slug, page.of.name, page.name, used, delivery, nth, asked.now)
    except Refused as refusal:
        return None, ending.reason_of(refusal)
    return (None, found) if isinstance(found, Reason) else (found, None)


def compare_versions(asked: Asked) -> Answer:
    """What changed between two versions of an own set."""
    saved, slug, name = asked.house.stores.control.layouts, asked.slug, asked.path["set"]
    try:
        old, new = (saved.get(slug, name, asked.number(n)) for n in ("a", "b"))
    except Misuse:
        raise NotThere from None
    found = compare(old.texts, new.texts, (f"version {old.number}", f"version {new.number}"))
    return Shown("pages/layout_compare.html", Compared(slug, name, old, new, tuple(saved.of(slug, name)), found))


def copy(asked: Asked) -> Answer:
    """Make an own copy of a set that ships."""
    name = asked.form("name")
    if not name:
        raise Wrong(
            name=_("Give your copy a name, such as %(name)s.", name=layout_drafts.copy_name(asked.slug, asked.path["set"]))
        )
    made = layout_drafts.copy(asked.house, asked.viewer, asked.slug, asked.path["set"], name)
    text = _("It is version 1, with the same text. No source is read by it yet: choose one under Sources read by this set.")
    return Goto(_of(asked, made.name), Notice("ok", _("%(name)s is your own copy", name=made.name), text))


def use(asked: Asked) -> Answer:
    """Let a source be read by a set."""
    number = asked.form("source")
    source = next((s for s in asked.house.stores.control.sources.of(asked.slug) if str(s.id) == number), None)
    if source is None:
        raise Wrong(source=_("Choose a source."))
    layout_drafts.use(asked.house, asked.viewer, asked.slug, source.id, asked.path["set"])
    title = _("%(source)s is read by %(set)s", source=source.name, set=asked.path["set"])
    return Goto(_of(asked, asked.path["set"]), Notice("ok", title, _("From its next import on.")))


def go_back(asked: Asked) -> Answer:
    """Make an old version the newest again."""
    number, why = asked.form("number"), asked.form("why")
    if not number.isascii() or not number.isdigit():
        raise Misuse("Choose a version.")
    if not why:
        raise Wrong(why=_("Say why in a few words; it stands beside the version."))
    made = layout_drafts.go_back(asked.house, asked.viewer, asked.slug, asked.path["set"], int(number), why)
    title = _("Version %(old)s is back, as version %(new)s", old=number, new=made.number)
    return Goto(
        _of(asked, asked.path["set"]), Notice("ok", title, _("It is read by from the next import on. No version is ever lost."))
    )


def proposal(asked: Asked) -> Answer:
    """The proposal for a file that no layout knows."""
    found = unknown_files.proposed(asked.house, asked.slug, asked.asked_for("file") or asked.form("file"))
    if found is None:
        raise NotThere
    return Shown("pages/layout_proposal.html", Proposal(asked.slug, found, _may(asked)[0]))


def accept(asked: Asked) -> Answer:
    """Take the proposal into an own set."""
    made = unknown_files.accept(asked.house, asked.viewer, asked.slug, asked.form("file"))
    title = _("The proposal is version %(number)s of %(set)s", number=made.number, set=made.name)
    return Goto(_of(asked, made.name), Notice("ok", title, _("Look it through, then let the source be read by it.")))


def _of(asked: Asked, name: str) -> str:
    return f"/districts/{asked.slug}/layouts/{quote(name)}"


def _may(asked: Asked) -> tuple[bool, bool]:
    """Whether this viewer may change layouts, and whether they may make drafts."""
    acts = ("settings.change", "layouts.draft")
    change, draft = (rights.may(asked.house, asked.viewer, act, asked.slug, asked.now) for act in acts)
    return change, draft


HOME = "/districts/{slug}/layouts"
SET = f"{HOME}/{{set}}"
PAGES = (
    Page("/layouts", "layouts.shipped", shipped, tab="layouts"),
    Page("/layouts/{set}", "layouts.shipped", shipped_set, tab="layouts"),
    Page("/layouts/{set}/{layout}", "layouts.shipped", shipped_layout, tab="layouts"),
    Page(HOME, "settings.see", listed, tab="layouts"),
    Page(f"{HOME}/proposal", "layouts.draft", proposal, accept, post_act="settings.change", tab="layouts"),
    Page(SET, "settings.see", show_set, tab="layouts"),
    Page(f"{SET}/copy", "settings.see", show_set, copy, post_act="settings.change", tab="layouts"),
    Page(f"{SET}/use", "settings.see", show_set, use, post_act="settings.change", tab="layouts"),
    Page(f"{SET}/go-back", "settings.see", show_set, go_back, post_act="settings.change", tab="layouts"),
    Page(f"{SET}/compare/{{a:int}}/{{b:int}}", "settings.see", compare_versions, tab="layouts"),
    Page(f"{SET}/{{layout}}", "settings.see", show, tab="layouts"),
)
