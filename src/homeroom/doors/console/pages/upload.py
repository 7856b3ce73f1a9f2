"""Upload: what would these files do? Always a dry run first; then the same files, in earnest."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom.desk import uploading
from homeroom.desk.uploading import Reader
from homeroom.doors.console.answers import Answer, Goto, Notice, NotThere, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import speaking
from homeroom.doors.console.pages.one_source import no_worker
from homeroom.doors.console.words import _
from homeroom.roster.faults import Misuse
from homeroom.sync import gate, taking_up
from homeroom.workbench.values import Mode

MOST_BYTES = 2_000_000_000
"""What one form may bring; a larger set comes over SFTP."""


@dataclass(frozen=True, slots=True)
class View:
    """The page. `gated`: until the set-up is approved, files are only looked at."""

    slug: str
    readers: tuple[Reader, ...]
    most: int
    works: bool
    gated: bool
    chosen: int | None
    """The source that the reader comes from."""
    words: object = speaking


def show(asked: Asked) -> Answer:
    """The form, with the names of the files that are read."""
    found = uploading.readers(asked.house, asked.slug)
    gated = gate.closed(asked.house, asked.slug)
    wanted = asked.asked_for("source")
    chosen = next((r.source.id for r in found if str(r.source.id) == wanted), None)
    return Shown("pages/upload.html", View(asked.slug, found, MOST_BYTES, asked.jobs is not None, gated, chosen))


def take(asked: Asked) -> Answer:
    """Begin the dry run."""
    if asked.jobs is None:
        raise no_worker()
    files = [(upload.name, upload.path) for upload in asked.files("files")]
    if not files:
        raise Wrong(files=_("Choose the files first: one ZIP, or the files themselves."))
    chosen = asked.form("source")
    if chosen and not (chosen.isascii() and chosen.isdigit() and len(chosen) < 10):
        raise Wrong(source=_("Choose one of the sources."))
    kind: Mode = "change_notification" if asked.form("kind") == "change_notification" else "continuous"
    number, notes = uploading.begin(
        asked.house, asked.viewer, asked.slug, files, int(chosen) if chosen else None, kind, asked.now
    )
    taking_up.hand_over(asked.house, asked.jobs, asked.slug, number)
    return _to(asked, number, _("The files are looked at. Nothing is changed by it."), " ".join(notes))


def apply(asked: Asked) -> Answer:
    """Import the files of a dry run."""
    if asked.jobs is None:
        raise no_worker()
    number = asked.number("number")
    try:
        asked.house.stores.roster(asked.slug).imports.get(number)
    except Misuse:
        raise NotThere from None
    made = uploading.apply(asked.house, asked.viewer, asked.slug, number, asked.now)
    taking_up.hand_over(asked.house, asked.jobs, asked.slug, made)
    return _to(asked, made, _("The import of these files has begun."), _("You can leave this page."))


def _to(asked: Asked, number: int, title: str, text: str) -> Answer:
    return Goto(f"/districts/{asked.slug}/imports/{number}", Notice("ok", title, text))


HOME = "/districts/{slug}/upload"
PAGES = (
    Page(HOME, "imports.start", show, take, tab="imports", limit=MOST_BYTES, files=True),
    Page(f"{HOME}/{{number:int}}/apply", "imports.start", post=apply, tab="imports"),
)
