"""All districts: which one needs me now. Holds, imports and set-ups of all of them; adding one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import get_args
from urllib.parse import urlencode

from homeroom.desk import fleet, fleet_sheet, rights
from homeroom.desk.acts import ACTS
from homeroom.desk.fleet import Fleet, Sort, Wanted
from homeroom.desk.setup import acting
from homeroom.desk.standing_now import CHIPS
from homeroom.doors.console.answers import Answer, Download, Goto, Notice, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import speaking
from homeroom.doors.console.words import _, desk_says, speech
from homeroom.roster.faults import Misuse

SORTS: tuple[Sort, ...] = get_args(Sort)


@dataclass(frozen=True, slots=True)
class View:
    """The page: the fleet, the filters of the address, and what this viewer may do."""

    fleet: Fleet
    wanted: Wanted
    query: str
    """The filters as a query without `state` and `page`, for the chips."""
    paged: str
    """The same with `state`, ending in `page=`."""
    may_add: bool
    words: object = speaking


def show(asked: Asked) -> Answer:
    """The list. Whoever has one district lands on that, an auditor on the audit."""
    who = asked.viewer
    if not asked.query and who.role == "auditor" and not who.person.districts:
        return Goto("/audit")
    if not asked.query and len(only := rights.visible(asked.house, who)) == 1:
        slug = only[0].slug
        return Goto(f"/districts/{slug}/imports" if who.role == "school_viewer" else f"/districts/{slug}")
    if not asked.query and who.role == "auditor":
        return Goto("/audit")
    wanted = _wanted(asked)
    made = fleet.fleet(asked.house, who, wanted, asked.now)
    return Shown("pages/fleet.html", _view(asked, made, wanted))


def needs(asked: Asked) -> Answer:
    """What needs somebody, alone: the part that looks anew by itself."""
    wanted = replace(_wanted(asked), every_need=True)
    return Shown("pages/_needs.html", _view(asked, fleet.fleet(asked.house, asked.viewer, wanted, asked.now), wanted))


def holds(asked: Asked) -> Answer:
    """What waits for a decision, oldest first."""
    return Shown("pages/holds.html", tuple(fleet.holds(asked.house, asked.viewer, asked.now)))


def set_ups(asked: Asked) -> Answer:
    """All set-ups: whose move it is in each, the one that is due first first."""
    going, who = tuple(fleet.set_ups(asked.house, asked.viewer, asked.now)), asked.viewer
    may = {
        "may_add": rights.may(asked.house, who, "districts.add", None, asked.now),
        "may_open": who.role in ACTS["setup.see"].roles,
    }
    return Shown("pages/set_ups.html", {"rows": going, "today": asked.now.date(), "words": speaking, **may})


def export(asked: Asked) -> Answer:
    """The list as a sheet, with the filters of the address."""
    lines = fleet_sheet.fleet_sheet(asked.house, asked.viewer, _wanted(asked), asked.now)
    return Download("districts.csv", "text/csv; charset=utf-8", (line.encode() for line in lines))


def show_add(asked: Asked) -> Answer:
    """The form for a new district."""
    from zoneinfo import available_timezones

    zones = sorted(
        zone
        for zone in available_timezones()
        if zone.startswith(("America/", "Pacific/", "Europe/", "Australia/", "Asia/", "Africa/"))
    )
    return Shown("pages/add_district.html", [(zone, zone.replace("_", " ")) for zone in zones])


def add(asked: Asked) -> Answer:
    """A new district, with its set-up."""
    slug, name = asked.form("slug").lower(), asked.form("name")
    try:
        started = date.fromisoformat(asked.form("started")) if asked.form("started") else asked.now.date()
    except ValueError:
        raise Wrong(started=_("Write the day as 2026-11-30.")) from None
    if not name:
        raise Wrong(name=_("Give the district the name that people know it by."))
    try:
        acting.begin(asked.house, asked.viewer, slug, name, asked.form("timezone"), started, asked.now)
    except Misuse as wrong:
        raise Wrong(slug=desk_says.why(speech(), wrong)) from None
    told = Notice(
        "ok", _("%(name)s was added.", name=name), _("Next: invite somebody of the district, and say how its data comes.")
    )
    return Goto(f"/districts/{slug}/setup", told)


def _wanted(asked: Asked) -> Wanted:
    state = asked.asked_for("state")
    sort = asked.asked_for("sort", "attention")
    return Wanted(
        state=next((chip for chip in CHIPS if chip == state), None),
        name=asked.asked_for("q"),
        sis=asked.asked_for("sis") or None,
        zone=asked.asked_for("zone") or None,
        looked_after=asked.asked_for("after") or None,
        sort=next((each for each in SORTS if each == sort), "attention"),
        page=asked.at(),
        every_need=asked.asked_for("needs") == "all",
    )


def _view(asked: Asked, made: Fleet, wanted: Wanted) -> View:
    given = {"q": wanted.name, "sis": wanted.sis, "zone": wanted.zone, "after": wanted.looked_after}
    kept = [(key, value) for key, value in given.items() if value]
    kept += [("sort", wanted.sort)] if wanted.sort != "attention" else []
    with_state = [*kept, *([("state", wanted.state)] if wanted.state else [])]
    may = rights.may(asked.house, asked.viewer, "districts.add", None, asked.now)
    return View(made, wanted, urlencode(kept), "/?" + urlencode([*with_state, ("page", "")]), may)


PAGES = (
    Page("/", "fleet.see", show, tab="districts"),
    Page("/needs", "fleet.see", needs),
    Page("/districts.csv", "fleet.see", export),
    Page("/holds", "fleet.see", holds, tab="holds"),
    Page("/onboarding", "fleet.see", set_ups, tab="onboarding"),
    Page("/districts/new", "districts.add", show_add, add, tab="districts"),
)
