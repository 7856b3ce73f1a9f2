"""Layout sets that ship, and the tools for layouts of one's own: check, propose, compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Path
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from homeroom.deliveries.workfolders import claim
from homeroom.doors.api.models import Body, Told
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.receiving import received
from homeroom.doors.api.routes import Answer, Ask, Asked, Routes, Slug
from homeroom.layouts import sets
from homeroom.layouts.differences import compare
from homeroom.layouts.proposing.propose import Proposal
from homeroom.layouts.sets import LayoutSet
from homeroom.roster.faults import Misuse
from homeroom.roster.words import plain
from homeroom.sync import checking_layouts, proposing
from homeroom.sync.layouts import Own, chosen, texts_of
from homeroom.systems import SETS, layout_set, layout_sets

routes = Routes("Layouts")
SetName = Annotated[str, Path(max_length=60, description="The set's name.", examples=["oneroster-1.1"])]
Texts = Annotated[
    dict[
        Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.toml$")],
        Annotated[str, Field(max_length=1 << 20)],
    ],
    Field(
        min_length=1,
        max_length=200,
        description="The TOML texts by file name.",
        examples=[{"users.toml": 'name = "ours/users"\n'}],
    ),
]
_MOST_PROPOSED = 512 << 20
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "name": {"type": "string", "description": "What the set shall be called."},
                    },
                }
            }
        },
    }
}


class SetTold(Told):
    """A layout set."""

    set: str
    title: str
    layouts: list[str]
    required: list[str] = Field(description="Tables whose files must come.")


class SetShown(Told):
    """A layout set with its texts."""

    set: str
    version: int | None
    digest: str
    layouts: list[dict[str, str]] = Field(description="Name, table and text of each layout.")
    texts: dict[str, str] = Field(description="The files that the set is kept in, by name; those that ship may share texts.")


class Judged(Body):
    """Layouts to judge."""

    texts: Texts
    name: Annotated[str, Field(max_length=60)] = "ours"


class Checked(Told):
    """What was found."""

    good: bool
    faults: list[dict[str, Any]] = Field(description="Every mistake with its place and what to do.")
    layouts: list[str]


class Two(Body):
    """Two sets to compare: names of sets that ship or were saved, with a version as in `ours@2`."""

    old: Annotated[str, Field(max_length=100, examples=["ours@1"])]
    new: Annotated[str, Field(max_length=100, examples=["ours"])]


class Difference(Told):
    """What changed between two sets."""

    same: bool
    readable: bool = Field(description="Whether both could be told in words.")
    changes: list[dict[str, Any]]
    text: str


@routes.ask("GET", "/layouts", "layouts.shipped", response_model=list[SetTold])
def list_layout_sets(asked: Ask) -> list[Answer]:
    """List the layout sets that ship with Homeroom."""
    return [
        {"set": s.name, "title": s.title, "layouts": [layout.name for layout in s.layouts], "required": list(s.required)}
        for s in layout_sets()
    ]


@routes.ask("GET", "/layouts/{name}", "layouts.shipped", response_model=SetShown)
def get_layout_set(asked: Ask, name: SetName) -> Answer:
    """Show a set that ships, with its texts."""
    if name not in SETS:
        raise NOT_FOUND
    return shown(layout_set(name), texts_of(name))


@routes.ask("POST", "/districts/{slug}/layouts/check", "layouts.draft", response_model=Checked)
def check_layouts(asked: Ask, slug: Slug, body: Judged) -> Answer:
    """Tell every mistake of layouts, with line and column. Nothing is saved."""
    found = checking_layouts.check(body.texts, body.name, asked.house.settings.work)
    return {"good": found.good, "faults": [asdict(f) for f in found.faults], "layouts": [w.name for w in found.layouts]}


@routes.ask("POST", "/districts/{slug}/layouts/compare", "settings.see", response_model=Difference)
def compare_layouts(asked: Ask, slug: Slug, body: Two) -> Answer:
    """Show what changed between two sets or versions: in words, and as text."""
    own = Own(asked.house, slug)
    texts = [texts_of(chosen(name, own) or name, own) for name in (body.old, body.new)]
    found = compare(texts[0], texts[1], (body.old, body.new))
    changes = [{"layout": c.layout, "target": c.target, "change": c.sentence} for c in found.changes or ()]
    return {"same": found.same, "readable": found.changes is not None, "changes": changes, "text": found.text}


@routes.ask("POST", "/districts/{slug}/layouts/propose", "imports.start", response_model=dict[str, Any], extra=_FORM)
async def propose_layouts(asked: Ask, slug: Slug, request: Request) -> Answer:
    """Propose layouts for files that no layout knows, with reasons. Nothing is imported, and nothing of the files is kept."""
    folder = await run_in_threadpool(claim, asked.house.settings.work, f"{slug}-proposed")
    try:
        form = await received(request.headers.get("content-type", ""), request.stream(), folder.path, _MOST_PROPOSED)
        if not form.files:
            raise Misuse("Send at least one file, as a part named files.")
        return await run_in_threadpool(_proposed, asked, folder.path, form.fields.get("name") or "ours")
    finally:
        await run_in_threadpool(folder.close)


def shown(found: LayoutSet, texts: Mapping[str, str]) -> Answer:
    """A set with its texts."""
    listed = [{"name": layout.name, "table": layout.table, "text": layout.text} for layout in found.layouts]
    return {
        "set": found.name,
        "version": found.number,
        "digest": found.digest or sets.digest(texts),
        "layouts": listed,
        "texts": dict(texts),
    }


def _proposed(asked: Asked, path: Any, name: str) -> Answer:
    with asked.turn():
        found = proposing.propose_for(path, asked.house.settings.work, name=name)
    return {
        "set": found.name,
        "files": [_proposal(each) for each in found.proposals],
        "left_alone": [list(pair) for pair in found.left_alone],
        "texts": found.texts,
    }


def _proposal(proposal: Proposal) -> Answer:
    return {
        "file": proposal.file,
        "table": proposal.table,
        "confidence": proposal.sure,
        "reasons": [plain(why) for why in proposal.why],
        "columns": [
            {"column": c.word, "target": c.target, "confidence": c.sure, "reasons": [plain(why) for why in c.why]}
            for c in proposal.columns
        ],
        "lacking": list(proposal.lacking),
        "other_tables": [{"table": table, "score": score} for table, score in proposal.others],
    }
