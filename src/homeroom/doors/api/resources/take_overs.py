"""Take-overs: a record that Homeroom holds is what the SIS calls by another id."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from homeroom.doors.api.models import Body, Id, Told, Whole
from homeroom.doors.api.routes import MOST, Answer, Ask, Asked, Routes, Slug
from homeroom.roster.faults import Misuse
from homeroom.roster.report import moment
from homeroom.store.taken_over import TakenOver
from homeroom.sync import sources, taking_over

routes = Routes("Take-overs")


class PairTold(Told):
    """A pair of ids."""

    source: int
    table: str
    own: str
    sis: str
    by: str
    at: str


class Pair(Body):
    """A pair of ids."""

    own: Id
    sis: Id


class Pairs(Body):
    """Pairs of one table: all are kept, or none."""

    table: Annotated[str, Field(max_length=100, examples=["classes"])]
    pairs: Annotated[list[Pair], Field(min_length=1, max_length=10_000)]
    source: Whole | None = Field(None, description="Whose SIS is meant; without it the district's only source.")


class Undone(Body):
    """Which pair."""

    table: Annotated[str, Field(max_length=100)]
    sis: Id
    source: Whole | None = None


@routes.ask("GET", "/districts/{slug}/take-overs", "records.see", response_model=list[PairTold])
def list_take_overs(
    asked: Ask, slug: Slug, source: Annotated[int | None, Query(ge=1, le=MOST, description="Only of this source.")] = None
) -> list[Answer]:
    """List the pairs."""
    if source is not None:
        asked.source(source)
    return [_told(pair) for pair in taking_over.listed(asked.house, slug, source)]


@routes.ask("POST", "/districts/{slug}/take-overs", "settings.change", status_code=201, response_model=list[PairTold])
def take_over(asked: Ask, slug: Slug, body: Pairs) -> list[Answer]:
    """Say that records which Homeroom holds are what the SIS calls by other ids; answers those pairs that are new.

    The source's next import reads by them; a dry run shows what that does.
    """
    source = _source(asked, body.source)
    pairs = [(pair.own, pair.sis) for pair in body.pairs]
    return [_told(p) for p in taking_over.take_over(asked.house, slug, body.table, pairs, source, asked.who)]


@routes.ask("POST", "/districts/{slug}/take-overs/undo", "settings.change", response_model=PairTold)
def undo_take_over(asked: Ask, slug: Slug, body: Undone) -> Answer:
    """Take a pair back: the SIS's id is read as itself again with the next import."""
    source = _source(asked, body.source)
    return _told(taking_over.undo(asked.house, slug, body.table, body.sis, source, asked.who))


def _source(asked: Asked, number: int | None) -> int:
    if number is not None:
        return asked.source(number).id
    only = sources.of(asked.house, asked.slug, None)
    if only is None:
        raise Misuse("The district has not exactly one source; name the one whose SIS is meant as source.")
    return only.id


def _told(pair: TakenOver) -> Answer:
    said = {"by": pair.said_by, "at": moment(pair.said)}
    return {"source": pair.source, "table": pair.table, "own": pair.ours, "sis": pair.theirs, **said}
