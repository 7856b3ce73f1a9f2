"""One district: is its roster fresh, and does anything need somebody?"""

from __future__ import annotations

from dataclasses import dataclass

from homeroom.desk import overview, rights
from homeroom.desk.overview import Overview
from homeroom.doors.console.answers import Answer, Shown
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import speaking
from homeroom.store.sessions import Support


@dataclass(frozen=True, slots=True)
class View:
    """The page, and what this viewer may do on it."""

    of: Overview
    support: Support | None
    may_import: bool
    may_change: bool
    words: object = speaking


def show(asked: Asked) -> Answer:
    """The overview."""
    house, who, slug = asked.house, asked.viewer, asked.slug
    made = overview.overview(house, who, slug, asked.now)
    may = (rights.may(house, who, act, slug, asked.now) for act in ("imports.start", "settings.change"))
    return Shown("pages/overview.html", View(made, house.stores.control.support.of(slug, asked.now), *may))


PAGES = (Page("/districts/{slug}", "district.see", show, tab="overview"),)
