"""Fetching: an import of a source that Homeroom goes to itself begins without a delivery, and gets one here.

It fetches before the district's lock is taken, since a pull may last minutes and keeps no other import waiting. What was
fetched is sealed like everything that arrives; from there on there is one road.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from homeroom.deliveries.workfolders import claim
from homeroom.roster.faults import Misuse, Refused
from homeroom.roster.words import in_a_row
from homeroom.store.audit import AuditRow
from homeroom.store.deliveries import Delivery
from homeroom.store.imports import Alike, Import
from homeroom.store.sources import Source
from homeroom.sync import gate, intake, noticing, reach, source_settings
from homeroom.sync.house import House
from homeroom.sync.schedule import PULLING, zone_of
from homeroom.sync.secrets import opened
from homeroom.sync.single_records import SMALL, DistrictHeld
from homeroom.sync.tuning import read_as
from homeroom.systems.fetching import Errand, Fetched, Road
from homeroom.systems.roads import ROADS

ASKED = "asked"
"""The trigger of a pull that a person asked for and a worker makes."""
SOON = 15.0
"""Seconds for one call where a person waits."""


def ask(house: House, slug: str, number: int | None, now: datetime) -> int:
    """Begin an import that fetches, for a worker to walk; returns its number. Asked twice while it runs, it is the same import.

    Raises Misuse where no source fetches.
    """
    source = chosen(house, slug, number)
    dry_run = gate.closed(house, slug)
    begun, _ = house.stores.roster(slug).imports.begin_once(
        Alike(source.id, trigger=ASKED),
        source=source.id,
        delivery=None,
        kind="continuous",
        trigger=ASKED,
        now=now,
        dry_run=dry_run,
    )
    return begun.number


def begin(house: House, slug: str, number: int | None, now: datetime) -> int:
    """Begin an import that fetches, which whoever asks walks; returns its number. Raises Misuse where no source fetches."""
    source = chosen(house, slug, number)
    house.announce()
    store = house.stores.roster(slug)
    return store.imports.begin(
        source=source.id,
        delivery=None,
        kind="continuous",
        trigger="pull",
        now=now,
        executor=house.executor.name,
        dry_run=gate.closed(house, slug),
    ).number


def chosen(house: House, slug: str, number: int | None) -> Source:
    """The source to fetch from: the one with that number, or the district's only one that fetches. Raises Misuse."""
    house.stores.control.districts.get(slug)
    mine = house.stores.control.sources.current(slug)
    pulling = [s for s in mine if s.kind in PULLING]
    if number is None and len(pulling) == 1:
        return pulling[0]
    those = in_a_row(f"{s.id} ({s.kind})" for s in pulling)
    if number is None:
        if pulling:
            raise Misuse(
                "{slug} has several sources that Homeroom fetches from; choose one of them: {sources}.",
                slug=slug,
                sources=those,
                command="--source N",
            )
        raise Misuse(
            "{slug} has no source that Homeroom fetches from; add one.",
            slug=slug,
            command=f"homeroom source add {slug} --kind KIND",
        )
    source = next((s for s in mine if s.id == number), None)
    if source is None or source not in pulling:
        if not pulling:
            raise Misuse(
                "source {number} is not one that Homeroom fetches from; {slug} has none that it fetches from.",
                number=str(number),
                slug=slug,
            )
        raise Misuse(
            "source {number} is not one that Homeroom fetches from; those of {slug} that it fetches from: {sources}.",
            number=str(number),
            slug=slug,
            sources=those,
        )
    return source


def bring(house: House, slug: str, entry: Import, now: datetime, tell: Callable[[str], None]) -> Import | None:
    """Fetch for an import that has no delivery yet, and seal what came. Returns the import with its delivery.

    An import that was begun for notices of change fetches the records they name, unless they are too many; one that asked what changed
    and heard that nothing did is withdrawn (None), and there is no delivery. Raises Refused when the
    other side cannot be reached or has no whole set. One round of a source at a time: others wait.
    """
    assert entry.source is not None
    source = house.stores.control.sources.get(entry.source)
    road = _road(source)
    with house.stores.fetching(slug, source.id), claim(house.settings.work, f"{slug}-fetch-{entry.number}") as work:
        tell("fetch")
        known = house.stores.control.errands.known(source.id)
        this = noticing.round_of(house, source, entry, road, errand(house, source, {}, work.path, now, 0.0, tell), known)
        if this.nothing and not _failed_before(house, source, entry):
            house.stores.control.errands.remember(source.id, {**known, **noticing.looked(house, source, this)})
            house.stores.roster(slug).imports.withdraw(entry.number, entry.attempt)
            return None
        if this.whole:
            fetched, delivery = _whole(house, source, entry, road, work.path, now, tell)
            seen = {**fetched.known, "delivery": delivery.number}
        else:
            delivery = _some(house, source, entry, road, this, errand(house, source, known, work.path, now, 0.0, tell))
            seen = known
        house.stores.roster(slug).imports.delivered(entry.number, entry.attempt, delivery.number)
        more = noticing.remembered(house, source, entry, this, known)
        house.stores.control.errands.remember(source.id, {**seen, **more})
        house.stores.control.notices.forget(source.id, this.notices)
    return house.stores.roster(slug).imports.get(entry.number)


