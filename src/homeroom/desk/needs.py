"""What needs a person now: a line for each district that does, its worst trouble with the likely cause, the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from homeroom.desk.finding_words import sentence
from homeroom.desk.likely_words import told
from homeroom.desk.standing_now import Chip, Now
from homeroom.desk.viewer import Viewer
from homeroom.roster.words import Clock, Said, _, ngettext

_ORDER: tuple[Chip, ...] = ("waiting", "failed", "late", "setup")


@dataclass(frozen=True, slots=True)
class Need:
    """One line. `about`: sentences in their order. `since`: since when it is so. `opens`: what its button leads to: `number` is an import."""

    chip: Chip
    district: str
    name: str
    about: tuple[Said, ...]
    since: datetime | None
    opens: Literal["hold", "import", "sources", "setup"]
    number: int | None = None


def needs(districts: Sequence[Now], viewer: Viewer, now: datetime) -> tuple[Need, ...]:
    """Hold, failed, late, the reader's own move in a set-up; within each the oldest first. None for those who cannot act."""
    if viewer.role in ("school_viewer", "auditor"):
        return ()
    mine = [d for d in districts if d.chip in _ORDER and (d.chip != "setup" or d.whose == "you")]
    late = sum(d.chip == "late" for d in mine)
    ordered = sorted(mine, key=lambda d: (_ORDER.index(d.chip), d.since or now, d.district.name))
    return tuple(need(d, late - 1) for d in ordered)


def need(each: Now, others_late: int = 0) -> Need:
    """The line of a district that needs somebody. `others_late`: how many other districts are late, too."""
    district = each.district
    match each.chip:
        case "waiting":
            return Need("waiting", district.slug, district.name, _held(each), each.since, "hold", each.held)
        case "failed":
            number = each.attempt.number if each.attempt is not None else None
            return Need("failed", district.slug, district.name, _failed(each), each.since, "import", number)
        case "late":
            return Need("late", district.slug, district.name, _late(each, others_late), each.since, "sources")
        case _:
            return Need("setup", district.slug, district.name, _set_up(each), None, "setup")


def _held(each: Now) -> tuple[Said, ...]:
    cause = told(each.cause).sentence if each.cause is not None else _("We found no obvious cause.")
    removed = ngettext("{count} person would be removed.", "{count} people would be removed.", each.removed)
    return (cause, removed) if each.removed else (cause, _("The last good roster stays in use."))


def _failed(each: Now) -> tuple[Said, ...]:
    why = [sentence(each.cause.code, str(each.cause.values.get("message", "")))] if each.cause is not None else []
    again = [_("It is the {count}. time in a row.", count=each.failures)] if each.failures > 1 else []
    return (*why, *again, _("Nothing was changed."))


def _late(each: Now, others: int) -> tuple[Said, ...]:
    since = _("No files since {when}.", when=each.arrived) if each.arrived is not None else _("No files have come yet.")
    due = [_("They were due by {time}.", time=Clock(each.since))] if each.since is not None else []
    more = [ngettext("{count} other district is late, too.", "{count} other districts are late, too.", others)] if others else []
    return (since, *due, *more)


def _set_up(each: Now) -> tuple[Said, ...]:
    assert each.setup is not None
    step = [_("Next: {step}.", step=each.setup.step)] if each.setup.step else []
    return (*step, _("Day {day} of {of}.", day=each.setup.day, of=each.setup.of))
