"""Files of the last deliveries that no layout knows: what each looks like, and the layout that is proposed for it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from homeroom.desk import unknown_files
from homeroom.desk.issue_values import plain_values
from homeroom.doors.api.models import Body, Told
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.resources.own_layouts import VersionTold, version_told
from homeroom.doors.api.routes import Answer, Ask, Routes, Slug

routes = Routes("Layouts")


class UnknownTold(Told):
    """A file that no layout knows."""

    file: str
    source: int
    number: int = Field(description="The import that it came with.")
    delivery: int
    table: str | None = Field(description="What it looks like; null: nobody looked, or nothing could be told.")
    mapped: int = Field(description="How many of its columns look like something.")
    columns: int


class ProposalTold(Told):
    """What is proposed for a file."""

    unknown: UnknownTold
    proposal: dict[str, Any] = Field(description="The table, how sure that is and why, and what each column would be.")
    texts: dict[str, str] = Field(description="The layouts that would be added, by file name.")
    into: str = Field(description="The set that would hold them.")
    copied: str | None = Field(description="The set that ships and would be copied first.")
    faults: list[dict[str, Any]] = Field(description="Mistakes that keep it from being saved as it is.")


class Accepted(Body):
    """Which file."""

    file: Annotated[str, Field(min_length=1, max_length=255)]


@routes.ask("GET", "/districts/{slug}/unknown-files", "layouts.draft", response_model=list[UnknownTold])
def list_unknown_files(asked: Ask, slug: Slug) -> list[Answer]:
    """List the files of each source's newest import that no layout knows."""
    with asked.turn():
        return [plain_values(each) for each in unknown_files.unknown_files(asked.house, slug)]


@routes.ask("GET", "/districts/{slug}/unknown-files/proposal", "layouts.draft", response_model=ProposalTold)
def get_proposal(
    asked: Ask, slug: Slug, file: Annotated[str, Query(min_length=1, max_length=255, description="The file's name.")]
) -> Answer:
    """Show the layout that is proposed for a file, column by column with reasons. Nothing is saved."""
    with asked.turn():
        found = unknown_files.proposed(asked.house, slug, file)
    if found is None:
        raise NOT_FOUND
    return {**plain_values(found), "texts": dict(found.texts)}


@routes.ask("POST", "/districts/{slug}/unknown-files/accept", "settings.change", status_code=201, response_model=VersionTold)
def accept_proposal(asked: Ask, slug: Slug, body: Accepted) -> Answer:
    """Save a proposal into an own set. Look it through, then let the source be read by it."""
    with asked.turn():
        return version_told(unknown_files.accept(asked.house, asked.viewer, slug, body.file))
