"""One record: where it came from, how it changed, what people hold of it; refresh, correct, lock, archive.

Which record is meant stands in the body: ids of people are in no address, and so in no log of a proxy.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from homeroom.desk import missing, record_keys, record_search
from homeroom.doors.api.models import Body, Id, RecordHeld, Told
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.resources.roster import table_at
from homeroom.doors.api.routes import Answer, Ask, Asked, Routes, Slug
from homeroom.roster.faults import Misuse
from homeroom.roster.holding import ARCHIVED, ARCHIVED_ALWAYS
from homeroom.roster.words import plain
from homeroom.sync import by_hand, reading_back, refresh

routes = Routes("Records")
Field_ = Annotated[
    str, Field(max_length=200, description="A column (`email`), or an entry of the metadata (`metadata.language`).")
]
Why = Annotated[str, Field(max_length=500, description="A few words for whoever meets it later.")]


class Which(Body):
    """Which record."""

    table: Annotated[str, Field(max_length=100, examples=["users"])]
    sourcedId: Id


class Lock(Which):
    """What to hold."""

    field: Field_ | None = None
    value: (
        Annotated[str, Field(max_length=10_000, description="What shall stand there from now on; an empty text is blank.")] | None
    ) = None
    why: Why | None = None
    until: date | None = Field(
        None, description="The day of the district on which it ends by itself; without it somebody unlocks it."
    )


class Unlock(Which):
    """What to let go."""

    field: Field_ | None = None


class Archive(Which):
    """How to archive."""

    always: bool = Field(False, description="No delivery brings it back until somebody unarchives it.")
    why: Why | None = None


class Joined(Which):
    """Whether the record's person has joined."""

    joined: bool = True


class RecordTold(Told):
    """A record and everything that is known of it."""

    table: str
    record: dict[str, Any]
    provenance: dict[str, Any]
    held: list[dict[str, Any]]
    changes: list[dict[str, Any]]


class FieldChanged(Told):
    """A field that changed."""

    field: str
    old: str | None
    new: str | None


class Refreshed(Told):
    """What a refresh did."""

    import_: int = Field(alias="import")
    outcome: str | None
    reason: dict[str, str] | None
    revision: int
    changed: list[FieldChanged]
    also: dict[str, dict[str, int]] = Field(description="What happened to rows that hang on it, by table.")


class HoldTold(Told):
    """What people hold."""

    table: str
    sourcedId: str
    field: str | None
    mark: str | None
    since: str
    who: str
    why: str | None
    until: str | None
    differs: list[str]


class Words(Body):
    """What to look for."""

    words: Annotated[
        str, Field(max_length=100, description="A name, a number, an e-mail address or an id; beginnings of words are enough.")
    ]


class HitTold(Told):
    """A record that was found."""

    table: str
    sourcedId: str
    name: str
    what: str | None = Field(description="Its role or kind.", examples=["student"])
    number: str | None = Field(description="The number that people know.")
    school: str | None
    removed: bool


class Hits(Told):
    """What was found."""

    total: dict[str, int] = Field(description="How many there are, by table.")
    found: list[HitTold] = Field(description="This page of each table, the best first.")
    more: bool = Field(description="Whether another page has more.")


class StepTold(Told):
    """One step of an import."""

    name: str = Field(examples=["mapped"])
    state: str = Field(description="`done`, `stopped`, `unknown` or `not-reached`.")
    said: str | None


class CandidateTold(Told):
    """Somebody whom the words fit."""

    name: str | None
    sourcedId: str | None
    stops_at: str | None = Field(description="The first step that stops; null: the person is where they should be.")
    why: str
    remedy: str | None
    import_: int | None = Field(alias="import")
    steps: list[StepTold]


class MissingTold(Told):
    """Why somebody is missing."""

    candidates: list[CandidateTold]
    more: bool


Page = Annotated[int, Query(ge=1, le=10, description="Which page of 50 of each table.")]


@routes.ask("POST", "/districts/{slug}/records/search", "records.see", response_model=Hits)
def search_records(asked: Ask, slug: Slug, body: Words, page: Page = 1) -> Answer:
    """Search people, classes and schools. The words stand in the body, and in no log and no audit row."""
    found = record_search.at_once(asked.house, asked.viewer, slug, body.words, asked.now, page)
    hits = [hit for group in found.groups for hit in group.shown]
    return {
        "total": {group.table: group.total for group in found.groups},
        "found": [
            {
                "table": hit.table,
                "sourcedId": hit.sourced_id,
                "name": hit.name,
                "what": hit.what,
                "number": hit.number,
                "school": hit.school,
                "removed": hit.removed,
            }
            for hit in hits
        ],
        "more": any(group.more for group in found.groups),
    }


