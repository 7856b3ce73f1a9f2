"""Write-backs: students updated or inserted in the district's own PowerSchool, and what became of them."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from homeroom.deliveries.workfolders import claim
from homeroom.doors.api.models import Told
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.receiving import received
from homeroom.doors.api.routes import Answer, Ask, Asked, Number, Routes, Slug
from homeroom.roster.faults import Misuse
from homeroom.sync import writing_back

routes = Routes("Write-backs")
_MOST = 50 << 20
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "files": {
                            "type": "string",
                            "format": "binary",
                            "description": "A CSV file; without one the corrections that people hold.",
                        },
                        "source": {"type": "string", "description": "Number of the source."},
                        "dry_run": {
                            "type": "string",
                            "enum": ["true", "false"],
                            "default": "true",
                            "description": "Only show the calls.",
                        },
                    },
                }
            }
        },
    }
}


class BatchTold(Told):
    """One write-back."""

    batch: int
    source: int
    origin: str
    rows: int
    who: str
    began: str
    ended: str | None
    reason: str | None
    counts: dict[str, int] = Field(description="Records by status.")


@routes.ask("GET", "/districts/{slug}/write-backs", "records.see", response_model=list[BatchTold])
def list_write_backs(asked: Ask, slug: Slug) -> list[Answer]:
    """List what was written back, the newest first."""
    return writing_back.batches(asked.house, slug)


@routes.ask("GET", "/districts/{slug}/write-backs/{number}", "records.see", response_model=list[dict[str, Any]])
def get_write_back(asked: Ask, slug: Slug, number: Number) -> list[Answer]:
    """Show what became of the records of one write-back. Values are not kept."""
    if number not in {batch["batch"] for batch in writing_back.batches(asked.house, slug)}:
        raise NOT_FOUND
    return writing_back.results(asked.house, slug, number)


@routes.ask("POST", "/districts/{slug}/write-backs", "records.write-back", response_model=dict[str, Any], extra=_FORM)
async def write_back(asked: Ask, slug: Slug, request: Request) -> Answer:
    """Update or insert students in the district's PowerSchool, from a CSV file or from the corrections that people hold.

    A dry run unless `dry_run` is false. The same file given again goes on where it was cut off. What was written is read into the roster by
    an import of its own; `import` and `import_outcome` name it.
    """
    folder = await run_in_threadpool(claim, asked.house.settings.work, f"{slug}-write-back")
    try:
        form = await received(request.headers.get("content-type", ""), request.stream(), folder.path, _MOST)
        if len(form.files) > 1:
            raise Misuse("Send one CSV file, or none.")
        sheet = folder.path / form.files[0] if form.files else None
        return await run_in_threadpool(_written, asked, sheet, form.fields)
    finally:
        await run_in_threadpool(folder.close)


def _written(asked: Asked, sheet: FilePath | None, fields: dict[str, str]) -> Answer:
    number, dry = fields.get("source"), fields.get("dry_run", "true")
    if dry not in ("true", "false") or (number is not None and not (number.isascii() and number.isdigit() and len(number) < 10)):
        raise Misuse("dry_run must be true or false, and source the number of a source.")
    source = asked.source(int(number)).id if number is not None else None
    with asked.turn():
        done = writing_back.write_back(asked.house, asked.slug, sheet, source=source, dry_run=dry == "true", who=asked.who)
    return done.as_json()
