"""Who is told what by e-mail: the people who chose to know, once per cause and night, in words that say what to do.

A failed try is tried again with growing pauses for a day. Neither a subject nor a log names anybody's record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import structlog

from homeroom.desk.people import as_person
from homeroom.desk.viewer import Person, Viewer
from homeroom.outbound import mail
from homeroom.roster.codes import code
from homeroom.roster.faults import Misuse
from homeroom.roster.words import in_a_row
from homeroom.store.audit import AuditRow
from homeroom.store.news import Mailing, News
from homeroom.sync.doorways import public_url
from homeroom.sync.house import House
from homeroom.sync.lateness import hear_late

CHOICES = ("failed", "held", "late")
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
_TAKEN = timedelta(minutes=5)
"""For so long a process that died while it sent keeps a letter from the others."""
KEPT = timedelta(days=90)
OLD = timedelta(days=1)
WRITTEN = ("rejected", "asked")
"""What a person wrote to the district's people about an import."""
_AFTER = {
    "rejected": "Nothing was changed, and applications keep the roster of before.",
    "asked": "The import waits on. Nothing has changed, and applications keep the roster of before.",
}

Send = Callable[[EmailMessage], None]
log = structlog.stdlib.get_logger("homeroom.telling")


@dataclass(frozen=True, slots=True)
class Told:
    """Who was told of an import: when, or why not yet (`trouble`), or why never (`given_up`)."""

    email: str
    sent: datetime | None
    trouble: str | None
    given_up: bool


def chosen(house: House, number: int, slug: str) -> tuple[str, ...]:
    """What a person is told of a district: of `CHOICES`. Without a choice a district's administrator is told all, others nothing."""
    kept = house.stores.control.people.get(number)
    said = kept.preferences.get("notices", {}).get(slug)
    if said is not None:
        return tuple(said)
    return CHOICES if kept.role == "administrator" and slug in kept.districts else ()


def choose(house: House, asking: Viewer, slug: str, choices: Sequence[str], now: datetime) -> None:
    """Let a person be told of these things in a district they see, and of no others. Raises Misuse."""
    if unknown := [each for each in choices if each not in CHOICES]:
        raise Misuse("There is no notice {notice!r}; there are {choices}.", notice=unknown[0], choices=in_a_row(CHOICES))
    kept = house.stores.control.people.get(asking.person.id)
    notices = {**kept.preferences.get("notices", {}), slug: [each for each in CHOICES if each in choices]}
    house.stores.control.people.change(kept.id, preferences={**kept.preferences, "notices": notices})
    house.stores.control.audit.add(AuditRow(now, asking.who, "notices-chosen", slug, {"notices": notices[slug]}))


def choices(house: House, slug: str) -> list[tuple[Person, tuple[str, ...]]]:
    """Everybody who may sign in and is told something of a district, with what they are told."""
    everybody = [as_person(kept) for kept in house.stores.control.people.all() if kept.disabled is None]
    found = [(person, chosen(house, person.id, slug)) for person in everybody if Viewer(person).sees(slug)]
    return [(person, told) for person, told in found if told]


def tell(house: House, since: datetime, now: datetime, send: Send | None = None) -> int:
    """Hear of late sources, decide whom to tell of what, and send what is due. Returns how many letters went out.

    `since` is when this was last called. `send` hands a letter to the mail server of the settings; without a server nobody is told.
    """
    hear_late(house, since, now)
    control, address = house.stores.control, house.settings.smtp_url
    told_at_all = address is not None or send is not None
    for each in control.news.untold():
        # What nobody could be told in time is no news any more: a mail server that is set up later does not send old nights.
        wants = _wants(house, each) if told_at_all and now - each.heard < OLD else []
        control.mailings.plan(each.id, [person.id for person in wants], now)
    control.news.purge(now - KEPT)
    if not told_at_all:
        return 0
    give = send or (lambda letter: mail.send(mail.Server.parse(address or ""), letter))
    return sum(_try(house, one, now, give) for one in control.mailings.due(now))


def told_of(house: House, slug: str, number: int) -> list[Told]:
    """Who was told of an import."""
    control = house.stores.control
    of = control.news.of_import(slug, number)
    return [
        Told(control.people.get(each.person).email, each.sent, each.trouble, each.given_up)
        for each in control.mailings.of([news.id for news in of])
    ]


