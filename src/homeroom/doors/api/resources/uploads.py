"""Uploads: files or a ZIP, as a dry run or an import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from homeroom.deliveries.workfolders import claim
from homeroom.desk import issue_values, uploading
from homeroom.doors.api.handing import started, told
from homeroom.doors.api.models import Started, Told
from homeroom.doors.api.receiving import received
from homeroom.doors.api.routes import Answer, Ask, Asked, Number, Routes, Slug, Wait
from homeroom.roster.faults import Misuse
from homeroom.sync import intake, taking_up
from homeroom.workbench.values import Mode

routes = Routes("Uploads")
_FILES = {
    "type": "array",
    "items": {"type": "string", "format": "binary"},
    "minItems": 1,
    "description": "Loose files, or one ZIP.",
}
_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["files"],
    "properties": {
        "files": _FILES,
        "dry_run": {
            "type": "string",
            "enum": ["true", "false"],
            "default": "false",
            "description": "Stop before anything is changed.",
        },
        "source": {
            "type": "string",
            "description": "Number of the source; without it the district's only one, else one of kind upload.",
        },
        "kind": {
            "type": "string",
            "enum": ["continuous", "change_notification"],
            "default": "continuous",
            "description": "continuous: the whole population. change_notification: single records; says nothing about the others.",
        },
    },
}
FORM = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}}


class ReaderTold(Told):
    """A source that files may be handed in for."""

    source: int
    kind: str
    name: str
    reads: list[str] = Field(description="The files that its layout set knows; none: the set is found by the files.")
    required: list[str] = Field(description="Those without which nothing is taken.")


@routes.ask("GET", "/districts/{slug}/uploads", "imports.start", response_model=list[ReaderTold])
def list_readers(asked: Ask, slug: Slug) -> list[Answer]:
    """List the sources that files may be handed in for, with the names of the files that each reads."""
    return [
        {**issue_values.plain_values(r.source), "reads": list(r.reads), "required": list(r.required)}
        for r in uploading.readers(asked.house, slug)
    ]


@routes.ask("POST", "/districts/{slug}/uploads", "imports.start", status_code=202, response_model=Started, extra=FORM)
async def upload(asked: Ask, slug: Slug, request: Request, wait: Wait = 0) -> Answer:
    """Hand files in; a worker walks them.

    With `dry_run` everything is walked and nothing is changed; the report then says what would happen, and `apply_upload` imports the
    same files. Until a set-up is approved, everything is a dry run.
    """
    folder = await run_in_threadpool(claim, asked.house.settings.work, f"{slug}-upload")
    try:
        form = await received(request.headers.get("content-type", ""), request.stream(), folder.path)
        if not form.files:
            raise Misuse("Send at least one file, as a part named files.")
        options = _options(form.fields)
        if options["source"] is not None:
            asked.source(options["source"])
        notes: list[str] = []
        begin = lambda: _begun(asked, folder.path, options, notes)  # noqa: E731
        return await started(asked, begin, "uploaded", wait, notes)
    finally:
        await run_in_threadpool(folder.close)


@routes.ask("POST", "/districts/{slug}/imports/{number}/apply", "imports.start", status_code=202, response_model=Started)
async def apply_upload(asked: Ask, slug: Slug, number: Number, wait: Wait = 0) -> Answer:
    """Import the files of a dry run that ended well. Asked twice, it is the same import."""
    await run_in_threadpool(asked.entry, number)
    return await told(asked, await run_in_threadpool(_applied, asked, number), wait)


def _applied(asked: Asked, number: int) -> int:
    made = uploading.apply(asked.house, asked.viewer, asked.slug, number, asked.now)
    taking_up.hand_over(asked.house, asked.office.jobs, asked.slug, made)
    return made


def _begun(asked: Asked, path: Path, options: dict[str, Any], notes: list[str]) -> int:
    return intake.hand_in(
        asked.house, asked.slug, path, layouts=None, trigger="upload", now=asked.now, note=notes.append, **options
    )


def _options(fields: dict[str, str]) -> dict[str, Any]:
    """The values beside the files. Raises Misuse for what cannot be."""
    if strange := sorted(set(fields) - {"dry_run", "source", "kind"}):
        raise Misuse(
            f"The form has values that mean nothing here: {', '.join(strange)[:200]}. Beside files there are dry_run, source and kind."
        )
    dry, source, kind = fields.get("dry_run", "false"), fields.get("source"), fields.get("kind", "continuous")
    if dry not in ("true", "false"):
        raise Misuse("dry_run must be true or false.")
    if source is not None and not (source.isascii() and source.isdigit() and len(source) < 10):
        raise Misuse("source must be the number of a source.")
    modes: dict[str, Mode] = {"continuous": "continuous", "change_notification": "change_notification"}
    if kind not in modes:
        raise Misuse("kind must be continuous or change_notification.")
    return {"dry_run": dry == "true", "source": int(source) if source else None, "kind": modes[kind]}
