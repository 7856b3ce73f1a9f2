"""Sources that end for good: archived with their history, and taken back."""

from __future__ import annotations

from datetime import datetime

from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow
from homeroom.store.sources import Source
from homeroom.sync.house import House
from homeroom.sync.sources import of
from homeroom.sync.summaries import summarise


def archive(house: House, slug: str, number: int, now: datetime, who: str = "command line") -> Source:
    """End a source for good: it is closed, and no list of sources has it any more. Its imports, and what it brought, stay.

    Raises Misuse for one that is archived already, and while an import of it runs or waits for approval.
    """
    source = of(house, slug, number)
    assert source is not None
    if source.archived is not None:
        raise Misuse("source {number} of {slug} is archived already.", number=str(number), slug=slug)
    store = house.stores.roster(slug).imports
    busy = [e.number for status in ("running", "waiting_for_approval") for e in store.with_status(status) if e.source == number]
    if busy:
        raise Misuse(
            "Import {number} of this source has not ended. Wait for it, or decide about it, and archive the source then.",
            number=str(busy[0]),
        )
    changed = house.stores.control.sources.change(source.id, enabled=False, archived=now)
    detail = {"source": source.id, "was_open": source.enabled}
    house.stores.control.audit.add(AuditRow(now, who, "source-archived", slug, detail))
    summarise(house, slug)
    return changed


def take_back(house: House, slug: str, number: int, now: datetime, who: str = "command line") -> Source:
    """Bring an archived source back. It is closed until somebody opens it. Raises Misuse for one that is not archived."""
    source = of(house, slug, number)
    assert source is not None
    if source.archived is None:
        raise Misuse("source {number} of {slug} is not archived.", number=str(number), slug=slug)
    changed = house.stores.control.sources.change(source.id, archived=None)
    house.stores.control.audit.add(AuditRow(now, who, "source-taken-back", slug, {"source": source.id}))
    summarise(house, slug)
    return changed
