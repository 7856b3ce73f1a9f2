"""The one row per district that the list of districts shows; written after every import, rebuilt when it is lost."""

from __future__ import annotations

from datetime import UTC, datetime

from homeroom.store.journal import Summary
from homeroom.sync.house import House


def summarise(house: House, slug: str) -> None:
    """Write a district's summary anew from its own store."""
    store = house.stores.roster(slug)
    last = next((i for i in store.imports.last(20) if not i.dry_run), None)
    house.stores.control.summaries.put(
        Summary(
            district=slug,
            revision=store.revision(),
            updated=datetime.now(UTC),
            last_import=last.number if last else None,
            status=last.status if last else None,
            outcome=last.outcome if last else None,
            finished=last.finished_at if last else None,
            counts={name: counts.active for name, counts in store.counts().items()},
        )
    )
