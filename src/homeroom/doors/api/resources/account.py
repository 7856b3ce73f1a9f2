"""Who the token stands for, and the tokens and sessions of that person."""

from __future__ import annotations

from pydantic import Field

from homeroom.desk import sessions, tokens
from homeroom.doors.api.models import Told
from homeroom.doors.api.problems import NOT_FOUND
from homeroom.doors.api.routes import Answer, Ask, Number, Routes
from homeroom.roster.report import moment
from homeroom.store.sessions import PersonalToken

routes = Routes("This token")


class Elevated(Told):
    """The elevated role that the token carries."""

    kind: str = Field(examples=["records"])
    district: str | None
    reason: str
    until: str


class Me(Told):
    """Who asks."""

    email: str = Field(examples=["ada@vendor.example"])
    name: str
    role: str = Field(examples=["engineer"])
    districts: list[str] | None = Field(description="The districts that this token sees; null: all.")
    token: str | None = Field(description="The name of this token.")
    elevated: Elevated | None


class TokenTold(Told):
    """A personal access token, without its text."""

    token: int = Field(description="Its number.")
    name: str
    districts: list[str] | None = Field(description="What it was narrowed to; null: all that its maker sees.")
    elevated: bool
    created: str
    expires: str
    used: str | None = Field(description="When it was used last.")
    revoked: str | None


class SessionTold(Told):
    """Somewhere that one is signed in."""

    session: int
    begun: str
    seen: str
    until: str
    agent: str = Field(description="What the browser calls itself.")
    address: str


@routes.ask("GET", "/me", "account", response_model=Me)
def get_me(asked: Ask) -> Answer:
    """Tell who this token stands for, and what it carries."""
    viewer, on = asked.viewer, asked.viewer.elevation
    all_seen = viewer.person.staff or (viewer.role == "auditor" and not viewer.person.districts)
    seen = viewer.token_districts or (None if all_seen else viewer.person.districts)
    lifted = {"kind": on.kind, "district": on.district, "reason": on.reason, "until": moment(on.until)} if on else None
    return {
        "email": viewer.person.email,
        "name": viewer.person.name,
        "role": viewer.role,
        "districts": seen,
        "token": viewer.token,
        "elevated": lifted,
    }


@routes.ask("GET", "/tokens", "account", response_model=list[TokenTold])
def list_tokens(asked: Ask) -> list[Answer]:
    """List one's own tokens. Making one needs the console."""
    return [_told(token) for token in tokens.mine(asked.house, asked.viewer)]


@routes.ask("DELETE", "/tokens/{number}", "account", status_code=204)
def revoke_token(asked: Ask, number: Number) -> None:
    """Revoke one of one's own tokens; also this one.

    What it carried of the elevated role ends with it.
    """
    if number not in {token.id for token in tokens.mine(asked.house, asked.viewer)}:
        raise NOT_FOUND
    tokens.revoke(asked.house, asked.viewer, number, asked.now)


@routes.ask("GET", "/sessions", "account", response_model=list[SessionTold])
def list_sessions(asked: Ask) -> list[Answer]:
    """List where one is signed in to the console."""
    return [
        {
            "session": each.id,
            "begun": moment(each.created),
            "seen": moment(each.seen),
            "until": moment(each.expires),
            "agent": each.agent,
            "address": each.address,
        }
        for each in sessions.mine(asked.house, asked.viewer, asked.now)
    ]


@routes.ask("DELETE", "/sessions/{number}", "account", status_code=204)
def end_session(asked: Ask, number: Number) -> None:
    """End one of one's own sessions."""
    if number not in {each.id for each in sessions.mine(asked.house, asked.viewer, asked.now)}:
        raise NOT_FOUND
    sessions.end_one(asked.house, asked.viewer, number, asked.now)


def _told(token: PersonalToken) -> Answer:
    return {
        "token": token.id,
        "name": token.name,
        "districts": token.districts,
        "elevated": token.elevation is not None,
        "created": moment(token.created),
        "expires": moment(token.expires),
        "used": moment(token.used) if token.used else None,
        "revoked": moment(token.revoked) if token.revoked else None,
    }
