"""How a district stands at the moment of asking, from its row: what the row cannot know is that time has gone on since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from homeroom.desk.viewer import Viewer
from homeroom.store.districts import District
from homeroom.store.summaries import NIGHTS, Attempt, Cause, Setup, Standing, Summary
from homeroom.sync.nights import night_of

Chip = Literal["waiting", "failed", "late", "running", "row_issues", "success", "setup", "paused", "new", "leaving"]
CHIPS: tuple[Chip, ...] = ("waiting", "failed", "late", "running", "row_issues", "success", "setup", "paused", "new", "leaving")
"""Every district is in exactly one; in the order in which they are shown. `new`: nothing was ever imported. `leaving`: it is to be
deleted, and shut."""

Whose = Literal["you", "district", "vendor", "homeroom", "nobody"]
OURS = frozenset({"internal_error", "interrupted", "disk_full", "settings_wrong", "delivery_gone", "store_unreachable"})
"""Reasons of a failure that the district cannot mend."""


@dataclass(frozen=True, slots=True)
class Now:
    """A district as it stands now.

    `overdue`: the last success is older than the deadline asks. `nights` end with this night. `whose`: with whom the next step
    is, for the one who asks. `due`: the next deadline, or the one that has passed without data; `met`: the
    one before which the last success came. `expected`: something was or is
    due this night.
    """

    district: District
    chip: Chip
    since: datetime | None
    attempt: Attempt | None
    succeeded: datetime | None
    overdue: bool
    due: datetime | None
    met: datetime | None
    paused_until: date | None
    nights: str
    issues: int
    students: int | None
    sis: str | None
    held: int | None
    removed: int
    failures: int
    cause: Cause | None
    arrived: datetime | None
    setup: Setup | None
    whose: Whose
    expected: bool
    running_since: datetime | None

    @property
    def zone(self) -> ZoneInfo:
        """The district's own."""
        return ZoneInfo(self.district.timezone)


def stands(district: District, summary: Summary | None, viewer: Viewer, now: datetime) -> Now:
    """How a district stands now, from its row."""
    setup = summary.setup if summary is not None and district.leaves is None else None
    standing = summary.standing if summary is not None else None
    running = summary is not None and summary.status == "running"
    local = night_of(now.astimezone(ZoneInfo(district.timezone)))
    if standing is None:
        standing = Standing("new", "-" * NIGHTS, local)
    missed = _missed(standing, standing.arrived, now)
    chip, since = _chip(standing, setup, running, missed) if district.leaves is None else ("leaving", None)
    nights = _nights(standing, local, chip)
    return Now(
        district=district,
        chip=chip,
        since=since,
        attempt=standing.attempt,
        succeeded=standing.succeeded,
        overdue=bool(standing.late or missed or _missed(standing, standing.succeeded, now)),
        due=standing.due if chip != "leaving" else None,
        met=_met(standing),
        paused_until=standing.paused_until,
        nights=nights,
        issues=standing.issues,
        students=standing.people.get("student"),
        sis=standing.sis,
        held=standing.held,
        removed=standing.removed,
        failures=standing.failures,
        cause=standing.cause,
        arrived=standing.arrived,
        setup=setup,
        whose=_whose(chip, standing, setup, viewer),
        expected=chip != "leaving" and (nights[-1] != "-" or running or _due_tonight(standing, local, district)),
        running_since=summary.updated if running and summary is not None else None,
    )


def _missed(standing: Standing, came: datetime | None, now: datetime) -> datetime | None:
    """The deadline that has passed by now with nothing come for it: the coming one of the row, or the one after."""
    due, after = standing.due, standing.due_after
    if due is None or due > now:
        return None
    if came is None or (standing.counted_from is not None and came <= standing.counted_from):
        return due
    return after if after is not None and after <= now and came <= due else None


def _met(standing: Standing) -> datetime | None:
    """The deadline that the last success was in time for: the coming one if it came after the one before."""
    if standing.due is None or standing.succeeded is None or standing.counted_from is None:
        return None
    return standing.due if standing.succeeded > standing.counted_from else standing.counted_from


def _chip(standing: Standing, setup: Setup | None, running: bool, missed: datetime | None) -> tuple[Chip, datetime | None]:
    if setup is not None:
        return "setup", None
    if standing.state == "waiting":
        return "waiting", standing.since
    if running:
        return "running", None
    if missed and standing.state in ("row_issues", "success", "new"):
        return "late", missed
    return standing.state, standing.since


def _nights(standing: Standing, tonight: date, chip: Chip) -> str:
    """The nights up to now: those that passed since the row was written were nights without a deadline, or the clock would have come."""
    passed = min(max((tonight - standing.nights_to).days, 0), NIGHTS)
    nights = standing.nights[passed:] + "-" * passed
    return nights[:-1] + "N" if chip == "late" and nights[-1] == "-" else nights


def _due_tonight(standing: Standing, tonight: date, district: District) -> bool:
    return standing.due is not None and night_of(standing.due.astimezone(ZoneInfo(district.timezone))) == tonight


def _whose(chip: Chip, standing: Standing, setup: Setup | None, viewer: Viewer) -> Whose:
    """With whom the next step is. What both sides may do is the reader's own, if the reader is one of them."""
    if chip == "waiting":
        return "you" if viewer.person.staff or viewer.role == "administrator" else "vendor"
    side = _side(chip, standing, setup)
    mine = viewer.person.staff if side == "vendor" else viewer.role == "administrator" and side == "district"
    return "you" if mine else side


def _side(chip: Chip, standing: Standing, setup: Setup | None) -> Whose:
    if chip == "setup" and setup is not None:
        return {"vendor": "vendor", "district": "district"}.get(setup.whose, "homeroom")  # type: ignore[return-value]
    if chip == "failed":
        reason = standing.attempt.reason if standing.attempt is not None else None
        return "vendor" if reason in OURS else "district"
    return "district" if chip in ("late", "row_issues", "new") else "nobody"
