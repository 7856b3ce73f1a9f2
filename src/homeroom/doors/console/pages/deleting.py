"""Deleting a district, and keeping it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from homeroom.desk import deleting
from homeroom.desk.deleting import GRACE, NoReason, NotTyped
from homeroom.doors.console.answers import Answer, Goto, Notice, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.words import _, speech, times
from homeroom.store.districts import District


@dataclass(frozen=True, slots=True)
class View:
    """The page: which district, how much it holds, and when it would go."""

    district: District
    due: datetime
    students: int | None
    revision: int
    sources: int


def show(asked: Asked) -> Answer:
    """What would happen, and the form."""
    control, slug = asked.house.stores.control, asked.slug
    summary = control.summaries.get(slug)
    standing = summary.standing if summary is not None else None
    view = View(
        district=control.districts.get(slug),
        due=asked.now + GRACE,
        students=standing.people.get("student", 0) if standing is not None else None,
        revision=summary.revision if summary is not None else 0,
        sources=len(control.sources.of(slug)),
    )
    return Shown("pages/delete_district.html", view)


def ask(asked: Asked) -> Answer:
    """Shut it, to be deleted when the grace is over."""
    try:
        made = deleting.ask(
            asked.house, asked.slug, asked.form("short"), asked.form("reason"), who=asked.viewer.who, now=asked.now
        )
    except NotTyped:
        raise Wrong(short=_("Type the short name of this district: %(short)s.", short=asked.slug)) from None
    except NoReason:
        raise Wrong(reason=_("Say in a sentence why: 10 characters or more.")) from None
    day = times.day(speech(), made.due.astimezone(speech().zone).date())
    return Goto(
        f"/districts/{asked.slug}",
        Notice("warn", _("%(name)s is shut", name=made.name), _("It can be kept until %(day)s.", day=day)),
    )


def keep(asked: Asked) -> Answer:
    """Open it again."""
    kept = deleting.keep(asked.house, asked.slug, who=asked.viewer.who, now=asked.now)
    told = _("Apps read it again, and its sources work as before.")
    return Goto(f"/districts/{asked.slug}", Notice("ok", _("%(name)s stays", name=kept.name), told))


PAGES = (
    Page("/districts/{slug}/settings/delete", "district.delete", show, ask, tab="settings"),
    Page("/districts/{slug}/keep", "district.keep", post=keep, tab="overview"),
)
