"""The audit: who did what, when and why; as pages, as CSV, and whether its chain is whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from homeroom.desk import audit
from homeroom.doors.api import streaming
from homeroom.doors.api.models import Told
from homeroom.doors.api.routes import Answer, Ask, Asked, Before, Limit, Routes, Slug
from homeroom.store.audit import AuditWanted

routes = Routes("Audit")
FIRST, LAST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)
Actor = Annotated[str | None, Query(max_length=300, description="Only what this person, or `command line`, did.")]
Act = Annotated[str | None, Query(max_length=100, description="Only acts of this name, as import-approved.")]
Since = Annotated[datetime | None, Query(description="From this moment on.")]
Until = Annotated[datetime | None, Query(description="Before this moment.")]
_CSV = {200: streaming.of(streaming.CSV, "All rows that were asked for, the oldest first.")}


class Row(Told):
    """Who did what."""

    number: int
    at: str
    who: str
    act: str
    district: str | None
    reason: str | None
    detail: dict[str, Any] = Field(description="Codes, counts and ids.")


class Page(Told):
    """A page, the newest first."""

    count: int = Field(description="Of all pages.")
    rows: list[Row]
    before: int | None = Field(description="`before` of the next page; null on the last.")


class Chain(Told):
    """What a walk over the whole chain found."""

    rows: int = Field(description="How many hold.")
    whole: bool
    broken_at: int | None
    head: str = Field(description="The hash of the newest, to be kept elsewhere.")


@routes.ask("GET", "/audit", "audit.all", response_model=Page)
def list_audit(
    asked: Ask,
    actor: Actor = None,
    act: Act = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 100,
    before: Before = None,
) -> Answer:
    """Search the audit of the whole installation."""
    return _page(asked, _wanted(None, actor, act, since, until, before), limit)


@routes.ask("GET", "/audit/csv", "audit.all", response_class=Response, responses=_CSV)
def export_audit(asked: Ask, actor: Actor = None, act: Act = None, since: Since = None, until: Until = None) -> Response:
    """Download the audit of the whole installation as CSV."""
    return _csv(asked, "audit.csv", _wanted(None, actor, act, since, until, None))


@routes.ask("GET", "/audit/chain", "audit.all", response_model=Chain)
def check_audit(asked: Ask) -> Answer:
    """Walk the whole chain: no row was changed, taken out or put between."""
    with asked.turn():
        found = audit.check(asked.house)
    return {"rows": found.rows, "whole": found.broken_at is None, "broken_at": found.broken_at, "head": found.head}


@routes.ask("GET", "/districts/{slug}/audit", "audit.see", response_model=Page)
def list_own_audit(
    asked: Ask,
    slug: Slug,
    actor: Actor = None,
    act: Act = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 100,
    before: Before = None,
) -> Answer:
    """Search what was done to a district."""
    return _page(asked, _wanted(slug, actor, act, since, until, before), limit)


@routes.ask("GET", "/districts/{slug}/audit/csv", "audit.see", response_class=Response, responses=_CSV)
def export_own_audit(
    asked: Ask, slug: Slug, actor: Actor = None, act: Act = None, since: Since = None, until: Until = None
) -> Response:
    """Download what was done to a district as CSV."""
    return _csv(asked, f"{slug}-audit.csv", _wanted(slug, actor, act, since, until, None))


def _wanted(
    slug: str | None, actor: str | None, act: str | None, since: datetime | None, until: datetime | None, before: int | None
) -> AuditWanted:
    return AuditWanted(district=slug, actor=actor, action=act, since=_utc(since), until=_utc(until), before=before)


def _utc(at: datetime | None) -> datetime | None:
    """The same moment with its zone; at the ends of the calendar the nearest that every zone has."""
    if at is None:
        return None
    return min(max(at.replace(tzinfo=UTC), FIRST), LAST).replace(tzinfo=at.tzinfo or UTC)


def _page(asked: Asked, wanted: AuditWanted, limit: int) -> Answer:
    found = audit.page(asked.house, asked.viewer, wanted, limit)
    return {"count": found.count, "rows": [audit.as_json(row) for row in found.rows], "before": found.before}


def _csv(asked: Asked, name: str, wanted: AuditWanted) -> Response:
    asked.audit("audit-exported")
    return streaming.text(name, audit.exported(asked.house, asked.viewer, wanted))
