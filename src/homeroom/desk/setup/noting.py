"""How far a set-up is, written into the district's row in the list of all, so that the list is one query."""

from __future__ import annotations

from datetime import datetime

from homeroom.desk.setup.steps import Known, gathered, steps
from homeroom.store.summaries import Setup as Noted
from homeroom.sync.house import House

DAYS = 14
WHOSE = {"first-sync": "vendor", "worksheet": "district"}
"""Whose move it is in steps of both sides, while nothing else is known."""


def day(known: Known, now: datetime) -> int:
    """Which day of the set-up it is, by the district's calendar; the first is 1."""
    return (now.astimezone(known.zone).date() - known.setup.started).days + 1


def note(house: House, slug: str, now: datetime) -> None:
    """Put how far a set-up is into the district's row, and the end of it into the set-up itself. Every act of a set-up ends with it."""
    known = gathered(house, slug)
    current = next((step for step in steps(known, now) if step.standing == "now"), None)
    if current is None:
        if known.setup.state != "automatic":
            house.stores.control.setups.change(known.setup, "automatic", known.setup.values)
        house.stores.control.summaries.set_up(slug, None, now)
        return
    whose = WHOSE.get(current.key, current.owner)
    house.stores.control.summaries.set_up(slug, Noted(day(known, now), DAYS, whose, current.due, current.title), now)


def note_all(house: House, now: datetime) -> None:
    """The same for all set-ups that are not done: days pass, files come, people come in."""
    for known in house.stores.control.setups.all():
        if known.state != "automatic":
            note(house, known.district, now)
