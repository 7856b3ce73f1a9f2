"""Who is told by e-mail of a bad night, and who of the vendor looks after a district."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from homeroom.desk import looking_after, rights, telling
from homeroom.doors.api.models import Body, Told
from homeroom.doors.api.routes import Answer, Ask, Asked, Routes, Slug

routes = Routes("Notices")
What = Literal["failed", "held", "late"]


class PersonIsTold(Told):
    """Somebody and what they are told."""

    email: str
    told: list[str]


class NoticesTold(Told):
    """Who is told what of a district."""

    mine: list[str] = Field(description="What whoever made this token is told: failed, held, late.")
    people: list[PersonIsTold] | None = Field(
        description="Everybody who is told something; null for those who may not see people."
    )


class Chosen(Body):
    """What to be told of, and of nothing else."""

    told: Annotated[list[What], Field(max_length=3, description="An empty list: nothing.")]


class LookedAfter(Body):
    """Who looks after it, and nobody else."""

    people: Annotated[list[Annotated[str, Field(max_length=254, examples=["ada@vendor.example"])]], Field(max_length=50)]


class LookedAfterTold(Told):
    """Who of the vendor looks after a district."""

    people: list[str]
    staff: list[str] = Field(description="Who could.")


@routes.ask("GET", "/districts/{slug}/notices", "reports.see", response_model=NoticesTold)
def get_notices(asked: Ask, slug: Slug) -> Answer:
    """Show who chose to be told by e-mail of failed, held and late imports of a district."""
    return _told(asked)


@routes.ask("PUT", "/districts/{slug}/notices", "reports.see", response_model=NoticesTold)
def choose_notices(asked: Ask, slug: Slug, body: Chosen) -> Answer:
    """Choose what whoever made this token is told of a district: by e-mail, once per cause and night."""
    telling.choose(asked.house, asked.viewer, slug, body.told, asked.now)
    return _told(asked)


@routes.ask("GET", "/districts/{slug}/looked-after", "districts.look_after", response_model=LookedAfterTold)
def get_looked_after(asked: Ask, slug: Slug) -> Answer:
    """Show who of the vendor looks after a district, and who could."""
    return _after(asked)


@routes.ask("PUT", "/districts/{slug}/looked-after", "districts.look_after", response_model=LookedAfterTold)
def look_after(asked: Ask, slug: Slug, body: LookedAfter) -> Answer:
    """Say who of the vendor looks after a district: the list of districts can be narrowed to one's own."""
    looking_after.put(asked.house, asked.viewer, slug, tuple(body.people), asked.now)
    return _after(asked)


def _told(asked: Asked) -> Answer:
    house, slug = asked.house, asked.slug
    sees = rights.may(house, asked.viewer, "district.people", slug, asked.now)
    own = asked.viewer.person.staff
    everybody = [(p, told) for p, told in telling.choices(house, slug) if own or not p.staff] if sees else None
    return {
        "mine": list(telling.chosen(house, asked.viewer.person.id, slug)),
        "people": [{"email": p.email, "told": list(told)} for p, told in everybody] if everybody is not None else None,
    }


def _after(asked: Asked) -> Answer:
    district = asked.house.stores.control.districts.get(asked.slug)
    return {"people": list(district.looked_after), "staff": list(looking_after.staff(asked.house))}
