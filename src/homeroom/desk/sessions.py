"""Who is signed in: from the text of a cookie to the person who asks, and back out again."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from homeroom.desk.once import digest
from homeroom.desk.people import as_person
from homeroom.desk.viewer import Elevation, Kind, Person, Viewer
from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.store.sessions import Elevated, Session
from homeroom.sync.house import House

IDLE = timedelta(hours=4)
"""A session that nobody used for so long is over."""
LONGEST = timedelta(hours=16)
"""No session is longer than a day's work."""
_NOTED = timedelta(minutes=1)


def begin(house: House, person: Person, now: datetime, *, agent: str = "", address: str = "", how: str = "password") -> str:
    """Begin a session; returns the cookie's text, of which only a hash is kept."""
    cookie = secrets.token_urlsafe(32)
    house.stores.control.sessions.begin(digest(cookie), person.id, now, now + IDLE, agent[:200], address[:60])
    house.stores.control.audit.add(AuditRow(now, person.email, "signed-in", _district(person), {"how": how}))
    return cookie


def viewer(house: House, cookie: str | None, now: datetime, *, keep: bool = True) -> Viewer | None:
    """Who asks, by the cookie's text; None for nobody. `keep`: a person is there, and the session goes on from now."""
    if not cookie:
        return None
    control = house.stores.control
    found = control.sessions.find(digest(cookie), now)
    if found is None:
        return None
    kept = control.people.get(found.person)
    if kept.disabled is not None:
        return None
    if keep and now - found.seen >= _NOTED:
        control.sessions.seen(found.id, now, min(now + IDLE, found.created + LONGEST))
    on = control.elevations.on(found.id, now)
    return Viewer(as_person(kept), session=found.id, elevation=as_elevation(on) if on is not None else None)


def end(house: House, asking: Viewer, now: datetime) -> None:
    """Sign out: the session is gone, and the elevated role with it."""
    if asking.session is None:
        return
    if asking.elevation is not None:
        house.stores.control.elevations.end(asking.elevation.id, now)
    house.stores.control.sessions.end(asking.session)
    house.stores.control.audit.add(AuditRow(now, asking.who, "signed-out", _district(asking.person)))


def mine(house: House, asking: Viewer, now: datetime) -> list[Session]:
    """The sessions of the person who asks."""
    return house.stores.control.sessions.of(asking.person.id, now)


def end_one(house: House, asking: Viewer, number: int, now: datetime) -> None:
    """End a session of one's own. Raises Misuse when there is none of that number."""
    if number not in {each.id for each in mine(house, asking, now)}:
        raise Misuse("That session is over already.")
    house.stores.control.sessions.end(number)
    house.stores.control.audit.add(AuditRow(now, asking.who, "session-ended", _district(asking.person), {"session": number}))


def as_elevation(kept: Elevated) -> Elevation:
    """The elevated role as the desk speaks of it."""
    kind: Kind = "records" if kept.kind == "records" else "settings"
    return Elevation(kept.id, kind, kept.district, kept.reason, kept.until)


def _district(person: Person) -> str | None:
    """Where a district can read of it: its own people's comings and goings."""
    return person.districts[0] if len(person.districts) == 1 else None
