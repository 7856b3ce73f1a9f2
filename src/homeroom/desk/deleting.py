"""Deleting a district: asked for with a reason and its short name typed, shut at once, and kept again within a week by one button.

Whoever asks says why, and types the short name as a sign of having read which one it is. Nothing is removed for `GRACE`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from homeroom.desk.rights import may
from homeroom.desk.viewer import Viewer
from homeroom.roster.faults import Misuse
from homeroom.roster.report import moment
from homeroom.store.audit import AuditRow
from homeroom.store.deletions import Deletion
from homeroom.sync import taking_up
from homeroom.sync.house import House

GRACE = timedelta(days=7)
SHORTEST_REASON = 10
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Farewell:
    """What stands on the pages of a district that is to be deleted. `may_keep`: the reader may keep it."""

    asked: Deletion
    may_keep: bool


class NotTyped(Misuse):
    """What was typed is not the short name of the district."""


class NoReason(Misuse):
    """Nothing, or too little, says why."""


def farewell(house: House, viewer: Viewer, slug: str, now: datetime) -> Farewell | None:
    """The deletion that a district waits for; None: it stays."""
    asked = house.stores.control.deletions.of(slug)
    return Farewell(asked, may(house, viewer, "district.keep", slug, now)) if asked is not None else None


def ask(house: House, slug: str, typed: str, reason: str, *, who: str, now: datetime) -> Deletion:
    """Shut a district, to be deleted after `GRACE`. Raises NotTyped, NoReason, or Misuse for one that is unknown or shut already."""
    house.stores.control.districts.get(slug)
    said = " ".join(reason.split())[:LONGEST_REASON]
    if typed.strip() != slug:
        raise NotTyped("Type the short name of the district that is to be deleted: {slug}.", slug=slug)
    if len(said) < SHORTEST_REASON:
        raise NoReason(
            "Say in a sentence why it is to be deleted: {count} characters or more, and no student names.",
            count=SHORTEST_REASON,
        )
    made = house.stores.control.deletions.ask(slug, who, said, now, now + GRACE)
    house.stores.control.audit.add(AuditRow(now, who, "district-deletion-asked", slug, {"due": moment(made.due), "reason": said}))
    return made


def keep(house: House, slug: str, *, who: str, now: datetime) -> Deletion:
    """Open a district again, with everything that it had. Raises Misuse for one that is not to be deleted, or where that has begun.

    Imports that waited for a walk when it was shut are taken up by the next round of the housekeeping.
    """
    kept = house.stores.control.deletions.keep(slug, who, now)
    house.stores.control.audit.add(AuditRow(now, who, "district-kept", slug, {"asked_by": kept.asked_by}))
    taking_up.take_up(house, slug)
    return kept


def told(made: Deletion) -> dict[str, Any]:
    """A deletion as plain JSON values, for programs."""
    times = {name: getattr(made, name) for name in ("asked", "due", "kept", "begun", "done")}
    return {
        "district": made.district,
        "name": made.name,
        "asked_by": made.asked_by,
        "reason": made.reason,
        "counts": dict(made.counts),
        **{name: moment(at) if at is not None else None for name, at in times.items()},
    }
