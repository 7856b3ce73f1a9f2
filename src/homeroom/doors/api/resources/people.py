"""Those who may sign in: invite, change, shut out. Nobody gives more than they have."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from homeroom.desk import appointing, letting_in, people
from homeroom.desk.viewer import Person, Role
from homeroom.doors.api.models import Body, Told
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.routes import Answer, Ask, Asked, Number, Routes, Slug

routes = Routes("People")
Slugs = Annotated[list[Annotated[str, Field(max_length=50)]], Field(max_length=1000)]
Schools = Annotated[list[Annotated[str, Field(max_length=255)]], Field(max_length=200, description="sourcedIds of orgs.")]


class PersonTold(Told):
    """Somebody who may sign in."""

    person: int
    email: str
    name: str
    role: str
    districts: list[str]
    schools: list[str]
    has_code: bool = Field(description="Whether a code generator is set up.")
    disabled: bool


SENT = "Null where mail is set up: it went to the person, and nobody else sees it."


class Invited(PersonTold):
    """Somebody with the link by which they come in. It opens once, within 48 hours."""

    link: str | None = Field(description=SENT)


class Linked(Told):
    """A new link; older ones are dead."""

    person: int
    link: str | None = Field(description=SENT)


class NewPerson(Body):
    """Somebody to invite."""

    email: Annotated[str, Field(max_length=254, examples=["bob@pinewood.example"])]
    role: Role
    name: Annotated[str, Field(max_length=200)] = ""
    districts: Slugs = []
    schools: Schools = []


class NewOwnPerson(Body):
    """Somebody of this district to invite."""

    email: Annotated[str, Field(max_length=254, examples=["bob@pinewood.example"])]
    role: Role
    name: Annotated[str, Field(max_length=200)] = ""
    schools: Schools = []


class Changed(Body):
    """What to change; what is not named stays."""

    disabled: bool | None = None
    role: Role | None = None
    districts: Slugs = Field([], description="With `role`: the districts from now on.")
    schools: Schools = Field([], description="With `role`: the schools from now on.")


class ChangedOwn(Body):
    """What to change of somebody of this district."""

    disabled: bool


@routes.ask("GET", "/people", "people.see", response_model=list[PersonTold])
def list_people(asked: Ask) -> list[Answer]:
    """List everybody who may sign in."""
    return [_told(person) for person in people.listed(asked.house)]


@routes.ask("POST", "/people", "people.invite", status_code=201, response_model=Invited)
def invite_person(asked: Ask, body: NewPerson) -> Answer:
    """Invite somebody. Send them the link of the answer."""
    return _invited(asked, body.email, body.role, body.name, body.districts, body.schools)


@routes.ask("PATCH", "/people/{number}", "people.invite", response_model=PersonTold)
def change_person(asked: Ask, number: Number, body: Changed) -> Answer:
    """Shut somebody out at once or let them in again; give them another role."""
    person = _reached(asked, number)
    if body.role is not None:
        appointing.may_give(asked.viewer, body.role, body.districts)
        person = people.change_role(
            asked.house, number, body.role, who=asked.who, now=asked.now, districts=body.districts, schools=body.schools
        )
    return _told(_switched(asked, person, body.disabled))


@routes.ask("POST", "/people/{number}/link", "people.invite", status_code=201, response_model=Linked)
def link_person(asked: Ask, number: Number) -> Answer:
    """Make a new link for somebody who never came in, or who lost the password.

    Where no mail is set up, the link of somebody who came in before is shown to operators alone, with the elevated role.
    """
    return _linked(asked, _reached(asked, number))


@routes.ask("DELETE", "/people/{number}/code-generator", "people.invite", response_model=PersonTold)
def forget_code(asked: Ask, number: Number) -> Answer:
    """Take the code generator of somebody away who lost it; their sessions and tokens end.

    For operators, with the elevated role for the installation, or for the person's district.
    """
    return _without_code(asked, _reached(asked, number))


@routes.ask("GET", "/districts/{slug}/people", "district.people", response_model=list[PersonTold])
def list_own_people(asked: Ask, slug: Slug) -> list[Answer]:
    """List those of a district who may sign in."""
    listed = [_told(person) for person in people.listed(asked.house, slug)]
    return [{**told, "districts": [d for d in told["districts"] if asked.viewer.sees(d)]} for told in listed]


@routes.ask("POST", "/districts/{slug}/people", "district.invite", status_code=201, response_model=Invited)
def invite_own_person(asked: Ask, slug: Slug, body: NewOwnPerson) -> Answer:
    """Invite somebody to a district."""
    return _invited(asked, body.email, body.role, body.name, [slug], body.schools)


@routes.ask("PATCH", "/districts/{slug}/people/{number}", "district.invite", response_model=PersonTold)
def change_own_person(asked: Ask, slug: Slug, number: Number, body: ChangedOwn) -> Answer:
    """Shut somebody of this district out at once, or let them in again."""
    return _told(_switched(asked, _reached(asked, number, slug), body.disabled))


@routes.ask("POST", "/districts/{slug}/people/{number}/link", "district.invite", status_code=201, response_model=Linked)
def link_own_person(asked: Ask, slug: Slug, number: Number) -> Answer:
    """Make a new link for somebody of this district."""
    return _linked(asked, _reached(asked, number, slug))


@routes.ask("DELETE", "/districts/{slug}/people/{number}/code-generator", "district.invite", response_model=PersonTold)
def forget_own_code(asked: Ask, slug: Slug, number: Number) -> Answer:
    """Take the code generator of somebody of this district away who lost it; their sessions and tokens end.

    For operators, with the elevated role for the district.
    """
    return _without_code(asked, _reached(asked, number, slug))


def _without_code(asked: Asked, person: Person) -> Answer:
    letting_in.may_forget_code(asked.house, asked.viewer, person.id)
    return _told(people.forget_code(asked.house, person.id, who=asked.who, now=asked.now))


def _reached(asked: Asked, number: int, slug: str | None = None) -> Person:
    found = appointing.reached(asked.house, asked.viewer, number, slug)
    if found is None:
        raise NOT_FOUND
    return found


def _invited(asked: Asked, email: str, role: Role, name: str, districts: list[str], schools: list[str]) -> Answer:
    appointing.may_give(asked.viewer, role, districts)
    made = people.invite(asked.house, email, role, who=asked.who, now=asked.now, name=name, districts=districts, schools=schools)
    return {
        **_told(made.person),
        "link": letting_in.handed(asked.house, made.person, made.token, asked.who, say=asked.office.say),
    }


def _linked(asked: Asked, person: Person) -> Answer:
    return {"person": person.id, "link": letting_in.link(asked.house, asked.viewer, person.id, asked.now, say=asked.office.say)}


def _switched(asked: Asked, person: Person, disabled: bool | None) -> Person:
    if disabled is None or disabled == person.disabled:
        return person
    act = people.disable if disabled else people.enable
    return act(asked.house, person.id, who=asked.who, now=asked.now)


def _told(person: Person) -> Answer:
    names = ("email", "name", "role", "districts", "schools", "has_code", "disabled")
    return {"person": person.id, **{name: getattr(person, name) for name in names}}
