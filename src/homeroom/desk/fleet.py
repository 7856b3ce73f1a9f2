"""All districts: which one needs a person now, how last night went, how the installation is, and the table of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import ceil
from statistics import median
from typing import Literal

from homeroom.desk.installation import Installation, installation
from homeroom.desk.needs import Need, needs
from homeroom.desk.standing_now import CHIPS, Chip, Now, stands
from homeroom.desk.viewer import Viewer
from homeroom.sync.house import House
from homeroom.systems.names import name_of

PAGE = 50
NEEDS_AT_FIRST = 7
Sort = Literal["attention", "name", "oldest", "students"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which districts are asked for: None and "" are any. `looked_after` is an e-mail address. `page` counts from 1."""

    state: Chip | None = None
    name: str = ""
    sis: str | None = None
    zone: str | None = None
    looked_after: str | None = None
    sort: Sort = "attention"
    page: int = 1
    every_need: bool = False


@dataclass(frozen=True, slots=True)
class LastNight:
    """How the last night went, over the districts from which something was, or is, expected in it.

    `expected` = `sent` + `late` + `later` + `resting`, and `sent` = `success` + `row_issues` + `running` + `waiting` + `failed`. `later`:
    their deadline is yet to come. `resting`: they are being set up, or paused. `usual_seconds`: half of all imports took less.
    """

    expected: int
    sent: int
    success: int
    row_issues: int
    running: int
    waiting: int
    failed: int
    late: int
    later: int
    resting: int
    usual_seconds: float | None
    longest_seconds: float | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter: what stands in the address, what people read, and how many districts it is."""

    value: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Fleet:
    """The page. `chips` add up to `known`, all districts that the reader may know of; `found` pass the filters.

    `installation` is None for those who may not see it. `needs_all` counts the needs; `needs` are those to be shown. `next_due`:
    when the next files are due, for a page where nobody needs anything.
    """

    at: datetime
    known: int
    needs: tuple[Need, ...]
    needs_all: int
    last_night: LastNight
    installation: Installation | None
    chips: tuple[tuple[Chip, int], ...]
    systems: tuple[Choice, ...]
    zones: tuple[Choice, ...]
    people: tuple[Choice, ...]
    found: int
    page: int
    pages: int
    rows: tuple[Now, ...]
    next_due: datetime | None


def fleet(
    house: House,
    viewer: Viewer,
    wanted: Wanted | None = None,
    now: datetime | None = None,
    queued: Callable[[], int] | None = None,
) -> Fleet:
    """The districts that the viewer may know of. `queued` tells how many imports the queue holds, where this process knows it."""
    at, asked = now or datetime.now(UTC), wanted or Wanted()
    all_of = all_districts(house, viewer, at)
    chips = Counter(d.chip for d in all_of)
    found = _sorted([d for d in all_of if _fits(d, asked)], asked.sort)
    pages = max(ceil(len(found) / PAGE), 1)
    page = min(max(asked.page, 1), pages)
    urgent = needs(all_of, viewer, at)
    sees_all = viewer.person.staff or viewer.role == "auditor"
    return Fleet(
        at=at,
        known=len(all_of),
        needs=urgent if asked.every_need else urgent[:NEEDS_AT_FIRST],
        needs_all=len(urgent),
        last_night=_last_night(all_of, at),
        installation=installation(house, chips["running"], queued() if queued else None, at) if sees_all else None,
        chips=tuple((chip, chips[chip]) for chip in CHIPS),
        systems=_choices(all_of, lambda d: [(d.sis, name_of(d.sis))] if d.sis is not None else []),
        zones=_choices(all_of, lambda d: [(d.district.timezone, d.district.timezone)]),
        people=_choices(all_of, lambda d: [(who, who) for who in d.district.looked_after]) if sees_all else (),
        found=len(found),
        page=page,
        pages=pages,
        rows=tuple(found[(page - 1) * PAGE : page * PAGE]),
        next_due=min((d.due for d in all_of if d.due is not None and d.due > at), default=None),
    )


def all_districts(house: House, viewer: Viewer, now: datetime) -> list[Now]:
    """Every district that the viewer may know of, as it stands now: one query."""
    theirs = None if viewer.sees_every_district else viewer.token_districts or viewer.person.districts
    listed = house.stores.control.summaries.listed(theirs)
    return [stands(district, summary, viewer, now) for district, summary in listed if viewer.sees(district.slug)]


def matching(house: House, viewer: Viewer, wanted: Wanted, now: datetime) -> list[Now]:
    """All districts that pass the filters, sorted as asked for, on one page."""
    return _sorted([d for d in all_districts(house, viewer, now) if _fits(d, wanted)], wanted.sort)


def holds(house: House, viewer: Viewer, now: datetime) -> list[Now]:
    """The districts in which an import waits for a decision, the oldest first."""
    waiting = [d for d in all_districts(house, viewer, now) if d.chip == "waiting"]
    return sorted(waiting, key=lambda d: d.since or now)


def set_ups(house: House, viewer: Viewer, now: datetime) -> list[Now]:
    """The districts that are being set up, the one that is due first first."""
    going = [d for d in all_districts(house, viewer, now) if d.setup is not None]
    return sorted(going, key=lambda d: (d.setup and d.setup.due) or date.max)


def _fits(each: Now, wanted: Wanted) -> bool:
    typed = wanted.name.strip().casefold()
    return (
        (wanted.state is None or each.chip == wanted.state)
        and (not typed or typed in each.district.name.casefold() or typed in each.district.slug)
        and (wanted.sis is None or each.sis == wanted.sis)
        and (wanted.zone is None or each.district.timezone == wanted.zone)
        and (wanted.looked_after is None or wanted.looked_after.lower() in each.district.looked_after)
    )


_NEVER = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


def _sorted(found: list[Now], sort: Sort) -> list[Now]:
    """What needs attention first: by state, then what has been so for longest; names where nothing else tells apart."""
    by_name = sorted(found, key=lambda d: d.district.name.casefold())
    match sort:
        case "name":
            return by_name
        case "oldest":
            return sorted(by_name, key=lambda d: d.succeeded or _NEVER)
        case "students":
            return sorted(by_name, key=lambda d: -(d.students or 0))
        case _:
            return sorted(by_name, key=lambda d: (CHIPS.index(d.chip), d.since or _LAST))


def _last_night(districts: Sequence[Now], now: datetime) -> LastNight:
    expected = [d for d in districts if d.expected]
    chips = Counter(_of_last_night(d, now) for d in expected)
    took = [d.attempt.seconds for d in expected if d.attempt is not None and d.attempt.seconds and d.nights[-1] in "SI"]
    sent = sum(chips[c] for c in ("success", "row_issues", "running", "waiting", "failed"))
    return LastNight(
        expected=len(expected),
        sent=sent,
        success=chips["success"],
        row_issues=chips["row_issues"],
        running=chips["running"],
        waiting=chips["waiting"],
        failed=chips["failed"],
        late=chips["late"],
        later=chips["later"],
        resting=chips["resting"],
        usual_seconds=median(took) if took else None,
        longest_seconds=max(took, default=None),
    )


_TONIGHT = {"S": "success", "I": "row_issues", "H": "waiting", "F": "failed", "N": "late"}


def _of_last_night(each: Now, now: datetime) -> str:
    """One count for each district: what this night says of it, not what is left over from nights before."""
    if each.chip in ("setup", "paused"):
        return "resting"
    if each.chip in ("running", "late"):
        return each.chip
    return _TONIGHT.get(each.nights[-1], "later")


def _choices(districts: Sequence[Now], of: Callable[[Now], list[tuple[str, str]]]) -> tuple[Choice, ...]:
    counted = Counter(pair for each in districts for pair in of(each))
    return tuple(Choice(v, name, n) for (v, name), n in sorted(counted.items(), key=lambda c: c[0][1].casefold()))
