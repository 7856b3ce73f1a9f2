"""Applications that read rosters: who reads what, and did they?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from homeroom.desk import rights
from homeroom.doors.console.answers import Answer, Goto, Notice, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.words import N_, _
from homeroom.store.apps import App
from homeroom.store.readings import Reading
from homeroom.sync import apps
from homeroom.sync.apps import SCOPE_ROOT

SCOPES = (
    ("roster-core.readonly", N_("people, classes and enrollments, by name")),
    ("roster.readonly", N_("the same with all their fields")),
    ("roster-demographics.readonly", N_("demographics")),
)


@dataclass(frozen=True, slots=True)
class View:
    """The page. `made` are the credentials of an app that was added just now."""

    apps: tuple[App, ...]
    districts: tuple[tuple[str, str], ...]
    readings: Mapping[str, Reading]
    """What each app read last, by its client id."""
    may_change: bool
    scopes: tuple[tuple[str, str], ...]
    made: dict[str, object] | None = None
    root: str = SCOPE_ROOT


def show(asked: Asked, made: dict[str, object] | None = None) -> Answer:
    """All applications."""
    found = rights.visible(asked.house, asked.viewer)
    view = View(
        apps=tuple(asked.house.stores.control.apps.all()),
        districts=tuple((d.slug, d.name) for d in found),
        readings=asked.house.stores.control.readings.by_app(),
        may_change=rights.may(asked.house, asked.viewer, "apps.change", None, asked.now),
        scopes=SCOPES,
        made=made,
    )
    return Shown("pages/apps.html", view)


def add(asked: Asked) -> Answer:
    """A new application; its secret is on the page that follows, and never again."""
    name = asked.form("name")
    if not name:
        raise Wrong(name=_("Give the application a name."))
    chosen = tuple(slug for slug in asked.form("districts").replace(",", " ").split() if slug)
    if not chosen and not asked.form("all"):
        raise Wrong(districts=_("Name the districts that it may read, or say that it may read all."))
    return show(asked, apps.add(asked.house, name, () if asked.form("all") else chosen, asked.forms("scope"), asked.viewer.who))


def revoke(asked: Asked) -> Answer:
    """Shut an application out."""
    gone = apps.revoke(asked.house, asked.path["client"], asked.viewer.who)
    return Goto("/apps", Notice("ok", _("%(name)s is shut out.", name=gone.name), _("Its tokens are good no more.")))


PAGES = (
    Page("/apps", "apps.see", show, add, post_act="apps.change", tab="apps"),
    Page("/apps/{client}/revoke", "apps.see", show, revoke, post_act="apps.change", tab="apps"),
)
