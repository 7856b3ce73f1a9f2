"""Who is told what by e-mail: the people who chose to know, once per cause and night, in words that say what to do.

A failed try is tried again with growing pauses for a day. Neither a subject nor a log names anybody's record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import structlog

from homeroom.desk.letters import Letter, Reader, Remedy, Say, author, in_english, paragraph, written
from homeroom.desk.people import as_person
from homeroom.desk.viewer import Person, Viewer
from homeroom.outbound import mail
from homeroom.roster.codes import anew, code
from homeroom.roster.faults import Misuse
from homeroom.roster.words import Dated, Said, Value, _, in_a_row
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
LET_IN = ("invited", "access")
"""Who may sign in from now on: those who look after the district are told, whatever they chose to know of its nights."""
WRITTEN = ("rejected", "asked")
"""What a person wrote to the district's people about an import."""
_AFTER = {
    "rejected": _("Nothing was changed, and applications keep the roster of before."),
    "asked": paragraph(_("The import waits on."), _("Nothing has changed, and applications keep the roster of before.")),
}
_ROLES: dict[str, Value] = {
    "administrator": _("administrator of the district"),
    "school_viewer": _("viewer of schools"),
    "auditor": _("auditor"),
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
    house.stores.control.people.prefer(kept.id, notices=notices)
    house.stores.control.audit.add(AuditRow(now, asking.who, "notices-chosen", slug, {"notices": notices[slug]}))


def choices(house: House, slug: str) -> list[tuple[Person, tuple[str, ...]]]:
    """Everybody who may sign in and is told something of a district, with what they are told."""
    everybody = [as_person(kept) for kept in house.stores.control.people.all() if kept.disabled is None]
    found = [(person, chosen(house, person.id, slug)) for person in everybody if Viewer(person).sees(slug)]
    return [(person, told) for person, told in found if told]


def tell(house: House, since: datetime, now: datetime, send: Send | None = None, say: Say = in_english) -> int:
    """Hear of late sources, decide whom to tell of what, and send what is due. Returns how many letters went out.

    `since` is when this was last called. `send` hands a letter to the mail server of the settings; without a server nobody is told.
    `say` says each letter in the language of its reader.
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
    return sum(_try(house, one, now, give, say) for one in control.mailings.due(now))


def told_of(house: House, slug: str, number: int) -> list[Told]:
    """Who was told of an import."""
    control = house.stores.control
    of = control.news.of_import(slug, number)
    return [
        Told(control.people.get(each.person).email, each.sent, each.trouble, each.given_up)
        for each in control.mailings.of([news.id for news in of])
    ]


def worded(house: House, told: News) -> Letter:
    """What happened, what we did with it, what to do next (console.md 1 and 7)."""
    name = house.stores.control.districts.get(told.district).name
    word, _colon, about = told.cause.partition(":")
    home = f"{public_url(house)}/districts/{told.district}"
    if word == "late":
        return _late(house, told, name, f"{home}/sources/{about}")
    if word in LET_IN:
        return _let_in(told, word, name, f"{home}/access")
    if word in WRITTEN:
        return _wrote(told, word, name, f"{home}/imports/{told.number}")
    return _ended(house, told, name, f"{home}/imports/{told.number}")


def _late(house: House, told: News, name: str, page: str) -> Letter:
    last = told.detail["last"]
    return Letter(
        _("{district}: no files came tonight", district=name),
        (
            _("No files came tonight."),
            paragraph(
                _("They were due by {due}.", due=_moment(told.detail["due"])),
                _("The last files came on {last}.", last=_moment(last)) if last else _("None ever came."),
                _("Nothing was changed, and applications keep the roster they have."),
            ),
            _("Check that the nightly export is on, and that it may log in."),
            page,
            _chose(house),
        ),
    )


def _wrote(told: News, word: str, name: str, page: str) -> Letter:
    rejected = word == "rejected"
    return Letter(
        _("{district}: import was rejected", district=name)
        if rejected
        else _("{district}: a question about an import", district=name),
        (
            _rejected(told) if rejected else _asks(told),
            told.detail["message"],
            _AFTER[word],
            page,
            _("You get this because you look after this district's data."),
        ),
    )


def _let_in(told: News, word: str, name: str, page: str) -> Letter:
    return Letter(
        _("{district}: somebody new may sign in", district=name),
        (
            _invited(told, name) if word == "invited" else _given_access(told, name),
            _(
                "If you know and expected this, nothing must be done. If not, shut the person out on this page, and ask who it was:"
            ),
            page,
            _("You get this because you look after this district's data."),
        ),
    )


def _invited(told: News, name: str) -> Said:
    who, token, values = _who_was_let_in(told, name)
    if token:
        return _("{who} by token {token} invited {email} to {district} on {when}, as {role}.", who=who, token=token, **values)
    return _("{who} invited {email} to {district} on {when}, as {role}.", who=who, **values)


def _given_access(told: News, name: str) -> Said:
    who, token, values = _who_was_let_in(told, name)
    if token:
        return _("{who} by token {token} gave {email} access to {district} on {when}, as {role}.", who=who, token=token, **values)
    return _("{who} gave {email} access to {district} on {when}, as {role}.", who=who, **values)


def _who_was_let_in(told: News, name: str) -> tuple[Value, str, dict[str, Value]]:
    detail = told.detail
    who, token = author(detail["who"])
    role = _ROLES.get(detail["role"], detail["role"])
    return who, token, {"email": detail["email"], "district": name, "when": _moment(detail["at"]), "role": role}


def _rejected(told: News) -> Said:
    who, token = author(told.detail["who"])
    if token:
        return _("{who} by token {token} rejected import {number}.", who=who, token=token, number=str(told.number))
    return _("{who} rejected import {number}.", who=who, number=str(told.number))


def _asks(told: News) -> Said:
    who, token = author(told.detail["who"])
    if token:
        return _("{who} by token {token} asks about import {number}.", who=who, token=token, number=str(told.number))
    return _("{who} asks about import {number}.", who=who, number=str(told.number))


def _ended(house: House, told: News, name: str, page: str) -> Letter:
    word, _colon, reason = told.cause.partition(":")
    held = word == "held"
    return Letter(
        _("{district}: import waits for approval", district=name) if held else _("{district}: import failed", district=name),
        (
            Said("{title}.", {"title": Said(code(reason).title)}),
            paragraph(
                anew(reason, told.detail["message"]),
                _("Nothing has changed yet, and applications keep the roster of before.") if held else _("Nothing was changed."),
            ),
            Remedy(Said(told.detail["remedy"])),
            page,
            _chose(house),
        ),
    )


def _chose(house: House) -> Said:
    account = f"{public_url(house)}/account"
    return _("You get this because you chose to know. Change that here: {address}", address=account)


def _moment(written: str) -> Dated:
    return Dated(datetime.fromisoformat(written))


def _wants(house: House, told: News) -> list[Person]:
    """The people who chose to know of it and may sign in. What is written to a district goes to all of its administrators but the
    one who wrote it."""
    word = told.cause.partition(":")[0]
    if not house.stores.control.districts.stays(told.district):
        return []
    everybody = [as_person(kept) for kept in house.stores.control.people.all() if kept.disabled is None]
    if word in LET_IN:
        did, _token = author(told.detail["who"])
        own = [p for p in everybody if p.role == "administrator" and told.district in p.districts]
        return [p for p in own if p.email not in (did, told.detail["email"])]
    seeing = [person for person in everybody if Viewer(person).sees(told.district)]
    if word in WRITTEN:
        wrote, _token = author(told.detail["who"])
        readers = [p for p in seeing if p.role == "administrator" or "held" in chosen(house, p.id, told.district)]
        return [p for p in readers if p.email != wrote]
    return [person for person in seeing if word in chosen(house, person.id, told.district)]


def _try(house: House, one: Mailing, now: datetime, send: Send, say: Say) -> bool:
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
    district = house.stores.control.districts.get(news.district)
    subject, text = written(worded(house, news), Reader(as_person(kept).language, ZoneInfo(district.timezone)), say)
    try:
        send(mail.letter(house.settings.mail_from or "homeroom@localhost", kept.email, subject, text))
    except mail.NotSent as trouble:
        again = trouble.passing and one.tries < len(PAUSES)
        log.warning("letter-not-sent", news=one.news, tries=one.tries + 1, given_up=not again)
        mailings.later(one, str(trouble), now + PAUSES[one.tries] if again else None)
        return False
    mailings.sent(one, now)
    return True
