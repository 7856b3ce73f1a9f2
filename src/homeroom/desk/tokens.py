"""Personal access tokens: what a program may do in the name of the person who made it, and never more.

A token made in an ordinary session opens counts, codes and reports. One made with the elevated role carries that role: for the one
district (or the installation) and the kind, with its reason, until its end.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from homeroom.desk import people
from homeroom.desk.once import digest
from homeroom.desk.sessions import as_elevation
from homeroom.desk.viewer import Viewer
from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.store.sessions import PersonalToken
from homeroom.sync.house import House

PREFIX = "hr_"
"""So that scanners for lost secrets know one."""
LONGEST_DAYS = 366
LONGEST_ELEVATED_DAYS = 90
_NOTED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Made:
    """A new token: its text is shown now and never again."""

    token: PersonalToken
    text: str


def make(
    house: House,
    asking: Viewer,
    name: str,
    days: int,
    code: str,
    now: datetime,
    *,
    districts: Sequence[str] = (),
    elevated: bool = False,
) -> Made:
    """Make a token, good for `days`. `elevated`: it carries the elevated role that is on now. Raises Misuse with what to do."""
    if asking.session is None:
        raise Misuse("A token cannot make tokens; sign in to the console.")
    called = " ".join(name.split())[:60]
    if not called:
        raise Misuse("Give the token a name, so that you know later what it is for.")
    on = asking.elevation if elevated else None
    if elevated and on is None:
        raise Misuse("Turn the elevated role on first; the token takes its kind, district and reason from it.")
    longest = LONGEST_ELEVATED_DAYS if on is not None else LONGEST_DAYS
    if not 1 <= days <= longest:
        raise Misuse("This token can last 1 to {count} days.", count=longest)
    if on is not None and on.district is None and districts:
        raise Misuse("A token with the elevated role for the installation is bound to no district.")
    narrowed = (on.district,) if on is not None and on.district is not None else tuple(districts) or None
    for slug in narrowed or ():
        if not asking.sees(slug):
            raise Misuse("There is no district {slug!r}.", slug=slug)
    people.confirm(house, asking, code, now)
    control, until, text = house.stores.control, now + timedelta(days=days), PREFIX + secrets.token_urlsafe(32)
    carried = (
        control.elevations.begin(asking.person.id, None, on.kind, on.district, on.reason, now, until).id
        if on is not None
        else None
    )
    made = control.tokens.add(digest(text), asking.person.id, called, narrowed, carried, now, until)
    detail = {"token": made.id, "days": days, "elevated": on.kind if on is not None else None}
    control.audit.add(AuditRow(now, asking.who, "token-made", narrowed[0] if narrowed else None, detail))
    return Made(made, text)


def viewer(house: House, text: str, now: datetime) -> Viewer | None:
    """Who asks by a token: its maker as the maker is now, narrowed to what the token was made for; None for no token of ours."""
    control = house.stores.control
    found = control.tokens.find(digest(text), now) if text.startswith(PREFIX) else None
    if found is None:
        return None
    kept = control.people.get(found.person)
    if kept.disabled is not None:
        return None
    if found.used is None or now - found.used >= _NOTED:
        control.tokens.used(found.id, now)
    on = control.elevations.get(found.elevation) if found.elevation is not None else None
    alive = on is not None and on.ended is None and on.until > now
    return Viewer(
        people.as_person(kept),
        elevation=as_elevation(on) if on is not None and alive else None,
        token=found.name,
        token_districts=found.districts,
        token_id=found.id,
    )


def mine(house: House, asking: Viewer) -> list[PersonalToken]:
    """The tokens of the person who asks."""
    return house.stores.control.tokens.of(asking.person.id)


def revoke(house: House, asking: Viewer, number: int, now: datetime) -> None:
    """A token of one's own is good no more. Raises Misuse when there is none of that number."""
    found = {token.id: token for token in mine(house, asking)}.get(number)
    if found is None:
        raise Misuse("There is no such token.")
    house.stores.control.tokens.revoke(number, now)
    if found.elevation is not None:
        house.stores.control.elevations.end(found.elevation, now)
    district = found.districts[0] if found.districts else None
    house.stores.control.audit.add(AuditRow(now, asking.who, "token-revoked", district, {"token": number}))
