"""A district's own layout sets: saved as versions, read, restored."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from homeroom.doors.api.models import Body, Told, Whole
from homeroom.doors.api.problems import NOT_FOUND, stale
from homeroom.doors.api.resources.layouts import SetName, SetShown, Texts, shown
from homeroom.doors.api.routes import MOST, Answer, Ask, Asked, Routes, Slug
from homeroom.roster.report import moment
from homeroom.store.layout_versions import LayoutVersion
from homeroom.sync import own_layouts
from homeroom.sync.layouts import Own, known_set

routes = Routes("Layouts")
Note = Annotated[str, Field(min_length=1, max_length=500, description="What was changed and why, for those who look later.")]


class VersionTold(Told):
    """A saved version."""

    set: str
    version: int
    digest: str
    saved: str
    by: str
    note: str | None
    files: list[str]


class Saved(VersionTold):
    """A version after saving."""

    new: bool = Field(description="False: the newest version holds the same text, and none was made.")


class NewTexts(Body):
    """The texts of the next version."""

    texts: Texts
    note: Note
    based_on: Annotated[int, Field(ge=0, le=MOST)] | None = Field(
        None, description="The version that was edited (0: there was none). Where another is the newest by now, nothing is saved."
    )


class Again(Body):
    """Which version."""

    version: Whole
    note: Note


@routes.ask("GET", "/districts/{slug}/layouts", "settings.see", response_model=list[VersionTold])
def list_own_layouts(
    asked: Ask, slug: Slug, name: Annotated[str | None, Query(max_length=60, description="Only of this set.")] = None
) -> list[Answer]:
    """List the saved versions of a district's own sets, the newest first."""
    return [version_told(saved) for saved in asked.house.stores.control.layouts.of(slug, name)]


@routes.ask("GET", "/districts/{slug}/layouts/{name}", "settings.see", response_model=SetShown)
def get_own_layouts(
    asked: Ask,
    slug: Slug,
    name: SetName,
    version: Annotated[int | None, Query(ge=1, le=MOST, description="Without it the newest.")] = None,
) -> Answer:
    """Show one of the district's own sets with its texts."""
    saved = _version(asked, name, version)
    return shown(known_set(f"{name}@{saved.number}", Own(asked.house, slug)), saved.texts)


@routes.ask("PUT", "/districts/{slug}/layouts/{name}", "settings.change", response_model=Saved, problems=(409,))
def save_layouts(asked: Ask, slug: Slug, name: SetName, body: NewTexts) -> Answer:
    """Save texts as the next version of a set. A set with mistakes is not saved; the same text again makes no version.

    A source reads by it once its setting `layouts` names the set.
    """
    newest = asked.house.stores.control.layouts.newest(slug, name)
    number = newest.number if newest else 0
    if body.based_on is not None and body.based_on != number:
        raise stale(f"Version {number} is the newest of {name} by now; look at what changed, and save on top of it.")
    saved, new = own_layouts.save_texts(asked.house, slug, name, body.texts, note=body.note, who=asked.who)
    return {**version_told(saved), "new": new}


@routes.ask("POST", "/districts/{slug}/layouts/{name}/restore", "settings.change", response_model=Saved)
def restore_layouts(asked: Ask, slug: Slug, name: SetName, body: Again) -> Answer:
    """Make an old version the newest again. It becomes a version of its own; nothing is lost."""
    _version(asked, name, body.version)
    saved, new = own_layouts.restore(asked.house, slug, name, body.version, note=body.note, who=asked.who)
    return {**version_told(saved), "new": new}


def version_told(saved: LayoutVersion) -> Answer:
    """A saved version, without its texts."""
    return {
        "set": saved.name,
        "version": saved.number,
        "digest": saved.digest,
        "saved": moment(saved.saved),
        "by": saved.saved_by,
        "note": saved.note,
        "files": sorted(saved.texts),
    }


def _version(asked: Asked, name: str, number: int | None) -> LayoutVersion:
    for saved in asked.house.stores.control.layouts.of(asked.slug, name):
        if number in (None, saved.number):
            return saved
    raise NOT_FOUND
