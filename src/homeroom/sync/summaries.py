"""The one row per district that the list of districts shows; written after every import, made anew by the clock where it must be."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from homeroom.store.roster import RosterStore
from homeroom.store.summaries import Summary
from homeroom.sync import ran
from homeroom.sync.house import House
from homeroom.sync.single_records import SMALL
from homeroom.sync.standing import again, standing

AT_ONCE = 200
"""So many rows are made anew in one round of the clock; those of a fleet that was restored fill in a few."""


def summarise(house: House, slug: str, now: datetime | None = None) -> None:
    """Write a district's summary anew from its own store, and what is new in its log into the list of what ran."""
    store, control, at = house.stores.roster(slug), house.stores.control, now or datetime.now(UTC)
    district = control.districts.get(slug)
    ran.note(house, slug, at)
    last = next((i for i in store.imports.last(20) if not i.dry_run), None)
    revision = store.revision()
    found = standing(
        house,
        district,
        at,
        _people(store, control.summaries.get(slug), revision, small=last is not None and last.trigger in SMALL),
    )
    control.summaries.put(
        Summary(
            district=slug,
            revision=revision,
            updated=at,
            last_import=last.number if last else None,
            status=last.status if last else None,
            outcome=last.outcome if last else None,
            finished=last.finished_at if last else None,
            counts={name: counts.active for name, counts in store.counts().items()},
            standing=found,
            again=again(control.sources.of(slug), found, at, ZoneInfo(district.timezone)),
        )
    )


def refresh(house: House, now: datetime) -> int:
    """Make the rows anew that are missing, of an older shape, or changed by themselves: a deadline passed. Returns how many."""
    due = house.stores.control.summaries.due(now, AT_ONCE)
    for slug in due:
        summarise(house, slug, now)
    return len(due)


def _people(store: RosterStore, known: Summary | None, revision: int, *, small: bool) -> dict[str, int]:
    """Users by kind. They are counted again only where a night's set has moved the roster: it means reading all of them.

    A single record by day moves the count by one at most, which the night puts right.
    """
    if known is not None and known.standing is not None and known.standing.people and (known.revision == revision or small):
        return dict(known.standing.people)
    return store.people()
