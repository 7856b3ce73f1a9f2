"""The import log of a district: what ran?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import ModuleType
from urllib.parse import urlencode

from homeroom.desk import import_log, rights
from homeroom.desk.import_log import STATES, ImportLog, Wanted
from homeroom.doors.console.answers import Answer, Shown
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import import_words


@dataclass(frozen=True, slots=True)
class View:
    """The page. `paged`: its address with its filters, ending in `page=`."""

    log: ImportLog
    wanted: Wanted
    home: str
    paged: str
    filtered: bool
    may_import: bool
    whole: bool
    size: int = import_log.PAGE
    words: ModuleType = import_words


def show(asked: Asked) -> Answer:
    """A page of the log."""
    home, wanted = f"/districts/{asked.slug}", _wanted(asked)
    given = {
        "state": wanted.state,
        "trigger": wanted.trigger,
        "source": wanted.source,
        "first": wanted.first,
        "last": wanted.last,
    }
    kept = [(name, str(value)) for name, value in given.items() if value is not None]
    view = View(
        log=import_log.import_log(asked.house, asked.viewer, asked.slug, wanted, asked.now),
        wanted=wanted,
        home=home,
        paged=f"{home}/imports?{urlencode([*kept, ('page', '')])}",
        filtered=bool(kept),
        may_import=rights.may(asked.house, asked.viewer, "imports.start", asked.slug, asked.now),
        whole=asked.viewer.role != "school_viewer",
    )
    return Shown("pages/imports.html", view)


def _wanted(asked: Asked) -> Wanted:
    """What the address asks for; what is no such value is no filter."""
    source = asked.asked_for("source")
    return Wanted(
        state=next((s for s in STATES if s == asked.asked_for("state")), None),
        trigger=asked.asked_for("trigger")[:50] or None,
        source=int(source) if source.isascii() and source.isdigit() and len(source) < 10 else None,
        first=day_of(asked.asked_for("first")),
        last=day_of(asked.asked_for("last")),
        page=asked.at(),
    )


def day_of(text: str) -> date | None:
    """The day that a filter names; None for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


PAGES = (Page("/districts/{slug}/imports", "reports.see", show, tab="imports"),)
