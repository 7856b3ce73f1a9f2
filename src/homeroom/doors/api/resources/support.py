"""Support access: whether the vendor's staff may look inside a district."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from homeroom.desk import support
from homeroom.doors.api.models import Body, Told
from homeroom.doors.api.routes import Answer, Ask, Asked, Routes, Slug
from homeroom.roster.report import moment

routes = Routes("Support access")


class SupportTold(Told):
    """How the switch stands."""

    on: bool
    until: str | None
    said_by: str | None


class TurnOn(Body):
    """For how long."""

    hours: Annotated[int, Field(ge=1, le=72)]


@routes.ask("GET", "/districts/{slug}/support", "district.see", response_model=SupportTold)
def get_support(asked: Ask, slug: Slug) -> Answer:
    """Show whether the vendor's staff may look inside, and until when."""
    return _told(asked)


@routes.ask("PUT", "/districts/{slug}/support", "support.switch", response_model=SupportTold)
def turn_support_on(asked: Ask, slug: Slug, body: TurnOn) -> Answer:
    """Let the vendor's staff look inside for a while. It ends by itself."""
    support.turn_on(asked.house, asked.viewer, slug, body.hours, "", asked.now)
    return _told(asked)


@routes.ask("DELETE", "/districts/{slug}/support", "support.switch", response_model=SupportTold)
def turn_support_off(asked: Ask, slug: Slug) -> Answer:
    """Let them in no more, at once."""
    support.turn_off(asked.house, asked.viewer, slug, asked.now)
    return _told(asked)


def _told(asked: Asked) -> Answer:
    found = support.state(asked.house, asked.slug, asked.now)
    if found is None:
        return {"on": False, "until": None, "said_by": None}
    return {"on": True, "until": moment(found.until), "said_by": found.said_by}
