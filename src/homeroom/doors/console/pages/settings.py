"""Settings: of a district (its name, retention, notices, who looks after it), and of the installation (health, people, what is set)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from homeroom import __version__
from homeroom.desk import deleting, house_settings, letting_in, looking_after, people, rights, telling
from homeroom.desk.appointing import GIVES, may_give, reached
from homeroom.desk.deleting import Farewell
from homeroom.desk.house_settings import SettingLine
from homeroom.desk.viewer import Person
from homeroom.doors.console.answers import Answer, Goto, Notice, NotThere, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.pages.access import ROLES, sent
from homeroom.doors.console.pages.speaking import SOURCE_KINDS
from homeroom.doors.console.words import _, desk_says, speech
from homeroom.roster.faults import Misuse
from homeroom.roster.words import Said
from homeroom.settings import Settings
from homeroom.store.districts import District
from homeroom.store.sources import Source
from homeroom.sync import districts, expiry
from homeroom.sync.checkup import Found, checkup


@dataclass(frozen=True, slots=True)
class OfDistrict:
    """The district's page."""

    district: District
    kept_days: int
    house_days: int
    told: tuple[str, ...]
    staff: tuple[str, ...]
    sources: tuple[Source, ...]
    may_change: bool
    set_up: bool
    """Whether there was a set-up, whose page stands here once it is done."""
    kinds: ClassVar[Mapping[str, str]] = SOURCE_KINDS
    farewell: Farewell | None
    may_delete: bool


def show(asked: Asked) -> Answer:
    """The settings of a district; those of a source stand on the source's own page."""
    house, who, slug = asked.house, asked.viewer, asked.slug
    view = OfDistrict(
        district=house.stores.control.districts.get(slug),
        kept_days=expiry.kept_days(house, slug),
        house_days=house.settings.keep_removed_days,
        told=telling.chosen(house, who.person.id, slug),
        staff=looking_after.staff(house) if who.person.staff else (),
        sources=tuple(house.stores.control.sources.current(slug)),
        may_change=rights.may(house, who, "settings.change", slug, asked.now),
        set_up=house.stores.control.setups.of(slug) is not None,
        farewell=deleting.farewell(house, who, slug, asked.now),
        may_delete=rights.may(house, who, "district.delete", slug, asked.now),
    )
    return Shown("pages/district_settings.html", view)


def change(asked: Asked) -> Answer:
    """Name, and how long removed records are kept."""
    house, slug, who = asked.house, asked.slug, asked.viewer.who
    name, days = asked.form("name"), asked.form("kept_days")
    if not name:
        raise Wrong(name=_("Give the district the name that people know it by."))
    if days and not (days.isascii() and days.isdigit() and len(days) < 10):
        raise Wrong(kept_days=_("Write a number of days; 0 keeps them for ever."))
    if name != house.stores.control.districts.get(slug).name:
        districts.rename(house, slug, name, who)
    wanted = int(days) if days else None
    if (wanted if wanted is not None else house.settings.keep_removed_days) != expiry.kept_days(house, slug):
        expiry.keep_days(house, slug, wanted, asked.now, who)
    return _back(asked)


def look_after(asked: Asked) -> Answer:
    """Who of the vendor looks after it."""
    looking_after.put(asked.house, asked.viewer, asked.slug, asked.forms("staff"), asked.now)
    return _back(asked)


def notices(asked: Asked) -> Answer:
    """What I am told of this district."""
    telling.choose(asked.house, asked.viewer, asked.slug, asked.forms("told"), asked.now)
    return _back(asked)


@dataclass(frozen=True, slots=True)
class OfHouse:
    """The installation's page."""

    version: str
    found: tuple[Found, ...]
    settings: tuple[tuple[str, str, str], ...]
    """Variable, value (of secrets whether it is set), what it does."""
    people: tuple[Person, ...]
    gives: tuple[str, ...]
    link: str = ""
    roles: ClassVar[Mapping[str, str]] = ROLES


