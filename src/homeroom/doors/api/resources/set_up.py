"""Set-ups: a district is brought in by nine steps, each with an owner and a day; nothing is saved before both sides signed its figures."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Any

from pydantic import Field
from starlette.concurrency import run_in_threadpool

from homeroom.desk import issue_values
from homeroom.desk.setup import acting
from homeroom.doors.api.handing import told
from homeroom.doors.api.models import Body, Name, Started, Told
from homeroom.doors.api.routes import Answer, Ask, Asked, Routes, Slug, Wait
from homeroom.sync import taking_up

routes = Routes("Set-up")
Message = Annotated[str, Field(min_length=1, max_length=acting.LONGEST_MESSAGE, description="No names of students.")]


class StepTold(Told):
    """One step, judged from what is there: nobody ticks it off."""

    number: int
    key: str = Field(examples=["credentials"])
    title: str
    owner: str = Field(description="vendor, district, homeroom or both.")
    standing: str = Field(description="done, now or later.")
    due: str
    done: str | None = Field(description="When it was done, where that is known.")
    fact: str = Field(description="What the self-check found.")
    over: int = Field(description="By how many days it is late.")


class SetUp(Told):
    """How far a set-up is."""

    district: str
    state: str = Field(description="begun, received, changes_requested, approved or automatic.")
    started: str
    day: int = Field(description="Which day of the set-up it is; the first is 1.")
    training: str | None = Field(description="The day of the training.")
    current: str | None = Field(description="The key of the step that stands now; null when all are done.")
    steps: list[StepTold]
    messages: list[dict[str, Any]] = Field(description="What people wrote to each other: at, said_by, text.")


class NewSetUp(Body):
    """A district to add with a set-up."""

    district: Annotated[str, Field(max_length=50, description="Small letters, digits, hyphens.", examples=["pinewood"])]
    name: Name
    timezone: Annotated[str, Field(max_length=60, examples=["America/Chicago"])] = "America/Chicago"
    started: date | None = Field(None, description="The day from which due dates count; without it today.")


class Written(Body):
    """What to write."""

    text: Message


class Day(Body):
    """A day."""

    day: Annotated[date, Field(description="Not before today.")]


@routes.ask("POST", "/set-ups", "districts.add", status_code=201, response_model=SetUp)
def begin_set_up(asked: Ask, body: NewSetUp) -> Answer:
    """Add a district with a set-up: until its figures are signed and the first sync approved, whatever arrives is only looked at.

    `add_district` adds one without: what arrives there is imported.
    """
    started = body.started or asked.now.date()
    acting.begin(asked.house, asked.viewer, body.district, body.name, body.timezone, started, asked.now)
    return _told(asked, body.district)


@routes.ask("GET", "/districts/{slug}/set-up", "setup.see", response_model=SetUp)
def get_set_up(asked: Ask, slug: Slug) -> Answer:
    """Show the steps of a set-up: whose each is, until when, what the self-check found; and what people wrote."""
    return _told(asked, slug)


@routes.ask("POST", "/districts/{slug}/set-up/messages", "worksheet.fill", status_code=201, response_model=SetUp)
def write_message(asked: Ask, slug: Slug, body: Written) -> Answer:
    """Write to the others of a set-up."""
    acting.say(asked.house, asked.viewer, slug, body.text, asked.now)
    return _told(asked, slug)


@routes.ask("POST", "/districts/{slug}/set-up/changes", "setup.step", status_code=201, response_model=SetUp)
def request_changes(asked: Ask, slug: Slug, body: Written) -> Answer:
    """Ask for other files or figures, with what is wrong. Signatures given so far are void."""
    acting.request_changes(asked.house, asked.viewer, slug, body.text, asked.now)
    return _told(asked, slug)


@routes.ask("PUT", "/districts/{slug}/set-up/training", "setup.step", response_model=SetUp)
def set_training(asked: Ask, slug: Slug, body: Day) -> Answer:
    """Set the day of the training, once the worksheet is agreed."""
    acting.set_training(asked.house, asked.viewer, slug, body.day, asked.now)
    return _told(asked, slug)


@routes.ask("POST", "/districts/{slug}/set-up/approve", "setup.step", status_code=202, response_model=Started)
async def approve_set_up(asked: Ask, slug: Slug, wait: Wait = 0) -> Answer:
    """Approve the first real sync: the files that were counted are imported, and from then on the district runs by itself.

    Both sides have signed the worksheet before, of the newest files.
    """
    return await told(asked, await run_in_threadpool(_approved, asked), wait)


def _approved(asked: Asked) -> int:
    hand_over = partial(taking_up.hand_over, asked.house, asked.office.jobs)
    return acting.approve(asked.house, asked.viewer, asked.slug, asked.now, hand_over)


def _told(asked: Asked, slug: str) -> Answer:
    made = acting.progress(asked.house, slug, asked.now)
    return {
        "district": slug,
        "state": made.state,
        "started": made.setup.started.isoformat(),
        "day": made.day,
        "training": made.training.isoformat() if made.training else None,
        "current": made.current.key if made.current is not None else None,
        "steps": issue_values.plain_values(made.steps),
        "messages": issue_values.plain_values(made.messages),
    }