def worded(house: House, told: News) -> tuple[str, str]:
    """Subject and text of a letter: what happened, what we did with it, what to do next (console.md 1 and 7)."""
    district = house.stores.control.districts.get(told.district)
    word, _, about = told.cause.partition(":")
    home = f"{public_url(house)}/districts/{told.district}"
    why = "you look after this district's data." if word in WRITTEN else "you chose to know. Change that here:"
    foot = f"\n\nYou get this because {why}" + ("\n" if word in WRITTEN else f" {public_url(house)}/account\n")
    if word == "late":
        due = _local(told.detail["due"], district.timezone)
        last = (
            f"The last files came on {_local(told.detail['last'], district.timezone)}."
            if told.detail["last"]
            else "None ever came."
        )
        text = (
            f"No files came tonight.\n\nThey were due by {due}. {last} Nothing was changed, and applications keep the roster they have.\n\n"
            f"Check that the nightly export is on, and that it may log in.\n\n{home}/sources/{about}"
        )
        return f"{district.name}: no files came tonight", text + foot
    if word in WRITTEN:
        first = f"{told.detail['who']} {'rejected import' if word == 'rejected' else 'asks about import'} {told.number}."
        text = f"{first}\n\n{told.detail['message']}\n\n{_AFTER[word]}\n\n{home}/imports/{told.number}"
        return f"{district.name}: {'import was rejected' if word == 'rejected' else 'a question about an import'}", text + foot
    title = code(about).title
    subject = f"{district.name}: import waits for approval" if word == "held" else f"{district.name}: import failed"
    kept = "Nothing has changed yet, and applications keep the roster of before." if word == "held" else "Nothing was changed."
    text = f"{title}.\n\n{told.detail['message']} {kept}\n\n{_for_mail(told.detail['remedy'])}\n\n{home}/imports/{told.number}"
    return subject, text + foot


def _for_mail(remedy: str) -> str:
    """What to do, without the names of settings: they are told where they can be changed, on the page to which the letter leads."""
    return re.sub(r"`([^`]+)`", r"\1", re.sub(r" \(`[^`]+`\)", "", remedy))


def _wants(house: House, told: News) -> list[Person]:
    """The people who chose to know of it and may sign in. What is written to a district goes to all of its administrators but the
    one who wrote it."""
    word = told.cause.partition(":")[0]
    if not house.stores.control.districts.stays(told.district):
        return []
    everybody = [as_person(kept) for kept in house.stores.control.people.all() if kept.disabled is None]
    seeing = [person for person in everybody if Viewer(person).sees(told.district)]
    if word in WRITTEN:
        author = told.detail["who"].partition(" by token ")[0]
        readers = [p for p in seeing if p.role == "administrator" or "held" in chosen(house, p.id, told.district)]
        return [p for p in readers if p.email != author]
    return [person for person in seeing if word in chosen(house, person.id, told.district)]


def _try(house: House, one: Mailing, now: datetime, send: Send) -> bool:
    mailings = house.stores.control.mailings
    if not mailings.take(one, now + _TAKEN):
        return False
    kept = house.stores.control.people.get(one.person)
    if kept.disabled is not None:
        mailings.later(one, "shut out", None)
        return False
    news = house.stores.control.news.get(one.news)
    if not Viewer(as_person(kept)).sees(news.district):
        mailings.later(one, "does not see this district any more", None)
        return False
    if not house.stores.control.districts.stays(news.district):
        mailings.later(one, "the district is to be deleted", None)
        return False
    subject, text = worded(house, news)
    try:
        send(mail.letter(house.settings.mail_from or "homeroom@localhost", kept.email, subject, text))
    except mail.NotSent as trouble:
        again = trouble.passing and one.tries < len(PAUSES)
        log.warning("letter-not-sent", news=one.news, tries=one.tries + 1, given_up=not again)
        mailings.later(one, str(trouble), now + PAUSES[one.tries] if again else None)
        return False
    mailings.sent(one, now)
    return True


def _local(written: str, zone: str) -> str:
    at = datetime.fromisoformat(written).astimezone(ZoneInfo(zone))
    return f"{at:%B} {at.day} at {at:%I:%M %p}".replace(" at 0", " at ") + f" {at:%Z}"
