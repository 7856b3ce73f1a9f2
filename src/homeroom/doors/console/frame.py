"""What stands around every page: tabs, the district, the search, the elevated role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Protocol

from homeroom.desk.acts import ACTS
from homeroom.desk.viewer import Elevation, Viewer
from homeroom.doors.console.words import N_
from homeroom.roster.faults import Misuse
from homeroom.store.districts import District
from homeroom.sync.house import House


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers in the tabs: what waits for a decision, and the set-ups that are not done."""

    holds: int = 0
    onboarding: int = 0
    automatic: bool = False
    """Of one district: whether its set-up is done; the tab is gone then."""


class Count(Protocol):
    """Tells the numbers of the tabs: of one district, or of all that the viewer sees."""

    def __call__(self, house: House, viewer: Viewer, slug: str | None) -> Counts:
        """Count."""
        ...


def counted(house: House, viewer: Viewer, slug: str | None) -> Counts:
    """Of a district: whether it waits, and whether its set-up is over. Else of all districts that the viewer sees."""
    control = house.stores.control
    if slug is not None:
        holds, going = control.summaries.waiting((slug,))
        return Counts(holds=holds, automatic=not going)
    only = None if viewer.sees_every_district else viewer.token_districts or viewer.person.districts
    holds, going = control.summaries.waiting(only)
    return Counts(holds=holds, onboarding=going)


def no_counts(house: House, viewer: Viewer, slug: str | None) -> Counts:
    """Where nobody counts yet."""
    return Counts()


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: the name by which pages say that it is theirs, its words, its path and what it needs."""

    name: str
    words: str
    path: str
    act: str


FLEET = (
    Tab("districts", N_("Districts"), "/", "fleet.see"),
    Tab("holds", N_("Holds"), "/holds", "fleet.see"),
    Tab("imports", N_("Imports"), "/imports", "fleet.see"),
    Tab("onboarding", N_("Onboarding"), "/onboarding", "fleet.see"),
    Tab("layouts", N_("Layouts"), "/layouts", "layouts.shipped"),
    Tab("apps", N_("Apps"), "/apps", "apps.see"),
    Tab("audit", N_("Audit"), "/audit", "audit.all"),
    Tab("settings", N_("Settings"), "/settings", "installation.see"),
)
DISTRICT = (
    Tab("overview", N_("Overview"), "", "district.see"),
    Tab("imports", N_("Imports"), "/imports", "reports.see"),
    Tab("records", N_("Records"), "/records", "records.see"),
    Tab("sources", N_("Sources"), "/sources", "settings.see"),
    Tab("layouts", N_("Layouts"), "/layouts", "settings.see"),
    Tab("schools", N_("Schools"), "/schools", "settings.see"),
    Tab("setup", N_("Set-up"), "/setup", "setup.see"),
    Tab("access", N_("Access and audit"), "/access", "audit.see"),
    Tab("settings", N_("Settings"), "/settings", "settings.see"),
)
WITHOUT_FLEET = (
    Tab("settings", N_("This installation"), "/settings", "installation.see"),
    Tab("districts", N_("Add a district"), "/districts/new", "districts.add"),
    Tab("apps", N_("Apps"), "/apps", "apps.see"),
    Tab("audit", N_("The whole audit"), "/audit", "audit.all"),
)
"""What stands at the foot while there is one district, and no tabs of the fleet: nobody may be locked out of the second one."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A tab as it is shown: with its address, its count, and whether it is the current one."""

    words: str
    path: str
    count: int
    current: bool
    waits: bool
    """Whether what is counted waits for a person."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of one page for one viewer."""

    viewer: Viewer
    tabs: tuple[Shelf, ...]
    district: District | None
    elevated_district: District | None
    several: bool
    """Whether this viewer sees more than one district."""
    finds: bool
    """Whether this viewer may search: districts of the fleet, or people of the district."""
    installation: tuple[tuple[str, str], ...]
    """Words and paths of the pages of the installation that need links of their own, since fleet tabs do not appear."""
    elevation: Elevation | None
    """The elevated role, while it is on."""
    minutes_left: int
    """How long it will be on, counting a begun minute."""


def framed(house: House, viewer: Viewer, slug: str | None, tab: str, count: Count, now: datetime) -> Frame:
    """The frame. With one district only there are no fleet tabs: its own stand on every page."""
    only = only_district(house, viewer)
    several = only is None
    inside = slug or only
    counts = count(house, viewer, inside)
    here = known(house, inside)
    shut = here is not None and here.leaves is not None
    on = viewer.elevation if viewer.elevation is not None and viewer.elevation.until > now else None
    return Frame(
        viewer=viewer,
        tabs=_district_tabs(viewer, inside, tab if slug else "", counts, shut) if inside else _fleet_tabs(viewer, tab, counts),
        district=here,
        elevated_district=known(house, on.district if on else None),
        several=several,
        finds=_may(viewer, "records.see") and not shut if inside else True,
        installation=() if several else tuple((t.words, t.path) for t in WITHOUT_FLEET if _may(viewer, t.act)),
        elevation=on,
        minutes_left=ceil((on.until - now).total_seconds() / 60) if on else 0,
    )


def known(house: House, slug: str | None) -> District | None:
    """The district of that name; None for no name, and for a district that was taken away a moment ago."""
    if slug is None:
        return None
    try:
        return house.stores.control.districts.get(slug)
    except Misuse:
        return None


def only_district(house: House, viewer: Viewer) -> str | None:
    """The one district that this viewer sees; None where there are several, or none at all."""
    if viewer.person.districts and not viewer.person.staff:
        return viewer.person.districts[0] if len(viewer.person.districts) == 1 else None
    seen = [d.slug for d in house.stores.control.districts.first(2) if viewer.sees(d.slug)]
    return seen[0] if len(seen) == 1 else None


def _may(viewer: Viewer, act: str) -> bool:
    return viewer.role in ACTS[act].roles


def _fleet_tabs(viewer: Viewer, current: str, counts: Counts) -> tuple[Shelf, ...]:
    numbers: Mapping[str, int] = {"holds": counts.holds, "onboarding": counts.onboarding}
    return tuple(
        Shelf(tab.words, tab.path, numbers.get(tab.name, 0), tab.name == current, tab.name == "holds")
        for tab in FLEET
        if _may(viewer, tab.act)
    )


def _district_tabs(viewer: Viewer, slug: str, current: str, counts: Counts, shut: bool) -> tuple[Shelf, ...]:
    """Of a district that is to be deleted only those whose pages are open still."""
    return tuple(
        Shelf(tab.words, f"/districts/{slug}{tab.path}", counts.holds if tab.name == "imports" else 0, tab.name == current, True)
        for tab in DISTRICT
        if _may(viewer, tab.act) and (ACTS[tab.act].leaving or not shut) and (tab.name != "setup" or not counts.automatic)
    )
