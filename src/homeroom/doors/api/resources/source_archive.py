"""Sources that end for good: archived with their history, and taken back."""

from __future__ import annotations

from homeroom.doors.api.models import Told
from homeroom.doors.api.routes import Answer, Ask, Number, Routes, Slug
from homeroom.roster.report import moment
from homeroom.store.sources import Source
from homeroom.sync import archiving

routes = Routes("Sources")


class ArchivedTold(Told):
    """How a source stands after it."""

    source: int
    enabled: bool
    archived_at: str | None


@routes.ask("POST", "/districts/{slug}/sources/{number}/archive", "settings.change", response_model=ArchivedTold)
def archive_source(asked: Ask, slug: Slug, number: Number) -> Answer:
    """End a source for good: it is closed and leaves the lists; its imports and what it brought are kept."""
    asked.source(number)
    return _told(archiving.archive(asked.house, slug, number, asked.now, asked.who))


@routes.ask("POST", "/districts/{slug}/sources/{number}/take-back", "settings.change", response_model=ArchivedTold)
def take_source_back(asked: Ask, slug: Slug, number: Number) -> Answer:
    """Bring an archived source back. It is closed until somebody opens it."""
    asked.source(number)
    return _told(archiving.take_back(asked.house, slug, number, asked.now, asked.who))


def _told(source: Source) -> Answer:
    at = moment(source.archived) if source.archived is not None else None
    return {"source": source.id, "enabled": source.enabled, "archived_at": at}
