"""Schools: which school numbers do we not know yet?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from homeroom.desk import rights, schools_page
from homeroom.desk.schools_page import SchoolsPage
from homeroom.doors.console.answers import Answer, Goto, Notice, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.words import N_, _
from homeroom.roster.faults import Misuse

BY = {
    "column": N_("its own row says so (%(rule)s)"),
    "list": N_("it is on the list (%(rule)s)"),
    "formula": N_("the rule %(rule)s holds"),
    "unmatched": N_("its number is not matched yet"),
    "parent": N_("it belongs to %(rule)s"),
}
"""Why a school is not read, by the report's word."""


@dataclass(frozen=True, slots=True)
class View:
    """The page."""

    slug: str
    of: SchoolsPage
    may_change: bool
    by: ClassVar[Mapping[str, str]] = BY


def show(asked: Asked) -> Answer:
    """The list."""
    may = rights.may(asked.house, asked.viewer, "settings.change", asked.slug, asked.now)
    return Shown("pages/schools.html", View(asked.slug, schools_page.schools_page(asked.house, asked.slug), may))


def act(asked: Asked) -> Answer:
    """Match, take a match back, declare, remove, ignore, or read again."""
    house, who, slug, do = asked.house, asked.viewer, asked.slug, asked.form("do")
    own, sis, name = asked.form("own"), asked.form("sis"), asked.form("name")
    if do == "match":
        if not own or not sis:
            raise Misuse("Choose a school here and a number of the SIS.")
        schools_page.match(house, who, slug, own, sis)
        told = _("%(sis)s is matched with %(own)s.", sis=sis, own=own)
    elif do == "unmatch":
        schools_page.match(house, who, slug, own, None)
        told = _("%(own)s is matched with no number any more.", own=own)
    elif do == "declare":
        _told(own=own, name=name)
        schools_page.declare(house, who, slug, own, name, sis or None)
        told = _("%(own)s is a school here now.", own=own)
    elif do == "remove":
        schools_page.remove(house, who, slug, own)
        told = _("%(own)s is no school here any more.", own=own)
    elif do == "ignore":
        schools_page.ignore(house, who, slug, sis)
        told = _("%(sis)s is ignored: it is neither read nor removed.", sis=sis)
    elif do == "read":
        schools_page.read_again(house, who, slug, sis)
        told = _("%(sis)s is on no list any more.", sis=sis)
    else:
        raise Misuse("Choose what to do.")
    return Goto(f"/districts/{slug}/schools", Notice("ok", told, _("This counts from the next import on.")))


def _told(own: str, name: str) -> None:
    wrong = {"own": _("Give the school an id.") if not own else "", "name": _("Give the school a name.") if not name else ""}
    if missing := {field: sentence for field, sentence in wrong.items() if sentence}:
        raise Wrong(**missing)


PAGES = (Page("/districts/{slug}/schools", "settings.see", show, act, post_act="settings.change", tab="schools"),)