def show_house(asked: Asked, link: str = "") -> Answer:
    """Health, settings and the vendor's people. Settings are read from the environment; nothing is changed here."""
    house, who = asked.house, asked.viewer
    sees = rights.may(house, who, "people.see", None, asked.now)
    view = OfHouse(
        version=__version__,
        found=tuple(checkup(house.settings)),
        settings=tuple(_settings(house.settings)),
        people=tuple(p for p in people.listed(house) if not p.districts) if sees else (),
        gives=tuple(r for r in GIVES.get(who.role, ()) if r in ("operator", "engineer", "auditor")) if sees else (),
        link=link,
    )
    return Shown("pages/installation.html", view)


def invite(asked: Asked) -> Answer:
    """Invite one of the vendor's people."""
    role = asked.form("role")
    may_give(asked.viewer, role, ())
    people.confirm(asked.house, asked.viewer, asked.form("code"), asked.now)
    made = people.invite(asked.house, asked.form("email"), role, who=asked.viewer.who, now=asked.now, name=asked.form("name"))
    return _handed(
        asked, letting_in.handed(asked.house, made.person, made.token, asked.viewer.who, say=asked.say), made.person.email
    )


def _handed(asked: Asked, link: str | None, email: str) -> Answer:
    """The link, to be sent; or word that it was sent."""
    return show_house(asked, link) if link is not None else Goto("/settings", sent(email))


def change_person(asked: Asked) -> Answer:
    """A new link for one of the vendor's people, shut them out, or let them in again."""
    number, who = asked.number("number"), asked.viewer.who
    known = reached(asked.house, asked.viewer, number)
    if known is None:
        raise NotThere
    if asked.form("do") == "link":
        letting_in.may_make(asked.house, asked.viewer, number)
    if asked.form("do") == "code":
        letting_in.may_forget_code(asked.house, asked.viewer, number)
    people.confirm(asked.house, asked.viewer, asked.form("code"), asked.now)
    if asked.form("do") == "link":
        return _handed(asked, letting_in.link(asked.house, asked.viewer, number, asked.now, say=asked.say), known.email)
    if asked.form("do") == "code":
        forgotten = people.forget_code(asked.house, number, who=who, now=asked.now)
        told = _("The code generator of %(email)s is gone.", email=forgotten.email)
    elif asked.form("do") == "out":
        told = _("%(email)s is shut out.", email=people.disable(asked.house, number, who=who, now=asked.now).email)
    elif asked.form("do") == "in":
        told = _("%(email)s may sign in again.", email=people.enable(asked.house, number, who=who, now=asked.now).email)
    else:
        raise Misuse("Choose what to do.")
    return Goto("/settings", Notice("ok", told))


def _settings(settings: Settings) -> list[tuple[str, str, str]]:
    return [
        (line.variable, _value(line), desk_says.told(speech(), Said(line.meaning))) for line in house_settings.lines(settings)
    ]


def _value(line: SettingLine) -> str:
    if line.value is not None:
        return line.value
    return _("set") if line.is_set else _("not set")


def _back(asked: Asked) -> Answer:
    return Goto(f"/districts/{asked.slug}/settings", Notice("ok", _("Saved.")))


HOME = "/districts/{slug}/settings"
PAGES = (
    Page(HOME, "settings.see", show, change, post_act="settings.change", tab="settings"),
    Page(f"{HOME}/looked-after", "settings.see", show, look_after, post_act="districts.look_after", tab="settings"),
    Page(f"{HOME}/notices", "settings.see", show, notices, tab="settings"),
    Page("/settings", "installation.see", show_house, tab="settings"),
    Page("/settings/people", "installation.see", show_house, invite, post_act="people.invite", tab="settings"),
    Page(
        "/settings/people/{number:int}", "installation.see", show_house, change_person, post_act="people.invite", tab="settings"
    ),
)
