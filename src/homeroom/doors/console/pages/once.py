"""Links that open once: come in for the first time, get a new password, be handed credentials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import segno

from homeroom.desk import handing_over, letting_in, once, own_secrets, passwords, people, sessions
from homeroom.desk.viewer import Person
from homeroom.doors.console.answers import Answer, Goto, Notice, Shown
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.words import _
from homeroom.roster.faults import Misuse


@dataclass(frozen=True, slots=True)
class ComingIn:
    """Somebody who comes in by a link. `picture` is the square that a phone reads, as SVG; `secret` the same in letters."""

    person: Person
    first: bool
    secret: str
    picture: str
    needs_code: bool
    keeps_code: bool
    """The person has a code generator, which stays: one of its codes is asked for."""


@dataclass(frozen=True, slots=True)
class Dead:
    """A link that opens nothing, and why."""

    used: datetime | None
    expired: bool


def show(asked: Asked) -> Answer:
    """What the link is for. Opens nothing: programs that look through mail open addresses, too."""
    try:
        link = once.look(asked.house, asked.path["token"], asked.now)
    except once.LinkDead as dead:
        return Shown("pages/once_dead.html", Dead(dead.used, dead.expired), 410)
    if link.kind == handing_over.KIND:
        return Shown("pages/once_waiting.html", link)
    person = people.invited(asked.house, asked.path["token"], asked.now)
    secret = asked.form("generator")
    if not own_secrets.SECRET.fullmatch(secret):
        secret = passwords.new_secret()
    first, keeps = link.kind == people.INVITATION, person.has_code
    # Should there have to be another invitation: of somebody who never came in nothing else tells the language.
    if first and asked.language is not None:
        people.reads_in(asked.house, person, asked.language)
    picture = "" if keeps else square(secret, person.email)
    return Shown("pages/come_in.html", ComingIn(person, first, "" if keeps else secret, picture, person.staff, keeps))


def open_(asked: Asked) -> Answer:
    """Come in, or be shown the credentials."""
    token = asked.path["token"]
    try:
        link = once.look(asked.house, token, asked.now)
        if link.kind == handing_over.KIND:
            return Shown("pages/handed.html", handing_over.opened(asked.house, token, asked.now))
        return _come_in(asked, token)
    except once.LinkDead as dead:
        return Shown("pages/once_dead.html", Dead(dead.used, dead.expired), 410)


def _come_in(asked: Asked, token: str) -> Answer:
    password = asked.values.get("password", ("",))[-1]
    if password != asked.values.get("again", ("",))[-1]:
        raise Misuse("The two passwords differ. Type the same one twice.")
    code = asked.form("code")
    invited = people.invited(asked.house, token, asked.now)
    secret = asked.form("generator") if code and not invited.has_code else None
    if secret is not None and not own_secrets.SECRET.fullmatch(secret):
        raise Misuse("Load the page again: it was not sent whole.")
    before = letting_in.last_reset(asked.house, invited, asked.now)
    person = people.accept(asked.house, token, password, secret, code, asked.now, asked.form("name"))
    cookie = sessions.begin(asked.house, person, asked.now, agent=asked.agent, address=asked.peer, how="link")
    told = _("You are signed in.") if before is None else reset_told(asked, before)
    return Goto("/", Notice("ok", _("Welcome, %(name)s.", name=person.name), told), session=cookie)


def reset_told(asked: Asked, reset: letting_in.Reset) -> str:
    """What somebody is told whose password was reset before: it may not have been they who opened the link."""
    day = f"{reset.at:%Y-%m-%d}"
    return _(
        "Your password was reset on %(day)s by a link that %(who)s made. If that was not you, set a new one and tell an operator.",
        day=day,
        who=reset.made_by,
    )


def square(secret: str, email: str) -> str:
    """The `otpauth:` address as a square for a phone's camera, in SVG without styles."""
    drawn: str = segno.make(passwords.address(secret, email), error="m").svg_inline(
        scale=4, border=4, light="#ffffff", omitsize=False, svgclass="qr", lineclass=None
    )
    return drawn


PAGES = (Page("/once/{token}", None, show, open_),)
