"""Help: what the words mean, and the keys."""

from __future__ import annotations

from homeroom.doors.console.answers import Answer, Shown
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.words import N_

KEYS = (
    ("/", N_("Search")),
    ("g d", N_("Go to the districts")),
    ("g h", N_("Go to the holds")),
    ("g i", N_("Go to the imports")),
    ("j", N_("Next row")),
    ("k", N_("Row before")),
    ("Enter", N_("Open the row")),
    (".", N_("Do what the row's button does")),
    ("?", N_("This list")),
)
"""What `static/console.js` listens to."""


def show(asked: Asked) -> Answer:
    """The page."""
    return Shown("pages/help.html", KEYS)


PAGES = (Page("/help", "account", show),)
