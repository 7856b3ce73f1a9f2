"""Going back to a revision: what that would do, then the button."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from homeroom.desk import deciding
from homeroom.desk.deciding import Back, NotSo, Overtaken
from homeroom.doors.console.answers import Answer, Goto, Notice, NotThere, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import import_words
from homeroom.doors.console.words import _, desk_says, speech
from homeroom.roster.faults import Misuse


@dataclass(frozen=True, slots=True)
class View:
    """The page: what the district's roster would become again, and what that changes."""

    of: Back
    number: int
    here: str
    words: ModuleType = import_words


def show(asked: Asked) -> Answer:
    """What going back to the revision before this import would change."""
    number, revision = asked.number("number"), _before(asked)
    made = deciding.back_to(asked.house, asked.viewer, asked.slug, revision, asked.now)
    return Shown("pages/going_back.html", View(made, number, f"/districts/{asked.slug}/imports/{number}"))


def go_back(asked: Asked) -> Answer:
    """Go back, if that still does what was shown."""
    revision, here = _before(asked), f"/districts/{asked.slug}/imports"
    try:
        made = deciding.go_back(
            asked.house, asked.viewer, asked.slug, revision, asked.form("plan"), asked.form("reason"), asked.now
        )
    except NotSo as wrong:
        raise Wrong(**{wrong.field: desk_says.told(speech(), wrong.said)}) from None
    except Overtaken:
        told = _("The roster changed since you looked. Look at the numbers again.")
        return Goto(asked.address, Notice("warn", _("Nothing was changed"), told))
    told = _("It can be rolled forward again in the same way.")
    title = _("Revision %(after)s equals revision %(revision)s", after=made.revision_after, revision=revision)
    return Goto(f"{here}/{made.number}", Notice("ok", title, told))


def _before(asked: Asked) -> int:
    """The revision before the import. Raises NotThere for an import that made none."""
    try:
        row = asked.house.stores.roster(asked.slug).imports.get(asked.number("number"))
    except Misuse:
        raise NotThere from None
    if row.status != "done" or row.dry_run or not row.revision_before or row.revision_before == row.revision_after:
        raise NotThere
    return row.revision_before


_HERE = "/districts/{slug}/imports/{number:int}/back"
PAGES = (Page(_HERE, "rollback", show, go_back, tab="imports"),)