def _failed_before(house: House, source: Source, entry: Import) -> bool:
    """Whether the source's import before this one failed: then a round that found nothing stands in the log, and says that it works again."""
    before = house.stores.roster(source.district).imports.last(1, before=entry.number, source=source.id)
    return bool(before) and before[0].outcome == "failed"


def _whole(
    house: House, source: Source, entry: Import, road: Road, folder: Path, now: datetime, tell: Callable[[str], None]
) -> tuple[Fetched, Delivery]:
    """Fetch everything, and seal it; or find the delivery that holds it already."""
    slug = source.district
    known = house.stores.control.errands.known(source.id)
    kept = _kept(house, source, known)
    quiet = 0.0 if entry.trigger in ("pull", ASKED) else _quiet(house, source)
    # Which road it was outlives the files that came by it.
    way: dict[str, Any] = {k: known[k] for k in ("way", "guardians") if k in known}
    fetched = road.fetch(errand(house, source, known if kept else way, folder, now, quiet, tell))
    _learn(house, source, fetched, now)
    if fetched.noted:
        detail = {"source": source.id, **fetched.noted}
        house.stores.control.audit.add(AuditRow(now, "homeroom", "source-way-changed", slug, detail))
    if entry.kind != "continuous":
        house.stores.roster(slug).imports.becomes_whole(entry.number, entry.attempt)
    unchanged = kept if fetched.unchanged else None
    # Whatever began it, this is a whole round and not one of single records.
    trigger = "pull" if entry.trigger in SMALL else entry.trigger
    return fetched, unchanged or intake.deliver(house, slug, source, fetched.files, trigger, now)


def _some(house: House, source: Source, entry: Import, road: Road, this: noticing.Round, errand: Errand) -> Delivery:
    """Fetch the records that notices name, and seal them."""
    assert road.notified is not None
    fetched = road.notified.some(errand, this.hints, DistrictHeld.by(house, source, road))
    return intake.deliver(house, source.district, source, fetched.files, entry.trigger, errand.now)


class NotReached(Misuse):
    """The other side was asked and gave no good answer. `detail` is what it said in its own terms, for who connects the two."""

    def __init__(self, refusal: Refused) -> None:
        self.detail = refusal.detail
        super().__init__("{refusal}", refusal=refusal.in_full)


def look(house: House, slug: str, number: int | None, now: datetime) -> dict[str, Any]:
    """What a source would fetch from, as plain values and sentences; nothing is written. Raises NotReached with the reason."""
    source = chosen(house, slug, number)
    with claim(house.settings.work, f"{slug}-look-{source.id}") as work:
        try:
            return _road(source).look(at_once(errand(house, source, {}, work.path, now, 0.0, lambda step: None)))
        except Refused as refusal:
            raise NotReached(refusal) from None


def too_long(source: Source) -> NotReached:
    """What is told of a server that had not answered when the time for it was over."""
    settings = source_settings.connection(source)
    where = settings.get("host") or urlsplit(str(settings.get("url") or "")).hostname or source.kind
    return NotReached(Refused("connection", what=f"{where} (it did not answer in time)"))


def _road(source: Source) -> Road:
    if source.kind not in ROADS:
        raise Misuse(
            "source {source} of {district} is of kind {kind}, from which nothing is fetched.",
            source=str(source.id),
            district=source.district,
            kind=source.kind,
        )
    return ROADS[source.kind]


def errand(
    house: House, source: Source, known: Mapping[str, Any], folder: Path, now: datetime, quiet: float, tell: Callable[[str], None]
) -> Errand:
    """What a road needs to know for one round."""
    return Errand(
        settings=source_settings.connection(source),
        secrets=opened(house, source),
        known=known,
        folder=folder,
        now=now.astimezone(zone_of(house, source)),
        quiet_seconds=quiet,
        tell=tell,
        prefix=read_as(source, "users", ""),
        reach=reach.of(house.settings, source),
    )


def at_once(errand: Errand) -> Errand:
    """An errand on which a person waits: a server that does not answer is given up soon, not after the patience of a night."""
    most = errand.settings.get("give_up_seconds")
    return errand if most is None else replace(errand, settings={**errand.settings, "give_up_seconds": min(most, SOON)})


def _kept(house: House, source: Source, known: Mapping[str, Any]) -> Delivery | None:
    """The delivery that holds what the last round saw, while it is kept: what lies unchanged elsewhere need not come again."""
    newest = next(iter(house.stores.roster(source.district).deliveries.last(1, source=source.id, but=SMALL)), None)
    whole = newest is not None and newest.number == known.get("delivery") and newest.shredded_at is None
    return newest if whole else None


def _quiet(house: House, source: Source) -> float:
    given = source_settings.value(source, "quiet_seconds")
    return float(house.settings.quiet_seconds if given is None else given)


def _learn(house: House, source: Source, fetched: Fetched, now: datetime) -> None:
    """Keep what was found out on the way, such as the host key that is pinned from now on."""
    if not fetched.learnt:
        return
    kept = source_settings.kept(source.settings, fetched.learnt)
    house.stores.control.sources.change(source.id, settings=kept)
    detail = {"source": source.id, "learnt": dict(fetched.learnt)}
    house.stores.control.audit.add(AuditRow(now, "homeroom", "source-learnt", source.district, detail))
