"""The change feed: every applied difference of every record, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from homeroom.desk import import_rows, issue_values
from homeroom.doors.api import streaming
from homeroom.doors.api.models import Told
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.routes import After, Answer, Ask, Asked, Limit, Number, Routes, Slug, TableName
from homeroom.roster.report import moment
from homeroom.store.history import Change

routes = Routes("Changes")
_AT_ONCE = 5000


class ChangeTold(Told):
    """One difference. `fields`: column to [before, now]; of an added record the fields are read as its row."""

    revision: int
    seq: int = Field(description="Its place in the revision.")
    at: str
    table: str
    sourcedId: str
    verb: Literal["add", "update", "remove", "restore"]
    fields: dict[str, list[str | None]]
    import_: int | None = Field(alias="import")
    who: str | None = Field(description="Who made it by hand, where no import did.")


class Next(Told):
    """Where the next page begins."""

    after: int
    seq: int


class Changes(Told):
    """A page of changes."""

    revision: int = Field(description="The newest revision. Once a page ends at it, ask again later with `after` set to it.")
    changes: list[ChangeTold]
    next: Next | None = Field(description="Where the next page begins; null when this was all.")


class Line(Told):
    """One changed record of a table."""

    seq: int
    verb: str
    record: str | None = Field(description="Its sourcedId; null unless values are open to this token.")
    fields: dict[str, list[str | None]] = Field(
        description="Column to [before, now]; both null unless values are open to this token."
    )
    hidden: bool = Field(description="Whether values are left out.")


class OfTable(Told):
    """A page of what an import changed in one table."""

    table: str
    revision: int
    counts: dict[str, int] = Field(description="Records by verb, in all.")
    rows: list[Line]
    next: int | None = Field(description="`after` of the next page; null on the last.")


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page as JSON; or, with `Accept: application/x-ndjson`, all changes up to now, one a line.",
        "content": {streaming.NDJSON: {"schema": {"type": "string"}}},
    }
}


@routes.ask("GET", "/districts/{slug}/changes", "records.see", response_model=Changes, responses=_ANSWERS)
def list_changes(
    asked: Ask,
    slug: Slug,
    request: Request,
    after: After = 0,
    seq: Annotated[
        int, Query(ge=0, le=2**31 - 1, description="Behind this change of the revision `after`; 0: behind the whole revision.")
    ] = 0,
    limit: Limit = 1000,
) -> Response:
    """Follow what changes: everything behind a revision, in its order.

    A first load writes no changes: read the tables once at a revision, then follow from there. Removed records that the retention clock
    purged have no changes any more.
    """
    asked.audit("changes-read", after=after)
    if streaming.NDJSON in request.headers.get("accept", ""):
        return streaming.ndjson(_every(asked, after, seq))
    newest = asked.store.revision()
    found = [c for c in asked.store.changes(after, limit + 1, seq=seq) if c.revision <= newest]
    shown, last = found[:limit], found[limit - 1] if len(found) > limit else None
    more = {"after": last.revision, "seq": last.seq} if last is not None else None
    return JSONResponse({"revision": newest, "changes": [_told(c) for c in shown], "next": more})


@routes.ask("GET", "/districts/{slug}/imports/{number}/changes", "records.see", response_model=Changes)
def list_changes_of_import(asked: Ask, slug: Slug, number: Number, seq: After = 0, limit: Limit = 1000) -> Answer:
    """List what an import changed; go on with `seq` of `next`."""
    entry = asked.entry(number)
    newest = asked.store.revision()
    before, after = entry.revision_before, entry.revision_after
    if before is None or after is None or after <= before:
        return {"revision": newest, "changes": [], "next": None}
    asked.audit("changes-read", **{"import": number})
    found = asked.store.changes(after if seq else after - 1, limit + 1, seq=seq)
    mine = [c for c in found if c.revision == after]
    shown, last = mine[:limit], mine[limit - 1] if len(mine) > limit else None
    more = {"after": last.revision, "seq": last.seq} if last is not None else None
    return {"revision": newest, "changes": [_told(c) for c in shown], "next": more}


@routes.ask("GET", "/districts/{slug}/imports/{number}/changes/{table}", "district.see", response_model=OfTable)
def list_changes_of_table(
    asked: Ask,
    slug: Slug,
    number: Number,
    table: TableName,
    verb: Annotated[Literal["add", "update", "remove", "restore"] | None, Query(description="Only these.")] = None,
    after: After = 0,
) -> Answer:
    """Count and list what an import changed in one table, 100 records at once.

    Which columns changed is told to everybody who sees the district; whose records and which values, only where they are open to this token.
    """
    asked.entry(number)
    found = import_rows.changes(asked.house, asked.viewer, slug, number, table, verb, after, asked.now)
    if not found.counts:
        raise NOT_FOUND
    if any(not line.hidden for line in found.rows):
        asked.audit("changes-read", **{"import": number, "table": table})
    return dict(issue_values.plain_values(found))


def _every(asked: Asked, after: int, seq: int) -> Iterator[Answer]:
    newest = asked.store.revision()
    while True:
        found = [c for c in asked.store.changes(after, _AT_ONCE, seq=seq) if c.revision <= newest]
        yield from map(_told, found)
        if len(found) < _AT_ONCE:
            return
        after, seq = found[-1].revision, found[-1].seq


def _told(change: Change) -> Answer:
    return {
        "revision": change.revision,
        "seq": change.seq,
        "at": moment(change.at),
        "table": change.table,
        "sourcedId": change.sourced_id,
        "verb": change.verb,
        "fields": {name: list(pair) for name, pair in change.fields.items()},
        "import": change.number_of_import,
        "who": change.who,
    }
