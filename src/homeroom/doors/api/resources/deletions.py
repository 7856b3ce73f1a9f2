"""Deleting a district: shut at once, kept for a week if somebody says so, then gone."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from homeroom.desk import deleting
from homeroom.doors.api.models import Body, Told
from homeroom.doors.api.routes import Answer, Ask, Routes, Slug

routes = Routes("Deleting a district")


class DeletionTold(Told):
    """An asking to delete a district, and what became of it."""

    district: str = Field(examples=["pinewood"])
    name: str
    asked: str
    asked_by: str
    reason: str
    due: str = Field(description="Until then it can be kept.")
    kept: str | None = Field(description="When it was kept.")
    begun: str | None = Field(description="Since when it is being removed; from then on it cannot be kept.")
    done: str | None = Field(description="When all of it was gone.")
    counts: dict[str, int] = Field(description="What was removed, by kind.")


class Sure(Body):
    """Which district, once more, and why."""

    confirm: Annotated[str, Field(max_length=50, description="The district's short name, typed again.", examples=["pinewood"])]
    reason: Annotated[
        str, Field(max_length=500, description="Why, in a sentence of ten characters or more. It stays in the audit.")
    ]


@routes.ask("POST", "/districts/{slug}/deletion", "district.delete", status_code=201, response_model=DeletionTold)
def delete_district(asked: Ask, slug: Slug, body: Sure) -> Answer:
    """Shut a district, to be deleted in 7 days.

    Apps, sources, log-ins and notices are shut out at once; until the 7 days are over nothing is removed, and it can be kept.
    """
    return deleting.told(deleting.ask(asked.house, slug, body.confirm, body.reason, who=asked.who, now=asked.now))


@routes.ask("GET", "/districts/{slug}/deletion", "district.see", response_model=DeletionTold | None)
def get_deletion(asked: Ask, slug: Slug) -> Answer | None:
    """Show the deletion that a district waits for; null: it stays."""
    found = asked.house.stores.control.deletions.of(slug)
    return deleting.told(found) if found is not None else None


@routes.ask("DELETE", "/districts/{slug}/deletion", "district.keep", response_model=DeletionTold)
def keep_district(asked: Ask, slug: Slug) -> Answer:
    """Keep a district that waits to be deleted: it is open again, with everything that it had."""
    return deleting.told(deleting.keep(asked.house, slug, who=asked.who, now=asked.now))


@routes.ask("GET", "/deletions", "installation.see", response_model=list[DeletionTold])
def list_deletions(asked: Ask) -> list[Answer]:
    """List the districts that were deleted: who asked, when, why, and what was removed."""
    return [deleting.told(each) for each in asked.house.stores.control.deletions.went()]
