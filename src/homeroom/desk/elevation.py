"""The elevated role: for one kind of act in one district, with a reason and the code once more, for a short time.

As in seed 000 (elevated access to configuration and to the data of a client). Every use is in the audit of the district.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from homeroom.desk import people
from homeroom.desk.sessions import as_elevation
from homeroom.desk.viewer import Elevation, Kind, Viewer
from homeroom.roster.faults import Misuse
from homeroom.roster.words import in_a_row
from homeroom.store.audit import AuditRow
from homeroom.sync.house import House

MINUTES = (15, 30, 60)
SHORTEST_REASON = 10
LONGEST_REASON = 500


def begin(
    house: House, asking: Viewer, kind: Kind, slug: str | None, reason: str, code: str, minutes: int, now: datetime
) -> Elevation:
    """Turn the elevated role on. Raises Misuse with what to do. Whatever was on in this session before ends."""
    said = judged(reason)
    if minutes not in MINUTES:
        raise Misuse(
            "The elevated role lasts {minutes} minutes.",
            minutes=in_a_row(map(str, MINUTES), " or "),
        )
    if asking.session is None:
        raise Misuse("A token has the elevated role from when it was made, or not at all.")
    people.confirm(house, asking, code, now)
    until = now + timedelta(minutes=minutes)
    on = house.stores.control.elevations.begin(asking.person.id, asking.session, kind, slug, said, now, until)
    detail = {"elevation": on.id, "kind": kind, "minutes": minutes, "reason": said}
    house.stores.control.audit.add(AuditRow(now, asking.who, "elevated", slug, detail))
    return as_elevation(on)


def end(house: House, asking: Viewer, now: datetime) -> None:
    """Turn it off before its time. Without one that is on nothing happens."""
    on = asking.elevation
    if on is None or asking.session is None:
        return
    house.stores.control.elevations.end(on.id, now)
    house.stores.control.audit.add(AuditRow(now, asking.who, "elevation-ended", on.district, {"elevation": on.id}))


def judged(reason: str) -> str:
    """The reason, if it says something. Raises Misuse."""
    said = " ".join(reason.split())
    if len(said) < SHORTEST_REASON:
        raise Misuse(
            "Say in a few words what for ({count} letters or more). The district can read it. No student names, please.",
            count=SHORTEST_REASON,
        )
    return said[:LONGEST_REASON]
