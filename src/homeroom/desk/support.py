"""Support access: whether the vendor's staff may look inside a district. Off until the district turns it on, and it ends by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from homeroom.desk import people
from homeroom.desk.viewer import Viewer
from homeroom.roster.faults import Misuse
from homeroom.roster.report import moment
from homeroom.store.audit import AuditRow
from homeroom.store.sessions import Support
from homeroom.sync.house import House

LONGEST_HOURS = 72


def state(house: House, slug: str, now: datetime) -> Support | None:
    """Until when the staff may look inside; None: they may not."""
    return house.stores.control.support.of(slug, now)


def turn_on(house: House, asking: Viewer, slug: str, hours: int, code: str, now: datetime) -> Support:
    """Let the vendor's staff look inside for 1 to 72 hours. Raises Misuse with what to do."""
    if not 1 <= hours <= LONGEST_HOURS:
        raise Misuse("Support access lasts 1 to {count} hours.", count=LONGEST_HOURS)
    if asking.token is None:
        people.confirm(house, asking, code, now)
    until = now + timedelta(hours=hours)
    house.stores.control.support.turn_on(slug, until, asking.who)
    house.stores.control.audit.add(AuditRow(now, asking.who, "support-turned-on", slug, {"until": moment(until)}))
    return Support(slug, until, asking.who)


def turn_off(house: House, asking: Viewer, slug: str, now: datetime) -> None:
    """Let them in no more. What they have open closes with their next click."""
    house.stores.control.support.turn_off(slug)
    house.stores.control.audit.add(AuditRow(now, asking.who, "support-turned-off", slug))
