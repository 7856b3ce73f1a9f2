"""One record in two other forms: as it was on two days, and as an application reads it."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import Field

from homeroom.desk import record_keys, record_then
from homeroom.desk.record_then import Then
from homeroom.doors.api.models import Told
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.resources.records import Which, there
from homeroom.doors.api.routes import Answer, Ask, Routes, Slug
from homeroom.doors.rest.one import VERSIONS, as_read
from homeroom.roster.report import moment

routes = Routes("Records")
When = Annotated[
    str,
    Field(
        max_length=20, description="A day (`2026-11-03`: as it was when that day ended) or a revision (`1197`).", examples=["12"]
    ),
]


class TwoStates(Which):
    """Which record, and when."""

    first: When = Field("", description="Without it: when the record began.")
    last: When = Field("", description="Without it: now.")


class StateTold(Told):
    """One of the two states."""

    revision: int | None
    at: str | None
    there: bool
    removed: bool


class FieldTold(Told):
    """One field in both states."""

    field: str
    first: str | None
    last: str | None
    differs: bool


class ComparisonTold(Told):
    """A record in two states, the earlier one first."""

    first: StateTold
    last: StateTold
    fields: list[FieldTold]


@routes.ask("POST", "/districts/{slug}/records/compare", "records.see", response_model=ComparisonTold)
def compare_record(asked: Ask, slug: Slug, body: TwoStates) -> Answer:
    """Compare a record as it was on two days or at two revisions, field by field."""
    key = record_keys.of(asked.house, slug).make(body.table, there(asked, body))
    found = record_then.compare(asked.house, asked.viewer, slug, body.table, key, body.first, body.last, asked.now)
    if found is None:
        raise NOT_FOUND
    fields = [{"field": f.field, "first": f.before, "last": f.now, "differs": f.differs} for f in found.fields]
    return {"first": _told(found.first), "last": _told(found.last), "fields": fields}


@routes.ask("POST", "/districts/{slug}/records/oneroster", "records.see", response_model=dict[str, Any])
def show_as_oneroster(asked: Ask, slug: Slug, body: Which) -> Answer:
    """Show a record as an application reads it, by version of OneRoster; null where no application is served such records."""
    number = there(asked, body)
    asked.audit("record-seen", table=body.table, record=record_keys.of(asked.house, slug).make(body.table, number))
    outside = (asked.house.settings.public_url or "").rstrip("/")
    texts = {v: as_read(asked.house.stores, slug, body.table, body.sourcedId, v, outside) for v in VERSIONS}
    return {version: json.loads(text) if text is not None else None for version, text in texts.items()}


def _told(then: Then) -> Answer:
    at = moment(then.at) if then.at is not None else None
    return {"revision": then.revision, "at": at, "there": then.there, "removed": then.removed}
