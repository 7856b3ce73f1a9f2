"""One district: is its roster fresh, and does anything need somebody?"""

from __future__ import annotations

from dataclasses import dataclass

from homeroom.desk import deleting, overview, rights
from homeroom.desk.deleting import Farewell
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
    farewell: Farewell | None
    words: object = speaking


def show(asked: Asked) -> Answer:
    """The overview."""
    house, who, slug = asked.house, asked.viewer, asked.slug
    made = overview.overview(house, who, slug, asked.now)
    view = View(
        of=made,
        support=house.stores.control.support.of(slug, asked.now),
        may_import=rights.may(house, who, "imports.start", slug, asked.now),
        may_change=rights.may(house, who, "settings.change", slug, asked.now),
        farewell=deleting.farewell(house, who, slug, asked.now),
    )
    return Shown("pages/overview.html", view)


PAGES = (Page("/districts/{slug}", "district.see", show, tab="overview"),)
