"""The address at which a source's system tells of changes: made, shown once, and put into that system as a subscription."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from homeroom.deliveries.workfolders import claim
from homeroom.roster.faults import Misuse, Refused
from homeroom.store.audit import AuditRow
from homeroom.store.sources import Source
from homeroom.sync import noticing, pulling, sources
from homeroom.sync.house import House
from homeroom.systems.fetching import Errand, Notified

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Address:
    """A new address. It holds the secret; nothing but its SHA-256 is kept."""

    source: int
    url: str


def renew(house: House, slug: str, number: int, now: datetime, who: str = "command line") -> Address:
    """Make the address of a source anew; the old one is none from now on.

    Raises Misuse where the source's system tells of no changes, or nobody said under which address Homeroom is reached.
    """
    source, _ = _telling(house, slug, number)
    base = _base(house)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    house.stores.control.notices.open_door(source.id, hashlib.sha256(secret.encode()).hexdigest(), now)
    house.stores.control.audit.add(AuditRow(now, who, "notices-address-renewed", slug, {"source": source.id}))
    return Address(source.id, f"{base}/notices/{secret}")


def subscribe(house: House, slug: str, number: int, now: datetime, who: str = "command line") -> Address:
    """Let a source's system tell of changes at a new address. Raises Misuse, with what is missing there; the old address then stays."""
    source, way = _telling(house, slug, number)
    before = house.stores.control.notices.secret_of(source.id)
    address = renew(house, slug, number, now, who)
    try:
        with claim(house.settings.work, f"{slug}-subscribe-{source.id}") as work:
            _ask(lambda errand: way.subscribe(errand, f"homeroom-{slug}-{source.id}", address.url), house, source, work.path, now)
    except Misuse:
        if before is not None:
            house.stores.control.notices.open_door(source.id, before, now)
        else:
            house.stores.control.notices.shut_door(source.id)
        raise
    house.stores.control.audit.add(AuditRow(now, who, "notices-subscribed", slug, {"source": source.id}))
    return address


def unsubscribe(house: House, slug: str, number: int, now: datetime, who: str = "command line") -> None:
    """End the subscription in a source's system, and shut the door. Raises Misuse where that system cannot be reached."""
    source, way = _telling(house, slug, number)
    with claim(house.settings.work, f"{slug}-subscribe-{source.id}") as work:
        _ask(way.unsubscribe, house, source, work.path, now)
    house.stores.control.notices.shut_door(source.id)
    house.stores.control.audit.add(AuditRow(now, who, "notices-unsubscribed", slug, {"source": source.id}))


def _telling(house: House, slug: str, number: int) -> tuple[Source, Notified]:
    house.stores.control.districts.get(slug)
    source = sources.of(house, slug, number)
    assert source is not None
    way = noticing.notified(source)
    if way is None:
        raise Misuse(
            "source {number} of {slug} is of kind {kind}, whose system tells of no changes.",
            number=str(number),
            slug=slug,
            kind=source.kind,
        )
    return source, way


def _base(house: House) -> str:
    if not house.settings.public_url:
        raise Misuse(
            "set HOMEROOM_PUBLIC_URL to the address under which the district's system reaches Homeroom, such as https://roster.example."
        )
    return house.settings.public_url.rstrip("/")


def _ask(call: Callable[[Errand], None], house: House, source: Source, folder: Path, now: datetime) -> None:
    """One call of the other system, whose refusal is told to the person who waits for it."""
    try:
        call(pulling.errand(house, source, {}, folder, now, 0.0, lambda step: None))
    except Refused as refusal:
        raise Misuse("{refusal}", refusal=refusal.in_full) from None
