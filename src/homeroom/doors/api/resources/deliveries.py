"""Deliveries: the sealed files that came, what layouts would make of them, and the originals while they are kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from homeroom.desk.sight import Sight
from homeroom.doors.api.models import Body, Told, Whole
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.routes import MOST, Answer, Ask, Asked, Limit, Number, Routes, Slug
from homeroom.roster.faults import Misuse
from homeroom.roster.report import moment
from homeroom.store.deliveries import Delivery
from homeroom.sync.contacts import preview as judged_contacts
from homeroom.sync.layouts import Own, chosen
from homeroom.sync.previewing import preview

routes = Routes("Deliveries")
_OPEN = Sight(None, values=True)


class FileTold(Told):
    """One file of a delivery."""

    name: str
    size: int
    sha256: str


class DeliveryTold(Told):
    """A sealed set of files."""

    delivery: int
    source: int
    trigger: str
    files: list[FileTold]
    digest: str
    sealed_at: str
    kept_until: str
    gone_at: str | None = Field(description="When its bytes were shredded.")
    state: str


class Looked(Body):
    """Through which layouts, at what."""

    layouts: Annotated[str, Field(max_length=100, description="A set that ships or was saved (`ours`, `ours@2`).")] | None = None
    table: Annotated[str, Field(max_length=100)] | None = None
    rows: Annotated[int, Field(ge=1, le=1000)] = 10


class Contacts(Body):
    """Whose contacts to judge."""

    source: Whole | None = None
    layouts: Annotated[str, Field(max_length=100)] | None = None
    student: Annotated[str, Field(max_length=255, description="sourcedId of one student.")] | None = None


@routes.ask("GET", "/districts/{slug}/deliveries", "settings.see", response_model=list[DeliveryTold])
def list_deliveries(
    asked: Ask,
    slug: Slug,
    limit: Limit = 50,
    source: Annotated[int | None, Query(ge=1, le=MOST, description="Only of this source.")] = None,
) -> list[Answer]:
    """List what came, the newest first."""
    return [_told(d) for d in asked.store.deliveries.last(limit, source=source)]


@routes.ask("GET", "/districts/{slug}/deliveries/{number}", "settings.see", response_model=DeliveryTold)
def get_delivery(asked: Ask, slug: Slug, number: Number) -> Answer:
    """Show a delivery."""
    return _told(_found(asked, number))


@routes.ask("POST", "/districts/{slug}/deliveries/{number}/preview", "records.see", response_model=dict[str, Any])
def preview_delivery(asked: Ask, slug: Slug, number: Number, body: Looked) -> Answer:
    """Show what layouts make of a delivery: cells before and columns after, rows of every fate. Nothing is written."""
    _found(asked, number)
    wanted = chosen(body.layouts, Own(asked.house, slug))
    with asked.turn():
        found = preview(asked.house, slug, number, layouts=wanted, table=body.table, rows=body.rows, now=asked.now, who=asked.who)
    return dict(_masked(asdict(found)))


@routes.ask("POST", "/districts/{slug}/deliveries/{number}/contacts", "records.see", response_model=dict[str, Any])
def preview_contacts(asked: Ask, slug: Slug, number: Number, body: Contacts) -> Answer:
    """Who would become a guardian? The contact rules over a delivery, with nothing written."""
    _found(asked, number)
    if body.source is not None:
        asked.source(body.source)
    wanted = chosen(body.layouts, Own(asked.house, slug))
    with asked.turn():
        found = judged_contacts(
            asked.house,
            slug,
            delivery=number,
            source=body.source,
            layouts=wanted,
            student=body.student,
            now=asked.now,
            who=asked.who,
        )
    return found.as_json()


def _masked(value: Any) -> Any:
    """The same with what looks like a social security number masked, as everywhere (`Sight.value`)."""
    match value:
        case str():
            return _OPEN.value(value)
        case dict():
            return {key: _masked(each) for key, each in value.items()}
        case list() | tuple():
            return [_masked(each) for each in value]
    return value


def _found(asked: Asked, number: int) -> Delivery:
    try:
        return asked.store.deliveries.get(number)
    except Misuse:
        raise NOT_FOUND from None


def _told(delivery: Delivery) -> Answer:
    return {
        "delivery": delivery.number,
        "source": delivery.source,
        "trigger": delivery.trigger,
        "files": [{"name": f.name, "size": f.size, "sha256": f.sha256} for f in delivery.files],
        "digest": delivery.digest,
        "sealed_at": moment(delivery.sealed_at),
        "kept_until": moment(delivery.expires_at),
        "gone_at": moment(delivery.shredded_at) if delivery.shredded_at else None,
        "state": delivery.state,
    }
