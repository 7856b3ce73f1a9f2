"""Signing in: e-mail address, password and code together, one answer for every cause, and a brake for those who try."""

from __future__ import annotations

from datetime import datetime

from homeroom.desk import passwords, people, sessions
from homeroom.desk.tries import TRIES, WAIT, key
from homeroom.desk.tries import place as place_of
from homeroom.roster.faults import Fault
from homeroom.store.audit import AuditRow
from homeroom.sync.house import House

TRIES_OF_A_PLACE = 100
"""So many tries from one place, within `WAIT`; for one e-mail address there are `TRIES`."""


class NoMatch(Fault):
    """Something of it was not right; nobody is told what."""


class TooManyTries(Fault):
    """Too many tries: wait for `WAIT`."""


def sign_in(house: House, email: str, password: str, code: str, now: datetime, *, agent: str = "", address: str = "") -> str:
    """The cookie's text of a new session. Raises NoMatch or TooManyTries; takes the same time for people who do not exist.

    The vendor's staff cannot be without a code; of others the code is asked for when they have set a generator up.
    """
    control = house.stores.control
    named, place = key("email", email.strip().lower()), key("place", place_of(address))
    _braked(house, named, place, now)
    # Written down before the look: many tries at once would otherwise all see the same count.
    control.attempts.add((named, place), now, now - WAIT)
    kept = control.people.find(email)
    good = passwords.right(kept.password_hash if kept is not None else None, password)
    if not good or kept is None or kept.disabled is not None:
        raise NoMatch
    if kept.totp is not None and not people.matches(house, kept, code, now):
        raise NoMatch
    person = people.as_person(kept)
    if person.staff and not person.has_code:
        raise NoMatch  # cannot be reached by a link of ours: `accept` asks for a code generator
    control.attempts.forgive(named)
    # Whole districts, or everybody behind one proxy, come from one place: who is let in is no try that did not match.
    control.attempts.take_back(place, now)
    return sessions.begin(house, person, now, agent=agent, address=address)


def _braked(house: House, named: str, place: str, now: datetime) -> None:
    most = house.stores.control.attempts.most((named, place), now - WAIT)
    if most.get(named, 0) >= TRIES or most.get(place, 0) >= TRIES_OF_A_PLACE:
        if most.get(named, 0) == TRIES:
            house.stores.control.audit.add(AuditRow(now, "nobody", "too-many-tries", None, {"address": place[:12]}))
            house.stores.control.attempts.add((named,), now, now - WAIT)  # so that the audit hears of it once
        raise TooManyTries
