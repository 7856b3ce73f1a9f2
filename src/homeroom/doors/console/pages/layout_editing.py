"""A layout is edited: the text, what is wrong with it, what it would do to the last delivery, and saving it with a reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote

from homeroom.desk import layout_drafts, layout_rows, rights
from homeroom.desk.layout_drafts import Draft
from homeroom.desk.layout_page import set_page
from homeroom.desk.layout_rows import Glanced
from homeroom.doors.console.answers import Answer, Goto, Notice, NotThere, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.words import _
from homeroom.layouts.faults import LayoutFault, LayoutFaults
from homeroom.roster.faults import Misuse, Refused
from homeroom.sync.checking_layouts import Checked
from homeroom.sync.trying import Tried


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong with the text; None while nobody has looked."""

    checked: Checked | None
    file: str = ""

    @property
    def faults(self) -> tuple[LayoutFault, ...]:
        """The mistakes, those of this file first."""
        found = self.checked.faults if self.checked is not None else ()
        return tuple(sorted(found, key=lambda f: f.origin != self.file))


@dataclass(frozen=True, slots=True)
class Editing:
    """The page. `tried`: what the draft does to the last delivery; `values`: whether its rows carry values."""

    slug: str
    of: Draft
    judged: Judged
    delivery: int | None
    read: bool
    """Whether a source is read by this set."""
    may_change: bool
    may_look: bool
    """Whether values of rows could be shown, after the elevated role."""
    seen: Glanced | None = None
    tried: Tried | None = None
    values: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """What is said while somebody types: what is wrong, and one row through the text where nothing is."""

    judged: Judged
    seen: Glanced | None
    looked: bool
    here: str
    """The address of the set."""


def edit(asked: Asked) -> Answer:
    """The text of one file of an own set, as it stands or as it was typed."""
    return _shown(asked, Judged(None))


def check(asked: Asked) -> Answer:
    """Every mistake of the text, on the whole page."""
    return _shown(asked, _judged(asked))


def check_part(asked: Asked) -> Answer:
    """The same as a part of the page, while somebody types, with one row through the text."""
    judged = _judged(asked)
    looked = not judged.faults
    return Shown(
        "pages/_layout_typed.html",
        Typed(judged, _seen(asked) if looked else None, looked, f"/districts/{asked.slug}/layouts/{quote(asked.path['set'])}"),
    )


def attempt(asked: Asked) -> Answer:
    """What the draft would do to the last delivery."""
    judged, delivery = _judged(asked), _delivery(asked)[0]
    if judged.faults:
        return _shown(asked, judged)
    if delivery is None:
        raise Misuse("No delivery is kept that could be looked at. The next one can be tried.")
    name, file = asked.path["set"], asked.form("file")
    texts = layout_drafts.changed(asked.house, asked.slug, name, file, asked.form("text"))
    try:
        tried, values = layout_rows.tried(asked.house, asked.viewer, asked.slug, name, texts, delivery, None, asked.now)
    except Refused as refusal:
        raise Misuse("{refusal}", refusal=refusal.in_full) from refusal
    return _shown(asked, judged, tried, values)


def save(asked: Asked) -> Answer:
    """Save the text as the next version, with the reason."""
    name, file, why, base = asked.path["set"], asked.form("file"), asked.form("why"), asked.form("base")
    if not why:
        raise Wrong(why=_("Say why in a few words; it stands beside the version."))
    if not base.isascii() or not base.isdigit():
        raise Misuse("This page was open too long. Open it again.")
    try:
        saved, new = layout_drafts.save(asked.house, asked.viewer, asked.slug, name, file, asked.form("text"), int(base), why)
    except LayoutFaults:
        return _shown(asked, _judged(asked), status=422)
    to = f"/districts/{asked.slug}/layouts/{quote(name)}"
    if not new:
        return Goto(to, Notice("idle", _("Nothing is new"), _("Version %(number)s holds the same text.", number=saved.number)))
    return Goto(
        to, Notice("ok", _("Saved as version %(number)s", number=saved.number), _("It is read by from the next import on."))
    )


def _judged(asked: Asked) -> Judged:
    file = asked.form("file")
    return Judged(layout_drafts.judged(asked.house, asked.slug, asked.path["set"], file, asked.form("text")), file)


def _delivery(asked: Asked) -> tuple[int | None, bool]:
    """The newest delivery that the set can be tried on, and whether a source is read by the set."""
    page = set_page(asked.house, asked.slug, asked.path["set"])
    return layout_rows.delivery_of(asked.house, asked.slug, page.sources or page.others), bool(page.sources)


def _seen(asked: Asked, saved: str = "") -> Glanced | None:
    """One row of the last delivery through the text that was typed, or the one that is saved."""
    delivery = _delivery(asked)[0]
    if delivery is None:
        return None
    name, file = asked.path["set"], asked.form("file") or asked.asked_for("file")
    try:
        texts = layout_drafts.changed(asked.house, asked.slug, name, file, asked.form("text") or saved)
    except Misuse:
        return None
    row = asked.form("row") or asked.asked_for("row")
    nth = int(row) if row.isascii() and row.isdigit() and len(row) < 4 else 1
    return layout_rows.glanced(asked.house, asked.viewer, asked.slug, name, texts, file, delivery, nth, asked.now)


def _shown(asked: Asked, judged: Judged, tried: Tried | None = None, values: bool = False, status: int = 200) -> Answer:
    house, slug = asked.house, asked.slug
    try:
        draft = layout_drafts.draft(house, slug, asked.path["set"], asked.form("file") or asked.asked_for("file"))
    except Misuse:
        raise NotThere from None
    delivery, read = _delivery(asked)
    change, look = (rights.may(house, asked.viewer, act, slug, asked.now) for act in ("settings.change", "records.see"))
    seen = _seen(replace(asked, query={**asked.query, "file": (draft.file,)}), draft.text) if not judged.faults else None
    view = Editing(slug, draft, judged, delivery, read, change, look, seen, tried, values)
    return Shown("pages/layout_edit.html", view, status)


EDIT = "/districts/{slug}/layouts/{set}/edit"
PAGES = (
    Page(EDIT, "layouts.draft", edit, check, tab="layouts"),
    Page(f"{EDIT}/problems", "layouts.draft", post=check_part, tab="layouts"),
    Page(f"{EDIT}/try", "layouts.draft", edit, attempt, tab="layouts"),
    Page(f"{EDIT}/save", "layouts.draft", edit, save, post_act="settings.change", tab="layouts"),
)
