"""The imports of all districts: what ran?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from urllib.parse import urlencode

from homeroom.desk import what_ran
from homeroom.desk.import_log import PAGE, STATES
from homeroom.desk.what_ran import Wanted, WhatRan
from homeroom.doors.console.answers import Answer, Shown
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import import_words, speaking
from homeroom.doors.console.pages.import_log import day_of
from homeroom.doors.console.words import speech


@dataclass(frozen=True, slots=True)
class View:
    """The page. `paged`: its address with its filters, ending in `page=`."""

    ran: WhatRan
    wanted: Wanted
    paged: str
    filtered: bool
    triggers: Sequence[str] = tuple(speaking.TRIGGERS)
    size: int = PAGE
    words: ModuleType = import_words
    said: ModuleType = speaking


def show(asked: Asked) -> Answer:
    """A page of the list."""
    wanted = Wanted(
        state=next((s for s in STATES if s == asked.asked_for("state")), None),
        trigger=next((t for t in speaking.TRIGGERS if t == asked.asked_for("trigger")), None),
        district=asked.asked_for("q")[:100],
        first=day_of(asked.asked_for("first")),
        last=day_of(asked.asked_for("last")),
        zone=speech().zone,
        page=asked.at(),
    )
    given = {"q": wanted.district, "state": wanted.state, "trigger": wanted.trigger, "first": wanted.first, "last": wanted.last}
    kept = [(name, str(value)) for name, value in given.items() if value]
    made = what_ran.what_ran(asked.house, asked.viewer, wanted)
    return Shown("pages/every_import.html", View(made, wanted, f"/imports?{urlencode([*kept, ('page', '')])}", bool(kept)))


PAGES = (Page("/imports", "fleet.see", show, tab="imports"),)
