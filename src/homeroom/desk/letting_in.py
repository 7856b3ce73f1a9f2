"""Links by which people come in or get a new password, and who may hold one: whoever has such a link can be the person it is for.

Where mail is set up a link goes to the person, and whoever made it never sees it. Where there is none, the link of somebody who never
came in is shown to whoever invites: there is nobody yet. That of somebody who did come in is shown to an operator alone, with the elevated
role; the person is told so at the next sign-in, and the audit of their district names it. It opens nothing without their code generator,
which only a second act of the same kind takes away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from homeroom.desk import people
from homeroom.desk.letters import Letter, Reader, Say, author, in_english, written
from homeroom.desk.rights import NeedsElevation, NotAllowed
from homeroom.desk.viewer import Person, Viewer
from homeroom.outbound import mail
from homeroom.roster.faults import Misuse
from homeroom.roster.words import Said, _
from homeroom.store.people import Kept
from homeroom.sync.doorways import public_url
from homeroom.sync.house import House

Send = Callable[[EmailMessage], None]
TOLD = timedelta(days=30)
"""For so long people are told at each sign-in that their password was reset."""


@dataclass(frozen=True, slots=True)
class Reset:
    """A link that set a new password: when it was opened, and who made it."""

    at: datetime
    made_by: str


def by_mail(house: House) -> bool:
    """Whether links go by mail."""
    return house.settings.smtp_url is not None


def may_make(house: House, asking: Viewer, number: int) -> None:
    """Go on only if this person may make a link for somebody. Raises Misuse, and NotAllowed where the elevated role comes first."""
    kept = house.stores.control.people.get(number)
    if by_mail(house) or not people.came_in(kept):
        return
    _by_operator(
        asking,
        kept,
        _(
            "Ask an operator: whoever has the link can sign in as {email}, and no mail is set up that would bring it to them.",
            email=kept.email,
        ),
    )


def may_forget_code(house: House, asking: Viewer, number: int) -> None:
    """Go on only if this person may take somebody's code generator away. Raises Misuse, and NotAllowed."""
    kept = house.stores.control.people.get(number)
    if kept.totp is None:
        raise Misuse("{email} has no code generator.", email=kept.email)
    _by_operator(
        asking, kept, _("Ask an operator: without the code generator a password alone signs in as {email}.", email=kept.email)
    )


def link(house: House, asking: Viewer, number: int, now: datetime, send: Send | None = None, say: Say = in_english) -> str | None:
    """Make a new link for somebody: the address to hand over, or None where it went to the person by mail.

    Raises what `may_make` does, and Misuse where the mail could not be sent.
    """
    may_make(house, asking, number)
    token = people.again(house, number, who=asking.who, now=now, shown=not by_mail(house))
    return handed(house, people.as_person(house.stores.control.people.get(number)), token, asking.who, send, say)


def handed(house: House, person: Person, token: str, who: str, send: Send | None = None, say: Say = in_english) -> str | None:
    """Send a link to its person, in the person's language by `say`; its address where no mail is set up. Raises Misuse where the mail could
    not be sent."""
    address = f"{public_url(house)}/once/{token}"
    if not by_mail(house):
        return address
    give = send or (lambda letter: mail.send(mail.Server.parse(house.settings.smtp_url or ""), letter))
    first = not people.came_in(house.stores.control.people.get(person.id))
    letter = _invitation(who, address) if first else _new_password(who, address)
    subject, text = written(letter, Reader(person.language), say)
    try:
        give(mail.letter(house.settings.mail_from or "homeroom@localhost", person.email, subject, text))
    except mail.NotSent as trouble:
        raise Misuse(
            "The link for {email} was not sent: {trouble}. Make a new one when the mail server works.",
            email=person.email,
            trouble=trouble.said,
        ) from None
    return None


def last_reset(house: House, person: Person, now: datetime) -> Reset | None:
    """The last time that a link set a new password for somebody who had come in, while it is worth telling."""
    found = house.stores.control.once.opened(people.NEW_PASSWORD, str(person.id), now - TOLD)
    return Reset(found.used, found.given_by) if found is not None and found.used is not None else None


def _by_operator(asking: Viewer, kept: Kept, else_: Said) -> None:
    if asking.role != "operator":
        raise Misuse("{why}", why=else_)
    slug = kept.districts[0] if kept.districts else None
    if not any(asking.elevated("settings", each) for each in (*kept.districts, *((None,) if slug is None else ()))):
        raise NotAllowed(NeedsElevation("settings", slug))


def _invitation(who: str, address: str) -> Letter:
    person, token = author(who)
    invites = (
        _("{who} by token {token} invites you to Homeroom.", who=person, token=token)
        if token
        else _("{who} invites you to Homeroom.", who=person)
    )
    return Letter(
        _("You are invited to Homeroom"),
        (
            invites,
            _("Open this page to choose a password. It opens once, within 48 hours:"),
            address,
            _("If you do not know what this is about, do nothing."),
        ),
    )


def _new_password(who: str, address: str) -> Letter:
    person, token = author(who)
    asked = (
        _("{who} by token {token} asked for a new password for you.", who=person, token=token)
        if token
        else _("{who} asked for a new password for you.", who=person)
    )
    return Letter(
        _("A new password for Homeroom"),
        (
            asked,
            _("Open this page to choose it. It opens once, within 48 hours:"),
            address,
            _(
                "With the new password you are signed out everywhere, and your access tokens are good no more. "
                "Your code generator stays: have it at hand."
            ),
            _("If you did not ask for this, do nothing, and tell the person named above."),
        ),
    )
