"""Who of the vendor looks after a district: the list of districts can be narrowed to one's own."""

from __future__ import annotations

from datetime import datetime

from homeroom.desk.viewer import STAFF, Viewer
from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.sync.house import House


def put(house: House, asking: Viewer, slug: str, emails: tuple[str, ...], now: datetime) -> None:
    """Say who looks after a district. Raises Misuse for somebody who is none of the vendor's staff."""
    staff = {person.email for person in house.stores.control.people.all() if person.role in STAFF and person.disabled is None}
    wanted = tuple(dict.fromkeys(email.strip().lower() for email in emails if email.strip()))
    if unknown := [email for email in wanted if email not in staff]:
        raise Misuse("{person} is none of the vendor's staff who can sign in.", person=unknown[0])
    house.stores.control.districts.look_after(slug, wanted)
    house.stores.control.audit.add(AuditRow(now, asking.who, "looked-after-by", slug, {"people": len(wanted)}))


def staff(house: House) -> tuple[str, ...]:
    """Who could."""
    return tuple(p.email for p in house.stores.control.people.all() if p.role in STAFF and p.disabled is None)