@routes.ask("POST", "/districts/{slug}/records/missing", "records.see", response_model=MissingTold)
def find_missing(asked: Ask, slug: Slug, body: Words) -> Answer:
    """Say why somebody is missing: at which step of the newest delivery the person fell out, and by which rule."""
    with asked.turn():
        answer = missing.ask(asked.house, asked.viewer, slug, body.words, asked.now)
    return {
        "candidates": [
            {
                "name": each.name,
                "sourcedId": each.sourced_id,
                "stops_at": each.stops_at,
                "why": plain(each.why),
                "remedy": each.remedy,
                "import": each.number_of_import,
                "steps": [
                    {"name": step.name, "state": step.state, "said": plain(step.said) if step.said else None}
                    for step in each.steps
                ],
            }
            for each in answer.candidates
        ],
        "more": answer.more,
    }


@routes.ask("POST", "/districts/{slug}/records/show", "records.see", response_model=RecordTold)
def show_record(asked: Ask, slug: Slug, body: Which) -> Answer:
    """Show a record: its fields, its provenance, what people hold of it, and how it changed."""
    asked.audit("record-seen", table=body.table, record=key_of(asked, body))
    return reading_back.record(asked.house, slug, body.table, body.sourcedId)


@routes.ask("POST", "/districts/{slug}/records/refresh", "records.refresh", response_model=Refreshed)
def refresh_record(asked: Ask, slug: Slug, body: Which) -> Answer:
    """Ask the record's own system for it now, and say which fields changed. Also for one that is not here yet."""
    table_at(asked, body.table)
    with asked.turn():
        done = refresh.refresh(asked.house, slug, body.table, body.sourcedId, who=asked.who, now=asked.now)
    return done.as_json()


@routes.ask("POST", "/districts/{slug}/records/lock", "records.lock", response_model=RecordHeld)
def lock_record(asked: Ask, slug: Slug, body: Lock) -> Answer:
    """Keep a field of a record (or all of it) as it is, whatever the source says; with `value`, correct it first."""
    there(asked, body)
    if body.value is None:
        return by_hand.lock(
            asked.house, slug, body.table, body.sourcedId, body.field, why=body.why, who=asked.who, until=body.until
        )
    if body.field is None:
        raise Misuse("Name the field that the value is for.")
    return by_hand.correct(
        asked.house, slug, body.table, body.sourcedId, body.field, body.value, why=body.why, who=asked.who, until=body.until
    )


@routes.ask("POST", "/districts/{slug}/records/unlock", "records.lock", response_model=RecordHeld)
def unlock_record(asked: Ask, slug: Slug, body: Unlock) -> Answer:
    """Let the source write a field again, with its next complete delivery; without a field, all of the record."""
    there(asked, body)
    return by_hand.unlock(asked.house, slug, body.table, body.sourcedId, body.field, who=asked.who)


@routes.ask("POST", "/districts/{slug}/records/archive", "records.lock", response_model=RecordHeld)
def archive_record(asked: Ask, slug: Slug, body: Archive) -> Answer:
    """Remove a record by hand, as if its source had dropped it."""
    there(asked, body)
    mark = ARCHIVED_ALWAYS if body.always else ARCHIVED
    return by_hand.archive(asked.house, slug, body.table, body.sourcedId, mark=mark, why=body.why, who=asked.who)


@routes.ask("POST", "/districts/{slug}/records/unarchive", "records.lock", response_model=RecordHeld)
def unarchive_record(asked: Ask, slug: Slug, body: Which) -> Answer:
    """Bring back a record that was archived by hand."""
    there(asked, body)
    return by_hand.unarchive(asked.house, slug, body.table, body.sourcedId, who=asked.who)


@routes.ask("POST", "/districts/{slug}/records/joined", "records.lock", response_model=RecordHeld)
def mark_joined(asked: Ask, slug: Slug, body: Joined) -> Answer:
    """Say that a record's person looks after their own contact details, or no more."""
    there(asked, body)
    act = by_hand.joined if body.joined else by_hand.not_joined
    return act(asked.house, slug, body.table, body.sourcedId, who=asked.who)


@routes.ask("GET", "/districts/{slug}/locks", "records.see", response_model=list[HoldTold])
def list_locks(
    asked: Ask, slug: Slug, table: Annotated[str | None, Query(max_length=100, description="Only of this table.")] = None
) -> list[Answer]:
    """List what people hold of a district's records. Values are not shown."""
    if table is not None:
        table_at(asked, table)
    asked.audit("locks-read", table=table)
    return by_hand.locks(asked.house, slug, table)


def key_of(asked: Asked, body: Which) -> str:
    """The KEY of the record, by which the desk knows it. Raises NOT_FOUND."""
    return record_keys.of(asked.house, asked.slug).make(body.table, there(asked, body))


def there(asked: Asked, body: Which) -> int:
    """The record's row id, if there is such a record."""
    table_at(asked, body.table)
    found = asked.store.one(body.table, body.sourcedId)
    if found is None:
        raise NOT_FOUND
    return int(found["id"] or 0)
